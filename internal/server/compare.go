package server

import (
	"strings"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"relier/internal/app"
	"relier/internal/domain"
	"relier/views"
)

// showCompare tells what differs between two days of the engagement.
func (s *Server) showCompare(c *Ctx) error {
	today := s.app.Today()
	v := views.Compare{Action: c.At().Compare(), From: c.Query("from"), To: c.Query("to"), Quick: c.spans(today)}
	span, err := c.comparedDays(today)
	if err == nil {
		v.From, v.To = span.From.String(), span.To.String()
		err = s.compare(c, &v, span, today)
	}
	status := fiber.StatusOK
	if errs, ok := c.FieldErrors(err); ok {
		v.Errors, status = errs, statusOf(err)
	} else if err != nil {
		return err
	}
	return c.RenderStatus(status, views.ComparePage(c.Page(c.L.T("compare.title", nil)), v))
}

// comparedDays are those that the address names: a month ago, or the day that
// the engagement was recorded, and today, unless it says otherwise.
func (c *Ctx) comparedDays(today domain.Date) (domain.Period, error) {
	var wrong domain.FieldErrors
	read := func(name string, otherwise domain.Date) domain.Date {
		d, err := domain.ParseDate(strings.TrimSpace(c.Query(name)))
		if err != nil {
			wrong.Add(name, "error.as_of.date", domain.Args{"Value": clip(c.Query(name))})
		}
		if d == 0 {
			return otherwise
		}
		return d
	}
	span := domain.Period{From: read("from", min(max(today.AddMonths(-1), c.begun()), today)), To: read("to", today)}
	if len(wrong) == 0 && span.From > span.To {
		wrong.Add("to", "error.compare.order", nil)
	}
	return span, wrong.Err()
}

// begun is the first day that the engagement can be looked at.
func (c *Ctx) begun() domain.Date { return domain.DateOf(c.Engagement.CreatedAt) }

// spans are the comparisons that people ask for most.
func (c *Ctx) spans(today domain.Date) []views.Crumb {
	var out []views.Crumb
	for _, d := range c.days(today) {
		out = append(out, views.Crumb{Label: d.label, Href: c.At().CompareDays(min(d.on, today), max(d.on, today))})
	}
	return out
}

// compare fills in what differs.
func (s *Server) compare(c *Ctx, v *views.Compare, span domain.Period, today domain.Date) error {
	d, err := s.app.Compare(c.Context(), c.Actor, c.Engagement, span.From, span.To)
	if domain.KindOf(err) == domain.KindConflict {
		return domain.FieldErrors{domain.Conflict("error.as_of.engagement", domain.Args{"On": span.From}).At("from")}
	}
	if err != nil {
		return err
	}
	n := comparer{c, span, today}
	v.Done, v.Counts = true, []string{c.countsSentence(d.From), c.countsSentence(d.To)}
	v.Changes = n.changes(d)
	v.Days = []views.Crumb{n.day(c.At().Dashboard(), span.From), n.day(c.At().Dashboard(), span.To)}
	v.Reliances, v.Controls, v.Owners, v.SoA = n.reliances(d), n.controls(d), n.owners(d), n.soa(d)
	n.cut(v)
	v.RelianceTitle = c.L.T("compare.reliances", nil)
	if n.ahead() {
		n.cut(v)
		v.RelianceTitle = c.L.T("compare.lapses_by", map[string]any{"On": c.L.DateLong(span.To.String())})
	}
	return nil
}

// comparer puts a comparison into words.
type comparer struct {
	*Ctx
	span  domain.Period
	today domain.Date
}

// ahead reports whether only time passes between the two days.
func (n comparer) ahead() bool { return n.span.From >= n.today && n.span.To > n.today }

// day is a page of the engagement as of one of the days compared.
func (n comparer) day(href string, on domain.Date) views.Crumb {
	out := views.Crumb{Label: n.L.DateLong(on.String()), Href: href}
	if on != n.today {
		out.Href = views.WithQuery(href, dayParam, on.String())
	}
	return out
}

// changes are the counts, as sentences that lead to their tables.
func (n comparer) changes(d app.Comparison) []views.Crumb {
	counts := map[app.Direction]int{}
	for _, r := range d.Reliances {
		counts[r.Direction]++
	}
	var out []views.Crumb
	add := func(key string, count int, at string) {
		if count > 0 {
			out = append(out, views.Crumb{Label: n.L.N("compare.change."+key, count, nil), Href: at})
		}
	}
	for _, way := range app.Directions {
		key := string(way)
		if way == app.DirectionFallen && n.ahead() {
			key = "falling"
		}
		add(key, counts[way], "#reliances")
	}
	add("controls", len(d.Controls), "#controls")
	add("owners", len(d.Owners), "#owners")
	add("soa", len(d.SoA), "#soa-lines")
	return out
}

// cut shortens long tables, unless the address asks for all rows.
func (n comparer) cut(v *views.Compare) {
	if n.Query("rows") == "all" {
		return
	}
	for _, t := range []*views.TableProps{&v.Reliances, &v.Controls, &v.Owners, &v.SoA} {
		if len(t.Rows) > domain.PageSize {
			t.Rows = t.Rows[:domain.PageSize]
			t.Note = n.L.N("compare.first", domain.PageSize, nil) + " · " + t.Note
			v.All = views.Crumb{Label: n.L.T("compare.all", nil), Href: views.WithQuery(n.Path(), "rows", "all")}
		}
	}
}

func (n comparer) table(id, key string, count, same int, columns ...views.Column) views.TableProps {
	t := views.TableProps{ID: id, Caption: n.L.N(key, count, nil), Columns: columns, Note: n.L.N("compare.same", same, nil)}
	t.Empty = views.Unchanged(n.L.T("compare.nothing", nil))
	if same > 0 {
		t.Empty = views.Unchanged(n.L.N("compare.none", same, nil))
	}
	return t
}

// columns are what the row is about, then the two days.
func (n comparer) columns(first string, more ...views.Column) []views.Column {
	return append([]views.Column{{Label: n.L.T(first, nil), Wide: true}, {Label: n.L.Date(n.span.From.String())}, {Label: n.L.Date(n.span.To.String())}}, more...)
}

func (n comparer) reliances(d app.Comparison) views.TableProps {
	t := n.table("reliances", "compare.reliance_count", len(d.Reliances), d.Same.Reliances,
		n.columns("compare.reliance", views.Column{Label: n.L.T("compare.why", nil), Wide: true})...)
	for _, r := range d.Reliances {
		href := n.At().Reliance(r.After.Reliance.ID)
		to := n.day(href, n.span.To).Href
		before := views.Muted(n.L.T("compare.not_yet", nil))
		if r.Before != nil {
			before = views.ComparedReliance(n.L, n.day(href, n.span.From).Href, *n.relianceSide(*r.Before))
		}
		t.Rows = append(t.Rows, views.Row{Href: to, Label: r.After.Control.Code, Cells: []templ.Component{
			views.ComparedTitle(n.L, to, r.After.Control, views.ServiceName(n.L, r.After.Service)), before,
			views.ComparedReliance(n.L, to, *n.relianceSide(r.After)), views.ComparedWhy(n.L, "compare.way."+string(r.Direction), fallen(r), r.Causes)}})
	}
	return t
}

func fallen(r app.RelianceDifference) bool { return r.Direction == app.DirectionFallen }

func (n comparer) relianceSide(v app.RelianceView) *views.RelianceSide {
	return &views.RelianceSide{State: v.Reliance.State, WouldLapse: len(v.WouldLapse) > 0, Verdict: v.Verdict}
}

func (n comparer) controls(d app.Comparison) views.TableProps {
	t := n.table("controls", "compare.control_count", len(d.Controls), d.Same.Controls, n.columns("compare.control")...)
	for _, k := range d.Controls {
		t.Rows = append(t.Rows, n.controlRow(k, func(s domain.ControlSummary, href string) templ.Component { return views.ComparedBucket(n.L, href, s) }))
	}
	return t
}

func (n comparer) owners(d app.Comparison) views.TableProps {
	t := n.table("owners", "compare.owner_count", len(d.Owners), d.Same.Owners, n.columns("compare.control")...)
	for _, k := range d.Owners {
		t.Rows = append(t.Rows, n.controlRow(k, func(s domain.ControlSummary, href string) templ.Component {
			if s.OwnerID == 0 {
				return views.LinkTo(href, n.L.T("controls.nobody", nil))
			}
			return views.LinkTo(href, s.Owner)
		}))
	}
	return t
}

// controlRow shows one property of a control on both days.
func (n comparer) controlRow(k app.ControlDifference, show func(domain.ControlSummary, string) templ.Component) views.Row {
	href := n.At().Control(k.After.Control.ID)
	to := n.day(href, n.span.To).Href
	before := views.Muted(n.L.T("compare.not_yet", nil))
	if k.Before != nil {
		before = show(*k.Before, n.day(href, n.span.From).Href)
	}
	return views.Row{Href: to, Label: k.After.Control.Code, Cells: []templ.Component{
		views.Titled(to, k.After.Control.Code, k.After.Control.Title), before, show(k.After, to)}}
}

func (n comparer) soa(d app.Comparison) views.TableProps {
	t := n.table("soa-lines", "compare.soa_count", len(d.SoA), d.Same.SoA, n.columns("compare.soa_line")...)
	for _, l := range d.SoA {
		at := func(on domain.Date) string { return n.day(n.At().SoA(), on).Href + "#row-" + l.After.Ref.Code }
		t.Rows = append(t.Rows, views.Row{Href: at(n.span.To), Label: l.After.Ref.Code, Cells: []templ.Component{
			views.Titled(at(n.span.To), l.After.Ref.Code, l.Requirement.Title.In(n.L.Lang())),
			views.ComparedLine(n.L, at(n.span.From), l.Before), views.ComparedLine(n.L, at(n.span.To), l.After)}})
	}
	return t
}
