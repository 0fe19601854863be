package blob

import (
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"sync"

	"relier/internal/domain"
)

// chunk is how many bytes are read, hashed and written at a time. Two of them
// are all the memory a transfer takes, whatever its length.
const chunk = 1 << 20

var buffers = sync.Pool{New: func() any { return new([2][chunk]byte) }}

// receive copies r to w until r ends, hashing beside the writing, and returns
// what came. allows is asked about the total before each chunk is written.
func receive(ctx context.Context, w io.Writer, r io.Reader, allows func(size int64) error) (domain.Blob, error) {
	return newHashes().receive(ctx, w, r, allows)
}

func (h *hashes) receive(ctx context.Context, w io.Writer, r io.Reader, allows func(size int64) error) (domain.Blob, error) {
	if err := h.copy(ctx, w, r, allows, func() error { return nil }); err != nil {
		return domain.Blob{}, err
	}
	return h.blob(), nil
}

// errWrite marks the failures after which h may be ahead of what was written.
var errWrite = errors.New("write")

// copy is receive for a stream of which h may have seen the beginning; written
// is called after each chunk. What came before an error of r was written.
func (h *hashes) copy(ctx context.Context, w io.Writer, r io.Reader, allows func(size int64) error, written func() error) error {
	pair := buffers.Get().(*[2][chunk]byte)
	defer buffers.Put(pair)
	defer h.wait() // before the buffers go to somebody else
	for i := 0; ; i ^= 1 {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, end := fill(r, pair[i][:])
		if err := allows(h.size + int64(n)); err != nil {
			return err
		}
		h.add(pair[i][:n])
		if _, err := w.Write(pair[i][:n]); err != nil {
			return fmt.Errorf("%w: %w", errWrite, err)
		}
		if err := written(); err != nil {
			return err
		}
		if end == io.EOF {
			return nil
		}
		if end != nil {
			return broken(h.size, end)
		}
	}
}

// fill reads until p is full or r says why not. io.ReadFull would not do: it
// reports an ordinary end as io.ErrUnexpectedEOF, the very error of a body that
// was cut short.
func fill(r io.Reader, p []byte) (n int, err error) {
	for idle := 0; n < len(p) && err == nil; {
		var m int
		m, err = r.Read(p[n:])
		n += m
		if idle++; m > 0 {
			idle = 0
		}
		if idle == 100 && err == nil {
			err = io.ErrNoProgress
		}
	}
	return n, err
}

// broken is the error of a source that failed after size bytes.
func broken(size int64, cause error) error {
	if errors.Is(cause, io.ErrUnexpectedEOF) {
		return incomplete(size, cause)
	}
	return fmt.Errorf("read after %d bytes: %w", size, cause)
}

// hashes computes the digests of a stream beside whoever writes and reads on.
// SHA-512 is left out unless somebody needs it: it takes longer than all the rest
// of an upload, and only packs print it.
type hashes struct {
	sha256 hash.Hash
	sha512 hash.Hash // nil: not asked for
	crc32  hash.Hash32
	size   int64
	busy   sync.WaitGroup
}

func newHashes() *hashes { return &hashes{sha256: sha256.New(), crc32: crc32.NewIEEE()} }

// allHashes computes SHA-512 too.
func allHashes() *hashes {
	h := newHashes()
	h.sha512 = sha512.New()
	return h
}

// add starts hashing p, which must not change before the next add or wait.
func (h *hashes) add(p []byte) {
	h.wait()
	h.size += int64(len(p))
	if h.sha512 != nil {
		h.busy.Go(func() { h.sha512.Write(p) })
	}
	h.busy.Go(func() { h.sha256.Write(p); h.crc32.Write(p) })
}

func (h *hashes) wait() { h.busy.Wait() }

func (h *hashes) blob() domain.Blob {
	h.wait()
	b := domain.Blob{SHA256: domain.Digest(h.sha256.Sum(nil)), CRC32: h.crc32.Sum32(), Size: h.size}
	if h.sha512 != nil {
		b.SHA512 = hex.EncodeToString(h.sha512.Sum(nil))
	}
	return b
}
