package views_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/a-h/templ"

	"relier/internal/domain"
	"relier/internal/i18n"
	"relier/views"
)

var en, fr = i18n.For("en"), i18n.For("fr")

// render reads a component back as a document.
func render(t *testing.T, c templ.Component) *goquery.Document {
	t.Helper()
	var out bytes.Buffer
	if err := c.Render(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	doc, err := goquery.NewDocumentFromReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// text is an element's words with single spaces.
func text(doc *goquery.Document, selector string) string {
	return strings.Join(strings.Fields(doc.Find(selector).Text()), " ")
}

// want fails unless the selector finds exactly n elements.
func want(t *testing.T, doc *goquery.Document, n int, selector string) {
	t.Helper()
	if got := doc.Find(selector).Length(); got != n {
		t.Errorf("%d × %s, want %d", got, selector, n)
	}
}

// says fails unless the words of the selector are exactly these.
func says(t *testing.T, doc *goquery.Document, selector, words string) {
	t.Helper()
	if got := text(doc, selector); got != words {
		t.Errorf("%s says %q, want %q", selector, got, words)
	}
}

// attr fails unless the first match carries the attribute with this value.
func attr(t *testing.T, doc *goquery.Document, selector, name, value string) {
	t.Helper()
	if got, _ := doc.Find(selector).Attr(name); got != value {
		t.Errorf("%s has %s=%q, want %q", selector, name, got, value)
	}
}

func design(l *i18n.Localizer) views.Page {
	return views.DesignPage(l, views.ThemeLight, domain.MustDate("2026-11-23"))
}
