package server_test

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"relier/internal/app"
	"relier/internal/config"
	"relier/internal/domain"
	"relier/internal/server"
	"relier/internal/testkit"
)

// verification is a whole one, for the services given.
func verification(version string, named ...string) url.Values {
	return url.Values{"number": {"IS 1234567"}, "body": {"Certifier"}, "accreditation": {"ACC 01"}, "edition": {"2022"}, "issued": {"2026-02-01"}, "expires": {"2029-01-31"},
		"scope_text": {"The ISMS for Office 365 in the public cloud."}, "names": named, "checked_where": {"the body’s directory"}, "checked_on": {"2026-03-01"}, "version": {version}}
}

func TestCertificate_Verify(t *testing.T) {
	t.Parallel()
	b := atWork(t)
	if _, err := b.app.SaveService(t.Context(), b.owner, domain.Service{Key: "office-365", Environment: domain.EnvPublic, Model: domain.ModelSaaS, State: domain.ServiceInUse}); err != nil {
		t.Fatal(err)
	}
	v := b.in("en")
	// Recording leads on to the verification: until then it counts for nothing.
	at := v.post(b.path+"/certificates", url.Values{"title": {"Office certificate"}, "edition": {"2022"}}).leads(b.path + "/certificates/")
	at, found := strings.CutSuffix(at, "/verify")
	if !found {
		t.Errorf("recording leads to %s", at)
	}
	t.Run("every missing thing is named", func(t *testing.T) {
		before := v.get(at + "/verify").text(".missing")
		p := v.post(at+"/verify", url.Values{"edition": {"2022"}, "version": {"1"}}).want(http.StatusUnprocessableEntity)
		for _, field := range []string{"number", "body", "issued", "expires", "scope_text", "names", "checked_where", "checked_on"} {
			said := p.text("#field-" + field + "-error")
			if said == "" || !strings.Contains(p.text(".error-summary"), strings.TrimPrefix(said, "Error: ")) {
				t.Errorf("%s is not named: %q", field, said)
			}
			if field != "checked_on" && !strings.Contains(before, strings.TrimPrefix(said, "Error: ")) {
				t.Errorf("%s is not named beforehand: %q", field, before)
			}
		}
	})
	t.Run("a whole one carries the checker's name, and covers days", func(t *testing.T) {
		v.post(at+"/verify", verification("1", "office-365|public")).leads(at)
		p := v.get(at).want(http.StatusOK)
		for selector, want := range map[string]string{
			".quote blockquote": "The ISMS for Office 365 in the public cloud.", ".quote figcaption": "the body’s directory Quoted by Ann", "section[aria-labelledby=names]": "Office 365 · Public cloud",
			"section[aria-labelledby=facts]": "Verified", ".timeline": "334 of 365 days", ".gaps": "31 days of the audit period",
		} {
			if shown := strings.ReplaceAll(p.text(selector), "\u00a0", " "); !strings.Contains(shown, want) {
				t.Errorf("%s says %q, want %q", selector, shown, want)
			}
		}
		if got := p.attr(".quote blockquote", "lang"); got != "und" {
			t.Errorf("the quotation claims to be in %q", got)
		}
	})
	t.Run("an edit of what was verified takes it back", func(t *testing.T) {
		form := verification("2", "office-365|public")
		form.Set("title", "Office certificate")
		form.Set("expires", "2028-01-31")
		v.post(at+"/edit", form).leads(at)
		if !strings.Contains(v.get(at).text("section[aria-labelledby=facts]"), "Unverified") {
			t.Error("the verification still stands")
		}
	})
	t.Run("a script is no address", func(t *testing.T) {
		p := v.post(b.path+"/certificates", url.Values{"title": {"x"}, "edition": {"2022"}, "url": {"javascript:alert(1)"}}).want(http.StatusUnprocessableEntity)
		if p.text("#field-url-error") == "" {
			t.Error("the address is accepted")
		}
	})
	t.Run("a reader may not", func(t *testing.T) {
		b.reader.get(at).want(http.StatusOK)
		b.reader.post(at+"/verify", verification("3", "office-365|public")).want(http.StatusForbidden)
		b.reader.post(at+"/withdraw", url.Values{"withdrawn_on": {"2026-05-01"}}).want(http.StatusForbidden)
	})
	t.Run("another organization's does not exist", func(t *testing.T) {
		other := b.organization(b.person("eve@other.test"), "other")
		all, err := b.app.Certificates(t.Context(), other)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{"/certificates/%d", "/certificates/%d/verify", "/certificates/%d/edit", "/certificates/%d/withdraw"} {
			v.get(b.path + fmt.Sprintf(path, all[0].ID)).want(http.StatusNotFound)
		}
	})
}

// TestCertificate_WithdrawStatesWhatFalls works on the sample, whose reliances
// stand on certificates.
func TestCertificate_WithdrawStatesWhatFalls(t *testing.T) {
	t.Parallel()
	k := testkit.NewApp(t)
	story := k.Sample(t)
	b := serveApp(t, k.App)
	v := b.visitor()
	v.post("/sign-in", url.Values{"email": {story.People["owner"].Person.Email}, "password": {testkit.Password}}).want(http.StatusSeeOther)
	v.post("/preferences", url.Values{"lang": {"en"}, "back": {"/"}}).want(http.StatusSeeOther)
	owner := story.As("owner")
	certificate := byNumber(t, k.App, owner, "SAMPLE-27001-0201")
	at := fmt.Sprintf("/o/%s/e/%s/certificates/%d", story.Org.Code, story.Engagement.Code, certificate.ID)
	effects, err := k.App.CertificateEffects(t.Context(), owner, withdrawn(certificate, story.Engagement.Period.From.AddDays(30)))
	standing := slices.DeleteFunc(slices.Clone(effects), func(e app.Effect) bool { return !e.Falls() })
	if err != nil || len(standing) == 0 {
		t.Fatalf("%d reliances stand on it, %v", len(standing), err)
	}
	p := v.get(at + "/withdraw?withdrawn_on=" + story.Engagement.Period.From.AddDays(30).String()).want(http.StatusOK)
	want := fmt.Sprintf("%d reliances would lapse", len(standing))
	if got := p.doc().Find("#effects-table tbody tr").Length(); got != len(effects) || !strings.Contains(p.text("#falls"), want) {
		t.Fatalf("the page lists %d and says %q, want %q", got, p.text("#falls"), want)
	}
	form := filled(p, "section[aria-labelledby=falls] form")
	state := func() domain.CertificateState { return byNumber(t, k.App, owner, "SAMPLE-27001-0201").State }
	for name, other := range map[string]url.Values{
		"a bare post":       without(form, "stated"),
		"another day":       with(form, "withdrawn_on", story.Engagement.Period.From.AddDays(31).String()),
		"another successor": with(form, "successor", fmt.Sprint(byNumber(t, k.App, owner, "SAMPLE-27001-0101").ID)),
	} {
		p := v.post(at+"/withdraw", other).want(http.StatusUnprocessableEntity)
		if p.text("#falls") == "" || p.text(".error-summary") == "" || state() != domain.CertificateVerified {
			t.Errorf("%s: the page says %q, and the certificate is %s", name, p.text(".error-summary"), state())
		}
	}
	v.post(at+"/withdraw", form).leads(at)
	after, err := k.App.CertificateDependants(t.Context(), owner, certificate.ID)
	if err != nil {
		t.Fatal(err)
	}
	lapsed := map[domain.RelianceID]bool{}
	for _, d := range after {
		lapsed[d.Reliance.ID] = d.Reliance.State == domain.RelianceLapsed
	}
	for _, d := range standing {
		if !lapsed[d.Reliance.ID] {
			t.Errorf("%s was to fall and stands", d.Control.Code)
		}
	}
}

func TestCertificate_WithdrawalChangedOrTakenBack(t *testing.T) {
	t.Parallel()
	s := tellSample(t)
	number := "SAMPLE-27001-0201"
	at := fmt.Sprintf("%s/certificates/%d", s.at, byNumber(t, s.app, s.story.As("owner"), number).ID)
	now := func() domain.Certificate { return byNumber(t, s.app, s.story.As("owner"), number) }
	falls := "section[aria-labelledby=falls] form"
	day := s.story.Engagement.Period.From.AddDays(30)
	p := s.auditor.get(at + "/withdraw?withdrawn_on=" + day.String())
	s.auditor.post(at+"/withdraw", filled(p, falls)).leads(at)

	if p := s.auditor.get(at); p.doc().Find("a[href$='/verify']").Length() != 0 || !strings.Contains(p.text(".head, header, main"), "Change or take back the withdrawal") {
		t.Errorf("a withdrawn certificate offers %q", p.text("main"))
	}
	for _, p := range []*page{s.auditor.get(at + "/verify"), s.auditor.post(at+"/verify", verification(fmt.Sprint(now().Version), "office-365|public"))} {
		if p.want(http.StatusConflict); !strings.Contains(p.text("main"), "take it back") || now().WithdrawnOn != day {
			t.Errorf("verifying it says %q; withdrawn on %s", p.text("main"), now().WithdrawnOn)
		}
	}
	later := day.AddDays(10)
	bare := url.Values{"withdrawn_on": {later.String()}, "version": {fmt.Sprint(now().Version)}}
	p = s.auditor.post(at+"/withdraw", bare).want(http.StatusUnprocessableEntity)
	if now().WithdrawnOn != day {
		t.Errorf("the day moved to %s without a word", now().WithdrawnOn)
	}
	s.auditor.post(at+"/withdraw", filled(p, falls)).leads(at)
	if now().WithdrawnOn != later {
		t.Errorf("the day is %s", now().WithdrawnOn)
	}
	before := s.states()
	p = s.auditor.get(at + "/withdraw?back=1").want(http.StatusOK)
	s.auditor.post(at+"/withdraw", filled(p, falls)).leads(at)
	if v := now(); v.State != domain.CertificateVerified || v.WithdrawnOn != 0 || s.fell(before) != "" {
		t.Errorf("taken back it is %s, withdrawn on %s; %q moved", v.State, v.WithdrawnOn, s.fell(before))
	}
	s.auditor.post(at+"/withdraw", url.Values{"back": {"1"}, "version": {fmt.Sprint(now().Version)}}).want(http.StatusUnprocessableEntity)
}

func withdrawn(v domain.Certificate, on domain.Date) domain.Certificate {
	v.State, v.WithdrawnOn = domain.CertificateWithdrawn, on
	return v
}

func byNumber(t *testing.T, a *app.App, actor domain.Actor, number string) domain.Certificate {
	t.Helper()
	all, err := a.Certificates(t.Context(), actor)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range all {
		if v.Number == number {
			return v
		}
	}
	t.Fatalf("no certificate %s", number)
	return domain.Certificate{}
}

// serveApp serves an App that exists already.
func serveApp(t testing.TB, a *app.App) *site {
	t.Helper()
	s := &site{t: t, app: a, server: server.New(a, server.Config{Config: config.Default()})}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.addr = ln.Addr().String()
	s.url = "http://" + s.addr
	go func() { _ = s.server.Serve(ln) }()
	t.Cleanup(func() { _ = s.server.Shutdown(t.Context()) })
	return s
}
