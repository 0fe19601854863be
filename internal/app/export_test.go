package app

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"relier/internal/domain"
)

// WorldFromTables and WorldFromRevisions describe everything that the verdicts
// and buckets of an engagement are computed from today, and what follows from
// it, read one way and the other: a line each.
func (a *App) WorldFromTables(ctx context.Context, e domain.Engagement) ([]string, error) {
	w, err := a.wholeWorld(ctx, e)
	if err != nil {
		return nil, err
	}
	return w.lines()
}

func (a *App) WorldFromRevisions(ctx context.Context, e domain.Engagement) ([]string, error) {
	w, err := a.AsOf(a.Today()).pastWorld(ctx, a.store, e, 0, a.Today().AddDays(1).Time())
	if err != nil {
		return nil, err
	}
	return w.lines()
}

func (w *world) lines() ([]string, error) {
	var out []string
	add := func(what string, v any) error {
		body, err := json.Marshal(v)
		out = append(out, what+" "+string(body))
		return err
	}
	for _, step := range []func() error{
		func() error { return add("engagement", w.engagement) },
		func() error { return each("control", slices.Collect(maps.Values(w.controls)), add) },
		func() error { return each("service", slices.Collect(maps.Values(w.services)), add) },
		func() error { return each("certificate", slices.Collect(maps.Values(w.certificates)), add) },
		func() error { return each("report", w.reports, add) },
		func() error { return each("split", slices.Collect(maps.Values(w.splits)), add) },
		func() error { return each("duties", slices.Collect(maps.Values(w.duties)), add) },
		func() error { return each("assessor", w.assessors, add) },
		func() error { return each("dispute", w.disputes, add) },
		func() error { return each("SoA", w.entries, add) },
		func() error { return each("owner", slices.Collect(maps.Values(w.owners)), add) },
		func() error { return each("reliance", w.views(), add) },
		func() error { return each("readiness", w.readiness(), add) },
		func() error {
			for _, duties := range w.duties {
				for _, d := range duties {
					for _, id := range d.Evidence {
						out = append(out, fmt.Sprintf("evidence %d %+v", id, w.evidence[id]))
					}
				}
			}
			return nil
		},
	} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	slices.Sort(out)
	return out, nil
}

func each[T any](what string, values []T, add func(string, any) error) error {
	for _, v := range values {
		if err := add(what, v); err != nil {
			return err
		}
	}
	return nil
}
