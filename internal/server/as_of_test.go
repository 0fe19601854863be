package server_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"relier/internal/domain"
)

// tenDays is a story: on 23 November a reliance is proposed, three days later it
// is approved, its control renamed and another control recorded; now it is the
// 3rd of December.
func tenDays(t *testing.T) (a *audited, r domain.Reliance, renamed, late domain.Control) {
	t.Helper()
	a = auditNorth(t)
	renamed, s, cert := a.claimable()
	auditor, _ := a.member("auditor@example.org", domain.RoleAuditor)
	r, err := a.app.ProposeReliance(t.Context(), a.actor, a.eng, domain.Reliance{Control: renamed.ID, Service: s.ID, Certificates: []domain.CertificateID{cert.ID}})
	a.must(err)
	a.clock.Advance(3 * 24 * time.Hour)
	r, err = a.app.ApproveReliance(t.Context(), auditor, a.eng, r.ID, r.Version, "")
	a.must(err)
	renamed.Title = "Fences"
	renamed, err = a.app.SaveControl(t.Context(), a.actor, renamed)
	a.must(err)
	late = a.control("C-9", "Recorded late", "A.8.1")
	a.clock.Advance(7 * 24 * time.Hour)
	a.visitor = a.signedIn("ada@example.org")
	return a, r, renamed, late
}

func TestAsOf_ShowsTheDay(t *testing.T) {
	t.Parallel()
	a, r, c, late := tenDays(t)
	control, reliance := fmt.Sprintf("%s/controls/%d", north, c.ID), fmt.Sprintf("%s/reliances/%d", north, r.ID)
	for _, v := range []struct{ path, selector, then, now string }{
		{north, ".lead", "On 23 November 2026, of 1 applicable control", "On 3 December 2026, of 2 applicable controls"},
		{north + "/controls", ".caption", "1 control", "2 controls"},
		{north + "/controls", "#controls tbody", "Perimeters", "Fences"},
		{north + "/controls?q=fences", "main", "Nothing matches", "Fences"},
		{north + "/controls?sort=-title", "#controls tbody tr:first-child", "Perimeters", "Recorded late"},
		{control, "h1", "Perimeters", "Fences"},
		{control, "#microsoft .status", "Proposed", "Approved"},
		{reliance, ".reliance-standing .status", "Proposed", "Approved"},
		{reliance, ".facts-row div:last-child", "23 Nov 2026", "3 Dec 2026"},
		{north + "/reliances", "#reliances tbody", "Proposed", "Approved"},
		{north + "/reliances?state=approved", "main", "Nothing matches", "Fences"},
		{north + "/soa", `[id="row-A.8.1"]`, "–", "C-9"},
		{north + "/certificates?q=CERT-1", ".caption", "1 certificate", "1 certificate"},
	} {
		t.Run(v.path+" "+v.selector, func(t *testing.T) {
			if got := a.get(v.path).want(http.StatusOK).text(v.selector); !strings.Contains(got, v.now) {
				t.Errorf("today %q, want %q", got, v.now)
			}
			p := a.get(withQuery(v.path, "on=2026-11-23")).want(http.StatusOK)
			if got := p.text(v.selector); !strings.Contains(got, v.then) {
				t.Errorf("then %q, want %q", got, v.then)
			}
			if got := p.text(".day-band strong"); got != "As it stood on 23 November 2026, at the end of the day" {
				t.Errorf("the band says %q", got)
			}
		})
	}
	p := a.get(fmt.Sprintf("%s/controls/%d?on=2026-11-23", north, late.ID)).want(http.StatusConflict)
	if got := p.text("main"); !strings.Contains(got, "was not recorded yet on 23 November 2026") || p.text("h1") != "That day cannot be shown" || p.attr("main a", "href") != fmt.Sprintf("%s/controls/%d", north, late.ID) {
		t.Errorf("a control before it was recorded: %q, %q leads to %q", got, p.text("h1"), p.attr("main a", "href"))
	}
	if got := a.get(control + "?on=2026-11-23").text("section[aria-labelledby=history]"); strings.Contains(got, "approved") {
		t.Errorf("the history knows what came later: %q", got)
	}
}

func withQuery(path, query string) string {
	if strings.Contains(path, "?") {
		return path + "&" + query
	}
	return path + "?" + query
}

// daily are the pages that show days.
func daily(r domain.Reliance, c domain.Control) []string {
	return []string{north, north + "/controls", fmt.Sprintf("%s/controls/%d", north, c.ID), north + "/reliances", fmt.Sprintf("%s/reliances/%d", north, r.ID),
		north + "/soa", north + "/soa/versions", north + "/certificates", fmt.Sprintf("%s/certificates/%d", north, r.Certificates[0]), north + "/reports",
		north + "/reports/1", north + "/reliances/map", north + "/responsibilities", north + "/services", fmt.Sprintf("%s/services/%d", north, r.Service)}
}

// On another day nothing can be changed, and every link to a page that shows
// days stays on that day.
func TestAsOf_KeepsTheDayAndChangesNothing(t *testing.T) {
	t.Parallel()
	a, r, c, _ := tenDays(t)
	pages := daily(r, c)
	showsDays := func(path string) bool {
		for _, page := range pages {
			if path == page {
				return true
			}
		}
		parts := strings.Split(strings.TrimPrefix(path, north), "/")
		if len(parts) != 3 {
			return false
		}
		digits := strings.Trim(parts[2], "0123456789") == ""
		return digits && (parts[1] == "controls" || parts[1] == "reliances" || parts[1] == "certificates" || parts[1] == "reports" || parts[1] == "services")
	}
	for _, path := range pages {
		for _, day := range []string{"2026-11-24", "2027-06-30"} {
			t.Run(path+" "+day, func(t *testing.T) {
				p := a.get(withQuery(path, "on="+day+"&form=split&service=1")).want(http.StatusOK)
				kept := 0
				p.doc().Find("a[href]").Each(func(_ int, link *goquery.Selection) {
					u, err := url.Parse(link.AttrOr("href", ""))
					if err != nil || u.Host != "" || u.Path == "" {
						return
					}
					u = (&url.URL{Path: path}).ResolveReference(u)
					_, own := link.Attr("data-own-day")
					on := u.Query().Get("on")
					switch {
					case own && on != "":
						t.Errorf("the way back keeps the day: %s", u)
					case !own && showsDays(u.Path) && on == "":
						t.Errorf("%s (%s) leads back to today", u, strings.TrimSpace(link.Text()))
					case !own && !showsDays(u.Path) && on != "":
						t.Errorf("%s knows no days", u)
					case on == day:
						kept++
					}
				})
				if kept < 5 {
					t.Errorf("only %d links keep the day", kept)
				}
				p.doc().Find("main form").Each(func(_ int, form *goquery.Selection) {
					if form.AttrOr("method", "") != "get" {
						t.Errorf("a form that changes something: %s", form.AttrOr("action", ""))
					} else if action := form.AttrOr("action", ""); showsDays(action) && form.Find("input[name=on]").AttrOr("value", "") != day {
						t.Errorf("the form to %s leads back to today", action)
					}
				})
				for _, act := range []string{"/new", "/edit", "/verify", "/withdraw", "/retire", "/bulk", "/approve", "/import", "/file", "/from-annex-a"} {
					if found := p.doc().Find(fmt.Sprintf("main a[href$='%s'], main a[href*='%s?']", act, act)); found.Length() > 0 {
						t.Errorf("an act is offered: %s", found.AttrOr("href", ""))
					}
				}
			})
		}
	}
}

func TestAsOf_WaysToADay(t *testing.T) {
	t.Parallel()
	a, r, c, _ := tenDays(t)
	p := a.get(north + "/controls?q=f&page=1").want(http.StatusOK)
	if p.doc().Find(".day-band").Length() != 0 {
		t.Error("today carries a band")
	}
	form := p.doc().Find("form.day-form")
	if form.AttrOr("action", "") != north+"/controls" || form.AttrOr("method", "") != "get" || form.Find("input[name=q]").AttrOr("value", "") != "f" || form.Find("input[name=page]").Length() != 0 {
		t.Error("the form does not lead to this page on another day")
	}
	if got := form.Find("input[type=date][name=on]").AttrOr("value", ""); got != "2026-12-03" {
		t.Errorf("it starts at %q", got)
	}
	var days []string
	p.doc().Find(".menu-panel-day li a").Each(func(_ int, s *goquery.Selection) { days = append(days, strings.TrimSpace(s.Text())) })
	// A month ago and the period's start lie before the engagement was recorded.
	if got := strings.Join(days, ", "); got != "In 30 days, In 90 days, End of the audit period, Compare two days" {
		t.Errorf("it offers %s", got)
	}
	p = a.get(north + "/controls?q=f&on=2027-01-02").want(http.StatusOK)
	if got := p.text(".day-band-ahead strong"); got != "As it will stand on 2 January 2027 if nothing changes" {
		t.Errorf("the band of a day to come says %q", got)
	}
	if got := p.attr(".day-ways a:first-child", "href"); got != north+"/controls?q=f" {
		t.Errorf("the way back is %q", got)
	}
	if got := p.attr(".day-ways a:last-child", "href"); got != north+"/compare?from=2026-12-03&to=2027-01-02" {
		t.Errorf("the comparison is %q", got)
	}
	if got := a.get(north + "/evidence?on=2026-11-24").want(http.StatusOK); got.doc().Find(".day-band").Length() != 0 || got.attr("form.day-form", "action") != north {
		t.Error("a page without days pretends to show one")
	}
	// An address with a day never changes what a form does.
	at := fmt.Sprintf("%s/controls/%d", north, c.ID)
	a.post(at+"/split?on=2026-11-24", url.Values{"service": {fmt.Sprint(r.Service)}, "party": {"microsoft"}, "version": {"0"}, "reason": {"As it is."}}).leads(at)
	a.french()
	if got := a.get(north + "?on=2026-11-24").text(".day-band strong"); got != "Situation telle qu’elle était le 24 novembre 2026, en fin de journée" {
		t.Errorf("in French: %q", got)
	}
}

func TestAsOf_DaysThatCannotBeShown(t *testing.T) {
	t.Parallel()
	a, _, _, _ := tenDays(t)
	for on, want := range map[string]struct {
		status int
		says   string
	}{
		"yesterday":               {http.StatusUnprocessableEntity, "“yesterday” is not a day"},
		"2026-02-30":              {http.StatusUnprocessableEntity, "“2026-02-30” is not a day"},
		"%3Cscript%3E":            {http.StatusUnprocessableEntity, "“<script>” is not a day"},
		"20261124":                {http.StatusUnprocessableEntity, "Write it as year-month-day"},
		strings.Repeat("9", 3000): {http.StatusUnprocessableEntity, "9…” is not a day"},
		"2026-11-22":              {http.StatusConflict, "The engagement did not exist yet on 22 November 2026"},
		"0001-01-01":              {http.StatusConflict, "did not exist yet"},
		"2026-11-23":              {http.StatusOK, "As it stood"},
		"2026-12-03":              {http.StatusOK, "On 3 December 2026"},
		"":                        {http.StatusOK, "On 3 December 2026"},
		"9999-12-31":              {http.StatusOK, "As it will stand on 31 December 9999"},
	} {
		t.Run(fmt.Sprintf("%.20s", on), func(t *testing.T) {
			p := a.get(north + "?on=" + on).want(want.status)
			if got := p.text(".sheet"); !strings.Contains(got, want.says) {
				t.Errorf("says %q", got)
			}
			if want.status != http.StatusOK && (p.doc().Find("form.day-form").Length() != 1 || p.doc().Find(".day-band").Length() != 0) {
				t.Error("the refusal offers no other day, or shows one")
			}
		})
	}
	if p := a.get(north + "?on=2026-12-03"); p.doc().Find(".day-band").Length() != 0 {
		t.Error("today carries a band")
	}
}
