package server

import (
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"strconv"
	"strings"
	"unicode"

	"github.com/gofiber/fiber/v2"

	"relier/internal/domain"
)

// downloadPolicy keeps a file from doing anything, were it ever shown as a page.
const downloadPolicy = "sandbox; default-src 'none'; frame-ancestors 'none'"

// Download is a file to hand out: from Content, or from Write where the bytes
// are put together while they are sent.
type Download struct {
	Name    string        // for the reader's disk; cleaned here
	Type    string        // "": application/octet-stream; nothing a browser would show as a page
	Size    int64         // bytes
	ETag    string        // strong, without quotes; "" for none
	Content io.ReadSeeker // closed afterwards if it can be
	Write   func(w io.Writer, offset, length int64) error
}

// Download answers with a file, or with the one range of it that was asked for.
// Whatever it is, browsers save it and open nothing.
func (c *Ctx) Download(d Download) error {
	c.attach(d.Name, d.Type)
	c.fiber.Set("Accept-Ranges", "bytes")
	if d.ETag != "" {
		c.fiber.Set("ETag", `"`+d.ETag+`"`)
	}
	from, length, status := c.span(d)
	c.fiber.Status(status)
	switch status {
	case fiber.StatusRequestedRangeNotSatisfiable:
		c.fiber.Set("Content-Range", fmt.Sprintf("bytes */%d", d.Size))
		return d.close()
	case fiber.StatusPartialContent:
		c.fiber.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, from+length-1, d.Size))
	}
	if d.Write != nil {
		fast := c.fiber.Context()
		fast.SetBodyStream(&written{fast: fast, timeout: c.server.config.Timeouts.Progress, log: c.server.log, id: c.id,
			write: func(w io.Writer) error { return d.Write(w, from, length) }}, int(length))
		return nil
	}
	if _, err := d.Content.Seek(from, io.SeekStart); err != nil {
		return errors.Join(err, d.close())
	}
	c.send(io.LimitReader(d.Content, length), length, d.close)
	return nil
}

func (d Download) close() error {
	if k, ok := d.Content.(io.Closer); ok {
		return k.Close()
	}
	return nil
}

// Stream answers with a file made while it is sent, of a length nobody knows
// yet. A failure half way breaks the connection: the reader must not take half a
// file for a whole one.
func (c *Ctx) Stream(name, contentType string, write func(io.Writer) error) error {
	c.attach(name, contentType)
	r := c.piped(write)
	c.send(r, -1, r.Close)
	return nil
}

// piped reads what write writes. A panic there becomes the reader's error: in a
// goroutine of its own it would end the process.
func (c *Ctx) piped(write func(io.Writer) error) *io.PipeReader {
	r, w := io.Pipe()
	id, log := c.id, c.server.log // the request may be over before the writing is
	go func() {
		err := caught(func() error { return write(w) })
		if err != nil && !errors.Is(err, io.ErrClosedPipe) {
			log.Error("stream", "id", id, "err", err)
		}
		w.CloseWithError(err)
	}()
	return r
}

// caught turns a panic into an error, where one would end the process.
func caught(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return f()
}

func (c *Ctx) send(r io.Reader, length int64, done func() error) {
	fast := c.fiber.Context()
	fast.SetBodyStream(&rolling{Reader: r, fast: fast, timeout: c.server.config.Timeouts.Progress, close: done}, int(length))
}

func (c *Ctx) attach(name, contentType string) {
	if contentType == "" {
		contentType = "application/octet-stream"
	}
	c.fiber.Set("Content-Type", contentType)
	c.fiber.Set("Content-Disposition", disposition(name))
	c.fiber.Set("Content-Security-Policy", downloadPolicy)
}

// span reads the Range header: one range of bytes (RFC 9110, 14.2). Several, or
// one that makes no sense, get the whole file.
func (c *Ctx) span(d Download) (from, length int64, status int) {
	spec, isBytes := strings.CutPrefix(c.header("Range"), "bytes=")
	if cond := c.header("If-Range"); cond != "" && cond != `"`+d.ETag+`"` {
		isBytes = false
	}
	first, last, ok := strings.Cut(strings.TrimSpace(spec), "-")
	if !isBytes || !ok || strings.Contains(spec, ",") || c.Method() != fiber.MethodGet {
		return 0, d.Size, fiber.StatusOK
	}
	return parseSpan(first, last, d.Size)
}

func parseSpan(first, last string, size int64) (from, length int64, status int) {
	a, errA := strconv.ParseUint(first, 10, 63)
	b, errB := strconv.ParseUint(last, 10, 63)
	switch {
	case first == "" && errB == nil: // the last b bytes
		n := min(int64(b), size)
		if n == 0 {
			return 0, 0, fiber.StatusRequestedRangeNotSatisfiable
		}
		return size - n, n, fiber.StatusPartialContent
	case errA != nil || last != "" && (errB != nil || b < a):
		return 0, size, fiber.StatusOK
	case int64(a) >= size:
		return 0, 0, fiber.StatusRequestedRangeNotSatisfiable
	case last == "" || int64(b) >= size:
		return int64(a), size - int64(a), fiber.StatusPartialContent
	}
	return int64(a), int64(b-a) + 1, fiber.StatusPartialContent
}

// disposition names an attachment twice (RFC 6266): in ASCII for the oldest, and
// as RFC 5987 wants it for everyone else.
func disposition(name string) string {
	name = domain.SafeFileName(name)
	var plain, full strings.Builder
	for _, r := range name {
		if r < 0x80 && r != '"' && r != '\\' && r != '%' {
			plain.WriteRune(r)
		} else {
			plain.WriteByte('_')
		}
	}
	for _, b := range []byte(name) {
		if b < 0x80 && (unicode.IsLetter(rune(b)) || unicode.IsDigit(rune(b)) || strings.IndexByte("!#$&+-.^_`|~", b) >= 0) {
			full.WriteByte(b)
		} else {
			fmt.Fprintf(&full, "%%%02X", b)
		}
	}
	return `attachment; filename="` + plain.String() + `"; filename*=UTF-8''` + full.String()
}
