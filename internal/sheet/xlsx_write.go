package sheet

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"maps"
	"slices"
	"strings"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"
)

// Sheet is one worksheet to write: a block of labelled values, a blank row, then
// the table. The headings stay in view and repeat on every printed page, which
// is landscape A4 and as wide as the table.
type Sheet struct {
	Name   string      // at most 31 characters, none of : \ / ? * [ ]
	Block  [][2]string // label and value rows above the table, or none
	Header []string    // none for a sheet that is only a block
	Widths []float64   // of the columns, in characters; the default where missing
	Rows   iter.Seq[[]string]
}

// WriteXLSX writes a workbook. Every cell is text, so that nothing in it is ever
// computed, and the same sheets give the same bytes. A text longer than a cell
// can hold is cut and ends in […].
func WriteXLSX(w io.Writer, sheets ...Sheet) error {
	f := excelize.NewFile()
	defer f.Close()
	f.SetZipWriter(func(w io.Writer) excelize.ZipWriter { return &sortedZip{w: w, parts: map[string]*bytes.Buffer{}} })
	looks, err := newLooks(f)
	if err != nil {
		return fmt.Errorf("write workbook: %w", err)
	}
	for i, s := range sheets {
		// An ASCII apostrophe would end the name inside a reference.
		s.Name = strings.ReplaceAll(s.Name, "'", "’")
		if err := addSheet(f, i, s, looks); err != nil {
			return fmt.Errorf("write sheet %q: %w", s.Name, err)
		}
	}
	if err := describe(f); err != nil {
		return fmt.Errorf("write workbook: %w", err)
	}
	if err := f.Write(w); err != nil {
		return fmt.Errorf("write workbook: %w", err)
	}
	return nil
}

// describe fixes what would otherwise tell when and by what the file was made.
func describe(f *excelize.File) error {
	const day = "2000-01-01T00:00:00Z"
	err := f.SetDocProps(&excelize.DocProperties{Creator: "Relier", LastModifiedBy: "Relier", Created: day, Modified: day})
	if err != nil {
		return err
	}
	return f.SetAppProps(&excelize.AppProperties{Application: "Relier"})
}

func addSheet(f *excelize.File, i int, s Sheet, looks looks) error {
	if i == 0 {
		if err := f.SetSheetName("Sheet1", s.Name); err != nil {
			return err
		}
	} else if _, err := f.NewSheet(s.Name); err != nil {
		return err
	}
	if err := layOut(f, s.Name); err != nil { // what stands before the rows in the file
		return err
	}
	sw, err := f.NewStreamWriter(s.Name)
	if err != nil {
		return err
	}
	head := len(s.Block) + 1
	if len(s.Block) > 0 {
		head++ // the blank row
	}
	if err := setColumns(sw, s, head); err != nil {
		return err
	}
	last, err := writeRows(sw, s, head, looks)
	if err != nil {
		return err
	}
	if len(s.Header) > 0 {
		if err := nameRanges(f, s, head, last); err != nil {
			return err
		}
	}
	return sw.Flush()
}

func setColumns(sw *excelize.StreamWriter, s Sheet, head int) error {
	for i, width := range slices.Backward(s.Widths) { // excelize puts each before the others; the file wants them in order
		if err := sw.SetColWidth(i+1, i+1, width); err != nil {
			return err
		}
	}
	if len(s.Header) == 0 {
		return nil
	}
	below := fmt.Sprintf("A%d", head+1)
	return sw.SetPanes(&excelize.Panes{
		Freeze: true, YSplit: head, TopLeftCell: below, ActivePane: "bottomLeft",
		Selection: []excelize.Selection{{SQRef: below, ActiveCell: below, Pane: "bottomLeft"}},
	})
}

// writeRows returns the number of the last row written.
func writeRows(sw *excelize.StreamWriter, s Sheet, head int, l looks) (last int, err error) {
	for i, kv := range s.Block {
		cells := []any{excelize.Cell{StyleID: l.label, Value: fitting(kv[0])}, l.cell(kv[1])}
		if err := setRow(sw, i+1, cells); err != nil {
			return 0, err
		}
	}
	last = head
	if len(s.Header) > 0 {
		cells := make([]any, len(s.Header))
		for i, h := range s.Header {
			cells[i] = excelize.Cell{StyleID: l.heading, Value: fitting(h)}
		}
		if err := setRow(sw, head, cells); err != nil {
			return 0, err
		}
	}
	if s.Rows == nil {
		return last, nil
	}
	for row := range s.Rows {
		last++
		cells := make([]any, len(row))
		for i, text := range row {
			cells[i] = l.cell(text)
		}
		if err := setRow(sw, last, cells); err != nil {
			return 0, err
		}
	}
	return last, nil
}

func setRow(sw *excelize.StreamWriter, row int, cells []any) error {
	return sw.SetRow(fmt.Sprintf("A%d", row), cells)
}

// fitting cuts a text to what a cell can hold, 32,767 UTF-16 units, visibly.
func fitting(s string) string {
	const room, mark = 32767, " […]"
	if len(s) <= room {
		return s
	}
	units := utf16.Encode([]rune(s))
	if len(units) <= room {
		return s
	}
	units = units[:room-len(utf16.Encode([]rune(mark)))]
	if utf16.IsSurrogate(rune(units[len(units)-1])) && units[len(units)-1] < 0xdc00 {
		units = units[:len(units)-1] // half of a pair
	}
	return string(utf16.Decode(units)) + mark
}

// sortedZip writes the parts of a workbook in one order; excelize takes them
// from a map. The table of contents goes first, where readers look for it.
type sortedZip struct {
	w     io.Writer
	parts map[string]*bytes.Buffer
}

// Create implements excelize.ZipWriter.
func (z *sortedZip) Create(name string) (io.Writer, error) {
	z.parts[name] = new(bytes.Buffer)
	return z.parts[name], nil
}

// AddFS implements excelize.ZipWriter, which never calls it.
func (z *sortedZip) AddFS(fs.FS) error { return fs.ErrInvalid }

// Close implements excelize.ZipWriter.
func (z *sortedZip) Close() error {
	names := slices.SortedFunc(maps.Keys(z.parts), func(a, b string) int {
		return strings.Compare(strings.Replace(a, "[", " ", 1), strings.Replace(b, "[", " ", 1))
	})
	zw := zip.NewWriter(z.w)
	for _, name := range names {
		w, err := zw.Create(name)
		if err != nil {
			return err
		}
		if _, err := z.parts[name].WriteTo(w); err != nil {
			return err
		}
	}
	return zw.Close()
}
