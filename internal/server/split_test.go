package server_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"relier/internal/domain"
)

// approved is a reliance that stands, on a control whose split is confirmed and
// which has nothing left to do for us.
func (a *audited) approved() (domain.Control, domain.Service, domain.Reliance) {
	a.t.Helper()
	c, s, cert := a.claimable()
	ctx := a.t.Context()
	_, err := a.app.ConfirmSplit(ctx, a.actor, a.eng, domain.Split{Control: c.ID, Service: s.ID, Party: domain.PartyMicrosoft})
	a.must(err)
	_, err = a.app.SaveResponsibility(ctx, a.actor, domain.Responsibility{Control: c.ID, Service: s.ID, State: domain.ResponsibilityNone, Because: "No room of ours."})
	a.must(err)
	for _, kind := range []domain.ReportKind{domain.ReportAudit, domain.ReportSoA} {
		_, err := a.app.SaveReport(ctx, a.actor, domain.Report{Kind: kind, Title: string(kind), Names: []domain.Named{{Service: s.Key, Environment: s.Environment}},
			State: domain.ReportReviewed, ObtainedOn: a.app.Today(), Period: domain.Period{From: a.eng.Period.From, To: a.app.Today()}})
		a.must(err)
	}
	r, err := a.app.ProposeReliance(ctx, a.actor, a.eng, domain.Reliance{Control: c.ID, Service: s.ID, Certificates: []domain.CertificateID{cert.ID}})
	a.must(err)
	other, _ := a.member("approver@example.org", domain.RoleManager)
	r, err = a.app.ApproveReliance(ctx, other, a.eng, r.ID, r.Version, "")
	a.must(err)
	return c, s, r
}

func (a *audited) state(r domain.Reliance) domain.RelianceState {
	a.t.Helper()
	v, err := a.app.Reliance(a.t.Context(), a.actor, a.eng, r.ID)
	a.must(err)
	return v.Reliance.State
}

func TestSplit_WaitsForATickWhereAReliancesFalls(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	c, s, r := a.approved()
	at := fmt.Sprintf("%s/controls/%d", north, c.ID)
	form := url.Values{"service": {fmt.Sprint(s.ID)}, "party": {"ours"}, "ours": {"Guards"}, "reason": {"We moved out."}, "version": {"1"}}

	p := a.post(at+"/split", form).want(http.StatusUnprocessableEntity)
	if p.doc().Find("#effects-table tbody tr").Length() != 1 || !strings.Contains(p.text("#effects-table"), "Lapsed") || p.text("#field-ours") != "Guards" {
		t.Fatalf("the page states %q", p.text("#form"))
	}
	if a.state(r) != domain.RelianceApproved {
		t.Fatal("it was saved without a tick")
	}
	form = ticked(p, form)
	a.post(at+"/split", form).leads(at)
	if a.state(r) != domain.RelianceLapsed {
		t.Errorf("the reliance is %s", a.state(r))
	}
}

func TestSplits_StatesTheExactNumber(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	c, s, r := a.approved()
	two, three := a.control("C-2", "Two", "A.5.1"), a.control("C-3", "Three", "A.5.14")
	other := a.service("intune")
	_, err := a.app.RaiseDispute(t.Context(), a.actor, domain.Dispute{Subject: domain.DisputeProposal, From: "2022", To: "A.5.14", Note: "Not ours."})
	a.must(err)
	to := north + "/controls/splits"
	form := url.Values{"ids": {ids(c, two, three)}, "service": {fmt.Sprint(s.ID), fmt.Sprint(other.ID)}, "party": {""}}

	p := a.post(to, form).want(http.StatusUnprocessableEntity)
	for _, want := range []string{"3 splits will be recorded, of 6 asked for.", "1 stays as somebody decided it.", "2 are left alone: their proposals are disputed", "No reliance would move."} {
		if !strings.Contains(p.text("#told"), want) {
			t.Errorf("%q is not stated: %q", want, p.text("#told"))
		}
	}
	if p.text(".form-actions .button-primary") != "Record 3 splits" {
		t.Errorf("the button says %q", p.text(".form-actions .button-primary"))
	}
	form.Set("party", "ours") // another order than the one stated
	form.Set("reason", "All ours.")
	form.Set("again", "1")
	form.Set("told", p.attr("input[name=told]", "value"))
	p = a.post(to, form).want(http.StatusUnprocessableEntity)
	if p.doc().Find("#effects-table tbody tr").Length() != 1 || a.state(r) != domain.RelianceApproved {
		t.Errorf("another order than the stated one: %q", p.text("#told"))
	}
	form.Set("told", p.attr("input[name=told]", "value"))
	a.post(to, form).want(http.StatusUnprocessableEntity) // stated, not ticked
	form = ticked(p, form)
	back := a.post(to, form).leads(north + "/controls")
	if got := a.get(back).text(".notice"); got != "6 splits were confirmed." {
		t.Errorf("the notice says %q", got)
	}
	if a.state(r) != domain.RelianceLapsed {
		t.Errorf("the reliance is %s", a.state(r))
	}
}

func TestSplits_AStatementSpeaksForItsControlsOnly(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	one, other, s := a.control("C-1", "One", "A.7.1"), a.control("C-2", "Two", "A.7.2"), a.service("office-365")
	to := north + "/controls/splits"
	form := url.Values{"ids": {ids(one)}, "service": {fmt.Sprint(s.ID)}, "party": {"ours"}, "reason": {"All ours."}}
	told := a.post(to, form).want(http.StatusUnprocessableEntity).attr("input[name=told]", "value")
	p := a.post(to, with(form, "ids", ids(other), "told", told)).want(http.StatusUnprocessableEntity) // as many, but others
	if p.attr("input[name=told]", "value") == told || p.text("#told") == "" {
		t.Errorf("the statement is not made again: %q", p.text("main"))
	}
	a.post(to, with(form, "party", "none", "told", told)).want(http.StatusUnprocessableEntity)
	a.post(to, with(form, "told", told)).leads(north + "/controls")
}

func TestSplits_SetOnePartyNeedsAReason(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	c, s := a.control("C-1", "One", "A.7.1"), a.service("office-365")
	p := a.post(north+"/controls/splits", url.Values{"ids": {ids(c)}, "service": {fmt.Sprint(s.ID)}, "party": {"ours"}}).want(http.StatusUnprocessableEntity)
	if p.attr("#field-reason", "aria-invalid") != "true" || p.attr("#field-party input[value=ours]", "checked") != "checked" && p.doc().Find("#field-party input[value=ours][checked]").Length() != 1 {
		t.Errorf("without a reason: %q", p.text("form"))
	}
	_, reader := a.member("reader@example.org", domain.RoleReader)
	reader.post(north+"/controls/splits", url.Values{"ids": {ids(c)}, "service": {fmt.Sprint(s.ID)}}).want(http.StatusForbidden)
}
