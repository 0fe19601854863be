package server

import (
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"relier/internal/domain"
	"relier/internal/i18n"
	"relier/views"
)

// Cookies. The session's holds a random token; the others hold no secret.
const (
	sessionCookie     = "__Host-relier"
	noticeCookie      = "relier-notice"
	preferencesCookie = "relier-preferences"
)

func (c *Ctx) setCookie(name, value string, lasts time.Duration) {
	c.fiber.Cookie(&fiber.Cookie{Name: name, Value: value, Path: "/", MaxAge: int(lasts.Seconds()),
		HTTPOnly: true, Secure: name == sessionCookie || c.server.overTLS(), SameSite: fiber.CookieSameSiteLaxMode})
}

func (c *Ctx) clearCookie(name string) {
	c.fiber.Cookie(&fiber.Cookie{Name: name, Path: "/", Expires: time.Unix(1, 0),
		HTTPOnly: true, Secure: name == sessionCookie || c.server.overTLS(), SameSite: fiber.CookieSameSiteLaxMode})
}

// overTLS reports whether people reach us over https.
func (s *Server) overTLS() bool { return s.config.BaseURL != nil && s.config.BaseURL.Scheme == "https" }

// open gives the browser the session that a sign-in opened.
func (c *Ctx) open(token string) { c.setCookie(sessionCookie, token, domain.SessionAbsolute) }

// recognise finds out who asks. No session, or one that ended, is nobody.
func (s *Server) recognise(c *Ctx) error {
	token := c.fiber.Cookies(sessionCookie)
	if token == "" || len(token) > 100 {
		return nil
	}
	person, err := s.app.Session(c.ctx, token)
	if domain.KindOf(err) == domain.KindUnauthenticated {
		return nil
	}
	if err != nil {
		return err
	}
	c.token, c.Person = token, person
	if i18n.Known(person.Lang) {
		c.L = i18n.For(person.Lang)
	}
	return nil
}

// setNotice keeps the key of a sentence for the next page.
func (c *Ctx) setNotice(key string, count int) {
	value := key
	if count >= 0 {
		value += ":" + strconv.Itoa(count)
	}
	c.setCookie(noticeCookie, value, time.Minute)
}

// takeNotice returns the sentence kept for this page. The cookie chooses among
// our own sentences and can say nothing else.
func (c *Ctx) takeNotice() []views.NoticeProps {
	value := c.fiber.Cookies(noticeCookie)
	if value == "" {
		return nil
	}
	c.clearCookie(noticeCookie)
	key, count, counted := strings.Cut(value, ":")
	if !strings.HasPrefix(key, "notice.") || !c.L.Has(key) {
		return nil
	}
	text := ""
	if n, err := strconv.Atoi(count); counted && err == nil && n >= 0 {
		text = c.L.N(key, n, nil)
	} else if !counted {
		text = c.L.T(key, nil)
	}
	return []views.NoticeProps{{Tone: views.ToneDone, Text: text}}
}
