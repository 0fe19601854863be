package sheet

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/net/html/charset"

	"relier/internal/domain"
)

// Bounds on what a workbook is made of. They let through what a spreadsheet
// writes for a table within DefaultLimits, and keep small what the parser builds
// from a part: a few bytes of XML can stand for a hundred of memory.
const (
	maxParts     = 1000
	maxSmallPart = 4 << 20   // bytes of styles, relationships and the like
	maxTag       = 256 << 10 // bytes from one < to the next: 32,767 escaped characters
	maxDepth     = 100
)

// budget is what the parts may still use together.
type budget struct {
	cells, texts, other int // tags in worksheets, in shared strings, in the rest; a cell has four to six
	strings             int // shared strings
}

var errTooMuch = &domain.Error{Kind: domain.KindInvalid, Key: "error.sheet.too_complex"}

// sound returns a workbook with only those parts that a table needs, each read
// to its end, matching its checksum, well-formed and within bounds. The parser
// checks none of this: it would take a part that breaks off for a shorter one.
func sound(ctx context.Context, data []byte, limit int64) ([]byte, error) {
	zr, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, damaged(err)
	}
	if err := weigh(zr, limit); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	zw := zip.NewWriter(&out)
	zw.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(w, flate.BestSpeed)
	})
	left := budget{cells: 2_000_000, texts: 1_000_000, other: 300_000, strings: 250_000}
	for _, f := range zr.File {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if !needed(f.Name) {
			continue
		}
		if err := pass(zw, f, &left); err != nil {
			return nil, damaged(fmt.Errorf("part %q: %w", f.Name, err))
		}
	}
	if err := zw.Close(); err != nil {
		return nil, fmt.Errorf("repack workbook: %w", err)
	}
	return out.Bytes(), nil
}

// weigh refuses by the announced sizes, before anything is unpacked; archive/zip
// stops a part that unpacks to more than it announced.
func weigh(zr *zip.Reader, limit int64) error {
	if len(zr.File) > maxParts {
		return errTooMuch
	}
	total, names := uint64(0), map[string]bool{}
	for _, f := range zr.File {
		if f.UncompressedSize64 > uint64(limit) {
			return tooLarge("error.sheet.unpacked", limit)
		}
		total += f.UncompressedSize64
		name := strings.ToLower(f.Name)
		if names[name] {
			return damaged(fmt.Errorf("two parts named %q", f.Name))
		}
		names[name] = true
	}
	if total > uint64(limit) {
		return tooLarge("error.sheet.unpacked", limit)
	}
	return nil
}

// needed tells the parts a table may be read from; pictures, charts, comments,
// caches, macros and properties are not among them.
func needed(name string) bool {
	name = strings.ToLower(strings.ReplaceAll(name, `\`, "/"))
	for _, other := range []string{"docprops/", "customxml/", "xl/calcchain", "xl/comments", "xl/threadedcomments/",
		"xl/drawings/", "xl/charts/", "xl/media/", "xl/embeddings/", "xl/pivot", "xl/externallinks/", "xl/queries/"} {
		if strings.HasPrefix(name, other) {
			return false
		}
	}
	return strings.HasSuffix(name, ".xml") || strings.HasSuffix(name, ".rels")
}

// tags returns the part of the budget that a part draws on; other also bounds
// its size.
func (b *budget) tags(name string) (left *int, small bool) {
	name = strings.ToLower(name)
	switch {
	case strings.HasSuffix(name, "sharedstrings.xml"):
		return &b.texts, false
	case strings.Contains(name, "worksheets/") && strings.HasSuffix(name, ".xml"):
		return &b.cells, false
	}
	return &b.other, true
}

// pass copies one part once it is known to be sound.
func pass(zw *zip.Writer, f *zip.File, left *budget) error {
	tags, small := left.tags(f.Name)
	if small && f.UncompressedSize64 > maxSmallPart {
		return errTooMuch
	}
	r, err := f.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	part, err := io.ReadAll(r) // fails on a wrong length or checksum
	if err != nil {
		return err
	}
	if err := spread(part, tags); err != nil {
		return err
	}
	if err := wellFormed(part, &left.strings); err != nil {
		return err
	}
	w, err := zw.Create(f.Name)
	if err != nil {
		return err
	}
	_, err = w.Write(part)
	return err
}

// spread bounds how many tags there are and how long each is, and so how many
// elements and attributes a parser can be made to hold.
func spread(part []byte, tags *int) error {
	for rest := part; len(rest) > 0; {
		next := bytes.IndexByte(rest[1:], '<') + 1
		if next == 0 {
			next = len(rest)
		}
		if *tags--; *tags < 0 || next > maxTag {
			return errTooMuch
		}
		rest = rest[next:]
	}
	return nil
}

// wellFormed reads a part to its end as XML, without a document type: that is
// where entities that multiply come from, and no spreadsheet writes one.
func wellFormed(part []byte, strings *int) error {
	d := xml.NewDecoder(bytes.NewReader(part))
	d.CharsetReader = charset.NewReaderLabel
	for depth := 0; ; {
		token, err := d.Token()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		switch token := token.(type) {
		case xml.StartElement:
			if token.Name.Local == "si" {
				*strings--
			}
			if depth++; depth > maxDepth || *strings < 0 {
				return errTooMuch
			}
		case xml.EndElement:
			depth--
		case xml.Directive:
			return errors.New("document type")
		}
	}
}
