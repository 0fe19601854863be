package domain

import (
	"fmt"
	"slices"
	"time"
)

// Date is a civil day, counted from 0001-01-01 = 1. The zero Date means "not
// set". Civil days carry no zone: an audit period means the same days anywhere.
type Date int32

const secondsPerDay = 24 * 60 * 60

var dayZero = time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC).Unix()/secondsPerDay - 1

// NewDate returns the day y-m-d; out-of-range values roll over as in time.Date.
func NewDate(y int, m time.Month, d int) Date {
	return DateOf(time.Date(y, m, d, 0, 0, 0, 0, time.UTC))
}

// DateOf returns the UTC day of t.
func DateOf(t time.Time) Date {
	u := t.UTC()
	midnight := time.Date(u.Year(), u.Month(), u.Day(), 0, 0, 0, 0, time.UTC)
	return Date(midnight.Unix()/secondsPerDay - dayZero)
}

// ParseDate reads an ISO 8601 calendar date, 2026-11-23. "" gives the zero Date.
func ParseDate(s string) (Date, error) {
	if s == "" {
		return 0, nil
	}
	t, err := time.Parse(time.DateOnly, s)
	if err != nil || t.Year() < 1 {
		return 0, Invalid("error.date", Args{"Value": s})
	}
	return DateOf(t), nil
}

// MustDate is ParseDate for constants in code and tests.
func MustDate(s string) Date {
	d, err := ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// Time returns midnight UTC of the day.
func (d Date) Time() time.Time { return time.Unix((int64(d)+dayZero)*secondsPerDay, 0).UTC() }

// String returns the ISO 8601 form, or "" for the zero Date.
func (d Date) String() string {
	if d == 0 {
		return ""
	}
	return d.Time().Format(time.DateOnly)
}

// IsZero reports whether the date is not set.
func (d Date) IsZero() bool { return d == 0 }

// AddDays returns the day n days later.
func (d Date) AddDays(n int) Date { return d + Date(n) }

// AddMonths returns the same day n months later, clamped to that month's last
// day: 31 January plus one month is 28 or 29 February.
func (d Date) AddMonths(n int) Date {
	t := d.Time()
	first := time.Date(t.Year(), t.Month()+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return NewDate(first.Year(), first.Month(), min(t.Day(), last))
}

// MarshalText writes the ISO form; files and JSON use it.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads the ISO form.
func (d *Date) UnmarshalText(b []byte) error {
	v, err := ParseDate(string(b))
	*d = v
	return err
}

// Period is a span of whole days, both ends included.
type Period struct {
	From Date `json:"from"`
	To   Date `json:"to"`
}

// NewPeriod checks that both ends are set and in order.
func NewPeriod(from, to Date) (Period, error) {
	p := Period{from, to}
	if !p.Valid() {
		return Period{}, Invalid("error.period", Args{"From": from.String(), "To": to.String()})
	}
	return p, nil
}

// MonthOf is the calendar month that a day is in.
func MonthOf(on Date) Period {
	first := on.AddDays(1 - on.Time().Day())
	return Period{From: first, To: first.AddMonths(1) - 1}
}

// Valid reports whether both ends are set and From is not after To.
func (p Period) Valid() bool { return p.From != 0 && p.To != 0 && p.From <= p.To }

// IsZero reports whether neither end is set.
func (p Period) IsZero() bool { return p.From == 0 && p.To == 0 }

// Days counts the days of a valid period: a one-day period has 1.
func (p Period) Days() int {
	if !p.Valid() {
		return 0
	}
	return int(p.To-p.From) + 1
}

// Contains reports whether d is one of the period's days.
func (p Period) Contains(d Date) bool { return p.Valid() && p.From <= d && d <= p.To }

// Within reports whether every day of p is a day of q.
func (p Period) Within(q Period) bool {
	return p.Valid() && q.Valid() && q.From <= p.From && p.To <= q.To
}

// Overlaps reports whether some day is in both periods.
func (p Period) Overlaps(q Period) bool {
	return p.Valid() && q.Valid() && p.From <= q.To && q.From <= p.To
}

// String returns 2026-01-01..2026-12-31, the form used in causes and files.
func (p Period) String() string { return fmt.Sprintf("%s..%s", p.From, p.To) }

// Union merges periods that overlap or touch and returns them in order.
// Invalid periods hold no day and are dropped.
func Union(periods []Period) []Period {
	sorted := slices.DeleteFunc(slices.Clone(periods), func(p Period) bool { return !p.Valid() })
	slices.SortFunc(sorted, func(a, b Period) int { return int(a.From) - int(b.From) })
	var out []Period
	for _, p := range sorted {
		if n := len(out); n > 0 && p.From <= out[n-1].To+1 {
			out[n-1].To = max(out[n-1].To, p.To)
			continue
		}
		out = append(out, p)
	}
	return out
}

// Gaps returns the days of whole that no cover contains, as periods in order.
func Gaps(whole Period, covers []Period) []Period {
	if !whole.Valid() {
		return nil
	}
	var out []Period
	next := whole.From
	for _, c := range Union(covers) {
		if c.To < next {
			continue
		}
		if c.From > whole.To {
			break
		}
		if c.From > next {
			out = append(out, Period{next, c.From - 1})
		}
		next = c.To + 1
	}
	if next <= whole.To {
		out = append(out, Period{next, whole.To})
	}
	return out
}

// DayCount sums the days of periods that do not overlap.
func DayCount(periods []Period) int {
	n := 0
	for _, p := range periods {
		n += p.Days()
	}
	return n
}
