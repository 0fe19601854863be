package journey_test

import (
	"relier/internal/app"
	"relier/internal/domain"
)

// gateCase changes one thing of a sound reliance. Whatever a use-case can do is
// done by it; what no use-case lets happen is written behind its back.
type gateCase struct {
	gate   domain.Gate
	code   string
	plan   plan
	change func(*gatesHouse, sound)
}

func gateCases() []gateCase {
	var out []gateCase
	for _, part := range [][]gateCase{certificateCases(), serviceCases(), reportCases(), ourCases(), evidenceCases(), assessorCases()} {
		out = append(out, part...)
	}
	return out
}

func (h *gatesHouse) verify(v domain.Certificate) {
	h.Helper()
	_, err := h.kit.App.VerifyCertificate(h.Context(), h.people[domain.RoleAuditor], v)
	h.must(err)
}

func certificateCases() []gateCase {
	edit := func(f func(*domain.Certificate)) func(*gatesHouse, sound) {
		return func(h *gatesHouse, s sound) { f(&s.cert); h.verify(s.cert) }
	}
	unverify := func(h *gatesHouse, s sound) {
		s.cert.ScopeText = "Other words"
		_, err := h.kit.App.SaveCertificate(h.Context(), h.people[domain.RoleAuditor], s.cert)
		h.must(err)
	}
	return []gateCase{
		{domain.GateScope, "no_certificate", plan{}, func(h *gatesHouse, s sound) {
			s.reliance.Certificates = nil
			h.must(h.kit.Store.UpdateReliance(h.Context(), &s.reliance))
		}},
		{domain.GateScope, "unverified", plan{}, unverify},
		{domain.GateEdition, "no_counting_certificate", plan{}, unverify},
		{domain.GateScope, "scope_not_quoted", plan{}, func(h *gatesHouse, s sound) {
			s.cert.ScopeText = ""
			h.must(h.kit.Store.UpdateCertificate(h.Context(), &s.cert))
		}},
		{domain.GateScope, "out_of_scope", plan{}, edit(func(c *domain.Certificate) {
			c.Names = []domain.Named{{Service: "intune", Environment: domain.EnvPublic}}
		})},
		{domain.GateScope, "other_environment", plan{}, edit(func(c *domain.Certificate) { c.Names[0].Environment = domain.EnvDoD })},
		{domain.GatePeriod, "uncovered", plan{}, edit(func(c *domain.Certificate) { c.Expires = domain.MustDate("2026-06-11") })},
		{domain.GateEdition, "edition_gap", plan{ref: domain.Ref{Edition: domain.Edition2022, Code: "A.5.7"}}, edit(func(c *domain.Certificate) { c.Edition = domain.Edition2013 })},
		{domain.GateEdition, "no_requirement", plan{}, func(h *gatesHouse, s sound) {
			s.control.Requirements = []domain.ControlRequirement{{Ref: domain.Ref{Edition: domain.Edition2013, Code: "A.11.1.1"}}}
			_, err := h.kit.App.SaveControl(h.Context(), h.people[domain.RoleManager], s.control)
			h.must(err)
		}},
		{domain.GatePeriod, "no_period", plan{ownAudit: true}, func(h *gatesHouse, s sound) {
			s.eng.Period = domain.Period{}
			h.must(h.kit.Store.UpdateEngagement(h.Context(), &s.eng))
		}},
	}
}

func serviceCases() []gateCase {
	behind := func(f func(*domain.Service)) func(*gatesHouse, sound) {
		return func(h *gatesHouse, s sound) {
			f(&s.service)
			h.must(h.kit.Store.UpdateService(h.Context(), &s.service))
		}
	}
	save := func(f func(*domain.Service)) func(*gatesHouse, sound) {
		return func(h *gatesHouse, s sound) {
			f(&s.service)
			_, err := h.kit.App.SaveService(h.Context(), h.people[domain.RoleManager], s.service)
			h.must(err)
		}
	}
	changed := func(kind domain.ServiceChangeKind) func(*domain.Service) {
		return func(v *domain.Service) {
			v.Changes = []domain.ServiceChange{{Kind: kind, On: domain.MustDate("2026-11-23"), Now: "Its new name"}}
		}
	}
	return []gateCase{
		{domain.GateScope, "service_not_in_use", plan{}, save(func(v *domain.Service) { v.State = domain.ServiceProposed })},
		{domain.GatePeriod, "service_retired", plan{}, save(func(v *domain.Service) { v.State, v.To = domain.ServiceRetired, domain.MustDate("2026-10-31") })},
		{domain.GatePeriod, "service_closed", plan{}, behind(func(v *domain.Service) { v.Closed = domain.MustDate("2026-10-31") })},
		{domain.GateScope, "service_renamed", plan{}, func(h *gatesHouse, s sound) {
			s.cert.CheckedOn = domain.MustDate("2026-11-01")
			h.verify(s.cert)
			behind(changed(domain.ServiceRenamed))(h, s)
		}},
		{domain.GateScope, "service_moved", plan{}, func(h *gatesHouse, s sound) {
			s.cert.CheckedOn = domain.MustDate("2026-11-01")
			h.verify(s.cert)
			behind(changed(domain.ServiceMoved))(h, s)
		}},
	}
}

func reportCases() []gateCase {
	save := func(pick func(*sound) *domain.Report, f func(*domain.Report)) func(*gatesHouse, sound) {
		return func(h *gatesHouse, s sound) {
			r := pick(&s)
			f(r)
			_, err := h.kit.App.SaveReport(h.Context(), h.people[domain.RoleAuditor], *r)
			h.must(err)
		}
	}
	audit, soa := func(s *sound) *domain.Report { return &s.report }, func(s *sound) *domain.Report { return &s.soa }
	ref := domain.Ref{Edition: domain.Edition2022, Code: "A.7.4"}
	superseded := func(r *domain.Report) { r.State = domain.ReportSuperseded }
	return []gateCase{
		{domain.GateReport, "report_missing", plan{}, save(audit, superseded)},
		{domain.GateReport, "provider_soa_missing", plan{}, save(soa, superseded)},
		{domain.GateReport, "report_unreviewed", plan{}, save(audit, func(r *domain.Report) { r.State = domain.ReportObtained })},
		{domain.GateReport, "exceptions_open", plan{}, save(audit, func(r *domain.Report) { r.Exceptions = domain.ReportExceptions{{What: "A late ticket"}} })},
		{domain.GateReport, "report_stale", plan{}, save(audit, func(r *domain.Report) {
			r.Period = domain.Period{From: domain.MustDate("2024-01-01"), To: domain.MustDate("2024-12-31")}
		})},
		{domain.GateReport, "provider_excludes", plan{}, save(soa, func(r *domain.Report) { r.NotApplied = []domain.Ref{ref} })},
		{domain.GateReport, "applicability_unknown", plan{}, save(soa, func(r *domain.Report) { r.NotStated = []domain.Ref{ref} })},
	}
}

func ourCases() []gateCase {
	nothing := func(*gatesHouse, sound) {}
	return []gateCase{
		{domain.GateOurSide, "split_unconfirmed", plan{noSplit: true, ref: domain.Ref{Edition: domain.Edition2022, Code: "A.8.13"}}, nothing},
		{domain.GateOurSide, "nothing_to_rely_on", plan{}, func(h *gatesHouse, s sound) {
			s.split.Party, s.split.Reason = domain.PartyOurs, "We run this ourselves."
			_, err := h.kit.App.ConfirmSplit(h.Context(), h.people[domain.RoleManager], s.eng, s.split)
			h.must(err)
		}},
		{domain.GateOurSide, "oversight_is_ours", plan{ref: domain.Ref{Edition: domain.Edition2022, Code: "A.5.23"}}, nothing},
		{domain.GateOurSide, "clause_is_ours", plan{ref: domain.Ref{Edition: domain.Edition2022, Code: "9.1"}}, nothing},
		{domain.GateOurSide, "control_not_applicable", plan{ref: domain.Ref{Edition: domain.Edition2022, Code: "A.7.13"}}, func(h *gatesHouse, s sound) {
			v := domain.NewSoAEntry(h.people[domain.RoleAuditor].Org, s.control.Requirements[0].Ref)
			v.Applicable, v.Exclusion = false, "Nothing of the kind here."
			_, err := h.kit.App.SaveSoA(h.Context(), h.people[domain.RoleAuditor], []domain.SoAEntry{v})
			h.must(err)
		}},
		{domain.GateOurSide, "responsibility_missing", plan{noDuty: true}, nothing},
	}
}

func evidenceCases() []gateCase {
	offer := func(h *gatesHouse, s sound, ids ...domain.EvidenceID) {
		s.duty.Evidence = ids
		_, err := h.kit.App.SaveResponsibility(h.Context(), h.people[domain.RoleManager], s.duty)
		h.must(err)
	}
	return []gateCase{
		{domain.GateOurSide, "responsibility_open", plan{}, func(h *gatesHouse, s sound) { offer(h, s) }},
		{domain.GateOurSide, "evidence_not_accepted", plan{}, func(h *gatesHouse, s sound) {
			offer(h, s, h.evidence(s.control.ID, "2026-04-01", "2026-06-30", false).ID)
		}},
		{domain.GateOurSide, "evidence_returned", plan{}, func(h *gatesHouse, s sound) { h.takeBack(s.evidence) }},
		{domain.GateOurSide, "evidence_expired", plan{}, func(h *gatesHouse, s sound) {
			s.evidence.State = domain.EvidenceExpired
			h.must(h.kit.Store.UpdateEvidence(h.Context(), &s.evidence))
		}},
		{domain.GateOurSide, "evidence_outside_period", plan{}, func(h *gatesHouse, s sound) {
			offer(h, s, h.evidence(s.control.ID, "2025-04-01", "2025-06-30", true).ID)
		}},
		{domain.GateOurSide, "evidence_stale", plan{}, func(h *gatesHouse, s sound) {
			s.duty.Cadence = domain.CadenceQuarterly
			offer(h, s, s.evidence.ID)
		}},
	}
}

func assessorCases() []gateCase {
	nothing := func(*gatesHouse, sound) {}
	limit := func(f func(*domain.Membership)) func(*gatesHouse, sound) {
		return func(h *gatesHouse, s sound) {
			engaged, err := h.kit.Store.Assessors(h.Context(), h.people[domain.RoleOwner].Org, s.eng.ID)
			h.must(err)
			f(&engaged[0])
			h.must(h.kit.Store.PutMembership(h.Context(), engaged[0]))
		}
	}
	return []gateCase{
		{domain.GateAssessor, "not_accepted", plan{undecided: true}, nothing},
		{domain.GateAssessor, "no_assessor", plan{noAssessor: true}, nothing},
		{domain.GateAssessor, "assessor_out_of_scope", plan{undecided: true, ownAudit: true}, limit(func(m *domain.Membership) { m.Controls = []domain.ControlID{1} })},
		{domain.GateAssessor, "assessor_ended", plan{undecided: true, ownAudit: true}, limit(func(m *domain.Membership) { m.Until = domain.MustDate("2026-11-01") })},
		{domain.GateAssessor, "assessor_withdrawn", plan{ownAudit: true}, limit(func(m *domain.Membership) { m.Controls = []domain.ControlID{1} })},
		{domain.GateAssessor, "refused", plan{undecided: true}, func(h *gatesHouse, s sound) {
			_, err := h.kit.App.DecideReliance(h.Context(), h.people[domain.RoleAssessor], s.eng, s.reliance.ID, s.reliance.Version, app.Decision{Words: "Show me more."})
			h.must(err)
		}},
		{domain.GateAssessor, "lapsed", plan{}, func(h *gatesHouse, s sound) { h.takeBack(s.evidence) }},
		{domain.GateAssessor, "assessor_not_independent", plan{}, func(h *gatesHouse, s sound) {
			s.reliance.ApprovedBy = s.reliance.Assessor
			h.must(h.kit.Store.UpdateReliance(h.Context(), &s.reliance))
		}},
		{domain.GateAssessor, "acceptance_unproven", plan{}, func(h *gatesHouse, s sound) {
			s.reliance.OnBehalfOf = "Ann Assessor"
			h.must(h.kit.Store.UpdateReliance(h.Context(), &s.reliance))
		}},
	}
}
