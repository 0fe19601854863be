package server_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"relier/internal/app"
	"relier/internal/domain"
	"relier/internal/testkit"
)

// withAzure is an organization at work that uses Azure.
func withAzure(t *testing.T) *bench {
	t.Helper()
	b := atWork(t)
	if _, err := b.app.SaveService(t.Context(), b.owner, domain.Service{Key: "azure", Environment: domain.EnvPublic, Model: domain.ModelIaaS, State: domain.ServiceInUse}); err != nil {
		t.Fatal(err)
	}
	b.in("en")
	return b
}

// reportFields are what a person types of a report that was reviewed.
func reportFields(kind domain.ReportKind, title string) url.Values {
	return url.Values{"kind": {string(kind)}, "title": {title}, "from": {"2025-07-01"}, "to": {"2026-06-30"}, "names": {"azure|public"},
		"confidential": {"1"}, "obtained_on": {"2026-07-15"}, "state": {"reviewed"}, "note": {"Read in full."}}
}

// with is the same form with other values.
func with(form url.Values, pairs ...string) url.Values {
	out := maps.Clone(form)
	for i := 0; i < len(pairs); i += 2 {
		out[pairs[i]] = []string{pairs[i+1]}
	}
	return out
}

// typed is a page's form as a browser would send it back.
func (p *page) typed(selector string) url.Values {
	out := url.Values{}
	p.doc().Find(selector).Find("input, textarea, select").Each(func(_ int, e *goquery.Selection) {
		name, value := e.AttrOr("name", ""), e.AttrOr("value", "")
		_, checked := e.Attr("checked")
		switch kind := e.AttrOr("type", ""); {
		case (kind == "checkbox" || kind == "radio") && !checked:
			return
		case goquery.NodeName(e) == "textarea":
			value = e.Text()
		case goquery.NodeName(e) == "select":
			value = e.Find("option[selected]").AttrOr("value", "")
		}
		out.Add(name, value)
	})
	return out
}

func TestReport_RecordReview(t *testing.T) {
	t.Parallel()
	b := withAzure(t)
	v := b.work
	if n := v.get(b.path + "/reports").doc().Find("#reports tbody tr").Length(); n != 9 {
		t.Errorf("%d seeded reports, want 9", n)
	}
	form := with(reportFields(domain.ReportAudit, "Azure audit report"), "exception_1", "Two change tickets without approval.", "exception_1_refs", "a.8.32, 2013 A.12.1.2",
		"exception_1_disposition", "corrected", "exception_1_note", "The follow-up shows it.", "exception_4", "A badge stayed valid.")
	at := v.post(b.path+"/reports", form).leads(b.path + "/reports/")
	p := v.get(at)
	for selector, want := range map[string]string{
		".notice-warning":                                         "1 exception has no disposition",
		".notice-warning .names":                                  "A badge stayed valid.",
		"#exception-list caption":                                 "2 exceptions, 1 open",
		"#exception-list tbody tr:first-child":                    "2022 A.8.322013 A.12.1.2Corrected by the providerThe follow-up shows it.Ann,",
		"#exception-list tbody tr:last-child .status":             "Open",
		"section[aria-labelledby=names]":                          "Azure · Public cloud",
		"section[aria-labelledby=facts]":                          "Ann,",
		"section[aria-labelledby=bridges]":                        "The audit period goes on for 184 days after this report",
		"section[aria-labelledby=bridges] p.muted":                "No bridge letter",
		"section[aria-labelledby=facts] dl":                       "1 of 2 open",
		"section[aria-labelledby=facts] dl div:nth-last-child(2)": "Document on file",
	} {
		if !strings.Contains(p.text(selector), want) {
			t.Errorf("%s says %q, want %q", selector, p.text(selector), want)
		}
	}
	if shown := v.get(b.path + "/reports").text("#reports"); !strings.Contains(shown, "1 of 2 open") {
		t.Errorf("the list says %q", shown)
	}
	t.Run("what was recorded comes back on the form", func(t *testing.T) {
		back := v.get(at + "/edit").typed(".report-form form")
		for name, want := range map[string]string{"exception_1_refs": "2013 A.12.1.2; 2022 A.8.32", "exception_1_disposition": "corrected", "exception_2": "A badge stayed valid.", "exception_2_disposition": ""} {
			if back.Get(name) != want {
				t.Errorf("%s shows %q, want %q", name, back.Get(name), want)
			}
		}
		v.post(at+"/edit", back).leads(at)
	})
	t.Run("an emptied row is removed", func(t *testing.T) {
		back := with(v.get(at+"/edit").typed(".report-form form"), "exception_1", "", "exception_1_refs", "", "exception_1_disposition", "", "exception_1_note", "")
		v.post(at+"/edit", back).leads(at)
		if got := v.get(at).text("#exception-list tbody"); !strings.HasPrefix(got, "A badge stayed valid.") {
			t.Errorf("left: %q", got)
		}
	})
	t.Run("refusals name their field and keep what was typed", func(t *testing.T) {
		for field, value := range map[string]string{"exception_1_refs": "A.99.1", "obtained_on": "", "title": "", "kind": "rumour", "digest": "abc", "bridges": "no", "exception_1_note": "", "exception_1_disposition": "fine", "exception_1": ""} {
			p := v.post(b.path+"/reports", with(form, field, value)).want(http.StatusUnprocessableEntity)
			if p.text("#field-"+field+"-error") == "" && p.doc().Find("#field-"+field+".field-wrong").Length() == 0 {
				t.Errorf("%s=%q is not named: %s", field, value, p.text(".error-summary"))
			}
			if got := p.doc().Find("#field-exception_2").Text(); got != "A badge stayed valid." {
				t.Errorf("%s: the second row comes back as %q", field, got)
			}
		}
	})
	t.Run("a stale edit changes nothing", func(t *testing.T) {
		back := v.get(at + "/edit").typed(".report-form form")
		v.post(at+"/edit", with(back, "title", "Azure audit report, second")).leads(at)
		if p := v.post(at+"/edit", with(back, "title", "Overwritten")).want(http.StatusConflict); p.attr("#field-title", "value") != "Azure audit report, second" {
			t.Errorf("the form shows %q", p.attr("#field-title", "value"))
		}
	})
	b.reader.post(b.path+"/reports", form).want(http.StatusForbidden)
	b.reader.get(at).want(http.StatusOK)
}

func TestReport_MoreRows(t *testing.T) {
	t.Parallel()
	b := withAzure(t)
	form := reportFields(domain.ReportAudit, "Many findings")
	before := b.work.get(b.path + "/reports/new").doc().Find("fieldset.exception").Length()
	for i := range before {
		form.Set(fmt.Sprintf("exception_%d", i+1), fmt.Sprintf("Finding %d", i+1))
	}
	form.Set("more", "1")
	p := b.work.post(b.path+"/reports", form).want(http.StatusOK)
	if n := p.doc().Find("fieldset.exception").Length(); n <= before || p.doc().Find("#field-exception_1").Text() != "Finding 1" || p.attr("#field-title", "value") != "Many findings" {
		t.Errorf("%d rows after %d, title %q", n, before, p.attr("#field-title", "value"))
	}
	if p.text(".error-summary") != "" {
		t.Errorf("asked for rows, it complains: %s", p.text(".error-summary"))
	}
	if got := p.doc().Find(".report-form button[type=submit]").First().AttrOr("name", ""); got != "" {
		t.Errorf("Enter in a field sends %q instead of saving", got)
	}
	all, err := b.app.Reports(t.Context(), b.owner)
	if err != nil || len(all) != 9 {
		t.Errorf("asking for rows saved something: %d reports, %v", len(all), err)
	}
}

func TestReport_Digest(t *testing.T) {
	t.Parallel()
	b := withAzure(t)
	got, err := b.app.ReceiveFile(t.Context(), b.owner, "report.pdf", strings.NewReader("the report"), app.AnyBytes(1<<20))
	if err != nil {
		t.Fatal(err)
	}
	added, err := b.app.AddEvidence(t.Context(), b.owner, []app.NewEvidence{{Item: domain.Evidence{Title: "Report", Kind: domain.EvidenceFile, Sensitivity: domain.SensitivityConfidential},
		Version: domain.EvidenceVersion{FileName: got.FileName, MediaType: got.MediaType, Blob: got.Blob}}})
	if err != nil {
		t.Fatal(err)
	}
	is := fmt.Sprintf("%x", sha256.Sum256([]byte("the report")))
	form := with(reportFields(domain.ReportAudit, "Azure audit report"), "document", fmt.Sprint(added[0].ID))
	at := b.work.post(b.path+"/reports", form).leads(b.path + "/reports/")
	if shown := b.work.get(at).text(".digest"); shown != is {
		t.Errorf("the page shows %q", shown)
	}
	p := b.work.post(b.path+"/reports", with(form, "title", "Second", "digest", strings.Repeat("ab", 32))).want(http.StatusUnprocessableEntity)
	if said := p.text("#field-digest-error"); !strings.Contains(said, is) || p.attr("#field-digest", "value") != strings.Repeat("ab", 32) {
		t.Errorf("another digest: %q", said)
	}
	b.work.post(b.path+"/reports", with(form, "title", "Third", "digest", strings.ToUpper(is[:32])+" "+is[32:])).leads(b.path + "/reports/")
}

func TestReport_BridgeLetter(t *testing.T) {
	t.Parallel()
	b := withAzure(t)
	report := b.work.post(b.path+"/reports", reportFields(domain.ReportAudit, "Azure audit report")).leads(b.path + "/reports/")
	id := report[strings.LastIndex(report, "/")+1:]
	form := with(reportFields(domain.ReportBridge, "Azure bridge letter"), "from", "2026-07-01", "to", "2026-09-30", "bridges", id)
	letter := b.work.post(b.path+"/reports", form).leads(b.path + "/reports/")
	if p := b.work.get(letter); p.attr("section[aria-labelledby=facts] a.was-name", "href") != report || !strings.Contains(p.text(".notice"), "never extends a certificate") {
		t.Errorf("the letter says %q", p.text("main"))
	}
	p := b.work.get(report)
	if got := p.text("#bridge-letters tbody tr"); !strings.Contains(got, "Azure bridge letter") || !strings.Contains(got, "92 days") {
		t.Errorf("the report lists %q", got)
	}
	if !strings.Contains(p.text("section[aria-labelledby=bridges]"), "never extends a certificate") {
		t.Error("the report does not say that a letter extends no certificate")
	}
	if p := b.work.post(b.path+"/reports", with(form, "title", "Second letter", "bridges", letter[strings.LastIndex(letter, "/")+1:])).want(http.StatusUnprocessableEntity); p.text("#field-bridges-error") == "" {
		t.Error("a letter continues a letter")
	}
}

func TestApplicability_Choose(t *testing.T) {
	t.Parallel()
	b := withAzure(t)
	v := b.work
	report := v.post(b.path+"/reports", with(reportFields(domain.ReportSoA, "Azure SoA"), "edition", "2013", "applies", "unstated")).leads(b.path + "/reports/")
	if shown := v.get(report).text("section[aria-labelledby=not-applied]"); !strings.Contains(shown, "0 applied, 0 not applied, 114 not stated") {
		t.Errorf("a new SoA says %q", shown)
	}
	at := report + "/applicability"
	p := v.get(at).want(http.StatusOK)
	if n := p.doc().Find(".applicability input[type=radio]").Length(); n != 3*114 {
		t.Errorf("%d choices, want 3 for each of 114", n)
	}
	if n := p.doc().Find(".applicability tr.group").Length(); n != 14 {
		t.Errorf("%d domains, want 14", n)
	}
	v.post(at, with(p.typed(".applicability-form"), "all", "applied")).leads(at)
	p = v.get(at + "?theme=A.9&q=access").want(http.StatusOK)
	shown := p.doc().Find(".applicability input[name=line]").Length()
	if shown == 0 || shown > 14 {
		t.Errorf("the filter shows %d", shown)
	}
	v.post(at, with(p.typed(".applicability-form"), "says_A.9.1.1", "not_applied")).leads(at + "?q=access&theme=A.9")
	p = v.get(report)
	if got := p.text("section[aria-labelledby=not-applied]"); !strings.Contains(got, "113 applied, 1 not applied, 0 not stated") || p.text(".refs li") != "2013 A.9.1.1" {
		t.Errorf("the others moved: %q", got)
	}
	if n := v.get(at + "?show=not_applied").doc().Find(".applicability input[name=line]").Length(); n != 1 {
		t.Errorf("%d are not applied", n)
	}
	t.Run("an answer that is none, and a stale one", func(t *testing.T) {
		form := v.get(at).typed(".applicability-form")
		v.post(at, with(form, "says_A.9.1.1", "perhaps")).want(http.StatusUnprocessableEntity)
		v.post(at, form).leads(at)
		v.post(at, form).want(http.StatusConflict)
	})
	t.Run("an edition is not changed under what is recorded", func(t *testing.T) {
		form := v.get(report + "/edit").typed(".report-form form")
		if form.Get("applies") != "recorded" {
			t.Fatalf("the form says %q", form.Get("applies"))
		}
		if p := v.post(report+"/edit", with(form, "edition", "2022")).want(http.StatusUnprocessableEntity); p.text("#field-edition-error") == "" {
			t.Errorf("not named: %s", p.text(".error-summary"))
		}
		v.post(report+"/edit", with(form, "edition", "2022", "applies", "all")).leads(report)
		if got := v.get(report).text("section[aria-labelledby=not-applied]"); !strings.Contains(got, "93 applied") {
			t.Errorf("it says %q", got)
		}
	})
	t.Run("a reader sees and does not choose", func(t *testing.T) {
		if n := b.reader.get(at).want(http.StatusOK).doc().Find(".applicability input").Length(); n != 0 {
			t.Errorf("%d choices", n)
		}
		b.reader.post(at, url.Values{"line": {"A.9.1.1"}}).want(http.StatusForbidden)
	})
	t.Run("a seeded one applies nothing until somebody records it", func(t *testing.T) {
		all, err := b.app.Reports(t.Context(), b.owner)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range all {
			if r.Kind != domain.ReportSoA || r.CatalogueID == "" {
				continue
			}
			seeded := fmt.Sprintf("%s/reports/%d", b.path, r.ID)
			form := with(v.get(seeded+"/edit").typed(".report-form form"), "from", "2025-07-01", "to", "2026-06-30", "names", "azure|public", "obtained_on", "2026-07-15", "state", "obtained")
			v.post(seeded+"/edit", form).leads(seeded)
			if got := v.get(seeded).text("section[aria-labelledby=not-applied]"); !strings.Contains(got, "0 applied, 0 not applied, 93 not stated") {
				t.Errorf("it says %q", got)
			}
			return
		}
		t.Skip("the catalogue seeds no SoA")
	})
	audit := v.post(b.path+"/reports", reportFields(domain.ReportAudit, "Audit")).leads(b.path + "/reports/")
	v.get(audit + "/applicability").want(http.StatusNotFound)
	v.get(b.path + "/reports/9999/applicability").want(http.StatusNotFound)
}

// sheet uploads a sheet to an SoA and opens its preview.
func sheet(t testing.TB, v *visitor, at, content string) *page {
	t.Helper()
	return v.get(upload(t, v, at+"/import", content).leads(at + "/import/preview?file=")).want(http.StatusOK)
}

func upload(t testing.TB, v *visitor, path, content string) *page {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	if f, err := w.CreateFormFile("file", "soa.csv"); err != nil {
		t.Fatal(err)
	} else if _, err = f.Write([]byte(content)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return v.do(http.MethodPost, path, &b, w.FormDataContentType())
}

func TestApplicability_Import(t *testing.T) {
	t.Parallel()
	b := withAzure(t)
	v := b.work
	report := v.post(b.path+"/reports", with(reportFields(domain.ReportSoA, "Azure SoA"), "applies", "all")).leads(b.path + "/reports/")
	at := report + "/applicability"
	t.Run("errors name row and column, and nothing can be applied", func(t *testing.T) {
		p := sheet(t, v, at, "Ref,Applicable\nA.5.1,yes\nA.5.99,yes\nA.5.2,perhaps\n")
		if got := p.text("#row-3"); !strings.Contains(got, "Column A (Ref)") || !strings.Contains(got, "A.5.99") {
			t.Errorf("row 3 says %q", got)
		}
		if got := p.text("#row-4"); !strings.Contains(got, "Column B (Applicable)") || !strings.Contains(got, "perhaps") {
			t.Errorf("row 4 says %q", got)
		}
		if p.doc().Find("form[action$='/import/apply']").Length() != 0 {
			t.Error("a sheet with errors can be applied")
		}
		file := p.attr("input[name=file]", "value")
		v.post(at+"/import/apply", url.Values{"file": {file}, "version": {"1"}}).want(http.StatusUnprocessableEntity)
	})
	p := sheet(t, v, at, "Ref,Applicable\nA.5.1,yes\nA.5.2,no\n")
	if got := p.text(".import-sums"); !strings.Contains(got, "1 applied, 1 not applied, 91 not stated") || !strings.Contains(got, "91 requirements are not in the sheet") {
		t.Errorf("the sums say %q", got)
	}
	if got := p.text("#row-3"); !strings.Contains(got, "Applied → Not applied") {
		t.Errorf("row 3 says %q", got)
	}
	form := p.typed("form[action$='/import/apply']")
	v.post(at+"/import/apply", form).leads(at)
	if got := v.get(report).text("section[aria-labelledby=not-applied]"); !strings.Contains(got, "1 applied, 1 not applied, 91 not stated") {
		t.Errorf("applied: %q", got)
	}
	v.post(at+"/import/apply", form).leads(at) // the same again is nothing to record
	if p := sheet(t, v, at, "Ref,Applicable\nA.5.1,yes\nA.5.2,no\n"); !strings.Contains(p.text(".import-verdict"), "nothing to record") {
		t.Errorf("twice: %q", p.text(".import-verdict"))
	}
	t.Run("a preview of before somebody else's change is refused", func(t *testing.T) {
		stale := sheet(t, v, at, "Ref,Applicable\nA.5.1,no\n").typed("form[action$='/import/apply']")
		v.post(at, with(v.get(at).typed(".applicability-form"), "says_A.5.3", "applied")).leads(at)
		v.post(at+"/import/apply", stale).want(http.StatusConflict)
	})
	t.Run("files", func(t *testing.T) {
		if p := upload(t, v, at+"/import", "").want(http.StatusUnprocessableEntity); p.text("#field-file-error") == "" {
			t.Error("an empty file is not named")
		}
		if p := v.get(upload(t, v, at+"/import", "What,How\nA.5.1,yes\n").leads(at + "/import/preview")); p.doc().Find("select[name=column_ref]").Length() != 1 {
			t.Error("unknown headings are not asked about")
		}
		v.get(at + "/import/preview?file=zz").want(http.StatusUnprocessableEntity)
		for _, ending := range []string{"csv", "xlsx"} {
			file := v.get(at + "." + ending).want(http.StatusOK)
			if p := sheet(t, v, at, string(file.body)); !strings.Contains(p.text(".import-verdict"), "nothing to record") {
				t.Errorf("the %s does not read back: %q", ending, p.text("main"))
			}
		}
	})
	b.reader.get(at + "/import").want(http.StatusForbidden)
	upload(t, b.reader, at+"/import", "Ref,Applicable\n").want(http.StatusForbidden)
	b.reader.post(at+"/import/apply", form).want(http.StatusForbidden)
}

// TestApplicability_TellsWhatFalls works on the sample, whose reliances rest on
// an SoA: by hand and by sheet, a change that takes gate G4 waits for a tick.
func TestApplicability_TellsWhatFalls(t *testing.T) {
	t.Parallel()
	k := testkit.NewApp(t)
	story := k.Sample(t)
	b := serveApp(t, k.App)
	v := b.visitor()
	v.post("/sign-in", url.Values{"email": {story.People["owner"].Person.Email}, "password": {testkit.Password}}).want(http.StatusSeeOther)
	v.post("/preferences", url.Values{"lang": {"en"}, "back": {"/"}}).want(http.StatusSeeOther)
	all, err := k.App.Reports(t.Context(), story.As("owner"))
	if err != nil {
		t.Fatal(err)
	}
	var at string
	for _, r := range all {
		if r.Kind == domain.ReportSoA && strings.Contains(r.Title, "productivity") {
			at = fmt.Sprintf("/o/%s/e/%s/reports/%d/applicability", story.Org.Code, story.Engagement.Code, r.ID)
		}
	}
	p := sheet(t, v, at, "Ref,Applicable\nA.5.1,yes\n")
	falls := p.text("#effects .notice-warning")
	if !strings.Contains(falls, "would lapse") || p.doc().Find("#effects-table tbody tr").Length() == 0 {
		t.Fatalf("the preview says %q", falls)
	}
	form := p.typed("form[action$='/import/apply']")
	if p = v.post(at+"/import/apply", form).want(http.StatusUnprocessableEntity); p.text("#field-confirmed-error") == "" {
		t.Error("the import does not wait for the tick")
	}
	chosen := with(v.get(at).typed(".applicability-form"), "all", "not_applied")
	p = v.post(at, chosen).want(http.StatusUnprocessableEntity)
	if p.text("#effects .notice-warning") == "" || p.doc().Find(".applicability input[value=not_applied][checked]").Length() != 93 {
		t.Errorf("the page lost what was chosen, or says nothing: %q", p.text("#effects"))
	}
	t.Run("so do superseding it, an open exception, and a newer report with one", func(t *testing.T) {
		edit, reports := strings.TrimSuffix(at, "/applicability")+"/edit", at[:strings.LastIndex(at, "/reports/")]+"/reports"
		form := v.get(edit).typed(".report-form form")
		newer := reportFields(domain.ReportAudit, "Newer")
		newer = with(newer, "to", story.Engagement.Period.To.String(), "names", "office-365|public")
		for name, p := range map[string]*page{
			"superseded":            v.post(edit, with(form, "state", "superseded")),
			"an open exception":     v.post(edit, with(form, "exception_1", "A finding")),
			"another kind":          v.post(edit, with(form, "kind", "bridge_letter")),
			"nothing applied":       v.post(edit, with(form, "applies", "unstated")),
			"a newer, open finding": v.post(reports, with(newer, "exception_1", "A finding")),
		} {
			p.want(http.StatusUnprocessableEntity)
			if !strings.Contains(p.text("#effects .notice-warning"), "would lapse") || p.text("#field-confirmed-error") == "" {
				t.Errorf("%s: %q", name, p.text(".error-summary"))
			}
		}
		v.post(edit, form).leads(strings.TrimSuffix(edit, "/edit")) // nothing changed: nothing to tell
	})
	form = sheet(t, v, at, "Ref,Applicable\nA.5.1,yes\n").typed("form[action$='/import/apply']")
	before, err := k.App.Reliances(t.Context(), story.As("owner"), story.Engagement, 0)
	if err != nil {
		t.Fatal(err)
	}
	v.post(at+"/import/apply", with(form, "confirmed", "1")).leads(at)
	after, err := k.App.Reliances(t.Context(), story.As("owner"), story.Engagement, 0)
	if err != nil {
		t.Fatal(err)
	}
	fallen := 0
	for i := range after {
		if before[i].Reliance.State != after[i].Reliance.State && after[i].Reliance.State == domain.RelianceLapsed {
			fallen++
		}
	}
	if want := fmt.Sprint(fallen); fallen == 0 || !strings.HasPrefix(falls, want+" ") {
		t.Errorf("%d fell, the page had said %q", fallen, falls)
	}
}
