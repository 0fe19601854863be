package extract

import (
	"context"
	"errors"
	"io"
	"strings"

	"golang.org/x/net/html"

	"relier/internal/domain"
	"relier/internal/pdf"
	"relier/internal/sheet"
)

// readPlain reads the beginning of a text: no more bytes than four for each of
// the text that may be given back.
func readPlain(in io.Reader, l Limits, out *builder) error {
	text, err := Beginning(in, int64(l.Text)*4)
	if err != nil {
		return err
	}
	return out.add(text)
}

// Beginning returns the text of at most so many bytes of a file, whatever the
// encoding.
func Beginning(in io.Reader, most int64) (string, error) {
	data, err := io.ReadAll(io.LimitReader(in, most))
	return sheet.Decode(data), err
}

// readHTML reads a page that was saved as evidence, as text.
func readHTML(ctx context.Context, in io.Reader, out *builder) error {
	data, err := io.ReadAll(whileIn(ctx, in))
	if err != nil {
		return err
	}
	return plainOf(html.NewTokenizer(strings.NewReader(sheet.Decode(data))), out)
}

// readXLSX reads all cells that a person sees, a row to a line.
func readXLSX(ctx context.Context, in io.Reader, l Limits, out *builder) error {
	last := ""
	err := sheet.Browse(ctx, in, browseLimits(l), func(name string, _ int, cells []string) error {
		if name != last {
			last = name
			if err := out.line(name); err != nil {
				return err
			}
		}
		return out.line(strings.Join(cells, "\t"))
	})
	if e, ok := errors.AsType[*domain.Error](err); ok && e.Kind == domain.KindTooLarge {
		return ErrTooLarge
	}
	return err
}

func browseLimits(l Limits) sheet.Limits {
	return sheet.Limits{Bytes: l.Bytes, Unpacked: l.Unpacked, Rows: 20_000, Columns: 100}
}

// readPDF reads the pages in turn. One that cannot be read is passed over: the
// others may still say what somebody looks for.
func (r *Reader) readPDF(ctx context.Context, in io.ReaderAt, size int64, out *builder) error {
	return r.PDF.Read(ctx, in, size, func(d *pdf.Document) error {
		for n := 1; n <= d.Pages; n++ {
			text, err := d.Text(n)
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if err != nil {
				continue
			}
			if err := out.line(text); err != nil {
				return err
			}
		}
		return nil
	})
}

// whileIn is a reader that fails once ctx has ended.
func whileIn(ctx context.Context, r io.Reader) io.Reader { return untilDone{ctx, r} }

type untilDone struct {
	ctx context.Context
	r   io.Reader
}

// Read implements io.Reader.
func (u untilDone) Read(p []byte) (int, error) {
	if err := u.ctx.Err(); err != nil {
		return 0, err
	}
	return u.r.Read(p)
}
