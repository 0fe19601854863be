package app

import (
	"context"
	"slices"

	"relier/internal/domain"
	"relier/internal/store"
)

// SplitOrder is one decision about many controls on one or several services:
// their proposals are confirmed, or one party is set.
type SplitOrder struct {
	Controls []domain.ControlID
	Services []domain.ServiceID
	Party    domain.Party // ""; each pair's own proposal
	Reason   string       // needed where the party differs from a proposal
	Again    bool         // also where somebody has decided already
}

// SplitCounts puts every pair of an order in exactly one place; Differ counts
// some of Record again.
type SplitCounts struct {
	Record   int // to be recorded
	Decided  int // left alone: somebody has decided them
	Same     int // decided alike already
	Disputed int // left alone: their proposal is disputed, and no party was set
	Differ   int // of Record: those that differ from their proposal, or follow a disputed one
}

// Pairs counts controls × services.
func (n SplitCounts) Pairs() int { return n.Record + n.Decided + n.Same + n.Disputed }

// SplitPlan is what an order comes to.
type SplitPlan struct {
	SplitCounts
	Of     map[domain.ServiceID]*SplitCounts
	Splits []domain.Split // to be recorded, as they will be but for who and when
	names  map[pair]splitNames
}

type splitNames struct {
	control domain.Control
	service domain.Service
}

// PlanSplits says what an order would do, and to how many pairs.
func (a *App) PlanSplits(ctx context.Context, actor domain.Actor, e domain.Engagement, o SplitOrder) (SplitPlan, error) {
	if err := actor.Allow(domain.ActSplitWrite); err != nil {
		return SplitPlan{}, err
	}
	return planSplits(ctx, a.store, actor.Org, e, o)
}

// planSplits reads everything in a number of queries that does not grow with
// the order, then goes through its pairs in the order's own order.
func planSplits(ctx context.Context, s *store.Store, org domain.OrgID, e domain.Engagement, o SplitOrder) (SplitPlan, error) {
	f, err := readSplitFacts(ctx, s, org)
	if err != nil {
		return SplitPlan{}, err
	}
	p := SplitPlan{Of: map[domain.ServiceID]*SplitCounts{}, names: map[pair]splitNames{}}
	seen := map[pair]bool{}
	for _, service := range o.Services {
		p.Of[service] = &SplitCounts{}
		for _, control := range o.Controls {
			at := pair{control, service}
			if seen[at] {
				continue
			}
			seen[at] = true
			if err := p.add(f, e, o, at); err != nil {
				return p, err
			}
		}
	}
	return p, nil
}

// splitFacts is what a plan is made from.
type splitFacts struct {
	controls map[domain.ControlID]domain.Control
	services map[domain.ServiceID]domain.Service
	decided  map[pair]domain.Split
	disputed map[domain.Ref]domain.Dispute
}

func readSplitFacts(ctx context.Context, s *store.Store, org domain.OrgID) (splitFacts, error) {
	f := splitFacts{map[domain.ControlID]domain.Control{}, map[domain.ServiceID]domain.Service{}, map[pair]domain.Split{}, nil}
	controls, err := s.Controls(ctx, org)
	if err != nil {
		return f, err
	}
	for _, v := range controls {
		f.controls[v.ID] = v
	}
	services, err := s.Services(ctx, org)
	if err != nil {
		return f, err
	}
	for _, v := range services {
		f.services[v.ID] = v
	}
	splits, err := s.Splits(ctx, org, 0)
	if err != nil {
		return f, err
	}
	for _, v := range splits {
		f.decided[pair{v.Control, v.Service}] = v
	}
	disputes, err := s.Disputes(ctx, org)
	f.disputed = domain.DisputedProposals(disputes)
	return f, err
}

// add decides what becomes of one pair. What each side does was typed for that
// pair alone, so a decision about many keeps it.
func (p *SplitPlan) add(f splitFacts, e domain.Engagement, o SplitOrder, at pair) error {
	control, known := f.controls[at.control]
	if !known {
		return domain.NotFound(string(domain.NounControl))
	}
	service, known := f.services[at.service]
	if !known {
		return domain.NotFound(string(domain.NounService))
	}
	v, counts := f.decide(e, o, control, service)
	p.count(service.ID, counts)
	if counts.Record > 0 {
		p.Splits = append(p.Splits, v)
		p.names[at] = splitNames{control, service}
	}
	return nil
}

// decide is what an order makes of one pair, and where it counts.
func (f splitFacts) decide(e domain.Engagement, o SplitOrder, control domain.Control, service domain.Service) (domain.Split, SplitCounts) {
	proposed := proposal(control, e.Edition, service.Model)
	v, decided := f.decided[pair{control.ID, service.ID}]
	if !decided {
		v = domain.Split{Control: control.ID, Service: service.ID}
	}
	party := o.Party
	if party == "" {
		party = proposed
	}
	disputed := len(disputesOf(control, e.Edition, f.disputed)) > 0
	switch {
	case decided && !o.Again:
		return v, SplitCounts{Decided: 1}
	case decided && v.Party == party:
		return v, SplitCounts{Same: 1}
	case disputed && o.Party == "":
		return v, SplitCounts{Disputed: 1}
	}
	v.Party, v.Reason = party, o.Reason
	if party != proposed || disputed {
		return v, SplitCounts{Record: 1, Differ: 1}
	}
	return v, SplitCounts{Record: 1}
}

func (p *SplitPlan) count(service domain.ServiceID, by SplitCounts) {
	for _, n := range []*SplitCounts{&p.SplitCounts, p.Of[service]} {
		n.Record, n.Decided, n.Same, n.Disputed, n.Differ = n.Record+by.Record, n.Decided+by.Decided, n.Same+by.Same, n.Disputed+by.Disputed, n.Differ+by.Differ
	}
}

// Check applies the rules of one decision to all of them at once.
func (o SplitOrder) Check(p SplitPlan) error {
	var f domain.FieldErrors
	if len(o.Services) == 0 {
		f.Add("service", "error.choice", nil)
	}
	if o.Party != "" && !slices.Contains(domain.Parties, o.Party) {
		f.Add("party", "error.choice", nil)
	}
	if p.Differ > 0 && o.Reason == "" {
		f.Add("reason", "error.splits.reason", domain.Args{"Count": p.Differ})
	}
	domain.CheckText(&f, "reason", o.Reason, 0, 2000)
	return f.Err()
}

// ConfirmSplits carries an order out in one transaction: as many records as
// splits recorded. It returns the plan that was carried out.
func (a *App) ConfirmSplits(ctx context.Context, actor domain.Actor, e domain.Engagement, o SplitOrder) (p SplitPlan, err error) {
	if err := actor.Allow(domain.ActSplitWrite); err != nil {
		return p, err
	}
	o.Reason = domain.Clean(o.Reason)
	if o.Party == "" {
		o.Reason = "" // a proposal that is confirmed differs from nothing
	}
	err = a.change(ctx, actor, func(c change) error {
		if p, err = planSplits(ctx, c.Store, actor.Org, e, o); err != nil {
			return err
		}
		if err := o.Check(p); err != nil {
			return err
		}
		for i := range p.Splits {
			c.decideSplit(&p.Splits[i])
			if err := c.PutSplit(ctx, &p.Splits[i]); err != nil {
				return err
			}
		}
		if err := a.lapse(c); err != nil {
			return err
		}
		for _, v := range p.Splits {
			n := p.names[pair{v.Control, v.Service}]
			if err := c.recordSplit(v, n.control, n.service); err != nil {
				return err
			}
		}
		return nil
	})
	return p, err
}

// ConfirmProposals records the proposal as the decision for many controls on
// one service, leaving alone what somebody decided and what is disputed. It
// returns how many it recorded.
func (a *App) ConfirmProposals(ctx context.Context, actor domain.Actor, e domain.Engagement, service domain.ServiceID, controls []domain.ControlID) (int, error) {
	p, err := a.ConfirmSplits(ctx, actor, e, SplitOrder{Controls: controls, Services: []domain.ServiceID{service}})
	return len(p.Splits), err
}
