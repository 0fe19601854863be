package server_test

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"relier/internal/config"
	"relier/internal/domain"
	"relier/internal/server"
)

func TestSignIn_OpensASession(t *testing.T) {
	t.Parallel()
	s := open(t, server.Config{})
	s.organization(s.person("ada@example.org"), "north")
	v := s.visitor()
	p := v.post("/sign-in", url.Values{"email": {" ADA@example.org "}, "password": {password}, "back": {"/o/north/people"}})
	p.leads("/o/north/people")
	cookie := p.header.Get("Set-Cookie")
	for _, want := range []string{"__Host-relier=", "path=/", "HttpOnly", "secure", "SameSite=Lax"} {
		if !strings.Contains(strings.ToLower(cookie), strings.ToLower(want)) {
			t.Errorf("cookie %q lacks %s", cookie, want)
		}
	}
	if strings.Contains(strings.ToLower(cookie), "domain=") {
		t.Errorf("cookie %q names a domain", cookie)
	}
	v.get("/o/north/people").want(http.StatusOK)
}

func TestSignIn_Refuses(t *testing.T) {
	t.Parallel()
	s := open(t, server.Config{})
	s.person("ada@example.org")
	wrong := s.visitor().post("/sign-in", url.Values{"email": {"ada@example.org"}, "password": {"wrong"}, "back": {"/start"}}).want(http.StatusUnauthorized)
	nobody := s.visitor().post("/sign-in", url.Values{"email": {"eve@example.org"}, "password": {"wrong"}, "back": {"/start"}}).want(http.StatusUnauthorized)
	if got := wrong.attr("input[name=email]", "value"); got != "ada@example.org" {
		t.Errorf("the address typed comes back as %q", got)
	}
	if strings.Contains(string(wrong.body), "value=\"wrong\"") {
		t.Error("the password comes back")
	}
	if wrong.text("[role=alert]") == "" || wrong.text("[role=alert]") != nobody.text("[role=alert]") {
		t.Errorf("%q and %q tell who has an account", wrong.text("[role=alert]"), nobody.text("[role=alert]"))
	}
}

func TestSignIn_Throttles(t *testing.T) {
	t.Parallel()
	s := open(t, server.Config{})
	s.person("ada@example.org")
	v := s.visitor()
	status := 0
	for range 7 {
		status = v.post("/sign-in", url.Values{"email": {"ada@example.org"}, "password": {"wrong"}}).status
	}
	if status != http.StatusServiceUnavailable {
		t.Fatalf("the seventh try gives %d", status)
	}
	v.post("/sign-in", url.Values{"email": {"ada@example.org"}, "password": {password}}).want(http.StatusServiceUnavailable)
	s.clock.Advance(time.Hour)
	v.post("/sign-in", url.Values{"email": {"ada@example.org"}, "password": {password}}).want(http.StatusSeeOther)
}

// Failures count against where they come from: the nearest address that is no
// proxy of ours. What a client writes into the header itself changes nothing.
func TestSignIn_ThrottlesByAddress(t *testing.T) {
	t.Parallel()
	from := func(s *site, forwarded string) int {
		v := s.visitor()
		v.header = http.Header{"X-Forwarded-For": {forwarded}}
		return v.post("/sign-in", url.Values{"email": {"ada@example.org"}, "password": {"wrong"}}).status
	}
	trusting := open(t, server.Config{Config: config.Config{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("10.0.0.0/8")}}})
	plain := open(t, server.Config{})
	for i := range 7 {
		forged := fmt.Sprintf("198.51.100.%d", i)
		from(trusting, forged+", 192.0.2.1, 10.1.2.3")
		from(plain, forged)
	}
	for _, c := range []struct {
		site      *site
		forwarded string
		want      int
	}{
		{trusting, "203.0.113.9, 192.0.2.1", http.StatusServiceUnavailable},
		{trusting, "192.0.2.2", http.StatusUnauthorized},
		{trusting, "192.0.2.1, 192.0.2.3", http.StatusUnauthorized},
		{plain, "192.0.2.2", http.StatusServiceUnavailable},
	} {
		if got := from(c.site, c.forwarded); got != c.want {
			t.Errorf("%s: %d, want %d", c.forwarded, got, c.want)
		}
	}
}

func TestSignIn_EndsTheOldSession(t *testing.T) {
	t.Parallel()
	s := open(t, server.Config{})
	s.person("ada@example.org")
	v := s.signedIn("ada@example.org")
	old := s.visitor()
	old.cookies["__Host-relier"] = v.cookies["__Host-relier"]
	v.post("/sign-in", url.Values{"email": {"ada@example.org"}, "password": {password}}).want(http.StatusSeeOther)
	old.get("/start").leads("/sign-in")
	v.get("/start").want(http.StatusOK)
}

func TestSignOut_EndsTheSession(t *testing.T) {
	t.Parallel()
	s := open(t, server.Config{})
	s.person("ada@example.org")
	v := s.signedIn("ada@example.org")
	stolen := s.visitor()
	stolen.cookies["__Host-relier"] = v.cookies["__Host-relier"]
	v.post("/sign-out", nil).leads("/sign-in")
	if _, kept := v.cookies["__Host-relier"]; kept {
		t.Error("the browser keeps the cookie")
	}
	if got := v.get("/sign-in").text(".notice"); !strings.Contains(got, "signed out") {
		t.Errorf("notice %q", got)
	}
	stolen.get("/start").leads("/sign-in")
}

func TestSession_Ends(t *testing.T) {
	t.Parallel()
	ends := map[string]func(*site, domain.Actor){
		"idle": func(s *site, _ domain.Actor) { s.clock.Advance(domain.SessionIdle + time.Minute) },
		"password": func(s *site, _ domain.Actor) {
			s.must(s.app.SetPassword(context.Background(), "bob@example.org", "another good password"))
		},
		"membership": func(s *site, owner domain.Actor) {
			members, err := s.app.Members(context.Background(), owner)
			s.must(err)
			for _, m := range members {
				if m.Person.Email == "bob@example.org" {
					s.must(s.app.RemoveMember(context.Background(), owner, m.Person.ID))
				}
			}
		},
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, server.Config{})
			owner := s.organization(s.person("ada@example.org"), "north")
			s.signedIn("ada@example.org").post("/o/north/people", url.Values{"email": {"bob@example.org"}, "name": {"Bob"}, "password": {password}, "role": {"reader"}}).want(http.StatusSeeOther)
			v := s.signedIn("bob@example.org")
			v.get("/o/north/people").want(http.StatusOK)
			end(s, owner)
			v.get("/o/north/people").leads("/sign-in")
		})
	}
}

func TestSession_LastsWhileUsed(t *testing.T) {
	t.Parallel()
	s := open(t, server.Config{})
	s.person("ada@example.org")
	v := s.signedIn("ada@example.org")
	for used := time.Duration(0); used < domain.SessionAbsolute-domain.SessionIdle; used += domain.SessionIdle - time.Hour {
		s.clock.Advance(domain.SessionIdle - time.Hour)
		v.get("/start").want(http.StatusOK)
	}
	s.clock.Advance(domain.SessionIdle - time.Hour)
	v.get("/start").leads("/sign-in")
}

func (s *site) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func TestNotice_SaysOnlyOurSentences(t *testing.T) {
	t.Parallel()
	s := open(t, server.Config{})
	s.person("ada@example.org")
	for _, forged := range []string{"You owe us money", "error.csrf", "notice.nothing", "notice.signed_out:x", "<b>notice.signed_out"} {
		v := s.visitor()
		v.cookies["relier-notice"] = url.QueryEscape(forged)
		if got := v.get("/sign-in").text(".notice"); got != "" {
			t.Errorf("%q shows %q", forged, got)
		}
	}
}

func TestSetUp_OnlyWithTheKeyAndOnce(t *testing.T) {
	t.Parallel()
	s := open(t, server.Config{SetUpKey: "open-sesame"})
	v := s.visitor()
	if got := v.get("/").want(http.StatusOK).text("h1"); got != "Relier is not set up yet" {
		t.Errorf("home says %q", got)
	}
	for _, path := range []string{"/set-up", "/set-up?key=", "/set-up?key=open-sesam"} {
		v.get(path).want(http.StatusForbidden)
	}
	if p := v.get("/set-up?key=open-sesame").want(http.StatusOK); p.attr("input[name=key]", "value") != "open-sesame" {
		t.Error("the form does not carry the key")
	}
	form := url.Values{"key": {"wrong"}, "name": {"Ada Lovelace"}, "email": {"ada@example.org"}, "password": {password}}
	v.post("/set-up", form).want(http.StatusForbidden)

	form.Set("key", "open-sesame")
	form.Set("password", "short")
	p := v.post("/set-up", form).want(http.StatusUnprocessableEntity)
	if p.attr("input[name=name]", "value") != "Ada Lovelace" || p.text("#field-password-error") == "" {
		t.Errorf("name %q, error %q", p.attr("input[name=name]", "value"), p.text("#field-password-error"))
	}
	form.Set("password", password)
	v.post("/set-up", form).leads("/start")
	v.get("/start").want(http.StatusOK)
	s.visitor().get("/set-up?key=open-sesame").want(http.StatusConflict)
	form.Set("email", "eve@example.org")
	s.visitor().post("/set-up", form).want(http.StatusConflict)
	s.visitor().get("/").leads("/sign-in")
}

func TestSetUp_NeverWithoutAKey(t *testing.T) {
	t.Parallel()
	s := open(t, server.Config{})
	s.visitor().get("/set-up?key=").want(http.StatusForbidden)
}

func TestDemo_OpensTheSampleOnly(t *testing.T) {
	t.Parallel()
	s := open(t, server.Config{DemoToken: "token"})
	s.organization(s.person("ada@example.org"), "north")
	s.visitor().get("/?demo=token").want(http.StatusNotFound) // there is no sample
	ben := s.person("ben@example.org")
	if _, err := s.app.CreateOrganization(t.Context(), ben, domain.Organization{Code: "sample", Name: "Sample", Sample: true}); err != nil {
		t.Fatal(err)
	}
	s.visitor().get("/?demo=").leads("/sign-in")
	s.visitor().get("/?demo=wrong").want(http.StatusForbidden)
	ahead := s.visitor()
	ahead.header = http.Header{"Sec-Purpose": {"prefetch"}}
	ahead.get("/?demo=token").want(http.StatusForbidden)

	v := s.visitor()
	if to := v.get("/?demo=token").leads("/o/sample"); strings.Contains(to, "token") {
		t.Errorf("the token stays in %s", to)
	}
	v.get("/o/sample/people").want(http.StatusOK)
	v.get("/o/north/people").want(http.StatusNotFound)

	s.organization(ben, "west") // now a session of Ben's would open a real organization
	s.visitor().get("/?demo=token").want(http.StatusNotFound)
}
