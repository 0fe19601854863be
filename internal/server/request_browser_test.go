package server_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"relier/internal/app"
	"relier/internal/config"
	"relier/internal/domain"
	"relier/internal/server"
	"relier/internal/testkit/chromium"
)

// uploadingNorth is auditNorth on a site that takes files.
func uploadingNorth(t *testing.T) *audited {
	t.Helper()
	s := open(t, server.Config{Config: config.Default()})
	a := &audited{site: s, actor: s.organization(s.person("ada@example.org"), "north")}
	a.visitor = s.signedIn("ada@example.org")
	var err error
	a.eng, err = s.app.Engagement(t.Context(), a.actor, "2026")
	a.must(err)
	return a
}

// askedNorth is an organization whose control owner has one request that is
// due, and the browser in which they signed in.
func askedNorth(t *testing.T, o chromium.Options) (*audited, domain.Request, *chromium.Page) {
	t.Helper()
	a := uploadingNorth(t)
	luc, _ := a.member("luc@example.org", domain.RoleContributor)
	k := a.control("AC-1", "Privileged access")
	r, err := a.app.SaveRequest(t.Context(), a.actor, a.eng, domain.Request{What: "Screenshot of the privileged accounts", Due: domain.DateOf(a.clock.Now()).AddDays(3),
		Assignee: luc.Person, Controls: []domain.ControlID{k.ID}}, true)
	a.must(err)
	p := chromium.Open(t, strings.Replace(a.url, "127.0.0.1", "localhost", 1), o)
	p.Go("/sign-in")
	p.Fill("email", "luc@example.org")
	p.Fill("password", password)
	p.Press("main form button[type=submit]")
	p.Go(north)
	if lang := o.Lang; lang == "fr" && p.Attr("html", "lang") != lang {
		p.Press(`button[name=lang][value=fr]`)
	}
	return a, r, p
}

// A control owner answers a request in two clicks and a paste, in either
// language: one click opens it, the paste goes anywhere on its page, the second
// click sends the answer.
func TestRequest_TwoClicksAndAPaste(t *testing.T) {
	for lang, words := range map[string][2]string{"en": {"1 request for you", "The answer is sent."}, "fr": {"1 demande pour vous", "La réponse est envoyée."}} {
		t.Run(lang, func(t *testing.T) {
			a, r, p := askedNorth(t, chromium.Options{Lang: lang})
			p.Says("main", words[0])
			clicks := 0
			click := func(selector string) {
				t.Helper()
				clicks++
				if status := p.Press(selector); status != 200 {
					t.Fatalf("click %d answers %d:\n%s", clicks, status, p.Text("main"))
				}
			}
			click(".for-you a")
			p.Paste(320, 200)
			p.Await(`document.querySelectorAll("[data-answer-list] li").length === 1`)
			click("form[data-answer] button.button-primary")
			if clicks != 2 {
				t.Errorf("it took %d clicks", clicks)
			}
			p.Says("body", words[1])
			page, err := a.app.RequestPage(t.Context(), a.actor, a.eng, r.ID)
			a.must(err)
			if page.Request.State != domain.RequestSubmitted || len(page.Answers) != 1 {
				t.Fatalf("%+v", page)
			}
			if v := page.Answers[0]; v.Version.MediaType != "image/png" || v.Version.Blob.Size < 100 || v.Item.Title != r.What || v.Item.State != domain.EvidenceSubmitted {
				t.Errorf("the answer is %+v of %+v", v.Version, v.Item)
			}
		})
	}
}

// Without scripts the same form is answered by choosing files.
func TestRequest_AnswersWithoutScripts(t *testing.T) {
	a, r, p := askedNorth(t, chromium.Options{NoScript: true})
	one, two := filepath.Join(t.TempDir(), "accounts.csv"), filepath.Join(t.TempDir(), "écran.png")
	a.must(os.WriteFile(one, []byte("account,last use\n"), 0o600))
	a.must(os.WriteFile(two, []byte("\x89PNG\r\n\x1a\n and more"), 0o600))
	p.Press(".for-you a")
	p.Attach("file", one, two)
	p.Press("form[data-answer] button.button-primary")
	page, err := a.app.RequestPage(t.Context(), a.actor, a.eng, r.ID)
	a.must(err)
	var titles []string
	for _, v := range page.Answers {
		titles = append(titles, v.Item.Title)
	}
	if got := strings.Join(titles, "; "); page.Request.State != domain.RequestSubmitted || got != r.What+" – écran; "+r.What+" – accounts" {
		t.Errorf("%s: %q", page.Request.State, got)
	}
}

// What was pasted can be taken out again, and what is chosen later comes beside it.
func TestRequest_PasteThenChoose(t *testing.T) {
	a, r, p := askedNorth(t, chromium.Options{})
	p.Press(".for-you a")
	p.Paste(32, 20)
	p.Await(`document.querySelectorAll("[data-answer-list] li").length === 1`)
	file := filepath.Join(t.TempDir(), "accounts.csv")
	a.must(os.WriteFile(file, []byte("account\n"), 0o600))
	p.Attach("file", file)
	p.Await(`document.querySelectorAll("[data-answer-list] li").length === 2`)
	p.Click("[data-answer-list] [data-remove]")
	p.Await(`document.querySelector("form[data-answer] input[type=file]").files.length === 1`)
	p.Press("form[data-answer] button.button-primary")
	page, err := a.app.RequestPage(t.Context(), a.actor, a.eng, r.ID)
	a.must(err)
	if len(page.Answers) != 1 || page.Answers[0].Version.FileName != "accounts.csv" {
		t.Errorf("%+v", page.Answers)
	}
	a.clock.Advance(time.Minute)
}

// An auditor asks from the control in two clicks, returns with a reason in two,
// and chases in two.
func TestRequest_ClicksOfAnAuditor(t *testing.T) {
	a := auditNorth(t)
	luc, _ := a.member("luc@example.org", domain.RoleContributor)
	_, _ = a.member("tobias@example.org", domain.RoleAuditor)
	k := a.control("AC-1", "Privileged access")
	_, err := a.app.AssignOwner(t.Context(), a.actor, luc.Person, []domain.ControlID{k.ID})
	a.must(err)
	r, err := a.app.SaveRequest(t.Context(), a.actor, a.eng, domain.Request{What: "Accounts", Due: domain.DateOf(a.clock.Now()).AddDays(3), Assignee: luc.Person, Controls: []domain.ControlID{k.ID}}, true)
	a.must(err)
	_, err = a.app.AnswerRequest(t.Context(), luc, a.eng, r.ID, app.Reply{New: []app.NewEvidence{{Item: domain.Evidence{Title: "Accounts", Kind: domain.EvidenceNote, Sensitivity: domain.SensitivityInternal},
		Version: domain.EvidenceVersion{Note: "All twelve.", Period: a.eng.Period}}}})
	a.must(err)
	p := chromium.Open(t, strings.Replace(a.url, "127.0.0.1", "localhost", 1), chromium.Options{NoScript: true})
	p.Go("/sign-in")
	p.Fill("email", "tobias@example.org")
	p.Fill("password", password)
	p.Press("main form button[type=submit]")

	p.Go(fmt.Sprintf("%s/controls/%d", north, k.ID))
	p.Press(`a[href*="/requests/new?control="]`)
	p.Press(`main form button[name=send]`)
	p.Says("main h1", "Evidence that AC-1 Privileged access operates")

	p.Go(north + "/requests?view=review")
	p.Press(`main table tbody a`)
	if status := p.Press(`form.verdict button[value=returned]`); status != 422 { // a return needs its reason
		t.Errorf("without a reason: %d", status)
	}
	p.Click(`form.verdict input[value=unreadable]`)
	p.Press(`form.verdict button[value=returned]`)
	p.Says("main", "Unreadable")

	a.clock.Advance(10 * 24 * time.Hour) // the session is over as well
	p.Go("/sign-in")
	p.Fill("email", "tobias@example.org")
	p.Fill("password", password)
	p.Press("main form button[type=submit]")
	p.Go(north + "/requests")
	p.Press(`a[href$="/requests/chase"]`)
	p.Says("main h1", "Chase 1 overdue request")
	p.Press(`.confirm button`)
	p.Says("body", "1 reminder is recorded")
}
