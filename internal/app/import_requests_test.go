package app_test

import (
	"bytes"
	"strings"
	"testing"

	"relier/internal/app"
	"relier/internal/domain"
)

func (h *house) previewRequests(by domain.Actor, csv string) (app.RequestImport, domain.Digest, error) {
	h.t.Helper()
	file, err := h.ReceiveRequests(ctx, by, strings.NewReader(csv), int64(len(csv)))
	h.must(err)
	in, err := h.PreviewRequests(ctx, by, h.eng, file, nil)
	return in, file, err
}

func TestImportRequests_NewRowsBecomeDrafts(t *testing.T) {
	h := newHouse(t)
	k := h.control("C-1")
	for name, csv := range map[string]string{
		"english": "What,Detail,Period from,Period to,Format,Example,Due,Assignee,Controls\nBackups,All of them,2026-01-01,2026-03-31,CSV,backup.csv,2026-12-11,contributor@example.org,c-1\n",
		"french":  "Objet;Détail;Période du;Période au;Format;Exemple;Échéance;Destinataire;Mesures\nSauvegardes;Toutes;2026-01-01;2026-03-31;CSV;sauvegarde.csv;2026-12-11;Person contributor;C-1\n",
	} {
		t.Run(name, func(t *testing.T) {
			in, file, err := h.previewRequests(h.as(domain.RoleAuditor), csv)
			h.must(err)
			if !in.OK() || in.Counts[app.RowNew] != 1 {
				t.Fatalf("%+v", in)
			}
			in, err = h.ApplyRequests(ctx, h.as(domain.RoleAuditor), h.eng, file, nil)
			h.must(err)
			v := h.request(in.Rows[0].Request.ID).Request
			if v.State != domain.RequestDraft || v.Assignee != h.as(domain.RoleContributor).Person || v.Due.String() != "2026-12-11" || v.Period.To.String() != "2026-03-31" || len(v.Controls) != 1 || v.Controls[0] != k.ID {
				t.Errorf("%+v", v)
			}
			again, err := h.PreviewRequests(ctx, h.as(domain.RoleAuditor), h.eng, file, nil)
			h.must(err)
			if again.Counts[app.RowSame] != 1 {
				t.Errorf("sent twice: %v", again.Counts)
			}
		})
	}
}

func TestImportRequests_EveryBadCellIsNamed(t *testing.T) {
	h := newHouse(t)
	h.control("C-1")
	sent := h.ask(h.as(domain.RoleAuditor), "Sent and answered", h.as(domain.RoleOwner).Person)
	_, err := h.AnswerRequest(ctx, h.as(domain.RoleOwner), h.eng, sent.ID, h.noteReply("x"))
	h.must(err)
	theirs, err := h.SaveRequest(ctx, h.as(domain.RoleAssessor), h.eng, domain.Request{What: "An assessor's draft", Due: domain.DateOf(h.now)}, false)
	h.must(err)
	head := "Number,What,Period from,Period to,Due,Assignee,Controls\n"
	for row, want := range map[string]string{
		",,,,2026-12-11,,":                                   "error.text.required B",
		",Backups,,,,,":                                      "error.request.due E",
		",Backups,,,tomorrow,,":                              "error.request.import_date E",
		",Backups,2026-13-01,,2026-12-11,,":                  "error.request.import_date C",
		",Backups,2026-12-01,2026-01-01,2026-12-11,,":        "error.period C",
		",Backups,,,2026-12-11,nobody@example.org,":          "error.request.import_assignee F",
		",Backups,,,2026-12-11,reader@example.org,":          "error.request.import_assignee F",
		",Backups,,,2026-12-11,,C-1 C-99":                    "error.request.import_control G",
		"RQ-0099,Backups,,,2026-12-11,,":                     "error.request.import_number A",
		"seven,Backups,,,2026-12-11,,":                       "error.request.import_number A",
		theirs.Code() + ",Mine now,,,2026-12-11,,":           "error.request.import_number A",
		sent.Code() + ",Other words,,,2026-12-11,,":          "error.request.import_state A",
		"," + strings.Repeat("x", 301) + ",,,2026-12-11,,":   "error.text.too_long B",
		",=HYPERLINK(\"http://x\"\u202e),,,2026-12-11,,":     "error.text.characters B",
		"RQ-0001,a,,,2026-12-11,,\nRQ-0001,b,,,2026-12-11,,": "error.request.import_twice A",
	} {
		in, file, err := h.previewRequests(h.as(domain.RoleAuditor), head+row+"\n")
		h.must(err)
		var got []string
		for _, r := range in.Rows {
			for _, e := range r.Errors {
				got = append(got, e.Key+" "+e.Field[:1])
			}
		}
		if in.OK() || !strings.Contains(strings.Join(got, "; "), want) {
			t.Errorf("%q: %v, want %s", row, got, want)
		}
		_, err = h.ApplyRequests(ctx, h.as(domain.RoleAuditor), h.eng, file, nil)
		h.refused(err, domain.KindInvalid, "error.import.not_applied")
	}
	list, err := h.FindRequests(ctx, h.as(domain.RoleOwner), h.eng, domain.RequestFilter{})
	h.must(err)
	if list.Total != 1 { // the assessor's draft does not exist for the owner
		t.Errorf("refused files left %d requests", list.Total-1)
	}
}

// What is no table at all is refused, and says so.
func TestImportRequests_Garbage(t *testing.T) {
	h := newHouse(t)
	for _, list := range []string{"", "What,Due\n", "What,Due\n\x00,\xff\xfe\n", "PK\x03\x04 no workbook"} {
		if _, _, err := h.previewRequests(h.as(domain.RoleAuditor), list); domain.KindOf(err) != domain.KindInvalid {
			t.Errorf("%q: %v", list, err)
		}
	}
	in, _, err := h.previewRequests(h.as(domain.RoleAuditor), "Quantity,Price\n1,2\n")
	h.must(err)
	if in.OK() || strings.Join(in.Missing, " ") != "what due" {
		t.Errorf("%+v", in)
	}
}

// One bad row keeps the good ones out as well.
func TestImportRequests_AllOrNothing(t *testing.T) {
	h := newHouse(t)
	in, file, err := h.previewRequests(h.as(domain.RoleAuditor), "What,Due\nGood,2026-12-11\nBad,never\n")
	h.must(err)
	if in.Counts[app.RowNew] != 1 || in.Counts[app.RowBad] != 1 {
		t.Fatalf("%v", in.Counts)
	}
	_, err = h.ApplyRequests(ctx, h.as(domain.RoleAuditor), h.eng, file, nil)
	h.refused(err, domain.KindInvalid, "error.import.not_applied")
	_, err = h.PreviewRequests(ctx, h.as(domain.RoleManager), h.eng, file, nil)
	h.refused(err, domain.KindInvalid, "error.import.gone")
}

// What is exported reads back as nothing to do, in both languages and formats;
// a change in it is that change.
func TestRequestSheet_ReadsBack(t *testing.T) {
	h := newHouse(t)
	k := h.control("C-1")
	r := h.ask(h.as(domain.RoleAuditor), "=cmd|' /C calc'!A0", h.as(domain.RoleContributor).Person, k.ID)
	h.ask(h.as(domain.RoleAuditor), "Backups", 0)
	for _, lang := range []string{"en", "fr"} {
		for _, workbook := range []bool{false, true} {
			sheet, err := h.RequestSheet(ctx, h.as(domain.RoleAuditor), h.eng, domain.RequestFilter{}, lang, func(s domain.RequestState) string { return string(s) })
			h.must(err)
			var b bytes.Buffer
			h.must(sheet.Write(&b, workbook))
			if !workbook && strings.Contains(b.String(), "\n=cmd") || strings.Contains(b.String(), ",=cmd") {
				t.Errorf("a cell that a spreadsheet would run: %s", b.String())
			}
			file, err := h.ReceiveRequests(ctx, h.as(domain.RoleAuditor), &b, int64(b.Len()))
			h.must(err)
			in, err := h.PreviewRequests(ctx, h.as(domain.RoleAuditor), h.eng, file, nil)
			h.must(err)
			if in.Counts[app.RowSame] != 2 {
				t.Errorf("%s, workbook %v: %+v", lang, workbook, in.Rows)
			}
		}
		var b bytes.Buffer
		h.must(h.WriteRequestTemplate(&b, lang, true))
		file, err := h.ReceiveRequests(ctx, h.as(domain.RoleAuditor), &b, int64(b.Len()))
		h.must(err)
		in, err := h.PreviewRequests(ctx, h.as(domain.RoleAuditor), h.eng, file, nil)
		h.must(err)
		if !in.OK() || in.Counts[app.RowNew] != 1 {
			t.Errorf("the template in %s: %+v", lang, in)
		}
	}
	in, file, err := h.previewRequests(h.as(domain.RoleAuditor), "Numéro,Objet,Échéance\n"+r.Code()+",Accounts,2026-12-24\n")
	h.must(err)
	if in.Counts[app.RowChanged] != 1 || strings.Join(in.Rows[0].Fields, " ") != "what due" {
		t.Fatalf("%+v", in.Rows)
	}
	_, err = h.ApplyRequests(ctx, h.as(domain.RoleAuditor), h.eng, file, nil)
	h.must(err)
	if v := h.request(r.ID).Request; v.What != "Accounts" || v.State != domain.RequestOpen || v.Assignee != r.Assignee || len(v.Controls) != 1 {
		t.Errorf("%+v", v)
	}
}
