package server

import (
	"cmp"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"relier/internal/app"
	"relier/internal/domain"
	"relier/views"
)

// fallLines splits what fell into what concerns the reader and the rest.
func (c *Ctx) fallLines(all []app.Fall) (mine, others []views.FallLine) {
	may := c.Actor.Can(domain.ActReliancePropose) && c.Engagement.State != domain.EngagementClosed
	for _, f := range all {
		line := views.FallLine{Reliance: f.Reliance, Control: f.Control, Service: f.Service, Owner: f.Owner, Href: c.At().Reliance(f.Reliance.ID), Propose: may,
			WouldLapse: f.WouldLapse, Looking: c.on != 0}
		if f.Mine {
			mine = append(mine, line)
		} else {
			others = append(others, line)
		}
	}
	return mine, others
}

// expiry is one line of the timeline's table: a day, or for duties a month.
type expiry struct {
	domain.Expiry
	with []domain.Expiry // the others of the month
}

// expiryProps draws what runs out, and lists it day by day.
func (s *Server) expiryProps(c *Ctx, d app.Dashboard) (views.ExpiryProps, error) {
	names, err := s.app.Names(c.Context(), c.Actor)
	if err != nil {
		return views.ExpiryProps{}, err
	}
	axis, lines := domain.ExpiryAxis(d.On), byMonth(d.Expiries)
	t := views.TimelineProps{ID: "expiry", Title: c.L.T("expiry.caption", map[string]any{"From": c.L.Date(axis.From.String()), "To": c.L.Date(axis.To.String())}),
		Axis: axis, Audit: c.Engagement.Period, Today: d.On, Lanes: c.expiryLanes(lines, names)}
	var listed []expiry
	next := 0
	for _, x := range lines {
		if axis.Contains(x.On) {
			listed = append(listed, x)
			if x.On >= d.On {
				next += 1 + len(x.with)
			}
		}
	}
	slices.SortStableFunc(listed, func(a, b expiry) int { return cmp.Compare(a.On, b.On) })
	to := c.L.DateLong(axis.To.String())
	lead := c.L.N("expiry.lead", next, map[string]any{"To": to})
	day := c.L.T("expiry.key_today", nil)
	if c.on != 0 {
		day = c.L.Date(c.on.String())
		lead = c.L.N("as_of.expiry", next, map[string]any{"From": c.L.DateLong(c.on.String()), "To": to})
	}
	if bounded(d) {
		lead += " " + c.L.T("expiry.bounded", map[string]any{"Most": itoa(domain.ExpiringMost)})
	}
	return views.ExpiryProps{Timeline: t, Table: c.expiryTable(listed, names, d.On), Lead: lead, Day: day}, nil
}

// bounded reports whether there may be more evidence than the timeline lists.
func bounded(d app.Dashboard) bool {
	sides := map[bool]int{}
	for _, e := range d.Expiries {
		if e.Noun == domain.NounEvidence {
			sides[e.On < d.On]++
		}
	}
	return max(sides[false], sides[true]) >= domain.ExpiringMost
}

// shared reports whether things of a kind share one line: there may be many.
func shared(n domain.Noun) bool { return n == domain.NounResponsibility || n == domain.NounEvidence }

// byMonth gathers the duties that fall due in one month into one line, and so the
// evidence whose last day is in it.
func byMonth(all []domain.Expiry) []expiry {
	var out []expiry
	for _, x := range all {
		if n := len(out) - 1; shared(x.Noun) && n >= 0 && out[n].Noun == x.Noun && sameMonth(out[n].On, x.On) {
			out[n].with = append(out[n].with, x)
			continue
		}
		out = append(out, expiry{Expiry: x})
	}
	return out
}

// things counts what the lines stand for: a month of duties is as many as it has.
func things(lines []expiry) int {
	n := len(lines)
	for _, x := range lines {
		n += len(x.with)
	}
	return n
}

func sameMonth(a, b domain.Date) bool {
	return a.Time().Year() == b.Time().Year() && a.Time().Month() == b.Time().Month()
}

// expiryLanes gives each thing a line; the duties share one, and so does evidence.
func (c *Ctx) expiryLanes(lines []expiry, names map[domain.PersonID]string) []views.Lane {
	var out []views.Lane
	common, count := map[domain.Noun]*views.Lane{}, map[domain.Noun]int{}
	for _, x := range lines {
		mark := views.LaneMark{On: x.On, Count: 1 + len(x.with)}
		if shared(x.Noun) {
			if common[x.Noun] == nil {
				common[x.Noun] = &views.Lane{Label: c.L.T("expiry.kind."+string(x.Noun), nil), Counted: true}
			}
			common[x.Noun].Marks = append(common[x.Noun].Marks, mark)
			count[x.Noun] += mark.Count
			continue
		}
		lane := views.Lane{Label: c.expiryLabel(x.Expiry, names), Href: c.expiryHref(x.Expiry), Counted: x.Counted, Marks: []views.LaneMark{mark}}
		if x.Noun == domain.NounCertificate {
			lane.Spans = []domain.Period{{From: x.From, To: x.On}}
		} else {
			lane.Note = c.L.T("expiry.kind."+string(x.Noun), nil) + ", " + c.L.Date(x.On.String())
		}
		out = append(out, lane)
	}
	if lane := common[domain.NounResponsibility]; lane != nil {
		lane.Note = c.L.N("expiry.duties", count[domain.NounResponsibility], nil)
		out = append(out, *lane)
	}
	if lane := common[domain.NounEvidence]; lane != nil {
		lane.Note, lane.Href = c.L.N("expiry.evidence", count[domain.NounEvidence], nil), c.At().EvidenceCalendar()
		out = append(out, *lane)
	}
	return out
}

func (c *Ctx) expiryLabel(x domain.Expiry, names map[domain.PersonID]string) string {
	if x.Noun == domain.NounMembership {
		return names[x.Person]
	}
	return x.Label
}

func (c *Ctx) expiryHref(x domain.Expiry) string {
	switch x.Noun {
	case domain.NounCertificate:
		return c.At().Certificate(domain.CertificateID(x.Object))
	case domain.NounReport:
		return c.At().Report(domain.ReportID(x.Object))
	case domain.NounResponsibility:
		return c.At().Control(x.Control)
	case domain.NounEvidence:
		return c.At().EvidenceItem(domain.EvidenceID(x.Object))
	}
	return ""
}

func (c *Ctx) expiryTable(lines []expiry, names map[domain.PersonID]string, today domain.Date) views.TableProps {
	t := views.TableProps{ID: "expiries", Caption: c.L.N("expiry.count", things(lines), nil), Columns: []views.Column{
		{Label: c.L.T("expiry.on", nil), Narrow: true}, {Label: c.L.T("expiry.what", nil), Wide: true}, {Label: c.L.T("expiry.kind", nil)}, {Label: c.L.T("expiry.state", nil)}}}
	for _, x := range lines {
		t.Rows = append(t.Rows, views.Row{Href: c.expiryHref(x.Expiry), Muted: x.On < today, Cells: []templ.Component{
			views.Day(c.L, x.On), c.expiryWhat(x, names), views.Text(c.L.T("expiry.kind."+string(x.Noun), nil)), views.StatusText(c.expiryState(x, today))}})
	}
	t.Empty = views.Notice(views.NoticeProps{Tone: views.ToneDone, Text: c.L.T("expiry.none", nil)})
	return t
}

// expiryWhat names the thing; of several duties in a month, how many, and the
// sentence of the first.
func (c *Ctx) expiryWhat(x expiry, names map[domain.PersonID]string) templ.Component {
	label, href := c.expiryLabel(x.Expiry, names), c.expiryHref(x.Expiry)
	if len(x.with) > 0 {
		return views.ExpiryDuties(c.L, views.Crumb{Label: label, Href: href}, c.dutyCrumbs(x.with))
	}
	if href == "" {
		return views.Text(label)
	}
	return views.LinkTo(href, label)
}

func (c *Ctx) dutyCrumbs(all []domain.Expiry) []views.Crumb {
	out := make([]views.Crumb, len(all))
	for i, x := range all {
		out[i] = views.Crumb{Label: strings.TrimSpace(x.Label), Href: c.expiryHref(x)}
	}
	return out
}

// expiryState says whether a verdict may rest on it, and whether it has run out.
func (c *Ctx) expiryState(x expiry, today domain.Date) views.StatusProps {
	switch {
	case !x.Counted:
		return views.StatusProps{Kind: views.KindGap, Word: c.L.T("expiry.not_counted", nil)}
	case x.On < today:
		return views.StatusProps{Kind: views.KindBlocked, Word: c.L.T("expiry.past", nil)}
	case x.On <= today.AddDays(domain.ExpiringDays):
		return views.StatusProps{Kind: views.KindGap, Word: c.L.N("expiry.soon", int(x.On-today), nil)}
	}
	return views.StatusProps{Kind: views.KindReady, Word: c.L.T("expiry.later", nil)}
}
