package app

import (
	"context"
	"slices"

	"relier/internal/domain"
)

// SaveResponsibility adds a customer responsibility (id 0) or changes one. What
// says the same as another of its control and service is refused.
func (a *App) SaveResponsibility(ctx context.Context, actor domain.Actor, v domain.Responsibility) (domain.Responsibility, error) {
	if err := actor.Allow(domain.ActResponsibility); err != nil {
		return v, err
	}
	v.Org = actor.Org
	tidyDuty(&v)
	if err := v.Check(); err != nil {
		return v, err
	}
	err := a.change(ctx, actor, func(c change) error { return c.saveResponsibility(a, &v) })
	return v, err
}

// CheckResponsibility reports what SaveResponsibility would refuse, before
// anything is saved, and returns the responsibility as it would be saved.
func (a *App) CheckResponsibility(ctx context.Context, actor domain.Actor, v domain.Responsibility) (domain.Responsibility, error) {
	if err := actor.Allow(domain.ActResponsibility); err != nil {
		return v, err
	}
	v.Org = actor.Org
	tidyDuty(&v)
	if err := v.Check(); err != nil {
		return v, err
	}
	_, err := change{a.store, ctx, actor, a.Now()}.placeDuty(&v)
	return v, err
}

// tidyDuty cleans what was typed; the state follows from what was offered.
func tidyDuty(v *domain.Responsibility) {
	for _, s := range []*string{&v.Sentence, &v.Expected, &v.Frequency, &v.Because} {
		*s = domain.Clean(*s)
	}
	if v.State != domain.ResponsibilityNone {
		v.State = domain.ResponsibilityOpen
		if len(v.Evidence) > 0 {
			v.State = domain.ResponsibilityEvidenced
		}
	}
}

func (c change) saveResponsibility(a *App, v *domain.Responsibility) error {
	control, err := c.placeDuty(v)
	if err != nil {
		return err
	}
	verb, save := "responsibility.changed", c.UpdateResponsibility
	if v.ID == 0 {
		verb, save = "responsibility.added", c.CreateResponsibility
	}
	v.SaidBy, v.SaidOn = c.actor.Person, a.Today()
	if err := save(c.ctx, v); err != nil {
		return err
	}
	if err := a.lapse(c); err != nil {
		return err
	}
	return c.record(verb, domain.NounResponsibility, int64(v.ID), 0, control.Code+" · "+v.Sentence+v.Because, v)
}

// placeDuty finds the control that a duty belongs to, and checks what it names:
// one that is changed stays with its control and service.
func (c change) placeDuty(v *domain.Responsibility) (domain.Control, error) {
	if v.ID != 0 {
		old, err := c.Responsibility(c.ctx, c.actor.Org, v.ID)
		if err != nil {
			return domain.Control{}, err
		}
		if v.Control != 0 && v.Control != old.Control || v.Service != 0 && v.Service != old.Service {
			return domain.Control{}, domain.NotFound(string(domain.NounResponsibility))
		}
		v.Control, v.Service = old.Control, old.Service
	}
	control, err := c.Control(c.ctx, c.actor.Org, v.Control)
	if err != nil {
		return control, err
	}
	return control, c.checkDuty(*v)
}

// checkDuty looks up what a duty names, and what else is recorded of its control
// and service: a twin, or the contrary.
func (c change) checkDuty(v domain.Responsibility) error {
	if _, err := c.Service(c.ctx, c.actor.Org, v.Service); err != nil {
		return err
	}
	if v.Owner != 0 {
		if m, err := c.Membership(c.ctx, c.actor.Org, v.Owner); err != nil || !m.Role.MayOwn() {
			return domain.Invalid("error.ownership.person", nil).At("owner")
		}
	}
	for _, id := range v.Evidence {
		if _, err := c.Evidence(c.ctx, c.actor.Org, id); err != nil {
			return domain.Invalid("error.choice", nil).At("evidence")
		}
	}
	others, err := c.Responsibilities(c.ctx, c.actor.Org, v.Control)
	if err != nil {
		return err
	}
	none, twin := v.State == domain.ResponsibilityNone, slices.ContainsFunc(others, v.Twin)
	switch contrary := slices.ContainsFunc(others, v.Contradicts); {
	case twin && none:
		return domain.Conflict("error.duty.none_twice", nil).At("because")
	case twin:
		return domain.Conflict("error.duty.twice", nil).At("sentence")
	case contrary && none && v.ID != 0: // one that was written by mistake falls away, with the reason
	case contrary && none:
		return domain.Conflict("error.duty.none_beside", nil).At("because")
	case contrary:
		return domain.Conflict("error.duty.beside_none", nil).At("sentence")
	}
	return nil
}
