package server_test

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"relier/internal/domain"
	"relier/internal/i18n"
	"relier/internal/server"
)

func TestStart_ThreeDoors(t *testing.T) {
	t.Parallel()
	s := open(t, server.Config{})
	s.person("ada@example.org")
	v := s.signedIn("ada@example.org")
	v.get("/").leads("/start")
	p := v.get("/start").want(http.StatusOK)
	if n := p.doc().Find(".door").Length(); n != 2 {
		t.Errorf("%d doors without a sample to load, want 2", n)
	}
	v.post("/start/sample", nil).want(http.StatusNotFound)
	v.get("/start/restore").want(http.StatusOK)
}

func TestStart_OwnPath(t *testing.T) {
	t.Parallel()
	s := open(t, server.Config{})
	s.person("ada@example.org")
	v := s.signedIn("ada@example.org")

	p := v.post("/organizations", url.Values{"name": {"Société Générale"}, "code": {"NO"}}).want(http.StatusUnprocessableEntity)
	if p.attr("#field-name", "value") != "Société Générale" || p.attr("#field-code", "value") != "NO" || p.text("#field-code-error") == "" {
		t.Error("the form forgot what was typed, or why it was refused")
	}
	to := v.post("/organizations", url.Values{"name": {"Société Générale"}}).leads("/o/societe-generale/engagements/new")
	p = v.get(to).want(http.StatusOK)
	year := s.clock.Now().Format("2006")
	for field, want := range map[string]string{"#field-code": year, "#field-from": year + "-01-01", "#field-to": year + "-12-31"} {
		if got := p.attr(field, "value"); got != want {
			t.Errorf("%s offers %q, want %q", field, got, want)
		}
	}
	if got := p.attr("#field-edition option[selected]", "value"); got != "2022" {
		t.Errorf("edition %q is offered first", got)
	}

	form := url.Values{"title": {"Audit"}, "code": {"2026"}, "kind": {"stage2"}, "edition": {"2022"}, "from": {"tomorrow"}, "to": {"2026-12-31"}, "scope": {"All of it"}}
	p = v.post("/o/societe-generale/engagements", form).want(http.StatusUnprocessableEntity)
	if p.attr("#field-from", "value") != "tomorrow" || p.text("#field-from-error") == "" || p.text("#field-scope") != "All of it" {
		t.Error("the form forgot what was typed, or why it was refused")
	}
	form.Set("from", "2026-01-01")
	to = v.post("/o/societe-generale/engagements", form).leads("/o/societe-generale/e/2026/tasks")
	if p = v.get(to).want(http.StatusOK); p.doc().Find(".task").Length() != 8 || p.doc().Find(".task-done").Length() != 1 {
		t.Errorf("%d tasks, %d done", p.doc().Find(".task").Length(), p.doc().Find(".task-done").Length())
	}
	v.get("/").leads("/o/societe-generale")
	v.get("/o/societe-generale").leads("/o/societe-generale/e/2026")
	v.get("/o/societe-generale/e/2026").want(http.StatusOK)
}

func TestEngagement_SaveAndMove(t *testing.T) {
	t.Parallel()
	s := open(t, server.Config{})
	s.organization(s.person("ada@example.org"), "north")
	v := s.signedIn("ada@example.org")
	const at = "/o/north/e/2026/settings"
	form := func() url.Values {
		p := v.get(at).want(http.StatusOK)
		return url.Values{"title": {p.attr("#field-title", "value")}, "kind": {"internal"}, "edition": {"2022"}, "from": {p.attr("#field-from", "value")},
			"to": {p.attr("#field-to", "value")}, "version": {p.attr("input[name=version]", "value")}}
	}
	first := form()
	first.Set("title", "Renamed")
	v.post(at, first).leads(at)
	if got := v.get(at).text("h1"); got != "Renamed" {
		t.Errorf("title %q", got)
	}
	first.Set("title", "From an old page")
	p := v.post(at, first).want(http.StatusConflict)
	if !strings.Contains(p.text(".error-summary"), "Somebody changed this") || p.attr("#field-title", "value") != "Renamed" || p.attr("input[name=version]", "value") != "2" {
		t.Errorf("a stale edit shows %q, %q", p.text(".error-summary"), p.attr("#field-title", "value"))
	}

	move := func(to, reason string) *page {
		return v.post("/o/north/e/2026/state", url.Values{"to": {to}, "reason": {reason}, "version": {v.get(at).attr("input[name=version]", "value")}})
	}
	move("closed", "").want(http.StatusUnprocessableEntity)
	for _, to := range []string{"planned", "fieldwork", "reporting", "closed"} {
		move(to, "").leads(at)
	}
	if v.get(at).doc().Find("#field-title").Length() != 0 {
		t.Error("a closed engagement can be edited")
	}
	p = move("reporting", "").want(http.StatusUnprocessableEntity)
	if p.text("#field-reason-error") == "" {
		t.Error("reopening without a reason is not explained")
	}
	move("reporting", "A site was forgotten").leads(at)
}

func TestPeople_AddAndRemove(t *testing.T) {
	t.Parallel()
	s := open(t, server.Config{})
	owner := s.organization(s.person("ada@example.org"), "north")
	v := s.signedIn("ada@example.org")
	form := url.Values{"name": {"Bob"}, "email": {"bob"}, "password": {password}, "role": {"assessor"}}
	p := v.post("/o/north/people", form).want(http.StatusUnprocessableEntity)
	if p.attr("#field-email", "value") != "bob" || p.attr("#field-role input[checked]", "value") != "assessor" || p.text(".error-summary") == "" {
		t.Error("the form forgot what was typed")
	}
	if strings.Contains(string(p.body), password) {
		t.Error("the password comes back")
	}
	form.Set("email", "bob@example.org")
	form.Set("role", "reader")
	v.post("/o/north/people", form).leads("/o/north/people")

	bob := s.signedIn("bob@example.org")
	if p := bob.get("/o/north/people").want(http.StatusOK); p.doc().Find("form[action$='/people']").Length() != 0 {
		t.Error("a reader is offered the form")
	}
	bob.post("/o/north/people", form).want(http.StatusForbidden)

	members, err := s.app.Members(t.Context(), owner)
	s.must(err)
	remove := ""
	for _, m := range members {
		if m.Person.Email == "bob@example.org" {
			remove = v.get("/o/north/people").attr("tbody tr:nth-child(2) td:last-child a", "href")
		}
	}
	v.get(remove).want(http.StatusOK)
	v.post(remove, nil).leads("/o/north/people")
	bob.get("/o/north/people").leads("/sign-in")
	v.get("/o/north/people/999/remove").want(http.StatusNotFound)
	v.get("/o/north/people/x/remove").want(http.StatusNotFound)
}

func TestActivity_FiltersByAddress(t *testing.T) {
	t.Parallel()
	s := open(t, server.Config{})
	s.organization(s.person("ada@example.org"), "north")
	v := s.signedIn("ada@example.org")
	const at = "/o/north/e/2026/activity"
	all := v.get(at).want(http.StatusOK)
	if n := all.doc().Find("tbody tr").Length(); n < 10 {
		t.Errorf("%d records after a new organization", n)
	}
	one := v.get(at + "?noun=engagement").want(http.StatusOK)
	if n := one.doc().Find("tbody tr").Length(); n != 1 || !strings.Contains(one.text("tbody tr"), "opened the engagement 2026") {
		t.Errorf("%d rows: %q", n, one.text("tbody tr"))
	}
	if got := one.attr("#filter-noun option[selected]", "value"); got != "engagement" {
		t.Errorf("the filter shows %q", got)
	}
	if got := v.get(at + "?from=2099-01-01").text(".empty h2"); got != "Nothing matches" {
		t.Errorf("no match says %q", got)
	}
	for _, odd := range []string{"?noun=x%27--", "?person=x", "?from=x", "?page=-1", "?page=99999999999999999999"} {
		v.get(at + odd).want(http.StatusOK)
	}
}

func TestDashboard_CountsAndBlockers(t *testing.T) {
	t.Parallel()
	s := open(t, server.Config{})
	actor := s.organization(s.person("ada@example.org"), "north")
	v := s.signedIn("ada@example.org")
	const at = "/o/north/e/2026"
	if p := v.get(at).want(http.StatusOK); p.text(".empty h2") != "No control yet" {
		t.Errorf("an empty dashboard says %q", p.text("main"))
	}
	if _, err := s.app.StartFromAnnexA(t.Context(), actor, domain.Edition2022, "en"); err != nil {
		t.Fatal(err)
	}
	p := v.get(at).want(http.StatusOK)
	if got := p.text(".lead"); !strings.Contains(got, "of 93 applicable controls: 93 blocked") {
		t.Errorf("sentence %q", got)
	}
	if n := p.doc().Find("#blockers tbody tr").Length(); n != 10 || p.attr("#blockers-title ~ p a, section p a", "href") != at+"/controls?bucket=blocked" {
		t.Errorf("%d blockers, want 10 and the way to all", n)
	}
	if got := p.text("#blockers tbody tr:first-child"); !strings.Contains(got, "A.5.1") {
		t.Errorf("first blocker %q", got)
	}
	if !strings.Contains(p.text("main"), "may not start yet") {
		t.Error("the audit may start")
	}
}

func TestSample_MarkedAndRemoved(t *testing.T) {
	t.Parallel()
	s := open(t, server.Config{})
	ada := s.person("ada@example.org")
	_, err := s.app.CreateOrganization(t.Context(), ada, domain.Organization{Code: "sample", Name: "Fabled", Sample: true})
	s.must(err)
	s.organization(ada, "north")
	v := s.signedIn("ada@example.org")
	if got := v.get("/o/sample/people").text(".sample"); !strings.Contains(got, "fictional") {
		t.Errorf("the watermark says %q", got)
	}
	if v.get("/o/north/people").doc().Find(".sample").Length() != 0 {
		t.Error("a real organization is watermarked")
	}
	v.get("/o/north/remove-sample").want(http.StatusNotFound)
	v.get("/o/sample/remove-sample").want(http.StatusOK)
	v.post("/o/sample/remove-sample", nil).leads("/start")
	v.get("/o/sample").want(http.StatusNotFound)
	v.get("/o/north/people").want(http.StatusOK)
	if p := v.post("/o/north/remove-sample", nil); p.status < 400 {
		t.Errorf("a real organization was removed: %d", p.status)
	}
	v.get("/o/north/people").want(http.StatusOK)
}

func TestPreferences_KeepThePage(t *testing.T) {
	t.Parallel()
	s := open(t, server.Config{})
	s.organization(s.person("ada@example.org"), "north")
	v := s.signedIn("ada@example.org")
	const at = "/o/north/e/2026/activity?noun=engagement"
	if got := v.get(at).attr("form.switches input[name=back]", "value"); got != at {
		t.Errorf("the switches come back to %q", got)
	}
	v.post("/preferences", url.Values{"lang": {"fr"}, "back": {at}}).leads(at)
	v.post("/preferences", url.Values{"theme": {"dark"}, "density": {"huge"}, "back": {"//evil.example"}})
	p := v.get(at)
	if p.attr("html", "lang") != "fr" || p.attr("html", "data-theme") != "dark" || p.attr("html", "data-density") != "normal" || p.text("h1") != "Journal" {
		t.Errorf("lang %s, theme %s, density %s", p.attr("html", "lang"), p.attr("html", "data-theme"), p.attr("html", "data-density"))
	}
	if got := v.post("/preferences", url.Values{"back": {"//evil.example"}}).header.Get("Location"); got != "/" {
		t.Errorf("leads to %s", got)
	}
	elsewhere := s.signedIn("ada@example.org")
	if elsewhere.get("/start").attr("html", "lang") != "fr" {
		t.Error("another browser does not know the language")
	}
}

// Every page of the group is French in French, works by plain forms, and holds
// no key instead of a sentence.
func TestPages_French(t *testing.T) {
	t.Parallel()
	s := open(t, server.Config{SetUpKey: "k"})
	stranger := s.visitor()
	stranger.header = http.Header{"Accept-Language": {"fr-CA, en;q=0.5"}}
	pages := []*page{stranger.get("/"), stranger.get("/set-up?key=k")}
	actor := s.organization(s.person("ada@example.org"), "north")
	_, err := s.app.StartFromAnnexA(t.Context(), actor, domain.Edition2022, "fr")
	s.must(err)
	pages = append(pages, stranger.get("/sign-in"), stranger.get("/nowhere"))
	v := s.signedIn("ada@example.org")
	v.post("/preferences", url.Values{"lang": {"fr"}}).want(http.StatusSeeOther)
	for _, path := range []string{"/start", "/start/restore", "/about", "/organizations/new", "/o/north/engagements/new", "/o/north/people", "/o/north/people/1/remove",
		"/o/north/e/2026", "/o/north/e/2026/tasks", "/o/north/e/2026/settings", "/o/north/e/2026/activity", "/o/nowhere"} {
		pages = append(pages, v.get(path))
	}
	key := regexp.MustCompile(`\b[a-z_]+\.[a-z_]+(\.[a-z_]+)*\b`)
	english := i18n.For("en")
	for _, p := range pages {
		main := p.text("main")
		if p.attr("html", "lang") != "fr" || main == "" {
			t.Errorf("%q is not French", p.text("h1"))
		}
		for _, found := range key.FindAllString(main, -1) {
			if english.Has(found) {
				t.Errorf("%q shows the key %s", p.text("h1"), found)
			}
		}
		for _, word := range []string{" the ", "Your ", " of "} {
			if strings.Contains(main, word) && p.text("h1") != i18n.For("fr").T("about.title", nil) {
				t.Errorf("%q says %q: %s", p.text("h1"), word, main)
			}
		}
		if p.doc().Find("[onclick], [style], script:not([src])").Length() != 0 {
			t.Errorf("%q needs inline script or style", p.text("h1"))
		}
	}
}

// A notice is named by its key alone, so a test stands in for the compiler.
func TestNotices_HaveTheirSentence(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	keys := regexp.MustCompile(`"(notice\.[a-z_.]+)"`)
	found := 0
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range keys.FindAllStringSubmatch(string(b), -1) {
			found++
			if !strings.HasSuffix(f, "_test.go") && !i18n.For("en").Has(m[1]) {
				t.Errorf("%s: %s has no sentence", f, m[1])
			}
		}
	}
	if found == 0 {
		t.Error("no notice found: the test looks at nothing")
	}
}
