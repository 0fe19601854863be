package app

import (
	"context"
	"io"
	"slices"

	"relier/internal/catalog"
	"relier/internal/domain"
	"relier/internal/pack"
)

// Owners maps each control to the name of the person accountable for it.
func (a *App) Owners(ctx context.Context, actor domain.Actor) (map[domain.ControlID]string, error) {
	if err := actor.Allow(domain.ActRead); err != nil {
		return nil, err
	}
	owners, err := a.ownerships(ctx, actor.Org, 0)
	out := make(map[domain.ControlID]string, len(owners))
	for _, o := range owners {
		out[o.Ownership.Control] = o.Person
	}
	return out, err
}

// SoAVersionView is an approved version with what a page shows of it.
type SoAVersionView struct {
	Version  domain.SoAVersion
	Approver string
	Lines    []SoALine   // as approved; without controls, which move on
	Changes  []SoAChange // since the version before
}

// SoAChange is a line whose decision differs from the version before.
type SoAChange struct {
	Requirement   domain.Requirement
	Before, After domain.SoAEntry
}

// SoAVersion reads one approved version of an edition.
func (a *App) SoAVersion(ctx context.Context, actor domain.Actor, e domain.Edition, number int) (v SoAVersionView, err error) {
	if err := actor.Allow(domain.ActRead); err != nil {
		return v, err
	}
	versions, err := a.soaVersions(ctx, actor.Org, e)
	if err != nil {
		return v, err
	}
	i := slices.IndexFunc(versions, func(v domain.SoAVersion) bool { return v.Number == number })
	if i < 0 {
		return v, domain.NotFound(string(domain.NounSoAVersion))
	}
	names, err := a.store.PersonNames(ctx, actor.Org)
	if err != nil {
		return v, err
	}
	v.Version, v.Approver = versions[i], names[versions[i].ApprovedBy]
	for _, entry := range v.Version.Entries {
		q, _ := catalog.Requirement(entry.Ref)
		v.Lines = append(v.Lines, SoALine{Requirement: q, Entry: entry})
	}
	if i+1 < len(versions) {
		v.Changes = soaChanges(versions[i+1].Entries, v.Version.Entries)
	}
	return v, nil
}

func soaChanges(before, after []domain.SoAEntry) []SoAChange {
	was := map[domain.Ref]domain.SoAEntry{}
	for _, b := range before {
		was[b.Ref] = b
	}
	var out []SoAChange
	for _, now := range after {
		if b, ok := was[now.Ref]; ok && !sameSoAEntry(b, now) {
			q, _ := catalog.Requirement(now.Ref)
			out = append(out, SoAChange{q, b, now})
		}
	}
	return out
}

// SoAWorkbook writes the Statement of Applicability as it stands now, draft
// included, with what stands behind each line, in the form that packs carry.
func (a *App) SoAWorkbook(ctx context.Context, actor domain.Actor, e domain.Engagement, langs []string, w io.Writer) error {
	if err := actor.Allow(domain.ActRead); err != nil {
		return err
	}
	c, err := a.gather(ctx, a.store, actor, e, langs)
	if err != nil {
		return err
	}
	draft, err := soaEntries(ctx, a.store, actor.Org, e.Edition)
	if err != nil {
		return err
	}
	for i := range c.SoA { // both go by Annex A
		c.SoA[i].Entry = draft[i]
	}
	return pack.WriteSoA(w, c)
}

// SoAChanged counts the lines that differ from an approved version.
func SoAChanged(approved, now []domain.SoAEntry) int { return len(soaChanges(approved, now)) }

// AnnexThemes lists the themes (2022) or domains (2013) of an edition's Annex A.
func AnnexThemes(e domain.Edition) []domain.Requirement {
	return slices.DeleteFunc(slices.Clone(catalog.Requirements(e)), func(r domain.Requirement) bool {
		return r.Level != domain.LevelTheme && r.Level != domain.LevelDomain
	})
}
