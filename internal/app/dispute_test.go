package app_test

import (
	"slices"
	"sync"
	"testing"

	"relier/internal/app"
	"relier/internal/domain"
)

// acrossEditions accepts reliances of an engagement to 2022 on a certificate to
// 2013: one per requirement, each passing G3 through its own row.
func (h *house) acrossEditions(codes ...string) []domain.Reliance {
	h.t.Helper()
	h.eng.Period = domain.Period{From: domain.MustDate("2025-01-01"), To: domain.MustDate("2025-09-30")}
	var err error
	h.eng, err = h.UpdateEngagement(ctx, h.as(domain.RoleManager), h.eng)
	h.must(err)
	s := h.azure()
	cert, err := h.SaveCertificate(ctx, h.as(domain.RoleAuditor), domain.Certificate{Title: "Azure", Number: "C-13", Body: "Body", Edition: domain.Edition2013,
		Issued: domain.MustDate("2023-01-01"), Expires: domain.MustDate("2025-10-31"), ScopeText: "Azure", Names: azureInPublic})
	h.must(err)
	cert.CheckedWhere = "Service Trust Portal"
	cert, err = h.VerifyCertificate(ctx, h.as(domain.RoleAuditor), cert)
	h.must(err)
	for _, kind := range []domain.ReportKind{domain.ReportAudit, domain.ReportSoA} {
		_, err := h.SaveReport(ctx, h.as(domain.RoleAuditor), domain.Report{Kind: kind, Title: string(kind), Names: azureInPublic, State: domain.ReportReviewed,
			ObtainedOn: domain.MustDate("2025-06-01"), Period: domain.Period{From: domain.MustDate("2024-04-01"), To: domain.MustDate("2025-03-31")}})
		h.must(err)
	}
	var out []domain.Reliance
	for _, code := range codes {
		out = append(out, h.acceptedOn(code, s, cert))
	}
	return out
}

func (h *house) acceptedOn(code string, s domain.Service, cert domain.Certificate) domain.Reliance {
	h.t.Helper()
	c, err := h.SaveControl(ctx, h.as(domain.RoleManager), domain.Control{Code: code, Title: code, Implementation: domain.Implemented,
		Requirements: []domain.ControlRequirement{{Ref: domain.Ref{Edition: domain.Edition2022, Code: code}}}})
	h.must(err)
	_, err = h.ConfirmSplit(ctx, h.as(domain.RoleManager), h.eng, domain.Split{Control: c.ID, Service: s.ID, Party: domain.PartyShared, Reason: "Ours too."})
	h.must(err)
	_, err = h.SaveResponsibility(ctx, h.as(domain.RoleManager), domain.Responsibility{Control: c.ID, Service: s.ID, State: domain.ResponsibilityNone, Because: "Nothing to set."})
	h.must(err)
	r, err := h.ProposeReliance(ctx, h.as(domain.RoleAuditor), h.eng, domain.Reliance{Control: c.ID, Service: s.ID, Certificates: []domain.CertificateID{cert.ID}})
	h.must(err)
	r, err = h.ApproveReliance(ctx, h.as(domain.RoleManager), h.eng, r.ID, r.Version, "")
	h.must(err)
	r, err = h.DecideReliance(ctx, h.as(domain.RoleAssessor), h.eng, r.ID, r.Version, app.Decision{Accept: true, Words: "Seen."})
	h.must(err)
	return r
}

var backupRow = domain.Dispute{Subject: domain.DisputeCrosswalk, From: "A.12.3.1", To: "A.8.13", Note: "Our backup is not what A.8.13 asks for."}

func TestDispute_LapsesExactlyWhatItShows(t *testing.T) {
	h := newHouse(t)
	rs := h.acrossEditions("A.8.13", "A.8.17")
	shown, err := h.DisputeEffects(ctx, h.as(domain.RoleAuditor), backupRow)
	h.must(err)
	if len(shown) != 1 || shown[0].Reliance.ID != rs[0].ID || !shown[0].Falls() {
		t.Fatalf("the effects are %+v, want that the first reliance falls", shown)
	}
	v, err := h.RaiseDispute(ctx, h.as(domain.RoleAuditor), backupRow)
	h.must(err)
	for i, want := range []domain.RelianceState{domain.RelianceLapsed, domain.RelianceAccepted} {
		if state, _ := h.verdict(rs[i].ID); state != want {
			t.Errorf("reliance %d is %s, want %s", i, state, want)
		}
	}
	if log := h.log(); log[0] != "dispute.raised" || log[1] != "reliance.lapsed" {
		t.Errorf("the newest records are %v", log[:2])
	}
	h.refusedSecond(v)

	settled := v
	settled.SettledBy, settled.Settlement = 1, "x"
	if back, err := h.DisputeEffects(ctx, h.as(domain.RoleAuditor), settled); err != nil || len(back) != 1 || back[0].Falls() || back[0].Climb() <= 0 {
		t.Errorf("settling shows %+v, %v, want one that rises", back, err)
	}
	_, err = h.SettleDispute(ctx, h.as(domain.RoleManager), v.ID, "", v.Version)
	h.refused(err, domain.KindInvalid, "settlement")
	_, err = h.SettleDispute(ctx, h.as(domain.RoleManager), v.ID, "It is, after all.", v.Version)
	h.must(err)
	if state, rung := h.verdict(rs[0].ID); state != domain.RelianceLapsed || rung == domain.RungInherited {
		t.Errorf("settling healed the reliance: %s, %s", state, rung)
	}
	_, err = h.SettleDispute(ctx, h.as(domain.RoleManager), v.ID, "Twice.", v.Version+1)
	h.refused(err, domain.KindConflict, "error.dispute.settled")
	if _, err := h.RaiseDispute(ctx, h.as(domain.RoleAuditor), backupRow); err != nil {
		t.Errorf("a settled row cannot be disputed again: %v", err)
	}
}

func (h *house) refusedSecond(v domain.Dispute) {
	h.t.Helper()
	_, err := h.RaiseDispute(ctx, h.as(domain.RoleManager), backupRow)
	h.refused(err, domain.KindConflict, "error.dispute.open")
	all, err := h.Disputes(ctx, h.as(domain.RoleReader))
	h.must(err)
	if len(all) != 1 || all[0].ID != v.ID {
		h.t.Errorf("there are %d disputes, want one", len(all))
	}
}

func TestDispute_OnlyOfWhatExists(t *testing.T) {
	h := newHouse(t)
	for _, v := range []domain.Dispute{
		{Subject: domain.DisputeCrosswalk, From: "A.12.3.1", To: "A.8.14", Note: "x"},
		{Subject: domain.DisputeProposal, From: "2022", To: "A.99.1", Note: "x"},
		{Subject: domain.DisputeProposal, From: "2022", To: "4.1", Note: "x"},
		{Subject: "weather", From: "2022", To: "A.8.13", Note: "x"},
	} {
		_, err := h.RaiseDispute(ctx, h.as(domain.RoleAuditor), v)
		h.refused(err, domain.KindNotFound, "not_found")
	}
	_, err := h.RaiseDispute(ctx, h.as(domain.RoleAuditor), domain.Dispute{Subject: domain.DisputeCrosswalk, To: "A.5.7"}) // new in 2022: a row without a source
	h.refused(err, domain.KindInvalid, "note")
	for _, role := range []domain.Role{domain.RoleContributor, domain.RoleReader, domain.RoleAssessor} {
		_, err := h.RaiseDispute(ctx, h.as(role), backupRow)
		h.refused(err, domain.KindForbidden, "error.forbidden")
	}
}

func TestDispute_OfAnotherOrganizationIsNotThere(t *testing.T) {
	h := newHouse(t)
	v, err := h.RaiseDispute(ctx, h.as(domain.RoleAuditor), backupRow)
	h.must(err)
	stranger := h.person("stranger")
	h.organization(stranger, "other")
	other := h.actor(stranger, "other")
	_, err = h.Dispute(ctx, other, v.ID)
	h.refused(err, domain.KindNotFound, "not_found")
	_, err = h.SettleDispute(ctx, other, v.ID, "Mine now.", v.Version)
	h.refused(err, domain.KindNotFound, "not_found")
	if all, err := h.Disputes(ctx, other); err != nil || len(all) != 0 {
		t.Errorf("another organization sees %d disputes, %v", len(all), err)
	}
}

func TestDispute_OnceWhenRaisedTwiceAtOnce(t *testing.T) {
	h := newHouse(t)
	errs := twice(func() error { _, err := h.RaiseDispute(ctx, h.as(domain.RoleAuditor), backupRow); return err })
	if all, err := h.Disputes(ctx, h.as(domain.RoleReader)); err != nil || len(all) != 1 {
		t.Errorf("%d disputes after %v, %v", len(all), errs, err)
	}
}

// twice does the same at the same time, as a form sent twice does.
func twice(act func() error) []error {
	errs := make([]error, 2)
	var both sync.WaitGroup
	for i := range errs {
		both.Go(func() { errs[i] = act() })
	}
	both.Wait()
	slices.SortFunc(errs, func(a, b error) int {
		if a == nil {
			return -1
		}
		return 1
	})
	return errs
}
