package server_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"relier/internal/app"
	"relier/internal/blob"
	"relier/internal/domain"
)

// proof adds a submitted file as somebody, through the use-case.
func (a *audited) proof(actor domain.Actor, title string, controls ...domain.ControlID) domain.Evidence {
	a.t.Helper()
	f, err := a.app.ReceiveFile(a.t.Context(), actor, title+".txt", strings.NewReader(title), blob.Anything)
	a.must(err)
	out, err := a.app.AddEvidence(a.t.Context(), actor, []app.NewEvidence{{
		Item:     domain.Evidence{Title: title, Kind: domain.EvidenceFile, Source: "Entra ID", Method: "Export", Sensitivity: domain.SensitivityInternal},
		Version:  domain.EvidenceVersion{FileName: f.FileName, MediaType: f.MediaType, Blob: f.Blob, CapturedOn: domain.MustDate("2026-03-02"), Period: domain.Period{From: domain.MustDate("2026-02-01"), To: domain.MustDate("2026-02-28")}},
		Controls: controls}})
	a.must(err)
	return out[0]
}

func itemPath(e domain.Evidence) string { return fmt.Sprintf("%s/evidence/%d", north, e.ID) }

func TestEvidence_NeverUsed(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	p := a.get(north + "/evidence").want(http.StatusOK)
	if p.text(".empty h2") != "No evidence yet" || p.attr(".empty a.button", "href") != north+"/evidence/new" || p.text(".empty-example") == "" {
		t.Errorf("empty state: %s", p.text(".empty"))
	}
	a.french()
	if got := a.get(north + "/evidence").text(".empty h2"); got != "Aucune preuve pour l’instant" {
		t.Errorf("in French: %q", got)
	}
}

func TestEvidence_FilterSortPage(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	c := a.control("C-1", "Access control")
	for i := range 53 {
		a.proof(a.actor, fmt.Sprintf("Export %02d", i))
	}
	a.proof(a.actor, "Accès révisés", c.ID)
	rows := func(query string) []string {
		t.Helper()
		var out []string
		for _, s := range a.get(north + "/evidence" + query).want(http.StatusOK).doc().Find("#evidence tbody .titled").EachIter() {
			out = append(out, s.Text())
		}
		return out
	}
	if got := rows(""); len(got) != 50 || got[0] != "Accès révisés" {
		t.Errorf("first page: %d rows, %v first", len(got), got[:1])
	}
	if got := rows("?page=2"); len(got) != 4 {
		t.Errorf("second page: %v", got)
	}
	for query, want := range map[string]string{
		"?sort=title":                           "Accès révisés",
		"?sort=-title":                          "Export 52",
		"?sort=number":                          "Export 00",
		"?q=acces+revises":                      "Accès révisés",
		"?control=" + fmt.Sprint(c.ID):          "Accès révisés",
		"?state=submitted&kind=file&q=export+7": "",
	} {
		got := rows(query)
		if want == "" && len(got) != 0 || want != "" && (len(got) == 0 || got[0] != want) {
			t.Errorf("%s: %v", query, got[:min(1, len(got))])
		}
	}
	if got := a.get(north + "/evidence?q=nothing").text(".empty h2"); got != "Nothing matches" {
		t.Errorf("no match says %q", got)
	}
	if got := a.get(north + "/evidence?state=accepted&page=9").want(http.StatusOK).text(".empty h2"); got != "Nothing matches" {
		t.Errorf("beyond the end says %q", got)
	}
}

func TestEvidence_ItemSaysWhatItIs(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	c := a.control("C-1", "Access control")
	e := a.proof(a.actor, "Access review", c.ID)
	p := a.get(itemPath(e)).want(http.StatusOK)
	facts := p.text("[aria-labelledby=facts]")
	for _, want := range []string{"Entra ID", "Export", "Internal", "2 Mar 2026", "1 Feb – 28 Feb 2026", "Within the audit period", "text/plain"} {
		if !strings.Contains(facts, want) && !strings.Contains(facts, strings.Replace(want, "1 Feb –", "1 –", 1)) {
			t.Errorf("no %q in %s", want, facts)
		}
	}
	if got := p.text("[aria-labelledby=used]"); !strings.Contains(got, "C-1 Access control") {
		t.Errorf("used: %s", got)
	}
	if got := p.text(".head-actions"); !strings.Contains(got, "Submitted") {
		t.Errorf("state: %s", got)
	}
	if p.doc().Find("main [style], main script:not([src])").Length() > 0 {
		t.Error("inline style or script")
	}
	a.french()
	if got := a.get(itemPath(e)).text("#facts"); got != "Ce que c’est" {
		t.Errorf("in French: %q", got)
	}
}

func TestEvidence_Review(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	author, writer := a.member("cal@example.org", domain.RoleContributor)
	auditor, reviewer := a.member("aud@example.org", domain.RoleAuditor)
	_ = auditor
	e := a.proof(author, "Access review")
	verdict := func(v *visitor, version int, form url.Values) *page {
		form.Set("version", fmt.Sprint(version))
		return v.post(itemPath(e)+"/review", form)
	}
	t.Run("a contributor may not", func(t *testing.T) {
		if writer.get(itemPath(e)).want(http.StatusOK).doc().Find("form[action$='/review']").Length() > 0 {
			t.Error("the form is shown")
		}
		verdict(writer, e.Version, url.Values{"verdict": {"accepted"}}).want(http.StatusForbidden)
	})
	t.Run("a return needs a reason", func(t *testing.T) {
		p := verdict(reviewer, e.Version, url.Values{"verdict": {"returned"}, "comment": {"Look again"}}).want(http.StatusUnprocessableEntity)
		if p.text("#field-reason-error") == "" || p.text("#field-comment") != "Look again" {
			t.Errorf("page says %s", p.text(".error-summary"))
		}
	})
	t.Run("on an older state", func(t *testing.T) {
		p := verdict(reviewer, e.Version-1, url.Values{"verdict": {"accepted"}}).want(http.StatusConflict)
		if !strings.Contains(p.text(".error-summary"), "Somebody changed this") {
			t.Errorf("page says %s", p.text(".error-summary"))
		}
	})
	t.Run("returned with a reason", func(t *testing.T) {
		verdict(reviewer, e.Version, url.Values{"verdict": {"returned"}, "reason": {"wrong_period"}, "comment": {"This is last year."}}).leads(itemPath(e))
		p := reviewer.get(itemPath(e)).want(http.StatusOK)
		if got := p.text(".history"); !strings.Contains(got, "returned v1 – Wrong period") || !strings.Contains(got, "This is last year.") {
			t.Errorf("history: %s", got)
		}
		if !strings.Contains(p.text(".head-actions"), "Returned") {
			t.Error("state is not shown")
		}
	})
	t.Run("not by its author", func(t *testing.T) {
		own := a.proof(a.actor, "Own work")
		if got := a.get(itemPath(own)).want(http.StatusOK); got.doc().Find("form[action$='/review']").Length() > 0 || !strings.Contains(got.text("[aria-labelledby=review]"), "never the author") {
			t.Errorf("review section: %s", got.text("[aria-labelledby=review]"))
		}
		a.post(itemPath(own)+"/review", url.Values{"verdict": {"accepted"}, "version": {fmt.Sprint(own.Version)}, "override": {"nobody else"}}).want(http.StatusForbidden)
	})
}

func TestEvidence_Describe(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	one, two := a.control("C-1", "Access control"), a.control("C-2", "Logging")
	e := a.proof(a.actor, "Access review", one.ID)
	edit := a.get(itemPath(e) + "/edit").want(http.StatusOK)
	if edit.attr("#field-title", "value") != "Access review" || edit.doc().Find("input[name=controls][checked]").Length() != 1 || edit.doc().Find("[name=from]").Length() != 0 {
		t.Error("the form does not show the item as it is")
	}
	form := url.Values{"title": {"Access review, Q1"}, "source": {"Entra"}, "method": {""}, "sensitivity": {"confidential"}, "controls": {fmt.Sprint(two.ID)}, "version": {fmt.Sprint(e.Version)}}
	a.post(itemPath(e), form).leads(itemPath(e))
	p := a.get(itemPath(e)).want(http.StatusOK)
	if p.text("h1") != "Access review, Q1" || !strings.Contains(p.text("[aria-labelledby=used]"), "C-2") || strings.Contains(p.text("[aria-labelledby=used]"), "C-1") {
		t.Errorf("after: %s %s", p.text("h1"), p.text("[aria-labelledby=used]"))
	}
	t.Run("on an older state", func(t *testing.T) {
		p := a.post(itemPath(e), form).want(http.StatusConflict)
		if p.text(".error-summary") == "" {
			t.Error("nothing says so")
		}
	})
	t.Run("without a title", func(t *testing.T) {
		form.Set("title", " ")
		if p := a.post(itemPath(e), form).want(http.StatusUnprocessableEntity); p.text("#field-title-error") == "" {
			t.Error("no error at the field")
		}
		if a.get(itemPath(e)).text("h1") != "Access review, Q1" {
			t.Error("something changed")
		}
	})
}

func TestEvidence_DraftsOfAnUpload(t *testing.T) {
	t.Parallel()
	s := openLibrary(t)
	form := fields("from", "", "to", "", "captured_on", "")
	to := s.upload(north+"/evidence", form, named{"a.txt", []byte("a")}, named{"b.txt", []byte("b")}).leads(north + "/evidence/added?")
	p := s.get(to).want(http.StatusOK)
	if got := p.text("#drafts"); got != "2 drafts to complete" {
		t.Fatalf("drafts: %q", got)
	}
	rows := hiddenOf(p.doc().Find(".grid-form"))
	ids := rows["id"]
	for _, id := range ids {
		rows.Set(id+".title", "Item "+id)
		rows.Set(id+".sensitivity", "internal")
	}
	t.Run("a wrong day in one changes none", func(t *testing.T) {
		bad := url.Values{}
		for k, v := range rows {
			bad[k] = v
		}
		bad.Set("all.from", "2026-01-01")
		bad.Set("all.to", "2026-03-31")
		bad.Set(ids[1]+".from", "2026-04-02")
		p := s.post(north+"/evidence/complete", bad).want(http.StatusUnprocessableEntity)
		if p.doc().Find(`[id="field-`+ids[1]+`.from-error"]`).Length() != 1 || p.doc().Find(`[id="field-`+ids[0]+`.from-error"]`).Length() != 0 {
			t.Errorf("errors: %s", p.text(".error-summary"))
		}
		if got := p.doc().Find(`[id="field-`+ids[0]+`.title"]`).AttrOr("value", ""); got != "Item "+ids[0] {
			t.Errorf("typed title came back as %q", got)
		}
		if got := s.get(to).text("#drafts"); got != "2 drafts to complete" {
			t.Errorf("afterwards: %q", got)
		}
	})
	t.Run("what is said for all fills what is empty", func(t *testing.T) {
		rows.Set("all.from", "2026-01-01")
		rows.Set("all.to", "2026-03-31")
		rows.Set("all.source", "Intune")
		rows.Set(ids[1]+".source", "Entra ID")
		s.post(north+"/evidence/complete", rows).leads(north + "/evidence")
		for i, source := range []string{"Intune", "Entra ID"} {
			p := s.get(north + "/evidence/" + ids[i]).want(http.StatusOK)
			if !strings.Contains(p.text("[aria-labelledby=facts]"), source) || !strings.Contains(p.text(".head-actions"), "Submitted") {
				t.Errorf("%s: %s", ids[i], p.text("[aria-labelledby=facts]"))
			}
		}
	})
	t.Run("a submitted version keeps its days", func(t *testing.T) {
		rows.Set(ids[0]+".from", "2025-01-01")
		p := s.post(north+"/evidence/complete", rows).want(http.StatusConflict)
		if !strings.Contains(p.text(".error-summary"), "was submitted in the meantime") {
			t.Errorf("page says %s", p.text("main"))
		}
	})
}

func TestEvidence_NewVersion(t *testing.T) {
	t.Parallel()
	s := openLibrary(t)
	item := s.first(s.upload(north+"/evidence", fields(), named{"one.txt", []byte("one")}))
	path := strings.TrimSuffix(item.attr("form[action$='/review']", "action"), "/review")
	if path == "" {
		path = strings.TrimSuffix(item.attr("a[href$='/versions/new']", "href"), "/versions/new")
	}
	t.Run("without a file", func(t *testing.T) {
		if p := s.upload(path+"/versions", fields()).want(http.StatusUnprocessableEntity); p.text("#field-file-error") == "" {
			t.Errorf("no error at the file: %s", p.text(".error-summary"))
		}
	})
	s.upload(path+"/versions", fields("from", "2026-05-01", "to", "2026-05-31"), named{"two.txt", []byte("two")}).leads(path)
	p := s.get(path).want(http.StatusOK)
	if p.doc().Find("#versions tbody tr").Length() != 2 || p.text("#row-v2 th") != "v2" {
		t.Errorf("versions: %s", p.text("#versions"))
	}
	for v, want := range map[string]string{"1": "one", "2": "two"} {
		if got := s.get(path + "/versions/" + v + "/file").want(http.StatusOK); string(got.body) != want {
			t.Errorf("version %s: %q", v, got.body)
		}
	}
	s.get(path + "/versions/3/file").want(http.StatusNotFound)
}

func TestEvidence_LinksAndNotes(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	form := fields("kind", "link", "title", "Wiki page", "url", "javascript:alert(1)")
	if p := a.post(north+"/evidence", form); p.status < 400 {
		t.Errorf("urlencoded: %d", p.status)
	}
	send := func(form url.Values) *page {
		body, kind := bodyOf(form)
		return a.do(http.MethodPost, north+"/evidence", strings.NewReader(string(body)), kind)
	}
	if p := send(form).want(http.StatusUnprocessableEntity); p.text("#field-url-error") == "" {
		t.Errorf("no error at the address: %s", p.text(".error-summary"))
	}
	form.Set("url", "https://wiki.example.org/reviews")
	to, _ := url.Parse(send(form).leads(north + "/evidence/added?"))
	p := a.get(north + "/evidence/" + to.Query().Get("id")).want(http.StatusOK)
	if a := p.doc().Find("[aria-labelledby=content] a.external"); a.AttrOr("href", "") != "https://wiki.example.org/reviews" || !strings.Contains(a.AttrOr("rel", ""), "noopener") {
		t.Errorf("link: %s", p.text("[aria-labelledby=content]"))
	}
	to, _ = url.Parse(send(fields("kind", "note", "title", "Walk", "note", "<b>Desks</b> were clear.")).leads(north + "/evidence/added?"))
	if got := a.get(north + "/evidence/" + to.Query().Get("id")).text(".note-text"); got != "<b>Desks</b> were clear." {
		t.Errorf("note: %q", got)
	}
}

func TestEvidence_ForeignIsNotThere(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	e := a.proof(a.actor, "Secret of the north")
	a.organization(a.person("bob@example.org"), "south")
	bob := a.signedIn("bob@example.org")
	missing := bob.get("/o/south/e/2026/evidence/999999").want(http.StatusNotFound)
	for _, path := range []string{"", "/edit", "/versions/new", "/versions/1/file"} {
		got := bob.get(fmt.Sprintf("/o/south/e/2026/evidence/%d%s", e.ID, path)).want(http.StatusNotFound)
		if path == "" && string(got.body) != string(missing.body) {
			t.Error("missing and foreign differ")
		}
		if strings.Contains(string(got.body), "Secret") {
			t.Errorf("%s leaks", path)
		}
	}
	for _, path := range []string{"", "/review", "/link", "/versions/1/copy"} {
		bob.post(fmt.Sprintf("/o/south/e/2026/evidence/%d%s", e.ID, path), url.Values{"verdict": {"accepted"}, "version": {"1"}, "title": {"x"}, "name": {"x"}}).want(http.StatusNotFound)
	}
	bob.get(itemPath(e)).want(http.StatusNotFound)
	if got := a.get(itemPath(e)).text("h1"); got != "Secret of the north" {
		t.Errorf("changed to %q", got)
	}
}

// Where there are too many controls to tick, they are named by code.
func TestEvidence_ControlsByCode(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	for i := range 201 {
		a.control(fmt.Sprintf("C-%03d", i), "Control")
	}
	p := a.get(north + "/evidence/new?kind=note").want(http.StatusOK)
	if p.doc().Find("[name=controls]").Length() != 0 || p.doc().Find("[name=codes]").Length() != 1 {
		t.Fatal("the form does not ask for codes")
	}
	send := func(codes string) *page {
		body, kind := bodyOf(fields("kind", "note", "title", "Walk", "note", "Clear", "codes", codes))
		return a.do(http.MethodPost, north+"/evidence", strings.NewReader(string(body)), kind)
	}
	if p := send("C-001, C-999").want(http.StatusUnprocessableEntity); !strings.Contains(p.text("#field-codes-error"), "C-999") || p.attr("#field-codes", "value") != "C-001, C-999" {
		t.Errorf("error %q", p.text("#field-codes-error"))
	}
	to, _ := url.Parse(send("c-001; C-200").leads(north + "/evidence/added?"))
	if got := a.get(north + "/evidence/" + to.Query().Get("id")).text("[aria-labelledby=used]"); !strings.Contains(got, "C-001") || !strings.Contains(got, "C-200") {
		t.Errorf("used by %s", got)
	}
}
