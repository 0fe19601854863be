package views_test

import (
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"relier/internal/domain"
	"relier/internal/i18n"
	"relier/views"
	"relier/web"
)

func TestLayout_Frame(t *testing.T) {
	t.Parallel()
	p := design(fr)
	p.Theme, p.Density = views.ThemeDark, views.DensityCompact
	doc := render(t, views.Layout(p))

	attr(t, doc, "html", "lang", "fr")
	attr(t, doc, "html", "data-theme", "dark")
	attr(t, doc, "html", "data-density", "compact")
	says(t, doc, "title", "Composants · Relier")
	attr(t, doc, "body > a", "href", "#main")
	want(t, doc, 1, "main#main")
	want(t, doc, 1, `link[rel="stylesheet"][href="`+web.Asset("app.css")+`"]`)
	want(t, doc, 1, `.rail-nav a[aria-current="page"]`)
	says(t, doc, ".rail-nav a[aria-current] .nav-count", "93")
	says(t, doc, ".bar-period .span", "1er janv. – 31 déc. 2026")
	says(t, doc, ".bar-edition", "ISO/IEC 27001:2022")
	want(t, doc, 11, ".ruler .ruler-tick")
	want(t, doc, 1, ".ruler .ruler-today")
}

func TestLayout_Switches(t *testing.T) {
	t.Parallel()
	p := design(en)
	p.Path = "/controls?sort=-code&page=2"
	doc := render(t, views.Layout(p))

	attr(t, doc, ".switches", "method", "post")
	attr(t, doc, `.switches input[name="back"]`, "value", "/controls?sort=-code&page=2")
	says(t, doc, `.switches button[name="lang"][aria-pressed="true"]`, "English")
	attr(t, doc, `.switches button[name="lang"][value="fr"]`, "lang", "fr")
	says(t, doc, `.switches button[name="theme"][aria-pressed="true"]`, "Light")
	want(t, doc, 3, `.switches button[name="theme"]`)
}

func TestLayout_Unset(t *testing.T) {
	t.Parallel()
	doc := render(t, views.Layout(views.Page{L: en}))
	attr(t, doc, "html", "data-theme", "auto")
	attr(t, doc, "html", "data-density", "normal")
	says(t, doc, "title", "Relier")
	says(t, doc, ".bar-none", "No engagement chosen.")
	want(t, doc, 0, ".sample, .sample-tag, .menu-person, .search, .switches, .ruler")
}

func TestLayout_Sample(t *testing.T) {
	t.Parallel()
	doc := render(t, views.Layout(design(en)))
	want(t, doc, 1, ".sample a")
	want(t, doc, 1, ".bar .sample-tag")
	public := render(t, views.LayoutPublic(design(en)))
	want(t, public, 1, ".sample a")
	want(t, public, 0, ".rail, .bar")
}

func TestLayout_LetterKeysOnlyWhenSwitchedOn(t *testing.T) {
	t.Parallel()
	p := design(en)
	want(t, render(t, views.Layout(p)), 0, "body[data-keys], #keys-help")
	p.Keys = true
	want(t, render(t, views.Layout(p)), 1, "body[data-keys] #keys-help[popover]")
}

func TestLayout_EngagementSwitch(t *testing.T) {
	t.Parallel()
	doc := render(t, views.Layout(design(en)))
	want(t, doc, 1, `.menu-engagement a[aria-current="true"]`)
	says(t, doc, ".menu-engagement li:nth-child(2) .muted", "2013 · 1 Apr 2025 – 31 Mar 2026")
}

func TestWithQuery_KeepsTheRest(t *testing.T) {
	t.Parallel()
	for _, c := range [][4]string{
		{"/controls", "sort", "code", "/controls?sort=code"},
		{"/controls?q=a&page=3", "page", "", "/controls?q=a"},
		{"/controls?q=a%26b", "sort", "-due", "/controls?q=a%26b&sort=-due"},
		{"/controls?party=ours&party=shared", "page", "2", "/controls?page=2&party=ours&party=shared"},
	} {
		if got := views.WithQuery(c[0], c[1], c[2]); got != c[3] {
			t.Errorf("WithQuery(%q, %q, %q) = %q, want %q", c[0], c[1], c[2], got, c[3])
		}
	}
}

// TestDesign_ObeysTheRules checks on all components at once what every page must
// keep: nothing inline, ids used once, every reference to an id answered.
func TestDesign_ObeysTheRules(t *testing.T) {
	t.Parallel()
	for _, l := range []*i18n.Localizer{en, fr} {
		t.Run(l.Lang(), func(t *testing.T) {
			t.Parallel()
			doc := render(t, views.Design(design(l)))
			rules(t, doc)
			if strings.Contains(doc.Text(), "<no value>") || strings.Contains(doc.Text(), "{{") {
				t.Error("a message lacks an argument")
			}
			doc.Find("*").Each(func(_ int, s *goquery.Selection) {
				for _, a := range s.Nodes[0].Attr {
					if strings.Contains(a.Val, "<no value>") {
						t.Errorf("%s=%q lacks an argument", a.Key, a.Val)
					}
				}
			})
		})
	}
}

// rules are those the CSP and assistive technology need of any page.
func rules(t *testing.T, doc *goquery.Document) {
	t.Helper()
	ids := map[string]bool{}
	doc.Find("*").Each(func(_ int, s *goquery.Selection) {
		for _, a := range s.Nodes[0].Attr {
			if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
				t.Errorf("inline %s=%q, which the CSP refuses", a.Key, a.Val)
			}
			if a.Key == "id" {
				if ids[a.Val] {
					t.Errorf("id %q is used twice", a.Val)
				}
				ids[a.Val] = true
			}
		}
	})
	for _, name := range []string{"for", "aria-labelledby", "aria-describedby", "form"} {
		doc.Find("[" + name + "]").Each(func(_ int, s *goquery.Selection) {
			for _, id := range strings.Fields(s.AttrOr(name, "")) {
				if !ids[id] {
					t.Errorf("%s=%q names no element", name, id)
				}
			}
		})
	}
	doc.Find("script:not([src]), style").Each(func(_ int, s *goquery.Selection) { t.Errorf("inline script or style: %.60s", s.Text()) })
	doc.Find("svg:not([aria-hidden]):not([role=img]):not([aria-labelledby])").Each(func(_ int, s *goquery.Selection) {
		t.Error("a picture is neither hidden nor named")
	})
}

func TestWords_EveryValueHasOne(t *testing.T) {
	t.Parallel()
	keys := map[string][]string{
		"role.": words(domain.Roles), "bucket.": append(words(domain.Buckets), string(domain.BucketExcluded)), "party.": words(domain.Parties),
		"rung.": words(domain.Rungs), "gate.": words(domain.Gates), "gate.rule.": words(domain.Gates),
		"environment.": words(domain.Environments), "model.": words(domain.ServiceModels), "engagement_kind.": words(domain.EngagementKinds),
		"report_kind.": words(domain.ReportKinds), "evidence_kind.": words(domain.EvidenceKinds), "sensitivity.": words(domain.Sensitivities),
		"review_reason.": words(domain.ReviewReasons), "method.": words(domain.TestMethods), "driver.": words(domain.Drivers),
		"state.engagement.": words(domain.EngagementStates), "state.service.": words(domain.ServiceStates), "state.report.": words(domain.ReportStates),
		"state.reliance.": words(domain.RelianceStates), "state.evidence.": words(domain.EvidenceStates), "state.control.": words(domain.Implementations),
		"state.test.":      words(domain.Conclusions),
		"state.split.":     {string(domain.SplitProposed), string(domain.SplitConfirmed)},
		"state.ownership.": {string(domain.OwnershipProposed), string(domain.OwnershipAcknowledged), string(domain.OwnershipEnded)},
		"state.pack.":      {string(domain.PackSealed), string(domain.PackRevoked)},
		"state.certificate.": {string(domain.CertificateUnverified), string(domain.CertificateVerified),
			string(domain.CertificateWithdrawn), string(domain.CertificateSuperseded)},
		"state.responsibility.": {string(domain.ResponsibilityOpen), string(domain.ResponsibilityEvidenced), string(domain.ResponsibilityNone)},
		"validity.": {string(domain.ValidityUnknown), string(domain.ValidityUpcoming), string(domain.ValidityValid),
			string(domain.ValidityExpiring), string(domain.ValidityExpired), string(domain.ValidityEnded)},
		"theme.": words(views.Themes), "density.": words(views.Densities), "language.": i18n.Langs,
		"error.title.": {"invalid", "unauthenticated", "forbidden", "not_found", "conflict", "too_large", "unavailable", "internal"},
	}
	for prefix, values := range keys {
		for _, v := range values {
			for _, l := range []*i18n.Localizer{en, fr} {
				if !l.Has(prefix + v) {
					t.Errorf("%s%s has no word in %s", prefix, v, l.Lang())
				}
			}
		}
	}
}

func words[S ~string](values []S) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = string(v)
	}
	return out
}
