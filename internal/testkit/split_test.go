package testkit_test

import (
	"testing"

	"relier/internal/app"
	"relier/internal/domain"
)

// What people rely on is proven today; one duty has aged, on a control without
// an accepted reliance; two disputes were raised and hurt nothing.
func TestSample_HoldsDutiesOfEveryStateAndTwoDisputes(t *testing.T) {
	t.Parallel()
	k, s := loaded(t)
	reliances := must[[]app.RelianceView](t)(k.App.Reliances(t.Context(), s.As("reader"), s.Engagement, 0))
	accepted := map[domain.ControlID]bool{}
	for _, r := range reliances {
		accepted[r.Control.ID] = accepted[r.Control.ID] || r.Reliance.State == domain.RelianceAccepted
	}
	list := must[app.DutyList](t)(k.App.Duties(t.Context(), s.As("reader"), s.Engagement, app.DutyFilter{}))
	aged := 0
	for _, v := range list.Rows {
		for _, c := range v.Proof.Causes {
			if c.Code == "evidence_stale" {
				aged++
			}
		}
		if accepted[v.Control.ID] && !v.Proof.Proven {
			t.Errorf("%s is relied on, and its duty is %s", v.Control.Code, v.State)
		}
	}
	if aged != 1 {
		t.Errorf("%d duties have aged, want one", aged)
	}
	for _, state := range domain.ResponsibilityStates {
		if list.Counts[state] == 0 {
			t.Errorf("no duty is %s: %v", state, list.Counts)
		}
	}
	disputes := must[[]domain.Dispute](t)(k.App.Disputes(t.Context(), s.As("reader")))
	if len(disputes) != 2 || !disputes[0].Open() || disputes[1].Open() {
		t.Errorf("the disputes are %+v", disputes)
	}
}
