package server_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"relier/internal/domain"
)

func TestEvidence_UploadCutShortLeavesNothing(t *testing.T) {
	t.Parallel()
	s := openLibrary(t)
	cookie := ""
	for name, value := range s.cookies {
		cookie += name + "=" + value + "; "
	}
	request := func(kind, framing string) string {
		return "POST " + north + "/evidence HTTP/1.1\r\nHost: localhost\r\nCookie: " + cookie + "\r\nContent-Type: " + kind + "\r\n" + framing + "\r\n\r\n"
	}
	whole, kind := bodyOf(fields(), named{"a.bin", pattern(3 << 20)})
	two, kindTwo := bodyOf(fields(), named{"a.bin", pattern(1 << 20)}, named{"b.bin", pattern(2 << 20)})
	ways := map[string]func(*raw){
		"1 of 3 MB": func(c *raw) {
			c.send("%s%s", request(kind, "Content-Length: 3145728"), whole[:1<<20])
		},
		"no last chunk": func(c *raw) {
			c.send("%s%s", request(kind, "Transfer-Encoding: chunked"), chunk(whole))
		},
		"no last chunk, within the file": func(c *raw) {
			c.send("%s%s", request(kind, "Transfer-Encoding: chunked"), chunk(whole[:1<<20]))
		},
		"length beyond the last boundary": func(c *raw) {
			c.send("%s%s", request(kind, fmt.Sprintf("Content-Length: %d", len(whole)+7)), whole)
		},
		"the second of two files": func(c *raw) {
			c.send("%s%s", request(kindTwo, fmt.Sprintf("Content-Length: %d", len(two))), two[:2<<20])
		},
	}
	for name, send := range ways {
		t.Run(name, func(t *testing.T) {
			c := dial(t, s.addr)
			send(c)
			c.halfClose()
			if res := c.answer(); res != nil && res.StatusCode < 400 {
				t.Errorf("answered %d", res.StatusCode)
			}
			settled := time.Now().Add(10 * time.Second)
			for s.blobs() > 0 && time.Now().Before(settled) { // an unfinished file goes as the request ends
				c.ended()
			}
			if n := s.blobs(); n != 0 {
				t.Errorf("%d files are left", n)
			}
			if n := s.items(); n != 0 {
				t.Errorf("%d items are left", n)
			}
		})
	}
	t.Run("the same body, whole", func(t *testing.T) {
		s.do(http.MethodPost, north+"/evidence", bytes.NewReader(two), kindTwo).leads(north + "/evidence/added?")
		if s.items() != 2 || s.blobs() != 2 {
			t.Errorf("%d items, %d blobs", s.items(), s.blobs())
		}
	})
}

func TestEvidence_UploadedBytesComeBack(t *testing.T) {
	t.Parallel()
	s := openLibrary(t)
	body := pattern(20 << 20)
	item := s.first(s.upload(north+"/evidence", fields("title", "Access review", "source", "Entra ID"), named{"revue d’accès.xlsx", body}))
	sum := fmt.Sprintf("%x", sha256.Sum256(body))
	if got := item.text(".digest-full"); got != sum {
		t.Errorf("page shows %s, want %s", got, sum)
	}
	if got := item.text("h1"); got != "Access review" {
		t.Errorf("title %q", got)
	}
	file := item.attr(".file a.button", "href")
	got := s.get(file).want(http.StatusOK)
	if fmt.Sprintf("%x", sha256.Sum256(got.body)) != sum {
		t.Error("other bytes came back")
	}
	for name, want := range map[string]string{"Content-Type": "application/octet-stream", "X-Content-Type-Options": "nosniff", "Content-Length": "20971520", "Accept-Ranges": "bytes"} {
		if got.header.Get(name) != want {
			t.Errorf("%s: %q, want %q", name, got.header.Get(name), want)
		}
	}
	if csp := got.header.Get("Content-Security-Policy"); !strings.Contains(csp, "sandbox") || !strings.Contains(csp, "default-src 'none'") {
		t.Errorf("policy %q", csp)
	}
	s.header.Set("Range", "bytes=16-31")
	if part := s.get(file).want(http.StatusPartialContent); string(part.body) != "relier0123456789" {
		t.Errorf("range gives %q", part.body)
	}
}

func TestEvidence_EmptyFile(t *testing.T) {
	t.Parallel()
	s := openLibrary(t)
	item := s.first(s.upload(north+"/evidence", fields(), named{"empty.txt", nil}))
	if got := s.get(item.attr(".file a.button", "href")).want(http.StatusOK); len(got.body) != 0 || got.header.Get("Content-Length") != "0" {
		t.Errorf("%d bytes, length %q", len(got.body), got.header.Get("Content-Length"))
	}
}

func TestEvidence_HostileFileNames(t *testing.T) {
	t.Parallel()
	s := openLibrary(t)
	names := []string{"../../etc/passwd", `..\..\boot.ini`, "a\r\nSet-Cookie: x=1.txt", "invoice\u202Efdp.exe", strings.Repeat("n", 300) + ".pdf",
		"CON.txt", `qu"ote'<b>.txt`, "données €.txt", "..", "tab\tand\u200Bzero.txt"}
	for i, name := range names {
		t.Run(fmt.Sprintf("%.30q", name), func(t *testing.T) {
			item := s.first(s.upload(north+"/evidence", fields(), named{name, []byte(fmt.Sprintf("file %d", i))}))
			got := s.get(item.attr(".file a.button", "href")).want(http.StatusOK)
			if string(got.body) != fmt.Sprintf("file %d", i) {
				t.Fatalf("got %q", got.body)
			}
			header := got.header.Get("Content-Disposition")
			kind, params, err := mime.ParseMediaType(header)
			if err != nil || kind != "attachment" {
				t.Fatalf("%q: %v", header, err)
			}
			safe := params["filename"]
			if safe == "" || len(safe) > 200 || strings.ContainsAny(safe, "/\\\r\n\t\"<>:|?*\x00\u202E\u200B") || strings.HasPrefix(safe, ".") {
				t.Errorf("name %q", safe)
			}
			if stem, _, _ := strings.Cut(strings.ToUpper(safe), "."); stem == "CON" || stem == "NUL" {
				t.Errorf("reserved name %q", safe)
			}
			if got.header.Get("Set-Cookie") != "" {
				t.Error("a file name set a cookie")
			}
		})
	}
}

// A name that cannot even stand in a header is no upload at all.
func TestEvidence_UnspeakableFileName(t *testing.T) {
	t.Parallel()
	s := openLibrary(t)
	if p := s.upload(north+"/evidence", fields(), named{"nul\x00byte.txt", []byte("x")}); p.status < 400 || p.status >= 500 {
		t.Errorf("status %d", p.status)
	}
	if s.items() != 0 || s.blobs() != 0 {
		t.Error("something of it is left")
	}
}

// What a browser would run as a page is a file to save, whatever it says it is.
func TestEvidence_ActiveContentIsOnlySaved(t *testing.T) {
	t.Parallel()
	s := openLibrary(t)
	for name, body := range map[string]string{
		"x.html": "<!doctype html><script>alert(1)</script>",
		"x.svg":  `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`,
		"x.xml":  `<?xml version="1.0"?><x xmlns="http://www.w3.org/1999/xhtml"><script>alert(1)</script></x>`,
	} {
		item := s.first(s.upload(north+"/evidence", fields(), named{name, []byte(body)}))
		got := s.get(item.attr(".file a.button", "href")).want(http.StatusOK)
		if got.header.Get("Content-Type") != "application/octet-stream" || !strings.HasPrefix(got.header.Get("Content-Disposition"), "attachment;") ||
			!strings.Contains(got.header.Get("Content-Security-Policy"), "sandbox") {
			t.Errorf("%s: %v", name, got.header)
		}
	}
}

func TestEvidence_SameBytes(t *testing.T) {
	t.Parallel()
	s := openLibrary(t)
	control := s.control("C-1", "Access control")
	held := s.first(s.upload(north+"/evidence", fields(), named{"one.txt", []byte("proof")}))
	code := held.text(".head-code")

	again := s.upload(north+"/evidence", fields("controls", itoa(int64(control.ID))), named{"two.txt", []byte("proof")}, named{"new.txt", []byte("other")})
	after := s.get(again.leads(north + "/evidence/added?")).want(http.StatusOK)
	if s.items() != 2 {
		t.Fatalf("%d items: the same bytes were added again", s.items())
	}
	if got := after.text("[aria-labelledby=same] .file-facts"); !strings.Contains(got, "already "+code+" v1") {
		t.Errorf("row says %q", got)
	}

	t.Run("link it instead", func(t *testing.T) {
		form := after.doc().Find(`[aria-labelledby=same] form[action$="/link"]`)
		s.post(form.AttrOr("action", ""), hiddenOf(form)).leads(north + "/evidence/")
		item := s.get(strings.TrimSuffix(form.AttrOr("action", ""), "/link")).want(http.StatusOK)
		if got := item.text("[aria-labelledby=used]"); !strings.Contains(got, "C-1 Access control") {
			t.Errorf("used by %q", got)
		}
	})
	t.Run("add it all the same", func(t *testing.T) {
		form := after.doc().Find(`[aria-labelledby=same] form[action$="/copy"]`)
		to := s.post(form.AttrOr("action", ""), hiddenOf(form)).leads(north + "/evidence/")
		if got := s.get(to).want(http.StatusOK).attr("#field-title", "value"); got != "two" {
			t.Errorf("title %q", got)
		}
		if s.items() != 3 || s.blobs() != 2 {
			t.Errorf("%d items, %d blobs", s.items(), s.blobs())
		}
	})
	t.Run("another organization knows nothing of it", func(t *testing.T) {
		bob := s.organization(s.person("bob@example.org"), "south")
		v := s.signedIn("bob@example.org")
		body, kind := bodyOf(fields(), named{"mine.txt", []byte("proof")})
		to := v.do(http.MethodPost, "/o/south/e/2026/evidence", bytes.NewReader(body), kind).leads("/o/south/e/2026/evidence/added?")
		if strings.Contains(to, "same=") || v.get(to).want(http.StatusOK).doc().Find("[aria-labelledby=same]").Length() > 0 {
			t.Error("south was told that north holds the bytes")
		}
		form := after.doc().Find(`[aria-labelledby=same] form[action$="/copy"]`)
		v.post(strings.Replace(form.AttrOr("action", ""), "/o/north/", "/o/south/", 1), url.Values{"name": {"x"}}).want(http.StatusNotFound)
		if l, _ := s.app.FindEvidence(t.Context(), bob, domain.EvidenceFilter{}); l.Total != 1 {
			t.Errorf("south has %d items", l.Total)
		}
	})
}

func TestEvidence_ScriptedUpload(t *testing.T) {
	t.Parallel()
	s := openLibrary(t)
	s.header.Set("Accept", "application/json")
	ok := s.upload(north+"/evidence", fields(), named{"one.txt", []byte("proof")}).want(http.StatusOK)
	for _, part := range []string{`"href":"` + north + `/evidence/`, `"label":"EV-000001 one"`, `"query":"id=`} {
		if !strings.Contains(string(ok.body), part) {
			t.Errorf("no %s in %s", part, ok.body)
		}
	}
	same := s.upload(north+"/evidence", fields(), named{"two.txt", []byte("proof")}).want(http.StatusOK)
	if !strings.Contains(string(same.body), `"text":"already EV-000001 v1"`) {
		t.Errorf("answered %s", same.body)
	}
	bad := s.upload(north+"/evidence", fields("from", "2026-13-01"), named{"three.txt", []byte("x")}).want(http.StatusUnprocessableEntity)
	if !strings.Contains(string(bad.body), `"error":"Write the date`) {
		t.Errorf("answered %s", bad.body)
	}
}

func TestEvidence_RefusedUploadLeavesNothing(t *testing.T) {
	t.Parallel()
	s := openLibrary(t)
	_, reader := s.member("rex@example.org", domain.RoleReader)
	cases := map[string]struct {
		status int
		field  string
		form   url.Values
	}{
		"period upside down":  {422, "#field-from-error", fields("from", "2026-03-01", "to", "2026-02-01")},
		"no date":             {422, "#field-captured_on-error", fields("captured_on", "yesterday")},
		"captured later":      {422, "#field-captured_on-error", fields("captured_on", "2030-01-01")},
		"unknown sensitivity": {422, "#field-sensitivity-error", fields("sensitivity", "secret")},
		"title too long":      {422, "#field-title-error", fields("title", strings.Repeat("t", 301))},
		"unknown control":     {422, "#field-controls-error", fields("controls", "999")},
		"unknown code":        {422, "#field-codes-error", fields("codes", "C-404")},
	}
	s.control("C-1", "Access control")
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			p := s.upload(north+"/evidence", c.form, named{"a.txt", []byte(name)}).want(c.status)
			if name != "unknown code" && p.text(c.field) == "" {
				t.Errorf("no error at %s: %s", c.field, p.text(".error-summary"))
			}
			if p.text(".error-summary") == "" {
				t.Error("no summary")
			}
			if got := p.attr("#field-title", "value"); got != c.form.Get("title") {
				t.Errorf("title came back as %q", got)
			}
			if s.items() != 0 || s.blobs() != 0 {
				t.Errorf("%d items, %d blobs are left", s.items(), s.blobs())
			}
		})
	}
	t.Run("no file", func(t *testing.T) {
		if p := s.upload(north+"/evidence", fields()).want(422); p.text("#field-file-error") == "" {
			t.Error("no error at the file")
		}
	})
	t.Run("a role that may not", func(t *testing.T) {
		body, kind := bodyOf(fields(), named{"a.txt", []byte("x")})
		reader.do(http.MethodPost, north+"/evidence", bytes.NewReader(body), kind).want(http.StatusForbidden)
		reader.get(north + "/evidence/new").want(http.StatusForbidden)
		if p := reader.get(north + "/evidence").want(http.StatusOK); p.doc().Find(`a[href="`+north+`/evidence/new"]`).Length() > 0 {
			t.Error("the button is shown to who may not use it")
		}
		if s.blobs() != 0 {
			t.Error("bytes of a refused upload are kept")
		}
	})
}

func TestEvidence_TitlesOfSeveralFiles(t *testing.T) {
	t.Parallel()
	s := openLibrary(t)
	s.upload(north+"/evidence", fields("title", "Review"), named{"a.txt", []byte("a")}, named{"b.txt", []byte("b")}).leads(north + "/evidence/added?")
	s.upload(north+"/evidence", fields(), named{"c.tar.gz", []byte("c")}).leads(north + "/evidence/added?")
	l, err := s.app.FindEvidence(t.Context(), s.actor, domain.EvidenceFilter{Sort: "number"})
	s.must(err)
	var got []string
	for _, e := range l.Rows {
		got = append(got, e.Evidence.Title)
	}
	slices.Sort(got)
	if strings.Join(got, ", ") != "Review – a, Review – b, c.tar" {
		t.Errorf("titles %v", got)
	}
}

func itoa(n int64) string { return fmt.Sprint(n) }

// hiddenOf is what a form carries along.
func hiddenOf(form *goquery.Selection) url.Values {
	v := url.Values{}
	form.Find("input[type=hidden]").Each(func(_ int, i *goquery.Selection) { v.Add(i.AttrOr("name", ""), i.AttrOr("value", "")) })
	return v
}

// The address of the page after an upload names every file, however many, and
// even where all of them are here already.
func TestEvidence_LeadsOnFromTheLargestUpload(t *testing.T) {
	t.Parallel()
	s := openLibrary(t)
	var files []named
	for i := range 500 {
		files = append(files, named{fmt.Sprintf("Extract of the access review number %03d.txt", i), fmt.Appendf(nil, "row %d", i)})
	}
	for _, q := range []string{"id", "same"} {
		to, err := url.Parse(s.upload(north+"/evidence", fields(), files...).leads(north + "/evidence/added?"))
		s.must(err)
		if got := len(to.Query()[q]); got != len(files) {
			t.Errorf("the address names %d by %s, want %d", got, q, len(files))
		}
		s.get(to.String()).want(http.StatusOK)
	}
}
