package domain_test

import (
	"encoding/json"
	"strings"
	"testing"

	"relier/internal/domain"
)

func TestReport_ReadsOldCount(t *testing.T) {
	for in, want := range map[string]int{`{"exceptions":3}`: 3, `{"exceptions":0}`: 0, `{"exceptions":-1}`: 0, `{"exceptions":99999999}`: domain.ExceptionsMost, `{"exceptions":[{"what":"A","disposition":""}]}`: 1, `{}`: 0} {
		var r domain.Report
		if err := json.Unmarshal([]byte(in), &r); err != nil || r.OpenExceptions() != want {
			t.Errorf("%s reads as %d open, %v, want %d", in, r.OpenExceptions(), err, want)
		}
	}
	var r domain.Report
	if err := json.Unmarshal([]byte(`{"exceptions":"many"}`), &r); err == nil {
		t.Error("a word reads as exceptions")
	}
}

func TestReport_CheckExceptions(t *testing.T) {
	for name, c := range map[string]struct {
		e     domain.ReportException
		field string // "" when it is fine
	}{
		"an open one":                  {domain.ReportException{What: "A"}, ""},
		"one only counted":             {domain.ReportException{}, ""},
		"a decision with its reason":   {domain.ReportException{What: "A", Disposition: domain.DispositionAccepted, Note: "By the board."}, ""},
		"a decision without reason":    {domain.ReportException{What: "A", Disposition: domain.DispositionAccepted}, "exception_1_note"},
		"an unknown decision":          {domain.ReportException{What: "A", Disposition: "fine", Note: "So."}, "exception_1_disposition"},
		"a decision about nothing":     {domain.ReportException{Disposition: domain.DispositionNotOurs, Note: "So."}, "exception_1"},
		"a requirement without a word": {domain.ReportException{Refs: []domain.Ref{{Edition: domain.Edition2022, Code: "A.7.1"}}}, "exception_1"},
		"too long":                     {domain.ReportException{What: strings.Repeat("a", 1001)}, "exception_1"},
	} {
		err := domain.Report{Kind: domain.ReportAudit, Title: "R", State: domain.ReportToRequest, Exceptions: domain.ReportExceptions{c.e}}.Check()
		fields, _ := err.(domain.FieldErrors)
		if c.field == "" && err != nil || c.field != "" && (len(fields) != 1 || fields[0].Field != c.field) {
			t.Errorf("%s: %v, want an error at %q", name, err, c.field)
		}
	}
	if err := (domain.Report{Kind: domain.ReportAudit, Title: "R", State: domain.ReportToRequest, Exceptions: make(domain.ReportExceptions, domain.ExceptionsMost+1)}).Check(); err == nil {
		t.Error("any number of exceptions is taken")
	}
}

func TestReport_CheckEditionOfApplicability(t *testing.T) {
	r := domain.Report{Kind: domain.ReportSoA, Title: "SoA", State: domain.ReportToRequest, Edition: domain.Edition2022, NotApplied: []domain.Ref{{Edition: domain.Edition2013, Code: "A.7.1"}}}
	if err := r.Check(); err == nil || !strings.Contains(err.Error(), "error.report.edition") {
		t.Errorf("requirements of another edition: %v", err)
	}
	r.Edition = "" // a record from before the edition was asked
	if err := r.Check(); err != nil {
		t.Errorf("an older record: %v", err)
	}
	r.Edition = "1999"
	if err := r.Check(); err == nil || !strings.Contains(err.Error(), "error.choice") {
		t.Errorf("an edition there is not: %v", err)
	}
}

func TestExceptions_Stamped(t *testing.T) {
	monday, friday := domain.MustDate("2026-11-02"), domain.MustDate("2026-11-06")
	before := domain.ReportExceptions{
		{What: "A", Disposition: domain.DispositionCorrected, Note: "Shown.", By: 1, On: monday},
		{What: "B", Disposition: domain.DispositionAccepted, Note: "Board.", By: 1, On: monday},
		{What: "C"},
	}
	for name, c := range map[string]struct {
		e    domain.ReportException
		by   domain.PersonID
		when domain.Date
	}{
		"kept, whatever its place": {before[1], 1, monday},
		"kept, though forged":      {domain.ReportException{What: "A", Disposition: domain.DispositionCorrected, Note: "Shown.", By: 9, On: friday}, 1, monday},
		"set":                      {domain.ReportException{What: "C", Disposition: domain.DispositionNotOurs, Note: "Elsewhere."}, 2, friday},
		"changed":                  {domain.ReportException{What: "A", Disposition: domain.DispositionAccepted, Note: "Shown."}, 2, friday},
		"given another reason":     {domain.ReportException{What: "A", Disposition: domain.DispositionCorrected, Note: "Seen."}, 2, friday},
		"moved to another finding": {domain.ReportException{What: "D", Disposition: domain.DispositionCorrected, Note: "Shown."}, 2, friday},
		"reopened":                 {domain.ReportException{What: "A", By: 1, On: monday}, 0, 0},
	} {
		got := domain.ReportExceptions{c.e}.Stamped(before, 2, friday)[0]
		if got.By != c.by || got.On != c.when {
			t.Errorf("%s: by %d on %s, want %d on %s", name, got.By, got.On, c.by, c.when)
		}
	}
}

func TestReport_WithApplicability(t *testing.T) {
	all := []domain.Requirement{}
	for _, code := range []string{"A.5.1", "A.5.2", "A.5.3", "A.5.4"} {
		all = append(all, domain.Requirement{Ref: domain.Ref{Edition: domain.Edition2022, Code: code}})
	}
	r := domain.Report{NotApplied: []domain.Ref{all[3].Ref}}.WithApplicability(domain.Edition2022, all,
		map[string]domain.Applicability{"A.5.1": domain.Applied, "A.5.2": domain.NotApplied, "A.5.3": domain.NotStated})
	var got []string
	for _, q := range all {
		got = append(got, r.Applicability(q.Ref).String())
	}
	if strings.Join(got, " ") != "applied not_applied not_stated not_stated" {
		t.Errorf("it says %v: of one that is left out, nothing is stated", got)
	}
	n := r.CountApplicability(all)
	if n[domain.Applied] != 1 || n[domain.NotApplied] != 1 || n[domain.NotStated] != 2 {
		t.Errorf("counts %v", n)
	}
	for _, a := range domain.Applicabilities {
		if back, ok := domain.ParseApplicability(a.String()); !ok || back != a {
			t.Errorf("%s reads back as %s", a, back)
		}
	}
	if _, ok := domain.ParseApplicability("perhaps"); ok {
		t.Error("perhaps is an answer")
	}
}

func TestReport_BridgeLetters(t *testing.T) {
	days := func(from, to string) domain.Period {
		return domain.Period{From: domain.MustDate(from), To: domain.MustDate(to)}
	}
	azure, office := []domain.Named{{Service: "azure", Environment: domain.EnvPublic}}, []domain.Named{{Service: "office-365", Environment: domain.EnvPublic}}
	audit := days("2026-01-01", "2026-12-31")
	r := domain.Report{ID: 1, Kind: domain.ReportAudit, Names: azure, Period: days("2025-07-01", "2026-06-30")}
	letter := func(v domain.Report) domain.Report { v.Kind = domain.ReportBridge; return v }
	all := []domain.Report{r,
		letter(domain.Report{ID: 2, Bridges: 1, Period: days("2026-07-01", "2026-09-30")}),
		letter(domain.Report{ID: 3, Names: azure, Period: days("2026-06-01", "2026-07-10")}),
		letter(domain.Report{ID: 4, Bridges: 1, Period: days("2026-01-01", "2026-03-01")}),
		letter(domain.Report{ID: 5, Bridges: 9, Names: azure, Period: audit}),
		letter(domain.Report{ID: 6, Names: office, Period: audit}),
		letter(domain.Report{ID: 7, Bridges: 1, Period: audit, State: domain.ReportSuperseded}),
		{ID: 8, Kind: domain.ReportAudit, Bridges: 1, Names: azure, Period: audit},
	}
	want := map[domain.ReportID]int{2: 92, 3: 10, 4: 0}
	got := r.BridgeLetters(all, audit)
	if len(got) != len(want) {
		t.Errorf("%d letters, want %d: %+v", len(got), len(want), got)
	}
	for _, b := range got {
		if want[b.Letter.ID] != b.Days {
			t.Errorf("letter %d annotates %d days, want %d", b.Letter.ID, b.Days, want[b.Letter.ID])
		}
	}
	if p, after := r.DaysAfter(audit); !after || p != days("2026-07-01", "2026-12-31") {
		t.Errorf("after the report: %s", p)
	}
	if _, after := (domain.Report{Period: days("2025-07-01", "2026-12-31")}).DaysAfter(audit); after {
		t.Error("days come after a report that reaches the end")
	}
	if _, after := (domain.Report{}).DaysAfter(audit); after {
		t.Error("days come after a report without a period")
	}
	if got := letter(r).BridgeLetters(all, audit); len(got) != 0 {
		t.Error("a letter continues a letter")
	}
}
