package blob

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"relier/internal/domain"
)

// Walk implements Store. Files that are not blobs by name and place are passed
// over: they are nobody's bytes.
func (s *Files) Walk(ctx context.Context, visit func(d domain.Digest, size int64) error) error {
	return s.eachFolder(s.root, func(ab string) error {
		return s.eachFolder(ab, func(cd string) error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return s.eachBlob(cd, visit)
		})
	})
}

// eachFolder visits the sub-folders of dir that two hexadecimal digits name.
func (s *Files) eachFolder(dir string, visit func(path string) error) error {
	entries, err := os.ReadDir(dir) // sorted by name
	if err != nil {
		return fmt.Errorf("list blobs: %w", err)
	}
	for _, e := range entries {
		if !e.IsDir() || len(e.Name()) != 2 {
			continue
		}
		if err := visit(filepath.Join(dir, e.Name())); err != nil {
			return err
		}
	}
	return nil
}

func (s *Files) eachBlob(dir string, visit func(d domain.Digest, size int64) error) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("list blobs: %w", err)
	}
	for _, e := range entries {
		d, err := domain.ParseDigest(e.Name())
		if err != nil || s.path(d) != filepath.Join(dir, e.Name()) {
			continue
		}
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue // removed since the folder was listed
		}
		if err != nil {
			return fmt.Errorf("list blobs: %w", err)
		}
		if err := visit(d, info.Size()); err != nil {
			return err
		}
	}
	return nil
}
