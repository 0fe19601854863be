package blob

import (
	"context"
	"time"

	"relier/internal/domain"
)

// Paced reads the blobs of a store at no more than a number of bytes a second,
// so that a check in the background leaves the disk to people. Everything else
// goes through as it is.
func Paced(s Store, bytesPerSecond int64) Store { return paced{s, bytesPerSecond} }

type paced struct {
	Store
	rate int64
}

// Open implements Store.
func (p paced) Open(ctx context.Context, d domain.Digest) (Content, error) {
	c, err := p.Store.Open(ctx, d)
	if err != nil {
		return nil, err
	}
	return &pacedContent{Content: c, ctx: ctx, rate: p.rate}, nil
}

type pacedContent struct {
	Content
	ctx  context.Context
	rate int64
}

// Read reads, then waits as long as the bytes should have taken.
func (c *pacedContent) Read(p []byte) (int, error) {
	n, err := c.Content.Read(p)
	if n == 0 || c.rate <= 0 {
		return n, err
	}
	select {
	case <-c.ctx.Done():
		return n, c.ctx.Err()
	case <-time.After(time.Duration(n) * time.Second / time.Duration(c.rate)):
	}
	return n, err
}
