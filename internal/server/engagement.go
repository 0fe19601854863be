package server

import (
	"net/url"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"relier/internal/domain"
	"relier/views"
)

// showNewEngagement offers what most will keep: an internal audit of this
// calendar year to the 2022 edition.
func (s *Server) showNewEngagement(c *Ctx) error {
	year := strconv.Itoa(s.app.Today().Time().Year())
	return s.newEngagementForm(c, fiber.StatusOK, url.Values{
		"title": {c.L.T("engagement.default_title", map[string]any{"Year": year})}, "code": {year},
		"kind": {string(domain.KindInternal)}, "edition": {string(domain.Edition2022)},
		"from": {year + "-01-01"}, "to": {year + "-12-31"},
	}, nil)
}

func (s *Server) newEngagementForm(c *Ctx, status int, typed url.Values, errs views.FormErrors) error {
	p := c.Page(c.L.T("engagement.new", nil))
	if c.Method() == post {
		p.Path = c.At().NewEngagement()
	}
	return c.RenderStatus(status, views.EngagementPage(p, views.EngagementForm{Typed: typed, Errors: errs, New: true,
		Action: c.At().Engagements(), Submit: c.L.T("engagement.create", nil), Lead: c.L.T("engagement.lead", nil)}))
}

// engagementFrom reads the form's fields.
func engagementFrom(form *Form) domain.Engagement {
	return domain.Engagement{Code: form.Text("code"), Title: form.Text("title"), Kind: domain.EngagementKind(form.Text("kind")),
		Edition: domain.Edition(form.Text("edition")), Period: form.Period("from", "to"), Scope: form.Text("scope"), Version: form.Int("version")}
}

func (s *Server) createEngagement(c *Ctx) error {
	form, err := c.Form()
	if err != nil {
		return err
	}
	e := engagementFrom(form)
	if err = form.Err(); err == nil {
		e, err = s.app.CreateEngagement(c.ctx, c.Actor, e)
	}
	if errs, ok := c.FieldErrors(err); ok {
		return s.newEngagementForm(c, fiber.StatusUnprocessableEntity, form.Values, errs)
	}
	if err != nil {
		return err
	}
	return c.Redirect(c.At().In(e.Code).Tasks(), "notice.engagement.created")
}

func (s *Server) showEngagement(c *Ctx) error {
	return s.engagementForm(c, fiber.StatusOK, engagementValues(c.Engagement), nil)
}

func engagementValues(e domain.Engagement) url.Values {
	return url.Values{"title": {e.Title}, "kind": {string(e.Kind)}, "edition": {string(e.Edition)}, "from": {e.Period.From.String()},
		"to": {e.Period.To.String()}, "scope": {e.Scope}, "version": {strconv.Itoa(e.Version)}}
}

func (s *Server) engagementForm(c *Ctx, status int, typed url.Values, errs views.FormErrors) error {
	p := c.Page(c.Engagement.Title)
	if c.Method() == post {
		p.Path = c.At().Settings()
	}
	state := views.StateStatus(c.L, domain.NounEngagement, c.Engagement.State)
	v := views.EngagementForm{Typed: typed, Errors: errs, Action: c.At().Settings(), Submit: c.L.T("engagement.save", nil), Status: &state,
		ReadOnly: !c.Actor.Can(domain.ActEngagementWrite) || c.Engagement.State == domain.EngagementClosed}
	if c.Actor.Can(domain.ActEngagementWrite) {
		v.Moves = c.engagementMoves(typed, errs)
	}
	return c.RenderStatus(status, views.EngagementPage(p, v))
}

// engagementMoves are the steps from where the engagement is; from closed there
// is only the way back, with a reason.
func (c *Ctx) engagementMoves(typed url.Values, errs views.FormErrors) []views.EngagementMove {
	var out []views.EngagementMove
	for _, to := range domain.EngagementStates {
		if !c.Engagement.CanMoveTo(to) {
			continue
		}
		m := views.EngagementMove{Action: c.At().EngagementState(), To: to, Version: strconv.Itoa(c.Engagement.Version),
			Label: c.L.T("engagement.move_to."+string(to), nil), Text: c.L.T("engagement.move."+string(to), nil)}
		if c.Engagement.State == domain.EngagementClosed {
			m.Label, m.Text = c.L.T("engagement.reopen", nil), c.L.T("engagement.reopen_text", nil)
			m.Reason, m.Typed, m.Error = true, typed.Get("reason"), errs.For("reason")
		}
		out = append(out, m)
	}
	return out
}

func (s *Server) saveEngagement(c *Ctx) error {
	form, err := c.Form()
	if err != nil {
		return err
	}
	e := engagementFrom(form)
	e.ID, e.Code = c.Engagement.ID, c.Engagement.Code
	if err = form.Err(); err == nil {
		_, err = s.app.UpdateEngagement(c.ctx, c.Actor, e)
	}
	if errs, ok := c.FieldErrors(err); ok {
		return s.engagementForm(c, fiber.StatusUnprocessableEntity, form.Values, errs)
	}
	if err != nil {
		return err
	}
	return c.Redirect(c.At().Settings(), "notice.engagement.saved")
}

func (s *Server) moveEngagement(c *Ctx) error {
	form, err := c.Form()
	if err != nil {
		return err
	}
	to, version := domain.EngagementState(form.Text("to")), form.Int("version")
	if err = form.Err(); err == nil {
		_, err = s.app.MoveEngagement(c.ctx, c.Actor, c.Engagement.ID, to, form.Text("reason"), version)
	}
	if errs, ok := c.FieldErrors(err); ok {
		typed := engagementValues(c.Engagement)
		typed.Set("reason", form.Text("reason"))
		return s.engagementForm(c, fiber.StatusUnprocessableEntity, typed, errs)
	}
	if err != nil {
		return err
	}
	return c.Redirect(c.At().Settings(), "notice.engagement.moved")
}
