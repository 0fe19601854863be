package server_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"relier/internal/domain"
)

// claimable is a control on a service with a verified certificate that covers
// the audit period and names both.
func (a *audited) claimable() (domain.Control, domain.Service, domain.Certificate) {
	a.t.Helper()
	c, s := a.control("A.7.1", "Perimeters", "A.7.1"), a.service("office-365")
	cert := domain.Certificate{Title: "Cloud", Number: "CERT-1", Body: "Body", Edition: domain.Edition2022, Issued: domain.MustDate("2025-06-01"),
		Expires: domain.MustDate("2028-05-31"), ScopeText: "Office 365, public cloud", Names: []domain.Named{{Service: s.Key, Environment: s.Environment}}, CheckedWhere: "portal"}
	cert, err := a.app.SaveCertificate(a.t.Context(), a.actor, cert)
	a.must(err)
	cert.CheckedWhere = "portal"
	cert, err = a.app.VerifyCertificate(a.t.Context(), a.actor, cert)
	a.must(err)
	return c, s, cert
}

func TestReliance_ProposedOnTheWorkspace(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	c, s, cert := a.claimable()
	at := fmt.Sprintf("%s/controls/%d", north, c.ID)

	p := a.get(fmt.Sprintf("%s?form=propose&service=%d", at, s.ID))
	first := p.doc().Find("#field-certificates .choice").First()
	if !strings.Contains(first.Text(), "CERT-1") || first.Find("[checked]").Length() != 1 {
		t.Errorf("the fitting certificate is not first and ticked: %q", first.Text())
	}
	if p.doc().Find("#field-certificates details .choice").Length() == 0 {
		t.Error("certificates that nobody verified are not folded away")
	}
	if p := a.post(at+"/reliances", url.Values{"service": {fmt.Sprint(s.ID)}}).want(http.StatusUnprocessableEntity); p.text("#field-certificates .field-error") == "" {
		t.Error("no certificate chosen, and no field says so")
	}
	a.post(at+"/reliances", url.Values{"service": {fmt.Sprint(s.ID)}, "certificates": {fmt.Sprint(cert.ID)}}).leads(at)
	p = a.get(at)
	if p.text("#microsoft .gate-passed .gate-code") != "G1G2G3" || p.text("#microsoft .gate-first .gate-code") != "G4" {
		t.Errorf("passed %q, first failed %q", p.text("#microsoft .gate-passed .gate-code"), p.text("#microsoft .gate-first .gate-code"))
	}
	if got := p.text("#microsoft .gate-first .gate-causes"); !strings.Contains(got, "No audit report that covers office-365") {
		t.Errorf("the cause says %q", got)
	}
	if strings.Contains(p.text("#microsoft .rung-mark, #microsoft .part-rung"), "Inherited") {
		t.Error("three gates of six show as inherited")
	}
}

func TestReliance_ApprovedByAnotherPerson(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	c, s, cert := a.claimable()
	_, auditor := a.member("auditor@example.org", domain.RoleAuditor)
	r, err := a.app.ProposeReliance(t.Context(), a.actor, a.eng, domain.Reliance{Control: c.ID, Service: s.ID, Certificates: []domain.CertificateID{cert.ID}})
	a.must(err)
	at := fmt.Sprintf("%s/reliances/%d", north, r.ID)

	p := a.get(at).want(http.StatusOK)
	if p.doc().Find("#next form").Length() != 0 || !strings.Contains(p.text("#next"), "somebody else has to approve") {
		t.Errorf("the proposer is told %q", p.text("#next"))
	}
	a.post(at+"/approval", url.Values{"version": {"1"}, "override": {"I insist"}}).want(http.StatusForbidden)
	auditor.post(at+"/approval", url.Values{"version": {"9"}}).want(http.StatusUnprocessableEntity)
	auditor.post(at+"/approval", url.Values{"version": {"1"}}).leads(at)
	p = a.get(at)
	if p.text(".reliance-standing .status") != "Approved" || !p.doc().Find(".reliance-standing .status").HasClass("status-waiting") {
		t.Error("approved must not look done: it waits for the assessor")
	}
	if !strings.Contains(p.text(".signatures"), "The auditor") {
		t.Errorf("the approver is not named: %q", p.text(".signatures"))
	}
}

func TestReliance_DecidedByTheAssessorOrOnBehalf(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	c, s, cert := a.claimable()
	auditor, _ := a.member("auditor@example.org", domain.RoleAuditor)
	_, assessor := a.member("assessor@example.org", domain.RoleAssessor)
	r, err := a.app.ProposeReliance(t.Context(), a.actor, a.eng, domain.Reliance{Control: c.ID, Service: s.ID, Certificates: []domain.CertificateID{cert.ID}})
	a.must(err)
	r, err = a.app.ApproveReliance(t.Context(), auditor, a.eng, r.ID, r.Version, "")
	a.must(err)
	at, version := fmt.Sprintf("%s/reliances/%d", north, r.ID), fmt.Sprint(r.Version)

	p := a.get(at)
	if p.doc().Find("input[value=accept][disabled]").Length() != 1 || p.doc().Find("#field-proof").Length() != 1 {
		t.Errorf("acceptance is offered before G5, or without proof: %q", p.text("#next"))
	}
	if got := p.text("#field-assessor"); got != "Choose the assessor The assessor" {
		t.Errorf("the choice of assessors is %q", got)
	}
	if p := a.post(at+"/decision", url.Values{"version": {version}, "decision": {"refuse"}, "words": {"No"}, "assessor": {fmt.Sprint(auditor.Person)}, "proof": {"minutes"}}).want(http.StatusUnprocessableEntity); p.attr("#field-assessor", "aria-invalid") != "true" || p.text("#field-proof") != "minutes" {
		t.Errorf("a decision of somebody who is no assessor: %q", p.text("#next"))
	}
	if p := a.post(at+"/decision", url.Values{"version": {version}, "decision": {"refuse"}, "words": {"No"}}).want(http.StatusUnprocessableEntity); p.attr("#field-proof", "aria-invalid") != "true" || p.text("#field-words") != "No" {
		t.Errorf("a decision on behalf without proof: %q", p.text("#next"))
	}
	if p := assessor.get(at); p.doc().Find("#field-proof").Length() != 0 || p.doc().Find(".history").Length() != 0 {
		t.Error("the assessor is asked for proof, or shown the activity")
	}
	if p := assessor.post(at+"/decision", url.Values{"version": {version}, "decision": {"accept"}}).want(http.StatusUnprocessableEntity); !strings.Contains(p.text(".error-summary"), "G1 to G5") {
		t.Errorf("an early acceptance: %q", p.text(".error-summary"))
	}
	assessor.post(at+"/decision", url.Values{"version": {version}, "decision": {"refuse"}, "words": {"No report"}}).leads(at)
	p = a.get(at)
	if p.text(".reliance-standing .status") != "Refused" || !strings.Contains(p.text("main"), "No report") {
		t.Errorf("the refusal shows as %q", p.text(".reliance-standing"))
	}
	a.post(at+"/proposal", url.Values{"certificates": {fmt.Sprint(cert.ID)}, "why": {"Report obtained"}}).leads(at)
	if got := a.get(at).text(".reliance-standing .status"); got != "Proposed" {
		t.Errorf("proposed again, it is %q", got)
	}
	_, reader := a.member("reader@example.org", domain.RoleReader)
	reader.post(at+"/proposal", url.Values{}).want(http.StatusForbidden)
	reader.post(at+"/approval", url.Values{}).want(http.StatusForbidden)
	reader.post(at+"/decision", url.Values{}).want(http.StatusForbidden)
}

func TestReliance_LapseSaysWhy(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	c, s, cert := a.claimable()
	auditor, _ := a.member("auditor@example.org", domain.RoleAuditor)
	r, err := a.app.ProposeReliance(t.Context(), a.actor, a.eng, domain.Reliance{Control: c.ID, Service: s.ID, Certificates: []domain.CertificateID{cert.ID}})
	a.must(err)
	_, err = a.app.ApproveReliance(t.Context(), auditor, a.eng, r.ID, r.Version, "")
	a.must(err)
	_, err = a.app.WithdrawCertificate(t.Context(), a.actor, cert.ID, domain.MustDate("2026-06-12"), 0, cert.Version)
	a.must(err)
	p := a.get(fmt.Sprintf("%s/reliances/%d", north, r.ID))
	if got := p.text(".notice-error"); !strings.Contains(got, "12 Jun 2026") || !strings.Contains(got, "31 Dec 2026") {
		t.Errorf("the lapse says %q", got)
	}
	p = a.get(fmt.Sprintf("%s/controls/%d", north, c.ID))
	if got := p.text(".standing-words"); !strings.Contains(got, "Blocked") {
		t.Errorf("the control stands at %q", got)
	}
	if got := p.text(".history"); !strings.Contains(got, "Relier recorded the lapse of the reliance") {
		t.Errorf("the history says %q", got)
	}
}

func TestReliances_ListNamesTheFirstGate(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	if p := a.get(north + "/reliances").want(http.StatusOK); p.text(".empty h2") != "Nothing is relied on yet" {
		t.Errorf("never used: %q", p.text("main"))
	}
	c, s, cert := a.claimable()
	other := a.control("A.8.13", "Backup", "A.8.13")
	unverified, err := a.app.SaveCertificate(t.Context(), a.actor, domain.Certificate{Title: "Lead", Edition: domain.Edition2022})
	a.must(err)
	for id, certificate := range map[domain.ControlID]domain.CertificateID{c.ID: cert.ID, other.ID: unverified.ID} {
		_, err := a.app.ProposeReliance(t.Context(), a.actor, a.eng, domain.Reliance{Control: id, Service: s.ID, Certificates: []domain.CertificateID{certificate}})
		a.must(err)
	}
	p := a.get(north + "/reliances")
	if got := p.text(".sentence"); got != "0 of 2 reliances are inherited." {
		t.Errorf("the sentence says %q", got)
	}
	for query, want := range map[string]string{
		"": "A.7.1A.8.13", "rung=claimable": "A.7.1", "rung=not_examined": "A.8.13", "state=accepted": "", "sort=-code": "A.8.13A.7.1",
		"sort=gate": "A.8.13A.7.1", "service=" + fmt.Sprint(s.ID): "A.7.1A.8.13", "service=999": "",
	} {
		if got := a.get(north + "/reliances?" + query).text("#reliances tbody th .mono"); got != want {
			t.Errorf("%q shows %q, want %q", query, got, want)
		}
	}
	if got := a.get(north + "/reliances?rung=not_examined").text("#reliances tbody tr"); !strings.Contains(got, "G1") || !strings.Contains(got, "Nobody has verified certificate Lead") {
		t.Errorf("the row says %q", got)
	}
	eve := a.organization(a.person("eve@example.org"), "south")
	_ = eve
	if p := a.signedIn("eve@example.org").get("/o/south/e/2026/reliances/1"); p.status != http.StatusNotFound {
		t.Errorf("another organization's reliance: %d", p.status)
	}
}
