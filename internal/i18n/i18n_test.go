package i18n_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"testing/fstest"

	"relier/internal/i18n"
)

func TestFor_UnknownLanguageIsEnglish(t *testing.T) {
	t.Parallel()
	for lang, want := range map[string]string{"en": "en", "fr": "fr", "de": "en", "": "en"} {
		if got := i18n.For(lang).Lang(); got != want {
			t.Errorf("For(%q) speaks %s, want %s", lang, got, want)
		}
	}
	if first, second := i18n.For("fr"), i18n.For("fr"); first != second {
		t.Error("For builds a new localizer each time")
	}
}

func TestNegotiate_Header(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]string{
		"":                            "en",
		"fr":                          "fr",
		"fr-CA,fr;q=0.9,en;q=0.8":     "fr",
		"de,fr;q=0.5,en;q=0.4":        "fr",
		"en-GB,en;q=0.9,fr;q=0.8":     "en",
		"de":                          "en",
		"not a header at all ;;q=,,,": "en",
	} {
		if got := i18n.Negotiate(header); got != want {
			t.Errorf("Negotiate(%q) = %s, want %s", header, got, want)
		}
	}
}

func TestLocalizer_Plural(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		lang string
		n    int
		want string
	}{
		{"en", 0, "0 days"}, {"en", 1, "1 day"}, {"en", 2, "2 days"}, {"en", 1234, "1,234 days"},
		{"fr", 0, "0 jour"}, {"fr", 1, "1 jour"}, {"fr", 2, "2 jours"},
		{"fr", 1234, "1\u202f234 jours"}, {"fr", 1_000_000, "1\u202f000\u202f000 jours"},
	} {
		if got := i18n.For(c.lang).N("common.days", c.n, nil); got != c.want {
			t.Errorf("%s %d: %q, want %q", c.lang, c.n, got, c.want)
		}
	}
}

func TestLocalizer_MissingKey(t *testing.T) {
	var logged bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&logged, nil)))
	t.Cleanup(func() { slog.SetDefault(before) })

	l := i18n.For("fr")
	for range 3 {
		if got := l.T("nowhere.at_all", nil); got != "nowhere.at_all" {
			t.Errorf("a missing key shows %q", got)
		}
	}
	if n := strings.Count(logged.String(), "key=nowhere.at_all"); n != 1 {
		t.Errorf("logged %d times, want once:\n%s", n, logged.String())
	}
	if l.Has("nowhere.at_all") || !l.Has("common.skip") {
		t.Error("Has is wrong about what exists")
	}
}

func TestLocalizer_PlaceholderWithoutValueKeepsThePage(t *testing.T) {
	t.Parallel()
	if got := i18n.For("en").T("common.quoted_by", nil); !strings.HasPrefix(got, "Quoted by") {
		t.Errorf("got %q", got)
	}
}

func TestParse_Refuses(t *testing.T) {
	t.Parallel()
	file := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	for name, c := range map[string]struct {
		files fstest.MapFS
		want  string
	}{
		"a key twice in one file":   {fstest.MapFS{"locales/a.en.json": file(`{"a.x":"1","a.x":"2"}`)}, `"a.x" is defined twice`},
		"a key twice in two files":  {fstest.MapFS{"locales/a.en.json": file(`{"a.x":"1"}`), "locales/b.en.json": file(`{"a.x":"1"}`)}, `"a.x" is defined twice`},
		"an unknown language":       {fstest.MapFS{"locales/a.de.json": file(`{}`)}, "name it"},
		"a nested object":           {fstest.MapFS{"locales/a.en.json": file(`{"a":{"b":{"c":"d"}}}`)}, "plural forms"},
		"a plural without its one":  {fstest.MapFS{"locales/a.en.json": file(`{"a.n":{"other":"d"}}`)}, "plural forms"},
		"an unfinished object":      {fstest.MapFS{"locales/a.en.json": file(`{"a.n":"d"`)}, "a.en.json"},
		"something else than JSON":  {fstest.MapFS{"locales/a.en.json": file(`hello`)}, "JSON object"},
		"a list instead of a table": {fstest.MapFS{"locales/a.en.json": file(`["a"]`)}, "JSON object"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, _, err := i18n.Parse(c.files)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one that says %q", err, c.want)
			}
		})
	}
	t.Run("the same key in two languages is fine", func(t *testing.T) {
		t.Parallel()
		_, keys, err := i18n.Parse(fstest.MapFS{"locales/a.en.json": file(`{"a.x":"1"}`), "locales/a.fr.json": file(`{"a.x":"1"}`)})
		if err != nil || !keys["en"]["a.x"] || !keys["fr"]["a.x"] {
			t.Errorf("keys %v, error %v", keys, err)
		}
	})
}
