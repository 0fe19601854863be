package server

import (
	"fmt"
	"net/url"
	"runtime/debug"
	"strings"

	"github.com/gofiber/fiber/v2"

	"relier/internal/config"
	"relier/internal/domain"
)

// serve is what every route goes through: admit, handle, or fail.
func (s *Server) serve(r Route) fiber.Handler {
	return func(f *fiber.Ctx) error {
		c := s.begin(f, r)
		defer c.end()
		if err := s.answer(c); err != nil {
			s.fail(c, err)
		}
		return nil
	}
}

func (s *Server) answer(c *Ctx) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	if err := s.admit(c); err != nil {
		return err
	}
	return c.route.Handle(s.asOf(c.on), c)
}

// admit refuses a request before its body is read: wrong host, another site's
// form, nobody signed in, not a member, or a role that may not.
func (s *Server) admit(c *Ctx) error {
	if c.route.Bare {
		return nil
	}
	if !s.ourHost(c.host()) {
		return errHost
	}
	if err := s.sameSite(c); err != nil {
		return err
	}
	if err := s.recognise(c); err != nil {
		return err
	}
	return s.permit(c)
}

// permit applies the route's rule.
func (s *Server) permit(c *Ctx) (err error) {
	if c.route.Rule.who == anyone {
		return nil
	}
	if c.Person.ID == 0 {
		return errSignedOut
	}
	if c.route.Rule.who == signedIn {
		return nil
	}
	if c.Actor, c.Org, err = s.app.Actor(c.ctx, c.Person, c.Param("org")); err != nil {
		return err
	}
	if code := c.Param("eng"); code != "" {
		if c.Engagement, err = s.app.Engagement(c.ctx, c.Actor, code); err != nil {
			return err
		}
	}
	if err := c.Actor.Allow(c.route.Rule.Action); err != nil {
		return err
	}
	return c.lookAt()
}

// host is the name that the request itself asks for.
func (c *Ctx) host() string { return string(c.fiber.Context().Host()) }

// ourHost reports whether a request names us: a page elsewhere whose name was
// pointed at this machine does not.
func (s *Server) ourHost(host string) bool {
	if base := s.config.BaseURL; base != nil && strings.EqualFold(host, base.Host) {
		return true
	}
	return s.config.BaseURL == nil && config.Loopback(host)
}

// origin is how browsers name us.
func (s *Server) origin(c *Ctx) string {
	if base := s.config.BaseURL; base != nil {
		return base.Scheme + "://" + base.Host
	}
	return "http://" + strings.ToLower(c.host())
}

// sameSite refuses a change that another site's page sent, as net/http's
// CrossOriginProtection does: by Sec-Fetch-Site, else by Origin. A client that
// sends neither is no browser, and carries nobody's cookies unasked.
func (s *Server) sameSite(c *Ctx) error {
	if m := c.Method(); m == fiber.MethodGet || m == fiber.MethodHead {
		return nil
	}
	switch c.header("Sec-Fetch-Site") {
	case "same-origin", "none":
		return nil
	case "":
		if o := c.header("Origin"); o == "" || o == s.origin(c) {
			return nil
		}
	}
	return domain.Forbidden("error.csrf", nil)
}

// policy is the Content-Security-Policy of pages: nothing but our own files.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// secure sets the headers of every answer; a download tightens them.
func (c *Ctx) secure() {
	for name, value := range map[string]string{
		"Content-Security-Policy":      policy,
		"X-Content-Type-Options":       "nosniff",
		"Referrer-Policy":              "same-origin",
		"Cache-Control":                "no-store",
		"Cross-Origin-Opener-Policy":   "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin",
		"X-Frame-Options":              "DENY",
	} {
		c.fiber.Set(name, value)
	}
	if base := c.server.config.BaseURL; base != nil && base.Scheme == "https" {
		c.fiber.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// addressMost is how long an address of ours may be, in bytes: the page after an
// upload of 500 files names each, and proxies take 8 KiB.
const addressMost = 8000

// safeBack returns an address of ours to go back to, or the home page. Browsers
// read "//host", "/\host" and "/<tab>/host" as other sites.
func safeBack(path string) string {
	if len(path) > addressMost || !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") ||
		strings.ContainsFunc(path, func(r rune) bool { return r <= ' ' || r == '\\' || r >= 0x7f }) {
		return pathHome
	}
	u, err := url.Parse(path)
	if err != nil || u.Host != "" || u.Scheme != "" || u.User != nil {
		return pathHome
	}
	return path
}
