package views

import (
	"github.com/a-h/templ"

	"relier/internal/domain"
	"relier/internal/i18n"
)

// EvidenceHrefs are the addresses that the evidence pages point to.
type EvidenceHrefs struct {
	List    string
	New     string // "" when the reader may not add
	Item    func(domain.EvidenceID) string
	File    func(domain.EvidenceID, int) string
	Control func(domain.ControlID) string

	Calendar string // what runs out, month by month
	ToReview string // the library narrowed to what waits for a review
}

// EvidenceList is the library.
type EvidenceList struct {
	List    domain.List[domain.EvidenceSummary]
	Filter  domain.EvidenceFilter
	Control domain.Control // the list is narrowed to it; zero: it is not
	Path    string         // of this page with its query
	Any     bool           // the library holds something, whatever the filters say
	Href    EvidenceHrefs

	Today  domain.Date
	Within string                         // days within which what is listed expires; "" any
	Accept string                         // confirm page of a bulk acceptance; "" when the reader may not
	Review func(domain.EvidenceID) string // takes a verdict; asked only where Accept is set
	Me     domain.PersonID
}

func (v EvidenceList) filtered() bool {
	f := v.Filter
	return f.Query != "" || f.State != "" || f.Kind != "" || f.Control != 0 || f.Sensitivity != "" || f.Held || v.Within != ""
}

func (v EvidenceList) filter(l *i18n.Localizer) FilterProps {
	f := FilterProps{Action: v.Href.List, Target: "evidence", Fields: []FieldProps{
		{Name: "q", Type: FieldSearch, Label: l.T("evidence.filter.words", nil), Value: v.Filter.Query},
		{Name: "state", Type: FieldSelect, Label: l.T("evidence.state", nil), Value: string(v.Filter.State), Empty: l.T("evidence.filter.any_state", nil),
			Options: wordOptions(l, "state.evidence.", domain.EvidenceStates)},
		{Name: "kind", Type: FieldSelect, Label: l.T("evidence.kind", nil), Value: string(v.Filter.Kind), Empty: l.T("evidence.filter.any_kind", nil),
			Options: wordOptions(l, "evidence_kind.", domain.EvidenceKinds)},
		{Name: "sensitivity", Type: FieldSelect, Label: l.T("evidence.sensitivity", nil), Value: string(v.Filter.Sensitivity), Empty: l.T("evidence.filter.any_sensitivity", nil),
			Options: wordOptions(l, "sensitivity.", domain.Sensitivities)},
		{Name: "expiring", Type: FieldSelect, Label: l.T("evidence.expires", nil), Value: v.Within, Empty: l.T("evidence.filter.any_expiry", nil), Options: withinOptions(l)},
		{Name: "hold", Type: FieldSelect, Label: l.T("evidence.hold", nil), Value: heldValue(v.Filter.Held), Empty: l.T("evidence.filter.any_hold", nil),
			Options: []Option{{Value: "1", Label: l.T("evidence.hold.on", nil)}}},
	}}
	f.Hidden = RowsHidden(v.Filter.Page)
	if v.Filter.Control != 0 {
		f.Hidden = append(f.Hidden, Hidden{"control", number(int(v.Filter.Control))})
	}
	if v.Filter.Sort != "" {
		f.Hidden = append(f.Hidden, Hidden{"sort", v.sort()})
	}
	if v.filtered() {
		f.Reset = v.Href.List
	}
	return f
}

func (v EvidenceList) sort() string {
	if v.Filter.Desc {
		return "-" + v.Filter.Sort
	}
	return v.Filter.Sort
}

func (v EvidenceList) table(l *i18n.Localizer) TableProps {
	t := TableProps{ID: "evidence", Caption: v.caption(l), Path: v.Path, Sort: v.sort(),
		Columns: []Column{
			{Key: "number", Label: l.T("evidence.code", nil), Sort: true, Narrow: true},
			{Key: "title", Label: l.T("evidence.title_field", nil), Sort: true},
			{Label: l.T("evidence.state", nil)},
			{Key: "period", Label: l.T("evidence.period", nil), Sort: true},
			{Key: "expires", Label: l.T("evidence.expires", nil), Sort: true},
			{Label: l.T("evidence.source", nil)},
			{Label: l.T("evidence.controls", nil), Numeric: true},
			{Label: l.T("evidence.author", nil)},
		},
		Pager: WholePager(v.Filter.Page, v.List.Total),
		Empty: v.empty(l),
	}
	if v.Control.ID != 0 {
		t.Note = l.T("evidence.of_control", map[string]any{"Control": v.Control.Code + " " + v.Control.Title})
	}
	if v.Accept != "" && v.List.Total > 0 {
		t.Bulk = &Bulk{Actions: []BulkAction{{Label: l.T("evidence.accept.ticked", nil), Href: v.Accept}}}
		t.Columns[2] = Column{Label: l.T("evidence.verdict", nil), Narrow: true} // all of them are submitted
	}
	for _, s := range v.List.Rows {
		href := v.Href.Item(s.Evidence.ID)
		t.Rows = append(t.Rows, Row{ID: number(int(s.Evidence.ID)), Label: s.Evidence.Code(), Href: href, Cells: []templ.Component{
			codeAndHold(l, s.Evidence, href), evidenceTitle(l, s, href), listState(l, v, s.Evidence),
			Span(l, s.Evidence.Period), inDate(l, s.Evidence, v.Today), typedOr(l, s.Evidence.Source), Count(l, s.Controls), Text(s.Author),
		}})
		if t.Bulk != nil {
			n := len(t.Rows) - 1
			t.Rows[n].Cells[2] = quickReview(l, v, s.Evidence)
		}
	}
	return t
}

func (v EvidenceList) caption(l *i18n.Localizer) string {
	if v.List.More {
		return l.T("evidence.more_than", map[string]any{"Count": l.Number(v.List.Total)})
	}
	return l.N("evidence.count", v.List.Total, nil)
}

func (v EvidenceList) empty(l *i18n.Localizer) templ.Component {
	if v.Any {
		return NoMatch(l, v.Href.List)
	}
	e := EmptyProps{Title: l.T("evidence.empty.title", nil), Text: l.T("evidence.empty.text", nil), Example: l.T("evidence.empty.example", nil)}
	if v.Href.New != "" {
		e.Href, e.Action = v.Href.New, l.T("evidence.add", nil)
	}
	return Empty(e)
}

// wordOptions are the values of an enumeration with their words.
func wordOptions[T ~string](l *i18n.Localizer, prefix string, values []T) []Option {
	out := make([]Option, len(values))
	for i, v := range values {
		out[i] = Option{Value: string(v), Label: l.T(prefix+string(v), nil)}
	}
	return out
}

// typedOr is what a person typed, or that nothing was.
func typedOr(l *i18n.Localizer, s string) templ.Component {
	if s == "" {
		return Nothing(l)
	}
	return TextIn("", s)
}

// EvidenceItem is the page of one item.
type EvidenceItem struct {
	Item       domain.Evidence
	Versions   []domain.EvidenceVersion // the newest first
	Reviews    []domain.ReviewView      // the newest first
	Controls   []domain.Control
	Uses       []EvidenceUseLine
	Duplicates []domain.Evidence
	Names      map[domain.PersonID]string
	Text       domain.EvidenceText
	Period     domain.Period // of the audit
	Href       EvidenceHrefs
	Edit       string // "" when the reader may not
	NewVersion string // "" when the reader may not
	Review     *EvidenceReview
	Preview    string // the page that shows the newest version; "" when none can
	Picture    string // a small picture of it
	Scan       domain.Scan

	Today    domain.Date
	Doubts   []domain.Reason   // what an auditor would ask
	Seen     []domain.Sighting // who saw it, the newest day first
	ShowSeen bool              // the reader may know
	HoldForm string            // "" when the reader may not
	Delete   string            // "" when the reader may not
}

// EvidenceUseLine is one place other than a control that leans on an item.
type EvidenceUseLine struct{ What, Href, Label string }

// EvidenceReview is the form of a verdict, or why the reader may not give one.
type EvidenceReview struct {
	Action  string
	Version int  // of the item, as the reviewer saw it
	Own     bool // the reader uploaded the version
	Alone   bool // and nobody else could review it
	Form    ReviewValues
	Errors  FormErrors
}

// ReviewValues is what a reviewer typed.
type ReviewValues struct{ Verdict, Reason, Comment, Override string }

func (v EvidenceItem) newest() domain.EvidenceVersion { return v.Versions[0] }

// verdict is the newest review of a version, if any.
func (v EvidenceItem) verdict(id domain.VersionID) (domain.ReviewView, bool) {
	for _, r := range v.Reviews {
		if r.Review.VersionID == id {
			return r, true
		}
	}
	return domain.ReviewView{}, false
}

func (v EvidenceItem) facts(l *i18n.Localizer) []Value {
	n := v.newest()
	out := []Value{
		{Label: l.T("evidence.kind", nil), Body: Text(l.T("evidence_kind."+string(v.Item.Kind), nil))},
		{Label: l.T("evidence.source", nil), Body: typedOr(l, v.Item.Source)},
		{Label: l.T("evidence.method", nil), Body: typedOr(l, v.Item.Method)},
		{Label: l.T("evidence.sensitivity", nil), Body: Text(l.T("sensitivity."+string(v.Item.Sensitivity), nil))},
		{Label: l.T("evidence.captured_on", nil), Body: Day(l, n.CapturedOn)},
		{Label: l.T("evidence.period", nil), Body: evidencePeriod(l, n.Period, v.Period)},
		{Label: l.T("evidence.expires", nil), Body: itemExpiry(l, v)},
		{Label: l.T("evidence.cadence", nil), Body: itemCadence(l, v)},
		{Label: l.T("evidence.uploaded", nil), Body: byAt(l, v.Names[n.UploadedBy], n.UploadedAt)},
	}
	if v.Item.Kind == domain.EvidenceFile {
		out = append(out, Value{Label: l.T("evidence.media_type", nil), Body: Code(n.MediaType)})
		if v.Scan.Verdict != "" {
			out = append(out, Value{Label: l.T("scan.label", nil), Body: scanned(l, v.Scan)})
		}
	}
	return out
}

// outside names how an item's period lies to the audit period: "" within,
// "none" without a period, "partly" or "outside".
func outside(p, audit domain.Period) string {
	switch {
	case !p.Valid():
		return "none"
	case p.Within(audit) || !audit.Valid():
		return ""
	case p.To < audit.From || p.From > audit.To:
		return "outside"
	}
	return "partly"
}

func (v EvidenceItem) versions(l *i18n.Localizer) TableProps {
	t := TableProps{ID: "versions", Caption: l.N("evidence.versions_count", len(v.Versions), nil), Columns: []Column{
		{Label: l.T("evidence.version", nil), Narrow: true}, {Label: l.T("evidence.content", nil)}, {Label: "SHA-256"},
		{Label: l.T("evidence.captured_on", nil)}, {Label: l.T("evidence.period", nil)}, {Label: l.T("evidence.expires", nil)}, {Label: l.T("evidence.uploaded", nil)}, {Label: l.T("evidence.verdict", nil)},
	}}
	for _, n := range v.Versions {
		verdict := Muted(l.T("evidence.unreviewed", nil))
		if r, ok := v.verdict(n.ID); ok {
			verdict = StatusText(StateStatus(l, domain.NounEvidence, r.Review.Verdict))
		}
		t.Rows = append(t.Rows, Row{ID: "v" + number(n.Number), Cells: []templ.Component{
			Code("v" + number(n.Number)), evidenceContent(l, n, v.Href.File(v.Item.ID, n.Number)), digestCell(l, n.Blob.SHA256),
			Day(l, n.CapturedOn), Span(l, n.Period), Day(l, n.Expires), byAt(l, v.Names[n.UploadedBy], n.UploadedAt), verdict,
		}})
	}
	return t
}

func (v EvidenceItem) reviews(l *i18n.Localizer) []Event {
	out := make([]Event, len(v.Reviews))
	for i, r := range v.Reviews {
		out[i] = Event{At: r.Review.At, Who: r.Reviewer, Text: reviewed(l, r.Review.Verdict), Note: r.Review.Comment}
		for _, n := range v.Versions {
			if n.ID == r.Review.VersionID {
				out[i].Label = "v" + number(n.Number)
			}
		}
		if r.Review.Reason != "" {
			out[i].Label += " – " + l.T("review_reason."+string(r.Review.Reason), nil)
		}
		if r.Review.Override != "" {
			out[i].Note += "\n" + l.T("evidence.override_was", map[string]any{"Reason": r.Review.Override})
		}
	}
	return out
}

func reviewed(l *i18n.Localizer, verdict domain.EvidenceState) string {
	if verdict == domain.EvidenceAccepted {
		return l.T("evidence.did.accepted", nil)
	}
	return l.T("evidence.did.returned", nil)
}
