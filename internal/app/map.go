package app

import (
	"context"
	"slices"
	"strings"

	"relier/internal/catalog"
	"relier/internal/domain"
)

// RelianceMap shows every control on every service in use: who carries it, how
// far a reliance got, and the first gate that fails. The counts are of the whole
// map; rows without a pair that the filter asks for are left out. It is read in
// a number of queries that does not grow with the rows.
func (a *App) RelianceMap(ctx context.Context, actor domain.Actor, e domain.Engagement, f domain.MapFilter) (domain.RelianceMap, error) {
	if err := actor.Allow(domain.ActRead); err != nil {
		return domain.RelianceMap{}, err
	}
	w, err := a.world(ctx, a.store, e, 0)
	if err != nil {
		return domain.RelianceMap{}, err
	}
	if err := a.addFacts(ctx, w, 0); err != nil {
		return domain.RelianceMap{}, err
	}
	return w.relianceMap(f), nil
}

func (w *world) relianceMap(f domain.MapFilter) domain.RelianceMap {
	m := domain.RelianceMap{On: w.on, InUse: w.inUse(), Counts: map[domain.Standing]int{}}
	for _, s := range m.InUse {
		if f.Service == 0 || s.ID == f.Service {
			m.Services = append(m.Services, s)
		}
	}
	claimed, themes := w.byPair(), map[string]*domain.MapTheme{}
	for _, s := range w.readiness() {
		row, matching := w.mapRow(s, m.InUse, claimed, f, m.Counts)
		m.Total++
		m.Pairs += len(m.InUse)
		code := themeOf(s.Control, w.engagement.Edition)
		if f.Theme != "" && f.Theme != code || matching == 0 && f.Narrows() {
			continue
		}
		m.Controls++
		m.Matching += matching
		addToTheme(themes, code, row)
	}
	m.Themes = inThemeOrder(themes, w.engagement.Edition)
	return m
}

// byPair finds the reliance of a pair.
func (w *world) byPair() map[pair]domain.Reliance {
	out := make(map[pair]domain.Reliance, len(w.reliances))
	for _, r := range w.reliances {
		out[pair{r.Control, r.Service}] = r
	}
	return out
}

// mapRow evaluates one control on every service, counts all of it, and keeps the
// columns shown.
func (w *world) mapRow(s domain.ControlSummary, services []domain.Service, claimed map[pair]domain.Reliance, f domain.MapFilter,
	counts map[domain.Standing]int) (row domain.MapRow, matching int) {
	row = domain.MapRow{Control: s.Control, Excluded: !s.Facts.Applicable, Bucket: s.Bucket, Reason: s.Reason, Cells: make([]domain.MapCell, 0, len(services))}
	for _, service := range services {
		p := pair{s.Control.ID, service.ID}
		c := w.mapCell(p, claimed[p], row.Excluded)
		counts[c.Standing()]++
		if f.Service != 0 && f.Service != service.ID {
			continue
		}
		if c.Matches = f.Match(c); c.Matches {
			matching++
		}
		row.Cells = append(row.Cells, c)
	}
	return row, matching
}

func (w *world) mapCell(p pair, r domain.Reliance, excluded bool) domain.MapCell {
	if !r.Claimed() {
		r = domain.Reliance{Control: p.control, Service: p.service}
	}
	own := w.own(r)
	v := w.examination(r).Verdict(own)
	c := domain.MapCell{Party: own.Split.Party, Decided: own.Split.State == domain.SplitConfirmed, Reliance: r.ID, State: r.State, Rung: v.Rung, Excluded: excluded}
	if fallen, _ := domain.Lapses(r.State, v); fallen {
		c.State = domain.RelianceLapsed
	}
	if g, failed := v.FirstFailed(); failed {
		c.Gate, c.Cause = g.Gate, g.Causes[0]
	}
	return c
}

// themeOf is the theme or domain of a control's first requirement in Annex A of
// an edition, "" when it has none there.
func themeOf(v domain.Control, e domain.Edition) string {
	for _, ref := range v.RefsIn(e) {
		if parts := strings.SplitN(ref.Code, ".", 3); parts[0] == "A" && len(parts) == 3 {
			return parts[0] + "." + parts[1]
		}
	}
	return ""
}

func addToTheme(themes map[string]*domain.MapTheme, code string, row domain.MapRow) {
	t := themes[code]
	if t == nil {
		t = &domain.MapTheme{Code: code, Counts: map[domain.Standing]int{}}
		themes[code] = t
	}
	t.Rows = append(t.Rows, row)
	t.Total++
	for _, c := range row.Cells {
		t.Counts[c.Standing()]++
	}
}

// inThemeOrder puts the themes in the order of their codes, the controls that
// belong to none last.
func inThemeOrder(themes map[string]*domain.MapTheme, e domain.Edition) []domain.MapTheme {
	var out []domain.MapTheme
	for _, t := range themes {
		if r, known := catalog.Requirement(domain.Ref{Edition: e, Code: t.Code}); known {
			t.Title = r.Title
		}
		out = append(out, *t)
	}
	slices.SortFunc(out, func(a, b domain.MapTheme) int {
		if a.Code == "" || b.Code == "" {
			return strings.Compare(b.Code, a.Code)
		}
		return domain.CompareCodes(a.Code, b.Code)
	})
	return out
}
