package app

import (
	"context"
	"slices"

	"relier/internal/domain"
)

// EvidenceUse is everything that leans on an item beside controls.
type EvidenceUse struct {
	Responsibilities []ProvenResponsibility
	Certificates     []domain.Certificate // whose document it is
	Reports          []domain.Report      // whose document it is
	Packs            []domain.PackCitation
	Engagements      []domain.Engagement // whose period its own meets
}

// ProvenResponsibility is a customer responsibility with the names a page shows.
type ProvenResponsibility struct {
	Responsibility domain.Responsibility
	Control        domain.Control
	Service        domain.Service
}

// UsesOf lists what leans on an item beside controls.
func (a *App) UsesOf(ctx context.Context, actor domain.Actor, id domain.EvidenceID) (u EvidenceUse, err error) {
	if err := actor.Allow(domain.ActRead); err != nil {
		return u, err
	}
	if u.Responsibilities, err = a.proven(ctx, actor, id); err != nil {
		return u, err
	}
	if u.Certificates, err = a.store.Certificates(ctx, actor.Org); err != nil {
		return u, err
	}
	if u.Reports, err = a.store.Reports(ctx, actor.Org); err != nil {
		return u, err
	}
	u.Certificates = slices.DeleteFunc(u.Certificates, func(c domain.Certificate) bool { return c.Document != id })
	u.Reports = slices.DeleteFunc(u.Reports, func(r domain.Report) bool { return r.Document != id })
	return u, a.addCitations(ctx, actor, id, &u)
}

// addCitations adds the sealed packs that name an item, each with the newest
// version it could know, and the engagements in which the item counts.
func (a *App) addCitations(ctx context.Context, actor domain.Actor, id domain.EvidenceID, u *EvidenceUse) error {
	versions, err := a.store.EvidenceVersions(ctx, actor.Org, id)
	if err != nil || len(versions) == 0 {
		return err
	}
	packs, err := a.store.PacksCiting(ctx, actor.Org, versions[len(versions)-1].UploadedAt)
	if err != nil {
		return err
	}
	for _, p := range packs {
		if !actor.Sees(p.Pack.Engagement) {
			continue
		}
		i := slices.IndexFunc(versions, func(v domain.EvidenceVersion) bool { return !v.UploadedAt.After(p.Recorded) })
		p.Version = versions[max(i, 0)].Number
		u.Packs = append(u.Packs, p)
	}
	engagements, err := a.Engagements(ctx, actor)
	for _, e := range engagements {
		if versions[0].Period.Overlaps(e.Period) {
			u.Engagements = append(u.Engagements, e)
		}
	}
	return err
}

func (a *App) proven(ctx context.Context, actor domain.Actor, id domain.EvidenceID) ([]ProvenResponsibility, error) {
	duties, err := a.store.ResponsibilitiesProvenBy(ctx, actor.Org, id)
	if err != nil || len(duties) == 0 {
		return nil, err
	}
	services, err := a.store.Services(ctx, actor.Org)
	if err != nil {
		return nil, err
	}
	out := make([]ProvenResponsibility, len(duties))
	for i, d := range duties {
		out[i].Responsibility = d
		if out[i].Control, err = a.store.Control(ctx, actor.Org, d.Control); err != nil {
			return nil, err
		}
		if j := slices.IndexFunc(services, func(s domain.Service) bool { return s.ID == d.Service }); j >= 0 {
			out[i].Service = services[j]
		}
	}
	return out, nil
}

// AnyEvidence reports whether the library holds anything at all.
func (a *App) AnyEvidence(ctx context.Context, actor domain.Actor) (bool, error) {
	l, err := a.FindEvidence(ctx, actor, domain.EvidenceFilter{Page: domain.Page{Number: 1, Size: 1}})
	return l.Total > 0, err
}

// AddedEvidence is an item with the day its newest version was captured.
type AddedEvidence struct {
	Summary    domain.EvidenceSummary
	CapturedOn domain.Date
}

// EvidenceByID reads the items of an upload in the order given; what is missing
// or somebody else's is left out.
func (a *App) EvidenceByID(ctx context.Context, actor domain.Actor, ids []domain.EvidenceID) ([]AddedEvidence, error) {
	if err := actor.Allow(domain.ActRead); err != nil {
		return nil, err
	}
	out := make([]AddedEvidence, 0, len(ids))
	for _, id := range ids {
		e, err := a.store.Evidence(ctx, actor.Org, id)
		if domain.IsNotFound(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		versions, err := a.store.EvidenceVersions(ctx, actor.Org, id)
		if err != nil {
			return nil, err
		}
		v := versions[0]
		out = append(out, AddedEvidence{domain.EvidenceSummary{Evidence: e, FileName: v.FileName, Size: v.Blob.Size, MediaType: v.MediaType, CapturedOn: v.CapturedOn}, v.CapturedOn})
	}
	return out, nil
}

// SameBytes finds the oldest item that holds the same bytes, and in which of
// its versions; none is a not-found error.
func (a *App) SameBytes(ctx context.Context, actor domain.Actor, d domain.Digest) (domain.Evidence, int, error) {
	same, err := a.Duplicates(ctx, actor, d)
	if err != nil {
		return domain.Evidence{}, 0, err
	}
	if len(same) == 0 {
		return domain.Evidence{}, 0, domain.NotFound(string(domain.NounEvidence))
	}
	versions, err := a.store.EvidenceVersions(ctx, actor.Org, same[0].ID)
	for _, v := range versions {
		if v.Blob.SHA256 == d {
			return same[0], v.Number, err
		}
	}
	return same[0], same[0].Versions, err
}
