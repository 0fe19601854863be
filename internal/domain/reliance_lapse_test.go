package domain_test

import (
	"testing"

	"relier/internal/domain"
)

// An approved reliance rests on G1 to G3 and on there being something to rely
// on; an accepted one on all six gates. Everything else has nothing to fall from.
func TestReliance_Lapses(t *testing.T) {
	changes := []struct {
		name               string
		change             func(*domain.RelianceFacts)
		approved, accepted string // the first cause; "": it stands
	}{
		{"nothing changed", func(*domain.RelianceFacts) {}, "", ""},
		{"the certificate expires in the period", func(f *domain.RelianceFacts) { f.Certificates[0].Expires = day("2026-06-11") }, "uncovered", "uncovered"},
		{"the certificate is withdrawn", func(f *domain.RelianceFacts) { f.Certificates[0].WithdrawnOn = day("2026-03-01") }, "uncovered", "uncovered"},
		{"the scope is narrowed", func(f *domain.RelianceFacts) { f.Certificates[0].Names = nil }, "out_of_scope", "out_of_scope"},
		{"the verification is taken back", func(f *domain.RelianceFacts) { f.Certificates[0].State = domain.CertificateUnverified }, "unverified", "unverified"},
		{"the service is renamed", func(f *domain.RelianceFacts) {
			f.Service.Changes = []domain.ServiceChange{{Kind: domain.ServiceRenamed, On: day("2026-06-01"), Now: "New"}}
		}, "service_renamed", "service_renamed"},
		{"the service is retired", func(f *domain.RelianceFacts) { f.Service.To = day("2026-06-30") }, "service_retired", "service_retired"},
		{"Microsoft closes the service", func(f *domain.RelianceFacts) { f.Service.Closed = day("2026-06-30") }, "service_closed", "service_closed"},
		{"the control gets a requirement that is new", func(f *domain.RelianceFacts) {
			f.Certificates[0].Edition, f.Period = domain.Edition2013, span("2025-02-01", "2025-10-31")
			implements(f, ref22("A.5.7"))
			f.Certificates[0].Issued = day("2025-01-01")
		}, "edition_gap", "edition_gap"},
		{"the report is superseded", func(f *domain.RelianceFacts) { f.Reports[0].State = domain.ReportSuperseded }, "", "report_missing"},
		{"the audit period moves and the report is stale", func(f *domain.RelianceFacts) { f.Period.To, f.On = day("2027-04-01"), day("2027-04-01") }, "", "report_stale"},
		{"an exception is reported", func(f *domain.RelianceFacts) { f.Reports[0].Exceptions = make(domain.ReportExceptions, 1) }, "", "exceptions_open"},
		{"the split becomes ours", func(f *domain.RelianceFacts) { f.Split.Party = domain.PartyOurs }, "nothing_to_rely_on", "nothing_to_rely_on"},
		{"our SoA excludes the control", func(f *domain.RelianceFacts) { f.Excluded = true }, "control_not_applicable", "control_not_applicable"},
		{"our evidence is returned", func(f *domain.RelianceFacts) {
			f.Evidence[41] = domain.EvidenceFact{Code: "EV-000041", State: domain.EvidenceReturned, Period: span("2026-01-01", "2026-03-31")}
		}, "", "evidence_returned"},
		{"our evidence ages", func(f *domain.RelianceFacts) { f.Responsibilities[0].Cadence = domain.CadenceMonthly }, "", "evidence_stale"},
		{"the assessor is withdrawn", func(f *domain.RelianceFacts) { f.Assessors = nil }, "", "assessor_withdrawn"},
	}
	for _, c := range changes {
		for state, want := range map[domain.RelianceState]string{domain.RelianceApproved: c.approved, domain.RelianceAccepted: c.accepted,
			domain.RelianceProposed: "", domain.RelianceRefused: "", domain.RelianceLapsed: "", "": ""} {
			t.Run(c.name+", "+string(state), func(t *testing.T) {
				f := sound()
				c.change(&f)
				f.Reliance.State = state
				fallen, causes := domain.Lapses(state, domain.Evaluate(f))
				got := ""
				if fallen {
					got = causes[0].Code
				}
				if got != want {
					t.Errorf("falls by %q, want %q (%v)", got, want, causes)
				}
			})
		}
	}
}

// A proposal may be approved exactly when an approved reliance would stand.
func TestReliance_Claimable(t *testing.T) {
	f := sound()
	f.Reliance.State = domain.RelianceProposed
	if ok, causes := domain.Claimable(domain.Evaluate(f)); !ok || len(causes) > 0 {
		t.Errorf("sound facts are not claimable: %v", causes)
	}
	f.Split.Party = domain.PartyOurs
	if ok, causes := domain.Claimable(domain.Evaluate(f)); ok || causes[0].Code != "nothing_to_rely_on" {
		t.Errorf("what is ours is claimable: %v", causes)
	}
}

// Only what people rely on stands, and only what was proposed is claimed.
func TestReliance_Standing(t *testing.T) {
	for _, s := range append(domain.RelianceStates, "") {
		r := domain.Reliance{State: s}
		if want := s == domain.RelianceApproved || s == domain.RelianceAccepted; r.Standing() != want {
			t.Errorf("%q stands: %v", s, r.Standing())
		}
		if r.Claimed() != (s != "") {
			t.Errorf("%q is claimed: %v", s, r.Claimed())
		}
	}
}
