//go:build !linux && !darwin && !freebsd

package blob

// Space is not known on this system.
func Space(string) (free, total int64, err error) { return 0, 0, nil }
