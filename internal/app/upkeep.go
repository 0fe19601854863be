package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"relier/internal/domain"
	"relier/internal/store"
)

// Upkeep is what a server does by itself, while people work, to keep what it
// holds: it reads all stored bytes again over some weeks, asks the database about
// itself every day, drops what nothing cites, and makes backups.
type Upkeep struct {
	ScrubDays   int           // in which all stored bytes are read once; 0: never
	Rate        int64         // bytes a second that checks read at most; 0: any
	Backup      BackupOptions // To "": none are made
	BackupEvery time.Duration
}

// ScrubRate is the usual Upkeep.Rate, 32 MiB a second: a third of what a slow
// disk gives.
const ScrubRate = 32 << 20

const (
	upkeepTick     = time.Minute
	databaseEvery  = 24 * time.Hour
	sweepEvery     = 24 * time.Hour
	backupAgain    = time.Hour // after one that failed
	slicesInterval = time.Minute
)

// keeper is the state of the work in the background.
type keeper struct {
	asked chan domain.OrgID // organizations whose owner wants their files checked now

	mu  sync.Mutex
	now Progress
}

// Progress is a check of an organization's files that is running or waiting.
type Progress struct {
	Org   domain.OrgID // 0: none
	Files int          // read so far
	All   int
}

func newKeeper() *keeper { return &keeper{asked: make(chan domain.OrgID, 1)} }

func (k *keeper) progress() Progress {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.now
}

func (k *keeper) set(p Progress) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.now = p
}

// Keep does the upkeep until ctx ends. Only one task runs at a time; one that
// fails, even by a panic, is logged and tried again later.
func (a *App) Keep(ctx context.Context, u Upkeep) {
	for ctx.Err() == nil {
		a.KeepOnce(ctx, u)
		select {
		case <-ctx.Done():
		case org := <-a.keep.asked:
			a.task(ctx, "check", func() error { return a.checkOrganization(ctx, org, u.Rate) })
		case <-time.After(upkeepTick):
		}
	}
}

// KeepOnce does what is due now.
func (a *App) KeepOnce(ctx context.Context, u Upkeep) {
	a.task(ctx, "database check", func() error { return a.checkDatabaseDaily(ctx, u.Rate) })
	a.task(ctx, "scrub", func() error { return a.scrubDue(ctx, u) })
	a.task(ctx, "sweep", func() error { return a.sweepDaily(ctx) })
	a.task(ctx, "backup", func() error { return a.backupDue(ctx, u) })
}

// task runs one piece of work in a goroutine of its own kind, where a panic would
// end the process.
func (a *App) task(ctx context.Context, name string, f func() error) {
	defer func() {
		if p := recover(); p != nil {
			slog.ErrorContext(ctx, "upkeep failed", "task", name, "panic", p, "stack", string(debug.Stack()))
		}
	}()
	if err := f(); err != nil && ctx.Err() == nil {
		slog.ErrorContext(ctx, "upkeep failed", "task", name, "err", err)
	}
}

func (a *App) logWarn(ctx context.Context, what string, err error) {
	slog.WarnContext(ctx, what, "err", err)
}

// due reports whether a task last ran longer ago than every.
func (a *App) due(ctx context.Context, task domain.UpkeepTask, every time.Duration) (bool, error) {
	runs, err := a.store.UpkeepRuns(ctx)
	return err == nil && a.Now().Sub(runs[task].At) >= every, err
}

func (a *App) checkDatabaseDaily(ctx context.Context, rate int64) error {
	due, err := a.due(ctx, domain.UpkeepDatabase, databaseEvery)
	if err != nil || !due {
		return err
	}
	return errors.Join(a.noteDatabase(ctx), a.checkDamagedAgain(ctx, rate))
}

// noteDatabase asks the database about itself and notes what it says.
func (a *App) noteDatabase(ctx context.Context) error {
	var r CheckReport
	if err := a.checkDatabase(ctx, nil, &r); err != nil {
		return err
	}
	found := r.Damages
	run := domain.UpkeepRun{Task: domain.UpkeepDatabase, At: a.Now(), Sound: len(found) == 0, Number: len(found)}
	for _, d := range found {
		slog.ErrorContext(ctx, "the database is damaged", "what", d.What, "where", d.Where)
		if len(run.Found) < 100 {
			run.Found = append(run.Found, fmt.Sprintf("[%s] %s (%s)", d.Kind, d.What, d.Where))
		}
	}
	return errors.Join(a.store.PutUpkeepRun(ctx, run), a.makeAnew(ctx, found))
}

// makeAnew makes anew what is derived, such as the search, where that is damaged.
func (a *App) makeAnew(ctx context.Context, found []Damage) error {
	if !slices.ContainsFunc(found, ofDerived) {
		return nil
	}
	slog.WarnContext(ctx, "counts and the search are made anew")
	if err := a.store.Tx(ctx, func(tx *store.Store) error { return tx.MakeAnew(ctx) }); err != nil {
		return err
	}
	return a.FillSearch(ctx, 100, 50*time.Millisecond)
}

// ofDerived reports whether damage is to something derived; the database names
// the full-text indexes itself.
func ofDerived(d Damage) bool {
	return d.Kind == "derived" || d.Kind == "database" && (strings.Contains(d.What, "search_titles") || strings.Contains(d.What, "search_words"))
}

func (a *App) backupDue(ctx context.Context, u Upkeep) error {
	if u.Backup.To == "" || u.BackupEvery <= 0 {
		return nil
	}
	wait := u.BackupEvery
	if last, ok := a.LastBackup(); ok {
		if last.Failed != "" || !last.Complete {
			wait = min(wait, backupAgain)
		}
		if a.Now().Sub(last.At) < wait {
			return nil
		}
	}
	run, err := a.Backup(ctx, u.Backup)
	if err == nil && !run.Complete {
		slog.ErrorContext(ctx, "the backup lacks damaged files", "backup", run.Snapshot, "damages", run.Damages)
	}
	return err
}
