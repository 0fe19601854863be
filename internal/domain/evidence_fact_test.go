package domain_test

import (
	"testing"
	"time"

	"relier/internal/domain"
)

// A newer version that nobody has judged takes nothing away from the accepted
// one; a returned one does.
func TestEvidence_FactOf(t *testing.T) {
	old, newer := span("2026-01-01", "2026-03-31"), span("2026-04-01", "2026-06-30")
	accepted := domain.Acceptance{By: 8, On: day("2026-04-02"), Period: old}
	for _, c := range []struct {
		name  string
		state domain.EvidenceState
		last  domain.Acceptance
		want  domain.EvidenceState
		days  domain.Period
	}{
		{"never accepted, submitted", domain.EvidenceSubmitted, domain.Acceptance{}, domain.EvidenceSubmitted, newer},
		{"accepted before, a newer version waits", domain.EvidenceSubmitted, accepted, domain.EvidenceAccepted, old},
		{"accepted before, a newer draft", domain.EvidenceDraft, accepted, domain.EvidenceAccepted, old},
		{"accepted before, the newer version was returned", domain.EvidenceReturned, accepted, domain.EvidenceReturned, newer},
		{"accepted before and expired", domain.EvidenceExpired, accepted, domain.EvidenceExpired, newer},
		{"the newest version is accepted", domain.EvidenceAccepted, domain.Acceptance{By: 8, Period: newer}, domain.EvidenceAccepted, newer},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := domain.FactOf(domain.Evidence{Number: 41, State: c.state, Period: newer}, c.last)
			if f.State != c.want || f.Period != c.days || f.Code != "EV-000041" || f.ReviewedBy != c.last.By {
				t.Errorf("got %+v", f)
			}
		})
	}
}

// A waiting version does not make the accepted one hold longer, and what the daily
// round wrote decides nothing: the day does.
func TestEvidence_FactExpires(t *testing.T) {
	early, late := day("2026-06-30"), day("2026-12-31")
	accepted := domain.Acceptance{By: 8, On: day("2026-04-02"), Period: span("2026-01-01", "2026-03-31"), Expires: early}
	for _, c := range []struct {
		name  string
		state domain.EvidenceState
		last  domain.Acceptance
		on    string
		want  domain.EvidenceState
	}{
		{"on its last day", domain.EvidenceAccepted, accepted, "2026-06-30", domain.EvidenceAccepted},
		{"the day after", domain.EvidenceAccepted, accepted, "2026-07-01", domain.EvidenceExpired},
		{"a newer version waits, the day after", domain.EvidenceSubmitted, accepted, "2026-07-01", domain.EvidenceExpired},
		{"written as expired, seen from its last day", domain.EvidenceExpired, accepted, "2026-06-30", domain.EvidenceAccepted},
		{"written as expired, the day after", domain.EvidenceExpired, accepted, "2026-07-01", domain.EvidenceExpired},
		{"returned is returned", domain.EvidenceReturned, domain.Acceptance{}, "2026-07-01", domain.EvidenceReturned},
		{"never accepted", domain.EvidenceSubmitted, domain.Acceptance{}, "2027-07-01", domain.EvidenceSubmitted},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := domain.FactOf(domain.Evidence{Number: 41, State: c.state, Expires: late}, c.last)
			if got := f.StateOn(day(c.on)); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestEvidence_LastDay(t *testing.T) {
	period := span("2026-01-01", "2026-03-31")
	for _, c := range []struct {
		name         string
		v            domain.EvidenceVersion
		cadence      domain.Cadence
		expires, due string
	}{
		{"neither", domain.EvidenceVersion{Period: period}, "", "", ""},
		{"as said", domain.EvidenceVersion{Period: period, Expires: day("2026-05-01")}, "", "2026-05-01", "2026-05-01"},
		{"by the cadence, from the last day of the period", domain.EvidenceVersion{Period: period, CapturedOn: day("2026-04-10")}, domain.CadenceQuarterly, "2026-07-30", "2026-06-30"},
		{"by the cadence, from the capture", domain.EvidenceVersion{CapturedOn: day("2026-03-31")}, domain.CadenceQuarterly, "2026-07-30", "2026-06-30"},
		{"said beats the cadence", domain.EvidenceVersion{Period: period, Expires: day("2026-12-31")}, domain.CadenceMonthly, "2026-12-31", "2026-04-30"},
		{"due no later than it expires", domain.EvidenceVersion{Period: period, Expires: day("2026-04-15")}, domain.CadenceMonthly, "2026-04-15", "2026-04-15"},
		{"no day to count from", domain.EvidenceVersion{}, domain.CadenceMonthly, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := c.v.LastDay(c.cadence).String(); got != c.expires {
				t.Errorf("expires %q, want %q", got, c.expires)
			}
			if got := c.v.DueOn(c.cadence).String(); got != c.due {
				t.Errorf("due %q, want %q", got, c.due)
			}
		})
	}
}

// What runs out only after the audit period held throughout the audit.
func TestEvidence_StateFor(t *testing.T) {
	e := domain.Evidence{State: domain.EvidenceExpired, Expires: day("2027-01-15")}
	if got := e.StateFor(span("2026-01-01", "2026-12-31"), day("2027-06-01")); got != domain.EvidenceAccepted {
		t.Errorf("for the audit it is %s", got)
	}
	if got := e.StateOn(day("2027-06-01")); got != domain.EvidenceExpired {
		t.Errorf("on the day it is %s", got)
	}
}

// Past days still know what a deleted item's acceptance was.
func TestRemoval_AcceptedBefore(t *testing.T) {
	at := day("2026-03-01").Time()
	r := domain.Removal{Reviews: []domain.RemovedReview{ // the newest first
		{Verdict: domain.EvidenceReturned, At: at.AddDate(0, 2, 0)}, {Verdict: domain.EvidenceAccepted, Reviewer: 8, At: at}}}
	if got := r.AcceptedBefore(at.AddDate(0, 1, 0)); got.By != 8 || got.On != day("2026-03-01") {
		t.Errorf("between: %+v", got)
	}
	for name, when := range map[string]time.Time{"before": day("2026-02-01").Time(), "after the return": day("2026-08-01").Time(), "at last": {}} {
		if got := r.AcceptedBefore(when); got.By != 0 {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
