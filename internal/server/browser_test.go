package server_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"relier/internal/server"
	"relier/internal/testkit/chromium"
)

// What only a real browser can tell: that it keeps a __Host- cookie over plain
// HTTP on a loopback address, and that under our Referrer-Policy it still says
// where a form comes from.
func TestBrowser_SignsInOverLoopback(t *testing.T) {
	t.Parallel()
	told := make(chan [2]string, 1)
	form := server.Route{Method: http.MethodGet, Path: "/form", Name: "form", Rule: server.SignedIn,
		Handle: func(_ *server.Server, c *server.Ctx) error {
			return c.Render(templ.Raw(`<!DOCTYPE html><main><form method="post" action="/told"><button>Tell</button></form></main>`))
		}}
	teller := server.Route{Method: http.MethodPost, Path: "/told", Name: "told", Rule: server.SignedIn,
		Handle: func(_ *server.Server, c *server.Ctx) error {
			told <- [2]string{c.Header("Origin"), c.Header("Sec-Fetch-Site")}
			return c.Redirect("/start", "")
		}}
	s := open(t, server.Config{}, form, teller)
	s.person("ada@example.org")
	port := s.addr[strings.LastIndexByte(s.addr, ':'):]
	for _, base := range []string{"http://127.0.0.1" + port, "http://localhost" + port} {
		p := chromium.Open(t, base, chromium.Options{NoScript: true})
		p.Go("/form")
		if at := p.Path(); at != "/sign-in?back=%2Fform" {
			t.Errorf("%s: a stranger is led to %s", base, at)
		}
		p.Fill("email", "ada@example.org")
		p.Fill("password", password)
		p.Press("main form button[type=submit]")
		if at := p.Path(); at != "/form" {
			t.Errorf("%s: the session is not kept: %s", base, at)
		}
		p.Press("main form button")
		if got := <-told; got != [2]string{base, "same-origin"} {
			t.Errorf("the browser says %q", got)
		}
		p.Press("form.switches button[value=dark]")
		if at := p.Path(); at != "/start" {
			t.Errorf("%s: switching the theme leads to %s", base, at)
		}
	}
}
