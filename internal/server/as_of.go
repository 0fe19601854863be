package server

import (
	"net/url"
	"slices"
	"strings"

	"relier/internal/domain"
	"relier/views"
)

// dayParam is the parameter of an address that asks for a page as of a day.
const dayParam = "on"

// lookAt reads the day that the address asks for, on pages that can be looked at
// as of one. From then on the request sees that day and may change nothing.
func (c *Ctx) lookAt() error {
	if !c.route.AsOf || c.Query(dayParam) == "" {
		return nil
	}
	on, err := domain.ParseDate(strings.TrimSpace(c.Query(dayParam)))
	if err != nil {
		return domain.Invalid("error.as_of.date", domain.Args{"Value": clip(c.Query(dayParam))})
	}
	if on == 0 || on == c.server.app.Today() {
		return nil
	}
	then, err := c.server.app.AsOf(on).EngagementOn(c.ctx, c.Actor, c.Engagement)
	if err != nil {
		return err
	}
	c.on, c.Engagement, c.Actor.Looking = on, then, true
	return nil
}

// clip keeps what somebody typed short enough to be quoted in a sentence.
func clip(s string) string {
	if r := []rune(domain.Clean(s)); len(r) > 40 {
		return string(r[:39]) + "…"
	}
	return domain.Clean(s)
}

// asOf is the server over the use-cases as of a day: handlers need not know.
func (s *Server) asOf(on domain.Date) *Server {
	if on == 0 {
		return s
	}
	return &Server{app: s.app.AsOf(on), config: s.config, log: s.log, fiber: s.fiber, routes: s.routes}
}

// asOfBar is the form of the engagement bar that asks for a day, and the band
// over a page that shows another day than today.
func (c *Ctx) asOfBar(at Place) *views.AsOf {
	if at.Eng == "" {
		return nil
	}
	today := c.server.app.Today()
	v := &views.AsOf{On: c.on, Today: today, Action: at.Dashboard(), Back: at.Dashboard(), Compare: at.Compare()}
	if c.route.AsOf {
		v.Action, v.Keep = c.withoutDay()
		v.Back = withValues(v.Action, v.Keep)
	}
	if c.on != 0 {
		v.Compare = at.CompareDays(min(c.on, today), max(c.on, today))
	}
	for _, d := range c.days(today) {
		v.Quick = append(v.Quick, views.Crumb{Label: d.label, Href: views.WithQuery(v.Back, dayParam, d.on.String())})
	}
	return v
}

// withoutDay is the page's own path and the rest of its state: another day may
// have fewer pages of rows.
func (c *Ctx) withoutDay() (path string, keep []views.Hidden) {
	return c.addressWithout(dayParam, "page")
}

// addressWithout is the page's own path and its state but for some parameters.
func (c *Ctx) addressWithout(names ...string) (path string, keep []views.Hidden) {
	u, err := url.ParseRequestURI(c.Path())
	if err != nil {
		return c.At().Dashboard(), nil
	}
	query := u.Query()
	for _, name := range names {
		query.Del(name)
	}
	for name, values := range query {
		for _, value := range values {
			keep = append(keep, views.Hidden{Name: name, Value: value})
		}
	}
	slices.SortFunc(keep, func(a, b views.Hidden) int { return strings.Compare(a.Name, b.Name) })
	return u.EscapedPath(), keep
}

func withValues(path string, values []views.Hidden) string {
	query := url.Values{}
	for _, v := range values {
		query.Add(v.Name, v.Value)
	}
	if len(query) == 0 {
		return path
	}
	return path + "?" + query.Encode()
}

type namedDay struct {
	label string
	on    domain.Date
}

// days are those that people ask for most: around today, and the audit period's
// first and last. Only days that can be shown are offered.
func (c *Ctx) days(today domain.Date) []namedDay {
	e := c.Engagement
	all := []namedDay{
		{c.L.T("as_of.period_start", nil), e.Period.From}, {c.L.T("as_of.month_ago", nil), today.AddMonths(-1)},
		{c.L.T("as_of.in_30", nil), today.AddDays(30)}, {c.L.T("as_of.in_90", nil), today.AddDays(90)}, {c.L.T("as_of.period_end", nil), e.Period.To}}
	return slices.DeleteFunc(all, func(d namedDay) bool { return e.ID == 0 || d.on < c.begun() || d.on == today })
}
