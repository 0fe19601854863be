package backup

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"relier/internal/blob"
	"relier/internal/domain"
)

// The files of a snapshot.
const (
	DatabaseName = "relier.db"
	listName     = "blobs.txt" // digest and size in bytes of each blob, a line each, in order
	manifestName = "manifest.json"
	sumsName     = "SHA256SUMS" // as sha256sum -c reads it
	format       = 1
)

// Part is a file of a snapshot.
type Part struct {
	Name   string        `json:"name"`
	Size   int64         `json:"size"` // bytes
	SHA256 domain.Digest `json:"sha256"`
}

// Manifest says what a snapshot holds.
type Manifest struct {
	Format     int              `json:"format"`
	Name       string           `json:"name"`
	MadeAt     time.Time        `json:"made_at"`
	Program    string           `json:"program"` // version of Relier
	Schema     int64            `json:"schema"`  // number of the newest migration in the database
	Complete   bool             `json:"complete"`
	Damages    []string         `json:"damages"`              // what the data folder could not give, for a person to read
	Blobs      int              `json:"blobs"`                // how many the database needs
	BlobBytes  int64            `json:"blob_bytes"`           // and their size together
	Rows       map[string]int64 `json:"rows"`                 // of each table
	LogSize    int64            `json:"log_size"`             // entries of the log
	LogRoot    string           `json:"log_root"`             // its root, hexadecimal
	Checkpoint string           `json:"checkpoint,omitempty"` // signed
	LogKey     string           `json:"log_key,omitempty"`    // public, that it was signed with
	Parts      []Part           `json:"parts"`
}

// Database is the part that holds the rows.
func (m Manifest) Database() Part {
	for _, p := range m.Parts {
		if p.Name == DatabaseName {
			return p
		}
	}
	return Part{}
}

// broken says which file of which snapshot is not what was written.
func broken(snapshot, file, key string, cause error) *domain.Error {
	return &domain.Error{Kind: domain.KindUnavailable, Key: key, Args: domain.Args{"Snapshot": snapshot, "File": file}, Err: cause}
}

// manifest reads what a snapshot says of itself, and believes it only when it
// matches the check sums beside it to the byte.
func (r *Repository) manifest(snapshot string) (m Manifest, err error) {
	body, err := os.ReadFile(r.Path(snapshot, manifestName))
	if err != nil {
		return m, broken(snapshot, manifestName, missingOr(err), err)
	}
	sums, err := os.ReadFile(r.Path(snapshot, sumsName))
	if err != nil {
		return m, broken(snapshot, sumsName, missingOr(err), err)
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(&m); err != nil {
		return m, broken(snapshot, manifestName, "error.backup.damaged", err)
	}
	if m.Format > format {
		return m, broken(snapshot, manifestName, "error.backup.format", nil)
	}
	if !bytes.Equal(sums, m.sums(body)) {
		return m, broken(snapshot, manifestName+" / "+sumsName, "error.backup.damaged", nil)
	}
	if m.Name != snapshot || m.Format != format || !m.sound() {
		return m, broken(snapshot, manifestName, "error.backup.damaged", nil)
	}
	return m, nil
}

func missingOr(err error) string {
	if errors.Is(err, fs.ErrNotExist) {
		return "error.backup.missing"
	}
	return "error.backup.unreadable"
}

// sound reports whether every part has a plain name of its own, and those that
// every snapshot has are there.
func (m Manifest) sound() bool {
	var names []string
	for _, p := range m.Parts {
		if p.Name != filepath.Base(p.Name) || !filepath.IsLocal(p.Name) || slices.Contains(names, p.Name) || slices.Contains([]string{manifestName, sumsName}, p.Name) {
			return false
		}
		names = append(names, p.Name)
	}
	return slices.Contains(names, DatabaseName) && slices.Contains(names, listName)
}

// sums is the text of SHA256SUMS for a manifest with this body.
func (m Manifest) sums(body []byte) []byte {
	var b bytes.Buffer
	for _, p := range m.Parts {
		fmt.Fprintf(&b, "%s  %s\n", p.SHA256, p.Name)
	}
	fmt.Fprintf(&b, "%s  %s\n", domain.Digest(sha256.Sum256(body)), manifestName)
	return b.Bytes()
}

// describe hashes a file of a snapshot.
func describe(path string) (p Part, err error) {
	f, err := os.Open(path)
	if err != nil {
		return p, err
	}
	defer f.Close()
	h := sha256.New()
	n, err := io.Copy(h, f)
	return Part{filepath.Base(path), n, domain.Digest(h.Sum(nil))}, err
}

// Item is a blob that a snapshot needs.
type Item struct {
	SHA256 domain.Digest
	Size   int64
}

// Items reads the list of a snapshot's blobs, in the order of the digests.
func (r *Repository) Items(s Snapshot) ([]Item, error) {
	body, err := os.ReadFile(r.Path(s.Name, listName))
	if err != nil {
		return nil, broken(s.Name, listName, missingOr(err), err)
	}
	i := slices.IndexFunc(s.Parts, func(p Part) bool { return p.Name == listName })
	if i < 0 || domain.Digest(sha256.Sum256(body)) != s.Parts[i].SHA256 {
		return nil, broken(s.Name, listName, "error.backup.damaged", nil)
	}
	var out []Item
	for line := range strings.Lines(string(body)) {
		var it Item
		digest, size, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		if it.SHA256, err = domain.ParseDigest(digest); err == nil {
			_, err = fmt.Sscan(size, &it.Size)
		}
		if err != nil {
			return nil, broken(s.Name, listName, "error.backup.damaged", err)
		}
		out = append(out, it)
	}
	return out, nil
}

// CopyPart copies a file of a snapshot to a new file, forces it to the disk, and
// refuses it when it is not what the manifest says.
func (r *Repository) CopyPart(ctx context.Context, s Snapshot, p Part, to string) error {
	from, err := os.Open(r.Path(s.Name, p.Name))
	if err != nil {
		return broken(s.Name, p.Name, missingOr(err), err)
	}
	defer from.Close()
	f, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("restore %s: %w", p.Name, blob.Full(err))
	}
	defer f.Close() // a no-op after the one below
	h := sha256.New()
	if _, err := io.Copy(io.MultiWriter(f, h), reader{ctx, from}); err != nil {
		return fmt.Errorf("restore %s: %w", p.Name, blob.Full(err))
	}
	if domain.Digest(h.Sum(nil)) != p.SHA256 {
		return broken(s.Name, p.Name, "error.backup.damaged", nil)
	}
	if err := f.Sync(); err != nil {
		return fmt.Errorf("restore %s: %w", p.Name, blob.Full(err))
	}
	return f.Close()
}

// reader ends when ctx does.
type reader struct {
	ctx context.Context
	r   io.Reader
}

func (r reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}
