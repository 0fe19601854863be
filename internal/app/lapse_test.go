package app_test

import (
	"database/sql"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"relier/internal/domain"
)

// TestLapse_ByTimeAlone lets the daily round find what nobody changed: a duty
// that recurs whose evidence grew old. It writes nothing on the days before.
func TestLapse_ByTimeAlone(t *testing.T) {
	h := newHouse(t)
	h.editEngagement(func(e *domain.Engagement) { e.Period.To, e.ReportMaxMonths = domain.MustDate("2027-06-30"), 24 })
	first, second := h.stand("C-1", "A.7.1", "azure"), h.stand("C-2", "A.7.2", "office-365")
	h.editDuty(first, func(v *domain.Responsibility) { v.Cadence = domain.CadenceYearly })
	if state, _ := h.verdict(first.reliance); state != domain.RelianceAccepted {
		t.Fatalf("before any time passed it is %s", state)
	}
	due := domain.CadenceYearly.CountsUntil(domain.MustDate("2026-03-31"))
	records := len(h.log())
	for _, day := range []struct {
		on   domain.Date
		want domain.RelianceState
		more int
	}{{h.Today(), domain.RelianceAccepted, 0}, {due, domain.RelianceAccepted, 0}, {due.AddDays(1), domain.RelianceLapsed, 1}, {due.AddDays(2), domain.RelianceLapsed, 1}} {
		h.now = day.on.Time().Add(3 * 3600e9)
		h.must(h.LapseAll(ctx))
		if state, _ := h.verdict(first.reliance); state != day.want {
			t.Errorf("on %s it is %s, want %s", day.on, state, day.want)
		}
		if got := len(h.log()) - records; got != day.more {
			t.Errorf("on %s the rounds have written %d records, want %d", day.on, got, day.more)
		}
	}
	if state, _ := h.verdict(second.reliance); state != domain.RelianceAccepted {
		t.Errorf("the other reliance is %s", state)
	}
	h.wantFallen(first.reliance, "evidence_stale", map[domain.RelianceID][]domain.Activity{})
	if fall := h.lapses()[first.reliance][0]; fall.Actor != 0 {
		t.Errorf("a person is said to have let it lapse: %d", fall.Actor)
	}
}

// sql opens the house's database beside the App.
func (h *house) sql() *sql.DB {
	h.t.Helper()
	db, err := sql.Open("sqlite3", filepath.Join(h.dir, "relier.db"))
	h.must(err)
	h.t.Cleanup(func() { h.must(db.Close()) })
	return db
}

// TestLapse_NoRecordNoChange breaks off the records: neither the fall nor the
// change that caused it stays.
func TestLapse_NoRecordNoChange(t *testing.T) {
	h := newHouse(t)
	s := h.stand("C-1", "A.7.1", "azure")
	db := h.sql()
	before, err := h.Certificate(ctx, h.as(domain.RoleAuditor), s.certificate)
	h.must(err)
	records := len(h.log())
	for _, verb := range []string{"reliance.lapsed", "certificate.changed"} {
		_, err := db.Exec("CREATE TRIGGER broken BEFORE INSERT ON activity WHEN NEW.verb = '" + verb + "' BEGIN SELECT RAISE(ABORT, 'no record'); END")
		h.must(err)
		v := before
		v.Expires = domain.MustDate("2026-06-30")
		if _, err := h.SaveCertificate(ctx, h.as(domain.RoleAuditor), v); err == nil {
			t.Errorf("without the record %s the change was saved", verb)
		}
		_, err = db.Exec("DROP TRIGGER broken")
		h.must(err)
		after, err := h.Certificate(ctx, h.as(domain.RoleAuditor), s.certificate)
		h.must(err)
		if after.Expires != before.Expires || after.Version != before.Version {
			t.Errorf("without the record %s the certificate expires on %s", verb, after.Expires)
		}
		if state, rung := h.verdict(s.reliance); state != domain.RelianceAccepted || rung != domain.RungInherited {
			t.Errorf("without the record %s the reliance is %s, %s", verb, state, rung)
		}
		if got := len(h.log()); got != records {
			t.Errorf("without the record %s there are %d records, want %d", verb, got, records)
		}
	}
}

// TestLapse_TwoAtOnce changes one certificate from two windows at the same time:
// one is told to look again, and the reliance falls once.
func TestLapse_TwoAtOnce(t *testing.T) {
	h := newHouse(t)
	s := h.stand("C-1", "A.7.1", "azure")
	v, err := h.Certificate(ctx, h.as(domain.RoleAuditor), s.certificate)
	h.must(err)
	errs := make([]error, 2)
	var wg sync.WaitGroup
	for i, day := range []string{"2026-06-30", "2026-09-30"} {
		wg.Go(func() {
			mine := v
			mine.Expires, mine.CheckedOn = domain.MustDate(day), 0
			_, errs[i] = h.VerifyCertificate(ctx, h.as(domain.RoleAuditor), mine)
		})
	}
	wg.Wait()
	if slices.ContainsFunc(errs, func(err error) bool { return domain.KindOf(err) == domain.KindConflict }) == (errs[0] == nil && errs[1] == nil) || errs[0] != nil && errs[1] != nil {
		t.Errorf("the two got %v and %v", errs[0], errs[1])
	}
	if n := len(h.lapses()[s.reliance]); n != 1 {
		t.Errorf("the reliance fell %d times", n)
	}
}

// TestLapse_ExpiryThereAndBack is what a person does who mistypes a date: what
// the page foretold falls, all of it and nothing else, and the right date
// brings nothing back.
func TestLapse_ExpiryThereAndBack(t *testing.T) {
	h := newHouse(t)
	stands := []standing{h.stand("C-1", "A.7.1", "azure"), h.stand("C-2", "A.7.2", "office-365")}
	stands = append(stands, h.standBeside(stands[1], "C-3", "A.7.3"))
	v, err := h.Certificate(ctx, h.as(domain.RoleAuditor), stands[1].certificate)
	h.must(err)
	right := v.Expires
	v.Expires = domain.MustDate("2026-06-30")
	foretold, err := h.CertificateEffects(ctx, h.as(domain.RoleAuditor), v)
	h.must(err)
	v.CheckedOn = 0
	v, err = h.VerifyCertificate(ctx, h.as(domain.RoleAuditor), v)
	h.must(err)
	if len(foretold) != 2 {
		t.Errorf("%d reliances were foretold, want 2", len(foretold))
	}
	want := []domain.RelianceState{domain.RelianceAccepted, domain.RelianceLapsed, domain.RelianceLapsed}
	check := func(when string) {
		t.Helper()
		for i, s := range stands {
			if state, _ := h.verdict(s.reliance); state != want[i] {
				t.Errorf("%s, reliance %d is %s, want %s", when, i+1, state, want[i])
			}
		}
	}
	check("with the wrong date")
	for _, e := range foretold {
		h.wantFallen(e.Reliance.ID, e.Causes[0].Code, map[domain.RelianceID][]domain.Activity{})
	}
	v.Expires, v.CheckedOn = right, 0
	_, err = h.VerifyCertificate(ctx, h.as(domain.RoleAuditor), v)
	h.must(err)
	h.must(h.LapseAll(ctx))
	check("with the right date again")
}
