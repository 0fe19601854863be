package app

import (
	"cmp"
	"context"
	"slices"

	"relier/internal/catalog"
	"relier/internal/domain"
)

// Disputes lists what people disagree with in the reference data: what is open
// first, then the newest.
func (a *App) Disputes(ctx context.Context, actor domain.Actor) ([]domain.Dispute, error) {
	if err := actor.Allow(domain.ActRead); err != nil {
		return nil, err
	}
	all, err := a.store.Disputes(ctx, actor.Org)
	slices.SortStableFunc(all, func(x, y domain.Dispute) int { return cmp.Compare(x.Rank(), y.Rank()) })
	return all, err
}

// Dispute reads one dispute.
func (a *App) Dispute(ctx context.Context, actor domain.Actor, id domain.DisputeID) (domain.Dispute, error) {
	if err := actor.Allow(domain.ActRead); err != nil {
		return domain.Dispute{}, err
	}
	return a.store.Dispute(ctx, actor.Org, id)
}

// DisputeHistory lists the records about a dispute; see ControlHistory.
func (a *App) DisputeHistory(ctx context.Context, actor domain.Actor, id domain.DisputeID) ([]domain.Activity, error) {
	if !actor.Can(domain.ActActivityRead) {
		return nil, nil
	}
	found, err := a.store.FindActivity(ctx, actor.Org, domain.ActivityFilter{
		Noun: domain.NounDispute, Object: int64(id), Page: domain.Page{Number: 1, Size: historyMost}})
	return found.Rows, err
}

// Crosswalk lists the rows between the editions.
func (a *App) Crosswalk() []domain.CrosswalkRow { return catalog.Crosswalk() }

// RequirementTitle is the short title of a requirement; "" for what no edition has.
func (a *App) RequirementTitle(ref domain.Ref) domain.Text {
	r, _ := catalog.Requirement(ref)
	return r.Title
}

// CheckDisputed reports whether what a dispute is about exists: a row of the
// crosswalk, or a requirement whose split is proposed.
func (a *App) CheckDisputed(v domain.Dispute) error {
	switch v.Subject {
	case domain.DisputeCrosswalk:
		if slices.ContainsFunc(catalog.Crosswalk(), func(r domain.CrosswalkRow) bool { return r.From == v.From && r.To == v.To }) {
			return nil
		}
	case domain.DisputeProposal:
		if _, proposed := catalog.ProposedSplit(domain.Ref{Edition: domain.Edition(v.From), Code: v.To}); proposed {
			return nil
		}
	}
	return domain.NotFound(string(domain.NounDispute))
}

// RaiseDispute records that a row of the reference data is wrong for this
// organization. One open dispute of a row is enough: a second is refused.
func (a *App) RaiseDispute(ctx context.Context, actor domain.Actor, v domain.Dispute) (domain.Dispute, error) {
	if err := actor.Allow(domain.ActDispute); err != nil {
		return v, err
	}
	v = domain.Dispute{Org: actor.Org, Subject: v.Subject, From: v.From, To: v.To, Note: domain.Clean(v.Note), RaisedBy: actor.Person, RaisedAt: a.Now()}
	if err := a.CheckDisputed(v); err != nil {
		return v, err
	}
	if err := v.Check(); err != nil {
		return v, err
	}
	err := a.change(ctx, actor, func(c change) error {
		all, err := c.Disputes(ctx, actor.Org)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(all, func(d domain.Dispute) bool { return d.Open() && d.SameRow(v) }) {
			return domain.Conflict("error.dispute.open", nil)
		}
		if err := c.CreateDispute(ctx, &v); err != nil {
			return err
		}
		return c.recordDispute(a, "dispute.raised", v)
	})
	return v, err
}

// SettleDispute closes a dispute with words: how it was settled. The row carries
// again; reliances that fell meanwhile stay fallen.
func (a *App) SettleDispute(ctx context.Context, actor domain.Actor, id domain.DisputeID, words string, version int) (v domain.Dispute, err error) {
	if err := actor.Allow(domain.ActDispute); err != nil {
		return v, err
	}
	err = a.change(ctx, actor, func(c change) error {
		if v, err = c.Dispute(ctx, actor.Org, id); err != nil {
			return err
		}
		if !v.Open() {
			return domain.Conflict("error.dispute.settled", nil)
		}
		v.SettledBy, v.SettledAt, v.Settlement, v.Version = actor.Person, c.at, domain.Clean(words), version
		if err := v.Check(); err != nil {
			return err
		}
		if err := c.UpdateDispute(ctx, &v); err != nil {
			return err
		}
		return c.recordDispute(a, "dispute.settled", v)
	})
	return v, err
}

func (c change) recordDispute(a *App, verb string, v domain.Dispute) error {
	if err := a.lapse(c); err != nil {
		return err
	}
	return c.record(verb, domain.NounDispute, int64(v.ID), 0, v.Label(), v)
}
