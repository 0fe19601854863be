package pack_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"relier/internal/domain"
	"relier/internal/i18n"
	"relier/internal/pack"
)

// document parses one page of a pack.
func document(t *testing.T, s *shelf, l pack.Layout, name string) *goquery.Document {
	t.Helper()
	d, err := goquery.NewDocumentFromReader(bytes.NewReader(file(t, s, l, name)))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestPages_ShowAllSixGatesWithCauses(t *testing.T) {
	t.Parallel()
	s := newShelf()
	d := document(t, s, compose(t, s, sample(s, "en")), "reliances.html")
	all := d.Find("article[data-rung]")
	if all.Length() != 7 {
		t.Fatalf("%d reliances, want 7", all.Length())
	}
	for i := range 7 {
		passed := 6 - i
		gates := all.Eq(i).Find("ol.gates > li")
		if gates.Length() != 6 {
			t.Fatalf("reliance %d shows %d gates", i, gates.Length())
		}
		if n := all.Eq(i).Find("ol.gates > li[data-passed]").Length(); n != passed {
			t.Errorf("reliance %d: %d gates passed, want %d", i, n, passed)
		}
		gates.Each(func(g int, li *goquery.Selection) {
			if got := li.AttrOr("data-gate", ""); got != string(domain.Gates[g]) {
				t.Errorf("gate %d is %s", g, got)
			}
			if strings.TrimSpace(li.Find("ul li").Text()) == "" {
				t.Errorf("reliance %d, gate %d gives no reason", i, g+1)
			}
			word := strings.TrimSpace(li.Find(".status").Text())
			if want := map[bool]string{true: "Passed", false: "Not passed"}[g < passed]; word != want {
				t.Errorf("reliance %d, gate %d says %q", i, g+1, word)
			}
		})
		says := strings.Contains(all.Eq(i).Find("p.meta").Text(), "Inherited")
		if says != (passed == 6) {
			t.Errorf("reliance %d with %d gates passed says inherited: %v", i, passed, says)
		}
	}
	if got := all.Eq(5).Find("ol.gates").Text(); !strings.Contains(got, "No verified certificate covers 12 Jun 2026 to 30 Jun 2026 (19 days)") {
		t.Error("the uncovered days are not named")
	}
	for _, want := range []string{"Only one auditor this year.", "Hélène Dufour, 20 Nov 2026, 11:41 UTC, on behalf of Ann Assessor", "Mail of 20 November"} {
		if !strings.Contains(all.Eq(0).Text(), want) {
			t.Errorf("the accepted reliance lacks %q", want)
		}
	}
	if !strings.Contains(all.Eq(6).Text(), "Microsoft closed the service on 29 Oct 2021") {
		t.Error("the lapse gives no cause")
	}
	index := document(t, s, compose(t, s, sample(s, "en")), "index.html")
	if got := strings.TrimSpace(index.Find("#ladder ~ .scroll table").First().Find("tbody tr").Last().Find(".num").Text()); got != "1" {
		t.Errorf("the overview counts %s inherited, want 1", got)
	}
}

func TestPages_SayWhoPassedEachGate(t *testing.T) {
	t.Parallel()
	for lang, want := range map[string][]string{
		"en": {"Checked by Luca Ferrari, 2 Oct 2026", "Checked by Luca Ferrari, 2 Oct 2026", "Follows from the dates: nobody had to sign", "Reviewed by Luca Ferrari, 2 Oct 2026",
			"Accepted by Luca Ferrari, 2 Oct 2026", "Decided by Hélène Dufour, 20 Nov 2026"},
		"fr": {"Vérifié par Luca Ferrari, 2 oct. 2026", "Vérifié par Luca Ferrari, 2 oct. 2026", "personne n’avait à signer", "Revu par Luca Ferrari, 2 oct. 2026",
			"Acceptée par Luca Ferrari, 2 oct. 2026", "Décidé par Hélène Dufour, 20 nov. 2026"},
	} {
		s := newShelf()
		gates := document(t, s, compose(t, s, sample(s, lang)), "reliances.html").Find("article[data-rung]").First().Find("ol.gates > li")
		for i, who := range want {
			if got := gates.Eq(i).Text(); !strings.Contains(strings.ReplaceAll(got, "\u00a0", " "), who) {
				t.Errorf("%s: gate %d says %q, want %q", lang, i+1, got, who)
			}
		}
	}
}

func TestPages_GiveEveryOmissionItsReason(t *testing.T) {
	t.Parallel()
	s := newShelf()
	for lang, secret := range map[string]string{"en": "Confidential: cited by title, code and digest only", "fr": "Confidentiel\u00a0: cité seulement par son intitulé, son code et son empreinte"} {
		rows := document(t, s, compose(t, s, sample(s, lang)), "omissions.html").Find("tbody tr")
		if rows.Length() != 6 {
			t.Fatalf("%s: %d omissions, want 6", lang, rows.Length())
		}
		var reasons []string
		rows.Each(func(_ int, tr *goquery.Selection) {
			reasons = append(reasons, tr.AttrOr("data-reason", ""))
			if told := tr.Find("td").Eq(1).Text(); told == "" || told == tr.AttrOr("data-reason", "") {
				t.Errorf("%s: %s has no sentence", lang, tr.AttrOr("data-reason", ""))
			}
		})
		if want := []string{"link", "confidential", "superseded_version", "provider_confidential", "soa_draft", "unstated"}; !slices.Equal(reasons, want) {
			t.Errorf("%s: %v", lang, reasons)
		}
		if got := rows.Eq(1).Find("td").Eq(1).Text(); got != secret {
			t.Errorf("%s: %q", lang, got)
		}
	}
}

func TestPages_ReasonsOfTheAppHaveSentences(t *testing.T) {
	t.Parallel()
	src, err := os.ReadFile(filepath.Join("..", "app", "pack_contents.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, code := range []string{"superseded_version", "link", "draft", "not_accepted", "confidential", "provider_confidential", "older_activity", "soa_draft", "unstated"} {
		if code != pack.ReasonUnstated && !bytes.Contains(src, []byte(`"`+code+`"`)) {
			t.Errorf("the app no longer gives %s", code)
		}
		for _, lang := range i18n.Langs {
			if !i18n.For(lang).Has("pack.omitted." + code) {
				t.Errorf("%s has no sentence in %s", code, lang)
			}
		}
	}
}

func TestPages_ShowTheStateOfLinkedEvidence(t *testing.T) {
	t.Parallel()
	s := newShelf()
	for lang, want := range map[string]string{"en": "EV-000041 (Accepted), EV-000042 (Accepted), EV-000047 (Returned)", "fr": "EV-000041 (Acceptée), EV-000042 (Acceptée), EV-000047 (Renvoyée)"} {
		first := document(t, s, compose(t, s, sample(s, lang)), "controls.html").Find("article").First()
		got := strings.ReplaceAll(strings.Join(strings.Fields(first.Find("dl.facts").First().Find("dd").Last().Text()), " "), " ,", ",")
		if got != want {
			t.Errorf("%s: %q, want %q", lang, got, want)
		}
		if n := first.Find(`.ours [data-state="accepted"]`).Length(); n != 1 {
			t.Errorf("%s: %d states beside what proves a responsibility, want 1", lang, n)
		}
	}
}

func TestPages_SayWhatTheApprovalFroze(t *testing.T) {
	t.Parallel()
	s := newShelf()
	block := func(lang string, change func(*domain.PackContents)) string {
		c := sample(s, lang)
		change(&c)
		return document(t, s, compose(t, s, c), "soa.html").Find("dl.facts").Text()
	}
	same := func(*domain.PackContents) {}
	for lang, wants := range map[string][]string{
		"en": {"Version 3", "2 lines have changed since version 3.", "reviews and notes: as version 3 says", "As on the day of sealing", "as on 23 Nov 2026, the day of sealing"},
		"fr": {"Version 3", "2 lignes ont changé depuis la version 3.", "revues et notes\u00a0: selon la version 3", "Au jour du scellement", "le 23 nov. 2026, jour du scellement"},
	} {
		for _, want := range wants {
			if got := block(lang, same); !strings.Contains(got, want) {
				t.Errorf("%s lacks %q: %s", lang, want, got)
			}
		}
	}
	if got := block("en", func(c *domain.PackContents) { c.SoAChanged = 0 }); strings.Contains(got, "changed since") || !strings.Contains(got, "day of sealing") {
		t.Errorf("a draft that did not change: %s", got)
	}
	none := func(c *domain.PackContents) {
		c.SoAVersion, c.SoAChanged, c.SoAApprovedBy, c.SoAApprovedAt = 0, 0, "", time.Time{}
	}
	if got := block("en", none); !strings.Contains(got, "Draft: no version has been approved") || strings.Contains(got, "day of sealing") {
		t.Errorf("nothing approved: %s", got)
	}
}

func TestPages_MarkDigestsThatAreCut(t *testing.T) {
	t.Parallel()
	s := newShelf()
	document(t, s, compose(t, s, sample(s, "en")), "activity.html").Find("td.mono").Each(func(_ int, td *goquery.Selection) {
		cut, full := strings.TrimSpace(td.Text()), td.AttrOr("title", "")
		if begin, marked := strings.CutSuffix(cut, "…"); !marked || len(full) != 64 || !strings.HasPrefix(full, begin) {
			t.Errorf("%q stands for %q", cut, full)
		}
	})
}

func TestPages_SpeakTheirLanguage(t *testing.T) {
	t.Parallel()
	s := newShelf()
	l := compose(t, s, sample(s, "en", "fr"))
	d := document(t, s, l, "index.fr.html")
	if lang := d.Find("html").AttrOr("lang", ""); lang != "fr" {
		t.Errorf("lang is %q", lang)
	}
	for _, want := range []string{"Où en sont les mesures", "Ce qui s’appuie sur les certificats de Microsoft", "1er janv. – 31 déc. 2026", "scellé le 23 nov. 2026 à 9\u00a0h\u00a041 UTC"} {
		if !strings.Contains(d.Text(), want) {
			t.Errorf("the French overview lacks %q", want)
		}
	}
	for _, e := range l.Entries {
		if !strings.HasSuffix(e.Path, ".fr.html") {
			continue
		}
		page := document(t, s, l, e.Path)
		english := strings.Replace(e.Path, ".fr.html", ".html", 1)
		if got := page.Find("nav a.lang").AttrOr("href", ""); got != english {
			t.Errorf("%s switches to %q, not to the same page", e.Path, got)
		}
		if got := document(t, s, l, english).Find("nav a.lang").AttrOr("href", ""); got != e.Path {
			t.Errorf("%s switches to %q", english, got)
		}
		for _, key := range []string{"pack.", "cause.", "ground.", "state.", "verb.", "verify."} {
			if strings.Contains(page.Find("body").Text(), key) {
				t.Errorf("%s shows a key that begins with %s", e.Path, key)
			}
		}
	}
	if document(t, s, compose(t, s, sample(s, "fr")), "index.html").Find("nav a.lang").Length() != 0 {
		t.Error("a pack of one language offers another")
	}
}

func TestPages_NeedNoNetworkAndRunNoScript(t *testing.T) {
	t.Parallel()
	s := newShelf()
	l := compose(t, s, sample(s, "en", "fr"))
	there := map[string]bool{}
	for _, e := range l.Entries {
		there[e.Path] = true
	}
	for _, e := range l.Entries {
		if !strings.HasSuffix(e.Path, ".html") || strings.HasPrefix(e.Path, "data/") {
			continue
		}
		d := document(t, s, l, e.Path)
		if n := d.Find("script, iframe, object, embed, form, link, base, img, [onclick], [style]").Length(); n != 0 {
			t.Errorf("%s holds %d elements that it may not", e.Path, n)
		}
		sum := sha256.Sum256([]byte(d.Find("style").Text()))
		policy := d.Find(`meta[http-equiv="Content-Security-Policy"]`).AttrOr("content", "")
		if !strings.HasPrefix(policy, "default-src 'none'; style-src 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'") {
			t.Errorf("%s: policy %q does not fit its style", e.Path, policy)
		}
		d.Find("a[href]").Each(func(_ int, a *goquery.Selection) { checkLink(t, s, l, there, e.Path, a.AttrOr("href", "")) })
	}
}

// checkLink follows a link within the pack, to the heading that it names.
func checkLink(t *testing.T, s *shelf, l pack.Layout, there map[string]bool, from, href string) {
	t.Helper()
	u, err := url.Parse(href)
	if err != nil || u.IsAbs() || strings.HasPrefix(href, "/") {
		t.Errorf("%s links %q, which is not relative", from, href)
		return
	}
	to := u.Path
	if to == "" {
		to = from
	}
	if !there[to] {
		t.Errorf("%s links %q, which the pack does not hold", from, href)
		return
	}
	if strings.HasPrefix(to, "data/") && strings.HasSuffix(to, ".html") {
		t.Errorf("%s links %q, which a browser could run", from, href)
	}
	if u.Fragment != "" && document(t, s, l, to).Find(`[id="`+u.Fragment+`"]`).Length() != 1 {
		t.Errorf("%s links %q, and no heading has that name", from, href)
	}
}

func TestPages_CanBeReadByEverybody(t *testing.T) {
	t.Parallel()
	s := newShelf()
	l := compose(t, s, sample(s, "en"))
	for _, e := range l.Entries {
		if !strings.HasSuffix(e.Path, ".html") || strings.HasPrefix(e.Path, "data/") {
			continue
		}
		d := document(t, s, l, e.Path)
		if d.Find("h1").Length() != 1 || d.Find("main#main").Length() != 1 || d.Find(`a.skip[href="#main"]`).Length() != 1 {
			t.Errorf("%s lacks its heading, its main part or the way past the head", e.Path)
		}
		if d.Find(`nav a[aria-current="page"]`).Length() != 1 {
			t.Errorf("%s does not mark itself in the navigation", e.Path)
		}
		if !d.Find("body").HasClass("sample") || d.Find("aside.notice").Length() != 1 {
			t.Errorf("%s does not say that it is a sample", e.Path)
		}
		d.Find("table").Each(func(i int, table *goquery.Selection) {
			if table.Find("caption").Length() != 1 || table.Find("thead th:not([scope])").Length() != 0 || table.Find("tbody tr").Length() != table.Find(`tbody th[scope="row"]`).Length() {
				t.Errorf("%s, table %d lacks a caption or the scope of a heading", e.Path, i+1)
			}
		})
		d.Find(".scroll").Each(func(i int, box *goquery.Selection) {
			if box.AttrOr("tabindex", "") != "0" || box.AttrOr("aria-label", "") == "" {
				t.Errorf("%s, scroller %d cannot be reached by keyboard", e.Path, i+1)
			}
		})
		ids := map[string]bool{}
		d.Find("[id]").Each(func(_ int, x *goquery.Selection) {
			if ids[x.AttrOr("id", "")] {
				t.Errorf("%s names %q twice", e.Path, x.AttrOr("id", ""))
			}
			ids[x.AttrOr("id", "")] = true
		})
	}
	c := sample(s, "en")
	c.Organization.Sample = false
	real := document(t, s, compose(t, s, c), "index.html")
	if real.Find("body").HasClass("sample") || real.Find("aside.notice").Length() != 0 {
		t.Error("a real organization's pack is marked as a sample")
	}
}

func TestPages_EscapeWhatPeopleTyped(t *testing.T) {
	t.Parallel()
	s := newShelf()
	body := string(file(t, s, compose(t, s, sample(s, "en")), "controls.html"))
	if strings.Contains(body, "<b>managed</b>") || !strings.Contains(body, "&lt;b&gt;managed&lt;/b&gt;") {
		t.Error("typed markup reaches the page")
	}
}
