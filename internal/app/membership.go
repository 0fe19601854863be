package app

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"strings"

	"relier/internal/domain"
)

// Member reads one person of the actor's organization with their role.
func (a *App) Member(ctx context.Context, actor domain.Actor, person domain.PersonID) (domain.Member, error) {
	members, err := a.Members(ctx, actor)
	if err != nil {
		return domain.Member{}, err
	}
	for _, m := range members {
		if m.Person.ID == person {
			return m, nil
		}
	}
	return domain.Member{}, domain.NotFound(string(domain.NounPerson))
}

// ReadScope turns what was typed for an assessor's controls into controls of the
// organization; see domain.ReadScope.
func (a *App) ReadScope(ctx context.Context, actor domain.Actor, e domain.EngagementID, typed string) ([]domain.ControlID, error) {
	if err := actor.Allow(domain.ActPeopleManage); err != nil || domain.Clean(typed) == "" {
		return nil, err
	}
	edition := domain.Edition2022
	if e != 0 {
		v, err := a.store.Engagement(ctx, actor.Org, e)
		if domain.IsNotFound(err) {
			return nil, domain.Invalid("error.choice", nil).At("engagement")
		}
		if err != nil {
			return nil, err
		}
		edition = v.Edition
	}
	controls, err := a.store.Controls(ctx, actor.Org)
	if err != nil {
		return nil, err
	}
	ids, unknown := domain.ReadScope(controls, edition, typed)
	if len(unknown) > 0 {
		return nil, domain.Invalid("error.membership.controls", domain.Args{"Codes": shorten(strings.Join(unknown, ", "), 200)}).At("controls")
	}
	return ids, nil
}

// CheckAssessor reports what EditAssessor would refuse of what was typed, before
// anything is saved or its effects are shown.
func (a *App) CheckAssessor(ctx context.Context, actor domain.Actor, m domain.Membership) error {
	if err := actor.Allow(domain.ActPeopleManage); err != nil {
		return err
	}
	m.Org, m.Role = actor.Org, domain.RoleAssessor
	if err := checkRole(actor, m); err != nil {
		return err
	}
	return change{a.store, ctx, actor, a.Now()}.checkMembership(m)
}

// checkMembership looks up what a membership names.
func (c change) checkMembership(m domain.Membership) error {
	if m.Engagement != 0 {
		if _, err := c.Engagement(c.ctx, c.actor.Org, m.Engagement); err != nil {
			return domain.Invalid("error.choice", nil).At("engagement")
		}
	}
	return c.controlsExist(m.Controls)
}

// MembershipDigest names a membership by its content: memberships carry no
// version, so who edits one says which they saw.
func MembershipDigest(m domain.Membership) domain.Digest {
	body, err := json.Marshal(m)
	if err != nil {
		panic(err) // plain values of our own always marshal
	}
	return sha256.Sum256(body)
}

// EditAssessor changes for which engagement and controls, and until when, an
// assessor is engaged. What they accepted outside of that lapses.
func (a *App) EditAssessor(ctx context.Context, actor domain.Actor, m domain.Membership, seen domain.Digest) (domain.Member, error) {
	if err := actor.Allow(domain.ActPeopleManage); err != nil {
		return domain.Member{}, err
	}
	m.Org, m.Role = actor.Org, domain.RoleAssessor
	if err := checkRole(actor, m); err != nil {
		return domain.Member{}, err
	}
	out := domain.Member{}
	err := a.change(ctx, actor, func(c change) error {
		old, err := c.Membership(ctx, actor.Org, m.Person)
		if err != nil {
			return err
		}
		if old.Role != domain.RoleAssessor {
			return domain.Conflict("error.membership.not_assessor", nil)
		}
		if MembershipDigest(old) != seen {
			return domain.Stale()
		}
		p, err := c.Person(ctx, m.Person)
		if err != nil {
			return err
		}
		out = domain.Member{Person: p, Membership: m}
		if MembershipDigest(m) == seen { // saved as it was found: nothing happened
			return nil
		}
		return c.putMembership(a, "membership.changed", out)
	})
	return out, err
}

// putMembership saves and records a membership; whoever assessed before and does
// so no longer takes what they accepted with them.
func (c change) putMembership(a *App, verb string, v domain.Member) error {
	m := v.Membership
	if err := c.checkMembership(m); err != nil {
		return err
	}
	if err := c.PutMembership(c.ctx, m); err != nil {
		return err
	}
	if err := a.lapse(c); err != nil {
		return err
	}
	return c.record(verb, domain.NounMembership, int64(m.Person), m.Engagement, v.Person.Name, m)
}
