package blob

import (
	"errors"
	"os"
	"path/filepath"

	"relier/internal/domain"
)

// errReading refuses a change to blobs that were opened for reading alone.
var errReading = errors.New("the blobs are open for reading only")

// ReadFiles opens the blobs of a data folder for reading alone, without its
// lock: what is kept never changes, so it can be read beside a server. Uploads in
// progress stay untouched; whatever would write fails.
func ReadFiles(dir string) *Files {
	return &Files{root: filepath.Join(dir, "blobs"), reading: true}
}

// Path is where the bytes lie, from the data folder on, for a person to look at.
func Path(d domain.Digest) string {
	name := d.String()
	return filepath.ToSlash(filepath.Join("blobs", name[:2], name[2:4], name))
}

// Exists reports whether there is a folder of blobs at all.
func (s *Files) Exists() bool {
	info, err := os.Stat(s.root)
	return err == nil && info.IsDir()
}
