package server

import (
	"net/url"
	"strconv"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"relier/internal/app"
	"relier/internal/domain"
	"relier/views"
)

func (s *Server) showPeople(c *Ctx) error {
	return s.people(c, fiber.StatusOK, url.Values{"role": {string(domain.RoleContributor)}}, nil)
}

func (s *Server) people(c *Ctx, status int, typed url.Values, errs views.FormErrors) error {
	members, err := s.app.Members(c.ctx, c.Actor)
	if err != nil {
		return err
	}
	codes, err := s.controlCodes(c)
	if err != nil {
		return err
	}
	p := c.Page(c.L.T("people.title", nil))
	if c.Method() == post {
		p.Path = c.At().People()
	}
	v := views.People{Table: c.memberTable(members, codes), Form: c.Actor.Can(domain.ActPeopleManage), Typed: typed, Errors: errs, Action: c.At().People()}
	for _, r := range domain.Roles {
		v.Roles = append(v.Roles, views.Option{Value: string(r), Label: c.L.T("role."+string(r), nil), Hint: c.L.T("people.role."+string(r), nil),
			Disabled: r == domain.RoleOwner && c.Actor.Role != domain.RoleOwner})
	}
	v.Engaged = c.engagementOptions()
	return c.RenderStatus(status, views.PeoplePage(p, v))
}

func (c *Ctx) engagementOptions() (out []views.Option) {
	for _, e := range c.engagements() {
		out = append(out, views.Option{Value: strconv.FormatInt(int64(e.ID), 10), Label: e.Code + " " + e.Title})
	}
	return out
}

func (c *Ctx) memberTable(members []domain.Member, codes map[domain.ControlID]string) views.TableProps {
	manages := c.Actor.Can(domain.ActPeopleManage)
	t := views.TableProps{ID: "people", Caption: c.L.N("people.count", len(members), nil), Columns: []views.Column{
		{Label: c.L.T("people.name", nil)}, {Label: c.L.T("people.role", nil)}, {Label: c.L.T("people.reach", nil)}, {Label: c.L.T("people.until", nil), Narrow: true}}}
	if manages {
		t.Columns = append(t.Columns, views.Column{Label: c.L.T("people.acts", nil), Silent: true, Narrow: true})
	}
	names := map[domain.EngagementID]string{}
	for _, e := range c.engagements() {
		names[e.ID] = e.Code
	}
	for _, m := range members {
		t.Rows = append(t.Rows, c.memberRow(m, names, codes, manages))
	}
	return t
}

func (c *Ctx) memberRow(m domain.Member, engagements map[domain.EngagementID]string, codes map[domain.ControlID]string, manages bool) views.Row {
	you, reach := "", c.L.T("people.all_engagements", nil)
	if m.Person.ID == c.Person.ID {
		you = c.L.T("people.you", nil)
	}
	if m.Membership.Engagement != 0 {
		reach = engagements[m.Membership.Engagement]
	}
	cells := []templ.Component{views.PersonCell(m.Person.Name, m.Person.Email, you), views.Text(c.L.T("role."+string(m.Membership.Role), nil)),
		views.ReachCell(c.L, reach, scopeCodes(m.Membership, codes)), views.Day(c.L, m.Membership.Until)}
	if manages {
		edit := ""
		if m.Membership.Role == domain.RoleAssessor {
			edit = c.At().PersonEdit(m.Person.ID)
		}
		cells = append(cells, views.MemberActs(c.L, edit, c.At().PersonRemove(m.Person.ID)))
	}
	ended := m.Membership.Until != 0 && m.Membership.Until < c.server.app.Today()
	return views.Row{Cells: cells, Label: m.Person.Name, Muted: ended || m.Person.Disabled}
}

// addPerson gives somebody a role; a new account gets the password typed here.
func (s *Server) addPerson(c *Ctx) error {
	form, err := c.Form()
	if err != nil {
		return err
	}
	in := app.NewPerson{Email: form.Text("email"), Name: form.Text("name"), Password: form.Raw("password"), Lang: c.L.Lang()}
	m := domain.Membership{Role: domain.Role(form.Text("role")), Engagement: FormID[domain.EngagementID](form, "engagement"), Until: form.Date("until")}
	if err = form.Err(); err == nil {
		m.Controls, err = s.app.ReadScope(c.ctx, c.Actor, m.Engagement, form.Text("controls"))
	}
	if err == nil {
		_, err = s.app.AddMember(c.ctx, c.Actor, in, m)
	}
	if errs, ok := c.FieldErrors(err); ok {
		form.Values.Del("password")
		return s.people(c, fiber.StatusUnprocessableEntity, form.Values, errs)
	}
	if err != nil {
		return err
	}
	return c.Redirect(c.At().People(), "notice.person.added")
}

func (s *Server) showRemovePerson(c *Ctx) error {
	m, effects, err := s.leaving(c)
	if err != nil {
		return err
	}
	return c.removeForm(fiber.StatusOK, m, effects, nil)
}

// leaving is who would go, and what would fall by it.
func (s *Server) leaving(c *Ctx) (domain.Member, []app.Effect, error) {
	m, err := s.memberInPath(c)
	if err != nil {
		return m, nil, err
	}
	effects, err := s.app.RemovalEffects(c.ctx, c.Actor, m.Person.ID)
	return m, effects, err
}

func (c *Ctx) removeForm(status int, m domain.Member, effects []app.Effect, errs views.FormErrors) error {
	p := c.Page(c.L.T("people.remove_title", map[string]any{"Name": m.Person.Name}))
	v := views.PersonRemove{Effects: c.effectLines(effects), Errors: errs, ConfirmProps: views.ConfirmProps{
		Head:         views.HeadProps{Title: p.Title, Back: views.Crumb{Label: c.L.T("people.title", nil), Href: c.At().People()}},
		Consequences: []string{c.L.T("people.remove_what", nil), c.L.T("people.remove_rest", nil)},
		Form:         views.FormProps{Action: c.At().PersonRemove(m.Person.ID), Submit: c.L.T("people.remove", nil), Cancel: c.At().People(), Danger: true},
	}}
	return c.RenderStatus(status, views.PersonRemovePage(p, v))
}

func (s *Server) memberInPath(c *Ctx) (domain.Member, error) {
	id, err := pathID[domain.PersonID](c, "id", domain.NounPerson)
	if err != nil {
		return domain.Member{}, err
	}
	return s.app.Member(c.ctx, c.Actor, id)
}

// removePerson does what its page stated; when that is not what would happen now,
// the page comes again and states it.
func (s *Server) removePerson(c *Ctx) error {
	m, effects, err := s.leaving(c)
	if err != nil {
		return err
	}
	form, err := c.Form()
	if err != nil {
		return err
	}
	if len(effects) > 0 && form.Text("stated") != views.Stated(c.effectLines(effects)) {
		return c.removeForm(fiber.StatusUnprocessableEntity, m, effects, views.FormErrors{{Text: c.L.T("error.unstated", nil)}})
	}
	if err := s.app.RemoveMember(c.ctx, c.Actor, m.Person.ID); err != nil {
		return err
	}
	return c.Redirect(c.At().People(), "notice.person.removed")
}
