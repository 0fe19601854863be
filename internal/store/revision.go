package store

import (
	"context"
	"time"

	"relier/internal/domain"
)

// StatesUntil reads the newest state of every object of an organization as it
// was recorded before a moment; what had been removed by then is left out. The
// order is that of the records.
func (s *Store) StatesUntil(ctx context.Context, org domain.OrgID, nouns []domain.Noun, before time.Time) ([]domain.Revision, error) {
	names := make([]string, len(nouns))
	for i, n := range nouns {
		names[i] = string(n)
	}
	newest := s.r(ctx).Model(&revisionRow{}).Select("MAX(seq)").
		Where("org_id = ? AND noun IN ? AND at < ?", int64(org), names, micros(before)).Group("noun, object_id")
	rows, err := all[revisionRow](s.r(ctx).Where("org_id = ? AND seq IN (?)", int64(org), newest).Order("seq"), "revision")
	if err != nil {
		return nil, err
	}
	out := make([]domain.Revision, 0, len(rows))
	for _, r := range rows {
		if r.State == "null" {
			continue
		}
		out = append(out, domain.Revision{Org: org, Noun: domain.Noun(r.Noun), Object: r.ObjectID, At: moment(r.At), State: []byte(r.State)})
	}
	return out, nil
}
