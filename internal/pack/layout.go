package pack

import (
	"time"

	"relier/internal/domain"
)

// Entry is one file of a pack: its path below the pack's top folder, and what
// is known of its bytes.
type Entry struct {
	Path string      `json:"path"`
	Blob domain.Blob `json:"blob"`
}

// Layout is a sealed pack without its bytes: everything the ZIP's own structure
// follows from. It is stored as JSON; the same layout always gives the same ZIP.
type Layout struct {
	Code     string    `json:"code"`     // the top folder
	Modified time.Time `json:"modified"` // the moment of sealing, on every entry
	Entries  []Entry   `json:"entries"`  // in the order of the ZIP
}

// TagManifest is the path of the file whose SHA-256 names the whole pack.
const TagManifest = "tagmanifest-sha256.txt"

// TagDigest returns the SHA-256 of the tag manifest, or zero without one.
func (l Layout) TagDigest() domain.Digest {
	for _, e := range l.Entries {
		if e.Path == TagManifest {
			return e.Blob.SHA256
		}
	}
	return domain.Digest{}
}

// Files counts the files of the pack.
func (l Layout) Files() int { return len(l.Entries) }

// FileName is what the ZIP should be called.
func (l Layout) FileName() string { return l.Code + ".zip" }
