package server_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"relier/internal/app"
	"relier/internal/domain"
	"relier/internal/testkit/chromium"
)

func TestSearch_FindsControlsAndEvidence(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	backup := a.control("A.8.13", "Backups of the tills", "A.8.13")
	a.control("A.7.1", "Perimeters", "A.7.1")
	a.proof(a.actor, "Log of the backups", backup.ID)

	if action := a.get(north).doc().Find(".bar form.search").AttrOr("action", ""); action != north+"/search" {
		t.Fatalf("the field of the top bar leads to %q", action)
	}
	for query, want := range map[string]struct{ found, says string }{
		"q=backup":            {"A.8.13 EV-000001", "2 results for “backup”"},
		"q=A.7.1":             {"A.7.1", "1 result for “A.7.1”"},
		"q=a+7+1":             {"A.7.1", "1 result"},
		"q=LOG+of":            {"EV-000001", "1 result for “LOG of”"},
		"q=backup&in=control": {"A.8.13", "1 result"},
		"q=walrus":            {"", "Nothing found for “walrus”"},
		"":                    {"", "One field for controls"},
		"q=%3Cb%3E":           {"", "Nothing found for “<b>”"},
		"q=backup&page=99999": {"", ""},
	} {
		p := a.get(north + "/search?" + query).want(http.StatusOK)
		if got := p.text(".found .mono"); strings.Join(strings.Fields(got), " ") != spaced(want.found) {
			t.Errorf("%s finds %q, want %q", query, got, want.found)
		}
		if got := p.text("main"); !strings.Contains(got, want.says) {
			t.Errorf("%s says %q, want %q", query, got, want.says)
		}
	}
	p := a.get(north + "/search?q=backup")
	if got := p.text(".tabs"); got != "All 2Controls 1Evidence 1" {
		t.Errorf("the tabs: %s", got)
	}
	if got := p.text(".found mark"); got != "Backupsbackups" {
		t.Errorf("marked: %s", got)
	}
}

// spaced puts codes as the page's text holds them, which knows no spaces between lines.
func spaced(codes string) string { return strings.ReplaceAll(codes, " ", "") }

// What people typed is text, in titles, excerpts and what was looked for.
func TestSearch_ShowsTextNotMarkup(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	a.control("C-1", `<img src=x onerror=alert(1)> bold`, "A.7.1")
	_, err := a.app.AddEvidence(t.Context(), a.actor, []app.NewEvidence{{Item: domain.Evidence{Title: "Note", Kind: domain.EvidenceNote, Sensitivity: domain.SensitivityInternal},
		Version: domain.EvidenceVersion{Note: `seen </mark><script>bold</script> & "more"`}}})
	a.must(err)
	for _, path := range []string{"/search?q=bold", "/search?part=jump&q=bold", "/search?q=%3Cscript%3Ebold"} {
		p := a.get(north + path).want(http.StatusOK)
		d := p.doc()
		if d.Find("main img, main script, [role=option] img, mark script").Length() > 0 {
			t.Errorf("%s holds markup that somebody typed", path)
		}
	}
	p := a.get(north + "/search?q=bold")
	if got := p.text(".found-excerpt"); !strings.Contains(got, `seen </mark><script>bold</script> & "more"`) {
		t.Errorf("the excerpt: %s", got)
	}
}

// Words of another organization are in no answer: not the page, its counts or
// the jump box.
func TestSearch_ShowsNothingOfOthers(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	south := a.organization(a.person("bob@example.org"), "south")
	_, err := a.app.SaveControl(t.Context(), south, domain.Control{Code: "C-1", Title: "canaryword", Description: "canaryword", Implementation: domain.Implemented,
		Requirements: []domain.ControlRequirement{{Ref: domain.Ref{Edition: domain.Edition2022, Code: "A.7.1"}}}})
	a.must(err)
	for _, path := range []string{"/search?q=canary", "/search?part=jump&q=canary", "/search?q=canaryword&in=control", "/evidence?q=canary"} {
		p := a.get(north + path).want(http.StatusOK)
		if strings.Contains(string(p.body), "C-1") || p.doc().Find(".found-line, .tabs a").Length() > 0 {
			t.Errorf("%s shows something of another organization", path)
		}
	}
	if got := a.get(north + "/search?part=jump&q=canary").text("[role=option]"); got != "All results for “canary”" {
		t.Errorf("the jump box offers %s", got)
	}
	if p := a.visitor.get("/o/south/e/2026/search?q=canary"); p.status != http.StatusNotFound {
		t.Errorf("the other organization answers %d", p.status)
	}
}

// Ctrl+K, a few letters, Enter: by the keyboard alone.
func TestJump_ByKeyboard(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	a.control("A.8.13", "Information backup", "A.8.13")
	a.control("A.8.14", "Redundancy of backups", "A.8.14")
	p := chromium.Open(t, strings.Replace(a.url, "127.0.0.1", "localhost", 1), chromium.Options{})
	p.Go("/sign-in")
	p.Fill("email", "ada@example.org")
	p.Fill("password", password)
	p.Press("main form button[type=submit]")
	p.Go(north)
	const open = `document.getElementById("jump").matches(":popover-open")`
	options := func(n string) { p.Await(`document.querySelectorAll("#jump-list [role=option]").length ` + n) }

	p.Ctrl("k")
	p.Await(open)
	options("> 5") // every page, before anything is typed
	p.Keys("back")
	p.Await(`document.querySelector("#jump-list [aria-selected=true]")?.textContent.includes("backup")`)
	if got := p.Eval(`document.activeElement.getAttribute("aria-expanded") + " " + document.getElementById(document.activeElement.getAttribute("aria-activedescendant")).getAttribute("role")`); got != "true option" {
		t.Errorf("assistive technology hears %q", got)
	}
	if got := p.Eval(`document.getElementById("jump-status").textContent`); got != "2 suggestions" {
		t.Errorf("it is told %q", got)
	}
	first := p.Eval(`document.querySelector("[aria-selected=true]").href`)
	p.Keys(kb.ArrowDown)
	if second := p.Eval(`document.querySelector("[aria-selected=true]").href`); second == first {
		t.Error("the arrow moves nothing")
	}
	p.Keys(kb.ArrowUp)
	if p.Enter() != http.StatusOK || p.Eval("location.href") != first {
		t.Errorf("led to %s, not to %s", p.Path(), first)
	}

	p.Ctrl("k")
	p.Await(open)
	p.Keys("certif")
	p.Await(`document.querySelector("#jump-list [aria-selected=true]")?.textContent.includes("Certificates")`)
	p.Keys(kb.Escape)
	p.Await("!" + open)
	p.Ctrl("k")
	p.Await(open)
	p.Keys("certif")
	p.Await(`document.querySelector("#jump-list [aria-selected=true]")?.textContent.includes("Certificates")`)
	if p.Enter() != http.StatusOK || p.Path() != north+"/certificates" {
		t.Errorf("led to %s", p.Path())
	}
}
