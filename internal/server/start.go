package server

import (
	"github.com/a-h/templ"

	"relier/internal/domain"
	"relier/views"
)

// showStart has three doors: the sample, an organization of one's own, a backup.
func (s *Server) showStart(c *Ctx) error {
	orgs, err := s.app.OrganizationsOf(c.ctx, c.Person.ID)
	if err != nil {
		return err
	}
	v := views.Start{Doors: s.doors(c, orgs), Organizations: c.organizationTable(orgs)}
	return c.Render(views.StartPage(c.Page(c.L.T("start.title", nil)), v))
}

func (c *Ctx) organizationTable(orgs []domain.Organization) views.TableProps {
	t := views.TableProps{ID: "organizations", Caption: c.L.N("start.organizations", len(orgs), nil), Columns: []views.Column{
		{Label: c.L.T("start.organization", nil)}, {Label: c.L.T("start.kind", nil), Narrow: true}}}
	for _, o := range orgs {
		kind := views.Text(c.L.T("start.real", nil))
		if o.Sample {
			kind = views.Muted(c.L.T("start.sample_mark", nil))
		}
		href := Place{Org: o.Code}.Organization()
		t.Rows = append(t.Rows, views.Row{Href: href, Label: o.Name, Cells: []templ.Component{views.Titled(href, o.Code, o.Name), kind}})
	}
	return t
}

func (s *Server) doors(c *Ctx, orgs []domain.Organization) []views.Door {
	sample := views.Door{Title: c.L.T("start.sample", nil), Text: c.L.T("start.sample_text", nil), Label: c.L.T("start.sample_open", nil), Post: pathLoadSample}
	for _, o := range orgs {
		if o.Sample {
			sample.Post, sample.Href = "", Place{Org: o.Code}.Organization()
		}
	}
	own := views.Door{Title: c.L.T("start.own", nil), Text: c.L.T("start.own_text", nil), Label: c.L.T("start.own_open", nil), Href: pathNewOrganization, Main: true}
	restore := views.Door{Title: c.L.T("start.restore", nil), Text: c.L.T("start.restore_text", nil), Label: c.L.T("start.restore_open", nil), Href: pathRestore}
	if sample.Post != "" && s.config.LoadSample == nil {
		return []views.Door{own, restore}
	}
	return []views.Door{sample, own, restore}
}

// loadSample makes the fictional organization, or opens the one that is there.
func (s *Server) loadSample(c *Ctx) error {
	if s.config.LoadSample == nil {
		return domain.NotFound("page")
	}
	code, err := s.config.LoadSample(c.ctx, c.Person)
	if err != nil {
		return err
	}
	return c.Redirect(Place{Org: code}.Organization(), "notice.sample_loaded")
}

func (s *Server) showRestore(c *Ctx) error {
	p := c.Page(c.L.T("restore.title", nil))
	p.Links.Home = pathStart
	return c.Render(views.RestorePage(p))
}
