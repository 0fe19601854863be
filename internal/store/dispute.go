package store

import (
	"context"

	"relier/internal/domain"
)

type disputeRow struct {
	ID         int64
	OrgID      int64
	Subject    string
	FromCode   string
	ToCode     string
	Note       string
	RaisedBy   int64
	RaisedAt   int64
	SettledBy  *int64
	SettledAt  int64
	Settlement string
	Version    int
}

func (disputeRow) TableName() string { return "disputes" }

func (r disputeRow) domain() domain.Dispute {
	return domain.Dispute{ID: domain.DisputeID(r.ID), Org: domain.OrgID(r.OrgID), Subject: domain.DisputeSubject(r.Subject),
		From: r.FromCode, To: r.ToCode, Note: r.Note, RaisedBy: domain.PersonID(r.RaisedBy), RaisedAt: moment(r.RaisedAt),
		SettledBy: deref[domain.PersonID](r.SettledBy), SettledAt: moment(r.SettledAt), Settlement: r.Settlement, Version: r.Version}
}

func disputeOf(v domain.Dispute) disputeRow {
	return disputeRow{int64(v.ID), int64(v.Org), string(v.Subject), v.From, v.To, v.Note, int64(v.RaisedBy), micros(v.RaisedAt),
		ref(v.SettledBy), micros(v.SettledAt), v.Settlement, v.Version}
}

// CreateDispute adds a dispute and sets its id.
func (s *Store) CreateDispute(ctx context.Context, v *domain.Dispute) error {
	v.Version = 1
	row := disputeOf(*v)
	if err := insert(ctx, s, domain.NounDispute, &row); err != nil {
		return err
	}
	v.ID = domain.DisputeID(row.ID)
	return nil
}

// UpdateDispute replaces a dispute at the version its editor saw.
func (s *Store) UpdateDispute(ctx context.Context, v *domain.Dispute) error {
	row := disputeOf(*v)
	row.Version++
	if err := replace(ctx, s, domain.NounDispute, &row, v.Org, row.ID, v.Version); err != nil {
		return err
	}
	v.Version = row.Version
	return nil
}

// Dispute reads one dispute.
func (s *Store) Dispute(ctx context.Context, org domain.OrgID, id domain.DisputeID) (domain.Dispute, error) {
	row, err := byID[disputeRow](ctx, s, domain.NounDispute, org, int64(id))
	return one(row, err, disputeRow.domain)
}

// Disputes lists the disputes of an organization, the newest first.
func (s *Store) Disputes(ctx context.Context, org domain.OrgID) ([]domain.Dispute, error) {
	rows, err := all[disputeRow](s.r(ctx).Where("org_id = ?", int64(org)).Order("id DESC"), domain.NounDispute)
	return each(rows, err, disputeRow.domain)
}
