package testkit_test

import (
	"sync"
	"testing"

	"relier/internal/app"
	"relier/internal/domain"
	"relier/internal/testkit"
	"relier/internal/testkit/pgtest"
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

// Forms sent several times at once leave one of each, also where the database
// would let writers run side by side.
func TestSample_KeepsTwinsOutOnPostgreSQL(t *testing.T) {
	t.Parallel()
	k := testkit.NewAppOn(t, pgtest.URL(t))
	s := k.Sample(t)
	before := must[app.DutyList](t)(k.App.Duties(t.Context(), s.As("reader"), s.Engagement, app.DutyFilter{}))
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			_, _ = k.App.SaveResponsibility(t.Context(), s.As("auditor"), domain.Responsibility{Control: s.Controls["A.8.3"], Service: s.Services["intune"], Sentence: "We limit what each role sees."})
		})
		all.Go(func() {
			_, _ = k.App.RaiseDispute(t.Context(), s.As("auditor"), domain.Dispute{Subject: domain.DisputeCrosswalk, From: "A.12.3.1", To: "A.8.13", Note: "No."})
		})
	}
	all.Wait()
	after := must[app.DutyList](t)(k.App.Duties(t.Context(), s.As("reader"), s.Engagement, app.DutyFilter{}))
	disputes := must[[]domain.Dispute](t)(k.App.Disputes(t.Context(), s.As("reader")))
	if after.Total != before.Total+1 || len(disputes) != 3 {
		t.Errorf("%d responsibilities and %d disputes were added, want one of each", after.Total-before.Total, len(disputes)-2)
	}
}
