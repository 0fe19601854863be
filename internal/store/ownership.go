package store

import (
	"context"

	"relier/internal/domain"
)

type ownershipRow struct {
	ID         int64
	OrgID      int64
	ControlID  int64
	PersonID   int64
	FromDay    string
	UntilDay   string
	State      string
	AssignedBy int64
	Version    int
}

func (ownershipRow) TableName() string { return "ownerships" }

func (r ownershipRow) domain() domain.Ownership {
	return domain.Ownership{ID: domain.OwnershipID(r.ID), Org: domain.OrgID(r.OrgID), Control: domain.ControlID(r.ControlID),
		Person: domain.PersonID(r.PersonID), From: day(r.FromDay), Until: day(r.UntilDay), State: domain.OwnershipState(r.State),
		AssignedBy: domain.PersonID(r.AssignedBy), Version: r.Version}
}

func ownershipOf(v domain.Ownership) ownershipRow {
	return ownershipRow{int64(v.ID), int64(v.Org), int64(v.Control), int64(v.Person), v.From.String(), v.Until.String(),
		string(v.State), int64(v.AssignedBy), v.Version}
}

// CreateOwnership begins an ownership; a control has one current owner at most.
func (s *Store) CreateOwnership(ctx context.Context, v *domain.Ownership) error {
	v.Version = 1
	row := ownershipOf(*v)
	if err := insert(ctx, s, domain.NounOwnership, &row); err != nil {
		return err
	}
	v.ID = domain.OwnershipID(row.ID)
	return nil
}

// UpdateOwnership replaces an ownership at the version its editor saw.
func (s *Store) UpdateOwnership(ctx context.Context, v *domain.Ownership) error {
	row := ownershipOf(*v)
	row.Version++
	if err := replace(ctx, s, domain.NounOwnership, &row, v.Org, row.ID, v.Version); err != nil {
		return err
	}
	v.Version = row.Version
	return nil
}

// CurrentOwnership reads who owns a control now; none is a not-found error.
func (s *Store) CurrentOwnership(ctx context.Context, org domain.OrgID, control domain.ControlID) (domain.Ownership, error) {
	q := s.r(ctx).Where("org_id = ? AND control_id = ? AND state <> 'ended'", int64(org), int64(control))
	row, err := take[ownershipRow](q, domain.NounOwnership)
	return one(row, err, ownershipRow.domain)
}

// Ownerships lists the ownerships of a control, the newest first; for control
// 0, the current ones of all controls.
func (s *Store) Ownerships(ctx context.Context, org domain.OrgID, control domain.ControlID) ([]domain.OwnershipView, error) {
	type viewRow struct {
		Row    ownershipRow `gorm:"embedded"`
		Person string
	}
	q := s.r(ctx).Table("ownerships").Select("ownerships.*, p.name AS person").Joins("JOIN people p ON p.id = ownerships.person_id").
		Where("ownerships.org_id = ?", int64(org))
	if control != 0 {
		q = q.Where("control_id = ?", int64(control)).Order("ownerships.id DESC")
	} else {
		q = q.Where("state <> 'ended'").Order("control_id")
	}
	rows, err := all[viewRow](q, domain.NounOwnership)
	return each(rows, err, func(r viewRow) domain.OwnershipView {
		return domain.OwnershipView{Ownership: r.Row.domain(), Person: r.Person}
	})
}
