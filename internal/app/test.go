package app

import (
	"context"
	"strconv"

	"relier/internal/catalog"
	"relier/internal/domain"
)

func itoa(n int) string { return strconv.Itoa(n) }

// ConcludeTest records a concluded test of a control. The tester of a control
// is not its owner, unless nobody else could test and a reason says so.
func (a *App) ConcludeTest(ctx context.Context, actor domain.Actor, e domain.Engagement, t domain.Test) (domain.Test, error) {
	if err := actor.Allow(domain.ActTestConclude); err != nil {
		return t, err
	}
	t.Org, t.Engagement, t.Tester = actor.Org, e.ID, actor.Person
	t.Objective, t.Note, t.Override = domain.Clean(t.Objective), domain.Clean(t.Note), domain.Clean(t.Override)
	if err := t.Check(); err != nil {
		return t, err
	}
	err := a.change(ctx, actor, func(c change) error {
		control, err := c.Control(ctx, actor.Org, t.Control)
		if err != nil {
			return err
		}
		owner, err := c.CurrentOwnership(ctx, actor.Org, t.Control)
		if err != nil && !domain.IsNotFound(err) {
			return err
		}
		if err := c.mayOverride(owner.Person, "error.test.own_control", t.Override); err != nil {
			return err
		}
		if owner.Person != actor.Person {
			t.Override = ""
		}
		t.At = c.at
		if err := c.AddTest(ctx, &t); err != nil {
			return err
		}
		return c.record("test."+string(t.Conclusion), domain.NounTest, int64(t.ID), e.ID, control.Code, t)
	})
	return t, err
}

// Procedures are ways to test requirements, as far as there are any.
func Procedures(requirements []domain.Requirement) (out []domain.Procedure) {
	for _, r := range requirements {
		if p, ok := catalog.Procedure(r.Ref); ok {
			out = append(out, p)
		}
	}
	return out
}
