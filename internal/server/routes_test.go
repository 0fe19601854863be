package server_test

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"relier/internal/config"
	"relier/internal/server"
)

// address fills the parameters of a route's path.
func address(r server.Route, org string) string {
	return strings.NewReplacer(":org", org, ":eng", "2026", ":id", "1", ":n", "1", ":control", "1", ":service", "1", "*", "x").Replace(r.Path)
}

func TestRoutes_EachHasARule(t *testing.T) {
	t.Parallel()
	names := map[string]bool{}
	for _, r := range server.Routes() {
		if !r.Rule.Valid() {
			t.Errorf("%s %s has no rule", r.Method, r.Path)
		}
		if r.Name == "" || names[r.Name] {
			t.Errorf("%s %s: name %q is empty or taken", r.Method, r.Path, r.Name)
		}
		names[r.Name] = true
		inOrg := strings.HasPrefix(r.Path, "/o/:org")
		if _, scoped := r.Rule.InOrg(); scoped != inOrg {
			t.Errorf("%s %s: its rule does not fit its path", r.Method, r.Path)
		}
		tus := strings.HasPrefix(r.Name, "upload") // whose protocol asks for more
		if r.Method != http.MethodGet && r.Method != http.MethodPost && !tus {
			t.Errorf("%s %s: a browser sends GET and POST alone", r.Method, r.Path)
		}
	}
}

func TestRoutes_RefuseAnotherSitesForms(t *testing.T) {
	t.Parallel()
	s := open(t, server.Config{})
	s.organization(s.person("ada@example.org"), "north")
	v := s.signedIn("ada@example.org")
	forged := []http.Header{
		{"Sec-Fetch-Site": {"cross-site"}},
		{"Sec-Fetch-Site": {"same-site"}},
		{"Origin": {"https://evil.example"}},
		{"Origin": {"null"}},
	}
	for _, r := range server.Routes() {
		if r.Method == http.MethodGet {
			continue
		}
		for _, h := range forged {
			v.header = h
			p := v.do(r.Method, address(r, "north"), strings.NewReader("name=Eve"), "application/x-www-form-urlencoded")
			if p.status != http.StatusForbidden || !strings.Contains(p.text("main"), "another site") {
				t.Errorf("%s with %v: %d %q", r.Path, h, p.status, p.text("main"))
			}
		}
	}
	v.header = http.Header{"Sec-Fetch-Site": {"same-origin"}, "Origin": {s.url}}
	v.post("/preferences", url.Values{"theme": {"dark"}}).want(http.StatusSeeOther)
}

func TestRoutes_AskStrangersToSignIn(t *testing.T) {
	t.Parallel()
	s := open(t, server.Config{})
	s.organization(s.person("ada@example.org"), "north")
	for _, r := range server.Routes() {
		if r.Rule == server.Public {
			continue
		}
		v := s.visitor()
		if r.Method != http.MethodGet {
			v.do(r.Method, address(r, "north"), nil, "").want(http.StatusUnauthorized)
			continue
		}
		path := address(r, "north")
		if got := v.get(path).leads("/sign-in"); got != "/sign-in?back="+url.QueryEscape(path) {
			t.Errorf("%s leads to %s", path, got)
		}
	}
}

// What belongs to somebody else must look exactly like what does not exist.
func TestRoutes_ForeignLooksMissing(t *testing.T) {
	t.Parallel()
	s := open(t, server.Config{})
	s.organization(s.person("ada@example.org"), "north")
	s.organization(s.person("bob@example.org"), "south")
	v := s.signedIn("ada@example.org")
	for _, r := range server.Routes() {
		if _, scoped := r.Rule.InOrg(); !scoped {
			continue
		}
		foreign := v.do(r.Method, address(r, "south"), strings.NewReader("a=b"), "application/x-www-form-urlencoded")
		missing := v.do(r.Method, address(r, "nowhere"), strings.NewReader("a=b"), "application/x-www-form-urlencoded")
		if foreign.status != http.StatusNotFound || missing.status != http.StatusNotFound || !bytes.Equal(foreign.body, missing.body) {
			t.Errorf("%s %s: foreign %d, missing %d, same bytes %v", r.Method, r.Path, foreign.status, missing.status, bytes.Equal(foreign.body, missing.body))
		}
		for _, h := range []http.Header{foreign.header, missing.header} {
			h.Del("Date")
		}
		if a, b := headerLines(foreign.header), headerLines(missing.header); a != b {
			t.Errorf("%s: headers differ:\n%s\n%s", r.Path, a, b)
		}
	}
}

func headerLines(h http.Header) string {
	var b strings.Builder
	_ = h.Write(&b)
	return b.String()
}

func TestRoutes_Headers(t *testing.T) {
	t.Parallel()
	s := open(t, server.Config{})
	s.organization(s.person("ada@example.org"), "north")
	v := s.signedIn("ada@example.org")
	paths := []string{"/nowhere", "/o/south"}
	for _, r := range server.Routes() {
		if r.Method == http.MethodGet {
			paths = append(paths, address(r, "north"))
		}
	}
	for _, path := range paths {
		h := v.get(path).header
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin",
			"Cross-Origin-Resource-Policy": "same-origin", "Cache-Control": "no-store", "Server": "",
		} {
			if got := h.Get(name); got != want {
				t.Errorf("%s: %s is %q", path, name, got)
			}
		}
		csp := h.Get("Content-Security-Policy")
		if !strings.Contains(csp, "default-src 'none'") || !strings.Contains(csp, "frame-ancestors 'none'") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: policy %q", path, csp)
		}
	}
}

func TestRoutes_OtherHostsAreRefused(t *testing.T) {
	t.Parallel()
	s := open(t, server.Config{})
	s.person("ada@example.org")
	v := s.visitor()
	v.header = http.Header{"Host": {"rebound.example"}}
	if p := v.get("/sign-in").want(http.StatusNotFound); strings.Contains(string(p.body), "<form action=\"/sign-in\"") {
		t.Error("the sign-in form is shown under a foreign name")
	}
	v.header = http.Header{"Host": {"rebound.example"}, "X-Forwarded-Host": {"localhost"}}
	v.get("/sign-in").want(http.StatusNotFound)
	v.header = http.Header{"Host": {"localhost:9"}}
	v.get("/sign-in").want(http.StatusOK)
}

func TestRoutes_BehindAProxy(t *testing.T) {
	t.Parallel()
	base, _ := url.Parse("https://relier.example.org")
	s := open(t, server.Config{Config: config.Config{BaseURL: base}})
	s.person("ada@example.org")
	v := s.visitor()
	v.get("/sign-in").want(http.StatusNotFound) // by its loopback address
	form := url.Values{"email": {"ada@example.org"}, "password": {password}}
	v.header = http.Header{"Host": {"relier.example.org"}, "Origin": {"http://relier.example.org"}}
	v.post("/sign-in", form).want(http.StatusForbidden)
	v.header.Set("Origin", "https://relier.example.org")
	p := v.post("/sign-in", form).want(http.StatusSeeOther)
	if p.header.Get("Strict-Transport-Security") == "" {
		t.Error("browsers may come back without TLS")
	}
}

func TestRoutes_WrongMethod(t *testing.T) {
	t.Parallel()
	s := open(t, server.Config{})
	p := s.visitor().post("/about", nil).want(http.StatusMethodNotAllowed)
	if p.header.Get("Content-Security-Policy") == "" || !strings.Contains(p.text("main"), "own buttons") {
		t.Errorf("got %q", p.text("main"))
	}
}
