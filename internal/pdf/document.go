package pdf

import (
	"bytes"
	"fmt"
	"image/png"
	"io"

	"github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/enums"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
)

// Document is an open PDF; it is good only inside the function given to Read.
type Document struct {
	Pages int

	in  pdfium.Pdfium
	ref references.FPDF_DOCUMENT
}

// page names a page, counted from 1.
func (d *Document) page(n int) (requests.Page, error) {
	if n < 1 || n > d.Pages {
		return requests.Page{}, fmt.Errorf("%w: no page %d of %d", ErrUnreadable, n, d.Pages)
	}
	return requests.Page{ByIndex: &requests.PageByIndex{Document: d.ref, Index: n - 1}}, nil
}

// Text returns the text of a page, counted from 1.
func (d *Document) Text(n int) (string, error) {
	page, err := d.page(n)
	if err != nil {
		return "", err
	}
	t, err := d.in.GetPageText(&requests.GetPageText{Page: page})
	if err != nil {
		return "", unreadable("text", err)
	}
	return t.Text, nil
}

// Draw writes a page, counted from 1, as a PNG that fits into so many pixels
// each way.
func (d *Document) Draw(w io.Writer, n, most int) error {
	page, err := d.page(n)
	if err != nil {
		return err
	}
	drawn, err := d.in.RenderPageInPixels(&requests.RenderPageInPixels{
		Page: page, Width: most, Height: most, RenderFlags: enums.FPDF_RENDER_FLAG_ANNOT,
	})
	if err != nil {
		return unreadable("draw", err)
	}
	defer drawn.Cleanup()
	var b bytes.Buffer // whole, before any of it goes out
	fast := png.Encoder{CompressionLevel: png.BestSpeed}
	if err := fast.Encode(&b, drawn.Result.RenderedImage); err != nil {
		return fmt.Errorf("encode page: %w", err)
	}
	_, err = b.WriteTo(w)
	return err
}
