package web_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"math"
	"path"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"relier/web"
)

func TestLookup_EveryAddress(t *testing.T) {
	t.Parallel()
	hashed := regexp.MustCompile(`^/static/[a-z/-]+\.[0-9a-f]{10}\.(css|js|svg|woff2)$`)
	found := map[string]bool{}
	for _, address := range web.Addresses() {
		body, contentType, gzipped, ok := web.Lookup(address)
		if !ok || len(body) == 0 || contentType == "" {
			t.Errorf("%s: %d bytes of %q", address, len(body), contentType)
		}
		found[path.Ext(address)] = true
		if path.Ext(address) != ".txt" && !hashed.MatchString(address) {
			t.Errorf("%s does not carry its hash", address)
		}
		if gzipped == nil {
			continue
		}
		r, err := gzip.NewReader(bytes.NewReader(gzipped))
		if err != nil {
			t.Fatal(err)
		}
		if plain, err := io.ReadAll(r); err != nil || !bytes.Equal(plain, body) {
			t.Errorf("%s: the gzipped copy differs (%v)", address, err)
		}
	}
	for _, ext := range []string{".css", ".js", ".svg"} {
		if !found[ext] {
			t.Errorf("no %s among the static files", ext)
		}
	}
}

func TestLookup_Unknown(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"", "/static/", "/static/app.css", "/static/../web.go", "/static/css/base.css", "/static/vendor/.gitkeep"} {
		if _, _, _, ok := web.Lookup(address); ok {
			t.Errorf("%s is answered", address)
		}
	}
}

func TestAsset_Names(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"app.css", "js/enhance.js", "js/upload.js", "icon.svg"} {
		if _, _, _, ok := web.Lookup(web.Asset(name)); !ok {
			t.Errorf("%s leads nowhere", name)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("a mistyped name passes")
		}
	}()
	web.Asset("app.scss")
}

func stylesheet(t *testing.T) string {
	t.Helper()
	body, contentType, gzipped, ok := web.Lookup(web.Asset("app.css"))
	if !ok || contentType != "text/css; charset=utf-8" || gzipped == nil {
		t.Fatalf("the stylesheet is served as %q, gzipped %v", contentType, gzipped != nil)
	}
	return string(body)
}

// Every url() of the served stylesheet is answered; without the fetched fonts
// there is no @font-face left to ask for one.
func TestStylesheet_AsksForNothingMissing(t *testing.T) {
	t.Parallel()
	css := stylesheet(t)
	urls := regexp.MustCompile(`url\(([^)]*)\)`).FindAllStringSubmatch(css, -1)
	if len(urls) == 0 {
		t.Fatal("no url() at all: the pattern or the sheet is wrong")
	}
	for _, m := range urls {
		if _, _, _, ok := web.Lookup(strings.Trim(m[1], `"`)); !ok {
			t.Errorf("url(%s) leads nowhere", m[1])
		}
	}
	if strings.Contains(css, "@import") || strings.Contains(css, "//fonts") {
		t.Error("the stylesheet asks for something outside")
	}
}

func TestStylesheet_HoldsEverySheet(t *testing.T) {
	t.Parallel()
	css := stylesheet(t)
	sheets, err := fs.Glob(web.Files(), "css/*.css")
	if err != nil || len(sheets) < 8 {
		t.Fatalf("sheets %v (%v)", sheets, err)
	}
	for _, s := range sheets {
		body, err := fs.ReadFile(web.Files(), s)
		if err != nil {
			t.Fatal(err)
		}
		first, _, _ := strings.Cut(string(body), "{")
		if s != "css/fonts.css" && !strings.Contains(css, strings.TrimSpace(first)) {
			t.Errorf("%s is not part of the stylesheet", s)
		}
	}
}

// The scripts obey the pages' CSP: no code from strings, no markup from strings.
func TestScripts_ObeyTheCSP(t *testing.T) {
	t.Parallel()
	scripts, _ := fs.Glob(web.Files(), "js/*.js")
	for _, s := range scripts {
		body, err := fs.ReadFile(web.Files(), s)
		if err != nil {
			t.Fatal(err)
		}
		for _, bad := range []string{"eval(", "new Function", "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", ".style.", "setAttribute(\"style\"", "http://", "https://"} {
			if bytes.Contains(body, []byte(bad)) {
				t.Errorf("%s uses %s", s, bad)
			}
		}
	}
}

// token reads both sides of a colour token.
func token(t *testing.T, css, name string) (light, dark string) {
	t.Helper()
	m := regexp.MustCompile(`--` + name + `: light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)`).FindStringSubmatch(css)
	if m == nil {
		t.Fatalf("no colour token %s", name)
	}
	return m[1], m[2]
}

// contrast is the ratio of WCAG 2.2, section 1.4.3.
func contrast(a, b string) float64 {
	x, y := luminance(a), luminance(b)
	return (math.Max(x, y) + 0.05) / (math.Min(x, y) + 0.05)
}

func luminance(hex string) float64 {
	var sum float64
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, _ := strconv.ParseUint(hex[1+2*i:3+2*i], 16, 8)
		c := float64(n) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}

func TestTokens_Contrast(t *testing.T) {
	t.Parallel()
	css := stylesheet(t)
	for _, c := range []struct {
		front, back string
		least       float64
	}{
		{"ink", "paper", 7}, {"ink", "surface", 7}, {"ink", "accent-tint", 7},
		{"muted", "paper", 4.5}, {"muted", "surface", 4.5}, {"muted", "accent-tint", 4.5},
		{"accent", "paper", 4.5}, {"accent", "surface", 4.5}, {"accent", "accent-tint", 4.5}, {"accent-strong", "paper", 4.5},
		{"on-accent", "accent", 4.5}, {"on-accent", "accent-strong", 4.5},
		{"edge", "paper", 3}, {"edge", "surface", 3},
		{"ready", "ready-ground", 4.5}, {"waiting", "waiting-ground", 4.5}, {"gap", "gap-ground", 4.5},
		{"blocked", "blocked-ground", 4.5}, {"excluded", "excluded-ground", 4.5}, {"microsoft", "microsoft-ground", 3},
		{"ready", "paper", 4.5}, {"waiting", "paper", 4.5}, {"gap", "paper", 4.5}, {"blocked", "paper", 4.5}, {"blocked", "surface", 4.5},
		{"ink", "waiting-ground", 7}, {"ink", "ready-ground", 7}, {"ink", "gap-ground", 7}, {"ink", "blocked-ground", 7},
	} {
		frontLight, frontDark := token(t, css, c.front)
		backLight, backDark := token(t, css, c.back)
		if r := contrast(frontLight, backLight); r < c.least {
			t.Errorf("light: %s on %s is %.2f, want %.1f", c.front, c.back, r, c.least)
		}
		if r := contrast(frontDark, backDark); r < c.least {
			t.Errorf("dark: %s on %s is %.2f, want %.1f", c.front, c.back, r, c.least)
		}
	}
}

func TestStylesheet_MissingFiles(t *testing.T) {
	t.Parallel()
	sheets := func(extra map[string]string) fstest.MapFS {
		files := fstest.MapFS{}
		for _, name := range []string{"fonts", "tokens", "base", "layout", "components", "forms", "figures", "print"} {
			files["css/"+name+".css"] = &fstest.MapFile{Data: []byte("." + name + "{}")}
		}
		for name, css := range extra {
			files["css/"+name+".css"] = &fstest.MapFile{Data: []byte(css)}
		}
		return files
	}
	t.Run("a sheet for a font that was not fetched is left out", func(t *testing.T) {
		t.Parallel()
		css, err := web.Stylesheet(sheets(map[string]string{"fonts": `@font-face{src:url("../vendor/none.woff2")}`}))
		if err != nil || strings.Contains(string(css), "font-face") || !strings.Contains(string(css), ".tokens{}") {
			t.Errorf("%s (%v)", css, err)
		}
	})
	t.Run("any other missing file is a fault of the build", func(t *testing.T) {
		t.Parallel()
		_, err := web.Stylesheet(sheets(map[string]string{"forms": `.x{background:url("../none.svg")}`}))
		if err == nil || !strings.Contains(err.Error(), "css/forms.css names none.svg") {
			t.Errorf("error %v", err)
		}
	})
	t.Run("a feature's sheet comes between the shared ones and print", func(t *testing.T) {
		t.Parallel()
		css, err := web.Stylesheet(sheets(map[string]string{"control": ".control{}"}))
		if err != nil || !strings.Contains(string(css), ".figures{}.control{}.print{}") {
			t.Errorf("%s (%v)", css, err)
		}
	})
}
