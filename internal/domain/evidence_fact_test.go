package domain_test

import (
	"testing"

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
