package main

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"relier/internal/app"
	"relier/internal/domain"
	"relier/internal/pack"
)

// sealPack seals a pack and writes it to a file.
func sealPack(e *env, c *command, args []string) int {
	f := newFlags(c)
	org, engagement := f.String("org", "", ""), f.String("engagement", "", "")
	out, langs := f.String("out", "", ""), f.String("lang", "en,fr", "")
	settings, _, code, done := e.settings(f, args, 0)
	if done {
		return code
	}
	if code, missing := e.require(f, "out"); missing {
		return code
	}
	return e.within(settings, false, func(d *folder) error {
		owner, err := d.owner(e.ctx, *org)
		if err != nil {
			return err
		}
		audit, err := d.engagement(e.ctx, owner, *engagement)
		if err != nil {
			return err
		}
		if err := writable(*out); err != nil {
			return err // before a number is given out for a pack nobody gets
		}
		p, err := d.app.SealPack(e.ctx, owner, audit, strings.Split(*langs, ","))
		if err != nil {
			return err
		}
		return e.writePack(d, owner, p, *out)
	})
}

// writable reports whether a file can be written beside out.
func writable(out string) error {
	tmp, err := os.CreateTemp(filepath.Dir(out), ".relier-*")
	if err != nil {
		return err
	}
	return errors.Join(tmp.Close(), os.Remove(tmp.Name()))
}

func (e *env) writePack(d *folder, owner domain.Actor, p domain.Pack, out string) error {
	o, err := d.app.OpenPack(e.ctx, owner, p.ID)
	if err != nil {
		return err
	}
	if err := replace(out, func(w io.Writer) error { return stream(e, o, w) }); err != nil {
		return err
	}
	e.tell("cli.pack.sealed", map[string]any{"Pack": p.Code(), "File": out, "Files": e.l.Number(p.Files), "Size": e.l.Bytes(o.Size())})
	e.tell("verify.tag_digest", map[string]any{"Digest": p.TagDigest.String()})
	return nil
}

func stream(e *env, o *app.OpenedPack, w io.Writer) error {
	return o.StreamRange(e.ctx, w, 0, o.Size())
}

// replace writes a file whole under its name, or leaves what was there.
func replace(path string, write func(io.Writer) error) (err error) {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".relier-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(tmp.Name()) // the first error is the one to tell
		}
	}()
	if err := errors.Join(write(tmp), tmp.Sync(), tmp.Chmod(0o644), tmp.Close()); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}

// verifyPack checks a pack with nothing but its own bytes.
func verifyPack(e *env, c *command, args []string) int {
	f := newFlags(c)
	asJSON := f.Bool("json", false, "")
	paths, code, done := e.parse(f, args, 1)
	if done {
		return code
	}
	report, err := pack.Verify(e.ctx, paths[0])
	if errors.Is(err, fs.ErrNotExist) {
		e.say("cli.error.no_pack", map[string]any{"Path": paths[0]})
		return exitFailed
	}
	if err != nil {
		return e.fail(err)
	}
	if *asJSON {
		err = writeJSON(e.stdout, report)
	} else {
		err = report.WriteText(e.stdout, e.l)
	}
	if err != nil {
		return e.fail(err)
	}
	if !report.OK {
		return exitFailed
	}
	return exitOK
}

func writeJSON(w io.Writer, v any) error {
	j := json.NewEncoder(w)
	j.SetIndent("", "  ")
	return j.Encode(v)
}
