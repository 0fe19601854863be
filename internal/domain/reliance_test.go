package domain_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"relier/internal/domain"
)

// sound are facts on which every gate passes; each case changes one thing.
func sound() domain.RelianceFacts {
	named := []domain.Named{{Service: "azure", Environment: domain.EnvPublic}}
	return domain.RelianceFacts{
		ProviderFacts: domain.ProviderFacts{
			Edition: domain.Edition2022, Period: span("2026-01-01", "2026-12-31"), On: day("2026-11-25"),
			Service: domain.Service{ID: 1, Key: "azure", Name: "Azure", Environment: domain.EnvPublic, Model: domain.ModelIaaS, State: domain.ServiceInUse},
			Certificates: []domain.Certificate{{ID: 1, Number: "C-1", Edition: domain.Edition2022, Issued: day("2025-01-01"), Expires: day("2028-01-01"),
				ScopeText: "The provision of Azure", Names: named, State: domain.CertificateVerified, CheckedBy: 7, CheckedOn: day("2026-02-01")}},
			Reports: []domain.Report{
				{ID: 1, Kind: domain.ReportAudit, Title: "Report", Period: span("2025-04-01", "2026-03-31"), Names: named, State: domain.ReportReviewed, ReviewedBy: 7, ReviewedOn: day("2026-05-01")},
				{ID: 2, Kind: domain.ReportSoA, Title: "SoA", Period: span("2025-04-01", "2026-03-31"), Names: named, State: domain.ReportReviewed, ReviewedBy: 7, ReviewedOn: day("2026-05-01")},
			},
			ReportMaxMonths: 12, Crosswalk: domain.NewCrosswalk(crosswalkRows(), nil),
		},
		OwnFacts: domain.OwnFacts{
			Control: 3, Requirements: []domain.ControlRequirement{{Ref: domain.Ref{Edition: domain.Edition2022, Code: "A.7.1"}}},
			Split:            domain.Split{ID: 5, Party: domain.PartyMicrosoft, State: domain.SplitConfirmed, ConfirmedBy: 8, ConfirmedAt: day("2026-03-01").Time()},
			Responsibilities: []domain.Responsibility{{ID: 1, Sentence: "Review access", State: domain.ResponsibilityEvidenced, Evidence: []domain.EvidenceID{41}}},
			Evidence: map[domain.EvidenceID]domain.EvidenceFact{41: {Code: "EV-000041", State: domain.EvidenceAccepted, Period: span("2026-01-01", "2026-03-31"),
				ReviewedBy: 8, ReviewedOn: day("2026-04-02")}},
			Assessors: []domain.Membership{{Person: 9, Role: domain.RoleAssessor, Engagement: 2, Until: day("2026-12-31")}},
			Reliance:  domain.Reliance{ID: 6, State: domain.RelianceAccepted, DecidedBy: 9, DecidedAt: day("2026-06-01").Time()},
		},
	}
}

func crosswalkRows() []domain.CrosswalkRow {
	return []domain.CrosswalkRow{
		{From: "A.11.1.1", To: "A.7.1", Relation: domain.RelationOneToOne},
		{From: "A.5.1.1", To: "A.5.1", Relation: domain.RelationMerged}, {From: "A.5.1.2", To: "A.5.1", Relation: domain.RelationMerged},
		{From: "A.18.2.3", To: "A.5.36", Relation: domain.RelationSplit}, {From: "A.18.2.3", To: "A.8.8", Relation: domain.RelationSplit},
		{To: "A.5.7", Relation: domain.RelationNew},
	}
}

// outcome prints each failed gate with its causes.
func outcome(v domain.Verdict) string {
	var out []string
	for _, g := range v.Gates {
		if g.Passed {
			continue
		}
		var causes []string
		for _, c := range g.Causes {
			causes = append(causes, c.String())
		}
		out = append(out, string(g.Gate)+": "+strings.Join(causes, "; "))
	}
	return strings.Join(out, " | ")
}

func TestReliance_Evaluate(t *testing.T) {
	second := func(f *domain.RelianceFacts) *domain.Certificate {
		f.Certificates = append(f.Certificates, f.Certificates[0])
		c := &f.Certificates[1]
		c.ID, c.Number = 2, "C-2"
		return c
	}
	implements := func(f *domain.RelianceFacts, codes ...string) {
		f.Requirements = nil
		for _, code := range codes {
			f.Requirements = append(f.Requirements, domain.ControlRequirement{Ref: domain.Ref{Edition: domain.Edition2022, Code: code}})
		}
	}
	// to2013 makes the certificate one of the 2013 edition in an audit period it can cover.
	to2013 := func(f *domain.RelianceFacts) {
		f.Certificates[0].Edition, f.Certificates[0].Issued = domain.Edition2013, day("2023-01-01")
		f.Period = span("2025-01-01", "2025-10-31")
		f.Evidence[41] = domain.EvidenceFact{Code: "EV-000041", State: domain.EvidenceAccepted, Period: f.Period}
	}
	for _, c := range []struct {
		name   string
		change func(*domain.RelianceFacts)
		rung   domain.Rung
		failed string
	}{
		{"all gates pass", func(*domain.RelianceFacts) {}, domain.RungInherited, ""},
		// G1
		{"G1 no certificate", func(f *domain.RelianceFacts) { f.Certificates = nil }, domain.RungNotExamined,
			"G1: no_certificate | G2: uncovered(2026-01-01, 2026-12-31, 365) | G3: no_counting_certificate"},
		{"G1 unverified certificate", func(f *domain.RelianceFacts) {
			f.Certificates[0].State, f.Certificates[0].CheckedBy = domain.CertificateUnverified, 0
		}, domain.RungNotExamined,
			"G1: unverified(C-1) | G2: uncovered(2026-01-01, 2026-12-31, 365) | G3: no_counting_certificate"},
		{"G1 verified by nobody", func(f *domain.RelianceFacts) { f.Certificates[0].CheckedBy = 0 }, domain.RungNotExamined,
			"G1: unverified(C-1) | G2: uncovered(2026-01-01, 2026-12-31, 365) | G3: no_counting_certificate"},
		{"G1 scope not quoted", func(f *domain.RelianceFacts) { f.Certificates[0].ScopeText = "" }, domain.RungNotExamined,
			"G1: scope_not_quoted(C-1) | G2: uncovered(2026-01-01, 2026-12-31, 365) | G3: no_counting_certificate"},
		{"G1 scope names the service in another cloud", func(f *domain.RelianceFacts) { f.Service.Environment = domain.EnvGovernment }, domain.RungNotExamined,
			"G1: other_environment(Azure, government, C-1, public) | G2: uncovered(2026-01-01, 2026-12-31, 365) | G3: no_counting_certificate | G4: provider_soa_missing(Azure); report_missing(Azure)"},
		{"G1 one of two certificates names it", func(f *domain.RelianceFacts) { second(f).Names = nil }, domain.RungInherited, ""},
		{"G1 service only proposed", func(f *domain.RelianceFacts) { f.Service.State = domain.ServiceProposed }, domain.RungNotExamined,
			"G1: service_not_in_use(Azure)"},
		// G2
		{"G2 service given up in the period", func(f *domain.RelianceFacts) {
			f.Service.State, f.Service.To = domain.ServiceRetired, day("2026-12-30")
		}, domain.RungNotExamined, "G2: service_retired(2026-12-30)"},
		{"G2 service given up on the last day", func(f *domain.RelianceFacts) {
			f.Service.State, f.Service.To = domain.ServiceRetired, day("2026-12-31")
		}, domain.RungInherited, ""},
		{"G2 expires in the period", func(f *domain.RelianceFacts) { f.Certificates[0].Expires = day("2026-06-11") }, domain.RungNotExamined,
			"G2: uncovered(2026-06-12, 2026-12-31, 203)"},
		{"G2 issued in the period", func(f *domain.RelianceFacts) { f.Certificates[0].Issued = day("2026-01-02") }, domain.RungNotExamined,
			"G2: uncovered(2026-01-01, 2026-01-01, 1)"},
		{"G2 withdrawn in the period", func(f *domain.RelianceFacts) {
			f.Certificates[0].State, f.Certificates[0].WithdrawnOn = domain.CertificateWithdrawn, day("2026-12-31")
		}, domain.RungNotExamined, "G2: uncovered(2026-12-31, 2026-12-31, 1)"},
		{"G2 a successor without a gap", func(f *domain.RelianceFacts) {
			f.Certificates[0].Expires = day("2026-06-30")
			second(f).Issued, f.Certificates[1].Expires = day("2026-07-01"), day("2029-06-30")
		}, domain.RungInherited, ""},
		{"G2 a successor with a gap", func(f *domain.RelianceFacts) {
			f.Certificates[0].Expires = day("2026-06-11")
			second(f).Issued, f.Certificates[1].Expires = day("2026-07-01"), day("2029-06-30")
		}, domain.RungNotExamined, "G2: uncovered(2026-06-12, 2026-06-30, 19)"},
		{"G2 an unverified successor does not count", func(f *domain.RelianceFacts) {
			f.Certificates[0].Expires = day("2026-06-30")
			c := second(f)
			c.Issued, c.Expires, c.State, c.CheckedBy = day("2026-07-01"), day("2029-06-30"), domain.CertificateUnverified, 0
		}, domain.RungNotExamined, "G2: uncovered(2026-07-01, 2026-12-31, 184)"},
		{"G2 the 2013 edition ended", func(f *domain.RelianceFacts) { f.Certificates[0].Edition = domain.Edition2013 }, domain.RungNotExamined,
			"G2: uncovered(2026-01-01, 2026-12-31, 365)"},
		{"G2 Microsoft closed the service", func(f *domain.RelianceFacts) { f.Service.Closed = day("2021-10-29") }, domain.RungNotExamined,
			"G2: service_closed(2021-10-29)"},
		{"G2 closed on the last day is offered all days", func(f *domain.RelianceFacts) { f.Service.Closed = day("2026-12-31") }, domain.RungInherited, ""},
		{"G2 a one-day period", func(f *domain.RelianceFacts) {
			f.Period = span("2026-02-02", "2026-02-02")
			f.Evidence[41] = domain.EvidenceFact{State: domain.EvidenceAccepted, Period: f.Period}
		}, domain.RungInherited, ""},
		// G3
		{"G3 2013 certificate, one-to-one", to2013, domain.RungInherited, ""},
		{"G3 2013 certificate, new in 2022", func(f *domain.RelianceFacts) { to2013(f); implements(f, "A.5.7") }, domain.RungNotExamined, "G3: edition_gap(A.5.7, C-1)"},
		{"G3 2013 certificate, merged with all sources", func(f *domain.RelianceFacts) { to2013(f); implements(f, "A.5.1") }, domain.RungInherited, ""},
		{"G3 2013 certificate, merged without a source", func(f *domain.RelianceFacts) {
			to2013(f)
			implements(f, "A.5.1")
			f.Reports[1].NotApplied = []domain.Ref{{Edition: domain.Edition2013, Code: "A.5.1.2"}}
		}, domain.RungNotExamined, "G3: edition_gap(A.5.1, C-1)"},
		{"G3 2013 certificate, fed by a split", func(f *domain.RelianceFacts) { to2013(f); implements(f, "A.8.8") }, domain.RungNotExamined, "G3: edition_gap(A.8.8, C-1)"},
		{"G3 one of several requirements is new", func(f *domain.RelianceFacts) { to2013(f); implements(f, "A.7.1", "A.5.7") }, domain.RungNotExamined, "G3: edition_gap(A.5.7, C-1)"},
		{"G3 control has no requirement of the edition", func(f *domain.RelianceFacts) { f.Requirements[0].Ref.Edition = domain.Edition2013 }, domain.RungNotExamined, "G3: no_requirement(2022)"},
		{"G3 2013 engagement, 2022 certificate, split reaches all targets", func(f *domain.RelianceFacts) {
			f.Edition = domain.Edition2013
			f.Requirements = []domain.ControlRequirement{{Ref: domain.Ref{Edition: domain.Edition2013, Code: "A.18.2.3"}}}
		}, domain.RungInherited, ""},
		{"G3 2013 engagement, 2022 certificate, a split target excluded", func(f *domain.RelianceFacts) {
			f.Edition = domain.Edition2013
			f.Requirements = []domain.ControlRequirement{{Ref: domain.Ref{Edition: domain.Edition2013, Code: "A.18.2.3"}}}
			f.Reports[1].NotApplied = []domain.Ref{{Edition: domain.Edition2022, Code: "A.8.8"}}
		}, domain.RungNotExamined, "G3: edition_gap(A.18.2.3, C-1)"},
		// G4
		{"G4 no report", func(f *domain.RelianceFacts) { f.Reports = f.Reports[1:] }, domain.RungClaimable, "G4: report_missing(Azure)"},
		{"G4 report obtained, not reviewed", func(f *domain.RelianceFacts) { f.Reports[0].State = domain.ReportObtained }, domain.RungClaimable, "G4: report_unreviewed(Report)"},
		{"G4 no SoA of the provider", func(f *domain.RelianceFacts) { f.Reports = f.Reports[:1] }, domain.RungClaimable, "G4: provider_soa_missing(Azure)"},
		{"G4 report on another service", func(f *domain.RelianceFacts) {
			f.Reports[0].Names = []domain.Named{{Service: "intune", Environment: domain.EnvPublic}}
		}, domain.RungClaimable, "G4: report_missing(Azure)"},
		{"G4 report too old", func(f *domain.RelianceFacts) { f.Reports[0].Period = span("2024-12-01", "2025-11-30") }, domain.RungClaimable, "G4: report_stale(Report, 31)"},
		{"G4 report exactly twelve months old", func(f *domain.RelianceFacts) { f.Reports[0].Period = span("2025-01-01", "2025-12-31") }, domain.RungInherited, ""},
		{"G4 open exceptions", func(f *domain.RelianceFacts) { f.Reports[0].Exceptions = make(domain.ReportExceptions, 2) }, domain.RungClaimable, "G4: exceptions_open(Report, 2)"},
		{"G4 the provider excludes the requirement", func(f *domain.RelianceFacts) {
			f.Reports[1].NotApplied = []domain.Ref{{Edition: domain.Edition2022, Code: "A.7.1"}}
		}, domain.RungClaimable, "G4: provider_excludes(A.7.1)"},
		// G5
		{"G5 split not confirmed", func(f *domain.RelianceFacts) { f.Split.State = domain.SplitProposed }, domain.RungSupported, "G5: split_unconfirmed"},
		{"G5 nothing is Microsoft's", func(f *domain.RelianceFacts) { f.Split.Party = domain.PartyOurs }, domain.RungSupported, "G5: nothing_to_rely_on(ours)"},
		{"G5 no responsibility recorded", func(f *domain.RelianceFacts) { f.Responsibilities = nil }, domain.RungSupported, "G5: responsibility_missing"},
		{"G5 responsibility without evidence", func(f *domain.RelianceFacts) { f.Responsibilities[0].Evidence = nil }, domain.RungSupported, "G5: responsibility_open(1)"},
		{"G5 evidence uploaded, not accepted", func(f *domain.RelianceFacts) {
			f.Evidence[41] = domain.EvidenceFact{Code: "EV-000041", State: domain.EvidenceSubmitted, Period: span("2026-01-01", "2026-03-31")}
		}, domain.RungSupported, "G5: evidence_not_accepted(EV-000041); responsibility_open(1)"},
		{"G5 evidence before the audit period", func(f *domain.RelianceFacts) {
			f.Evidence[41] = domain.EvidenceFact{Code: "EV-000041", State: domain.EvidenceAccepted, Period: span("2025-12-31", "2026-03-31")}
		}, domain.RungSupported, "G5: evidence_outside_period(EV-000041); responsibility_open(1)"},
		{"G5 none, because", func(f *domain.RelianceFacts) {
			f.Responsibilities = []domain.Responsibility{{State: domain.ResponsibilityNone, Because: "Microsoft's buildings only"}}
		}, domain.RungInherited, ""},
		{"G5 none, without a reason", func(f *domain.RelianceFacts) {
			f.Responsibilities = []domain.Responsibility{{State: domain.ResponsibilityNone}}
		}, domain.RungSupported, "G5: responsibility_open(1)"},
		{"G5 supplier oversight is ours", func(f *domain.RelianceFacts) { implements(f, "A.5.23") }, domain.RungSupported, "G5: oversight_is_ours(A.5.23)"},
		// G6
		{"G6 no assessor engaged", func(f *domain.RelianceFacts) { f.Assessors, f.Reliance.State = nil, domain.RelianceApproved }, domain.RungComplete, "G6: no_assessor"},
		{"G6 not accepted yet", func(f *domain.RelianceFacts) { f.Reliance.State = domain.RelianceApproved }, domain.RungComplete, "G6: not_accepted"},
		{"G6 refused", func(f *domain.RelianceFacts) { f.Reliance.State = domain.RelianceRefused }, domain.RungComplete, "G6: refused"},
		{"G6 lapsed stays lapsed when all is well again", func(f *domain.RelianceFacts) { f.Reliance.State = domain.RelianceLapsed }, domain.RungComplete, "G6: lapsed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := sound()
			c.change(&f)
			v := domain.Evaluate(f)
			if got := outcome(v); got != c.failed {
				t.Errorf("failed gates:\n got %s\nwant %s", got, c.failed)
			}
			if v.Rung != c.rung {
				t.Errorf("rung %s, want %s", v.Rung, c.rung)
			}
		})
	}
}

// The order of the inputs never shows in a verdict.
func TestReliance_OrderNeverMatters(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := drawFacts(t)
		want := outcome(domain.Evaluate(f))
		shuffle(t, f.Certificates)
		shuffle(t, f.Reports)
		shuffle(t, f.Responsibilities)
		rows := crosswalkRows()
		shuffle(t, rows)
		f.Crosswalk = domain.NewCrosswalk(rows, nil)
		shuffle(t, f.Requirements)
		if got := outcome(domain.Evaluate(f)); got != want {
			t.Fatalf("another order, another verdict:\n%s\n%s", want, got)
		}
	})
}

// Adding a verified certificate never uncovers a day, and shrinking the period
// never adds one.
func TestReliance_CoverageIsMonotone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := drawFacts(t)
		before := domain.DayCount(domain.UncoveredDays(f.Period, f.Certificates))
		if after := domain.DayCount(domain.UncoveredDays(f.Period, append(f.Certificates, drawCertificate(t)))); after > before {
			t.Fatalf("%d uncovered days became %d", before, after)
		}
		smaller := domain.Period{From: f.Period.From + 10, To: f.Period.To - 10}
		for _, gap := range domain.UncoveredDays(smaller, f.Certificates) {
			inside := slices.ContainsFunc(domain.UncoveredDays(f.Period, f.Certificates), gap.Within)
			if !inside {
				t.Fatalf("%s is a gap only in the smaller period", gap)
			}
		}
	})
}

// Taking evidence away never raises a rung.
func TestReliance_LessEvidenceNeverRaises(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := drawFacts(t)
		before := slices.Index(domain.Rungs, domain.Evaluate(f).Rung)
		for id := range f.Evidence {
			delete(f.Evidence, id)
			break
		}
		if after := slices.Index(domain.Rungs, domain.Evaluate(f).Rung); after > before {
			t.Fatalf("rung %d became %d", before, after)
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
	return domain.Certificate{ID: domain.CertificateID(rapid.IntRange(1, 99).Draw(t, "id")), Number: rapid.StringMatching(`C-[0-9]{2}`).Draw(t, "number"),
		Edition: rapid.SampledFrom(domain.Editions).Draw(t, "edition"), Issued: from, Expires: from.AddDays(rapid.IntRange(-5, 700).Draw(t, "days")),
		ScopeText: "scope", Names: []domain.Named{{Service: "azure", Environment: domain.EnvPublic}}, CheckedBy: 7,
		State: rapid.SampledFrom([]domain.CertificateState{domain.CertificateVerified, domain.CertificateUnverified}).Draw(t, "state")}
}

func drawFacts(t *rapid.T) domain.RelianceFacts {
	f := sound()
	f.Certificates = rapid.SliceOfN(rapid.Custom(drawCertificate), 0, 5).Draw(t, "certificates")
	f.Requirements = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) domain.ControlRequirement {
		return domain.ControlRequirement{Ref: domain.Ref{Edition: domain.Edition2022, Code: rapid.SampledFrom([]string{"A.7.1", "A.5.1", "A.5.7", "A.8.8", "A.5.23"}).Draw(t, "code")}}
	}), 0, 3).Draw(t, "requirements")
	f.Responsibilities = append(f.Responsibilities, domain.Responsibility{ID: 2, Sentence: "More", Evidence: []domain.EvidenceID{42}})
	f.Evidence[42] = domain.EvidenceFact{Code: "EV-000042", State: rapid.SampledFrom(domain.EvidenceStates).Draw(t, "state"), Period: span("2026-01-01", "2026-03-31")}
	f.Reliance.State = rapid.SampledFrom(domain.RelianceStates).Draw(t, "reliance")
	return f
}

func TestReliance_Lapses(t *testing.T) {
	expired := sound()
	expired.Certificates[0].Expires = day("2026-06-11")
	for _, c := range []struct {
		name  string
		state domain.RelianceState
		facts domain.RelianceFacts
		falls bool
	}{
		{"accepted and sound stands", domain.RelianceAccepted, sound(), false},
		{"accepted falls when a certificate expires", domain.RelianceAccepted, expired, true},
		{"approved falls when a certificate expires", domain.RelianceApproved, expired, true},
		{"proposed has nothing to fall from", domain.RelianceProposed, expired, false},
		{"approved does not fall for want of our evidence", domain.RelianceApproved, func() domain.RelianceFacts { f := sound(); f.Evidence = nil; return f }(), false},
		{"accepted falls when our evidence goes", domain.RelianceAccepted, func() domain.RelianceFacts { f := sound(); f.Evidence = nil; return f }(), true},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.facts.Reliance.State = c.state
			if got, causes := domain.Lapses(c.state, domain.Evaluate(c.facts)); got != c.falls {
				t.Errorf("lapses: %v (%v), want %v", got, causes, c.falls)
			}
		})
	}
}

// The states follow one another only as people and lapses move them.
func TestReliance_CanMoveTo(t *testing.T) {
	allowed := map[domain.RelianceState][]domain.RelianceState{
		domain.RelianceProposed: {domain.RelianceApproved},
		domain.RelianceApproved: {domain.RelianceAccepted, domain.RelianceRefused, domain.RelianceLapsed},
		domain.RelianceAccepted: {domain.RelianceLapsed},
		domain.RelianceRefused:  {domain.RelianceProposed},
		domain.RelianceLapsed:   {domain.RelianceProposed},
	}
	for _, from := range domain.RelianceStates {
		for _, to := range append(slices.Clone(domain.RelianceStates), "unknown") {
			if got, want := (domain.Reliance{State: from}).CanMoveTo(to), slices.Contains(allowed[from], to); got != want {
				t.Errorf("%s → %s: %v, want %v", from, to, got, want)
			}
		}
	}
}

func TestVerdict_FirstFailed(t *testing.T) {
	if _, failed := domain.Evaluate(sound()).FirstFailed(); failed || !domain.Evaluate(sound()).Inherited() {
		t.Error("a sound reliance has a failed gate")
	}
	f := sound()
	f.Reports, f.Reliance.State = nil, domain.RelianceApproved
	if g, failed := domain.Evaluate(f).FirstFailed(); !failed || g.Gate != domain.GateReport {
		t.Errorf("the first failed gate is %s", g.Gate)
	}
}

// A certificate without a number is named by its title.
func TestReliance_NamesCertificates(t *testing.T) {
	f := sound()
	f.Certificates[0].Number, f.Certificates[0].Title, f.Certificates[0].CheckedBy = "", "Azure certificate", 0
	if got := outcome(domain.Evaluate(f)); !strings.HasPrefix(got, "G1: unverified(Azure certificate)") {
		t.Errorf("got %s", got)
	}
}

// Every gate is always listed, in order, with a reason: grounds when it passed,
// causes when it failed.
func TestVerdict_AllGatesWithReasons(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := domain.Evaluate(drawFacts(t))
		for i, g := range v.Gates {
			if g.Gate != domain.Gates[i] || g.Passed == (len(g.Causes) > 0) || g.Passed && len(g.Grounds) == 0 {
				t.Fatalf("gate %d: %+v", i, g)
			}
		}
	})
}
