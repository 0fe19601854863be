package server_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"relier/internal/app"
	"relier/internal/catalog"
	"relier/internal/config"
	"relier/internal/domain"
	"relier/internal/server"
)

// bench is one organization at work: its owner, an executive who only reads, and
// the address of its engagement.
type bench struct {
	*site
	owner  domain.Actor
	work   *visitor
	reader *visitor
	path   string
}

func atWork(t *testing.T) *bench {
	t.Helper()
	b := &bench{site: open(t, server.Config{Config: config.Default()}), path: "/o/acme/e/2026"}
	b.owner = b.organization(b.person("ann@acme.test"), "acme")
	b.person("rob@acme.test")
	_, err := b.app.AddMember(t.Context(), b.owner, app.NewPerson{Email: "rob@acme.test"}, domain.Membership{Role: domain.RoleReader})
	if err != nil {
		t.Fatal(err)
	}
	b.work, b.reader = b.signedIn("ann@acme.test"), b.signedIn("rob@acme.test")
	return b
}

// in is the owner's browser set to a language.
func (b *bench) in(lang string) *visitor {
	b.t.Helper()
	b.work.post("/preferences", url.Values{"lang": {lang}, "back": {"/"}}).want(http.StatusSeeOther)
	return b.work
}

// folded is text with its spaces folded, as page.text gives it.
func folded(s string) string { return strings.Join(strings.Fields(s), " ") }

func TestCatalogue_ShowsAllInBothLanguages(t *testing.T) {
	t.Parallel()
	b, known := atWork(t), catalog.Provider()
	for _, lang := range []string{"en", "fr"} {
		v := b.in(lang)
		tab := func(name string) *page { return v.get(b.path + "/catalogue?tab=" + name).want(http.StatusOK) }
		holds := func(p *page, selector string, want int, texts ...domain.Text) {
			t.Helper()
			if got := p.doc().Find(selector).Length(); got != want {
				t.Errorf("%s: %s shows %d, want %d", lang, selector, got, want)
			}
			shown := p.text("main")
			for _, text := range texts {
				if !strings.Contains(shown, folded(text.In(lang))) {
					t.Errorf("%s: %s lacks %q", lang, selector, text.In(lang))
				}
			}
		}
		services := tab("services")
		holds(services, "#in-scope [data-entry]", 18, names(known.InScope, func(e domain.InScopeEntry) domain.Text { return e.Name })...)
		holds(services, "#in-scope [data-service]", 23, names(known.Services, func(s domain.CatalogueService) domain.Text { return s.Name })...)
		holds(services, "section[aria-labelledby=oddities] .flagged > li", len(known.Oddities), known.Oddities...)
		holds(tab("certificates"), "#catalogue-certificates tbody tr", 9, names(known.Certificates, title)...)
		holds(tab("reports"), "#catalogue-reports tbody tr", 10, names(known.Assessments, title)...)
		resources := tab("resources")
		holds(resources, "section[aria-labelledby=resources] li", 8, names(known.Resources, linkTitle)...)
		holds(resources, "section[aria-labelledby=white-papers] li", 2, names(known.WhitePapers, linkTitle)...)
		holds(resources, "section[aria-labelledby=backgrounder] li", 1, known.Backgrounder.Title)
		holds(resources, "section[aria-labelledby=more-reports] li", 2, known.MoreReports.Title)
		faq := tab("faq")
		holds(faq, "article.faq", 5)
		for _, f := range known.FAQ {
			for _, side := range []string{"en", "fr"} {
				shown := faq.text("#faq-" + f.ID + " [lang=" + side + "]")
				for _, text := range []domain.Text{f.Question, f.Answer, f.Rule} {
					if !strings.Contains(shown, folded(text.In(side))) {
						t.Errorf("%s: question %s lacks in %s: %q", lang, f.ID, side, text.In(side))
					}
				}
			}
			for _, g := range f.Gates {
				if !strings.Contains(faq.text("#faq-"+f.ID+" .faq-gates"), string(g)) {
					t.Errorf("%s: question %s does not name gate %s", lang, f.ID, g)
				}
			}
		}
	}
}

func names[T any](all []T, name func(T) domain.Text) []domain.Text {
	out := make([]domain.Text, len(all))
	for i, v := range all {
		out[i] = name(v)
	}
	return out
}

func title(d domain.CatalogueDocument) domain.Text { return d.Title }
func linkTitle(l domain.Link) domain.Text          { return l.Title }

func TestCatalogue_TellsProvenanceAndWhatBecame(t *testing.T) {
	t.Parallel()
	b := atWork(t)
	v := b.in("en")
	services := v.get(b.path + "/catalogue")
	for service, want := range map[string]string{
		"azure-germany": "Closed on 29 Oct 2021", "flow": "now Power Automate", "windows-defender-atp": "now Microsoft Defender for Endpoint",
		"oms-service-map": "Retired on 30 Sep 2025", "azure-government": "Named in no certificate title", "yammer": "Not in the in-scope list",
	} {
		if shown := services.text("[data-service=" + service + "]"); !strings.Contains(shown, want) {
			t.Errorf("%s says %q, want %q", service, shown, want)
		}
	}
	if got := services.attr(".source time", "datetime"); got != "2020-01-22" {
		t.Errorf("the snapshot is of %q", got)
	}
	for _, tab := range []string{"services", "certificates", "reports", "faq", "resources"} {
		p := v.get(b.path + "/catalogue?tab=" + tab)
		if !strings.Contains(p.text("section[aria-labelledby=credits]"), "Creative Commons Attribution 4.0") {
			t.Errorf("%s does not name its licence", tab)
		}
		links := p.doc().Find(`main a[href^="http"]`)
		if safe := p.doc().Find(`main a[href^="http"][rel~="noopener"][rel~="noreferrer"]`); links.Length() == 0 || safe.Length() != links.Length() {
			t.Errorf("%s: %d of %d external links are marked", tab, safe.Length(), links.Length())
		}
	}
	if shown := v.get(b.path + "/catalogue?tab=resources").text("#matrix-table, section[aria-labelledby=matrix]"); !strings.Contains(shown, "not a statement by Microsoft") {
		t.Error("the matrix does not say that the splits are ours")
	}
	if n := b.reader.get(b.path + "/catalogue").doc().Find(`#in-scope a[href*="/services/new"]`).Length(); n != 0 {
		t.Errorf("a reader is offered %d services to add", n)
	}
}

func TestCertificates_SeededCountForNothing(t *testing.T) {
	t.Parallel()
	b := atWork(t)
	for lang, want := range map[string][]string{"en": {"Unverified", "Not usable after 31 Oct 2025", "0 of 365 days"}, "fr": {"Non vérifié", "Inutilisable après le 31 oct. 2025", "0 jour sur 365"}} {
		p := b.in(lang).get(b.path + "/certificates").want(http.StatusOK)
		rows := p.doc().Find("#certificates tbody tr")
		if rows.Length() != 9 {
			t.Fatalf("%s: %d certificates, want 9", lang, rows.Length())
		}
		for i := range 9 {
			for _, w := range want {
				if shown := folded(rows.Eq(i).Text()); !strings.Contains(strings.ReplaceAll(shown, "\u00a0", " "), w) {
					t.Errorf("%s: row %d says %q, want %q", lang, i, shown, w)
				}
			}
		}
		for _, d := range catalog.Provider().Certificates {
			if !strings.Contains(p.text("#certificates"), folded(d.Title.In(lang))) {
				t.Errorf("%s: no %q", lang, d.Title.In(lang))
			}
		}
	}
}

func TestCertificates_PagesSortsFilters(t *testing.T) {
	t.Parallel()
	b := atWork(t)
	for i := range 52 {
		if _, err := b.app.SaveCertificate(t.Context(), b.owner, domain.Certificate{Title: fmt.Sprintf("Own %02d", i), Edition: domain.Edition2022}); err != nil {
			t.Fatal(err)
		}
	}
	v := b.in("en")
	list := v.get(b.path + "/certificates?sort=-title&edition=2022").want(http.StatusOK)
	if rows := list.doc().Find("#certificates tbody tr"); rows.Length() != 50 || !strings.Contains(rows.First().Text(), "Own 51") {
		t.Errorf("page 1 has %d rows and begins with %q", rows.Length(), rows.First().Text())
	}
	if got := list.text("#certificates caption .caption"); got != "52 certificates" {
		t.Errorf("the caption says %q", got)
	}
	if rows := v.get(b.path + "/certificates?sort=-title&edition=2022&page=2").doc().Find("#certificates tbody tr"); rows.Length() != 2 {
		t.Errorf("page 2 has %d rows", rows.Length())
	}
	if got := v.get(b.path + "/certificates?q=nothing+of+the+kind").text("#certificates h2"); got != "Nothing matches" {
		t.Errorf("no match says %q", got)
	}
}

func TestService_Add(t *testing.T) {
	t.Parallel()
	b := atWork(t)
	fields := func(key, name, environment string) url.Values {
		return url.Values{"key": {key}, "name": {name}, "environment": {environment}, "model": {"saas"}, "state": {"in_use"}, "from": {"2024-01-01"}}
	}
	t.Run("from the catalogue, with its later name", func(t *testing.T) {
		b.work.post(b.path+"/services", fields("flow", "", "public")).leads(b.path + "/services")
		if shown := b.in("en").get(b.path + "/services").text("#services .was-now"); shown != "now Power Automate" {
			t.Errorf("the list says %q", shown)
		}
	})
	t.Run("twice in one environment is refused", func(t *testing.T) {
		p := b.work.post(b.path+"/services", fields("flow", "", "public")).want(http.StatusConflict)
		if !strings.Contains(p.text("#field-key-error"), "recorded for this environment already") {
			t.Errorf("the form says %q", p.text("main"))
		}
	})
	t.Run("a closed one waits for a tick", func(t *testing.T) {
		p := b.work.get(b.path + "/services/new?key=azure-germany").want(http.StatusOK)
		if !strings.Contains(p.text(".notice-warning"), "Closed on 29 Oct 2021") {
			t.Errorf("no warning at once: %q", p.text("main"))
		}
		form := fields("", "Azure Germany", "germany")
		p = b.work.post(b.path+"/services", form).want(http.StatusUnprocessableEntity)
		if p.attr("#field-name", "value") != "Azure Germany" || p.text("#field-confirmed-error") == "" {
			t.Errorf("the form lost what was typed, or asks nothing: %s", p.text("main"))
		}
		form.Set("confirmed", "1")
		b.work.post(b.path+"/services", form).leads(b.path + "/services")
		services, err := b.app.Services(t.Context(), b.owner)
		if err != nil || len(services) != 2 {
			t.Fatalf("%d services, %v", len(services), err)
		}
		for _, s := range services {
			if s.Key == "azure-germany" && s.Closed != domain.MustDate("2021-10-29") {
				t.Errorf("closed on %s", s.Closed)
			}
		}
	})
	t.Run("bad input names the field and changes nothing", func(t *testing.T) {
		form := fields("azure", "", "moon")
		form.Set("from", "yesterday")
		p := b.work.post(b.path+"/services", form).want(http.StatusUnprocessableEntity)
		if p.text("#field-from-error") == "" || p.attr("#field-from", "value") != "yesterday" {
			t.Error("the wrong date is not named, or was lost")
		}
		form.Set("from", "2024-01-01")
		if p = b.work.post(b.path+"/services", form).want(http.StatusUnprocessableEntity); p.text("#field-environment-error") == "" {
			t.Error("the wrong environment is not named")
		}
		if services, _ := b.app.Services(t.Context(), b.owner); len(services) != 2 {
			t.Errorf("%d services", len(services))
		}
	})
	t.Run("a reader may not", func(t *testing.T) {
		b.reader.get(b.path + "/services/new").want(http.StatusForbidden)
		b.reader.post(b.path+"/services", fields("azure", "", "public")).want(http.StatusForbidden)
		if b.reader.get(b.path+"/services").doc().Find(`a[href$="/services/new"]`).Length() != 0 {
			t.Error("the button is shown to a reader")
		}
	})
}

func TestService_EditRetire(t *testing.T) {
	t.Parallel()
	b := atWork(t)
	v, err := b.app.SaveService(t.Context(), b.owner, domain.Service{Name: "Our mail gateway", Environment: domain.EnvPublic, Model: domain.ModelPaaS, State: domain.ServiceInUse})
	if err != nil {
		t.Fatal(err)
	}
	at := fmt.Sprintf("%s/services/%d", b.path, v.ID)
	form := url.Values{"name": {"Mail"}, "environment": {"public"}, "model": {"paas"}, "state": {"in_use"}, "version": {"1"}}
	b.work.post(at+"/edit", form).leads(at)
	if got, _ := b.app.Service(t.Context(), b.owner, v.ID); got.Name != "Mail" || got.Key != v.Key {
		t.Errorf("renamed to %q, key %q, want the key %q kept", got.Name, got.Key, v.Key)
	}
	form.Set("name", "Stale")
	p := b.work.post(at+"/edit", form).want(http.StatusConflict)
	if p.attr("#field-name", "value") != "Mail" || p.attr("input[name=version]", "value") != "2" || p.text(".error-summary") == "" {
		t.Errorf("a stale edit shows %q at version %s", p.attr("#field-name", "value"), p.attr("input[name=version]", "value"))
	}
	if !strings.Contains(b.in("en").get(at+"/retire").text(".consequences"), "0 reliances are on this service") {
		t.Error("the confirm page states no number")
	}
	b.work.post(at+"/retire", url.Values{"version": {"2"}}).want(http.StatusUnprocessableEntity)
	b.work.post(at+"/retire", url.Values{"to": {"2026-10-31"}, "version": {"2"}}).leads(at)
	if got, _ := b.app.Service(t.Context(), b.owner, v.ID); got.State != domain.ServiceRetired || got.To != domain.MustDate("2026-10-31") {
		t.Errorf("retired as %+v", got)
	}
}
