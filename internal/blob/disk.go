package blob

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"syscall"

	"relier/internal/domain"
)

// syncDir forces the names in a folder to the disk: without it a power cut can
// take back a rename whose bytes were safe.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil // folders cannot be synced there; NTFS journals names itself
	}
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("sync folder: %w", err)
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("sync folder: %w", err)
	}
	return nil
}

// full names the errors of a disk, a quota or a file-size limit that is used up;
// other errors pass unchanged.
func full(err error) error {
	for _, code := range []syscall.Errno{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG} {
		if errors.Is(err, code) {
			return &domain.Error{Kind: domain.KindUnavailable, Key: "error.disk_full", Err: err}
		}
	}
	return err
}

// SyncDir forces the names in a folder to the disk.
func SyncDir(dir string) error { return syncDir(dir) }

// Full turns the errors of a used-up disk into one that says so; others pass.
func Full(err error) error { return full(err) }
