package domain_test

import (
	"testing"

	"relier/internal/domain"
)

// G2: the union of verified certificates covers every day of the audit period.
func TestReliance_Period(t *testing.T) {
	one := func(from, to string) func(*domain.RelianceFacts) {
		return func(f *domain.RelianceFacts) {
			f.Certificates[0].Issued, f.Certificates[0].Expires = day(from), day(to)
		}
	}
	two := func(a, b domain.Period) func(*domain.RelianceFacts) {
		return func(f *domain.RelianceFacts) {
			f.Certificates[0].Issued, f.Certificates[0].Expires = a.From, a.To
			c := second(f)
			c.Issued, c.Expires = b.From, b.To
		}
	}
	period := func(from, to string) func(*domain.RelianceFacts) {
		return func(f *domain.RelianceFacts) {
			f.Period, f.On = span(from, to), day(to)
			f.Reports[0].Period.To = f.Period.To
			f.Evidence[41] = domain.EvidenceFact{Code: "EV-000041", State: domain.EvidenceAccepted, Period: domain.Period{From: f.Period.From, To: f.Period.From}}
		}
	}
	evaluateCases(t, []relianceCase{
		{"G2 exactly from the first to the last day", one("2026-01-01", "2026-12-31"), domain.RungInherited, "", ""},
		{"G2 expires on the last day but one", one("2025-01-01", "2026-12-30"), domain.RungNotExamined, "G2: uncovered(2026-12-31, 2026-12-31, 1)", "G2: certificate_expires(C-1, 2026-12-30) | G4: report_gap(2026-04-01, 2026-12-31, 275)"},
		{"G2 issued on the second day", one("2026-01-02", "2028-01-01"), domain.RungNotExamined, "G2: uncovered(2026-01-01, 2026-01-01, 1)", ""},
		{"G2 expires in the middle of the period", one("2025-01-01", "2026-06-11"), domain.RungNotExamined, "G2: uncovered(2026-06-12, 2026-12-31, 203)", ""},
		{"G2 expired before the period begins", one("2023-01-01", "2025-12-31"), domain.RungNotExamined, "G2: uncovered(2026-01-01, 2026-12-31, 365)", ""},
		{"G2 issued after the period ends", one("2027-01-01", "2029-12-31"), domain.RungNotExamined, "G2: uncovered(2026-01-01, 2026-12-31, 365)", ""},
		{"G2 valid today, expired within the period all the same", func(f *domain.RelianceFacts) {
			one("2025-01-01", "2026-12-01")(f)
			f.On = day("2026-11-25")
		}, domain.RungNotExamined, "G2: uncovered(2026-12-02, 2026-12-31, 30)", ""},
		{"G2 no dates recorded", one("", ""), domain.RungNotExamined, "G2: uncovered(2026-01-01, 2026-12-31, 365)", "G2: certificate_no_day(C-1) | G4: report_gap(2026-04-01, 2026-12-31, 275)"},
		{"G2 dates the wrong way round hold no day", one("2027-01-01", "2026-01-01"), domain.RungNotExamined, "G2: uncovered(2026-01-01, 2026-12-31, 365)", ""},
		{"G2 successor takes over the next day", two(span("2025-01-01", "2026-06-30"), span("2026-07-01", "2029-06-30")), domain.RungInherited, "", gap2026},
		{"G2 successor overlaps", two(span("2025-01-01", "2026-08-31"), span("2026-07-01", "2029-06-30")), domain.RungInherited, "", ""},
		{"G2 successor a day late", two(span("2025-01-01", "2026-06-30"), span("2026-07-02", "2029-06-30")), domain.RungNotExamined, "G2: uncovered(2026-07-01, 2026-07-01, 1)", ""},
		{"G2 nineteen days between two certificates", two(span("2025-01-01", "2026-06-11"), span("2026-07-01", "2029-06-30")), domain.RungNotExamined, "G2: uncovered(2026-06-12, 2026-06-30, 19)", ""},
		{"G2 gaps at both ends", one("2026-02-01", "2026-11-30"), domain.RungNotExamined, "G2: uncovered(2026-01-01, 2026-01-31, 31); uncovered(2026-12-01, 2026-12-31, 31)", ""},
		{"G2 one certificate inside another adds nothing", two(span("2025-01-01", "2028-01-01"), span("2026-02-01", "2026-03-01")), domain.RungInherited, "", ""},
		{"G2 unverified successor does not count", func(f *domain.RelianceFacts) {
			two(span("2025-01-01", "2026-06-30"), span("2026-07-01", "2029-06-30"))(f)
			f.Certificates[1].State, f.Certificates[1].CheckedBy = domain.CertificateUnverified, 0
		}, domain.RungNotExamined, "G2: uncovered(2026-07-01, 2026-12-31, 184)", ""},
		{"G2 successor that does not name the service does not count", func(f *domain.RelianceFacts) {
			two(span("2025-01-01", "2026-06-30"), span("2026-07-01", "2029-06-30"))(f)
			f.Certificates[1].Names = nil
		}, domain.RungNotExamined, "G2: uncovered(2026-07-01, 2026-12-31, 184)", ""},
		{"G2 three certificates in a row", func(f *domain.RelianceFacts) {
			two(span("2025-01-01", "2026-03-31"), span("2026-04-01", "2026-09-30"))(f)
			c := second(f)
			c.Issued, c.Expires = day("2026-10-01"), day("2029-09-30")
		}, domain.RungInherited, "", ""},
		{"G2 withdrawn in the middle counts for the days before", func(f *domain.RelianceFacts) {
			f.Certificates[0].State, f.Certificates[0].WithdrawnOn = domain.CertificateWithdrawn, day("2026-12-31")
		}, domain.RungNotExamined, "G2: uncovered(2026-12-31, 2026-12-31, 1)", "G2: certificate_withdrawn(C-1, 2026-12-31) | G4: report_gap(2026-04-01, 2026-12-31, 275)"},
		{"G2 withdrawn the day after the period counts for all of it", func(f *domain.RelianceFacts) {
			f.Certificates[0].State, f.Certificates[0].WithdrawnOn = domain.CertificateWithdrawn, day("2027-01-01")
		}, domain.RungInherited, "", ""},
		{"G2 superseded, the successor takes over on that day", func(f *domain.RelianceFacts) {
			f.Certificates[0].State, f.Certificates[0].WithdrawnOn = domain.CertificateSuperseded, day("2026-07-01")
			c := second(f)
			c.State, c.WithdrawnOn, c.Issued = domain.CertificateVerified, 0, day("2026-07-01")
		}, domain.RungInherited, "", ""},
		{"G2 2013 edition cannot reach beyond 2025-10-31", func(f *domain.RelianceFacts) {
			f.Certificates[0].Edition = domain.Edition2013
		}, domain.RungNotExamined, "G2: uncovered(2026-01-01, 2026-12-31, 365)", "G2: certificate_edition_ended(C-1, 2025-10-31) | G4: report_gap(2026-04-01, 2026-12-31, 275)"},
		{"G2 2013 edition in the last year of the transition", func(f *domain.RelianceFacts) {
			period("2025-01-01", "2025-12-31")(f)
			f.Certificates[0].Edition, f.Certificates[0].Issued = domain.Edition2013, day("2023-01-01")
		}, domain.RungNotExamined, "G2: uncovered(2025-11-01, 2025-12-31, 61)", "G2: certificate_edition_ended(C-1, 2025-10-31)"},
		{"G2 leap day is a day like any other", func(f *domain.RelianceFacts) {
			period("2028-02-01", "2028-03-01")(f)
			two(span("2025-01-01", "2028-02-28"), span("2028-03-01", "2029-01-01"))(f)
		}, domain.RungNotExamined, "G2: uncovered(2028-02-29, 2028-02-29, 1)", ""},
		{"G2 no leap day in 2027: 28 February meets 1 March", func(f *domain.RelianceFacts) {
			period("2027-02-01", "2027-03-01")(f)
			two(span("2025-01-01", "2027-02-28"), span("2027-03-01", "2029-01-01"))(f)
		}, domain.RungInherited, "", ""},
		{"G2 one-day period, covered", period("2026-02-02", "2026-02-02"), domain.RungInherited, "", ""},
		{"G2 one-day period, missed by a day", func(f *domain.RelianceFacts) {
			period("2026-02-02", "2026-02-02")(f)
			one("2026-02-03", "2028-01-01")(f)
		}, domain.RungNotExamined, "G2: uncovered(2026-02-02, 2026-02-02, 1)", ""},
		{"G2 certificate of a single day covers that day", func(f *domain.RelianceFacts) {
			period("2026-02-02", "2026-02-02")(f)
			one("2026-02-02", "2026-02-02")(f)
		}, domain.RungInherited, "", ""},
		{"G2 engagement without a period covers nothing", func(f *domain.RelianceFacts) { f.Period = domain.Period{} }, domain.RungNotExamined,
			"G2: no_period | G5: evidence_outside_period(EV-000041); responsibility_open(1)", ""},
		{"G2 Microsoft closed the service long before", func(f *domain.RelianceFacts) { f.Service.Closed = day("2021-10-29") }, domain.RungNotExamined, "G2: service_closed(2021-10-29)", ""},
		{"G2 Microsoft closes the service the day before the end", func(f *domain.RelianceFacts) { f.Service.Closed = day("2026-12-30") }, domain.RungNotExamined, "G2: service_closed(2026-12-30)", ""},
		{"G2 closed on the last day was offered on all of them", func(f *domain.RelianceFacts) { f.Service.Closed = day("2026-12-31") }, domain.RungInherited, "", ""},
		{"G2 given up during the period", func(f *domain.RelianceFacts) {
			f.Service.State, f.Service.To = domain.ServiceRetired, day("2026-12-30")
		}, domain.RungNotExamined, "G2: service_retired(2026-12-30)", ""},
		{"G2 given up on the last day", func(f *domain.RelianceFacts) {
			f.Service.State, f.Service.To = domain.ServiceRetired, day("2026-12-31")
		}, domain.RungInherited, "", ""},
		{"G2 bridge letter over the gap extends no certificate", func(f *domain.RelianceFacts) {
			one("2025-01-01", "2026-11-30")(f)
			f.Reports = append(f.Reports, domain.Report{ID: 3, Kind: domain.ReportBridge, Title: "Bridge", Period: span("2026-10-01", "2026-12-31"), Names: f.Reports[0].Names, State: domain.ReportObtained})
		}, domain.RungNotExamined, "G2: uncovered(2026-12-01, 2026-12-31, 31)",
			"G2: bridge_no_certificate(Bridge) | G2: certificate_expires(C-1, 2026-11-30) | G4: bridged(Bridge, 2026-10-01, 2026-12-31) | G4: report_gap(2026-04-01, 2026-12-31, 275)"},
	})
}

// The days of a verdict are inclusive dates: unions and gaps of covers.
func TestReliance_UncoveredDays(t *testing.T) {
	certificate := func(from, to string) domain.Certificate {
		return domain.Certificate{Edition: domain.Edition2022, Issued: day(from), Expires: day(to)}
	}
	year := span("2024-01-01", "2024-12-31")
	for _, c := range []struct {
		name string
		held []domain.Certificate
		want []domain.Period
		days int
	}{
		{"nothing held: every day of a leap year", nil, []domain.Period{year}, 366},
		{"one that covers more than all", []domain.Certificate{certificate("2020-01-01", "2030-01-01")}, nil, 0},
		{"one in the middle leaves two ends", []domain.Certificate{certificate("2024-03-01", "2024-03-31")}, []domain.Period{span("2024-01-01", "2024-02-29"), span("2024-04-01", "2024-12-31")}, 335},
		{"two that touch are one", []domain.Certificate{certificate("2023-01-01", "2024-06-30"), certificate("2024-07-01", "2024-12-31")}, nil, 0},
		{"the order does not matter", []domain.Certificate{certificate("2024-07-01", "2024-12-31"), certificate("2023-01-01", "2024-06-30")}, nil, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := domain.UncoveredDays(year, c.held)
			if len(got) != len(c.want) || domain.DayCount(got) != c.days {
				t.Fatalf("got %v (%d days), want %v (%d days)", got, domain.DayCount(got), c.want, c.days)
			}
			for i := range got {
				if got[i] != c.want[i] {
					t.Errorf("gap %d is %v, want %v", i, got[i], c.want[i])
				}
			}
		})
	}
}
