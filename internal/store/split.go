package store

import (
	"context"

	"relier/internal/domain"
)

type splitRow struct {
	ID          int64
	OrgID       int64
	ControlID   int64
	ServiceID   int64
	Party       string
	Microsoft   string
	Ours        string
	State       string
	Reason      string
	ConfirmedBy *int64
	ConfirmedAt int64
	Version     int
}

func (splitRow) TableName() string { return "splits" }

func (r splitRow) domain() domain.Split {
	return domain.Split{ID: domain.SplitID(r.ID), Org: domain.OrgID(r.OrgID), Control: domain.ControlID(r.ControlID),
		Service: domain.ServiceID(r.ServiceID), Party: domain.Party(r.Party), Microsoft: r.Microsoft, Ours: r.Ours,
		State: domain.SplitState(r.State), Reason: r.Reason, ConfirmedBy: deref[domain.PersonID](r.ConfirmedBy),
		ConfirmedAt: moment(r.ConfirmedAt), Version: r.Version}
}

// PutSplit records who carries a control on a service: a new row when the
// editor saw none (version 0), a replacement otherwise.
func (s *Store) PutSplit(ctx context.Context, v *domain.Split) error {
	row := splitRow{int64(v.ID), int64(v.Org), int64(v.Control), int64(v.Service), string(v.Party), v.Microsoft, v.Ours,
		string(v.State), v.Reason, ref(v.ConfirmedBy), micros(v.ConfirmedAt), v.Version + 1}
	if v.Version == 0 {
		if err := insert(ctx, s, domain.NounSplit, &row); err != nil {
			return err
		}
		v.ID, v.Version = domain.SplitID(row.ID), 1
		return nil
	}
	if err := replace(ctx, s, domain.NounSplit, &row, v.Org, row.ID, v.Version); err != nil {
		return err
	}
	v.Version = row.Version
	return nil
}

// Splits lists recorded splits; a control of 0 means those of every control.
func (s *Store) Splits(ctx context.Context, org domain.OrgID, control domain.ControlID) ([]domain.Split, error) {
	q := s.r(ctx).Where("org_id = ?", int64(org)).Order("control_id, service_id")
	if control != 0 {
		q = q.Where("control_id = ?", int64(control))
	}
	rows, err := all[splitRow](q, domain.NounSplit)
	return each(rows, err, splitRow.domain)
}
