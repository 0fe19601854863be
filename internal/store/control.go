package store

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"relier/internal/domain"
)

type controlRow struct {
	ID             int64
	OrgID          int64
	Code           string
	SortKey        string
	Title          string
	Description    string
	Implementation string
	Folded         string
	Version        int
}

func (controlRow) TableName() string { return "controls" }

func (r controlRow) domain() domain.Control {
	return domain.Control{ID: domain.ControlID(r.ID), Org: domain.OrgID(r.OrgID), Code: r.Code, Title: r.Title,
		Description: r.Description, Implementation: domain.Implementation(r.Implementation), Version: r.Version}
}

func controlOf(c domain.Control) controlRow {
	return controlRow{int64(c.ID), int64(c.Org), c.Code, domain.SortKey(c.Code), c.Title, c.Description,
		string(c.Implementation), Fold(c.Title + " " + c.Code), c.Version}
}

type controlRequirementRow struct {
	OrgID     int64
	ControlID int64
	Edition   string
	Code      string
	Partial   bool
}

func (controlRequirementRow) TableName() string { return "control_requirements" }

// CreateControl adds a control with what it implements, and sets its id.
func (s *Store) CreateControl(ctx context.Context, c *domain.Control) error {
	c.Version = 1
	row := controlOf(*c)
	if err := insert(ctx, s, domain.NounControl, &row); err != nil {
		return err
	}
	c.ID = domain.ControlID(row.ID)
	return s.putRequirements(ctx, *c)
}

// UpdateControl replaces a control at the version its editor saw.
func (s *Store) UpdateControl(ctx context.Context, c *domain.Control) error {
	row := controlOf(*c)
	row.Version++
	if err := replace(ctx, s, domain.NounControl, &row, c.Org, row.ID, c.Version); err != nil {
		return err
	}
	err := s.w(ctx).Where("org_id = ? AND control_id = ?", row.OrgID, row.ID).Delete(&controlRequirementRow{}).Error
	if err != nil {
		return fmt.Errorf("change control: %w", translate(err))
	}
	c.Version = row.Version
	return s.putRequirements(ctx, *c)
}

func (s *Store) putRequirements(ctx context.Context, c domain.Control) error {
	rows := make([]controlRequirementRow, len(c.Requirements))
	for i, r := range c.Requirements {
		rows[i] = controlRequirementRow{int64(c.Org), int64(c.ID), string(r.Ref.Edition), r.Ref.Code, r.Partial}
	}
	return insertAll(ctx, s, domain.NounControl, rows)
}

// Control reads one control with its requirements.
func (s *Store) Control(ctx context.Context, org domain.OrgID, id domain.ControlID) (domain.Control, error) {
	row, err := byID[controlRow](ctx, s, domain.NounControl, org, int64(id))
	if err != nil {
		return domain.Control{}, err
	}
	out, err := s.withRequirements(ctx, org, []controlRow{row})
	return one(out, err, func(c []domain.Control) domain.Control { return c[0] })
}

// Controls lists every control of an organization in the order of its codes.
func (s *Store) Controls(ctx context.Context, org domain.OrgID) ([]domain.Control, error) {
	rows, err := all[controlRow](s.r(ctx).Where("org_id = ?", int64(org)).Order("sort_key, id"), domain.NounControl)
	if err != nil {
		return nil, err
	}
	return s.withRequirements(ctx, org, rows)
}

// FindControls lists one page of the controls that match the filter's words,
// theme and owner. Buckets are not the database's to know.
func (s *Store) FindControls(ctx context.Context, org domain.OrgID, f domain.ControlFilter) (domain.List[domain.Control], error) {
	out := domain.List[domain.Control]{Page: f.Page}
	var total int64
	if err := s.controlsWhere(ctx, org, f).Count(&total).Error; err != nil {
		return out, fmt.Errorf("count controls: %w", translate(err))
	}
	q := s.controlsWhere(ctx, org, f).Order(controlOrder(f)).Offset(f.Page.Offset()).Limit(f.Page.Limit())
	rows, err := all[controlRow](q, domain.NounControl)
	if err != nil {
		return out, err
	}
	out.Total = int(total)
	out.Rows, err = s.withRequirements(ctx, org, rows)
	return out, err
}

func (s *Store) controlsWhere(ctx context.Context, org domain.OrgID, f domain.ControlFilter) *gorm.DB {
	q := s.r(ctx).Model(&controlRow{}).Where("controls.org_id = ?", int64(org))
	if f.Query != "" {
		q = q.Where(`folded LIKE ? ESCAPE '\'`, contains(f.Query))
	}
	if f.Theme != "" {
		q = q.Where(`EXISTS (SELECT 1 FROM control_requirements cr WHERE cr.org_id = controls.org_id AND cr.control_id = controls.id
			AND cr.code LIKE ? AND (cr.edition = ? OR ? = ''))`, f.Theme+".%", string(f.Edition), string(f.Edition))
	}
	if f.Owner == domain.NoOwner {
		q = q.Where(`NOT EXISTS (SELECT 1 FROM ownerships o WHERE o.org_id = controls.org_id AND o.control_id = controls.id AND o.state <> 'ended')`)
	} else if f.Owner != 0 {
		q = q.Where(`EXISTS (SELECT 1 FROM ownerships o WHERE o.org_id = controls.org_id AND o.control_id = controls.id AND o.state <> 'ended' AND o.person_id = ?)`, int64(f.Owner))
	}
	return q
}

// controlOrder maps the filter's sort to columns: never text from outside.
func controlOrder(f domain.ControlFilter) string {
	column := map[string]string{"title": "folded", "owner": `(SELECT p.name FROM ownerships o JOIN people p ON p.id = o.person_id
		WHERE o.org_id = controls.org_id AND o.control_id = controls.id AND o.state <> 'ended')`}[f.Sort]
	switch {
	case column == "" && f.Desc:
		return "sort_key DESC, id DESC"
	case column == "":
		return "sort_key, id"
	case f.Desc:
		return column + " DESC, sort_key, id"
	}
	return column + ", sort_key, id"
}

func (s *Store) withRequirements(ctx context.Context, org domain.OrgID, rows []controlRow) ([]domain.Control, error) {
	out, at, ids := make([]domain.Control, len(rows)), map[int64]int{}, make([]int64, len(rows))
	for i, r := range rows {
		out[i], at[r.ID], ids[i] = r.domain(), i, r.ID
	}
	q := s.r(ctx).Where("org_id = ?", int64(org))
	reqs, err := all[controlRequirementRow](within(q, "control_id", ids), domain.NounControl)
	if err != nil {
		return nil, err
	}
	for _, r := range reqs {
		if i, ok := at[r.ControlID]; ok {
			out[i].Requirements = append(out[i].Requirements, domain.ControlRequirement{
				Ref: domain.Ref{Edition: domain.Edition(r.Edition), Code: r.Code}, Partial: r.Partial})
		}
	}
	for i := range out {
		domain.SortRequirements(out[i].Requirements)
	}
	return out, nil
}

// Neighbours returns the controls before and after one in the order of codes; 0 for none.
func (s *Store) Neighbours(ctx context.Context, org domain.OrgID, id domain.ControlID) (before, after domain.ControlID, err error) {
	row, err := byID[controlRow](ctx, s, domain.NounControl, org, int64(id))
	if err != nil {
		return 0, 0, err
	}
	next := func(cmp, order string) (domain.ControlID, error) {
		var ids []int64
		err := s.r(ctx).Model(&controlRow{}).Where("org_id = ? AND (sort_key, id) "+cmp+" (?, ?)", row.OrgID, row.SortKey, row.ID).
			Order(order).Limit(1).Pluck("id", &ids).Error
		if err != nil || len(ids) == 0 {
			return 0, translate(err)
		}
		return domain.ControlID(ids[0]), nil
	}
	if before, err = next("<", "sort_key DESC, id DESC"); err != nil {
		return 0, 0, err
	}
	after, err = next(">", "sort_key, id")
	return before, after, err
}
