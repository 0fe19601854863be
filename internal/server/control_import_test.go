package server_test

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"relier/internal/domain"
)

// send uploads a list of controls.
func (a *audited) send(name, content string) *page {
	a.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	if name != "" {
		f, err := w.CreateFormFile("file", name)
		a.must(err)
		_, err = f.Write([]byte(content))
		a.must(err)
	}
	a.must(w.Close())
	return a.do(http.MethodPost, north+"/controls/import", &b, w.FormDataContentType())
}

// preview uploads a list and opens its preview.
func (a *audited) preview(content string) *page {
	a.t.Helper()
	return a.get(a.send("list.csv", content).leads(north + "/controls/import/preview?file=")).want(http.StatusOK)
}

// apply sends the preview's own form.
func (a *audited) apply(p *page) *page {
	a.t.Helper()
	form := url.Values{}
	p.doc().Find("form[action$='/import/apply'] input[type=hidden]").Each(func(_ int, e *goquery.Selection) {
		form.Add(e.AttrOr("name", ""), e.AttrOr("value", ""))
	})
	return a.post(north+"/controls/import/apply", form)
}

func TestImport_PreviewThenAllOfIt(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	a.control("A.5.1", "Old title", "A.5.1")
	list := "Code,Title,ISO 27001:2022,Owner\nA.5.1,Policies,A.5.1,ada@example.org\nAC-07,Review,A.8.2; A.5.18 (partial),\n"
	p := a.preview(list)
	if got := p.text(".tallies dd"); got != "0 1 1 0" && got != "0110" {
		t.Errorf("the counts are %q", got)
	}
	if got := p.text("#row-2"); !strings.Contains(got, "Changes: Title") || !strings.Contains(got, "Owner: Ada") {
		t.Errorf("row 2 says %q", got)
	}
	if got := p.text("form[action$='/import/apply'] button"); got != "Import 2 rows" {
		t.Errorf("the button says %q", got)
	}
	if all, _ := a.app.Controls(t.Context(), a.actor); len(all) != 1 || all[0].Title != "Old title" {
		t.Error("the preview changed something")
	}
	to := a.apply(p).leads(north + "/controls")
	if got := a.get(to).text(".notice"); got != "2 controls were added or changed." {
		t.Errorf("the notice says %q", got)
	}
	again := a.preview(list)
	if !strings.Contains(again.text(".import-verdict"), "nothing to import") || again.doc().Find("form[action$='/import/apply']").Length() != 0 {
		t.Errorf("the same file twice: %q", again.text(".import-verdict"))
	}
}

func TestImport_ErrorsNameRowAndColumn(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	p := a.preview("Code,Title,Status\nC-1,Good,oui\nC-2,,perhaps\nC-1,Twice,oui\n")
	if got := p.text("#row-3"); !strings.Contains(got, "Column B (Title)") || !strings.Contains(got, "Column C (Status)") || !strings.Contains(got, "perhaps") {
		t.Errorf("row 3 says %q", got)
	}
	if got := p.text("#row-4"); !strings.Contains(got, "C-1 stands in row 2 already") {
		t.Errorf("row 4 says %q", got)
	}
	if p.doc().Find("form[action$='/import/apply']").Length() != 0 {
		t.Error("a list with errors is offered for import")
	}
	file := p.attr("input[name=file]", "value")
	if p := a.post(north+"/controls/import/apply", url.Values{"file": {file}, "column_code": {"0"}, "column_title": {"1"}, "column_implementation": {"2"}}).want(http.StatusUnprocessableEntity); p.text(".error-summary") == "" {
		t.Error("a forced import says nothing")
	}
	if all, _ := a.app.Controls(t.Context(), a.actor); len(all) != 0 {
		t.Errorf("%d controls came out of a refused import", len(all))
	}
}

func TestImport_AsksForColumnsItDoesNotKnow(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	p := a.preview("Kennung,Bezeichnung\nX1,Eins\n")
	if p.text("h1") != "Say which column is which" || !strings.Contains(p.text("#field-column_code"), "A · Kennung") {
		t.Fatalf("it says %q", p.text("main"))
	}
	file := p.attr("input[name=file]", "value")
	p = a.get(north + "/controls/import/preview?" + url.Values{"file": {file}, "column_code": {"0"}, "column_title": {"1"}}.Encode())
	if got := p.text("#row-2"); !strings.Contains(got, "X1 Eins") || !strings.Contains(got, "New") {
		t.Errorf("mapped, row 2 says %q", got)
	}
	a.apply(p).leads(north + "/controls")
	p = a.get(north + "/controls/import/preview?" + url.Values{"file": {file}, "column_code": {"0"}}.Encode())
	if p.attr("#field-column_title", "aria-invalid") != "true" {
		t.Error("a needed column left out is not named")
	}
}

func TestImport_RefusesAtTheFile(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	for name, content := range map[string]string{"none": "", "empty": "Code,Title\n", "old": "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old Excel"} {
		file := "list.csv"
		if name == "none" {
			file = ""
		}
		p := a.send(file, content).want(http.StatusUnprocessableEntity)
		if p.text("#field-file-error") == "" {
			t.Errorf("%s: the file's field says nothing: %q", name, p.text("main"))
		}
	}
}

// A digest opens a list for its sender alone: digests stand in packs.
func TestImport_FileIsTheSendersOwn(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	file := a.preview("Code,Title\nC-1,One\n").attr("input[name=file]", "value")
	for _, forged := range []string{strings.Repeat("00", 32), file + "00", "x", ""} {
		a.get(north + "/controls/import/preview?" + url.Values{"file": {forged}}.Encode()).want(http.StatusUnprocessableEntity)
	}
	_, auditor := a.member("auditor@example.org", domain.RoleAuditor)
	auditor.get(north + "/controls/import/preview?" + url.Values{"file": {file}}.Encode()).want(http.StatusUnprocessableEntity)
	auditor.post(north+"/controls/import/apply", url.Values{"file": {file}}).want(http.StatusUnprocessableEntity)
	_, reader := a.member("reader@example.org", domain.RoleReader)
	reader.get(north + "/controls/import").want(http.StatusForbidden)
	reader.post(north+"/controls/import/apply", url.Values{"file": {file}}).want(http.StatusForbidden)
}

func TestImport_TemplateReadsBack(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	for _, lang := range []string{"en", "fr"} {
		a.post("/preferences", url.Values{"lang": {lang}, "back": {"/"}})
		for _, ending := range []string{"csv", "xlsx"} {
			file := a.get(north + "/controls/template." + ending).want(http.StatusOK)
			if !strings.Contains(file.header.Get("Content-Disposition"), "controls."+ending) {
				t.Errorf("the template is sent as %q", file.header.Get("Content-Disposition"))
			}
			p := a.preview(string(file.body))
			if n := p.doc().Find("form[action$='/import/apply']").Length(); n != 1 {
				t.Errorf("%s %s does not read back: %q", lang, ending, p.text("main"))
			}
		}
	}
}

func TestImport_FiveThousandRows(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("imports 5,000 rows")
	}
	a := auditNorth(t)
	var b strings.Builder
	b.WriteString("Code,Title,ISO 27001:2022\n")
	for i := range 5000 {
		fmt.Fprintf(&b, "C-%d,Control %d,A.5.%d\n", i, i, i%37+1)
	}
	p := a.preview(b.String())
	if n := p.doc().Find("#rows tbody tr").Length(); n != 50 {
		t.Errorf("%d rows on a page, want 50", n)
	}
	a.apply(p).leads(north + "/controls")
	started := time.Now()
	list := a.get(north + "/controls?page=100").want(http.StatusOK)
	if took := time.Since(started); took > 5*time.Second {
		t.Errorf("the list of 5,000 took %s", took)
	}
	if list.text("#controls tbody tr:last-child .mono") != "C-4999" {
		t.Errorf("the last page ends with %q", list.text("#controls tbody tr:last-child .mono"))
	}
}
