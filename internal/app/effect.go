package app

import (
	"cmp"
	"context"
	"slices"

	"relier/internal/domain"
)

// Effect is what a change would do to one reliance: the blast radius of the
// change is the list of them, shown before it is saved.
type Effect struct {
	RelianceView // as it stands
	Engagement   domain.Engagement
	After        domain.Verdict
	Causes       []domain.Reason // why it would lapse; none: it would not
	Why          domain.Reason   // of the causes, the one that tells most; zero: it rises
}

// Falls reports whether the reliance would lapse.
func (e Effect) Falls() bool { return len(e.Causes) > 0 }

// Climb is by how many rungs it would rise; negative when it would sink.
func (e Effect) Climb() int {
	return place(domain.Rungs, e.After.Rung) - place(domain.Rungs, e.Verdict.Rung)
}

// CertificateEffects is what would happen if a certificate became v.
func (a *App) CertificateEffects(ctx context.Context, actor domain.Actor, v domain.Certificate) ([]Effect, error) {
	return a.effects(ctx, actor, func(w *world) { w.certificates[v.ID] = v })
}

// CertificateEditEffects is the same for an edit, which takes a verification
// back when it changes what was verified.
func (a *App) CertificateEditEffects(ctx context.Context, actor domain.Actor, v domain.Certificate) ([]Effect, error) {
	return a.effects(ctx, actor, func(w *world) {
		keepVerification(&v, w.certificates[v.ID])
		w.certificates[v.ID] = v
	})
}

// ServiceEffects is the same for a service.
func (a *App) ServiceEffects(ctx context.Context, actor domain.Actor, v domain.Service) ([]Effect, error) {
	return a.effects(ctx, actor, func(w *world) {
		old := w.services[v.ID]
		v.Key, v.Closed, v.Changes = old.Key, old.Closed, old.Changes
		w.services[v.ID] = v
	})
}

// CatalogueEffects is the same for a catalogue about to be taken into use: every
// service that it lists gets the closing day and the changes it tells.
func (a *App) CatalogueEffects(ctx context.Context, actor domain.Actor, f domain.CatalogueFile) ([]Effect, error) {
	return a.effects(ctx, actor, func(w *world) {
		for id, s := range w.services {
			w.services[id], _ = f.Update(s)
		}
	})
}

// ReportEffects is the same for a report, new or changed.
func (a *App) ReportEffects(ctx context.Context, actor domain.Actor, v domain.Report) ([]Effect, error) {
	v = tidyReport(v)
	return a.effects(ctx, actor, func(w *world) {
		w.reports = append(slices.DeleteFunc(w.reports, func(r domain.Report) bool { return r.ID == v.ID }), v)
	})
}

// SplitEffects is the same for splits about to be confirmed.
func (a *App) SplitEffects(ctx context.Context, actor domain.Actor, splits []domain.Split) ([]Effect, error) {
	return a.effects(ctx, actor, func(w *world) {
		for _, v := range splits {
			v.State = domain.SplitConfirmed
			w.splits[pair{v.Control, v.Service}] = v
		}
	})
}

// ResponsibilityEffects is the same for a customer responsibility, new or changed.
func (a *App) ResponsibilityEffects(ctx context.Context, actor domain.Actor, v domain.Responsibility) ([]Effect, error) {
	v.Org, v.SaidBy, v.SaidOn = actor.Org, actor.Person, a.Today()
	tidyDuty(&v)
	return a.effects(ctx, actor, func(w *world) {
		at := pair{v.Control, v.Service}
		w.duties[at] = append(slices.DeleteFunc(w.duties[at], func(d domain.Responsibility) bool { return d.ID == v.ID }), v)
	})
}

// ControlEffects is the same for controls about to be changed: what they implement
// decides which requirements a reliance must carry. New ones move nothing.
func (a *App) ControlEffects(ctx context.Context, actor domain.Actor, controls ...domain.Control) ([]Effect, error) {
	if len(controls) == 0 {
		return nil, nil
	}
	return a.effects(ctx, actor, func(w *world) {
		for _, v := range controls {
			if v.ID != 0 {
				w.controls[v.ID] = v
			}
		}
	})
}

// SoAEffects is the same for lines of the Statement of Applicability. Lines that
// saving would refuse have none.
func (a *App) SoAEffects(ctx context.Context, actor domain.Actor, entries []domain.SoAEntry) ([]Effect, error) {
	if slices.ContainsFunc(entries, func(v domain.SoAEntry) bool { return v.Check() != nil }) {
		return nil, nil
	}
	return a.effects(ctx, actor, func(w *world) {
		for _, v := range entries {
			for i := range w.entries {
				if w.entries[i].Ref == v.Ref {
					w.entries[i] = v
				}
			}
		}
	})
}

// EngagementEffects is the same for an engagement: its audit period, its edition
// or the age limit of its reports. A change that saving would refuse has none.
func (a *App) EngagementEffects(ctx context.Context, actor domain.Actor, v domain.Engagement) ([]Effect, error) {
	if v.Check() != nil {
		return nil, nil
	}
	return a.effects(ctx, actor, func(w *world) {
		if w.engagement.ID == v.ID && w.engagement.Edition == v.Edition { // under reliances the edition stays
			w.engagement.Period, w.engagement.ReportMaxMonths = v.Period, v.ReportMaxMonths
		}
	})
}

// ReopenEffects is what would happen if a closed engagement were reopened: what
// changed while it was closed counts again.
func (a *App) ReopenEffects(ctx context.Context, actor domain.Actor, e domain.Engagement) ([]Effect, error) {
	if err := actor.Allow(domain.ActRead); err != nil || !actor.Sees(e.ID) || e.State != domain.EngagementClosed {
		return nil, err
	}
	w, err := a.presentWorld(ctx, a.store, e, 0)
	if err != nil {
		return nil, err
	}
	var out []Effect
	for _, r := range w.reliances {
		effect := Effect{RelianceView: w.view(r), Engagement: e}
		effect.After = effect.Verdict
		if _, effect.Causes = domain.Lapses(r.State, effect.After); effect.Falls() {
			effect.Why = effect.Causes[0]
			out = append(out, effect)
		}
	}
	slices.SortStableFunc(out, byEffect)
	return out, nil
}

// MembershipEffects is the same for an assessor's membership: another
// engagement, other controls, another last day, or another role.
func (a *App) MembershipEffects(ctx context.Context, actor domain.Actor, m domain.Membership) ([]Effect, error) {
	return a.effects(ctx, actor, func(w *world) {
		w.withdraw(m.Person)
		if m.Assesses(w.engagement.ID) {
			w.assessors = append(w.assessors, m)
		}
	})
}

// RemovalEffects is the same for a person who leaves the organization.
func (a *App) RemovalEffects(ctx context.Context, actor domain.Actor, person domain.PersonID) ([]Effect, error) {
	return a.effects(ctx, actor, func(w *world) { w.withdraw(person) })
}

func (w *world) withdraw(person domain.PersonID) {
	w.assessors = slices.DeleteFunc(slices.Clone(w.assessors), func(m domain.Membership) bool { return m.Person == person })
}

// DisputeEffects is the same for a dispute raised or settled.
func (a *App) DisputeEffects(ctx context.Context, actor domain.Actor, v domain.Dispute) ([]Effect, error) {
	return a.effects(ctx, actor, func(w *world) {
		w.disputes = append(slices.DeleteFunc(w.disputes, func(d domain.Dispute) bool { return d.ID == v.ID }), v)
	})
}

// effects evaluates every reliance of the open engagements before and after a
// change, and keeps those that would lapse or reach another rung: what lapses
// first, then what sinks, then what rises.
func (a *App) effects(ctx context.Context, actor domain.Actor, change func(*world)) ([]Effect, error) {
	var out []Effect
	err := a.eachWorld(ctx, actor, func(w *world) {
		if w.engagement.State == domain.EngagementClosed {
			return // what a closed audit concluded stays as it was concluded
		}
		e := w.engagement
		before := make([]RelianceView, len(w.reliances))
		for i, r := range w.reliances {
			before[i] = w.view(r)
		}
		change(w)
		w.forget()
		for i, r := range w.reliances {
			effect := Effect{RelianceView: before[i], Engagement: e, After: w.verdict(r)}
			if already, _ := domain.Lapses(r.State, before[i].Verdict); !already {
				_, effect.Causes = domain.Lapses(r.State, effect.After)
			}
			effect.Why = w.telling(effect)
			if effect.Falls() || effect.Climb() != 0 {
				out = append(out, effect)
			}
		}
	})
	slices.SortStableFunc(out, byEffect)
	return out, err
}

func byEffect(a, b Effect) int {
	return cmp.Or(cmp.Compare(a.order(), b.order()), domain.CompareCodes(a.Control.Code, b.Control.Code))
}

func (e Effect) order() int {
	switch {
	case e.Falls():
		return 0
	case e.Climb() < 0:
		return 1
	}
	return 2
}

// eachWorld visits the world of every engagement that the actor sees and that
// has a reliance.
func (a *App) eachWorld(ctx context.Context, actor domain.Actor, visit func(*world)) error {
	engagements, err := a.Engagements(ctx, actor)
	if err != nil {
		return err
	}
	all, err := a.store.Reliances(ctx, actor.Org, 0, 0)
	if err != nil {
		return err
	}
	for _, e := range engagements {
		if !slices.ContainsFunc(all, func(r domain.Reliance) bool { return r.Engagement == e.ID }) {
			continue
		}
		w, err := a.world(ctx, a.store, e, 0)
		if err != nil {
			return err
		}
		visit(w)
	}
	return nil
}
