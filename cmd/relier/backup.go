package main

import (
	"errors"
	"fmt"
	"strconv"
	"text/tabwriter"

	"relier/internal/app"
	"relier/internal/backup"
	"relier/internal/domain"
)

// makeBackup copies the data folder into a repository, beside a server or without.
func makeBackup(e *env, c *command, args []string) int {
	f := newFlags(c)
	to := f.String("to", "", "")
	keep, days := f.String("keep", "", ""), f.String("keep-days", "", "")
	settings, _, code, done := e.settings(f, args, 0)
	if done {
		return code
	}
	if code, missing := e.require(f, "to"); missing {
		return code
	}
	in := app.BackupOptions{To: *to, Program: version}
	for name, pair := range map[string]struct {
		text string
		to   *int
	}{"--keep": {*keep, &in.Keep}, "--keep-days": {*days, &in.KeepDays}} {
		if n, err := strconv.Atoi(pair.text); pair.text != "" {
			if err != nil || n < 1 {
				return e.misused(f, errors.New(name+" "+pair.text))
			}
			*pair.to = n
		}
	}
	d, err := readFolder(e.ctx, settings)
	if err != nil {
		return e.fail(err)
	}
	run, err := d.app.Backup(e.ctx, in)
	if err = errors.Join(err, d.Close()); err != nil && run.Snapshot == "" {
		return e.fail(err)
	}
	code = e.tellBackup(run)
	if err != nil { // it is made; what came after it failed
		return e.fail(err)
	}
	return code
}

func (e *env) tellBackup(run app.BackupRun) int {
	e.tell("cli.backup.made", map[string]any{"Snapshot": run.Snapshot, "Folder": run.To, "Files": e.l.Number(run.Files), "Size": e.l.Bytes(run.Bytes)})
	if run.Removed > 0 {
		fmt.Fprintln(e.stdout, e.l.N("cli.backup.removed", run.Removed, nil))
	}
	if run.Complete {
		return exitOK
	}
	fmt.Fprintln(e.stdout, e.l.N("cli.backup.incomplete", len(run.Damages), nil))
	for _, d := range run.Damages {
		fmt.Fprintln(e.stdout, "  "+d)
	}
	return exitFailed
}

// restore makes a data folder from a backup.
func restore(e *env, c *command, args []string) int {
	f := newFlags(c)
	from, snapshot := f.String("from", "", ""), f.String("snapshot", "", "")
	dry, incomplete := f.Bool("dry-run", false, ""), f.Bool("incomplete", false, "")
	settings, _, code, done := e.settings(f, args, 0)
	if done {
		return code
	}
	if code, missing := e.require(f, "from"); missing {
		return code
	}
	r, err := app.Restore(e.ctx, app.RestoreOptions{From: *from, Snapshot: *snapshot, Data: settings.Data, DryRun: *dry, Incomplete: *incomplete})
	if err != nil {
		return e.fail(err)
	}
	said := map[string]any{"Snapshot": r.Snapshot, "Folder": settings.Data, "Files": e.l.Number(r.Blobs), "Size": e.l.Bytes(r.Bytes)}
	if len(r.Damages) > 0 {
		fmt.Fprintln(e.stdout, e.l.N("cli.restore.refused", len(r.Damages), said))
		e.tellDamages(r.Damages)
		return exitFailed
	}
	if *dry {
		e.tell("cli.restore.would", said)
	} else {
		e.tell("cli.restore.done", said)
	}
	return exitOK
}

// listBackups tells what a repository holds.
func listBackups(e *env, c *command, args []string) int {
	f := newFlags(c)
	from, asJSON := f.String("from", "", ""), f.Bool("json", false, "")
	if _, code, done := e.parse(f, args, 0); done {
		return code
	}
	if code, missing := e.require(f, "from"); missing {
		return code
	}
	all, err := app.Backups(*from)
	if err != nil {
		return e.fail(err)
	}
	if *asJSON {
		err = writeJSON(e.stdout, briefs(all))
	} else {
		err = e.tellBackups(*from, all)
	}
	if err != nil {
		return e.fail(err)
	}
	return exitOK
}

// brief is a snapshot in a list.
type brief struct {
	Name     string   `json:"name"`
	Sound    bool     `json:"sound"` // its manifest can be believed
	Complete bool     `json:"complete"`
	Files    int      `json:"files"`
	Bytes    int64    `json:"bytes"` // of the files and the database
	Program  string   `json:"program"`
	Damages  []string `json:"damages"`
}

func briefs(all []backup.Snapshot) []brief {
	out := make([]brief, len(all))
	for i, s := range all {
		out[i] = brief{s.Name, s.Err == nil, s.Err == nil && s.Complete, s.Blobs, s.BlobBytes + s.Database().Size, s.Program, s.Damages}
	}
	return out
}

func (e *env) tellBackups(from string, all []backup.Snapshot) error {
	if len(all) == 0 {
		e.tell("cli.backups.none", map[string]any{"Folder": from})
		return nil
	}
	w := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', 0)
	for _, s := range all {
		state := e.l.T("cli.backups.complete", nil)
		switch {
		case s.Err != nil:
			state = e.l.T("cli.backups.damaged", nil)
			if known, ok := errors.AsType[*domain.Error](s.Err); ok {
				state = e.sentence(known)
			}
		case !s.Complete:
			state = e.l.N("cli.backups.incomplete", len(s.Damages), nil)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", s.Name, e.l.N("cli.backups.files", s.Blobs, nil), e.l.Bytes(s.BlobBytes+s.Database().Size), state)
	}
	return w.Flush()
}

// sweep removes what nothing cites, as the server does every day.
func sweep(e *env, c *command, args []string) int {
	f := newFlags(c)
	settings, _, code, done := e.settings(f, args, 0)
	if done {
		return code
	}
	return e.within(settings, false, func(d *folder) error {
		r, err := d.app.Sweep(e.ctx)
		if err != nil {
			return err
		}
		if r.Held {
			return &domain.Error{Kind: domain.KindUnavailable, Key: "error.sweep.held"}
		}
		e.tell("cli.sweep.done", map[string]any{"Files": e.l.Number(r.Removed), "Size": e.l.Bytes(r.Bytes), "Waiting": e.l.Number(r.Waiting), "Lists": e.l.Number(r.Lists)})
		return nil
	})
}
