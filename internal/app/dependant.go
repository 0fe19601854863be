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
	return a.dependants(ctx, actor, func(r domain.Reliance) bool { return slices.Contains(r.Certificates, id) })
}

// ServiceDependants lists the reliances on a service, in every engagement that
// the actor sees.
func (a *App) ServiceDependants(ctx context.Context, actor domain.Actor, id domain.ServiceID) ([]Dependant, error) {
	return a.dependants(ctx, actor, func(r domain.Reliance) bool { return r.Service == id })
}

func (a *App) dependants(ctx context.Context, actor domain.Actor, rests func(domain.Reliance) bool) ([]Dependant, error) {
	var out []Dependant
	err := a.eachWorld(ctx, actor, func(w *world) {
		for _, r := range w.reliances {
			if rests(r) {
				out = append(out, Dependant{w.view(r), w.engagement})
			}
		}
	})
	return out, err
}
