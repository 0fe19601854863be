package i18n_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"relier/internal/i18n"
)

func TestTypography_French(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"Pourquoi ?":                 "Pourquoi\u202f?",
		"Pourquoi?":                  "Pourquoi\u202f?",
		"Vraiment ?!":                "Vraiment\u202f?!",
		"Non ; oui !":                "Non\u202f; oui\u202f!",
		"Note : lire":                "Note\u00a0: lire",
		"Note:":                      "Note\u00a0:",
		"« mot »":                    "«\u00a0mot\u00a0»",
		"«mot»":                      "«\u00a0mot\u00a0»",
		"Dit-il « oui » ?":           "Dit-il «\u00a0oui\u00a0»\u202f?",
		"12 % du total":              "12\u00a0% du total",
		"12% du total":               "12\u00a0% du total",
		"{{.Part}} %":                "{{.Part}}\u00a0%",
		"L'audit d'aujourd'hui":      "L’audit d’aujourd’hui",
		"l'«audit»":                  "l’«\u00a0audit\u00a0»",
		"l'{{.Noun}}":                "l’{{.Noun}}",
		"à 10:30":                    "à 10:30",
		"https://exemple.fr/?q=1":    "https://exemple.fr/?q=1",
		"{{if eq .N 1}}a:{{end}} b":  "{{if eq .N 1}}a:{{end}} b",
		"{{.Count}} points : lire":   "{{.Count}} points\u00a0: lire",
		"une clé ’ déjà bien ’ mise": "une clé ’ déjà bien ’ mise",
		"(ah !)":                     "(ah\u202f!)",
		"":                           "",
		"simple":                     "simple",
	} {
		if got := i18n.Typography("fr", in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

func TestTypography_EnglishIsLeftAlone(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"Why?", "Note: it's 12% - isn't it?", "« quoted »"} {
		if got := i18n.Typography("en", s); got != s {
			t.Errorf("%q became %q", s, got)
		}
	}
}

func TestTypography_Idempotent(t *testing.T) {
	t.Parallel()
	pieces := []string{"a", "é", "7", " ", "  ", "\u00a0", "\u202f", "\n", ":", ";", "!", "?", "%", "«", "»", "'", "’", "(", ")", ".", "{{.Count}}", "{{", "}}", "http://", "“", "”"}
	rapid.Check(t, func(t *rapid.T) {
		s := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 14).Draw(t, "pieces"), "")
		once := i18n.Typography("fr", s)
		if twice := i18n.Typography("fr", once); twice != once {
			t.Fatalf("%q became %q, then %q", s, once, twice)
		}
	})
}
