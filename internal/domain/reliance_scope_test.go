package domain_test

import (
	"testing"

	"relier/internal/domain"
)

const uncovered2026 = "G2: uncovered(2026-01-01, 2026-12-31, 365) | G3: no_counting_certificate"

// G1: a named person quoted the certificate's scope text, and it names the
// service and its cloud environment.
func TestReliance_Scope(t *testing.T) {
	renamed := func(on string) []domain.ServiceChange {
		return []domain.ServiceChange{{Kind: domain.ServiceRenamed, On: day(on), Now: "Azure Next"}}
	}
	evaluateCases(t, []relianceCase{
		{"G1 verified certificate whose quoted scope names the service", func(*domain.RelianceFacts) {}, domain.RungInherited, "", ""},
		{"G1 no certificate at all", func(f *domain.RelianceFacts) { f.Certificates = nil }, domain.RungNotExamined, "G1: no_certificate | " + uncovered2026, ""},
		{"G1 listed in the catalogue, verified by nobody", func(f *domain.RelianceFacts) {
			f.Certificates[0].State, f.Certificates[0].CheckedBy = domain.CertificateUnverified, 0
		}, domain.RungNotExamined, "G1: unverified(C-1) | " + uncovered2026, ""},
		{"G1 marked verified without a person's name", func(f *domain.RelianceFacts) { f.Certificates[0].CheckedBy = 0 }, domain.RungNotExamined, "G1: unverified(C-1) | " + uncovered2026, ""},
		{"G1 scope text never quoted", func(f *domain.RelianceFacts) { f.Certificates[0].ScopeText = "" }, domain.RungNotExamined, "G1: scope_not_quoted(C-1) | " + uncovered2026, ""},
		{"G1 scope names another service", func(f *domain.RelianceFacts) {
			f.Certificates[0].Names = []domain.Named{{Service: "intune", Environment: domain.EnvPublic}}
		}, domain.RungNotExamined, "G1: out_of_scope(Azure, public, C-1) | " + uncovered2026, ""},
		{"G1 scope narrowed until it names nothing", func(f *domain.RelianceFacts) { f.Certificates[0].Names = nil }, domain.RungNotExamined, "G1: out_of_scope(Azure, public, C-1) | " + uncovered2026, ""},
		{"G1 scope names the public cloud, the contract is with the government cloud", func(f *domain.RelianceFacts) {
			f.Service.Environment = domain.EnvGovernment
			f.Reports = nil
		}, domain.RungNotExamined, "G1: other_environment(Azure, government, C-1, public) | " + uncovered2026 + " | G4: provider_soa_missing(Azure); report_missing(Azure)", ""},
		{"G1 one of two certificates names the service", func(f *domain.RelianceFacts) { second(f).Names = nil }, domain.RungInherited, "", ""},
		{"G1 two certificates, each failing in its own way", func(f *domain.RelianceFacts) {
			f.Certificates[0].ScopeText = ""
			second(f).CheckedBy = 0
		}, domain.RungNotExamined, "G1: scope_not_quoted(C-1); unverified(C-2) | G2: uncovered(2026-01-01, 2026-12-31, 365) | G3: no_counting_certificate", ""},
		{"G1 withdrawn before the audit, still named in scope", func(f *domain.RelianceFacts) {
			f.Certificates[0].State, f.Certificates[0].WithdrawnOn = domain.CertificateWithdrawn, day("2025-06-01")
		}, domain.RungNotExamined, "G2: uncovered(2026-01-01, 2026-12-31, 365)", "G2: certificate_withdrawn(C-1, 2025-06-01) | G4: report_gap(2026-04-01, 2026-12-31, 275)"},
		{"G1 service only proposed, not in use", func(f *domain.RelianceFacts) { f.Service.State = domain.ServiceProposed }, domain.RungNotExamined, "G1: service_not_in_use(Azure)", ""},
		{"G1 service retired, and nobody knows when", func(f *domain.RelianceFacts) { f.Service.State = domain.ServiceRetired }, domain.RungNotExamined, "G1: service_not_in_use(Azure)", ""},
		{"G1 proposed service and no certificate: both are said", func(f *domain.RelianceFacts) {
			f.Service.State, f.Certificates = domain.ServiceProposed, nil
		}, domain.RungNotExamined, "G1: no_certificate; service_not_in_use(Azure) | " + uncovered2026, ""},
		{"G1 service renamed after the certificate was read", func(f *domain.RelianceFacts) { f.Service.Changes = renamed("2026-03-01") }, domain.RungNotExamined,
			"G1: service_renamed(Azure, 2026-03-01, Azure Next, C-1) | " + uncovered2026, ""},
		{"G1 certificate read again on the day of the new name", func(f *domain.RelianceFacts) {
			f.Service.Changes, f.Certificates[0].CheckedOn = renamed("2026-03-01"), day("2026-03-01")
		}, domain.RungInherited, "", ""},
		{"G1 renamed before the certificate was read", func(f *domain.RelianceFacts) { f.Service.Changes = renamed("2026-01-15") }, domain.RungInherited, "", ""},
		{"G1 renaming announced for after the day asked about", func(f *domain.RelianceFacts) { f.Service.Changes = renamed("2026-12-01") }, domain.RungInherited, "", ""},
		{"G1 renamed on the very day asked about", func(f *domain.RelianceFacts) { f.Service.Changes = renamed("2026-11-25") }, domain.RungNotExamined,
			"G1: service_renamed(Azure, 2026-11-25, Azure Next, C-1) | " + uncovered2026, ""},
		{"G1 renamed after the audit period", func(f *domain.RelianceFacts) {
			f.Service.Changes, f.On = renamed("2027-02-01"), day("2027-06-01")
		}, domain.RungInherited, "", ""},
		{"G1 moved to another offering", func(f *domain.RelianceFacts) {
			f.Service.Changes = []domain.ServiceChange{{Kind: domain.ServiceMoved, On: day("2026-05-01"), Now: "Fabric"}}
		}, domain.RungNotExamined, "G1: service_moved(Azure, 2026-05-01, Fabric, C-1) | " + uncovered2026, ""},
		{"G1 renamed twice: the last change is named", func(f *domain.RelianceFacts) {
			f.Service.Changes = append(renamed("2026-03-01"), domain.ServiceChange{Kind: domain.ServiceMoved, On: day("2026-06-01"), Now: "Fabric"})
		}, domain.RungNotExamined, "G1: service_moved(Azure, 2026-06-01, Fabric, C-1) | " + uncovered2026, ""},
		{"G1 one certificate read before the new name, its successor after", func(f *domain.RelianceFacts) {
			f.Service.Changes = renamed("2026-03-01")
			second(f).CheckedOn = day("2026-04-01")
		}, domain.RungInherited, "", ""},
		{"G1 certificate without a number is called by its title", func(f *domain.RelianceFacts) {
			f.Certificates[0].Number, f.Certificates[0].Title, f.Certificates[0].CheckedBy = "", "Azure certificate", 0
		}, domain.RungNotExamined, "G1: unverified(Azure certificate) | " + uncovered2026, ""},
	})
}

// The ground of G1 leads to the certificate, and names who checked it and when.
func TestReliance_ScopeGrounds(t *testing.T) {
	g := domain.Evaluate(sound()).Gates[0].Grounds[0]
	if g.Noun != domain.NounCertificate || g.Object != 1 || g.By != 7 || g.On != day("2026-02-01") {
		t.Errorf("the ground is %+v", g)
	}
}
