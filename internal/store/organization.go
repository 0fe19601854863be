package store

import (
	"context"
	"fmt"

	"relier/internal/domain"
)

type organizationRow struct {
	ID      int64
	Code    string
	Name    string
	Sample  bool
	Created int64 `gorm:"column:created_at"`
}

func (organizationRow) TableName() string { return "organizations" }

func (r organizationRow) domain() domain.Organization {
	return domain.Organization{ID: domain.OrgID(r.ID), Code: r.Code, Name: r.Name, Sample: r.Sample, CreatedAt: moment(r.Created)}
}

// CreateOrganization adds a tenant and sets its id.
func (s *Store) CreateOrganization(ctx context.Context, o *domain.Organization) error {
	row := organizationRow{Code: o.Code, Name: o.Name, Sample: o.Sample, Created: micros(o.CreatedAt)}
	if err := insert(ctx, s, domain.NounOrganization, &row); err != nil {
		return err
	}
	o.ID = domain.OrgID(row.ID)
	return nil
}

// Organization reads one tenant.
func (s *Store) Organization(ctx context.Context, id domain.OrgID) (domain.Organization, error) {
	row, err := take[organizationRow](s.r(ctx).Where("id = ?", int64(id)), domain.NounOrganization)
	return one(row, err, organizationRow.domain)
}

// OrganizationByCode reads the tenant that a URL or a command names.
func (s *Store) OrganizationByCode(ctx context.Context, code string) (domain.Organization, error) {
	row, err := take[organizationRow](s.r(ctx).Where("code = ?", code), domain.NounOrganization)
	return one(row, err, organizationRow.domain)
}

// Organizations lists all tenants: for the command line, never for a page.
func (s *Store) Organizations(ctx context.Context) ([]domain.Organization, error) {
	rows, err := all[organizationRow](s.r(ctx).Order("code"), domain.NounOrganization)
	return each(rows, err, organizationRow.domain)
}

// tenantTables lists every table of a tenant, children first.
var tenantTables = []string{
	"uploads", "evidence_scans", "evidence_sightings", "import_files", "catalogues", "pack_blobs", "packs", "disputes", "revisions", "activity", "tests", "soa_versions", "soa_entries", "ownerships",
	"request_reminders", "request_answers", "request_controls", "requests",
	"reliance_certificates", "reliances", "responsibility_evidence", "responsibilities", "splits",
	"reports", "certificates", "reviews", "evidence_controls", "evidence_texts", "evidence_versions", "evidence", "evidence_removals", "evidence_counts", "search_docs",
	"services", "control_requirements", "controls", "memberships", "engagements",
}

// RemoveSample deletes a sample organization with everything in it. The
// schema's triggers refuse it for any other.
func (s *Store) RemoveSample(ctx context.Context, org domain.OrgID) error {
	o, err := s.Organization(ctx, org)
	if err != nil {
		return err
	}
	if !o.Sample {
		return domain.Conflict("error.organization.not_sample", nil)
	}
	for _, table := range tenantTables {
		if err := s.w(ctx).Exec("DELETE FROM "+table+" WHERE org_id = ?", int64(org)).Error; err != nil {
			return fmt.Errorf("remove the sample from %s: %w", table, translate(err))
		}
	}
	if err := s.w(ctx).Exec("DELETE FROM organizations WHERE id = ?", int64(org)).Error; err != nil {
		return fmt.Errorf("remove the sample: %w", translate(err))
	}
	return s.removeOrphanPeople(ctx)
}

// removeOrphanPeople deletes the sample's fictional people: those on the
// reserved domain who belong to no organization any more.
func (s *Store) removeOrphanPeople(ctx context.Context) error {
	orphans := `SELECT id FROM people WHERE email LIKE '%@sample.invalid' AND NOT EXISTS (SELECT 1 FROM memberships m WHERE m.person_id = people.id)`
	for _, q := range []string{"DELETE FROM sessions WHERE person_id IN (" + orphans + ")", "DELETE FROM people WHERE id IN (" + orphans + ")"} {
		if err := s.w(ctx).Exec(q).Error; err != nil {
			return fmt.Errorf("remove the sample's people: %w", translate(err))
		}
	}
	return nil
}
