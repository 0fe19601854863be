package views

import (
	"github.com/a-h/templ"

	"relier/internal/domain"
	"relier/internal/i18n"
)

// withinOptions are the spans in which what is listed expires.
func withinOptions(l *i18n.Localizer) []Option {
	out := make([]Option, 0, 3)
	for _, days := range []int{30, 60, 90} {
		out = append(out, Option{Value: number(days), Label: l.N("evidence.filter.within", days, nil)})
	}
	return out
}

func heldValue(held bool) string {
	if held {
		return "1"
	}
	return ""
}

// listState is the state of a row, as it stands today.
func listState(l *i18n.Localizer, v EvidenceList, e domain.Evidence) templ.Component {
	return StatusText(StateStatus(l, domain.NounEvidence, e.StateOn(v.Today)))
}

// expiryWarning says how a last day lies to today: "" far off, "soon", "past".
func expiryWarning(e domain.Evidence, today domain.Date) string {
	switch {
	case e.Expires == 0:
		return ""
	case today > e.Expires:
		return "past"
	case e.Expires <= today.AddDays(domain.ExpiringDays):
		return "soon"
	}
	return ""
}

func holdText(l *i18n.Localizer, h domain.Hold, names map[domain.PersonID]string) string {
	return l.T("evidence.hold.text", map[string]any{"By": names[h.By], "On": l.Date(domain.DateOf(h.At).String()), "Why": h.Why})
}

// doubtText is a warning with what to do about it.
func doubtText(l *i18n.Localizer, r domain.Reason) string {
	return Sentence(l, "warning", r) + " " + l.T("warning_do."+r.Code, nil)
}

// EvidenceRemoved is the page of a deleted item: what stays of it.
type EvidenceRemoved struct {
	Removal  domain.Removal
	Names    map[domain.PersonID]string
	List     string
	Seen     []domain.Sighting
	ShowSeen bool
}

func (v EvidenceRemoved) facts(l *i18n.Localizer) []Value {
	return []Value{
		{Label: l.T("evidence.removed.by", nil), Body: byAt(l, v.Names[v.Removal.By], v.Removal.At)},
		{Label: l.T("evidence.removed.why", nil), Body: TextIn("", v.Removal.Reason), Wide: true},
	}
}

func (v EvidenceRemoved) versions(l *i18n.Localizer) TableProps {
	t := TableProps{ID: "versions", Caption: l.N("evidence.versions_count", len(v.Removal.Versions), nil), Columns: []Column{
		{Label: l.T("evidence.version", nil), Narrow: true}, {Label: l.T("evidence.file", nil)}, {Label: "SHA-256"}, {Label: l.T("evidence.uploaded", nil)}}}
	for _, n := range v.Removal.Versions {
		hash := Nothing(l)
		if !n.SHA256.IsZero() {
			hash = DigestFull(n.SHA256)
		}
		t.Rows = append(t.Rows, Row{ID: "v" + number(n.Number), Cells: []templ.Component{Code("v" + number(n.Number)), typedOr(l, n.FileName), hash,
			byAt(l, v.Names[n.UploadedBy], n.UploadedAt)}})
	}
	return t
}

// EvidenceHold is the form that places a legal hold, or lifts it.
type EvidenceHold struct {
	Item   domain.Evidence
	Names  map[domain.PersonID]string
	Action string
	Cancel string
	Why    string
	Errors FormErrors
}

func (v EvidenceHold) consequences(l *i18n.Localizer) []string {
	if v.Item.Hold.On {
		return []string{holdText(l, v.Item.Hold, v.Names), l.T("evidence.hold.lift_c", nil)}
	}
	return []string{l.T("evidence.hold.place_c1", nil), l.T("evidence.hold.place_c2", nil)}
}

func (v EvidenceHold) form(l *i18n.Localizer) FormProps {
	f := FormProps{Action: v.Action, Cancel: v.Cancel, Submit: l.T("evidence.hold.place", nil),
		Hidden: []Hidden{{"version", number(v.Item.Version)}, {"hold", "place"}}}
	if v.Item.Hold.On {
		f.Submit, f.Hidden[1].Value = l.T("evidence.hold.lift", nil), "lift"
	}
	return f
}

// EvidenceDelete is the page that states what a deletion takes away, or why
// nothing may be deleted.
type EvidenceDelete struct {
	Item     domain.Evidence
	Versions []domain.EvidenceVersion
	Reviews  int
	Controls []domain.Control
	Duties   int
	Bars     []EvidenceBar
	Effects  []EffectLine
	Reason   string
	Action   string
	Cancel   string
	Control  func(domain.ControlID) string
	Errors   FormErrors
}

// EvidenceBar is something that forbids a deletion.
type EvidenceBar struct{ Text, Label, Href string }

func (v EvidenceDelete) consequences(l *i18n.Localizer) []string {
	out := []string{l.N("evidence.delete.versions", len(v.Versions), nil)}
	if v.Reviews > 0 {
		out = append(out, l.N("evidence.delete.reviews", v.Reviews, nil))
	}
	if len(v.Controls) > 0 {
		out = append(out, l.N("evidence.delete.controls", len(v.Controls), nil))
	}
	if v.Duties > 0 {
		out = append(out, l.N("evidence.delete.duties", v.Duties, nil))
	}
	return append(out, l.T("evidence.delete.stays", map[string]any{"Evidence": v.Item.Code()}))
}

// EvidenceAccept is the page before several items are accepted at once.
type EvidenceAccept struct {
	Items   []AcceptItem
	Left    int // ticked, and not to be accepted by the reader
	Comment string
	Action  string
	Cancel  string
	Item    func(domain.EvidenceID) string
	Errors  FormErrors
}

// AcceptItem is one of them, with what an auditor would ask.
type AcceptItem struct {
	Item   domain.Evidence
	Doubts []domain.Reason
}

func (v EvidenceAccept) form(l *i18n.Localizer) FormProps {
	f := FormProps{Action: v.Action, Cancel: v.Cancel, Submit: l.N("evidence.accept.do", len(v.Items), nil)}
	for _, a := range v.Items {
		id := number(int(a.Item.ID))
		f.Hidden = append(f.Hidden, Hidden{"id", id}, Hidden{id + ".version", number(a.Item.Version)})
	}
	return f
}

func (v EvidenceAccept) consequences(l *i18n.Localizer) []string {
	out := []string{l.T("evidence.accept.c", nil)}
	if v.Left > 0 {
		out = append(out, l.N("evidence.accept.left", v.Left, nil))
	}
	return out
}

// EvidenceReuse offers items that are here already for one more control.
type EvidenceReuse struct {
	Control domain.Control
	List    domain.List[domain.EvidenceSummary]
	Filter  domain.EvidenceFilter
	Path    string
	Action  string
	Back    string
	Add     string
	Item    func(domain.EvidenceID) string
	Audit   domain.Period
	Today   domain.Date
}

func (v EvidenceReuse) filter(l *i18n.Localizer) FilterProps {
	f := FilterProps{Action: v.Action, Target: "reuse", Fields: []FieldProps{
		{Name: "q", Type: FieldSearch, Label: l.T("evidence.filter.words", nil), Value: v.Filter.Query}}}
	f.Hidden = RowsHidden(v.Filter.Page)
	if v.Filter.Query != "" {
		f.Reset = v.Action
	}
	return f
}

func (v EvidenceReuse) table(l *i18n.Localizer) TableProps {
	t := TableProps{ID: "reuse", Caption: l.N("evidence.count", v.List.Total, nil), Path: v.Path, Pager: WholePager(v.Filter.Page, v.List.Total),
		Columns: []Column{{Label: l.T("evidence.code", nil), Narrow: true}, {Label: l.T("evidence.title_field", nil)}, {Label: l.T("evidence.state", nil)},
			{Label: l.T("evidence.period", nil)}, {Label: l.T("evidence.expires", nil)}, {Label: l.T("evidence.controls", nil), Numeric: true}},
		Bulk:  &Bulk{Method: "post", Actions: []BulkAction{{Label: l.T("evidence.reuse.do", nil), Href: v.Action}}},
		Empty: Empty(EmptyProps{Title: l.T("evidence.reuse.none", nil), Text: l.T("evidence.reuse.none_text", nil), Href: v.Add, Action: l.T("evidence.add", nil)})}
	if v.Filter.Query != "" {
		t.Empty = NoMatch(l, v.Action)
	}
	for _, s := range v.List.Rows {
		href := v.Item(s.Evidence.ID)
		t.Rows = append(t.Rows, Row{ID: number(int(s.Evidence.ID)), Label: s.Evidence.Code(), Href: href, Cells: []templ.Component{
			codeAndHold(l, s.Evidence, href), evidenceTitle(l, s, href), StatusText(StateStatus(l, domain.NounEvidence, s.Evidence.StateOn(v.Today))),
			evidencePeriod(l, s.Evidence.Period, v.Audit), inDate(l, s.Evidence, v.Today), Count(l, s.Controls)}})
	}
	return t
}

// EvidenceCalendar is what runs out or is due for renewal, month by month.
type EvidenceCalendar struct {
	Month      domain.Period
	Today      domain.Date
	Audit      domain.Period
	Year       []CalendarMonth
	Overdue    []domain.Evidence // the longest overdue of them
	AllOverdue int
	Days       []CalendarDay
	Ending     []domain.Evidence
	More       bool
	Item       func(domain.EvidenceID) string
	Renew      func(domain.EvidenceID) string // nil when the reader may not
	List       string
	Month0     func(domain.Period) string // the calendar of a month
}

// CalendarMonth counts what falls into one month.
type CalendarMonth struct {
	Month        domain.Period
	Expires, Due int
}

// CalendarDay is a day with what falls on it.
type CalendarDay struct {
	On           domain.Date
	Expires, Due []domain.Evidence
}

func (v EvidenceCalendar) before() domain.Period { return domain.MonthOf(v.Month.From - 1) }
func (v EvidenceCalendar) after() domain.Period  { return domain.MonthOf(v.Month.To + 1) }

// month writes a month in full: December 2026.
func monthName(l *i18n.Localizer, m domain.Period) string {
	t := m.From.Time()
	return l.T("common.month."+number(int(t.Month())), nil) + " " + number(t.Year())
}

// weeks cuts the days of the month by calendar week, Monday first.
func (v EvidenceCalendar) weeks() [][]CalendarDay {
	var out [][]CalendarDay
	last := domain.Date(0)
	for _, d := range v.Days {
		monday := weekOf([]CalendarDay{d}).From
		if monday != last {
			out, last = append(out, nil), monday
		}
		out[len(out)-1] = append(out[len(out)-1], d)
	}
	return out
}

// weekOf is the span of the week that days are in.
func weekOf(days []CalendarDay) domain.Period {
	monday := days[0].On.AddDays(-((int(days[0].On.Time().Weekday()) + 6) % 7))
	return domain.Period{From: monday, To: monday.AddDays(6)}
}

func seenProps(l *i18n.Localizer, seen []domain.Sighting, names map[domain.PersonID]string) TableProps {
	t := TableProps{ID: "seen", Caption: l.N("evidence.seen_count", len(seen), nil), Columns: []Column{
		{Label: l.T("evidence.seen_day", nil), Narrow: true}, {Label: l.T("evidence.seen_who", nil)}, {Label: l.T("evidence.seen_how", nil)},
		{Label: l.T("evidence.version", nil), Narrow: true}, {Label: l.T("evidence.seen_times", nil), Numeric: true}}}
	for _, s := range seen {
		who := names[s.Person]
		if who == "" {
			who = l.T("evidence.seen_left", nil)
		}
		t.Rows = append(t.Rows, Row{Cells: []templ.Component{Day(l, s.Day), Text(who), Text(l.T("seen."+string(s.Kind), nil)), Code("v" + number(s.Number)), Count(l, s.Times)}})
	}
	return t
}
