package app_test

import (
	"bytes"
	"strings"
	"testing"

	"relier/internal/app"
	"relier/internal/domain"
)

// soa records a provider's SoA that applies all of its edition, and reads it.
func (h *house) soa(e domain.Edition) app.Applicability {
	h.t.Helper()
	v := report()
	v.Kind, v.Edition, v.Title = domain.ReportSoA, e, "SoA "+string(e)
	v, err := h.SaveReport(ctx, h.as(domain.RoleAuditor), v)
	h.must(err)
	return h.applicability(v.ID)
}

func (h *house) applicability(id domain.ReportID) app.Applicability {
	h.t.Helper()
	v, err := h.Applicability(ctx, h.as(domain.RoleReader), id, h.eng.Edition)
	h.must(err)
	return v
}

// sheet receives a sheet and reads it against an SoA as the auditor.
func (h *house) sheet(v app.Applicability, content string) (app.ApplicabilityImport, error) {
	h.t.Helper()
	d, err := h.ReceiveApplicability(ctx, h.as(domain.RoleAuditor), strings.NewReader(content), int64(len(content)))
	h.must(err)
	return h.PreviewApplicability(ctx, h.as(domain.RoleAuditor), v, d, nil)
}

func TestApplicability_SetAndStale(t *testing.T) {
	h := newHouse(t)
	v := h.soa(domain.Edition2022)
	says := v.Says()
	says["A.8.30"], says["A.7.4"] = domain.NotApplied, domain.NotStated
	saved, err := h.SetApplicability(ctx, h.as(domain.RoleAuditor), v, says)
	h.must(err)
	if len(saved.NotApplied) != 1 || len(saved.NotStated) != 1 || saved.ReviewedBy == 0 || saved.Title != "SoA 2022" {
		t.Errorf("saved as %+v", saved)
	}
	_, err = h.SetApplicability(ctx, h.as(domain.RoleAuditor), v, says)
	h.refused(err, domain.KindConflict, "error.stale")
	if n := h.applicability(saved.ID).Counts; n[domain.Applied] != 91 || n[domain.NotApplied] != 1 || n[domain.NotStated] != 1 {
		t.Errorf("counts %v", n)
	}
	if h.log()[0] != "report.applicability" {
		t.Errorf("recorded as %s", h.log()[0])
	}
	audit, err := h.SaveReport(ctx, h.as(domain.RoleAuditor), report())
	h.must(err)
	if _, err := h.Applicability(ctx, h.as(domain.RoleReader), audit.ID, domain.Edition2022); !domain.IsNotFound(err) {
		t.Errorf("an audit report has an applicability: %v", err)
	}
}

// A requirement that the SoA no longer applies, or of which it says nothing,
// takes the reliance's gate G4.
func TestApplicability_MovesReliances(t *testing.T) {
	for _, a := range []domain.Applicability{domain.NotApplied, domain.NotStated} {
		h := newHouse(t)
		r, _, _ := h.accepted()
		all, err := h.Reports(ctx, h.as(domain.RoleReader))
		h.must(err)
		v := h.applicability(all[1].ID)
		says := v.Says()
		says["A.7.1"] = a
		effects, err := h.ApplicabilityEffects(ctx, h.as(domain.RoleAuditor), v, says)
		h.must(err)
		if len(effects) != 1 || !effects[0].Falls() {
			t.Errorf("%s foretells %+v", a, effects)
		}
		_, err = h.SetApplicability(ctx, h.as(domain.RoleAuditor), v, says)
		h.must(err)
		if state, _ := h.verdict(r.ID); state != domain.RelianceLapsed {
			t.Errorf("%s leaves it %s", a, state)
		}
	}
}

func TestApplicabilityImport_Reads(t *testing.T) {
	for name, sheet := range map[string]string{
		"english":               "Ref,Title,Applicable\nA.5.1,Policies,yes\nA.5.2,Roles,no\nA.5.3,Duties,\n",
		"french":                "Référence;Intitulé;Applicabilité\nA.5.1;Politiques;Oui\nA.5.2;Fonctions;NON\nA.5.3;;non indiquée\n",
		"crosses, other codes":  "Control,In scope\n5.1,x\na5.2,N/A\nA 5.3,\n",
		"headings in other row": "Provider SoA,\nRef,Applicable\nA.5.1,X\nA.5.2,not applicable\n",
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			v := h.soa(domain.Edition2022)
			in, err := h.sheet(v, sheet)
			h.must(err)
			if !in.OK() {
				t.Fatalf("cannot be applied: %+v", in.Rows[:2])
			}
			if n := in.NextCounts(); n[domain.Applied] != 1 || n[domain.NotApplied] != 1 || n[domain.NotStated] != 91 {
				t.Errorf("it would say %v", n)
			}
			if n := h.applicability(v.Report.ID).Counts[domain.Applied]; n != 93 {
				t.Fatalf("the preview changed something: %d applied", n)
			}
			_, err = h.ApplyApplicability(ctx, h.as(domain.RoleAuditor), v, in.File, nil)
			h.must(err)
			if n := h.applicability(v.Report.ID).Counts; n[domain.Applied] != 1 || n[domain.NotStated] != 91 {
				t.Errorf("it says %v", n)
			}
		})
	}
}

func TestApplicabilityImport_Refuses(t *testing.T) {
	for _, c := range []struct{ name, sheet, column, key string }{
		{"an unknown requirement", "Ref,Applicable\nA.5.99,yes\n", "A (Ref)", "error.import.ref"},
		{"one of the other edition", "Ref,Applicable\nA.12.4.1,yes\n", "A (Ref)", "error.import.ref"},
		{"a clause", "Ref,Applicable\n4.1,yes\n", "A (Ref)", "error.import.ref"},
		{"no requirement", "Ref,Applicable\n,yes\n", "A (Ref)", "error.text.required"},
		{"one twice", "Ref,Applicable\n5.1,yes\nA.5.1,no\n", "A (Ref)", "error.import.twice"},
		{"an answer that is none", "Ref,Title,Applicable\nA.5.1,Policies,perhaps\n", "C (Applicable)", "error.import.applicable"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHouse(t)
			v := h.soa(domain.Edition2022)
			in, err := h.sheet(v, c.sheet)
			h.must(err)
			if in.OK() || in.Changes[app.RowBad] != 1 {
				t.Fatalf("counts %v", in.Changes)
			}
			for _, row := range in.Rows {
				for _, e := range row.Errors {
					if e.Field != c.column || e.Key != c.key {
						t.Errorf("row %d: %s at %q, want %s at %q", row.Number, e.Key, e.Field, c.key, c.column)
					}
				}
			}
			_, err = h.ApplyApplicability(ctx, h.as(domain.RoleAuditor), v, in.File, nil)
			h.refused(err, domain.KindInvalid, "error.import.not_applied")
			if n := h.applicability(v.Report.ID).Counts[domain.Applied]; n != 93 {
				t.Errorf("a refused import left %d applied", n)
			}
		})
	}
}

func TestApplicabilityImport_Limits(t *testing.T) {
	h := newHouse(t)
	v := h.soa(domain.Edition2022)
	for name, c := range map[string]struct{ sheet, key string }{
		"no rows":   {"Ref,Applicable\n", "error.import.empty"},
		"too many":  {"Ref,Applicable\n" + strings.Repeat("A.5.1,yes\n", 5001), "error.sheet.too_many_rows"},
		"long cell": {"Ref,Applicable\n\"" + strings.Repeat("a", 40000) + "\",yes\n", "error.sheet."},
		"old excel": {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "error.sheet.old_excel"},
	} {
		if _, err := h.sheet(v, c.sheet); err == nil || !strings.Contains(err.Error(), c.key) {
			t.Errorf("%s: %v, want %s", name, err, c.key)
		}
	}
	in, err := h.sheet(v, "What,How\nA.5.1,yes\n")
	h.must(err)
	if len(in.Missing) != 2 || in.OK() {
		t.Errorf("missing %v", in.Missing)
	}
	in, err = h.PreviewApplicability(ctx, h.as(domain.RoleAuditor), v, in.File, map[string]int{"ref": 0, "applicable": 1})
	h.must(err)
	if !in.OK() {
		t.Errorf("mapped by hand: %+v", in.Changes)
	}
}

// A list opens for its sender alone, whatever import it was sent to.
func TestApplicabilityImport_FileIsTheSendersOwn(t *testing.T) {
	h := newHouse(t)
	v := h.soa(domain.Edition2022)
	in, err := h.sheet(v, "Ref,Applicable\nA.5.1,yes\n")
	h.must(err)
	if _, err := h.PreviewApplicability(ctx, h.as(domain.RoleManager), v, in.File, nil); err == nil || !strings.Contains(err.Error(), "error.import.gone") {
		t.Errorf("a colleague reads it: %v", err)
	}
}

func TestApplicabilityImport_TemplateReadsBack(t *testing.T) {
	h := newHouse(t)
	for _, e := range domain.Editions {
		v := h.soa(e)
		says := v.Says()
		says[v.Requirements[3].Ref.Code], says[v.Requirements[4].Ref.Code] = domain.NotApplied, domain.NotStated
		saved, err := h.SetApplicability(ctx, h.as(domain.RoleAuditor), v, says)
		h.must(err)
		v = h.applicability(saved.ID)
		for _, lang := range []string{"en", "fr"} {
			for _, workbook := range []bool{false, true} {
				var b bytes.Buffer
				h.must(h.WriteApplicability(&b, v, lang, workbook))
				in, err := h.sheet(v, b.String())
				h.must(err)
				if !in.OK() || !in.Idle() || in.Absent != 0 || in.Changes[app.RowSame] != len(v.Requirements) {
					t.Errorf("%s %s, workbook %v: %v, %d absent", e, lang, workbook, in.Changes, in.Absent)
				}
			}
		}
	}
}

// FuzzApplicabilityImport feeds hostile sheets: an error is ours, and what can be
// applied says of each requirement exactly one thing.
func FuzzApplicabilityImport(f *testing.F) {
	for _, s := range []string{"Ref,Applicable\nA.5.1,yes\n", "Ref;Applicable\n5.1;x\n5.1;x\n", "Ref,Applicable\n\xff\xfe,\x00\n", "ref\tapplicable\nA..5.1\t?\n", ""} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<16 {
			t.Skip()
		}
		h := newHouse(t)
		v := h.soa(domain.Edition2022)
		in, err := h.sheet(v, string(data))
		if err != nil {
			if e, ok := err.(*domain.Error); !ok || !strings.HasPrefix(e.Key, "error.") {
				t.Fatalf("%v", err)
			}
			return
		}
		n := in.NextCounts()
		if total := n[domain.Applied] + n[domain.NotApplied] + n[domain.NotStated]; total != len(v.Requirements) {
			t.Fatalf("it would say something of %d requirements", total)
		}
		if in.OK() && n[domain.Applied]+n[domain.NotApplied] > len(in.Rows)-in.Absent {
			t.Fatalf("%v from %d rows, %d of them absent", n, len(in.Rows), in.Absent)
		}
	})
}
