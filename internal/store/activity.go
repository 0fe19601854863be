package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"gorm.io/gorm"

	"relier/internal/domain"
)

type activityRow struct {
	Seq          int64 `gorm:"primaryKey"`
	OrgID        int64
	EngagementID *int64
	At           int64
	ActorID      *int64
	Verb         string
	Noun         string
	ObjectID     int64
	Label        string
	Digest       []byte
}

func (activityRow) TableName() string { return "activity" }

func (r activityRow) domain() domain.Activity {
	return domain.Activity{Seq: r.Seq, Org: domain.OrgID(r.OrgID), Engagement: deref[domain.EngagementID](r.EngagementID),
		At: moment(r.At), Actor: deref[domain.PersonID](r.ActorID), Verb: r.Verb, Noun: domain.Noun(r.Noun),
		Object: r.ObjectID, Label: r.Label, Digest: digest(r.Digest)}
}

// activityView is a record with its actor's name, and the state that a lapse or a decision left.
type activityView struct {
	Row       activityRow `gorm:"embedded"`
	ActorName string
	State     string
}

func (v activityView) domain() domain.Activity {
	a := v.Row.domain()
	a.ActorName = v.ActorName
	var left struct {
		Causes     []domain.Reason `json:"lapse_causes"`
		OnBehalfOf string          `json:"on_behalf_of"`
	}
	if v.State != "" && json.Unmarshal([]byte(v.State), &left) == nil {
		if a.Verb == "reliance.lapsed" {
			a.Causes = left.Causes
		} else {
			a.OnBehalfOf = left.OnBehalfOf
		}
	}
	return a
}

// viewed joins records with what activityView adds to them.
func viewed(q *gorm.DB) *gorm.DB {
	return q.Select("activity.*, COALESCE(p.name, '') AS actor_name, COALESCE(r.state, '') AS state").
		Joins("LEFT JOIN people p ON p.id = activity.actor_id").
		Joins("LEFT JOIN revisions r ON r.seq = activity.seq AND activity.verb IN ('reliance.lapsed', 'reliance.accepted', 'reliance.refused')")
}

type revisionRow struct {
	Seq      int64 `gorm:"primaryKey;autoIncrement:false"`
	OrgID    int64
	Noun     string
	ObjectID int64
	At       int64
	State    string
}

func (revisionRow) TableName() string { return "revisions" }

// AppendActivity adds a record with the object's state after the change. It is
// the last statement of a use-case's transaction: no record, no change.
func (s *Store) AppendActivity(ctx context.Context, a *domain.Activity, state []byte) error {
	if !s.inTx {
		return s.Tx(ctx, func(tx *Store) error { return tx.AppendActivity(ctx, a, state) })
	}
	row := activityRow{0, int64(a.Org), ref(a.Engagement), micros(a.At), ref(a.Actor), a.Verb, string(a.Noun), a.Object, a.Label, a.Digest[:]}
	if err := s.w(ctx).Create(&row).Error; err != nil {
		return fmt.Errorf("record activity: %w", translate(err))
	}
	a.Seq = row.Seq
	rev := revisionRow{row.Seq, row.OrgID, row.Noun, row.ObjectID, row.At, string(state)}
	if err := s.w(ctx).Create(&rev).Error; err != nil {
		return fmt.Errorf("record a revision: %w", translate(err))
	}
	recorded := *a
	s.log.acts = append(s.log.acts, &recorded)
	return nil
}

// FindActivity lists one page of the records, the newest first.
func (s *Store) FindActivity(ctx context.Context, org domain.OrgID, f domain.ActivityFilter) (domain.List[domain.Activity], error) {
	out := domain.List[domain.Activity]{Page: f.Page}
	var total int64
	if err := s.activityWhere(ctx, org, f).Count(&total).Error; err != nil {
		return out, fmt.Errorf("count activity: %w", translate(err))
	}
	q := viewed(s.activityWhere(ctx, org, f)).Order("activity.seq DESC").Offset(f.Page.Offset()).Limit(f.Page.Limit())
	rows, err := all[activityView](q, "activity")
	out.Total = int(total)
	out.Rows, err = each(rows, err, activityView.domain)
	return out, err
}

// likely makes what somebody typed a plain text within LIKE.
var likely = strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`)

func (s *Store) activityWhere(ctx context.Context, org domain.OrgID, f domain.ActivityFilter) *gorm.DB {
	q := s.r(ctx).Model(&activityRow{}).Where("activity.org_id = ?", int64(org))
	if f.Engagement != 0 {
		q = q.Where("(activity.engagement_id IS NULL OR activity.engagement_id = ?)", int64(f.Engagement))
	}
	if f.Person != 0 {
		q = q.Where("activity.actor_id = ?", int64(f.Person))
	}
	if f.Noun != "" {
		q = q.Where("activity.noun = ?", string(f.Noun))
	}
	if f.Object != 0 {
		q = q.Where("activity.object_id = ?", f.Object)
	}
	if f.Label != "" {
		q = q.Where(`LOWER(activity.label) LIKE ? ESCAPE '\'`, "%"+likely.Replace(strings.ToLower(f.Label))+"%")
	}
	if f.Verb != "" {
		q = q.Where(`activity.verb LIKE ? ESCAPE '\'`, "%."+likely.Replace(f.Verb))
	}
	if f.From != 0 {
		q = q.Where("activity.at >= ?", micros(f.From.Time()))
	}
	if f.To != 0 {
		q = q.Where("activity.at < ?", micros(f.To.AddDays(1).Time()))
	}
	return q
}

// Revisions lists the states of one object, the newest first.
func (s *Store) Revisions(ctx context.Context, org domain.OrgID, noun domain.Noun, object int64) ([]domain.Revision, error) {
	q := s.r(ctx).Where("org_id = ? AND noun = ? AND object_id = ?", int64(org), string(noun), object).Order("seq DESC")
	rows, err := all[revisionRow](q, noun)
	return each(rows, err, func(r revisionRow) domain.Revision {
		return domain.Revision{Org: org, Noun: noun, Object: object, At: moment(r.At), State: []byte(r.State)}
	})
}

// ActivityRecord reads one record of an organization.
func (s *Store) ActivityRecord(ctx context.Context, org domain.OrgID, seq int64) (domain.Activity, error) {
	q := viewed(s.r(ctx).Model(&activityRow{}).Where("activity.org_id = ? AND activity.seq = ?", int64(org), seq))
	row, err := take[activityView](q, "activity")
	return one(row, err, activityView.domain)
}

// ActivityBefore lists the newest records before a sequence, for going through
// all of them; 0 begins with the newest.
func (s *Store) ActivityBefore(ctx context.Context, org domain.OrgID, f domain.ActivityFilter, before int64, most int) ([]domain.Activity, error) {
	q := s.activityWhere(ctx, org, f)
	if before > 0 {
		q = q.Where("activity.seq < ?", before)
	}
	rows, err := all[activityView](viewed(q).Order("activity.seq DESC").Limit(most), "activity")
	return each(rows, err, activityView.domain)
}
