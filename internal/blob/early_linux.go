package blob

import (
	"io"
	"os"
	"slices"

	"golang.org/x/sys/unix"
)

// flushEvery is how many bytes are gathered before the kernel is asked to start
// writing them out.
const flushEvery = 8 << 20

// early is a file whose bytes start on their way to the disk while more come in,
// so that the fsync at the end of a large upload has little left to wait for. It
// promises nothing: the fsync still decides.
type early struct {
	*os.File
	written, started int64
}

// newEarly is early for a file to which so many bytes were written before.
func newEarly(f *os.File, written int64) *early { return &early{f, written, written} }

// Write writes p and, now and then, starts the write-out of what came before.
func (e *early) Write(p []byte) (int, error) {
	n, err := writeSmall(e.File, p)
	e.written += int64(n)
	if e.written-e.started >= flushEvery {
		// Not every file system can; it is only a hint.
		_ = unix.SyncFileRange(int(e.Fd()), e.started, e.written-e.started, unix.SYNC_FILE_RANGE_WRITE)
		e.started = e.written
	}
	return n, err
}

// writeOnce is how many bytes go to the kernel at a time. Larger writes make
// it look for large free pages, which a virtual machine may have given back to
// its host: fetching them anew took four times as long as the copy itself.
const writeOnce = 64 << 10

func writeSmall(w io.Writer, p []byte) (n int, err error) {
	for part := range slices.Chunk(p, writeOnce) {
		m, err := w.Write(part)
		if n += m; err != nil {
			return n, err
		}
	}
	return n, nil
}
