package server_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"relier/internal/app"
	"relier/internal/domain"
)

func TestControl_CreateAndEdit(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	t.Run("what is wrong stands beside the field, with what was typed", func(t *testing.T) {
		p := a.post(north+"/controls", url.Values{"title": {"Kept"}, "implementation": {"partly"}, "requirement": {"2022 A.5.1"}}).want(http.StatusUnprocessableEntity)
		if p.attr("#field-code", "aria-invalid") != "true" || p.attr("#field-title", "value") != "Kept" || p.attr("#req-2022-a-5-1", "checked") != "" || p.doc().Find("#req-2022-a-5-1[checked]").Length() != 1 {
			t.Errorf("the form lost something: %q", p.text(".error-summary"))
		}
	})
	var at string
	t.Run("requirements of both editions, one in part", func(t *testing.T) {
		at = a.post(north+"/controls", url.Values{"code": {"AC-07"}, "title": {"Review"}, "implementation": {"implemented"},
			"requirement": {"2022 A.8.2"}, "partial": {"2013 A.9.2.5"}}).leads(north + "/controls/")
		p := a.get(at)
		if p.text("h1") != "Review" || p.text(".notice") != "The control was added." {
			t.Fatalf("the workspace says %q, %q", p.text("h1"), p.text(".notice"))
		}
		got := p.text(".about-requirements li")
		if !strings.Contains(got, "2022 A.8.2") || !strings.Contains(got, "2013 A.9.2.5") || strings.Count(got, "(in part)") != 1 {
			t.Errorf("it implements %q", got)
		}
	})
	t.Run("a number that another control has", func(t *testing.T) {
		p := a.post(north+"/controls", url.Values{"code": {"AC-07"}, "title": {"Other"}, "implementation": {"implemented"}}).want(http.StatusUnprocessableEntity)
		if !strings.Contains(p.text(".field-wrong"), "Another control has this number") {
			t.Errorf("it says %q", p.text(".field-wrong"))
		}
	})
	t.Run("a requirement that does not exist", func(t *testing.T) {
		p := a.post(north+"/controls", url.Values{"code": {"X"}, "title": {"X"}, "implementation": {"implemented"}, "requirement": {"2022 A.99.1"}}).want(http.StatusUnprocessableEntity)
		if !strings.Contains(p.text(".picker .field-error"), "A.99.1") {
			t.Errorf("it says %q", p.text(".picker"))
		}
	})
	t.Run("an edit on an outdated version is refused", func(t *testing.T) {
		version := a.get(at+"/edit").attr("input[name=version]", "value")
		form := url.Values{"code": {"AC-07"}, "title": {"Reviewed"}, "implementation": {"implemented"}, "version": {version}}
		a.post(at, form).leads(at)
		form.Set("title", "Too late")
		p := a.post(at, form).want(http.StatusUnprocessableEntity)
		if !strings.Contains(p.text(".error-summary"), "Somebody changed this") || a.get(at).text("h1") != "Reviewed" {
			t.Errorf("it says %q; the title is %q", p.text(".error-summary"), a.get(at).text("h1"))
		}
	})
}

func TestControl_WorkspaceHasThreeColumns(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	c, s := a.control("A.7.1", "Perimeters", "A.7.1"), a.service("office-365")
	at := fmt.Sprintf("%s/controls/%d", north, c.ID)
	p := a.get(at).want(http.StatusOK)
	for selector, want := range map[string]string{
		"#microsoft h2": "Microsoft covers", "#ours h2": "We must do", "#judgement h2": "Judgement", ".standing-words": "BlockedNobody is accountable for the control",
	} {
		if got := p.text(selector); got != want {
			t.Errorf("%s says %q, want %q", selector, got, want)
		}
	}
	if got := p.text("#microsoft .fold summary"); !strings.Contains(got, "proposed by Relier, not by Microsoft") {
		t.Errorf("the proposal's provenance says %q", got)
	}
	for _, want := range []string{"Derived from the areas", "Physical datacenter", "Confidence", "Sources"} {
		if !strings.Contains(p.text("#microsoft .fold-body"), want) {
			t.Errorf("the provenance lacks %q: %q", want, p.text("#microsoft .fold-body"))
		}
	}
	if n := p.doc().Find("#microsoft details.part[open]").Length(); n != 1 {
		t.Errorf("%d services open, want 1", n)
	}
	a.french()
	if got := a.get(at).text("#microsoft h2"); got != "Ce que couvre Microsoft" {
		t.Errorf("in French: %q", got)
	}
	_ = s
	other := a.organization(a.person("eve@example.org"), "south")
	foreign, err := a.app.SaveControl(t.Context(), other, domain.Control{Code: "X", Title: "X", Implementation: domain.Implemented})
	a.must(err)
	a.get(fmt.Sprintf("%s/controls/%d", north, foreign.ID)).want(http.StatusNotFound)
}

func TestControl_StaysCalmWithTenServices(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	c := a.control("A.7.1", "Perimeters", "A.7.1")
	for i := range 10 {
		_, err := a.app.SaveService(t.Context(), a.actor, domain.Service{Name: fmt.Sprintf("Service %02d", i), Environment: domain.EnvPublic, Model: domain.ModelSaaS, State: domain.ServiceInUse})
		a.must(err)
	}
	p := a.get(fmt.Sprintf("%s/controls/%d?form=split&service=4", north, c.ID))
	if n := p.doc().Find("#microsoft details.part").Length(); n != 10 {
		t.Fatalf("%d services, want 10", n)
	}
	if n := p.doc().Find("#microsoft details.part[open]").Length(); n != 1 {
		t.Errorf("%d of ten services are open, want the one asked for", n)
	}
	seen := map[string]bool{}
	p.doc().Find("[id]").Each(func(_ int, e *goquery.Selection) {
		if id, _ := e.Attr("id"); seen[id] {
			t.Errorf("two elements have the id %q", id)
		} else {
			seen[id] = true
		}
	})
}

func TestControl_SplitIsConfirmedOrChanged(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	c, s := a.control("A.7.1", "Perimeters", "A.7.1"), a.service("office-365")
	at, service := fmt.Sprintf("%s/controls/%d", north, c.ID), fmt.Sprint(s.ID)

	p := a.post(at+"/split", url.Values{"service": {service}, "party": {"ours"}, "ours": {"Guards"}, "version": {"0"}}).want(http.StatusUnprocessableEntity)
	if p.text("#form .field-wrong label") == "" || p.text("#field-ours") != "Guards" {
		t.Fatalf("a change without a reason: %q", p.text("#form"))
	}
	a.post(at+"/split", url.Values{"service": {service}, "party": {"microsoft"}, "version": {"0"}}).leads(at + "?service=" + service)
	if got := a.get(at).text("#microsoft .block-line .status"); got != "Confirmed" {
		t.Errorf("the split is %q", got)
	}
	p = a.post(at+"/split", url.Values{"service": {service}, "party": {"microsoft"}, "version": {"0"}}).want(http.StatusConflict)
	if !strings.Contains(p.text(".error-summary"), "Somebody changed this") {
		t.Errorf("an outdated confirmation: %q", p.text(".error-summary"))
	}
	_, v := a.member("reader@example.org", domain.RoleReader)
	v.post(at+"/split", url.Values{"service": {service}, "party": {"shared"}}).want(http.StatusForbidden)
	if n := v.get(at).doc().Find(".workspace form, .part-act").Length(); n != 0 {
		t.Errorf("a reader sees %d acts", n)
	}
}

func TestControl_DutyIsProvenOnlyByAcceptedEvidence(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	c, s := a.control("A.8.13", "Backup", "A.8.13"), a.service("office-365")
	at := fmt.Sprintf("%s/controls/%d", north, c.ID)
	form := url.Values{"service": {fmt.Sprint(s.ID)}, "duty": {""}, "version": {"0"}}

	p := a.post(at+"/duties", form).want(http.StatusUnprocessableEntity)
	if p.attr("#field-sentence", "aria-invalid") != "true" {
		t.Fatalf("no sentence, and no field says so: %q", p.text("#form"))
	}
	items := a.evidence(c)
	form.Set("sentence", "We restore a sample each quarter.")
	form.Set("evidence", fmt.Sprint(items.ID))
	a.post(at+"/duties", form).leads(at)
	if got := a.get(at).text(".duty-head .status"); got != "Open" || !strings.Contains(a.get(at).text(".unproven-cause"), "has not been accepted") {
		t.Errorf("offered evidence shows as %q", got)
	}
	reviewer, _ := a.member("auditor@example.org", domain.RoleAuditor)
	_, err := a.app.ReviewEvidence(t.Context(), reviewer, domain.Review{Evidence: items.ID, Verdict: domain.EvidenceAccepted}, 1)
	a.must(err)
	if p := a.get(at); p.text(".duty-head .status") != "Evidenced" || p.text("#ours .part-end") != "All proven" {
		t.Errorf("accepted evidence shows as %q, %q", p.text(".duty-head .status"), p.text("#ours .part-end"))
	}
	none := url.Values{"service": {fmt.Sprint(s.ID)}, "none": {"1"}, "version": {"0"}}
	if p := a.post(at+"/duties", none).want(http.StatusUnprocessableEntity); p.attr("#field-because", "aria-invalid") != "true" {
		t.Error("“none” without a reason is not refused at its field")
	}
}

// evidence submits a note for a control, within the audit period.
func (a *audited) evidence(c domain.Control) domain.Evidence {
	a.t.Helper()
	out, err := a.app.AddEvidence(a.t.Context(), a.actor, []app.NewEvidence{{
		Item:     domain.Evidence{Title: "Restore test", Kind: domain.EvidenceNote, Sensitivity: domain.SensitivityInternal},
		Version:  domain.EvidenceVersion{Note: "Restored", Period: domain.Period{From: domain.MustDate("2026-03-01"), To: domain.MustDate("2026-03-31")}},
		Controls: []domain.ControlID{c.ID}}})
	a.must(err)
	return out[0]
}

func TestControl_OwnershipAndTest(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	c := a.control("C-1", "One", "A.5.1")
	at := fmt.Sprintf("%s/controls/%d", north, c.ID)
	owner, v := a.member("auditor@example.org", domain.RoleAuditor)
	a.post(at+"/owner", url.Values{"person": {a.id(owner)}}).leads(at + "#judgement")
	if n := a.get(at).doc().Find("#owner form").Length(); n != 0 {
		t.Error("somebody else is offered to acknowledge")
	}
	a.post(at+"/acknowledge", nil).want(http.StatusForbidden)
	if n := v.get(at).doc().Find("#owner form[action$='/acknowledge']").Length(); n != 1 {
		t.Fatal("the owner is not offered to acknowledge")
	}
	v.post(at+"/acknowledge", nil).leads(at)
	if got := v.get(at).text("#owner .status"); got != "Acknowledged" {
		t.Errorf("the ownership is %q", got)
	}
	test := url.Values{"objective": {"See"}, "method": {"examine"}, "conclusion": {"effective"}, "note": {"Seen"}}
	if p := v.post(at+"/tests", test); p.status != http.StatusForbidden {
		t.Errorf("the owner's own test: %d", p.status)
	}
	if p := a.get(at + "?form=test"); !strings.Contains(p.text("#tests .disclosure summary"), "A.5.1") || p.doc().Find("#tests .procedure li").Length() != 3 ||
		!strings.HasPrefix(p.text("#field-objective"), "Policies exist") {
		t.Errorf("no way to test is offered: %q", p.text("#tests"))
	}
	if p := a.post(at+"/tests", url.Values{"objective": {"See"}}).want(http.StatusUnprocessableEntity); p.text("#field-conclusion .field-error") == "" || p.text("#field-objective") != "See" {
		t.Errorf("half a test: %q", p.text("#form"))
	}
	a.post(at+"/tests", test).leads(at)
	p := a.get(at)
	if got := p.text("#tests .status"); got != "Effective" {
		t.Errorf("the test shows as %q", got)
	}
	if got := p.text("#history + .history, .history"); !strings.Contains(got, "tested, found effective, C-1") || !strings.Contains(got, "acknowledged the ownership of C-1") {
		t.Errorf("the history says %q", got)
	}
}
