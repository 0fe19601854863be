package views

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"relier/internal/domain"
	"relier/internal/i18n"
)

// RequestHrefs are where the list of requests leads; "" hides what the reader
// may not do.
type RequestHrefs struct {
	List       string
	Item       func(domain.RequestID) string
	New        string
	Import     string
	Send       string // confirm page of the bulk act
	Chase      string // confirm page for all that are overdue
	ChaseLabel string
	CSV, XLSX  string // the list as it is filtered
}

// RequestList is the list of requests under the tabs of its saved views.
type RequestList struct {
	List    domain.List[domain.RequestSummary]
	Filter  domain.RequestFilter
	Control domain.Control // the list is narrowed to it; zero: it is not
	Tabs    []Tab
	People  []Option
	Today   domain.Date
	Path    string // of this page with its query
	Any     bool   // there is a request, whatever the filters say
	Href    RequestHrefs
}

func (v RequestList) filtered() bool {
	f := v.Filter
	return f.Query != "" || f.State != "" || f.Assignee != 0 || f.Control != 0 || f.DueBy != 0
}

func (v RequestList) filter(l *i18n.Localizer) FilterProps {
	assignee := ""
	if v.Filter.Assignee != 0 {
		assignee = idValue(v.Filter.Assignee)
	}
	people := append([]Option{{Value: idValue(domain.NoOwner), Label: l.T("request.nobody", nil)}}, v.People...)
	f := FilterProps{Action: v.Href.List, Target: "requests", Fields: []FieldProps{
		{Name: "q", Type: FieldSearch, Label: l.T("request.filter_words", nil), Value: v.Filter.Query},
		{Name: "state", Type: FieldSelect, Label: l.T("request.state", nil), Value: string(v.Filter.State), Empty: l.T("request.any_state", nil), Options: wordOptions(l, "state.request.", domain.RequestStates)},
		{Name: "assignee", Type: FieldSelect, Label: l.T("request.assignee", nil), Value: assignee, Empty: l.T("request.everyone", nil), Options: people},
		{Name: "due", Type: FieldDate, Label: l.T("request.due_by", nil), Value: v.Filter.DueBy.String()},
	}}
	f.Hidden = RowsHidden(v.Filter.Page)
	if v.Filter.View != "" {
		f.Hidden = append(f.Hidden, Hidden{"view", string(v.Filter.View)})
	}
	if v.Filter.Control != 0 {
		f.Hidden = append(f.Hidden, Hidden{"control", idValue(v.Filter.Control)})
	}
	if v.Filter.Sort != "" {
		f.Hidden = append(f.Hidden, Hidden{"sort", v.sort()})
	}
	if v.filtered() {
		f.Reset = v.reset()
	}
	return f
}

// reset is the view without its filters.
func (v RequestList) reset() string {
	if v.Filter.View == "" {
		return v.Href.List
	}
	return WithQuery(v.Href.List, "view", string(v.Filter.View))
}

func (v RequestList) sort() string {
	if v.Filter.Desc {
		return "-" + v.Filter.Sort
	}
	return v.Filter.Sort
}

func (v RequestList) table(l *i18n.Localizer) TableProps {
	t := TableProps{ID: "requests", Caption: l.N("request.count", v.List.Total, nil), Path: v.Path, Sort: v.sort(), Columns: []Column{
		{Key: "number", Label: l.T("request.number", nil), Sort: true, Narrow: true},
		{Key: "what", Label: l.T("request.what", nil), Sort: true, Wide: true},
		{Key: "due", Label: l.T("request.due", nil), Sort: true, Narrow: true},
		{Key: "assignee", Label: l.T("request.assignee", nil), Sort: true},
		{Key: "state", Label: l.T("request.state", nil), Sort: true, Narrow: true},
		{Label: l.T("request.answers", nil), Numeric: true, Narrow: true},
	}, Pager: WholePager(v.Filter.Page, v.List.Total), Empty: v.empty(l)}
	if v.Control.ID != 0 {
		t.Note = l.T("request.of_control", map[string]any{"Control": v.Control.Code + " " + v.Control.Title})
	}
	for _, s := range v.List.Rows {
		t.Rows = append(t.Rows, requestRow(l, s, v.Href.Item(s.Request.ID), v.Today))
	}
	if v.Href.Send != "" && len(t.Rows) > 0 {
		t.Bulk = &Bulk{Actions: []BulkAction{{Label: l.T("request.send_ticked", nil), Href: v.Href.Send}}}
		if v.Href.Chase != "" {
			t.Bulk.Actions = append(t.Bulk.Actions, BulkAction{Label: l.T("request.chase_ticked", nil), Href: v.Href.Chase})
		}
	}
	return t
}

func requestRow(l *i18n.Localizer, s domain.RequestSummary, href string, today domain.Date) Row {
	return Row{ID: idValue(s.Request.ID), Label: s.Request.Code(), Href: href, Muted: s.Request.State == domain.RequestWithdrawn, Cells: []templ.Component{
		CodeLink(href, s.Request.Code()), requestTitle(s, href), requestDue(l, s.Request, today), nameOr(l, s.AssigneeName), StatusText(StateStatus(l, domain.NounRequest, s.Request.State)),
		Count(l, s.Answers)}}
}

func nameOr(l *i18n.Localizer, name string) templ.Component {
	if name == "" {
		return Muted(l.T("request.nobody", nil))
	}
	return Text(name)
}

func (v RequestList) empty(l *i18n.Localizer) templ.Component {
	switch {
	case v.Any && v.Filter.View != "" && !v.filtered():
		return Notice(NoticeProps{Tone: ToneDone, Text: l.T("request.none_"+string(v.Filter.View), nil)})
	case v.Any:
		return NoMatch(l, v.reset())
	}
	e := EmptyProps{Title: l.T("request.empty", nil), Text: l.T("request.empty_text", nil), Example: l.T("request.empty_example", nil)}
	if v.Href.New != "" {
		e.Href, e.Action = v.Href.New, l.T("request.new", nil)
	}
	return Empty(e)
}

// RequestPageHrefs are the addresses of one request's page.
type RequestPageHrefs struct {
	List, Edit, Send, Use, Answer, Verdict, Withdraw, Reopen string

	Item    func(domain.EvidenceID) string
	File    func(domain.EvidenceID, int) string
	Control func(domain.ControlID) string
	Request func(domain.RequestID) string
}

// RequestPage is one request with its answers and the forms that move it.
type RequestPage struct {
	Request    domain.Request
	Controls   []domain.Control
	Answers    []domain.RequestAnswerView
	Reminders  []domain.RequestReminder
	Candidates []domain.RequestCandidate
	Also       []domain.RequestSummary
	Events     []Event
	Names      map[domain.PersonID]string
	Period     domain.Period // of the audit
	Today      domain.Date
	Actor      domain.PersonID
	Alone      bool
	Closed     bool
	MayAnswer  bool
	MayJudge   bool
	MaySteer   bool
	MayReword  bool
	Most       int64 // bytes of a file
	Href       RequestPageHrefs

	Form   string // which form was refused: answer, withdraw, reopen, verdict-<answer> …
	Values url.Values
	Errors FormErrors
}

// wrong is the error of a field, when its form is the one that was refused.
func (v RequestPage) wrong(form, field string) string {
	if v.Form != form {
		return ""
	}
	return v.Errors.For(field)
}

// typed is what was typed in a form that was refused, or what it begins with.
func (v RequestPage) typed(form, field, begins string) string {
	if v.Form != form || !v.Values.Has(field) {
		return begins
	}
	return v.Values.Get(field)
}

func (v RequestPage) typedAll(form, field string) []string {
	if v.Form != form {
		return nil
	}
	return v.Values[field]
}

// summary is what is wrong, each with a link to its field.
func (v RequestPage) summary() FormErrors {
	out := slices.Clone(v.Errors)
	for i, e := range out {
		switch {
		case v.Form == "answer" && e.Field == "evidence" && len(v.Candidates) == 0:
			out[i].Field = "file"
		case strings.HasPrefix(v.Form, "verdict-") && e.Field != "":
			out[i].Field = v.Form + "-" + e.Field
		}
	}
	return out
}

func (v RequestPage) facts(l *i18n.Localizer) []Value {
	r := v.Request
	out := []Value{{Label: l.T("request.due", nil), Body: requestDue(l, r, v.Today)},
		{Label: l.T("request.period", nil), Body: Span(l, r.Speaks(v.Period))}}
	if r.Format != "" {
		out = append(out, Value{Label: l.T("request.format", nil), Body: TextIn("", r.Format)})
	}
	if r.Example != "" {
		out = append(out, Value{Label: l.T("request.example", nil), Body: TextIn("", r.Example)})
	}
	out = append(out, Value{Label: l.T("request.assignee", nil), Body: nameOr(l, v.Names[r.Assignee])},
		Value{Label: l.T("request.controls", nil), Body: requestControls(l, v)},
		Value{Label: l.T("request.author", nil), Body: byAt(l, v.Names[r.Author], r.CreatedAt)})
	if !r.SentAt.IsZero() {
		out = append(out, Value{Label: l.T("request.sent", nil), Body: Moment(l, r.SentAt)})
	}
	return out
}

// returned is the newest answer that was sent back, while nothing came since.
func (v RequestPage) returned() (domain.RequestAnswerView, bool) {
	if v.Request.State != domain.RequestReturned {
		return domain.RequestAnswerView{}, false
	}
	newest := domain.RequestAnswerView{}
	for _, a := range v.Answers {
		if a.Answer.Verdict == domain.EvidenceReturned && a.Answer.ReviewedAt.After(newest.Answer.ReviewedAt) {
			newest = a
		}
	}
	return newest, newest.Answer.ID != 0
}

// judges reports whether an answer waits for the reader's verdict: it comes before
// the form that would add another.
func (v RequestPage) judges() bool {
	return v.MayJudge && slices.ContainsFunc(v.Answers, func(a domain.RequestAnswerView) bool {
		return a.Answer.Pending() && (!v.own(a) || v.Alone)
	})
}

// own reports whether the reader gave an answer or uploaded what it offers.
func (v RequestPage) own(a domain.RequestAnswerView) bool {
	return a.Answer.By == v.Actor || a.Version.UploadedBy == v.Actor
}

func (v RequestPage) candidateOptions(l *i18n.Localizer) []Option {
	out := make([]Option, len(v.Candidates))
	for i, k := range v.Candidates {
		out[i] = Option{Value: idValue(k.Item.ID), Label: k.Item.Code() + " " + k.Item.Title, Hint: candidateHint(l, k)}
	}
	return out
}

// candidateHint says why an item may answer: its state and the days it speaks for.
func candidateHint(l *i18n.Localizer, k domain.RequestCandidate) string {
	return l.T("request.candidate_hint", map[string]any{"State": l.T("state.evidence."+string(k.Item.State), nil),
		"From": l.DateLong(k.Item.Period.From.String()), "To": l.DateLong(k.Item.Period.To.String())})
}

func (v RequestPage) alsoOptions() []Option {
	out := make([]Option, len(v.Also))
	for i, s := range v.Also {
		out[i] = Option{Value: idValue(s.Request.ID), Label: s.Request.Code() + " " + s.Request.What}
	}
	return out
}

// RequestForm is the form of a new or a changed request.
type RequestForm struct {
	FormState
	Request    domain.Request
	People     []Option
	Choice     ControlChoice
	Candidates []domain.RequestCandidate
	Period     domain.Period // of the audit
	Item       func(domain.EvidenceID) string
}

func (f RequestForm) asked(l *i18n.Localizer) []FieldProps {
	return []FieldProps{
		{Name: "what", Label: l.T("request.what", nil), Hint: l.T("request.what_hint", nil), Required: true},
		{Name: "detail", Type: FieldArea, Rows: 3, Label: l.T("request.detail", nil)},
	}
}

func (f RequestForm) shape(l *i18n.Localizer) []FieldProps {
	return []FieldProps{
		{Name: "format", Label: l.T("request.format", nil), Hint: l.T("request.format_hint", nil)},
		{Name: "example", Label: l.T("request.example", nil), Hint: l.T("request.example_hint", nil)},
	}
}

func (f RequestForm) days(l *i18n.Localizer) []FieldProps {
	return []FieldProps{
		{Name: "from", Type: FieldDate, Label: l.T("request.from", nil), Width: WidthShort},
		{Name: "to", Type: FieldDate, Label: l.T("request.to", nil), Width: WidthShort},
	}
}

func (f RequestForm) whoWhen(l *i18n.Localizer) []FieldProps {
	return []FieldProps{
		{Name: "assignee", Type: FieldSelect, Label: l.T("request.assignee", nil), Hint: l.T("request.assignee_hint", nil), Options: f.People, Empty: l.T("request.whoever", nil), Width: WidthMid},
		{Name: "due", Type: FieldDate, Label: l.T("request.due", nil), Required: true, Width: WidthShort},
	}
}

func (f RequestForm) evidenceValues() EvidenceValues {
	return EvidenceValues{Controls: f.Values["controls"], Codes: f.Values.Get("codes")}
}

// RequestsForControls asks for evidence of several controls at once.
type RequestsForControls struct {
	FormState
	Bulk      BulkProps
	People    []Option
	Ownerless int
}

// RequestBulk is the confirm page of sending drafts or of chasing.
type RequestBulk struct {
	Rows   []domain.RequestSummary
	Act    string // send or chase
	Action string
	Back   string
	Item   func(domain.RequestID) string
	Today  domain.Date
}

func (b RequestBulk) title(l *i18n.Localizer) string {
	if b.Act == "chase" {
		return l.N("request.chase_title", len(b.Rows), nil)
	}
	return l.N("request.send_title", len(b.Rows), nil)
}

func (b RequestBulk) submit(l *i18n.Localizer) string {
	if b.Act == "chase" {
		return l.N("request.chase_do", len(b.Rows), nil)
	}
	return l.N("request.send_do", len(b.Rows), nil)
}

func (b RequestBulk) consequences(l *i18n.Localizer) []string {
	if b.Act == "chase" {
		return []string{l.T("request.chase_c1", nil), l.T("request.chase_c2", nil)}
	}
	return []string{l.T("request.send_c1", nil)}
}

func (b RequestBulk) hidden() []Hidden {
	out := make([]Hidden, len(b.Rows))
	for i, r := range b.Rows {
		out[i] = Hidden{"id", idValue(r.Request.ID)}
	}
	return out
}

func (b RequestBulk) table(l *i18n.Localizer) TableProps {
	t := TableProps{ID: "requests", Caption: l.N("request.count", len(b.Rows), nil), Columns: []Column{{Label: l.T("request.number", nil), Narrow: true}, {Label: l.T("request.what", nil), Wide: true},
		{Label: l.T("request.due", nil), Narrow: true}, {Label: l.T("request.assignee", nil)}, {Label: l.T("request.reminders", nil), Numeric: true, Narrow: true}}}
	for _, s := range b.Rows {
		href := b.Item(s.Request.ID)
		t.Rows = append(t.Rows, Row{ID: idValue(s.Request.ID), Label: s.Request.Code(), Href: href, Cells: []templ.Component{CodeLink(href, s.Request.Code()), requestTitle(s, href),
			requestDue(l, s.Request, b.Today), nameOr(l, s.AssigneeName), Count(l, s.Reminders)}})
	}
	return t
}

// RequestsForYou is what a home page shows of the requests that await the reader.
type RequestsForYou struct {
	Rows  []domain.RequestSummary
	Total int
	All   string
	Item  func(domain.RequestID) string
	Today domain.Date
}

func idValue[T ~int64](v T) string { return number64(int64(v)) }

func number64(n int64) string { return strconv.FormatInt(n, 10) }

// verdictField is a field of the form about one answer; a page may hold several
// of these forms.
func (v RequestPage) verdictField(l *i18n.Localizer, a domain.RequestAnswerView, f FieldProps) FieldProps {
	form := "verdict-" + idValue(a.Answer.ID)
	f.ID, f.Value, f.Error = fieldID(form+"-"+f.Name), v.typed(form, f.Name, ""), v.wrong(form, f.Name)
	return f
}

// answerStatus is the verdict on an answer, or that it waits for one.
func answerStatus(l *i18n.Localizer, a domain.RequestAnswer) StatusProps {
	if a.Pending() {
		return StatusProps{KindWaiting, l.T("request.to_review", nil)}
	}
	return StateStatus(l, domain.NounEvidence, a.Verdict)
}

// returnedText is what the reviewer wrote, and who that was.
func returnedText(l *i18n.Localizer, a domain.RequestAnswerView) string {
	if a.Answer.Comment == "" {
		return l.T("request.returned_by", map[string]any{"Name": a.ReviewerName})
	}
	return l.T("request.returned_says", map[string]any{"Name": a.ReviewerName, "Comment": a.Answer.Comment})
}

// fewCodes names the first controls of a request.
func fewCodes(codes []string) string {
	const most = 6
	if len(codes) > most {
		return strings.Join(codes[:most], ", ") + " …"
	}
	return strings.Join(codes, ", ")
}

func eachHint(l *i18n.Localizer, f RequestsForControls) string {
	if f.Ownerless > 0 {
		return l.N("request.ownerless", f.Ownerless, nil)
	}
	return l.T("request.each_hint", nil)
}
