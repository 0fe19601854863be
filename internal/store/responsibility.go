package store

import (
	"context"
	"fmt"

	"relier/internal/domain"
)

type responsibilityRow struct {
	ID        int64
	OrgID     int64
	ControlID int64
	ServiceID int64
	Sentence  string
	OwnerID   *int64
	Expected  string
	Frequency string
	Cadence   string
	State     string
	Because   string
	SaidBy    *int64
	SaidOn    string
	Version   int
}

func (responsibilityRow) TableName() string { return "responsibilities" }

func (r responsibilityRow) domain() domain.Responsibility {
	return domain.Responsibility{ID: domain.ResponsibilityID(r.ID), Org: domain.OrgID(r.OrgID), Control: domain.ControlID(r.ControlID),
		Service: domain.ServiceID(r.ServiceID), Sentence: r.Sentence, Owner: deref[domain.PersonID](r.OwnerID), Expected: r.Expected,
		Frequency: r.Frequency, Cadence: domain.Cadence(r.Cadence), State: domain.ResponsibilityState(r.State), Because: r.Because,
		SaidBy: deref[domain.PersonID](r.SaidBy), SaidOn: day(r.SaidOn), Version: r.Version}
}

func responsibilityOf(v domain.Responsibility) responsibilityRow {
	return responsibilityRow{int64(v.ID), int64(v.Org), int64(v.Control), int64(v.Service), v.Sentence, ref(v.Owner),
		v.Expected, v.Frequency, string(v.Cadence), string(v.State), v.Because, ref(v.SaidBy), v.SaidOn.String(), v.Version}
}

type responsibilityEvidenceRow struct {
	OrgID            int64
	ResponsibilityID int64
	EvidenceID       int64
}

func (responsibilityEvidenceRow) TableName() string { return "responsibility_evidence" }

// CreateResponsibility adds a customer responsibility with its evidence.
func (s *Store) CreateResponsibility(ctx context.Context, v *domain.Responsibility) error {
	v.Version = 1
	row := responsibilityOf(*v)
	if err := insert(ctx, s, domain.NounResponsibility, &row); err != nil {
		return err
	}
	v.ID = domain.ResponsibilityID(row.ID)
	return s.putProofs(ctx, *v)
}

// UpdateResponsibility replaces one at the version its editor saw.
func (s *Store) UpdateResponsibility(ctx context.Context, v *domain.Responsibility) error {
	row := responsibilityOf(*v)
	row.Version++
	if err := replace(ctx, s, domain.NounResponsibility, &row, v.Org, row.ID, v.Version); err != nil {
		return err
	}
	err := s.w(ctx).Where("org_id = ? AND responsibility_id = ?", row.OrgID, row.ID).Delete(&responsibilityEvidenceRow{}).Error
	if err != nil {
		return fmt.Errorf("change responsibility: %w", translate(err))
	}
	v.Version = row.Version
	return s.putProofs(ctx, *v)
}

func (s *Store) putProofs(ctx context.Context, v domain.Responsibility) error {
	rows := make([]responsibilityEvidenceRow, len(v.Evidence))
	for i, id := range v.Evidence {
		rows[i] = responsibilityEvidenceRow{int64(v.Org), int64(v.ID), int64(id)}
	}
	return insertAll(ctx, s, domain.NounResponsibility, rows)
}

// Responsibility reads one with its evidence.
func (s *Store) Responsibility(ctx context.Context, org domain.OrgID, id domain.ResponsibilityID) (domain.Responsibility, error) {
	row, err := byID[responsibilityRow](ctx, s, domain.NounResponsibility, org, int64(id))
	if err != nil {
		return domain.Responsibility{}, err
	}
	out, err := s.withProofs(ctx, org, []responsibilityRow{row})
	return one(out, err, func(v []domain.Responsibility) domain.Responsibility { return v[0] })
}

// Responsibilities lists those of a control, or of every control for 0.
func (s *Store) Responsibilities(ctx context.Context, org domain.OrgID, control domain.ControlID) ([]domain.Responsibility, error) {
	q := s.r(ctx).Where("org_id = ?", int64(org)).Order("control_id, service_id, id")
	if control != 0 {
		q = q.Where("control_id = ?", int64(control))
	}
	rows, err := all[responsibilityRow](q, domain.NounResponsibility)
	if err != nil {
		return nil, err
	}
	return s.withProofs(ctx, org, rows)
}

func (s *Store) withProofs(ctx context.Context, org domain.OrgID, rows []responsibilityRow) ([]domain.Responsibility, error) {
	out, at, ids := make([]domain.Responsibility, len(rows)), map[int64]int{}, make([]int64, len(rows))
	for i, r := range rows {
		out[i], at[r.ID], ids[i] = r.domain(), i, r.ID
	}
	proofs, err := all[responsibilityEvidenceRow](within(s.r(ctx).Where("org_id = ?", int64(org)).Order("responsibility_id, evidence_id"), "responsibility_id", ids), domain.NounResponsibility)
	for _, p := range proofs {
		if i, ok := at[p.ResponsibilityID]; ok {
			out[i].Evidence = append(out[i].Evidence, domain.EvidenceID(p.EvidenceID))
		}
	}
	return out, err
}
