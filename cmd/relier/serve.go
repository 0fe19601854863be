package main

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"relier/internal/app"
	"relier/internal/config"
	"relier/internal/domain"
	"relier/internal/server"
)

// uploadsEnd is how long a stopping server waits for what is in flight.
const uploadsEnd = 10 * time.Minute

// serve answers browsers until it is told to stop.
func serve(e *env, c *command, args []string) int {
	f := newFlags(c)
	sample := f.Bool("sample", false, "")
	settings, _, code, done := e.settings(f, args, 0)
	if done {
		return code
	}
	// First the address: it is what is taken most often.
	listener, err := net.Listen("tcp", settings.Addr)
	if err != nil {
		return e.fail(taken(err, settings.Addr))
	}
	defer listener.Close()
	return e.within(settings, true, func(d *folder) error { return e.serve(d, settings, listener, *sample) })
}

// taken explains an address that another program listens on.
func taken(err error, addr string) error {
	if errors.Is(err, syscall.EADDRINUSE) {
		return &domain.Error{Kind: domain.KindUnavailable, Key: "cli.error.addr_taken", Args: domain.Args{"Addr": addr}, Err: err}
	}
	return err
}

func (e *env) serve(d *folder, settings config.Config, listener net.Listener, sample bool) error {
	ctx, stop := signal.NotifyContext(e.ctx, syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	log := slog.New(slog.NewTextHandler(e.stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	slog.SetDefault(log)
	cfg := server.Config{Config: settings, Version: version, Log: log, SetUpKey: rand.Text(), LoadSample: d.openSample}
	if sample {
		if err := d.needSample(ctx); err != nil {
			return err
		}
		cfg.DemoToken = rand.Text()
	}
	if err := d.scanWith(settings); err != nil {
		return err
	}
	if err := d.app.ExpireUploads(ctx); err != nil {
		return err
	}
	if err := d.app.LapseAll(ctx); err != nil {
		return err
	}
	s := server.New(d.app, cfg)
	served := make(chan error, 1)
	go func() { served <- s.Serve(listener) }()
	go d.everyDay(ctx, log, func() { d.keepCheckpoint(ctx, settings, e.l, log) })
	kept := make(chan struct{})
	go func() { defer close(kept); d.app.Keep(ctx, upkeep(settings)) }()
	defer func() { stop(); <-kept }() // before the folder is closed
	defer d.search(ctx, settings.Data, log)()
	if err := e.invite(ctx, d, cfg, listener); err != nil {
		return err
	}
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	stop() // a second signal ends the process at once
	e.say("cli.serve.stopping", nil)
	wait, cancel := context.WithTimeout(context.WithoutCancel(ctx), uploadsEnd)
	defer cancel()
	return errors.Join(s.Shutdown(wait), <-served, d.app.FlushSeen(wait))
}

// upkeep is what the server does by itself, by its settings.
func upkeep(c config.Config) app.Upkeep {
	return app.Upkeep{ScrubDays: c.ScrubDays, Rate: app.ScrubRate, BackupEvery: c.BackupEvery,
		Backup: app.BackupOptions{To: c.BackupTo, Keep: c.BackupKeep, Program: version}}
}

// needSample loads the sample where there is none.
func (d *folder) needSample(ctx context.Context) error {
	orgs, err := d.app.Organizations(ctx)
	if err != nil || slices.ContainsFunc(orgs, func(o domain.Organization) bool { return o.Sample }) {
		return err
	}
	_, err = d.tellSample(ctx, domain.Person{})
	return err
}

// openSample loads the sample for somebody who asked for it on a page.
func (d *folder) openSample(ctx context.Context, visitor domain.Person) (string, error) {
	story, err := d.tellSample(ctx, visitor)
	return story.Org.Code, err
}

// invite prints the one address to open: the sample, the set-up while nobody
// has an account, or the sign-in.
func (e *env) invite(ctx context.Context, d *folder, cfg server.Config, listener net.Listener) error {
	address := "http://" + listener.Addr().String()
	if cfg.BaseURL != nil {
		address = cfg.BaseURL.String()
	}
	empty, err := d.app.NeedsSetUp(ctx)
	switch {
	case err != nil:
		return err
	case cfg.DemoToken != "":
		e.tell("cli.serve.sample", map[string]any{"URL": address + "/?demo=" + cfg.DemoToken})
	case empty:
		e.tell("cli.serve.set_up", map[string]any{"URL": address + "/set-up?key=" + cfg.SetUpKey})
	default:
		e.tell("cli.serve.open", map[string]any{"URL": address + "/"})
	}
	return nil
}

// everyDay recomputes reliances shortly after each midnight UTC, for a
// certificate expires without anybody doing anything, and keeps a checkpoint,
// as it does at the start.
func (d *folder) everyDay(ctx context.Context, log *slog.Logger, keep func()) {
	for {
		guarded(log, keep)
		next := d.app.Today().AddDays(1).Time().Add(time.Minute)
		select {
		case <-ctx.Done():
			return
		case <-time.After(next.Sub(d.app.Now())):
		}
		if err := d.lapse(ctx); err != nil && ctx.Err() == nil {
			log.Error("the daily round failed", "err", err)
		}
	}
}

// guarded runs f in a goroutine that a panic must not end the process from.
func guarded(log *slog.Logger, f func()) {
	defer func() {
		if p := recover(); p != nil {
			log.Error("panic in the background", "panic", p)
		}
	}()
	f()
}

// lapse is LapseAll with a panic as an error: it runs in a goroutine, where a
// panic would end the process.
func (d *folder) lapse(ctx context.Context) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = errors.Join(err, errors.New("panic in the daily round"))
		}
	}()
	return d.app.LapseAll(ctx)
}
