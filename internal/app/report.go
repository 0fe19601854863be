package app

import (
	"context"

	"relier/internal/domain"
)

// Reports lists the provider's reports: own records first, then the seeded ones.
func (a *App) Reports(ctx context.Context, actor domain.Actor) ([]domain.Report, error) {
	if err := actor.Allow(domain.ActRead); err != nil {
		return nil, err
	}
	return a.reports(ctx, actor.Org)
}

// Report reads one report.
func (a *App) Report(ctx context.Context, actor domain.Actor, id domain.ReportID) (domain.Report, error) {
	if err := actor.Allow(domain.ActRead); err != nil {
		return domain.Report{}, err
	}
	v, err := a.store.Report(ctx, actor.Org, id)
	return single(ctx, a, actor.Org, domain.NounReport, int64(id), v, err)
}

// SaveReport adds a report (id 0) or changes one. Setting it to reviewed puts
// the actor's name and the day on it.
func (a *App) SaveReport(ctx context.Context, actor domain.Actor, v domain.Report) (domain.Report, error) {
	if err := actor.Allow(domain.ActReportWrite); err != nil {
		return v, err
	}
	v.Org, v.Title, v.Note = actor.Org, domain.Clean(v.Title), domain.Clean(v.Note)
	if err := v.Check(); err != nil {
		return v, err
	}
	err := a.change(ctx, actor, func(c change) error {
		if err := c.documentExists(v.Document); err != nil {
			return err
		}
		if err := c.reportTwin(v); err != nil {
			return err
		}
		verb, save := "report.added", c.CreateReport
		if v.ID != 0 {
			old, err := c.Report(ctx, actor.Org, v.ID)
			if err != nil {
				return err
			}
			v.CatalogueID, v.ReviewedBy, v.ReviewedOn = old.CatalogueID, old.ReviewedBy, old.ReviewedOn
			verb, save = "report.changed", c.UpdateReport
		}
		c.stampReview(&v, a.Today())
		if err := save(ctx, &v); err != nil {
			return err
		}
		if err := a.lapse(c); err != nil {
			return err
		}
		return c.record(verb, domain.NounReport, int64(v.ID), 0, v.Title, v)
	})
	return v, err
}

// stampReview names the reviewer when a report becomes reviewed, and takes the
// name off when it is reviewed no longer.
func (c change) stampReview(v *domain.Report, today domain.Date) {
	if v.State != domain.ReportReviewed && v.State != domain.ReportSuperseded {
		v.ReviewedBy, v.ReviewedOn = 0, 0
	} else if v.ReviewedBy == 0 {
		v.ReviewedBy, v.ReviewedOn = c.actor.Person, today
	}
}
