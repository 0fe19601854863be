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
	Disputes         []domain.Dispute       // open ones about what it comes from
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
	return w.splitsOf(v), nil
}

// splitsOf joins the services in use with what was decided for a control, and
// with what is disputed about the proposal.
func (w *world) splitsOf(v domain.Control) []SplitView {
	out := splitViews(v, w.engagement.Edition, w.inUse(), w.decisions)
	disputes := disputesOf(v, w.engagement.Edition, domain.DisputedProposals(w.disputes))
	for i := range out {
		out[i].Disputes = disputes
	}
	return out
}

// disputesOf lists the open disputes about what a control's proposal rests on.
func disputesOf(v domain.Control, e domain.Edition, disputed map[domain.Ref]domain.Dispute) []domain.Dispute {
	var out []domain.Dispute
	for _, ref := range splitRefs(v, e) {
		if d, there := disputed[ref]; there {
			out = append(out, d)
		}
	}
	return out
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
// differs from the proposal, or follows a disputed one, needs a reason.
func (a *App) ConfirmSplit(ctx context.Context, actor domain.Actor, e domain.Engagement, v domain.Split) (domain.Split, error) {
	if err := actor.Allow(domain.ActSplitWrite); err != nil {
		return v, err
	}
	err := a.change(ctx, actor, func(c change) error {
		control, service, err := c.checkSplit(e, &v)
		if err != nil {
			return err
		}
		if err := c.PutSplit(c.ctx, &v); err != nil {
			return err
		}
		if err := a.lapse(c); err != nil {
			return err
		}
		return c.recordSplit(v, control, service)
	})
	return v, err
}

// CheckSplit reports what ConfirmSplit would refuse, before anything is saved.
func (a *App) CheckSplit(ctx context.Context, actor domain.Actor, e domain.Engagement, v domain.Split) error {
	if err := actor.Allow(domain.ActSplitWrite); err != nil {
		return err
	}
	_, _, err := change{a.store, ctx, actor, a.Now()}.checkSplit(e, &v)
	return err
}

// checkSplit fills in what the actor does not type, and applies the rules.
func (c change) checkSplit(e domain.Engagement, v *domain.Split) (control domain.Control, service domain.Service, err error) {
	if control, err = c.Control(c.ctx, c.actor.Org, v.Control); err != nil {
		return control, service, err
	}
	if service, err = c.Service(c.ctx, c.actor.Org, v.Service); err != nil {
		return control, service, err
	}
	disputes, err := c.Disputes(c.ctx, c.actor.Org)
	if err != nil {
		return control, service, err
	}
	c.decideSplit(v)
	disputed := disputesOf(control, e.Edition, domain.DisputedProposals(disputes))
	if err := v.Check(proposal(control, e.Edition, service.Model), len(disputed) > 0); err != nil {
		return control, service, err
	}
	recorded, err := c.Splits(c.ctx, c.actor.Org, v.Control)
	for _, r := range recorded {
		if r.Service == v.Service {
			v.ID = r.ID
		}
	}
	if err == nil && v.ID != 0 && v.Version == 0 {
		err = domain.Stale()
	}
	return control, service, err
}

// decideSplit makes a split the actor's decision of this moment.
func (c change) decideSplit(v *domain.Split) {
	v.Org, v.State, v.ConfirmedBy, v.ConfirmedAt = c.actor.Org, domain.SplitConfirmed, c.actor.Person, c.at
	v.Microsoft, v.Ours, v.Reason = domain.Clean(v.Microsoft), domain.Clean(v.Ours), domain.Clean(v.Reason)
}

func (c change) recordSplit(v domain.Split, control domain.Control, service domain.Service) error {
	return c.record("split.confirmed", domain.NounSplit, int64(v.ID), 0, control.Code+" · "+service.Name, v)
}
