package app

import (
	"context"

	"relier/internal/domain"
)

// ReviewEvidence records a verdict on the newest version. The reviewer is not
// its author, unless nobody else could review and a reason says so.
func (a *App) ReviewEvidence(ctx context.Context, actor domain.Actor, r domain.Review, version int) (domain.Evidence, error) {
	if err := actor.Allow(domain.ActEvidenceReview); err != nil {
		return domain.Evidence{}, err
	}
	r.Org, r.Reviewer = actor.Org, actor.Person
	r.Comment, r.Override = domain.Clean(r.Comment), domain.Clean(r.Override)
	if r.Verdict == domain.EvidenceAccepted {
		r.Reason = ""
	}
	if err := r.Check(); err != nil {
		return domain.Evidence{}, err
	}
	return a.changeEvidence(ctx, actor, r.Evidence, "evidence."+string(r.Verdict), func(c change, e *domain.Evidence) error {
		return c.review(e, r, version)
	})
}

// review puts a verdict on the newest version of an item. Every way to review
// comes through here, so that nobody judges their own work by another door.
func (c change) review(e *domain.Evidence, r domain.Review, version int) error {
	if e.State != domain.EvidenceSubmitted {
		return domain.Conflict("error.review.state", domain.Args{"State": string(e.State)})
	}
	if err := c.mayOverride(e.Author, "error.review.own", r.Override); err != nil {
		return err
	}
	if e.Author != c.actor.Person {
		r.Override = ""
	}
	versions, err := c.EvidenceVersions(c.ctx, c.actor.Org, e.ID)
	if err != nil {
		return err
	}
	r.VersionID, r.At = versions[0].ID, c.at
	e.State, e.Version = r.Verdict, version
	if r.Verdict == domain.EvidenceAccepted {
		e.Expires, e.Due = versions[0].Expires, versions[0].DueOn(e.Cadence)
	}
	return c.AddReview(c.ctx, &r)
}

// ToAccept is an item of a bulk acceptance, at the version its reviewer saw.
type ToAccept struct {
	ID      domain.EvidenceID
	Version int
}

// AcceptEvidence accepts the newest versions of several items, all or none.
// An author never accepts in bulk what they uploaded, not even alone: that takes
// a reason of its own each time.
func (a *App) AcceptEvidence(ctx context.Context, actor domain.Actor, items []ToAccept, comment string) (int, error) {
	if err := actor.Allow(domain.ActEvidenceReview); err != nil {
		return 0, err
	}
	r := domain.Review{Org: actor.Org, Reviewer: actor.Person, Verdict: domain.EvidenceAccepted, Comment: domain.Clean(comment)}
	if err := r.Check(); err != nil {
		return 0, err
	}
	err := a.change(ctx, actor, func(c change) error {
		for _, v := range items {
			r.Evidence = v.ID
			if _, err := c.changeEvidence(v.ID, "evidence.accepted", func(c change, e *domain.Evidence) error { return c.review(e, r, v.Version) }); err != nil {
				return err
			}
		}
		return a.lapse(c)
	})
	return len(items), err
}

// Doubt is what an auditor would ask about one item.
type Doubt struct {
	Item    domain.Evidence
	Reasons []domain.Reason
}

// Sufficiency says where an item may be too little for an engagement; reviewer is
// who is about to judge it, 0 for who judged it last.
func (a *App) Sufficiency(ctx context.Context, actor domain.Actor, e domain.Engagement, v EvidenceView, reviewer domain.PersonID) ([]domain.Reason, error) {
	if err := actor.Allow(domain.ActRead); err != nil {
		return nil, err
	}
	owners, err := a.store.OwnersOf(ctx, actor.Org, []domain.EvidenceID{v.Item.ID})
	if err != nil {
		return nil, err
	}
	f := domain.SufficiencyFacts{Item: v.Item, Version: v.Versions[0], Controls: len(v.Controls), Owners: owners[v.Item.ID], Reviewer: reviewer, Audit: e.Period, On: a.day()}
	if reviewer == 0 && len(v.Reviews) > 0 && v.Reviews[0].Review.VersionID == v.Versions[0].ID {
		f.Reviewer = v.Reviews[0].Review.Reviewer
	}
	return domain.Sufficiency(f), nil
}

// SufficiencyOfRow is the same from one row of a list; what only the versions tell
// is left to the item's page.
func (a *App) SufficiencyOfRow(e domain.Engagement, s domain.EvidenceSummary, reviewer domain.PersonID, owners ...domain.PersonID) []domain.Reason {
	v := domain.EvidenceVersion{MediaType: s.MediaType, CapturedOn: s.CapturedOn, Period: s.Evidence.Period, Expires: s.Evidence.Expires,
		UploadedBy: s.Evidence.Author}
	return domain.Sufficiency(domain.SufficiencyFacts{Item: s.Evidence, Version: v, Controls: s.Controls, Owners: owners, Reviewer: reviewer,
		Audit: e.Period, On: a.day()})
}

// ToReview lists the items named that the actor may accept as they stand, in
// order, with what an auditor would ask about each; who could not is left out.
func (a *App) ToReview(ctx context.Context, actor domain.Actor, e domain.Engagement, ids []domain.EvidenceID) ([]Doubt, error) {
	if err := actor.Allow(domain.ActEvidenceReview); err != nil {
		return nil, err
	}
	found, err := a.store.FindEvidence(ctx, actor.Org, domain.EvidenceFilter{IDs: ids, State: domain.EvidenceSubmitted, NotAuthor: actor.Person,
		Sort: "number", Page: domain.Page{Size: domain.AllRows}})
	if err != nil {
		return nil, err
	}
	owners, err := a.store.OwnersOf(ctx, actor.Org, ids)
	if err != nil {
		return nil, err
	}
	var out []Doubt
	for _, s := range found.Rows {
		out = append(out, Doubt{s.Evidence, a.SufficiencyOfRow(e, s, actor.Person, owners[s.Evidence.ID]...)})
	}
	return out, nil
}

// ReuseEvidence lets items that are here already speak for one more control, all
// or none; it returns how many are new to it.
func (a *App) ReuseEvidence(ctx context.Context, actor domain.Actor, control domain.ControlID, ids []domain.EvidenceID) (added int, err error) {
	if err := actor.Allow(domain.ActEvidenceWrite); err != nil {
		return 0, err
	}
	err = a.change(ctx, actor, func(c change) error {
		for _, id := range ids {
			n, err := c.linkOneMore(id, control)
			if err != nil {
				return err
			}
			added += n
		}
		return a.lapse(c)
	})
	return added, err
}

func (c change) linkOneMore(id domain.EvidenceID, control domain.ControlID) (added int, err error) {
	links, err := c.EvidenceLinks(c.ctx, c.actor.Org, id)
	if err != nil {
		return 0, err
	}
	all := eachOnce(append([]domain.ControlID{control}, links[id]...))
	if added = len(all) - len(links[id]); added == 0 {
		return 0, nil
	}
	_, err = c.changeEvidence(id, "evidence.described", func(c change, _ *domain.Evidence) error { return c.linkControls(id, all) })
	return added, err
}
