package server_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"relier/internal/testkit"
	"relier/internal/testkit/chromium"
)

// hits counts the requests that a script sends from where it should not run.
type hits struct {
	*httptest.Server
	n    atomic.Int64
	page atomic.Value // what /inline answers, as text/html
}

func newHits(t *testing.T) *hits {
	t.Helper()
	h := &hits{}
	h.page.Store("")
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if kind, inline := strings.CutPrefix(r.URL.Path, "/inline/"); inline {
			w.Header().Set("Content-Type", strings.ReplaceAll(kind, "_", "/"))
			fmt.Fprint(w, h.page.Load())
			return
		}
		if r.URL.Path != "/favicon.ico" {
			h.n.Add(1)
		}
	}))
	t.Cleanup(h.Close)
	return h
}

// hostile are files that are one thing and try to be another.
func hostile(t *testing.T, counter string) map[string]string {
	t.Helper()
	// Going elsewhere is what no policy of ours on pages would stop.
	js := fmt.Sprintf(`new Image().src="%[1]s/img";fetch("%[1]s/fetch",{mode:"no-cors"});location="%[1]s/go"`, counter)
	html := `<script>` + js + `</script><img src=x onerror='` + js + `'>`
	var p, j bytes.Buffer
	picture := image.NewGray(image.Rect(0, 0, 40, 30))
	if err := png.Encode(&p, picture); err != nil {
		t.Fatal(err)
	}
	if err := jpeg.Encode(&j, picture, nil); err != nil {
		t.Fatal(err)
	}
	// A JPEG comment that holds a page, right after the start of the image.
	comment := "\xff\xfe" + string([]byte{byte((len(html) + 2) >> 8), byte(len(html) + 2)}) + html
	return map[string]string{
		"a.svg":       `<svg xmlns="http://www.w3.org/2000/svg" onload='` + js + `'><script>` + js + `</script></svg>`,
		"b.html":      `<!DOCTYPE html>` + html,
		"c.xhtml":     `<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body><script>` + js + `</script></body></html>`,
		"d.pdf":       "%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(app.launchURL\\('" + counter + "/pdf'\\);)>>>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]/AA<</O<</S/URI/URI(" + counter + "/uri)>>>>>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n" + html,
		"e.gif":       "GIF89a/*\x01\x00\x00\x00\x00,*/=1;" + js + "//" + html,
		"f.png":       p.String() + html,
		"g.jpg":       j.String()[:2] + comment + j.String()[2:] + html,
		"h.csv":       "name,value\n\"" + strings.ReplaceAll(html, `"`, `""`) + "\",=HYPERLINK(\"" + counter + "/csv\")\n",
		"i.eml":       "Subject: " + html + "\r\nContent-Type: text/html\r\n\r\n" + html,
		"j.txt":       html,
		"k.html.png":  `<!DOCTYPE html><p>` + html,
		"l\"><b>.txt": "name",
		"m.xml":       `<?xml version="1.0"?><?xml-stylesheet href="javascript:` + counter + `"?><x:script xmlns:x="http://www.w3.org/1999/xhtml">` + js + `</x:script>`,
		"n.js":        js,
	}
}

// inLinks lists what a page offers to follow or to load, of ours.
const inLinks = `JSON.stringify([...document.querySelectorAll("[href],[src],[data],[action],[srcset]")].flatMap(e =>
	["href","src","data","srcset"].map(a => e.getAttribute(a))).filter(h => h && h.startsWith("/") && !h.startsWith("//")))`

// provenBy checks how many requests a page of ours, shown as the type it wants to
// be, makes the counter count: none would mean that it counts nothing.
func (h *hits) provenBy(t *testing.T, p *chromium.Page, kind, page string) {
	t.Helper()
	before := h.n.Load()
	h.page.Store(page)
	p.Eval(`(location = ` + fmt.Sprintf("%q", h.URL+"/inline/"+kind) + `, "")`)
	await(t, func() bool { return h.n.Load() >= before+3 }) // the picture, the fetch, and where it goes
}

// Every link that pages offer to evidence, opened in a browser, and every file
// embedded as another site would: no script of a file runs.
func TestContent_RunsNoScript(t *testing.T) {
	counter := newHits(t)
	s := openLibrary(t)
	control, request := s.control("C-1", "A.5.1"), s.ask("Files", 0, true)
	asked := fmt.Sprintf("%s/requests/%d", north, request.ID)
	files := hostile(t, counter.URL)
	form := fields("title", `<img src=x onerror="location='`+counter.URL+`/t'">`)
	form["controls"] = []string{fmt.Sprint(control.ID)}
	var send []named
	for _, name := range slices.Sorted(maps.Keys(files)) {
		send = append(send, named{name, []byte(files[name])})
	}
	added, err := url.Parse(s.upload(north+"/evidence", form, send...).leads(north + "/evidence/added?"))
	s.must(err)
	// Answered with the same bytes, which are on file by now.
	reply(s.visitor, asked+"/answers", map[string]string{"captured_on": "2026-03-02", "from": "2026-02-01", "to": "2026-02-28"}, files).leads(asked)

	p := chromium.Open(t, strings.Replace(s.url, "127.0.0.1", "localhost", 1), chromium.Options{})
	counter.provenBy(t, p, "image_svg+xml", files["a.svg"])
	counter.provenBy(t, p, "text_html", files["j.txt"])
	p.Go("/sign-in")
	p.Fill("email", "ada@example.org")
	p.Fill("password", testkit.Password)
	p.Press("main form button[type=submit]")
	counter.n.Store(0)

	seen, saved := map[string]bool{}, 0
	open := func(path string) (links []string) {
		if seen[path] {
			return nil
		}
		seen[path] = true
		if strings.HasSuffix(path, "/file") { // saved, and never shown
			if got, err := os.ReadFile(p.Save(path)); err != nil || !slices.ContainsFunc(send, func(f named) bool { return bytes.Equal(f.body, got) }) {
				t.Errorf("%s saved %q, %v", path, got, err)
			}
			saved++
			return nil
		}
		if status := p.Go(path); status != http.StatusOK {
			t.Errorf("%s answers %d", path, status)
		}
		s.must(json.Unmarshal([]byte(p.Eval(inLinks)), &links))
		return links
	}
	item := regexp.MustCompile(`/evidence/\d+(/|$)`)
	next := []string{added.String(), north + "/evidence", north + "/controls/" + fmt.Sprint(control.ID), asked, north + "/search?q=script", north + "/search?q=name"}
	for len(next) > 0 {
		links := open(next[0])
		next = next[1:]
		for _, path := range links {
			if item.MatchString(path) && !seen[path] {
				next = append(next, path)
			}
		}
	}
	// As another site would embed them, had it our reader's cookies.
	p.Go(north + "/evidence")
	for path := range seen {
		if strings.Contains(path, "/versions/1/") {
			p.Eval(fmt.Sprintf(`(["iframe","img","script","embed"].forEach(n => { const e = document.createElement(n); e.src = %q; document.body.append(e) }), "")`, path))
		}
	}
	time.Sleep(time.Second)
	if n := counter.n.Load(); n != 0 {
		t.Errorf("scripts of evidence sent %d requests", n)
	}
	if saved != len(files) || len(seen) < 5*len(files) {
		t.Errorf("of %d files %d were saved and %d addresses opened", len(files), saved, len(seen))
	}
}
