package app

import (
	"context"
	"slices"

	"relier/internal/domain"
)

// requestState is what a revision of a request keeps.
type requestState struct {
	Request domain.Request         `json:"request"`
	Answers []domain.RequestAnswer `json:"answers,omitempty"`
}

// SaveRequest adds a request (id 0) as a draft, or changes one at the version
// its editor saw. Send sends a draft with it.
func (a *App) SaveRequest(ctx context.Context, actor domain.Actor, e domain.Engagement, v domain.Request, send bool) (domain.Request, error) {
	if err := actor.Allow(domain.ActRequestWrite); err != nil {
		return v, err
	}
	saved, err := a.SaveRequests(ctx, actor, e, []domain.Request{v}, send)
	if err != nil {
		return v, err
	}
	return saved[0], nil
}

// SaveRequests is SaveRequest for several at once: all or none.
func (a *App) SaveRequests(ctx context.Context, actor domain.Actor, e domain.Engagement, vs []domain.Request, send bool) ([]domain.Request, error) {
	if err := actor.Allow(domain.ActRequestWrite); err != nil {
		return nil, err
	}
	out := make([]domain.Request, 0, len(vs))
	err := a.change(ctx, actor, func(c change) error {
		if err := c.openFor(e); err != nil {
			return err
		}
		for _, v := range vs {
			if err := c.saveRequest(e, &v, "request.changed"); err != nil {
				return err
			}
			if send && v.State == domain.RequestDraft {
				if err := c.sendRequest(&v); err != nil {
					return err
				}
			}
			out = append(out, v)
		}
		return nil
	})
	return out, err
}

// openFor refuses to change the requests of an engagement that is closed, or
// that is not the actor's.
func (c change) openFor(e domain.Engagement) error {
	if !c.actor.Sees(e.ID) {
		return domain.NotFound(string(domain.NounEngagement))
	}
	now, err := c.Engagement(c.ctx, c.actor.Org, e.ID)
	if err != nil {
		return err
	}
	if now.State == domain.EngagementClosed {
		return domain.Conflict("error.request.closed", nil)
	}
	return nil
}

// saveRequest adds or changes a request and records it as verb.
func (c change) saveRequest(e domain.Engagement, v *domain.Request, verb string) error {
	if v.ID == 0 {
		return c.createRequest(e, v)
	}
	now, err := c.request(e, v.ID)
	if err != nil {
		return err
	}
	if !now.Steers(c.actor, domain.ActRequestWrite) || now.Editable() && !now.Rewordable(c.actor) {
		return domain.Forbidden("error.request.others", nil)
	}
	if !now.Editable() {
		return domain.Conflict("error.request.not_editable", domain.Args{"Request": now.Code()})
	}
	now.What, now.Detail, now.Period, now.Format, now.Example = v.What, v.Detail, v.Period, v.Format, v.Example
	now.Due, now.Assignee, now.Controls, now.Version = v.Due, v.Assignee, v.Controls, v.Version
	if err := c.checkRequest(&now); err != nil {
		return err
	}
	if err := c.UpdateRequest(c.ctx, &now); err != nil {
		return err
	}
	*v = now
	return c.recordRequest(verb, now)
}

func (c change) createRequest(e domain.Engagement, v *domain.Request) error {
	v.Org, v.Engagement, v.State, v.Author, v.CreatedAt = c.actor.Org, e.ID, domain.RequestDraft, c.actor.Person, c.at
	v.External = c.actor.Role == domain.RoleAssessor
	if err := c.checkRequest(v); err != nil {
		return err
	}
	if err := c.CreateRequest(c.ctx, v); err != nil {
		return err
	}
	return c.recordRequest("request.created", *v)
}

// checkRequest cleans what was typed, and refuses what breaks a rule or names
// somebody or something that is not of this organization.
func (c change) checkRequest(v *domain.Request) error {
	v.What, v.Detail, v.Format, v.Example = domain.Clean(v.What), domain.Clean(v.Detail), domain.Clean(v.Format), domain.Clean(v.Example)
	v.Controls = eachOnce(v.Controls)
	if err := v.Check(); err != nil {
		return err
	}
	if err := c.controlsExist(v.Controls); err != nil {
		return err
	}
	if v.Assignee == 0 {
		return nil
	}
	m, err := c.Membership(c.ctx, c.actor.Org, v.Assignee)
	if err != nil && !domain.IsNotFound(err) {
		return err
	}
	if err != nil || !(domain.Actor{Role: m.Role}).Can(domain.ActRequestAnswer) {
		return domain.Invalid("error.request.assignee", nil).At("assignee")
	}
	return nil
}

// request reads a request of the engagement; to whom it does not exist it is
// not found.
func (c change) request(e domain.Engagement, id domain.RequestID) (domain.Request, error) {
	v, err := c.Request(c.ctx, c.actor.Org, id)
	if err == nil && (v.Engagement != e.ID || !v.SeenBy(c.actor)) {
		err = domain.NotFound(string(domain.NounRequest))
	}
	return v, err
}

func (c change) recordRequest(verb string, v domain.Request) error {
	answers, err := c.Answers(c.ctx, c.actor.Org, v.ID)
	if err != nil {
		return err
	}
	return c.record(verb, domain.NounRequest, int64(v.ID), v.Engagement, v.Code()+" "+v.What, requestState{v, answers})
}

func (c change) sendRequest(v *domain.Request) error {
	if err := v.Move(domain.RequestSend, 0, false); err != nil {
		return err
	}
	v.SentAt = c.at
	if err := c.UpdateRequest(c.ctx, v); err != nil {
		return err
	}
	return c.recordRequest("request.sent", *v)
}

// SendRequests sends drafts, all or none.
func (a *App) SendRequests(ctx context.Context, actor domain.Actor, e domain.Engagement, ids []domain.RequestID) error {
	if err := actor.Allow(domain.ActRequestWrite); err != nil {
		return err
	}
	return a.change(ctx, actor, func(c change) error {
		return c.eachRequest(e, ids, func(v domain.Request) error { return c.sendRequest(&v) })
	})
}

// eachRequest runs f over requests that the actor steers.
func (c change) eachRequest(e domain.Engagement, ids []domain.RequestID, f func(domain.Request) error) error {
	if len(ids) == 0 {
		return domain.Invalid("error.ticked", nil)
	}
	if err := c.openFor(e); err != nil {
		return err
	}
	for _, id := range slices.Compact(slices.Sorted(slices.Values(ids))) {
		v, err := c.request(e, id)
		if err != nil {
			return err
		}
		if !v.Steers(c.actor, domain.ActRequestWrite) {
			return domain.Forbidden("error.request.others", nil)
		}
		if err := f(v); err != nil {
			return err
		}
	}
	return nil
}

// ChaseRequests reminds who should have answered, and returns how many requests
// it reminded of. The reminder is kept: who was chased, by whom, when.
func (a *App) ChaseRequests(ctx context.Context, actor domain.Actor, e domain.Engagement, ids []domain.RequestID) (n int, err error) {
	if err := actor.Allow(domain.ActRequestWrite); err != nil {
		return 0, err
	}
	err = a.change(ctx, actor, func(c change) error {
		return c.eachRequest(e, ids, func(v domain.Request) error {
			if !v.Overdue(domain.DateOf(c.at)) {
				return domain.Conflict("error.request.not_overdue", domain.Args{"Request": v.Code()})
			}
			n++
			if err := c.AddReminder(ctx, actor.Org, domain.RequestReminder{Request: v.ID, Person: v.Assignee, By: actor.Person, At: c.at}); err != nil {
				return err
			}
			return c.recordRequest("request.reminded", v)
		})
	})
	return n, err
}

// WithdrawRequest ends a request that is no longer needed, for a reason.
func (a *App) WithdrawRequest(ctx context.Context, actor domain.Actor, e domain.Engagement, id domain.RequestID, reason string, version int) (domain.Request, error) {
	return a.endOrReopen(ctx, actor, e, id, domain.RequestWithdraw, "request.withdrawn", reason, version)
}

// ReopenRequest takes up again what was withdrawn or satisfied, for a reason.
func (a *App) ReopenRequest(ctx context.Context, actor domain.Actor, e domain.Engagement, id domain.RequestID, reason string, version int) (domain.Request, error) {
	return a.endOrReopen(ctx, actor, e, id, domain.RequestReopen, "request.reopened", reason, version)
}

func (a *App) endOrReopen(ctx context.Context, actor domain.Actor, e domain.Engagement, id domain.RequestID, act domain.RequestAct, verb, reason string, version int) (v domain.Request, err error) {
	if err := actor.Allow(domain.ActRequestWrite); err != nil {
		return v, err
	}
	reason = domain.Clean(reason)
	var wrong domain.FieldErrors
	domain.CheckText(&wrong, "reason", reason, 1, 1000)
	if err := wrong.Err(); err != nil {
		return v, err
	}
	err = a.change(ctx, actor, func(c change) error {
		return c.eachRequest(e, []domain.RequestID{id}, func(now domain.Request) error {
			answers, err := c.Answers(ctx, actor.Org, id)
			if err != nil {
				return err
			}
			if err := now.Move(act, domain.PendingAnswers(answers), false); err != nil {
				return err
			}
			now.Reason, now.Version = reason, version
			if now.SentAt.IsZero() && now.State != domain.RequestWithdrawn {
				now.SentAt = c.at // withdrawn as a draft: reopening sends it
			}
			if err := c.UpdateRequest(ctx, &now); err != nil {
				return err
			}
			v = now
			return c.recordRequest(verb, now)
		})
	})
	return v, err
}
