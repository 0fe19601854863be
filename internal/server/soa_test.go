package server_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"relier/internal/domain"
)

// soaForm is the edit form of a page of lines as the browser would send it.
func soaForm(p *page) url.Values {
	v := url.Values{}
	form := p.doc().Find("form.soa-form")
	for _, i := range form.Find("input[type=hidden], input[type=date]").EachIter() {
		v.Add(i.AttrOr("name", ""), i.AttrOr("value", ""))
	}
	for _, i := range form.Find("input[type=checkbox][checked]").EachIter() {
		v.Add(i.AttrOr("name", ""), i.AttrOr("value", ""))
	}
	for _, i := range form.Find("select").EachIter() {
		v.Add(i.AttrOr("name", ""), i.Find("option[selected]").AttrOr("value", ""))
	}
	for _, i := range form.Find("textarea").EachIter() {
		v.Add(i.AttrOr("name", ""), i.Text())
	}
	return v
}

// reasons gives every line of the 2022 edition its reason.
func (a *audited) reasons() {
	a.t.Helper()
	lines, err := a.app.SoA(a.t.Context(), a.actor, domain.Edition2022)
	a.must(err)
	var entries []domain.SoAEntry
	for _, l := range lines {
		l.Entry.Drivers = []domain.Driver{domain.DriverRisk}
		entries = append(entries, l.Entry)
	}
	_, err = a.app.SaveSoA(a.t.Context(), a.actor, entries)
	a.must(err)
}

func TestSoA_EveryLine(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	a.control("C-1", "Own policies", "A.5.1")
	p := a.get(north + "/soa").want(http.StatusOK)
	if n := p.doc().Find("#soa tbody tr").Length(); n != 93 {
		t.Errorf("%d lines", n)
	}
	if got := p.text(".lead"); got != "93 lines: 93 applicable, 0 excluded. 93 lack the reason their decision needs." {
		t.Errorf("sentence %q", got)
	}
	first := p.text(`[id="row-A.5.1"]`)
	for _, want := range []string{"Policies for information security", "2013 edition: A.5.1.1, A.5.1.2", "No justification", "Not implemented", "C-1"} {
		if !strings.Contains(first, want) {
			t.Errorf("A.5.1 says %q, not %q", first, want)
		}
	}
	if got := p.text(`[id="row-A.5.7"]`); !strings.Contains(got, "New in 2022") {
		t.Errorf("A.5.7 says %q", got)
	}
	for query, want := range map[string]int{"?theme=A.7": 14, "?show=excluded": 0, "?show=missing": 93, "?q=threat": 2, "?theme=A.5&q=supplier": 3} {
		if n := a.get(north + "/soa" + query).want(http.StatusOK).doc().Find("#soa tbody tr").Length(); n != want {
			t.Errorf("%s: %d lines, want %d", query, n, want)
		}
	}
	a.french()
	if got := a.get(north + "/soa").text("h1"); got != "Déclaration d’applicabilité" {
		t.Errorf("in French: %q", got)
	}
}

func TestSoA_EditAPage(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	edit := a.get(north + "/soa/edit").want(http.StatusOK)
	form := soaForm(edit)
	if n := len(form["line"]); n != 20 {
		t.Fatalf("%d lines on a page", n)
	}
	t.Run("as it is changes nothing", func(t *testing.T) {
		to := a.post(north+"/soa", form).leads(north + "/soa")
		if got := a.get(to).text(".notice"); got != "0 lines changed." {
			t.Errorf("notice %q", got)
		}
	})
	t.Run("an exclusion without its reason", func(t *testing.T) {
		bad := soaForm(edit)
		bad.Set("A.5.3.applicable", "0")
		bad.Set("A.5.4.applicable", "0")
		bad.Set("A.5.1.inclusion", "Customers ask for it")
		p := a.post(north+"/soa", bad).want(http.StatusUnprocessableEntity)
		for _, code := range []string{"A.5.3", "A.5.4"} {
			if p.text(`[id="field-`+code+`.exclusion-error"]`) == "" {
				t.Errorf("no error at %s", code)
			}
		}
		if p.text(`[id="field-A.5.1.inclusion"]`) != "Customers ask for it" {
			t.Error("what was typed is lost")
		}
		if got := a.get(north + "/soa").text(`[id="row-A.5.1"]`); !strings.Contains(got, "No justification") {
			t.Error("a line of a refused page was saved")
		}
	})
	form.Set("A.5.1.inclusion", "Customers ask for it")
	form.Add("A.5.2.drivers", "risk")
	form.Add("A.5.2.drivers", "legal")
	form.Set("A.5.3.applicable", "0")
	form.Set("A.5.3.exclusion", "One person runs it all")
	form.Set("A.5.2.status", "implemented")
	form.Set("A.5.2.next_review", "2027-01-31")
	form.Set("go", "next")
	to := a.post(north+"/soa", form).leads(north + "/soa/edit")
	if next := a.get(to).want(http.StatusOK); next.attr(`input[name=line]`, "value") != "A.5.21" || next.text(".notice") != "3 lines changed." {
		t.Errorf("leads to %s: %s", to, next.text(".notice"))
	}
	p := a.get(north + "/soa")
	for code, want := range map[string]string{"A.5.1": "Customers ask for it", "A.5.2": "Implemented", "A.5.3": "One person runs it all"} {
		if got := p.text(`[id="row-` + code + `"]`); !strings.Contains(got, want) {
			t.Errorf("%s says %q", code, got)
		}
	}
	if got := p.text(`[id="row-A.5.2"]`); !strings.Contains(got, "Risk treatment, Legal") {
		t.Errorf("drivers: %q", got)
	}
	t.Run("on an older state", func(t *testing.T) {
		form.Set("A.5.1.inclusion", "Something else")
		if p := a.post(north+"/soa", form).want(http.StatusConflict); !strings.Contains(p.text(".error-summary"), "Somebody changed this") {
			t.Errorf("page says %s", p.text(".error-summary"))
		}
		if got := a.get(north + "/soa").text(`[id="row-A.5.1"]`); !strings.Contains(got, "Customers ask for it") {
			t.Error("it was overwritten")
		}
	})
	t.Run("a status nobody offered", func(t *testing.T) {
		fresh := soaForm(a.get(north + "/soa/edit?page=2"))
		fresh.Set("A.5.21.status", "done")
		if p := a.post(north+"/soa", fresh).want(http.StatusUnprocessableEntity); p.text(`[id="field-A.5.21.status-error"]`) == "" {
			t.Error("no error at the field")
		}
	})
	t.Run("a role that may not", func(t *testing.T) {
		_, v := a.member("cal@example.org", domain.RoleContributor)
		v.get(north + "/soa/edit").want(http.StatusForbidden)
		v.post(north+"/soa", form).want(http.StatusForbidden)
		if p := v.get(north + "/soa").want(http.StatusOK); p.doc().Find(`a[href^="`+north+`/soa/edit"], a[href$="/approve"], .bulk`).Length() > 0 {
			t.Error("buttons are shown to who may not use them")
		}
	})
}

func TestSoA_SetManyAndApprove(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	approve := a.get(north + "/soa/approve").want(http.StatusOK)
	if !strings.Contains(approve.text(".lead"), "93 lines lack the reason") || approve.doc().Find("main form").Length() != 0 {
		t.Errorf("approval page: %s", approve.text("main"))
	}
	if p := a.post(north+"/soa/versions", nil).want(http.StatusConflict); !strings.Contains(p.text("main"), "93 lines lack") {
		t.Errorf("refusal says %s", p.text("main"))
	}
	t.Run("some ticked", func(t *testing.T) {
		p := a.get(north + "/soa/bulk?id=A.8.1&id=A.8.2").want(http.StatusOK)
		if p.text("h1") != "Set the same on 2 lines" {
			t.Errorf("heading %q", p.text("h1"))
		}
		form := hiddenOf(p.doc().Find("main form.form"))
		form.Set("applicable", "no")
		if p := a.post(north+"/soa/bulk", form).want(http.StatusUnprocessableEntity); p.text("#field-reason-error") == "" {
			t.Error("an exclusion without reason went through")
		}
		form.Set("reason", "No such devices")
		a.post(north+"/soa/bulk", form).leads(north + "/soa")
		if got := a.get(north + "/soa?show=excluded").doc().Find("#soa tbody tr").Length(); got != 2 {
			t.Errorf("%d excluded", got)
		}
	})
	t.Run("all without a reason", func(t *testing.T) {
		p := a.get(approve.attr("main a.button-primary", "href")).want(http.StatusOK)
		form := hiddenOf(p.doc().Find("main form.form"))
		if n := len(form["id"]); n != 91 {
			t.Fatalf("%d lines", n)
		}
		form.Add("drivers", "risk")
		form.Set("status", "partly")
		a.post(north+"/soa/bulk", form).leads(north + "/soa")
	})
	confirm := a.get(north + "/soa/approve").want(http.StatusOK)
	if got := confirm.text(".consequences"); !strings.Contains(got, "All 93 lines") || !strings.Contains(got, "91 are applicable; 0 of them implemented.") || !strings.Contains(got, "2 are excluded.") {
		t.Errorf("confirms %q", got)
	}
	t.Run("a role that may not", func(t *testing.T) {
		_, v := a.member("aud@example.org", domain.RoleAuditor)
		v.get(north + "/soa/approve").want(http.StatusForbidden)
		v.post(north+"/soa/versions", nil).want(http.StatusForbidden)
	})
	a.post(north+"/soa/versions", hiddenOf(a.get(north+"/soa/approve").want(http.StatusOK).doc().Find("main form[method=post]"))).leads(north + "/soa/versions/1")
	before := a.get(north + "/soa/versions/1").want(http.StatusOK)
	if got := before.text(".document-head"); !strings.Contains(got, "v1") || !strings.Contains(got, "Ada") {
		t.Errorf("head %q", got)
	}

	form := soaForm(a.get(north + "/soa/edit?theme=A.8"))
	form.Set("A.8.1.applicable", "1")
	form.Set("A.8.1.inclusion", "Laptops came")
	a.post(north+"/soa", form).leads(north + "/soa")
	if got := a.get(north + "/soa").text(".document-head"); !strings.Contains(got, "1 line differs from version 1") {
		t.Errorf("head %q", got)
	}
	if p := a.post(north+"/soa/versions", hiddenOf(confirm.doc().Find("main form[method=post]"))).want(http.StatusConflict); !strings.Contains(p.text("main"), "changed since you opened") {
		t.Errorf("a statement nobody read was approved: %s", p.text("main"))
	}
	if after := a.get(north + "/soa/versions/1"); after.text("#soa") != before.text("#soa") {
		t.Error("an approved version changed")
	}
	a.post(north+"/soa/versions", hiddenOf(a.get(north+"/soa/approve").want(http.StatusOK).doc().Find("main form[method=post]"))).leads(north + "/soa/versions/2")
	if got := a.get(north + "/soa/versions/2").text("[aria-labelledby=changes]"); !strings.Contains(got, "A.8.1 – Applicable") || !strings.Contains(got, "Laptops came") {
		t.Errorf("changes: %s", got)
	}
	if p := a.post(north+"/soa/versions", hiddenOf(confirm.doc().Find("main form[method=post]"))).want(http.StatusConflict); !strings.Contains(p.text("main"), "changed since you opened") {
		t.Errorf("a statement nobody read was approved: %s", p.text("main"))
	}
	if after := a.get(north + "/soa/versions/1"); after.text("#soa") != before.text("#soa") {
		t.Error("the second approval changed the first version")
	}
	if n := a.get(north + "/soa/versions").want(http.StatusOK).doc().Find("#versions tbody tr").Length(); n != 2 {
		t.Errorf("%d versions", n)
	}
	a.get(north + "/soa/versions/3").want(http.StatusNotFound)
}

func TestSoA_Workbook(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	a.reasons()
	a.control("C-1", "Own policies", "A.5.1")
	got := a.get(north + "/soa/file").want(http.StatusOK)
	if d := got.header.Get("Content-Disposition"); !strings.Contains(d, `filename="north-soa-2022.xlsx"`) {
		t.Errorf("named %q", d)
	}
	book, err := excelize.OpenReader(bytes.NewReader(got.body))
	a.must(err)
	defer book.Close()
	if sheets := book.GetSheetList(); len(sheets) != 2 {
		t.Fatalf("sheets %v", sheets)
	}
	rows, err := book.GetRows(book.GetSheetList()[0])
	a.must(err)
	found := 0
	for _, r := range rows {
		if len(r) > 6 && strings.HasPrefix(r[0], "A.") {
			found++
			if r[0] == "A.5.1" && (r[1] != "Policies for information security" || !strings.Contains(fmt.Sprint(r), "Risk treatment")) {
				t.Errorf("A.5.1: %v", r)
			}
		}
	}
	if found != 93 {
		t.Errorf("%d lines", found)
	}
}
