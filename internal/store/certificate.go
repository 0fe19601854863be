package store

import (
	"context"

	"relier/internal/domain"
)

type certificateRow struct {
	ID            int64
	OrgID         int64
	Title         string
	Number        string
	Body          string
	Accreditation string
	Edition       string
	Issued        string
	Expires       string
	ScopeText     string
	Names         string
	DocumentID    *int64
	CheckedBy     *int64
	CheckedOn     string
	CheckedWhere  string
	State         string
	WithdrawnOn   string
	SuccessorID   *int64
	Catalogue     string
	URL           string
	Version       int
}

func (certificateRow) TableName() string { return "certificates" }

func (r certificateRow) domain() domain.Certificate {
	return domain.Certificate{ID: domain.CertificateID(r.ID), Org: domain.OrgID(r.OrgID), Title: r.Title, Number: r.Number,
		Body: r.Body, Accreditation: r.Accreditation, Edition: domain.Edition(r.Edition), Issued: day(r.Issued), Expires: day(r.Expires),
		ScopeText: r.ScopeText, Names: unlist[domain.Named](r.Names), Document: deref[domain.EvidenceID](r.DocumentID),
		CheckedBy: deref[domain.PersonID](r.CheckedBy), CheckedOn: day(r.CheckedOn), CheckedWhere: r.CheckedWhere,
		State: domain.CertificateState(r.State), WithdrawnOn: day(r.WithdrawnOn), Successor: deref[domain.CertificateID](r.SuccessorID),
		CatalogueID: r.Catalogue, URL: r.URL, Version: r.Version}
}

func certificateOf(c domain.Certificate) certificateRow {
	return certificateRow{int64(c.ID), int64(c.Org), c.Title, c.Number, c.Body, c.Accreditation, string(c.Edition),
		c.Issued.String(), c.Expires.String(), c.ScopeText, list(c.Names), ref(c.Document), ref(c.CheckedBy), c.CheckedOn.String(),
		c.CheckedWhere, string(c.State), c.WithdrawnOn.String(), ref(c.Successor), c.CatalogueID, c.URL, c.Version}
}

// CreateCertificate adds a certificate and sets its id.
func (s *Store) CreateCertificate(ctx context.Context, c *domain.Certificate) error {
	c.Version = 1
	row := certificateOf(*c)
	if err := insert(ctx, s, domain.NounCertificate, &row); err != nil {
		return err
	}
	c.ID = domain.CertificateID(row.ID)
	return nil
}

// UpdateCertificate replaces a certificate at the version its editor saw.
func (s *Store) UpdateCertificate(ctx context.Context, c *domain.Certificate) error {
	row := certificateOf(*c)
	row.Version++
	if err := replace(ctx, s, domain.NounCertificate, &row, c.Org, row.ID, c.Version); err != nil {
		return err
	}
	c.Version = row.Version
	return nil
}

// Certificate reads one certificate.
func (s *Store) Certificate(ctx context.Context, org domain.OrgID, id domain.CertificateID) (domain.Certificate, error) {
	row, err := byID[certificateRow](ctx, s, domain.NounCertificate, org, int64(id))
	return one(row, err, certificateRow.domain)
}

// Certificates lists the certificates: the organization's own records first,
// then those seeded from the catalogue.
func (s *Store) Certificates(ctx context.Context, org domain.OrgID) ([]domain.Certificate, error) {
	q := s.r(ctx).Where("org_id = ?", int64(org)).Order("CASE WHEN catalogue = '' THEN 0 ELSE 1 END, id")
	rows, err := all[certificateRow](q, domain.NounCertificate)
	return each(rows, err, certificateRow.domain)
}
