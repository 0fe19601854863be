package domain_test

import (
	"testing"

	"relier/internal/domain"
)

// G3: the certificate's edition is the engagement's, or every requirement of the
// control reaches the certificate's edition by rows that cover it whole.
func TestReliance_Edition(t *testing.T) {
	// to2013 makes the certificate one of the 2013 edition, in an audit period it can cover.
	to2013 := func(f *domain.RelianceFacts, refs ...domain.Ref) {
		f.Certificates[0].Edition, f.Certificates[0].Issued = domain.Edition2013, day("2023-01-01")
		f.Period, f.On = span("2025-01-01", "2025-10-31"), day("2025-10-31")
		f.Reports[0].Period = span("2024-10-01", "2025-09-30")
		f.Evidence[41] = domain.EvidenceFact{Code: "EV-000041", State: domain.EvidenceAccepted, Period: f.Period}
		if len(refs) > 0 {
			implements(f, refs...)
		}
	}
	from2013 := func(refs ...domain.Ref) func(*domain.RelianceFacts) {
		return func(f *domain.RelianceFacts) {
			f.Edition = domain.Edition2013
			implements(f, refs...)
		}
	}
	excluded := func(f *domain.RelianceFacts, refs ...domain.Ref) { f.Reports[1].NotApplied = refs }
	evaluateCases(t, []relianceCase{
		{"G3 same edition", func(*domain.RelianceFacts) {}, domain.RungInherited, "", ""},
		{"G3 2013 certificate, one-to-one", func(f *domain.RelianceFacts) { to2013(f) }, domain.RungInherited, "", ""},
		{"G3 2013 certificate, control new in 2022", func(f *domain.RelianceFacts) { to2013(f, ref22("A.5.7")) }, domain.RungNotExamined,
			"G3: edition_gap(A.5.7, C-1)", "G3: gap_new(A.5.7) | G4: report_gap(2025-10-01, 2025-10-31, 31)"},
		{"G3 2013 certificate, merged with all its sources", func(f *domain.RelianceFacts) { to2013(f, ref22("A.5.1")) }, domain.RungInherited, "", ""},
		{"G3 2013 certificate, merged, one source excluded by the provider", func(f *domain.RelianceFacts) {
			to2013(f, ref22("A.5.1"))
			excluded(f, ref13("A.5.1.2"))
		}, domain.RungNotExamined, "G3: edition_gap(A.5.1, C-1)", "G3: gap_excluded(A.5.1, A.5.1.2) | G4: report_gap(2025-10-01, 2025-10-31, 31)"},
		{"G3 2013 certificate, target of a split is known only in part", func(f *domain.RelianceFacts) { to2013(f, ref22("A.8.8")) }, domain.RungNotExamined,
			"G3: edition_gap(A.8.8, C-1)", "G3: gap_split(A.8.8, A.18.2.3) | G4: report_gap(2025-10-01, 2025-10-31, 31)"},
		{"G3 2013 certificate, requirement in no row of the crosswalk", func(f *domain.RelianceFacts) { to2013(f, ref22("A.5.99")) }, domain.RungNotExamined,
			"G3: edition_gap(A.5.99, C-1)", "G3: gap_unmapped(A.5.99) | G4: report_gap(2025-10-01, 2025-10-31, 31)"},
		{"G3 2013 certificate, one of several requirements is new", func(f *domain.RelianceFacts) { to2013(f, ref22("A.7.1"), ref22("A.5.7")) }, domain.RungNotExamined, "G3: edition_gap(A.5.7, C-1)", ""},
		{"G3 2013 certificate, all of several requirements reach", func(f *domain.RelianceFacts) { to2013(f, ref22("A.7.1"), ref22("A.5.1")) }, domain.RungInherited, "", ""},
		{"G3 2013 certificate, the row is disputed", func(f *domain.RelianceFacts) {
			to2013(f)
			f.Crosswalk = domain.NewCrosswalk(crosswalkRows(), []domain.Dispute{{Subject: domain.DisputeCrosswalk, From: "A.11.1.1", To: "A.7.1"}})
		}, domain.RungNotExamined, "G3: edition_gap(A.7.1, C-1)", "G3: gap_disputed(A.7.1, A.11.1.1) | G4: report_gap(2025-10-01, 2025-10-31, 31)"},
		{"G3 2013 certificate, the dispute is settled", func(f *domain.RelianceFacts) {
			to2013(f)
			f.Crosswalk = domain.NewCrosswalk(crosswalkRows(), []domain.Dispute{{Subject: domain.DisputeCrosswalk, From: "A.11.1.1", To: "A.7.1", SettledBy: 4}})
		}, domain.RungInherited, "", ""},
		{"G3 a dispute of another row changes nothing", func(f *domain.RelianceFacts) {
			to2013(f)
			f.Crosswalk = domain.NewCrosswalk(crosswalkRows(), []domain.Dispute{{Subject: domain.DisputeCrosswalk, From: "A.5.1.1", To: "A.5.1"}, {Subject: domain.DisputeProposal, From: "2022", To: "A.7.1"}})
		}, domain.RungInherited, "", ""},
		{"G3 control without a requirement of the engagement's edition", from2013(ref22("A.7.1")), domain.RungNotExamined, "G3: no_requirement(2013)", ""},
		{"G3 control without any requirement", func(f *domain.RelianceFacts) { implements(f) }, domain.RungNotExamined, "G3: no_requirement(2022)", ""},
		{"G3 requirements of both editions: only the engagement's count", func(f *domain.RelianceFacts) { implements(f, ref22("A.7.1"), ref13("A.99.9")) }, domain.RungInherited, "", ""},
		{"G3 2013 engagement, 2022 certificate, one-to-one", from2013(ref13("A.11.1.1")), domain.RungInherited, "", ""},
		{"G3 2013 engagement, 2022 certificate, split reaches all its targets", from2013(ref13("A.18.2.3")), domain.RungInherited, "", ""},
		{"G3 2013 engagement, 2022 certificate, a split target excluded", func(f *domain.RelianceFacts) {
			from2013(ref13("A.18.2.3"))(f)
			excluded(f, ref22("A.8.8"))
		}, domain.RungNotExamined, "G3: edition_gap(A.18.2.3, C-1)", "G3: gap_excluded(A.18.2.3, A.8.8) | G4: report_gap(2026-04-01, 2026-12-31, 275)"},
		{"G3 2013 engagement, 2022 certificate, one source of a merger", from2013(ref13("A.5.1.1")), domain.RungInherited, "", ""},
		{"G3 a 2022 certificate covers all days: the 2013 one beside it need not reach", func(f *domain.RelianceFacts) {
			implements(f, ref22("A.5.7"))
			second(f).Edition = domain.Edition2013
		}, domain.RungInherited, "", ""},
		{"G3 the 2013 certificate is needed for the first days and does not reach", func(f *domain.RelianceFacts) {
			implements(f, ref22("A.5.7"))
			f.Period, f.On = span("2025-06-01", "2026-05-31"), day("2026-05-31")
			f.Certificates[0].Issued = day("2025-11-01")
			c := second(f)
			c.Edition, c.Issued = domain.Edition2013, day("2023-01-01")
		}, domain.RungNotExamined, "G3: edition_gap(A.5.7, C-2)", ""},
		{"G3 the 2013 certificate is needed for the first days and reaches", func(f *domain.RelianceFacts) {
			f.Period, f.On = span("2025-06-01", "2026-05-31"), day("2026-05-31")
			f.Certificates[0].Issued = day("2025-11-01")
			c := second(f)
			c.Edition, c.Issued = domain.Edition2013, day("2023-01-01")
		}, domain.RungInherited, "", ""},
		{"G3 implemented in part: that part is inherited, and it is said", func(f *domain.RelianceFacts) { f.Requirements[0].Partial = true }, domain.RungInherited, "",
			"G3: requirement_partial(A.7.1) | G4: report_gap(2026-04-01, 2026-12-31, 275)"},
		{"G3 one of two requirements in part", func(f *domain.RelianceFacts) {
			implements(f, ref22("A.7.1"), ref22("A.5.1"))
			f.Requirements[1].Partial = true
		}, domain.RungInherited, "", "G3: requirement_partial(A.5.1) | G4: report_gap(2026-04-01, 2026-12-31, 275)"},
	})
}

// Counterparts and whole reach of the crosswalk, apart from any reliance.
func TestReliance_Crosswalk(t *testing.T) {
	x := domain.NewCrosswalk(crosswalkRows(), nil)
	none := func(domain.Ref) bool { return false }
	for _, c := range []struct {
		name         string
		ref          domain.Ref
		counterparts int
		whole        bool
	}{
		{"one-to-one from 2022", ref22("A.7.1"), 1, true},
		{"one-to-one from 2013", ref13("A.11.1.1"), 1, true},
		{"merged from 2022 has two sources", ref22("A.5.1"), 2, true},
		{"split from 2013 has two targets", ref13("A.18.2.3"), 2, true},
		{"target of a split has a source and does not reach", ref22("A.8.8"), 1, false},
		{"new in 2022 has none", ref22("A.5.7"), 0, false},
		{"unknown", ref22("A.9.9"), 0, false},
		{"the same code of the other edition is another requirement", ref13("A.7.1"), 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := len(x.Counterparts(c.ref)); got != c.counterparts {
				t.Errorf("%d counterparts, want %d", got, c.counterparts)
			}
			if got := x.ReachesWhole(c.ref, none); got != c.whole {
				t.Errorf("reaches whole: %v, want %v", got, c.whole)
			}
		})
	}
}
