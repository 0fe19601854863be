package app

import (
	"context"
	"slices"

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
// the actor's name and the day on it, and so does a disposition on its exception.
func (a *App) SaveReport(ctx context.Context, actor domain.Actor, v domain.Report) (domain.Report, error) {
	if err := actor.Allow(domain.ActReportWrite); err != nil {
		return v, err
	}
	v = tidyReport(v)
	v.Org = actor.Org
	if err := v.Check(); err != nil {
		return v, err
	}
	err := a.change(ctx, actor, func(c change) error {
		if err := c.reportTwin(v); err != nil {
			return err
		}
		if v.ID == 0 {
			return c.putReport(a, &v, domain.Report{}, "report.added")
		}
		old, err := c.Report(ctx, actor.Org, v.ID)
		if err != nil {
			return err
		}
		v.CatalogueID, v.ReviewedBy, v.ReviewedOn = old.CatalogueID, old.ReviewedBy, old.ReviewedOn
		return c.putReport(a, &v, old, "report.changed")
	})
	return v, err
}

// tidyReport cleans what was typed and drops what is not of the report's kind:
// only an SoA says which requirements it applies, only a bridge letter continues
// a report.
func tidyReport(v domain.Report) domain.Report {
	v.Title, v.Note = domain.Clean(v.Title), domain.Clean(v.Note)
	v.Exceptions = slices.Clone(v.Exceptions)
	for i := range v.Exceptions {
		e := &v.Exceptions[i]
		e.What, e.Note = domain.Clean(e.What), domain.Clean(e.Note)
	}
	if v.Kind != domain.ReportSoA {
		v.Edition, v.NotApplied, v.NotStated = "", nil, nil
	}
	if v.Kind != domain.ReportBridge {
		v.Bridges = 0
	}
	return v
}

// putReport writes a report that was checked, beside what it was before.
func (c change) putReport(a *App, v *domain.Report, old domain.Report, verb string) error {
	if err := c.readDocument(v, old); err != nil {
		return err
	}
	if err := c.reportContinued(v.Bridges); err != nil {
		return err
	}
	v.Exceptions = v.Exceptions.Stamped(old.Exceptions, c.actor.Person, a.Today())
	if !v.SameReading(old) {
		v.ReviewedBy, v.ReviewedOn = 0, 0 // whoever says reviewed now read something else
	}
	c.stampReview(v, a.Today())
	save := c.CreateReport
	if v.ID != 0 {
		save = c.UpdateReport
	}
	if err := save(c.ctx, v); err != nil {
		return err
	}
	if err := a.lapse(c); err != nil {
		return err
	}
	return c.record(verb, domain.NounReport, int64(v.ID), 0, v.Title, *v)
}

// readDocument compares the digest of a report with its document on file. None
// typed takes that of the newest version; one typed must be that of a version,
// for two documents of one title are how a wrong report gets relied on.
func (c change) readDocument(v *domain.Report, old domain.Report) error {
	if v.Document == 0 {
		return nil
	}
	if err := c.documentExists(v.Document); err != nil {
		return err
	}
	if v.Document != old.Document && v.DocumentHash == old.DocumentHash && old.Document != 0 {
		v.DocumentHash = domain.Digest{} // it was the former document's
	}
	versions, err := c.EvidenceVersions(c.ctx, c.actor.Org, v.Document)
	if err != nil {
		return err
	}
	versions = slices.DeleteFunc(versions, func(e domain.EvidenceVersion) bool { return e.Blob.SHA256.IsZero() })
	switch {
	case len(versions) == 0:
	case v.DocumentHash.IsZero():
		v.DocumentHash = versions[0].Blob.SHA256
	case !slices.ContainsFunc(versions, func(e domain.EvidenceVersion) bool { return e.Blob.SHA256 == v.DocumentHash }):
		return domain.Invalid("error.report.digest", domain.Args{"Digest": versions[0].Blob.SHA256.String()}).At("digest")
	}
	return nil
}

// reportContinued refuses a bridge letter to what is no audit report here.
func (c change) reportContinued(id domain.ReportID) error {
	if id == 0 {
		return nil
	}
	r, err := c.Report(c.ctx, c.actor.Org, id)
	if domain.IsNotFound(err) || err == nil && r.Kind != domain.ReportAudit {
		return domain.Invalid("error.choice", nil).At("bridges")
	}
	return err
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
