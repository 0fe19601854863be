package server_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"relier/internal/domain"
	"relier/internal/i18n"
	"relier/internal/server"
	"relier/internal/testkit"
	"relier/views"
)

const onMap = north + "/reliances/map"

// BenchmarkRelianceMap_114x23 serves the whole page over a connection: session,
// world, verdicts, markup. It has 30 ms.
func BenchmarkRelianceMap_114x23(b *testing.B) {
	s := open(b, server.Config{})
	owner := s.organization(s.person("ada@example.org"), "north")
	if _, err := testkit.FullMap(b.Context(), s.app, owner); err != nil {
		b.Fatal(err)
	}
	v := s.signedIn("ada@example.org")
	size := 0
	for b.Loop() {
		size = len(v.get("/o/north/e/FULL/reliances/map").want(http.StatusOK).body)
	}
	b.ReportMetric(float64(size), "page-bytes")
}

// mapped is a small map: a claimable control, one that is ours, one about
// suppliers and one that is excluded, on two services of which one is certified.
type mapped struct {
	*audited
	physical, identity, supplier, excluded domain.Control
	office, intune                         domain.Service
	cert                                   domain.Certificate
}

func drawMap(t *testing.T) *mapped {
	t.Helper()
	m := &mapped{audited: auditNorth(t)}
	m.physical, m.office, m.cert = m.claimable()
	m.intune = m.service("intune")
	m.identity, m.supplier = m.control("A.5.16", "Identity", "A.5.16"), m.control("A.5.19", "Suppliers", "A.5.19")
	m.excluded = m.control("A.7.2", "Entry", "A.7.2")
	lines, err := m.app.SoA(t.Context(), m.actor, domain.Edition2022)
	m.must(err)
	for _, l := range lines {
		if e := l.Entry; e.Ref.Code == "A.7.2" {
			e.Applicable, e.Exclusion = false, "No site"
			_, err = m.app.SaveSoA(t.Context(), m.actor, []domain.SoAEntry{e})
			m.must(err)
		}
	}
	return m
}

// cell is what the map shows of a control on a service.
func (m *mapped) cell(p *page, c domain.Control, column int) (words, class, href string) {
	m.t.Helper()
	row := p.doc().Find(fmt.Sprintf(`#map tr:has(input[value="%d"])`, c.ID))
	a := row.Find("td:not(.map-stands)").Eq(column).Find("a")
	return strings.Join(strings.Fields(a.Text()), " "), a.AttrOr("class", ""), a.AttrOr("href", "")
}

func TestMap_CellsSayWhoCarriesAndHowFar(t *testing.T) {
	t.Parallel()
	m := drawMap(t)
	r, err := m.app.ProposeReliance(t.Context(), m.actor, m.eng, domain.Reliance{Control: m.physical.ID, Service: m.office.ID, Certificates: []domain.CertificateID{m.cert.ID}})
	m.must(err)
	p := m.get(onMap).want(http.StatusOK)
	if words, class, href := m.cell(p, m.physical, 1); words != "office-365, Microsoft, Claimable, Proposed" || class != "m u r1" || href != fmt.Sprint(r.ID) {
		t.Errorf("the claimed pair: %q %q %q", words, class, href)
	}
	if words, class, href := m.cell(p, m.physical, 0); words != "intune, Microsoft, not proposed" || class != "m u" || href != fmt.Sprintf("../controls/%d?service=%d", m.physical.ID, m.intune.ID) {
		t.Errorf("the pair nobody could claim: %q %q %q", words, class, href)
	}
	m.get(north + "/reliances/" + fmt.Sprint(r.ID)).want(http.StatusOK)
	m.get(fmt.Sprintf("%s/controls/%d?service=%d", north, m.physical.ID, m.intune.ID)).want(http.StatusOK)
	if words, class, _ := m.cell(p, m.identity, 0); words != "Ours" || class != "o q" {
		t.Errorf("ours: %q %q", words, class)
	}
	if !p.doc().Find(fmt.Sprintf(`#map tr:has(input[value="%d"])`, m.excluded.ID)).HasClass("map-out") {
		t.Error("the excluded control looks like any other")
	}
	if got := p.text("#map .caption"); got != "4 controls on 2 services" {
		t.Errorf("the caption says %q", got)
	}
	themes := p.doc().Find("#map tbody").Length()
	if got := p.text("#map .map-theme strong"); themes != 2 || got != "A.5 Organizational controlsA.7 Physical controls" && !strings.Contains(got, "A.7 Physical controls") {
		t.Errorf("%d themes: %q", themes, got)
	}
	if got := p.text(".tally-total"); got != "Of 8 pairs: 4 controls on 2 services. On 6 there is nothing to rely on: they are ours, untouched, or not applicable." {
		t.Errorf("the total says %q", got)
	}
}

func TestMap_LapsedAndRefusedAreUnmistakable(t *testing.T) {
	t.Parallel()
	m := drawMap(t)
	auditor, _ := m.member("auditor@example.org", domain.RoleAuditor)
	r, err := m.app.ProposeReliance(t.Context(), m.actor, m.eng, domain.Reliance{Control: m.physical.ID, Service: m.office.ID, Certificates: []domain.CertificateID{m.cert.ID}})
	m.must(err)
	_, err = m.app.ApproveReliance(t.Context(), auditor, m.eng, r.ID, r.Version, "")
	m.must(err)
	_, err = m.app.WithdrawCertificate(t.Context(), m.actor, m.cert.ID, domain.MustDate("2026-06-12"), 0, m.cert.Version)
	m.must(err)
	p := m.get(onMap)
	if words, class, _ := m.cell(p, m.physical, 1); words != "office-365, Microsoft, Lapsed" || class != "m u l" || p.text("#map td b") != "Lapsed" {
		t.Errorf("lapsed: %q %q", words, class)
	}
	p = m.get(onMap + "?gates=1")
	if words, _, _ := m.cell(p, m.physical, 1); !strings.HasPrefix(words, "office-365, Microsoft, Lapsed G2 No verified certificate covers") || !strings.Contains(p.attr("#map td a.l", "title"), "12 Jun 2026") {
		t.Errorf("with gates: %q, %q", words, p.attr("#map td a.l", "title"))
	}
	if p.doc().Find("#map td a.q[title]").Length() != 0 {
		t.Error("a gate is named where there is nothing to rely on")
	}
}

func TestMap_InFrench(t *testing.T) {
	t.Parallel()
	m := drawMap(t)
	m.post("/preferences", url.Values{"lang": {"fr"}, "back": {onMap}})
	p := m.get(onMap + "?gates=1")
	if p.attr("html", "lang") != "fr" || p.text("h1") != "Carte des appuis" || p.text("#map .caption") != "4 mesures de sécurité sur 2 services" {
		t.Errorf("%q %q", p.text("h1"), p.text("#map .caption"))
	}
	if words, _, _ := m.cell(p, m.physical, 1); !strings.HasPrefix(words, "office-365, Microsoft, non proposé, invocable G4 Aucune déclaration d’applicabilité") {
		t.Errorf("the cell says %q", words)
	}
}

func TestMap_Filters(t *testing.T) {
	t.Parallel()
	m := drawMap(t)
	_, err := m.app.ProposeReliance(t.Context(), m.actor, m.eng, domain.Reliance{Control: m.physical.ID, Service: m.office.ID, Certificates: []domain.CertificateID{m.cert.ID}})
	m.must(err)
	for query, want := range map[string]string{
		"theme=A.5":                             "A.5.16 A.5.19 / 4",
		"state=proposed":                        "A.7.1 / 1",
		"state=unclaimed":                       "A.7.1 / 1",
		"rung=claimable":                        "A.7.1 / 1",
		"gate=G1":                               "A.7.1 / 1",
		"gate=G4":                               "A.7.1 / 1",
		"party=ours":                            "A.5.16 A.5.19 / 4",
		fmt.Sprintf("service=%d", m.office.ID):  "A.5.16 A.5.19 A.7.1 A.7.2 / 4",
		"state=lapsed":                          " / 0",
		"rung=claimable&theme=A.5":              " / 0",
		"rung=nonsense&gate=G9&party=x&state=y": "A.5.16 A.5.19 A.7.1 A.7.2 / 8",
		"state=on_the_way&rung=claimable&party=ours": " / 0",
	} {
		p := m.get(onMap + "?" + query).want(http.StatusOK)
		got := fmt.Sprintf("%s / %d", p.text("#map tbody th .mono"), p.doc().Find("#map td > a").Length())
		if strings.ReplaceAll(got, " ", "") != strings.ReplaceAll(want, " ", "") {
			t.Errorf("%s shows %q, want %q", query, got, want)
		}
	}
	if p := m.get(onMap + "?state=lapsed"); p.text(".empty-match h2") == "" {
		t.Errorf("no match says %q", p.text("#map"))
	}
}

func TestMap_IsReachedByKeyboardAndNamed(t *testing.T) {
	t.Parallel()
	m := drawMap(t)
	p := m.get(onMap)
	wrapper := p.doc().Find(`#map .map-scroll[role=region][tabindex="0"]`)
	if label := wrapper.AttrOr("aria-labelledby", ""); label == "" || p.text("#"+label) == "" {
		t.Error("the scrolling wrapper has no name, or no focus")
	}
	if p.doc().Find("#map th[scope=col]").Length() != 4 || p.doc().Find("#map th[scope=row]").Length() != 4 || p.doc().Find("#map th[scope=rowgroup]").Length() != 2 {
		t.Error("a heading has no scope")
	}
	if n := p.doc().Find("[style], #map script, [onclick]").Length(); n != 0 {
		t.Errorf("%d inline styles or scripts", n)
	}
	if list := m.get(north + "/reliances"); list.attr(`.tabs a[href$="/reliances/map"]`, "href") != onMap {
		t.Error("the list does not lead to the map")
	}
	_, reader := m.member("reader@example.org", domain.RoleReader)
	if p := reader.get(onMap).want(http.StatusOK); p.doc().Find("#map input, #map-bulk").Length() != 0 {
		t.Error("a reader is offered to propose")
	}
}

func TestMap_NeedsControlsAndServices(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	if p := a.get(onMap).want(http.StatusOK); p.text(".empty h2") != "The map needs controls" {
		t.Errorf("without controls: %q", p.text("main"))
	}
	a.control("A.7.1", "Perimeters", "A.7.1")
	if p := a.get(onMap); p.text(".empty h2") != "The map needs services in use" {
		t.Errorf("without services: %q", p.text("main"))
	}
}

func TestReliances_ProposedInBulk(t *testing.T) {
	t.Parallel()
	m := drawMap(t)
	at := north + "/reliances/propose"
	p := m.get(at).want(http.StatusOK)
	if p.text("h1") != "Propose 1 reliance" || p.attr("input[name=pairs]", "value") != fmt.Sprintf("%d.%d.0", m.physical.ID, m.office.ID) {
		t.Errorf("it offers %q: %q", p.text("h1"), p.attr("input[name=pairs]", "value"))
	}
	for why, want := range map[string]string{"excluded": "2 pairs", "oversight": "2 pairs", "nothing": "2 pairs", "no_certificate": "1 pair"} {
		if got := p.text(fmt.Sprintf("[data-why=%s] summary .muted", why)); got != want {
			t.Errorf("left out as %s: %q, want %q", why, got, want)
		}
	}
	if p := m.get(at + "?map=1&party=ours").want(http.StatusOK); p.text("h1") != "Nothing can be proposed" || p.doc().Find("main form[method=post]").Length() != 0 || p.text("#left-out") != "4 pairs left out" {
		t.Errorf("of the rows that the map shows: %q, %q", p.text("h1"), p.text("#left-out"))
	}
	m.get(at + "?map=1&state=lapsed").want(http.StatusUnprocessableEntity)
	form := url.Values{}
	p.doc().Find(`form[method=post] input[type=hidden]`).Each(func(_ int, s *goquery.Selection) { form.Set(s.AttrOr("name", ""), s.AttrOr("value", "")) })
	if p := m.post(at, form).want(http.StatusUnprocessableEntity); p.text("#field-why-error, .field-error") == "" || p.text("h1") != "Propose 1 reliance" {
		t.Errorf("without a reason: %q", p.text("main"))
	}
	form.Set("why", "The certificate names it")
	to := m.post(at, form).leads(onMap)
	if p := m.get(to); !strings.Contains(p.text(".notice"), "1 reliance was proposed") {
		t.Errorf("the notice says %q", p.text(".notice"))
	}
	if p := m.post(at, form).want(http.StatusConflict); !strings.Contains(p.text(".error-summary"), "A.7.1 on office-365 changed") || !strings.Contains(p.text("#typed"), "The certificate names it") {
		t.Errorf("sent twice: %q", p.text(".error-summary"))
	}
	for _, broken := range []string{"1", "1.2", "x.y.z", "-1.2.3"} {
		form.Set("pairs", broken)
		m.post(at, form).want(http.StatusUnprocessableEntity)
	}
	_, reader := m.member("reader@example.org", domain.RoleReader)
	reader.get(at).want(http.StatusForbidden)
	reader.post(at, form).want(http.StatusForbidden)
}

func TestReliances_ApprovedInBulk(t *testing.T) {
	t.Parallel()
	m := drawMap(t)
	other := m.control("A.7.3", "Offices", "A.7.3")
	auditor, browser := m.member("auditor@example.org", domain.RoleAuditor)
	propose := func(by domain.Actor, c domain.Control, s domain.Service) domain.Reliance {
		r, err := m.app.ProposeReliance(t.Context(), by, m.eng, domain.Reliance{Control: c.ID, Service: s.ID, Certificates: []domain.CertificateID{m.cert.ID}})
		m.must(err)
		return r
	}
	ready, own, never := propose(m.actor, m.physical, m.office), propose(auditor, other, m.office), propose(m.actor, m.physical, m.intune)
	at := north + "/reliances/approve"
	p := browser.get(at).want(http.StatusOK)
	if p.text("h1") != "Approve 1 proposal" || p.attr("input[name=seen]", "value") != fmt.Sprintf("%d.%d", ready.ID, ready.Version) {
		t.Errorf("it offers %q", p.text("main"))
	}
	if got := p.text("#held-list tbody"); !strings.Contains(got, "You proposed it") || !strings.Contains(got, "It cannot be claimed yet") || !strings.Contains(got, "intune") {
		t.Errorf("held back: %q", got)
	}
	seen := func(rs ...domain.Reliance) url.Values {
		var out []string
		for _, r := range rs {
			out = append(out, fmt.Sprintf("%d.%d", r.ID, r.Version))
		}
		return url.Values{"seen": {strings.Join(out, ",")}, "ids": {fmt.Sprint(ready.ID)}}
	}
	browser.post(at, seen(ready, own)).want(http.StatusForbidden)
	browser.post(at, seen(ready, never)).want(http.StatusConflict)
	stale := ready
	stale.Version = 7
	if p := browser.post(at, seen(stale)).want(http.StatusConflict); !strings.Contains(p.text(".error-summary"), "A.7.1 on office-365 changed") {
		t.Errorf("stale: %q", p.text(".error-summary"))
	}
	if got := m.get(fmt.Sprintf("%s/reliances/%d", north, ready.ID)).text(".reliance-standing .status"); got != "Proposed" {
		t.Errorf("after refusals it is %q", got)
	}
	browser.post(at, seen(ready)).leads(north + "/reliances")
	if got := m.get(fmt.Sprintf("%s/reliances/%d", north, ready.ID)).text(".reliance-standing .status"); got != "Approved" {
		t.Errorf("approved, it is %q", got)
	}
	if p := browser.get(at + "?state=refused").leads(north + "/reliances"); !slices.Contains([]string{north + "/reliances"}, p) {
		t.Errorf("nothing to approve leads to %q", p)
	}
	_, reader := m.member("reader@example.org", domain.RoleReader)
	reader.get(at).want(http.StatusForbidden)
	reader.post(at, seen(own)).want(http.StatusForbidden)
	if reader.get(north+"/reliances").doc().Find(".bulk").Length() != 0 {
		t.Error("a reader is offered to approve")
	}
}

// TestMap_OfVeryManyControlsIsPaged: the counts stay those of the whole map, and
// proposing without a tick is about every page of it.
func TestMap_OfVeryManyControlsIsPaged(t *testing.T) {
	t.Parallel()
	m := relianceMapOf(301, 40)
	first, page := m.Page(0)
	if page.Limit() != 300 || page.Number != 1 || len(first.Rows()) != 300 || first.Controls != 301 || len(first.Themes) != 2 {
		t.Errorf("the first page: %+v, %d rows in %d themes", page, len(first.Rows()), len(first.Themes))
	}
	last, page := m.Page(99)
	if page.Number != 2 || len(last.Rows()) != 1 || len(last.Themes) != 1 || last.Themes[0].Total != 151 || len(m.Rows()) != 301 {
		t.Errorf("the last page: %+v, %v; the whole has %d rows", page, last.Rows(), len(m.Rows()))
	}
	if whole, page := relianceMapOf(114, 23).Page(1); len(whole.Rows()) != 114 || page.Limit() < 114 {
		t.Errorf("114 controls on 23 services are cut to %d", len(whole.Rows()))
	}
	if _, page := relianceMapOf(1000, 900).Page(1); page.Limit() != 50 {
		t.Errorf("of very many services a page has %d rows", page.Limit())
	}
	var b strings.Builder
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	at := server.Place{Org: "o", Eng: "e"}
	must(views.RelianceMap(views.Page{L: i18n.For("en")}, views.MapProps{Map: last, Pager: views.PagerProps{Page: 2, Total: 301, Size: 300}, Path: "/m?page=2&party=ours", Action: "/m",
		Links: views.MapLinks{Propose: "/p", Reliance: func(domain.RelianceID) string { return "r" }, Part: func(domain.ControlID, domain.ServiceID) string { return "c" },
			Control: func(domain.ControlID) string { return at.Controls() }, Service: func(domain.ServiceID) string { return "s" }}}).Render(t.Context(), &b))
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(b.String()))
	must(err)
	if got := doc.Find("#map-caption").Text(); !strings.Contains(got, "301 controls on 40 services") || !strings.Contains(got, "rows 301–301 of 301 are on this page") {
		t.Errorf("the caption says %q", got)
	}
	if href := doc.Find(".pager a[rel=prev]").AttrOr("href", ""); href != "/m?party=ours" {
		t.Errorf("the page before is at %q", href)
	}
	if got := doc.Find("#map-bulk .bulk-words").Text(); !strings.Contains(got, "all 301 controls that the filter shows, on every page") {
		t.Errorf("the bulk bar says %q", got)
	}
}

// relianceMapOf is a map of two themes, of cells about nothing.
func relianceMapOf(controls, services int) domain.RelianceMap {
	m := domain.RelianceMap{Controls: controls, Total: controls, Services: slices.Repeat([]domain.Service{{Name: "Mail", Environment: domain.EnvPublic}}, services)}
	m.InUse, m.Themes = m.Services, []domain.MapTheme{{Code: "A.5"}, {Code: "A.7"}}
	for i := range controls {
		th := &m.Themes[0]
		if i >= controls/2 {
			th = &m.Themes[1]
		}
		th.Rows = append(th.Rows, domain.MapRow{Control: domain.Control{ID: domain.ControlID(i + 1)}, Cells: make([]domain.MapCell, services)})
		th.Total++
	}
	return m
}

// TestBulk_MalformedIDIsNotEveryRow: an address whose ids cannot be read must not
// turn into an act on all there are.
func TestBulk_MalformedIDIsNotEveryRow(t *testing.T) {
	t.Parallel()
	m := drawMap(t)
	for _, path := range []string{"/reliances/propose", "/reliances/approve", "/controls/splits", "/controls/owner"} {
		for _, query := range []string{"?id=x", "?id=", "?id=0", "?id=-1", "?id=1&id=x", fmt.Sprintf("?id=%d&id=", m.physical.ID)} {
			if p := m.get(north + path + query).want(http.StatusUnprocessableEntity); !strings.Contains(p.text("main"), "does not say which rows") {
				t.Errorf("%s%s says %q", path, query, p.text("main"))
			}
		}
		m.get(north + path)
	}
}

func TestBulk_OfAClosedEngagementSaysSo(t *testing.T) {
	t.Parallel()
	m := drawMap(t)
	e := m.eng
	for _, state := range []domain.EngagementState{domain.EngagementPlanned, domain.EngagementFieldwork, domain.EngagementReporting, domain.EngagementClosed} {
		if e.State == state {
			continue
		}
		var err error
		e, err = m.app.MoveEngagement(t.Context(), m.actor, e.ID, state, "", e.Version)
		m.must(err)
	}
	for _, path := range []string{"/reliances/propose", "/reliances/approve"} {
		if p := m.get(north + path).want(http.StatusConflict); !strings.Contains(p.text("main"), "closed") || strings.Contains(p.text("h1"), "meantime") {
			t.Errorf("%s says %q", path, p.text("main"))
		}
	}
}

// TestReliances_ProposedForVeryManyAreNarrowedByTheFilter: so many ids would not
// fit into an address.
func TestReliances_ProposedForVeryManyAreNarrowedByTheFilter(t *testing.T) {
	t.Parallel()
	m := drawMap(t)
	for i := range 500 {
		m.control(fmt.Sprintf("P-%d", i), "Perimeters", "A.7.1")
	}
	at := north + "/reliances/propose"
	p := m.get(at + "?map=1&theme=A.7&service=&page=2").want(http.StatusOK)
	form := p.doc().Find("main form[method=get]")
	if form.Find("input[name=id], input[name=page], input[name=service]").Length() != 0 || form.Find("input[name=theme]").AttrOr("value", "") != "A.7" || form.Find("input[name=map]").Length() != 1 {
		t.Errorf("the choice carries %d ids", form.Find("input[name=id]").Length())
	}
	narrowed := m.get(fmt.Sprintf("%s?map=1&theme=A.7&service=%d&certificate=%d", at, m.office.ID, m.cert.ID)).want(http.StatusOK)
	if narrowed.text("h1") != p.text("h1") || p.text("h1") != "Propose 501 reliances" {
		t.Errorf("%q, and narrowed %q", p.text("h1"), narrowed.text("h1"))
	}
}
