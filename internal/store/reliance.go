package store

import (
	"context"
	"fmt"

	"relier/internal/domain"
)

type relianceRow struct {
	ID           int64
	OrgID        int64
	EngagementID int64
	ControlID    int64
	ServiceID    int64
	State        string
	Why          string
	ProposedBy   int64
	ProposedAt   int64
	ApprovedBy   *int64
	ApprovedAt   int64
	DecidedBy    *int64
	DecidedAt    int64
	AssessorID   *int64
	OnBehalfOf   string
	Proof        string
	Decision     string
	Override     string
	LapsedAt     int64
	LapseCauses  string
	Version      int
}

func (relianceRow) TableName() string { return "reliances" }

func (r relianceRow) domain() domain.Reliance {
	return domain.Reliance{ID: domain.RelianceID(r.ID), Org: domain.OrgID(r.OrgID), Engagement: domain.EngagementID(r.EngagementID),
		Control: domain.ControlID(r.ControlID), Service: domain.ServiceID(r.ServiceID), State: domain.RelianceState(r.State), Why: r.Why,
		ProposedBy: domain.PersonID(r.ProposedBy), ProposedAt: moment(r.ProposedAt), ApprovedBy: deref[domain.PersonID](r.ApprovedBy),
		ApprovedAt: moment(r.ApprovedAt), DecidedBy: deref[domain.PersonID](r.DecidedBy), DecidedAt: moment(r.DecidedAt),
		Assessor: deref[domain.PersonID](r.AssessorID), OnBehalfOf: r.OnBehalfOf, Proof: r.Proof, Decision: r.Decision, Override: r.Override, LapsedAt: moment(r.LapsedAt),
		LapseCauses: unlist[domain.Reason](r.LapseCauses), Version: r.Version}
}

func relianceOf(v domain.Reliance) relianceRow {
	return relianceRow{int64(v.ID), int64(v.Org), int64(v.Engagement), int64(v.Control), int64(v.Service), string(v.State), v.Why,
		int64(v.ProposedBy), micros(v.ProposedAt), ref(v.ApprovedBy), micros(v.ApprovedAt), ref(v.DecidedBy), micros(v.DecidedAt),
		ref(v.Assessor), v.OnBehalfOf, v.Proof, v.Decision, v.Override, micros(v.LapsedAt), list(v.LapseCauses), v.Version}
}

type relianceCertificateRow struct {
	OrgID         int64
	RelianceID    int64
	CertificateID int64
}

func (relianceCertificateRow) TableName() string { return "reliance_certificates" }

// CreateReliance adds a proposal with the certificates it rests on.
func (s *Store) CreateReliance(ctx context.Context, v *domain.Reliance) error {
	v.Version = 1
	row := relianceOf(*v)
	if err := insert(ctx, s, domain.NounReliance, &row); err != nil {
		return err
	}
	v.ID = domain.RelianceID(row.ID)
	return s.putRelianceCertificates(ctx, *v)
}

// UpdateReliance replaces a reliance at the version its editor saw.
func (s *Store) UpdateReliance(ctx context.Context, v *domain.Reliance) error {
	row := relianceOf(*v)
	row.Version++
	if err := replace(ctx, s, domain.NounReliance, &row, v.Org, row.ID, v.Version); err != nil {
		return err
	}
	err := s.w(ctx).Where("org_id = ? AND reliance_id = ?", row.OrgID, row.ID).Delete(&relianceCertificateRow{}).Error
	if err != nil {
		return fmt.Errorf("change reliance: %w", translate(err))
	}
	v.Version = row.Version
	return s.putRelianceCertificates(ctx, *v)
}

func (s *Store) putRelianceCertificates(ctx context.Context, v domain.Reliance) error {
	rows := make([]relianceCertificateRow, len(v.Certificates))
	for i, id := range v.Certificates {
		rows[i] = relianceCertificateRow{int64(v.Org), int64(v.ID), int64(id)}
	}
	return insertAll(ctx, s, domain.NounReliance, rows)
}

// Reliance reads one reliance with its certificates.
func (s *Store) Reliance(ctx context.Context, org domain.OrgID, id domain.RelianceID) (domain.Reliance, error) {
	row, err := byID[relianceRow](ctx, s, domain.NounReliance, org, int64(id))
	if err != nil {
		return domain.Reliance{}, err
	}
	out, err := s.withCertificates(ctx, org, []relianceRow{row})
	return one(out, err, func(v []domain.Reliance) domain.Reliance { return v[0] })
}

// Reliances lists those of an engagement (0: of all), narrowed to a control
// when one is given.
func (s *Store) Reliances(ctx context.Context, org domain.OrgID, e domain.EngagementID, control domain.ControlID) ([]domain.Reliance, error) {
	q := s.r(ctx).Where("org_id = ?", int64(org)).Order("engagement_id, control_id, service_id")
	if e != 0 {
		q = q.Where("engagement_id = ?", int64(e))
	}
	if control != 0 {
		q = q.Where("control_id = ?", int64(control))
	}
	rows, err := all[relianceRow](q, domain.NounReliance)
	if err != nil {
		return nil, err
	}
	return s.withCertificates(ctx, org, rows)
}

func (s *Store) withCertificates(ctx context.Context, org domain.OrgID, rows []relianceRow) ([]domain.Reliance, error) {
	out, at, ids := make([]domain.Reliance, len(rows)), map[int64]int{}, make([]int64, len(rows))
	for i, r := range rows {
		out[i], at[r.ID], ids[i] = r.domain(), i, r.ID
	}
	links, err := all[relianceCertificateRow](within(s.r(ctx).Where("org_id = ?", int64(org)).Order("reliance_id, certificate_id"), "reliance_id", ids), domain.NounReliance)
	for _, l := range links {
		if i, ok := at[l.RelianceID]; ok {
			out[i].Certificates = append(out[i].Certificates, domain.CertificateID(l.CertificateID))
		}
	}
	return out, err
}
