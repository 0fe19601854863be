package app

import (
	"context"
	"slices"

	"relier/internal/catalog"
	"relier/internal/domain"
)

// Names maps everyone who ever acted in the organization to their name, so that
// a page can say who did what even after they left.
func (a *App) Names(ctx context.Context, actor domain.Actor) (map[domain.PersonID]string, error) {
	if err := actor.Allow(domain.ActRead); err != nil {
		return nil, err
	}
	return a.store.PersonNames(ctx, actor.Org)
}

// historyMost is how many records a page shows below an object; the activity
// page has the rest.
const historyMost = 30

// ControlHistory lists the newest records about a control and what hangs on it.
// Whoever may not read the activity, such as an assessor, gets none.
func (a *App) ControlHistory(ctx context.Context, actor domain.Actor, e domain.Engagement, id domain.ControlID) ([]domain.Activity, error) {
	if !actor.Can(domain.ActActivityRead) {
		return nil, nil
	}
	return a.store.ControlActivity(ctx, actor.Org, e.ID, id, a.until(), historyMost)
}

// RelianceHistory lists the newest records about a reliance; see ControlHistory.
func (a *App) RelianceHistory(ctx context.Context, actor domain.Actor, id domain.RelianceID) ([]domain.Activity, error) {
	if !actor.Can(domain.ActActivityRead) {
		return nil, nil
	}
	found, err := a.store.FindActivity(ctx, actor.Org, domain.ActivityFilter{
		Noun: domain.NounReliance, Object: int64(id), To: a.lastDay(), Page: domain.Page{Number: 1, Size: historyMost}})
	return found.Rows, err
}

// Alone reports whether nobody else in the organization could approve, review
// or test: only then may a reason override a separation rule.
func (a *App) Alone(ctx context.Context, actor domain.Actor) (bool, error) {
	if err := actor.Allow(domain.ActRead); err != nil {
		return false, err
	}
	members, err := a.store.Members(ctx, actor.Org)
	return !slices.ContainsFunc(members, func(m domain.Member) bool {
		r := m.Membership.Role
		return m.Person.ID != actor.Person && !m.Person.Disabled && (r == domain.RoleOwner || r == domain.RoleManager || r == domain.RoleAuditor)
	}), err
}

// AnnexAMissing counts, per edition, the Annex A controls that no control of the
// same code stands for yet: what StartFromAnnexA would add.
func (a *App) AnnexAMissing(ctx context.Context, actor domain.Actor) (map[domain.Edition]int, error) {
	controls, err := a.Controls(ctx, actor)
	if err != nil {
		return nil, err
	}
	taken := map[string]bool{}
	for _, v := range controls {
		taken[v.Code] = true
	}
	out := map[domain.Edition]int{}
	for _, e := range domain.Editions {
		for _, r := range catalog.AnnexA(e) {
			if !taken[r.Ref.Code] {
				out[e]++
			}
		}
	}
	return out, nil
}

// Requirements lists an edition's table of contents, to choose from.
func (a *App) Requirements(e domain.Edition) []domain.Requirement { return catalog.Requirements(e) }

// AreaName names an area that a proposed split was derived from.
func (a *App) AreaName(area string) domain.Text {
	name, _ := catalog.AreaName(area)
	return name
}

// EvidenceFacts reads the state and period of every item, by id.
func (a *App) EvidenceFacts(ctx context.Context, actor domain.Actor) (map[domain.EvidenceID]domain.EvidenceFact, error) {
	if err := actor.Allow(domain.ActRead); err != nil {
		return nil, err
	}
	return a.evidenceFacts(ctx, actor.Org)
}
