package views

import (
	"math"
	"strconv"
	"time"

	"relier/internal/domain"
)

// percent is where the start of a day lies on an axis that spans whole, as an
// SVG length; days outside are held at the ends.
func percent(whole domain.Period, day domain.Date) string {
	return share(int(day-whole.From), whole.Days())
}

// extent is how wide a period is on an axis that spans whole.
func extent(whole, p domain.Period) string {
	from, to := max(p.From, whole.From), min(p.To, whole.To)
	return share(int(to-from)+1, whole.Days())
}

// share is part of total as a length between 0% and 100%, to a hundredth.
func share(part, total int) string {
	if total <= 0 {
		return "0%"
	}
	v := min(max(0, float64(part)/float64(total)), 1)
	return strconv.FormatFloat(math.Round(v*10000)/100, 'f', -1, 64) + "%"
}

// fits reports whether the name of a month has room between its first day and
// the end of an axis.
func fits(whole domain.Period, day domain.Date) bool {
	return 12*int(whole.To-day) >= whole.Days()
}

// late reports whether a day is so near to the end of an axis that, on a narrow
// screen, its name is written before it.
func late(whole domain.Period, day domain.Date) bool {
	return 4*int(whole.To-day) < whole.Days()
}

// monthStarts lists the first days of months inside a period.
func monthStarts(p domain.Period) []domain.Date {
	var out []domain.Date
	t := p.From.Time()
	for m := 1; ; m++ {
		d := domain.DateOf(time.Date(t.Year(), t.Month()+time.Month(m), 1, 0, 0, 0, 0, time.UTC))
		if !p.Contains(d) {
			return out
		}
		out = append(out, d)
	}
}
