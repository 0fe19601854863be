package app_test

import (
	"slices"
	"testing"

	"relier/internal/app"
	"relier/internal/domain"
)

func TestReliance_InheritedOnlyAtTheEnd(t *testing.T) {
	h := newHouse(t)
	r, _, _ := h.accepted()
	if state, rung := h.verdict(r.ID); state != domain.RelianceAccepted || rung != domain.RungInherited {
		t.Errorf("after every step: %s, %s", state, rung)
	}
}

func TestReliance_Separation(t *testing.T) {
	h := newHouse(t)
	c, s, cert := h.control("C-1"), h.azure(), h.certificate()
	propose := domain.Reliance{Control: c.ID, Service: s.ID, Certificates: []domain.CertificateID{cert.ID}}
	_, err := h.ProposeReliance(ctx, h.as(domain.RoleContributor), h.eng, propose)
	h.refused(err, domain.KindForbidden, "error.forbidden")
	r, err := h.ProposeReliance(ctx, h.as(domain.RoleAuditor), h.eng, propose)
	h.must(err)
	_, err = h.ApproveReliance(ctx, h.as(domain.RoleAuditor), h.eng, r.ID, r.Version, "")
	h.refused(err, domain.KindForbidden, "own_proposal")
	_, err = h.ApproveReliance(ctx, h.as(domain.RoleAuditor), h.eng, r.ID, r.Version, "I am in a hurry")
	h.refused(err, domain.KindForbidden, "own_proposal") // others could approve, so no reason overrides
	_, err = h.DecideReliance(ctx, h.as(domain.RoleAssessor), h.eng, r.ID, r.Version, app.Decision{Accept: true})
	h.refused(err, domain.KindConflict, "error.reliance.state")
	r, err = h.ApproveReliance(ctx, h.as(domain.RoleManager), h.eng, r.ID, r.Version, "")
	h.must(err)
	_, err = h.DecideReliance(ctx, h.as(domain.RoleAssessor), h.eng, r.ID, r.Version, app.Decision{Accept: true})
	h.refused(err, domain.KindConflict, "not_complete")
	_, err = h.DecideReliance(ctx, h.as(domain.RoleManager), h.eng, r.ID, r.Version, app.Decision{Words: "No."})
	h.refused(err, domain.KindInvalid, "error.text.required") // on behalf needs a name and proof
	r, err = h.DecideReliance(ctx, h.as(domain.RoleAssessor), h.eng, r.ID, r.Version, app.Decision{Words: "Scope unclear."})
	h.must(err)
	if r.State != domain.RelianceRefused {
		t.Errorf("state %s", r.State)
	}
	_, err = h.ProposeReliance(ctx, h.as(domain.RoleAuditor), h.eng, propose)
	h.must(err)
	_, err = h.ProposeReliance(ctx, h.as(domain.RoleAuditor), h.eng, propose)
	h.refused(err, domain.KindConflict, "error.reliance.exists")
}

func TestReliance_UnverifiedCannotBeApproved(t *testing.T) {
	h := newHouse(t)
	c, s := h.control("C-1"), h.azure()
	seeded, err := h.Certificates(ctx, h.as(domain.RoleReader))
	h.must(err)
	if len(seeded) != 9 {
		t.Fatalf("%d certificates came with the organization", len(seeded))
	}
	for _, v := range seeded {
		if v.State != domain.CertificateUnverified || v.ValidityOn(h.Today()) != domain.ValidityEnded {
			t.Errorf("%s starts as %s, %s", v.Title, v.State, v.ValidityOn(h.Today()))
		}
	}
	r, err := h.ProposeReliance(ctx, h.as(domain.RoleAuditor), h.eng, domain.Reliance{Control: c.ID, Service: s.ID, Certificates: []domain.CertificateID{seeded[0].ID}})
	h.must(err)
	_, err = h.ApproveReliance(ctx, h.as(domain.RoleManager), h.eng, r.ID, r.Version, "")
	h.refused(err, domain.KindConflict, "not_claimable")
}

// A lapse happens in the transaction of the change, names its cause, and does
// not heal when the cause goes away.
func TestLapse_NeverHeals(t *testing.T) {
	for name, breakIt := range map[string]func(*house, domain.Certificate, domain.Evidence) (undo func()){
		"certificate expires earlier": func(h *house, c domain.Certificate, _ domain.Evidence) func() {
			short := c
			short.Expires = domain.MustDate("2026-06-11")
			short, err := h.SaveCertificate(ctx, h.as(domain.RoleAuditor), short)
			h.must(err)
			return func() {
				short.Expires, short.CheckedWhere = c.Expires, "portal"
				_, err := h.VerifyCertificate(ctx, h.as(domain.RoleAuditor), short)
				h.must(err)
			}
		},
		"certificate withdrawn": func(h *house, c domain.Certificate, _ domain.Evidence) func() {
			w, err := h.WithdrawCertificate(ctx, h.as(domain.RoleAuditor), c.ID, domain.MustDate("2026-12-31"), 0, c.Version)
			h.must(err)
			return func() {
				_, err := h.TakeBackWithdrawal(ctx, h.as(domain.RoleAuditor), w.ID, w.Version)
				h.must(err)
			}
		},
		"new version of the evidence, returned": func(h *house, _ domain.Certificate, e domain.Evidence) func() {
			again := func() domain.Evidence {
				e, err := h.AddVersion(ctx, h.as(domain.RoleContributor), e.ID, domain.EvidenceVersion{Note: "again", Period: e.Period})
				h.must(err)
				return e
			}
			e = again()
			_, err := h.ReviewEvidence(ctx, h.as(domain.RoleAuditor), domain.Review{Evidence: e.ID, Verdict: domain.EvidenceReturned, Reason: domain.ReasonIrrelevant}, e.Version)
			h.must(err)
			return func() {
				e := again()
				_, err := h.ReviewEvidence(ctx, h.as(domain.RoleAuditor), domain.Review{Evidence: e.ID, Verdict: domain.EvidenceAccepted}, e.Version)
				h.must(err)
			}
		},
		"audit period moves": func(h *house, _ domain.Certificate, _ domain.Evidence) func() {
			e := h.eng
			e.Period.To = domain.MustDate("2028-06-30")
			e, err := h.UpdateEngagement(ctx, h.as(domain.RoleOwner), e)
			h.must(err)
			return func() {
				e.Period = h.eng.Period
				_, err := h.UpdateEngagement(ctx, h.as(domain.RoleOwner), e)
				h.must(err)
			}
		},
		"assessor leaves": func(h *house, _ domain.Certificate, _ domain.Evidence) func() {
			h.must(h.RemoveMember(ctx, h.as(domain.RoleOwner), h.as(domain.RoleAssessor).Person))
			return func() { h.member("assessor", domain.RoleAssessor) }
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			r, cert, e := h.accepted()
			undo := breakIt(h, cert, e)
			if state, _ := h.verdict(r.ID); state != domain.RelianceLapsed {
				t.Fatalf("state %s", state)
			}
			if !slices.Contains(h.log(), "reliance.lapsed") {
				t.Error("the fall was not recorded")
			}
			v, err := h.Reliance(ctx, h.as(domain.RoleReader), h.eng, r.ID)
			h.must(err)
			if len(v.Reliance.LapseCauses) == 0 {
				t.Error("the fall has no cause")
			}
			undo()
			h.must(h.LapseAll(ctx))
			if state, rung := h.verdict(r.ID); state != domain.RelianceLapsed || rung == domain.RungInherited {
				t.Errorf("it healed itself: %s, %s", state, rung)
			}
		})
	}
}

// Days pass without anybody changing anything: what an engaged assessor accepted
// stands after the last day of that engagement, for they accepted it in time.
func TestLapse_AcceptanceOutlivesTheAssessorsAccess(t *testing.T) {
	h := newHouse(t)
	r, _, _ := h.accepted()
	h.now = h.now.AddDate(0, 3, 0)
	h.must(h.LapseAll(ctx))
	if state, rung := h.verdict(r.ID); state != domain.RelianceAccepted || rung != domain.RungInherited {
		t.Errorf("%s, %s after the assessor's last day", state, rung)
	}
}

func TestLapse_ServiceGivenUp(t *testing.T) {
	h := newHouse(t)
	r, _, _ := h.accepted()
	services, err := h.Services(ctx, h.as(domain.RoleManager))
	h.must(err)
	s := services[0]
	s.State, s.To = domain.ServiceRetired, domain.MustDate("2026-11-30")
	_, err = h.SaveService(ctx, h.as(domain.RoleManager), s)
	h.must(err)
	if state, _ := h.verdict(r.ID); state != domain.RelianceLapsed {
		t.Errorf("state %s after the service was given up", state)
	}
}

// A newer version that waits for its review takes nothing away from the one that
// was accepted: a recurring duty is shown anew each turn.
func TestLapse_NotByAVersionThatWaits(t *testing.T) {
	h := newHouse(t)
	r, _, e := h.accepted()
	_, err := h.AddVersion(ctx, h.as(domain.RoleContributor), e.ID, domain.EvidenceVersion{Note: "the next quarter", Period: domain.Period{From: domain.MustDate("2026-04-01"), To: domain.MustDate("2026-06-30")}})
	h.must(err)
	if state, rung := h.verdict(r.ID); state != domain.RelianceAccepted || rung != domain.RungInherited {
		t.Errorf("state %s, rung %s", state, rung)
	}
}

func TestReliance_NoneOfAnExcludedControl(t *testing.T) {
	h := newHouse(t)
	c, s, cert := h.control("C-1"), h.azure(), h.certificate()
	for _, r := range c.Requirements {
		h.exclude(r.Ref.Code)
	}
	_, err := h.ProposeReliance(ctx, h.as(domain.RoleManager), h.eng, domain.Reliance{Control: c.ID, Service: s.ID, Certificates: []domain.CertificateID{cert.ID}})
	h.refused(err, domain.KindConflict, "error.reliance.excluded")
}
