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

// relianceCase is one thing changed on sound facts, and what it does.
type relianceCase struct {
	name   string
	change func(*domain.RelianceFacts)
	rung   domain.Rung
	failed string // each failed gate with its causes
	notes  string // of all gates, when the case is about them
}

func evaluateCases(t *testing.T, cases []relianceCase) {
	t.Helper()
	for _, c := range cases {
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
			if got := noted(v); c.notes != "" && got != c.notes {
				t.Errorf("notes:\n got %s\nwant %s", got, c.notes)
			}
		})
	}
}

// noted prints the notes of each gate.
func noted(v domain.Verdict) string {
	var out []string
	for _, g := range v.Gates {
		for _, n := range g.Notes {
			out = append(out, string(g.Gate)+": "+n.String())
		}
	}
	return strings.Join(out, " | ")
}

// second adds another certificate, a copy of the first under its own number.
func second(f *domain.RelianceFacts) *domain.Certificate {
	f.Certificates = append(f.Certificates, f.Certificates[0])
	c := &f.Certificates[len(f.Certificates)-1]
	c.ID = domain.CertificateID(len(f.Certificates))
	c.Number = "C-" + string(rune('0'+len(f.Certificates)))
	return c
}

func ref22(code string) domain.Ref { return domain.Ref{Edition: domain.Edition2022, Code: code} }
func ref13(code string) domain.Ref { return domain.Ref{Edition: domain.Edition2013, Code: code} }

func implements(f *domain.RelianceFacts, refs ...domain.Ref) {
	f.Requirements = nil
	for _, r := range refs {
		f.Requirements = append(f.Requirements, domain.ControlRequirement{Ref: r})
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

func TestReliance_FirstFailed(t *testing.T) {
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
func TestReliance_AllGatesWithReasons(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := domain.Evaluate(drawFacts(t))
		for i, g := range v.Gates {
			if g.Gate != domain.Gates[i] || g.Passed == (len(g.Causes) > 0) || g.Passed && len(g.Grounds) == 0 {
				t.Fatalf("gate %d: %+v", i, g)
			}
		}
	})
}
