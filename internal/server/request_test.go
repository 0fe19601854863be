package server_test

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"relier/internal/app"
	"relier/internal/domain"
)

// due is a week from the site's day.
func (a *audited) due() domain.Date { return domain.DateOf(a.clock.Now()).AddDays(7) }

func (a *audited) ask(what string, to domain.PersonID, send bool) domain.Request {
	a.t.Helper()
	r, err := a.app.SaveRequest(a.t.Context(), a.actor, a.eng, domain.Request{What: what, Due: a.due(), Assignee: to}, send)
	a.must(err)
	return r
}

// reply sends the answer form as a browser without scripts does.
func reply(v *visitor, path string, fields map[string]string, files map[string]string) *page {
	v.site.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for name, value := range fields {
		_ = w.WriteField(name, value)
	}
	for name, content := range files {
		f, err := w.CreateFormFile("file", name)
		if err != nil {
			v.site.t.Fatal(err)
		}
		_, _ = f.Write([]byte(content))
	}
	_ = w.Close()
	return v.do(http.MethodPost, path, &b, w.FormDataContentType())
}

func TestRequests_ListAndItsViews(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	luc, lucs := a.member("luc@example.org", domain.RoleContributor)
	if got := a.get(north + "/requests").want(200).text(".empty"); !strings.Contains(got, "Nothing has been asked for yet") {
		t.Errorf("before the first: %q", got)
	}
	a.ask("Backups", luc.Person, true)
	a.ask("Unsent", luc.Person, false)
	p := a.get(north + "/requests?q=back")
	if got := p.text("main table tbody"); !strings.Contains(got, "Backups") || strings.Contains(got, "Unsent") {
		t.Errorf("the words narrow it to %q", got)
	}
	if got := a.get(north + "/requests").text(".tabs"); got != "Mine 0Overdue 0Returned 0To review 0All 2" {
		t.Errorf("tabs of the owner: %q", got)
	}
	theirs := lucs.get(north + "/requests?view=mine")
	if got := theirs.text(".tabs"); got != "Mine 1Overdue 0Returned 0To review 0All 1" {
		t.Errorf("tabs of the assignee: %q", got)
	}
	if theirs.doc().Find("a[href$='/requests/new'], form.bulk").Length() > 0 {
		t.Error("a contributor is offered to write requests")
	}
	if got := lucs.get(north).text("#for-you"); got != "1 request for you" {
		t.Errorf("the home page says %q", got)
	}
	if got := lucs.get(north + "/controls").doc().Find("a[href$='/requests'] .nav-count").First().Text(); strings.TrimSpace(got) != "1" {
		t.Errorf("the rail counts %q", got)
	}
	lucs.get(north + "/requests/2").want(404)
	lucs.get(north + "/requests/new").want(403)
	a.get(north + "/requests/999").want(404)
}

// What is wrong stands beside its field, and what was typed comes back.
func TestRequest_FormKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	p := a.post(north+"/requests", url.Values{"what": {""}, "detail": {"Typed"}, "from": {"2026-12-31"}, "to": {"2026-01-01"}, "due": {"soon"}, "send": {"1"}}).want(422)
	if p.text("#field-due-error") == "" || p.text("textarea[name=detail]") != "Typed" || p.attr("input[name=from]", "value") != "2026-12-31" {
		t.Errorf("%s", p.text("main form"))
	}
	p = a.post(north+"/requests", url.Values{"what": {"Backups"}, "due": {a.due().String()}, "assignee": {"4711"}, "send": {"1"}}).want(422)
	if p.text("#field-assignee-error") == "" || p.attr("input[name=what]", "value") != "Backups" {
		t.Errorf("%s", p.text("main form"))
	}
	a.post(north+"/requests", url.Values{"what": {"Backups"}, "due": {a.due().String()}}).leads(north + "/requests/1")
	if got := a.get(north + "/requests/1").text(".head-actions"); !strings.Contains(got, "Draft") {
		t.Errorf("kept as %q", got)
	}
}

// Before a request is sent, whoever asks sees what may already answer it, and
// one click makes that the answer.
func TestRequest_ShowsWhatMayAlreadyAnswer(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	luc, _ := a.member("luc@example.org", domain.RoleContributor)
	k := a.control("AC-1", "Access")
	item := a.acceptedNote(t, luc, "Access review", k.ID)
	form := url.Values{"what": {"Access review of the year"}, "due": {a.due().String()}, "controls": {fmt.Sprint(int64(k.ID))}, "send": {"1"}}
	p := a.post(north+"/requests", form).want(422)
	if got := p.text("#field-candidates"); !strings.Contains(got, item.Code()) {
		t.Fatalf("it shows %q", got)
	}
	if seen := p.attr("input[name=seen]", "value"); seen != fmt.Sprint(int64(item.ID)) {
		t.Errorf("seen %q", seen)
	}
	again := url.Values{"seen": {fmt.Sprint(int64(item.ID))}}
	for name, v := range form {
		again[name] = v
	}
	a.post(north+"/requests", again).leads(north + "/requests/1")
	delete(form, "send")
	form.Set("use", fmt.Sprint(int64(item.ID)))
	to := a.post(north+"/requests", form).leads(north + "/requests/2")
	if got := a.get(to).text(".head-actions"); !strings.Contains(got, "Satisfied") {
		t.Errorf("with the item on file: %q", got)
	}
	if got := a.get(fmt.Sprintf("%s/evidence/%d", north, item.ID)).text("main"); !strings.Contains(got, "Answers the request RQ-0002 Access review of the year") {
		t.Error("the item does not say what it answers")
	}
}

// acceptedNote is a note that somebody else accepted.
func (a *audited) acceptedNote(t *testing.T, by domain.Actor, title string, controls ...domain.ControlID) domain.Evidence {
	t.Helper()
	added, err := a.app.AddEvidence(t.Context(), by, []app.NewEvidence{{Controls: controls, Item: domain.Evidence{Title: title, Kind: domain.EvidenceNote, Sensitivity: domain.SensitivityInternal},
		Version: domain.EvidenceVersion{Note: title, Period: a.eng.Period}}})
	a.must(err)
	e, err := a.app.ReviewEvidence(t.Context(), a.actor, domain.Review{Evidence: added[0].ID, Verdict: domain.EvidenceAccepted}, added[0].Version)
	a.must(err)
	return e
}

func TestRequest_AnswerByFormAndRefusals(t *testing.T) {
	t.Parallel()
	a := uploadingNorth(t)
	luc, lucs := a.member("luc@example.org", domain.RoleContributor)
	_, other := a.member("mia@example.org", domain.RoleContributor)
	r := a.ask("Backups", luc.Person, true)
	path := fmt.Sprintf("%s/requests/%d", north, r.ID)
	period := map[string]string{"from": "2026-01-01", "to": "2026-03-31"}

	p := reply(lucs, path+"/answers", period, nil).want(422)
	if p.text("#field-file-error") == "" {
		t.Errorf("nothing was sent, and it says %q", p.text(".error-summary"))
	}
	p = reply(lucs, path+"/answers", map[string]string{"note": "All well", "from": "", "to": ""}, nil).want(422)
	if p.text("#field-from-error") == "" || p.text("textarea[name=note]") != "All well" {
		t.Errorf("without days: %q", p.text(".error-summary"))
	}
	reply(other, path+"/answers", map[string]string{"note": "Not mine", "from": "2026-01-01", "to": "2026-03-31"}, nil).want(403)
	if other.get(path).doc().Find("form[data-answer]").Length() > 0 {
		t.Error("the form is offered to somebody whom the request does not concern")
	}
	reply(lucs, path+"/answers", period, map[string]string{"jobs.csv": "job,result\n", "again.csv": "job,result\n"}).leads(path)
	p = lucs.get(path)
	if got := p.doc().Find(".answer-given").Length(); got != 1 {
		t.Errorf("the same bytes twice are %d answers", got)
	}
	if p.doc().Find("form.verdict").Length() > 0 {
		t.Error("whoever answered is offered to judge")
	}
	verdict := a.get(path).doc().Find("form.verdict")
	if verdict.Find("input[name=reason]").Length() != len(domain.ReviewReasons) {
		t.Errorf("%d reasons", verdict.Find("input[name=reason]").Length())
	}
	answer, version := verdict.Find("input[name=answer]").AttrOr("value", ""), verdict.Find("input[name=version]").AttrOr("value", "")
	p = a.post(path+"/verdict", url.Values{"answer": {answer}, "version": {version}, "verdict": {"returned"}, "comment": {"Of which system?"}}).want(422)
	if p.text("form.verdict textarea[name=comment]") != "Of which system?" || p.text("form.verdict .field-error") == "" {
		t.Errorf("a return without its reason: %q", p.text("form.verdict"))
	}
	a.post(path+"/verdict", url.Values{"answer": {answer}, "version": {version}, "verdict": {"returned"}, "reason": {"wrong_system"}, "comment": {"Of which system?"}}).leads(path)
	if got := lucs.get(path).text(".notice"); !strings.Contains(got, "Wrong system") || !strings.Contains(got, "Of which system? – Ada") {
		t.Errorf("the assignee reads %q", got)
	}
	reply(lucs, path+"/answers", map[string]string{"url": "javascript:alert(1)", "from": "2026-01-01", "to": "2026-03-31"}, nil).want(422)
}

func TestRequests_ForControls(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	luc, _ := a.member("luc@example.org", domain.RoleContributor)
	one, two := a.control("AC-1", "Access"), a.control("AC-2", "Backups")
	_, err := a.app.AssignOwner(t.Context(), a.actor, luc.Person, []domain.ControlID{one.ID})
	a.must(err)
	q := fmt.Sprintf("?id=%d&id=%d", one.ID, two.ID)
	p := a.get(north + "/requests/for-controls" + q).want(200)
	if got := p.text("h1"); got != "Request evidence of 2 controls" {
		t.Errorf("title %q", got)
	}
	if got := p.text("main form"); !strings.Contains(got, "1 control has no owner") {
		t.Error("it does not say whose request goes to nobody")
	}
	form := url.Values{"ids": {p.attr("input[name=ids]", "value")}, "back": {north + "/controls"}, "each": {"1"}, "due": {a.due().String()}, "send": {"1"}}
	a.post(north+"/requests/for-controls", form).leads(north + "/requests")
	list, err := a.app.FindRequests(t.Context(), a.actor, a.eng, domain.RequestFilter{Sort: "number"})
	a.must(err)
	if list.Total != 2 || list.Rows[0].Request.Assignee != luc.Person || list.Rows[1].Request.Assignee != 0 || list.Rows[0].Codes[0] != "AC-1" {
		t.Errorf("%+v", list.Rows)
	}
	form.Set("each", "0")
	form.Del("send")
	a.post(north+"/requests/for-controls", form).leads(north + "/requests")
	if got := a.get(north + "/requests/3").text("main"); !strings.Contains(got, "AC-1") || !strings.Contains(got, "AC-2") {
		t.Error("one for all does not name both controls")
	}
}

func TestRequests_ExportIsWhatTheFilterShows(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	a.ask("=1+1", 0, true)
	a.ask("Backups", 0, false)
	p := a.get(north + "/requests?state=open")
	csv := a.get(p.attr(".request-export a[href*='.csv']", "href")).want(200)
	if got := string(csv.body); !strings.Contains(got, "RQ-0001,'=1+1,") || strings.Contains(got, "Backups") || csv.header.Get("Content-Disposition") == "" {
		t.Errorf("%q", got)
	}
	a.get(p.attr(".request-export a[href*='.xlsx']", "href")).want(200)
}
