package app

import (
	"context"

	"relier/internal/domain"
)

// HoldEvidence places a legal hold on an item, or lifts it; either says why. What
// is held can be described and judged as before, and cannot be deleted.
func (a *App) HoldEvidence(ctx context.Context, actor domain.Actor, id domain.EvidenceID, on bool, why string, version int) (domain.Evidence, error) {
	if err := actor.Allow(domain.ActEvidenceHold); err != nil {
		return domain.Evidence{}, err
	}
	why = domain.Clean(why)
	var f domain.FieldErrors
	if domain.CheckText(&f, "why", why, 1, 1000); f.Err() != nil {
		return domain.Evidence{}, f.Err()
	}
	verb := "evidence.released"
	if on {
		verb = "evidence.held"
	}
	return a.changeEvidence(ctx, actor, id, verb, func(c change, e *domain.Evidence) error {
		if e.Hold.On == on {
			return domain.Conflict("error.evidence.hold_state", domain.Args{"Evidence": e.Code()})
		}
		e.Hold, e.Version = domain.Hold{On: on, Why: why, By: actor.Person, At: c.at}, version
		return nil
	})
}
