package app_test

import (
	"testing"

	"relier/internal/domain"
)

func TestEffect_NamesTheCertificateThatCountsNoLonger(t *testing.T) {
	h := newHouse(t)
	c, s, cert := h.control("C-1"), h.azure(), h.certificate()
	short := cert
	short.ID, short.Version, short.Number, short.Title, short.State = 0, 0, "C-2", "Azure, one month", ""
	short.Issued, short.Expires = domain.MustDate("2026-01-01"), domain.MustDate("2026-01-31")
	short, err := h.SaveCertificate(ctx, h.as(domain.RoleAuditor), short)
	h.must(err)
	short.CheckedWhere = "Service Trust Portal"
	short, err = h.VerifyCertificate(ctx, h.as(domain.RoleAuditor), short)
	h.must(err)
	r, err := h.ProposeReliance(ctx, h.as(domain.RoleAuditor), h.eng, domain.Reliance{Control: c.ID, Service: s.ID, Certificates: []domain.CertificateID{cert.ID, short.ID}})
	h.must(err)
	_, err = h.ApproveReliance(ctx, h.as(domain.RoleManager), h.eng, r.ID, r.Version, "")
	h.must(err)

	cert.Names = []domain.Named{{Service: "intune", Environment: domain.EnvPublic}} // the other still passes G1
	effects, err := h.CertificateEffects(ctx, h.as(domain.RoleAuditor), cert)
	h.must(err)
	if len(effects) != 1 || effects[0].Causes[0].Code != "uncovered" || effects[0].Why.Code != "out_of_scope" {
		t.Errorf("it would say %v", effects)
	}
}
