package server

import (
	"github.com/a-h/templ"

	"relier/internal/app"
	"relier/internal/domain"
	"relier/views"
)

// showDashboard counts the applicable controls by bucket and lists what blocks.
func (s *Server) showDashboard(c *Ctx) error {
	d, err := s.app.Dashboard(c.ctx, c.Actor, c.Engagement)
	if err != nil {
		return err
	}
	v := views.Dashboard{MayStart: true, Blockers: c.blockerTable(d.Blockers), Total: c.L.N("dashboard.total", d.Applicable, nil)}
	v.Sentence = c.countsSentence(d)
	for _, b := range domain.Buckets {
		v.Counts = append(v.Counts, views.Tally{Kind: views.Kind(b), Label: c.L.T("bucket."+string(b), nil), Count: d.Counts[b], Href: c.ifRouted("controls", c.At().ControlsIn(b))})
	}
	v.Apart = c.apart(d)
	if n := len(d.Blockers); n > blockersShown {
		v.All = views.Crumb{Label: c.L.N("dashboard.blockers_all", n, nil), Href: c.At().ControlsIn(domain.BucketBlocked)}
	}
	v.Primary = c.primary(d)
	v.Mine, v.Others = c.fallLines(d.Fallen)
	v.Heat = views.HeatProps{Heat: d.Heat, Href: c.At().ControlsCarried}
	if v.Expiries, err = s.expiryProps(c, d); err != nil {
		return err
	}
	for _, k := range d.Conditions {
		v.Conditions = append(v.Conditions, views.Value{Label: c.L.T("dashboard.condition."+k.Key, nil), Body: views.StatusText(c.condition(k))})
		v.MayStart = v.MayStart && k.Met
	}
	if d.Applicable+d.Excluded == 0 {
		v.Empty = &views.EmptyProps{Title: c.L.T("dashboard.empty", nil), Text: c.L.T("dashboard.empty_text", nil), Href: c.At().Tasks(),
			Action: c.L.T("dashboard.empty_do", nil), Example: c.L.T("dashboard.empty_example", nil)}
	}
	if err := s.askedOf(c, &v); err != nil {
		return err
	}
	p := c.Page(c.L.T("dashboard.title", nil))
	if err := s.damageNotice(c, &p); err != nil {
		return err
	}
	return c.Render(views.DashboardPage(p, v))
}

func (c *Ctx) condition(k app.Condition) views.StatusProps {
	if k.Met {
		return views.StatusProps{Kind: views.KindReady, Word: c.L.T("dashboard.met", nil)}
	}
	return views.StatusProps{Kind: views.KindWaiting, Word: c.L.T("dashboard.unmet", nil)}
}

// countsSentence says where the engagement stands on a day, in counts only.
func (c *Ctx) countsSentence(d app.Dashboard) string {
	if d.Applicable == 0 {
		return ""
	}
	n := func(b domain.Bucket) string { return c.L.Number(d.Counts[b]) }
	return c.L.N("dashboard.sentence", d.Applicable, map[string]any{"On": c.L.DateLong(d.On.String()), "Blocked": n(domain.BucketBlocked),
		"Gap": n(domain.BucketGap), "Waiting": n(domain.BucketWaiting), "Ready": n(domain.BucketReady)})
}

// apart are the counts that never raise ours.
func (c *Ctx) apart(d app.Dashboard) string {
	if d.Applicable == 0 {
		return ""
	}
	return c.L.N("dashboard.excluded", d.Excluded, nil) + " " + c.L.N("dashboard.inherited", d.Inherited, nil)
}

// primary is the one thing to do next: open the first blocker.
func (c *Ctx) primary(d app.Dashboard) views.Crumb {
	if len(d.Blockers) > 0 {
		return views.Crumb{Label: c.L.T("dashboard.open_first", nil), Href: c.ifRouted("control", c.At().Control(d.Blockers[0].Control.ID))}
	}
	if d.Applicable > 0 {
		return views.Crumb{Label: c.L.T("dashboard.open_tasks", nil), Href: c.At().Tasks()}
	}
	return views.Crumb{}
}

// blockersShown is how many blockers the dashboard lists; the controls list has all.
const blockersShown = 10

func (c *Ctx) blockerTable(blocked []domain.ControlSummary) views.TableProps {
	t := views.TableProps{ID: "blockers", Caption: c.L.N("dashboard.blocker_count", len(blocked), nil), Columns: []views.Column{
		{Label: c.L.T("dashboard.control", nil), Wide: true}, {Label: c.L.T("dashboard.reason", nil), Wide: true}, {Label: c.L.T("dashboard.owner", nil)}}}
	if len(blocked) > blockersShown {
		t.Note = c.L.N("dashboard.blockers_shown", blockersShown, nil)
	}
	for _, b := range blocked[:min(len(blocked), blockersShown)] {
		href := c.At().Control(b.Control.ID)
		owner := views.Text(b.Owner)
		if b.OwnerID == 0 {
			owner = views.Muted(c.L.T("dashboard.nobody", nil))
		}
		t.Rows = append(t.Rows, views.Row{Href: href, Label: b.Control.Code, Cells: []templ.Component{
			views.Titled(href, b.Control.Code, b.Control.Title), views.Text(views.Sentence(c.L, "readiness", b.Reason)), owner}})
	}
	t.Empty = views.Notice(views.NoticeProps{Tone: views.ToneDone, Text: c.L.T("dashboard.unblocked", nil)})
	return t
}
