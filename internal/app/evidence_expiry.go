package app

import (
	"context"

	"relier/internal/domain"
)

// settleDays gives a first version the last day that its item's cadence implies,
// and the item its days.
func settleDays(e *domain.Evidence, v *domain.EvidenceVersion) {
	v.Expires = v.LastDay(e.Cadence)
	e.Expires, e.Due = v.Expires, v.DueOn(e.Cadence)
}

// newerDays is settleDays for the newest version of an item that may have an
// accepted one: as long as that counts, its days are the item's.
func (c change) newerDays(e *domain.Evidence, v *domain.EvidenceVersion) error {
	expires, due := e.Expires, e.Due
	settleDays(e, v)
	counted, err := c.counts(e.ID)
	if err == nil && counted {
		e.Expires, e.Due = expires, due
	}
	return err
}

// counts reports whether an item's last review accepted a version.
func (c change) counts(id domain.EvidenceID) (bool, error) {
	reviews, err := c.Reviews(c.ctx, c.actor.Org, id)
	return len(reviews) > 0 && reviews[0].Review.Verdict == domain.EvidenceAccepted, err
}

// renew sets how often an item is renewed. The last days of its versions stay as
// they were submitted; only the day by which the next is due moves.
func (c change) renew(e *domain.Evidence, cadence domain.Cadence) error {
	if e.Cadence == cadence {
		return nil
	}
	v, err := c.countedVersion(e.ID)
	if err == nil {
		e.Cadence, e.Due = cadence, v.DueOn(cadence)
	}
	return err
}

// countedVersion is the version that counts: the accepted one, or the newest
// while none was accepted.
func (c change) countedVersion(id domain.EvidenceID) (domain.EvidenceVersion, error) {
	versions, err := c.EvidenceVersions(c.ctx, c.actor.Org, id)
	if err != nil {
		return domain.EvidenceVersion{}, err
	}
	reviews, err := c.Reviews(c.ctx, c.actor.Org, id)
	if err == nil && len(reviews) > 0 && reviews[0].Review.Verdict == domain.EvidenceAccepted {
		for _, v := range versions {
			if v.ID == reviews[0].Review.VersionID {
				return v, nil
			}
		}
	}
	return versions[0], err
}

// expire writes down, by Relier itself, which accepted evidence has run out, so
// that lists can be narrowed to it. The gates look at the days alone.
func (c change) expire(today domain.Date) error {
	gone, err := c.RunOut(c.ctx, c.actor.Org, today)
	if err != nil {
		return err
	}
	for _, e := range gone {
		_, err := c.changeEvidence(e.ID, "evidence.expired", func(_ change, e *domain.Evidence) error {
			e.State = domain.EvidenceExpired
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// EvidenceCalendar is what runs out or is due for renewal, month by month, and
// what was overdue before.
type EvidenceCalendar struct {
	Month   domain.Period     // the month looked at
	Year    []CalendarMonth   // twelve months from the running one
	Overdue []domain.Evidence // due before today and not renewed
	Due     []CalendarDay     // of the month
	Ending  []domain.Evidence // whose period ends in the month
	More    bool              // Ending was cut
}

// CalendarMonth counts what falls into one month.
type CalendarMonth struct {
	Month        domain.Period
	Expires, Due int
}

// CalendarDay is a day with what falls on it.
type CalendarDay struct {
	On      domain.Date
	Expires []domain.Evidence // the last day on which it counts
	Due     []domain.Evidence // the day by which a newer one is due
}

// endingMost is how many captured periods a month lists.
const endingMost = 200

// CalendarOf reads the calendar for the month of a day.
func (a *App) CalendarOf(ctx context.Context, actor domain.Actor, on domain.Date) (EvidenceCalendar, error) {
	out := EvidenceCalendar{Month: domain.MonthOf(on)}
	if err := actor.Allow(domain.ActRead); err != nil {
		return out, err
	}
	today := a.Today()
	for m := domain.MonthOf(today); len(out.Year) < 12; m = domain.MonthOf(m.To + 1) {
		out.Year = append(out.Year, CalendarMonth{Month: m})
	}
	items, err := a.store.EvidenceDue(ctx, actor.Org, max(out.Month.To, out.Year[11].Month.To))
	if err != nil {
		return out, err
	}
	for _, e := range items {
		out.place(e, today)
	}
	out.Ending, err = a.store.EvidenceEnding(ctx, actor.Org, out.Month, endingMost+1)
	if len(out.Ending) > endingMost {
		out.Ending, out.More = out.Ending[:endingMost], true
	}
	return out, err
}

// place puts an item where its days fall; one day that is both is told once, as
// the day on which it expires.
func (k *EvidenceCalendar) place(e domain.Evidence, today domain.Date) {
	if e.Due != 0 && e.Due < today {
		k.Overdue = append(k.Overdue, e)
	}
	for i, m := range k.Year {
		if m.Month.Contains(e.Expires) {
			k.Year[i].Expires++
		}
		if m.Month.Contains(e.Due) && e.Due != e.Expires {
			k.Year[i].Due++
		}
	}
	if k.Month.Contains(e.Expires) {
		d := k.day(e.Expires)
		d.Expires = append(d.Expires, e)
	}
	if k.Month.Contains(e.Due) && e.Due != e.Expires {
		d := k.day(e.Due)
		d.Due = append(d.Due, e)
	}
}

// day finds a day of the month, making it in its place on first use.
func (k *EvidenceCalendar) day(on domain.Date) *CalendarDay {
	i := 0
	for i < len(k.Due) && k.Due[i].On < on {
		i++
	}
	if i == len(k.Due) || k.Due[i].On != on {
		k.Due = append(k.Due, CalendarDay{})
		copy(k.Due[i+1:], k.Due[i:])
		k.Due[i] = CalendarDay{On: on}
	}
	return &k.Due[i]
}
