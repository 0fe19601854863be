package server

import (
	"net/url"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"relier/internal/app"
	"relier/internal/domain"
	"relier/views"
)

// controlCodes maps the organization's controls to their codes.
func (s *Server) controlCodes(c *Ctx) (map[domain.ControlID]string, error) {
	controls, err := s.app.Controls(c.ctx, c.Actor)
	out := make(map[domain.ControlID]string, len(controls))
	for _, v := range controls {
		out[v.ID] = v.Code
	}
	return out, err
}

// scopeCodes are the codes of the controls that an assessor is limited to.
func scopeCodes(m domain.Membership, codes map[domain.ControlID]string) []string {
	out := make([]string, 0, len(m.Controls))
	for _, id := range m.Controls {
		out = append(out, codes[id])
	}
	slices.SortFunc(out, domain.CompareCodes)
	return out
}

// assessorInPath reads the assessor that the address names; nobody else's
// membership has anything to edit.
func (s *Server) assessorInPath(c *Ctx) (domain.Member, error) {
	m, err := s.memberInPath(c)
	if err == nil && m.Membership.Role != domain.RoleAssessor {
		err = domain.Conflict("error.membership.not_assessor", nil)
	}
	return m, err
}

func (s *Server) showEditPerson(c *Ctx) error {
	m, err := s.assessorInPath(c)
	if err != nil {
		return err
	}
	typed, err := s.membershipValues(c, m)
	if err != nil {
		return err
	}
	return s.assessorForm(c, fiber.StatusOK, m, typed, nil, nil)
}

// membershipValues is an assessor's membership as its form shows it.
func (s *Server) membershipValues(c *Ctx, m domain.Member) (url.Values, error) {
	codes, err := s.controlCodes(c)
	return url.Values{"engagement": {idValue(m.Membership.Engagement)}, "until": {m.Membership.Until.String()},
		"controls": {strings.Join(scopeCodes(m.Membership, codes), " ")}, "seen": {app.MembershipDigest(m.Membership).String()}}, err
}

func (s *Server) assessorForm(c *Ctx, status int, m domain.Member, typed url.Values, errs views.FormErrors, effects []app.Effect) error {
	at := c.At()
	v := views.AssessorForm{Engaged: c.engagementOptions(), FormState: views.FormState{Values: typed, Errors: errs, Effects: c.effectLines(effects),
		Action: at.PersonEdit(m.Person.ID), Cancel: at.People(), Back: views.Crumb{Label: c.L.T("people.title", nil), Href: at.People()}}}
	return c.RenderStatus(status, views.AssessorPage(c.Page(c.L.T("people.edit_title", map[string]any{"Name": m.Person.Name})), v))
}

// editPerson changes what an assessor is engaged for, unless acceptances would
// fall and nobody ticked that they know.
func (s *Server) editPerson(c *Ctx) error {
	old, err := s.assessorInPath(c)
	if err != nil {
		return err
	}
	form, err := c.Form()
	if err != nil {
		return err
	}
	m := old.Membership
	m.Engagement, m.Until = FormID[domain.EngagementID](form, "engagement"), form.Date("until")
	seen, wrong := domain.ParseDigest(form.Text("seen"))
	if wrong != nil {
		return domain.Stale()
	}
	if err = form.Err(); err == nil {
		m.Controls, err = s.app.ReadScope(c.ctx, c.Actor, m.Engagement, form.Text("controls"))
	}
	if err == nil {
		err = s.app.CheckAssessor(c.ctx, c.Actor, m)
	}
	if err == nil {
		effects, err := s.app.MembershipEffects(c.ctx, c.Actor, m)
		if err != nil {
			return err
		}
		if c.held(form, effects) {
			return s.assessorForm(c, fiber.StatusUnprocessableEntity, old, form.Values, c.untold(), effects)
		}
	}
	if err == nil {
		_, err = s.app.EditAssessor(c.ctx, c.Actor, m, seen)
	}
	if errs, ok := c.FieldErrors(err); ok {
		typed := form.Values
		if domain.KindOf(err) == domain.KindConflict { // somebody else edited it: what stands comes back
			if typed, err = s.membershipValues(c, old); err != nil {
				return err
			}
			return s.assessorForm(c, fiber.StatusConflict, old, typed, errs, nil)
		}
		return s.assessorForm(c, fiber.StatusUnprocessableEntity, old, typed, errs, nil)
	}
	if err != nil {
		return err
	}
	return c.Redirect(c.At().People(), "notice.person.changed")
}
