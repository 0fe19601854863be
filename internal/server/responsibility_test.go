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
	form := url.Values{"service": {fmt.Sprint(s.ID)}, "duty": {""}, "version": {"0"}, "sentence": {"We review the list of visitors."}, "frequency": {"Every month"}, "cadence": {"monthly"}}
	p := a.post(at+"/duties", form).want(http.StatusUnprocessableEntity)
	if p.doc().Find("#effects-table tbody tr").Length() != 1 || p.attr("#field-cadence option[selected]", "value") != "monthly" {
		t.Fatalf("the page states %q", p.text("#form"))
	}
	form.Set("confirmed", "1")
	a.post(at+"/duties", form).leads(at)
	if got := a.get(at).text(".duty-facts"); !strings.Contains(got, "Every month · by the calendar: At least monthly") {
		t.Errorf("the duty says %q", got)
	}
	p = a.post(at+"/duties", form).want(http.StatusUnprocessableEntity) // the form sent twice
	if p.attr("#field-sentence", "aria-invalid") != "true" || a.get(at).doc().Find(".duty").Length() != 2 {
		t.Errorf("a twin: %q", p.text("#form"))
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
		_, err := a.app.SaveResponsibility(t.Context(), a.actor, v)
		a.must(err)
	}
	list := north + "/responsibilities"
	p := a.get(list).want(http.StatusOK)
	if got := p.text(".sentence"); got != "3 customer responsibilities on 23 November 2026: 1 proven, 1 needs nothing, 1 open." {
		t.Errorf("the sentence says %q", got)
	}
	for query, want := range map[string]string{"state=open": "Answer each incident.", "cadence=yearly": "Restore a sample.", "owner=" + fmt.Sprint(reviewer.Person): "Restore a sample.", "q=INCIDENT": "Answer each incident."} {
		p := a.get(list + "?" + query)
		if rows := p.doc().Find("#duties tbody tr"); rows.Length() != 1 || !strings.Contains(rows.Text(), want) {
			t.Errorf("%s shows %d rows: %q", query, rows.Length(), rows.Text())
		}
	}
	href := p.attr("#duties tbody a.titled", "href")
	if !strings.HasPrefix(href, fmt.Sprintf("%s/controls/%d?service=%d", north, c.ID, s.ID)) || a.get(strings.Split(href, "#")[0]).want(http.StatusOK) == nil {
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
