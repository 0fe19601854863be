package server_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"relier/internal/domain"
)

func TestDuty_WaitsForATickWhereARelianceSinks(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	c, s, _ := a.approved()
	at := fmt.Sprintf("%s/controls/%d", north, c.ID)
	form := url.Values{"service": {fmt.Sprint(s.ID)}, "duty": {"1"}, "version": {"1"}, "sentence": {"We review the list of visitors."}, "frequency": {"Every month"}, "cadence": {"monthly"}}
	p := a.post(at+"/duties", form).want(http.StatusUnprocessableEntity)
	if p.doc().Find("#effects-table tbody tr").Length() != 1 || p.attr("#field-cadence option[selected]", "value") != "monthly" {
		t.Fatalf("the page states %q", p.text("#form"))
	}
	form = ticked(p, form)
	a.post(at+"/duties", form).leads(at)
	if got := a.get(at).text(".duty-facts"); !strings.Contains(got, "Every month · by the calendar: At least monthly") {
		t.Errorf("the duty says %q", got)
	}
	form.Set("duty", "")
	p = a.post(at+"/duties", form).want(http.StatusConflict) // the same again
	if p.attr("#field-sentence", "aria-invalid") != "true" || a.get(at).doc().Find(".duty").Length() != 1 {
		t.Errorf("a twin: %q", p.text("#form"))
	}
}

func TestDuty_NoneSaysWhoSaidSo(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	_, _, r := a.approved()
	p := a.get(fmt.Sprintf("%s/reliances/%d", north, r.ID)).want(http.StatusOK)
	if got := p.text(".gates"); !strings.Contains(got, "Stated by Ada, 23 Nov 2026") {
		t.Errorf("the gates say %q", got)
	}
}

func TestDuties_ListFiltersAndLeadsToTheWorkspace(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	if p := a.get(north + "/responsibilities").want(http.StatusOK); p.text(".empty h2") == "" || p.text(".nav-item[aria-current], nav [aria-current=page]") == "" {
		t.Errorf("before the first: %q", p.text("main"))
	}
	c, s := a.control("A.8.13", "Backup", "A.8.13"), a.service("office-365")
	e := a.evidence(c)
	reviewer, _ := a.member("auditor@example.org", domain.RoleAuditor)
	_, err := a.app.ReviewEvidence(t.Context(), reviewer, domain.Review{Evidence: e.ID, Verdict: domain.EvidenceAccepted}, 1)
	a.must(err)
	for _, v := range []domain.Responsibility{
		{Sentence: "Restore a sample.", Cadence: domain.CadenceYearly, Evidence: []domain.EvidenceID{e.ID}, Owner: reviewer.Person},
		{Sentence: "Answer each incident."},
		{State: domain.ResponsibilityNone, Because: "Nothing else."},
	} {
		v.Control, v.Service = c.ID, s.ID
		if v.State == domain.ResponsibilityNone {
			v.Service = a.service("intune").ID
		}
		_, err := a.app.SaveResponsibility(t.Context(), a.actor, v)
		a.must(err)
	}
	list := north + "/responsibilities"
	p := a.get(list).want(http.StatusOK)
	if got := p.text(".sentence"); got != "3 customer responsibilities on 23 November 2026: 1 proven, 1 needs nothing, 1 open." {
		t.Errorf("the sentence says %q", got)
	}
	if got := a.get(list + "?on=2028-01-01").text(".sentence"); got != "3 customer responsibilities on 1 January 2028: 1 needs nothing, 1 open, 1 stale." {
		t.Errorf("long after, the sentence says %q", got)
	}
	for query, want := range map[string]string{"state=open": "Answer each incident.", "cadence=yearly": "Restore a sample.", "owner=" + fmt.Sprint(reviewer.Person): "Restore a sample.", "q=INCIDENT": "Answer each incident."} {
		p := a.get(list + "?" + query)
		if rows := p.doc().Find("#duties tbody tr"); rows.Length() != 1 || !strings.Contains(rows.Text(), want) {
			t.Errorf("%s shows %d rows: %q", query, rows.Length(), rows.Text())
		}
	}
	href := p.attr("#duties tbody a.titled", "href")
	if !strings.HasPrefix(href, fmt.Sprintf("%s/controls/%d?service=", north, c.ID)) || a.get(strings.Split(href, "#")[0]).want(http.StatusOK) == nil {
		t.Errorf("a row leads to %q", href)
	}
	if p := a.get(list + "?state=stale"); p.text(".empty-match h2") == "" {
		t.Error("no match is not said")
	}
	a.french()
	if got := a.get(list).text("h1"); got != "Responsabilités du client" {
		t.Errorf("the French title is %q", got)
	}
}

// TestDuty_StaysWhereItIs: a duty is not reached through another control, and
// what was typed is not lost over a service that cannot be read.
func TestDuty_StaysWhereItIs(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	c, other, s := a.control("A.8.13", "Backup", "A.8.13"), a.control("A.8.14", "Redundancy", "A.8.14"), a.service("office-365")
	v, err := a.app.SaveResponsibility(t.Context(), a.actor, domain.Responsibility{Control: c.ID, Service: s.ID, Sentence: "Restore."})
	a.must(err)
	at := func(c domain.Control) string { return fmt.Sprintf("%s/controls/%d/duties", north, c.ID) }
	form := url.Values{"service": {fmt.Sprint(s.ID)}, "duty": {fmt.Sprint(v.ID)}, "version": {"1"}, "sentence": {"Restore a sample."}}
	before := a.records()
	a.post(at(other), form).want(http.StatusNotFound)
	form.Set("service", fmt.Sprint(a.service("intune").ID))
	a.post(at(c), form).want(http.StatusNotFound)
	for _, id := range []string{"x", "", "-1"} {
		form.Set("service", id)
		form.Set("duty", "")
		p := a.post(at(c), form).want(http.StatusUnprocessableEntity)
		if got := p.text("#field-sentence"); got != "Restore a sample." || !strings.Contains(p.text(".error-summary"), "named no service") {
			t.Errorf("service %q: %q came back, and %q", id, got, p.text(".error-summary"))
		}
	}
	if n := a.records() - before; n != 1 { // the service
		t.Errorf("%d records were made", n)
	}
}
