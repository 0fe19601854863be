package store

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"relier/internal/domain"
)

// keptWhere narrows the library by how long its items hold, how widely they may
// travel, and who holds them.
func keptWhere(q *gorm.DB, f domain.EvidenceFilter) *gorm.DB {
	if f.Without != 0 {
		q = q.Where(`NOT EXISTS (SELECT 1 FROM evidence_controls ec WHERE ec.org_id = evidence.org_id AND ec.evidence_id = evidence.id AND ec.control_id = ?)`, int64(f.Without))
	}
	if f.Held {
		q = q.Where("evidence.held")
	}
	q = runningOut(q, f.ExpiresBy, false)
	if len(f.IDs) > 0 {
		q = q.Where("evidence.id IN ?", f.IDs)
	}
	if f.NotAuthor != 0 {
		q = q.Where("evidence.author_id <> ?", int64(f.NotAuthor))
	}
	return q
}

// runningOut asks for items that run out no later than a day; 0 asks for nothing.
// Tested, the day is an expression, which no index holds: another one is walked.
func runningOut(q *gorm.DB, by domain.Date, tested bool) *gorm.DB {
	column := "evidence.expires"
	if tested {
		column += " || ''"
	}
	if by == 0 {
		return q
	}
	return q.Where(column+" <> '' AND "+column+" <= ? AND evidence.state NOT IN ('draft', 'returned', 'expired')", by.String())
}

// OwnersOf maps items to those who own a control that they speak for.
func (s *Store) OwnersOf(ctx context.Context, org domain.OrgID, ids []domain.EvidenceID) (map[domain.EvidenceID][]domain.PersonID, error) {
	var rows []struct{ EvidenceID, PersonID int64 }
	err := s.r(ctx).Table("evidence_controls ec").Select("DISTINCT ec.evidence_id, o.person_id").
		Joins("JOIN ownerships o ON o.org_id = ec.org_id AND o.control_id = ec.control_id AND o.state <> ?", string(domain.OwnershipEnded)).
		Where("ec.org_id = ? AND ec.evidence_id IN ?", int64(org), ids).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read the owners of evidence: %w", translate(err))
	}
	out := map[domain.EvidenceID][]domain.PersonID{}
	for _, r := range rows {
		id := domain.EvidenceID(r.EvidenceID)
		out[id] = append(out[id], domain.PersonID(r.PersonID))
	}
	return out, nil
}

// EvidenceDue lists the items that run out or are due for renewal no later than a
// day, or whose period touches one; drafts promise nothing yet.
func (s *Store) EvidenceDue(ctx context.Context, org domain.OrgID, until domain.Date) ([]domain.Evidence, error) {
	q := s.r(ctx).Where(`org_id = ? AND (due <> '' AND due <= ? OR expires <> '' AND expires <= ?) AND state <> ?`,
		int64(org), until.String(), until.String(), string(domain.EvidenceDraft)).Order("due, number")
	rows, err := all[evidenceRow](q, domain.NounEvidence)
	return each(rows, err, evidenceRow.domain)
}

// EvidenceExpiring lists the items whose last day is within some days, and of
// which a version was accepted: so many, the first of them or the last.
func (s *Store) EvidenceExpiring(ctx context.Context, org domain.OrgID, p domain.Period, most int, last bool) ([]domain.Evidence, error) {
	order := "expires, id"
	if last {
		order = "expires DESC, id DESC"
	}
	q := s.r(ctx).Where(`org_id = ? AND expires >= ? AND expires <= ? AND (state IN ('accepted', 'expired') OR state = 'submitted' AND EXISTS
		(SELECT 1 FROM reviews rv WHERE rv.org_id = evidence.org_id AND rv.evidence_id = evidence.id AND rv.verdict = 'accepted'))`,
		int64(org), p.From.String(), p.To.String()).Order(order).Limit(most)
	rows, err := all[evidenceRow](q, domain.NounEvidence)
	return each(rows, err, evidenceRow.domain)
}

// EvidenceEnding lists the items whose period ends within some days.
func (s *Store) EvidenceEnding(ctx context.Context, org domain.OrgID, p domain.Period, most int) ([]domain.Evidence, error) {
	q := s.r(ctx).Where("org_id = ? AND period_to >= ? AND period_to <= ?", int64(org), p.From.String(), p.To.String()).
		Order("period_to, number").Limit(most)
	rows, err := all[evidenceRow](q, domain.NounEvidence)
	return each(rows, err, evidenceRow.domain)
}

// RunOut lists the accepted items whose last day has gone by.
func (s *Store) RunOut(ctx context.Context, org domain.OrgID, today domain.Date) ([]domain.Evidence, error) {
	q := s.r(ctx).Where("org_id = ? AND expires <> '' AND expires < ? AND state = ?", int64(org), today.String(), string(domain.EvidenceAccepted)).Order("id")
	rows, err := all[evidenceRow](q, domain.NounEvidence)
	return each(rows, err, evidenceRow.domain)
}

// PacksCiting lists the packs sealed at or after a moment: a pack names every
// version that the organization had. The moment of its record is after all that
// was read for it.
func (s *Store) PacksCiting(ctx context.Context, org domain.OrgID, since time.Time) ([]domain.PackCitation, error) {
	type citation struct {
		Row      packRow `gorm:"embedded"`
		RecordAt int64
		Eng      string
	}
	q := s.r(ctx).Table("packs").Select("packs.*, a.at AS record_at, e.code AS eng").
		Joins("JOIN activity a ON a.org_id = packs.org_id AND a.noun = ? AND a.object_id = packs.id AND a.verb = ?", string(domain.NounPack), "pack.sealed").
		Joins("JOIN engagements e ON e.org_id = packs.org_id AND e.id = packs.engagement_id").
		Where("packs.org_id = ? AND a.at >= ?", int64(org), micros(since)).Order("packs.id DESC")
	rows, err := all[citation](q, domain.NounPack)
	return each(rows, err, func(r citation) domain.PackCitation {
		return domain.PackCitation{Pack: r.Row.domain(), Engagement: r.Eng, Recorded: moment(r.RecordAt)}
	})
}

type removalRow struct {
	OrgID      int64 `gorm:"primaryKey;autoIncrement:false"`
	EvidenceID int64 `gorm:"primaryKey;autoIncrement:false"`
	Number     int
	Title      string
	Versions   string
	Reviews    string
	Reason     string
	RemovedBy  int64
	RemovedAt  int64
}

func (removalRow) TableName() string { return "evidence_removals" }

func (r removalRow) domain() domain.Removal {
	return domain.Removal{Org: domain.OrgID(r.OrgID), Evidence: domain.EvidenceID(r.EvidenceID), Number: r.Number, Title: r.Title,
		Versions: unlist[domain.RemovedVersion](r.Versions), Reviews: unlist[domain.RemovedReview](r.Reviews), Reason: r.Reason,
		By: domain.PersonID(r.RemovedBy), At: moment(r.RemovedAt)}
}

// RemoveEvidence records the removal of an item and deletes its rows. The bytes
// are left to the sweeper.
func (s *Store) RemoveEvidence(ctx context.Context, r domain.Removal) error {
	row := removalRow{int64(r.Org), int64(r.Evidence), r.Number, r.Title, list(r.Versions), list(r.Reviews), r.Reason, int64(r.By), micros(r.At)}
	if err := insert(ctx, s, domain.NounEvidence, &row); err != nil {
		return err
	}
	for _, gone := range []struct {
		row    any
		column string
	}{{&evidenceScanRow{}, "evidence_id"}, {&reviewRow{}, "evidence_id"}, {&evidenceControlRow{}, "evidence_id"}, {&evidenceVersionRow{}, "evidence_id"}, {&evidenceRow{}, "id"}} {
		if err := s.w(ctx).Where("org_id = ? AND "+gone.column+" = ?", row.OrgID, row.EvidenceID).Delete(gone.row).Error; err != nil {
			return fmt.Errorf("delete evidence: %w", translate(err))
		}
	}
	return nil
}

// Removal reads what stays of a deleted item; none is a not-found error.
func (s *Store) Removal(ctx context.Context, org domain.OrgID, id domain.EvidenceID) (domain.Removal, error) {
	row, err := take[removalRow](s.r(ctx).Where("org_id = ? AND evidence_id = ?", int64(org), int64(id)), domain.NounEvidence)
	return one(row, err, removalRow.domain)
}

// Removals lists what stays of every deleted item of an organization.
func (s *Store) Removals(ctx context.Context, org domain.OrgID) ([]domain.Removal, error) {
	rows, err := all[removalRow](s.r(ctx).Where("org_id = ?", int64(org)).Order("number"), domain.NounEvidence)
	return each(rows, err, removalRow.domain)
}

type sightingRow struct {
	OrgID      int64  `gorm:"primaryKey;autoIncrement:false"`
	EvidenceID int64  `gorm:"primaryKey;autoIncrement:false"`
	Number     int    `gorm:"primaryKey;autoIncrement:false"`
	PersonID   int64  `gorm:"primaryKey;autoIncrement:false"`
	Kind       string `gorm:"primaryKey"`
	Day        string `gorm:"primaryKey"`
	Times      int
}

func (sightingRow) TableName() string { return "evidence_sightings" }

// CountSightings adds what was seen to what the day has already.
func (s *Store) CountSightings(ctx context.Context, seen []domain.Sighting) error {
	rows := make([]sightingRow, len(seen))
	for i, v := range seen {
		rows[i] = sightingRow{int64(v.Org), int64(v.Evidence), v.Number, int64(v.Person), string(v.Kind), v.Day.String(), v.Times}
	}
	if len(rows) == 0 {
		return nil
	}
	add := clause.OnConflict{
		Columns:   []clause.Column{{Name: "org_id"}, {Name: "evidence_id"}, {Name: "number"}, {Name: "person_id"}, {Name: "kind"}, {Name: "day"}},
		DoUpdates: clause.Assignments(map[string]any{"times": gorm.Expr("evidence_sightings.times + excluded.times")}),
	}
	if err := s.w(ctx).Clauses(add).CreateInBatches(&rows, 100).Error; err != nil {
		return fmt.Errorf("count who saw evidence: %w", translate(err))
	}
	return nil
}

// Sightings lists who saw an item, the newest day first.
func (s *Store) Sightings(ctx context.Context, org domain.OrgID, id domain.EvidenceID) ([]domain.Sighting, error) {
	q := s.r(ctx).Where("org_id = ? AND evidence_id = ?", int64(org), int64(id)).Order("day DESC, person_id, number DESC, kind").Limit(500)
	rows, err := all[sightingRow](q, domain.NounEvidence)
	return each(rows, err, func(r sightingRow) domain.Sighting {
		return domain.Sighting{Org: org, Evidence: id, Number: r.Number, Person: domain.PersonID(r.PersonID),
			Kind: domain.SightingKind(r.Kind), Day: day(r.Day), Times: r.Times}
	})
}
