package app

import (
	"context"
	"slices"

	"relier/internal/domain"
)

// Dependant is a reliance that rests on something the provider holds, with the
// engagement it belongs to.
type Dependant struct {
	RelianceView
	Engagement domain.Engagement
}

// CertificateDependants lists the reliances that rest on a certificate, in every
// engagement that the actor sees.
func (a *App) CertificateDependants(ctx context.Context, actor domain.Actor, id domain.CertificateID) ([]Dependant, error) {
	return a.dependants(ctx, actor, unchanged, func(d Dependant) bool { return slices.Contains(d.Reliance.Certificates, id) })
}

// ServiceDependants lists the reliances on a service, in every engagement that
// the actor sees.
func (a *App) ServiceDependants(ctx context.Context, actor domain.Actor, id domain.ServiceID) ([]Dependant, error) {
	return a.dependants(ctx, actor, unchanged, func(d Dependant) bool { return d.Reliance.Service == id })
}

// CertificateFalls lists the standing reliances that would lapse if a
// certificate became v: the blast radius of a change, shown before it is saved.
func (a *App) CertificateFalls(ctx context.Context, actor domain.Actor, v domain.Certificate) ([]Dependant, error) {
	return a.falls(ctx, actor, func(w *world) { w.certificates[v.ID] = v })
}

// CertificateEditFalls is the same for an edit, which takes a verification back
// when it changes what was verified.
func (a *App) CertificateEditFalls(ctx context.Context, actor domain.Actor, v domain.Certificate) ([]Dependant, error) {
	return a.falls(ctx, actor, func(w *world) {
		keepVerification(&v, w.certificates[v.ID])
		w.certificates[v.ID] = v
	})
}

// ServiceFalls is the same for a service.
func (a *App) ServiceFalls(ctx context.Context, actor domain.Actor, v domain.Service) ([]Dependant, error) {
	return a.falls(ctx, actor, func(w *world) {
		v.Key, v.Closed = w.services[v.ID].Key, w.services[v.ID].Closed
		w.services[v.ID] = v
	})
}

// ReportFalls is the same for a report.
func (a *App) ReportFalls(ctx context.Context, actor domain.Actor, v domain.Report) ([]Dependant, error) {
	return a.falls(ctx, actor, func(w *world) {
		for i := range w.reports {
			if w.reports[i].ID == v.ID {
				w.reports[i] = v
			}
		}
	})
}

func unchanged(*world) {}

// falls evaluates every standing reliance of the open engagements on changed
// values, and keeps those that would lapse.
func (a *App) falls(ctx context.Context, actor domain.Actor, change func(*world)) ([]Dependant, error) {
	return a.dependants(ctx, actor, change, func(d Dependant) bool {
		fallen, _ := domain.Lapses(d.Reliance.State, d.Verdict)
		return fallen && d.Reliance.CanMoveTo(domain.RelianceLapsed) && d.Engagement.State != domain.EngagementClosed
	})
}

// dependants evaluates all reliances the actor sees on changed values, in a
// number of queries that grows with the engagements only, and keeps some.
func (a *App) dependants(ctx context.Context, actor domain.Actor, change func(*world), keep func(Dependant) bool) ([]Dependant, error) {
	engagements, err := a.Engagements(ctx, actor)
	if err != nil {
		return nil, err
	}
	all, err := a.store.Reliances(ctx, actor.Org, 0, 0)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	of := map[domain.EngagementID][]domain.Reliance{}
	for _, r := range all {
		of[r.Engagement] = append(of[r.Engagement], r)
	}
	var out []Dependant
	for _, e := range engagements {
		if len(of[e.ID]) == 0 {
			continue
		}
		w, err := a.world(ctx, a.store, e, 0)
		if err != nil {
			return nil, err
		}
		change(w)
		for _, r := range of[e.ID] {
			if d := (Dependant{w.view(r), e}); keep(d) {
				out = append(out, d)
			}
		}
	}
	return out, nil
}
