package server

import (
	"relier/internal/app"
	"relier/internal/domain"
	"relier/views"
)

// saveDuty saves a customer responsibility, unless a reliance would move by it
// and nobody ticked that they know.
func (s *Server) saveDuty(c *Ctx) error {
	id, form, err := c.workspaceForm()
	if err != nil {
		return err
	}
	v := dutyOf(form, id)
	open := views.OpenForm{Kind: views.FormDuty, Service: v.Service, Duty: v.ID}
	if err = form.Err(); err == nil {
		var checked domain.Responsibility
		if checked, err = s.app.CheckResponsibility(c.Context(), c.Actor, v); err == nil {
			effects, err := s.app.ResponsibilityEffects(c.Context(), c.Actor, checked)
			if err != nil || c.held(form, effects) {
				return s.holdBack(c, id, open, form, effects, err)
			}
		}
	}
	if err == nil {
		_, err = s.app.SaveResponsibility(c.Context(), c.Actor, v)
	}
	return s.finish(c, id, open, form, err, "notice.control.duty_saved")
}

// serviceOf reads which service a form of the workspace is about; without one it
// is about nothing.
func serviceOf(form *Form) domain.ServiceID {
	id := FormID[domain.ServiceID](form, "service")
	if form.Text("service") == "" {
		form.errs.Add("service", "error.choice", nil)
	}
	return id
}

func dutyOf(form *Form, id domain.ControlID) domain.Responsibility {
	v := domain.Responsibility{ID: FormID[domain.ResponsibilityID](form, "duty"), Control: id, Service: serviceOf(form),
		Sentence: form.Text("sentence"), Owner: FormID[domain.PersonID](form, "owner"), Expected: form.Text("expected"), Frequency: form.Text("frequency"),
		Cadence: domain.Cadence(form.Text("cadence")), Evidence: FormIDs[domain.EvidenceID](form, "evidence"), State: domain.ResponsibilityOpen, Version: form.Int("version")}
	if form.Ticked("none") {
		v.State, v.Because = domain.ResponsibilityNone, form.Text("because")
	}
	return v
}

// showDuties lists every customer responsibility of the engagement.
func (s *Server) showDuties(c *Ctx) error {
	f := c.dutyFilter()
	list, err := s.app.Duties(c.Context(), c.Actor, c.Engagement, f)
	if err != nil {
		return err
	}
	p := views.DutiesProps{Total: list.Total, Page: f.Page, Counts: list.Counts, Path: c.Path(), Action: c.At().Responsibilities(), Controls: c.At().Controls(),
		Query: f.Query, Service: f.Service, Owner: f.Owner, State: f.State, Cadence: f.Cadence, Sort: f.Sort, Desc: f.Desc}
	if p.Owners, err = s.owners(c); err != nil {
		return err
	}
	services, err := s.app.Services(c.Context(), c.Actor)
	if err != nil {
		return err
	}
	for _, v := range services {
		if v.State == domain.ServiceInUse {
			p.Services = append(p.Services, views.Option{Value: id(v.ID), Label: views.ServiceName(c.L, v)})
		}
	}
	names, err := s.app.Names(c.Context(), c.Actor)
	if err != nil {
		return err
	}
	for _, v := range list.Rows {
		p.Rows = append(p.Rows, views.DutyLine{Responsibility: v.Responsibility, Control: v.Control, Service: v.Service, Owner: names[v.Owner],
			Inherited: v.Inherited, Proof: v.Proof, State: v.State, Href: c.At().ControlDuty(v.Control.ID, v.Service.ID)})
	}
	return c.Render(views.DutiesPage(c.Page(c.L.T("duties.title", nil)), p))
}

// dutyFilter is the list's state, read from its address.
func (c *Ctx) dutyFilter() app.DutyFilter {
	f := app.DutyFilter{Query: c.queryWords(), Service: queryID[domain.ServiceID](c, "service"), Owner: queryID[domain.PersonID](c, "owner"),
		State: queryChoice(c, "state", domain.ResponsibilityStates), Page: c.ListPage()}
	if c.Query("owner") == id(domain.NoOwner) {
		f.Owner = domain.NoOwner
	}
	cadences := []string{app.NoCadence}
	for _, v := range domain.Cadences {
		cadences = append(cadences, string(v))
	}
	f.Cadence = queryChoice(c, "cadence", cadences)
	f.Sort, f.Desc = c.querySort("code", "service", "owner", "state", "cadence", "until")
	return f
}
