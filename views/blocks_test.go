package views_test

import (
	"testing"
	"time"

	"relier/internal/domain"
	"relier/views"
)

func TestNotice_ErrorsSpeakAtOnce(t *testing.T) {
	t.Parallel()
	for tone, role := range map[views.Tone]string{"": "status", views.ToneInfo: "status", views.ToneDone: "status", views.ToneWarning: "status", views.ToneError: "alert"} {
		doc := render(t, views.Notice(views.NoticeProps{Tone: tone, Text: "x", Href: "/y", Action: "go"}))
		want(t, doc, 1, `.notice[role="`+role+`"] svg`)
		attr(t, doc, ".notice a", "href", "/y")
	}
}

func TestTasks_TheFirstOpenOneIsNext(t *testing.T) {
	t.Parallel()
	doc := render(t, views.Tasks(en, []views.Task{
		{Title: "A", Href: "/a", Done: true, Result: "done so"},
		{Title: "B", Href: "/b", Locked: "needs C"},
		{Title: "C", Href: "/c", Text: "how"},
		{Title: "D", Href: "/d"},
	}))
	says(t, doc, ".task-next h2", "C")
	says(t, doc, ".task-next .task-status", "Next")
	want(t, doc, 0, ".task-locked a")
	says(t, doc, ".task-locked p", "needs C")
	says(t, doc, ".task-done p", "done so")
}

func TestStepper_SaysWhereOneStands(t *testing.T) {
	t.Parallel()
	doc := render(t, views.Stepper(en, "Pack", []views.Step{{Label: "Audience", Href: "/1", Done: true}, {Label: "Contents", Here: true}, {Label: "Seal"}}))
	says(t, doc, `li[aria-current="step"] > span:last-child`, "Contents")
	says(t, doc, ".step-done > span:last-child", "Audience (done)")
}

func TestQuote_CarriesItsProvenance(t *testing.T) {
	t.Parallel()
	d, _ := domain.ParseDigest("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")
	doc := render(t, views.Quote(fr, views.QuoteProps{Text: "The scope", Lang: "en", Source: "C-1, p. 1", By: "Inès", On: domain.MustDate("2026-12-01"), Digest: d}))
	attr(t, doc, "blockquote", "lang", "en")
	says(t, doc, "cite", "C-1, p. 1")
	attr(t, doc, "time", "datetime", "2026-12-01")
	attr(t, doc, "abbr", "title", d.String())
	says(t, doc, "abbr", "9f86d081884c…")
}

func TestCells_UnsetValuesSaySo(t *testing.T) {
	t.Parallel()
	for name, doc := range map[string]string{
		"day":    render(t, views.Day(en, 0)).Text(),
		"span":   render(t, views.Span(en, domain.Period{})).Text(),
		"moment": render(t, views.Moment(en, time.Time{})).Text(),
	} {
		if doc != "–not set" {
			t.Errorf("%s shows %q", name, doc)
		}
	}
	doc := render(t, views.Moment(en, time.Date(2026, 12, 1, 14, 5, 0, 0, time.UTC)))
	attr(t, doc, "time", "datetime", "2026-12-01T14:05:00Z")
	attr(t, render(t, views.Size(fr, 1_500_000)), "data", "value", "1500000")
	attr(t, render(t, views.External(en, "https://example.org", "x")), "a", "rel", "noreferrer noopener")
}

func TestFileRow_Facts(t *testing.T) {
	t.Parallel()
	status := views.StateStatus(en, domain.NounEvidence, domain.EvidenceSubmitted)
	doc := render(t, views.FileRow(en, views.FileProps{Name: "a.pdf", Href: "/f", Size: 2_000_000, Note: "v2", Status: &status}))
	says(t, doc, ".file-facts", "2 MBv2")
	says(t, doc, ".file-end .status", "Submitted")
	want(t, render(t, views.FileRow(en, views.FileProps{Name: "a", Kind: domain.EvidenceLink})), 0, ".file-facts data")
}

func TestDiff_MarksBothSides(t *testing.T) {
	t.Parallel()
	doc := render(t, views.Diff(en, "What changes", []views.Change{{"Note", "", "new"}, {"Date", "old", ""}}))
	says(t, doc, "ins", "new")
	says(t, doc, "del", "old")
	want(t, doc, 3, `th[scope="col"]`)
}

func TestConfirm_StatesWhatFollows(t *testing.T) {
	t.Parallel()
	doc := render(t, views.Confirm(en, views.ConfirmProps{
		Head: views.HeadProps{Title: "Withdraw C-1"}, Consequences: []string{"6 reliances lapse."},
		Form: views.FormProps{Action: "/c/1/withdraw", Submit: "Withdraw it", Cancel: "/c/1", Danger: true},
	}))
	says(t, doc, "h1", "Withdraw C-1")
	says(t, doc, ".consequences li", "6 reliances lapse.")
	attr(t, doc, "form", "action", "/c/1/withdraw")
	want(t, doc, 1, ".button-danger")
}

func TestHistory_WhoWhatWhen(t *testing.T) {
	t.Parallel()
	doc := render(t, views.History(en, []views.Event{{At: time.Date(2026, 11, 20, 14, 5, 0, 0, time.UTC), Who: "Inès", Text: "returned", Href: "/e", Label: "EV-0042", Note: "Too old."}}))
	says(t, doc, "li p:first-child", "Inès returned EV-0042")
	says(t, doc, ".history-note", "Too old.")
}

func TestTabs_AreLinks(t *testing.T) {
	t.Parallel()
	doc := render(t, views.Tabs("Parts", []views.Tab{{Label: "Facts", Href: "/1", Active: true}, {Label: "Services", Href: "/2", Count: "18"}}))
	want(t, doc, 2, "nav[aria-label=Parts] a[href]")
	says(t, doc, `a[aria-current="page"]`, "Facts")
}

func TestEmpty_OneSentenceOneAction(t *testing.T) {
	t.Parallel()
	doc := render(t, views.Empty(views.EmptyProps{Title: "No evidence yet", Text: "x", Href: "/new", Action: "Add", Example: "y"}))
	want(t, doc, 1, ".empty a.button-primary[href='/new']")
}

func TestErrorPage_SaysWhatToDo(t *testing.T) {
	t.Parallel()
	doc := render(t, views.ErrorPage(en, views.ErrorPageProps{Text: "Try again.", RequestID: "r-1", Href: "/", Action: "Home"}))
	says(t, doc, "h1", "Something went wrong on our side")
	says(t, doc, ".mono", "r-1")
	says(t, render(t, views.ErrorPage(en, views.ErrorPageProps{Kind: domain.KindNotFound})), "h1", "There is nothing here")
}
