package store

import (
	"context"
	"fmt"
	"time"

	"relier/internal/domain"
)

type evidenceTextRow struct {
	OrgID      int64
	VersionID  int64
	EvidenceID int64
	State      string
	Reason     string
	Text       string
	ReadAt     int64
	Digest     string // see derived
}

// sealed is the row with its digest.
func (r evidenceTextRow) sealed() evidenceTextRow {
	r.Digest, _ = derivedDigest("evidence_texts", map[string]any{"org_id": r.OrgID, "version_id": r.VersionID, "evidence_id": r.EvidenceID,
		"state": r.State, "reason": r.Reason, "text": r.Text, "read_at": r.ReadAt}) // these kinds of values have one
	return r
}

func (evidenceTextRow) TableName() string { return "evidence_texts" }

func (r evidenceTextRow) domain() domain.EvidenceText {
	return domain.EvidenceText{Org: domain.OrgID(r.OrgID), Version: domain.VersionID(r.VersionID), Evidence: domain.EvidenceID(r.EvidenceID),
		State: domain.TextState(r.State), Reason: r.Reason, Text: r.Text}
}

// queueText puts the file of a new version into the queue of those to read. What
// was read in the version before is forgotten: the search finds the newest only.
func (s *Store) queueText(ctx context.Context, v domain.EvidenceVersion) error {
	if err := s.w(ctx).Where("org_id = ? AND evidence_id = ?", int64(v.Org), int64(v.Evidence)).Delete(&evidenceTextRow{}).Error; err != nil {
		return fmt.Errorf("forget a text: %w", translate(err))
	}
	if v.Blob.SHA256.IsZero() {
		return nil
	}
	row := evidenceTextRow{OrgID: int64(v.Org), VersionID: int64(v.ID), EvidenceID: int64(v.Evidence), State: string(domain.TextUnread)}.sealed()
	return insert(ctx, s, domain.NounEvidence, &row)
}

// UnreadVersions lists the next files to read of any organization, the newest
// first.
func (s *Store) UnreadVersions(ctx context.Context, most int) ([]domain.EvidenceVersion, error) {
	q := s.r(ctx).Table("evidence_versions v").Select("v.*").
		Joins("JOIN evidence_texts t ON t.org_id = v.org_id AND t.version_id = v.id").
		Where("t.state = 'unread'").Order("t.version_id DESC").Limit(most)
	rows, err := all[evidenceVersionRow](q, domain.NounEvidence)
	return each(rows, err, evidenceVersionRow.domain)
}

// PutText keeps what was read of a version, unless a newer one came meanwhile or
// it was read before, and lets the search know.
func (s *Store) PutText(ctx context.Context, t domain.EvidenceText, at time.Time) error {
	row := evidenceTextRow{OrgID: int64(t.Org), VersionID: int64(t.Version), EvidenceID: int64(t.Evidence), State: string(t.State), Reason: t.Reason, Text: t.Text, ReadAt: micros(at)}.sealed()
	res := s.w(ctx).Model(&evidenceTextRow{}).Where("org_id = ? AND version_id = ? AND evidence_id = ? AND state = ?", row.OrgID, row.VersionID, row.EvidenceID, string(domain.TextUnread)).
		Updates(map[string]any{"state": row.State, "reason": row.Reason, "text": row.Text, "read_at": row.ReadAt, "digest": row.Digest})
	if res.Error != nil {
		return fmt.Errorf("keep a text: %w", translate(res.Error))
	}
	if res.RowsAffected == 0 {
		return nil
	}
	return s.Index(ctx, t.Org, domain.NounEvidence, int64(t.Evidence))
}

// EvidenceText reads what is known of the words in an item's file; the zero
// value for an item without one.
func (s *Store) EvidenceText(ctx context.Context, org domain.OrgID, id domain.EvidenceID) (domain.EvidenceText, error) {
	var rows []evidenceTextRow
	err := s.r(ctx).Select("org_id, version_id, evidence_id, state, reason").Where("org_id = ? AND evidence_id = ?", int64(org), int64(id)).Find(&rows).Error
	if err != nil || len(rows) == 0 {
		return domain.EvidenceText{}, translate(err)
	}
	return rows[0].domain(), nil
}
