package store

import (
	"context"

	"relier/internal/domain"
)

type engagementRow struct {
	ID         int64
	OrgID      int64
	Code       string
	Title      string
	Kind       string
	Edition    string
	PeriodFrom string
	PeriodTo   string
	Scope      string
	State      string
	Created    int64 `gorm:"column:created_at"`
	ReportAge  int   `gorm:"column:report_max_months"`
	Version    int
}

func (engagementRow) TableName() string { return "engagements" }

func (r engagementRow) domain() domain.Engagement {
	return domain.Engagement{ID: domain.EngagementID(r.ID), Org: domain.OrgID(r.OrgID), Code: r.Code, Title: r.Title,
		Kind: domain.EngagementKind(r.Kind), Edition: domain.Edition(r.Edition), Period: days(r.PeriodFrom, r.PeriodTo),
		Scope: r.Scope, State: domain.EngagementState(r.State), CreatedAt: moment(r.Created),
		ReportMaxMonths: r.ReportAge, Version: r.Version}
}

func engagementOf(e domain.Engagement) engagementRow {
	return engagementRow{int64(e.ID), int64(e.Org), e.Code, e.Title, string(e.Kind), string(e.Edition),
		e.Period.From.String(), e.Period.To.String(), e.Scope, string(e.State), micros(e.CreatedAt), e.ReportMaxMonths, e.Version}
}

// CreateEngagement adds an engagement and sets its id.
func (s *Store) CreateEngagement(ctx context.Context, e *domain.Engagement) error {
	e.Version = 1
	row := engagementOf(*e)
	if err := insert(ctx, s, domain.NounEngagement, &row); err != nil {
		return err
	}
	e.ID = domain.EngagementID(row.ID)
	return nil
}

// UpdateEngagement replaces an engagement at the version its editor saw.
func (s *Store) UpdateEngagement(ctx context.Context, e *domain.Engagement) error {
	row := engagementOf(*e)
	row.Version++
	if err := replace(ctx, s, domain.NounEngagement, &row, e.Org, row.ID, e.Version); err != nil {
		return err
	}
	e.Version = row.Version
	return nil
}

// Engagement reads one engagement.
func (s *Store) Engagement(ctx context.Context, org domain.OrgID, id domain.EngagementID) (domain.Engagement, error) {
	row, err := byID[engagementRow](ctx, s, domain.NounEngagement, org, int64(id))
	return one(row, err, engagementRow.domain)
}

// EngagementByCode reads the engagement that a URL or a command names.
func (s *Store) EngagementByCode(ctx context.Context, org domain.OrgID, code string) (domain.Engagement, error) {
	row, err := take[engagementRow](s.r(ctx).Where("org_id = ? AND code = ?", int64(org), code), domain.NounEngagement)
	return one(row, err, engagementRow.domain)
}

// Engagements lists the engagements, the latest audit period first.
func (s *Store) Engagements(ctx context.Context, org domain.OrgID) ([]domain.Engagement, error) {
	rows, err := all[engagementRow](s.r(ctx).Where("org_id = ?", int64(org)).Order("period_to DESC, id DESC"), domain.NounEngagement)
	return each(rows, err, engagementRow.domain)
}
