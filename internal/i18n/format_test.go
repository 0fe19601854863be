package i18n_test

import (
	"testing"
	"time"

	"relier/internal/i18n"
)

func TestLocalizer_Date(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ iso, en, fr, enLong, frLong string }{
		{"2026-12-01", "1 Dec 2026", "1er déc. 2026", "1 December 2026", "1er décembre 2026"},
		{"2026-08-11", "11 Aug 2026", "11 août 2026", "11 August 2026", "11 août 2026"},
		{"2024-02-29", "29 Feb 2024", "29 févr. 2024", "29 February 2024", "29 février 2024"},
		{"", "", "", "", ""},
		{"soon", "soon", "soon", "soon", "soon"},
		{"2026-02-30", "2026-02-30", "2026-02-30", "2026-02-30", "2026-02-30"},
	} {
		en, fr := i18n.For("en"), i18n.For("fr")
		for got, want := range map[string]string{en.Date(c.iso): c.en, fr.Date(c.iso): c.fr, en.DateLong(c.iso): c.enLong, fr.DateLong(c.iso): c.frLong} {
			if got != want {
				t.Errorf("%q: %q, want %q", c.iso, got, want)
			}
		}
	}
}

func TestLocalizer_Period(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ from, to, en, fr string }{
		{"2026-01-01", "2026-12-31", "1 Jan – 31 Dec 2026", "1er janv. – 31 déc. 2026"},
		{"2026-06-12", "2026-06-30", "12 – 30 Jun 2026", "12 – 30 juin 2026"},
		{"2025-04-01", "2026-03-31", "1 Apr 2025 – 31 Mar 2026", "1er avr. 2025 – 31 mars 2026"},
		{"2026-06-12", "2026-06-12", "12 Jun 2026", "12 juin 2026"},
		{"2026-06-12", "", "12 Jun 2026", "12 juin 2026"},
		{"", "", "", ""},
	} {
		if got := i18n.For("en").Period(c.from, c.to); got != c.en {
			t.Errorf("%q, want %q", got, c.en)
		}
		if got := i18n.For("fr").Period(c.from, c.to); got != c.fr {
			t.Errorf("%q, want %q", got, c.fr)
		}
	}
}

func TestLocalizer_Time(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 12, 1, 1, 5, 0, 0, time.FixedZone("CET", 3600))
	if got, want := i18n.For("en").Time(at), "1 Dec 2026, 00:05 UTC"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := i18n.For("fr").Time(at), "1er déc. 2026 à 0\u00a0h\u00a005 UTC"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := i18n.For("fr").Month(at), "déc. 2026"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestLocalizer_Number(t *testing.T) {
	t.Parallel()
	for n, want := range map[int][2]string{
		0:        {"0", "0"},
		999:      {"999", "999"},
		1000:     {"1,000", "1\u202f000"},
		-1234567: {"−1,234,567", "−1\u202f234\u202f567"},
	} {
		if en, fr := i18n.For("en").Number(n), i18n.For("fr").Number(n); en != want[0] || fr != want[1] {
			t.Errorf("%d: %q and %q, want %q", n, en, fr, want)
		}
	}
}

func TestLocalizer_Bytes(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64][2]string{
		0:                {"0 bytes", "0 octet"},
		1:                {"1 byte", "1 octet"},
		999:              {"999 bytes", "999 octets"},
		1000:             {"1\u00a0kB", "1\u00a0ko"},
		1_482_113:        {"1.5\u00a0MB", "1,5\u00a0Mo"},
		20_000_000:       {"20\u00a0MB", "20\u00a0Mo"},
		999_600:          {"1\u00a0MB", "1\u00a0Mo"},
		5_368_709_120:    {"5.4\u00a0GB", "5,4\u00a0Go"},
		2_000_000_000_00: {"200\u00a0GB", "200\u00a0Go"},
	} {
		if en, fr := i18n.For("en").Bytes(n), i18n.For("fr").Bytes(n); en != want[0] || fr != want[1] {
			t.Errorf("%d: %q and %q, want %q", n, en, fr, want)
		}
	}
}

func TestLocalizer_Percent(t *testing.T) {
	t.Parallel()
	for p, want := range map[float64][2]string{0: {"0%", "0\u00a0%"}, 12.5: {"12.5%", "12,5\u00a0%"}, 100: {"100%", "100\u00a0%"}} {
		if en, fr := i18n.For("en").Percent(p), i18n.For("fr").Percent(p); en != want[0] || fr != want[1] {
			t.Errorf("%v: %q and %q, want %q", p, en, fr, want)
		}
	}
}
