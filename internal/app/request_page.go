package app

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"relier/internal/domain"
	"relier/internal/store"
)

// RequestPage is a request with everything about it, and what the actor may do.
type RequestPage struct {
	Request    domain.Request
	Controls   []domain.Control
	Answers    []domain.RequestAnswerView // the newest first
	Reminders  []domain.RequestReminder   // the newest first
	Candidates []domain.RequestCandidate  // what may already answer
	Also       []domain.RequestSummary    // other requests that await the actor
	History    []domain.Activity
	MaySteer   bool
	MayReword  bool
	MayAnswer  bool
	MayJudge   bool
	Alone      bool // nobody else could review
	Closed     bool // the engagement is
}

// RequestPage reads one request.
func (a *App) RequestPage(ctx context.Context, actor domain.Actor, e domain.Engagement, id domain.RequestID) (p RequestPage, err error) {
	if err := actor.Allow(domain.ActRead); err != nil {
		return p, err
	}
	c := change{Store: a.store, ctx: ctx, actor: actor, at: a.Now()}
	if p.Request, err = c.request(e, id); err != nil {
		return p, err
	}
	p.Closed = e.State == domain.EngagementClosed
	if p.Answers, err = a.store.AnswerViews(ctx, actor.Org, id); err != nil {
		return p, err
	}
	if p.Reminders, err = a.store.Reminders(ctx, actor.Org, id); err != nil {
		return p, err
	}
	if p.Controls, err = a.store.ControlsOfRequest(ctx, actor.Org, id); err != nil {
		return p, err
	}
	if actor.Can(domain.ActActivityRead) {
		found, err := a.store.FindActivity(ctx, actor.Org, domain.ActivityFilter{Noun: domain.NounRequest, Object: int64(id), Page: domain.Page{Number: 1, Size: historyMost}})
		if err != nil {
			return p, err
		}
		p.History = found.Rows
	}
	return p, a.rights(c, e, &p)
}

// rights fills in what the actor may do with the request, and what helps with it.
func (a *App) rights(c change, e domain.Engagement, p *RequestPage) (err error) {
	v := p.Request
	p.MaySteer = !p.Closed && v.Steers(c.actor, domain.ActRequestWrite)
	p.MayReword = !p.Closed && v.Rewordable(c.actor)
	p.MayJudge = !p.Closed && v.Steers(c.actor, domain.ActRequestReview)
	p.MayAnswer = !p.Closed && c.mayAnswer(v) == nil
	if p.MayJudge {
		if p.Alone, err = a.Alone(c.ctx, c.actor); err != nil {
			return err
		}
	}
	if !p.MayAnswer && !(p.MayReword && (v.Awaited() || v.State == domain.RequestDraft)) {
		return nil
	}
	if p.Candidates, err = a.RequestCandidates(c.ctx, c.actor, e, v); err != nil {
		return err
	}
	p.Candidates = slices.DeleteFunc(p.Candidates, func(k domain.RequestCandidate) bool {
		return slices.ContainsFunc(p.Answers, func(b domain.RequestAnswerView) bool {
			return b.Item.ID == k.Item.ID && b.Version.Number == k.Item.Versions
		})
	})
	if !p.MayAnswer {
		return nil
	}
	others, err := a.waiting(c.ctx, c.actor, e, alsoMost+1)
	for _, o := range others.Rows {
		if o.Request.ID != v.ID && len(p.Also) < alsoMost {
			p.Also = append(p.Also, o)
		}
	}
	return err
}

const (
	alsoMost      = 8 // other requests offered beside an answer
	candidateMost = 6 // items offered for one request
)

// RequestCandidates lists what is on file and may already answer a request.
func (a *App) RequestCandidates(ctx context.Context, actor domain.Actor, e domain.Engagement, v domain.Request) ([]domain.RequestCandidate, error) {
	if err := actor.Allow(domain.ActRead); err != nil {
		return nil, err
	}
	word := longestWord(v.What)
	if len(v.Controls) == 0 && word == "" {
		return nil, nil
	}
	found, err := a.store.EvidenceThatMayAnswer(ctx, actor.Org, v.Controls, v.Speaks(e.Period), word)
	if err != nil {
		return nil, err
	}
	for i, k := range found {
		found[i].Item.State = k.Item.StateOn(a.day()) // what ran out is not offered
	}
	ranked := domain.RankCandidates(v.What, found)
	return ranked[:min(len(ranked), candidateMost)], nil
}

// longestWord is the word that says most of what is asked for; shorter ones find
// everything.
func longestWord(s string) string {
	best := ""
	for _, w := range strings.Fields(s) {
		w = strings.Trim(w, ".,;:?!()«»“”\"'")
		if n := utf8.RuneCountInString(w); n >= 5 && n > utf8.RuneCountInString(best) {
			best = w
		}
	}
	return best
}

// RequestsAnsweredBy lists the requests for which an item was offered, as far as
// they exist for the actor.
func (a *App) RequestsAnsweredBy(ctx context.Context, actor domain.Actor, id domain.EvidenceID) ([]domain.Request, error) {
	if err := actor.Allow(domain.ActRead); err != nil {
		return nil, err
	}
	all, err := a.store.RequestsAnsweredBy(ctx, actor.Org, id)
	return slices.DeleteFunc(all, func(v domain.Request) bool { return !v.SeenBy(actor) }), err
}

// requestBars are the requests that an item answers: what was answered stays.
func requestBars(ctx context.Context, s *store.Store, e domain.Evidence) ([]Bar, error) {
	answered, err := s.RequestsAnsweredBy(ctx, e.Org, e.ID)
	out := make([]Bar, len(answered))
	for i, v := range answered {
		engagement, err := s.Engagement(ctx, e.Org, v.Engagement)
		if err != nil {
			return nil, err
		}
		out[i] = Bar{Code: "request", Label: v.Code() + " " + v.What, Object: int64(v.ID), Eng: engagement.Code}
	}
	return out, err
}
