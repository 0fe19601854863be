package journey_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"relier/internal/server"
	"relier/internal/testkit"
	"relier/internal/testkit/chromium"
)

// sampleSite serves the sample and signs a browser in as its owner.
func sampleSite(t *testing.T, o chromium.Options) *chromium.Page {
	t.Helper()
	kit := testkit.NewApp(t)
	story, err := testkit.LoadSample(t.Context(), kit.App, kit.Clock, testkit.Options{Password: testkit.Password})
	if err != nil {
		t.Fatal(err)
	}
	p := chromium.Open(t, serve(t, kit, nil), o)
	p.Go("/sign-in")
	p.Fill("email", story.People["owner"].Person.Email)
	p.Fill("password", testkit.Password)
	p.Press("main form button[type=submit]")
	return p
}

// gets maps the name of each page's route to a pattern of its addresses.
func gets() map[string]*regexp.Regexp {
	out := map[string]*regexp.Regexp{}
	for _, r := range server.Routes() {
		if r.Method == "GET" && !r.Bare {
			parts := strings.Split(regexp.QuoteMeta(r.Path), "/")
			for i, p := range parts {
				if strings.HasPrefix(p, ":") {
					parts[i] = "[^/?#]+"
				}
			}
			out[r.Name] = regexp.MustCompile("^" + strings.Join(parts, "/") + "$")
		}
	}
	return out
}

// routeOf names the route that answers a path: the first that fits, as in the table.
func routeOf(path string, patterns map[string]*regexp.Regexp) string {
	path, _, _ = strings.Cut(path, "?")
	for _, r := range server.Routes() {
		if p := patterns[r.Name]; p != nil && p.MatchString(path) {
			return r.Name
		}
	}
	return ""
}

// unlinked are routes that no page of the sample leads an owner to, with why.
var unlinked = map[string]string{
	"home":                     "redirects",
	"set-up":                   "only before the first account",
	"sign-in":                  "only before signing in",
	"evidence.added":           "only after an upload",
	"upload":                   "speaks the tus protocol",
	"controls.import.preview":  "only after a file was chosen",
	"requests.import.preview":  "only after a file was chosen",
	"report.import.preview":    "only after a file was chosen",
	"catalogue.import.preview": "only after a file was chosen",
}

// several are the pages of which the crawl opens more than one, for they lead to
// different places: only a statement of applicability has an applicability.
var several = map[string]int{"report": 40}

// ticked are the pages that come of ticking rows or of typing, not of a link.
var ticked = []string{
	"/o/sample/engagements/new",
	"/o/sample/e/SURV-2026/search?q=access",
	"/o/sample/e/SURV-2026/controls/owner?id=1&id=2",
	"/o/sample/e/SURV-2026/controls/splits?id=1&id=2",
	"/o/sample/e/SURV-2026/reliances/propose?id=1&id=64&id=65",
	"/o/sample/e/SURV-2026/reliances/approve?id=1&id=10&id=12",
	"/o/sample/e/SURV-2026/requests/for-controls?id=1&id=2",
	"/o/sample/e/SURV-2026/requests/send?id=12",
	"/o/sample/e/SURV-2026/soa/bulk?id=A.5.1&id=A.5.2",
	"/o/sample/e/SURV-2026/evidence/accept?id=6&id=45",
	"/o/sample/e/SURV-2026/evidence?state=submitted",
	"/o/sample/e/SURV-2026/evidence/calendar?month=2031-01",
}

// downloads are routes that give a file, not a page.
var downloads = regexp.MustCompile(`\.(csv|xlsx|jsonl|tlog-proof)$|/file$|/image$`)

// crawl follows the links of the sample from its dashboard until every route
// was seen once, and returns an address for each.
func crawl(t *testing.T, p *chromium.Page) map[string]string {
	t.Helper()
	patterns := gets()
	seen, queue := map[string]string{}, append([]string{"/o/sample", "/start", "/about"}, ticked...)
	tried, opened := map[string]bool{}, map[string]int{}
	for len(queue) > 0 {
		path := queue[0]
		queue = queue[1:]
		name := routeOf(path, patterns)
		if name == "" || opened[name] > several[name] || tried[path] || downloads.MatchString(path) {
			continue
		}
		opened[name]++
		tried[path] = true
		if status := p.Go(path); status != 200 {
			t.Errorf("%s, linked in the sample, answers %d", path, status)
			continue
		}
		seen[routeOf(p.Path(), patterns)], seen[name] = p.Path(), p.Path()
		var links []string
		if err := json.Unmarshal([]byte(p.Eval(`JSON.stringify([...document.querySelectorAll("a[href]")].map(a => a.getAttribute("href")).filter(h => h.startsWith("/")))`)), &links); err != nil {
			t.Fatal(err)
		}
		queue = append(queue, links...)
	}
	for name := range patterns {
		if seen[name] == "" && unlinked[name] == "" && !isDownload(name) {
			t.Errorf("no link of the sample leads to the page %s", name)
		}
	}
	return seen
}

func isDownload(name string) bool {
	i := slices.IndexFunc(server.Routes(), func(r server.Route) bool { return r.Name == name })
	return downloads.MatchString(server.Routes()[i].Path)
}

// TestPages_Accessible opens every page of the router in the sample, in both
// languages and schemes, and lets axe judge it; no page may be wider than a
// small phone.
func TestPages_Accessible(t *testing.T) {
	axe, err := os.ReadFile(filepath.Join("..", "..", "web", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		t.Skip("SKIPPED: axe-core is not installed, so accessibility was not checked; run make web with npm")
	}
	p := sampleSite(t, chromium.Options{Lang: "en"})
	pages := crawl(t, p)
	t.Logf("%d pages", len(pages))
	for _, v := range []struct {
		lang string
		dark bool
	}{{"en", false}, {"fr", true}} {
		setLang(p, v.lang)
		p.Scheme(v.dark)
		for name, path := range pages {
			t.Run(fmt.Sprintf("%s/%s", v.lang, name), func(t *testing.T) {
				p.Go(path)
				if lang := p.Attr("html", "lang"); lang != v.lang {
					t.Errorf("%s is in %q", path, lang)
				}
				for _, finding := range judge(p, string(axe)) {
					t.Errorf("%s: %s", path, finding)
				}
				p.Viewport(390, 844)
				if over := p.Eval(`String(document.documentElement.scrollWidth - innerWidth)`); over != "0" && !strings.HasPrefix(over, "-") {
					t.Errorf("%s is %s px wider than a phone", path, over)
				}
				p.Viewport(1440, 900)
			})
		}
	}
}

// setLang switches the language as a person would, in the footer's form.
func setLang(p *chromium.Page, lang string) {
	p.Go("/start")
	if p.Attr("html", "lang") != lang {
		p.Press(fmt.Sprintf(`button[name=lang][value=%q], form:has(input[name=lang][value=%q]) button`, lang, lang))
	}
}

// judge runs axe in the page and returns its findings.
func judge(p *chromium.Page, axe string) []string {
	p.Eval(`(() => { ` + axe + `; window.__axe = ""; axe.run({runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}).then(r => { window.__axe = JSON.stringify(r.violations.map(v => v.id + " — " + v.help + " — " + v.nodes.slice(0, 3).map(n => n.html.slice(0, 160)).join(" | "))) }); return "" })()`)
	p.Await(`window.__axe !== ""`)
	var findings []string
	_ = json.Unmarshal([]byte(p.Eval(`window.__axe`)), &findings)
	return findings
}

// TestScreenshots writes pictures of the main pages to the folder that
// RELIER_SCREENSHOTS names: make screenshots runs it.
func TestScreenshots(t *testing.T) {
	dir := os.Getenv("RELIER_SCREENSHOTS")
	if dir == "" {
		t.Skip("pictures are made by make screenshots")
	}
	p := sampleSite(t, chromium.Options{Lang: "en"})
	pages := crawl(t, p)
	p.Go("/o/sample/e/SURV-2026/controls?q=A.7.2") // one that is inherited shows most
	pages["control"] = p.Attr(`main tbody a[href*="/controls/"]`, "href")
	p.Go("/o/sample/e/SURV-2026/reliances?rung=inherited")
	pages["reliance"] = p.Attr(`main tbody a[href*="/reliances/"]`, "href")
	for _, v := range []struct {
		name, lang string
		dark       bool
		width      int64
	}{{"en", "en", false, 1440}, {"fr-dark", "fr", true, 1440}, {"en-phone", "en", false, 390}, {"fr-phone-dark", "fr", true, 390}} {
		setLang(p, v.lang)
		p.Scheme(v.dark)
		for _, name := range mainPages {
			p.Viewport(v.width, 1080)
			p.Go(pages[name])
			p.WindowPicture(filepath.Join(dir, name+"."+v.name+".png"))
		}
	}
}

// mainPages are the pages of the README, by route.
var mainPages = []string{"dashboard", "catalogue", "certificate", "controls", "control", "reliances", "reliances.map", "reliance", "compare", "evidence", "soa", "packs", "activity"}
