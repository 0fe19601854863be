package tlog

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"relier/internal/domain"
)

// MaxCheckpoint bounds a checkpoint that somebody hands in, in bytes.
const MaxCheckpoint = 64 << 10

// Key signs checkpoints with Ed25519. It is a key of the log alone.
type Key struct {
	signer note.Signer
	public string
}

// NewKey draws a key and returns it as the text to keep secret. The log's name
// is drawn too: two installations never share one.
func NewKey() (secret string, err error) {
	var id [4]byte
	_, _ = rand.Read(id[:]) // never fails: it ends the process instead
	private, public, err := note.GenerateKey(rand.Reader, "relier.log/"+hex.EncodeToString(id[:]))
	if err != nil {
		return "", fmt.Errorf("make the log's key: %w", err)
	}
	return private + "\n" + public + "\n", nil
}

// ReadKey reads what NewKey returned.
func ReadKey(secret string) (*Key, error) {
	private, public, _ := strings.Cut(strings.TrimSpace(secret), "\n")
	signer, err := note.NewSigner(strings.TrimSpace(private))
	if err != nil {
		return nil, fmt.Errorf("read the log's key: %w", err)
	}
	k := &Key{signer, strings.TrimSpace(public)}
	// A pair that does not belong together would sign what nobody can verify.
	text, err := k.Sign(Head{}, time.Time{})
	if err == nil {
		_, err = Open(text, k.public)
	}
	if err != nil {
		return nil, fmt.Errorf("read the log's key: its halves do not belong together: %w", err)
	}
	return k, nil
}

// Public is the key to verify with, in the form of note: name+hash+key.
func (k *Key) Public() string { return k.public }

// Origin is the log's name, the first line of its checkpoints.
func (k *Key) Origin() string { return k.signer.Name() }

// Sign writes a checkpoint of a head. The moment is signed with it, as a line
// that other readers of checkpoints pass over (C2SP tlog-checkpoint, "extension
// lines").
func (k *Key) Sign(h Head, at time.Time) ([]byte, error) {
	text := fmt.Sprintf("%s\n%d\n%s\n%s%s\n", k.Origin(), h.Size, base64.StdEncoding.EncodeToString(h.Root[:]), signedMark, at.UTC().Format(time.RFC3339Nano))
	signed, err := note.Sign(&note.Note{Text: text}, k.signer)
	if err != nil {
		return nil, fmt.Errorf("sign a checkpoint: %w", err)
	}
	return signed, nil
}

// Checkpoint is one whose signature was verified.
type Checkpoint struct {
	Head
	Origin string
	At     time.Time // zero: an older one, which does not say
	Text   []byte    // as signed
}

// Open verifies a checkpoint with a public key and reads it.
func Open(text []byte, public string) (Checkpoint, error) {
	if len(text) > MaxCheckpoint {
		return Checkpoint{}, fmt.Errorf("open a checkpoint: longer than %d bytes", MaxCheckpoint)
	}
	text = bytes.TrimPrefix(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")), []byte("\uFEFF")) // as mail and editors leave it
	text = append(bytes.TrimSpace(text), '\n')
	verifier, err := note.NewVerifier(strings.TrimSpace(public))
	if err != nil {
		return Checkpoint{}, fmt.Errorf("read the log's public key: %w", err)
	}
	n, err := note.Open(text, note.VerifierList(verifier))
	if err != nil {
		return Checkpoint{}, fmt.Errorf("open a checkpoint: %w", err)
	}
	c, err := readCheckpoint(n.Text)
	if err == nil && c.Origin != verifier.Name() {
		err = fmt.Errorf("open a checkpoint: it is of the log %q, the key of %q", c.Origin, verifier.Name())
	}
	c.Text = text
	return c, err
}

// signedMark begins the line that says when a checkpoint was signed.
const signedMark = "signed "

// readCheckpoint reads the signed lines: origin, size, root; more may follow.
func readCheckpoint(text string) (c Checkpoint, err error) {
	lines := strings.Split(text, "\n")
	if len(lines) < 4 {
		return c, fmt.Errorf("open a checkpoint: three lines are due")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != lines[1] {
		return c, fmt.Errorf("open a checkpoint: %q is no size", lines[1])
	}
	root, err := base64.StdEncoding.Strict().DecodeString(lines[2])
	if err != nil || len(root) != len(domain.Digest{}) {
		return c, fmt.Errorf("open a checkpoint: %q is no root", lines[2])
	}
	c = Checkpoint{Head: Head{size, domain.Digest(root)}, Origin: lines[0]}
	if at, ok := strings.CutPrefix(lines[3], signedMark); ok {
		if c.At, err = time.Parse(time.RFC3339Nano, at); err != nil {
			return c, fmt.Errorf("open a checkpoint: %q is no moment", at)
		}
	}
	return c, nil
}
