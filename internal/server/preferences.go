package server

import (
	"strings"
	"time"

	"relier/internal/i18n"
	"relier/views"
)

// setPreferences keeps language, theme or density: in a cookie for this
// browser, and with the account for the others.
func (s *Server) setPreferences(c *Ctx) error {
	form, err := c.Form()
	if err != nil {
		return err
	}
	theme, density := c.looks()
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
	c.setCookie(preferencesCookie, strings.Join([]string{lang, string(theme), string(density)}, "."), 365*24*time.Hour)
	if c.Person.ID != 0 {
		p := c.Person
		p.Lang, p.Theme, p.Density = lang, string(theme), string(density)
		if err := s.app.SetPreferences(c.ctx, p); err != nil {
			return err
		}
	}
	return c.Redirect(form.Text("back"), "")
}

func (c *Ctx) cookiePreferences() (lang string, theme views.Theme, density views.Density) {
	parts := strings.Split(c.fiber.Cookies(preferencesCookie), ".")
	if len(parts) != 3 {
		return "", "", ""
	}
	return parts[0], views.Theme(parts[1]), views.Density(parts[2])
}

// language is the browser's choice, or what it accepts; an account's comes before.
func (c *Ctx) language() string {
	if lang, _, _ := c.cookiePreferences(); i18n.Known(lang) {
		return lang
	}
	return i18n.Negotiate(c.header("Accept-Language"))
}

func (c *Ctx) looks() (views.Theme, views.Density) {
	if c.Person.ID != 0 {
		return views.Theme(c.Person.Theme), views.Density(c.Person.Density)
	}
	_, theme, density := c.cookiePreferences()
	return theme, density
}
