package app_test

import (
	"testing"
	"time"

	"relier/internal/app"
	"relier/internal/domain"
)

// Uploading is not accepting: after a version was returned, a newer one that
// nobody judged does not bring the acceptance before it back.
func TestLapse_AReturnedVersionStaysReturned(t *testing.T) {
	h := newHouse(t)
	r, _, e := h.accepted()
	version := func() domain.Evidence {
		v, err := h.AddVersion(ctx, h.as(domain.RoleContributor), e.ID, domain.EvidenceVersion{Note: "again", Period: domain.Period{From: domain.MustDate("2026-01-01"), To: domain.MustDate("2026-03-31")}})
		h.must(err)
		return v
	}
	e = version()
	_, err := h.ReviewEvidence(ctx, h.as(domain.RoleAuditor), domain.Review{Evidence: e.ID, Verdict: domain.EvidenceReturned, Reason: domain.ReasonIrrelevant}, e.Version)
	h.must(err)
	version()
	if _, rung := h.verdict(r.ID); rung != domain.RungSupported {
		t.Errorf("with a version that nobody judged the rung is %s", rung)
	}
}

// Words that nobody read carry nobody's name, withdrawn certificate or not.
func TestCertificate_EditTakesTheReadingBack(t *testing.T) {
	h := newHouse(t)
	r, cert, _ := h.accepted()
	cert, err := h.WithdrawCertificate(ctx, h.as(domain.RoleAuditor), cert.ID, domain.MustDate("2027-06-01"), 0, cert.Version)
	h.must(err)
	if state, _ := h.verdict(r.ID); state != domain.RelianceAccepted {
		t.Fatalf("withdrawn after the audit period, and it is %s", state)
	}
	cert.ScopeText, cert.Expires = "Words that nobody read", domain.MustDate("2040-01-01")
	cert, err = h.SaveCertificate(ctx, h.as(domain.RoleManager), cert)
	h.must(err)
	if cert.CheckedBy != 0 || cert.Counted() || cert.State != domain.CertificateWithdrawn {
		t.Errorf("after the edit it is %s, read by %d", cert.State, cert.CheckedBy)
	}
	if state, _ := h.verdict(r.ID); state != domain.RelianceLapsed {
		t.Errorf("the reliance is %s", state)
	}
}

// Whoever saves a report as reviewed after its period or services changed puts
// their own name to it.
func TestReport_EditIsReviewedAnew(t *testing.T) {
	h := newHouse(t)
	h.azure()
	h.reports()
	all, err := h.Reports(ctx, h.as(domain.RoleManager))
	h.must(err)
	r := all[0]
	r.Note = "only a note"
	r, err = h.SaveReport(ctx, h.as(domain.RoleManager), r)
	h.must(err)
	if r.ReviewedBy != h.as(domain.RoleAuditor).Person {
		t.Errorf("a note moved the review to %d", r.ReviewedBy)
	}
	h.now = h.now.AddDate(0, 0, 3)
	r.Period.From = domain.MustDate("2025-01-01")
	r, err = h.SaveReport(ctx, h.as(domain.RoleManager), r)
	h.must(err)
	if r.ReviewedBy != h.as(domain.RoleManager).Person || r.ReviewedOn != h.Today() {
		t.Errorf("another period is still reviewed by %d on %s", r.ReviewedBy, r.ReviewedOn)
	}
}

// What a closed audit concluded stays: later changes neither show in it nor can
// anybody decide in it.
func TestEngagement_ClosedStaysAsItWasClosed(t *testing.T) {
	h := newHouse(t)
	r, cert, _ := h.accepted()
	e := h.eng
	for _, next := range domain.EngagementStates[1:] {
		var err error
		e, err = h.MoveEngagement(ctx, h.as(domain.RoleOwner), e.ID, next, "", e.Version)
		h.must(err)
	}
	h.eng = e
	h.now = h.now.Add(time.Hour)
	_, err := h.WithdrawCertificate(ctx, h.as(domain.RoleAuditor), cert.ID, domain.MustDate("2026-02-01"), 0, cert.Version)
	h.must(err)
	if state, rung := h.verdict(r.ID); state != domain.RelianceAccepted || rung != domain.RungInherited {
		t.Errorf("after the certificate went, the closed audit shows %s, %s", state, rung)
	}
	d, err := h.Dashboard(ctx, h.as(domain.RoleManager), e)
	h.must(err)
	if d.Inherited != 1 || len(d.Fallen) != 0 {
		t.Errorf("its dashboard counts %d inherited, %d fallen", d.Inherited, len(d.Fallen))
	}
	_, err = h.DecideReliance(ctx, h.as(domain.RoleAssessor), e, r.ID, r.Version, app.Decision{Words: "No."})
	h.refused(err, domain.KindConflict, "error.engagement.closed")
	_, err = h.ApproveReliance(ctx, h.as(domain.RoleManager), e, r.ID, r.Version, "")
	h.refused(err, domain.KindConflict, "error.engagement.closed")
}

// A service is retired on a day.
func TestService_RetiredOnADay(t *testing.T) {
	h := newHouse(t)
	v := h.azure()
	v.State = domain.ServiceRetired
	_, err := h.SaveService(ctx, h.as(domain.RoleManager), v)
	h.refused(err, domain.KindInvalid, "to=error.service.last_day")
}
