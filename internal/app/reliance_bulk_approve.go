package app

import (
	"context"

	"relier/internal/domain"
)

// Why a reliance is held back from a bulk approval.
const (
	HeldOwn          = "own"           // the approver proposed it
	HeldNotClaimable = "not_claimable" // G1 to G3 do not hold, or there is nothing to rely on
	HeldState        = "state"         // it does not wait for an approval
)

// HeldApproval is a reliance that a bulk approval does not touch, and why.
type HeldApproval struct {
	RelianceView
	Why    string
	Causes []domain.Reason // of what is not claimable
}

// ApprovalPlan says exactly what a bulk approval would do.
type ApprovalPlan struct {
	Ready []RelianceView
	Held  []HeldApproval
	Own   int // of those ready, proposed by the approver, who is alone: a reason overrides
}

// PlanApprovals says which reliances the actor could approve, and which not and
// why. No ids: all that wait for an approval. It changes nothing.
func (a *App) PlanApprovals(ctx context.Context, actor domain.Actor, e domain.Engagement, ids []domain.RelianceID) (ApprovalPlan, error) {
	if err := actor.Allow(domain.ActRelianceApprove); err != nil {
		return ApprovalPlan{}, err
	}
	w, err := a.world(ctx, a.store, e, 0)
	if err != nil {
		return ApprovalPlan{}, err
	}
	alone, err := a.Alone(ctx, actor)
	if err != nil {
		return ApprovalPlan{}, err
	}
	chosen, err := w.chosenReliances(ids)
	if err != nil {
		return ApprovalPlan{}, err
	}
	var out ApprovalPlan
	for _, r := range chosen {
		v := w.view(r)
		why, causes := heldBack(v, actor.Person, alone)
		switch {
		case why != "":
			out.Held = append(out.Held, HeldApproval{v, why, causes})
			continue
		case r.ProposedBy == actor.Person:
			out.Own++
		}
		out.Ready = append(out.Ready, v)
	}
	return out, nil
}

// chosenReliances finds the reliances named, or all that wait for an approval.
func (w *world) chosenReliances(ids []domain.RelianceID) ([]domain.Reliance, error) {
	wanted := make(map[domain.RelianceID]bool, len(ids))
	for _, id := range ids {
		wanted[id] = true
	}
	var out []domain.Reliance
	for _, r := range w.reliances {
		if wanted[r.ID] || len(ids) == 0 && r.State == domain.RelianceProposed {
			out = append(out, r)
			delete(wanted, r.ID)
		}
	}
	if len(wanted) > 0 {
		return nil, domain.NotFound(string(domain.NounReliance))
	}
	return out, nil
}

func heldBack(v RelianceView, approver domain.PersonID, alone bool) (why string, causes []domain.Reason) {
	ok, causes := domain.Claimable(v.Verdict)
	switch {
	case !v.Reliance.CanMoveTo(domain.RelianceApproved):
		return HeldState, nil
	case !ok:
		return HeldNotClaimable, causes
	case v.Reliance.ProposedBy == approver && !alone:
		return HeldOwn, nil
	}
	return "", nil
}

// RelianceVersion is a reliance at the version its reader saw.
type RelianceVersion struct {
	ID      domain.RelianceID
	Version int
}

// ApproveReliances approves all of them, each with a record of its own, or none:
// where one changed since it was shown, or cannot be approved by this person, it
// says which.
func (a *App) ApproveReliances(ctx context.Context, actor domain.Actor, e domain.Engagement, seen []RelianceVersion, override string) (int, error) {
	if err := actor.Allow(domain.ActRelianceApprove); err != nil {
		return 0, err
	}
	override = domain.Clean(override)
	var f domain.FieldErrors
	domain.CheckText(&f, "override", override, 0, 2000)
	if len(seen) == 0 {
		f.Add("ids", "error.reliance.none_chosen", nil)
	}
	if err := f.Err(); err != nil {
		return 0, err
	}
	err := a.change(ctx, actor, func(c change) error {
		if e.State == domain.EngagementClosed {
			return domain.Conflict("error.engagement.closed", nil)
		}
		w, err := a.world(ctx, c.Store, e, 0)
		if err != nil {
			return err
		}
		return c.approveIn(w, seen, override)
	})
	if err != nil {
		return 0, err
	}
	return len(seen), nil
}

func (c change) approveIn(w *world, seen []RelianceVersion, override string) error {
	now := make(map[domain.RelianceID]domain.Reliance, len(w.reliances))
	for _, r := range w.reliances {
		now[r.ID] = r
	}
	for _, s := range seen {
		r, known := now[s.ID]
		if !known {
			return domain.NotFound(string(domain.NounReliance))
		}
		if err := c.approveOne(w, r, s.Version, override); err != nil {
			return err
		}
		r.Version, r.State = r.Version+1, domain.RelianceApproved // named twice, it is refused
		now[s.ID] = r
	}
	return nil
}

func (c change) approveOne(w *world, r domain.Reliance, version int, override string) error {
	v := w.view(r)
	named := domain.Args{"Control": v.Control.Code, "Service": v.Service.Name}
	if r.Version != version || !r.CanMoveTo(domain.RelianceApproved) {
		return domain.Conflict("error.reliance.bulk_changed", named)
	}
	if err := c.mayApproveOwn(r, override); err != nil {
		return err
	}
	if ok, _ := domain.Claimable(v.Verdict); !ok {
		return domain.Conflict("error.reliance.bulk_not_claimable", named)
	}
	r.State, r.ApprovedBy, r.ApprovedAt = domain.RelianceApproved, c.actor.Person, c.at
	if r.ProposedBy == c.actor.Person {
		r.Override = override
	}
	if err := c.UpdateReliance(c.ctx, &r); err != nil {
		return err
	}
	return c.recordReliance("reliance.approved", r, v.Control, v.Service)
}

// mayApproveOwn asks whoever is alone for the reason that overrides, beside its
// field; everybody else is refused.
func (c change) mayApproveOwn(r domain.Reliance, override string) error {
	const key = "error.reliance.own_proposal"
	err := c.mayOverride(r.ProposedBy, key, override)
	if domain.KindOf(err) == domain.KindForbidden && c.mayOverride(r.ProposedBy, key, "any") == nil {
		return domain.Invalid(key, nil).At("override")
	}
	return err
}
