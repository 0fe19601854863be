package server

import (
	"crypto/subtle"

	"relier/internal/config"
	"relier/internal/domain"
	"relier/views"
)

// showHome sends everyone where they belong: the console's link into the
// sample, a person to their organization, a stranger to the sign-in.
func (s *Server) showHome(c *Ctx) error {
	if key := c.Query("demo"); key != "" {
		return s.openDemo(c, key)
	}
	if c.Person.ID != 0 {
		return s.welcome(c)
	}
	empty, err := s.app.NeedsSetUp(c.ctx)
	if err != nil {
		return err
	}
	if empty {
		return c.Render(views.NotSetUpPage(c.publicPage(c.L.T("set_up.closed", nil))))
	}
	return c.Redirect(pathSignIn, "")
}

// welcome opens a person's only organization, or lets them choose.
func (s *Server) welcome(c *Ctx) error {
	orgs, err := s.app.OrganizationsOf(c.ctx, c.Person.ID)
	if err != nil {
		return err
	}
	if len(orgs) == 1 {
		return c.Redirect(Place{Org: orgs[0].Code}.Organization(), "")
	}
	return c.Redirect(pathStart, "")
}

// openDemo signs the holder of the console's token in to the sample, and to
// nothing else, on a loopback address only. The address they end at does not
// carry the token. A browser that fetches ahead of its user gets nothing.
func (s *Server) openDemo(c *Ctx, key string) error {
	if !same(key, s.config.DemoToken) || !config.Loopback(c.fiber.Context().RemoteAddr().String()) || c.header("Sec-Purpose") != "" {
		return domain.Forbidden("error.demo", nil)
	}
	token, org, err := s.app.SignInToSample(c.ctx, c.header("User-Agent"), c.address())
	if err != nil {
		return err
	}
	c.open(token)
	return c.Redirect(Place{Org: org.Code}.Organization(), "")
}

// same compares a secret in constant time; an empty one matches nothing.
func same(got, want string) bool {
	return want != "" && subtle.ConstantTimeCompare([]byte(got), []byte(want)) == 1
}
