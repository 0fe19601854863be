package store

import (
	"context"
	"encoding/json"

	"relier/internal/domain"
)

type reportRow struct {
	ID           int64
	OrgID        int64
	Kind         string
	Title        string
	PeriodFrom   string
	PeriodTo     string
	Confidential bool
	Names        string
	Edition      string
	NotApplied   string
	NotStated    string
	Exceptions   string `gorm:"column:exception_list"`
	BridgesID    *int64
	DocumentID   *int64
	DocumentHash []byte `gorm:"column:document_sha256"`
	ObtainedOn   string
	ReviewedBy   *int64
	ReviewedOn   string
	State        string
	Catalogue    string
	URL          string
	Note         string
	Version      int
}

func (reportRow) TableName() string { return "reports" }

func (r reportRow) domain() domain.Report {
	return domain.Report{ID: domain.ReportID(r.ID), Org: domain.OrgID(r.OrgID), Kind: domain.ReportKind(r.Kind), Title: r.Title,
		Period: days(r.PeriodFrom, r.PeriodTo), Confidential: r.Confidential, Names: unlist[domain.Named](r.Names),
		Edition: domain.Edition(r.Edition), NotApplied: unlist[domain.Ref](r.NotApplied), NotStated: unlist[domain.Ref](r.NotStated),
		Exceptions: exceptions(r.Exceptions), Bridges: deref[domain.ReportID](r.BridgesID), Document: deref[domain.EvidenceID](r.DocumentID),
		DocumentHash: digest(r.DocumentHash),
		ObtainedOn:   day(r.ObtainedOn), ReviewedBy: deref[domain.PersonID](r.ReviewedBy), ReviewedOn: day(r.ReviewedOn),
		State: domain.ReportState(r.State), CatalogueID: r.Catalogue, URL: r.URL, Note: r.Note, Version: r.Version}
}

func reportOf(v domain.Report) reportRow {
	return reportRow{int64(v.ID), int64(v.Org), string(v.Kind), v.Title, v.Period.From.String(), v.Period.To.String(), v.Confidential,
		list(v.Names), string(v.Edition), list(v.NotApplied), list(v.NotStated), list(v.Exceptions), ref(v.Bridges), ref(v.Document),
		digestBytes(v.DocumentHash), v.ObtainedOn.String(), ref(v.ReviewedBy),
		v.ReviewedOn.String(), string(v.State), v.CatalogueID, v.URL, v.Note, v.Version}
}

// exceptions reads the stored list, or the number of a record from before they
// were listed.
func exceptions(s string) domain.ReportExceptions {
	var out domain.ReportExceptions
	if s == "[]" || json.Unmarshal([]byte(s), &out) != nil {
		return nil
	}
	return out
}

// CreateReport adds a report and sets its id.
func (s *Store) CreateReport(ctx context.Context, v *domain.Report) error {
	v.Version = 1
	row := reportOf(*v)
	if err := insert(ctx, s, domain.NounReport, &row); err != nil {
		return err
	}
	v.ID = domain.ReportID(row.ID)
	return nil
}

// UpdateReport replaces a report at the version its editor saw.
func (s *Store) UpdateReport(ctx context.Context, v *domain.Report) error {
	row := reportOf(*v)
	row.Version++
	if err := replace(ctx, s, domain.NounReport, &row, v.Org, row.ID, v.Version); err != nil {
		return err
	}
	v.Version = row.Version
	return nil
}

// Report reads one report.
func (s *Store) Report(ctx context.Context, org domain.OrgID, id domain.ReportID) (domain.Report, error) {
	row, err := byID[reportRow](ctx, s, domain.NounReport, org, int64(id))
	return one(row, err, reportRow.domain)
}

// Reports lists the reports: the organization's own records first.
func (s *Store) Reports(ctx context.Context, org domain.OrgID) ([]domain.Report, error) {
	q := s.r(ctx).Where("org_id = ?", int64(org)).Order("CASE WHEN catalogue = '' THEN 0 ELSE 1 END, id")
	rows, err := all[reportRow](q, domain.NounReport)
	return each(rows, err, reportRow.domain)
}
