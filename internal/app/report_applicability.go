package app

import (
	"context"

	"relier/internal/catalog"
	"relier/internal/domain"
)

// Applicability is what a provider's SoA says of every Annex A control of its
// edition.
type Applicability struct {
	Report       domain.Report // its Edition is set, see Assumed
	Requirements []domain.Requirement
	Counts       map[domain.Applicability]int
	Assumed      bool // the SoA's own edition is not on record
}

// Says is what it says of each requirement, by code.
func (v Applicability) Says() map[string]domain.Applicability {
	out := make(map[string]domain.Applicability, len(v.Requirements))
	for _, q := range v.Requirements {
		out[q.Ref.Code] = v.Report.Applicability(q.Ref)
	}
	return out
}

// Applicability reads what a provider's SoA says. One recorded before its edition
// was asked is read as of the edition given. What is no SoA has no such page.
func (a *App) Applicability(ctx context.Context, actor domain.Actor, id domain.ReportID, otherwise domain.Edition) (v Applicability, err error) {
	if v.Report, err = a.Report(ctx, actor, id); err != nil {
		return v, err
	}
	if v.Report.Kind != domain.ReportSoA {
		return v, domain.NotFound(string(domain.NounReport))
	}
	if v.Report.Edition == "" {
		v.Report.Edition, v.Assumed = otherwise, true
	}
	v.Requirements = catalog.AnnexA(v.Report.Edition)
	v.Counts = v.Report.CountApplicability(v.Requirements)
	return v, nil
}

// With is the report as it would be if its SoA said that.
func (v Applicability) With(says map[string]domain.Applicability) domain.Report {
	return v.Report.WithApplicability(v.Report.Edition, v.Requirements, says)
}

// ApplicabilityEffects is what would happen to reliances if the SoA said that.
func (a *App) ApplicabilityEffects(ctx context.Context, actor domain.Actor, v Applicability, says map[string]domain.Applicability) ([]Effect, error) {
	return a.ReportEffects(ctx, actor, v.With(says))
}

// SetApplicability records what the SoA says of each requirement, at the version
// of the report that v was read at; of one that is left out, nothing is stated.
func (a *App) SetApplicability(ctx context.Context, actor domain.Actor, v Applicability, says map[string]domain.Applicability) (domain.Report, error) {
	if err := actor.Allow(domain.ActReportWrite); err != nil {
		return v.Report, err
	}
	next := v.With(says)
	err := a.change(ctx, actor, func(c change) error {
		old, err := c.Report(ctx, actor.Org, v.Report.ID)
		if err != nil {
			return err
		}
		if old.Version != v.Report.Version {
			return domain.Stale()
		}
		old.Edition, old.NotApplied, old.NotStated = next.Edition, next.NotApplied, next.NotStated
		next = old
		return c.putReport(a, &next, old, "report.applicability")
	})
	return next, err
}

// UnstatedIn are the Annex A controls of an edition: of a new SoA, until somebody
// records what it says.
func UnstatedIn(e domain.Edition) []domain.Ref {
	return domain.Report{}.WithApplicability(e, catalog.AnnexA(e), nil).NotStated
}
