package server_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"relier/internal/domain"
	"relier/internal/server"
)

// shelf hands out ten bytes, or a stream that fails half way.
func shelf() []server.Route {
	file := func(_ *server.Server, c *server.Ctx) error {
		return c.Download(server.Download{Name: "Relevé « 2026 ».csv", Size: 10, ETag: "tag", Content: bytes.NewReader([]byte("0123456789"))})
	}
	written := func(_ *server.Server, c *server.Ctx) error {
		return c.Download(server.Download{Name: "w.bin", Size: 10, Write: func(w io.Writer, offset, length int64) error {
			_, err := io.WriteString(w, "0123456789"[offset:offset+length])
			return err
		}})
	}
	stream := func(fail func()) func(*server.Server, *server.Ctx) error {
		return func(_ *server.Server, c *server.Ctx) error {
			return c.Stream("s.txt", "text/csv", func(w io.Writer) error {
				_, err := io.WriteString(w, strings.Repeat("x", 100_000))
				if fail != nil {
					fail()
					err = errors.New("half way")
				}
				return err
			})
		}
	}
	half := func(fail func() error) func(*server.Server, *server.Ctx) error {
		return func(_ *server.Server, c *server.Ctx) error {
			return c.Download(server.Download{Name: "h.bin", Size: 200_000, Write: func(w io.Writer, _, _ int64) error {
				_, err := io.WriteString(w, strings.Repeat("x", 100_000))
				return errors.Join(err, fail())
			}})
		}
	}
	routes := []server.Route{}
	for path, handle := range map[string]func(*server.Server, *server.Ctx) error{
		"/file": file, "/written": written, "/stream": stream(nil), "/broken": stream(func() {}), "/panics": stream(func() { panic("in the writer") }),
		"/half": half(func() error { return errors.New("half way") }), "/falls": half(func() error { panic("in the download") }),
	} {
		routes = append(routes, server.Route{Method: http.MethodGet, Path: path, Name: path, Rule: server.Public, Slow: true, Handle: handle})
	}
	return routes
}

func TestDownload_IsAnAttachment(t *testing.T) {
	t.Parallel()
	s := open(t, server.Config{}, shelf()...)
	p := s.visitor().get("/file").want(http.StatusOK)
	for name, want := range map[string]string{
		"Content-Type": "application/octet-stream", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "Content-Length": "10",
		"Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'", "Accept-Ranges": "bytes",
		"Content-Disposition": `attachment; filename="Relev_ _ 2026 _.csv"; filename*=UTF-8''Relev%C3%A9%20%C2%AB%202026%20%C2%BB.csv`,
	} {
		if got := p.header.Get(name); got != want {
			t.Errorf("%s: %s", name, got)
		}
	}
	if string(p.body) != "0123456789" {
		t.Errorf("body %q", p.body)
	}
}

func TestDownload_Ranges(t *testing.T) {
	t.Parallel()
	s := open(t, server.Config{}, shelf()...)
	for _, c := range []struct {
		header string
		status int
		body   string
		span   string
	}{
		{"bytes=0-3", 206, "0123", "bytes 0-3/10"},
		{"bytes=4-", 206, "456789", "bytes 4-9/10"},
		{"bytes=-3", 206, "789", "bytes 7-9/10"},
		{"bytes=-30", 206, "0123456789", "bytes 0-9/10"},
		{"bytes=8-100", 206, "89", "bytes 8-9/10"},
		{"bytes=9-9", 206, "9", "bytes 9-9/10"},
		{"bytes=10-", 416, "", "bytes */10"},
		{"bytes=-0", 416, "", "bytes */10"},
		{"bytes=3-2", 200, "0123456789", ""},
		{"bytes=0-1,3-4", 200, "0123456789", ""},
		{"lines=0-1", 200, "0123456789", ""},
		{"bytes=", 200, "0123456789", ""},
		{"bytes=-1-2", 200, "0123456789", ""},
		{"bytes=99999999999999999999-", 200, "0123456789", ""},
	} {
		for _, path := range []string{"/file", "/written"} {
			v := s.visitor()
			v.header = http.Header{"Range": {c.header}}
			p := v.get(path)
			if p.status != c.status || string(p.body) != c.body || p.header.Get("Content-Range") != c.span {
				t.Errorf("%s %s: %d %q %q", path, c.header, p.status, p.body, p.header.Get("Content-Range"))
			}
		}
	}
	v := s.visitor()
	v.header = http.Header{"Range": {"bytes=0-3"}, "If-Range": {`"other"`}}
	v.get("/file").want(http.StatusOK)
	v.header.Set("If-Range", `"tag"`)
	v.get("/file").want(http.StatusPartialContent)
}

func TestStream_BreaksOffWhenItFails(t *testing.T) {
	t.Parallel()
	s := open(t, server.Config{}, shelf()...)
	for _, path := range []string{"/broken", "/panics", "/half", "/falls"} {
		res, err := http.Get(s.url + path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadAll(res.Body); err == nil {
			t.Errorf("%s: half a file looks whole", path)
		}
		_ = res.Body.Close()
	}
	if p := s.visitor().get("/stream").want(http.StatusOK); len(p.body) != 100_000 {
		t.Errorf("%d bytes", len(p.body))
	}
	for _, what := range []string{"in the writer", "in the download"} {
		if !strings.Contains(s.log.String(), what) {
			t.Errorf("the panic %s is not in the log", what)
		}
	}
}

func TestDownload_ReaderWhoLeaves(t *testing.T) {
	t.Parallel()
	ended := make(chan error, 1)
	endless := func(w io.Writer) error {
		for {
			if _, err := w.Write(make([]byte, 64<<10)); err != nil {
				ended <- err
				return err
			}
		}
	}
	var routes []server.Route
	for path, handle := range map[string]func(*server.Server, *server.Ctx) error{
		"/stream": func(_ *server.Server, c *server.Ctx) error { return c.Stream("x", "text/csv", endless) },
		"/written": func(_ *server.Server, c *server.Ctx) error {
			return c.Download(server.Download{Name: "x", Size: 1 << 40, Write: func(w io.Writer, _, _ int64) error { return endless(w) }})
		},
	} {
		routes = append(routes, server.Route{Method: http.MethodGet, Path: path, Name: path, Rule: server.Public, Slow: true, Handle: handle})
	}
	s := open(t, server.Config{}, routes...)
	for _, path := range []string{"/stream", "/written"} {
		c := s.raw()
		c.send("GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", path)
		_, _ = io.CopyN(io.Discard, c.r, 1<<20)
		_ = c.Close()
		if err := <-ended; err == nil {
			t.Errorf("%s: the writer was not told", path)
		}
	}
	if strings.Contains(s.log.String(), "level=ERROR") {
		t.Errorf("a reader who leaves is logged as a failure: %s", s.log)
	}
}

func FuzzDisposition(f *testing.F) {
	for _, name := range []string{"report.pdf", "é.txt", "a\"b\\c", "x\r\nSet-Cookie: a=b", "\u202egnp.exe", "CON", "nul.txt", "..", "a/b\\c", "%41", strings.Repeat("é", 300) + ".pdf", "com¹.txt", " .a. "} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		header := server.Disposition(name)
		for _, b := range []byte(header) {
			if b < ' ' || b > '~' {
				t.Fatalf("%q holds byte %#x", header, b)
			}
		}
		kind, params, err := mime.ParseMediaType(header)
		if err != nil || kind != "attachment" {
			t.Fatalf("%q: %s, %v", header, kind, err)
		}
		got, want := params["filename"], domain.SafeFileName(name)
		if got != want {
			t.Fatalf("%q says %q, want %q", header, got, want)
		}
		checkFileName(t, want)
		if domain.SafeFileName(want) != want {
			t.Fatalf("cleaning twice changes %q to %q", want, domain.SafeFileName(want))
		}
	})
}

func checkFileName(t *testing.T, name string) {
	t.Helper()
	bad := func(r rune) bool {
		return unicode.IsControl(r) || strings.ContainsRune(`/\:*?"<>|`, r) || unicode.Is(unicode.Bidi_Control, r)
	}
	if name == "" || len(name) > 200 || !utf8.ValidString(name) || strings.ContainsFunc(name, bad) ||
		strings.HasPrefix(name, ".") || strings.HasSuffix(name, ".") || strings.HasSuffix(name, " ") {
		t.Fatalf("unsafe name %q", name)
	}
	stem, _, _ := strings.Cut(strings.ToUpper(name), ".")
	for _, r := range []string{"CON", "PRN", "AUX", "NUL", "COM1", "LPT9"} {
		if strings.TrimRight(stem, " ") == r {
			t.Fatalf("reserved name %q", name)
		}
	}
}

func FuzzSafeBack(f *testing.F) {
	for _, path := range []string{"/", "/o/north?page=2#x", "//evil", "/\\evil", "https://evil", "/\t/evil", "javascript:alert(1)", "/%0d%0aX: y", "/..//evil", "", "/é", "/:80", "/@evil", "///evil", "////evil"} {
		f.Add(path)
	}
	base, _ := url.Parse("https://relier.example/page")
	f.Fuzz(func(t *testing.T, path string) {
		back := server.SafeBack(path)
		if !strings.HasPrefix(back, "/") || strings.HasPrefix(back, "//") || strings.ContainsAny(back, "\r\n\t\\ \x00") {
			t.Fatalf("%q gives %q", path, back)
		}
		target, err := base.Parse(back)
		if err != nil || target.Host != base.Host || target.Scheme != base.Scheme || target.User != nil {
			t.Fatalf("%q gives %q, which leads to %v (%v)", path, back, target, err)
		}
		if server.SafeBack(back) != back {
			t.Fatalf("%q is not kept", back)
		}
	})
}

func FuzzParseSpan(f *testing.F) {
	f.Add("0", "3", int64(10))
	f.Add("", "3", int64(0))
	f.Fuzz(func(t *testing.T, first, last string, size int64) {
		if size < 0 {
			return
		}
		from, length, status := server.ParseSpan(first, last, size)
		if from < 0 || length < 0 || from+length > size || status == http.StatusPartialContent && length == 0 {
			t.Fatal(fmt.Sprint(first, "-", last, " of ", size, ": ", from, " ", length, " ", status))
		}
	})
}
