// Package blobtest holds what every blob.Store must do, whatever it keeps its
// bytes on. Each implementation's tests call Run.
package blobtest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"hash/crc32"
	"io"
	"slices"
	"testing"
	"testing/iotest"
	"time"

	"relier/internal/blob"
	"relier/internal/domain"
)

// Run checks a store; open returns a new empty one each time.
func Run(t *testing.T, open func(t *testing.T) blob.Store) {
	t.Run("round trip", func(t *testing.T) { roundTrip(t, open(t)) })
	t.Run("same bytes", func(t *testing.T) { sameBytes(t, open(t)) })
	t.Run("expectations", func(t *testing.T) { expectations(t, open(t)) })
	t.Run("broken sources", func(t *testing.T) { brokenSources(t, open(t)) })
	t.Run("missing", func(t *testing.T) { missing(t, open(t)) })
	t.Run("remove", func(t *testing.T) { remove(t, open(t)) })
}

// Bytes returns n bytes that differ for each seed.
func Bytes(n int, seed byte) []byte {
	p := make([]byte, n)
	x := uint32(seed)*2654435761 + 1
	for i := range p {
		x = x*1664525 + 1013904223
		p[i] = byte(x >> 24)
	}
	return p
}

// Describe computes with the standard library alone what Put must return.
func Describe(p []byte) domain.Blob {
	return domain.Blob{SHA256: sha256.Sum256(p), CRC32: crc32.ChecksumIEEE(p), Size: int64(len(p))}
}

// Put stores p or fails the test.
func Put(t *testing.T, s blob.Store, p []byte) domain.Blob {
	t.Helper()
	b, _, err := s.Put(t.Context(), bytes.NewReader(p), blob.Expect{Size: int64(len(p))})
	if err != nil {
		t.Fatalf("Put: %v", err)
	}
	return b
}

// Digests returns what the store holds, as Walk shows it.
func Digests(t *testing.T, s blob.Store) []domain.Digest {
	t.Helper()
	var all []domain.Digest
	err := s.Walk(t.Context(), func(d domain.Digest, size int64) error {
		if got, err := s.Stat(t.Context(), d); err != nil || got != size {
			t.Errorf("Walk says %d bytes, Stat %d, %v", size, got, err)
		}
		all = append(all, d)
		return nil
	})
	if err != nil {
		t.Fatalf("Walk: %v", err)
	}
	return all
}

func roundTrip(t *testing.T, s blob.Store) {
	const mib = 1 << 20
	var put []domain.Digest
	for i, n := range []int{0, 1, 511, mib - 1, mib, mib + 1, 2 * mib, 3*mib + 7} {
		p := Bytes(n, byte(i))
		b, existed, err := s.Put(t.Context(), bytes.NewReader(p), blob.Anything)
		if err != nil || existed || b != Describe(p) {
			t.Errorf("Put %d bytes = %+v, existed %t, %v", n, b, existed, err)
			continue
		}
		put = append(put, b.SHA256)
		opens(t, s, p)
	}
	slices.SortFunc(put, func(a, b domain.Digest) int { return bytes.Compare(a[:], b[:]) })
	if got := Digests(t, s); !slices.Equal(got, put) {
		t.Errorf("Walk visited %v, want %v", got, put)
	}
}

func opens(t *testing.T, s blob.Store, p []byte) {
	t.Helper()
	c, err := s.Open(t.Context(), sha256.Sum256(p))
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	defer c.Close()
	if got, err := io.ReadAll(c); err != nil || !bytes.Equal(got, p) || c.Size() != int64(len(p)) {
		t.Errorf("read %d bytes of %d (Size %d), %v", len(got), len(p), c.Size(), err)
	}
	half := int64(len(p) / 2)
	if _, err := c.Seek(half, io.SeekStart); err != nil {
		t.Errorf("Seek: %v", err)
	}
	if got, err := io.ReadAll(c); err != nil || !bytes.Equal(got, p[half:]) {
		t.Errorf("after Seek read %d bytes, %v", len(got), err)
	}
	at := make([]byte, len(p)-int(half))
	if n, err := c.ReadAt(at, half); !bytes.Equal(at, p[half:]) || (err != nil && err != io.EOF) {
		t.Errorf("ReadAt gave %d bytes, %v", n, err)
	}
}

func sameBytes(t *testing.T, s blob.Store) {
	p := Bytes(5000, 1)
	first := Put(t, s, p)
	again, existed, err := s.Put(t.Context(), iotest.OneByteReader(bytes.NewReader(p)), blob.Expect{Size: -1, SHA256: &first.SHA256})
	if err != nil || !existed || again != first {
		t.Errorf("second Put = %+v, existed %t, %v", again, existed, err)
	}
	if n := len(Digests(t, s)); n != 1 {
		t.Errorf("%d blobs for the same bytes", n)
	}
	opens(t, s, p)
}

func expectations(t *testing.T, s blob.Store) {
	p := Bytes(3<<20, 2)
	right, other := Describe(p).SHA256, Describe(nil).SHA256
	for _, c := range []struct {
		name string
		want blob.Expect
		kind domain.Kind
		key  string
	}{
		{"short", blob.Expect{Size: int64(len(p)) + 1}, domain.KindInvalid, "error.upload_incomplete"},
		{"long", blob.Expect{Size: int64(len(p)) - 1}, domain.KindInvalid, "error.upload_longer"},
		{"nothing announced", blob.Expect{Size: 0}, domain.KindInvalid, "error.upload_longer"},
		{"other digest", blob.Expect{Size: -1, SHA256: &other}, domain.KindInvalid, "error.upload_digest"},
		{"too large", blob.Expect{Size: -1, MaxSize: int64(len(p)) - 1}, domain.KindTooLarge, "error.upload_too_large"},
		{"too large as announced", blob.Expect{Size: 1 << 40, MaxSize: 1 << 30}, domain.KindTooLarge, "error.upload_too_large"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, _, err := s.Put(t.Context(), bytes.NewReader(p), c.want)
			Refused(t, err, c.kind, c.key)
			if n := len(Digests(t, s)); n != 0 {
				t.Errorf("%d blobs kept", n)
			}
		})
	}
	exact := blob.Expect{Size: int64(len(p)), SHA256: &right, MaxSize: int64(len(p))}
	if _, _, err := s.Put(t.Context(), bytes.NewReader(p), exact); err != nil {
		t.Errorf("as announced and at the limit: %v", err)
	}
}

// Refused checks the kind and key of an error.
func Refused(t *testing.T, err error, kind domain.Kind, key string) {
	t.Helper()
	e, ok := errors.AsType[*domain.Error](err)
	if !ok || e.Kind != kind || e.Key != key {
		t.Errorf("error %v, want %s %s", err, kind, key)
	}
}

func brokenSources(t *testing.T, s blob.Store) {
	p := Bytes(1<<20+100, 3)
	body := func() io.Reader { return bytes.NewReader(p) }
	torn := errors.New("line torn")
	cut := func(err error) io.Reader { return io.MultiReader(body(), iotest.ErrReader(err)) }
	keepsNothing := func(t *testing.T, ctx context.Context, r io.Reader, want error) {
		t.Helper()
		if _, _, err := s.Put(ctx, r, blob.Anything); !errors.Is(err, want) {
			t.Errorf("error %v, want %v in its chain", err, want)
		}
		if n := len(Digests(t, s)); n != 0 {
			t.Errorf("%d blobs kept", n)
		}
	}
	t.Run("error", func(t *testing.T) { keepsNothing(t, t.Context(), cut(torn), torn) })
	t.Run("error with the last bytes", func(t *testing.T) {
		keepsNothing(t, t.Context(), iotest.DataErrReader(cut(torn)), torn)
	})
	t.Run("cut short", func(t *testing.T) {
		keepsNothing(t, t.Context(), cut(io.ErrUnexpectedEOF), io.ErrUnexpectedEOF)
		_, _, err := s.Put(t.Context(), cut(io.ErrUnexpectedEOF), blob.Anything)
		Refused(t, err, domain.KindInvalid, "error.upload_incomplete")
	})
	t.Run("nothing ever comes", func(t *testing.T) { keepsNothing(t, t.Context(), stuck{}, io.ErrNoProgress) })
	t.Run("cancelled", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		keepsNothing(t, ctx, io.MultiReader(body(), calls(cancel), body()), context.Canceled)
	})
}

// stuck reads nothing, for ever.
type stuck struct{}

func (stuck) Read([]byte) (int, error) { return 0, nil }

// calls is an empty reader that calls itself when it is reached.
type calls func()

func (c calls) Read([]byte) (int, error) { c(); return 0, io.EOF }

func missing(t *testing.T, s blob.Store) {
	d := Describe([]byte("never stored")).SHA256
	_, openErr := s.Open(t.Context(), d)
	_, statErr := s.Stat(t.Context(), d)
	_, removeErr := s.Remove(t.Context(), d, time.Now())
	for _, err := range []error{openErr, statErr, removeErr} {
		Refused(t, err, domain.KindNotFound, "error.blob_missing")
	}
}

func remove(t *testing.T, s blob.Store) {
	b := Put(t, s, []byte("an orphan"))
	if gone, err := s.Remove(t.Context(), b.SHA256, time.Now().Add(-time.Hour)); gone || err != nil {
		t.Errorf("stored within the hour: removed %t, %v", gone, err)
	}
	if gone, err := s.Remove(t.Context(), b.SHA256, time.Now().Add(time.Hour)); !gone || err != nil {
		t.Errorf("unused: removed %t, %v", gone, err)
	}
	_, err := s.Open(t.Context(), b.SHA256)
	Refused(t, err, domain.KindNotFound, "error.blob_missing")
	if n := len(Digests(t, s)); n != 0 {
		t.Errorf("%d blobs left", n)
	}
}
