package server_test

import (
	"strings"
	"testing"

	"relier/internal/app"
	"relier/internal/domain"
)

func TestActivity_SaysWhoDecided(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	a.inherits()
	if got := a.get(north + "/activity").text("#activity"); !strings.Contains(got, "accepted the reliance") || strings.Contains(got, "recorded for") {
		t.Errorf("of the assessor's own word: %q", got)
	}
	b := auditNorth(t)
	auditor, _ := b.member("auditor@example.org", domain.RoleAuditor)
	r := b.completed(auditor)
	b.assessor("assessor@example.org", domain.Membership{})
	_, err := b.app.DecideReliance(t.Context(), b.actor, b.eng, r.ID, r.Version, app.Decision{Accept: true, Words: "Yes.", Assessor: b.membership("assessor@example.org").Person.ID, Proof: "Mail of today"})
	b.must(err)
	if got := b.get(north + "/activity").text("#activity"); !strings.Contains(got, "recorded for Somebody the acceptance of the reliance") {
		t.Errorf("of what somebody wrote down: %q", got)
	}
}
