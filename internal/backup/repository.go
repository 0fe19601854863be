// Package backup keeps snapshots of a data folder in a repository: one pool of
// blobs that all snapshots share, and one folder for each snapshot with the
// database, the list of the blobs it needs, and a manifest with the digest of
// every part. It never looks into a database.
//
//	REPO/relier-backup                 says that this folder is a repository
//	REPO/blobs/ab/cd/<sha256>          the pool, as in a data folder
//	REPO/snapshots/<time>/relier.db    and blobs.txt, manifest.json, SHA256SUMS …
//
// A snapshot is written under another name, forced to the disk and only then
// given its own, so one that was cut short never looks like one.
package backup

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"relier/internal/blob"
	"relier/internal/domain"
)

const (
	markName     = "relier-backup"
	markText     = "This folder holds backups of Relier, format 1. Restore with: relier restore --from THIS-FOLDER --data DIR\n"
	snapshotsDir = "snapshots"
	draftPrefix  = ".draft-" // of folders that are being written or removed
)

// Repository is a folder of snapshots.
type Repository struct {
	dir  string
	lock *blob.FolderLock // nil: opened for reading
	pool *blob.Files
}

// Open opens a repository for writing, and begins one in a folder that is missing
// or empty. One that another backup writes to is refused.
func Open(dir string) (*Repository, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("open the backups: %w", err)
	}
	if err := begin(dir); err != nil {
		return nil, err
	}
	r := &Repository{dir: dir}
	if r.lock, err = blob.LockFolder(dir); err != nil {
		if e, ok := errors.AsType[*domain.Error](err); ok && e.Key == "error.folder_locked" {
			err = &domain.Error{Kind: domain.KindUnavailable, Key: "error.backup.running", Args: domain.Args{"Folder": dir}}
		}
		return nil, err
	}
	if err := r.prepare(); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

// begin refuses a folder that holds something else, and marks one that is new.
func begin(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("open the backups: %w", err)
	}
	entries = slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return e.Name() == "lost+found" || e.Name() == "relier.lock" })
	if len(entries) > 0 {
		return marked(dir)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make the folder of backups: %w", blob.Full(err))
	}
	if err := write(filepath.Join(dir, markName), []byte(markText)); err != nil {
		return err
	}
	return blob.SyncDir(dir)
}

// marked refuses a folder that is no repository.
func marked(dir string) error {
	text, err := os.ReadFile(filepath.Join(dir, markName))
	if err == nil && string(text) == markText {
		return nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("open the backups: %w", err)
	}
	if _, missing := os.Stat(dir); errors.Is(missing, fs.ErrNotExist) {
		return &domain.Error{Kind: domain.KindNotFound, Key: "error.backup.no_folder", Args: domain.Args{"Folder": dir}, Err: err}
	}
	return &domain.Error{Kind: domain.KindInvalid, Key: "error.backup.no_repository", Args: domain.Args{"Folder": dir}, Err: err}
}

// prepare opens the pool and clears what killed backups left.
func (r *Repository) prepare() (err error) {
	if err := os.MkdirAll(r.snapshots(), 0o700); err != nil {
		return fmt.Errorf("make the folder of snapshots: %w", blob.Full(err))
	}
	if r.pool, err = blob.OpenFiles(r.lock); err != nil {
		return err
	}
	entries, err := os.ReadDir(r.snapshots())
	if err != nil {
		return fmt.Errorf("list snapshots: %w", err)
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), draftPrefix) {
			if err := os.RemoveAll(filepath.Join(r.snapshots(), e.Name())); err != nil {
				return fmt.Errorf("clear an unfinished backup: %w", err)
			}
		}
	}
	return blob.SyncDir(r.dir)
}

// Read opens a repository for reading: it takes no lock and may lie on a medium
// that cannot be written.
func Read(dir string) (*Repository, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("open the backups: %w", err)
	}
	if err := marked(dir); err != nil {
		return nil, err
	}
	return &Repository{dir: dir, pool: blob.ReadFiles(dir)}, nil
}

// Close lets another backup write to the repository.
func (r *Repository) Close() error {
	if r.lock == nil {
		return nil
	}
	return r.lock.Unlock()
}

// Dir is the folder.
func (r *Repository) Dir() string { return r.dir }

// Pool holds the blobs of all snapshots.
func (r *Repository) Pool() blob.Store { return r.pool }

func (r *Repository) snapshots() string { return filepath.Join(r.dir, snapshotsDir) }

// Path is a file of a snapshot.
func (r *Repository) Path(snapshot, name string) string {
	return filepath.Join(r.snapshots(), snapshot, name)
}

// Snapshot is one backup; Err says why its manifest cannot be believed.
type Snapshot struct {
	Name string
	Manifest
	Err error
}

// Snapshots lists the backups, the newest first.
func (r *Repository) Snapshots() ([]Snapshot, error) {
	entries, err := os.ReadDir(r.snapshots())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("list snapshots: %w", err)
	}
	var out []Snapshot
	for _, e := range slices.Backward(entries) { // names are times
		if e.IsDir() && !strings.HasPrefix(e.Name(), draftPrefix) {
			out = append(out, r.Snapshot(e.Name()))
		}
	}
	return out, nil
}

// Snapshot reads the manifest of one backup.
func (r *Repository) Snapshot(name string) Snapshot {
	m, err := r.manifest(name)
	return Snapshot{name, m, err}
}

// Choose returns the snapshot with a name, or the newest complete one.
func (r *Repository) Choose(name string) (Snapshot, error) {
	all, err := r.Snapshots()
	if err != nil {
		return Snapshot{}, err
	}
	for _, s := range all {
		if s.Name == name || name == "" && s.Err == nil && s.Complete {
			return s, s.Err
		}
	}
	key := "error.backup.no_snapshot"
	if name == "" {
		key = "error.backup.none"
		if len(all) > 0 && all[0].Err != nil {
			return all[0], all[0].Err
		}
	}
	return Snapshot{}, &domain.Error{Kind: domain.KindNotFound, Key: key, Args: domain.Args{"Folder": r.dir, "Snapshot": name}}
}

// write writes a file for its owner alone and forces it to the disk.
func write(path string, body []byte) (err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(path), blob.Full(err))
	}
	if _, err = f.Write(body); err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(path), blob.Full(err))
	}
	return nil
}
