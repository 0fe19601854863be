package views

import (
	"strings"

	"github.com/a-h/templ"

	"relier/internal/domain"
	"relier/internal/i18n"
)

// DutiesProps is the list of an engagement's customer responsibilities.
type DutiesProps struct {
	Rows     []DutyLine
	Total    int // of the filter
	Page     domain.Page
	Counts   map[domain.ResponsibilityState]int // of all
	Path     string
	Action   string
	Controls string // where a first one is written down
	Services []Option
	Owners   []Option

	Query   string // filters; zero values for all
	Service domain.ServiceID
	Owner   domain.PersonID
	State   domain.ResponsibilityState
	Cadence string
	Sort    string
	Desc    bool
}

// DutyLine is one customer responsibility with where it stands.
type DutyLine struct {
	Responsibility domain.Responsibility
	Control        domain.Control
	Service        domain.Service
	Owner          string // "": nobody
	Inherited      bool   // the owner is the control's
	Proof          domain.Proof
	State          domain.ResponsibilityState
	Href           string // the workspace, at the service
}

func (p DutiesProps) all() int {
	n := 0
	for _, k := range p.Counts {
		n += k
	}
	return n
}

func (p DutiesProps) never() bool { return p.all() == 0 }

// sentence counts how all of them stand on a day, whatever the filter. What
// needs nothing is proven by nothing, so it is counted apart.
func (p DutiesProps) sentence(l *i18n.Localizer, on domain.Date) string {
	var parts []string
	for _, s := range []domain.ResponsibilityState{domain.ResponsibilityEvidenced, domain.ResponsibilityNone, domain.ResponsibilityOpen, domain.ResponsibilityStale} {
		if n := p.Counts[s]; n > 0 {
			parts = append(parts, l.N("duties.standing."+string(s), n, nil))
		}
	}
	return l.N("duties.standing_on", p.all(), map[string]any{"On": l.DateLong(on.String()), "Parts": strings.Join(parts, ", ")})
}

func (p DutiesProps) filter(l *i18n.Localizer) FilterProps {
	var states []Option
	for _, s := range domain.ResponsibilityStates {
		states = append(states, Option{Value: string(s), Label: l.T("state.responsibility."+string(s), nil)})
	}
	all := l.T("controls.all", nil)
	cadences := append(cadenceOptions(l), Option{Value: "none", Label: l.T("cadence.none", nil)})
	f := FilterProps{Action: p.Action, Target: "duties", Fields: []FieldProps{
		{Name: "q", Type: FieldSearch, Label: l.T("controls.filter_words", nil), Value: p.Query},
		{Name: "service", Type: FieldSelect, Label: l.T("reliance.service", nil), Value: idOrNone(p.Service), Options: p.Services, Empty: all},
		{Name: "owner", Type: FieldSelect, Label: l.T("controls.owner", nil), Value: idOrNone(p.Owner), Options: p.Owners, Empty: l.T("controls.everyone", nil)},
		{Name: "state", Type: FieldSelect, Label: l.T("reliance.state", nil), Value: string(p.State), Options: states, Empty: all},
		{Name: "cadence", Type: FieldSelect, Label: l.T("duties.cadence_short", nil), Value: p.Cadence, Options: cadences, Empty: all},
	}}
	if p.Sort != "" {
		f.Hidden = []Hidden{{"sort", sortState(p.Sort, p.Desc)}}
	}
	if p.Query != "" || p.Service != 0 || p.Owner != 0 || p.State != "" || p.Cadence != "" {
		f.Reset = p.Action
	}
	return f
}

func (p DutiesProps) table(l *i18n.Localizer) TableProps {
	t := TableProps{
		ID: "duties", Caption: l.N("duties.count", p.Total, nil), Path: p.Path, Sort: sortState(p.Sort, p.Desc),
		Columns: []Column{
			{Key: "code", Label: l.T("controls.control", nil), Sort: true},
			{Label: l.T("control.duty_sentence", nil), Wide: true},
			{Key: "service", Label: l.T("reliance.service", nil), Sort: true},
			{Key: "owner", Label: l.T("controls.owner", nil), Sort: true},
			{Key: "cadence", Label: l.T("duties.cadence_short", nil), Sort: true, Narrow: true},
			{Key: "state", Label: l.T("reliance.state", nil), Sort: true},
			{Key: "until", Label: l.T("duties.until", nil), Sort: true, Narrow: true},
		},
		Pager: &PagerProps{Page: p.Page.Number, Size: p.Page.Size, Total: p.Total, Whole: true},
		Empty: NoMatch(l, p.Action),
	}
	for _, d := range p.Rows {
		t.Rows = append(t.Rows, Row{ID: id(d.Responsibility.ID), Label: d.Control.Code + " · " + d.Service.Name, Href: d.Href, Cells: []templ.Component{
			dutyControl(d), dutySentence(d), serviceCell(l, d.Service), dutyOwner(l, d), Text(dutyCadence(l, d.Responsibility)), dutyState(l, d), dutyUntil(l, d),
		}})
	}
	return t
}

// dutyCadence is how often a duty recurs by the calendar.
func dutyCadence(l *i18n.Localizer, d domain.Responsibility) string {
	if d.State == domain.ResponsibilityNone {
		return ""
	}
	return CadenceWord(l, d.Cadence)
}

// CadenceWord names a cadence; "" is none by the calendar.
func CadenceWord(l *i18n.Localizer, c domain.Cadence) string {
	if c == "" {
		return l.T("cadence.none", nil)
	}
	return l.T("cadence."+string(c), nil)
}

// dutyFrequency is how often in the organization's words, then by the calendar.
func dutyFrequency(l *i18n.Localizer, d domain.Responsibility) string {
	var out []string
	if d.Frequency != "" {
		out = append(out, d.Frequency)
	}
	if d.Cadence != "" {
		out = append(out, l.T("duties.by_calendar", map[string]any{"Cadence": CadenceWord(l, d.Cadence)}))
	}
	return strings.Join(out, " · ")
}

func cadenceOptions(l *i18n.Localizer) []Option {
	out := make([]Option, len(domain.Cadences))
	for i, c := range domain.Cadences {
		out[i] = Option{Value: string(c), Label: CadenceWord(l, c)}
	}
	return out
}
