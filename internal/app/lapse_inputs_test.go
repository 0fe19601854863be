package app_test

import (
	"fmt"
	"slices"
	"testing"

	"relier/internal/app"
	"relier/internal/domain"
)

// input is a change to something that a verdict is computed from.
type input struct {
	name  string
	spoil func()
	undo  func()
	both  bool   // it concerns the other reliance too
	cause string // that the fall is recorded with
}

func (h *house) inputs(s standing) []input {
	one := domain.MustDate
	expires := func(day string) func(*domain.Certificate) {
		return func(v *domain.Certificate) { v.Expires = one(day) }
	}
	names := func(env domain.Environment) func(*domain.Certificate) {
		return func(v *domain.Certificate) { v.Names = []domain.Named{{Service: "azure", Environment: env}} }
	}
	refs := func(codes ...string) func(*domain.Control) {
		return func(v *domain.Control) {
			v.Requirements = nil
			for _, c := range codes {
				v.Requirements = append(v.Requirements, domain.ControlRequirement{Ref: domain.Ref{Edition: domain.Edition2022, Code: c}})
			}
		}
	}
	assessor := h.as(domain.RoleAssessor)
	other := domain.Engagement{Code: "2027", Title: "Next", Kind: domain.KindInternal, Edition: domain.Edition2022, Period: domain.Period{From: one("2027-01-01"), To: one("2027-12-31")}}
	other, err := h.CreateEngagement(ctx, h.as(domain.RoleOwner), other)
	h.must(err)
	until := h.eng.Period.To
	return []input{
		{"certificate edited, which takes its verification back", func() { h.editCertificate(s, expires("2027-06-30")) }, func() { h.verifyCertificate(s, expires("2028-01-01")) }, false, "unverified"},
		{"certificate verified with an earlier expiry", func() { h.verifyCertificate(s, expires("2026-11-30")) }, func() { h.verifyCertificate(s, expires("2028-01-01")) }, false, "uncovered"},
		{"certificate verified with a narrower scope", func() { h.verifyCertificate(s, names(domain.EnvGovernment)) }, func() { h.verifyCertificate(s, names(domain.EnvPublic)) }, false, "other_environment"},
		{"certificate withdrawn", func() {
			v, err := h.Certificate(ctx, h.as(domain.RoleAuditor), s.certificate)
			h.must(err)
			_, err = h.WithdrawCertificate(ctx, h.as(domain.RoleAuditor), v.ID, one("2026-12-01"), 0, v.Version)
			h.must(err)
		}, func() {
			v, err := h.Certificate(ctx, h.as(domain.RoleAuditor), s.certificate)
			h.must(err)
			_, err = h.VerifyCertificate(ctx, h.as(domain.RoleAuditor), v)
			h.refused(err, domain.KindConflict, "error.certificate.verify_withdrawn")
			_, err = h.TakeBackWithdrawal(ctx, h.as(domain.RoleAuditor), v.ID, v.Version)
			h.must(err)
		}, false, "uncovered"},
		{"report superseded", func() { h.editReport(s.audit, func(v *domain.Report) { v.State = domain.ReportSuperseded }) },
			func() { h.editReport(s.audit, func(v *domain.Report) { v.State = domain.ReportReviewed }) }, false, "report_missing"},
		{"report gets an exception that nobody judged", func() {
			h.editReport(s.audit, func(v *domain.Report) { v.Exceptions = domain.ReportExceptions{{What: "Late revocation"}} })
		}, func() { h.editReport(s.audit, func(v *domain.Report) { v.Exceptions = nil }) }, false, "exceptions_open"},
		{"provider's SoA excludes the requirement", func() {
			h.editReport(s.soa, func(v *domain.Report) {
				v.NotApplied = []domain.Ref{{Edition: domain.Edition2022, Code: "A.7.1"}}
			})
		}, func() { h.editReport(s.soa, func(v *domain.Report) { v.NotApplied = nil }) }, false, "provider_excludes"},
		{"service in another environment", func() { h.editService(s, func(v *domain.Service) { v.Environment = domain.EnvGovernment }) },
			func() { h.editService(s, func(v *domain.Service) { v.Environment = domain.EnvPublic }) }, false, "other_environment"},
		{"service retired", func() {
			h.editService(s, func(v *domain.Service) { v.State, v.To = domain.ServiceRetired, one("2026-11-30") })
		}, func() { h.editService(s, func(v *domain.Service) { v.State, v.To = domain.ServiceInUse, 0 }) }, false, "service_retired"},
		{"split decided otherwise", func() { h.split(s, domain.PartyOurs) }, func() { h.split(s, domain.PartyMicrosoft) }, false, "nothing_to_rely_on"},
		{"evidence taken off a responsibility", func() { h.editDuty(s, func(v *domain.Responsibility) { v.Evidence = nil }) },
			func() {
				h.editDuty(s, func(v *domain.Responsibility) { v.Evidence = []domain.EvidenceID{s.evidence} })
			}, false, "responsibility_open"},
		{"responsibility recurs oftener", func() { h.editDuty(s, func(v *domain.Responsibility) { v.Cadence = domain.CadenceMonthly }) },
			func() { h.editDuty(s, func(v *domain.Responsibility) { v.Cadence = "" }) }, false, "evidence_stale"},
		{"one responsibility more", func() {
			_, err := h.SaveResponsibility(ctx, h.as(domain.RoleManager), domain.Responsibility{Control: s.control, Service: s.service, Sentence: "Another"})
			h.must(err)
		}, func() {
			control, err := h.Control(ctx, h.as(domain.RoleManager), s.control)
			h.must(err)
			views, err := h.SplitsOf(ctx, h.as(domain.RoleManager), h.eng, control)
			h.must(err)
			for _, v := range views {
				for _, d := range v.Responsibilities {
					if d.Sentence == "Another" {
						d.Evidence = []domain.EvidenceID{s.evidence} // proves that one too
						_, err := h.SaveResponsibility(ctx, h.as(domain.RoleManager), d)
						h.must(err)
					}
				}
			}
		}, false, "responsibility_open"},
		{"new version of the evidence returned", func() { h.newVersion(s, "2026-01-01", "2026-03-31", domain.EvidenceReturned) },
			func() { h.newVersion(s, "2026-01-01", "2026-03-31", domain.EvidenceAccepted) }, false, "evidence_returned"},
		{"new version of the evidence, accepted for other days", func() { h.newVersion(s, "2025-01-01", "2025-03-31", domain.EvidenceAccepted) },
			func() { h.newVersion(s, "2026-01-01", "2026-03-31", domain.EvidenceAccepted) }, false, "evidence_outside_period"},
		{"new version of the evidence, accepted and out of date already", func() { h.newVersionUntil(s, "2026-11-22") },
			func() { h.newVersion(s, "2026-01-01", "2026-03-31", domain.EvidenceAccepted) }, false, "evidence_expired_since"},
		{"last day of the evidence goes by", func() {
			h.newVersionUntil(s, "2026-11-30")
			was := h.now
			h.now = one("2026-12-01").Time()
			h.must(h.LapseAll(ctx))
			h.now = was
		}, func() { h.newVersion(s, "2026-01-01", "2026-03-31", domain.EvidenceAccepted) }, false, "evidence_expired_since"},
		{"SoA excludes the control", func() { h.applyLine("A.7.1", false) }, func() { h.applyLine("A.7.1", true) }, false, "control_not_applicable"},
		{"audit period longer", func() { h.editEngagement(func(e *domain.Engagement) { e.Period.To = one("2028-06-30") }) },
			func() { h.editEngagement(func(e *domain.Engagement) { e.Period.To = until }) }, true, "uncovered"},
		{"reports may be less old", func() { h.editEngagement(func(e *domain.Engagement) { e.ReportMaxMonths = 3 }) },
			func() { h.editEngagement(func(e *domain.Engagement) { e.ReportMaxMonths = 12 }) }, true, "report_stale"},
		{"engagement reopened after the certificate had gone", func() {
			h.move(domain.EngagementPlanned, domain.EngagementFieldwork, domain.EngagementReporting, domain.EngagementClosed)
			h.verifyCertificate(s, expires("2026-11-30"))
			if state, _ := h.verdict(s.reliance); state != domain.RelianceAccepted {
				h.t.Errorf("what a closed audit concluded became %s", state)
			}
			h.move(domain.EngagementReporting)
		}, func() { h.verifyCertificate(s, expires("2028-01-01")) }, false, "uncovered"},
		{"control implements a clause", func() { h.editControl(s, refs("4.1", "A.7.1")) }, func() { h.editControl(s, refs("A.7.1")) }, false, "clause_is_ours"},
		{"import lets the control oversee suppliers", func() { h.importControl("Code,Title,ISO 27001:2022\nC-1,Control C-1,A.5.19\n") },
			func() { h.importControl("Code,Title,ISO 27001:2022\nC-1,Control C-1,A.7.1\n") }, false, "oversight_is_ours"},
		{"assessor is engaged for other controls only", func() {
			h.editAssessor(func(m *domain.Membership) { m.Controls = append(m.Controls, h.controlsBut(s.control)...) })
		}, func() { h.editAssessor(func(m *domain.Membership) { m.Controls = nil }) }, false, "assessor_withdrawn"},
		{"assessor's last day was before they accepted", func() { h.editAssessor(func(m *domain.Membership) { m.Until = h.Today().AddDays(-1) }) },
			func() { h.editAssessor(func(m *domain.Membership) { m.Until = until }) }, true, "assessor_withdrawn"},
		{"assessor moves to another engagement", func() { h.editAssessor(func(m *domain.Membership) { m.Engagement = other.ID }) },
			func() { h.editAssessor(func(m *domain.Membership) { m.Engagement = h.eng.ID }) }, true, "assessor_withdrawn"},
		{"assessor removed", func() { h.must(h.RemoveMember(ctx, h.as(domain.RoleOwner), assessor.Person)) },
			func() { h.people[domain.RoleAssessor] = h.member("assessor", domain.RoleAssessor) }, true, "assessor_withdrawn"},
	}
}

func (h *house) controlsBut(id domain.ControlID) (out []domain.ControlID) {
	h.t.Helper()
	all, err := h.Controls(ctx, h.as(domain.RoleReader))
	h.must(err)
	for _, v := range all {
		if v.ID != id {
			out = append(out, v.ID)
		}
	}
	return out
}

// lapses are the records of falls so far, by reliance.
func (h *house) lapses() map[domain.RelianceID][]domain.Activity {
	h.t.Helper()
	found, err := h.Activity(ctx, h.as(domain.RoleOwner), domain.ActivityFilter{Noun: domain.NounReliance, Page: domain.Page{Size: 1000}})
	h.must(err)
	out := map[domain.RelianceID][]domain.Activity{}
	for _, a := range found.Rows {
		if a.Verb == "reliance.lapsed" {
			out[domain.RelianceID(a.Object)] = append(out[domain.RelianceID(a.Object)], a)
		}
	}
	return out
}

// TestLapse_EveryInput changes each thing that a verdict is computed from: just
// the reliances that rest on it fall, each fall is recorded with its cause, and
// putting the thing back restores nothing until the reliance is proposed anew.
func TestLapse_EveryInput(t *testing.T) {
	h := newHouse(t)
	first, second := h.stand("C-1", "A.7.1", "azure"), h.stand("C-2", "A.7.2", "office-365")
	for _, in := range h.inputs(first) {
		t.Run(in.name, func(t *testing.T) {
			h.t = t
			before := h.lapses()
			in.spoil()
			fallen := []*standing{&first}
			if in.both {
				fallen = append(fallen, &second)
			} else if state, rung := h.verdict(second.reliance); state != domain.RelianceAccepted || rung != domain.RungInherited {
				t.Errorf("the other reliance is %s, %s", state, rung)
			}
			for _, s := range fallen {
				h.wantFallen(s.reliance, in.cause, before)
			}
			in.undo()
			h.must(h.LapseAll(ctx))
			for _, s := range fallen {
				if state, _ := h.verdict(s.reliance); state != domain.RelianceLapsed {
					t.Errorf("it healed itself to %s", state)
				}
				h.accept(s)
				if state, rung := h.verdict(s.reliance); state != domain.RelianceAccepted || rung != domain.RungInherited {
					t.Errorf("proposed anew it is %s, %s", state, rung)
				}
			}
			if after := h.lapses(); len(after[first.reliance])+len(after[second.reliance]) != len(before[first.reliance])+len(before[second.reliance])+len(fallen) {
				t.Errorf("%d falls were recorded, want %d more than %d", len(after[first.reliance])+len(after[second.reliance]), len(fallen), len(before[first.reliance])+len(before[second.reliance]))
			}
		})
	}
}

func (h *house) wantFallen(id domain.RelianceID, cause string, before map[domain.RelianceID][]domain.Activity) {
	h.t.Helper()
	v, err := h.Reliance(ctx, h.as(domain.RoleReader), h.eng, id)
	h.must(err)
	has := func(rs []domain.Reason) bool {
		return slices.ContainsFunc(rs, func(r domain.Reason) bool { return r.Code == cause })
	}
	if v.Reliance.State != domain.RelianceLapsed || !has(v.Reliance.LapseCauses) {
		h.t.Fatalf("the reliance is %s by %v, want lapsed by %s", v.Reliance.State, v.Reliance.LapseCauses, cause)
	}
	now := h.lapses()[id]
	if len(now) != len(before[id])+1 || !has(now[0].Causes) {
		h.t.Errorf("%d records of falls, the newest by %v; want one more than %d, by %s", len(now), now[0].Causes, len(before[id]), cause)
	}
}

// TestLapse_ForetoldExactly compares what the page would state beforehand with
// what then happens.
func TestLapse_ForetoldExactly(t *testing.T) {
	h := newHouse(t)
	first, second := h.stand("C-1", "A.7.1", "azure"), h.stand("C-2", "A.7.2", "office-365")
	owner := h.as(domain.RoleOwner)
	falls := func(effects []app.Effect, err error) string {
		h.t.Helper()
		h.must(err)
		var out []string
		for _, e := range effects {
			if e.Falls() {
				out = append(out, fmt.Sprintf("%s by %s", e.Control.Code, e.Causes[0].Code))
			}
		}
		return fmt.Sprint(out)
	}
	assessor, err := h.Member(ctx, owner, h.as(domain.RoleAssessor).Person)
	h.must(err)
	scoped, ended, longer, older := assessor.Membership, assessor.Membership, h.eng, h.eng
	scoped.Controls, ended.Until = []domain.ControlID{second.control}, h.Today().AddDays(-1)
	longer.Period.To, older.ReportMaxMonths = domain.MustDate("2028-06-30"), 3
	cert, err := h.Certificate(ctx, owner, first.certificate)
	h.must(err)
	cert.Expires = domain.MustDate("2026-11-30")
	line := domain.NewSoAEntry(h.org.ID, domain.Ref{Edition: domain.Edition2022, Code: "A.7.2"})
	line.Applicable, line.Exclusion = false, "Not ours."
	bad := line
	bad.Status = "whatever"
	wrong := longer
	wrong.Title = ""
	for name, got := range map[string][2]string{
		"scope":                      {falls(h.MembershipEffects(ctx, owner, scoped)), "[C-1 by assessor_withdrawn]"},
		"last day":                   {falls(h.MembershipEffects(ctx, owner, ended)), "[C-1 by assessor_withdrawn C-2 by assessor_withdrawn]"},
		"removal":                    {falls(h.RemovalEffects(ctx, owner, assessor.Person.ID)), "[C-1 by assessor_withdrawn C-2 by assessor_withdrawn]"},
		"removal of another":         {falls(h.RemovalEffects(ctx, owner, h.as(domain.RoleReader).Person)), "[]"},
		"period":                     {falls(h.EngagementEffects(ctx, owner, longer)), "[C-1 by uncovered C-2 by uncovered]"},
		"age of reports":             {falls(h.EngagementEffects(ctx, owner, older)), "[C-1 by report_stale C-2 by report_stale]"},
		"period that is refused":     {falls(h.EngagementEffects(ctx, owner, wrong)), "[]"},
		"expiry":                     {falls(h.CertificateEditEffects(ctx, owner, cert)), "[C-1 by unverified]"},
		"expiry, verified":           {falls(h.CertificateEffects(ctx, owner, cert)), "[C-1 by uncovered]"},
		"SoA line":                   {falls(h.SoAEffects(ctx, owner, []domain.SoAEntry{line})), "[C-2 by control_not_applicable]"},
		"SoA line that is refused":   {falls(h.SoAEffects(ctx, owner, []domain.SoAEntry{line, bad})), "[]"},
		"reopening of one that runs": {falls(h.ReopenEffects(ctx, owner, h.eng)), "[]"},
	} {
		if got[0] != got[1] {
			t.Errorf("%s lets fall %s, want %s", name, got[0], got[1])
		}
	}
	h.move(domain.EngagementPlanned, domain.EngagementFieldwork, domain.EngagementReporting, domain.EngagementClosed)
	h.verifyCertificate(first, func(v *domain.Certificate) { v.Expires = domain.MustDate("2026-11-30") })
	if got := falls(h.ReopenEffects(ctx, owner, h.eng)); got != "[C-1 by uncovered]" {
		t.Errorf("reopening lets fall %s", got)
	}
}
