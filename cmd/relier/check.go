package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"relier/internal/app"
	"relier/internal/config"
	"relier/internal/domain"
	"relier/internal/store"
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
	"derived":        "cli.damage.derived",
}

// check rehashes every file that the database cites, or a part of them, asks the
// database about itself, and compares it with the log and with checkpoints kept
// elsewhere. It takes no lock and changes nothing, so it runs
// beside a server.
func check(e *env, c *command, args []string) int {
	f := newFlags(c)
	asJSON := f.Bool("json", false, "")
	scope := scopeFlags(f.FlagSet)
	from := f.String("backup", "", "")
	snapshot, checkpoint := f.String("snapshot", "", ""), f.String("checkpoint", "", "")
	settings, _, code, done := e.settings(f, args, 0)
	if done {
		return code
	}
	in, err := scope()
	if err != nil {
		return e.misused(f, errors.New(e.l.T("cli.error.scope", map[string]any{"Detail": err.Error()})))
	}
	if in.Kept, err = keptCheckpoints(settings.CheckpointDir, *checkpoint); err != nil {
		return e.fail(err)
	}
	var report app.CheckReport
	if *from != "" {
		report, err = app.CheckBackup(e.ctx, *from, *snapshot)
	} else {
		report, err = e.look(settings, in)
	}
	if err != nil {
		return e.fail(err)
	}
	damaged := "cli.check.damaged"
	if *from != "" {
		damaged = "cli.check.backup_damaged"
	}
	return e.verdict(report, damaged, *asJSON)
}

// scopeFlags adds the flags that narrow a check, and reads them afterwards.
func scopeFlags(f *flag.FlagSet) func() (app.CheckScope, error) {
	sample, slice, org := f.String("sample", "", ""), f.String("slice", "", ""), f.String("org", "", "")
	since := f.String("since", "", "")
	database, files := f.Bool("database-only", false, ""), f.Bool("files-only", false, "")
	return func() (in app.CheckScope, err error) {
		in = app.CheckScope{DatabaseOnly: *database, FilesOnly: *files, Org: *org}
		if *database && *files {
			return in, errors.New("--database-only --files-only")
		}
		if *sample != "" {
			share, err := strconv.ParseFloat(strings.TrimSuffix(*sample, "%"), 64)
			if err != nil || share <= 0 || share > 100 {
				return in, errors.New("--sample " + *sample)
			}
			in.Sample = share / 100
		}
		if *slice != "" {
			if in.Slice, in.Slices, err = app.ParseSlice(*slice); err != nil {
				return in, errors.New("--slice " + *slice)
			}
		}
		if *since != "" {
			day, err := domain.ParseDate(*since)
			if err != nil || day.IsZero() {
				return in, errors.New("--since " + *since)
			}
			in.Since = day.Time()
		}
		return in, nil
	}
}

// look checks a data folder; a database that cannot be opened for its damage is
// damage too.
func (e *env) look(settings config.Config, in app.CheckScope) (report app.CheckReport, err error) {
	d, err := readFolder(e.ctx, settings)
	if store.Damaged(err) {
		return app.CheckReport{Damages: []app.Damage{{Kind: "database", What: err.Error(), Where: "database", Path: databaseName}}}, nil
	}
	if err != nil {
		return report, err
	}
	report, err = d.app.CheckSome(e.ctx, in)
	if domain.IsNotFound(err) {
		err = &domain.Error{Kind: domain.KindNotFound, Key: "cli.error.org", Args: domain.Args{"Org": in.Org}}
	}
	return report, errors.Join(err, d.Close())
}

// verdict tells a report and gives the exit code; damaged is the sentence for
// one that is not sound.
func (e *env) verdict(report app.CheckReport, damaged string, asJSON bool) int {
	if report.Damages == nil {
		report.Damages = []app.Damage{} // an empty list, not null
	}
	if asJSON {
		if err := writeJSON(e.stdout, struct {
			OK bool `json:"ok"`
			app.CheckReport
		}{len(report.Damages) == 0, report}); err != nil {
			return e.fail(err)
		}
	} else {
		e.tellCheck(report, damaged)
	}
	if len(report.Damages) > 0 {
		return exitFailed
	}
	return exitOK
}

func (e *env) tellCheck(r app.CheckReport, damaged string) {
	args := map[string]any{"Files": e.l.Number(r.Blobs), "Size": e.l.Bytes(r.Bytes), "Rows": e.l.Number(int(r.Rows)), "Leaves": e.l.Number(int(r.Leaves))}
	if len(r.Damages) == 0 {
		e.tell("cli.check.sound", args)
	} else {
		fmt.Fprintln(e.stdout, e.l.N(damaged, len(r.Damages), args))
	}
	if r.Part {
		e.tell("cli.check.part", nil)
	}
	e.tellDamages(r.Damages)
	if r.Unused > 0 {
		fmt.Fprintln(e.stdout, e.l.N("cli.check.unused", r.Unused, nil))
	}
}

func (e *env) tellDamages(all []app.Damage) {
	for _, d := range all {
		what := d.What
		if d.Noun != "" {
			what += ", " + e.l.T("noun."+string(d.Noun), nil)
		}
		fmt.Fprintf(e.stdout, "  [%s] %s: %s (%s)\n", d.Kind, what, e.l.T(damageNames[d.Kind], nil), d.Where)
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
