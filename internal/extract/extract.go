// Package extract reads the text inside the files people attach: PDF, DOCX,
// XLSX, plain text, CSV, mail (EML) and HTML.
//
// A file is a stranger's: what it is shows in its bytes, every reader works
// within Limits, a panic of a library is an error, and nothing in a file is
// executed or fetched. Which libraries, and why, is in docs/adr/0017-content.md.
package extract

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"relier/internal/pdf"
)

// What can keep a file's text from being read. A caller that indexes files
// writes down which, and does not try the same bytes again, but for ErrTooSlow.
var (
	ErrNothing    = errors.New("nothing to read")         // a picture, an archive, a scan without text
	ErrTooLarge   = errors.New("too large to be read")    // the file, or what it unpacks to
	ErrTooSlow    = errors.New("took too long to read")   // the text so far comes with it
	ErrUnreadable = errors.New("damaged or not readable") // or protected by a password
)

// Limits bound what one file may cost. Zero fields take those of DefaultLimits.
type Limits struct {
	Bytes    int64         // size of a file; of plain text and CSV only the beginning is read
	Unpacked int64         // bytes that the parts of a DOCX or XLSX unpack to
	Text     int           // bytes of text given back; what follows is left out
	Time     time.Duration // for the whole file
}

// DefaultLimits suit an index in the background.
var DefaultLimits = Limits{Bytes: 64 << 20, Unpacked: 64 << 20, Text: 1 << 20, Time: 10 * time.Second}

func (l Limits) orDefault() Limits {
	d := DefaultLimits
	if l.Bytes > 0 {
		d.Bytes = l.Bytes
	}
	if l.Unpacked > 0 {
		d.Unpacked = l.Unpacked
	}
	if l.Text > 0 {
		d.Text = l.Text
	}
	if l.Time > 0 {
		d.Time = l.Time
	}
	return d
}

// Reader reads files; it is safe for concurrent use.
type Reader struct {
	PDF *pdf.Engine
}

// New makes a reader. What it compiles once is kept in the folder cache; "" keeps
// it in memory.
func New(cache string) *Reader { return &Reader{PDF: pdf.New(cache)} }

// Text returns the text of a file of size bytes, in lines. mediaType is what was
// found in its first bytes and fileName tells apart what looks alike: a mail is
// plain text too. The error is one of the four above, or that of ctx.
func (r *Reader) Text(ctx context.Context, in io.ReaderAt, size int64, mediaType, fileName string, l Limits) (text string, err error) {
	l = l.orDefault()
	f := FormatOf(in, size, mediaType, fileName)
	if err := r.ready(ctx, f); err != nil {
		return "", err
	}
	limited, stop := context.WithTimeout(ctx, l.Time)
	defer stop()
	out := &builder{most: l.Text}
	err = r.read(limited, in, size, f, l, out)
	if errors.Is(err, errFull) {
		err = nil
	}
	return out.settle(sorted(ctx, limited, err))
}

// ready starts what reads a format before a file's time begins: compiling PDFium
// on a busy machine may take longer than any file is given.
func (r *Reader) ready(ctx context.Context, f Format) error {
	if f != PDF {
		return nil
	}
	return sorted(ctx, ctx, r.PDF.Prepare(ctx))
}

func (r *Reader) read(ctx context.Context, in io.ReaderAt, size int64, f Format, l Limits, out *builder) (err error) {
	defer func() { // most of what reads is not ours, and neither are the bytes
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: panic: %v", ErrUnreadable, p)
		}
	}()
	bytes := io.NewSectionReader(in, 0, size)
	if f.Whole() && size > l.Bytes {
		return ErrTooLarge
	}
	switch f {
	case PDF:
		return r.readPDF(ctx, in, size, out)
	case DOCX:
		return readDOCX(ctx, in, size, l, out)
	case XLSX:
		return readXLSX(ctx, bytes, l, out)
	case Mail:
		return readMail(ctx, bytes, out)
	case HTML:
		return readHTML(ctx, io.LimitReader(bytes, l.Bytes), out)
	case Plain, CSV:
		return readPlain(bytes, l, out)
	}
	return ErrNothing
}

// sorted makes an error one of ours: the caller's end beats the time limit,
// which beats what a stopped library says.
func sorted(caller, limited context.Context, err error) error {
	switch {
	case err == nil:
		return nil
	case caller.Err() != nil:
		return caller.Err()
	case limited.Err() != nil:
		return ErrTooSlow
	}
	for _, known := range []error{ErrNothing, ErrTooLarge, ErrTooSlow, ErrUnreadable} {
		if errors.Is(err, known) {
			return err
		}
	}
	return fmt.Errorf("%w: %w", ErrUnreadable, err)
}
