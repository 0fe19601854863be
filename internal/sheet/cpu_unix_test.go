//go:build unix

package sheet_test

import (
	"time"

	"golang.org/x/sys/unix"
)

// spent is the processor time of this process: unlike a clock it does not count
// what a busy machine does meanwhile.
func spent() time.Duration {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
