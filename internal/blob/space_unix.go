//go:build linux || darwin || freebsd

package blob

import "golang.org/x/sys/unix"

// Space is what the file system of a folder has left for us, and its size, in bytes.
func Space(dir string) (free, total int64, err error) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, 0, err
	}
	return int64(s.Bavail) * int64(s.Bsize), int64(s.Blocks) * int64(s.Bsize), nil
}
