package server_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"relier/internal/domain"
)

// acrossEditions is an approved reliance of an engagement to 2022 that rests on
// a certificate to 2013.
func (a *audited) acrossEditions() domain.Reliance {
	a.t.Helper()
	a.eng.Period = domain.Period{From: domain.MustDate("2025-01-01"), To: domain.MustDate("2025-09-30")}
	var err error
	a.eng, err = a.app.UpdateEngagement(a.t.Context(), a.actor, a.eng)
	a.must(err)
	c, s := a.control("A.8.13", "Backup", "A.8.13"), a.service("office-365")
	cert, err := a.app.SaveCertificate(a.t.Context(), a.actor, domain.Certificate{Title: "Cloud", Number: "CERT-13", Body: "Body", Edition: domain.Edition2013,
		Issued: domain.MustDate("2023-01-01"), Expires: domain.MustDate("2025-10-31"), ScopeText: "Office 365", Names: []domain.Named{{Service: s.Key, Environment: s.Environment}}})
	a.must(err)
	cert.CheckedWhere = "portal"
	cert, err = a.app.VerifyCertificate(a.t.Context(), a.actor, cert)
	a.must(err)
	r, err := a.app.ProposeReliance(a.t.Context(), a.actor, a.eng, domain.Reliance{Control: c.ID, Service: s.ID, Certificates: []domain.CertificateID{cert.ID}})
	a.must(err)
	other, _ := a.member("approver@example.org", domain.RoleManager)
	r, err = a.app.ApproveReliance(a.t.Context(), other, a.eng, r.ID, r.Version, "")
	a.must(err)
	return r
}

func TestDispute_FromTheCrosswalk(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	r := a.acrossEditions()
	p := a.get(north + "/crosswalk?q=A.8.13").want(http.StatusOK)
	href := p.attr("#crosswalk tbody td a", "href")
	if p.doc().Find("#crosswalk tbody tr").Length() != 1 || !strings.Contains(href, "/disputes/new?") {
		t.Fatalf("the row of A.8.13: %q, %q", p.text("#crosswalk"), href)
	}
	if got := a.get(north + "/crosswalk").text("#crosswalk .caption"); got != "156 rows" {
		t.Errorf("the crosswalk has %q", got)
	}
	a.get(href).want(http.StatusOK)
	form := url.Values{"subject": {"crosswalk"}, "from": {"A.12.3.1"}, "to": {"A.8.13"}}
	if p := a.post(north+"/disputes", form).want(http.StatusUnprocessableEntity); p.attr("#field-note", "aria-invalid") != "true" {
		t.Errorf("without a note: %q", p.text("main"))
	}
	form.Set("note", "Our backup is something else.")
	p = a.post(north+"/disputes", form).want(http.StatusUnprocessableEntity)
	if p.doc().Find("#effects-table tbody tr").Length() != 1 || p.text("#field-note") != "Our backup is something else." || a.state(r) != domain.RelianceApproved {
		t.Fatalf("what would fall: %q", p.text("main"))
	}
	form = ticked(p, form)
	at := a.post(north+"/disputes", form).leads(north + "/disputes/")
	if a.state(r) != domain.RelianceLapsed {
		t.Errorf("the reliance is %s", a.state(r))
	}
	if got := a.get(north + "/crosswalk?disputed=1").text("#crosswalk tbody"); !strings.Contains(got, "Our backup is something else.") {
		t.Errorf("the open dispute is not shown beside its row: %q", got)
	}
	a.post(north+"/disputes", form).want(http.StatusConflict) // one open dispute of a row

	settle := url.Values{"version": {"1"}, "settlement": {"It is the same after all."}}
	if p := a.post(at+"/settlement", url.Values{"version": {"1"}}).want(http.StatusUnprocessableEntity); p.attr("#field-settlement", "aria-invalid") != "true" {
		t.Error("settled without words")
	}
	p = a.post(at+"/settlement", settle).want(http.StatusUnprocessableEntity)
	if p.doc().Find("#effects-table tbody tr").Length() != 1 {
		t.Errorf("settling lets a reliance rise, and does not say so: %q", p.text("main"))
	}
	settle = ticked(p, settle)
	a.post(at+"/settlement", settle).leads(at)
	if a.state(r) != domain.RelianceLapsed {
		t.Errorf("settling healed the reliance: %s", a.state(r))
	}
	p = a.get(at)
	if !strings.Contains(p.text("main"), "It is the same after all.") || p.doc().Find("form#settle, #settle form").Length() != 0 {
		t.Errorf("settled: %q", p.text("main"))
	}
	a.post(at+"/settlement", settle).want(http.StatusConflict)
}

func TestDispute_FromTheWorkspace(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	c, s := a.control("A.7.1", "Perimeters", "A.7.1"), a.service("office-365")
	at := fmt.Sprintf("%s/controls/%d", north, c.ID)
	href := a.get(at).attr("#microsoft .fold-body .part-act", "href")
	a.get(href).want(http.StatusOK)
	u, _ := url.Parse(href)
	form := u.Query()
	form.Set("note", "We run rooms of our own.")
	a.post(north+"/disputes", form).leads(at)
	p := a.get(at)
	if !strings.Contains(p.text("#microsoft .disputed"), "We run rooms of our own.") {
		t.Errorf("the note is not beside the proposal: %q", p.text("#microsoft"))
	}
	if n := p.doc().Find("#microsoft form").Length(); n != 0 {
		t.Errorf("a disputed proposal is confirmed by %d buttons without a reason", n)
	}
	split := url.Values{"service": {fmt.Sprint(s.ID)}, "party": {"microsoft"}, "version": {"0"}}
	if p := a.post(at+"/split", split).want(http.StatusUnprocessableEntity); p.attr("#field-reason", "aria-invalid") != "true" {
		t.Errorf("confirmed without a reason: %q", p.text("#form"))
	}
	split.Set("reason", "They were closed.")
	a.post(at+"/split", split).leads(at)
}

func TestDispute_WrongPersonAndForeignIDs(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	v, err := a.app.RaiseDispute(t.Context(), a.actor, domain.Dispute{Subject: domain.DisputeCrosswalk, From: "A.12.3.1", To: "A.8.13", Note: "No."})
	a.must(err)
	at := fmt.Sprintf("%s/disputes/%d", north, v.ID)
	_, reader := a.member("reader@example.org", domain.RoleReader)
	p := reader.get(at).want(http.StatusOK)
	if p.doc().Find("main .form").Length() != 0 || reader.get(north+"/crosswalk").doc().Find("#crosswalk a[href*=new]").Length() != 0 {
		t.Error("a reader is offered what is refused")
	}
	form := url.Values{"subject": {"crosswalk"}, "from": {"A.12.4.4"}, "to": {"A.8.17"}, "note": {"No."}, "settlement": {"Yes."}, "version": {"1"}}
	reader.post(north+"/disputes", form).want(http.StatusForbidden)
	reader.post(at+"/settlement", form).want(http.StatusForbidden)
	reader.get(north + "/disputes/new?subject=crosswalk&from=A.12.4.4&to=A.8.17").want(http.StatusForbidden)
	a.get(north + "/disputes/new?subject=crosswalk&from=A.1&to=A.2").want(http.StatusNotFound)
	a.post(north+"/disputes", url.Values{"subject": {"crosswalk"}, "from": {"A.1"}, "to": {"A.2"}, "note": {"x"}}).want(http.StatusNotFound)
	a.get(north + "/disputes/999").want(http.StatusNotFound)

	a.organization(a.person("sam@example.org"), "south")
	south := a.signedIn("sam@example.org")
	south.get(strings.Replace(at, "north", "south", 1)).want(http.StatusNotFound)
	south.post(strings.Replace(at, "north", "south", 1)+"/settlement", form).want(http.StatusNotFound)
	south.get(at).want(http.StatusNotFound)
}
