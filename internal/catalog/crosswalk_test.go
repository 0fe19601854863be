package catalog_test

import (
	"slices"
	"testing"

	"relier/internal/catalog"
	"relier/internal/domain"
)

func TestCrosswalk_Counts(t *testing.T) {
	t.Parallel()
	var pairs, added, clauses int
	for _, row := range catalog.Crosswalk() {
		switch {
		case row.Level == domain.LevelClause:
			clauses++
		case row.Relation == domain.RelationNew:
			added++
		default:
			pairs++
		}
	}
	if pairs != 115 || added != 11 || clauses != 30 {
		t.Errorf("%d pairs, %d new, %d clauses, want 115, 11, 30", pairs, added, clauses)
	}
}

func TestCrosswalk_RowsResolve(t *testing.T) {
	t.Parallel()
	for _, row := range catalog.Crosswalk() {
		if row.Source == "" {
			t.Errorf("%s → %s has no source", row.From, row.To)
		}
		if (row.From == "") != (row.Relation == domain.RelationNew) {
			t.Errorf("%q → %s is %s", row.From, row.To, row.Relation)
		}
		if row.From != "" {
			wantLevel(t, domain.Ref{Edition: domain.Edition2013, Code: row.From}, row.Level)
		}
		wantLevel(t, domain.Ref{Edition: domain.Edition2022, Code: row.To}, row.Level)
	}
}

func wantLevel(t *testing.T, ref domain.Ref, level domain.RequirementLevel) {
	t.Helper()
	if r, ok := catalog.Requirement(ref); !ok || r.Level != level {
		t.Errorf("%s is not a %s of its edition", ref, level)
	}
}

func TestCrosswalk_ReachesEveryControl(t *testing.T) {
	t.Parallel()
	from, to, sourced := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, row := range catalog.Crosswalk() {
		from[row.From], to[row.To] = true, true
		if row.Level == domain.LevelControl && row.From != "" {
			sourced[row.To] = true
		}
	}
	for _, r := range catalog.AnnexA(domain.Edition2013) {
		if !from[r.Ref.Code] {
			t.Errorf("%s leads nowhere", r.Ref)
		}
	}
	for _, r := range catalog.AnnexA(domain.Edition2022) {
		if !to[r.Ref.Code] {
			t.Errorf("%s comes from nowhere", r.Ref)
		}
		if sourced[r.Ref.Code] == r.NewIn2022 {
			t.Errorf("%s: has a 2013 source %v, new in 2022 %v", r.Ref, sourced[r.Ref.Code], r.NewIn2022)
		}
	}
	if len(sourced) != 82 {
		t.Errorf("%d controls of 2022 have a 2013 source, want 82", len(sourced))
	}
}

func TestCrosswalk_RelationsMatchTheirShape(t *testing.T) {
	t.Parallel()
	sources, targets := map[string]int{}, map[string]int{}
	rows := catalog.Crosswalk()
	for _, row := range rows {
		sources[row.To]++
		targets[row.From]++
	}
	for _, row := range rows {
		alone := sources[row.To] == 1 && targets[row.From] == 1
		whole := slices.Contains([]domain.Relation{domain.RelationOneToOne, domain.RelationSame, domain.RelationRenumbered}, row.Relation)
		switch {
		case whole != alone && row.Relation != domain.RelationNew:
			t.Errorf("%s → %s is %s", row.From, row.To, row.Relation)
		case row.Relation == domain.RelationMerged && sources[row.To] < 2:
			t.Errorf("%s → %s is merged from one entry", row.From, row.To)
		case row.Relation == domain.RelationSplit && targets[row.From] < 2:
			t.Errorf("%s → %s is split into one entry", row.From, row.To)
		case row.Relation == domain.RelationSame && row.From != row.To:
			t.Errorf("%s → %s is not the same", row.From, row.To)
		case row.Relation == domain.RelationRenumbered && row.From == row.To:
			t.Errorf("%s kept its number", row.From)
		}
	}
}
