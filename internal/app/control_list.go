package app

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"relier/internal/domain"
	"relier/internal/store"
)

// FindControls lists one page of the controls with their buckets. Where a
// control stands is computed for all of them at once, so the filter and the
// order work on what was computed, on any day alike.
func (a *App) FindControls(ctx context.Context, actor domain.Actor, e domain.Engagement, f domain.ControlFilter) (domain.List[domain.ControlSummary], error) {
	rows, err := a.Readiness(ctx, actor, e)
	if err != nil {
		return domain.List[domain.ControlSummary]{Page: f.Page}, err
	}
	f.Query = store.Fold(strings.TrimSpace(f.Query))
	rows = slices.DeleteFunc(rows, func(s domain.ControlSummary) bool { return !listed(s, f) })
	sortSummaries(rows, f)
	return domain.Slice(rows, f.Page), nil
}

// listed reports whether the filter lets a control through; its words are folded.
func listed(s domain.ControlSummary, f domain.ControlFilter) bool {
	switch {
	case f.Bucket != "" && s.Bucket != f.Bucket,
		f.Party != "" && s.Carrier() != f.Party,
		f.Owner == domain.NoOwner && s.OwnerID != 0,
		f.Owner > 0 && s.OwnerID != f.Owner,
		f.Query != "" && !strings.Contains(foldedTitle(s), f.Query):
		return false
	}
	return f.Theme == "" || slices.ContainsFunc(s.Control.Requirements, func(r domain.ControlRequirement) bool {
		return strings.HasPrefix(r.Ref.Code, f.Theme+".") && (f.Edition == "" || f.Edition == r.Ref.Edition)
	})
}

func foldedTitle(s domain.ControlSummary) string {
	return store.Fold(s.Control.Title + " " + s.Control.Code)
}

type order func(a, b domain.ControlSummary) int

// orders are those that a list can be put in beside that of codes.
var orders = map[string]func() order{
	"title": func() order { return byWords(foldedTitle) },
	"owner": func() order {
		return byWords(func(s domain.ControlSummary) string { return store.Fold(s.Owner) })
	},
	"bucket": byRank(func(s domain.ControlSummary) int {
		return place(append(domain.Buckets, domain.BucketExcluded), s.Bucket)
	}),
	"rung":     byRank(func(s domain.ControlSummary) int { return place(domain.Rungs, s.Best) }),
	"evidence": byRank(func(s domain.ControlSummary) int { return s.Facts.EvidenceAccepted }),
	"test":     byRank(func(s domain.ControlSummary) int { return place(domain.Conclusions, s.Facts.Conclusion) }),
}

func byRank(rank func(domain.ControlSummary) int) func() order {
	return func() order {
		return func(a, b domain.ControlSummary) int { return cmp.Compare(rank(a), rank(b)) }
	}
}

// byWords folds the words of each control once, not at each comparison.
func byWords(words func(domain.ControlSummary) string) order {
	known := map[domain.ControlID]string{}
	of := func(s domain.ControlSummary) string {
		w, done := known[s.Control.ID]
		if !done {
			w = words(s)
			known[s.Control.ID] = w
		}
		return w
	}
	return func(a, b domain.ControlSummary) int { return cmp.Compare(of(a), of(b)) }
}

// sortSummaries puts rows, which come in the order of codes, in the order that
// the filter asks for; ties stay in the order of codes.
func sortSummaries(rows []domain.ControlSummary, f domain.ControlFilter) {
	order, known := orders[f.Sort]
	switch {
	case !known && f.Desc:
		slices.Reverse(rows)
	case known && f.Desc:
		compare := order()
		slices.SortStableFunc(rows, func(a, b domain.ControlSummary) int { return compare(b, a) })
	case known:
		slices.SortStableFunc(rows, order())
	}
}

// place is where a value stands in its list, -1 when it is not set.
func place[T comparable](list []T, v T) int { return slices.Index(list, v) }
