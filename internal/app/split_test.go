package app_test

import (
	"fmt"
	"testing"
	"time"

	"relier/internal/app"
	"relier/internal/domain"
)

func (h *house) splitsOf(c domain.Control) map[domain.ServiceID]domain.Split {
	h.t.Helper()
	views, err := h.SplitsOf(ctx, h.as(domain.RoleReader), h.eng, c)
	h.must(err)
	out := map[domain.ServiceID]domain.Split{}
	for _, v := range views {
		out[v.Service.ID] = v.Split
	}
	return out
}

func (h *house) count(verb string) int {
	h.t.Helper()
	found, err := h.Activity(ctx, h.as(domain.RoleOwner), domain.ActivityFilter{Page: domain.Page{Size: 10000}})
	h.must(err)
	n := 0
	for _, a := range found.Rows {
		if a.Verb == verb {
			n++
		}
	}
	return n
}

func TestSplit_DiffersOrIsDisputedNeedsAReason(t *testing.T) {
	h := newHouse(t)
	c, s := h.control("C-1"), h.azure() // A.7.1 on IaaS: proposed as Microsoft's
	v := domain.Split{Control: c.ID, Service: s.ID, Party: domain.PartyOurs}
	_, err := h.ConfirmSplit(ctx, h.as(domain.RoleManager), h.eng, v)
	h.refused(err, domain.KindInvalid, "error.split.reason")
	_, err = h.RaiseDispute(ctx, h.as(domain.RoleAuditor), domain.Dispute{Subject: domain.DisputeProposal, From: "2022", To: "A.7.1", Note: "We run our own rooms."})
	h.must(err)
	views, err := h.SplitsOf(ctx, h.as(domain.RoleReader), h.eng, c)
	h.must(err)
	if len(views[0].Disputes) != 1 || views[0].Disputes[0].Note != "We run our own rooms." {
		t.Errorf("the dispute is not shown beside the proposal: %+v", views[0].Disputes)
	}
	v.Party = domain.PartyMicrosoft
	_, err = h.ConfirmSplit(ctx, h.as(domain.RoleManager), h.eng, v)
	h.refused(err, domain.KindInvalid, "error.split.disputed")
	v.Reason = "All of ours were given up in March."
	_, err = h.ConfirmSplit(ctx, h.as(domain.RoleManager), h.eng, v)
	h.must(err)
}

func TestSplits_InBulk(t *testing.T) {
	h := newHouse(t)
	one, two, three := h.control("C-1"), h.control("C-2"), h.control("C-3")
	azure := h.azure()
	office, err := h.SaveService(ctx, h.as(domain.RoleManager), domain.Service{Key: "office-365", Environment: domain.EnvPublic, Model: domain.ModelSaaS, State: domain.ServiceInUse})
	h.must(err)
	decided, err := h.ConfirmSplit(ctx, h.as(domain.RoleManager), h.eng, domain.Split{Control: one.ID, Service: azure.ID, Party: domain.PartyOurs, Reason: "Our own rooms.", Ours: "Lock the door."})
	h.must(err)
	order := app.SplitOrder{Controls: []domain.ControlID{one.ID, two.ID, three.ID, two.ID}, Services: []domain.ServiceID{azure.ID, office.ID}}

	plan, err := h.PlanSplits(ctx, h.as(domain.RoleAuditor), h.eng, order)
	h.must(err)
	if plan.Pairs() != 6 || plan.Record != 5 || plan.Decided != 1 || plan.Of[azure.ID].Record != 2 {
		t.Fatalf("the plan counts %+v", plan.SplitCounts)
	}
	before := h.count("split.confirmed")
	done, err := h.ConfirmSplits(ctx, h.as(domain.RoleAuditor), h.eng, order)
	h.must(err)
	if n := h.count("split.confirmed") - before; n != 5 || done.Record != 5 {
		t.Errorf("%d records of %d changes", n, done.Record)
	}
	if got := h.splitsOf(one)[azure.ID]; got.Reason != decided.Reason || got.Party != domain.PartyOurs {
		t.Errorf("a decision was changed: %+v", got)
	}

	order.Party, order.Again = domain.PartyShared, true
	_, err = h.ConfirmSplits(ctx, h.as(domain.RoleAuditor), h.eng, order)
	h.refused(err, domain.KindInvalid, "error.splits.reason")
	if n := h.count("split.confirmed") - before; n != 5 {
		t.Errorf("a refused order recorded %d", n-5)
	}
	order.Reason = "We share every building."
	done, err = h.ConfirmSplits(ctx, h.as(domain.RoleAuditor), h.eng, order)
	h.must(err)
	got := h.splitsOf(one)[azure.ID]
	if done.Record != 6 || got.Party != domain.PartyShared || got.Reason != order.Reason || got.Ours != "Lock the door." || got.ConfirmedBy != h.as(domain.RoleAuditor).Person {
		t.Errorf("%d changed; the first is %+v", done.Record, got)
	}
	if again, err := h.ConfirmSplits(ctx, h.as(domain.RoleAuditor), h.eng, order); err != nil || again.Record != 0 || again.Same != 6 {
		t.Errorf("the same order again: %+v, %v", again.SplitCounts, err)
	}
}

func TestSplits_BulkLeavesDisputedAlone(t *testing.T) {
	h := newHouse(t)
	c, s := h.control("C-1"), h.azure()
	_, err := h.RaiseDispute(ctx, h.as(domain.RoleAuditor), domain.Dispute{Subject: domain.DisputeProposal, From: "2022", To: "A.7.1", Note: "No."})
	h.must(err)
	order := app.SplitOrder{Controls: []domain.ControlID{c.ID}, Services: []domain.ServiceID{s.ID}}
	done, err := h.ConfirmSplits(ctx, h.as(domain.RoleAuditor), h.eng, order)
	h.must(err)
	if done.Record != 0 || done.Disputed != 1 || h.splitsOf(c)[s.ID].State != domain.SplitProposed {
		t.Errorf("a disputed proposal was confirmed: %+v", done.SplitCounts)
	}
	order.Party = domain.PartyMicrosoft
	_, err = h.ConfirmSplits(ctx, h.as(domain.RoleAuditor), h.eng, order)
	h.refused(err, domain.KindInvalid, "error.splits.reason")
}

func TestSplits_BulkIsOneTransaction(t *testing.T) {
	h := newHouse(t)
	r, _, _ := h.accepted()
	stranger := h.person("stranger")
	h.organization(stranger, "other")
	other := h.actor(stranger, "other")
	foreign, err := h.SaveControl(ctx, other, domain.Control{Code: "X-1", Title: "Theirs", Implementation: domain.Implemented})
	h.must(err)
	mine := h.control("C-9")
	order := app.SplitOrder{Controls: []domain.ControlID{mine.ID, foreign.ID}, Services: []domain.ServiceID{r.Service}}
	_, err = h.ConfirmSplits(ctx, h.as(domain.RoleAuditor), h.eng, order)
	h.refused(err, domain.KindNotFound, "not_found")
	if h.splitsOf(mine)[r.Service].State != domain.SplitProposed {
		t.Error("part of a refused order was kept")
	}
	for _, role := range []domain.Role{domain.RoleContributor, domain.RoleReader, domain.RoleAssessor} {
		_, err := h.ConfirmSplits(ctx, h.as(role), h.eng, order)
		h.refused(err, domain.KindForbidden, "error.forbidden")
	}

	// and what it moves lapses in it
	order = app.SplitOrder{Controls: []domain.ControlID{r.Control}, Services: []domain.ServiceID{r.Service}, Party: domain.PartyOurs, Reason: "Given back.", Again: true}
	plan, err := h.PlanSplits(ctx, h.as(domain.RoleAuditor), h.eng, order)
	h.must(err)
	effects, err := h.SplitEffects(ctx, h.as(domain.RoleAuditor), plan.Splits)
	h.must(err)
	if len(effects) != 1 || !effects[0].Falls() {
		t.Errorf("the effects are %+v", effects)
	}
	_, err = h.ConfirmSplits(ctx, h.as(domain.RoleAuditor), h.eng, order)
	h.must(err)
	if state, _ := h.verdict(r.ID); state != domain.RelianceLapsed {
		t.Errorf("the reliance is %s", state)
	}
}

func TestSplits_ThousandRows(t *testing.T) {
	h := newHouse(t)
	s := h.azure()
	var rows []domain.ControlID
	for _, v := range h.thousand() {
		rows = append(rows, v.ID)
	}
	began := time.Now()
	done, err := h.ConfirmSplits(ctx, h.as(domain.RoleAuditor), h.eng, app.SplitOrder{Controls: rows, Services: []domain.ServiceID{s.ID}})
	h.must(err)
	if done.Record != 1000 || h.count("split.confirmed") != 1000 {
		t.Errorf("%d recorded, %d records", done.Record, h.count("split.confirmed"))
	}
	if took := time.Since(began); took > 15*time.Second {
		t.Errorf("a thousand splits took %v", took)
	}
}

// thousand imports a list of a thousand controls.
func (h *house) thousand() []domain.Control {
	h.t.Helper()
	list := "number,title,requirements 2022\n"
	for i := range 1000 {
		list += fmt.Sprintf("K-%04d,Control %d,A.7.%d\n", i, i, 1+i%14)
	}
	in, err := h.preview(list)
	h.must(err)
	_, err = h.apply(in)
	h.must(err)
	all, err := h.Controls(ctx, h.as(domain.RoleManager))
	h.must(err)
	return all
}
