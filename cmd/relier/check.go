package main

import (
	"fmt"

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
}

// check rehashes every file that the database cites and asks the database about
// itself.
func check(e *env, c *command, args []string) int {
	f := newFlags(c)
	asJSON := f.Bool("json", false, "")
	settings, _, code, done := e.settings(f, args, 0)
	if done {
		return code
	}
	return e.within(settings, false, func(d *folder) error {
		report, err := d.app.Check(e.ctx)
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
	args := map[string]any{"Files": e.l.Number(r.Blobs), "Size": e.l.Bytes(r.Bytes)}
	if len(r.Damages) == 0 {
		e.tell("cli.check.sound", args)
	} else {
		fmt.Fprintln(e.stdout, e.l.N("cli.check.damaged", len(r.Damages), args))
	}
	for _, d := range r.Damages {
		fmt.Fprintf(e.stdout, "  [%s] %s: %s (%s)\n", d.Kind, d.What, e.l.T(damageNames[d.Kind], nil), d.Where)
	}
	if r.Unused > 0 {
		fmt.Fprintln(e.stdout, e.l.N("cli.check.unused", r.Unused, nil))
	}
}
