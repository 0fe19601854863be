package server_test

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"relier/internal/server"
)

// receiver is a route that takes uploads, and notes what it was given.
type receiver struct {
	limit    int64
	accepted atomic.Int64 // uploads that arrived whole
	begun    atomic.Int64 // uploads whose file began to arrive
	last     atomic.Value // summary of the last whole upload
}

func (r *receiver) route() server.Route {
	return server.Route{Method: http.MethodPost, Path: "/receive", Name: "receive", Rule: server.Public, Slow: true, Handle: r.handle}
}

func (r *receiver) handle(_ *server.Server, c *server.Ctx) error {
	var files []string
	form, err := c.Upload(r.limit, func(f server.File) error {
		r.begun.Add(1)
		h := sha256.New()
		n, err := io.Copy(h, f.Body)
		files = append(files, fmt.Sprintf("%s %s %d %s", f.Field, f.Name, n, hex.EncodeToString(h.Sum(nil)[:4])))
		return err
	})
	if err != nil {
		return err
	}
	r.accepted.Add(1)
	r.last.Store(strings.Join(files, ", ") + " | " + form.Text("before") + " | " + form.Text("after"))
	return c.Redirect("/about", "")
}

func refuse() server.Route {
	return server.Route{Method: http.MethodPost, Path: "/refuse", Name: "refuse", Rule: server.SignedIn, Slow: true,
		Handle: func(*server.Server, *server.Ctx) error { return errors.New("reached") }}
}

// multi is a multipart body: a field, a file of size bytes, another field.
func multi(size int) (body []byte, contentType string) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	_ = w.WriteField("before", "one")
	f, _ := w.CreateFormFile("file", "données.bin")
	_, _ = f.Write(bytes.Repeat([]byte("0123456789abcdef"), size/16+1)[:size])
	_ = w.WriteField("after", "two")
	_ = w.Close()
	return b.Bytes(), w.FormDataContentType()
}

// raw is one connection on which a test writes what no client library would.
type raw struct {
	t testing.TB
	net.Conn
	r *bufio.Reader
}

func (s *site) raw() *raw { return dial(s.t, s.addr) }

func dial(t testing.TB, addr string) *raw {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	return &raw{t, c, bufio.NewReader(c)}
}

func (r *raw) send(format string, args ...any) {
	r.t.Helper()
	if _, err := fmt.Fprintf(r.Conn, format, args...); err != nil {
		r.t.Fatalf("send: %v", err)
	}
}

func (r *raw) halfClose() { _ = r.Conn.(*net.TCPConn).CloseWrite() }

// answer reads one response; nil when the server hung up without one.
func (r *raw) answer() *http.Response {
	r.t.Helper()
	res, err := http.ReadResponse(r.r, nil)
	if err != nil {
		return nil
	}
	b, _ := io.ReadAll(res.Body)
	res.Body = io.NopCloser(bytes.NewReader(b))
	return res
}

// ended reports whether the server closed the connection.
func (r *raw) ended() bool {
	_, err := r.r.ReadByte()
	return err != nil && !errors.Is(err, net.ErrClosed) && !isDeadline(err)
}

func isDeadline(err error) bool {
	var n net.Error
	return errors.As(err, &n) && n.Timeout()
}

func head(path, contentType, framing string) string {
	return "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: " + contentType + "\r\n" + framing + "\r\n\r\n"
}

func chunk(b []byte) string { return fmt.Sprintf("%x\r\n%s\r\n", len(b), b) }

func TestUpload_Whole(t *testing.T) {
	t.Parallel()
	body, kind := multi(3 << 20)
	sum := sha256.Sum256(bytes.Repeat([]byte("0123456789abcdef"), 3<<16))
	want := fmt.Sprintf("file données.bin %d %s | one | two", 3<<20, hex.EncodeToString(sum[:4]))
	ways := map[string]func(*raw){
		"known length": func(c *raw) {
			c.send("%s%s", head("/receive", kind, fmt.Sprintf("Content-Length: %d", len(body))), body)
		},
		"chunked": func(c *raw) {
			c.send("%s", head("/receive", kind, "Transfer-Encoding: chunked"))
			for rest := body; len(rest) > 0; {
				n := min(len(rest), 100_000)
				c.send("%s", chunk(rest[:n]))
				rest = rest[n:]
			}
			c.send("0\r\n\r\n")
		},
		"half closed": func(c *raw) {
			c.send("%s%s0\r\n\r\n", head("/receive", kind, "Transfer-Encoding: chunked"), chunk(body))
			c.halfClose()
		},
		"expecting 100": func(c *raw) {
			c.send("%s", head("/receive", kind, fmt.Sprintf("Content-Length: %d\r\nExpect: 100-continue", len(body))))
			if res := c.answer(); res == nil || res.StatusCode != http.StatusContinue {
				c.t.Fatalf("no 100: %v", res)
			}
			c.send("%s", body)
		},
	}
	for name, send := range ways {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := &receiver{limit: 5 << 20}
			s := open(t, server.Config{}, r.route())
			c := s.raw()
			send(c)
			if res := c.answer(); res == nil || res.StatusCode != http.StatusSeeOther {
				t.Fatalf("answer %v", res)
			}
			if got := r.last.Load(); got != want {
				t.Errorf("got %v, want %s", got, want)
			}
		})
	}
}

// What was cut short leaves nothing and gets no 2xx or 3xx, wherever the cut is.
func TestUpload_CutShort(t *testing.T) {
	t.Parallel()
	body, kind := multi(3 << 20)
	closing := bytes.LastIndex(body, []byte("--"))
	length := fmt.Sprintf("Content-Length: %d", len(body))
	ways := map[string]func(*raw){
		"1 of 3 MB":              func(c *raw) { c.send("%s%s", head("/receive", kind, length), body[:1<<20]) },
		"a byte too few":         func(c *raw) { c.send("%s%s", head("/receive", kind, length), body[:len(body)-1]) },
		"within the first bytes": func(c *raw) { c.send("%s%s", head("/receive", kind, length), body[:100]) },
		"nothing":                func(c *raw) { c.send("%s", head("/receive", kind, length)) },
		"length beyond the end": func(c *raw) {
			c.send("%s%s", head("/receive", kind, fmt.Sprintf("Content-Length: %d", len(body)+10)), body)
		},
		"no last chunk":     func(c *raw) { c.send("%s%s", head("/receive", kind, "Transfer-Encoding: chunked"), chunk(body)) },
		"half a last chunk": func(c *raw) { c.send("%s%s0\r\n", head("/receive", kind, "Transfer-Encoding: chunked"), chunk(body)) },
		"within a chunk": func(c *raw) {
			c.send("%s%s", head("/receive", kind, "Transfer-Encoding: chunked"), chunk(body)[:1<<20])
		},
		"between chunks": func(c *raw) {
			c.send("%s%s", head("/receive", kind, "Transfer-Encoding: chunked"), chunk(body[:1<<20]))
		},
		"no closing boundary": func(c *raw) {
			c.send("%s%s", head("/receive", kind, fmt.Sprintf("Content-Length: %d", closing)), body[:closing])
		},
		"no closing, last chunk": func(c *raw) {
			c.send("%s%s0\r\n\r\n", head("/receive", kind, "Transfer-Encoding: chunked"), chunk(body[:closing]))
		},
		"ended within the file":   func(c *raw) { c.send("%s%s", head("/receive", kind, "Content-Length: 1000000"), body[:1000000]) },
		"chunk sizes not numbers": func(c *raw) { c.send("%szz\r\n", head("/receive", kind, "Transfer-Encoding: chunked")) },
	}
	for name, send := range ways {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := &receiver{limit: 5 << 20}
			s := open(t, server.Config{}, r.route())
			c := s.raw()
			send(c)
			c.halfClose()
			if res := c.answer(); res != nil && res.StatusCode < 400 {
				t.Errorf("answered %d", res.StatusCode)
			}
			if n := r.accepted.Load(); n != 0 {
				t.Error("taken for whole")
			}
		})
	}
}

func TestUpload_Limits(t *testing.T) {
	t.Parallel()
	fields := func(n, size int) (*bytes.Buffer, string) {
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		for i := range n {
			_ = w.WriteField(fmt.Sprintf("f%d", i), strings.Repeat("x", size))
		}
		_ = w.Close()
		return &b, w.FormDataContentType()
	}
	files := func(n int) (*bytes.Buffer, string) {
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		for i := range n {
			f, _ := w.CreateFormFile("file", fmt.Sprintf("%d.txt", i))
			_, _ = f.Write([]byte("x"))
		}
		_ = w.Close()
		return &b, w.FormDataContentType()
	}
	big, bigKind := multi(2 << 20)
	manyFields, fieldsKind := fields(200, 10_000)
	manyFiles, filesKind := files(501)
	nameless := "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\"\r\n\r\nbytes\r\n--b--\r\n"
	for name, c := range map[string]struct {
		body   io.Reader
		kind   string
		status int
	}{
		"file over the limit":   {bytes.NewReader(big), bigKind, http.StatusRequestEntityTooLarge},
		"fields over the limit": {manyFields, fieldsKind, http.StatusRequestEntityTooLarge},
		"too many files":        {manyFiles, filesKind, http.StatusUnprocessableEntity},
		"bytes without a name":  {strings.NewReader(nameless), "multipart/form-data; boundary=b", http.StatusUnprocessableEntity},
		"no boundary":           {strings.NewReader("x"), "multipart/form-data", http.StatusUnprocessableEntity},
		"not multipart":         {strings.NewReader("a=b"), "application/x-www-form-urlencoded", http.StatusUnprocessableEntity},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := &receiver{limit: 1 << 20}
			s := open(t, server.Config{}, r.route())
			s.visitor().do(http.MethodPost, "/receive", c.body, c.kind).want(c.status)
			if r.accepted.Load() != 0 {
				t.Error("accepted")
			}
		})
	}
}

func TestUpload_EmptyFileFieldIsNoFile(t *testing.T) {
	t.Parallel()
	r := &receiver{limit: 1 << 20}
	s := open(t, server.Config{}, r.route())
	body := "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\"\r\n\r\n\r\n--b\r\nContent-Disposition: form-data; name=\"after\"\r\n\r\nx\r\n--b--\r\n"
	s.visitor().do(http.MethodPost, "/receive", strings.NewReader(body), "multipart/form-data; boundary=b").want(http.StatusSeeOther)
	if got := r.last.Load(); got != " |  | x" {
		t.Errorf("got %q", got)
	}
}

func TestForm_Limits(t *testing.T) {
	t.Parallel()
	s := open(t, server.Config{})
	v := s.visitor()
	huge := "back=" + strings.Repeat("a", 2<<20)
	v.do(http.MethodPost, "/preferences", strings.NewReader(huge), "application/x-www-form-urlencoded").want(http.StatusRequestEntityTooLarge)
	v.do(http.MethodPost, "/preferences", strings.NewReader("{}"), "application/json").want(http.StatusUnprocessableEntity)
	v.do(http.MethodPost, "/preferences", strings.NewReader("a=%zz"), "application/x-www-form-urlencoded").want(http.StatusUnprocessableEntity)
	v.post("/preferences", nil).want(http.StatusSeeOther)

	c := s.raw() // chunked, so that no length warns of it
	c.send("%s", head("/preferences", "application/x-www-form-urlencoded", "Transfer-Encoding: chunked"))
	c.send("%s0\r\n\r\n", chunk([]byte(huge)))
	if res := c.answer(); res == nil || res.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("chunked: %v", res)
	}
	c = s.raw()
	c.send("%sa=b", head("/preferences", "application/x-www-form-urlencoded", "Content-Length: 10"))
	c.halfClose()
	if res := c.answer(); res != nil && res.StatusCode < 400 {
		t.Errorf("a form cut short: %d", res.StatusCode)
	}
}

// A refused body is not read, and what follows on its connection is no request.
func TestRefusal_ClosesOverAnUnreadBody(t *testing.T) {
	t.Parallel()
	s := open(t, server.Config{}, refuse())
	smuggled := "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
	for name, send := range map[string]func(*raw){
		"known length": func(c *raw) {
			c.send("%s%s", head("/refuse", "text/plain", fmt.Sprintf("Content-Length: %d", 100_000+len(smuggled))), strings.Repeat("x", 100_000)+smuggled)
		},
		"chunked": func(c *raw) {
			c.send("%s%s%s", head("/refuse", "text/plain", "Transfer-Encoding: chunked"), chunk(bytes.Repeat([]byte("x"), 100_000)), smuggled)
		},
		"5 GB announced": func(c *raw) {
			c.send("%s%s", head("/refuse", "text/plain", "Content-Length: 5000000000"), strings.Repeat("x", 200_000))
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := s.raw()
			send(c)
			res := c.answer()
			if res == nil || res.StatusCode != http.StatusUnauthorized || !res.Close {
				t.Fatalf("answer %v", res)
			}
			if !c.ended() {
				t.Error("the connection stays open")
			}
		})
	}
	if strings.Contains(s.log.String(), "route=health") {
		t.Error("the rest of a body was run as a request")
	}
}

// A client that is still sending when it is refused reads the refusal all the same.
func TestRefusal_IsReadable(t *testing.T) {
	t.Parallel()
	s := open(t, server.Config{}, refuse())
	c := s.raw()
	c.send("%s", head("/refuse", "multipart/form-data; boundary=b", "Content-Length: 5000000000"))
	for range 64 { // by now the server has answered and closed
		c.send("%s", strings.Repeat("x", 64<<10))
	}
	res := c.answer()
	if res == nil || res.StatusCode != http.StatusUnauthorized {
		t.Fatalf("answer %v", res)
	}
	if b, _ := io.ReadAll(res.Body); !bytes.Contains(b, []byte("Sign in")) {
		t.Errorf("got %s", b)
	}
}

// Who may not do it is refused before the body comes.
func TestRefusal_BeforeTheBody(t *testing.T) {
	t.Parallel()
	s := open(t, server.Config{})
	s.organization(s.person("ada@example.org"), "north")
	s.signedIn("ada@example.org").post("/o/north/people", map[string][]string{"email": {"bob@example.org"}, "name": {"Bob"}, "password": {password}, "role": {"reader"}}).want(http.StatusSeeOther)
	bob := s.signedIn("bob@example.org").cookies["__Host-relier"]
	for path, c := range map[string]struct {
		header string
		status int
	}{
		"/o/north/people":  {"Cookie: __Host-relier=" + bob, http.StatusForbidden},
		"/o/south/people":  {"Cookie: __Host-relier=" + bob, http.StatusNotFound},
		"/organizations":   {"Cookie: __Host-relier=x", http.StatusUnauthorized},
		"/preferences":     {"Sec-Fetch-Site: cross-site", http.StatusForbidden},
		"/nothing/is/here": {"Cookie: __Host-relier=" + bob, http.StatusNotFound},
	} {
		conn := s.raw()
		conn.send("%sx", head(path, "application/x-www-form-urlencoded", c.header+"\r\nContent-Length: 500000"))
		if res := conn.answer(); res == nil || res.StatusCode != c.status {
			t.Errorf("%s: %v, want %d", path, res, c.status)
		}
	}
}

func TestFraming_OddRequestsAreRefused(t *testing.T) {
	t.Parallel()
	s := open(t, server.Config{})
	for name, request := range map[string]string{
		"two lengths":         "POST /preferences HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\na=bc",
		"length and chunks":   "POST /preferences HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"negative length":     "POST /preferences HTTP/1.1\r\nHost: localhost\r\nContent-Length: -3\r\n\r\n",
		"space before colon":  "POST /preferences HTTP/1.1\r\nHost: localhost\r\nContent-Length : 3\r\n\r\na=b",
		"unknown method":      "BREW /sign-in HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"other coding":        "POST /preferences HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
		"a head of 64 KB":     "GET /sign-in HTTP/1.1\r\nHost: localhost\r\nX: " + strings.Repeat("x", 64<<10) + "\r\n\r\n",
		"host twice":          "GET /sign-in HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n",
		"no host":             "GET /sign-in HTTP/1.1\r\n\r\n",
		"absolute other host": "GET http://evil.example/sign-in HTTP/1.1\r\nHost: localhost\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			c := s.raw()
			c.send("%s", request)
			if res := c.answer(); res != nil && res.StatusCode < 400 {
				t.Errorf("answered %d", res.StatusCode)
			}
		})
	}
}

func TestTimeouts_PerPhase(t *testing.T) {
	t.Parallel()
	body, kind := multi(400 << 10)
	r := &receiver{limit: 5 << 20}
	s := open(t, server.Config{Timeouts: server.Timeouts{Header: time.Second, Idle: time.Second, Progress: 1500 * time.Millisecond}}, r.route())

	t.Run("a slow head is ended", func(t *testing.T) {
		c := s.raw()
		start := time.Now()
		go func() {
			for _, b := range []byte(head("/receive", kind, "Content-Length: 10")) {
				if _, err := c.Write([]byte{b}); err != nil {
					return
				}
				time.Sleep(50 * time.Millisecond)
			}
		}()
		_ = c.answer()
		if !c.ended() || time.Since(start) > 5*time.Second {
			t.Errorf("still open after %v", time.Since(start))
		}
	})
	t.Run("a body that trickles is ended", func(t *testing.T) {
		c := s.raw()
		c.send("%s%s", head("/receive", kind, fmt.Sprintf("Content-Length: %d", len(body))), body[:10_000])
		start := time.Now()
		go func() {
			for i := 10_000; i < len(body); i += 100 {
				if _, err := c.Write(body[i : i+1]); err != nil {
					return
				}
				time.Sleep(20 * time.Millisecond)
			}
		}()
		if res := c.answer(); res != nil && res.StatusCode < 400 {
			t.Errorf("answered %d", res.StatusCode)
		}
		if took := time.Since(start); took > 8*time.Second {
			t.Errorf("held the connection for %v", took)
		}
	})
	t.Run("a slow body that moves is taken", func(t *testing.T) {
		c := s.raw()
		c.send("%s", head("/receive", kind, fmt.Sprintf("Content-Length: %d", len(body))))
		start := time.Now()
		for rest := body; len(rest) > 0; {
			n := min(len(rest), 40<<10)
			c.send("%s", rest[:n])
			rest = rest[n:]
			time.Sleep(300 * time.Millisecond)
		}
		if res := c.answer(); res == nil || res.StatusCode != http.StatusSeeOther {
			t.Fatalf("answer %v", res)
		}
		if took := time.Since(start); took < 2*time.Second {
			t.Errorf("took only %v: the test proves nothing", took)
		}
	})
	t.Run("an idle connection is ended", func(t *testing.T) {
		c := s.raw()
		c.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
		if res := c.answer(); res == nil || res.StatusCode != http.StatusOK {
			t.Fatalf("answer %v", res)
		}
		if !c.ended() {
			t.Error("still open")
		}
	})
}

func TestShutdown_WaitsForUploads(t *testing.T) {
	t.Parallel()
	body, kind := multi(1 << 20)
	r := &receiver{limit: 5 << 20}
	s := open(t, server.Config{}, r.route())
	c := s.raw()
	c.send("%s%s", head("/receive", kind, fmt.Sprintf("Content-Length: %d", len(body))), body[:500_000])
	await(t, func() bool { return r.begun.Load() == 1 })
	down := make(chan error, 1)
	go func() { down <- s.server.Shutdown(t.Context()) }()
	await(t, func() bool { // new connections are refused while the old one goes on
		k, err := net.DialTimeout("tcp", s.addr, time.Second)
		if err == nil {
			_ = k.Close()
		}
		return err != nil
	})
	select {
	case <-down:
		t.Fatal("shut down over an upload in flight")
	default:
	}
	c.send("%s", body[500_000:])
	if res := c.answer(); res == nil || res.StatusCode != http.StatusSeeOther {
		t.Fatalf("answer %v", res)
	}
	if err := <-down; err != nil || r.accepted.Load() != 1 {
		t.Errorf("shut down: %v, %d accepted", err, r.accepted.Load())
	}
}

func await(t *testing.T, f func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if f() {
			return
		}
	}
	t.Fatal("waited 10 seconds in vain")
}

func TestPanic_IsAPageWithANumber(t *testing.T) {
	t.Parallel()
	s := open(t, server.Config{}, server.Route{Method: http.MethodGet, Path: "/panic", Name: "panic", Rule: server.Public,
		Handle: func(*server.Server, *server.Ctx) error { panic("secret detail") }})
	p := s.visitor().get("/panic").want(http.StatusInternalServerError)
	if strings.Contains(string(p.body), "secret") || strings.Contains(string(p.body), ".go:") {
		t.Errorf("the page tells what is inside: %s", p.body)
	}
	id := p.text(".failure .mono")
	if len(id) != 16 || !strings.Contains(s.log.String(), id) || !strings.Contains(s.log.String(), "secret detail") {
		t.Errorf("request %q is not in the log", id)
	}
}

func TestLog_HoldsNoContent(t *testing.T) {
	t.Parallel()
	s := open(t, server.Config{})
	s.organization(s.person("ada@example.org"), "north")
	v := s.signedIn("ada@example.org")
	v.get("/o/north/e/2026/activity?noun=canaryquery").want(http.StatusOK)
	v.post("/organizations", map[string][]string{"name": {"canaryname"}, "code": {"X"}})
	v.post("/sign-in", map[string][]string{"email": {"canarymail@example.org"}, "password": {"canarypass"}})
	log := s.log.String()
	for _, canary := range []string{"canary", "ada@example.org", password, v.cookies["__Host-relier"]} {
		if strings.Contains(log, canary) {
			t.Errorf("the log holds %q", canary)
		}
	}
	if !strings.Contains(log, "route=activity") || !strings.Contains(log, "person=1") {
		t.Errorf("the log misses the request: %s", log)
	}
}

func FuzzUpload(f *testing.F) {
	body, kind := multi(100)
	f.Add(body, kind)
	f.Add([]byte("--b\r\n\r\n\r\n--b--"), "multipart/form-data; boundary=b")
	r := &receiver{limit: 1 << 10}
	s := open(f, server.Config{}, r.route())
	f.Fuzz(func(t *testing.T, body []byte, kind string) {
		if strings.ContainsFunc(kind, func(r rune) bool { return r < ' ' || r > '~' }) {
			return
		}
		c := dial(t, s.addr)
		c.send("%s%s", head("/receive", kind, fmt.Sprintf("Content-Length: %d\r\nConnection: close", len(body))), body)
		res := c.answer()
		if res == nil || res.StatusCode >= 500 {
			t.Errorf("answer %v", res)
		}
	})
}
