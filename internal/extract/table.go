package extract

import (
	"context"
	"errors"
	"io"

	"relier/internal/domain"
	"relier/internal/sheet"
)

// Rows is the beginning of a table as a person would see it.
type Rows struct {
	Sheet string
	Cells [][]string
	More  bool // rows or cells were left out
}

// Bounds on what is shown of a table.
const (
	columnsMost = 40
	cellMost    = 500 // characters
)

// Table reads the first rows of a CSV or XLSX file, of its first sheet that has
// any.
func Table(ctx context.Context, in io.ReaderAt, size int64, most int) (Rows, error) {
	limited, stop := context.WithTimeout(ctx, DefaultLimits.Time)
	defer stop()
	l := DefaultLimits
	l.Bytes = min(l.Bytes, 16<<20)
	var out Rows
	err := sheet.Browse(limited, io.NewSectionReader(in, 0, size), browseLimits(l), func(name string, _ int, cells []string) error {
		if len(out.Cells) > 0 && name != out.Sheet || len(out.Cells) == most {
			out.More = true
			return errFull
		}
		out.Sheet = name
		out.Cells = append(out.Cells, out.shown(cells))
		return nil
	})
	if e, ok := errors.AsType[*domain.Error](err); ok && e.Kind == domain.KindTooLarge {
		err = ErrTooLarge
	}
	if errors.Is(err, errFull) || err != nil && len(out.Cells) > 0 && limited.Err() == nil {
		out.More = true // what came before a fault is of use
		err = nil
	}
	if err == nil && len(out.Cells) == 0 {
		err = ErrNothing
	}
	return out, sorted(ctx, limited, err)
}

func (r *Rows) shown(cells []string) []string {
	if len(cells) > columnsMost {
		cells, r.More = cells[:columnsMost], true
	}
	out := make([]string, len(cells))
	for i, c := range cells {
		if s := []rune(c); len(s) > cellMost {
			c, r.More = string(s[:cellMost])+"…", true
		}
		out[i] = c
	}
	return out
}
