package pack

import (
	"encoding/csv"
	"io"
	"iter"

	"github.com/xuri/excelize/v2"
)

// Stands in for internal/sheet until it is there.
type workSheet struct {
	Name   string
	Block  [][2]string
	Header []string
	Widths []float64
	Rows   iter.Seq[[]string]
}

func writeCSV(w io.Writer, header []string, rows iter.Seq[[]string]) error {
	c := csv.NewWriter(w)
	_ = c.Write(header)
	for r := range rows {
		_ = c.Write(r)
	}
	c.Flush()
	return c.Error()
}

func writeXLSX(w io.Writer, sheets ...workSheet) error {
	f := excelize.NewFile()
	for i, s := range sheets {
		if i == 0 {
			_ = f.SetSheetName("Sheet1", s.Name)
		} else if _, err := f.NewSheet(s.Name); err != nil {
			return err
		}
		row := 1
		set := func(cells []string) {
			for c, v := range cells {
				name, _ := excelize.CoordinatesToCellName(c+1, row)
				_ = f.SetCellStr(s.Name, name, v)
			}
			row++
		}
		for _, b := range s.Block {
			set(b[:])
		}
		row++
		set(s.Header)
		for r := range s.Rows {
			set(r)
		}
	}
	_ = f.SetDocProps(&excelize.DocProperties{Created: "2026-01-01T00:00:00Z", Modified: "2026-01-01T00:00:00Z"})
	return f.Write(w)
}
