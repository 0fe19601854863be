package app

import (
	"context"
	"slices"

	"relier/internal/domain"
)

// RelianceView is a reliance with what a page shows around it.
type RelianceView struct {
	Reliance     domain.Reliance
	Control      domain.Control
	Service      domain.Service
	Certificates []domain.Certificate
	Verdict      domain.Verdict
	WouldLapse   []domain.Reason // why it falls by the day looked at, though nobody recorded a lapse; none: it stands
}

// Standing is the state that counts on the day looked at: what would lapse by
// then counts as lapsed.
func (v RelianceView) Standing() domain.RelianceState {
	if len(v.WouldLapse) > 0 {
		return domain.RelianceLapsed
	}
	return v.Reliance.State
}

// Reliances lists the reliances of an engagement with their verdicts, narrowed
// to a control when one is given.
func (a *App) Reliances(ctx context.Context, actor domain.Actor, e domain.Engagement, control domain.ControlID) ([]RelianceView, error) {
	if err := actor.Allow(domain.ActRead); err != nil {
		return nil, err
	}
	w, err := a.world(ctx, a.store, e, control)
	if err != nil {
		return nil, err
	}
	return w.views(), nil
}

// Reliance reads one reliance of an engagement with its verdict.
func (a *App) Reliance(ctx context.Context, actor domain.Actor, e domain.Engagement, id domain.RelianceID) (RelianceView, error) {
	if err := actor.Allow(domain.ActRead); err != nil {
		return RelianceView{}, err
	}
	r, err := a.store.Reliance(ctx, actor.Org, id)
	if err != nil {
		return RelianceView{}, err
	}
	if r.Engagement != e.ID {
		return RelianceView{}, domain.NotFound(string(domain.NounReliance))
	}
	w, err := a.world(ctx, a.store, e, r.Control)
	if err != nil {
		return RelianceView{}, err
	}
	i := slices.IndexFunc(w.reliances, func(v domain.Reliance) bool { return v.ID == id })
	if i < 0 {
		return RelianceView{}, domain.Conflict("error.as_of.reliance", domain.Args{"On": a.on})
	}
	return w.view(w.reliances[i]), nil
}

// ProposeReliance claims that a control, on a service, rests on certificates.
// A refused or lapsed one is proposed again; any other stays as it is. Nothing
// is claimed about gates: the verdict says which hold.
func (a *App) ProposeReliance(ctx context.Context, actor domain.Actor, e domain.Engagement, v domain.Reliance) (domain.Reliance, error) {
	if err := actor.Allow(domain.ActReliancePropose); err != nil {
		return v, err
	}
	v.Org, v.Engagement, v.Why = actor.Org, e.ID, domain.Clean(v.Why)
	var f domain.FieldErrors
	domain.CheckText(&f, "why", v.Why, 0, 4000)
	if len(v.Certificates) == 0 {
		f.Add("certificates", "error.reliance.certificates", nil)
	}
	if err := f.Err(); err != nil {
		return v, err
	}
	err := a.change(ctx, actor, func(c change) error { return c.proposeReliance(e, &v) })
	return v, err
}

func (c change) proposeReliance(e domain.Engagement, v *domain.Reliance) error {
	if e.State == domain.EngagementClosed {
		return domain.Conflict("error.engagement.closed", nil)
	}
	control, err := c.Control(c.ctx, c.actor.Org, v.Control)
	if err != nil {
		return err
	}
	service, err := c.Service(c.ctx, c.actor.Org, v.Service)
	if err != nil {
		return err
	}
	if err := c.mayPropose(e, control); err != nil {
		return err
	}
	for _, id := range v.Certificates {
		if _, err := c.Certificate(c.ctx, c.actor.Org, id); err != nil {
			return domain.Invalid("error.choice", nil).At("certificates")
		}
	}
	existing, err := c.Reliances(c.ctx, c.actor.Org, e.ID, v.Control)
	if err != nil {
		return err
	}
	save := c.CreateReliance
	for _, r := range existing {
		if r.Service != v.Service {
			continue
		}
		if !r.CanMoveTo(domain.RelianceProposed) {
			return domain.Conflict("error.reliance.exists", domain.Args{"Control": control.Code, "Service": service.Name})
		}
		v.ID, v.Version, save = r.ID, r.Version, c.UpdateReliance
	}
	v.State, v.ProposedBy, v.ProposedAt = domain.RelianceProposed, c.actor.Person, c.at
	if err := save(c.ctx, v); err != nil {
		return err
	}
	return c.recordReliance("reliance.proposed", *v, control, service)
}

// mayPropose refuses a claim on a control that our own Statement of Applicability
// excludes: nothing of it applies, so there is nothing to rely on.
func (c change) mayPropose(e domain.Engagement, control domain.Control) error {
	entries, err := soaEntries(c.ctx, c.Store, c.actor.Org, e.Edition)
	if err != nil {
		return err
	}
	if !applicable(control, excludedRefs(entries)) {
		return domain.Conflict("error.reliance.excluded", domain.Args{"Control": control.Code})
	}
	return nil
}

func (c change) recordReliance(verb string, v domain.Reliance, control domain.Control, service domain.Service) error {
	return c.record(verb, domain.NounReliance, int64(v.ID), v.Engagement, control.Code+" · "+service.Name, v)
}

// ApproveReliance confirms a proposal. The approver is not the proposer, unless
// a reason overrides it; G1 to G3 must hold, for an approval says it can be claimed.
func (a *App) ApproveReliance(ctx context.Context, actor domain.Actor, e domain.Engagement, id domain.RelianceID, version int, override string) (domain.Reliance, error) {
	if err := actor.Allow(domain.ActRelianceApprove); err != nil {
		return domain.Reliance{}, err
	}
	override = domain.Clean(override)
	return a.moveReliance(ctx, actor, e, id, "reliance.approved", func(c change, v *domain.Reliance, verdict domain.Verdict) error {
		if !v.CanMoveTo(domain.RelianceApproved) {
			return domain.Conflict("error.reliance.state", domain.Args{"State": string(v.State)})
		}
		if err := c.mayOverride(v.ProposedBy, "error.reliance.own_proposal", override); err != nil {
			return err
		}
		if ok, _ := domain.Claimable(verdict); !ok {
			return domain.Conflict("error.reliance.not_claimable", nil)
		}
		v.State, v.ApprovedBy, v.ApprovedAt, v.Version = domain.RelianceApproved, actor.Person, c.at, version
		if v.ProposedBy == actor.Person {
			v.Override = override
		}
		return nil
	})
}

// mayOverride refuses an act by the person it must be independent of. The
// override, with its reason, is for organizations where nobody else could act.
func (c change) mayOverride(of domain.PersonID, key, override string) error {
	if c.actor.Person != of {
		return nil
	}
	members, err := c.Members(c.ctx, c.actor.Org)
	if err != nil {
		return err
	}
	others := 0
	for _, m := range members {
		if r := m.Membership.Role; m.Person.ID != of && !m.Person.Disabled && (r == domain.RoleOwner || r == domain.RoleManager || r == domain.RoleAuditor) {
			others++
		}
	}
	if others > 0 {
		override = ""
	}
	return c.actor.Independent(of, key, override)
}

// moveReliance loads a reliance with its verdict, lets decide change it, saves
// and records it.
func (a *App) moveReliance(ctx context.Context, actor domain.Actor, e domain.Engagement, id domain.RelianceID, verb string,
	decide func(change, *domain.Reliance, domain.Verdict) error) (v domain.Reliance, err error) {
	err = a.change(ctx, actor, func(c change) error {
		if v, err = c.Reliance(ctx, actor.Org, id); err != nil {
			return err
		}
		if v.Engagement != e.ID {
			return domain.NotFound(string(domain.NounReliance))
		}
		now, err := c.Engagement(ctx, actor.Org, e.ID)
		if err != nil {
			return err
		}
		if now.State == domain.EngagementClosed {
			return domain.Conflict("error.engagement.closed", nil)
		}
		w, err := a.world(ctx, c.Store, now, v.Control)
		if err != nil {
			return err
		}
		if err := decide(c, &v, w.verdict(v)); err != nil {
			return err
		}
		if err := c.UpdateReliance(ctx, &v); err != nil {
			return err
		}
		return c.recordReliance(verb, v, w.controls[v.Control], w.services[v.Service])
	})
	return v, err
}
