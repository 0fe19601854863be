package app

import (
	"context"
	"slices"

	"relier/internal/domain"
)

// EvidenceDraft is what a person says of an item that nobody has submitted yet.
type EvidenceDraft struct {
	Item       domain.Evidence // its id, its version as the editor saw it, and its description
	CapturedOn domain.Date
	Period     domain.Period
	Expires    domain.Date        // zero: as the cadence says
	Controls   []domain.ControlID // what it speaks for; nil keeps what is linked
}

// CompleteEvidence fills in drafts, all or none. A draft that is given its
// period is submitted with it, for only then can somebody judge it; from there
// on its version never changes. It returns how many were submitted.
func (a *App) CompleteEvidence(ctx context.Context, actor domain.Actor, drafts []EvidenceDraft) (submitted int, err error) {
	if err := actor.Allow(domain.ActEvidenceWrite); err != nil {
		return 0, err
	}
	err = a.change(ctx, actor, func(c change) error {
		var wrong domain.FieldErrors
		for _, d := range drafts {
			e, err := c.completeEvidence(d)
			if fields := fieldsOf(err, itoa(int(d.Item.ID))); fields != nil {
				wrong = append(wrong, fields...)
				continue
			}
			if err != nil {
				return err
			}
			if e.State == domain.EvidenceSubmitted {
				submitted++
			}
		}
		if err := wrong.Err(); err != nil {
			return err
		}
		return a.lapse(c)
	})
	return submitted, err
}

// fieldsOf returns the field errors of one item of many, each named
// "<item>.<field>"; nil when err is something else.
func fieldsOf(err error, item string) domain.FieldErrors {
	if e, ok := err.(*domain.Error); ok && e.Field != "" {
		err = domain.FieldErrors{e}
	}
	f, ok := err.(domain.FieldErrors)
	if !ok {
		return nil
	}
	out := make(domain.FieldErrors, len(f))
	for i, e := range f {
		out[i] = e.At(item + "." + e.Field)
	}
	return out
}

func (c change) completeEvidence(d EvidenceDraft) (domain.Evidence, error) {
	verb := "evidence.described"
	if d.Period.Valid() {
		verb = "evidence.submitted"
	}
	return c.changeEvidence(d.Item.ID, verb, func(c change, e *domain.Evidence) error {
		if e.State != domain.EvidenceDraft {
			return domain.Conflict("error.evidence.not_draft", domain.Args{"Evidence": e.Code()})
		}
		versions, err := c.EvidenceVersions(c.ctx, c.actor.Org, e.ID)
		if err != nil {
			return err
		}
		v := versions[0]
		v.CapturedOn, v.Period = d.CapturedOn, d.Period
		e.Title, e.Source, e.Method = domain.Clean(d.Item.Title), domain.Clean(d.Item.Source), domain.Clean(d.Item.Method)
		e.Sensitivity, e.Version, e.Period = d.Item.Sensitivity, d.Item.Version, d.Period
		e.Cadence, v.Expires = d.Item.Cadence, d.Expires
		if err := c.newerDays(e, &v); err != nil {
			return err
		}
		if err := joinFields(e.Check(), v.Check(e.Kind), c.notLater(v.CapturedOn)); err != nil {
			return err
		}
		if err := c.CompleteVersion(c.ctx, v); err != nil {
			return err
		}
		if d.Period.Valid() {
			e.State = domain.EvidenceSubmitted
		}
		if d.Controls == nil {
			return nil
		}
		return c.linkControls(e.ID, d.Controls)
	})
}

// AddLinks lets an item speak for more controls; those it has stay. It returns
// how many are new to it.
func (a *App) AddLinks(ctx context.Context, actor domain.Actor, id domain.EvidenceID, controls []domain.ControlID) (added int, err error) {
	if err := actor.Allow(domain.ActEvidenceWrite); err != nil {
		return 0, err
	}
	_, err = a.changeEvidence(ctx, actor, id, "evidence.described", func(c change, e *domain.Evidence) error {
		links, err := c.EvidenceLinks(ctx, actor.Org, id)
		if err != nil {
			return err
		}
		all := slices.Concat(links[id], controls)
		slices.Sort(all)
		all = slices.Compact(all)
		added = len(all) - len(links[id])
		return c.linkControls(id, all)
	})
	return added, err
}

// AddCopy records bytes that another item already holds as an item of its own:
// the same file may well speak for something else, or for another period.
func (a *App) AddCopy(ctx context.Context, actor domain.Actor, of domain.EvidenceID, number int, in NewEvidence) (domain.Evidence, error) {
	if err := actor.Allow(domain.ActEvidenceWrite); err != nil {
		return domain.Evidence{}, err
	}
	versions, err := a.store.EvidenceVersions(ctx, actor.Org, of)
	if err != nil {
		return domain.Evidence{}, err
	}
	i := slices.IndexFunc(versions, func(v domain.EvidenceVersion) bool { return v.Number == number && !v.Blob.SHA256.IsZero() })
	if i < 0 {
		return domain.Evidence{}, domain.NotFound(string(domain.NounEvidence))
	}
	in.Version.Blob, in.Version.MediaType = versions[i].Blob, versions[i].MediaType
	added, err := a.AddEvidence(ctx, actor, []NewEvidence{in})
	if err != nil {
		return domain.Evidence{}, err
	}
	return added[0], nil
}

// Twin is a file whose bytes an item got while the file was coming in.
type Twin struct {
	Index   int // of the file
	Item    domain.Evidence
	Version int
}

// AddFiles keeps staged files and records each as an item; files[i] holds the
// bytes of items[i]. What a person typed is checked before anything is kept. Of
// two people who send the same bytes at the same time only one makes an item:
// the other is told of a twin.
func (a *App) AddFiles(ctx context.Context, actor domain.Actor, items []NewEvidence, files []*StagedFile) (added []domain.Evidence, twins []Twin, err error) {
	if err := actor.Allow(domain.ActEvidenceWrite); err != nil {
		return nil, nil, err
	}
	defer func() { undo(ctx, err, files...) }()
	if err := a.keepFiles(ctx, actor, items, files); err != nil {
		return nil, nil, err
	}
	err = a.change(ctx, actor, func(c change) error {
		added, twins = nil, nil
		for i, in := range items {
			twin, err := c.twin(in.Version.Blob.SHA256)
			if err == nil {
				twin.Index = i
				twins = append(twins, twin)
				continue
			}
			if !domain.IsNotFound(err) {
				return err
			}
			e, err := c.addEvidence(in)
			if err != nil {
				return err
			}
			added = append(added, e)
		}
		return nil
	})
	return added, twins, err
}

// twin finds the oldest item with the same bytes, as this transaction sees it.
func (c change) twin(d domain.Digest) (Twin, error) {
	same, err := c.EvidenceWithBytes(c.ctx, c.actor.Org, d)
	if err != nil {
		return Twin{}, err
	}
	if len(same) == 0 {
		return Twin{}, domain.NotFound(string(domain.NounEvidence))
	}
	versions, err := c.EvidenceVersions(c.ctx, c.actor.Org, same[0].ID)
	i := slices.IndexFunc(versions, func(v domain.EvidenceVersion) bool { return v.Blob.SHA256 == d })
	if err != nil || i < 0 {
		return Twin{Item: same[0], Version: same[0].Versions}, err
	}
	return Twin{Item: same[0], Version: versions[i].Number}, nil
}

// keepFiles checks what was typed, then makes the bytes last.
func (a *App) keepFiles(ctx context.Context, actor domain.Actor, items []NewEvidence, files []*StagedFile) error {
	c := change{Store: a.store, ctx: ctx, actor: actor, at: a.Now()}
	for i, f := range files {
		hold(&items[i].Version, f.received)
		e, v := items[i].Item, items[i].Version
		if err := joinFields(e.Check(), v.Check(e.Kind), c.notLater(v.CapturedOn)); err != nil {
			return err
		}
		if err := c.controlsExist(items[i].Controls); err != nil {
			return err
		}
	}
	for _, f := range files {
		if _, err := f.Keep(ctx); err != nil {
			return err
		}
	}
	return nil
}

// AddFileVersion is AddVersion for a staged file.
func (a *App) AddFileVersion(ctx context.Context, actor domain.Actor, id domain.EvidenceID, v domain.EvidenceVersion, f *StagedFile) (domain.Evidence, error) {
	if err := actor.Allow(domain.ActEvidenceWrite); err != nil {
		return domain.Evidence{}, err
	}
	hold(&v, f.received)
	if err := joinFields(v.Check(domain.EvidenceFile), change{at: a.Now()}.notLater(v.CapturedOn)); err != nil {
		return domain.Evidence{}, err
	}
	if _, err := f.Keep(ctx); err != nil {
		return domain.Evidence{}, err
	}
	e, err := a.AddVersion(ctx, actor, id, v)
	undo(ctx, err, f)
	return e, err
}

// hold makes a version name the bytes received.
func hold(v *domain.EvidenceVersion, r Received) {
	v.FileName, v.MediaType, v.Blob, v.Scan = r.FileName, r.MediaType, r.Blob, r.Scan
}
