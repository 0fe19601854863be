package store_test

import (
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
