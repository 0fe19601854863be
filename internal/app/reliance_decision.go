package app

import (
	"context"
	"slices"

	"relier/internal/domain"
)

// Decision is what an assessor decided on a reliance. Assessor and Proof are
// filled when somebody of the organization records it for the assessor.
type Decision struct {
	Accept   bool
	Words    string
	Assessor domain.PersonID
	Proof    string
}

// DecideReliance records the assessor's acceptance or refusal.
func (a *App) DecideReliance(ctx context.Context, actor domain.Actor, e domain.Engagement, id domain.RelianceID, version int, d Decision) (domain.Reliance, error) {
	if err := actor.Allow(domain.ActRelianceAccept); err != nil {
		return domain.Reliance{}, err
	}
	if err := checkDecision(actor, &d); err != nil {
		return domain.Reliance{}, err
	}
	next := domain.RelianceRefused
	if d.Accept {
		next = domain.RelianceAccepted
	}
	return a.moveReliance(ctx, actor, e, id, "reliance."+string(next), func(c change, v *domain.Reliance, verdict domain.Verdict) error {
		if !v.CanMoveTo(next) {
			return domain.Conflict("error.reliance.state", domain.Args{"State": string(v.State)})
		}
		assessor, err := c.decider(*v, d.Assessor, a.Today())
		if err != nil {
			return err
		}
		if d.Accept && verdict.Rung != domain.RungComplete {
			return domain.Conflict("error.reliance.not_complete", nil)
		}
		v.State, v.DecidedBy, v.DecidedAt, v.Version = next, actor.Person, c.at, version
		v.Decision, v.Assessor, v.OnBehalfOf, v.Proof = d.Words, assessor.ID, "", d.Proof
		if assessor.ID != actor.Person {
			v.OnBehalfOf = assessor.Name
		}
		return nil
	})
}

// decider is the assessor whose decision is recorded: the one chosen, of those
// who may decide.
func (c change) decider(v domain.Reliance, chosen domain.PersonID, today domain.Date) (domain.Person, error) {
	able, err := c.deciders(v, today)
	if err != nil {
		return domain.Person{}, err
	}
	i := slices.IndexFunc(able, func(m domain.Member) bool { return m.Person.ID == chosen })
	if i < 0 {
		return domain.Person{}, domain.Invalid("error.reliance.assessor", nil).At("assessor")
	}
	return able[i].Person, nil
}

// deciders are the assessors who may decide on a reliance today: those engaged
// for its control who neither proposed nor approved it. An assessor decides for
// nobody else. Without any, it says why.
func (c change) deciders(v domain.Reliance, today domain.Date) ([]domain.Member, error) {
	members, err := c.Members(c.ctx, c.actor.Org)
	if err != nil {
		return nil, err
	}
	for _, step := range []struct {
		refusal error
		keeps   func(domain.Membership) bool
	}{
		{domain.Conflict("error.reliance.no_assessor", nil), func(m domain.Membership) bool {
			return m.Assesses(v.Engagement) && (m.Until == 0 || m.Until >= today)
		}},
		{domain.Forbidden("error.reliance.assessor_scope", nil), func(m domain.Membership) bool {
			return m.CoversControl(v.Control) && (c.actor.Role != domain.RoleAssessor || m.Person == c.actor.Person)
		}},
		{domain.Forbidden("error.reliance.assessor_part", nil), func(m domain.Membership) bool { return v.Independent(m.Person) }},
	} {
		members = slices.DeleteFunc(members, func(m domain.Member) bool { return !step.keeps(m.Membership) })
		if len(members) == 0 {
			return nil, step.refusal
		}
	}
	return members, nil
}

// Deciders are the assessors whose decision on a reliance the actor may record,
// or the refusal that any would meet, so that a page does not offer it.
func (a *App) Deciders(ctx context.Context, actor domain.Actor, v domain.Reliance) (able []domain.Member, refusal, err error) {
	if err := actor.Allow(domain.ActRelianceAccept); err != nil {
		return nil, err, nil
	}
	able, err = change{a.store, ctx, actor, a.Now()}.deciders(v, a.Today())
	if domain.KindOf(err) != "" {
		return nil, err, nil
	}
	return able, nil, err
}

// checkDecision wants words for a refusal, and the assessor and proof from
// whoever is not the assessor.
func checkDecision(actor domain.Actor, d *Decision) error {
	var f domain.FieldErrors
	d.Words, d.Proof = domain.Clean(d.Words), domain.Clean(d.Proof)
	words, proof := 0, 0
	if !d.Accept {
		words = 1
	}
	if actor.Role == domain.RoleAssessor {
		d.Assessor, d.Proof = actor.Person, ""
	} else if proof = 1; d.Assessor == 0 {
		f.Add("assessor", "error.reliance.assessor", nil)
	}
	domain.CheckText(&f, "words", d.Words, words, 4000)
	domain.CheckText(&f, "proof", d.Proof, proof, 1000)
	return f.Err()
}
