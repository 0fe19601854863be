package server_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"net/http"
	"net/http/httptest"
	"net/url"
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
		"k.html.png":  `<!DOCTYPE html>` + html,
		"l\"><b>.txt": "name",
		"m.xml":       `<?xml version="1.0"?><?xml-stylesheet href="javascript:` + counter + `"?><x:script xmlns:x="http://www.w3.org/1999/xhtml">` + js + `</x:script>`,
		"n.js":        js,
	}
}

// inLinks lists what a page offers to follow or to load, of ours.
const inLinks = `JSON.stringify([...document.querySelectorAll("[href],[src],[data],[action],[srcset]")].flatMap(e =>
	["href","src","data","srcset"].map(a => e.getAttribute(a))).filter(h => h && h.startsWith("/") && !h.startsWith("//")))`

func TestContent_RunsNoScript(t *testing.T) {
	counter := newHits(t)
	s := openLibrary(t)
	control := s.control("C-1", "A.5.1")
	files := hostile(t, counter.URL)
	var names []string
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	pages := []string{north + "/evidence", north + "/controls/" + fmt.Sprint(control.ID), north + "/search?q=a"}
	for _, name := range names {
		form := fields("title", name)
		form["controls"] = []string{fmt.Sprint(control.ID)}
		to, err := url.Parse(s.upload(north+"/evidence", form, named{name, []byte(files[name])}).leads(north + "/evidence/added?"))
		s.must(err)
		item := north + "/evidence/" + to.Query().Get("id")
		pages = append(pages, to.String(), item, item+"/edit", item+"/versions/new", item+"/versions/1/preview", item+"/versions/1/preview/image", item+"/versions/1/file")
	}

	p := chromium.Open(t, strings.Replace(s.url, "127.0.0.1", "localhost", 1), chromium.Options{})
	for kind, page := range map[string]string{"image_svg+xml": files["a.svg"], "text_html": files["j.txt"]} {
		before := counter.n.Load()
		counter.page.Store(page)
		p.Eval(`(location = ` + fmt.Sprintf("%q", counter.URL+"/inline/"+kind) + `, "")`)
		await(t, func() bool { return counter.n.Load() > before }) // else the counter counts nothing
		time.Sleep(time.Second)                                    // its script still goes elsewhere
	}
	p.Go("/sign-in")
	p.Fill("email", "ada@example.org")
	p.Fill("password", testkit.Password)
	p.Press("main form button[type=submit]")
	counter.n.Store(0)

	seen := map[string]bool{}
	visit := func(path string) (links []string) {
		if seen[path] {
			return nil
		}
		seen[path] = true
		if strings.HasSuffix(path, "/file") { // saved, which leaves our page standing
			p.Go(north + "/evidence")
			p.Eval(`(location = ` + fmt.Sprintf("%q", path) + `, "")`)
			time.Sleep(200 * time.Millisecond)
			return nil
		}
		p.Go(path)
		s.must(json.Unmarshal([]byte(p.Eval(inLinks)), &links))
		return links
	}
	var links []string
	for _, path := range pages {
		links = append(links, visit(path)...)
	}
	for _, path := range links {
		if strings.Contains(path, "/evidence/") && !strings.Contains(path, "?page=") || strings.Contains(path, "/image?") {
			visit(path)
		}
	}
	p.Go(north + "/evidence")
	// As another site would embed them, had it our reader's cookies.
	for path := range seen {
		if strings.Contains(path, "/versions/1/") {
			p.Eval(fmt.Sprintf(`(["iframe","img","script","embed"].forEach(n => { const e = document.createElement(n); e.src = %q; document.body.append(e) }), "")`, path))
		}
	}
	time.Sleep(time.Second)
	if n := counter.n.Load(); n != 0 {
		t.Errorf("scripts of evidence sent %d requests", n)
	}
	if len(seen) < 6*len(files) {
		t.Errorf("only %d addresses opened", len(seen))
	}
}
