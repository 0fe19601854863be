package server

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"relier/internal/domain"
	"relier/views"
)

// evidenceValues is what a form says of an item, as typed.
func evidenceValues(f *Form) views.EvidenceValues {
	return views.EvidenceValues{Title: f.Text("title"), Source: f.Text("source"), Method: f.Text("method"), Sensitivity: f.Text("sensitivity"),
		CapturedOn: f.Text("captured_on"), From: f.Text("from"), To: f.Text("to"), URL: f.Text("url"), Note: f.Text("note"),
		Controls: f.All("controls"), Codes: f.Text("codes"), Expires: f.Text("expires"), Cadence: f.Text("cadence")}
}

// controlChoice is how a form offers the organization's controls.
func (s *Server) controlChoice(c *Ctx) (views.ControlChoice, error) {
	all, err := s.app.Controls(c.Context(), c.Actor)
	if err != nil || len(all) > views.TickMost {
		return views.ControlChoice{TooMany: err == nil}, err
	}
	return views.ControlChoice{Controls: all}, nil
}

// chosenControls reads which controls a form names: ticked, or typed as codes.
// It is never nil, for a form without a tick means "none".
func (s *Server) chosenControls(c *Ctx, f *Form) ([]domain.ControlID, error) {
	out := append([]domain.ControlID{}, FormIDs[domain.ControlID](f, "controls")...)
	codes := strings.FieldsFunc(f.Text("codes"), func(r rune) bool { return strings.ContainsRune(",; \n\t", r) })
	if len(codes) == 0 {
		return out, nil
	}
	all, err := s.app.Controls(c.Context(), c.Actor)
	if err != nil {
		return nil, err
	}
	byCode := map[string]domain.ControlID{}
	for _, v := range all {
		byCode[strings.ToUpper(v.Code)] = v.ID
	}
	for _, code := range codes {
		id, ok := byCode[strings.ToUpper(code)]
		if !ok {
			return nil, domain.Invalid("error.evidence.control_unknown", domain.Args{"Code": code}).At("codes")
		}
		out = append(out, id)
	}
	return out, nil
}

func codesOf(controls []domain.Control) string {
	codes := make([]string, len(controls))
	for i, v := range controls {
		codes[i] = v.Code
	}
	return strings.Join(codes, ", ")
}

// showEditEvidence is the form that describes an item.
func (s *Server) showEditEvidence(c *Ctx) error {
	id, err := pathID[domain.EvidenceID](c, "id", domain.NounEvidence)
	if err != nil {
		return err
	}
	e, err := s.app.Evidence(c.Context(), c.Actor, id)
	if err != nil {
		return err
	}
	n := e.Versions[0]
	v := views.EvidenceValues{Title: e.Item.Title, Source: e.Item.Source, Method: e.Item.Method, Sensitivity: string(e.Item.Sensitivity),
		CapturedOn: n.CapturedOn.String(), From: n.Period.From.String(), To: n.Period.To.String(), Codes: codesOf(e.Controls),
		Expires: n.Expires.String(), Cadence: string(e.Item.Cadence)}
	for _, k := range e.Controls {
		v.Controls = append(v.Controls, itoa(k.ID))
	}
	return s.editEvidence(c, fiber.StatusOK, e.Item, v, nil)
}

func (s *Server) editEvidence(c *Ctx, status int, e domain.Evidence, v views.EvidenceValues, errs views.FormErrors) error {
	choice, err := s.controlChoice(c)
	if err != nil {
		return err
	}
	title := c.L.T("evidence.edit", nil)
	if e.State == domain.EvidenceDraft {
		title = c.L.T("evidence.complete", nil)
	}
	return c.RenderStatus(status, views.EvidenceEditPage(c.Page(title), views.EvidenceEdit{Item: e, Action: c.At().EvidenceItem(e.ID),
		Cancel: c.At().EvidenceItem(e.ID), Period: c.Engagement.Period, Values: v, Controls: choice, Errors: errs}))
}

// describeEvidence saves what is said of an item; a draft that got its period
// is submitted.
func (s *Server) describeEvidence(c *Ctx) error {
	id, err := pathID[domain.EvidenceID](c, "id", domain.NounEvidence)
	if err != nil {
		return err
	}
	now, err := s.app.Evidence(c.Context(), c.Actor, id)
	if err != nil {
		return err
	}
	form, err := c.Form()
	if err != nil {
		return err
	}
	notice, err := s.saveDescription(c, form, now.Item)
	if errs, ok := c.FieldErrors(err); ok {
		now.Item.Version = form.Int("version")
		return s.editEvidence(c, statusOf(err), now.Item, evidenceValues(form), withoutItem(errs))
	}
	if err != nil {
		return err
	}
	return c.Redirect(c.At().EvidenceItem(id), notice)
}

func (s *Server) saveDescription(c *Ctx, form *Form, now domain.Evidence) (notice string, err error) {
	controls, err := s.chosenControls(c, form)
	if err != nil {
		return "", err
	}
	in := domain.Evidence{ID: now.ID, Title: form.Text("title"), Source: form.Text("source"), Method: form.Text("method"),
		Sensitivity: domain.Sensitivity(form.Text("sensitivity")), Cadence: domain.Cadence(form.Text("cadence")), Version: form.Int("version")}
	draft := domainDraft(in, form.Date("captured_on"), form.Period("from", "to"), controls)
	draft[0].Expires = form.Date("expires")
	if err := form.Err(); err != nil {
		return "", err
	}
	if now.State != domain.EvidenceDraft {
		_, err := s.app.DescribeEvidence(c.Context(), c.Actor, in, controls)
		return "notice.evidence.described", err
	}
	n, err := s.app.CompleteEvidence(c.Context(), c.Actor, draft)
	if n > 0 {
		return "notice.evidence.submitted_one", err
	}
	return "notice.evidence.described", err
}

// withoutItem takes the item's number off the names of fields: a form of one
// item names them plainly.
func withoutItem(errs views.FormErrors) views.FormErrors {
	for i, e := range errs {
		errs[i].Field = e.Field[strings.LastIndexByte(e.Field, '.')+1:]
	}
	return errs
}
