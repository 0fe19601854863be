package sheet

import (
	"bufio"
	"fmt"
	"io"
	"iter"
	"strings"
)

// WriteCSV writes a table in UTF-8 with a byte order mark, which spreadsheets
// need to see accents, with commas and CRLF (RFC 4180). Every cell is inert.
func WriteCSV(w io.Writer, header []string, rows iter.Seq[[]string]) error {
	b := bufio.NewWriter(w)
	b.WriteString("\ufeff")
	record(b, header)
	for row := range rows {
		record(b, row)
	}
	if err := b.Flush(); err != nil { // bufio keeps the first error
		return fmt.Errorf("write CSV: %w", err)
	}
	return nil
}

func record(b *bufio.Writer, cells []string) {
	for i, cell := range cells {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(quote(Inert(cell)))
	}
	b.WriteString("\r\n")
}

func quote(s string) string {
	if s == strings.TrimSpace(s) && !strings.ContainsAny(s, ",;\t\"\r\n") {
		return s
	}
	return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
}
