package backup

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"relier/internal/blob"
	"relier/internal/domain"
)

// Draft is a snapshot that is being written. Nothing of it counts before Finish.
type Draft struct {
	repo  *Repository
	dir   string
	list  *os.File
	lines *bufio.Writer
	m     Manifest
}

// Begin starts a snapshot.
func (r *Repository) Begin(now time.Time) (*Draft, error) {
	dir, err := os.MkdirTemp(r.snapshots(), draftPrefix) // mode 0700
	if err != nil {
		return nil, fmt.Errorf("begin a backup: %w", blob.Full(err))
	}
	d := &Draft{repo: r, dir: dir, m: Manifest{Format: format, MadeAt: now.UTC(), Damages: []string{}}}
	if d.list, err = os.OpenFile(d.Path(listName), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600); err != nil {
		return nil, errors.Join(fmt.Errorf("begin a backup: %w", blob.Full(err)), d.Discard())
	}
	d.lines = bufio.NewWriter(d.list)
	return d, nil
}

// Path is where a file of the draft lies.
func (d *Draft) Path(name string) string { return filepath.Join(d.dir, name) }

// Discard gives the draft up; blobs that came into the pool stay until the next
// retention.
func (d *Draft) Discard() error {
	if d.list != nil {
		_ = d.list.Close() // it goes anyway
	}
	return os.RemoveAll(d.dir)
}

// AddBlob makes sure that the pool has a blob, checking each byte that it
// copies. Bytes that the source does not give as recorded come back as damage;
// err is what ends the backup.
func (d *Draft) AddBlob(ctx context.Context, from blob.Store, b domain.Blob) (damage, err error) {
	size, err := d.repo.pool.Stat(ctx, b.SHA256)
	if err != nil || b.Size >= 0 && size != b.Size {
		if size, damage, err = d.copyBlob(ctx, from, b); damage != nil || err != nil {
			return damage, err
		}
	}
	d.m.Blobs++
	d.m.BlobBytes += size
	if _, err := fmt.Fprintf(d.lines, "%s %d\n", b.SHA256, size); err != nil {
		return nil, fmt.Errorf("write the list of files: %w", blob.Full(err))
	}
	return nil, nil
}

func (d *Draft) copyBlob(ctx context.Context, from blob.Store, b domain.Blob) (size int64, damage, err error) {
	content, err := from.Open(ctx, b.SHA256)
	if err != nil {
		return 0, err, nil
	}
	defer content.Close()
	got, _, err := d.repo.pool.Put(ctx, content, blob.Expect{Size: b.Size, SHA256: &b.SHA256})
	if err == nil {
		return got.Size, nil, nil
	}
	if ctx.Err() != nil {
		return 0, nil, ctx.Err()
	}
	if found := blob.Verify(ctx, from, b); found != nil { // the source it was, not the pool
		return 0, found, nil
	}
	return 0, nil, err
}

// AddFile copies a small file of the data folder, if it is there.
func (d *Draft) AddFile(path string) error {
	body, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read %s: %w", filepath.Base(path), err)
	}
	return d.add(filepath.Base(path), body)
}

func (d *Draft) add(name string, body []byte) error {
	if err := write(d.Path(name), body); err != nil {
		return err
	}
	return d.part(name)
}

// part forces a file of the draft to the disk and notes its digest.
func (d *Draft) part(name string) error {
	f, err := os.OpenFile(d.Path(name), os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("back up %s: %w", name, err)
	}
	if err := errors.Join(f.Chmod(0o600), f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("back up %s: %w", name, blob.Full(err))
	}
	p, err := describe(d.Path(name))
	if err != nil {
		return fmt.Errorf("back up %s: %w", name, err)
	}
	d.m.Parts = append(d.m.Parts, p)
	return nil
}

// Finish gives the snapshot its name; fill says what the caller knows of it.
func (d *Draft) Finish(fill func(*Manifest)) (Snapshot, error) {
	if err := errors.Join(d.lines.Flush(), d.list.Close()); err != nil {
		return Snapshot{}, fmt.Errorf("write the list of files: %w", blob.Full(err))
	}
	for _, name := range []string{DatabaseName, listName} {
		if err := d.part(name); err != nil {
			return Snapshot{}, err
		}
	}
	fill(&d.m)
	d.m.Complete = len(d.m.Damages) == 0
	d.m.Name = d.repo.free(d.m.MadeAt)
	body, err := json.MarshalIndent(d.m, "", "  ")
	if err != nil {
		return Snapshot{}, fmt.Errorf("write the manifest: %w", err)
	}
	body = append(body, '\n')
	for name, text := range map[string][]byte{manifestName: body, sumsName: d.m.sums(body)} {
		if err := write(d.Path(name), text); err != nil {
			return Snapshot{}, err
		}
	}
	return Snapshot{Name: d.m.Name, Manifest: d.m}, d.name()
}

// name makes the draft a snapshot: from here on it is one, whole.
func (d *Draft) name() error {
	if err := blob.SyncDir(d.dir); err != nil {
		return err
	}
	if err := os.Rename(d.dir, filepath.Join(d.repo.snapshots(), d.m.Name)); err != nil {
		return fmt.Errorf("name the backup: %w", blob.Full(err))
	}
	return blob.SyncDir(d.repo.snapshots())
}

// free is the name of a snapshot made at a time, to the second; names sort by time.
func (r *Repository) free(at time.Time) string {
	base := at.UTC().Format("2006-01-02T15-04-05Z")
	name := base
	for n := 2; ; n++ {
		if _, err := os.Lstat(filepath.Join(r.snapshots(), name)); errors.Is(err, fs.ErrNotExist) {
			return name
		}
		name = fmt.Sprintf("%s.%d", base, n)
	}
}
