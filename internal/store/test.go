package store

import (
	"context"

	"relier/internal/domain"
)

type testRow struct {
	ID           int64
	OrgID        int64
	EngagementID int64
	ControlID    int64
	Objective    string
	Method       string
	Conclusion   string
	Note         string
	Override     string
	TesterID     int64
	At           int64
}

func (testRow) TableName() string { return "tests" }

func (r testRow) domain() domain.Test {
	return domain.Test{ID: domain.TestID(r.ID), Org: domain.OrgID(r.OrgID), Engagement: domain.EngagementID(r.EngagementID),
		Control: domain.ControlID(r.ControlID), Objective: r.Objective, Method: domain.TestMethod(r.Method),
		Conclusion: domain.Conclusion(r.Conclusion), Note: r.Note, Override: r.Override, Tester: domain.PersonID(r.TesterID), At: moment(r.At)}
}

// AddTest records a concluded test and sets its id.
func (s *Store) AddTest(ctx context.Context, t *domain.Test) error {
	row := testRow{0, int64(t.Org), int64(t.Engagement), int64(t.Control), t.Objective, string(t.Method), string(t.Conclusion),
		t.Note, t.Override, int64(t.Tester), micros(t.At)}
	if err := insert(ctx, s, domain.NounTest, &row); err != nil {
		return err
	}
	t.ID = domain.TestID(row.ID)
	return nil
}

// Tests lists the tests of an engagement, the newest first, narrowed to a
// control when one is given.
func (s *Store) Tests(ctx context.Context, org domain.OrgID, e domain.EngagementID, control domain.ControlID) ([]domain.TestView, error) {
	type viewRow struct {
		Row    testRow `gorm:"embedded"`
		Tester string
	}
	q := s.r(ctx).Table("tests").Select("tests.*, p.name AS tester").Joins("JOIN people p ON p.id = tests.tester_id").
		Where("tests.org_id = ? AND engagement_id = ?", int64(org), int64(e)).Order("tests.id DESC")
	if control != 0 {
		q = q.Where("control_id = ?", int64(control))
	}
	rows, err := all[viewRow](q, domain.NounTest)
	return each(rows, err, func(r viewRow) domain.TestView { return domain.TestView{Test: r.Row.domain(), Tester: r.Tester} })
}
