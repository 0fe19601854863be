package tlog

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"relier/internal/domain"
)

// Prove makes the proof that leaf index is among the first size leaves.
func Prove(size, index int64, r HashReader) ([]domain.Digest, error) {
	p, err := tlog.ProveRecord(size, index, r)
	if err != nil {
		return nil, fmt.Errorf("prove leaf %d of %d: %w", index, size, err)
	}
	return digests(p), nil
}

// Verify checks that a leaf stands at an index of the tree with a head.
func Verify(proof []domain.Digest, h Head, index int64, leaf []byte) error {
	return tlog.CheckRecord(hashes(proof), h.Size, tlog.Hash(h.Root), index, tlog.RecordHash(leaf))
}

// ProveGrown makes the proof that the first leaves of a log of size are those of
// the log of an older size.
func ProveGrown(size, older int64, r HashReader) ([]domain.Digest, error) {
	if older == 0 || older == size {
		return nil, nil // nothing to show: the empty log begins every log
	}
	p, err := tlog.ProveTree(size, older, r)
	if err != nil {
		return nil, fmt.Errorf("prove that %d leaves begin with %d: %w", size, older, err)
	}
	return digests(p), nil
}

// VerifyGrown checks that a log has only grown from an older head to a newer.
func VerifyGrown(proof []domain.Digest, newer, older Head) error {
	switch {
	case older.Size > newer.Size:
		return fmt.Errorf("the log has %d leaves, the older checkpoint %d", newer.Size, older.Size)
	case older.Size == 0:
		return nil
	case older.Size == newer.Size && older.Root != newer.Root:
		return fmt.Errorf("two roots for the same %d leaves", newer.Size)
	case older.Size == newer.Size:
		return nil
	}
	return tlog.CheckTree(hashes(proof), newer.Size, tlog.Hash(newer.Root), older.Size, tlog.Hash(older.Root))
}

func digests[H ~[]tlog.Hash](p H) []domain.Digest {
	out := make([]domain.Digest, len(p))
	for i, h := range p {
		out[i] = domain.Digest(h)
	}
	return out
}

func hashes(p []domain.Digest) []tlog.Hash {
	out := make([]tlog.Hash, len(p))
	for i, d := range p {
		out[i] = tlog.Hash(d)
	}
	return out
}

// Proof is the C2SP tlog-proof of one leaf: everything that somebody with only
// the log's public key needs. What opens the leaf's digests may stand with it.
type Proof struct {
	Leaf       []byte
	Salt       Salt
	Index      int64
	Path       []domain.Digest
	Checkpoint []byte
}

const proofHeader = "c2sp.org/tlog-proof@v1\n"

// extra is what a proof of ours carries in the field that the format leaves free.
type extra struct {
	Leaf string `json:"leaf"`
	Salt string `json:"salt"`
}

// Text writes the proof in the C2SP form.
func (p Proof) Text() []byte {
	var b bytes.Buffer
	more, _ := json.Marshal(extra{string(p.Leaf), hex.EncodeToString(p.Salt[:])}) // strings always marshal
	fmt.Fprintf(&b, "%sextra %s\nindex %d\n", proofHeader, base64.StdEncoding.EncodeToString(more), p.Index)
	for _, d := range p.Path {
		b.WriteString(base64.StdEncoding.EncodeToString(d[:]) + "\n")
	}
	b.WriteString("\n")
	b.Write(p.Checkpoint)
	return b.Bytes()
}

// ReadProof reads what Text wrote. It proves nothing: Check does.
func ReadProof(text []byte) (p Proof, err error) {
	head, checkpoint, ok := strings.Cut(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n\n")
	rest, ours := strings.CutPrefix(head+"\n", proofHeader)
	if !ok || !ours {
		return p, fmt.Errorf("read a proof: it must begin with %q", strings.TrimSpace(proofHeader))
	}
	p.Checkpoint = []byte(checkpoint)
	lines := strings.Split(strings.TrimSuffix(rest, "\n"), "\n")
	if more, ok := strings.CutPrefix(lines[0], "extra "); ok {
		if err = p.readExtra(more); err != nil {
			return p, err
		}
		lines = lines[1:]
	}
	if len(lines) == 0 || len(lines) > 65 {
		return p, fmt.Errorf("read a proof: it has %d lines", len(lines))
	}
	index, _ := strings.CutPrefix(lines[0], "index ")
	if p.Index, err = strconv.ParseInt(index, 10, 64); err != nil || p.Index < 0 {
		return p, fmt.Errorf("read a proof: %q is no index", lines[0])
	}
	for _, line := range lines[1:] {
		d, err := base64.StdEncoding.DecodeString(line)
		if err != nil || len(d) != len(domain.Digest{}) {
			return p, fmt.Errorf("read a proof: %q is no hash", line)
		}
		p.Path = append(p.Path, domain.Digest(d))
	}
	return p, nil
}

func (p *Proof) readExtra(text string) error {
	b, err := base64.StdEncoding.DecodeString(text)
	var more extra
	if err == nil {
		err = json.Unmarshal(b, &more)
	}
	if err != nil {
		return fmt.Errorf("read a proof: %w", err)
	}
	salt, err := hex.DecodeString(more.Salt)
	if err != nil || len(salt) != len(p.Salt) {
		return fmt.Errorf("read a proof: %q is no salt", more.Salt)
	}
	p.Leaf, p.Salt = []byte(more.Leaf), Salt(salt)
	return nil
}

// Check verifies signature, inclusion and salt, and returns what the log says.
func (p Proof) Check(public string) (Leaf, Checkpoint, error) {
	c, err := Open(p.Checkpoint, public)
	if err != nil {
		return Leaf{}, c, err
	}
	if p.Index >= c.Size {
		return Leaf{}, c, fmt.Errorf("the proof is of leaf %d, the checkpoint has %d", p.Index, c.Size)
	}
	if err := Verify(p.Path, c.Head, p.Index, p.Leaf); err != nil {
		return Leaf{}, c, fmt.Errorf("the leaf is not in the log: %w", err)
	}
	l, err := ReadLeaf(p.Leaf)
	if err == nil && l.Salt != p.Salt.Digest("salt", "") {
		err = fmt.Errorf("the salt is not that of the leaf")
	}
	return l, c, err
}
