// Package app holds the use-cases. Each one authorizes in its first line, loads
// what the rule needs, lets package domain decide, saves, and records what was
// done as the last statement of the same transaction.
package app

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"

	"relier/internal/blob"
	"relier/internal/domain"
	"relier/internal/extract"
	"relier/internal/store"
	"relier/internal/tlog"
)

// App is the set of use-cases over one database and one blob store.
type App struct {
	store  *store.Store
	blobs  blob.Store
	now    func() time.Time
	hashes chan struct{} // bounds how many passwords are hashed at once
	random func([]byte)
	on     domain.Date // the day that reading use-cases look from; zero: today
	dir    string      // the data folder; "": none that we know of
	keep   *keeper

	catalogues *catalogueCache
	logKey     *tlog.Key
	scanning   scanning
	files      *extract.Reader
	heads      []store.KnownHead
	seen       *sightings
}

// New ties the use-cases to a database, a blob store and a clock.
func New(s *store.Store, b blob.Store, clock func() time.Time) *App {
	return &App{store: s, blobs: b, now: clock, hashes: make(chan struct{}, 2), random: randomBytes, catalogues: &catalogueCache{},
		seen: &sightings{waiting: map[domain.Sighting]int{}}, keep: newKeeper(), files: extract.New("")}
}

// In names the data folder that the database and the blobs lie in, for backups
// and for the page that tells of the disk.
func (a *App) In(dir string) *App {
	a.dir = dir
	return a
}

// Now is the current moment in UTC, to the microsecond that the database keeps.
func (a *App) Now() time.Time { return a.now().UTC().Truncate(time.Microsecond) }

// Today is the current UTC day.
func (a *App) Today() domain.Date { return domain.DateOf(a.now()) }

// change is one use-case's transaction: the store bound to it and what it is
// done by. Its record method is called once per object changed, last.
type change struct {
	*store.Store
	ctx   context.Context
	actor domain.Actor
	at    time.Time
}

// change runs f in one transaction.
func (a *App) change(ctx context.Context, actor domain.Actor, f func(change) error) error {
	if a.on != 0 {
		return domain.Conflict("error.as_of.read_only", nil)
	}
	return a.store.Tx(ctx, func(tx *store.Store) error {
		return f(change{tx, ctx, actor, a.Now()})
	})
}

// record appends who did what to which object, with the object's whole state
// after the change and that state's digest.
func (c change) record(verb string, noun domain.Noun, object int64, engagement domain.EngagementID, label string, state any) error {
	body, err := json.Marshal(state)
	if err != nil {
		return fmt.Errorf("record %s: %w", verb, err)
	}
	return c.AppendActivity(c.ctx, &domain.Activity{
		Org: c.actor.Org, Engagement: engagement, At: c.at, Actor: c.actor.Person, Verb: verb,
		Noun: noun, Object: object, Label: shorten(label, 200), Digest: sha256.Sum256(body),
	}, body)
}

func shorten(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}

// Activity lists what was done, the newest first.
func (a *App) Activity(ctx context.Context, actor domain.Actor, f domain.ActivityFilter) (domain.List[domain.Activity], error) {
	if err := actor.Allow(domain.ActActivityRead); err != nil {
		return domain.List[domain.Activity]{}, err
	}
	return a.store.FindActivity(ctx, actor.Org, f)
}
