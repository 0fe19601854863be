package store

import (
	"context"
	"time"

	"relier/internal/domain"
)

// ControlActivity lists the newest records about a control and about everything
// that hangs on it: splits, duties, ownerships, reliances, tests. Reliances and
// tests are narrowed to one engagement, so that a page never shows another's. Only
// what was done before until counts, unless it is zero.
func (s *Store) ControlActivity(ctx context.Context, org domain.OrgID, e domain.EngagementID, control domain.ControlID, until time.Time, most int) ([]domain.Activity, error) {
	o, c, eng := int64(org), int64(control), int64(e)
	q := viewed(s.r(ctx).Model(&activityRow{})).Where("activity.org_id + 0 = ?", o). // an expression: else all records are walked
												Where(`activity.seq IN (SELECT seq FROM activity WHERE org_id = ? AND noun = 'control' AND object_id = ?
			UNION ALL SELECT seq FROM activity WHERE org_id = ? AND noun = 'split' AND object_id IN (SELECT id FROM splits WHERE org_id = ? AND control_id = ?)
			UNION ALL SELECT seq FROM activity WHERE org_id = ? AND noun = 'responsibility' AND object_id IN (SELECT id FROM responsibilities WHERE org_id = ? AND control_id = ?)
			UNION ALL SELECT seq FROM activity WHERE org_id = ? AND noun = 'ownership' AND object_id IN (SELECT id FROM ownerships WHERE org_id = ? AND control_id = ?)
			UNION ALL SELECT seq FROM activity WHERE org_id = ? AND noun = 'reliance' AND object_id IN (SELECT id FROM reliances WHERE org_id = ? AND engagement_id = ? AND control_id = ?)
			UNION ALL SELECT seq FROM activity WHERE org_id = ? AND noun = 'test' AND object_id IN (SELECT id FROM tests WHERE org_id = ? AND engagement_id = ? AND control_id = ?))`,
			o, c, o, o, c, o, o, c, o, o, c, o, o, eng, c, o, o, eng, c).
		Order("activity.seq DESC").Limit(most)
	if !until.IsZero() {
		q = q.Where("activity.at < ?", micros(until))
	}
	rows, err := all[activityView](q, "activity")
	return each(rows, err, activityView.domain)
}
