package store

import (
	"context"
	"fmt"

	"relier/internal/domain"
)

type requestRow struct {
	ID           int64
	OrgID        int64
	EngagementID int64
	Number       int
	What         string
	Detail       string
	PeriodFrom   string
	PeriodTo     string
	Format       string
	Example      string
	Due          string
	AssigneeID   *int64
	State        string
	AuthorID     int64
	External     bool
	Created      int64 `gorm:"column:created_at"`
	SentAt       int64
	Reason       string
	Folded       string
	Version      int
}

func (requestRow) TableName() string { return "requests" }

func (r requestRow) domain() domain.Request {
	return domain.Request{ID: domain.RequestID(r.ID), Org: domain.OrgID(r.OrgID), Engagement: domain.EngagementID(r.EngagementID), Number: r.Number,
		What: r.What, Detail: r.Detail, Period: days(r.PeriodFrom, r.PeriodTo), Format: r.Format, Example: r.Example, Due: day(r.Due),
		Assignee: deref[domain.PersonID](r.AssigneeID), State: domain.RequestState(r.State), Author: domain.PersonID(r.AuthorID), External: r.External,
		CreatedAt: moment(r.Created), SentAt: moment(r.SentAt), Reason: r.Reason, Version: r.Version}
}

func requestOf(v domain.Request) requestRow {
	return requestRow{int64(v.ID), int64(v.Org), int64(v.Engagement), v.Number, v.What, v.Detail, v.Period.From.String(), v.Period.To.String(),
		v.Format, v.Example, v.Due.String(), ref(v.Assignee), string(v.State), int64(v.Author), v.External, micros(v.CreatedAt), micros(v.SentAt), v.Reason,
		Fold(v.What + " " + v.Detail + " " + v.Code()), v.Version}
}

// CreateRequest adds a request under the organization's next number.
func (s *Store) CreateRequest(ctx context.Context, v *domain.Request) error {
	err := s.w(ctx).Model(&requestRow{}).Where("org_id = ?", int64(v.Org)).Select("COALESCE(MAX(number), 0) + 1").Scan(&v.Number).Error
	if err != nil {
		return fmt.Errorf("number a request: %w", translate(err))
	}
	v.Version = 1
	row := requestOf(*v)
	if err := insert(ctx, s, domain.NounRequest, &row); err != nil {
		return err
	}
	v.ID = domain.RequestID(row.ID)
	return s.linkRequest(ctx, *v)
}

// UpdateRequest replaces a request at the version its editor saw, and the
// controls it is about.
func (s *Store) UpdateRequest(ctx context.Context, v *domain.Request) error {
	row := requestOf(*v)
	row.Version++
	if err := replace(ctx, s, domain.NounRequest, &row, v.Org, row.ID, v.Version); err != nil {
		return err
	}
	v.Version = row.Version
	return s.linkRequest(ctx, *v)
}

type requestControlRow struct {
	OrgID     int64
	RequestID int64
	ControlID int64
}

func (requestControlRow) TableName() string { return "request_controls" }

func (s *Store) linkRequest(ctx context.Context, v domain.Request) error {
	if err := s.w(ctx).Where("org_id = ? AND request_id = ?", int64(v.Org), int64(v.ID)).Delete(&requestControlRow{}).Error; err != nil {
		return fmt.Errorf("link a request: %w", translate(err))
	}
	rows := make([]requestControlRow, len(v.Controls))
	for i, c := range v.Controls {
		rows[i] = requestControlRow{int64(v.Org), int64(v.ID), int64(c)}
	}
	return insertAll(ctx, s, domain.NounRequest, rows)
}

// Request reads one request with its controls.
func (s *Store) Request(ctx context.Context, org domain.OrgID, id domain.RequestID) (domain.Request, error) {
	row, err := byID[requestRow](ctx, s, domain.NounRequest, org, int64(id))
	v, err := one(row, err, requestRow.domain)
	if err != nil {
		return v, err
	}
	links, err := all[requestControlRow](s.r(ctx).Where("org_id = ? AND request_id = ?", int64(org), int64(id)).Order("control_id"), domain.NounRequest)
	for _, l := range links {
		v.Controls = append(v.Controls, domain.ControlID(l.ControlID))
	}
	return v, err
}

// Requests reads every request of an engagement by number, with its controls.
func (s *Store) Requests(ctx context.Context, org domain.OrgID, e domain.EngagementID) (map[int]domain.Request, error) {
	rows, err := all[requestRow](s.r(ctx).Where("org_id = ? AND engagement_id = ?", int64(org), int64(e)), domain.NounRequest)
	if err != nil {
		return nil, err
	}
	links, err := all[requestControlRow](s.r(ctx).Where("org_id = ?", int64(org)).Order("request_id, control_id"), domain.NounRequest)
	controls := map[int64][]domain.ControlID{}
	for _, l := range links {
		controls[l.RequestID] = append(controls[l.RequestID], domain.ControlID(l.ControlID))
	}
	out := make(map[int]domain.Request, len(rows))
	for _, r := range rows {
		v := r.domain()
		v.Controls = controls[r.ID]
		out[v.Number] = v
	}
	return out, err
}

// ControlsOfRequest lists the controls that a request is about, in the order of
// their codes.
func (s *Store) ControlsOfRequest(ctx context.Context, org domain.OrgID, id domain.RequestID) ([]domain.Control, error) {
	q := s.r(ctx).Where(`org_id = ? AND id IN (SELECT control_id FROM request_controls rc WHERE rc.org_id = ? AND rc.request_id = ?)`,
		int64(org), int64(org), int64(id)).Order("sort_key, id")
	rows, err := all[controlRow](q, domain.NounControl)
	if err != nil {
		return nil, err
	}
	return s.withRequirements(ctx, org, rows)
}

// OwnsControlOf reports whether a person owns one of a request's controls now.
func (s *Store) OwnsControlOf(ctx context.Context, org domain.OrgID, id domain.RequestID, person domain.PersonID) (bool, error) {
	var n int64
	err := s.r(ctx).Model(&ownershipRow{}).Where(`org_id = ? AND person_id = ? AND state <> 'ended' AND control_id IN
		(SELECT control_id FROM request_controls rc WHERE rc.org_id = ? AND rc.request_id = ?)`, int64(org), int64(person), int64(org), int64(id)).Count(&n).Error
	if err != nil {
		return false, fmt.Errorf("read who owns what a request is about: %w", translate(err))
	}
	return n > 0, nil
}

type requestReminderRow struct {
	ID        int64
	OrgID     int64
	RequestID int64
	PersonID  *int64
	ByID      int64
	At        int64
}

func (requestReminderRow) TableName() string { return "request_reminders" }

// AddReminder appends that somebody was chased.
func (s *Store) AddReminder(ctx context.Context, org domain.OrgID, v domain.RequestReminder) error {
	row := requestReminderRow{0, int64(org), int64(v.Request), ref(v.Person), int64(v.By), micros(v.At)}
	return insert(ctx, s, domain.NounRequest, &row)
}

// Reminders lists when a request was chased, the newest first.
func (s *Store) Reminders(ctx context.Context, org domain.OrgID, id domain.RequestID) ([]domain.RequestReminder, error) {
	type viewRow struct {
		Row      requestReminderRow `gorm:"embedded"`
		ByName   string
		ToPerson string
	}
	q := s.r(ctx).Table("request_reminders").Select("request_reminders.*, b.name AS by_name, COALESCE(p.name, '') AS to_person").
		Joins("JOIN people b ON b.id = request_reminders.by_id").Joins("LEFT JOIN people p ON p.id = request_reminders.person_id").
		Where("request_reminders.org_id = ? AND request_id = ?", int64(org), int64(id)).Order("request_reminders.id DESC")
	rows, err := all[viewRow](q, domain.NounRequest)
	return each(rows, err, func(r viewRow) domain.RequestReminder {
		return domain.RequestReminder{Request: domain.RequestID(r.Row.RequestID), Person: deref[domain.PersonID](r.Row.PersonID),
			By: domain.PersonID(r.Row.ByID), At: moment(r.Row.At), ByName: r.ByName, ToPerson: r.ToPerson}
	})
}
