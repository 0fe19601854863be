package sheet

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"github.com/xuri/excelize/v2"
)

// Browse shows visit the rows of a CSV or XLSX file as they are, all visible
// worksheets in their order, without presuming that they are one table: rows may
// differ in length, and only the file and what it unpacks to are limited, beside
// the cells of Rows × Columns × 4. The error of visit ends it and is returned.
func Browse(ctx context.Context, r io.Reader, l Limits, visit func(sheet string, row int, cells []string) error) error {
	l = l.orDefault()
	data, err := io.ReadAll(io.LimitReader(r, l.Bytes+1))
	if err != nil {
		return fmt.Errorf("read table: %w", err)
	}
	if int64(len(data)) > l.Bytes {
		return tooLarge("error.sheet.too_large", l.Bytes)
	}
	if !bytes.HasPrefix(data, []byte("PK\x03\x04")) {
		return browseCSV(ctx, data, visit)
	}
	return openXLSX(ctx, data, l, func(f *excelize.File) error {
		names, err := worksheets(f, "")
		if err != nil {
			return err
		}
		for _, name := range names {
			err := gather(ctx, f, name, l, func(row int, cells []string) error { return visit(name, row, cells) })
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func browseCSV(ctx context.Context, data []byte, visit func(sheet string, row int, cells []string) error) error {
	comma, text := separator(Decode(data))
	s := scanner{rest: text, comma: comma}
	for s.next() {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := visit("", s.row, s.cells); err != nil {
			return err
		}
	}
	return s.err
}
