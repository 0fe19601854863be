package domain_test

import (
	"encoding/json"
	"testing"

	"relier/internal/domain"
)

const gap2026 = "G4: report_gap(2026-04-01, 2026-12-31, 275)"

// G4: an audit report and an SoA of the provider were obtained and reviewed, the
// requirement is applicable there, every exception has a disposition, and the
// report is young enough at the period's end.
func TestReliance_Report(t *testing.T) {
	bridge := func(f *domain.RelianceFacts) *domain.Report {
		f.Reports = append(f.Reports, domain.Report{ID: 3, Kind: domain.ReportBridge, Title: "Bridge", Period: span("2026-04-01", "2026-09-30"), Names: f.Reports[0].Names, State: domain.ReportObtained})
		return &f.Reports[2]
	}
	settled := domain.ReportException{What: "late ticket", Disposition: domain.DispositionNotOurs, Note: "not our region", By: 7, On: day("2026-05-02")}
	evaluateCases(t, []relianceCase{
		{"G4 report and SoA reviewed", func(*domain.RelianceFacts) {}, domain.RungInherited, "", gap2026},
		{"G4 no audit report", func(f *domain.RelianceFacts) { f.Reports = f.Reports[1:] }, domain.RungClaimable, "G4: report_missing(Azure)", ""},
		{"G4 no SoA of the provider", func(f *domain.RelianceFacts) { f.Reports = f.Reports[:1] }, domain.RungClaimable, "G4: provider_soa_missing(Azure)", ""},
		{"G4 neither", func(f *domain.RelianceFacts) { f.Reports = nil }, domain.RungClaimable, "G4: provider_soa_missing(Azure); report_missing(Azure)", ""},
		{"G4 report only requested", func(f *domain.RelianceFacts) { f.Reports[0].State = domain.ReportRequested }, domain.RungClaimable, "G4: report_missing(Azure)", ""},
		{"G4 report obtained and not reviewed", func(f *domain.RelianceFacts) { f.Reports[0].State = domain.ReportObtained }, domain.RungClaimable, "G4: report_unreviewed(Report)", ""},
		{"G4 SoA obtained and not reviewed", func(f *domain.RelianceFacts) { f.Reports[1].State = domain.ReportObtained }, domain.RungClaimable, "G4: report_unreviewed(SoA)", ""},
		{"G4 report superseded, none in its place", func(f *domain.RelianceFacts) { f.Reports[0].State = domain.ReportSuperseded }, domain.RungClaimable, "G4: report_missing(Azure)", ""},
		{"G4 report on another service", func(f *domain.RelianceFacts) {
			f.Reports[0].Names = []domain.Named{{Service: "intune", Environment: domain.EnvPublic}}
		}, domain.RungClaimable, "G4: report_missing(Azure)", ""},
		{"G4 report on the service in another cloud", func(f *domain.RelianceFacts) {
			f.Reports[0].Names = []domain.Named{{Service: "azure", Environment: domain.EnvDoD}}
		}, domain.RungClaimable, "G4: report_missing(Azure)", ""},
		{"G4 report exactly twelve months old", func(f *domain.RelianceFacts) { f.Reports[0].Period = span("2025-01-01", "2025-12-31") }, domain.RungInherited, "", ""},
		{"G4 report twelve months and a day old", func(f *domain.RelianceFacts) { f.Reports[0].Period = span("2025-01-01", "2025-12-30") }, domain.RungClaimable, "G4: report_stale(Report, 1)", ""},
		{"G4 report a month too old", func(f *domain.RelianceFacts) { f.Reports[0].Period = span("2024-12-01", "2025-11-30") }, domain.RungClaimable, "G4: report_stale(Report, 31)", ""},
		{"G4 the engagement allows eighteen months", func(f *domain.RelianceFacts) {
			f.Reports[0].Period, f.ReportMaxMonths = span("2024-12-01", "2025-11-30"), 18
		}, domain.RungInherited, "", ""},
		{"G4 an old SoA is not stale: only the report ages", func(f *domain.RelianceFacts) { f.Reports[1].Period = span("2020-01-01", "2020-12-31") }, domain.RungInherited, "", ""},
		{"G4 of two reports the newest counts, and exceptions of both", func(f *domain.RelianceFacts) {
			old := f.Reports[0]
			old.ID, old.Title, old.Period, old.Exceptions = 4, "Old", span("2023-01-01", "2023-12-31"), make(domain.ReportExceptions, 3)
			f.Reports = append(f.Reports, old)
		}, domain.RungClaimable, "G4: exceptions_open(Old, 3)", ""},
		{"G4 the older report is superseded, its exceptions with it", func(f *domain.RelianceFacts) {
			old := f.Reports[0]
			old.ID, old.Title, old.Period, old.Exceptions, old.State = 4, "Old", span("2023-01-01", "2023-12-31"), make(domain.ReportExceptions, 3), domain.ReportSuperseded
			f.Reports = append(f.Reports, old)
		}, domain.RungInherited, "", ""},
		{"G4 a report of a single day hides no open exception", func(f *domain.RelianceFacts) {
			f.Reports[0].Exceptions = make(domain.ReportExceptions, 1)
			day1 := f.Reports[0]
			day1.ID, day1.Title, day1.Period, day1.Exceptions = 4, "One day", span("2026-04-01", "2026-04-01"), nil
			f.Reports = append(f.Reports, day1)
		}, domain.RungClaimable, "G4: exceptions_open(Report, 1)", ""},
		{"G4 a report on days after the audit period says nothing of it", func(f *domain.RelianceFacts) { f.Reports[0].Period = span("2027-01-01", "2027-12-31") }, domain.RungClaimable, "G4: report_missing(Azure)", ""},
		{"G4 a report that begins on the period's last day", func(f *domain.RelianceFacts) { f.Reports[0].Period = span("2026-12-31", "2027-12-31") }, domain.RungInherited, "", ""},
		{"G4 of two reports of one day the first recorded counts", func(f *domain.RelianceFacts) {
			twin := f.Reports[0]
			twin.ID, twin.Title = 9, "Twin"
			f.Reports = append([]domain.Report{twin}, f.Reports...)
		}, domain.RungInherited, "", ""},
		{"G4 exceptions counted, none described", func(f *domain.RelianceFacts) { f.Reports[0].Exceptions = make(domain.ReportExceptions, 2) }, domain.RungClaimable, "G4: exceptions_open(Report, 2)", ""},
		{"G4 one exception settled, one open", func(f *domain.RelianceFacts) {
			f.Reports[0].Exceptions = domain.ReportExceptions{settled, {What: "open door"}}
		}, domain.RungClaimable, "G4: exceptions_open(Report, 1)", ""},
		{"G4 every exception dispositioned", func(f *domain.RelianceFacts) { f.Reports[0].Exceptions = domain.ReportExceptions{settled, settled} }, domain.RungInherited, "", ""},
		{"G4 exceptions in the SoA count as well", func(f *domain.RelianceFacts) { f.Reports[1].Exceptions = make(domain.ReportExceptions, 1) }, domain.RungClaimable, "G4: exceptions_open(SoA, 1)", ""},
		{"G4 the provider excludes the requirement", func(f *domain.RelianceFacts) { f.Reports[1].NotApplied = []domain.Ref{ref22("A.7.1")} }, domain.RungClaimable, "G4: provider_excludes(A.7.1)", ""},
		{"G4 the provider excludes another requirement", func(f *domain.RelianceFacts) { f.Reports[1].NotApplied = []domain.Ref{ref22("A.7.6")} }, domain.RungInherited, "", ""},
		{"G4 the SoA does not say", func(f *domain.RelianceFacts) {
			f.Reports[1].Edition, f.Reports[1].NotStated = domain.Edition2022, []domain.Ref{ref22("A.7.1")}
		}, domain.RungClaimable, "G4: applicability_unknown(A.7.1, SoA)", ""},
		{"G4 the SoA is to 2013 and applies the counterpart", func(f *domain.RelianceFacts) { f.Reports[1].Edition = domain.Edition2013 }, domain.RungInherited, "", ""},
		{"G4 the SoA is to 2013 and excludes the counterpart", func(f *domain.RelianceFacts) {
			f.Reports[1].Edition, f.Reports[1].NotApplied = domain.Edition2013, []domain.Ref{ref13("A.11.1.1")}
		}, domain.RungClaimable, "G4: provider_excludes(A.7.1)", ""},
		{"G4 the SoA is to 2013 and says nothing of one of two sources", func(f *domain.RelianceFacts) {
			implements(f, ref22("A.5.1"))
			f.Reports[1].Edition, f.Reports[1].NotStated = domain.Edition2013, []domain.Ref{ref13("A.5.1.2")}
		}, domain.RungClaimable, "G4: applicability_unknown(A.5.1, SoA)", ""},
		{"G4 the SoA is to 2013, the requirement is new in 2022", func(f *domain.RelianceFacts) {
			implements(f, ref22("A.5.7"))
			f.Reports[1].Edition = domain.Edition2013
		}, domain.RungClaimable, "G4: applicability_unknown(A.5.7, SoA)", ""},
		{"G4 old report and excluded requirement: both are said", func(f *domain.RelianceFacts) {
			f.Reports[0].Period, f.Reports[1].NotApplied = span("2025-01-01", "2025-12-30"), []domain.Ref{ref22("A.7.1")}
		}, domain.RungClaimable, "G4: provider_excludes(A.7.1); report_stale(Report, 1)", ""},
		{"G4 bridge letter annotates the days after the report", func(f *domain.RelianceFacts) { bridge(f) }, domain.RungInherited, "", "G4: bridged(Bridge, 2026-04-01, 2026-09-30) | " + gap2026},
		{"G4 bridge letter does not make a stale report young", func(f *domain.RelianceFacts) {
			bridge(f)
			f.Reports[0].Period = span("2024-12-01", "2025-11-30")
		}, domain.RungClaimable, "G4: report_stale(Report, 31)", "G4: bridged(Bridge, 2026-04-01, 2026-09-30) | G4: report_gap(2026-01-01, 2026-12-31, 365)"},
		{"G4 bridge letter of another report annotates nothing", func(f *domain.RelianceFacts) { bridge(f).Bridges = 8 }, domain.RungInherited, "", gap2026},
		{"G4 bridge letter of this very report", func(f *domain.RelianceFacts) { bridge(f).Bridges = 1 }, domain.RungInherited, "", "G4: bridged(Bridge, 2026-04-01, 2026-09-30) | " + gap2026},
		{"G4 bridge letter only requested annotates nothing", func(f *domain.RelianceFacts) { bridge(f).State = domain.ReportRequested }, domain.RungInherited, "", gap2026},
		{"G4 report that reaches the period's end leaves no gap", func(f *domain.RelianceFacts) { f.Reports[0].Period.To = day("2026-12-31") }, domain.RungInherited, "", ""},
	})
}

// The grounds of G4 name the documents, who reviewed them and when.
func TestReliance_ReportGrounds(t *testing.T) {
	f := sound()
	f.Reports[0].Exceptions = domain.ReportExceptions{{What: "x", Disposition: domain.DispositionAccepted, Note: "small"}}
	grounds := domain.Evaluate(f).Gates[3].Grounds
	if len(grounds) != 3 || grounds[0].Noun != domain.NounReport || grounds[0].By != 7 || grounds[2].Code != "exceptions_settled" || grounds[1].Object != 2 {
		t.Errorf("the grounds are %+v", grounds)
	}
}

// A record from before exceptions were listed only counted the open ones.
func TestReliance_ReportExceptionsOfOldRecords(t *testing.T) {
	for _, c := range []struct {
		name, json string
		open       int
		bad        bool
	}{
		{"a number", `{"exceptions": 2}`, 2, false},
		{"zero", `{"exceptions": 0}`, 0, false},
		{"a list", `{"exceptions": [{"what": "x", "disposition": ""}, {"what": "y", "disposition": "corrected", "note": "z"}]}`, 1, false},
		{"nothing", `{}`, 0, false},
		{"null", `{"exceptions": null}`, 0, false},
		{"a word", `{"exceptions": "many"}`, 0, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			var r domain.Report
			err := json.Unmarshal([]byte(c.json), &r)
			if (err != nil) != c.bad || r.OpenExceptions() != c.open {
				t.Errorf("%d open, %v; want %d", r.OpenExceptions(), err, c.open)
			}
		})
	}
}

// Of two reports of one day the one recorded first is cited, whatever their order.
func TestReliance_ReportCitedOfTwoAlike(t *testing.T) {
	f := sound()
	twin := f.Reports[0]
	twin.ID, twin.Title = 9, "Twin"
	f.Reports = append([]domain.Report{twin}, f.Reports...)
	if g := domain.Evaluate(f).Gates[3].Grounds[0]; g.Get("Report") != "Report" || g.Object != 1 {
		t.Errorf("the gate cites %s", g)
	}
}
