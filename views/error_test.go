package views_test

import (
	"errors"
	"strings"
	"testing"

	"relier/internal/domain"
	"relier/internal/i18n"
	"relier/views"
)

func TestErrorText_InTheReadersLanguage(t *testing.T) {
	t.Parallel()
	day := domain.Args{"On": domain.MustDate("2026-08-01")}
	for _, c := range []struct {
		key, en, fr string
		args        domain.Args
	}{
		{"error.as_of.engagement", "on 1 August 2026.", "le 1er août 2026.", day},
		{"error.too_large", "limit of 1 MB.", "de 1 Mo.", domain.Args{"Limit": domain.Bytes(1_000_000)}},
		{"error.text.too_long", "to 4,000 characters; it has 12,345.", "à 4 000 caractères ; il en compte 12 345.", domain.Args{"Most": 4000, "Length": 12345}},
		{"error.text.required", "Fill this in.", "Remplissez ce champ.", domain.Args{"Least": 1}},
		{"error.engagement.edition", "1 reliance rests", "1 appui repose ", domain.Args{"Count": 1}},
		{"error.engagement.edition", "1,200 reliances rest ", "1 200 appuis reposent", domain.Args{"Count": 1200}},
		{"error.import.not_applied", "1 row or column is", "1 ligne ou colonne reste", domain.Args{"Count": 1}},
		{"error.soa.unjustified", "1 line lacks", "1 ligne n’a pas", domain.Args{"Count": 1}},
		{"error.splits.reason", "from its proposal", "", domain.Args{"Count": 1}},
	} {
		for lang, want := range map[string]string{"en": c.en, "fr": c.fr} {
			got := views.ErrorText(i18n.For(lang), domain.Conflict(c.key, c.args))
			if !strings.Contains(plainSpaces(got), plainSpaces(want)) {
				t.Errorf("%s in %s: %q, want %q in it", c.key, lang, got, want)
			}
		}
	}
	if _, same := day["On"].(domain.Date); !same {
		t.Error("the error itself was changed")
	}
	if errs := views.NewFormErrors(i18n.For("en"), domain.FieldErrors{domain.Conflict("error.as_of.engagement", day).At("from")}); !strings.Contains(errs.For("from"), "1 August 2026") {
		t.Errorf("on a form: %v", errs)
	}
	if errs := views.NewFormErrors(i18n.For("en"), errors.New("disk")); errs != nil {
		t.Errorf("what is not the reader's: %v", errs)
	}
}

func plainSpaces(s string) string {
	return strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(s)
}
