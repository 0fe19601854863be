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
		v.Control, v.Service = old.Control, old.Service
	}
	control, err := c.Control(c.ctx, c.actor.Org, v.Control)
	if err != nil {
		return control, err
	}
	return control, c.checkDuty(*v)
}

// checkDuty looks up what a duty names, and for its twin.
func (c change) checkDuty(v domain.Responsibility) error {
	if _, err := c.Service(c.ctx, c.actor.Org, v.Service); err != nil {
		return err
	}
	if v.Owner != 0 {
		if _, err := c.Membership(c.ctx, c.actor.Org, v.Owner); err != nil {
			return domain.Invalid("error.choice", nil).At("owner")
		}
	}
	for _, id := range v.Evidence {
		if _, err := c.Evidence(c.ctx, c.actor.Org, id); err != nil {
			return domain.Invalid("error.choice", nil).At("evidence")
		}
	}
	others, err := c.Responsibilities(c.ctx, c.actor.Org, v.Control)
	if err != nil || !slices.ContainsFunc(others, v.Twin) {
		return err
	}
	if v.State == domain.ResponsibilityNone {
		return domain.Conflict("error.duty.none_twice", nil).At("because")
	}
	return domain.Conflict("error.duty.twice", nil).At("sentence")
}
