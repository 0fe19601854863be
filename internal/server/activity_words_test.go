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
	assessor, _ := b.member("assessor@example.org", domain.RoleAssessor)
	_, err := b.app.DecideReliance(t.Context(), b.actor, b.eng, r.ID, r.Version, app.Decision{Accept: true, Words: "Yes.", Assessor: assessor.Person, Proof: "Mail of today"})
	b.must(err)
	if got := b.get(north + "/activity").text("#activity"); !strings.Contains(got, "recorded for The assessor the acceptance of the reliance") {
		t.Errorf("of what somebody wrote down: %q", got)
	}
}
