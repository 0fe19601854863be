package server_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"relier/internal/app"
	"relier/internal/domain"
)

// completed is a reliance that waits for nothing but the assessor: proposed by
// Ada, approved by the auditor.
func (a *audited) completed(auditor domain.Actor) domain.Reliance {
	a.t.Helper()
	c, s, cert := a.claimable()
	ctx := a.t.Context()
	named := []domain.Named{{Service: s.Key, Environment: s.Environment}}
	for _, kind := range []domain.ReportKind{domain.ReportAudit, domain.ReportSoA} {
		_, err := a.app.SaveReport(ctx, a.actor, domain.Report{Kind: kind, Title: "Cloud " + string(kind), Names: named, State: domain.ReportReviewed,
			ObtainedOn: domain.MustDate("2026-05-01"), Period: domain.Period{From: domain.MustDate("2025-04-01"), To: domain.MustDate("2026-03-31")}})
		a.must(err)
	}
	e := a.evidence(c)
	e, err := a.app.ReviewEvidence(ctx, auditor, domain.Review{Evidence: e.ID, Verdict: domain.EvidenceAccepted}, e.Version)
	a.must(err)
	_, err = a.app.ConfirmSplit(ctx, a.actor, a.eng, domain.Split{Control: c.ID, Service: s.ID, Party: domain.PartyMicrosoft})
	a.must(err)
	_, err = a.app.SaveResponsibility(ctx, a.actor, domain.Responsibility{Control: c.ID, Service: s.ID, Sentence: "Restore", Evidence: []domain.EvidenceID{e.ID}})
	a.must(err)
	r, err := a.app.ProposeReliance(ctx, a.actor, a.eng, domain.Reliance{Control: c.ID, Service: s.ID, Certificates: []domain.CertificateID{cert.ID}})
	a.must(err)
	r, err = a.app.ApproveReliance(ctx, auditor, a.eng, r.ID, r.Version, "")
	a.must(err)
	return r
}

// assessor engages somebody from outside and signs them in.
func (a *audited) assessor(email string, m domain.Membership) *visitor {
	a.t.Helper()
	m.Role = domain.RoleAssessor
	if m.Engagement == 0 {
		m.Engagement = a.eng.ID
	}
	if m.Until == 0 {
		m.Until = domain.MustDate("2099-12-31")
	}
	_, err := a.app.AddMember(a.t.Context(), a.actor, app.NewPerson{Email: email, Name: "Somebody", Password: password, Lang: "en"}, m)
	a.must(err)
	return a.signedIn(email)
}

// records counts what was recorded so far.
func (a *audited) records() int {
	a.t.Helper()
	found, err := a.app.Activity(a.t.Context(), a.actor, domain.ActivityFilter{Page: domain.Page{Size: 1}})
	a.must(err)
	return found.Total
}

// TestReliance_WhoMayNot sends every act on a reliance from everybody who may
// not, through the real routes: each is refused, and nothing changes.
func TestReliance_WhoMayNot(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	auditorActor, auditor := a.member("auditor@example.org", domain.RoleAuditor)
	r := a.completed(auditorActor)
	elsewhere := a.control("A.5.1", "Policies", "A.5.1")
	next, err := a.app.CreateEngagement(t.Context(), a.actor, domain.Engagement{Code: "2027", Title: "Next", Kind: domain.KindInternal,
		Edition: domain.Edition2022, Period: domain.Period{From: domain.MustDate("2027-01-01"), To: domain.MustDate("2027-12-31")}})
	a.must(err)
	_, reader := a.member("reader@example.org", domain.RoleReader)
	_, contributor := a.member("contributor@example.org", domain.RoleContributor)
	whole := a.assessor("whole@example.org", domain.Membership{})
	narrow := a.assessor("narrow@example.org", domain.Membership{Controls: []domain.ControlID{elsewhere.ID}})
	other := a.assessor("other@example.org", domain.Membership{Engagement: next.ID})
	_, err = a.app.AddMember(t.Context(), a.actor, app.NewPerson{Email: "ended@example.org", Name: "Gone", Password: password, Lang: "en"},
		domain.Membership{Role: domain.RoleAssessor, Engagement: a.eng.ID, Until: domain.MustDate("2026-01-31")})
	a.must(err)
	ended := a.signedIn("ended@example.org")

	at, version := fmt.Sprintf("%s/reliances/%d", north, r.ID), fmt.Sprint(r.Version)
	decision := func(what string) url.Values {
		return url.Values{"decision": {what}, "words": {"Seen."}, "version": {version}}
	}
	proposal := url.Values{"service": {fmt.Sprint(r.Service)}, "certificates": {fmt.Sprint(r.Certificates[0])}, "why": {"Because."}}
	outside := "outside what the assessor was engaged for"
	for _, c := range []struct {
		name   string
		who    *visitor
		path   string
		form   url.Values
		status int
		says   string
	}{
		{"reader approves", reader, at + "/approval", url.Values{"version": {version}}, http.StatusForbidden, ""},
		{"reader proposes", reader, fmt.Sprintf("%s/controls/%d/reliances", north, elsewhere.ID), proposal, http.StatusForbidden, ""},
		{"reader decides", reader, at + "/decision", decision("accept"), http.StatusForbidden, ""},
		{"contributor approves", contributor, at + "/approval", url.Values{"version": {version}}, http.StatusForbidden, ""},
		{"contributor proposes", contributor, fmt.Sprintf("%s/controls/%d/reliances", north, elsewhere.ID), proposal, http.StatusForbidden, ""},
		{"contributor decides", contributor, at + "/decision", decision("accept"), http.StatusForbidden, ""},
		{"auditor decides", auditor, at + "/decision", decision("accept"), http.StatusForbidden, ""},
		{"assessor approves", whole, at + "/approval", url.Values{"version": {version}}, http.StatusForbidden, ""},
		{"assessor proposes", whole, fmt.Sprintf("%s/controls/%d/reliances", north, elsewhere.ID), proposal, http.StatusForbidden, ""},
		{"assessor outside scope accepts", narrow, at + "/decision", decision("accept"), http.StatusForbidden, outside},
		{"assessor outside scope refuses", narrow, at + "/decision", decision("refuse"), http.StatusForbidden, outside},
		{"assessor of another engagement accepts", other, at + "/decision", decision("accept"), http.StatusNotFound, ""},
		{"assessor of another engagement, by way of their own", other, fmt.Sprintf("/o/north/e/2027/reliances/%d/decision", r.ID), decision("accept"), http.StatusNotFound, ""},
		{"assessor whose last day has passed accepts", ended, at + "/decision", decision("accept"), http.StatusNotFound, ""},
		{"owner decides for the assessor without name and proof", a.visitor, at + "/decision", decision("accept"), http.StatusUnprocessableEntity, "Fill this in"},
		{"assessor decides on what changed meanwhile", whole, at + "/decision", url.Values{"decision": {"accept"}, "version": {"1"}}, http.StatusUnprocessableEntity, "Somebody changed this"},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := a.records()
			p := c.who.post(c.path, c.form).want(c.status)
			if c.says != "" && !strings.Contains(p.text("main"), c.says) {
				t.Errorf("the refusal says %q, not %q", p.text("main"), c.says)
			}
			now, err := a.app.Reliance(t.Context(), a.actor, a.eng, r.ID)
			if err != nil || now.Reliance.State != domain.RelianceApproved || now.Reliance.Version != r.Version || now.Reliance.DecidedBy != 0 {
				t.Errorf("the reliance is %s at version %d, %v", now.Reliance.State, now.Reliance.Version, err)
			}
			if got := a.records(); got != before {
				t.Errorf("%d records were written", got-before)
			}
		})
	}
	t.Run("whose scope leaves the control out is offered no form", func(t *testing.T) {
		if p := narrow.get(at).want(http.StatusOK); p.doc().Find("#next form").Length() != 0 || !strings.Contains(p.text("#next"), outside) {
			t.Errorf("the page offers %q", p.text("#next"))
		}
	})
	t.Run("another engagement's looks like one that is not there", func(t *testing.T) {
		missing := fmt.Sprintf("/o/north/e/2099/reliances/%d", r.ID)
		own, none := fmt.Sprintf("/o/north/e/2027/reliances/%d", r.ID), "/o/north/e/2027/reliances/999999"
		for _, pair := range [][2]string{{at, missing}, {own, none}} {
			if x, y := other.get(pair[0]).want(http.StatusNotFound), other.get(pair[1]).want(http.StatusNotFound); !bytes.Equal(x.body, y.body) {
				t.Errorf("%s and %s differ", pair[0], pair[1])
			}
			x, y := other.post(pair[0]+"/decision", decision("accept")).want(http.StatusNotFound), other.post(pair[1]+"/decision", decision("accept")).want(http.StatusNotFound)
			if !bytes.Equal(x.body, y.body) {
				t.Errorf("posting to %s and %s differs", pair[0], pair[1])
			}
		}
	})
	whole.post(at+"/decision", decision("accept")).leads(at)
}

// TestReliance_ProposerMayNotApprove is the rule of four eyes through the route.
func TestReliance_ProposerMayNotApprove(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	_, auditor := a.member("auditor@example.org", domain.RoleAuditor)
	c, s, cert := a.claimable()
	control := fmt.Sprintf("%s/controls/%d", north, c.ID)
	auditor.post(control+"/reliances", url.Values{"service": {fmt.Sprint(s.ID)}, "certificates": {fmt.Sprint(cert.ID)}}).leads(control)
	all, err := a.app.Reliances(t.Context(), a.actor, a.eng, 0)
	a.must(err)
	r := all[0].Reliance
	at, form := fmt.Sprintf("%s/reliances/%d", north, r.ID), url.Values{"version": {fmt.Sprint(r.Version)}, "override": {"I am in a hurry."}}
	before := a.records()
	if p := auditor.post(at+"/approval", form).want(http.StatusForbidden); !strings.Contains(p.text("main"), "somebody else has to approve it") {
		t.Errorf("the refusal says %q", p.text("main"))
	}
	now, err := a.app.Reliance(t.Context(), a.actor, a.eng, r.ID)
	if err != nil || now.Reliance.State != domain.RelianceProposed || now.Reliance.Version != r.Version || a.records() != before {
		t.Errorf("it is %s at version %d with %d new records, %v", now.Reliance.State, now.Reliance.Version, a.records()-before, err)
	}
	a.post(at+"/approval", url.Values{"version": {fmt.Sprint(r.Version)}}).leads(at)
}
