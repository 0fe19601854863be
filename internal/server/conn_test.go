package server_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"relier/internal/server"
)

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
