package pack

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
)

// verifyFolder checks an unpacked pack. The folder may be the pack's own or one
// that holds nothing else. Files are opened below it only, never through links.
func verifyFolder(ctx context.Context, folder string) (Report, error) {
	folder, err := filepath.Abs(folder)
	if err != nil {
		return Report{}, fmt.Errorf("verify pack: %w", err)
	}
	root, err := os.OpenRoot(inner(folder))
	if err != nil {
		return Report{}, fmt.Errorf("verify pack: %w", err)
	}
	defer root.Close()
	b := &bag{ctx: ctx}
	b.report.Code = filepath.Base(root.Name())
	if err := b.walk(root); err != nil {
		return Report{}, fmt.Errorf("verify pack: %w", err)
	}
	return b.check()
}

// inner returns the only folder in a folder that is not itself a bag.
func inner(folder string) string {
	inside, err := os.ReadDir(folder)
	if err == nil && len(inside) == 1 && inside[0].IsDir() {
		return filepath.Join(folder, inside[0].Name())
	}
	return folder
}

// walk collects the files below root.
func (b *bag) walk(root *os.Root) error {
	return fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case b.ctx.Err() != nil:
			return b.ctx.Err()
		case err != nil:
			b.report.add(DefectUnreadable, name, err.Error())
			return nil
		case d.IsDir():
			return nil
		case len(b.items) == filesMost:
			b.report.add(DefectTooMany, "", fmt.Sprintf("more than %d files", filesMost))
			return fs.SkipAll
		}
		b.items = append(b.items, b.folderItem(root, name, d))
		return nil
	})
}

func (b *bag) folderItem(root *os.Root, name string, d fs.DirEntry) item {
	it := item{path: name}
	if fault := nameFault(path.Join(b.report.Code, name)); fault != "" {
		b.report.add(DefectName, name, fault)
	}
	info, err := d.Info()
	switch {
	case err != nil:
		b.report.add(DefectUnreadable, name, err.Error())
	case !info.Mode().IsRegular():
		b.report.add(DefectLink, name, info.Mode().Type().String())
	default:
		it.size = info.Size()
		it.open = func() (io.ReadCloser, error) { return root.Open(name) }
	}
	return it
}
