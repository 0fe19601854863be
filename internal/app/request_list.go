package app

import (
	"context"

	"relier/internal/domain"
)

// FindRequests lists one page of an engagement's requests, as far as they exist
// for the actor.
func (a *App) FindRequests(ctx context.Context, actor domain.Actor, e domain.Engagement, f domain.RequestFilter) (domain.List[domain.RequestSummary], error) {
	if err := actor.Allow(domain.ActRead); err != nil {
		return domain.List[domain.RequestSummary]{}, err
	}
	if !actor.Sees(e.ID) {
		return domain.List[domain.RequestSummary]{}, domain.NotFound(string(domain.NounEngagement))
	}
	f.Engagement, f.Reader, f.Today = e.ID, actor, a.Today()
	return a.store.FindRequests(ctx, actor.Org, f)
}

// CountRequests says how many requests each view of an engagement holds.
func (a *App) CountRequests(ctx context.Context, actor domain.Actor, e domain.Engagement) (domain.RequestCounts, error) {
	if err := actor.Allow(domain.ActRead); err != nil {
		return nil, err
	}
	if !actor.Sees(e.ID) {
		return domain.RequestCounts{}, nil
	}
	return a.store.CountRequests(ctx, actor.Org, domain.RequestFilter{Engagement: e.ID, Reader: actor, Today: a.Today()})
}

// RequestsFor lists the requests that await an answer from the actor, the first
// due first, and how many there are.
func (a *App) RequestsFor(ctx context.Context, actor domain.Actor, e domain.Engagement) (domain.List[domain.RequestSummary], error) {
	if err := actor.Allow(domain.ActRead); err != nil {
		return domain.List[domain.RequestSummary]{}, err
	}
	if !actor.Can(domain.ActRequestAnswer) || e.State == domain.EngagementClosed {
		return domain.List[domain.RequestSummary]{}, nil
	}
	return a.waiting(ctx, actor, e, forMe)
}

// forMe is how many requests a home page lists; the list has the rest.
const forMe = 10

func (a *App) waiting(ctx context.Context, actor domain.Actor, e domain.Engagement, most int) (domain.List[domain.RequestSummary], error) {
	return a.store.FindRequests(ctx, actor.Org, domain.RequestFilter{Engagement: e.ID, View: domain.RequestsAwaited, Reader: actor, Today: a.Today(), Page: domain.Page{Number: 1, Size: most}})
}
