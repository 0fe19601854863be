package store_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"relier/internal/domain"
	"relier/internal/store"
	"relier/internal/testkit/pgtest"
	"relier/internal/tlog"
)

// damages is what a check of the log names.
func damages(t *testing.T, s *store.Store, known ...store.KnownHead) []store.LogDamage {
	t.Helper()
	var out []store.LogDamage
	_, err := s.CheckLog(ctx, known, func(d store.LogDamage) { out = append(out, d) })
	must(t, err)
	return out
}

// Every table is watched, or stands with its reason among those that are not.
func TestLog_WatchesEveryTable(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *store.Store) {
		tables, err := s.Writer().Migrator().GetTables()
		must(t, err)
		for _, name := range tables {
			watched, why := slices.Contains(store.Watched(), name), store.Unwatched[name]
			if strings.HasPrefix(name, "sqlite_") {
				continue
			}
			if watched == (why != "") {
				t.Errorf("%s: watched %v, reason not to be %q: put it into tenantTables, or into unwatched with the reason", name, watched, why)
			}
		}
	})
}

// Whoever wrote, in a transaction or alone, with a record or without: it is in
// the log, and what was rolled back is not.
func TestLog_HoldsEveryWrite(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *store.Store) {
		o, p, e := tenant(t, s, "acme")
		c := domain.Control{Org: o.ID, Code: "C-1", Title: "T", Implementation: domain.Implemented, Requirements: []domain.ControlRequirement{{Ref: domain.Ref{Edition: domain.Edition2022, Code: "A.5.1"}}}}
		must(t, s.Tx(ctx, func(tx *store.Store) error { return tx.CreateControl(ctx, &c) }))
		must(t, s.SetPreferences(ctx, p.ID, "en", "dark", "compact"))
		before, err := s.LogHead(ctx)
		must(t, err)
		undone := errors.New("undone")
		if err := s.Tx(ctx, func(tx *store.Store) error {
			must(t, tx.AppendActivity(ctx, &domain.Activity{Org: o.ID, Engagement: e.ID, At: at, Verb: "control.created", Noun: domain.NounControl, Object: int64(c.ID)}, []byte("{}")))
			return undone
		}); !errors.Is(err, undone) {
			t.Fatal(err)
		}
		must(t, s.Tx(ctx, func(tx *store.Store) error { _, err := tx.Controls(ctx, o.ID); return err }))
		if after, err := s.LogHead(ctx); err != nil || after != before {
			t.Errorf("what left nothing left a leaf: %+v, %+v, %v", before, after, err)
		}
		must(t, s.RemoveMembership(ctx, o.ID, p.ID))
		if got := damages(t, s); len(got) > 0 {
			t.Errorf("%+v", got)
		}
	})
}

// What stood before the log, or what a migration changed behind it, is taken in
// at the next start.
func TestLog_IsFoundedOnWhatStood(t *testing.T) {
	for name, address := range map[string]func() string{
		"sqlite": func() string { return filepath.Join(t.TempDir(), "relier.db") }, "postgres": func() string { return pgtest.URL(t) },
	} {
		t.Run(name, func(t *testing.T) {
			where := address()
			s := open(t, where)
			o, _, _ := tenant(t, s, "acme")
			for n := range 600 { // more than one page
				must(t, s.Writer().Exec(`INSERT INTO throttles (bucket, failed, last_at) VALUES (?, 1, 1)`, fmt.Sprint(n)).Error)
				must(t, s.Writer().Exec(`INSERT INTO control_requirements (org_id, control_id, edition, code) SELECT ?, id, '2022', ? FROM controls`, int64(o.ID), fmt.Sprint(n)).Error)
			}
			must(t, s.Close())
			again := open(t, where)
			must(t, again.Writer().Exec("UPDATE organizations SET name = 'By a migration'").Error)
			must(t, again.Writer().Exec("UPDATE log_head SET founded = 0").Error)
			must(t, again.Close())
			third := open(t, where)
			if got := damages(t, third); len(got) > 0 {
				t.Errorf("%+v", got)
			}
			var leaves []string
			must(t, third.Writer().Raw("SELECT body FROM log_leaves ORDER BY idx").Scan(&leaves).Error)
			if l, err := tlog.ReadLeaf([]byte(leaves[len(leaves)-1])); err != nil || l.Verb != tlog.VerbFounded || l.State == "" {
				t.Errorf("the last leaf is %+v, %v", l, err)
			}
		})
	}
}

// The sample's rows leave with a word in the log: they are gone, not damaged.
func TestLog_OfTheRemovedSample(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *store.Store) {
		o := domain.Organization{Code: "sample", Name: "Sample", Sample: true, CreatedAt: at}
		must(t, s.CreateOrganization(ctx, &o))
		c := domain.Control{Org: o.ID, Code: "C-1", Title: "T", Implementation: domain.Implemented}
		must(t, s.Tx(ctx, func(tx *store.Store) error {
			must(t, tx.CreateControl(ctx, &c))
			return tx.AppendActivity(ctx, &domain.Activity{Org: o.ID, At: at, Verb: "control.created", Noun: domain.NounControl, Object: int64(c.ID), Label: "C-1"}, []byte("{}"))
		}))
		must(t, s.Tx(ctx, func(tx *store.Store) error { return tx.RemoveSample(ctx, o.ID) }))
		if got := damages(t, s); len(got) > 0 {
			t.Errorf("%+v", got)
		}
		var left int64
		must(t, s.Writer().Raw("SELECT COUNT(*) FROM log_rows WHERE digest IS NULL").Scan(&left).Error)
		if left < 4 { // the control, its record, its revision, the organization
			t.Errorf("%d rows said to be gone", left)
		}
	})
}

// Many writers, half of whom change their mind: no gaps, and the tree is that of
// its leaves.
func TestLog_ManyWriters(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *store.Store) {
		o, _, _ := tenant(t, s, "acme")
		before, err := s.LogHead(ctx)
		must(t, err)
		undone := errors.New("undone")
		var wg sync.WaitGroup
		for w := range 6 {
			wg.Go(func() {
				for i := range 10 {
					err := s.Tx(ctx, func(tx *store.Store) error {
						c := domain.Control{Org: o.ID, Code: fmt.Sprintf("C-%d-%d", w, i), Title: "T", Implementation: domain.Implemented}
						if err := tx.CreateControl(ctx, &c); err != nil {
							return err
						}
						if err := tx.AppendActivity(ctx, &domain.Activity{Org: o.ID, At: at, Verb: "control.created", Noun: domain.NounControl, Object: int64(c.ID)}, []byte("{}")); err != nil {
							return err
						}
						if i%2 == 1 {
							return undone
						}
						return nil
					})
					if err != nil && !errors.Is(err, undone) {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		after, err := s.LogHead(ctx)
		must(t, err)
		if after.Size != before.Size+30 {
			t.Errorf("%d leaves after %d and 30 changes", after.Size, before.Size)
		}
		var bodies []string
		must(t, s.Writer().Raw("SELECT body FROM log_leaves ORDER BY idx").Scan(&bodies).Error)
		edge := tlog.Edge{}
		for _, b := range bodies {
			_, err := edge.Append([]byte(b))
			must(t, err)
		}
		if head, err := edge.Head(); err != nil || head != after {
			t.Errorf("recomputed %+v, stored %+v, %v", head, after, err)
		}
		if got := damages(t, s, store.KnownHead{Head: before, Name: "before"}); len(got) > 0 {
			t.Errorf("%+v", got)
		}
		if got := damages(t, s, store.KnownHead{Head: tlog.Head{Size: before.Size, Root: domain.Digest{1}}, Name: "fork"}); len(got) != 1 || got[0].Kind != "log_forked" {
			t.Errorf("a fork: %+v", got)
		}
	})
}

// On PostgreSQL too, what somebody changes by hand is not taken for ours.
func TestLog_ChangedByHandOnPostgres(t *testing.T) {
	s := open(t, pgtest.URL(t))
	o, p, _ := tenant(t, s, "acme")
	must(t, s.Writer().Exec("UPDATE organizations SET name = 'Other'").Error)
	must(t, s.SetPreferences(ctx, p.ID, "en", "dark", "compact"))
	got := damages(t, s)
	if len(got) != 1 || got[0].Kind != "row_changed" || got[0].What != fmt.Sprintf("organizations %d", o.ID) || got[0].Noun != domain.NounOrganization {
		t.Errorf("%+v", got)
	}
}

// A log whose head does not fit is not written onto.
func TestLog_RefusesToBuildOnDamage(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *store.Store) {
		_, p, _ := tenant(t, s, "acme")
		must(t, s.Writer().Exec("UPDATE log_head SET size = size + 1").Error)
		if err := s.SetPreferences(ctx, p.ID, "en", "dark", "compact"); domain.KindOf(err) != domain.KindUnavailable {
			t.Errorf("got %v", err)
		}
		if got, err := s.Person(ctx, p.ID); err != nil || got.Theme != "auto" {
			t.Errorf("it was changed all the same: %+v, %v", got, err)
		}
	})
}

// How many changes a second one writer makes, each of a control, its record and
// its revision, with and without the log.
func BenchmarkLog(b *testing.B) {
	for name, address := range map[string]func() string{
		"sqlite": func() string { return filepath.Join(b.TempDir(), "relier.db") }, "postgres": func() string { return pgtest.URL(b) },
	} {
		for _, with := range []bool{false, true} {
			b.Run(fmt.Sprintf("%s/log=%v", name, with), func(b *testing.B) {
				s, err := store.Open(ctx, address())
				if err != nil {
					b.Fatal(err)
				}
				defer s.Close()
				o := domain.Organization{Code: "acme", Name: "Acme", CreatedAt: at}
				if err := s.CreateOrganization(ctx, &o); err != nil {
					b.Fatal(err)
				}
				if !with {
					if err := s.StopLog(); err != nil {
						b.Fatal(err)
					}
				}
				n := 0
				for b.Loop() {
					n++
					err := s.Tx(ctx, func(tx *store.Store) error {
						c := domain.Control{Org: o.ID, Code: fmt.Sprintf("C-%d", n), Title: "Title", Description: strings.Repeat("What it is about. ", 20), Implementation: domain.Implemented}
						if err := tx.CreateControl(ctx, &c); err != nil {
							return err
						}
						return tx.AppendActivity(ctx, &domain.Activity{Org: o.ID, At: at, Verb: "control.created", Noun: domain.NounControl, Object: int64(c.ID), Label: c.Code}, []byte(`{"a":"state"}`))
					})
					if err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "tx/s")
			})
		}
	}
}
