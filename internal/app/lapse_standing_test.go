package app_test

import (
	"slices"

	"relier/internal/app"
	"relier/internal/domain"
)

// standing is an accepted reliance with all that it stands on.
type standing struct {
	control     domain.ControlID
	service     domain.ServiceID
	certificate domain.CertificateID
	audit, soa  domain.ReportID
	evidence    domain.EvidenceID
	duty        domain.ResponsibilityID
	reliance    domain.RelianceID
}

// stand builds an accepted reliance of its own: nothing of it is shared but the
// engagement and the assessor.
func (h *house) stand(code, ref, key string) (s standing) {
	h.t.Helper()
	auditor := h.as(domain.RoleAuditor)
	service, err := h.SaveService(ctx, h.as(domain.RoleManager), domain.Service{Key: key, Name: key, Environment: domain.EnvPublic, Model: domain.ModelIaaS, State: domain.ServiceInUse})
	h.must(err)
	named := []domain.Named{{Service: service.Key, Environment: service.Environment}}
	cert, err := h.SaveCertificate(ctx, auditor, domain.Certificate{Title: key, Number: "N-" + key, Body: "Body", Edition: domain.Edition2022,
		Issued: domain.MustDate("2025-01-01"), Expires: domain.MustDate("2028-01-01"), ScopeText: key, Names: named})
	h.must(err)
	cert.CheckedWhere = "portal"
	cert, err = h.VerifyCertificate(ctx, auditor, cert)
	h.must(err)
	s = standing{service: service.ID, certificate: cert.ID}
	for kind, id := range map[domain.ReportKind]*domain.ReportID{domain.ReportAudit: &s.audit, domain.ReportSoA: &s.soa} {
		r, err := h.SaveReport(ctx, auditor, domain.Report{Kind: kind, Title: key + " " + string(kind), Names: named, State: domain.ReportReviewed,
			ObtainedOn: domain.MustDate("2026-05-01"), Period: domain.Period{From: domain.MustDate("2025-04-01"), To: domain.MustDate("2026-03-31")}})
		h.must(err)
		*id = r.ID
	}
	return h.standBeside(s, code, ref)
}

// standBeside builds another control's reliance on the same documents.
func (h *house) standBeside(s standing, code, ref string) standing {
	h.t.Helper()
	manager := h.as(domain.RoleManager)
	control, err := h.SaveControl(ctx, manager, domain.Control{Code: code, Title: "Control " + code, Implementation: domain.Implemented,
		Requirements: []domain.ControlRequirement{{Ref: domain.Ref{Edition: domain.Edition2022, Code: ref}}}})
	h.must(err)
	s.control, s.evidence = control.ID, h.evidence(control.ID).ID
	_, err = h.ConfirmSplit(ctx, manager, h.eng, domain.Split{Control: s.control, Service: s.service, Party: domain.PartyMicrosoft})
	h.must(err)
	duty, err := h.SaveResponsibility(ctx, manager, domain.Responsibility{Control: s.control, Service: s.service, Sentence: "Review access", Evidence: []domain.EvidenceID{s.evidence}})
	h.must(err)
	s.duty = duty.ID
	h.accept(&s)
	return s
}

// accept takes a reliance from wherever it is through every step.
func (h *house) accept(s *standing) {
	h.t.Helper()
	r, err := h.ProposeReliance(ctx, h.as(domain.RoleAuditor), h.eng, domain.Reliance{Control: s.control, Service: s.service, Certificates: []domain.CertificateID{s.certificate}})
	h.must(err)
	r, err = h.ApproveReliance(ctx, h.as(domain.RoleManager), h.eng, r.ID, r.Version, "")
	h.must(err)
	r, err = h.DecideReliance(ctx, h.as(domain.RoleAssessor), h.eng, r.ID, r.Version, app.Decision{Accept: true})
	h.must(err)
	s.reliance = r.ID
}

// The house's way to change one thing and save it; each reads what stands.

func (h *house) editCertificate(s standing, f func(*domain.Certificate)) {
	h.t.Helper()
	v, err := h.Certificate(ctx, h.as(domain.RoleAuditor), s.certificate)
	h.must(err)
	f(&v)
	_, err = h.SaveCertificate(ctx, h.as(domain.RoleAuditor), v)
	h.must(err)
}

func (h *house) verifyCertificate(s standing, f func(*domain.Certificate)) {
	h.t.Helper()
	v, err := h.Certificate(ctx, h.as(domain.RoleAuditor), s.certificate)
	h.must(err)
	f(&v)
	v.CheckedOn, v.CheckedWhere = 0, "portal"
	_, err = h.VerifyCertificate(ctx, h.as(domain.RoleAuditor), v)
	h.must(err)
}

func (h *house) editReport(id domain.ReportID, f func(*domain.Report)) {
	h.t.Helper()
	v, err := h.Report(ctx, h.as(domain.RoleAuditor), id)
	h.must(err)
	f(&v)
	_, err = h.SaveReport(ctx, h.as(domain.RoleAuditor), v)
	h.must(err)
}

func (h *house) editService(s standing, f func(*domain.Service)) {
	h.t.Helper()
	v, err := h.Service(ctx, h.as(domain.RoleManager), s.service)
	h.must(err)
	f(&v)
	_, err = h.SaveService(ctx, h.as(domain.RoleManager), v)
	h.must(err)
}

func (h *house) split(s standing, party domain.Party) {
	h.t.Helper()
	control, err := h.Control(ctx, h.as(domain.RoleManager), s.control)
	h.must(err)
	views, err := h.SplitsOf(ctx, h.as(domain.RoleManager), h.eng, control)
	h.must(err)
	i := slices.IndexFunc(views, func(v app.SplitView) bool { return v.Service.ID == s.service })
	v := views[i].Split
	v.Party, v.Reason = party, "We looked."
	_, err = h.ConfirmSplit(ctx, h.as(domain.RoleManager), h.eng, v)
	h.must(err)
}

func (h *house) editDuty(s standing, f func(*domain.Responsibility)) {
	h.t.Helper()
	control, err := h.Control(ctx, h.as(domain.RoleManager), s.control)
	h.must(err)
	views, err := h.SplitsOf(ctx, h.as(domain.RoleManager), h.eng, control)
	h.must(err)
	for _, v := range views {
		for _, d := range v.Responsibilities {
			if d.ID == s.duty {
				f(&d)
				_, err := h.SaveResponsibility(ctx, h.as(domain.RoleManager), d)
				h.must(err)
			}
		}
	}
}

func (h *house) editControl(s standing, f func(*domain.Control)) {
	h.t.Helper()
	v, err := h.Control(ctx, h.as(domain.RoleManager), s.control)
	h.must(err)
	f(&v)
	_, err = h.SaveControl(ctx, h.as(domain.RoleManager), v)
	h.must(err)
}

func (h *house) importControl(list string) {
	h.t.Helper()
	in, err := h.preview(list)
	h.must(err)
	_, err = h.apply(in)
	h.must(err)
}

func (h *house) editEngagement(f func(*domain.Engagement)) {
	h.t.Helper()
	v, err := h.Engagement(ctx, h.as(domain.RoleOwner), "2026")
	h.must(err)
	f(&v)
	h.eng, err = h.UpdateEngagement(ctx, h.as(domain.RoleOwner), v)
	h.must(err)
}

func (h *house) move(states ...domain.EngagementState) {
	h.t.Helper()
	for _, s := range states {
		e, err := h.Engagement(ctx, h.as(domain.RoleOwner), "2026")
		h.must(err)
		h.eng, err = h.MoveEngagement(ctx, h.as(domain.RoleOwner), e.ID, s, "We go on.", e.Version)
		h.must(err)
	}
}

func (h *house) editAssessor(f func(*domain.Membership)) {
	h.t.Helper()
	m, err := h.Member(ctx, h.as(domain.RoleOwner), h.as(domain.RoleAssessor).Person)
	h.must(err)
	v := m.Membership
	f(&v)
	_, err = h.EditAssessor(ctx, h.as(domain.RoleOwner), v, app.MembershipDigest(m.Membership))
	h.must(err)
}

func (h *house) applyLine(ref string, yes bool) {
	h.t.Helper()
	lines, err := h.SoA(ctx, h.as(domain.RoleAuditor), domain.Edition2022)
	h.must(err)
	for _, l := range lines {
		if l.Entry.Ref.Code == ref {
			l.Entry.Applicable, l.Entry.Exclusion = yes, "We have no such thing."
			_, err := h.SaveSoA(ctx, h.as(domain.RoleAuditor), []domain.SoAEntry{l.Entry})
			h.must(err)
		}
	}
}

// newVersion adds a version of the evidence that speaks for some days, and
// judges it.
func (h *house) newVersion(s standing, from, to string, verdict domain.EvidenceState) {
	h.t.Helper()
	h.addVersion(s, domain.EvidenceVersion{Period: domain.Period{From: domain.MustDate(from), To: domain.MustDate(to)}}, verdict)
}

// newVersionUntil adds an accepted version that counts through a day.
func (h *house) newVersionUntil(s standing, last string) {
	h.t.Helper()
	h.addVersion(s, domain.EvidenceVersion{Period: domain.Period{From: domain.MustDate("2026-01-01"), To: domain.MustDate("2026-03-31")},
		Expires: domain.MustDate(last)}, domain.EvidenceAccepted)
}

func (h *house) addVersion(s standing, v domain.EvidenceVersion, verdict domain.EvidenceState) {
	h.t.Helper()
	v.Note = "Again."
	e, err := h.AddVersion(ctx, h.as(domain.RoleContributor), s.evidence, v)
	h.must(err)
	if state, _ := h.verdict(s.reliance); verdict != domain.EvidenceAccepted && state != domain.RelianceAccepted {
		h.t.Errorf("a version that waits for its review made it %s", state)
	}
	r := domain.Review{Evidence: e.ID, Verdict: verdict}
	if verdict == domain.EvidenceReturned {
		r.Reason = domain.ReasonIrrelevant
	}
	_, err = h.ReviewEvidence(ctx, h.as(domain.RoleAuditor), r, e.Version)
	h.must(err)
}
