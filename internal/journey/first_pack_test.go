package journey_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"relier/internal/pack"
	"relier/internal/testkit"
	"relier/internal/testkit/chromium"
)

func contextWithTimeout(d time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), d)
}

// TestFirstPack walks from nothing to a pack that coreutils and our verifier
// accept: the main job, as a person does it, also without JavaScript and in French.
func TestFirstPack(t *testing.T) {
	for _, c := range []struct {
		name string
		o    chromium.Options
		w    words
	}{
		{"english", chromium.Options{Lang: "en"}, english},
		{"no script", chromium.Options{Lang: "en", NoScript: true}, english},
		{"french", chromium.Options{Lang: "fr", Dark: true}, french},
	} {
		t.Run(c.name, func(t *testing.T) {
			walk := &walker{t: t, p: chromium.Open(t, serve(t, testkit.NewApp(t), nil), c.o), w: c.w}
			walk.setUp()
			walk.controls()
			walk.services()
			walk.certificate()
			walk.reliance()
			walk.owner()
			walk.evidence()
			walk.pack()
		})
	}
}

// words are what the pages must say in a language.
type words struct {
	lang string
}

var (
	english = words{lang: "en"}
	french  = words{lang: "fr"}
)

type walker struct {
	t       *testing.T
	p       *chromium.Page
	w       words
	control string // the path of the control that the walk follows
	clicks  int
}

// clicksMost is PRODUCT's promise: from nothing to a first pack, typing aside.
const clicksMost = 30

// press clicks what leads to another page, and follows it.
func (w *walker) press(selector string) {
	w.t.Helper()
	w.clicks++
	w.ok(w.p.Press(selector))
}

// tick clicks what stays on the page.
func (w *walker) tick(selector string) {
	w.t.Helper()
	w.clicks++
	w.p.Click(selector)
}

// choose takes a value: of buttons by a click, unless it is taken already; in a
// list it is typed.
func (w *walker) choose(name, value string) {
	w.t.Helper()
	if w.p.Eval(fmt.Sprintf(`(document.querySelector('main [name=%s]:checked, main select[name=%s]') || {}).value || ""`, name, name)) == value {
		return
	}
	if w.p.Count(fmt.Sprintf(`main input[type=radio][name=%q]`, name)) > 0 {
		w.clicks++
	}
	w.p.Choose(name, value)
}

// submit presses the button of the form with a field.
func (w *walker) submit(field string) {
	w.t.Helper()
	w.press(fmt.Sprintf(`main form[method=post]:has([name=%q]) button[type=submit]:not([name])`, field))
}

// link is a link of the page or its menu to an address.
func link(path string) string { return fmt.Sprintf(`a[href=%q]`, path) }

func (w *walker) ok(status int) {
	w.t.Helper()
	if status != 200 {
		w.t.Fatalf("%s answered %d:\n%s", w.p.Path(), status, w.p.Text("main"))
	}
	if n := w.p.Count(".error-summary"); n > 0 {
		w.t.Fatalf("%s refused what was typed:\n%s", w.p.Path(), w.p.Text("main"))
	}
	if lang := w.p.Attr("html", "lang"); lang != w.w.lang {
		w.t.Fatalf("%s is in %q, not %q", w.p.Path(), lang, w.w.lang)
	}
}

const eng = "/o/harbour-lane/e/2026-internal"

// setUp: account, organization, engagement on the 2022 edition.
func (w *walker) setUp() {
	w.ok(w.p.Go("/set-up?key=" + setUpKey)) // the address that the console printed
	w.p.Fill("name", "Ada Moreau")
	w.p.Fill("email", "ada@harbour-lane.example")
	w.p.Fill("password", "four quiet lighthouses")
	w.submit("password")
	w.press("main " + link("/organizations/new"))
	w.p.Fill("name", "Harbour Lane")
	w.p.Fill("code", "harbour-lane")
	w.submit("code")
	w.p.Fill("title", "Internal audit 2026")
	w.p.Fill("code", "2026-internal")
	w.p.Fill("from", "2026-01-01")
	w.p.Fill("to", "2026-12-31")
	if got := w.p.Eval(`document.querySelector("main [name=edition]").value`); got != "2022" {
		w.t.Errorf("a new engagement is on the edition %q", got)
	}
	w.submit("edition")
}

// controls: Annex A, and the control that the walk follows.
func (w *walker) controls() {
	w.press("main a[href*='/controls/from-annex-a']")
	w.press("main form[method=post] button[type=submit]")
	w.p.Says("main caption", "93")
	w.control = w.p.Attr(`main tbody tr:nth-child(46) a[href*="/controls/"]`, "href")
}

// services: two in use.
func (w *walker) services() {
	w.press(".rail-nav " + link(eng+"/services"))
	w.press("main " + link(eng+"/services/new"))
	w.service("azure", "iaas")
	w.press(`main form button[name=again]`)
	w.service("office-365", "saas")
	w.submit("model")
	w.p.Says("main", "Azure")
	w.p.Says("main", "Office 365")
}

func (w *walker) service(key, model string) {
	w.t.Helper()
	w.choose("key", key)
	w.choose("environment", "public")
	w.choose("model", model)
	w.choose("state", "in_use")
}

// certificate: recorded, then verified with number, dates and quoted scope.
func (w *walker) certificate() {
	w.press(".rail-nav " + link(eng+"/certificates"))
	w.press("main " + link(eng+"/certificates/new"))
	w.p.Fill("title", "Azure, certificate of 2025")
	w.submit("title")
	for name, value := range map[string]string{"number": "IS 999001", "body": "Example Certification", "accreditation": "UKAS 0001", "edition": "2022",
		"issued": "2025-03-01", "expires": "2028-02-29", "scope_text": "The information security management system for Azure in the public cloud.",
		"checked_where": "Service Trust Portal", "checked_on": "2026-11-20"} {
		w.p.Fill(name, value)
	}
	w.tick(`main input[name=names][value^="azure"]`)
	w.submit("scope_text")
	w.p.Says("main", "IS 999001")
	w.p.Says("main", "Azure in the public cloud")
}

// reliance: proposed from the control, all six gates shown; nothing is inherited.
func (w *walker) reliance() {
	w.press(".rail-nav " + link(eng+"/controls"))
	w.press("main " + link(w.control))
	w.press(`main a[href*="form=propose"]`)
	if w.p.Count(`main input[name=certificates]:checked`) != 1 {
		w.t.Errorf("the certificate that names the service is not offered first")
	}
	w.p.Fill("why", "Azure runs our servers.")
	w.submit("certificates")
	for _, gate := range []string{"G1", "G2", "G3", "G4", "G5", "G6"} {
		w.p.Says("main", gate)
	}
	if passed := w.p.Count("main .gate-passed"); passed != 3 {
		w.t.Errorf("%d gates pass, want G1 to G3:\n%s", passed, w.p.Text("main"))
	}
	if n := w.p.Count("main .rung-inherited"); n != 0 {
		w.t.Errorf("something is inherited before an assessor saw it")
	}
}

// owner: one accountable person, who is the walker.
func (w *walker) owner() {
	w.press(`main a[href*="form=owner"]`)
	w.choose("person", w.p.Attr(`main [name=person] option:nth-child(2)`, "value"))
	w.submit("person")
	w.p.Says("#owner", "Ada Moreau")
}

// evidence: a file of 20 MB, described as it is attached.
func (w *walker) evidence() {
	file := filepath.Join(w.t.TempDir(), "visitor-log.bin")
	content := make([]byte, 20<<20)
	_, _ = rand.Read(content)
	if err := os.WriteFile(file, content, 0o600); err != nil {
		w.t.Fatal(err)
	}
	w.press(`main a[href*="/evidence/new"]`)
	w.clicks++ // the button that opens the system's choice of files
	w.p.Attach("file", file)
	w.p.Fill("source", "Badge system")
	w.p.Fill("captured_on", "2026-11-20")
	w.p.Fill("from", "2026-01-01")
	w.p.Fill("to", "2026-10-31")
	if own := `main input[name=controls][value="` + w.control[strings.LastIndex(w.control, "/")+1:] + `"]`; w.p.Count(own+":checked") == 0 {
		w.t.Errorf("the control it was attached from is not ticked")
	}
	w.submit("captured_on")
	w.p.Says("main", "EV-000001")
}

// pack: sealed, downloaded, unzipped, and checked with tools nobody here wrote.
func (w *walker) pack() {
	w.press(".rail-nav " + link(eng+"/packs"))
	w.press("main " + link(eng+"/packs/new"))
	w.press("main form[method=post] button[type=submit]")
	w.clicks++
	zip := w.p.Download(`main a[href$="/file"]`)
	w.t.Logf("%d clicks from the console's address to the first pack", w.clicks)
	if w.clicks >= clicksMost {
		w.t.Errorf("%d clicks, want fewer than %d", w.clicks, clicksMost)
	}
	report, err := pack.Verify(context.Background(), zip)
	if err != nil || !report.OK {
		w.t.Fatalf("our verifier: %v %+v", err, report)
	}
	dir := w.t.TempDir()
	w.run(dir, "unzip", "-q", zip)
	folders, err := filepath.Glob(filepath.Join(dir, "audit-pack-*"))
	if err != nil || len(folders) != 1 {
		w.t.Fatalf("the pack unpacks to %v, %v", folders, err)
	}
	for _, list := range []string{"manifest-sha256.txt", "tagmanifest-sha256.txt"} {
		w.run(folders[0], "sha256sum", "--quiet", "--strict", "-c", list)
	}
	w.run(folders[0], "sha512sum", "--quiet", "--strict", "-c", "manifest-sha512.txt")
	found, err := filepath.Glob(filepath.Join(folders[0], "data", "evidence", "EV-000001", "*visitor-log*"))
	if err != nil || len(found) != 1 {
		w.t.Errorf("the evidence in the pack: %v, %v", found, err)
	}
}

func (w *walker) run(dir, name string, args ...string) {
	w.t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		w.t.Errorf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
}
