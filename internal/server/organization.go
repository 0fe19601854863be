package server

import (
	"net/url"

	"github.com/gofiber/fiber/v2"

	"relier/internal/domain"
	"relier/views"
)

func (s *Server) showNewOrganization(c *Ctx) error {
	return s.organizationForm(c, fiber.StatusOK, url.Values{}, nil)
}

func (s *Server) organizationForm(c *Ctx, status int, typed url.Values, errs views.FormErrors) error {
	p := c.Page(c.L.T("organization.new", nil))
	if c.Method() == post {
		p.Path = pathNewOrganization
	}
	return c.RenderStatus(status, views.OrganizationNewPage(p, views.OrganizationForm{Typed: typed, Errors: errs, Action: pathOrganizations, Cancel: pathStart}))
}

// createOrganization makes a tenant; its code comes from its name when the form
// leaves it out.
func (s *Server) createOrganization(c *Ctx) error {
	form, err := c.Form()
	if err != nil {
		return err
	}
	o := domain.Organization{Name: form.Text("name"), Code: form.Text("code")}
	if o.Code == "" {
		o.Code = domain.OrganizationCode(o.Name)
	}
	o, err = s.app.CreateOrganization(c.ctx, c.Person, o)
	if errs, ok := c.FieldErrors(err); ok {
		return s.organizationForm(c, fiber.StatusUnprocessableEntity, form.Values, errs)
	}
	if err != nil {
		return err
	}
	return c.Redirect(Place{Org: o.Code}.NewEngagement(), "notice.organization.created")
}

// showOrganization opens the newest engagement, or the form of the first one.
func (s *Server) showOrganization(c *Ctx) error {
	all, err := s.app.Engagements(c.ctx, c.Actor)
	if err != nil {
		return err
	}
	switch {
	case len(all) > 0:
		return c.Redirect(c.At().In(all[0].Code).Dashboard(), "")
	case c.Actor.Can(domain.ActEngagementWrite):
		return c.Redirect(c.At().NewEngagement(), "")
	}
	return c.Render(views.OrganizationEmptyPage(c.Page(c.Org.Name)))
}

func (s *Server) showRemoveSample(c *Ctx) error {
	if !c.Org.Sample {
		return domain.NotFound("page")
	}
	p := c.Page(c.L.T("sample.remove", nil))
	return c.Render(views.SampleRemovePage(p, views.ConfirmProps{
		Head:         views.HeadProps{Title: p.Title, Lead: c.L.T("sample.remove_lead", map[string]any{"Name": c.Org.Name})},
		Consequences: []string{c.L.T("sample.remove_what", nil), c.L.T("sample.remove_rest", nil)},
		Form:         views.FormProps{Action: c.At().RemoveSample(), Submit: c.L.T("sample.remove_submit", nil), Cancel: c.At().Organization(), Danger: true},
	}))
}

func (s *Server) removeSample(c *Ctx) error {
	if err := s.app.RemoveSample(c.ctx, c.Actor); err != nil {
		return err
	}
	return c.Redirect(pathStart, "notice.sample_removed")
}
