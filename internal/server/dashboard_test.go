package server_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"relier/internal/domain"
)

func TestDashboard_HeatMapAgreesWithItsTableAndLists(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	_, err := a.app.StartFromAnnexA(t.Context(), a.actor, domain.Edition2022, "en")
	a.must(err)
	a.service("office-365")
	all, err := a.app.Controls(t.Context(), a.actor)
	a.must(err)
	var some []domain.ControlID
	for i, c := range all {
		if i%3 == 0 {
			some = append(some, c.ID)
		}
	}
	_, err = a.app.AssignOwner(t.Context(), a.actor, a.actor.Person, some)
	a.must(err)

	p := a.get(north).want(http.StatusOK)
	if p.text(".heat-map > title") == "" || p.text(".heat-map > desc") == "" {
		t.Error("the picture has no title or no description")
	}
	inTable := map[string]string{}
	p.doc().Find("#heat tbody a").Each(func(_ int, s *goquery.Selection) { inTable[s.AttrOr("href", "")] = s.Text() })
	sum := 0
	cells := p.doc().Find("a.heat-cell")
	cells.Each(func(_ int, s *goquery.Selection) {
		href, n := s.AttrOr("href", ""), strings.TrimSpace(s.Find("text").Text())
		if inTable[href] != n {
			t.Errorf("%s: the picture says %s, the table %q", href, n, inTable[href])
		}
		list := a.get(href).want(http.StatusOK)
		if got := list.text("#controls caption .caption"); !strings.HasPrefix(got, n+" control") {
			t.Errorf("%s: the picture says %s, its list %q", href, n, got)
		}
		if list.attr("#filter-party option[selected]", "value") != s.AttrOr("data-party", "-") {
			t.Errorf("%s: the filter does not say who carries them", href)
		}
		k, err := strconv.Atoi(n)
		a.must(err)
		sum += k
	})
	if sum != 93 || cells.Length() != len(inTable) || cells.Length() < 4 {
		t.Errorf("%d cells count %d controls of 93; the table has %d", cells.Length(), sum, len(inTable))
	}
}

// lapsed is a reliance that fell by its certificate's withdrawal.
func (a *audited) lapsed() (domain.Reliance, domain.Control) {
	a.t.Helper()
	c, s, cert := a.claimable()
	manager, _ := a.member("max@example.org", domain.RoleManager)
	r, err := a.app.ProposeReliance(a.t.Context(), a.actor, a.eng, domain.Reliance{Control: c.ID, Service: s.ID, Certificates: []domain.CertificateID{cert.ID}})
	a.must(err)
	_, err = a.app.ApproveReliance(a.t.Context(), manager, a.eng, r.ID, r.Version, "")
	a.must(err)
	_, err = a.app.WithdrawCertificate(a.t.Context(), a.actor, cert.ID, domain.MustDate("2026-03-01"), 0, cert.Version)
	a.must(err)
	return r, c
}

func TestDashboard_WhatFellWaitsForThoseConcerned(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	r, c := a.lapsed()
	cora, owner := a.member("cora@example.org", domain.RoleContributor)
	_, other := a.member("odo@example.org", domain.RoleContributor)
	_, err := a.app.AssignOwner(t.Context(), a.actor, cora.Person, []domain.ControlID{c.ID})
	a.must(err)
	at := north + "/reliances/" + strconv.FormatInt(int64(r.ID), 10)
	for name, v := range map[string]*visitor{"the organization's owner": a.visitor, "a manager": a.signedIn("max@example.org"), "the control's owner": owner} {
		v.get("/").leads("/o/north") // home is the dashboard
		p := v.get(north).want(http.StatusOK)
		if first := p.doc().Find("main h2").First(); first.AttrOr("id", "") != "mine-title" {
			t.Errorf("%s reads %q first", name, first.Text())
		}
		fall := p.text("#mine-title ~ .falls")
		for _, said := range []string{c.Code, "Lapsed on", "No verified certificate covers 1 Mar 2026 to 31 Dec 2026 (306 days)"} {
			if !strings.Contains(fall, said) {
				t.Errorf("%s is not told %q: %q", name, said, fall)
			}
		}
		if p.attr("#mine-title ~ .falls .fall-next a", "href") != at {
			t.Errorf("%s is not led on", name)
		}
	}
	if p := owner.get(north); !strings.Contains(p.text(".fall-next"), "manager or an auditor has to propose") {
		t.Errorf("a contributor is told to do what they may not: %q", p.text(".fall-next"))
	}
	p := other.get(north).want(http.StatusOK)
	if p.doc().Find("#mine-title").Length() != 0 || !strings.Contains(p.text("#others-title ~ .falls"), c.Code) {
		t.Errorf("to somebody else it is %q", p.text("main h2"))
	}

	a.french()
	if got := a.get(north).text("#mine-title ~ .falls"); !strings.Contains(got, "Caduc depuis le") || !strings.Contains(got, "Aucun certificat vérifié") {
		t.Errorf("in French it says %q", got)
	}
	_, err = a.app.ProposeReliance(t.Context(), a.actor, a.eng, domain.Reliance{Control: r.Control, Service: r.Service, Certificates: r.Certificates})
	a.must(err)
	if a.get(north).doc().Find(".fall").Length() != 0 {
		t.Error("it still waits after it was proposed anew")
	}
}

func TestDashboard_ExpiriesDrawnAndListed(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	a.claimable()
	soon := a.app.Today().AddDays(40)
	_, err := a.app.SaveCertificate(t.Context(), a.actor, domain.Certificate{Title: "Draft", Number: "OPEN-1", Edition: domain.Edition2022, Issued: soon.AddMonths(-12), Expires: soon})
	a.must(err)
	p := a.get(north).want(http.StatusOK)
	if got := p.text("#expiries tbody"); !strings.Contains(got, "OPEN-1") || !strings.Contains(got, "Nobody verified it") || strings.Contains(got, "CERT-1") {
		t.Errorf("the table lists %q", got)
	}
	lane := func(number string) *goquery.Selection {
		return p.doc().Find("#expiry-title ~ figure .timeline-lane").FilterFunction(func(_ int, s *goquery.Selection) bool { return strings.Contains(s.Text(), number) })
	}
	if l := lane("OPEN-1"); l.Find(".cover-open").Length() != 1 || l.Find(".cover").Length() != 0 || l.Find(".mark-day").Length() != 1 {
		t.Error("an unverified certificate is not drawn in outline up to its last day")
	}
	if l := lane("CERT-1"); l.Find(".cover").Length() != 1 || l.Find(".mark-day").Length() != 0 {
		t.Error("a verified certificate that lasts longer is not drawn solid, without an end")
	}
	if p.doc().Find("#expiry-title ~ figure .today").Length() == 0 || p.doc().Find("#expiry-title ~ figure .audit-band").Length() != 1 {
		t.Error("the timeline lacks today or the audit period")
	}
}

func TestReliance_PageShowsWhoPassedEachGate(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	r, c := a.lapsed()
	p := a.get(north + "/reliances/" + strconv.FormatInt(int64(r.ID), 10)).want(http.StatusOK)
	scope := p.doc().Find(".gate").First()
	if href := scope.Find(".gate-trail a").AttrOr("href", ""); href != north+"/certificates/"+strconv.FormatInt(int64(r.Certificates[0]), 10) {
		t.Errorf("the first gate leads to %q", href)
	}
	if by := scope.Find(".gate-by").Text(); !strings.Contains(by, "Checked by Ada") {
		t.Errorf("the first gate was passed by %q", by)
	}
	if got := p.text("#coverage-heading ~ figure"); !strings.Contains(got, "59 of 365 days. Uncovered: 1 Mar – 31 Dec 2026 (306 days)") {
		t.Errorf("the coverage says %q", got)
	}
	if p.doc().Find("#coverage-heading ~ figure .uncovered").Length() != 1 {
		t.Error("the gap is not drawn")
	}
	if got := p.text(".facts-row"); !strings.Contains(got, c.Code) || !strings.Contains(got, "Blocked") || !strings.Contains(got, "Nobody is accountable") || !strings.Contains(got, "Public cloud") {
		t.Errorf("the head says %q", got)
	}
	workspace := a.get(north + "/controls/" + strconv.FormatInt(int64(c.ID), 10))
	if n := workspace.doc().Find(".gates-compact > .gate").Length(); n != 6 || !strings.Contains(workspace.text(".gates-compact"), "Checked by Ada") {
		t.Errorf("the workspace lists %d gates: %q", n, workspace.text(".gates-compact"))
	}
}

func TestReadiness_ShownWithItsReasonEverywhere(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	r, c := a.lapsed()
	for path, rows := range map[string]string{
		"/controls":  "#controls tbody tr",
		"/reliances": "#reliances tbody tr",
		"/soa?" + url.Values{"q": {"A.7.1"}}.Encode():                      "#soa tbody tr:first-child",
		"/services/" + strconv.FormatInt(int64(r.Service), 10):             "#dependants-table tbody tr",
		"/certificates/" + strconv.FormatInt(int64(r.Certificates[0]), 10): "#dependants-table tbody tr",
		"/controls/" + strconv.FormatInt(int64(c.ID), 10):                  ".standing",
	} {
		p := a.get(north + path).want(http.StatusOK)
		if got := p.text(rows); !strings.Contains(got, "Blocked") || !strings.Contains(got, "Nobody is accountable for the control") {
			t.Errorf("%s says %q", path, got)
		}
	}
}

func TestServices_SayTheDaysCovered(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	a.lapsed()
	if got := a.get(north + "/services").text("#services tbody .coverage"); got != "59 of 365 days Uncovered: 1 Mar – 31 Dec 2026 (306 days)." {
		t.Errorf("the service says %q", got)
	}
	if got := a.get(north + "/certificates?q=CERT-1").text("#certificates tbody .coverage"); got != "59 of 365 days" {
		t.Errorf("the certificate says %q", got)
	}
}
