package blob

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/gofrs/flock"

	"relier/internal/domain"
)

// FolderLock is the right of one process to use a data folder. The system gives
// it back when the process ends, however it ends.
type FolderLock struct {
	dir  string
	lock *flock.Flock
}

// held keeps every lock reachable. As a local variable a lock was collected, its
// file closed with it, and a second server started on the same folder.
var held = struct {
	sync.Mutex
	locks map[*FolderLock]bool
}{locks: map[*FolderLock]bool{}}

// LockFolder makes the data folder when it is missing and locks it. A folder in
// use, by this process or another, gives KindUnavailable.
func LockFolder(dir string) (*FolderLock, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("lock data folder: %w", err)
	}
	if err := makeFolder(dir); err != nil {
		return nil, fmt.Errorf("make data folder: %w", full(err))
	}
	l := &FolderLock{dir: dir, lock: flock.New(filepath.Join(dir, "relier.lock"))}
	got, err := l.lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock data folder: %w", full(err))
	}
	if !got {
		return nil, &domain.Error{
			Kind: domain.KindUnavailable, Key: "error.folder_locked", Args: domain.Args{"Folder": dir},
		}
	}
	held.Lock()
	defer held.Unlock()
	held.locks[l] = true
	return l, nil
}

// makeFolder makes dir, for its owner alone, and forces its name to the disk.
func makeFolder(dir string) error {
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return syncDir(filepath.Dir(dir))
}

// Dir returns the absolute path of the locked folder.
func (l *FolderLock) Dir() string { return l.dir }

// Unlock lets another process use the folder.
func (l *FolderLock) Unlock() error {
	held.Lock()
	defer held.Unlock()
	delete(held.locks, l)
	if err := l.lock.Unlock(); err != nil {
		return fmt.Errorf("unlock data folder: %w", err)
	}
	return nil
}
