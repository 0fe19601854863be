package server_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"relier/internal/app"
	"relier/internal/domain"
)

func TestCompare_TwoDays(t *testing.T) {
	t.Parallel()
	a, r, c, _ := tenDays(t)
	p := a.get(north + "/compare?from=2026-11-24&to=2026-12-03").want(http.StatusOK)
	if p.attr("form.compare-form", "method") != "get" || p.attr("input[name=from]", "value") != "2026-11-24" {
		t.Error("the form does not come back with its days")
	}
	for selector, want := range map[string]string{
		".compare-changes":     "1 reliance moved on the same rung.1 control changed its place.",
		"#reliances tbody":     "Proposed Claimable Approved ClaimableMoved on the same rung",
		"#controls tbody":      "C-9 Recorded latenot there yetBlocked",
		"#controls caption":    "1 unchanged, left out",
		"section:has(#owners)": "No difference: 2 lines are the same on both days.",
		".compare-sum":         "On 24 November 2026, of 1 applicable control",
	} {
		if got := p.text(selector); !strings.Contains(got, want) {
			t.Errorf("%s says %q, want %q", selector, got, want)
		}
	}
	at := fmt.Sprintf("%s/reliances/%d", north, r.ID)
	if got := p.attr("#reliances tbody td:nth-child(2) a", "href"); got != at+"?on=2026-11-24" {
		t.Errorf("the first day's link is %q", got)
	}
	if got := p.attr("#reliances tbody td:nth-child(3) a", "href"); got != at {
		t.Errorf("today's link is %q", got)
	}
	if n := p.doc().Find("main form[method=post]").Length(); n != 0 {
		t.Errorf("%d forms that change something", n)
	}
	_, err := a.app.AssignOwner(t.Context(), a.actor, a.actor.Person, []domain.ControlID{c.ID})
	a.must(err)
	lines, err := a.app.SoA(t.Context(), a.actor, domain.Edition2022)
	a.must(err)
	lines[0].Entry.Applicable, lines[0].Entry.Exclusion = false, "Not ours."
	_, err = a.app.SaveSoA(t.Context(), a.actor, []domain.SoAEntry{lines[0].Entry})
	a.must(err)
	p = a.get(north + "/compare").want(http.StatusOK) // from the day it was recorded
	for selector, want := range map[string]string{
		"#owners tbody":    "A.7.1 FencesNobodyAda",
		"#soa-lines tbody": "A.5.1 Policies for information securityApplicable No justification Not implementedExcluded Not ours.",
	} {
		if got := p.text(selector); !strings.Contains(got, want) {
			t.Errorf("%s says %q, want %q", selector, got, want)
		}
	}
	if got := p.attr("input[name=from]", "value") + " " + p.attr("input[name=to]", "value"); got != "2026-11-23 2026-12-03" {
		t.Errorf("it starts with %q", got)
	}
	a.french()
	if got := a.get(north + "/compare?from=2026-11-24").text(".compare-changes"); !strings.Contains(got, "1 appui a évolué sans changer de palier.") {
		t.Errorf("in French: %q", got)
	}
}

// inherits takes a reliance through every gate; the evidence of its quarterly
// duty speaks for May to July.
func (a *audited) inherits() domain.Reliance {
	a.t.Helper()
	ctx := a.t.Context()
	c, s, cert := a.claimable()
	auditor, _ := a.member("auditor@example.org", domain.RoleAuditor)
	assessor, _ := a.member("assessor@example.org", domain.RoleAssessor)
	for _, kind := range []domain.ReportKind{domain.ReportAudit, domain.ReportSoA} {
		_, err := a.app.SaveReport(ctx, a.actor, domain.Report{Kind: kind, Title: string(kind), Names: cert.Names, State: domain.ReportReviewed,
			ObtainedOn: domain.MustDate("2026-10-01"), Period: domain.Period{From: domain.MustDate("2026-01-01"), To: domain.MustDate("2026-09-30")}})
		a.must(err)
	}
	added, err := a.app.AddEvidence(ctx, a.actor, []app.NewEvidence{{Item: domain.Evidence{Title: "Access review", Kind: domain.EvidenceNote, Sensitivity: domain.SensitivityInternal},
		Version: domain.EvidenceVersion{Note: "Reviewed.", Period: domain.Period{From: domain.MustDate("2026-05-01"), To: domain.MustDate("2026-07-31")}}}})
	a.must(err)
	_, err = a.app.ReviewEvidence(ctx, auditor, domain.Review{Evidence: added[0].ID, Verdict: domain.EvidenceAccepted}, added[0].Version)
	a.must(err)
	_, err = a.app.ConfirmSplit(ctx, a.actor, a.eng, domain.Split{Control: c.ID, Service: s.ID, Party: domain.PartyShared, Reason: "We review who has access."})
	a.must(err)
	_, err = a.app.SaveResponsibility(ctx, a.actor, domain.Responsibility{Control: c.ID, Service: s.ID, Sentence: "Review access", Cadence: domain.CadenceQuarterly, Evidence: []domain.EvidenceID{added[0].ID}})
	a.must(err)
	r, err := a.app.ProposeReliance(ctx, a.actor, a.eng, domain.Reliance{Control: c.ID, Service: s.ID, Certificates: []domain.CertificateID{cert.ID}})
	a.must(err)
	r, err = a.app.ApproveReliance(ctx, auditor, a.eng, r.ID, r.Version, "")
	a.must(err)
	r, err = a.app.DecideReliance(ctx, assessor, a.eng, r.ID, r.Version, app.Decision{Accept: true, Words: "Seen."})
	a.must(err)
	return r
}

// What lapses by a day to come is told with its cause on every page, and nothing
// of it is written.
func TestCompare_ADayToCome(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	r := a.inherits()
	at := fmt.Sprintf("%s/reliances/%d", north, r.ID)
	p := a.get(north + "/compare?from=2026-11-23&to=2026-12-31").want(http.StatusOK)
	if got := p.text(".compare-changes li:first-child"); got != "1 reliance falls by then if nothing changes." {
		t.Errorf("it sums up %q", got)
	}
	if got := p.text("#reliances-title"); got != "What lapses by 31 December 2026 if nothing changes" {
		t.Errorf("the heading says %q", got)
	}
	row := p.text("#reliances tbody")
	for _, want := range []string{"Accepted Inherited", "Would lapse", "Fell"} {
		if !strings.Contains(row, want) {
			t.Errorf("the row says %q, not %q", row, want)
		}
	}
	cause := p.text("#reliances .compare-causes li:first-child")
	if cause == "" {
		t.Error("the fall has no cause")
	}
	p = a.get(at + "?on=2026-12-31").want(http.StatusOK)
	if got := p.text(".reliance-standing .status"); got != "Would lapse" {
		t.Errorf("the reliance stands as %q", got)
	}
	if got := p.text(".would-lapse"); !strings.Contains(got, "It no longer holds on this day; no lapse is recorded yet") || !strings.Contains(got, cause) {
		t.Errorf("the page says %q", got)
	}
	for path, selector := range map[string]string{north: ".falls", north + "/reliances": "#reliances tbody",
		fmt.Sprintf("%s/controls/%d", north, r.Control): "#microsoft"} {
		if got := a.get(path + "?on=2026-12-31").text(selector); !strings.Contains(got, "Would lapse") {
			t.Errorf("%s says %q", path, got)
		}
		if got := a.get(path).text("main"); strings.Contains(got, "Would lapse") {
			t.Errorf("%s says so today", path)
		}
	}
	if got := a.get(at).text(".reliance-standing .status"); got != "Accepted" {
		t.Errorf("looking ahead left it %q", got)
	}
}

func TestCompare_DaysThatCannotBe(t *testing.T) {
	t.Parallel()
	a, _, _, _ := tenDays(t)
	for query, want := range map[string]struct {
		status int
		field  string
		says   string
	}{
		"from=soon&to=2026-12-01":       {http.StatusUnprocessableEntity, "from", "“soon” is not a day"},
		"from=2026-12-01&to=2026-13-01": {http.StatusUnprocessableEntity, "to", "“2026-13-01” is not a day"},
		"from=2026-12-02&to=2026-12-01": {http.StatusUnprocessableEntity, "to", "lies before the first"},
		"from=2020-01-01&to=2026-12-01": {http.StatusConflict, "from", "did not exist yet on 1 January 2020"},
	} {
		t.Run(query, func(t *testing.T) {
			p := a.get(north + "/compare?" + query).want(want.status)
			if got := p.text("#field-" + want.field + "-error"); !strings.Contains(got, want.says) {
				t.Errorf("the field says %q", got)
			}
			typed := strings.TrimPrefix(strings.Split(query, "&")[0], "from=")
			if p.attr("input[name=from]", "value") != typed || p.doc().Find("#reliances").Length() != 0 {
				t.Error("what was typed is lost, or something is compared")
			}
		})
	}
}
