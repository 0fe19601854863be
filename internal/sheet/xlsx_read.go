package sheet

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/xuri/excelize/v2"

	"relier/internal/domain"
)

// readXLSX gathers the rows of one worksheet and returns its name.
func readXLSX(ctx context.Context, data []byte, o Options, c *collector) (sheet string, err error) {
	err = openXLSX(ctx, data, o.Limits, func(f *excelize.File) error {
		names, err := worksheets(f, o.Sheet)
		if err != nil {
			return err
		}
		for _, name := range names {
			if err := gather(ctx, f, name, c.limits, c.add); err != nil {
				return err
			}
			if len(c.rows) > 0 {
				sheet = name
				return nil
			}
		}
		return domain.Invalid("error.sheet.empty", nil)
	})
	return sheet, err
}

// openXLSX lets f look at a workbook that is sound. Cells come as a person sees
// them: numbers in their format, dates of the standard format as ISO 8601,
// formulas as the value saved with them.
func openXLSX(ctx context.Context, data []byte, l Limits, f func(*excelize.File) error) (err error) {
	data, err = sound(ctx, data, l.Unpacked)
	if err != nil {
		return err
	}
	// The parser is not ours and the bytes are a stranger's.
	defer func() {
		if p := recover(); p != nil {
			err = damaged(fmt.Errorf("parser panicked: %v", p))
		}
	}()
	x, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{
		UnzipSizeLimit:    l.Unpacked,
		UnzipXMLSizeLimit: l.Unpacked, // all in memory: nobody's table goes to a shared temp folder
		ShortDatePattern:  "yyyy-mm-dd",
	})
	if err != nil {
		return damaged(err)
	}
	defer x.Close()
	return f(x)
}

// worksheets lists the sheets to look into, in their order: the one asked for,
// or those a person sees.
func worksheets(f *excelize.File, want string) ([]string, error) {
	all := f.GetSheetList()
	var visible []string
	for _, name := range all {
		if name == want {
			return []string{name}, nil
		}
		if shown, err := f.GetSheetVisible(name); shown && err == nil {
			visible = append(visible, name)
		}
	}
	if want != "" {
		return nil, domain.Invalid("error.sheet.no_such_sheet",
			domain.Args{"Sheet": want, "Sheets": strings.Join(all, ", ")})
	}
	return visible, nil
}

func gather(ctx context.Context, f *excelize.File, name string, l Limits, add func(number int, cells []string) error) error {
	rows, err := f.Rows(name)
	if err != nil {
		return damaged(err)
	}
	defer rows.Close()
	cellsLeft := 4 * l.Rows * l.Columns // blank ones too: one far to the right makes a row of 16,384
	for number := 1; rows.Next(); number++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		cells, err := rows.Columns()
		if err != nil {
			return damaged(fmt.Errorf("row %d: %w", number, err))
		}
		if cellsLeft -= len(cells); cellsLeft < 0 {
			return errTooMuch
		}
		if err := add(number, cells); err != nil {
			return err
		}
	}
	if err := rows.Error(); err != nil {
		return damaged(err)
	}
	return nil
}

// damaged is the error of bytes that begin like a workbook and are not one.
func damaged(cause error) error {
	if e, ok := errors.AsType[*domain.Error](cause); ok {
		return e
	}
	return &domain.Error{Kind: domain.KindInvalid, Key: "error.sheet.damaged", Err: cause}
}
