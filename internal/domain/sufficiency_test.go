package domain_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"relier/internal/domain"
)

// sufficient is an item about which nobody asks anything.
func sufficient() domain.SufficiencyFacts {
	return domain.SufficiencyFacts{
		Item:     domain.Evidence{Kind: domain.EvidenceFile, Source: "Entra ID", Versions: 1},
		Version:  domain.EvidenceVersion{MediaType: "text/csv", CapturedOn: day("2026-04-02"), Period: span("2026-01-01", "2026-03-31"), UploadedBy: 7},
		Controls: 19, Owners: []domain.PersonID{3}, Reviewer: 8, Audit: span("2026-01-01", "2026-12-31"), On: day("2026-05-01"),
	}
}

func TestSufficiency(t *testing.T) {
	type facts = domain.SufficiencyFacts
	for _, c := range []struct {
		name  string
		spoil func(*facts)
		want  []string
	}{
		{"nothing to ask", func(*facts) {}, nil},
		{"one screenshot under 20 controls", func(f *facts) { f.Version.MediaType, f.Controls = "image/png", 20 }, []string{"one_screenshot(20)"}},
		{"one screenshot under 19", func(f *facts) { f.Version.MediaType = "image/png" }, nil},
		{"an export under 20", func(f *facts) { f.Controls = 20 }, nil},
		{"before the audit period", func(f *facts) { f.Audit = span("2026-04-01", "2026-12-31") }, []string{"before_audit(2026-03-31, 2026-04-01)"}},
		{"meets the audit period by a day", func(f *facts) { f.Audit = span("2026-03-31", "2026-12-31") }, nil},
		{"after the audit period", func(f *facts) { f.Audit = span("2025-01-01", "2025-12-31") }, []string{"after_audit(2026-01-01, 2025-12-31)"}},
		{"captured before its period", func(f *facts) { f.Version.CapturedOn = day("2025-12-31") }, []string{"captured_before(1)"}},
		{"captured 90 days after it", func(f *facts) { f.Version.CapturedOn = day("2026-06-29") }, nil},
		{"captured 91 days after it", func(f *facts) { f.Version.CapturedOn = day("2026-06-30") }, []string{"captured_late(91)"}},
		{"no source", func(f *facts) { f.Item.Source = "" }, []string{"no_source"}},
		{"no date", func(f *facts) { f.Version.CapturedOn = 0 }, []string{"no_date"}},
		{"the owner uploaded it", func(f *facts) { f.Version.UploadedBy = 3 }, []string{"owner_uploaded"}},
		{"the owner reviews it", func(f *facts) { f.Reviewer = 3 }, []string{"owner_reviews"}},
		{"nobody reviewed it", func(f *facts) { f.Reviewer = 0 }, nil},
		{"out of date", func(f *facts) { f.Version.Expires = day("2026-04-30") }, []string{"held_until(2026-04-30)"}},
		{"on its last day", func(f *facts) { f.Version.Expires = day("2026-05-01") }, nil},
		{"a newer one was due", func(f *facts) { f.Item.Cadence = domain.CadenceMonthly }, []string{"renewal_overdue(2026-04-30)"}},
		{"a link", func(f *facts) { f.Item.Kind = domain.EvidenceLink }, []string{"link_only"}},
		{"a note", func(f *facts) { f.Item.Kind = domain.EvidenceNote }, []string{"note_only"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := sufficient()
			c.spoil(&f)
			var got []string
			for _, r := range domain.Sufficiency(f) {
				got = append(got, r.String())
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

// More controls, a later day or one owner more never silence a question.
func TestSufficiency_NeverFallsSilent(t *testing.T) {
	date := func(t *rapid.T, label string) domain.Date {
		return domain.Date(rapid.IntRange(0, 60).Draw(t, label))
	}
	rapid.Check(t, func(t *rapid.T) {
		person := rapid.Map(rapid.IntRange(0, 3), func(n int) domain.PersonID { return domain.PersonID(n) })
		f := domain.SufficiencyFacts{
			Item: domain.Evidence{Kind: rapid.SampledFrom(domain.EvidenceKinds).Draw(t, "kind"), Source: rapid.SampledFrom([]string{"", "x"}).Draw(t, "source"),
				Versions: rapid.IntRange(0, 2).Draw(t, "versions"), Cadence: rapid.SampledFrom(append([]domain.Cadence{""}, domain.Cadences...)).Draw(t, "cadence")},
			Version: domain.EvidenceVersion{MediaType: rapid.SampledFrom([]string{"image/png", "text/csv", ""}).Draw(t, "media"), CapturedOn: date(t, "captured"),
				Period: domain.Period{From: date(t, "from"), To: date(t, "to")}, Expires: date(t, "expires"), UploadedBy: person.Draw(t, "author")},
			Controls: rapid.IntRange(0, 40).Draw(t, "controls"), Owners: rapid.SliceOfN(person, 0, 2).Draw(t, "owners"), Reviewer: person.Draw(t, "reviewer"),
			Audit: domain.Period{From: date(t, "audit from"), To: date(t, "audit to")}, On: date(t, "on")}
		before := domain.Sufficiency(f)
		f.Controls += rapid.IntRange(0, 40).Draw(t, "more controls")
		f.On += domain.Date(rapid.IntRange(0, 900).Draw(t, "later"))
		f.Owners = append(slices.Clone(f.Owners), person.Draw(t, "one more"))
		after := map[string]bool{}
		for _, r := range domain.Sufficiency(f) {
			after[r.Code] = true
		}
		for _, r := range before {
			if !after[r.Code] && !(r.Code == "renewal_overdue" && after["held_until"]) { // the graver one is said instead
				t.Fatalf("%s is said no longer", r)
			}
		}
	})
}
