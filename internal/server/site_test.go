package server_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"relier/internal/app"
	"relier/internal/domain"
	"relier/internal/server"
	"relier/internal/testkit"
)

// site is a whole Relier on a port of its own, with a clock that tests move.
type site struct {
	t      testing.TB
	app    *app.App
	server *server.Server
	url    string
	addr   string
	clock  *testkit.Clock
	log    *lockedBuffer
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

const password = testkit.Password

// open starts a site; routes are the test's own, beside the product's.
func open(t testing.TB, cfg server.Config, routes ...server.Route) *site {
	t.Helper()
	kit := testkit.NewApp(t)
	s := &site{t: t, app: kit.App, clock: kit.Clock, log: &lockedBuffer{}}
	cfg.Log = slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	s.server = server.New(s.app, cfg)
	for _, r := range routes {
		s.server.Mount(r)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.addr = ln.Addr().String()
	s.url = "http://" + s.addr
	served := make(chan error, 1)
	go func() { served <- s.server.Serve(ln) }()
	t.Cleanup(func() {
		http.DefaultTransport.(*http.Transport).CloseIdleConnections()
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := s.server.Shutdown(ctx); err != nil {
			t.Errorf("shut down: %v", err)
		}
		if err := <-served; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	return s
}

// person makes an account.
func (s *site) person(email string) domain.Person {
	s.t.Helper()
	p, err := s.app.CreatePerson(s.t.Context(), app.NewPerson{Email: email, Name: strings.ToUpper(email[:1]) + strings.Split(email[1:], "@")[0], Password: password, Lang: "en"})
	if err != nil {
		s.t.Fatal(err)
	}
	return p
}

// organization makes a tenant with an engagement "2026".
func (s *site) organization(owner domain.Person, code string) domain.Actor {
	s.t.Helper()
	o, err := s.app.CreateOrganization(s.t.Context(), owner, domain.Organization{Code: code, Name: "The " + code})
	if err != nil {
		s.t.Fatal(err)
	}
	actor, _, err := s.app.Actor(s.t.Context(), owner, o.Code)
	if err != nil {
		s.t.Fatal(err)
	}
	_, err = s.app.CreateEngagement(s.t.Context(), actor, domain.Engagement{Code: "2026", Title: "Audit " + code, Kind: domain.KindInternal,
		Edition: domain.Edition2022, Period: domain.Period{From: domain.MustDate("2026-01-01"), To: domain.MustDate("2026-12-31")}})
	if err != nil {
		s.t.Fatal(err)
	}
	return actor
}

// visitor is a browser: it keeps cookies and follows nothing by itself.
type visitor struct {
	site    *site
	cookies map[string]string
	header  http.Header
}

func (s *site) visitor() *visitor {
	return &visitor{site: s, cookies: map[string]string{}, header: http.Header{}}
}

// signedIn is a visitor who went through the sign-in form.
func (s *site) signedIn(email string) *visitor {
	s.t.Helper()
	v := s.visitor()
	if p := v.post("/sign-in", url.Values{"email": {email}, "password": {password}}); p.status != http.StatusSeeOther {
		s.t.Fatalf("sign in as %s: %d %s", email, p.status, p.text("main"))
	}
	return v
}

type page struct {
	t      testing.TB
	status int
	header http.Header
	body   []byte
}

func (v *visitor) get(path string) *page { return v.do(http.MethodGet, path, nil, "") }

func (v *visitor) post(path string, form url.Values) *page {
	return v.do(http.MethodPost, path, strings.NewReader(form.Encode()), "application/x-www-form-urlencoded")
}

func (v *visitor) do(method, path string, body io.Reader, contentType string) *page {
	v.site.t.Helper()
	req, err := http.NewRequest(method, v.site.url+path, body)
	if err != nil {
		v.site.t.Fatal(err)
	}
	for k, values := range v.header {
		req.Header[k] = values
		if k == "Host" {
			req.Host = values[0]
		}
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	for name, value := range v.cookies {
		req.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		v.site.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		v.site.t.Fatalf("%s %s: %v", method, path, err)
	}
	for _, c := range res.Cookies() {
		if c.MaxAge < 0 || !c.Expires.IsZero() && c.Expires.Before(time.Now()) {
			delete(v.cookies, c.Name)
		} else {
			v.cookies[c.Name] = c.Value
		}
	}
	return &page{v.site.t, res.StatusCode, res.Header, b}
}

func (p *page) doc() *goquery.Document {
	p.t.Helper()
	d, err := goquery.NewDocumentFromReader(bytes.NewReader(p.body))
	if err != nil {
		p.t.Fatal(err)
	}
	return d
}

// text is what a selector shows, its spaces folded.
func (p *page) text(selector string) string {
	p.t.Helper()
	return strings.Join(strings.Fields(p.doc().Find(selector).Text()), " ")
}

func (p *page) attr(selector, name string) string {
	p.t.Helper()
	return p.doc().Find(selector).AttrOr(name, "")
}

func (p *page) want(status int) *page {
	p.t.Helper()
	if p.status != status {
		p.t.Fatalf("status %d, want %d: %s", p.status, status, p.text("main"))
	}
	return p
}

// leads checks a redirect and returns its target.
func (p *page) leads(prefix string) string {
	p.t.Helper()
	p.want(http.StatusSeeOther)
	to := p.header.Get("Location")
	if !strings.HasPrefix(to, prefix) {
		p.t.Fatalf("leads to %q, want %q", to, prefix)
	}
	return to
}
