package app

import (
	"context"

	"relier/internal/domain"
)

// SaveResponsibility adds a customer responsibility (id 0) or changes one.
func (a *App) SaveResponsibility(ctx context.Context, actor domain.Actor, v domain.Responsibility) (domain.Responsibility, error) {
	if err := actor.Allow(domain.ActResponsibility); err != nil {
		return v, err
	}
	v.Org = actor.Org
	for _, s := range []*string{&v.Sentence, &v.Expected, &v.Frequency, &v.Because} {
		*s = domain.Clean(*s)
	}
	if v.State != domain.ResponsibilityNone {
		v.State = domain.ResponsibilityOpen
		if len(v.Evidence) > 0 {
			v.State = domain.ResponsibilityEvidenced
		}
	}
	if err := v.Check(); err != nil {
		return v, err
	}
	err := a.change(ctx, actor, func(c change) error { return c.saveResponsibility(a, &v) })
	return v, err
}

func (c change) saveResponsibility(a *App, v *domain.Responsibility) error {
	if v.ID != 0 { // a duty stays with its control and service
		old, err := c.Responsibility(c.ctx, c.actor.Org, v.ID)
		if err != nil {
			return err
		}
		v.Control, v.Service = old.Control, old.Service
	}
	control, err := c.Control(c.ctx, c.actor.Org, v.Control)
	if err != nil {
		return err
	}
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
	verb, save := "responsibility.changed", c.UpdateResponsibility
	if v.ID == 0 {
		verb, save = "responsibility.added", c.CreateResponsibility
	}
	if err := save(c.ctx, v); err != nil {
		return err
	}
	if err := a.lapse(c); err != nil {
		return err
	}
	return c.record(verb, domain.NounResponsibility, int64(v.ID), 0, control.Code+" · "+v.Sentence+v.Because, v)
}
