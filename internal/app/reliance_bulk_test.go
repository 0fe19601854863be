package app_test

import (
	"fmt"
	"testing"

	"relier/internal/app"
	"relier/internal/domain"
)

// withRef adds a control that implements one requirement of 2022.
func (h *house) withRef(code string) domain.Control {
	h.t.Helper()
	c, err := h.SaveControl(ctx, h.as(domain.RoleManager), domain.Control{Code: code, Title: code, Implementation: domain.Implemented,
		Requirements: []domain.ControlRequirement{{Ref: domain.Ref{Edition: domain.Edition2022, Code: code}}}})
	h.must(err)
	return c
}

// plan is what proposing some controls would do.
func (h *house) plan(choice app.ProposalChoice) app.ProposalPlan {
	h.t.Helper()
	p, err := h.PlanProposals(ctx, h.as(domain.RoleAuditor), h.eng, choice)
	h.must(err)
	return p
}

// confirmed is a plan as its reader confirms it.
func confirmed(p app.ProposalPlan) app.BulkProposal {
	b := app.BulkProposal{Pairs: p.Pairs(), Certificates: map[domain.CertificateID]int{}, Why: "It is in the quoted scope"}
	for _, s := range p.Services {
		for _, c := range s.Certificates {
			b.Certificates[c.ID] = c.Version
		}
	}
	return b
}

func TestPlanProposals_SaysWhyAPairIsLeftOut(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	azure, cert := h.azure(), h.certificate()
	service := func(key string, env domain.Environment, state domain.ServiceState) domain.Service {
		s, err := h.SaveService(ctx, h.as(domain.RoleManager), domain.Service{Key: key, Environment: env, Model: domain.ModelIaaS, State: state})
		h.must(err)
		return s
	}
	government, planned := service("azure", domain.EnvGovernment, domain.ServiceInUse), service("intune", domain.EnvPublic, domain.ServiceProposed)
	controls := map[string]domain.Control{}
	for _, code := range []string{"A.7.1", "A.7.2", "A.7.3", "A.7.4", "A.7.5", "A.5.19", "A.7.14", "6.1.2"} {
		controls[code] = h.withRef(code)
	}
	claimed, err := h.ProposeReliance(ctx, h.as(domain.RoleAuditor), h.eng, domain.Reliance{Control: controls["A.7.2"].ID, Service: azure.ID, Certificates: []domain.CertificateID{cert.ID}})
	h.must(err)
	refused, err := h.ProposeReliance(ctx, h.as(domain.RoleAuditor), h.eng, domain.Reliance{Control: controls["A.7.3"].ID, Service: azure.ID, Certificates: []domain.CertificateID{cert.ID}})
	h.must(err)
	refused, err = h.ApproveReliance(ctx, h.as(domain.RoleManager), h.eng, refused.ID, refused.Version, "")
	h.must(err)
	_, err = h.DecideReliance(ctx, h.as(domain.RoleAssessor), h.eng, refused.ID, refused.Version, app.Decision{Words: "No."})
	h.must(err)
	_, err = h.ConfirmSplit(ctx, h.as(domain.RoleManager), h.eng, domain.Split{Control: controls["A.7.4"].ID, Service: azure.ID, Party: domain.PartyNone, Reason: "No site"})
	h.must(err)
	h.exclude("A.7.5")

	choice := app.ProposalChoice{Services: []domain.ServiceID{azure.ID}}
	for _, c := range controls {
		choice.Controls = append(choice.Controls, c.ID)
	}
	p := h.plan(choice)
	why := map[string]string{}
	for _, l := range p.LeftOut {
		why[l.Control.Code] = l.Why
	}
	for code, want := range map[string]string{"A.7.1": "", "A.7.14": "", "A.7.2": app.LeftClaimed, "A.7.3": app.LeftRefused, "A.7.4": app.LeftNothing, "A.7.5": app.LeftExcluded,
		"A.5.19": app.LeftOversight, "6.1.2": app.LeftClause} {
		if why[code] != want {
			t.Errorf("%s is left out as %q, want %q", code, why[code], want)
		}
	}
	if len(p.Pairs()) != 2 || len(p.Services) != 1 || len(p.Services[0].Certificates) != 1 || p.Services[0].Unclaimable != 0 {
		t.Errorf("proposed: %+v", p.Services)
	}
	one := []domain.ControlID{controls["A.7.1"].ID}
	for name, v := range map[string]struct {
		choice app.ProposalChoice
		want   string
	}{
		"another cloud than the scope names": {app.ProposalChoice{Controls: one, Services: []domain.ServiceID{government.ID}}, app.LeftNoCertificate},
		"a service that is not in use":       {app.ProposalChoice{Controls: one, Services: []domain.ServiceID{planned.ID}}, app.LeftNotInUse},
		"an unverified certificate chosen":   {app.ProposalChoice{Controls: one, Services: []domain.ServiceID{azure.ID}, Certificates: []domain.CertificateID{h.unverified()}}, app.LeftNoCertificate},
	} {
		if p := h.plan(v.choice); len(p.LeftOut) != 1 || p.LeftOut[0].Why != v.want || len(p.Pairs()) != 0 {
			t.Errorf("%s: %+v", name, p)
		}
	}
	if p := h.plan(app.ProposalChoice{Controls: one}); len(p.Pairs()) != 1 || len(p.LeftOut) != 1 {
		t.Errorf("every service in use: %+v", p)
	}
	if claimed.State != domain.RelianceProposed {
		t.Errorf("planning changed a state: %s", claimed.State)
	}
}

func (h *house) unverified() domain.CertificateID {
	h.t.Helper()
	c, err := h.SaveCertificate(ctx, h.as(domain.RoleAuditor), domain.Certificate{Title: "Lead", Edition: domain.Edition2022, ScopeText: "Azure", Names: azureInPublic})
	h.must(err)
	return c.ID
}

func (h *house) exclude(code string) {
	h.t.Helper()
	lines, err := h.SoA(ctx, h.as(domain.RoleManager), domain.Edition2022)
	h.must(err)
	for _, l := range lines {
		if e := l.Entry; e.Ref.Code == code {
			e.Applicable, e.Exclusion = false, "Not here"
			_, err = h.SaveSoA(ctx, h.as(domain.RoleManager), []domain.SoAEntry{e})
			h.must(err)
		}
	}
}

func TestProposeReliances_AllOrNone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.azure()
	cert := h.certificate()
	one, two := h.withRef("A.7.1"), h.withRef("A.7.2")
	plan := h.plan(app.ProposalChoice{Controls: []domain.ControlID{one.ID, two.ID}})
	b := confirmed(plan)
	propose := func(b app.BulkProposal) error {
		_, err := h.ProposeReliances(ctx, h.as(domain.RoleAuditor), h.eng, b)
		return err
	}
	before := len(h.log())
	change := func(f func(*app.BulkProposal)) app.BulkProposal {
		v := confirmed(plan)
		f(&v)
		return v
	}
	h.refused(propose(change(func(b *app.BulkProposal) { b.Why = " " })), domain.KindInvalid, "why")
	h.refused(propose(change(func(b *app.BulkProposal) { b.Pairs = nil })), domain.KindInvalid, "none_chosen")
	h.refused(propose(change(func(b *app.BulkProposal) { b.Certificates = nil })), domain.KindInvalid, "certificates")
	h.refused(propose(change(func(b *app.BulkProposal) { b.Certificates[cert.ID]++ })), domain.KindConflict, "bulk_certificate")
	h.refused(propose(change(func(b *app.BulkProposal) { b.Certificates[999] = 1 })), domain.KindNotFound, "not_found")
	h.refused(propose(change(func(b *app.BulkProposal) { b.Pairs[1].Control = 999 })), domain.KindNotFound, "not_found")
	h.refused(propose(change(func(b *app.BulkProposal) { b.Pairs[1].Service = 999 })), domain.KindNotFound, "not_found")
	h.refused(propose(change(func(b *app.BulkProposal) { b.Pairs[1].Version = 3 })), domain.KindConflict, "bulk_changed")
	h.refused(propose(change(func(b *app.BulkProposal) { b.Pairs = append(b.Pairs, b.Pairs[0]) })), domain.KindConflict, "bulk_changed")
	_, err := h.ProposeReliances(ctx, h.as(domain.RoleContributor), h.eng, b)
	h.refused(err, domain.KindForbidden, "error.forbidden")
	if all, _ := h.Reliances(ctx, h.as(domain.RoleReader), h.eng, 0); len(all) != 0 || len(h.log()) != before {
		t.Fatalf("refused, and %d reliances and %d records are there", len(all), len(h.log())-before)
	}

	h.must(propose(b))
	if log := h.log(); len(log) != before+2 || log[0] != "reliance.proposed" || log[1] != "reliance.proposed" {
		t.Errorf("recorded %v", log[:2])
	}
	all, err := h.Reliances(ctx, h.as(domain.RoleReader), h.eng, 0)
	h.must(err)
	for _, v := range all {
		if r := v.Reliance; r.State != domain.RelianceProposed || r.Why != b.Why || len(r.Certificates) != 1 || r.Certificates[0] != cert.ID || r.ProposedBy != h.as(domain.RoleAuditor).Person {
			t.Errorf("proposed %+v", r)
		}
	}
	h.refused(propose(b), domain.KindConflict, "bulk_changed")
}

func TestProposeReliances_LapsedAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r, cert, _ := h.accepted()
	_, err := h.WithdrawCertificate(ctx, h.as(domain.RoleAuditor), cert.ID, domain.MustDate("2026-11-01"), 0, cert.Version)
	h.must(err)
	second, err := h.SaveCertificate(ctx, h.as(domain.RoleAuditor), domain.Certificate{Title: "Azure", Number: "C-2", Body: "Body", Edition: domain.Edition2022,
		Issued: domain.MustDate("2025-01-01"), Expires: domain.MustDate("2028-01-01"), ScopeText: "Azure", Names: azureInPublic})
	h.must(err)
	second.CheckedWhere = "Register"
	second, err = h.VerifyCertificate(ctx, h.as(domain.RoleAuditor), second)
	h.must(err)
	plan := h.plan(app.ProposalChoice{Controls: []domain.ControlID{r.Control}})
	if pairs := plan.Pairs(); len(pairs) != 1 || pairs[0].Version == 0 || len(plan.Services[0].Certificates) != 1 || plan.Services[0].Certificates[0].ID != second.ID {
		t.Fatalf("plan %+v", plan)
	}
	_, err = h.ProposeReliances(ctx, h.as(domain.RoleAuditor), h.eng, confirmed(plan))
	h.must(err)
	if v, err := h.Reliance(ctx, h.as(domain.RoleReader), h.eng, r.ID); err != nil || v.Reliance.State != domain.RelianceProposed || v.Reliance.ApprovedBy != 0 {
		t.Errorf("proposed again: %+v %v", v.Reliance, err)
	}
}

func TestApproveReliances_AllOrNone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	azure, cert := h.azure(), h.certificate()
	lead := h.unverified()
	propose := func(code string, by domain.Role, certificate domain.CertificateID) domain.Reliance {
		r, err := h.ProposeReliance(ctx, h.as(by), h.eng, domain.Reliance{Control: h.withRef(code).ID, Service: azure.ID, Certificates: []domain.CertificateID{certificate}})
		h.must(err)
		return r
	}
	one, two := propose("A.7.1", domain.RoleAuditor, cert.ID), propose("A.7.2", domain.RoleAuditor, cert.ID)
	own, unclaimable := propose("A.7.3", domain.RoleManager, cert.ID), propose("A.7.4", domain.RoleAuditor, lead)
	plan, err := h.PlanApprovals(ctx, h.as(domain.RoleManager), h.eng, nil)
	h.must(err)
	held := map[domain.RelianceID]app.HeldApproval{}
	for _, v := range plan.Held {
		held[v.Reliance.ID] = v
	}
	if len(plan.Ready) != 2 || plan.Own != 0 || held[own.ID].Why != app.HeldOwn || held[unclaimable.ID].Why != app.HeldNotClaimable || held[unclaimable.ID].Causes[0].Code != "unverified" {
		t.Errorf("plan %+v", plan)
	}
	approve := func(rs ...app.RelianceVersion) error {
		_, err := h.ApproveReliances(ctx, h.as(domain.RoleManager), h.eng, rs, "I insist")
		return err
	}
	at := func(r domain.Reliance) app.RelianceVersion { return app.RelianceVersion{ID: r.ID, Version: r.Version} }
	before := len(h.log())
	h.refused(approve(), domain.KindInvalid, "none_chosen")
	h.refused(approve(at(one), at(own)), domain.KindForbidden, "own_proposal")
	h.refused(approve(at(one), at(unclaimable)), domain.KindConflict, "bulk_not_claimable")
	h.refused(approve(at(one), app.RelianceVersion{ID: two.ID, Version: two.Version + 1}), domain.KindConflict, "bulk_changed")
	h.refused(approve(at(one), app.RelianceVersion{ID: 999, Version: 1}), domain.KindNotFound, "not_found")
	h.refused(approve(at(one), at(one)), domain.KindConflict, "bulk_changed")
	if state, _ := h.verdict(one.ID); state != domain.RelianceProposed || len(h.log()) != before {
		t.Fatalf("refused, it is %s with %d records", state, len(h.log())-before)
	}
	h.must(approve(at(one), at(two)))
	if state, _ := h.verdict(two.ID); state != domain.RelianceApproved || len(h.log()) != before+2 {
		t.Errorf("approved, it is %s with %d records", state, len(h.log())-before)
	}
	plan, err = h.PlanApprovals(ctx, h.as(domain.RoleManager), h.eng, []domain.RelianceID{one.ID})
	if err != nil || len(plan.Held) != 1 || plan.Held[0].Why != app.HeldState {
		t.Errorf("approved already: %+v %v", plan, err)
	}
	_, err = h.PlanApprovals(ctx, h.as(domain.RoleManager), h.eng, []domain.RelianceID{999})
	h.refused(err, domain.KindNotFound, "not_found")
	_, err = h.PlanApprovals(ctx, h.as(domain.RoleReader), h.eng, nil)
	h.refused(err, domain.KindForbidden, "error.forbidden")
}

// TestApproveReliances_Alone lets a person who is alone approve their own
// proposals with a reason, which each of them keeps.
func TestApproveReliances_Alone(t *testing.T) {
	t.Parallel()
	kit, owner, e := fullMap(t)
	plan, err := kit.App.PlanApprovals(t.Context(), owner, e, nil)
	if err != nil || plan.Own == 0 || plan.Own != len(plan.Ready) {
		t.Fatalf("%d of %d are own: %v", plan.Own, len(plan.Ready), err)
	}
	seen := []app.RelianceVersion{{ID: plan.Ready[0].Reliance.ID, Version: plan.Ready[0].Reliance.Version}}
	if _, err := kit.App.ApproveReliances(t.Context(), owner, e, seen, ""); domain.KindOf(err) != domain.KindInvalid {
		t.Errorf("without a reason: %v", err)
	}
	if _, err := kit.App.ApproveReliances(t.Context(), owner, e, seen, "Nobody else"); err != nil {
		t.Fatal(err)
	}
	if v, err := kit.App.Reliance(t.Context(), owner, e, seen[0].ID); err != nil || v.Reliance.State != domain.RelianceApproved || v.Reliance.Override != "Nobody else" {
		t.Errorf("approved: %+v %v", v.Reliance, err)
	}
}

// TestProposeReliances_AtMostSoManyAtOnce: what is over the limit waits for
// another turn, and the plan says how much that is.
func TestProposeReliances_AtMostSoManyAtOnce(t *testing.T) {
	if testing.Short() {
		t.Skip("it writes hundreds of rows")
	}
	t.Parallel()
	h := newHouse(t)
	manager := h.as(domain.RoleManager)
	catalogue, err := h.Catalogue(ctx, manager)
	h.must(err)
	var names []domain.Named
	for _, v := range catalogue.Snapshot.Services[:19] {
		_, err := h.SaveService(ctx, manager, domain.Service{Key: v.ID, Name: v.Name.EN, Environment: domain.EnvPublic, Model: domain.ModelSaaS, State: domain.ServiceInUse})
		h.must(err)
		names = append(names, domain.Named{Service: v.ID, Environment: domain.EnvPublic})
	}
	cert, err := h.SaveCertificate(ctx, manager, domain.Certificate{Title: "All", Number: "ALL-1", Body: "Body", Edition: domain.Edition2022,
		Issued: domain.MustDate("2025-01-01"), Expires: domain.MustDate("2028-01-01"), ScopeText: "Each.", Names: names})
	h.must(err)
	cert.CheckedWhere = "Service Trust Portal"
	_, err = h.VerifyCertificate(ctx, h.as(domain.RoleAuditor), cert)
	h.must(err)
	choice := app.ProposalChoice{}
	for i := range 265 {
		c, err := h.SaveControl(ctx, manager, domain.Control{Code: fmt.Sprintf("C-%d", i), Title: "Perimeters", Implementation: domain.Implemented,
			Requirements: []domain.ControlRequirement{{Ref: domain.Ref{Edition: domain.Edition2022, Code: "A.7.1"}}}})
		h.must(err)
		choice.Controls = append(choice.Controls, c.ID)
	}
	p := h.plan(choice)
	if n := len(p.Pairs()); n != app.MostProposed || p.Beyond != 265*19-app.MostProposed {
		t.Errorf("the plan has %d pairs, and %d beyond", n, p.Beyond)
	}
	b := confirmed(p)
	b.Pairs = append(b.Pairs, b.Pairs[0])
	_, err = h.ProposeReliances(ctx, manager, h.eng, b)
	h.refused(err, domain.KindInvalid, "error.reliance.too_many")
}
