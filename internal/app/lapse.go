package app

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"relier/internal/domain"
	"relier/internal/store"
)

// lapse recomputes, inside the transaction that changed an input, every
// approved and accepted reliance of the organization's open engagements, and
// lets those fall whose gates no longer hold. A lapse never heals itself.
func (a *App) lapse(c change) error {
	rs, err := c.Reliances(c.ctx, c.actor.Org, 0, 0)
	if err != nil {
		return err
	}
	standing := map[domain.EngagementID][]domain.Reliance{}
	for _, r := range rs {
		if r.CanMoveTo(domain.RelianceLapsed) {
			standing[r.Engagement] = append(standing[r.Engagement], r)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(standing)) { // the records tell the same order each time
		if err := a.lapseIn(c, id, standing[id]); err != nil {
			return err
		}
	}
	return nil
}

func (a *App) lapseIn(c change, id domain.EngagementID, rs []domain.Reliance) error {
	e, err := c.Engagement(c.ctx, c.actor.Org, id)
	if err != nil || e.State == domain.EngagementClosed {
		return err // what a closed audit concluded stays as it was concluded
	}
	w, err := a.world(c.ctx, c.Store, e, 0)
	if err != nil {
		return err
	}
	for _, r := range rs {
		fallen, causes := domain.Lapses(r.State, w.verdict(r))
		if !fallen {
			continue
		}
		r.State, r.LapsedAt, r.LapseCauses = domain.RelianceLapsed, c.at, causes
		if err := c.UpdateReliance(c.ctx, &r); err != nil {
			return err
		}
		if err := c.recordReliance("reliance.lapsed", r, w.controls[r.Control], w.services[r.Service]); err != nil {
			return err
		}
	}
	return nil
}

// LapseAll writes down which evidence has run out and recomputes the reliances of
// every organization; serve runs it at start and once a day, for days pass without
// anybody changing anything.
func (a *App) LapseAll(ctx context.Context) error {
	orgs, err := a.store.Organizations(ctx)
	if err != nil {
		return err
	}
	var failed []error // one organization's trouble is not another's
	for _, o := range orgs {
		itself := domain.Actor{Org: o.ID, OrgCode: o.Code, Name: "Relier"}
		err := a.store.Tx(ctx, func(tx *store.Store) error {
			c := change{tx, ctx, itself, a.Now()}
			if err := c.expire(a.Today()); err != nil {
				return err
			}
			return a.lapse(c)
		})
		if err != nil {
			failed = append(failed, fmt.Errorf("lapse in %s: %w", o.Code, err))
		}
	}
	return errors.Join(failed...)
}
