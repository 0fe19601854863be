package server

import (
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"relier/internal/app"
	"relier/internal/domain"
	"relier/views"
)

func (s *Server) showNewControl(c *Ctx) error {
	return s.controlForm(c, fiber.StatusOK, domain.Control{Implementation: domain.NotImplemented}, nil, nil)
}

func (s *Server) showEditControl(c *Ctx) error {
	id, err := pathID[domain.ControlID](c, "id", domain.NounControl)
	if err != nil {
		return err
	}
	v, err := s.app.Control(c.Context(), c.Actor, id)
	if err != nil {
		return err
	}
	return s.controlForm(c, fiber.StatusOK, v, nil, nil)
}

// controlForm shows the engagement's edition first, for that is what its audit
// asks for.
func (s *Server) controlForm(c *Ctx, status int, v domain.Control, errs views.FormErrors, effects []app.Effect) error {
	p := views.ControlFormProps{Control: v, Errors: errs, Effects: c.effectLines(effects), Action: c.At().Controls(), Cancel: c.At().Controls(), ListHref: c.At().Controls()}
	title := c.L.T("control.new", nil)
	if v.ID != 0 {
		p.Action, p.Cancel, title = c.At().Control(v.ID), c.At().Control(v.ID), c.L.T("control.edit", nil)
	}
	for _, e := range []domain.Edition{c.Engagement.Edition, c.Engagement.Edition.Other()} {
		p.Lists = append(p.Lists, views.RequirementList{Edition: e, Entries: s.app.Requirements(e)})
	}
	return c.RenderStatus(status, views.ControlFormPage(c.Page(title), p))
}

func (s *Server) createControl(c *Ctx) error {
	form, err := c.Form()
	if err != nil {
		return err
	}
	return s.saveControlForm(c, form, 0, "notice.control.created")
}

func (s *Server) saveControl(c *Ctx) error {
	id, err := pathID[domain.ControlID](c, "id", domain.NounControl)
	if err != nil {
		return err
	}
	form, err := c.Form()
	if err != nil {
		return err
	}
	return s.saveControlForm(c, form, id, "notice.control.saved")
}

// saveControlForm saves a control, unless reliances would move by it and nobody
// ticked that they know.
func (s *Server) saveControlForm(c *Ctx, form *Form, id domain.ControlID, notice string) error {
	v := domain.Control{ID: id, Code: form.Text("code"), Title: form.Text("title"), Description: form.Text("description"),
		Implementation: domain.Implementation(form.Text("implementation")), Requirements: chosenRequirements(form), Version: form.Int("version")}
	err := form.Err()
	if err == nil {
		err = s.app.CheckControl(c.Actor, v)
	}
	if err == nil && id != 0 {
		effects, err := s.app.ControlEffects(c.Context(), c.Actor, v)
		if err != nil {
			return err
		}
		if c.held(form, effects) {
			return s.controlForm(c, fiber.StatusUnprocessableEntity, v, c.untold(), effects)
		}
	}
	if err == nil {
		v, err = s.app.SaveControl(c.Context(), c.Actor, v)
	}
	if errs, ok := c.FieldErrors(err); ok {
		v.ID = id
		return s.controlForm(c, fiber.StatusUnprocessableEntity, v, errs, nil)
	}
	if err != nil {
		return err
	}
	return c.Redirect(c.At().Control(v.ID), notice)
}

// chosenRequirements reads the ticked requirements; "in part" alone chooses too.
func chosenRequirements(form *Form) []domain.ControlRequirement {
	var out []domain.ControlRequirement
	partial := form.All("partial")
	for _, text := range append(slices.Clone(form.All("requirement")), partial...) {
		edition, code, _ := strings.Cut(text, " ")
		r := domain.ControlRequirement{Ref: domain.Ref{Edition: domain.Edition(edition), Code: code}, Partial: slices.Contains(partial, text)}
		if !slices.ContainsFunc(out, func(o domain.ControlRequirement) bool { return o.Ref == r.Ref }) {
			out = append(out, r)
		}
	}
	return out
}
