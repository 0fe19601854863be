// Package testkit holds the one story that the sample, the tests and the
// screenshots tell, and what tests need to start: a real database and a real
// blob folder under a clock that they set.
//
// The story is told by calling package app, as its people would have: whoever
// proposes does not approve, whoever writes does not review, and what lapses
// lapsed because something changed. Its two tables, data/controls.tsv and
// data/evidence.tsv, are tab-separated with a header line and ";" in lists; days
// in them are counted back from today. Everything in it is fictional, down to
// the certification body; its people live on @sample.invalid.
//
// This package is part of the program, which loads the sample from it; so it
// does not import testing.
package testkit

import (
	"context"
	"path/filepath"
	"time"

	"relier/internal/app"
	"relier/internal/blob"
	"relier/internal/store"
)

// T is what this package needs of a *testing.T.
type T interface {
	Helper()
	Fatalf(format string, args ...any)
	TempDir() string
	Cleanup(func())
	Context() context.Context
}

// Kit is an App over a database and a blob folder of its own.
type Kit struct {
	App   *app.App
	Store *store.Store
	Blobs *blob.Files
	Clock *Clock
	Dir   string // the data folder
}

// Today is the day on which tests live unless they move the clock.
var Today = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

// NewApp opens an App on SQLite in a temporary folder, at Today.
func NewApp(t T) *Kit {
	t.Helper()
	return NewAppOn(t, "")
}

// NewAppOn is NewApp on a database address, such as one of package pgtest; ""
// is SQLite.
func NewAppOn(t T, address string) *Kit {
	t.Helper()
	k := &Kit{Clock: NewClock(Today), Dir: t.TempDir()}
	lock, err := blob.LockFolder(k.Dir)
	if err != nil {
		t.Fatalf("lock the data folder: %v", err)
	}
	if k.Blobs, err = blob.OpenFiles(lock); err != nil {
		t.Fatalf("open the blobs: %v", err)
	}
	if address == "" {
		address = filepath.Join(k.Dir, "relier.db")
	}
	if k.Store, err = store.Open(t.Context(), address); err != nil {
		t.Fatalf("open the database: %v", err)
	}
	t.Cleanup(func() {
		if err := k.Store.Close(); err != nil {
			t.Fatalf("close the database: %v", err)
		}
		if err := lock.Unlock(); err != nil {
			t.Fatalf("unlock the data folder: %v", err)
		}
	})
	k.App = app.New(k.Store, k.Blobs, k.Clock.Now).In(k.Dir)
	return k
}

// Sample loads the story into the kit.
func (k *Kit) Sample(t T) Story {
	t.Helper()
	s, err := LoadSample(t.Context(), k.App, k.Clock, Options{Password: Password})
	if err != nil {
		t.Fatalf("load the sample: %v", err)
	}
	return s
}
