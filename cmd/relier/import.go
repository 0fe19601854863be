package main

import (
	"fmt"
	"os"

	"relier/internal/app"
	"relier/internal/domain"
)

// importControls brings a list of controls in from CSV or XLSX, all or nothing.
func importControls(e *env, c *command, args []string) int {
	f := newFlags(c)
	org := f.String("org", "", "")
	settings, files, code, done := e.settings(f, args, 1)
	if done {
		return code
	}
	in, err := os.Open(files[0])
	if err != nil {
		return e.fail(err)
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return e.fail(err)
	}
	return e.within(settings, false, func(d *folder) error {
		owner, err := d.owner(e.ctx, *org)
		if err != nil {
			return err
		}
		file, err := d.app.ReceiveImport(e.ctx, owner, in, info.Size())
		if err != nil {
			return err
		}
		out, err := d.app.ApplyImport(e.ctx, owner, file, nil)
		e.tellRows(out)
		if err == nil {
			e.tell("cli.import.done", map[string]any{"Organization": owner.OrgCode, "New": out.Counts[app.RowNew],
				"Changed": out.Counts[app.RowChanged], "Same": out.Counts[app.RowSame]})
		}
		return err
	})
}

// tellRows names every column and cell that is not right.
func (e *env) tellRows(in app.Import) {
	for _, column := range in.Missing {
		for _, c := range app.ControlColumns {
			if c.Key == column {
				fmt.Fprintln(e.stderr, e.l.T("cli.import.column", map[string]any{"Column": c.Names[0]}))
			}
		}
	}
	for _, row := range in.Rows {
		for _, err := range row.Errors {
			e.tellCell(row.Number, err)
		}
	}
}

func (e *env) tellCell(row int, err *domain.Error) {
	fmt.Fprintln(e.stderr, e.l.T("cli.import.cell", map[string]any{"Row": row, "Column": err.Field, "Sentence": e.sentence(err)}))
}
