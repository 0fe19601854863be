package pack_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"relier/internal/testkit/chromium"
)

// judge has axe look at a page and tells each violation on a line of its own.
const judge = `axe.run({runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}).then(r => {
	window.judged = "done\n" + r.violations.map(v => v.id + ": " + v.nodes[0].html).join("\n") }); ""`

func TestPages_PassAxe(t *testing.T) {
	axe, err := os.ReadFile(filepath.Join("..", "..", "web", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		t.Skip("SKIPPED: axe-core is not installed below web/, so the pack's pages were not judged for accessibility")
	}
	s := newShelf()
	c := sample(s, "en", "fr")
	c.Organization.Sample = false // axe cannot judge contrast over the watermark
	l := compose(t, s, c)
	site := httptest.NewServer(http.FileServer(http.Dir(unpacked(t, s, l))))
	t.Cleanup(site.Close)
	p := chromium.Open(t, site.URL, chromium.Options{Width: 390, Height: 844})
	for _, dark := range []bool{false, true} {
		p.Scheme(dark)
		for _, e := range l.Entries {
			if !strings.HasSuffix(e.Path, ".html") || strings.HasPrefix(e.Path, "data/") {
				continue
			}
			p.Go("/" + e.Path)
			p.Eval(string(axe) + `; window.judged = ""; ` + judge)
			p.Await(`window.judged !== ""`)
			if found := strings.TrimPrefix(p.Eval(`window.judged`), "done\n"); found != "" {
				t.Errorf("%s, dark %v:\n%s", e.Path, dark, found)
			}
			if wide := p.Eval(`document.documentElement.scrollWidth > innerWidth ? "wide" : ""`); wide != "" {
				t.Errorf("%s is wider than a small phone", e.Path)
			}
		}
	}
}
