package extract

import (
	"archive/zip"
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
)

// Bounds on the parts of a document.
const (
	partsMost = 5000
	depthMost = 200
)

// documentPart tells the parts of a DOCX that hold what a person reads.
var documentPart = regexp.MustCompile(`(?i)^word/(document|header\d*|footer\d*|footnotes|endnotes|comments)\.xml$`)

// readDOCX reads the main part first, then headers, notes and comments. Go's own
// readers of ZIP and XML suffice: the text of a document is what stands in its
// w:t elements (ECMA-376, part 1, 17.3.3.31).
func readDOCX(ctx context.Context, in io.ReaderAt, size int64, l Limits, out *builder) error {
	z, err := zip.NewReader(in, size)
	if err != nil {
		return err
	}
	if len(z.File) > partsMost {
		return ErrTooLarge
	}
	parts := slices.DeleteFunc(slices.Clone(z.File), func(f *zip.File) bool { return !documentPart.MatchString(f.Name) })
	slices.SortStableFunc(parts, func(a, b *zip.File) int { return rank(a) - rank(b) })
	left := l.Unpacked
	for _, f := range parts {
		if err := readPart(ctx, f, &left, out); err != nil {
			return err
		}
	}
	return nil
}

func rank(f *zip.File) int {
	if strings.EqualFold(f.Name, "word/document.xml") {
		return 0
	}
	return 1
}

// readPart reads one part; left is how many bytes all parts may still unpack to,
// counted as they come and not as the file announces them.
func readPart(ctx context.Context, f *zip.File, left *int64, out *builder) error {
	r, err := f.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	counted := &counter{r: whileIn(ctx, r), left: left}
	d := xml.NewDecoder(counted)
	for depth, text := 0, false; ; {
		token, err := d.RawToken()
		if err == io.EOF {
			out.gap = '\n'
			return nil
		}
		if err != nil {
			return err
		}
		switch token := token.(type) {
		case xml.StartElement:
			if depth++; depth > depthMost {
				return fmt.Errorf("%w: %s is nested too deeply", ErrUnreadable, f.Name)
			}
			text = token.Name.Local == "t" || token.Name.Local == "delText"
			out.breakAt(token.Name.Local)
		case xml.EndElement:
			depth, text = depth-1, false
			out.breakAfter(token.Name.Local)
		case xml.CharData:
			if text {
				if err := out.add(string(token)); err != nil {
					return err
				}
			}
		case xml.Directive:
			return fmt.Errorf("%w: %s has a document type", ErrUnreadable, f.Name)
		}
	}
}

// breakAt and breakAfter turn the breaks of a document into those of a text.
func (o *builder) breakAt(element string) {
	switch element {
	case "br", "cr":
		o.gap = '\n'
	case "tab":
		o.space()
	}
}

func (o *builder) breakAfter(element string) {
	switch element {
	case "p":
		o.gap = '\n'
	case "tc":
		o.space()
	}
}

// counter fails once more bytes came than are left.
type counter struct {
	r    io.Reader
	left *int64
}

// Read implements io.Reader.
func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	if *c.left -= int64(n); *c.left < 0 {
		return 0, ErrTooLarge
	}
	return n, err
}
