package app_test

import (
	"testing"

	"relier/internal/domain"
)

func TestDashboard_ListsWhatRunsOut(t *testing.T) {
	h := newHouse(t)
	c, s, e := h.control("C-1"), h.azure(), h.evidence()
	h.certificate()
	_, err := h.SaveResponsibility(ctx, h.as(domain.RoleManager), domain.Responsibility{Control: c.ID, Service: s.ID, Sentence: "Review access",
		Cadence: domain.CadenceYearly, Owner: h.as(domain.RoleContributor).Person, Evidence: []domain.EvidenceID{e.ID}})
	h.must(err)
	d, err := h.Dashboard(ctx, h.as(domain.RoleReader), h.eng)
	h.must(err)
	got := map[domain.Noun]string{}
	for _, x := range d.Expiries {
		got[x.Noun] = x.On.String()
	}
	if got[domain.NounResponsibility] != "2027-04-30" { // a year after the last day that its evidence speaks for
		t.Errorf("the duty falls due on %q", got[domain.NounResponsibility])
	}
	if got[domain.NounMembership] != h.eng.Period.To.String() {
		t.Errorf("the assessor's engagement ends on %q", got[domain.NounMembership])
	}
	h.must(h.retire(s))
	d, err = h.Dashboard(ctx, h.as(domain.RoleReader), h.eng)
	h.must(err)
	for _, x := range d.Expiries {
		if x.Noun == domain.NounResponsibility {
			t.Error("a duty on a retired service falls due")
		}
	}
}

// retire ends the use of a service at the audit period's end.
func (h *house) retire(s domain.Service) error {
	s.State, s.To = domain.ServiceRetired, h.eng.Period.To
	_, err := h.SaveService(ctx, h.as(domain.RoleManager), s)
	return err
}

func TestDashboard_FallsOfThoseConcernedFirst(t *testing.T) {
	h := newHouse(t)
	r, cert, _ := h.accepted()
	cert.Names = []domain.Named{{Service: "azure", Environment: domain.EnvGovernment}} // its scope no longer names the service where it is used
	_, err := h.SaveCertificate(ctx, h.as(domain.RoleManager), cert)
	h.must(err)
	for role, mine := range map[domain.Role]bool{domain.RoleOwner: true, domain.RoleManager: true, domain.RoleAuditor: true, domain.RoleContributor: false, domain.RoleReader: false} {
		d, err := h.Dashboard(ctx, h.as(role), h.eng)
		h.must(err)
		if len(d.Fallen) != 1 || d.Fallen[0].Reliance.ID != r.ID || d.Fallen[0].Mine != mine {
			t.Errorf("%s: %d fell, theirs: %v", role, len(d.Fallen), len(d.Fallen) == 1 && d.Fallen[0].Mine)
		}
	}
}
