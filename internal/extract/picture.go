package extract

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/draw"

	"relier/internal/pdf"
)

// pixelsMost bounds what a picture unpacks to: 24 million pixels are 96 MB.
const pixelsMost = 24_000_000

// drawing lets one picture be unpacked at a time.
var drawing = make(chan struct{}, 1)

// Picture draws a PNG, a JPEG or a page of a PDF (counted from 1) anew, at most
// so many pixels each way, and returns it with its media type. What a browser
// gets is our own encoding of pixels: whatever else the file was, a script or a
// page, does not come with it.
func (r *Reader) Picture(ctx context.Context, in io.ReaderAt, size int64, f Format, page, most int) (picture []byte, mediaType string, err error) {
	var out bytes.Buffer
	switch f {
	case PDF:
		err = r.drawPage(ctx, &out, in, size, page, most)
		return out.Bytes(), "image/png", err
	case PNG, JPEG:
	default:
		return nil, "", ErrNothing
	}
	select {
	case drawing <- struct{}{}:
		defer func() { <-drawing }()
	case <-ctx.Done():
		return nil, "", ctx.Err()
	}
	picture, err = redraw(io.NewSectionReader(in, 0, size), f, most)
	return picture, "image/" + string(f), err
}

func redraw(in io.ReadSeeker, f Format, most int) (picture []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: panic: %v", ErrUnreadable, p)
		}
	}()
	shape, decode := jpeg.DecodeConfig, jpeg.Decode
	if f == PNG {
		shape, decode = png.DecodeConfig, png.Decode
	}
	c, err := shape(in)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	if c.Width <= 0 || c.Height <= 0 || c.Width > pixelsMost/c.Height {
		return nil, ErrTooLarge
	}
	if _, err := in.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	drawn, err := decode(in)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	var out bytes.Buffer
	drawn = fit(drawn, most)
	if f == PNG {
		err = (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&out, drawn)
	} else {
		err = jpeg.Encode(&out, drawn, &jpeg.Options{Quality: 88})
	}
	return out.Bytes(), err
}

// fit makes a picture no larger than most pixels each way.
func fit(p image.Image, most int) image.Image {
	w, h := p.Bounds().Dx(), p.Bounds().Dy()
	if w <= most && h <= most {
		return p
	}
	if w > h {
		w, h = most, max(1, h*most/w)
	} else {
		w, h = max(1, w*most/h), most
	}
	out := image.NewNRGBA(image.Rect(0, 0, w, h))
	draw.ApproxBiLinear.Scale(out, out.Bounds(), p, p.Bounds(), draw.Src, nil)
	return out
}

func (r *Reader) drawPage(ctx context.Context, w io.Writer, in io.ReaderAt, size int64, page, most int) error {
	if err := r.ready(ctx, PDF); err != nil {
		return err
	}
	limited, stop := context.WithTimeout(ctx, DefaultLimits.Time)
	defer stop()
	err := r.PDF.Read(limited, in, size, func(d *pdf.Document) error { return d.Draw(w, page, most) })
	return sorted(ctx, limited, err)
}

// Page returns the text of one page of a PDF, counted from 1, and how many pages
// there are. A page without text is no error.
func (r *Reader) Page(ctx context.Context, in io.ReaderAt, size int64, page int) (text string, pages int, err error) {
	if err := r.ready(ctx, PDF); err != nil {
		return "", 0, err
	}
	limited, stop := context.WithTimeout(ctx, DefaultLimits.Time)
	defer stop()
	out := &builder{most: 64 << 10}
	err = r.PDF.Read(limited, in, size, func(d *pdf.Document) error {
		pages = d.Pages
		got, err := d.Text(page)
		if err == nil {
			_ = out.add(got) // a page with more text than that is cut
		}
		return err
	})
	return out.b.String(), pages, sorted(ctx, limited, err)
}
