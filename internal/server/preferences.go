package server

import (
	"strings"
	"time"

	"relier/internal/i18n"
	"relier/views"
)

// setPreferences keeps language, theme, density or letter keys: in a cookie for
// this browser, and with the account for the others. Keys stay with the browser.
func (s *Server) setPreferences(c *Ctx) error {
	form, err := c.Form()
	if err != nil {
		return err
	}
	theme, density, keys := c.looks()
	lang := c.L.Lang()
	if v := form.Text("lang"); i18n.Known(v) {
		lang = v
	}
	if v := views.Theme(form.Text("theme")); v.Valid() {
		theme = v
	}
	if v := views.Density(form.Text("density")); v.Valid() {
		density = v
	}
	if v := form.Text("keys"); v != "" {
		keys = v == "on"
	}
	c.setCookie(preferencesCookie, strings.Join([]string{lang, string(theme), string(density), keysWord[keys]}, "."), 365*24*time.Hour)
	if c.Person.ID != 0 {
		p := c.Person
		p.Lang, p.Theme, p.Density = lang, string(theme), string(density)
		if err := s.app.SetPreferences(c.ctx, p); err != nil {
			return err
		}
	}
	return c.Redirect(form.Text("back"), "")
}

var keysWord = map[bool]string{true: "on", false: "off"}

// cookiePreferences are what this browser chose: language, theme, density and
// keys, whatever they hold; four empty ones before it chose.
func (c *Ctx) cookiePreferences() [4]string {
	var out [4]string
	copy(out[:], strings.Split(c.fiber.Cookies(preferencesCookie), "."))
	return out
}

// language is the browser's choice, or what it accepts; an account's comes before.
func (c *Ctx) language() string {
	if lang := c.cookiePreferences()[0]; i18n.Known(lang) {
		return lang
	}
	return i18n.Negotiate(c.header("Accept-Language"))
}

// looks is how this person, or this browser, wants pages shown.
func (c *Ctx) looks() (views.Theme, views.Density, bool) {
	chosen := c.cookiePreferences()
	keys := chosen[3] == keysWord[true]
	if c.Person.ID != 0 {
		return views.Theme(c.Person.Theme), views.Density(c.Person.Density), keys
	}
	return views.Theme(chosen[1]), views.Density(chosen[2]), keys
}
