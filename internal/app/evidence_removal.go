package app

import (
	"context"
	"slices"

	"relier/internal/domain"
	"relier/internal/store"
)

// Bar is something that keeps an item from being deleted.
type Bar struct {
	Code   string // hold, pack, certificate, report, responsibility, reliance, request, not_yours
	Label  string // of the object, as people cite it
	Object int64
	Part   int64  // of a responsibility: the control that it belongs to
	Eng    string // of a pack, a reliance or a request: the code of its engagement
}

// EvidenceRemoval is what deleting an item would take away, and what forbids it.
type EvidenceRemoval struct {
	Item     domain.Evidence
	Versions []domain.EvidenceVersion
	Reviews  []domain.ReviewView
	Controls []domain.Control // that would lose it
	Duties   []ProvenResponsibility
	Bars     []Bar // none: it may be deleted
	Effects  []Effect
}

// EvidenceRemoval says what deleting an item would take away.
func (a *App) EvidenceRemoval(ctx context.Context, actor domain.Actor, id domain.EvidenceID) (v EvidenceRemoval, err error) {
	if err := actor.Allow(domain.ActEvidenceDelete); err != nil {
		return v, err
	}
	for _, read := range []func() error{
		func() error { v.Item, err = a.store.Evidence(ctx, actor.Org, id); return err },
		func() error { v.Versions, err = a.store.EvidenceVersions(ctx, actor.Org, id); return err },
		func() error { v.Reviews, err = a.store.Reviews(ctx, actor.Org, id); return err },
		func() error { v.Controls, err = a.store.ControlsOfEvidence(ctx, actor.Org, id); return err },
		func() error { v.Duties, err = a.proven(ctx, actor, id); return err },
		func() error { v.Bars, err = a.bars(ctx, a.store, actor, v.Item, v.Versions, v.Reviews); return err },
	} {
		if err := read(); err != nil {
			return v, err
		}
	}
	v.Effects, err = a.effects(ctx, actor, func(w *world) { delete(w.evidence, id) })
	return v, err
}

// bars lists what forbids the deletion of an item. What another noun cites
// belongs here; the schema's references refuse what this list forgot.
func (a *App) bars(ctx context.Context, s *store.Store, actor domain.Actor, e domain.Evidence, versions []domain.EvidenceVersion, reviews []domain.ReviewView) ([]Bar, error) {
	var out []Bar
	if actor.Role == domain.RoleContributor && !ownDraft(actor.Person, e, versions, reviews) {
		out = append(out, Bar{Code: "not_yours"})
	}
	if e.Hold.On {
		out = append(out, Bar{Code: "hold", Label: e.Hold.Why})
	}
	for _, read := range []func(context.Context, *store.Store, domain.Evidence) ([]Bar, error){
		func(ctx context.Context, s *store.Store, e domain.Evidence) ([]Bar, error) {
			return packBars(ctx, s, e, versions)
		},
		documentBars, a.dutyBars, requestBars,
	} {
		found, err := read(ctx, s, e)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	return out, nil
}

// ownDraft reports whether an item is a draft that nobody but this person had a
// hand in: uploaded by mistake.
func ownDraft(p domain.PersonID, e domain.Evidence, versions []domain.EvidenceVersion, reviews []domain.ReviewView) bool {
	others := slices.ContainsFunc(versions, func(v domain.EvidenceVersion) bool { return v.UploadedBy != p })
	return e.State == domain.EvidenceDraft && !others && len(reviews) == 0
}

func packBars(ctx context.Context, s *store.Store, e domain.Evidence, versions []domain.EvidenceVersion) ([]Bar, error) {
	var out []Bar
	packs, err := s.PacksCiting(ctx, e.Org, versions[len(versions)-1].UploadedAt)
	for _, p := range packs {
		out = append(out, Bar{Code: "pack", Label: p.Pack.Code(), Object: int64(p.Pack.ID), Eng: p.Engagement})
	}
	return out, err
}

// documentBars are the certificates and reports whose document the item is.
func documentBars(ctx context.Context, s *store.Store, e domain.Evidence) ([]Bar, error) {
	var out []Bar
	certificates, err := s.Certificates(ctx, e.Org)
	if err != nil {
		return nil, err
	}
	for _, v := range certificates {
		if v.Document == e.ID {
			out = append(out, Bar{Code: "certificate", Label: v.Title, Object: int64(v.ID)})
		}
	}
	reports, err := s.Reports(ctx, e.Org)
	for _, v := range reports {
		if v.Document == e.ID {
			out = append(out, Bar{Code: "report", Label: v.Title, Object: int64(v.ID)})
		}
	}
	return out, err
}

// dutyBars are the responsibilities that accepted evidence is offered for, and the
// approved or accepted reliances that stand on them, in whatever engagement.
func (a *App) dutyBars(ctx context.Context, s *store.Store, e domain.Evidence) ([]Bar, error) {
	duties, err := s.ResponsibilitiesProvenBy(ctx, e.Org, e.ID)
	if err != nil || len(duties) == 0 {
		return nil, err
	}
	reviews, err := s.Reviews(ctx, e.Org, e.ID)
	if err != nil || len(reviews) == 0 || reviews[0].Review.Verdict != domain.EvidenceAccepted {
		return nil, err
	}
	rs, err := s.Reliances(ctx, e.Org, 0, 0)
	if err != nil {
		return nil, err
	}
	engagements, err := s.Engagements(ctx, e.Org)
	if err != nil {
		return nil, err
	}
	codes := map[domain.EngagementID]string{}
	for _, v := range engagements {
		codes[v.ID] = v.Code
	}
	var out []Bar
	told := map[domain.RelianceID]bool{}
	for _, d := range duties {
		out = append(out, Bar{Code: "responsibility", Label: d.Sentence, Object: int64(d.ID), Part: int64(d.Control)})
		for _, r := range rs {
			if r.Control == d.Control && r.Service == d.Service && r.CanMoveTo(domain.RelianceLapsed) && !told[r.ID] {
				told[r.ID] = true
				bar := Bar{Code: "reliance", Object: int64(r.ID), Eng: codes[r.Engagement]}
				if bar.Label, err = pairLabel(ctx, s, r); err != nil {
					return nil, err
				}
				out = append(out, bar)
			}
		}
	}
	return out, nil
}

func pairLabel(ctx context.Context, s *store.Store, r domain.Reliance) (string, error) {
	control, err := s.Control(ctx, r.Org, r.Control)
	if err != nil {
		return "", err
	}
	service, err := s.Service(ctx, r.Org, r.Service)
	return control.Code + " · " + service.Name, err
}

// DeleteEvidence deletes an item that nothing sealed cites and nothing rests on.
// Its number, title and digests stay with who deleted it and why; the bytes go
// when the sweeper finds that nothing else cites them.
func (a *App) DeleteEvidence(ctx context.Context, actor domain.Actor, id domain.EvidenceID, version int, reason string) (domain.Removal, error) {
	if err := actor.Allow(domain.ActEvidenceDelete); err != nil {
		return domain.Removal{}, err
	}
	reason = domain.Clean(reason)
	var f domain.FieldErrors
	if domain.CheckText(&f, "reason", reason, 1, 1000); f.Err() != nil {
		return domain.Removal{}, f.Err()
	}
	var gone domain.Removal
	err := a.change(ctx, actor, func(c change) (err error) {
		if gone, err = a.remove(c, id, version, reason); err != nil {
			return err
		}
		if err := a.lapse(c); err != nil {
			return err
		}
		return c.record("evidence.deleted", domain.NounEvidence, int64(id), 0, gone.Code()+" "+gone.Title, nil)
	})
	return gone, err
}

func (a *App) remove(c change, id domain.EvidenceID, version int, reason string) (domain.Removal, error) {
	e, err := c.Evidence(c.ctx, c.actor.Org, id)
	if err != nil {
		return domain.Removal{}, err
	}
	if e.Version != version {
		return domain.Removal{}, domain.Stale()
	}
	versions, err := c.EvidenceVersions(c.ctx, c.actor.Org, id)
	if err != nil {
		return domain.Removal{}, err
	}
	reviews, err := c.Reviews(c.ctx, c.actor.Org, id)
	if err != nil {
		return domain.Removal{}, err
	}
	bars, err := a.bars(c.ctx, c.Store, c.actor, e, versions, reviews)
	if err != nil {
		return domain.Removal{}, err
	}
	if len(bars) > 0 {
		return domain.Removal{}, barred(bars, e)
	}
	if err := c.takeOff(e); err != nil {
		return domain.Removal{}, err
	}
	gone := removalOf(e, versions, reviews)
	gone.Reason, gone.By, gone.At = reason, c.actor.Person, c.at
	return gone, c.RemoveEvidence(c.ctx, gone)
}

func barred(bars []Bar, e domain.Evidence) error {
	if bars[0].Code == "not_yours" {
		return domain.Forbidden("error.evidence.not_yours", nil)
	}
	return domain.Conflict("error.evidence.barred", domain.Args{"Evidence": e.Code()})
}

// takeOff takes an item that counts for nothing off the responsibilities it was
// offered for.
func (c change) takeOff(e domain.Evidence) error {
	duties, err := c.ResponsibilitiesProvenBy(c.ctx, c.actor.Org, e.ID)
	if err != nil {
		return err
	}
	for _, d := range duties {
		d, err := c.Responsibility(c.ctx, c.actor.Org, d.ID)
		if err != nil {
			return err
		}
		d.Evidence = slices.DeleteFunc(slices.Clone(d.Evidence), func(id domain.EvidenceID) bool { return id == e.ID })
		tidyDuty(&d)
		if err := c.UpdateResponsibility(c.ctx, &d); err != nil {
			return err
		}
		if err := c.record("responsibility.changed", domain.NounResponsibility, int64(d.ID), 0, d.Sentence, d); err != nil {
			return err
		}
	}
	return nil
}

func removalOf(e domain.Evidence, versions []domain.EvidenceVersion, reviews []domain.ReviewView) domain.Removal {
	out := domain.Removal{Org: e.Org, Evidence: e.ID, Number: e.Number, Title: e.Title}
	byID := map[domain.VersionID]domain.EvidenceVersion{}
	for _, v := range versions {
		byID[v.ID] = v
		out.Versions = append(out.Versions, domain.RemovedVersion{Number: v.Number, FileName: v.FileName, SHA256: v.Blob.SHA256,
			Size: v.Blob.Size, UploadedBy: v.UploadedBy, UploadedAt: v.UploadedAt})
	}
	for _, r := range reviews {
		v := byID[r.Review.VersionID]
		out.Reviews = append(out.Reviews, domain.RemovedReview{Number: v.Number, Verdict: r.Review.Verdict, Reviewer: r.Review.Reviewer,
			At: r.Review.At, Period: v.Period, Expires: v.Expires})
	}
	return out
}

// Removal reads what stays of a deleted item.
func (a *App) Removal(ctx context.Context, actor domain.Actor, id domain.EvidenceID) (domain.Removal, error) {
	if err := actor.Allow(domain.ActRead); err != nil {
		return domain.Removal{}, err
	}
	return a.store.Removal(ctx, actor.Org, id)
}
