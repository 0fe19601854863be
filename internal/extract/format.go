package extract

import (
	"archive/zip"
	"bytes"
	"io"
	"net/http"
	"path"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// Format is what a file is, going by its bytes.
type Format string

const (
	Unknown Format = ""
	PDF     Format = "pdf"
	DOCX    Format = "docx"
	XLSX    Format = "xlsx"
	Mail    Format = "mail"
	HTML    Format = "html"
	CSV     Format = "csv"
	Plain   Format = "text"
	PNG     Format = "png"
	JPEG    Format = "jpeg"
)

// Whole reports whether a format can only be read as a whole; of the others the
// beginning is of use too.
func (f Format) Whole() bool { return slices.Contains([]Format{PDF, DOCX, XLSX, Mail}, f) }

// headMost is how many bytes at a file's beginning tell what it is.
const headMost = 4096

// FormatOf tells what a file of size bytes is. The bytes decide; a media type
// found in them before spares another look, and the name tells texts apart.
func FormatOf(in io.ReaderAt, size int64, mediaType, fileName string) Format {
	head := make([]byte, min(size, headMost))
	n, _ := in.ReadAt(head, 0)
	head = head[:n]
	if mediaType == "" {
		mediaType = http.DetectContentType(head)
	}
	kind, _, _ := strings.Cut(mediaType, ";")
	switch {
	case bytes.HasPrefix(head, []byte("%PDF-")):
		return PDF
	case bytes.HasPrefix(head, []byte("\x89PNG\r\n\x1a\n")):
		return PNG
	case bytes.HasPrefix(head, []byte("\xff\xd8\xff")):
		return JPEG
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return officeFormat(in, size)
	case kind == "text/html":
		return HTML
	case strings.HasPrefix(kind, "text/") || looksLikeText(head):
		return textFormat(head, fileName)
	}
	return Unknown
}

// officeFormat looks for the main part of a document (ECMA-376) in a ZIP file.
func officeFormat(in io.ReaderAt, size int64) Format {
	z, err := zip.NewReader(in, size)
	if err != nil {
		return Unknown
	}
	for _, f := range z.File {
		switch strings.ToLower(f.Name) {
		case "word/document.xml":
			return DOCX
		case "xl/workbook.xml":
			return XLSX
		}
	}
	return Unknown
}

func textFormat(head []byte, fileName string) Format {
	switch ext := strings.ToLower(path.Ext(fileName)); {
	case ext == ".eml" || ext == ".mht":
		return Mail
	case ext == ".csv" || ext == ".tsv":
		return CSV
	case (ext == ".html" || ext == ".htm" || ext == ".xhtml") && bytes.IndexByte(head, '<') >= 0:
		return HTML
	}
	return Plain
}

// looksLikeText accepts what net/http calls unknown only because it is short or
// in an old code page: no control characters but those of text.
func looksLikeText(head []byte) bool {
	return len(head) > 0 && !bytes.ContainsFunc(head, func(r rune) bool {
		return r < ' ' && !strings.ContainsRune("\t\n\r\f\x1b", r)
	})
}

// plainOf takes the markup off an HTML text, script and style with it.
func plainOf(z *html.Tokenizer, out *builder) error {
	for skip := 0; ; {
		kind := z.Next()
		switch kind {
		case html.ErrorToken:
			if err := z.Err(); err != io.EOF {
				return err
			}
			return nil
		case html.StartTagToken, html.EndTagToken, html.SelfClosingTagToken:
			name, _ := z.TagName()
			skip = hidden(string(name), kind, skip)
			if !slices.Contains(inline, string(name)) {
				out.gap = '\n'
			}
		case html.TextToken:
			if skip > 0 {
				continue
			}
			if err := out.add(string(z.Text())); err != nil {
				return err
			}
		}
	}
}

// hidden counts the open elements whose text nobody reads.
func hidden(name string, kind html.TokenType, open int) int {
	if name != "script" && name != "style" && name != "template" {
		return open
	}
	switch kind {
	case html.StartTagToken:
		return open + 1
	case html.EndTagToken:
		return max(open-1, 0)
	}
	return open
}

// inline are elements that do not end a line.
var inline = []string{"a", "abbr", "b", "big", "code", "em", "font", "i", "img", "mark", "o:p", "s", "small", "span", "strong", "sub", "sup", "tt", "u", "wbr"}
