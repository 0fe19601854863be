// Package i18n holds every sentence the product says, in English and French,
// and the way each language writes dates, numbers and sizes.
//
// A message has a key ("controls.title") and one text per language, or one per
// plural form. Messages live in locales/<feature>.<lang>.json; files merge, and
// a key defined twice stops the program at start. A key that is missing at run
// time shows its English, or itself, and is logged once: a page never fails for
// want of a word. The tests of this package refuse missing and unused keys.
package i18n

import (
	"log/slog"
	"sync"

	goi18n "github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

// Langs are the languages of the product; the first is the fallback.
var Langs = []string{"en", "fr"}

var matcher = language.NewMatcher([]language.Tag{language.English, language.French})

// Localizer speaks one language. It is safe for concurrent use.
type Localizer struct {
	lang     string
	messages *goi18n.Localizer
	keys     map[string]bool
	missing  sync.Map // keys already logged
}

var localizers = load()

// For returns the localizer of lang; an unknown language gets English.
func For(lang string) *Localizer {
	if l, ok := localizers[lang]; ok {
		return l
	}
	return localizers[Langs[0]]
}

// Negotiate picks the language for an Accept-Language header.
func Negotiate(accept string) string {
	tags, _, err := language.ParseAcceptLanguage(accept)
	if err != nil {
		return Langs[0]
	}
	_, i, _ := matcher.Match(tags...)
	return Langs[i]
}

// Known reports whether lang is one of Langs.
func Known(lang string) bool { _, ok := localizers[lang]; return ok }

// Lang returns the language code, "en" or "fr".
func (l *Localizer) Lang() string { return l.lang }

// Has reports whether the key exists in this language.
func (l *Localizer) Has(key string) bool { return l.keys[key] }

// T returns the text of key with its {{.Placeholders}} filled from args.
func (l *Localizer) T(key string, args map[string]any) string {
	return l.localize(&goi18n.LocalizeConfig{MessageID: key, TemplateData: args})
}

// N returns the plural form of key for count. {{.Count}} is the count as this
// language writes it, unless args brings its own.
func (l *Localizer) N(key string, count int, args map[string]any) string {
	data := map[string]any{"Count": l.Number(count)}
	for k, v := range args {
		data[k] = v
	}
	return l.localize(&goi18n.LocalizeConfig{MessageID: key, TemplateData: data, PluralCount: count})
}

func (l *Localizer) localize(c *goi18n.LocalizeConfig) string {
	s, err := l.messages.Localize(c)
	if err != nil {
		l.note(c.MessageID, err)
	}
	if s == "" && err != nil {
		return c.MessageID
	}
	return s
}

func (l *Localizer) note(key string, err error) {
	if _, seen := l.missing.LoadOrStore(key, true); !seen {
		slog.Warn("message cannot be shown", "key", key, "lang", l.lang, "err", err)
	}
}
