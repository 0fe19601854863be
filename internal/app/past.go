package app

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"relier/internal/domain"
	"relier/internal/store"
)

// AsOf returns the same use-cases, reading what they read as it stood at the
// end of a day gone by, or as it will stand on a day to come if nothing changes.
// Those that change something refuse.
func (a *App) AsOf(on domain.Date) *App {
	b := *a
	b.on = on
	return &b
}

// day is the day that rules look from: the one asked about, else today.
func (a *App) day() domain.Date {
	if a.on != 0 {
		return a.on
	}
	return a.Today()
}

// past reports whether the revisions have to be read: the tables hold today.
func (a *App) past() bool { return a.on != 0 && a.on < a.Today() }

// worldNouns are the nouns that a world is made of.
var worldNouns = []domain.Noun{domain.NounEngagement, domain.NounControl, domain.NounService, domain.NounCertificate, domain.NounReport,
	domain.NounSplit, domain.NounResponsibility, domain.NounReliance, domain.NounSoAEntry, domain.NounEvidence, domain.NounOwnership,
	domain.NounTest, domain.NounMembership, domain.NounDispute}

// pastWorld puts together the world of an engagement at the end of a day from
// the newest revision of each object before a moment.
func (a *App) pastWorld(ctx context.Context, s *store.Store, e domain.Engagement, only domain.ControlID, end time.Time) (*world, error) {
	states, err := s.StatesUntil(ctx, e.Org, worldNouns, end)
	if err != nil {
		return nil, err
	}
	accepted, err := acceptances(ctx, s, e.Org, end)
	if err != nil {
		return nil, err
	}
	names, err := s.PersonNames(ctx, e.Org)
	if err != nil {
		return nil, err
	}
	p := newPast(e, a.on, only)
	for _, r := range states {
		if err := p.add(r); err != nil {
			return nil, unreadable(r, a.on, err)
		}
	}
	return p.settle(accepted, names)
}

func unreadable(r domain.Revision, on domain.Date, err error) error {
	return fmt.Errorf("read %s %d as of %s: %w", r.Noun, r.Object, on, err)
}

// closedWorld is the world of an engagement as it was when somebody closed it.
func (a *App) closedWorld(ctx context.Context, s *store.Store, e domain.Engagement, only domain.ControlID) (*world, error) {
	states, err := s.Revisions(ctx, e.Org, domain.NounEngagement, int64(e.ID))
	if err != nil {
		return nil, err
	}
	closing := a.Now()
	for _, r := range states { // the newest first
		var was domain.Engagement
		if err := state(r, func(v domain.Engagement) { was = v }); err != nil {
			return nil, err
		}
		if was.State != domain.EngagementClosed {
			break
		}
		closing = r.At
	}
	return a.AsOf(domain.DateOf(closing)).pastWorld(ctx, s, e, only, closing.Add(time.Microsecond))
}

// past gathers states into a world.
type past struct {
	*world
	only    domain.ControlID
	began   bool // the engagement existed
	touched []domain.SoAEntry
	items   []evidenceState
	tests   []domain.Test
	owners  []domain.Ownership
}

func newPast(e domain.Engagement, on domain.Date, only domain.ControlID) *past {
	return &past{world: newWorld(e, on), only: only}
}

// add puts one state where its noun belongs.
func (p *past) add(r domain.Revision) error {
	switch r.Noun {
	case domain.NounEngagement:
		return state(r, func(v domain.Engagement) {
			if v.ID == p.engagement.ID {
				p.engagement, p.began = v, true
			}
		})
	case domain.NounControl:
		return state(r, func(v domain.Control) { keep(p, v.ID, func() { p.controls[v.ID] = v }) })
	case domain.NounService:
		return state(r, func(v domain.Service) { p.services[v.ID] = v })
	case domain.NounCertificate:
		return state(r, func(v domain.Certificate) { p.certificates[v.ID] = v })
	case domain.NounReport:
		return state(r, func(v domain.Report) { p.reports = append(p.reports, v) })
	case domain.NounSplit:
		return state(r, func(v domain.Split) { keep(p, v.Control, func() { p.splits[pair{v.Control, v.Service}] = v }) })
	case domain.NounResponsibility:
		return state(r, func(v domain.Responsibility) {
			keep(p, v.Control, func() { p.duties[pair{v.Control, v.Service}] = append(p.duties[pair{v.Control, v.Service}], v) })
		})
	case domain.NounReliance:
		return state(r, func(v domain.Reliance) {
			if v.Engagement == p.engagement.ID {
				keep(p, v.Control, func() { p.reliances = append(p.reliances, v) })
			}
		})
	}
	return p.addOurs(r)
}

func (p *past) addOurs(r domain.Revision) error {
	switch r.Noun {
	case domain.NounSoAEntry:
		return state(r, func(v domain.SoAEntry) { p.touched = append(p.touched, v) })
	case domain.NounEvidence:
		return state(r, func(v evidenceState) { p.items = append(p.items, v) })
	case domain.NounOwnership:
		return state(r, func(v domain.Ownership) { keep(p, v.Control, func() { p.owners = append(p.owners, v) }) })
	case domain.NounTest:
		return state(r, func(v domain.Test) {
			if v.Engagement == p.engagement.ID {
				keep(p, v.Control, func() { p.tests = append(p.tests, v) })
			}
		})
	case domain.NounMembership:
		return state(r, func(v domain.Membership) {
			if v.Assesses(p.engagement.ID) {
				p.assessors = append(p.assessors, v)
			}
		})
	case domain.NounDispute:
		return state(r, func(v domain.Dispute) { p.disputes = append(p.disputes, v) })
	}
	return nil
}

func state[T any](r domain.Revision, put func(T)) error {
	var v T
	if err := json.Unmarshal(r.State, &v); err != nil {
		return err
	}
	put(v)
	return nil
}

// keep leaves out what another control than the one asked for hangs on.
func keep(p *past, id domain.ControlID, put func()) {
	if p.only == 0 || p.only == id {
		put()
	}
}

// settle derives what the tables would have told directly.
func (p *past) settle(accepted map[domain.EvidenceID]domain.Acceptance, names map[domain.PersonID]string) (*world, error) {
	if !p.began {
		return nil, domain.Conflict("error.as_of.engagement", domain.Args{"On": p.on})
	}
	if _, there := p.controls[p.only]; p.only != 0 && !there {
		return nil, domain.Conflict("error.as_of.control", domain.Args{"On": p.on})
	}
	p.entries = fullSoA(p.engagement.Org, p.engagement.Edition, p.touched)
	p.evidence = factsOf(p.items, accepted)
	p.readinessFacts(names)
	p.inOrder()
	return p.world, nil
}

// inOrder puts what pages list in the order of the tables, for states come in
// the order of their last change.
func (p *past) inOrder() {
	slices.SortFunc(p.reliances, func(x, y domain.Reliance) int {
		return cmp.Or(cmp.Compare(x.Control, y.Control), cmp.Compare(x.Service, y.Service))
	})
	for _, duties := range p.duties {
		slices.SortFunc(duties, func(x, y domain.Responsibility) int { return cmp.Compare(x.ID, y.ID) })
	}
}

// readinessFacts counts what buckets are decided from, as store.ControlFacts does.
func (p *past) readinessFacts(names map[domain.PersonID]string) {
	p.facts, p.world.owners = map[domain.ControlID]*domain.ReadinessFacts{}, map[domain.ControlID]domain.OwnershipView{}
	of := func(id domain.ControlID) *domain.ReadinessFacts {
		if p.facts[id] == nil {
			p.facts[id] = &domain.ReadinessFacts{Reliances: map[domain.RelianceState]int{}}
		}
		return p.facts[id]
	}
	for _, v := range p.owners {
		if v.State != domain.OwnershipEnded {
			of(v.Control).Ownership = v.State
			p.world.owners[v.Control] = domain.OwnershipView{Ownership: v, Person: names[v.Person]}
		}
	}
	for _, v := range p.reliances {
		of(v.Control).Reliances[v.State]++
	}
	for _, v := range p.tests {
		of(v.Control).Conclusion = v.Conclusion
	}
	for _, v := range p.items {
		for _, id := range v.Controls {
			of(id).AddEvidence(v.Item, p.engagement.Period, p.on)
		}
	}
}
