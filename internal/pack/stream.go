package pack

import (
	"bufio"
	"context"
	"fmt"
	"hash/crc32"
	"io"

	"relier/internal/domain"
)

// Open returns the bytes of a stored blob from their start.
type Open func(domain.Digest) (io.ReadCloser, error)

// Size returns the exact size of the ZIP in bytes.
func (l Layout) Size() int64 {
	z := newZipTime(l.Modified)
	var files, directory int64
	for _, e := range l.Entries {
		named := len(l.Code) + 1 + len(e.Path) + len(z.extra)
		directory += int64(centralLen + named + zip64Len(wide(e, files)))
		files += int64(localLen+named+zip64Len(wide(e, 0))) + e.Blob.Size
	}
	return files + directory + int64(len(appendEnd(nil, len(l.Entries), files, directory)))
}

// walk visits the ZIP from its first byte to its last: structure as bytes, which
// are valid until the visit returns, and each entry in its place.
func (l Layout) walk(structure func([]byte) error, content func(Entry) error) error {
	z := newZipTime(l.Modified)
	var b []byte
	offsets := make([]int64, len(l.Entries))
	var at int64
	for i, e := range l.Entries {
		offsets[i] = at
		b = z.appendLocal(b[:0], l.Code, e)
		if err := structure(b); err != nil {
			return err
		}
		if err := content(e); err != nil {
			return err
		}
		at += int64(len(b)) + e.Blob.Size
	}
	start := at
	for i, e := range l.Entries {
		b = z.appendCentral(b[:0], l.Code, e, offsets[i])
		if err := structure(b); err != nil {
			return err
		}
		at += int64(len(b))
	}
	return structure(appendEnd(b[:0], len(l.Entries), start, at-start))
}

// Stream writes the ZIP in constant memory. Every blob is held to its recorded
// length and CRC-32 while it is read; one that differs ends the stream with an
// error, before the directory that would make a readable ZIP of it.
func (l Layout) Stream(ctx context.Context, w io.Writer, open Open) error {
	return l.StreamRange(ctx, w, open, 0, l.Size())
}

// StreamRange writes length bytes of the ZIP from offset on, for a download that
// is resumed. A blob that the range enters late is still read and checked from
// its first byte.
func (l Layout) StreamRange(ctx context.Context, w io.Writer, open Open, offset, length int64) error {
	if offset < 0 || length < 0 || offset+length > l.Size() {
		return fmt.Errorf("stream pack %s: range %d+%d is outside its %d bytes", l.Code, offset, length, l.Size())
	}
	buffered := bufio.NewWriterSize(w, 1<<16)
	win := &window{w: buffered, skip: offset, left: length}
	chunk := make([]byte, readOnce)
	err := l.walk(
		func(b []byte) error {
			_, err := win.Write(b)
			return err
		},
		func(e Entry) error {
			if win.skip >= e.Blob.Size || win.left == 0 {
				win.skip = max(win.skip-e.Blob.Size, 0)
				return nil
			}
			return copyBlob(ctx, win, open, e, chunk)
		},
	)
	if err != nil {
		return fmt.Errorf("stream pack %s: %w", l.Code, err)
	}
	return buffered.Flush()
}

// window passes on left bytes after skipping skip, and drops the rest.
type window struct {
	w          io.Writer
	skip, left int64
}

func (v *window) Write(p []byte) (int, error) {
	n := len(p)
	skipped := min(v.skip, int64(len(p)))
	v.skip -= skipped
	p = p[skipped:]
	p = p[:min(v.left, int64(len(p)))]
	v.left -= int64(len(p))
	if _, err := v.w.Write(p); err != nil {
		return 0, err
	}
	return n, nil
}

// copyBlob writes an entry's bytes and breaks off when they are not the recorded
// ones, going by length and CRC-32: damage on the disk does not get past it.
// SHA-256, which would halve the speed, is for sealing, for the checks of the
// data folder and for whoever verifies the pack. It stops early when the window
// is full.
func copyBlob(ctx context.Context, win *window, open Open, e Entry, chunk []byte) error {
	r, err := open(e.Blob.SHA256)
	if err != nil {
		return fmt.Errorf("open %s: %w", e.Path, err)
	}
	defer r.Close()
	crc := crc32.NewIEEE()
	var size int64
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := r.Read(chunk)
		if size += int64(n); size > e.Blob.Size {
			return fmt.Errorf("%s: stored bytes exceed the recorded %d", e.Path, e.Blob.Size)
		}
		crc.Write(chunk[:n])
		if _, err := win.Write(chunk[:n]); err != nil {
			return err
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return fmt.Errorf("read %s: %w", e.Path, err)
		}
		if win.left == 0 && size < e.Blob.Size {
			return nil
		}
	}
	if size != e.Blob.Size {
		return fmt.Errorf("%s: %d bytes are stored, %d were recorded", e.Path, size, e.Blob.Size)
	}
	if crc.Sum32() != e.Blob.CRC32 {
		return fmt.Errorf("%s: stored bytes differ from the recorded ones", e.Path)
	}
	return nil
}

// readOnce is how many bytes are read and sent at a time: fewer and larger turns
// wake the two ends less often, which on two cores is half of the cost.
const readOnce = 512 << 10
