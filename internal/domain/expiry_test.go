package domain_test

import (
	"testing"

	"relier/internal/domain"
)

func TestExpiry_OfWhatVerdictsRestOn(t *testing.T) {
	on := domain.MustDate
	for name, c := range map[string]struct {
		of   func() (domain.Expiry, bool)
		on   string // "": it does not run out
		want bool   // counted
	}{
		"a verified certificate": {func() (domain.Expiry, bool) {
			return domain.Certificate{Number: "C", State: domain.CertificateVerified, CheckedBy: 1, Issued: on("2025-01-01"), Expires: on("2027-12-31")}.ExpiryOf()
		}, "2027-12-31", true},
		"a withdrawn one, the day before": {func() (domain.Expiry, bool) {
			return domain.Certificate{State: domain.CertificateWithdrawn, CheckedBy: 1, Issued: on("2025-01-01"), Expires: on("2027-12-31"), WithdrawnOn: on("2026-05-01")}.ExpiryOf()
		}, "2026-04-30", true},
		"one of 2013, when they all ended": {func() (domain.Expiry, bool) {
			return domain.Certificate{Edition: domain.Edition2013, Issued: on("2024-01-01"), Expires: on("2026-12-31")}.ExpiryOf()
		}, "2025-10-31", false},
		"one without dates": {func() (domain.Expiry, bool) { return domain.Certificate{}.ExpiryOf() }, "", false},
		"an audit report, at its age limit": {func() (domain.Expiry, bool) {
			return domain.Report{Kind: domain.ReportAudit, State: domain.ReportReviewed, Period: domain.Period{From: on("2025-07-01"), To: on("2026-06-30")}}.ExpiryOf(12)
		}, "2027-06-30", true},
		"one that nobody reviewed": {func() (domain.Expiry, bool) {
			return domain.Report{Kind: domain.ReportAudit, State: domain.ReportObtained, Period: domain.Period{From: on("2025-07-01"), To: on("2026-06-30")}}.ExpiryOf(6)
		}, "2026-12-30", false},
		"a report that is only requested": {func() (domain.Expiry, bool) {
			return domain.Report{Kind: domain.ReportAudit, State: domain.ReportRequested}.ExpiryOf(12)
		}, "", false},
		"a provider's SoA": {func() (domain.Expiry, bool) {
			return domain.Report{Kind: domain.ReportSoA, State: domain.ReportReviewed, Period: domain.Period{From: on("2025-07-01"), To: on("2026-06-30")}}.ExpiryOf(12)
		}, "", false},
		"an assessor's engagement": {func() (domain.Expiry, bool) {
			return domain.Membership{Person: 4, Until: on("2027-03-31")}.ExpiryOf()
		}, "2027-03-31", true},
		"one without an end": {func() (domain.Expiry, bool) { return domain.Membership{Person: 4}.ExpiryOf() }, "", true},
		"a recurring duty": {func() (domain.Expiry, bool) {
			return domain.Responsibility{}.ExpiryOf(domain.Proof{Proven: true, Until: on("2026-09-30")})
		}, "2026-09-30", true},
		"one that does not recur": {func() (domain.Expiry, bool) { return domain.Responsibility{}.ExpiryOf(domain.Proof{Proven: true}) }, "", true},
		"one that is open":        {func() (domain.Expiry, bool) { return domain.Responsibility{}.ExpiryOf(domain.Proof{}) }, "", true},
	} {
		t.Run(name, func(t *testing.T) {
			x, ok := c.of()
			if ok != (c.on != "") || ok && (x.On.String() != c.on || x.Counted != c.want) {
				t.Errorf("runs out on %q (%v), counted %v; want %q, %v", x.On, ok, x.Counted, c.on, c.want)
			}
		})
	}
}

func TestExpiry_AxisSpansWholeMonths(t *testing.T) {
	for day, want := range map[string]string{"2026-11-25": "2026-08-01 2028-01-31", "2026-03-31": "2025-12-01 2027-05-31", "2028-02-29": "2027-11-01 2029-04-30"} {
		a := domain.ExpiryAxis(domain.MustDate(day))
		if got := a.From.String() + " " + a.To.String(); got != want {
			t.Errorf("%s: %s, want %s", day, got, want)
		}
	}
}

func TestCoverage_JoinsWhatCounts(t *testing.T) {
	year := domain.Period{From: domain.MustDate("2026-01-01"), To: domain.MustDate("2026-12-31")}
	s := domain.Service{Key: "azure", Environment: domain.EnvPublic, State: domain.ServiceInUse}
	held := func(id domain.CertificateID, from, to string) domain.Certificate {
		return domain.Certificate{ID: id, State: domain.CertificateVerified, CheckedBy: 1, CheckedOn: year.From, Edition: domain.Edition2022, ScopeText: "Azure",
			Names: []domain.Named{{Service: "azure", Environment: domain.EnvPublic}}, Issued: domain.MustDate(from), Expires: domain.MustDate(to)}
	}
	unverified, elsewhere := held(3, "2026-01-01", "2026-12-31"), held(4, "2026-01-01", "2026-12-31")
	unverified.State, unverified.CheckedBy = domain.CertificateUnverified, 0
	elsewhere.Names[0].Environment = domain.EnvGovernment
	c := domain.CoverageOf(s, []domain.Certificate{held(1, "2025-01-01", "2026-05-31"), held(2, "2026-06-11", "2028-01-01"), unverified, elsewhere}, year, year.To)
	if c.Days != 355 || len(c.Gaps) != 1 || c.Gaps[0].Days() != 10 || len(c.Certificates) != 2 {
		t.Errorf("%d days, gaps %v, %d certificates", c.Days, c.Gaps, len(c.Certificates))
	}
}

func TestCoverage_FollowsSuccessors(t *testing.T) {
	known := map[domain.CertificateID]domain.Certificate{1: {ID: 1, Successor: 2}, 2: {ID: 2, Successor: 3}, 3: {ID: 3, Successor: 1}, 4: {ID: 4, Successor: 9}}
	var got []domain.CertificateID
	for _, c := range domain.WithSuccessors([]domain.CertificateID{1, 3, 4}, known) {
		got = append(got, c.ID)
	}
	if len(got) != 4 || got[0] != 1 || got[1] != 2 || got[2] != 3 || got[3] != 4 {
		t.Errorf("rests on %v", got)
	}
}
