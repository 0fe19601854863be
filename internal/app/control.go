package app

import (
	"context"
	"slices"

	"relier/internal/catalog"
	"relier/internal/domain"
)

// Control reads one control.
func (a *App) Control(ctx context.Context, actor domain.Actor, id domain.ControlID) (domain.Control, error) {
	if err := actor.Allow(domain.ActRead); err != nil {
		return domain.Control{}, err
	}
	v, err := a.store.Control(ctx, actor.Org, id)
	return single(ctx, a, actor.Org, domain.NounControl, int64(id), v, err)
}

// Controls lists every control, for choosing one in a form.
func (a *App) Controls(ctx context.Context, actor domain.Actor) ([]domain.Control, error) {
	if err := actor.Allow(domain.ActRead); err != nil {
		return nil, err
	}
	return a.controls(ctx, actor.Org)
}

// SaveControl adds a control (id 0) or changes one at the version its editor saw.
func (a *App) SaveControl(ctx context.Context, actor domain.Actor, v domain.Control) (domain.Control, error) {
	if err := actor.Allow(domain.ActControlWrite); err != nil {
		return v, err
	}
	v.Org = actor.Org
	if err := cleanControl(&v); err != nil {
		return v, err
	}
	err := a.change(ctx, actor, func(c change) error {
		if v.ID == 0 {
			return c.addControl(&v, "control.created")
		}
		return c.replaceControl(a, &v)
	})
	return v, err
}

// CheckControl reports what SaveControl would refuse of what was typed, before
// anything is saved.
func (a *App) CheckControl(actor domain.Actor, v domain.Control) error {
	if err := actor.Allow(domain.ActControlWrite); err != nil {
		return err
	}
	v.Requirements = slices.Clone(v.Requirements)
	return cleanControl(&v)
}

func cleanControl(v *domain.Control) error {
	v.Code, v.Title, v.Description = domain.Clean(v.Code), domain.Clean(v.Title), domain.Clean(v.Description)
	if err := v.Check(); err != nil {
		return err
	}
	for _, r := range v.Requirements {
		if q, ok := catalog.Requirement(r.Ref); !ok || q.Level != domain.LevelControl && q.Level != domain.LevelClause {
			return domain.Invalid("error.control.requirement", domain.Args{"Ref": r.Ref.Code, "Edition": string(r.Ref.Edition)}).At("requirements")
		}
	}
	domain.SortRequirements(v.Requirements)
	return nil
}

func (c change) addControl(v *domain.Control, verb string) error {
	v.Org = c.actor.Org
	if err := c.CreateControl(c.ctx, v); err != nil {
		return codeTaken(err, "error.control.code_taken")
	}
	return c.record(verb, domain.NounControl, int64(v.ID), 0, v.Code, v)
}

func (c change) replaceControl(a *App, v *domain.Control) error {
	if err := c.UpdateControl(c.ctx, v); err != nil {
		return codeTaken(err, "error.control.code_taken")
	}
	if err := a.lapse(c); err != nil {
		return err
	}
	return c.record("control.changed", domain.NounControl, int64(v.ID), 0, v.Code, v)
}

// StartFromAnnexA adds one control for each Annex A control of an edition that
// no control of the same code stands for yet, and returns how many it added.
func (a *App) StartFromAnnexA(ctx context.Context, actor domain.Actor, e domain.Edition, lang string) (added int, err error) {
	if err := actor.Allow(domain.ActControlWrite); err != nil {
		return 0, err
	}
	if !e.Valid() {
		return 0, domain.Invalid("error.choice", nil).At("edition")
	}
	err = a.change(ctx, actor, func(c change) error {
		existing, err := c.Controls(ctx, actor.Org)
		if err != nil {
			return err
		}
		taken := map[string]bool{}
		for _, v := range existing {
			taken[v.Code] = true
		}
		for _, r := range catalog.AnnexA(e) {
			if taken[r.Ref.Code] {
				continue
			}
			v := domain.Control{Code: r.Ref.Code, Title: r.Title.In(lang), Implementation: domain.NotImplemented,
				Requirements: []domain.ControlRequirement{{Ref: r.Ref}}}
			if err := c.addControl(&v, "control.created"); err != nil {
				return err
			}
			added++
		}
		return nil
	})
	return added, err
}
