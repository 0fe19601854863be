package sheet

import (
	"bytes"
	"context"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"relier/internal/domain"
)

// maxCells is how many columns any spreadsheet has; more in a row of CSV are not
// even gathered.
const maxCells = 16384

func readCSV(ctx context.Context, data []byte, c *collector) error {
	text, err := decode(data)
	if err != nil {
		return err
	}
	c.exact = true
	comma, text := separator(text)
	s := scanner{rest: text, comma: comma}
	for s.next() {
		if err := ctx.Err(); err != nil {
			return err
		}
		for i, cell := range s.cells {
			s.cells[i] = Live(cell)
			if strings.Contains(cell, undecodable) {
				return s.fault("error.sheet.encoding", i)
			}
		}
		if err := c.add(s.row, s.cells); err != nil {
			return err
		}
	}
	return s.err
}

// undecodable stands in a text for bytes that mean nothing in its encoding. It
// is a noncharacter: no text of a file can hold it.
const undecodable = "\ufdd0"

// Decode returns the text of a file in UTF-8 (with or without byte order mark),
// UTF-16 (with one) or, as older programs write it, Windows-1252. What means
// nothing in its encoding becomes U+FFFD.
func Decode(data []byte) string {
	return strings.ReplaceAll(transcoded(data), undecodable, string(utf8.RuneError))
}

func transcoded(data []byte) string {
	switch {
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		return mostlyUTF8(data[3:])
	case bytes.HasPrefix(data, []byte("\xff\xfe")):
		return transcode(unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), data)
	case bytes.HasPrefix(data, []byte("\xfe\xff")):
		return transcode(unicode.UTF16(unicode.BigEndian, unicode.UseBOM), data)
	case utf8.Valid(data) || looksUTF8(data):
		return mostlyUTF8(data)
	}
	return transcode(charmap.Windows1252, data)
}

// decode is the text of a file that may be a table.
func decode(data []byte) (string, error) {
	text := transcoded(data)
	// A table in HTML or XML, whatever its name, and anything with NULs is none.
	if strings.ContainsRune(text, 0) || strings.HasPrefix(strings.TrimSpace(text), "<") || strings.HasPrefix(text, "%PDF-") {
		return "", domain.Invalid("error.sheet.format", nil)
	}
	return text, nil
}

func mostlyUTF8(data []byte) string { return strings.ToValidUTF8(string(data), undecodable) }

func transcode(e encoding.Encoding, data []byte) string {
	text, err := e.NewDecoder().Bytes(data)
	if err != nil {
		return undecodable
	}
	return strings.ReplaceAll(string(text), string(utf8.RuneError), undecodable)
}

// looksUTF8 reports whether a text that is not valid UTF-8 is damaged UTF-8
// rather than Windows-1252: more of its non-ASCII is well-formed than not.
func looksUTF8(data []byte) bool {
	good, bad := 0, 0
	for len(data) > 0 {
		r, n := utf8.DecodeRune(data)
		if r == utf8.RuneError && n == 1 {
			bad++
		} else if n > 1 {
			good++
		}
		data = data[n:]
	}
	return good > bad
}

// separator tells commas, semicolons and tabs apart: the one with which most of
// the first rows have the same number of cells, more than one; then the one that
// gives more cells. A first line "sep=;" says it outright and is taken off.
func separator(text string) (comma byte, rest string) {
	const candidates = ",;\t"
	if line, after, ok := strings.Cut(text, "\n"); ok {
		line = strings.TrimSuffix(line, "\r")
		if len(line) == 5 && strings.HasPrefix(line, "sep=") && strings.Contains(candidates, line[4:]) {
			return line[4], after
		}
	}
	comma, rows, cells := candidates[0], 0, 0
	for i := range len(candidates) {
		r, c := agreement(text, candidates[i])
		if r > rows || r == rows && c > cells {
			comma, rows, cells = candidates[i], r, c
		}
	}
	return comma, text
}

// agreement counts, among the first rows, those of the most common width above
// one. It stops where the separator cannot be right: at a misplaced quote.
func agreement(text string, comma byte) (rows, cells int) {
	widths := map[int]int{}
	s := scanner{rest: text, comma: comma, strict: true}
	for s.row < headingSearch && s.next() {
		w := len(s.cells)
		widths[w]++
		if n := widths[w]; w > 1 && (n > rows || n == rows && w > cells) {
			rows, cells = n, w
		}
	}
	return rows, cells
}
