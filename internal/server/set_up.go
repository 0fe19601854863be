package server

import (
	"net/url"

	"github.com/gofiber/fiber/v2"

	"relier/internal/app"
	"relier/internal/domain"
	"relier/views"
)

// mayShowSetUp lets in whoever holds the key from the console, while nobody has
// an account.
func (s *Server) maySetUp(c *Ctx, key string) error {
	empty, err := s.app.NeedsSetUp(c.ctx)
	switch {
	case err != nil:
		return err
	case !empty:
		return domain.Conflict("error.set_up_done", nil)
	case !same(key, s.config.SetUpKey):
		return domain.Forbidden("error.set_up_key", nil)
	}
	return nil
}

func (s *Server) showSetUp(c *Ctx) error {
	if err := s.maySetUp(c, c.Query("key")); err != nil {
		return err
	}
	return s.setUpForm(c, fiber.StatusOK, url.Values{"key": {c.Query("key")}}, nil)
}

func (s *Server) setUpForm(c *Ctx, status int, typed url.Values, errs views.FormErrors) error {
	p := c.publicPage(c.L.T("set_up.title", nil))
	if key := typed.Get("key"); c.Method() == post {
		p.Path = pathSetUp + "?key=" + url.QueryEscape(key)
	}
	return c.RenderStatus(status, views.SetUpPage(p, views.SetUp{Typed: typed, Errors: errs, Action: pathSetUp, Key: typed.Get("key")}))
}

// setUp makes the first account and signs it in.
func (s *Server) setUp(c *Ctx) error {
	form, err := c.Form()
	if err != nil {
		return err
	}
	if err := s.maySetUp(c, form.Raw("key")); err != nil {
		return err
	}
	in := app.NewPerson{Email: form.Text("email"), Name: form.Text("name"), Password: form.Raw("password"), Lang: c.L.Lang()}
	token, err := s.app.SetUp(c.ctx, in, c.header("User-Agent"), c.address())
	if errs, ok := c.FieldErrors(err); ok {
		return s.setUpForm(c, fiber.StatusUnprocessableEntity, form.Values, errs)
	}
	if err != nil {
		return err
	}
	c.open(token)
	return c.Redirect(pathStart, "")
}
