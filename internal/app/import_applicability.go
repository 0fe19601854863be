package app

import (
	"context"
	"io"
	"strings"

	"relier/internal/domain"
	"relier/internal/sheet"
)

// ApplicabilityColumns are the columns of a sheet that says which requirements a
// provider's SoA applies, by heading in English and French.
var ApplicabilityColumns = []sheet.Column{
	{Key: "ref", Names: []string{"Ref", "Reference", "Control", "Control number", "Number", "Code", "Clause", "Requirement", "Référence", "Numéro", "Mesure", "Exigence"}, Required: true},
	{Key: "applicable", Names: []string{"Applicable", "Applicability", "Applied", "In scope", "Applicabilité", "Appliquée", "Retenue"}, Required: true},
}

// ApplicabilityRow is one row of the sheet, or a requirement that no row names,
// and what applying it would do.
type ApplicabilityRow struct {
	Number      int    // as the spreadsheet numbers it; 0: the sheet has no such row
	Ref         string // as the sheet writes it
	Requirement domain.Requirement
	Before, Now domain.Applicability
	Change      RowChange          // changed, same or bad
	Errors      domain.FieldErrors // Field is the column as a person finds it: "B (Applicable)"
}

// ApplicabilityImport is a sheet read against what is recorded of a provider's
// SoA; nothing is changed yet.
type ApplicabilityImport struct {
	Applicability               // as it stands
	File          domain.Digest // the stored bytes; applying reads them again
	Header        []string
	Mapping       map[string]int // column key → index in Header
	Missing       []string       // keys of required columns without a heading
	Rows          []ApplicabilityRow
	Absent        int // requirements that no row names: nothing is stated of them
	Changes       map[RowChange]int
	Next          map[string]domain.Applicability
}

// OK reports whether the import can be applied: every column found, no bad row.
func (i ApplicabilityImport) OK() bool {
	return len(i.Missing) == 0 && i.Changes[RowBad] == 0 && len(i.Rows) > 0
}

// NextCounts counts what the SoA would say.
func (i ApplicabilityImport) NextCounts() map[domain.Applicability]int {
	return i.With(i.Next).CountApplicability(i.Requirements)
}

// Idle reports whether applying would change nothing.
func (i ApplicabilityImport) Idle() bool { return i.Changes[RowChanged] == 0 && !i.Assumed }

// ReceiveApplicability keeps an uploaded sheet until it is applied, for its
// sender alone.
func (a *App) ReceiveApplicability(ctx context.Context, actor domain.Actor, r io.Reader, size int64) (domain.Digest, error) {
	if err := actor.Allow(domain.ActReportWrite); err != nil {
		return domain.Digest{}, err
	}
	return a.receiveList(ctx, actor, r, size)
}

// PreviewApplicability reads a received sheet and says, row by row, what
// applying it would do. A mapping given by a person replaces what the headings say.
func (a *App) PreviewApplicability(ctx context.Context, actor domain.Actor, v Applicability, file domain.Digest, mapping map[string]int) (ApplicabilityImport, error) {
	in := ApplicabilityImport{Applicability: v, File: file, Next: map[string]domain.Applicability{}, Changes: map[RowChange]int{}}
	if err := actor.Allow(domain.ActReportWrite); err != nil {
		return in, err
	}
	table, err := a.readList(ctx, actor, file, ApplicabilityColumns)
	if err != nil {
		return in, err
	}
	l, missing := newList(table, ApplicabilityColumns, mapping)
	in.Header, in.Mapping, in.Missing = table.Header, l.mapping, missing
	if len(missing) > 0 {
		return in, nil
	}
	in.read(l)
	return in, nil
}

// ApplyApplicability records what a preview showed, all or nothing. It reads the
// sheet again, and refuses when the report changed since v was read.
func (a *App) ApplyApplicability(ctx context.Context, actor domain.Actor, v Applicability, file domain.Digest, mapping map[string]int) (ApplicabilityImport, error) {
	in, err := a.PreviewApplicability(ctx, actor, v, file, mapping)
	if err != nil {
		return in, err
	}
	if !in.OK() {
		return in, domain.Invalid("error.import.not_applied", domain.Args{"Count": in.Changes[RowBad] + len(in.Missing)})
	}
	if in.Idle() {
		return in, nil
	}
	_, err = a.SetApplicability(ctx, actor, v, in.Next)
	return in, err
}

// read reads every row, then what no row names.
func (i *ApplicabilityImport) read(l list) {
	known, seen := map[string]domain.Requirement{}, map[string]int{}
	for _, q := range i.Requirements {
		known[q.Ref.Code] = q
	}
	for _, row := range l.table.Rows {
		i.add(i.readRow(l, row, known, seen))
	}
	for _, q := range i.Requirements {
		if seen[q.Ref.Code] == 0 {
			i.Absent++
			i.add(ApplicabilityRow{Requirement: q, Before: i.Report.Applicability(q.Ref), Now: domain.NotStated})
		}
	}
}

func (i *ApplicabilityImport) add(v ApplicabilityRow) {
	switch {
	case len(v.Errors) > 0:
		v.Change = RowBad
	case v.Now == v.Before:
		v.Change = RowSame
	default:
		v.Change = RowChanged
	}
	i.Changes[v.Change]++
	i.Rows = append(i.Rows, v)
}

func (i *ApplicabilityImport) readRow(l list, row sheet.Row, known map[string]domain.Requirement, seen map[string]int) ApplicabilityRow {
	v := ApplicabilityRow{Number: row.Number}
	v.Ref, _ = l.cell(row, "ref")
	word, _ := l.cell(row, "applicable")
	now, read := readApplicable(word)
	if !read {
		v.Errors.Add(l.column("applicable"), "error.import.applicable", domain.Args{"Value": shorten(word, 60)})
	}
	q, ok := known[annexCode(v.Ref)]
	if v.Ref == "" {
		v.Errors.Add(l.column("ref"), "error.text.required", nil)
		return v
	}
	if !ok {
		v.Errors.Add(l.column("ref"), "error.import.ref", domain.Args{"Code": shorten(v.Ref, 60), "Standard": i.Report.Edition.Standard()})
		return v
	}
	code := q.Ref.Code
	if first := seen[code]; first != 0 {
		v.Errors.Add(l.column("ref"), "error.import.twice", domain.Args{"Code": code, "Row": first})
	} else {
		seen[code] = row.Number
	}
	v.Requirement, v.Before, v.Now = q, i.Report.Applicability(q.Ref), now
	i.Next[code] = now
	return v
}

// annexCode reads "5.7", "a5.7" and "A 5.7" as A.5.7: sheets write all of them.
func annexCode(s string) string {
	s = strings.ToUpper(strings.Join(strings.Fields(s), ""))
	if s == "" {
		return ""
	}
	return "A." + strings.TrimPrefix(strings.TrimPrefix(s, "A"), ".")
}

// readApplicable understands yes and no in both languages, a cross, and nothing.
func readApplicable(s string) (domain.Applicability, bool) {
	switch strings.ToLower(strings.Join(strings.Fields(s), " ")) {
	case "yes", "y", "oui", "o", "x", "✓", "✔", "true", "vrai", "1", "applicable", "applied", "appliquée", "retenue":
		return domain.Applied, true
	case "no", "n", "non", "false", "faux", "0", "not applicable", "non applicable", "not applied", "non appliquée", "excluded", "exclue", "n/a", "s/o":
		return domain.NotApplied, true
	case "", "-", "–", "not stated", "non indiquée", "?":
		return domain.NotStated, true
	}
	return domain.NotStated, false
}

// WriteApplicability writes the sheet to fill in: every requirement with its
// title and what is recorded of it, such that it reads back as it stands. Any
// language but French gets English.
func (a *App) WriteApplicability(w io.Writer, v Applicability, lang string, workbook bool) error {
	name, header, word := "Applicability", []string{"Ref", "Title", "Applicable"}, map[domain.Applicability]string{domain.Applied: "yes", domain.NotApplied: "no"}
	if lang == "fr" {
		name, header, word = "Applicabilité", []string{"Référence", "Intitulé", "Applicable"}, map[domain.Applicability]string{domain.Applied: "oui", domain.NotApplied: "non"}
	}
	rows := func(yield func([]string) bool) {
		for _, q := range v.Requirements {
			if !yield([]string{q.Ref.Code, q.Title.In(lang), word[v.Report.Applicability(q.Ref)]}) {
				return
			}
		}
	}
	if workbook {
		return sheet.WriteXLSX(w, sheet.Sheet{Name: name, Header: header, Rows: rows, Widths: []float64{12, 60, 14}})
	}
	return sheet.WriteCSV(w, header, rows)
}
