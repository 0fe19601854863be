package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"relier/internal/app"
	"relier/internal/blob"
	"relier/internal/config"
	"relier/internal/domain"
	"relier/internal/extract"
	"relier/internal/scan"
	"relier/internal/store"
	"relier/internal/tlog"
)

// defaultFolder is where the system keeps a user's data.
func defaultFolder(getenv func(string) string) string {
	home, _ := os.UserHomeDir() // "" gives a folder in the current one
	switch {
	case getenv("XDG_DATA_HOME") != "":
		return filepath.Join(getenv("XDG_DATA_HOME"), "relier")
	case runtime.GOOS == "windows" && getenv("LocalAppData") != "":
		return filepath.Join(getenv("LocalAppData"), "Relier")
	case runtime.GOOS == "darwin":
		return filepath.Join(home, "Library", "Application Support", "Relier")
	}
	return filepath.Join(home, ".local", "share", "relier")
}

// folder is an opened data folder.
type folder struct {
	app   *app.App
	store *store.Store
	blobs *blob.Files
	lock  *blob.FolderLock

	logKey *tlog.Key
	seen   *logSeen
}

// databaseName is the database in a data folder.
const databaseName = "relier.db"

// openFolder locks a data folder and opens what is in it. One that holds
// nothing is refused unless the command may begin it.
func openFolder(ctx context.Context, c config.Config, begin bool) (*folder, error) {
	address := c.Database
	if address == "" {
		address = filepath.Join(c.Data, databaseName)
		if _, err := os.Stat(address); errors.Is(err, os.ErrNotExist) && !begin {
			return nil, &domain.Error{Kind: domain.KindNotFound, Key: "cli.error.no_data", Args: domain.Args{"Folder": c.Data}}
		}
	}
	d := &folder{}
	if err := d.open(ctx, c.Data, address); err != nil {
		_ = d.Close() // the first error is the one to tell
		return nil, err
	}
	return d, nil
}

// open locks first: nothing else may be touched while another process works.
func (d *folder) open(ctx context.Context, dir, address string) (err error) {
	if d.lock, err = blob.LockFolder(dir); err != nil {
		return err
	}
	if d.blobs, err = blob.OpenFiles(d.lock); err != nil {
		return err
	}
	if d.store, err = store.Open(ctx, address); err != nil {
		return err
	}
	d.app = app.New(d.store, d.blobs, time.Now).In(dir)
	if d.logKey, err = openLogKey(dir); err != nil {
		return err
	}
	d.app.SignWith(d.logKey)
	d.app.ReadFilesWith(extract.New(filepath.Join(dir, "cache")))
	return d.watchLog(ctx, dir)
}

// scanWith lets the malware scanner of the settings look at every file.
func (d *folder) scanWith(c config.Config) (err error) {
	var by scan.Scanner
	switch {
	case c.ScanCommand != "":
		by, err = scan.NewCommand(c.ScanCommand)
	case c.ScanClamd != "":
		by, err = scan.NewClamd(c.ScanClamd)
	default:
		return nil
	}
	if err != nil {
		return fmt.Errorf("set up the malware scanner: %w", err)
	}
	d.app.ScanWith(by, c.ScanRequired)
	return nil
}

// readFolder opens a data folder for reading alone, without its lock: beside a
// server, and without changing anything.
func readFolder(ctx context.Context, c config.Config) (*folder, error) {
	address := c.Database
	if address == "" {
		address = filepath.Join(c.Data, databaseName)
		if _, err := os.Stat(address); errors.Is(err, os.ErrNotExist) {
			return nil, &domain.Error{Kind: domain.KindNotFound, Key: "cli.error.no_data", Args: domain.Args{"Folder": c.Data}}
		}
	}
	s, err := store.OpenReading(ctx, address)
	if err != nil {
		return nil, err
	}
	d := &folder{store: s, blobs: blob.ReadFiles(c.Data)}
	d.app = app.New(d.store, d.blobs, time.Now).In(c.Data)
	switch key, err := readLogKey(c.Data); {
	case err == nil:
		d.app.SignWith(key)
	case !errors.Is(err, os.ErrNotExist): // it is read, never made
		return nil, errors.Join(err, d.Close())
	}
	if _, _, err := d.tellSeen(c.Data); err != nil { // before the database is read: it never leads
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

// Close closes the database and lets another process use the folder.
func (d *folder) Close() error {
	var errs []error
	if d.store != nil {
		errs = append(errs, d.store.Close())
	}
	if d.seen != nil {
		errs = append(errs, d.seen.Close())
	}
	if d.lock != nil {
		errs = append(errs, d.lock.Unlock())
	}
	return errors.Join(errs...)
}

// within opens the folder, runs f on it and closes it.
func (e *env) within(c config.Config, begin bool, f func(*folder) error) int {
	d, err := openFolder(e.ctx, c, begin)
	if err != nil {
		return e.fail(err)
	}
	if err := errors.Join(f(d), d.Close()); err != nil {
		if errors.Is(err, errToldAlready) {
			return exitFailed
		}
		return e.fail(err)
	}
	return exitOK
}

// errToldAlready ends a command whose findings are already written.
var errToldAlready = errors.New("told already")

// owner is whom a command acts as: the owner of the organization with a code.
// Without a code it is the only organization, or the sample among several.
func (d *folder) owner(ctx context.Context, code string) (domain.Actor, error) {
	if code != "" {
		actor, err := d.app.OrganizationActor(ctx, code)
		if domain.IsNotFound(err) {
			err = &domain.Error{Kind: domain.KindNotFound, Key: "cli.error.org", Args: domain.Args{"Org": code}}
		}
		return actor, err
	}
	orgs, err := d.app.Organizations(ctx)
	if err != nil {
		return domain.Actor{}, err
	}
	if len(orgs) == 0 {
		return domain.Actor{}, &domain.Error{Kind: domain.KindNotFound, Key: "cli.error.org_none"}
	}
	for _, o := range orgs {
		if o.Sample || len(orgs) == 1 {
			return d.app.OrganizationActor(ctx, o.Code)
		}
	}
	return domain.Actor{}, &domain.Error{Kind: domain.KindInvalid, Key: "cli.error.org_needed", Args: domain.Args{"Count": len(orgs)}}
}

// engagement is the engagement with a code, or the only one.
func (d *folder) engagement(ctx context.Context, actor domain.Actor, code string) (domain.Engagement, error) {
	if code != "" {
		e, err := d.app.Engagement(ctx, actor, code)
		if domain.IsNotFound(err) {
			err = &domain.Error{Kind: domain.KindNotFound, Key: "cli.error.engagement", Args: domain.Args{"Org": actor.OrgCode, "Engagement": code}}
		}
		return e, err
	}
	all, err := d.app.Engagements(ctx, actor)
	if err != nil {
		return domain.Engagement{}, err
	}
	if len(all) == 0 {
		return domain.Engagement{}, &domain.Error{Kind: domain.KindNotFound, Key: "cli.error.engagement_none", Args: domain.Args{"Org": actor.OrgCode}}
	}
	if len(all) > 1 {
		return domain.Engagement{}, &domain.Error{Kind: domain.KindInvalid, Key: "cli.error.engagement_needed", Args: domain.Args{"Org": actor.OrgCode, "Count": len(all)}}
	}
	return all[0], nil
}
