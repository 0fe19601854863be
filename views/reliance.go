package views

import (
	"github.com/a-h/templ"

	"relier/internal/domain"
	"relier/internal/i18n"
)

// RelianceRow is one line of the reliances list.
type RelianceRow struct {
	Reliance domain.Reliance
	Control  domain.Control
	Service  domain.Service
	Verdict  domain.Verdict
	Standing domain.ControlSummary // of the control
	Href     string
	Needs    string // the control's workspace

	WouldLapse []domain.Reason // why it falls by the day shown; none: it stands
}

// ReliancesProps is the list of an engagement's reliances.
type ReliancesProps struct {
	List     domain.List[RelianceRow]
	State    domain.RelianceState // filters; "" and 0 for all
	Rung     domain.Rung
	Service  string
	Sort     string // key, "-key" when descending
	Path     string
	Action   string
	Map      string // the same as a picture
	Approve  string // confirm page of approving in bulk; "" hides it
	Services []Option
	Controls string // where a first one is proposed
	Never    bool
	Counts   RelianceCounts
}

// RelianceCounts is the sentence over the list.
type RelianceCounts struct{ Total, Inherited, Lapsed int }

func (p ReliancesProps) filter(l *i18n.Localizer) FilterProps {
	states, rungs := []Option{}, []Option{}
	for _, s := range domain.RelianceStates {
		states = append(states, Option{Value: string(s), Label: l.T("state.reliance."+string(s), nil)})
	}
	for _, r := range domain.Rungs {
		rungs = append(rungs, Option{Value: string(r), Label: l.T("rung."+string(r), nil)})
	}
	all := l.T("controls.all", nil)
	f := FilterProps{Action: p.Action, Target: "reliances", Fields: []FieldProps{
		{Name: "service", Type: FieldSelect, Label: l.T("reliance.service", nil), Value: p.Service, Options: p.Services, Empty: all},
		{Name: "state", Type: FieldSelect, Label: l.T("reliance.state", nil), Value: string(p.State), Options: states, Empty: all},
		{Name: "rung", Type: FieldSelect, Label: l.T("reliance.rung", nil), Value: string(p.Rung), Options: rungs, Empty: all},
	}}
	if p.Sort != "" {
		f.Hidden = []Hidden{{"sort", p.Sort}}
	}
	if p.State != "" || p.Rung != "" || p.Service != "" {
		f.Reset = p.Action
	}
	return f
}

func (p ReliancesProps) table(l *i18n.Localizer) TableProps {
	sort := p.Sort
	if sort == "" {
		sort = "code"
	}
	t := TableProps{
		ID: "reliances", Caption: l.N("reliance.count", p.List.Total, nil), Path: p.Path, Sort: sort,
		Columns: []Column{
			{Key: "code", Label: l.T("controls.control", nil), Sort: true},
			{Key: "bucket", Label: l.T("controls.bucket", nil)},
			{Key: "service", Label: l.T("reliance.service", nil), Sort: true},
			{Key: "state", Label: l.T("reliance.state", nil), Sort: true, Narrow: true},
			{Key: "rung", Label: l.T("reliance.rung", nil), Sort: true, Narrow: true},
			{Key: "gate", Label: l.T("reliance.first_failed", nil), Sort: true},
		},
		Pager: &PagerProps{Page: p.List.Page.Number, Total: p.List.Total},
		Empty: NoMatch(l, p.Action),
	}
	if p.Approve != "" {
		t.Bulk = &Bulk{Actions: []BulkAction{{Label: l.T("map.approve", nil), Href: p.Approve}}, Hidden: p.hidden()}
	}
	for _, r := range p.List.Rows {
		t.Rows = append(t.Rows, Row{ID: id(r.Reliance.ID), Label: r.Control.Code + " · " + r.Service.Name, Href: r.Href, Cells: []templ.Component{
			Titled(r.Href, r.Control.Code, r.Control.Title),
			BucketCell(l, r.Standing),
			serviceCell(l, r.Service),
			StatusText(relianceStanding(l, r.Reliance.State, len(r.WouldLapse) > 0)),
			RungMark(l, r.Verdict.Rung),
			firstFailed(l, r.Verdict),
		}})
	}
	return t
}

// Shows reports whether the filter asks for a reliance.
func (p ReliancesProps) Shows(s domain.RelianceState, r domain.Rung, service domain.ServiceID) bool {
	return (p.State == "" || s == p.State) && (p.Rung == "" || r == p.Rung) && (p.Service == "" || id(service) == p.Service)
}

// hidden carries the filter along: where no row is ticked, the confirm page is
// about all that matches it.
func (p ReliancesProps) hidden() []Hidden {
	var out []Hidden
	for _, h := range []Hidden{{"state", string(p.State)}, {"rung", string(p.Rung)}, {"service", p.Service}} {
		if h.Value != "" {
			out = append(out, h)
		}
	}
	return out
}

// RelianceStatus shows the state of a reliance. Approved still waits for the
// assessor, so it must not look done.
func RelianceStatus(l *i18n.Localizer, s domain.RelianceState) StatusProps {
	out := StateStatus(l, domain.NounReliance, s)
	if s == domain.RelianceApproved {
		out.Kind = KindWaiting
	}
	return out
}

// ReliancePageProps is the page of one reliance.
type ReliancePageProps struct {
	Row      RelianceRow
	Rests    []domain.Certificate // those that it names, and their successors
	Timeline TimelineProps        // what they cover of the audit period
	Trail    GateTrail
	Names    map[domain.PersonID]string
	Me       domain.PersonID
	Alone    bool // nobody else could approve: a reason overrides

	AmAssessor bool
	Choices    CertificateChoices // for proposing again
	Events     []Event
	Links      RelianceLinks
	Form       OpenForm // of a kind below
	Refusal    string   // why the person may not decide on this control
	Assessors  []Option // whose decision the person may record
}

// RelianceLinks are the addresses of the page; "" hides what the person may not do.
type RelianceLinks struct {
	List        string
	Here        string
	Control     string
	Service     string
	Approve     string // POST
	Decide      string // POST
	Propose     string // POST
	Certificate func(domain.CertificateID) string
}

// The forms of a reliance's page.
const (
	FormApprove FormKind = "approve"
	FormAccept  FormKind = "accept"
	FormRefuse  FormKind = "refuse"
)

// canApprove and the like say which act the state waits for; the use-case has
// the last word.
func (p ReliancePageProps) canApprove() bool {
	return p.Links.Approve != "" && p.Row.Reliance.CanMoveTo(domain.RelianceApproved)
}

func (p ReliancePageProps) canDecide() bool {
	return p.Links.Decide != "" && p.Row.Reliance.CanMoveTo(domain.RelianceAccepted)
}

func (p ReliancePageProps) canPropose() bool {
	return p.Links.Propose != "" && p.Row.Reliance.CanMoveTo(domain.RelianceProposed)
}

func (p ReliancePageProps) mine() bool { return p.Row.Reliance.ProposedBy == p.Me }

// starting are the certificates a new proposal begins with.
func (p ReliancePageProps) starting() []string {
	out := make([]string, len(p.Row.Reliance.Certificates))
	for i, c := range p.Row.Reliance.Certificates {
		out[i] = id(c)
	}
	return out
}
