package views

import (
	"github.com/a-h/templ"

	"relier/internal/domain"
	"relier/internal/i18n"
)

// Words of a dispute's state.
const (
	DisputeOpen    = "open"
	DisputeSettled = "settled"
)

// DisputeStates lists them.
var DisputeStates = []string{DisputeOpen, DisputeSettled}

// DisputeState is the state of a dispute in a word.
func DisputeState(d domain.Dispute) string {
	if d.Open() {
		return DisputeOpen
	}
	return DisputeSettled
}

// RowEnd is one end of a row that is disputed.
type RowEnd struct {
	Ref   domain.Ref
	Title string
}

// DisputeLine is a dispute with the row it is about.
type DisputeLine struct {
	Dispute             domain.Dispute
	Row                 string // the row's label
	Ends                []RowEnd
	RaisedBy, SettledBy string
	Href                string
}

// DisputesProps is the list of disputes.
type DisputesProps struct {
	List      domain.List[DisputeLine]
	Open      int
	State     string
	Subject   domain.DisputeSubject
	Path      string
	Action    string
	Crosswalk string
	Never     bool
}

// DisputeForm is the form that raises a dispute.
type DisputeForm struct {
	FormState
	Line DisputeLine
}

// DisputeView is one dispute with the form that settles it; no Action: the
// reader may not, or it is settled.
type DisputeView struct {
	FormState
	Line   DisputeLine
	Events []Event
}

func (f DisputeForm) hidden() []Hidden {
	var out []Hidden
	for _, name := range []string{"subject", "from", "to", "control", "service"} {
		out = append(out, Hidden{name, f.Values.Get(name)})
	}
	return out
}

func (p DisputesProps) filter(l *i18n.Localizer) FilterProps {
	var states, subjects []Option
	for _, s := range DisputeStates {
		states = append(states, Option{Value: s, Label: l.T("state.dispute."+s, nil)})
	}
	for _, s := range domain.DisputeSubjects {
		subjects = append(subjects, Option{Value: string(s), Label: l.T("dispute.subject."+string(s), nil)})
	}
	all := l.T("controls.all", nil)
	f := FilterProps{Action: p.Action, Target: "disputes", Fields: []FieldProps{
		{Name: "state", Type: FieldSelect, Label: l.T("reliance.state", nil), Value: p.State, Options: states, Empty: all},
		{Name: "subject", Type: FieldSelect, Label: l.T("dispute.about", nil), Value: string(p.Subject), Options: subjects, Empty: all},
	}}
	if p.State != "" || p.Subject != "" {
		f.Reset = p.Action
	}
	return f
}

func (p DisputesProps) table(l *i18n.Localizer) TableProps {
	t := TableProps{
		ID: "disputes", Caption: l.N("dispute.count", p.List.Total, nil), Path: p.Path,
		Columns: []Column{{Label: l.T("dispute.row", nil)}, {Label: l.T("dispute.about", nil), Narrow: true}, {Label: l.T("dispute.note", nil), Wide: true},
			{Label: l.T("reliance.state", nil), Narrow: true}, {Label: l.T("dispute.raised", nil)}},
		Pager: &PagerProps{Page: p.List.Page.Number, Size: p.List.Page.Size, Total: p.List.Total, Whole: true},
		Empty: NoMatch(l, p.Action),
	}
	for _, d := range p.List.Rows {
		t.Rows = append(t.Rows, Row{ID: id(d.Dispute.ID), Label: d.Row, Href: d.Href, Cells: []templ.Component{
			disputeRow(d), Text(l.T("dispute.subject."+string(d.Dispute.Subject), nil)), Text(d.Dispute.Note),
			StatusText(StateStatus(l, domain.NounDispute, DisputeState(d.Dispute))), byAt(l, d.RaisedBy, d.Dispute.RaisedAt),
		}})
	}
	return t
}

// CrosswalkProps is the table that joins the editions.
type CrosswalkProps struct {
	List     domain.List[CrosswalkLine]
	Open     int // open disputes about it
	Query    string
	Relation domain.Relation
	Level    domain.RequirementLevel
	Disputed bool
	Path     string
	Action   string
	Disputes string // href of all disputes
}

// CrosswalkLevels are the levels on which the editions are joined.
var CrosswalkLevels = []domain.RequirementLevel{domain.LevelControl, domain.LevelClause}

// CrosswalkLine is one row of it.
type CrosswalkLine struct {
	Row                domain.CrosswalkRow
	FromTitle, ToTitle string
	Dispute            *domain.Dispute // the open one; nil: none
	Href               string          // of the dispute, or of the form that raises one
}

// Text is what a search looks through.
func (r CrosswalkLine) Text() string {
	return r.Row.From + " " + r.FromTitle + " " + r.Row.To + " " + r.ToTitle
}

func (p CrosswalkProps) filter(l *i18n.Localizer) FilterProps {
	var relations, levels []Option
	for _, r := range domain.Relations {
		relations = append(relations, Option{Value: string(r), Label: l.T("relation."+string(r), nil)})
	}
	for _, v := range CrosswalkLevels {
		levels = append(levels, Option{Value: string(v), Label: l.T("crosswalk.level."+string(v), nil)})
	}
	all := l.T("controls.all", nil)
	disputed := ""
	if p.Disputed {
		disputed = "1"
	}
	f := FilterProps{Action: p.Action, Target: "crosswalk", Fields: []FieldProps{
		{Name: "q", Type: FieldSearch, Label: l.T("controls.filter_words", nil), Value: p.Query},
		{Name: "level", Type: FieldSelect, Label: l.T("crosswalk.level", nil), Value: string(p.Level), Options: levels, Empty: all},
		{Name: "relation", Type: FieldSelect, Label: l.T("crosswalk.relation", nil), Value: string(p.Relation), Options: relations, Empty: all},
		{Name: "disputed", Type: FieldSelect, Label: l.T("crosswalk.disputed", nil), Value: disputed, Options: []Option{{Value: "1", Label: l.T("crosswalk.disputed_only", nil)}}, Empty: all},
	}}
	if p.Query != "" || p.Relation != "" || p.Level != "" || p.Disputed {
		f.Reset = p.Action
	}
	return f
}

func (p CrosswalkProps) table(l *i18n.Localizer) TableProps {
	t := TableProps{
		ID: "crosswalk", Caption: l.N("crosswalk.count", p.List.Total, nil), Path: p.Path,
		Columns: []Column{{Label: string(domain.Edition2013)}, {Label: string(domain.Edition2022)}, {Label: l.T("crosswalk.relation", nil)}, {Label: l.T("crosswalk.disputed", nil), Wide: true}},
		Pager:   &PagerProps{Page: p.List.Page.Number, Size: p.List.Page.Size, Total: p.List.Total, Whole: true},
		Empty:   NoMatch(l, p.Action),
	}
	for _, r := range p.List.Rows {
		t.Rows = append(t.Rows, Row{Cells: []templ.Component{rowEnd(l, r.Row.From, r.FromTitle), rowEnd(l, r.Row.To, r.ToTitle), relationCell(l, r.Row.Relation), crosswalkDispute(l, r)}})
	}
	return t
}
