// Package chromium drives a real Chromium for tests: it opens pages, fills in
// forms by the names of their fields, clicks what a person would click, and
// takes pictures. Where no Chromium is installed the test is skipped, loudly.
package chromium

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// Options say what kind of visitor comes.
type Options struct {
	NoScript bool   // JavaScript switched off
	Lang     string // en or fr: what the browser asks for
	Dark     bool
	Width    int64 // CSS pixels; 0: 1440
	Height   int64 // 0: 900
}

// Page is one browser with one tab. Its methods end the test on any failure.
type Page struct {
	t         testing.TB
	ctx       context.Context
	base      string
	downloads string
	saved     chan string // paths of finished downloads
}

// names under which Chromium is found.
var names = []string{"chromium", "chromium-browser", "google-chrome", "chrome"}

func find() string {
	for _, n := range names {
		if path, err := exec.LookPath(n); err == nil {
			return path
		}
	}
	return ""
}

// Open starts a browser for the server at base, which ends with the test.
func Open(t testing.TB, base string, o Options) *Page {
	t.Helper()
	path := find()
	if path == "" {
		t.Skip("SKIPPED: no Chromium is installed, so the pages were not tried in a browser; install the package chromium")
	}
	p := &Page{t: t, base: base, downloads: t.TempDir(), saved: make(chan string, 1)}
	p.start(path, o)
	return p
}

func (p *Page) start(path string, o Options) {
	p.t.Helper()
	lang := map[string]string{"fr": "fr-FR"}[o.Lang]
	if lang == "" {
		lang = "en-GB"
	}
	parent, stop := chromedp.NewExecAllocator(context.Background(), chromedp.ExecPath(path), chromedp.Headless, chromedp.NoSandbox, chromedp.NoFirstRun,
		chromedp.DisableGPU, chromedp.UserDataDir(p.t.TempDir()), chromedp.Flag("lang", lang), chromedp.Flag("accept-lang", lang),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true), chromedp.WSURLReadTimeout(60*time.Second))
	ctx, end := chromedp.NewContext(parent)
	p.ctx = ctx
	p.t.Cleanup(func() { end(); stop() })
	width, height := max(o.Width, 0), max(o.Height, 0)
	if width == 0 {
		width = 1440
	}
	if height == 0 {
		height = 900
	}
	p.do(chromedp.EmulateViewport(width, height))
	p.media(o.Dark)
	if o.NoScript {
		_, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		p.must(err, "switch JavaScript off")
	}
	p.watchDownloads()
}

func (p *Page) media(dark bool) {
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	_, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
	p.must(err, "choose the colour scheme")
}

func (p *Page) watchDownloads() {
	_, err := chromedp.CallBrowser(p.ctx, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
		Behavior: browser.SetDownloadBehaviorBehaviorAllow, DownloadPath: p.downloads, EventsEnabled: new(true)})
	p.must(err, "allow downloads")
	name := ""
	err = chromedp.ListenBrowser(p.ctx, func(ev any) {
		switch e := ev.(type) {
		case *browser.EventDownloadWillBegin:
			name = e.SuggestedFilename
		case *browser.EventDownloadProgress:
			if e.State == browser.DownloadProgressStateCompleted {
				p.keep(p.downloads + string(os.PathSeparator) + name)
			}
		}
	})
	p.must(err, "watch downloads")
}

// keep remembers the newest file that was saved. It never waits: whatever waits
// in a listener holds up every later event of the browser.
func (p *Page) keep(path string) {
	select {
	case <-p.saved:
	default:
	}
	p.saved <- path
}

func (p *Page) must(err error, what string) {
	p.t.Helper()
	if err != nil {
		p.t.Fatalf("%s: %v", what, err)
	}
}

// limited bounds one step: a page that does not answer fails the test, it does
// not hang it.
func (p *Page) limited() (context.Context, context.CancelFunc) {
	return context.WithTimeout(p.ctx, 90*time.Second)
}

func (p *Page) do(a chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := p.limited()
	if p.started() {
		defer cancel()
	} else { // the first call starts the browser, which lives as long as its context
		cancel()
		ctx = p.ctx
	}
	p.must(chromedp.Do(ctx, a), "browser")
}

func (p *Page) started() bool {
	c := chromedp.FromContext(p.ctx)
	return c != nil && c.Target != nil
}

// Go opens a path and returns the status of the answer.
func (p *Page) Go(path string) int {
	p.t.Helper()
	ctx, cancel := p.limited()
	defer cancel()
	res, err := chromedp.Run(ctx, chromedp.NavigateResponse(p.base+path))
	p.must(err, "open "+path)
	return int(res.Status)
}

// Path is the address of the page, without the server.
func (p *Page) Path() string {
	p.t.Helper()
	at, err := chromedp.Run(p.ctx, chromedp.Location())
	p.must(err, "where am I")
	return strings.TrimPrefix(at, p.base)
}

// Fill types into the field with a name, replacing what was there.
func (p *Page) Fill(name, value string) {
	p.t.Helper()
	p.FillIn("main", name, value)
}

// FillIn is Fill within a part of the page.
func (p *Page) FillIn(within, name, value string) {
	p.t.Helper()
	set := p.eval(fmt.Sprintf(`(() => { const f = document.querySelector(%q); if (!f) return "no field"; f.focus(); f.value = %q; f.dispatchEvent(new Event("input", {bubbles: true})); f.dispatchEvent(new Event("change", {bubbles: true})); return f.value === %q ? "" : "it shows " + f.value })()`,
		within+` [name="`+name+`"]`, value, value))
	if set != "" {
		p.t.Fatalf("fill %s in %s: %s\n%s", name, p.Path(), set, p.Text("main"))
	}
}

// Choose picks a value of the select or the radio buttons with a name.
func (p *Page) Choose(name, value string) {
	p.t.Helper()
	if p.Count(fmt.Sprintf(`main input[type=radio][name=%q]`, name)) > 0 {
		p.Tick(name, value)
		return
	}
	p.Fill(name, value)
}

// Tick sets the checkbox or radio button with a name and value.
func (p *Page) Tick(name, value string) {
	p.t.Helper()
	p.Click(fmt.Sprintf(`main input[name=%q][value=%q]`, name, value))
}

// Attach chooses files in the file field with a name.
func (p *Page) Attach(name string, files ...string) {
	p.t.Helper()
	p.do(chromedp.SetUploadFiles(`main input[type=file][name="`+name+`"]`, files))
}

// Click clicks the first element that matches, as a person with a mouse would,
// without waiting for another page.
func (p *Page) Click(selector string) {
	p.t.Helper()
	p.do(chromedp.Click(selector))
}

// Press clicks and waits for the page that comes of it; it returns the status.
func (p *Page) Press(selector string) int {
	p.t.Helper()
	ctx, cancel := p.limited()
	defer cancel()
	if p.Count(selector) == 0 {
		p.t.Fatalf("%s has no %s:\n%s", p.Path(), selector, p.Text("main"))
	}
	res, err := chromedp.RunResponse(ctx, chromedp.Click(selector))
	if err != nil {
		p.t.Fatalf("press %s in %s: %v\n%s", selector, p.Path(), err, p.Text("main"))
	}
	return int(res.Status)
}

// Download clicks and returns the path of the file that was saved.
func (p *Page) Download(selector string) string {
	p.t.Helper()
	if p.Count(selector) == 0 {
		p.t.Fatalf("%s has no %s:\n%s", p.Path(), selector, p.Text("main"))
	}
	return p.download(func() { p.Click(selector) }, selector)
}

// Save goes to an address that answers with a file, as a typed one would, and
// returns the path of the file. The page stays where it is.
func (p *Page) Save(path string) string {
	p.t.Helper()
	return p.download(func() { p.eval(fmt.Sprintf(`(location = %q, "")`, path)) }, path)
}

func (p *Page) download(by func(), what string) string {
	p.t.Helper()
	select {
	case <-p.saved: // of an earlier step
	default:
	}
	by()
	select {
	case path := <-p.saved:
		return path
	case <-time.After(30 * time.Second):
		p.t.Fatalf("nothing was downloaded by %s in %s", what, p.Path())
		return ""
	}
}

// Text is what a part of the page says.
func (p *Page) Text(selector string) string {
	p.t.Helper()
	return p.eval(fmt.Sprintf(`document.querySelector(%q)?.innerText ?? "(no " + %q + ")"`, selector, selector))
}

// Says checks that a part of the page contains a text.
func (p *Page) Says(selector, want string) {
	p.t.Helper()
	if got := p.Text(selector); !strings.Contains(got, want) {
		p.t.Errorf("%s: %s does not say %q:\n%s", p.Path(), selector, want, got)
	}
}

// Count counts what matches.
func (p *Page) Count(selector string) int {
	p.t.Helper()
	n, err := chromedp.Run(p.ctx, chromedp.Evaluate[int](fmt.Sprintf(`document.querySelectorAll(%q).length`, selector)))
	p.must(err, "count "+selector)
	return n
}

// Attr is an attribute of the first element that matches.
func (p *Page) Attr(selector, name string) string {
	p.t.Helper()
	return p.eval(fmt.Sprintf(`document.querySelector(%q)?.getAttribute(%q) ?? ""`, selector, name))
}

// Eval runs an expression of text in the page.
func (p *Page) Eval(expression string) string {
	p.t.Helper()
	return p.eval(expression)
}

func (p *Page) eval(expression string) string {
	p.t.Helper()
	s, err := chromedp.Run(p.ctx, chromedp.Evaluate[string](expression))
	p.must(err, "evaluate in the page")
	return s
}

// Await waits until an expression is true.
func (p *Page) Await(expression string) {
	p.t.Helper()
	ctx, cancel := p.limited()
	defer cancel()
	_, err := chromedp.Run(ctx, chromedp.Poll[bool](expression))
	p.must(err, "wait for "+expression)
}

// Keys types keys as the keyboard would.
func (p *Page) Keys(keys string) {
	p.t.Helper()
	p.do(chromedp.KeyEvent(keys))
}

// Ctrl types a key with Ctrl held down.
func (p *Page) Ctrl(key string) {
	p.t.Helper()
	p.do(chromedp.KeyEvent(key, chromedp.KeyModifiers(chromedp.ModifierCtrl)))
}

// Enter types Enter and waits for the page that comes of it; it returns the status.
func (p *Page) Enter() int {
	p.t.Helper()
	ctx, cancel := p.limited()
	defer cancel()
	res, err := chromedp.RunResponse(ctx, chromedp.KeyEvent("\r"))
	if err != nil {
		p.t.Fatalf("Enter in %s: %v", p.Path(), err)
	}
	return int(res.Status)
}

// Picture writes a PNG of the whole page.
func (p *Page) Picture(path string) {
	p.t.Helper()
	png, err := chromedp.Run(p.ctx, chromedp.FullScreenshot(100))
	p.must(err, "take a picture")
	p.must(os.WriteFile(path, png, 0o644), "write the picture")
}

// WindowPicture writes a PNG of what the window shows, without scrolling.
func (p *Page) WindowPicture(path string) {
	p.t.Helper()
	png, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	p.must(err, "take a picture")
	p.must(os.WriteFile(path, png, 0o644), "write the picture")
}

// Viewport changes the width and height of the window, in CSS pixels.
func (p *Page) Viewport(width, height int64) {
	p.t.Helper()
	p.do(chromedp.EmulateViewport(width, height))
}

// Scheme switches between the light and the dark colour scheme.
func (p *Page) Scheme(dark bool) {
	p.t.Helper()
	p.media(dark)
}
