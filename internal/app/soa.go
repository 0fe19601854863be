package app

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"slices"

	"relier/internal/catalog"
	"relier/internal/domain"
	"relier/internal/store"
)

// SoALine is a requirement with its decision and what stands behind it.
type SoALine struct {
	Requirement domain.Requirement
	Entry       domain.SoAEntry
	Controls    []domain.Control
}

// soaEntries returns the line of every Annex A control of an edition, touched or not.
func soaEntries(ctx context.Context, s *store.Store, org domain.OrgID, e domain.Edition) ([]domain.SoAEntry, error) {
	touched, err := s.SoAEntries(ctx, org, e)
	if err != nil {
		return nil, err
	}
	return fullSoA(org, e, touched), nil
}

// fullSoA puts the touched lines of an edition among those nobody has touched.
func fullSoA(org domain.OrgID, e domain.Edition, touched []domain.SoAEntry) []domain.SoAEntry {
	byRef := map[domain.Ref]domain.SoAEntry{}
	for _, v := range touched {
		byRef[v.Ref] = v
	}
	annex := catalog.AnnexA(e)
	out := make([]domain.SoAEntry, len(annex))
	for i, r := range annex {
		v, ok := byRef[r.Ref]
		if !ok {
			v = domain.NewSoAEntry(org, r.Ref)
		}
		out[i] = v
	}
	return out
}

// SoA lists the Statement of Applicability of an edition, one line per Annex A
// control, none left out.
func (a *App) SoA(ctx context.Context, actor domain.Actor, e domain.Edition) ([]SoALine, error) {
	if err := actor.Allow(domain.ActRead); err != nil {
		return nil, err
	}
	entries, err := a.soaEntries(ctx, actor.Org, e)
	if err != nil {
		return nil, err
	}
	controls, err := a.controls(ctx, actor.Org)
	if err != nil {
		return nil, err
	}
	behind := map[domain.Ref][]domain.Control{}
	for _, v := range controls {
		for _, r := range v.Requirements {
			behind[r.Ref] = append(behind[r.Ref], v)
		}
	}
	out := make([]SoALine, len(entries))
	for i, v := range entries {
		q, _ := catalog.Requirement(v.Ref)
		out[i] = SoALine{q, v, behind[v.Ref]}
	}
	return out, nil
}

// SaveSoA changes lines, all or none; each at the version its editor saw.
// Lines that stay as they were are not touched. It returns how many changed.
func (a *App) SaveSoA(ctx context.Context, actor domain.Actor, entries []domain.SoAEntry) (n int, err error) {
	if err := actor.Allow(domain.ActSoAWrite); err != nil {
		return 0, err
	}
	err = a.change(ctx, actor, func(c change) error {
		current := map[domain.Edition][]domain.SoAEntry{}
		var wrong domain.FieldErrors
		for _, v := range entries {
			changed, err := c.saveSoAEntry(current, v)
			if fields := fieldsOf(err, v.Ref.Code); fields != nil {
				wrong = append(wrong, fields...)
				continue
			}
			if err != nil {
				return err
			}
			if changed {
				n++
			}
		}
		if err := wrong.Err(); err != nil || n == 0 {
			return err
		}
		return a.lapse(c)
	})
	return n, err
}

// saveSoAEntry saves a line unless it says what the current one says; current
// holds the lines of each edition as they were before the first change.
func (c change) saveSoAEntry(current map[domain.Edition][]domain.SoAEntry, v domain.SoAEntry) (changed bool, err error) {
	if q, ok := catalog.Requirement(v.Ref); !ok || q.Level != domain.LevelControl {
		return false, domain.NotFound(string(domain.NounSoAEntry))
	}
	v.Org, v.Inclusion, v.Exclusion = c.actor.Org, domain.Clean(v.Inclusion), domain.Clean(v.Exclusion)
	v.Documented, v.Notes = domain.Clean(v.Documented), domain.Clean(v.Notes)
	if current[v.Ref.Edition] == nil {
		if current[v.Ref.Edition], err = soaEntries(c.ctx, c.Store, c.actor.Org, v.Ref.Edition); err != nil {
			return false, err
		}
	}
	lines := current[v.Ref.Edition]
	i := slices.IndexFunc(lines, func(e domain.SoAEntry) bool { return e.Ref == v.Ref })
	if sameSoAEntry(lines[i], v) {
		return false, nil
	}
	if err := v.Check(); err != nil {
		return false, err
	}
	if err := c.PutSoAEntry(c.ctx, &v); err != nil {
		return false, err
	}
	return true, c.record("soa.changed", domain.NounSoAEntry, soaObject(v.Ref), 0, v.Ref.String(), v)
}

func sameSoAEntry(a, b domain.SoAEntry) bool {
	drivers := slices.Equal(a.Drivers, b.Drivers)
	a.Drivers, b.Drivers, a.Version, b.Version = nil, nil, 0, 0
	return drivers && a.Org == b.Org && a.Ref == b.Ref && a.Applicable == b.Applicable && a.Inclusion == b.Inclusion &&
		a.Exclusion == b.Exclusion && a.Status == b.Status && a.Documented == b.Documented &&
		a.LastReview == b.LastReview && a.NextReview == b.NextReview && a.Notes == b.Notes
}

// soaObject numbers a line for activity records: its place in its edition's
// Annex A, 2022 after 2013.
func soaObject(ref domain.Ref) int64 {
	i := slices.IndexFunc(catalog.AnnexA(ref.Edition), func(r domain.Requirement) bool { return r.Ref == ref })
	if ref.Edition == domain.Edition2022 {
		return int64(1000 + i)
	}
	return int64(i)
}

// ApproveSoA freezes the lines of an edition as the next numbered version. It
// refuses while a line lacks the reason its decision needs, when nothing changed
// since the last version, and when the lines are no longer those that the
// approver saw (SoADigest; zero: those that stand).
func (a *App) ApproveSoA(ctx context.Context, actor domain.Actor, e domain.Edition, seen domain.Digest) (domain.SoAVersion, error) {
	if err := actor.Allow(domain.ActSoAApprove); err != nil {
		return domain.SoAVersion{}, err
	}
	v := domain.SoAVersion{Org: actor.Org, Edition: e, ApprovedBy: actor.Person}
	if !e.Valid() {
		return v, domain.Invalid("error.choice", nil).At("edition")
	}
	err := a.change(ctx, actor, func(c change) (err error) {
		if v.Entries, err = soaEntries(ctx, c.Store, actor.Org, e); err != nil {
			return err
		}
		missing := 0
		for _, entry := range v.Entries {
			if !entry.Justified() {
				missing++
			}
		}
		if missing > 0 {
			return domain.Conflict("error.soa.unjustified", domain.Args{"Count": missing})
		}
		if !seen.IsZero() && seen != SoADigest(v.Entries) {
			return domain.Conflict("error.soa.moved", nil)
		}
		earlier, err := c.SoAVersions(ctx, actor.Org, e)
		if err != nil {
			return err
		}
		if len(earlier) > 0 && SoAChanged(earlier[0].Entries, v.Entries) == 0 {
			return domain.Conflict("error.soa.unchanged", domain.Args{"Number": earlier[0].Number})
		}
		v.Number, v.ApprovedAt = len(earlier)+1, c.at
		if err := c.AddSoAVersion(ctx, v); err != nil {
			return err
		}
		return c.record("soa.approved", domain.NounSoAVersion, int64(v.Number), 0, string(e)+" v"+itoa(v.Number), v)
	})
	return v, err
}

// SoADigest names a draft by its content: who approves it signs what they read.
func SoADigest(entries []domain.SoAEntry) domain.Digest {
	body, err := json.Marshal(entries)
	if err != nil {
		panic(err) // plain values of our own always marshal
	}
	return sha256.Sum256(body)
}

// SoAVersions lists the approved versions of an edition, the newest first.
func (a *App) SoAVersions(ctx context.Context, actor domain.Actor, e domain.Edition) ([]domain.SoAVersion, error) {
	if err := actor.Allow(domain.ActRead); err != nil {
		return nil, err
	}
	return a.soaVersions(ctx, actor.Org, e)
}
