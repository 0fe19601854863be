package i18n

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Spaces of French typography. English uses nbsp between a number and its unit.
const (
	nbsp  = "\u00a0" // before : and %, inside « », between a number and its unit
	nnbsp = "\u202f" // before ; ! ?, between groups of three digits
)

// Date writes an ISO date in short: 1 Dec 2026, 1er déc. 2026. Text that is not
// an ISO date comes back unchanged, "" as "".
func (l *Localizer) Date(iso string) string { return l.date(iso, "common.month_short.") }

// DateLong writes an ISO date in full: 1 December 2026, 1er décembre 2026.
func (l *Localizer) DateLong(iso string) string { return l.date(iso, "common.month.") }

func (l *Localizer) date(iso, months string) string {
	t, err := time.Parse(time.DateOnly, iso)
	if err != nil {
		return iso
	}
	return fmt.Sprintf("%s %s %d", l.day(t), l.T(months+strconv.Itoa(int(t.Month())), nil), t.Year())
}

// day writes the day of the month; French has an ordinal for the first only.
func (l *Localizer) day(t time.Time) string {
	if l.lang == "fr" && t.Day() == 1 {
		return "1er"
	}
	return strconv.Itoa(t.Day())
}

// Month writes a month in short with its year, for axes: Dec 2026, déc. 2026.
func (l *Localizer) Month(t time.Time) string {
	return fmt.Sprintf("%s %d", l.T("common.month_short."+strconv.Itoa(int(t.Month())), nil), t.Year())
}

// Period writes two ISO dates as one span, saying the year and the month once
// when they are the same: 1 Jan – 31 Dec 2026, 12 – 30 Jun 2026. A single day is
// written as one date.
func (l *Localizer) Period(from, to string) string {
	a, errA := time.Parse(time.DateOnly, from)
	b, errB := time.Parse(time.DateOnly, to)
	if errA != nil || errB != nil {
		return strings.Trim(l.Date(from)+" – "+l.Date(to), " –")
	}
	if a.Equal(b) {
		return l.Date(to)
	}
	start := l.Date(from)
	switch {
	case a.Year() == b.Year() && a.Month() == b.Month():
		start = l.day(a)
	case a.Year() == b.Year():
		start = strings.TrimSuffix(start, " "+strconv.Itoa(a.Year()))
	}
	return start + " – " + l.Date(to)
}

// Time writes an instant in UTC and says so: 1 Dec 2026, 14:05 UTC.
func (l *Localizer) Time(t time.Time) string {
	t = t.UTC()
	date := l.Date(t.Format(time.DateOnly))
	if l.lang == "fr" {
		return fmt.Sprintf("%s à %d%sh%s%02d UTC", date, t.Hour(), nbsp, nbsp, t.Minute())
	}
	return fmt.Sprintf("%s, %02d:%02d UTC", date, t.Hour(), t.Minute())
}

// Number writes n with its thousands apart: 12,345 or 12 345.
func (l *Localizer) Number(n int) string {
	s := strconv.Itoa(n)
	sign := ""
	if n < 0 {
		sign, s = "−", s[1:]
	}
	sep := ","
	if l.lang == "fr" {
		sep = nnbsp
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + sep + s[i:]
	}
	return sign + s
}

// Bytes writes a size in powers of 1000, as operating systems and French norms
// do: 512 bytes, 1.5 MB; 512 octets, 1,5 Mo. Below 10 it keeps one decimal.
func (l *Localizer) Bytes(n int64) string {
	if n < 1000 {
		return l.N("common.bytes", int(n), nil)
	}
	v, unit := float64(n), 0
	for v >= 999.5 && unit < 4 {
		v, unit = v/1000, unit+1
	}
	letter := "o"
	if l.lang == "en" {
		letter = "B"
	}
	prefix := []string{"", "k", "M", "G", "T"}[unit]
	return l.decimal(v, v < 9.95) + nbsp + prefix + letter
}

// Percent writes p (0 to 100) with at most one decimal: 12.5% or 12,5 %.
func (l *Localizer) Percent(p float64) string {
	s := l.decimal(p, true)
	if l.lang == "fr" {
		return s + nbsp + "%"
	}
	return s + "%"
}

func (l *Localizer) decimal(v float64, keepTenth bool) string {
	s := strconv.FormatFloat(v, 'f', 0, 64)
	if keepTenth {
		s = strings.TrimSuffix(strconv.FormatFloat(v, 'f', 1, 64), ".0")
	}
	if l.lang == "fr" {
		s = strings.Replace(s, ".", ",", 1)
	}
	return s
}
