package server

import (
	"net/url"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"relier/internal/app"
	"relier/internal/domain"
	"relier/views"
)

// showDisputes lists what people disagree with in the reference data.
func (s *Server) showDisputes(c *Ctx) error {
	all, err := s.app.Disputes(c.Context(), c.Actor)
	if err != nil {
		return err
	}
	p := views.DisputesProps{Path: c.Path(), Action: c.At().Disputes(), Crosswalk: c.At().Crosswalk(), Never: len(all) == 0,
		State: queryChoice(c, "state", views.DisputeStates), Subject: queryChoice(c, "subject", domain.DisputeSubjects)}
	names, err := s.app.Names(c.Context(), c.Actor)
	if err != nil {
		return err
	}
	var rows []views.DisputeLine
	for _, v := range all {
		if v.Open() {
			p.Open++
		}
		if (p.State == "" || views.DisputeState(v) == p.State) && (p.Subject == "" || v.Subject == p.Subject) {
			rows = append(rows, s.disputeLine(c, v, names))
		}
	}
	p.List = domain.Slice(rows, c.ListPage())
	return c.Render(views.DisputesPage(c.Page(c.L.T("dispute.title", nil)), p))
}

// disputeLine is a dispute with the row it is about, in words.
func (s *Server) disputeLine(c *Ctx, v domain.Dispute, names map[domain.PersonID]string) views.DisputeLine {
	l := views.DisputeLine{Dispute: v, RaisedBy: names[v.RaisedBy], SettledBy: names[v.SettledBy], Row: v.Label()}
	if v.ID != 0 {
		l.Href = c.At().Dispute(v.ID)
	}
	if v.Subject == domain.DisputeProposal {
		ref := domain.Ref{Edition: domain.Edition(v.From), Code: v.To}
		l.Ends = append(l.Ends, views.RowEnd{Ref: ref, Title: s.app.RequirementTitle(ref).In(c.L.Lang())})
		return l
	}
	for _, ref := range []domain.Ref{{Edition: domain.Edition2013, Code: v.From}, {Edition: domain.Edition2022, Code: v.To}} {
		if ref.Code != "" {
			l.Ends = append(l.Ends, views.RowEnd{Ref: ref, Title: s.app.RequirementTitle(ref).In(c.L.Lang())})
		}
	}
	return l
}

// showNewDispute is the form about one row; the address says which, and where
// the reader came from.
func (s *Server) showNewDispute(c *Ctx) error {
	typed := url.Values{}
	for _, name := range []string{"subject", "from", "to", "control", "service"} {
		typed.Set(name, c.Query(name))
	}
	return s.disputeForm(c, fiber.StatusOK, typed, nil, nil)
}

func disputeOf(f *Form) domain.Dispute {
	return domain.Dispute{Subject: domain.DisputeSubject(f.Text("subject")), From: f.Text("from"), To: f.Text("to"), Note: f.Text("note")}
}

func (s *Server) disputeForm(c *Ctx, status int, typed url.Values, errs views.FormErrors, effects []app.Effect) error {
	v := disputeOf(&Form{Values: typed})
	if err := s.app.CheckDisputed(v); err != nil {
		return err
	}
	f := views.DisputeForm{Line: s.disputeLine(c, v, nil), FormState: views.FormState{Values: typed, Errors: errs, Effects: c.effectLines(effects), Action: c.At().Disputes()}}
	f.Cancel = c.disputeBack(&Form{Values: typed})
	f.Back = views.Crumb{Label: c.L.T("crosswalk.title", nil), Href: f.Cancel}
	if v.Subject == domain.DisputeProposal {
		f.Back.Label = c.L.T("dispute.title", nil)
		if typed.Get("control") != "" {
			f.Back.Label = c.L.T("dispute.to_control", nil)
		}
	}
	return c.RenderStatus(status, views.DisputeFormPage(c.Page(c.L.T("dispute.new", nil)), f))
}

// disputeBack is where a dispute was raised from: a control, or the crosswalk.
func (c *Ctx) disputeBack(f *Form) string {
	if control := FormID[domain.ControlID](f, "control"); control != 0 {
		return c.At().ControlPart(control, FormID[domain.ServiceID](f, "service"))
	}
	if f.Text("subject") == string(domain.DisputeProposal) {
		return c.At().Disputes()
	}
	return c.At().Crosswalk()
}

// raiseDispute records a dispute, unless a reliance would move by it and nobody
// ticked that they know.
func (s *Server) raiseDispute(c *Ctx) error {
	form, err := c.Form()
	if err != nil {
		return err
	}
	v := disputeOf(form)
	if err := s.app.CheckDisputed(v); err != nil {
		return err
	}
	if err = v.Check(); err == nil {
		effects, err := s.app.DisputeEffects(c.Context(), c.Actor, v)
		if err != nil {
			return err
		}
		if c.held(form, effects) {
			return s.disputeForm(c, fiber.StatusUnprocessableEntity, form.Values, c.untold(), effects)
		}
	}
	if err == nil {
		v, err = s.app.RaiseDispute(c.Context(), c.Actor, v)
	}
	if status, values, errs, ok := c.again(err, form.Values, nil); ok {
		return s.disputeForm(c, status, values, errs, nil)
	}
	if err != nil {
		return err
	}
	if form.Text("control") != "" {
		return c.Redirect(c.disputeBack(form), "notice.dispute.raised")
	}
	return c.Redirect(c.At().Dispute(v.ID), "notice.dispute.raised")
}

func (s *Server) pathDispute(c *Ctx) (domain.Dispute, error) {
	id, err := pathID[domain.DisputeID](c, "id", domain.NounDispute)
	if err != nil {
		return domain.Dispute{}, err
	}
	return s.app.Dispute(c.Context(), c.Actor, id)
}

// showDispute is one dispute: the row, the note, and the way to settle it.
func (s *Server) showDispute(c *Ctx) error {
	v, err := s.pathDispute(c)
	if err != nil {
		return err
	}
	return s.disputePage(c, fiber.StatusOK, v, url.Values{"version": {strconv.Itoa(v.Version)}}, nil, nil)
}

func (s *Server) disputePage(c *Ctx, status int, v domain.Dispute, typed url.Values, errs views.FormErrors, effects []app.Effect) error {
	names, err := s.app.Names(c.Context(), c.Actor)
	if err != nil {
		return err
	}
	p := views.DisputeView{Line: s.disputeLine(c, v, names), FormState: views.FormState{Values: typed, Errors: errs, Effects: c.effectLines(effects),
		Back: views.Crumb{Label: c.L.T("dispute.title", nil), Href: c.At().Disputes()}}}
	if v.Open() && c.Actor.Can(domain.ActDispute) {
		p.Action = c.At().SettleDispute(v.ID)
	}
	records, err := s.app.DisputeHistory(c.Context(), c.Actor, v.ID)
	if err != nil {
		return err
	}
	p.Events = c.events(records)
	return c.RenderStatus(status, views.DisputePage(c.Page(p.Line.Row), p))
}

func (s *Server) settleDispute(c *Ctx) error {
	v, err := s.pathDispute(c)
	if err != nil {
		return err
	}
	form, err := c.Form()
	if err != nil {
		return err
	}
	version := form.Int("version")
	settled := v
	settled.SettledBy, settled.Settlement = c.Actor.Person, form.Text("settlement")
	if err = form.Err(); err == nil {
		err = settled.Check()
	}
	if err == nil && v.Open() {
		effects, err := s.app.DisputeEffects(c.Context(), c.Actor, settled)
		if err != nil {
			return err
		}
		if c.held(form, effects) {
			return s.disputePage(c, fiber.StatusUnprocessableEntity, v, form.Values, c.untold(), effects)
		}
	}
	if err == nil {
		_, err = s.app.SettleDispute(c.Context(), c.Actor, v.ID, form.Text("settlement"), version)
	}
	current := url.Values{"settlement": {form.Text("settlement")}, "version": {strconv.Itoa(v.Version)}}
	if status, values, errs, ok := c.again(err, form.Values, current); ok {
		return s.disputePage(c, status, v, values, errs, nil)
	}
	if err != nil {
		return err
	}
	return c.Redirect(c.At().Dispute(v.ID), "notice.dispute.settled")
}
