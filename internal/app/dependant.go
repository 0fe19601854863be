package app

import (
	"context"
	"errors"
	"slices"

	"relier/internal/domain"
)

// Dependant is a reliance that rests on something the provider holds, with the
// engagement it belongs to.
type Dependant struct {
	RelianceView
	Engagement domain.Engagement
	Standing   domain.ControlSummary // of the control, in that engagement
}

// CertificateDependants lists the reliances that rest on a certificate, in every
// engagement that the actor sees.
func (a *App) CertificateDependants(ctx context.Context, actor domain.Actor, id domain.CertificateID) ([]Dependant, error) {
	return a.dependants(ctx, actor, func(r domain.Reliance) bool { return slices.Contains(r.Certificates, id) })
}

// ServiceDependants lists the reliances on a service, in every engagement that
// the actor sees.
func (a *App) ServiceDependants(ctx context.Context, actor domain.Actor, id domain.ServiceID) ([]Dependant, error) {
	return a.dependants(ctx, actor, func(r domain.Reliance) bool { return r.Service == id })
}

func (a *App) dependants(ctx context.Context, actor domain.Actor, rests func(domain.Reliance) bool) ([]Dependant, error) {
	var out []Dependant
	var failed error
	err := a.eachWorld(ctx, actor, func(w *world) {
		if err := a.addFacts(ctx, w, 0); err != nil {
			failed = err
			return
		}
		standing := map[domain.ControlID]domain.ControlSummary{}
		for _, s := range w.readiness() {
			standing[s.Control.ID] = s
		}
		for _, r := range w.reliances {
			if rests(r) {
				out = append(out, Dependant{w.view(r), w.engagement, standing[r.Control]})
			}
		}
	})
	return out, errors.Join(err, failed)
}
