package views

import (
	"github.com/a-h/templ"

	"relier/internal/domain"
	"relier/internal/i18n"
)

// SoALine is one line of the Statement of Applicability as pages show it.
type SoALine struct {
	Title    domain.Text
	Other    []string // codes in the other edition
	Entry    domain.SoAEntry
	Controls []SoAControl
}

// SoAControl is an own control behind a line.
type SoAControl struct {
	Code, Href, Owner string
	Standing          domain.ControlSummary // the zero one: not asked for
}

// owners names the people behind a line once each.
func (l SoALine) owners() []string {
	var out []string
	seen := map[string]bool{}
	for _, c := range l.Controls {
		if c.Owner != "" && !seen[c.Owner] {
			seen[c.Owner] = true
			out = append(out, c.Owner)
		}
	}
	return out
}

// SoAFilter narrows the lines shown.
type SoAFilter struct {
	Query string
	Theme string // code of a theme or domain, "" for all
	Show  SoAShow
}

// SoAShow picks lines by their decision.
type SoAShow string

const (
	SoAAll        SoAShow = ""
	SoAApplicable SoAShow = "applicable"
	SoAExcluded   SoAShow = "excluded"
	SoAMissing    SoAShow = "missing" // without the reason the decision needs
)

// SoAShows lists the ways to narrow by decision.
var SoAShows = []SoAShow{SoAApplicable, SoAExcluded, SoAMissing}

// SoACounts counts the lines of a statement.
type SoACounts struct{ Lines, Applicable, Excluded, Missing, Implemented int }

// CountSoA counts lines by decision, reason and status.
func CountSoA(entries []domain.SoAEntry) SoACounts {
	n := SoACounts{Lines: len(entries)}
	for _, e := range entries {
		switch {
		case !e.Applicable:
			n.Excluded++
		case e.Status == domain.Implemented:
			n.Applicable++
			n.Implemented++
		default:
			n.Applicable++
		}
		if !e.Justified() {
			n.Missing++
		}
	}
	return n
}

// SoA is the statement as it stands.
type SoA struct {
	Organization string
	Scope        string
	Edition      domain.Edition
	Lines        []SoALine // after the filter
	Themes       []domain.Requirement
	Filter       SoAFilter
	Counts       SoACounts // of all lines
	Path         string
	List         string // its own address without query
	Edit         string // "" when the reader may not
	Bulk         string // "" when the reader may not
	Approve      string // "" when the reader may not
	Workbook     string // "" on another day than today
	Versions     string
	Newest       int // number of the newest approved version, 0 for none
	Changed      int // lines that differ from it
}

func (v SoA) filtered() bool { return v.Filter != SoAFilter{} }

func (v SoA) filter(l *i18n.Localizer) FilterProps {
	themes := make([]Option, len(v.Themes))
	for i, t := range v.Themes {
		themes[i] = Option{Value: t.Ref.Code, Label: t.Ref.Code + " " + t.Title.In(l.Lang())}
	}
	f := FilterProps{Action: v.List, Target: "soa", Fields: []FieldProps{
		{Name: "q", Type: FieldSearch, Label: l.T("soa.filter.words", nil), Value: v.Filter.Query},
		{Name: "theme", Type: FieldSelect, Label: l.T("soa.theme", nil), Value: v.Filter.Theme, Empty: l.T("soa.filter.all_themes", nil), Options: themes},
		{Name: "show", Type: FieldSelect, Label: l.T("soa.filter.show", nil), Value: string(v.Filter.Show), Empty: l.T("soa.filter.all", nil), Options: []Option{
			{Value: string(SoAApplicable), Label: l.T("soa.filter.applicable", nil)},
			{Value: string(SoAExcluded), Label: l.T("soa.filter.excluded", nil)},
			{Value: string(SoAMissing), Label: l.T("soa.filter.missing", nil)},
		}},
	}}
	if v.filtered() {
		f.Reset = v.List
	}
	return f
}

func (v SoA) table(l *i18n.Localizer) TableProps {
	t := TableProps{ID: "soa", Caption: l.N("soa.lines", len(v.Lines), nil), Path: v.Path, Columns: soaColumns(l, true), Empty: NoMatch(l, v.List)}
	if v.Bulk != "" {
		t.Bulk = &Bulk{Actions: []BulkAction{{Label: l.T("soa.bulk", nil), Href: v.Bulk}}}
	}
	for _, line := range v.Lines {
		t.Rows = append(t.Rows, line.row(l, true))
	}
	return t
}

// soaColumns are the columns of a statement; people only stand behind the
// current one.
func soaColumns(l *i18n.Localizer, people bool) []Column {
	out := []Column{
		{Label: l.T("soa.ref", nil), Narrow: true}, {Label: l.T("soa.requirement", nil), Wide: true}, {Label: l.T("soa.applicable", nil), Narrow: true},
		{Label: l.T("soa.reason", nil), Wide: true}, {Label: l.T("soa.status", nil)},
	}
	if people {
		return append(out, Column{Label: l.T("soa.controls", nil)}, Column{Label: l.T("soa.owner", nil)})
	}
	return append(out, Column{Label: l.T("soa.documented", nil)})
}

func (s SoALine) row(l *i18n.Localizer, people bool) Row {
	r := Row{ID: s.Entry.Ref.Code, Label: s.Entry.Ref.Code, Muted: !s.Entry.Applicable, Cells: []templ.Component{
		Code(s.Entry.Ref.Code), soaTitle(l, s), Text(soaWord(l, s.Entry.Applicable)), soaReason(l, s.Entry), soaStatus(l, s.Entry),
	}}
	if people {
		r.Cells = append(r.Cells, soaControls(l, s), names(l, s.owners()))
	} else {
		r.Cells = append(r.Cells, typedOr(l, s.Entry.Documented))
	}
	return r
}

func soaWord(l *i18n.Localizer, yes bool) string {
	if yes {
		return l.T("soa.yes", nil)
	}
	return l.T("soa.no", nil)
}

// SoAEdit is a page of lines to edit.
type SoAEdit struct {
	Lines  []SoALine // of this page
	Typed  map[string]SoAValues
	Page   int
	Pages  int
	Total  int
	Action string
	Cancel string
	Filter []Hidden // what narrows the list, carried along
	Errors FormErrors

	Effects []EffectLine // what saving would do to reliances; it waits for a tick
}

// SoAValues is what a person typed on one line, as typed.
type SoAValues struct {
	Version                                   int
	Applicable                                bool
	Drivers                                   []string
	Inclusion, Exclusion, Status              string
	Documented, LastReview, NextReview, Notes string
}

// ValuesOf is a line as a form shows it before anybody typed.
func ValuesOf(e domain.SoAEntry) SoAValues {
	v := SoAValues{Version: e.Version, Applicable: e.Applicable, Inclusion: e.Inclusion, Exclusion: e.Exclusion, Status: string(e.Status),
		Documented: e.Documented, LastReview: e.LastReview.String(), NextReview: e.NextReview.String(), Notes: e.Notes}
	for _, d := range e.Drivers {
		v.Drivers = append(v.Drivers, string(d))
	}
	return v
}

func (v SoAEdit) values(s SoALine) SoAValues {
	if t, ok := v.Typed[s.Entry.Ref.Code]; ok {
		return t
	}
	return ValuesOf(s.Entry)
}

// field builds a field of one line; its name carries the line's code.
func (v SoAEdit) field(code, name string, f FieldProps) FieldProps {
	f.Name = code + "." + name
	f.Error = v.Errors.For(f.Name)
	return f
}

// more opens the further fields where they hold something.
func (s SoAValues) more() bool {
	return s.Documented != "" || s.LastReview != "" || s.NextReview != "" || s.Notes != ""
}

// SoABulk sets the same on many lines.
type SoABulk struct {
	Lines  []SoALine
	Action string
	Cancel string
	Values SoAValues
	Set    string // "yes", "no", or "" to leave each as it is
	Errors FormErrors

	Effects []EffectLine // what saving would do to reliances; it waits for a tick
}

// SoAApprove is the page before a version is frozen.
type SoAApprove struct {
	Edition domain.Edition
	Number  int    // it will get
	Seen    string // digest of the lines that the reader sees here
	Counts  SoACounts
	Action  string
	Cancel  string
	Missing string // where the lines without a reason are
	Bulk    string // where they are all given one
}

// SoAVersions lists the approved versions.
type SoAVersions struct {
	Edition  domain.Edition
	Versions []domain.SoAVersion // the newest first
	Names    map[domain.PersonID]string
	Href     func(int) string
	SoA      string
}

func (v SoAVersions) table(l *i18n.Localizer) TableProps {
	t := TableProps{ID: "versions", Caption: l.N("soa.versions_count", len(v.Versions), nil), Columns: []Column{
		{Label: l.T("soa.version", nil), Narrow: true}, {Label: l.T("soa.approved_at", nil)}, {Label: l.T("soa.approved_by", nil)},
		{Label: l.T("soa.filter.applicable", nil), Numeric: true}, {Label: l.T("soa.filter.excluded", nil), Numeric: true}, {Label: l.T("soa.implemented", nil), Numeric: true},
	}, Empty: Empty(EmptyProps{Title: l.T("soa.versions_none", nil), Text: l.T("soa.versions_none_text", nil), Href: v.SoA, Action: l.T("soa.open", nil)})}
	for _, x := range v.Versions {
		n := CountSoA(x.Entries)
		t.Rows = append(t.Rows, Row{Href: v.Href(x.Number), Cells: []templ.Component{CodeLink(v.Href(x.Number), "v"+number(x.Number)), Moment(l, x.ApprovedAt),
			TextIn("", v.Names[x.ApprovedBy]), Count(l, n.Applicable), Count(l, n.Excluded), Count(l, n.Implemented)}})
	}
	return t
}

// SoAVersion is an approved version, which never changes.
type SoAVersion struct {
	Organization string
	Version      domain.SoAVersion
	Approver     string
	Lines        []SoALine
	Changes      []SoAChange
	List         string
}

// SoAChange is a line that differs from the version before.
type SoAChange struct {
	Title         domain.Text
	Before, After domain.SoAEntry
}

func (v SoAVersion) table(l *i18n.Localizer) TableProps {
	t := TableProps{ID: "soa", Caption: l.N("soa.lines", len(v.Lines), nil), Columns: soaColumns(l, false)}
	for _, line := range v.Lines {
		t.Rows = append(t.Rows, line.row(l, false))
	}
	return t
}

func (v SoAVersion) changes(l *i18n.Localizer) []Change {
	var out []Change
	for _, c := range v.Changes {
		for _, f := range []struct{ label, before, after string }{
			{l.T("soa.applicable", nil), soaWord(l, c.Before.Applicable), soaWord(l, c.After.Applicable)},
			{l.T("soa.reason", nil), reasonText(l, c.Before), reasonText(l, c.After)},
			{l.T("soa.status", nil), statusText(l, c.Before), statusText(l, c.After)},
			{l.T("soa.documented", nil), c.Before.Documented, c.After.Documented},
			{l.T("soa.last_review", nil), l.Date(c.Before.LastReview.String()), l.Date(c.After.LastReview.String())},
			{l.T("soa.next_review", nil), l.Date(c.Before.NextReview.String()), l.Date(c.After.NextReview.String())},
			{l.T("soa.notes", nil), c.Before.Notes, c.After.Notes},
		} {
			if f.before != f.after {
				out = append(out, Change{Label: c.After.Ref.Code + " – " + f.label, Before: f.before, After: f.after})
			}
		}
	}
	return out
}

func statusText(l *i18n.Localizer, e domain.SoAEntry) string {
	if !e.Applicable {
		return ""
	}
	return l.T("state.control."+string(e.Status), nil)
}

// reasonText is why a line is decided as it is, in one string.
func reasonText(l *i18n.Localizer, e domain.SoAEntry) string {
	if !e.Applicable {
		return e.Exclusion
	}
	out := driverWords(l, e.Drivers)
	if out != "" && e.Inclusion != "" {
		out += " · "
	}
	return out + e.Inclusion
}

func driverWords(l *i18n.Localizer, drivers []domain.Driver) string {
	out := ""
	for i, d := range drivers {
		if i > 0 {
			out += ", "
		}
		out += l.T("driver."+string(d), nil)
	}
	return out
}

// soaFacts is the head of the statement: whose, of what, approved by whom.
func soaFacts(l *i18n.Localizer, organization string, e domain.Edition, rest ...Value) []Value {
	return append([]Value{
		{Label: l.T("soa.organization", nil), Body: TextIn("", organization)},
		{Label: l.T("soa.standard", nil), Body: Text(e.Standard())},
	}, rest...)
}
