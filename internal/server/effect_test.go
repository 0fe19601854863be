package server_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"relier/internal/app"
	"relier/internal/domain"
	"relier/internal/testkit"
)

// filled is a form as a browser would send it back.
func filled(p *page, selector string) url.Values {
	p.t.Helper()
	form, v := p.doc().Find(selector), url.Values{}
	if form.Length() != 1 {
		p.t.Fatalf("%d forms are %s: %s", form.Length(), selector, p.text("main"))
	}
	add := func(_ int, e *goquery.Selection) { v.Add(e.AttrOr("name", ""), e.AttrOr("value", "")) }
	form.Find("input").Each(func(i int, e *goquery.Selection) {
		_, ticked := e.Attr("checked")
		if kind := e.AttrOr("type", "text"); kind != "checkbox" && kind != "radio" || ticked {
			add(i, e)
		}
	})
	form.Find("select").Each(func(_ int, e *goquery.Selection) {
		v.Add(e.AttrOr("name", ""), e.Find("option[selected]").AttrOr("value", ""))
	})
	form.Find("textarea").Each(func(_ int, e *goquery.Selection) { v.Add(e.AttrOr("name", ""), strings.TrimPrefix(e.Text(), "\n")) })
	return v
}

// ticked is a change sent again with the tick, and with the effects that the page
// which held it back had stated.
func ticked(held *page, form url.Values) url.Values {
	held.t.Helper()
	stated, shown := held.doc().Find("input[name=stated]").Attr("value")
	if !shown {
		held.t.Fatalf("the page states no effects: %s", held.text("main"))
	}
	return with(form, "stated", stated, "confirmed", "1")
}

// told is the sample, served, with its auditor and owner at their browsers.
type told struct {
	*site
	story          testkit.Story
	auditor, owner *visitor
	at             string
}

func tellSample(t *testing.T) *told {
	t.Helper()
	k := testkit.NewApp(t)
	s := &told{story: k.Sample(t)}
	s.site, s.at = serveApp(t, k.App), fmt.Sprintf("/o/%s/e/%s", s.story.Org.Code, s.story.Engagement.Code)
	for key, v := range map[string]**visitor{"auditor": &s.auditor, "owner": &s.owner} {
		*v = s.site.visitor()
		(*v).post("/sign-in", url.Values{"email": {s.story.People[key].Person.Email}, "password": {testkit.Password}}).want(http.StatusSeeOther)
		(*v).post("/preferences", url.Values{"lang": {"en"}, "back": {"/"}}).want(http.StatusSeeOther)
	}
	return s
}

// states are how the sample's reliances stand, by their key.
func (s *told) states() map[string]domain.RelianceState {
	s.t.Helper()
	all, err := s.app.Reliances(s.t.Context(), s.story.As("owner"), s.story.Engagement, 0)
	if err != nil {
		s.t.Fatal(err)
	}
	out := map[string]domain.RelianceState{}
	for key, id := range s.story.Reliances {
		out[key] = all[slices.IndexFunc(all, func(r app.RelianceView) bool { return r.Reliance.ID == id })].Reliance.State
	}
	return out
}

// fell lists, by key, what changed its state since, and to what.
func (s *told) fell(before map[string]domain.RelianceState) string {
	s.t.Helper()
	var out []string
	for key, now := range s.states() {
		if now != before[key] {
			out = append(out, key+" "+string(now))
		}
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

func (s *told) records() int {
	s.t.Helper()
	found, err := s.app.Activity(s.t.Context(), s.story.As("owner"), domain.ActivityFilter{Page: domain.Page{Size: 1}})
	if err != nil {
		s.t.Fatal(err)
	}
	return found.Total
}

// foretells are the codes of the controls whose reliances a held page says lapse.
func foretells(p *page) string {
	p.t.Helper()
	var out []string
	p.doc().Find("#effects-table tbody tr").Each(func(_ int, e *goquery.Selection) {
		if strings.Contains(e.Text(), "Lapsed") {
			out = append(out, strings.Fields(e.Text())[0])
		}
	})
	return strings.Join(out, ", ")
}

// held checks that a page held a change back: nothing is saved, the effects
// stand there, the tick is wanted.
func (s *told) held(p *page, before map[string]domain.RelianceState, records int, lapse string) {
	s.t.Helper()
	p.want(http.StatusUnprocessableEntity)
	if got := foretells(p); got != lapse {
		s.t.Errorf("it foretells %q, want %q: %s", got, lapse, p.text("#effects"))
	}
	if p.text("#field-confirmed-error") == "" || !strings.Contains(p.text(".effects .notice"), "Nothing is saved yet") {
		s.t.Errorf("no tick is asked for: %q", p.text(".effects"))
	}
	if fell := s.fell(before); fell != "" || s.records() != records {
		s.t.Errorf("something was saved already: %q, %d records", fell, s.records()-records)
	}
}

// TestCertificate_ExpiryThereAndBack changes the expiry of a certificate from its
// page: the page states what would lapse, then just that lapses, and the right
// date brings nothing back.
func TestCertificate_ExpiryThereAndBack(t *testing.T) {
	t.Parallel()
	s := tellSample(t)
	v := byNumber(t, s.app, s.story.As("owner"), "SAMPLE-27001-0201")
	at := fmt.Sprintf("%s/certificates/%d", s.at, v.ID)
	before, records := s.states(), s.records()
	if before["backup"] != domain.RelianceAccepted || before["disposal"] != domain.RelianceApproved || before["malware"] != domain.RelianceRefused {
		t.Fatalf("the sample stands otherwise: %v", before)
	}
	verify := func(expires string) url.Values {
		form := filled(s.auditor.get(at+"/verify").want(http.StatusOK), "form[action='"+at+"/verify']")
		form.Set("expires", expires)
		form.Set("checked_where", "the body’s directory")
		return form
	}
	early := s.story.Engagement.Period.To.AddDays(-30).String()
	p := s.auditor.post(at+"/verify", verify(early))
	s.held(p, before, records, "A.7.14, A.8.13")
	if p.attr("#field-expires", "value") != early {
		t.Errorf("the date typed is gone: %q", p.attr("#field-expires", "value"))
	}
	form := filled(p, "form[action='"+at+"/verify']")
	form.Set("confirmed", "1")
	form.Set("expires", s.story.Engagement.Period.To.AddDays(-60).String()) // not the date whose effects were shown …
	form.Set("stated", "something else")                                    // … and effects that nobody stated
	s.held(s.auditor.post(at+"/verify", form), before, records, "A.7.14, A.8.13")
	form = filled(p, "form[action='"+at+"/verify']")
	form.Set("confirmed", "1")
	s.auditor.post(at+"/verify", form).leads(at)
	if got := s.fell(before); got != "backup lapsed, disposal lapsed" {
		t.Errorf("what fell: %q", got)
	}
	if got := s.auditor.get(s.at + "/activity?noun=reliance").text("#activity tbody tr:nth-child(-n+2)"); strings.Count(got, "No verified certificate covers") != 2 || strings.Count(got, "Relier") != 2 {
		t.Errorf("the activity says %q", got)
	}
	if got := s.auditor.get(fmt.Sprintf("%s/reliances/%d", s.at, s.story.Reliances["backup"])).text(".history li:first-child"); !strings.Contains(got, "No verified certificate covers") {
		t.Errorf("the history says %q", got)
	}
	back := verify(v.Expires.String())
	p = s.auditor.post(at+"/verify", back)
	if p.status == http.StatusUnprocessableEntity { // the lapsed would reach a higher rung again: that is said too
		back = filled(p, "form[action='"+at+"/verify']")
		back.Set("confirmed", "1")
		p = s.auditor.post(at+"/verify", back)
	}
	p.leads(at)
	if now := byNumber(t, s.app, s.story.As("owner"), "SAMPLE-27001-0201"); now.Expires != v.Expires || now.State != domain.CertificateVerified {
		t.Errorf("the right date is not back: %s, %s", now.Expires, now.State)
	}
	if err := s.app.LapseAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := s.fell(before); got != "backup lapsed, disposal lapsed" {
		t.Errorf("with the right date back, what differs: %q", got)
	}
}

// TestCertificate_SupersededByOneThatCovers foretells what happens, which is
// nothing: what rested on the old certificate goes on with the new one.
func TestCertificate_SupersededByOneThatCovers(t *testing.T) {
	t.Parallel()
	s := tellSample(t)
	old := byNumber(t, s.app, s.story.As("owner"), "SAMPLE-27001-0201")
	next := old
	next.ID, next.Version, next.Number, next.Title = 0, 0, "SAMPLE-27001-0202", "The next one"
	next, err := s.app.SaveCertificate(t.Context(), s.story.As("auditor"), next)
	if err != nil {
		t.Fatal(err)
	}
	next.CheckedWhere, next.CheckedOn = "the body’s directory", 0
	if next, err = s.app.VerifyCertificate(t.Context(), s.story.As("auditor"), next); err != nil {
		t.Fatal(err)
	}
	before, at := s.states(), fmt.Sprintf("%s/certificates/%d/withdraw", s.at, old.ID)
	query := "?withdrawn_on=" + s.story.Engagement.Period.From.AddDays(30).String()
	if got := foretells(s.auditor.get(at + query)); got != "A.7.14, A.8.13" {
		t.Errorf("without a successor it foretells %q", got)
	}
	p := s.auditor.get(fmt.Sprintf("%s%s&successor=%d", at, query, next.ID)).want(http.StatusOK)
	if got := foretells(p); got != "" {
		t.Errorf("with a successor it foretells %q", got)
	}
	s.auditor.post(at, filled(p, "section[aria-labelledby=falls] form")).leads(strings.TrimSuffix(at, "/withdraw"))
	if got := s.fell(before); got != "" {
		t.Errorf("what fell: %q", got)
	}
}

func TestSoA_HeldBackUntilTold(t *testing.T) {
	t.Parallel()
	s := tellSample(t)
	form := func(p *page) url.Values { return filled(p, "form.soa-form") }
	edit := func() *page { return s.auditor.get(s.at + "/soa/edit?q=backup").want(http.StatusOK) }
	before, records := s.states(), s.records()

	v := form(edit())
	v.Set("A.8.13.applicable", "0")
	v.Set("A.8.13.exclusion", "We keep nothing.\nTruly.")
	v.Set("A.8.13.notes", "Said by the new head")
	v.Set("A.8.13.next_review", "2027-02-03")
	p := s.auditor.post(s.at+"/soa", v)
	s.held(p, before, records, "A.8.13")
	again := form(p)
	for name, want := range map[string]string{"A.8.13.applicable": "0", "A.8.13.exclusion": "We keep nothing.\nTruly.", "A.8.13.notes": "Said by the new head", "A.8.13.next_review": "2027-02-03"} {
		if again.Get(name) != want {
			t.Errorf("%s came back as %q", name, again.Get(name))
		}
	}
	stale := url.Values{} // a tick for other effects than those that would come
	for k, list := range again {
		stale[k] = list
	}
	stale.Set("confirmed", "1")
	stale.Set("stated", "0")
	s.held(s.auditor.post(s.at+"/soa", stale), before, records, "A.8.13")
	again.Set("confirmed", "1")
	s.auditor.post(s.at+"/soa", again).leads(s.at + "/soa")
	if got := s.fell(before); got != "backup lapsed" {
		t.Errorf("what fell: %q", got)
	}

	t.Run("what moves nothing is saved at once", func(t *testing.T) {
		v := form(s.auditor.get(s.at + "/soa/edit?q=clock").want(http.StatusOK))
		v.Set(v.Get("line")+".notes", "Looked at")
		s.auditor.post(s.at+"/soa", v).leads(s.at + "/soa")
	})
	t.Run("what saving refuses is refused at once", func(t *testing.T) {
		v := form(s.auditor.get(s.at + "/soa/edit?q=entry").want(http.StatusOK))
		v.Set("A.7.2.applicable", "0")
		v.Set("A.7.2.exclusion", "No.")
		v.Set("A.7.2.status", "maybe")
		p := s.auditor.post(s.at+"/soa", v).want(http.StatusUnprocessableEntity)
		if p.doc().Find("#effects").Length() != 0 || p.doc().Find(".error-summary").Length() != 1 {
			t.Errorf("it says %q", p.text(".error-summary"))
		}
	})
	t.Run("many lines at once", func(t *testing.T) {
		before, records := s.states(), s.records()
		v := filled(s.auditor.get(s.at+"/soa/bulk?id=A.7.2&id=A.8.24&id=A.8.1").want(http.StatusOK), "main form")
		v.Set("applicable", "no")
		v.Set("reason", "We moved out.")
		p := s.auditor.post(s.at+"/soa/bulk", v)
		s.held(p, before, records, "A.7.2, A.8.24")
		again := filled(p, "main form")
		if again.Get("applicable") != "no" || again.Get("reason") != "We moved out." || len(again["id"]) != 3 {
			t.Errorf("it came back as %v", again)
		}
		again.Set("confirmed", "1")
		s.auditor.post(s.at+"/soa/bulk", again).leads(s.at + "/soa")
		if got := s.fell(before); got != "cryptography lapsed, entry lapsed" {
			t.Errorf("what fell: %q", got)
		}
	})
}

func TestEngagement_HeldBackUntilTold(t *testing.T) {
	t.Parallel()
	s := tellSample(t)
	settings := "form[action='" + s.at + "/settings']"
	get := func() url.Values { return filled(s.owner.get(s.at+"/settings").want(http.StatusOK), settings) }
	before, records := s.states(), s.records()
	if got := get().Get("report_max_months"); got != "12" {
		t.Errorf("the age limit begins as %q", got)
	}
	for _, bad := range []string{"", "0", "61", "a year"} {
		v := get()
		v.Set("report_max_months", bad)
		if p := s.owner.post(s.at+"/settings", v).want(http.StatusUnprocessableEntity); p.text("#field-report_max_months-error") == "" || p.attr("#field-report_max_months", "value") != bad || p.doc().Find("#effects").Length() != 0 {
			t.Errorf("an age limit of %q: %q", bad, p.text(".error-summary"))
		}
	}
	v := get()
	v.Set("title", "Surveillance, shifted")
	v.Set("to", s.story.Engagement.Period.To.AddMonths(36).String())
	p := s.owner.post(s.at+"/settings", v)
	p.want(http.StatusUnprocessableEntity)
	if again := filled(p, settings); again.Get("title") != "Surveillance, shifted" || again.Get("to") != v.Get("to") {
		t.Errorf("what was typed came back as %v", again)
	}
	v = get()
	v.Set("report_max_months", "1")
	p = s.owner.post(s.at+"/settings", v)
	s.held(p, before, records, "A.7.2, A.8.13, A.8.24") // only what an assessor accepted rests on the reports
	again := filled(p, settings)
	again.Set("confirmed", "1")
	s.owner.post(s.at+"/settings", again).leads(s.at + "/settings")
	if got := s.fell(before); got != "backup lapsed, cryptography lapsed, entry lapsed" {
		t.Errorf("what fell: %q", got)
	}
	t.Run("another title alone is saved at once", func(t *testing.T) {
		v := get()
		v.Set("title", "Another title")
		s.owner.post(s.at+"/settings", v).leads(s.at + "/settings")
	})
	t.Run("an outdated form gets what stands", func(t *testing.T) {
		v := get()
		v.Set("version", "1")
		v.Set("title", "Overwritten")
		if p := s.owner.post(s.at+"/settings", v).want(http.StatusConflict); p.attr("#field-title", "value") != "Another title" {
			t.Errorf("the form shows %q", p.attr("#field-title", "value"))
		}
	})
	t.Run("a new engagement begins with twelve months", func(t *testing.T) {
		action := "/o/" + s.story.Org.Code + "/engagements"
		v := filled(s.owner.get(action+"/new").want(http.StatusOK), "form[action='"+action+"']")
		if v.Get("report_max_months") != "12" {
			t.Errorf("it offers %q", v.Get("report_max_months"))
		}
		v.Set("code", "NEXT")
		v.Set("report_max_months", "6")
		s.owner.post(action, v).leads("/o/")
		e, err := s.app.Engagement(t.Context(), s.story.As("owner"), "NEXT")
		if err != nil || e.ReportMaxMonths != 6 {
			t.Errorf("it keeps %d, %v", e.ReportMaxMonths, err)
		}
	})
}

// TestEngagement_ReopenedOnlyKnowing closes the audit, lets a certificate go
// meanwhile, and reopens.
func TestEngagement_ReopenedOnlyKnowing(t *testing.T) {
	t.Parallel()
	s := tellSample(t)
	move := func(to domain.EngagementState) {
		t.Helper()
		v := filled(s.owner.get(s.at+"/settings").want(http.StatusOK), "#state form, section[aria-labelledby=state] form")
		if v.Get("to") != string(to) {
			t.Fatalf("the next step is %q", v.Get("to"))
		}
		s.owner.post(s.at+"/state", v).leads(s.at + "/settings")
	}
	move(domain.EngagementReporting)
	move(domain.EngagementClosed)
	v := byNumber(t, s.app, s.story.As("owner"), "SAMPLE-27001-0201")
	if _, err := s.app.WithdrawCertificate(t.Context(), s.story.As("auditor"), v.ID, s.story.Engagement.Period.To, 0, v.Version); err != nil {
		t.Fatal(err)
	}
	before, records := s.states(), s.records()
	if before["backup"] != domain.RelianceAccepted {
		t.Fatalf("what the closed audit concluded is %s", before["backup"])
	}
	form := "form[action='" + s.at + "/state']"
	reopen := filled(s.owner.get(s.at+"/settings"), form)
	reopen.Set("reason", "A page was missing.")
	p := s.owner.post(s.at+"/state", reopen)
	s.held(p, before, records, "A.7.14, A.8.13")
	again := filled(p, form)
	if again.Get("reason") != "A page was missing." {
		t.Errorf("the reason came back as %q", again.Get("reason"))
	}
	again.Set("confirmed", "1")
	s.owner.post(s.at+"/state", again).leads(s.at + "/settings")
	if got := s.fell(before); got != "backup lapsed, disposal lapsed" {
		t.Errorf("what fell: %q", got)
	}
}

func TestService_RetireStatesWhatLapses(t *testing.T) {
	t.Parallel()
	s := tellSample(t)
	id := s.story.Services["office-365"]
	at := s.at + "/services/" + strconv.FormatInt(int64(id), 10)
	before, records := s.states(), s.records()
	p := s.auditor.get(at + "/retire").want(http.StatusOK)
	if got := foretells(p); got != "A.7.14, A.8.13" {
		t.Errorf("it foretells %q", got)
	}
	form := "form[action='" + at + "/retire']"
	v := filled(p, form)
	p = s.auditor.post(at+"/retire", v)
	s.held(p, before, records, "A.7.14, A.8.13")
	v.Set("confirmed", "1")
	s.auditor.post(at+"/retire", v).leads(at)
	if got := s.fell(before); got != "backup lapsed, disposal lapsed" {
		t.Errorf("what fell: %q", got)
	}
}
