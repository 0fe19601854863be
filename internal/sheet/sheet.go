// Package sheet reads and writes tables: CSV and XLSX.
//
// A table is a heading row and the rows under it. What is read is checked to be
// one table: every error names the row as a spreadsheet numbers it and the
// column by letter and heading, and is a domain.Error with a key error.sheet.*.
// What is written is inert: no cell can become a formula in the program that
// opens it.
package sheet

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"

	"relier/internal/domain"
)

// Table is what Read found.
type Table struct {
	Sheet  string   // name of the worksheet, "" for CSV
	Header []string // headings without surrounding space; a gap between them is ""
	Rows   []Row    // rows that are not blank
}

// Row is one line of a table.
type Row struct {
	Number int      // as a spreadsheet shows it, from 1 and counting blank rows
	Cells  []string // as many as there are headings
}

// Column names column i (from 0) for a person: "D (Owner)".
func (t *Table) Column(i int) string { return columnName(i, t.Header) }

func columnName(i int, header []string) string {
	name := ""
	for n := i + 1; n > 0; n = (n - 1) / 26 {
		name = string(rune('A'+(n-1)%26)) + name
	}
	if i < len(header) && header[i] != "" {
		name += " (" + header[i] + ")"
	}
	return name
}

// Options say what to read. The zero value reads the first sheet that is not
// empty, within DefaultLimits.
type Options struct {
	Sheet  string   // worksheet to read; "" for the first visible one with content
	Want   []Column // when given, the row that matches most of them is the heading row
	Limits Limits
}

// Limits bound what a file may cost. Zero fields take those of DefaultLimits.
type Limits struct {
	Bytes    int64 // size of the file
	Unpacked int64 // bytes of all parts of a workbook together
	Rows     int   // rows under the headings
	Columns  int
	Cell     int // characters in a cell
}

// DefaultLimits suit a list of an organization's controls. 32,767 characters is
// what a cell of a spreadsheet can hold.
var DefaultLimits = Limits{Bytes: 20 << 20, Unpacked: 32 << 20, Rows: 5000, Columns: 100, Cell: 32767}

func (l Limits) orDefault() Limits {
	d := DefaultLimits
	if l.Bytes > 0 {
		d.Bytes = l.Bytes
	}
	if l.Unpacked > 0 {
		d.Unpacked = l.Unpacked
	}
	if l.Rows > 0 {
		d.Rows = l.Rows
	}
	if l.Columns > 0 {
		d.Columns = l.Columns
	}
	if l.Cell > 0 {
		d.Cell = l.Cell
	}
	return d
}

// Read reads the table of a CSV or XLSX file; which of the two it is shows in
// its first bytes, whatever its name. Nothing in the file is executed: a formula
// counts as the value saved with it. A cancelled ctx ends a long read.
func Read(ctx context.Context, r io.Reader, o Options) (*Table, error) {
	o.Limits = o.Limits.orDefault()
	data, err := io.ReadAll(io.LimitReader(r, o.Limits.Bytes+1))
	if err != nil {
		return nil, fmt.Errorf("read table: %w", err)
	}
	if int64(len(data)) > o.Limits.Bytes {
		return nil, tooLarge("error.sheet.too_large", o.Limits.Bytes)
	}
	c := &collector{limits: o.Limits}
	sheet := ""
	switch {
	case bytes.HasPrefix(data, []byte("PK\x03\x04")):
		sheet, err = readXLSX(ctx, data, o, c)
	case bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")): // OLE: .xls, or a workbook with a password
		err = domain.Invalid("error.sheet.old_excel", nil)
	default:
		err = readCSV(ctx, data, c)
	}
	if err != nil {
		return nil, err
	}
	return c.table(sheet, o.Want)
}

func tooLarge(key string, limit int64) error {
	return &domain.Error{Kind: domain.KindTooLarge, Key: key, Args: domain.Args{"Max": domain.Bytes(limit)}}
}

func isBlank(s string) bool { return strings.TrimSpace(s) == "" }
