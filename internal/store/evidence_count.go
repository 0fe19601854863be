package store

import (
	"context"
	"fmt"
	"reflect"

	"relier/internal/domain"
)

// evidenceCountRow is kept by the schema's triggers.
type evidenceCountRow struct {
	OrgID      int64
	ControlID  int64
	State      string
	Kind       string
	PeriodFrom string
	PeriodTo   string
	Expires    string
	N          int64
}

func (evidenceCountRow) TableName() string { return "evidence_counts" }

// countMost is up to where items are counted that no stored number tells of.
const countMost = 10_000

// counted reports whether the stored numbers tell how many items a filter lets
// through: it asks for nothing but a state, a kind and a control.
func counted(f domain.EvidenceFilter) bool {
	f.State, f.Kind, f.Control, f.Sort, f.Desc, f.Page = "", "", 0, "", false, domain.Page{}
	return reflect.DeepEqual(f, domain.EvidenceFilter{})
}

// countEvidence counts what a filter lets through; more says that there are more
// than that. Found are the newest items that hold the filter's words, if any.
func (s *Store) countEvidence(ctx context.Context, org domain.OrgID, f domain.EvidenceFilter, found *foundEvidence) (n int, more bool, err error) {
	var total int64
	switch {
	case counted(f):
		q := s.r(ctx).Model(&evidenceCountRow{}).Where("org_id = ? AND control_id = ?", int64(org), int64(f.Control))
		if f.State != "" {
			q = q.Where("state = ?", string(f.State))
		}
		if f.Kind != "" {
			q = q.Where("kind = ?", string(f.Kind))
		}
		err = q.Select("COALESCE(SUM(n), 0)").Scan(&total).Error
	case found.whole(f):
		total = int64(len(found.ids))
	default:
		picked := s.evidenceWhere(ctx, org, f, found).Select("evidence.id").Limit(countMost + 1)
		err = s.r(ctx).Table("(?) AS picked", picked).Count(&total).Error
	}
	if err != nil {
		return 0, false, fmt.Errorf("count evidence: %w", translate(err))
	}
	if !counted(f) && total > countMost {
		return countMost, true, nil
	}
	return int(total), false, nil
}
