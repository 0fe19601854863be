package server

import (
	"errors"
	"io"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/valyala/fasthttp"
)

// listener wraps accepted connections, so that one closed over an unread body
// lets its client read the answer first.
type listener struct{ net.Listener }

func (l listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &conn{Conn: c}, nil
}

type conn struct {
	net.Conn
	unread atomic.Bool // the client is still sending what nobody will read
	ended  atomic.Bool // the client will send no more
}

func (c *conn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if err == io.EOF {
		c.ended.Store(true)
	}
	return n, err
}

// How long, and how far, a refused body is read only to be thrown away.
const (
	lingerTime = time.Second
	lingerMost = 16 << 20
)

// Close ends the connection. Closing over unread bytes resets it, and a reset
// takes the answer away from the client: so the answer's end is sent first, and
// some of what still arrives is dropped.
func (c *conn) Close() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok && c.unread.Load() && half.CloseWrite() == nil {
		_ = c.Conn.SetReadDeadline(time.Now().Add(lingerTime))
		_, _ = io.CopyN(io.Discard, c.Conn, lingerMost)
	}
	return c.Conn.Close()
}

// body is a request's body with the deadline rolling along. It ends with io.EOF
// only where the request said it would. fasthttp also takes a connection closed
// early for the end: of a body of known length, and of a chunked one between
// two chunks.
type body struct {
	fast     *fasthttp.RequestCtx
	stream   io.Reader // nil: no body
	length   int64     // Content-Length, or -1 when chunked
	read     int64
	progress int64 // since the deadline was last set
	timeout  time.Duration
	err      error
}

func newBody(fast *fasthttp.RequestCtx, timeout time.Duration) *body {
	b := &body{fast: fast, stream: fast.RequestBodyStream(), length: int64(fast.Request.Header.ContentLength()), timeout: timeout}
	if b.stream == nil || b.length == 0 {
		b.err = io.EOF
	}
	return b
}

func (b *body) Read(p []byte) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	if b.read == 0 || b.progress >= progressLeast {
		b.progress = 0
		if err := b.fast.SetReadDeadline(time.Now().Add(b.timeout)); err != nil {
			return 0, err
		}
	}
	n, err := b.stream.Read(p)
	b.read += int64(n)
	b.progress += int64(n)
	if err == io.EOF && b.cut() {
		err = io.ErrUnexpectedEOF
	}
	b.err = err
	return n, err
}

// cut reports whether what fasthttp calls the end is not: bytes of the known
// length are missing, or the client hung up before the last chunk. A whole body
// ends without asking the connection for more.
func (b *body) cut() bool {
	if b.length >= 0 {
		return b.read < b.length
	}
	c, ours := b.fast.Conn().(*conn)
	return ours && c.ended.Load()
}

// done reports whether the body was read to its proper end.
func (b *body) done() bool { return b.err == io.EOF }

// rolling is a response body that gives its client a new deadline per read.
type rolling struct {
	io.Reader
	fast    *fasthttp.RequestCtx
	timeout time.Duration
	close   func() error
}

func (r *rolling) Read(p []byte) (int, error) {
	if err := r.fast.SetWriteDeadline(time.Now().Add(r.timeout)); err != nil {
		return 0, err
	}
	return r.Reader.Read(p)
}

// rolls are as large as what is written to a connection at a time. fasthttp by
// itself takes 4 KiB.
var rolls = sync.Pool{New: func() any { return new([256 << 10]byte) }}

// WriteTo implements io.WriterTo, which fasthttp prefers.
func (r *rolling) WriteTo(w io.Writer) (n int64, err error) {
	roll := rolls.Get().(*[256 << 10]byte)
	defer rolls.Put(roll)
	for {
		got, end := r.Read(roll[:])
		sent, err := w.Write(roll[:got])
		if n += int64(sent); err != nil {
			return n, err
		}
		if end == io.EOF {
			return n, nil
		}
		if end != nil {
			return n, end
		}
	}
}

// Close releases what the body is read from; fasthttp calls it in every case.
func (r *rolling) Close() error {
	if r.close == nil {
		return nil
	}
	return r.close()
}

// written is a response body that is put together while it is sent, straight
// into the connection. fasthttp takes it by WriteTo; nothing else reads it.
type written struct {
	fast    *fasthttp.RequestCtx
	timeout time.Duration
	write   func(io.Writer) error
	log     *slog.Logger
	id      string // of the request, which may be over before the writing is
}

// Read implements io.Reader, which is all that SetBodyStream asks for.
func (b *written) Read([]byte) (int, error) { return 0, errors.ErrUnsupported }

// WriteTo implements io.WriterTo. A reader who leaves is no failure of ours.
func (b *written) WriteTo(w io.Writer) (int64, error) {
	out := &patient{Writer: w, fast: b.fast, timeout: b.timeout}
	err := caught(func() error { return b.write(out) })
	if err != nil && !out.left {
		b.log.Error("stream", "id", b.id, "err", err)
	}
	return out.sent, err
}

// patient gives its client a new deadline per write.
type patient struct {
	io.Writer
	fast    *fasthttp.RequestCtx
	timeout time.Duration
	sent    int64
	left    bool // the client: it takes no more
}

func (p *patient) Write(b []byte) (int, error) {
	err := p.fast.SetWriteDeadline(time.Now().Add(p.timeout))
	n := 0
	if err == nil {
		n, err = p.Writer.Write(b)
	}
	p.sent += int64(n)
	p.left = err != nil
	return n, err
}
