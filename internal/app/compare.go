package app

import (
	"cmp"
	"context"
	"slices"

	"relier/internal/domain"
)

// Comparison is what differs between two days of an engagement. What is the same
// on both is counted, not listed.
type Comparison struct {
	From, To  Dashboard            // only their counts
	Reliances []RelianceDifference // fallen first, then new, risen, moved
	Controls  []ControlDifference  // of bucket, in the order of codes
	Owners    []ControlDifference  // of owner
	SoA       []SoAChange
	Same      struct{ Reliances, Controls, Owners, SoA int }
}

// Direction is which way a reliance went.
type Direction string

const (
	DirectionFallen Direction = "fallen" // lapsed, refused, or on a lower rung
	DirectionNew    Direction = "new"    // not claimed on the first day
	DirectionRisen  Direction = "risen"  // on a higher rung
	DirectionMoved  Direction = "moved"  // another state or gate on the same rung
)

// Directions lists the directions, the gravest first.
var Directions = []Direction{DirectionFallen, DirectionNew, DirectionRisen, DirectionMoved}

// RelianceDifference is a reliance on two days; Before is nil where it was new.
type RelianceDifference struct {
	Direction Direction
	Before    *RelianceView
	After     RelianceView
	Causes    []domain.Reason // of the fall
}

// ControlDifference is a control on two days; Before is nil where it did not exist.
type ControlDifference struct {
	Before *domain.ControlSummary
	After  domain.ControlSummary
}

// Compare tells what changed in an engagement between the ends of two days, gone
// by or to come: on a day to come, by the passing of time alone.
func (a *App) Compare(ctx context.Context, actor domain.Actor, e domain.Engagement, from, to domain.Date) (Comparison, error) {
	var c Comparison
	if err := actor.Allow(domain.ActRead); err != nil {
		return c, err
	}
	before, err := a.AsOf(from).wholeWorld(ctx, e)
	if err != nil {
		return c, err
	}
	after, err := a.AsOf(to).wholeWorld(ctx, e)
	if err != nil {
		return c, err
	}
	c.compareReliances(before, after)
	c.compareControls(before, after)
	c.SoA = soaChanges(before.entries, after.entries)
	c.Same.SoA = len(after.entries) - len(c.SoA)
	return c, nil
}

func (a *App) wholeWorld(ctx context.Context, e domain.Engagement) (*world, error) {
	w, err := a.world(ctx, a.store, e, 0)
	if err != nil {
		return nil, err
	}
	return w, a.addFacts(ctx, w, 0)
}

func (c *Comparison) compareReliances(before, after *world) {
	were := map[domain.RelianceID]RelianceView{}
	for _, v := range before.views() {
		were[v.Reliance.ID] = v
	}
	for _, v := range after.views() {
		d := RelianceDifference{After: v, Direction: DirectionNew}
		if was, there := were[v.Reliance.ID]; there {
			d.Before, d.Direction = &was, direction(was, v)
		}
		switch {
		case d.Direction == "":
			c.Same.Reliances++
			continue
		case d.Direction == DirectionFallen:
			d.Causes = fallCauses(v)
		}
		c.Reliances = append(c.Reliances, d)
	}
	slices.SortStableFunc(c.Reliances, func(x, y RelianceDifference) int {
		return cmp.Or(cmp.Compare(place(Directions, x.Direction), place(Directions, y.Direction)),
			compareControls(x.After.Control, y.After.Control), compareServices(x.After.Service, y.After.Service))
	})
}

// direction is "" where neither state, rung nor first failing gate differs.
func direction(was, now RelianceView) Direction {
	fell := func(s domain.RelianceState) bool { return s == domain.RelianceLapsed || s == domain.RelianceRefused }
	climb := place(domain.Rungs, now.Verdict.Rung) - place(domain.Rungs, was.Verdict.Rung)
	wasGate, _ := was.Verdict.FirstFailed()
	gate, _ := now.Verdict.FirstFailed()
	switch {
	case now.Standing() != was.Standing() && fell(now.Standing()), climb < 0:
		return DirectionFallen
	case climb > 0:
		return DirectionRisen
	case now.Standing() != was.Standing() || gate.Gate != wasGate.Gate:
		return DirectionMoved
	}
	return ""
}

// fallCauses are why a reliance fell: as recorded, as it would be by a day to
// come, or as its first failing gate has it.
func fallCauses(v RelianceView) []domain.Reason {
	if len(v.WouldLapse) > 0 {
		return v.WouldLapse
	}
	if v.Reliance.State == domain.RelianceLapsed {
		return v.Reliance.LapseCauses
	}
	gate, _ := v.Verdict.FirstFailed()
	return gate.Causes
}

func (c *Comparison) compareControls(before, after *world) {
	were := map[domain.ControlID]domain.ControlSummary{}
	then, now := before.readiness(), after.readiness()
	c.From.count(before.on, then)
	c.To.count(after.on, now)
	for _, s := range then {
		were[s.Control.ID] = s
	}
	for _, s := range now {
		d := ControlDifference{After: s}
		if was, there := were[s.Control.ID]; there {
			d.Before = &was
		}
		c.Controls, c.Same.Controls = differs(c.Controls, c.Same.Controls, d, func(s domain.ControlSummary) domain.Bucket { return s.Bucket })
		c.Owners, c.Same.Owners = differs(c.Owners, c.Same.Owners, d, func(s domain.ControlSummary) domain.PersonID { return s.OwnerID })
	}
}

// differs adds a control to those that differ in a property, or to the count of
// those that do not.
func differs[T comparable](list []ControlDifference, same int, d ControlDifference, of func(domain.ControlSummary) T) ([]ControlDifference, int) {
	var none T
	was := none
	if d.Before != nil {
		was = of(*d.Before)
	}
	if was == of(d.After) {
		return list, same + 1
	}
	return append(list, d), same
}
