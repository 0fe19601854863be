package domain_test

import (
	"encoding/json"
	"testing"
	"time"

	"pgregory.net/rapid"

	"relier/internal/domain"
)

func day(s string) domain.Date { return domain.MustDate(s) }

func span(from, to string) domain.Period { return domain.Period{From: day(from), To: day(to)} }

func TestDate_RoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := domain.Date(rapid.Int32Range(1, 3_000_000).Draw(t, "day"))
		back, err := domain.ParseDate(d.String())
		if err != nil || back != d {
			t.Fatalf("%d prints as %q and reads back as %d (%v)", d, d, back, err)
		}
	})
}

func TestDate_Parse(t *testing.T) {
	for in, ok := range map[string]bool{"2024-02-29": true, "": true, "2023-02-29": false, "2026-13-01": false, "01/02/2026": false, "2026-1-1": false, "0000-01-01": false} {
		if _, err := domain.ParseDate(in); (err == nil) != ok {
			t.Errorf("ParseDate(%q): %v", in, err)
		}
	}
	if got := domain.DateOf(time.Date(2026, 11, 23, 23, 59, 0, 0, time.FixedZone("", -3600))).String(); got != "2026-11-24" {
		t.Errorf("the day is counted in UTC: got %s", got)
	}
}

func TestDate_AddMonths(t *testing.T) {
	for _, c := range []struct {
		from   string
		months int
		want   string
	}{{"2024-01-31", 1, "2024-02-29"}, {"2025-01-31", 1, "2025-02-28"}, {"2025-12-15", 12, "2026-12-15"}, {"2024-02-29", 12, "2025-02-28"}, {"2026-03-31", -1, "2026-02-28"}} {
		if got := day(c.from).AddMonths(c.months).String(); got != c.want {
			t.Errorf("%s + %d months = %s, want %s", c.from, c.months, got, c.want)
		}
	}
}

func TestGaps_Cases(t *testing.T) {
	year := span("2026-01-01", "2026-12-31")
	for _, c := range []struct {
		name   string
		whole  domain.Period
		covers []domain.Period
		want   string
	}{
		{"nothing covers", year, nil, "2026-01-01..2026-12-31"},
		{"one covers all", year, []domain.Period{span("2025-06-01", "2027-06-01")}, ""},
		{"successor begins the next day", year, []domain.Period{span("2025-01-01", "2026-06-30"), span("2026-07-01", "2028-01-01")}, ""},
		{"successor begins a day late", year, []domain.Period{span("2025-01-01", "2026-06-30"), span("2026-07-02", "2028-01-01")}, "2026-07-01..2026-07-01"},
		{"ends on the last day but one", year, []domain.Period{span("2026-01-01", "2026-12-30")}, "2026-12-31..2026-12-31"},
		{"a leap day is a day", span("2024-02-28", "2024-03-01"), []domain.Period{span("2024-02-28", "2024-02-28"), span("2024-03-01", "2024-03-01")}, "2024-02-29..2024-02-29"},
		{"a one-day period", span("2026-05-05", "2026-05-05"), []domain.Period{span("2026-05-05", "2026-05-05")}, ""},
		{"an invalid cover holds no day", span("2026-05-05", "2026-05-05"), []domain.Period{span("2026-05-06", "2026-05-04")}, "2026-05-05..2026-05-05"},
		{"overlapping covers", year, []domain.Period{span("2026-03-01", "2026-05-31"), span("2026-04-01", "2026-04-30")}, "2026-01-01..2026-02-28 2026-06-01..2026-12-31"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := ""
			for i, g := range domain.Gaps(c.whole, c.covers) {
				if i > 0 {
					got += " "
				}
				got += g.String()
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func periods(t *rapid.T) []domain.Period {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) domain.Period {
		from := domain.Date(rapid.Int32Range(100, 300).Draw(t, "from"))
		return domain.Period{From: from, To: from + domain.Date(rapid.Int32Range(-3, 90).Draw(t, "days"))}
	}), 0, 8).Draw(t, "periods")
}

// The gaps and the covers partition the whole: each day is in exactly one.
func TestGaps_Partition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		whole := domain.Period{From: 120, To: domain.Date(rapid.Int32Range(120, 320).Draw(t, "to"))}
		covers := periods(t)
		gaps := domain.Gaps(whole, covers)
		for d := whole.From; d <= whole.To; d++ {
			covered := false
			for _, c := range covers {
				covered = covered || c.Contains(d)
			}
			inGap := 0
			for _, g := range gaps {
				if g.Contains(d) {
					inGap++
				}
			}
			if covered == (inGap == 1) || inGap > 1 {
				t.Fatalf("day %s: covered %v, in %d gaps", d, covered, inGap)
			}
		}
	})
}

func TestDate_InFiles(t *testing.T) {
	type file struct {
		On   domain.Date   `json:"on"`
		Span domain.Period `json:"span"`
		None domain.Date   `json:"none"`
	}
	in := file{On: day("2026-11-23"), Span: span("2026-01-01", "2026-12-31")}
	b, err := json.Marshal(in)
	if err != nil || string(b) != `{"on":"2026-11-23","span":{"from":"2026-01-01","to":"2026-12-31"},"none":""}` {
		t.Fatalf("%s, %v", b, err)
	}
	var back file
	if err := json.Unmarshal(b, &back); err != nil || back != in {
		t.Errorf("read back %+v, %v", back, err)
	}
	if json.Unmarshal([]byte(`{"on":"23/11/2026"}`), &back) == nil {
		t.Error("another way to write a day was read")
	}
}

func TestPeriod_Rules(t *testing.T) {
	if _, err := domain.NewPeriod(day("2026-02-01"), day("2026-01-31")); err == nil {
		t.Error("a period ends before it begins")
	}
	p, err := domain.NewPeriod(day("2024-01-01"), day("2024-12-31"))
	if err != nil || p.Days() != 366 || (domain.Period{}).Days() != 0 || !(domain.Period{}).IsZero() || !domain.Date(0).IsZero() {
		t.Errorf("%v has %d days, %v", p, p.Days(), err)
	}
	if got := domain.Gaps(domain.Period{}, nil); got != nil {
		t.Errorf("no period has the gaps %v", got)
	}
}

// Two periods overlap when they share a day, be it the last of one and the first
// of the other.
func TestPeriod_Overlaps(t *testing.T) {
	for _, c := range []struct {
		name string
		a, b domain.Period
		want bool
	}{
		{"one day in common", span("2026-01-01", "2026-01-31"), span("2026-01-31", "2026-02-10"), true},
		{"they only touch", span("2026-01-01", "2026-01-31"), span("2026-02-01", "2026-02-10"), false},
		{"one within the other", span("2026-01-01", "2026-12-31"), span("2026-02-01", "2026-02-10"), true},
		{"an empty period has no day", span("2026-01-01", "2026-12-31"), domain.Period{}, false},
	} {
		if c.a.Overlaps(c.b) != c.want || c.b.Overlaps(c.a) != c.want {
			t.Errorf("%s: want %v", c.name, c.want)
		}
	}
}
