package store_test

import (
	"fmt"
	"strings"
	"testing"

	"relier/internal/domain"
	"relier/internal/store"
)

// A draft may still be told which days it speaks for. Nothing else of a version
// changes, and nothing at all once the item was submitted.
func TestEvidenceVersion_DaysOfADraft(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *store.Store) {
		o, p, _ := tenant(t, s, "north")
		e := domain.Evidence{Org: o.ID, Title: "Export", Kind: domain.EvidenceNote, Sensitivity: domain.SensitivityInternal, State: domain.EvidenceDraft, Author: p.ID, Versions: 1}
		must(t, s.CreateEvidence(ctx, &e))
		v := domain.EvidenceVersion{Org: o.ID, Evidence: e.ID, Number: 1, Note: "seen", UploadedBy: p.ID, UploadedAt: at}
		must(t, s.AddEvidenceVersion(ctx, &v))

		v.CapturedOn, v.Period = domain.MustDate("2026-03-02"), domain.Period{From: domain.MustDate("2026-02-01"), To: domain.MustDate("2026-02-28")}
		must(t, s.CompleteVersion(ctx, v))
		got, err := s.EvidenceVersions(ctx, o.ID, e.ID)
		must(t, err)
		if got[0].Period != v.Period || got[0].CapturedOn != v.CapturedOn {
			t.Errorf("got %v %v", got[0].CapturedOn, got[0].Period)
		}
		t.Run("not its content", func(t *testing.T) {
			for _, column := range []string{"note", "url", "sha512", "file_name", "uploaded_at", "size"} {
				if s.Writer().Exec("UPDATE evidence_versions SET "+column+" = "+column).Error == nil {
					t.Errorf("%s can change", column)
				}
			}
		})
		t.Run("of another organization", func(t *testing.T) {
			foreign := v
			foreign.Org++
			if err := s.CompleteVersion(ctx, foreign); domain.KindOf(err) != domain.KindConflict {
				t.Errorf("got %v", err)
			}
		})
		t.Run("not once submitted", func(t *testing.T) {
			e.State = domain.EvidenceSubmitted
			must(t, s.UpdateEvidence(ctx, &e))
			if err := s.CompleteVersion(ctx, v); domain.KindOf(err) != domain.KindConflict {
				t.Errorf("got %v", err)
			}
			if s.Writer().Exec("UPDATE evidence_versions SET period_to = '2030-01-01'").Error == nil {
				t.Error("the days of a submitted version can change")
			}
		})
	})
}

func TestEvidence_SortsByTitle(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *store.Store) {
		o, p, _ := tenant(t, s, "north")
		for _, title := range []string{"Zones", "Accès", "Élus", "edits"} {
			e := domain.Evidence{Org: o.ID, Title: title, Kind: domain.EvidenceNote, Sensitivity: domain.SensitivityInternal, State: domain.EvidenceDraft, Author: p.ID, Versions: 1}
			must(t, s.CreateEvidence(ctx, &e))
			must(t, s.AddEvidenceVersion(ctx, &domain.EvidenceVersion{Org: o.ID, Evidence: e.ID, Number: 1, Note: "seen", UploadedBy: p.ID, UploadedAt: at}))
		}
		for sort, want := range map[string]string{"title": "Accès edits Élus Zones", "number": "Zones Accès Élus edits", "": "edits Élus Accès Zones"} {
			l, err := s.FindEvidence(ctx, o.ID, domain.EvidenceFilter{Sort: sort})
			must(t, err)
			got := ""
			for _, r := range l.Rows {
				got += " " + r.Evidence.Title
			}
			if got != " "+want {
				t.Errorf("by %q:%s", sort, got)
			}
		}
	})
}

// Rows of evidence go only where a removal is recorded, which never changes; the
// number is not given again.
func TestEvidence_GoesOnlyWithARemoval(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *store.Store) {
		o, p, _ := tenant(t, s, "north")
		add := func() domain.Evidence {
			t.Helper()
			e := domain.Evidence{Org: o.ID, Title: "Export", Kind: domain.EvidenceNote, Sensitivity: domain.SensitivityInternal, State: domain.EvidenceSubmitted, Author: p.ID, Versions: 1,
				Cadence: domain.CadenceMonthly, Expires: domain.MustDate("2026-05-30"), Due: domain.MustDate("2026-04-30"),
				Hold: domain.Hold{On: true, Why: "Letter", By: p.ID, At: at}}
			must(t, s.CreateEvidence(ctx, &e))
			v := domain.EvidenceVersion{Org: o.ID, Evidence: e.ID, Number: 1, Note: "seen", UploadedBy: p.ID, UploadedAt: at, Expires: e.Expires}
			must(t, s.AddEvidenceVersion(ctx, &v))
			must(t, s.AddReview(ctx, &domain.Review{Org: o.ID, Evidence: e.ID, VersionID: v.ID, Verdict: domain.EvidenceAccepted, Reviewer: p.ID, At: at}))
			got, err := s.Evidence(ctx, o.ID, e.ID)
			must(t, err)
			same(t, got, e, nil)
			accepted, err := s.Acceptances(ctx, o.ID, at.AddDate(1, 0, 0))
			must(t, err)
			if accepted[e.ID].Expires != e.Expires {
				t.Errorf("accepted until %s", accepted[e.ID].Expires)
			}
			return e
		}
		first, second := add(), add()
		for _, table := range []string{"reviews", "evidence_versions", "evidence"} {
			if s.Writer().Exec("DELETE FROM "+table).Error == nil {
				t.Errorf("rows of %s can be deleted", table)
			}
		}
		gone := domain.Removal{Org: o.ID, Evidence: second.ID, Number: second.Number, Title: second.Title, Reason: "By mistake", By: p.ID, At: at,
			Versions: []domain.RemovedVersion{{Number: 1, UploadedBy: p.ID, UploadedAt: at}},
			Reviews:  []domain.RemovedReview{{Number: 1, Verdict: domain.EvidenceAccepted, Reviewer: p.ID, At: at, Expires: second.Expires}}}
		must(t, s.Tx(ctx, func(tx *store.Store) error { return tx.RemoveEvidence(ctx, gone) }))
		got, err := s.Removal(ctx, o.ID, second.ID)
		must(t, err)
		same(t, got, gone, nil)
		if _, err := s.Removal(ctx, o.ID+1, second.ID); !domain.IsNotFound(err) {
			t.Errorf("another organization reads %v", err)
		}
		if _, err := s.Evidence(ctx, o.ID, first.ID); err != nil {
			t.Errorf("the other item: %v", err)
		}
		for _, change := range []string{"UPDATE evidence_removals SET reason = 'x'", "DELETE FROM evidence_removals"} {
			if s.Writer().Exec(change).Error == nil {
				t.Errorf("%s is let through", change)
			}
		}
		if next := add(); next.Number != second.Number+1 {
			t.Errorf("number %d follows %d", next.Number, second.Number)
		}
	})
}

func TestSightings_AddUp(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *store.Store) {
		o, p, _ := tenant(t, s, "north")
		seen := domain.Sighting{Org: o.ID, Evidence: 7, Number: 2, Person: p.ID, Kind: domain.SeenOpened, Day: domain.MustDate("2026-03-02"), Times: 3}
		for range 2 {
			must(t, s.CountSightings(ctx, []domain.Sighting{seen}))
		}
		got, err := s.Sightings(ctx, o.ID, 7)
		must(t, err)
		seen.Times = 6
		same(t, got, []domain.Sighting{seen}, nil)
	})
}

// The library is narrowed by how long items hold, how widely they travel and who
// holds them; the calendar and the daily round read the same days.
func TestEvidence_NarrowedByItsDays(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *store.Store) {
		o, p, _ := tenant(t, s, "north")
		add := func(title string, change func(*domain.Evidence)) domain.EvidenceID {
			t.Helper()
			e := domain.Evidence{Org: o.ID, Title: title, Kind: domain.EvidenceNote, Sensitivity: domain.SensitivityInternal, State: domain.EvidenceAccepted, Author: p.ID, Versions: 1}
			change(&e)
			must(t, s.CreateEvidence(ctx, &e))
			must(t, s.AddEvidenceVersion(ctx, &domain.EvidenceVersion{Org: o.ID, Evidence: e.ID, Number: 1, Note: "seen", UploadedBy: p.ID, UploadedAt: at}))
			return e.ID
		}
		spring, may := domain.MustDate("2026-04-30"), domain.MustDate("2026-05-31")
		early := add("early", func(e *domain.Evidence) { e.Expires, e.Due = spring, spring })
		add("later", func(e *domain.Evidence) { e.Expires, e.Due = may, spring })
		add("held", func(e *domain.Evidence) { e.Hold = domain.Hold{On: true, Why: "x", By: p.ID, At: at} })
		add("secret", func(e *domain.Evidence) { e.Sensitivity = domain.SensitivityConfidential })
		add("draft", func(e *domain.Evidence) { e.State, e.Expires, e.Due = domain.EvidenceDraft, spring, spring })
		add("ends", func(e *domain.Evidence) { e.Period = domain.Period{From: spring, To: may} })
		for name, c := range map[string]struct {
			f    domain.EvidenceFilter
			want string
		}{
			"expiring":    {domain.EvidenceFilter{ExpiresBy: spring}, "[early]"},
			"held":        {domain.EvidenceFilter{Held: true}, "[held]"},
			"sensitivity": {domain.EvidenceFilter{Sensitivity: domain.SensitivityConfidential}, "[secret]"},
			"by id":       {domain.EvidenceFilter{IDs: []domain.EvidenceID{early}}, "[early]"},
			"by others":   {domain.EvidenceFilter{NotAuthor: p.ID}, "[]"},
			"in order":    {domain.EvidenceFilter{Sort: "expires", Page: domain.Page{Size: 3}}, "[early draft later]"},
		} {
			found, err := s.FindEvidence(ctx, o.ID, c.f)
			must(t, err)
			titles := []string{}
			for _, r := range found.Rows {
				titles = append(titles, r.Evidence.Title)
			}
			if got := fmt.Sprint(titles); got != c.want {
				t.Errorf("%s: %s, want %s", name, got, c.want)
			}
		}
		month := domain.MonthOf(may)
		for name, read := range map[string]func() ([]domain.Evidence, error){
			"[early later]":       func() ([]domain.Evidence, error) { return s.EvidenceDue(ctx, o.ID, spring) },
			"[later]":             func() ([]domain.Evidence, error) { return s.EvidenceExpiring(ctx, o.ID, month) },
			"[ends]":              func() ([]domain.Evidence, error) { return s.EvidenceEnding(ctx, o.ID, month, 9) },
			"[early] has run out": func() ([]domain.Evidence, error) { return s.RunOut(ctx, o.ID, spring.AddDays(1)) },
		} {
			found, err := read()
			must(t, err)
			titles := []string{}
			for _, e := range found {
				titles = append(titles, e.Title)
			}
			if got := fmt.Sprint(titles); !strings.HasPrefix(name, got) {
				t.Errorf("got %s, want %s", got, name)
			}
		}
		packs, err := s.PacksCiting(ctx, o.ID, at)
		must(t, err)
		if len(packs) != 0 {
			t.Errorf("packs: %v", packs)
		}
	})
}
