package app

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"relier/internal/domain"
	"relier/internal/sheet"
)

// RequestColumns are the columns of a list of requests, by heading in English
// and French. The number names a request that is there already; a row without
// one is new.
var RequestColumns = []sheet.Column{
	{Key: "request", Names: []string{"Number", "Request", "Request number", "Numéro", "Demande", "Numéro de demande"}},
	{Key: "what", Names: []string{"What", "Request title", "Item", "Evidence requested", "Quoi", "Objet", "Preuve demandée"}, Required: true},
	{Key: "detail", Names: []string{"Detail", "Details", "Description", "Détail", "Détails"}},
	{Key: "from", Names: []string{"Period from", "From", "Période du", "Du", "Début"}},
	{Key: "to", Names: []string{"Period to", "To", "Période au", "Au", "Fin"}},
	{Key: "format", Names: []string{"Format", "Form", "Forme"}},
	{Key: "example", Names: []string{"Example", "Exemple"}},
	{Key: "due", Names: []string{"Due", "Due date", "Due on", "Échéance", "Date limite", "Pour le"}, Required: true},
	{Key: "assignee", Names: []string{"Assignee", "Assigned to", "Owner", "Destinataire", "Responsable", "Attribuée à"}},
	{Key: "controls", Names: []string{"Controls", "Control", "Mesures", "Mesure"}},
}

// RequestRow is one row of the file and what it would do.
type RequestRow struct {
	Number  int // as the spreadsheet numbers it
	Request domain.Request
	Change  RowChange
	Fields  []string           // keys of the columns that change
	Errors  domain.FieldErrors // Field is the column as a person finds it
}

// RequestImport is a file read against an engagement's requests.
type RequestImport struct {
	File    domain.Digest
	Header  []string
	Mapping map[string]int
	Missing []string
	Rows    []RequestRow
	Counts  map[RowChange]int
}

// OK reports whether the import can be applied.
func (i RequestImport) OK() bool {
	return len(i.Missing) == 0 && i.Counts[RowBad] == 0 && len(i.Rows) > 0
}

// ReceiveRequests keeps an uploaded list until it is applied, for its sender alone.
func (a *App) ReceiveRequests(ctx context.Context, actor domain.Actor, r io.Reader, size int64) (domain.Digest, error) {
	if err := actor.Allow(domain.ActRequestWrite); err != nil {
		return domain.Digest{}, err
	}
	return a.receiveList(ctx, actor, r, size)
}

// PreviewRequests reads a received list and says, row by row, what applying it
// would do.
func (a *App) PreviewRequests(ctx context.Context, actor domain.Actor, e domain.Engagement, file domain.Digest, mapping map[string]int) (RequestImport, error) {
	if err := actor.Allow(domain.ActRequestWrite); err != nil {
		return RequestImport{}, err
	}
	c := change{Store: a.store, ctx: ctx, actor: actor, at: a.Now()}
	if err := c.openFor(e); err != nil {
		return RequestImport{}, err
	}
	table, err := a.readList(ctx, actor, file, RequestColumns)
	if err != nil {
		return RequestImport{}, err
	}
	r, err := c.newRequestReader(e, table, file, mapping)
	if err != nil || len(r.out.Missing) > 0 {
		return r.out, err
	}
	for _, row := range table.Rows {
		r.read(row)
	}
	return r.out, nil
}

// ApplyRequests makes the changes a preview showed, all or none: new requests
// begin as drafts.
func (a *App) ApplyRequests(ctx context.Context, actor domain.Actor, e domain.Engagement, file domain.Digest, mapping map[string]int) (RequestImport, error) {
	in, err := a.PreviewRequests(ctx, actor, e, file, mapping)
	if err != nil {
		return in, err
	}
	if !in.OK() {
		return in, domain.Invalid("error.import.not_applied", domain.Args{"Count": in.Counts[RowBad] + len(in.Missing)})
	}
	err = a.change(ctx, actor, func(c change) error {
		if err := c.openFor(e); err != nil {
			return err
		}
		for i := range in.Rows {
			row := &in.Rows[i]
			if row.Change == RowSame {
				continue
			}
			if err := c.saveRequest(e, &row.Request, "request.changed"); err != nil {
				return fmt.Errorf("import row %d: %w", row.Number, err)
			}
		}
		return nil
	})
	return in, err
}

// requestReader reads rows against what the engagement holds.
type requestReader struct {
	list
	actor    domain.Actor
	existing map[int]domain.Request
	known    map[string]bool // question and due day of the requests that are there
	people   map[string]domain.PersonID
	controls map[string]domain.ControlID
	seen     map[int]int // number → row of its first appearance
	out      RequestImport
}

// severalPeople stands for a name that more than one member bears.
const severalPeople domain.PersonID = -1

func (c change) newRequestReader(e domain.Engagement, table *sheet.Table, file domain.Digest, mapping map[string]int) (*requestReader, error) {
	l, missing := newList(table, RequestColumns, mapping)
	r := &requestReader{list: l, actor: c.actor, known: map[string]bool{}, people: map[string]domain.PersonID{}, controls: map[string]domain.ControlID{}, seen: map[int]int{},
		out: RequestImport{File: file, Header: table.Header, Mapping: l.mapping, Missing: missing, Counts: map[RowChange]int{}}}
	var err error
	if r.existing, err = c.Requests(c.ctx, c.actor.Org, e.ID); err != nil {
		return r, err
	}
	for n, v := range r.existing {
		if !v.SeenBy(c.actor) {
			delete(r.existing, n)
			continue
		}
		r.known[sameQuestion(v)] = true
	}
	controls, err := c.Controls(c.ctx, c.actor.Org)
	if err != nil {
		return r, err
	}
	for _, k := range controls {
		r.controls[strings.ToUpper(k.Code)] = k.ID
	}
	members, err := c.Members(c.ctx, c.actor.Org)
	for _, m := range members {
		if m.Person.Disabled || !(domain.Actor{Role: m.Membership.Role}).Can(domain.ActRequestAnswer) {
			continue
		}
		r.people[strings.ToLower(m.Person.Email)] = m.Person.ID
		name := strings.ToLower(m.Person.Name)
		if _, twice := r.people[name]; twice {
			r.people[name] = severalPeople
		} else {
			r.people[name] = m.Person.ID
		}
	}
	return r, err
}

// sameQuestion tells a list sent twice from a longer list.
func sameQuestion(v domain.Request) string {
	return strings.ToLower(strings.Join(strings.Fields(v.What), " ")) + "\x00" + v.Due.String() + "\x00" + strconv.FormatInt(int64(v.Assignee), 10)
}

func (r *requestReader) read(row sheet.Row) {
	v := RequestRow{Number: row.Number}
	old, known := r.find(row, &v)
	v.Request = old
	v.Request.Controls = slices.Clone(old.Controls)
	r.fill(row, &v)
	v.Fields = changedRequest(old, v.Request)
	switch {
	case len(v.Errors) > 0:
		v.Change = RowBad
	case known && len(v.Fields) == 0, !known && r.known[sameQuestion(v.Request)]:
		v.Change = RowSame
	case known:
		v.Change = RowChanged
	default:
		v.Change = RowNew
		r.known[sameQuestion(v.Request)] = true
	}
	r.out.Counts[v.Change]++
	r.out.Rows = append(r.out.Rows, v)
}

// find returns the request that a row's number names. Only what is a draft or
// open can be changed by a file, and only by who may change it.
func (r *requestReader) find(row sheet.Row, v *RequestRow) (domain.Request, bool) {
	code, _ := r.cell(row, "request")
	if code == "" {
		return domain.Request{}, false
	}
	n, err := strconv.Atoi(strings.TrimPrefix(strings.ToUpper(code), "RQ-"))
	old, known := r.existing[n]
	switch {
	case err != nil || !known:
		v.Errors.Add(r.column("request"), "error.request.import_number", domain.Args{"Value": shorten(code, 40)})
	case r.seen[n] > 0:
		v.Errors.Add(r.column("request"), "error.request.import_twice", domain.Args{"Request": old.Code(), "Row": r.seen[n]})
	case old.Editable() && !old.Rewordable(r.actor):
		v.Errors.Add(r.column("request"), "error.request.others", nil)
	}
	r.seen[n] = row.Number
	return old, known
}

// badDay stands for a day that a cell does not say: the cell is refused
// once, and not a second time for lacking a day.
const badDay domain.Date = 1

// fill puts the row's cells into the request; columns the file lacks keep what
// was there.
func (r *requestReader) fill(row sheet.Row, v *RequestRow) {
	q := &v.Request
	for key, to := range map[string]*string{"what": &q.What, "detail": &q.Detail, "format": &q.Format, "example": &q.Example} {
		if s, ok := r.cell(row, key); ok {
			*to = s
		}
	}
	for key, to := range map[string]*domain.Date{"from": &q.Period.From, "to": &q.Period.To, "due": &q.Due} {
		s, ok := r.cell(row, key)
		if !ok {
			continue
		}
		d, err := domain.ParseDate(s)
		if err != nil {
			v.Errors.Add(r.column(key), "error.request.import_date", domain.Args{"Value": shorten(s, 40)})
			d = badDay
		}
		*to = d
	}
	if q.Period.From == badDay || q.Period.To == badDay {
		q.Period = domain.Period{}
	}
	if s, ok := r.cell(row, "assignee"); ok {
		q.Assignee = r.person(s, v)
	}
	if s, ok := r.cell(row, "controls"); ok {
		q.Controls = r.codes(s, v)
	}
	r.judge(q.Check(), v)
	if len(v.Errors) == 0 && q.ID != 0 && q.State != domain.RequestDraft && q.State != domain.RequestOpen && len(changedRequest(r.existing[q.Number], *q)) > 0 {
		v.Errors.Add(r.column("request"), "error.request.import_state", domain.Args{"Request": q.Code(), "State": string(q.State)})
	}
}

func (r *requestReader) person(s string, v *RequestRow) domain.PersonID {
	if s == "" {
		return 0
	}
	p, ok := r.people[strings.ToLower(s)]
	switch {
	case !ok:
		v.Errors.Add(r.column("assignee"), "error.request.import_assignee", domain.Args{"Value": shorten(s, 60)})
	case p == severalPeople:
		v.Errors.Add(r.column("assignee"), "error.request.import_namesakes", domain.Args{"Value": shorten(s, 60)})
	}
	return max(p, 0)
}

func (r *requestReader) codes(s string, v *RequestRow) []domain.ControlID {
	var out []domain.ControlID
	for _, code := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(",; \n\t", r) }) {
		id, ok := r.controls[strings.ToUpper(code)]
		if !ok {
			v.Errors.Add(r.column("controls"), "error.request.import_control", domain.Args{"Code": shorten(code, 40)})
			continue
		}
		out = append(out, id)
	}
	return eachOnce(out)
}

// judge turns a request's field errors into errors of the file's columns.
func (r *requestReader) judge(err error, v *RequestRow) {
	fields, _ := err.(domain.FieldErrors)
	for _, f := range fields {
		v.Errors = append(v.Errors, f.At(r.column(f.Field)))
	}
}

// changedRequest lists, by column key, what a row changes.
func changedRequest(old, now domain.Request) []string {
	var out []string
	for _, f := range []struct {
		key     string
		changed bool
	}{{"what", old.What != now.What}, {"detail", old.Detail != now.Detail}, {"from", old.Period.From != now.Period.From}, {"to", old.Period.To != now.Period.To},
		{"format", old.Format != now.Format}, {"example", old.Example != now.Example}, {"due", old.Due != now.Due},
		{"assignee", old.Assignee != now.Assignee}, {"controls", !slices.Equal(old.Controls, now.Controls)}} {
		if f.changed {
			out = append(out, f.key)
		}
	}
	return out
}
