// Package blob keeps the bytes of evidence, provider documents and packs, each
// under its own SHA-256: the same bytes are kept once, and what is kept never
// changes.
//
// A Store is where they lie; Files is the one on a local disk. Put returns only
// when the bytes would survive a power cut, so the order everywhere is: blob
// first, then the row that names it. A blob that no row names is an orphan; a
// sweeper finds it with Walk and drops it with Remove.
package blob

import (
	"context"
	"io"
	"time"

	"relier/internal/domain"
)

// Store keeps bytes by digest. Its methods are safe for concurrent use.
type Store interface {
	// Put reads r to its end and keeps the bytes durably, or keeps nothing. It
	// reports existed when the same bytes were there before. A cancelled ctx is
	// noticed between two reads of r; a read that hangs is for the caller to end.
	Put(ctx context.Context, r io.Reader, want Expect) (b domain.Blob, existed bool, err error)
	// Stage is the first half of Put: the bytes are on the disk, but not kept
	// until Keep. It is for whoever learns only later whether they count, such as
	// an upload whose body may yet turn out to be cut short.
	Stage(ctx context.Context, r io.Reader, want Expect) (Staged, error)
	// Append adds what r gives to the unfinished upload called name (letters and
	// digits), after its first at bytes; what is there beyond them goes. Safe is
	// told, now and then and at the end, how many bytes would survive a power cut,
	// also when r breaks off: the upload may go on from there. One that somebody
	// else is appending to is a conflict.
	Append(ctx context.Context, name string, at int64, r io.Reader, want Expect, safe func(size int64) error) error
	// Finish stages an upload whose bytes all came. Only Forget drops it.
	Finish(ctx context.Context, name string, want Expect) (Staged, error)
	// Forget drops an unfinished upload; one that is not there is no error.
	Forget(ctx context.Context, name string) error
	// Unfinished lists the unfinished uploads that nobody touched since a moment.
	Unfinished(ctx context.Context, since time.Time) (names []string, err error)
	// Open returns the bytes for reading; the caller closes them.
	Open(ctx context.Context, d domain.Digest) (Content, error)
	// Stat returns the stored size in bytes without reading the bytes.
	Stat(ctx context.Context, d domain.Digest) (size int64, err error)
	// Walk visits every blob in the order of the digests and stops at the first
	// error of visit. A blob that comes or goes meanwhile may be missed.
	Walk(ctx context.Context, visit func(d domain.Digest, size int64) error) error
	// Remove drops a blob that no Put stored or recognised since unusedSince. The
	// sweeper passes a time well before it read the rows, so that an upload whose
	// row is still to be written keeps its bytes; it is then told false.
	Remove(ctx context.Context, d domain.Digest, unusedSince time.Time) (removed bool, err error)
}

// Staged is bytes that wait to be kept or dropped. A crash drops them.
type Staged interface {
	Blob() domain.Blob
	Open() (Content, error) // to look at the bytes before they count
	Keep(ctx context.Context) (existed bool, err error)
	Drop() // does nothing after Keep
}

// Content is an opened blob. ReadAt serves ranges without moving the reader.
type Content interface {
	io.ReadSeekCloser
	io.ReaderAt
	Size() int64 // bytes
}

// Expect is what the caller of Put was told about the bytes that will come.
type Expect struct {
	Size    int64          // announced length in bytes, -1 when unknown
	SHA256  *domain.Digest // announced digest, nil when unknown
	MaxSize int64          // bytes, 0 for no limit
}

// Anything expects bytes of any length and content.
var Anything = Expect{Size: -1}

// allows refuses as soon as size bytes are more than was announced or allowed.
func (e Expect) allows(size int64) error {
	switch {
	case e.MaxSize > 0 && size > e.MaxSize:
		return &domain.Error{Kind: domain.KindTooLarge, Key: "error.upload_too_large", Args: domain.Args{"Max": domain.Bytes(e.MaxSize)}}
	case e.Size >= 0 && size > e.Size:
		return domain.Invalid("error.upload_longer", domain.Args{"Size": domain.Bytes(e.Size)})
	}
	return nil
}

// confirms compares all that came with what was announced.
func (e Expect) confirms(got domain.Blob) error {
	switch {
	case e.Size >= 0 && got.Size < e.Size:
		return incomplete(got.Size, nil)
	case e.SHA256 != nil && *e.SHA256 != got.SHA256:
		return domain.Invalid("error.upload_digest", domain.Args{"Want": e.SHA256.String(), "Got": got.SHA256.String()})
	}
	return nil
}

func incomplete(got int64, cause error) error {
	e := domain.Invalid("error.upload_incomplete", domain.Args{"Got": domain.Bytes(got)})
	e.Err = cause
	return e
}

func missing(d domain.Digest, cause error) error {
	return &domain.Error{
		Kind: domain.KindNotFound, Key: "error.blob_missing",
		Args: domain.Args{"Digest": d.String()}, Err: cause,
	}
}
