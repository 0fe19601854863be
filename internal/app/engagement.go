package app

import (
	"context"

	"relier/internal/domain"
)

// Engagements lists the engagements the actor may see, the latest period first.
func (a *App) Engagements(ctx context.Context, actor domain.Actor) ([]domain.Engagement, error) {
	if err := actor.Allow(domain.ActRead); err != nil {
		return nil, err
	}
	all, err := a.engagements(ctx, actor.Org)
	var seen []domain.Engagement
	for _, e := range all {
		if actor.Sees(e.ID) {
			seen = append(seen, e)
		}
	}
	return seen, err
}

// Engagement reads the engagement with a code, if the actor may see it.
func (a *App) Engagement(ctx context.Context, actor domain.Actor, code string) (domain.Engagement, error) {
	if err := actor.Allow(domain.ActRead); err != nil {
		return domain.Engagement{}, err
	}
	e, err := a.store.EngagementByCode(ctx, actor.Org, code)
	if err == nil && !actor.Sees(e.ID) {
		return domain.Engagement{}, domain.NotFound(string(domain.NounEngagement))
	}
	return e, err
}

// CreateEngagement opens an audit as a draft.
func (a *App) CreateEngagement(ctx context.Context, actor domain.Actor, e domain.Engagement) (domain.Engagement, error) {
	if err := actor.Allow(domain.ActEngagementWrite); err != nil {
		return e, err
	}
	e.Org, e.State, e.CreatedAt = actor.Org, domain.EngagementDraft, a.Now()
	e.Title, e.Scope = domain.Clean(e.Title), domain.Clean(e.Scope)
	if err := e.Check(); err != nil {
		return e, err
	}
	err := a.change(ctx, actor, func(c change) error {
		if err := c.CreateEngagement(ctx, &e); err != nil {
			return codeTaken(err, "error.engagement.code_taken")
		}
		return c.record("engagement.created", domain.NounEngagement, int64(e.ID), e.ID, e.Code, e)
	})
	return e, err
}

// UpdateEngagement changes what an engagement is about. The edition stays once
// reliances rest on it, and a closed engagement changes only by reopening.
func (a *App) UpdateEngagement(ctx context.Context, actor domain.Actor, e domain.Engagement) (domain.Engagement, error) {
	if err := actor.Allow(domain.ActEngagementWrite); err != nil {
		return e, err
	}
	e.Title, e.Scope = domain.Clean(e.Title), domain.Clean(e.Scope)
	err := a.change(ctx, actor, func(c change) error {
		old, err := c.Engagement(ctx, actor.Org, e.ID)
		if err != nil {
			return err
		}
		e.Org, e.Code, e.State, e.CreatedAt = old.Org, old.Code, old.State, old.CreatedAt
		if err := e.Check(); err != nil {
			return err
		}
		if err := c.editionMayChange(old, e); err != nil {
			return err
		}
		if old.State == domain.EngagementClosed {
			return domain.Conflict("error.engagement.closed", nil)
		}
		if err := c.UpdateEngagement(ctx, &e); err != nil {
			return err
		}
		if err := a.lapse(c); err != nil {
			return err
		}
		return c.record("engagement.changed", domain.NounEngagement, int64(e.ID), e.ID, e.Code, e)
	})
	return e, err
}

func (c change) editionMayChange(old, e domain.Engagement) error {
	if old.Edition == e.Edition {
		return nil
	}
	rs, err := c.Reliances(c.ctx, c.actor.Org, e.ID, 0)
	if err == nil && len(rs) > 0 {
		return domain.Conflict("error.engagement.edition", domain.Args{"Count": len(rs)}).At("edition")
	}
	return err
}

// MoveEngagement takes an engagement to the next state, or reopens a closed one
// with a reason.
func (a *App) MoveEngagement(ctx context.Context, actor domain.Actor, id domain.EngagementID, next domain.EngagementState, reason string, version int) (domain.Engagement, error) {
	if err := actor.Allow(domain.ActEngagementWrite); err != nil {
		return domain.Engagement{}, err
	}
	var e domain.Engagement
	err := a.change(ctx, actor, func(c change) (err error) {
		if e, err = c.Engagement(ctx, actor.Org, id); err != nil {
			return err
		}
		if !e.CanMoveTo(next) {
			return domain.Conflict("error.engagement.state", nil)
		}
		if e.State == domain.EngagementClosed && domain.Clean(reason) == "" {
			return domain.Invalid("error.engagement.reopen", nil).At("reason")
		}
		reopened := e.State == domain.EngagementClosed
		e.State, e.Version = next, version
		if err := c.UpdateEngagement(ctx, &e); err != nil {
			return err
		}
		if reopened { // what changed meanwhile left it alone, and counts from here on
			if err := a.lapse(c); err != nil {
				return err
			}
		}
		return c.record("engagement."+string(next), domain.NounEngagement, int64(e.ID), e.ID, e.Code+" "+domain.Clean(reason), e)
	})
	return e, err
}
