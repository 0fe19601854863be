package app

import (
	"context"

	"relier/internal/domain"
)

// AssignOwner makes a person accountable for controls from today on. Whoever
// owned one before hands over: that ownership ends, it is not overwritten. It
// returns how many controls changed hands.
func (a *App) AssignOwner(ctx context.Context, actor domain.Actor, person domain.PersonID, controls []domain.ControlID) (n int, err error) {
	if err := actor.Allow(domain.ActOwnerAssign); err != nil {
		return 0, err
	}
	err = a.change(ctx, actor, func(c change) error {
		m, err := c.Membership(ctx, actor.Org, person)
		if err != nil || !m.Role.MayOwn() {
			return domain.Invalid("error.ownership.person", nil).At("person")
		}
		for _, id := range controls {
			changed, err := c.handOver(a.Today(), id, person)
			if err != nil {
				return err
			}
			if changed {
				n++
			}
		}
		return nil
	})
	return n, err
}

func (c change) handOver(today domain.Date, id domain.ControlID, person domain.PersonID) (bool, error) {
	control, err := c.Control(c.ctx, c.actor.Org, id)
	if err != nil {
		return false, err
	}
	old, err := c.CurrentOwnership(c.ctx, c.actor.Org, id)
	if err != nil && !domain.IsNotFound(err) {
		return false, err
	}
	if err == nil {
		if old.Person == person {
			return false, nil
		}
		old.State, old.Until = domain.OwnershipEnded, today
		if err := c.UpdateOwnership(c.ctx, &old); err != nil {
			return false, err
		}
		if err := c.record("ownership.ended", domain.NounOwnership, int64(old.ID), 0, control.Code, old); err != nil {
			return false, err
		}
	}
	v := domain.Ownership{Org: c.actor.Org, Control: id, Person: person, From: today, State: domain.OwnershipProposed, AssignedBy: c.actor.Person}
	if person == c.actor.Person { // taking a control on oneself needs no second word
		v.State = domain.OwnershipAcknowledged
	}
	if err := c.CreateOwnership(c.ctx, &v); err != nil {
		return false, err
	}
	return true, c.record("ownership.assigned", domain.NounOwnership, int64(v.ID), 0, control.Code, v)
}

// AcknowledgeOwnership is the owner saying: yes, I am accountable for this.
func (a *App) AcknowledgeOwnership(ctx context.Context, actor domain.Actor, control domain.ControlID) error {
	if err := actor.Allow(domain.ActOwnerAcknowledge); err != nil {
		return err
	}
	return a.change(ctx, actor, func(c change) error {
		v, err := c.CurrentOwnership(ctx, actor.Org, control)
		if err != nil {
			return err
		}
		if v.Person != actor.Person {
			return domain.Forbidden("error.ownership.not_yours", nil)
		}
		if v.State == domain.OwnershipAcknowledged {
			return nil
		}
		held, err := c.Control(ctx, actor.Org, control)
		if err != nil {
			return err
		}
		v.State = domain.OwnershipAcknowledged
		if err := c.UpdateOwnership(ctx, &v); err != nil {
			return err
		}
		return c.record("ownership.acknowledged", domain.NounOwnership, int64(v.ID), 0, held.Code, v)
	})
}

// Ownerships lists who owned a control, the newest first.
func (a *App) Ownerships(ctx context.Context, actor domain.Actor, control domain.ControlID) ([]domain.OwnershipView, error) {
	if err := actor.Allow(domain.ActRead); err != nil {
		return nil, err
	}
	return a.ownerships(ctx, actor.Org, control)
}
