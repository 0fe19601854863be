package views

import (
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"relier/internal/i18n"
)

// ImportWords are what the pages of an import say of what is imported.
type ImportWords struct {
	Back         Crumb // the page one comes from, and goes back to
	Title, Lead  string
	MapLead      string // when columns are not found
	Needed       string // beside a needed column that nobody chose
	TemplateText string
	Subject      string // heading of the column that names each row's object
	Nothing      string // when no row changes anything
}

// ImportUploadProps is the first page of an import: the file.
type ImportUploadProps struct {
	ImportWords
	Action       string
	TemplateCSV  string
	TemplateXLSX string
	Errors       FormErrors
}

// ImportColumn is a column an import looks for.
type ImportColumn struct {
	Key      string
	Required bool
	At       int // index in the file's headings, -1 when it is not there
}

// ImportRowView is a row of the file and what it would do: new, changed, same
// or bad.
type ImportRowView struct {
	Number int
	Code   string
	Title  string
	Change string
	Owner  string   // the new owner, "" when the row names none
	Says   string   // what else the row does, "" for nothing
	Fields []string // keys of what changes
	Errors FormErrors
}

// ImportPreviewProps is the page between file and change. File and mapping
// travel with the forms; the bytes stay on the server.
type ImportPreviewProps struct {
	ImportWords
	FormState        // what applying would do to reliances; Action applies
	File      string // sealed reference to the stored file
	Header    []string
	Columns   []ImportColumn
	Mapped    bool // somebody said which column is which
	Missing   bool // a required column was not found: only the mapping is shown
	Rows      []ImportRowView
	Counts    map[string]int
	Show      string // new, changed, same, bad; "" all
	Page      int
	Total     int    // rows under Show
	Path      string // of this page with its query
	Read      string // GET: read again with another mapping
	Upload    string
	Carried   []Hidden        // what the apply form carries beside file and mapping
	Idle      bool            // applying would change nothing
	Sums      templ.Component // what all of it comes to; nil for nothing more
	Kinds     []string        // what a row of such a file may do; nil: all there is
}

// importChanges are what a row may do, in the order the page shows them.
var importChanges = []string{"bad", "new", "changed", "same"}

func importKind(change string) Kind {
	return map[string]Kind{"bad": KindBlocked, "new": KindReady, "changed": KindWaiting}[change]
}

func importStatus(l *i18n.Localizer, change string) StatusProps {
	words := map[string]string{
		"bad": l.T("import.row_bad", nil), "new": l.T("import.row_new", nil),
		"changed": l.T("import.row_changed", nil), "same": l.T("import.row_same", nil)}
	k := importKind(change)
	if k == "" {
		k = KindExcluded
	}
	return StatusProps{k, words[change]}
}

func (p ImportPreviewProps) tallies(l *i18n.Localizer) []Tally {
	words := map[string]string{"bad": l.T("import.bad", nil), "new": l.T("import.new", nil), "changed": l.T("import.changed", nil), "same": l.T("import.same", nil)}
	var out []Tally
	kinds := importChanges
	if p.Kinds != nil {
		kinds = p.Kinds
	}
	for _, c := range kinds {
		t := Tally{Kind: importStatus(l, c).Kind, Label: words[c], Count: p.Counts[c]}
		if t.Count > 0 {
			t.Href = WithQuery(WithQuery(p.Path, "page", ""), "show", c) + "#rows"
		}
		out = append(out, t)
	}
	return out
}

func (p ImportPreviewProps) all() int {
	n := 0
	for _, c := range p.Counts {
		n += c
	}
	return n
}

// affected counts the rows that importing changes.
func (p ImportPreviewProps) affected() int { return p.Counts["new"] + p.Counts["changed"] }

// hidden carries the file and the mapping along.
func (p ImportPreviewProps) hidden() []Hidden {
	out := append([]Hidden{{"file", p.File}}, p.Carried...)
	for _, c := range p.Columns {
		if c.At >= 0 {
			out = append(out, Hidden{"column_" + c.Key, strconv.Itoa(c.At)})
		}
	}
	return out
}

// headings lists the file's columns to choose from, as a spreadsheet letters them.
func (p ImportPreviewProps) headings() []Option {
	out := make([]Option, len(p.Header))
	for i, h := range p.Header {
		out[i] = Option{Value: strconv.Itoa(i), Label: strings.TrimSpace(columnLetter(i) + " · " + h)}
	}
	return out
}

func columnLetter(i int) string {
	if i >= 26 {
		return columnLetter(i/26-1) + columnLetter(i%26)
	}
	return string(rune('A' + i))
}

func (p ImportPreviewProps) mappingField(l *i18n.Localizer, c ImportColumn) FieldProps {
	f := FieldProps{Name: "column_" + c.Key, Type: FieldSelect, Label: l.T("import.field."+c.Key, nil), Options: p.headings(), Required: c.Required, Empty: l.T("import.mapping_none", nil)}
	if c.At >= 0 {
		f.Value = strconv.Itoa(c.At)
	} else if c.Required && p.Mapped {
		f.Error = p.Needed
	}
	return f
}

func (p ImportPreviewProps) table(l *i18n.Localizer) TableProps {
	t := TableProps{ID: "rows", Caption: l.N("import.count", p.Total, nil), Path: p.Path,
		Columns: []Column{{Label: l.T("import.row", nil), Narrow: true, Numeric: true}, {Label: l.T("import.what", nil), Narrow: true},
			{Label: p.Subject}, {Label: l.T("import.details", nil)}},
		Pager: &PagerProps{Page: p.Page, Total: p.Total}}
	for _, r := range p.Rows {
		id, number := strconv.Itoa(r.Number), Text(strconv.Itoa(r.Number))
		if r.Number == 0 { // nothing of the file
			id, number = r.Code, Nothing(l)
		}
		t.Rows = append(t.Rows, Row{ID: id, Muted: r.Change == "same", Cells: []templ.Component{
			number, StatusText(importStatus(l, r.Change)), importControl(r), importDetails(l, r)}})
	}
	return t
}

// importSteps says where one stands: file, columns where needed, preview.
func importSteps(l *i18n.Localizer, here int, upload string) []Step {
	steps := []Step{{Label: l.T("import.step_file", nil)}, {Label: l.T("import.step_columns", nil)}, {Label: l.T("import.step_preview", nil)}}
	for i := range steps {
		steps[i].Done, steps[i].Here = i < here, i == here
	}
	if here > 0 {
		steps[0].Href = upload
	}
	return steps
}

// fieldNames lists the columns that a row changes, in words.
func fieldNames(l *i18n.Localizer, keys []string) string {
	out := make([]string, len(keys))
	for i, k := range keys {
		out[i] = l.T("import.field."+k, nil)
	}
	return strings.Join(out, ", ")
}
