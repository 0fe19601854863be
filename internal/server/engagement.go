package server

import (
	"net/url"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"relier/internal/app"
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
		"from": {year + "-01-01"}, "to": {year + "-12-31"}, "report_max_months": {strconv.Itoa(domain.ReportMaxMonths)},
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
func engagementFrom(form *Form, old domain.Engagement) domain.Engagement {
	return domain.Engagement{Code: form.Text("code"), Title: form.Text("title"), Kind: domain.EngagementKind(form.Text("kind")),
		Edition: domain.Edition(form.Text("edition")), Period: form.Period("from", "to"), Scope: form.Text("scope"), ReportMaxMonths: reportAge(form, old), Version: form.Int("version")}
}

// reportAge reads the age limit of the provider's reports, in months: what was
// taken out is asked for again.
func reportAge(form *Form, old domain.Engagement) int {
	if !form.Values.Has("report_max_months") {
		return old.ReportAge()
	}
	n, err := strconv.Atoi(form.Text("report_max_months"))
	if err != nil || n == 0 {
		form.errs.Add("report_max_months", "error.engagement.report_age", nil)
	}
	return n
}

func (s *Server) createEngagement(c *Ctx) error {
	form, err := c.Form()
	if err != nil {
		return err
	}
	e := engagementFrom(form, c.Engagement)
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
	return s.engagementForm(c, fiber.StatusOK, engagementValues(c.Engagement), nil, nil)
}

func engagementValues(e domain.Engagement) url.Values {
	return url.Values{"title": {e.Title}, "kind": {string(e.Kind)}, "edition": {string(e.Edition)}, "from": {e.Period.From.String()},
		"to": {e.Period.To.String()}, "scope": {e.Scope}, "report_max_months": {strconv.Itoa(e.ReportAge())}, "version": {strconv.Itoa(e.Version)}}
}

func (s *Server) engagementForm(c *Ctx, status int, typed url.Values, errs views.FormErrors, effects []app.Effect) error {
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
	if lines := c.effectLines(effects); c.Engagement.State != domain.EngagementClosed {
		v.Effects = lines
	} else if len(v.Moves) > 0 { // what is held back is the reopening
		v.Moves[0].Effects = lines
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
			m.Confirm = errs.For("confirmed")
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
	e := engagementFrom(form, c.Engagement)
	e.ID, e.Code = c.Engagement.ID, c.Engagement.Code
	if err = form.Err(); err == nil {
		effects, err := s.app.EngagementEffects(c.ctx, c.Actor, e)
		if err != nil {
			return err
		}
		if c.held(form, effects) {
			return s.engagementForm(c, fiber.StatusUnprocessableEntity, form.Values, c.untold(), effects)
		}
	}
	if err == nil {
		_, err = s.app.UpdateEngagement(c.ctx, c.Actor, e)
	}
	if status, values, errs, ok := c.again(err, form.Values, engagementValues(c.Engagement)); ok {
		return s.engagementForm(c, status, values, errs, nil)
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
		effects, err := s.app.ReopenEffects(c.ctx, c.Actor, c.Engagement)
		if err != nil {
			return err
		}
		if c.held(form, effects) {
			return s.engagementForm(c, fiber.StatusUnprocessableEntity, moveValues(c.Engagement, form), c.untold(), effects)
		}
	}
	if err == nil {
		_, err = s.app.MoveEngagement(c.ctx, c.Actor, c.Engagement.ID, to, form.Text("reason"), version)
	}
	if errs, ok := c.FieldErrors(err); ok {
		return s.engagementForm(c, fiber.StatusUnprocessableEntity, moveValues(c.Engagement, form), errs, nil)
	}
	if err != nil {
		return err
	}
	return c.Redirect(c.At().Settings(), "notice.engagement.moved")
}

// moveValues is the engagement as it stands, with the reason as typed.
func moveValues(e domain.Engagement, form *Form) url.Values {
	typed := engagementValues(e)
	typed.Set("reason", form.Text("reason"))
	return typed
}
