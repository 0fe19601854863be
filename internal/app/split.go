package app

import (
	"context"

	"relier/internal/catalog"
	"relier/internal/domain"
	"relier/internal/store"
)

// SplitView is who carries a control on one service: the recorded split, or the
// proposal where nobody decided yet.
type SplitView struct {
	Service          domain.Service
	Proposal         domain.Party
	Basis            []domain.ProposedSplit // where the proposal comes from
	Split            domain.Split
	Responsibilities []domain.Responsibility
}

// proposal derives the split of a control on a service model from the catalogue.
func proposal(c domain.Control, e domain.Edition, model domain.ServiceModel) domain.Party {
	return domain.ProposeSplit(splitRefs(c, e), model, catalog.ProposedSplit)
}

// splitRefs are the requirements a proposal rests on: those of the engagement's
// edition, or of the other one when the control has none there.
func splitRefs(c domain.Control, e domain.Edition) []domain.Ref {
	if refs := c.RefsIn(e); len(refs) > 0 {
		return refs
	}
	return c.RefsIn(e.Other())
}

// SplitsOf lists a control's splits over the services in use.
func (a *App) SplitsOf(ctx context.Context, actor domain.Actor, e domain.Engagement, v domain.Control) ([]SplitView, error) {
	if err := actor.Allow(domain.ActRead); err != nil {
		return nil, err
	}
	w, err := a.world(ctx, a.store, e, v.ID)
	if err != nil {
		return nil, err
	}
	return splitViews(v, w.engagement.Edition, w.inUse(), w.decisions), nil
}

// pair names a control on a service.
type pair struct {
	control domain.ControlID
	service domain.ServiceID
}

// decisions are the recorded splits and customer responsibilities by control
// and service.
type decisions struct {
	splits map[pair]domain.Split
	duties map[pair][]domain.Responsibility
}

func newDecisions() decisions {
	return decisions{map[pair]domain.Split{}, map[pair][]domain.Responsibility{}}
}

// readDecisions reads those of one control, or of all for 0.
func readDecisions(ctx context.Context, s *store.Store, org domain.OrgID, only domain.ControlID) (decisions, error) {
	d := newDecisions()
	splits, err := s.Splits(ctx, org, only)
	if err != nil {
		return d, err
	}
	for _, v := range splits {
		d.splits[pair{v.Control, v.Service}] = v
	}
	duties, err := s.Responsibilities(ctx, org, only)
	for _, v := range duties {
		p := pair{v.Control, v.Service}
		d.duties[p] = append(d.duties[p], v)
	}
	return d, err
}

// splitViews joins services in use with what was decided for one control.
func splitViews(v domain.Control, e domain.Edition, services []domain.Service, d decisions) []SplitView {
	var out []SplitView
	for _, s := range services {
		if s.State != domain.ServiceInUse {
			continue
		}
		view := SplitView{Service: s, Proposal: proposal(v, e, s.Model)}
		for _, ref := range splitRefs(v, e) {
			if p, ok := catalog.ProposedSplit(ref); ok {
				view.Basis = append(view.Basis, p)
			}
		}
		p := pair{v.ID, s.ID}
		view.Responsibilities = d.duties[p]
		decided := false
		if view.Split, decided = d.splits[p]; !decided {
			view.Split = domain.Split{Org: v.Org, Control: v.ID, Service: s.ID, Party: view.Proposal, State: domain.SplitProposed}
		}
		out = append(out, view)
	}
	return out
}

// ConfirmSplit records who carries a control on a service; a decision that
// differs from the proposal needs a reason.
func (a *App) ConfirmSplit(ctx context.Context, actor domain.Actor, e domain.Engagement, v domain.Split) (domain.Split, error) {
	if err := actor.Allow(domain.ActSplitWrite); err != nil {
		return v, err
	}
	err := a.change(ctx, actor, func(c change) error {
		if err := c.confirmSplit(e, &v); err != nil {
			return err
		}
		return a.lapse(c)
	})
	return v, err
}

func (c change) confirmSplit(e domain.Engagement, v *domain.Split) error {
	control, err := c.Control(c.ctx, c.actor.Org, v.Control)
	if err != nil {
		return err
	}
	service, err := c.Service(c.ctx, c.actor.Org, v.Service)
	if err != nil {
		return err
	}
	v.Org, v.State, v.ConfirmedBy, v.ConfirmedAt = c.actor.Org, domain.SplitConfirmed, c.actor.Person, c.at
	v.Microsoft, v.Ours, v.Reason = domain.Clean(v.Microsoft), domain.Clean(v.Ours), domain.Clean(v.Reason)
	if err := v.Check(proposal(control, e.Edition, service.Model)); err != nil {
		return err
	}
	recorded, err := c.Splits(c.ctx, c.actor.Org, v.Control)
	if err != nil {
		return err
	}
	for _, r := range recorded {
		if r.Service == v.Service {
			v.ID = r.ID
		}
	}
	if v.ID != 0 && v.Version == 0 {
		return domain.Stale()
	}
	if err := c.PutSplit(c.ctx, v); err != nil {
		return err
	}
	return c.record("split.confirmed", domain.NounSplit, int64(v.ID), 0, control.Code+" · "+service.Name, v)
}

// ConfirmProposals records the proposal as the decision for many controls on
// one service, leaving alone what somebody already decided. It returns how many
// it recorded.
func (a *App) ConfirmProposals(ctx context.Context, actor domain.Actor, e domain.Engagement, service domain.ServiceID, controls []domain.ControlID) (n int, err error) {
	if err := actor.Allow(domain.ActSplitWrite); err != nil {
		return 0, err
	}
	err = a.change(ctx, actor, func(c change) error {
		s, err := c.Service(ctx, actor.Org, service)
		if err != nil {
			return err
		}
		decided := map[domain.ControlID]bool{}
		recorded, err := c.Splits(ctx, actor.Org, 0)
		if err != nil {
			return err
		}
		for _, r := range recorded {
			decided[r.Control] = decided[r.Control] || r.Service == service
		}
		for _, id := range controls {
			if decided[id] {
				continue
			}
			control, err := c.Control(ctx, actor.Org, id)
			if err != nil {
				return err
			}
			v := domain.Split{Control: id, Service: service, Party: proposal(control, e.Edition, s.Model)}
			if err := c.confirmSplit(e, &v); err != nil {
				return err
			}
			n++
		}
		return a.lapse(c)
	})
	return n, err
}
