package views

import (
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"relier/internal/domain"
	"relier/internal/i18n"
)

// ControlsProps is the controls list of an engagement.
type ControlsProps struct {
	List   domain.List[domain.ControlSummary]
	Filter domain.ControlFilter
	Path   string // of this page with its query
	Action string // without it
	Themes []Option
	Owners []Option
	Links  ControlsLinks
	Never  *ControlsNever // set when the organization has no control at all
}

// ControlsLinks are where the list leads; "" hides what the person may not do.
type ControlsLinks struct {
	Control func(domain.ControlID) string
	New     string
	Import  string
	AnnexA  string
	Assign  string // confirm page of the bulk act
	Splits  string // confirm page of the bulk act
	Propose string // confirm page of the bulk act
	Request string // confirm page of the bulk act
}

// ControlsNever is the list before its first use.
type ControlsNever struct {
	Edition domain.Edition // of the engagement
	Counts  map[domain.Edition]int
	AnnexA  map[domain.Edition]string // hrefs of the confirm pages
}

// sortState is the table's Sort of a filter.
func sortState(key string, desc bool) string {
	if key == "" {
		key = "code"
	}
	if desc {
		return "-" + key
	}
	return key
}

// filtered reports whether anything narrows the list.
func (p ControlsProps) filtered() bool {
	f := p.Filter
	return f.Query != "" || f.Theme != "" || f.Owner != 0 || f.Bucket != "" || f.Party != ""
}

func (p ControlsProps) filter(l *i18n.Localizer) FilterProps {
	buckets := []Option{}
	for _, b := range append(slices.Clone(domain.Buckets), domain.BucketExcluded) {
		buckets = append(buckets, Option{Value: string(b), Label: l.T("bucket."+string(b), nil)})
	}
	parties := []Option{}
	for _, party := range domain.Parties {
		parties = append(parties, Option{Value: string(party), Label: PartyWord(l, party)})
	}
	owner := ""
	if p.Filter.Owner != 0 {
		owner = strconv.FormatInt(int64(p.Filter.Owner), 10)
	}
	f := FilterProps{Action: p.Action, Target: "controls", Fields: []FieldProps{
		{Name: "q", Type: FieldSearch, Label: l.T("controls.filter_words", nil), Value: p.Filter.Query},
		{Name: "theme", Type: FieldSelect, Label: l.T("controls.filter_theme", nil), Value: p.Filter.Theme, Options: p.Themes, Empty: l.T("controls.all", nil)},
		{Name: "owner", Type: FieldSelect, Label: l.T("controls.owner", nil), Value: owner, Options: p.Owners, Empty: l.T("controls.everyone", nil)},
		{Name: "bucket", Type: FieldSelect, Label: l.T("controls.bucket", nil), Value: string(p.Filter.Bucket), Options: buckets, Empty: l.T("controls.all", nil)},
		{Name: "party", Type: FieldSelect, Label: l.T("heat.carried_by", nil), Value: string(p.Filter.Party), Options: parties, Empty: l.T("controls.all", nil)},
	}}
	f.Hidden = RowsHidden(p.Filter.Page)
	if p.Filter.Sort != "" {
		f.Hidden = append(f.Hidden, Hidden{"sort", sortState(p.Filter.Sort, p.Filter.Desc)})
	}
	if p.filtered() {
		f.Reset = p.Action
	}
	return f
}

func (p ControlsProps) table(l *i18n.Localizer) TableProps {
	t := TableProps{
		ID:      "controls",
		Caption: l.N("controls.count", p.List.Total, nil),
		Note:    l.T("controls.split_note", nil),
		Path:    p.Path,
		Sort:    sortState(p.Filter.Sort, p.Filter.Desc),
		Columns: []Column{
			{Key: "code", Label: l.T("controls.control", nil), Sort: true},
			{Key: "split", Label: l.T("controls.split", nil), Narrow: true},
			{Key: "owner", Label: l.T("controls.owner", nil), Sort: true},
			{Key: "bucket", Label: l.T("controls.bucket", nil), Sort: true},
			{Key: "rung", Label: l.T("controls.rung", nil), Sort: true, Narrow: true},
			{Key: "evidence", Label: l.T("controls.evidence", nil), Sort: true, Numeric: true, Narrow: true},
			{Key: "test", Label: l.T("controls.test", nil), Sort: true, Narrow: true},
		},
		Pager: WholePager(p.Filter.Page, p.List.Total),
		Empty: NoMatch(l, p.Action),
	}
	for _, s := range p.List.Rows {
		t.Rows = append(t.Rows, p.row(l, s))
	}
	t.Bulk = p.bulk(l)
	return t
}

func (p ControlsProps) row(l *i18n.Localizer, s domain.ControlSummary) Row {
	href := p.Links.Control(s.Control.ID)
	return Row{
		ID:    strconv.FormatInt(int64(s.Control.ID), 10),
		Label: s.Control.Code,
		Href:  href,
		Muted: s.Bucket == domain.BucketExcluded,
		Cells: []templ.Component{
			Titled(href, s.Control.Code, s.Control.Title),
			partyCounts(l, s.Parties),
			ownerCell(l, s),
			BucketCell(l, s),
			rungCell(l, s),
			evidenceCell(l, s.Facts),
			testCell(l, s.Facts.Conclusion),
		},
	}
}

// bulk carries the filter along: where no row is ticked, the confirm page
// offers everything that matches it.
func (p ControlsProps) bulk(l *i18n.Localizer) *Bulk {
	b := &Bulk{}
	if p.Links.Assign != "" {
		b.Actions = append(b.Actions, BulkAction{Label: l.T("controls.assign", nil), Href: p.Links.Assign})
	}
	if p.Links.Splits != "" {
		b.Actions = append(b.Actions, BulkAction{Label: l.T("controls.confirm_splits", nil), Href: p.Links.Splits})
	}
	if p.Links.Propose != "" {
		b.Actions = append(b.Actions, BulkAction{Label: l.T("map.propose", nil), Href: p.Links.Propose})
	}
	if p.Links.Request != "" {
		b.Actions = append(b.Actions, BulkAction{Label: l.T("request.ask", nil), Href: p.Links.Request})
	}
	if len(b.Actions) == 0 {
		return nil
	}
	b.Hidden = filterHidden(p.Filter)
	return b
}

// filterHidden is a filter as the hidden fields that restore it.
func filterHidden(f domain.ControlFilter) []Hidden {
	var out []Hidden
	add := func(name, value string) {
		if value != "" && value != "0" {
			out = append(out, Hidden{name, value})
		}
	}
	add("q", f.Query)
	add("theme", f.Theme)
	add("owner", strconv.FormatInt(int64(f.Owner), 10))
	add("bucket", string(f.Bucket))
	add("party", string(f.Party))
	return out
}
