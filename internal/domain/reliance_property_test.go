package domain_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"relier/internal/domain"
)

// whole prints all of a verdict: what failed, the notes, and the grounds.
func whole(v domain.Verdict) string {
	var grounds []string
	for _, g := range v.Gates {
		for _, x := range g.Grounds {
			grounds = append(grounds, x.String())
		}
	}
	return string(v.Rung) + "\n" + outcome(v) + "\n" + noted(v) + "\n" + strings.Join(grounds, "; ")
}

// The order of the inputs never shows in a verdict.
func TestReliance_OrderNeverMatters(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := drawFacts(t)
		want := whole(domain.Evaluate(f))
		shuffle(t, f.Certificates)
		shuffle(t, f.Reports)
		shuffle(t, f.Responsibilities)
		shuffle(t, f.Requirements)
		shuffle(t, f.Assessors)
		for i := range f.Responsibilities {
			shuffle(t, f.Responsibilities[i].Evidence)
		}
		rows := crosswalkRows()
		shuffle(t, rows)
		f.Crosswalk = domain.NewCrosswalk(rows, nil)
		if got := whole(domain.Evaluate(f)); got != want {
			t.Fatalf("another order, another verdict:\n%s\n%s", want, got)
		}
	})
}

// The same facts give the same verdict, and evaluating changes none of them.
func TestReliance_EvaluatingChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := drawFacts(t)
		x := domain.Examine(f.ProviderFacts)
		first := whole(x.Verdict(f.OwnFacts))
		other := f.OwnFacts
		other.Requirements = []domain.ControlRequirement{{Ref: ref22("A.5.7"), Partial: true}}
		x.Verdict(other)
		if again := whole(x.Verdict(f.OwnFacts)); again != first || whole(domain.Evaluate(f)) != first {
			t.Fatalf("asked again, another verdict:\n%s\n%s", first, again)
		}
	})
}

// Adding a verified certificate never removes a covered day and never lowers a
// rung; shrinking the period never adds a gap.
func TestReliance_CoverageIsMonotone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := drawFacts(t)
		more := f
		more.Certificates = append(slices.Clone(f.Certificates), drawCertificate(t))
		before, after := domain.UncoveredDays(f.Period, f.Certificates), domain.UncoveredDays(f.Period, more.Certificates)
		for _, gap := range after {
			if !slices.ContainsFunc(before, gap.Within) {
				t.Fatalf("%s was covered before", gap)
			}
		}
		if a, b := rungOf(f), rungOf(more); b < a {
			t.Fatalf("a further certificate lowered rung %d to %d", a, b)
		}
		smaller := domain.Period{From: f.Period.From + 10, To: f.Period.To - 10}
		for _, gap := range domain.UncoveredDays(smaller, f.Certificates) {
			if !slices.ContainsFunc(before, gap.Within) {
				t.Fatalf("%s is a gap only in the smaller period", gap)
			}
		}
	})
}

func rungOf(f domain.RelianceFacts) int {
	return slices.Index(domain.Rungs, domain.Evaluate(f).Rung)
}

// Taking evidence, a certificate or an assessor away never raises a rung, and
// neither does a later day.
func TestReliance_LessNeverRaises(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := drawFacts(t)
		before := rungOf(f)
		less := f
		less.Evidence = map[domain.EvidenceID]domain.EvidenceFact{}
		for id, e := range f.Evidence {
			if rapid.Bool().Draw(t, "keep") {
				less.Evidence[id] = e
			}
		}
		if after := rungOf(less); after > before {
			t.Fatalf("less evidence: rung %d became %d", before, after)
		}
		less = f
		less.Certificates = f.Certificates[:len(f.Certificates)/2]
		if after := rungOf(less); after > before {
			t.Fatalf("fewer certificates: rung %d became %d", before, after)
		}
		less = f
		less.Assessors = nil
		if after := rungOf(less); after > before {
			t.Fatalf("no assessor: rung %d became %d", before, after)
		}
		later := f
		later.On += domain.Date(rapid.IntRange(0, 400).Draw(t, "days"))
		if after := rungOf(later); after > before {
			t.Fatalf("a later day: rung %d became %d", before, after)
		}
	})
}

// A verdict is well formed: six gates in order, each passed without a cause or
// failed with one, and the rung counts the gates passed from the first on.
func TestReliance_VerdictIsWellFormed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := drawFacts(t)
		v := domain.Evaluate(f)
		passed := 0
		for i, g := range v.Gates {
			if g.Gate != domain.Gates[i] || g.Passed == (len(g.Causes) > 0) || g.Passed && len(g.Grounds) == 0 {
				t.Fatalf("gate %d: %+v", i, g)
			}
			if g.Passed && passed == i {
				passed++
			}
		}
		if want := domain.Rungs[max(0, passed-2)]; v.Rung != want {
			t.Fatalf("%d gates passed and the rung is %s", passed, v.Rung)
		}
	})
}

// FuzzReliance_Evaluate looks for facts that make a verdict panic, or that are
// covered and uncovered at once.
func FuzzReliance_Evaluate(f *testing.F) {
	f.Add(int32(738000), int32(400), int32(737900), int32(900), int32(0), uint8(0), uint8(0), "A.7.1")
	f.Add(int32(0), int32(-1), int32(0), int32(0), int32(1), uint8(255), uint8(7), "")
	f.Add(int32(738000), int32(0), int32(738000), int32(0), int32(738000), uint8(3), uint8(2), "9.2")
	f.Fuzz(func(t *testing.T, from, days, issued, valid, withdrawn int32, bits, state uint8, code string) {
		x := sound()
		x.Period = domain.Period{From: domain.Date(from), To: domain.Date(from) + domain.Date(days%40000)}
		x.Certificates[0].Issued, x.Certificates[0].Expires = domain.Date(issued), domain.Date(issued)+domain.Date(valid%40000)
		x.Certificates[0].WithdrawnOn = domain.Date(withdrawn)
		x.Requirements[0].Ref.Code, x.Requirements[0].Partial = code, bits&1 != 0
		if bits&2 != 0 {
			x.Certificates[0].Edition = domain.Edition2013
		}
		if bits&4 != 0 {
			x.Edition = domain.Edition2013
		}
		if bits&8 != 0 {
			x.Reports = nil
		}
		x.Reliance.State = append(domain.RelianceStates, "")[int(state)%6]
		x.Responsibilities[0].Cadence = append(domain.Cadences, "")[int(bits>>4)%5]
		v := domain.Evaluate(x)
		gaps := domain.DayCount(domain.UncoveredDays(x.Period, x.Certificates))
		if v.Gates[1].Passed && gaps > 0 || gaps > x.Period.Days() {
			t.Fatalf("%d of %d days are uncovered, and G2 says %+v", gaps, x.Period.Days(), v.Gates[1])
		}
	})
}

func shuffle[T any](t *rapid.T, s []T) {
	for i := len(s) - 1; i > 0; i-- {
		j := rapid.IntRange(0, i).Draw(t, "swap")
		s[i], s[j] = s[j], s[i]
	}
}

func drawCertificate(t *rapid.T) domain.Certificate {
	from := day("2025-01-01").AddDays(rapid.IntRange(0, 600).Draw(t, "issued"))
	c := domain.Certificate{ID: domain.CertificateID(rapid.IntRange(1, 9999).Draw(t, "id")), Number: rapid.StringMatching(`C-[0-9]{4}`).Draw(t, "number"),
		Edition: rapid.SampledFrom(domain.Editions).Draw(t, "edition"), Issued: from, Expires: from.AddDays(rapid.IntRange(-5, 700).Draw(t, "days")),
		ScopeText: "scope", Names: []domain.Named{{Service: "azure", Environment: domain.EnvPublic}}, CheckedBy: 7, CheckedOn: day("2026-02-01"),
		State: rapid.SampledFrom([]domain.CertificateState{domain.CertificateVerified, domain.CertificateUnverified}).Draw(t, "state")}
	if rapid.IntRange(0, 4).Draw(t, "withdrawn") == 0 {
		c.State, c.WithdrawnOn = domain.CertificateWithdrawn, c.Issued.AddDays(100)
	}
	return c
}

func drawReport(t *rapid.T) domain.Report {
	end := day("2025-06-01").AddDays(rapid.IntRange(0, 500).Draw(t, "end"))
	r := domain.Report{ID: domain.ReportID(rapid.IntRange(1, 9999).Draw(t, "id")), Kind: rapid.SampledFrom(domain.ReportKinds).Draw(t, "kind"), Title: rapid.StringMatching(`R-[0-9]{4}`).Draw(t, "title"),
		Period: domain.Period{From: end.AddDays(-200), To: end}, Names: []domain.Named{{Service: "azure", Environment: domain.EnvPublic}},
		State: rapid.SampledFrom([]domain.ReportState{domain.ReportObtained, domain.ReportReviewed}).Draw(t, "state")}
	if r.Kind == domain.ReportSoA {
		r.Edition = rapid.SampledFrom(append(domain.Editions, "")).Draw(t, "soa edition")
	}
	return r
}

// drawFacts draws facts around the sound ones, half of which stay as they are.
func drawFacts(t *rapid.T) domain.RelianceFacts {
	f := sound()
	if rapid.Bool().Draw(t, "other certificates") {
		f.Certificates = rapid.SliceOfNDistinct(rapid.Custom(drawCertificate), 0, 5, func(c domain.Certificate) domain.CertificateID { return c.ID }).Draw(t, "certificates")
	}
	f.Reports = append(f.Reports, rapid.SliceOfNDistinct(rapid.Custom(drawReport), 0, 3, func(r domain.Report) domain.ReportID { return r.ID + 10 }).Draw(t, "reports")...)
	if rapid.Bool().Draw(t, "other requirements") {
		f.Requirements = rapid.SliceOfNDistinct(rapid.Custom(func(t *rapid.T) domain.ControlRequirement {
			code := rapid.SampledFrom([]string{"A.7.1", "A.5.1", "A.5.7", "A.8.8", "A.5.23", "9.2"}).Draw(t, "code")
			return domain.ControlRequirement{Ref: ref22(code), Partial: rapid.Bool().Draw(t, "partial")}
		}), 0, 3, func(r domain.ControlRequirement) domain.Ref { return r.Ref }).Draw(t, "requirements")
	}
	f.Responsibilities = append(f.Responsibilities, domain.Responsibility{ID: 2, Sentence: "More", Evidence: []domain.EvidenceID{41, 42, 43},
		Cadence: rapid.SampledFrom(append(domain.Cadences, "")).Draw(t, "cadence")})
	for _, id := range []domain.EvidenceID{42, 43} {
		f.Evidence[id] = domain.EvidenceFact{Code: "EV-0000" + string(rune('0'+id/10)) + string(rune('0'+id%10)),
			State: rapid.SampledFrom(domain.EvidenceStates).Draw(t, "evidence"), Period: span("2026-01-01", "2026-06-30")}
	}
	f.Assessors = append(f.Assessors, domain.Membership{Person: 10, Role: domain.RoleAssessor, Controls: []domain.ControlID{4}})
	f.Reliance.State = rapid.SampledFrom(domain.RelianceStates).Draw(t, "reliance")
	return f
}
