package store

import (
	"context"
	"fmt"

	"relier/internal/domain"
)

// ControlsOfEvidence lists the controls that an item speaks for, in the order
// of their codes.
func (s *Store) ControlsOfEvidence(ctx context.Context, org domain.OrgID, id domain.EvidenceID) ([]domain.Control, error) {
	q := s.r(ctx).Where(`org_id = ? AND id IN (SELECT control_id FROM evidence_controls ec WHERE ec.org_id = ? AND ec.evidence_id = ?)`,
		int64(org), int64(org), int64(id)).Order("sort_key, id")
	rows, err := all[controlRow](q, domain.NounControl)
	if err != nil {
		return nil, err
	}
	return s.withRequirements(ctx, org, rows)
}

// ResponsibilitiesProvenBy lists the customer responsibilities for which an
// item is offered as proof.
func (s *Store) ResponsibilitiesProvenBy(ctx context.Context, org domain.OrgID, id domain.EvidenceID) ([]domain.Responsibility, error) {
	q := s.r(ctx).Where(`org_id = ? AND id IN (SELECT responsibility_id FROM responsibility_evidence re WHERE re.org_id = ? AND re.evidence_id = ?)`,
		int64(org), int64(org), int64(id)).Order("id")
	rows, err := all[responsibilityRow](q, domain.NounResponsibility)
	return each(rows, err, responsibilityRow.domain)
}

// CompleteVersion sets the days that the newest version of a draft speaks for.
// Once its item is submitted, a version never changes again.
func (s *Store) CompleteVersion(ctx context.Context, v domain.EvidenceVersion) error {
	res := s.w(ctx).Model(&evidenceVersionRow{}).
		Where(`org_id = ? AND id = ? AND EXISTS (SELECT 1 FROM evidence e WHERE e.org_id = evidence_versions.org_id
			AND e.id = evidence_versions.evidence_id AND e.state = ? AND e.versions = evidence_versions.number)`,
			int64(v.Org), int64(v.ID), string(domain.EvidenceDraft)).
		Updates(map[string]any{"captured_on": v.CapturedOn.String(), "period_from": v.Period.From.String(), "period_to": v.Period.To.String(),
			"expires": v.Expires.String()})
	if res.Error != nil {
		return fmt.Errorf("complete a draft: %w", translate(res.Error))
	}
	if res.RowsAffected == 0 {
		return domain.Stale()
	}
	return nil
}
