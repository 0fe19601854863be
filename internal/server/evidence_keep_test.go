package server_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"relier/internal/domain"
)

// The form says until when a version holds; what makes no sense comes back.
func TestEvidence_LastDayAndCadence(t *testing.T) {
	t.Parallel()
	s := openLibrary(t)
	form := func(expires string) url.Values {
		return fields("title", "Licence", "captured_on", "2026-03-02", "from", "2026-01-01", "to", "2026-03-31", "expires", expires, "cadence", "quarterly")
	}
	p := s.upload(north+"/evidence", form("2026-03-01"), named{"licence.txt", []byte("a")}).want(http.StatusUnprocessableEntity)
	if p.text("#field-expires-error") == "" || p.attr("#field-expires", "value") != "2026-03-01" || p.attr("#field-cadence option[selected]", "value") != "quarterly" {
		t.Errorf("the form says %s", p.text(".error-summary"))
	}
	s.upload(north+"/evidence", form("2026-12-31"), named{"licence.txt", []byte("a")}).leads(north + "/evidence/added?")
	item := s.get(north + "/evidence/1").want(http.StatusOK).text("[aria-labelledby=facts]")
	for _, want := range []string{"31 Dec 2026", "uarterly", "30 Jun 2026"} {
		if !strings.Contains(item, want) {
			t.Errorf("no %q in %s", want, item)
		}
	}
	list := s.get(north + "/evidence?expiring=90&sensitivity=internal").want(http.StatusOK)
	if got := list.text("#evidence tbody"); !strings.Contains(got, "Licence") || !strings.Contains(got, "31 Dec 2026") {
		t.Errorf("the library within 90 days: %s", got)
	}
	if got := s.get(north + "/evidence?expiring=30").text("#evidence tbody"); strings.Contains(got, "Licence") {
		t.Errorf("the library within 30 days: %s", got)
	}
	month := s.get(north + "/evidence/calendar?month=2026-12").want(http.StatusOK)
	if got := month.text("[aria-labelledby=month]"); !strings.Contains(got, "December 2026") || !strings.Contains(got, "Licence") || !strings.Contains(got, "Last day") {
		t.Errorf("December: %s", got)
	}
	if got := month.text("[aria-labelledby=overdue]"); !strings.Contains(got, "30 Jun 2026") {
		t.Errorf("overdue: %s", got)
	}
	if got := s.get(north + "/evidence/calendar?month=nonsense").want(http.StatusOK).text("#month"); got != "November 2026" {
		t.Errorf("nonsense shows %q", got)
	}
}

func TestEvidence_HoldAndDelete(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	c := a.control("C-1", "Access control")
	author, writer := a.member("cal@example.org", domain.RoleContributor)
	_, reader := a.member("rea@example.org", domain.RoleReader)
	e := a.proof(author, "By mistake", c.ID)
	t.Run("who may", func(t *testing.T) {
		for _, page := range []string{"/hold", "/delete"} {
			reader.get(itemPath(e) + page).want(http.StatusForbidden)
			reader.post(itemPath(e)+page, url.Values{"why": {"x"}, "reason": {"x"}}).want(http.StatusForbidden)
		}
		writer.post(itemPath(e)+"/hold", url.Values{"hold": {"place"}, "why": {"x"}, "version": {fmt.Sprint(e.Version)}}).want(http.StatusForbidden)
		writer.post(itemPath(e)+"/delete", url.Values{"reason": {"x"}, "version": {fmt.Sprint(e.Version)}}).want(http.StatusForbidden)
		if writer.get(itemPath(e)).doc().Find(".item-acts a").Length() > 0 {
			t.Error("a contributor is offered to delete what was submitted")
		}
	})
	t.Run("a hold needs a reason", func(t *testing.T) {
		p := a.post(itemPath(e)+"/hold", url.Values{"hold": {"place"}, "why": {" "}, "version": {fmt.Sprint(e.Version)}}).want(http.StatusUnprocessableEntity)
		if p.text("#field-why-error") == "" {
			t.Error("nothing says so")
		}
	})
	a.post(itemPath(e)+"/hold", url.Values{"hold": {"place"}, "why": {"Letter of the court"}, "version": {fmt.Sprint(e.Version)}}).leads(itemPath(e))
	held := a.get(itemPath(e)).want(http.StatusOK)
	if !strings.Contains(held.text(".head-actions"), "On legal hold") || !strings.Contains(held.text("main"), "Letter of the court") {
		t.Errorf("the item says %s", held.text(".head-actions"))
	}
	if got := a.get(itemPath(e) + "/delete").want(http.StatusOK); got.doc().Find("form[action$='/delete']").Length() > 0 || !strings.Contains(got.text(".bars"), "Letter of the court") {
		t.Errorf("a held item: %s", got.text("main"))
	}
	if got := a.get(north + "/evidence?hold=1").text("#evidence tbody"); !strings.Contains(got, "By mistake") {
		t.Errorf("held: %s", got)
	}
	a.post(itemPath(e)+"/hold", url.Values{"hold": {"lift"}, "why": {"Closed"}, "version": {fmt.Sprint(e.Version + 1)}}).leads(itemPath(e))
	page := a.get(itemPath(e) + "/delete").want(http.StatusOK)
	if got := page.text(".consequences"); !strings.Contains(got, "1 version goes") || !strings.Contains(got, "1 control loses it") || !strings.Contains(got, e.Code()) {
		t.Errorf("it states %s", got)
	}
	version := page.attr("form[action$='/delete'] input[name=version]", "value")
	if p := a.post(itemPath(e)+"/delete", url.Values{"reason": {""}, "version": {version}}).want(http.StatusUnprocessableEntity); p.text("#field-reason-error") == "" {
		t.Error("no reason was asked for")
	}
	a.post(itemPath(e)+"/delete", url.Values{"reason": {"Of another company"}, "version": {version}}).leads(north + "/evidence")
	gone := a.get(itemPath(e)).want(http.StatusGone)
	if gone.text("h1") != "By mistake" || !strings.Contains(gone.text("main"), "Of another company") || gone.doc().Find("#versions .mono").Length() == 0 {
		t.Errorf("what stays: %s", gone.text("main"))
	}
	a.get(itemPath(e) + "/versions/1/file").want(http.StatusNotFound)
	a.french()
	if got := a.get(itemPath(e)).want(http.StatusGone).text(".status"); got != "Supprimée" {
		t.Errorf("in French: %q", got)
	}
}

// A draft uploaded by mistake goes with its author's own click.
func TestEvidence_AuthorDeletesDraft(t *testing.T) {
	t.Parallel()
	s := openLibrary(t)
	s.upload(north+"/evidence", fields("title", "Draft", "from", "", "to", ""), named{"a.txt", []byte("a")}).leads(north + "/evidence/added?")
	if got := s.get(north + "/evidence/1").text(".item-acts"); !strings.Contains(got, "Delete") {
		t.Errorf("offered: %s", got)
	}
}

// One click accepts a row, two return it; several go through a page that counts.
func TestEvidence_Queue(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	author, writer := a.member("cal@example.org", domain.RoleContributor)
	_, reviewer := a.member("aud@example.org", domain.RoleAuditor)
	own := a.proof(a.actor, "Own work")
	var items []domain.Evidence
	for i := range 4 {
		items = append(items, a.proof(author, fmt.Sprintf("Export %d", i)))
	}
	queue := north + "/evidence?state=submitted"
	if writer.get(queue).want(http.StatusOK).doc().Find(".quick-review").Length() > 0 {
		t.Error("a contributor is offered to review")
	}
	p := reviewer.get(queue).want(http.StatusOK)
	if n := p.doc().Find(".quick-review").Length(); n != 5 {
		t.Fatalf("%d rows to review, want 5", n)
	}
	row := func(p *page, e domain.Evidence) url.Values {
		form := p.doc().Find(fmt.Sprintf("form.quick-review[action='%s/review']", itemPath(e)))
		v, _ := form.Find("[name=version]").Attr("value")
		from, _ := form.Find("[name=from]").Attr("value")
		return url.Values{"version": {v}, "from": {from}}
	}
	one := row(p, items[0])
	one.Set("verdict", "accepted")
	reviewer.post(itemPath(items[0])+"/review", one).leads(queue)
	two := row(p, items[1])
	two.Set("reason", "wrong_period")
	reviewer.post(itemPath(items[1])+"/review", two).leads(queue)
	if got := reviewer.get(itemPath(items[1])).text(".history"); !strings.Contains(got, "Wrong period") {
		t.Errorf("returned: %s", got)
	}
	if got := a.get(queue).text("#evidence tbody"); !strings.Contains(got, "Yours") {
		t.Errorf("the author's own row: %s", got)
	}
	confirm := a.get(fmt.Sprintf("%s/evidence/accept?id=%d&id=%d&id=%d", north, items[2].ID, items[3].ID, own.ID)).want(http.StatusOK)
	if confirm.text("h1") != "Accept 2 evidence items" || !strings.Contains(confirm.text(".consequences"), "1 ticked item is left out") {
		t.Errorf("it states %s: %s", confirm.text("h1"), confirm.text(".consequences"))
	}
	form := url.Values{}
	for _, f := range confirm.doc().Find("form[action$='/accept'] input[type=hidden]").EachIter() {
		name, _ := f.Attr("name")
		value, _ := f.Attr("value")
		form.Add(name, value)
	}
	writer.post(north+"/evidence/accept", form).want(http.StatusForbidden)
	a.post(north+"/evidence/accept", form).leads(queue)
	a.post(north+"/evidence/accept", form).want(http.StatusConflict)
	if got := a.get(north + "/evidence?state=accepted").text("#evidence .caption"); got != "3 evidence items" {
		t.Errorf("accepted: %s", got)
	}
	a.get(north + "/evidence/accept").want(http.StatusUnprocessableEntity)
}

// From a control to an item that is here already: reuse, tick, link.
func TestEvidence_ReuseInThreeClicks(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	one, two := a.control("C-1", "Access control"), a.control("C-2", "Logging")
	e := a.proof(a.actor, "Access review", one.ID)
	a.proof(a.actor, "Something else")
	at := fmt.Sprintf("%s/controls/%d", north, two.ID)
	first := a.get(at).want(http.StatusOK).doc().Find(fmt.Sprintf("a[href='%s/evidence']", at))
	if first.Length() != 1 {
		t.Fatal("the workspace does not lead there")
	}
	p := a.get(at + "/evidence?q=access").want(http.StatusOK)
	if got := p.text("#reuse tbody"); !strings.Contains(got, "Access review") || strings.Contains(got, "Something else") {
		t.Errorf("offered: %s", got)
	}
	a.post(at+"/evidence", url.Values{}).want(http.StatusUnprocessableEntity)
	a.post(at+"/evidence", url.Values{"id": {fmt.Sprint(e.ID)}}).leads(at)
	if got := a.get(at).text("#evidence"); !strings.Contains(got, "Access review") {
		t.Errorf("the workspace: %s", got)
	}
	if got := a.get(itemPath(e)).text("[aria-labelledby=used]"); !strings.Contains(got, "C-1") || !strings.Contains(got, "C-2") {
		t.Errorf("used: %s", got)
	}
	if got := a.get(at + "/evidence").text("#reuse tbody"); strings.Contains(got, "Access review") {
		t.Error("it is offered again")
	}
	_, reader := a.member("rea@example.org", domain.RoleReader)
	reader.get(at + "/evidence").want(http.StatusForbidden)
	if reader.get(at).doc().Find(fmt.Sprintf("a[href='%s/evidence']", at)).Length() > 0 {
		t.Error("a reader is led there")
	}
}

// Who opened, previewed and downloaded an item, an assessor too; an assessor is
// not told.
func TestEvidence_WhoSawIt(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	_, assessor := a.member("ass@example.org", domain.RoleAssessor)
	e := a.proof(a.actor, "Access review")
	if got := assessor.get(itemPath(e)).want(http.StatusOK); got.doc().Find("#seen").Length() > 0 {
		t.Error("an assessor sees who saw it")
	}
	if got := a.get(itemPath(e)).want(http.StatusOK).text("#seen"); strings.Contains(got, "Previewed") || strings.Contains(got, "Downloaded") {
		t.Errorf("seen before anybody saw its content: %s", got)
	}
	assessor.get(itemPath(e) + "/versions/1/preview").want(http.StatusOK)
	assessor.get(itemPath(e) + "/versions/1/file").want(http.StatusOK)
	got := a.get(itemPath(e)).want(http.StatusOK).text("#seen")
	if !strings.Contains(got, "The assessor") || !strings.Contains(got, "Opened") || !strings.Contains(got, "Previewed") || !strings.Contains(got, "Downloaded") {
		t.Errorf("seen: %s", got)
	}
}

// A pack's download is recorded, and once for a download in parts.
func TestPack_DownloadIsRecorded(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	p, err := a.app.SealPack(t.Context(), a.actor, a.eng, []string{"en"})
	a.must(err)
	a.get(fmt.Sprintf("%s/packs/%d/file", north, p.ID)).want(http.StatusOK)
	if got := a.get(north + "/activity?noun=pack").text("#activity"); strings.Count(got, "downloaded the pack") != 1 {
		t.Errorf("recorded: %s", got)
	}
}

// What an auditor would ask stands on the item and in the workspace, and blocks nothing.
func TestEvidence_Doubts(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	c := a.control("C-1", "Access control")
	author, _ := a.member("cal@example.org", domain.RoleContributor)
	_, err := a.app.AssignOwner(t.Context(), a.actor, author.Person, []domain.ControlID{c.ID})
	a.must(err)
	e := a.proof(author, "Access review", c.ID)
	if got := a.get(itemPath(e)).text(".doubts"); !strings.Contains(got, "Whoever owns the control uploaded the proof of it") {
		t.Errorf("the item: %s", got)
	}
	if got := a.get(fmt.Sprintf("%s/controls/%d", north, c.ID)).text(".doubt-lines"); !strings.Contains(got, "Whoever owns") {
		t.Errorf("the workspace: %s", got)
	}
	a.french()
	if got := a.get(itemPath(e)).text("#doubts"); got != "1 question qu’un auditeur poserait" {
		t.Errorf("in French: %q", got)
	}
}
