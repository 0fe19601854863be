package app_test

import (
	"testing"

	"relier/internal/app"
	"relier/internal/domain"
)

// complete takes a reliance to where only the assessor's decision is missing.
func (h *house) complete(s *standing) domain.Reliance {
	h.t.Helper()
	r, err := h.ProposeReliance(ctx, h.as(domain.RoleAuditor), h.eng, domain.Reliance{Control: s.control, Service: s.service, Certificates: []domain.CertificateID{s.certificate}})
	h.must(err)
	r, err = h.ApproveReliance(ctx, h.as(domain.RoleManager), h.eng, r.ID, r.Version, "")
	h.must(err)
	return r
}

// A decision recorded on behalf names one assessor, engaged today for the control,
// and falls when that very one goes.
func TestDecision_OnBehalfNamesTheAssessor(t *testing.T) {
	for name, goes := range map[string]func(*house, domain.Actor){
		"removed": func(h *house, iris domain.Actor) { h.must(h.RemoveMember(ctx, h.as(domain.RoleOwner), iris.Person)) },
		"narrowed": func(h *house, iris domain.Actor) {
			m, err := h.Member(ctx, h.as(domain.RoleOwner), iris.Person)
			h.must(err)
			v := m.Membership
			v.Controls = []domain.ControlID{h.control("C-9").ID}
			_, err = h.EditAssessor(ctx, h.as(domain.RoleOwner), v, app.MembershipDigest(m.Membership))
			h.must(err)
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			iris := h.member("iris", domain.RoleAssessor)
			s := h.stand("C-7", "A.7.1", "azure-seven")
			manager := h.as(domain.RoleManager)
			v, err := h.Reliance(ctx, manager, h.eng, s.reliance)
			h.must(err)
			if v.Reliance.Assessor != h.as(domain.RoleAssessor).Person || v.Reliance.OnBehalfOf != "" {
				t.Errorf("an assessor's own decision names %d, %q", v.Reliance.Assessor, v.Reliance.OnBehalfOf)
			}
			_, err = h.WithdrawCertificate(ctx, manager, s.certificate, h.Today(), 0, 2)
			h.must(err)
			_, err = h.TakeBackWithdrawal(ctx, manager, s.certificate, 3)
			h.must(err)
			r := h.complete(&s)
			decide := func(who domain.PersonID, proof string) error {
				_, err := h.DecideReliance(ctx, manager, h.eng, r.ID, r.Version, app.Decision{Accept: true, Assessor: who, Proof: proof})
				return err
			}
			h.refused(decide(h.as(domain.RoleReader).Person, "minutes"), domain.KindInvalid, "error.reliance.assessor")
			h.refused(decide(0, "minutes"), domain.KindInvalid, "error.reliance.assessor")
			h.refused(decide(iris.Person, ""), domain.KindInvalid, "error.text.required")
			h.must(decide(iris.Person, "minutes of the visit"))
			v, err = h.Reliance(ctx, manager, h.eng, r.ID)
			h.must(err)
			if v.Reliance.Assessor != iris.Person || v.Reliance.OnBehalfOf != "Person iris" || v.Verdict.Rung != domain.RungInherited {
				t.Errorf("the decision is %d’s, %q, and reaches %s", v.Reliance.Assessor, v.Reliance.OnBehalfOf, v.Verdict.Rung)
			}
			goes(h, iris)
			if state, _ := h.verdict(r.ID); state != domain.RelianceLapsed {
				t.Errorf("without the assessor who accepted, the reliance is %s", state)
			}
		})
	}
}

// Who proposed or approved a reliance does not decide on it, whatever they became
// since; nor does an assessor engaged for other controls.
func TestDecision_ByNobodyWhoHadAPart(t *testing.T) {
	h := newHouse(t)
	s := h.stand("C-7", "A.7.1", "azure-seven")
	_, err := h.WithdrawCertificate(ctx, h.as(domain.RoleManager), s.certificate, h.Today(), 0, 2)
	h.must(err)
	_, err = h.TakeBackWithdrawal(ctx, h.as(domain.RoleManager), s.certificate, 3)
	h.must(err)
	owner, old := h.as(domain.RoleOwner), h.as(domain.RoleAssessor)
	r := h.complete(&s)
	h.must(h.RemoveMember(ctx, owner, old.Person))
	proposer := h.as(domain.RoleAuditor).Person
	h.must(h.RemoveMember(ctx, owner, proposer))
	now := h.member("auditor", domain.RoleAssessor)
	_, err = h.DecideReliance(ctx, now, h.eng, r.ID, r.Version, app.Decision{Accept: true})
	h.refused(err, domain.KindForbidden, "error.reliance.assessor_part")
	_, err = h.DecideReliance(ctx, h.as(domain.RoleManager), h.eng, r.ID, r.Version, app.Decision{Accept: true, Assessor: proposer, Proof: "minutes"})
	h.refused(err, domain.KindForbidden, "error.reliance.assessor_part")
	if able, refusal, err := h.Deciders(ctx, h.as(domain.RoleManager), r); len(able) != 0 || refusal == nil || err != nil {
		t.Errorf("offered are %v, %v, %v", able, refusal, err)
	}
}
