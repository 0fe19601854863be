package server

import (
	"net/url"

	"github.com/gofiber/fiber/v2"

	"relier/internal/domain"
	"relier/views"
)

func (s *Server) showSignIn(c *Ctx) error {
	back := safeBack(c.Query("back"))
	if c.Person.ID != 0 {
		return c.Redirect(back, "")
	}
	return s.signInForm(c, fiber.StatusOK, url.Values{"back": {back}}, nil)
}

func (s *Server) signInForm(c *Ctx, status int, typed url.Values, errs views.FormErrors) error {
	p := c.publicPage(c.L.T("sign_in.title", nil))
	if c.Method() == post {
		p.Path = pathSignIn + "?back=" + url.QueryEscape(safeBack(typed.Get("back")))
	}
	return c.RenderStatus(status, views.SignInPage(p, views.SignIn{Typed: typed, Errors: errs, Action: pathSignIn, Back: safeBack(typed.Get("back"))}))
}

// signIn opens a new session; the browser's old one ends.
func (s *Server) signIn(c *Ctx) error {
	form, err := c.Form()
	if err != nil {
		return err
	}
	token, err := s.app.SignIn(c.ctx, form.Text("email"), form.Raw("password"), c.header("User-Agent"), c.address())
	switch kind := domain.KindOf(err); {
	case kind == domain.KindUnauthenticated || kind == domain.KindUnavailable:
		return s.signInForm(c, statuses[kind], form.Values, views.NewFormErrors(c.L, err))
	case err != nil:
		return err
	}
	if err := s.endSession(c); err != nil {
		return err
	}
	c.open(token)
	return c.Redirect(form.Text("back"), "")
}

func (s *Server) signOut(c *Ctx) error {
	if err := s.endSession(c); err != nil {
		return err
	}
	c.clearCookie(sessionCookie)
	return c.Redirect(pathSignIn, "notice.signed_out")
}

func (s *Server) endSession(c *Ctx) error {
	if c.token == "" {
		return nil
	}
	return s.app.SignOut(c.ctx, c.token)
}
