package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"relier/internal/app"
)

// damageNames holds the key of each kind of damage.
var damageNames = map[string]string{
	"missing":       "cli.damage.missing",
	"wrong_size":    "cli.damage.wrong_size",
	"wrong_content": "cli.damage.wrong_content",
	"wrong_record":  "cli.damage.wrong_record",
	"unreadable":    "cli.damage.unreadable",
	"database":      "cli.damage.database",

	"row_changed":    "cli.damage.row_changed",
	"row_missing":    "cli.damage.row_missing",
	"row_unlogged":   "cli.damage.row_unlogged",
	"log_leaf":       "cli.damage.log_leaf",
	"log_rows":       "cli.damage.log_rows",
	"log_node":       "cli.damage.log_node",
	"log_head":       "cli.damage.log_head",
	"log_shorter":    "cli.damage.log_shorter",
	"log_forked":     "cli.damage.log_forked",
	"log_checkpoint": "cli.damage.log_checkpoint",
	"schema":         "cli.damage.schema",
}

// check rehashes every file that the database cites, asks the database about
// itself, and compares it with the log and with checkpoints kept elsewhere.
func check(e *env, c *command, args []string) int {
	f := newFlags(c)
	asJSON := f.Bool("json", false, "")
	checkpoint := f.String("checkpoint", "", "")
	settings, _, code, done := e.settings(f, args, 0)
	if done {
		return code
	}
	return e.within(settings, false, func(d *folder) error {
		kept, err := keptCheckpoints(settings.CheckpointDir, *checkpoint)
		if err != nil {
			return err
		}
		report, err := d.app.Check(e.ctx, kept...)
		if err != nil {
			return err
		}
		if *asJSON {
			if report.Damages == nil {
				report.Damages = []app.Damage{} // an empty list, not null
			}
			err = writeJSON(e.stdout, struct {
				OK bool `json:"ok"`
				app.CheckReport
			}{len(report.Damages) == 0, report})
		} else {
			e.tellCheck(report)
		}
		if err == nil && len(report.Damages) > 0 {
			err = errToldAlready
		}
		return err
	})
}

func (e *env) tellCheck(r app.CheckReport) {
	args := map[string]any{"Files": e.l.Number(r.Blobs), "Size": e.l.Bytes(r.Bytes), "Rows": e.l.Number(int(r.Rows)), "Leaves": e.l.Number(int(r.Leaves))}
	if len(r.Damages) == 0 {
		e.tell("cli.check.sound", args)
	} else {
		fmt.Fprintln(e.stdout, e.l.N("cli.check.damaged", len(r.Damages), args))
	}
	for _, d := range r.Damages {
		what := d.What
		if d.Noun != "" {
			what += ", " + e.l.T("noun."+string(d.Noun), nil)
		}
		fmt.Fprintf(e.stdout, "  [%s] %s: %s (%s)\n", d.Kind, what, e.l.T(damageNames[d.Kind], nil), d.Where)
	}
	if r.Unused > 0 {
		fmt.Fprintln(e.stdout, e.l.N("cli.check.unused", r.Unused, nil))
	}
}

// keptCheckpoints reads the checkpoint that was named, and the newest of the
// folder that the daily ones are written to.
func keptCheckpoints(dir, named string) ([]app.KeptCheckpoint, error) {
	var paths []string
	if named != "" {
		paths = append(paths, named)
	}
	if found, err := filepath.Glob(filepath.Join(dir, "checkpoint-*.txt")); err == nil && dir != "" && len(found) > 0 {
		paths = append(paths, slices.Max(found))
	}
	var kept []app.KeptCheckpoint
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		kept = append(kept, app.KeptCheckpoint{Name: path, Text: text})
	}
	return kept, nil
}
