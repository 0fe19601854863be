package app

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"relier/internal/domain"
	"relier/internal/sheet"
)

// ControlColumns are the columns of a list of controls, by heading in English
// and French. Without a code and a title there is no control.
var ControlColumns = []sheet.Column{
	{Key: "code", Names: []string{"Code", "Number", "Control", "Control number", "Ref", "Numéro", "Référence", "Mesure"}, Required: true},
	{Key: "title", Names: []string{"Title", "Name", "Titre", "Intitulé", "Nom", "Libellé"}, Required: true},
	{Key: "description", Names: []string{"Description", "Details", "Détails"}},
	{Key: "implementation", Names: []string{"Implementation", "Status", "Mise en œuvre", "État", "Statut"}},
	{Key: "requirements_2022", Names: []string{"ISO 27001:2022", "ISO/IEC 27001:2022", "Requirements 2022", "Exigences 2022"}},
	{Key: "requirements_2013", Names: []string{"ISO 27001:2013", "ISO/IEC 27001:2013", "Requirements 2013", "Exigences 2013"}},
	{Key: "owner", Names: []string{"Owner", "Owner e-mail", "Responsable", "E-mail du responsable"}},
}

// RowChange is what an imported row would do.
type RowChange string

const (
	RowNew     RowChange = "new"
	RowChanged RowChange = "changed"
	RowSame    RowChange = "same"
	RowBad     RowChange = "bad"
)

// ImportRow is one row of the file and what it would do.
type ImportRow struct {
	Number  int // as the spreadsheet numbers it
	Control domain.Control
	Owner   domain.PersonID // 0: the file names none
	Change  RowChange
	Errors  domain.FieldErrors // Field is the column as a person finds it: "B (Title)"
}

// Import is a file read against the organization's controls; nothing is
// changed yet.
type Import struct {
	File    domain.Digest // the stored bytes; applying reads them again
	Header  []string
	Mapping map[string]int // column key → index in Header
	Missing []string       // keys of required columns without a heading
	Rows    []ImportRow
	Counts  map[RowChange]int
}

// OK reports whether the import can be applied: every column found, no bad row.
func (i Import) OK() bool { return len(i.Missing) == 0 && i.Counts[RowBad] == 0 && len(i.Rows) > 0 }

// ReceiveImport keeps an uploaded list until it is applied, for its sender alone.
func (a *App) ReceiveImport(ctx context.Context, actor domain.Actor, r io.Reader, size int64) (domain.Digest, error) {
	if err := actor.Allow(domain.ActControlImport); err != nil {
		return domain.Digest{}, err
	}
	return a.receiveList(ctx, actor, r, size)
}

// Changed are the controls that an import would change, as they would be.
func (in Import) Changed() []domain.Control {
	var out []domain.Control
	for _, r := range in.Rows {
		if r.Change == RowChanged {
			out = append(out, r.Control)
		}
	}
	return out
}

// PreviewImport reads a received list and says, row by row, what applying it
// would do. A mapping given by a person replaces what the headings say.
func (a *App) PreviewImport(ctx context.Context, actor domain.Actor, file domain.Digest, mapping map[string]int) (Import, error) {
	if err := actor.Allow(domain.ActControlImport); err != nil {
		return Import{}, err
	}
	table, err := a.readList(ctx, actor, file, ControlColumns)
	if err != nil {
		return Import{}, err
	}
	r, err := a.newImportReader(ctx, actor, table, file, mapping)
	if err != nil || len(r.out.Missing) > 0 {
		return r.out, err
	}
	for _, row := range table.Rows {
		r.read(row)
	}
	return r.out, nil
}

// ApplyImport makes the changes a preview showed, all or none. It reads the
// file again, so what is applied is what the file says now against what the
// organization holds now.
func (a *App) ApplyImport(ctx context.Context, actor domain.Actor, file domain.Digest, mapping map[string]int) (Import, error) {
	in, err := a.PreviewImport(ctx, actor, file, mapping)
	if err != nil {
		return in, err
	}
	if !in.OK() {
		return in, domain.Invalid("error.import.not_applied", domain.Args{"Count": in.Counts[RowBad] + len(in.Missing)})
	}
	err = a.change(ctx, actor, func(c change) error {
		for i := range in.Rows {
			if err := c.applyRow(a, &in.Rows[i]); err != nil {
				return fmt.Errorf("import row %d: %w", in.Rows[i].Number, err)
			}
		}
		if in.Counts[RowNew]+in.Counts[RowChanged] == 0 {
			return nil
		}
		return a.lapse(c)
	})
	return in, err
}

func (c change) applyRow(a *App, row *ImportRow) error {
	switch row.Change {
	case RowNew:
		if err := c.addControl(&row.Control, "control.imported"); err != nil {
			return err
		}
	case RowChanged:
		if err := c.UpdateControl(c.ctx, &row.Control); err != nil {
			return err
		}
		if err := c.record("control.imported", domain.NounControl, int64(row.Control.ID), 0, row.Control.Code, row.Control); err != nil {
			return err
		}
	}
	if row.Owner == 0 {
		return nil
	}
	_, err := c.handOver(a.Today(), row.Control.ID, row.Owner)
	return err
}

// importReader reads rows against what the organization holds.
type importReader struct {
	list
	existing map[string]domain.Control
	owners   map[domain.ControlID]domain.PersonID
	people   map[string]domain.PersonID // by address and by name, folded
	seen     map[string]int             // code → row of its first appearance
	out      Import
}

func (a *App) newImportReader(ctx context.Context, actor domain.Actor, table *sheet.Table, file domain.Digest, mapping map[string]int) (*importReader, error) {
	l, missing := newList(table, ControlColumns, mapping)
	r := &importReader{list: l, existing: map[string]domain.Control{}, owners: map[domain.ControlID]domain.PersonID{},
		people: map[string]domain.PersonID{}, seen: map[string]int{},
		out: Import{File: file, Header: table.Header, Mapping: l.mapping, Missing: missing, Counts: map[RowChange]int{}}}
	controls, err := a.store.Controls(ctx, actor.Org)
	if err != nil {
		return r, err
	}
	for _, c := range controls {
		r.existing[c.Code] = c
	}
	owners, err := a.store.Ownerships(ctx, actor.Org, 0)
	if err != nil {
		return r, err
	}
	for _, o := range owners {
		r.owners[o.Ownership.Control] = o.Ownership.Person
	}
	members, err := a.store.Members(ctx, actor.Org)
	for _, m := range members {
		if m.Membership.Role != domain.RoleAssessor && m.Membership.Role != domain.RoleReader {
			r.people[m.Person.Email], r.people[strings.ToLower(m.Person.Name)] = m.Person.ID, m.Person.ID
		}
	}
	return r, err
}

func (r *importReader) read(row sheet.Row) {
	code, _ := r.cell(row, "code")
	old, known := r.existing[code]
	v := ImportRow{Number: row.Number, Control: old}
	if !known {
		v.Control = domain.Control{Code: code, Implementation: domain.NotImplemented}
	}
	v.Control.Requirements = slices.Clone(old.Requirements)
	r.fill(row, &v)
	if first, twice := r.seen[code]; twice && code != "" {
		v.Errors.Add(r.column("code"), "error.import.twice", domain.Args{"Code": code, "Row": first})
	}
	r.seen[code] = row.Number
	switch ownerSame := v.Owner == 0 || v.Owner == r.owners[old.ID]; {
	case len(v.Errors) > 0:
		v.Change = RowBad
	case !known:
		v.Change = RowNew
	case v.Control.SameContent(old) && ownerSame:
		v.Change, v.Owner = RowSame, 0
	default:
		v.Change = RowChanged
	}
	r.out.Counts[v.Change]++
	r.out.Rows = append(r.out.Rows, v)
}

// fill puts the row's cells into the control; columns the file lacks keep what
// was there.
func (r *importReader) fill(row sheet.Row, v *ImportRow) {
	c := &v.Control
	c.Title, _ = r.cell(row, "title")
	if s, ok := r.cell(row, "description"); ok {
		c.Description = s
	}
	if s, ok := r.cell(row, "implementation"); ok && s != "" {
		if c.Implementation, ok = readImplementation(s); !ok {
			v.Errors.Add(r.column("implementation"), "error.import.implementation", domain.Args{"Value": shorten(s, 60)})
			c.Implementation = domain.NotImplemented
		}
	}
	for key, edition := range map[string]domain.Edition{"requirements_2022": domain.Edition2022, "requirements_2013": domain.Edition2013} {
		if s, ok := r.cell(row, key); ok {
			c.Requirements = slices.DeleteFunc(c.Requirements, func(q domain.ControlRequirement) bool { return q.Ref.Edition == edition })
			c.Requirements = append(c.Requirements, readRequirements(s, edition)...)
		}
	}
	if s, ok := r.cell(row, "owner"); ok && s != "" {
		if v.Owner, ok = r.people[strings.ToLower(s)]; !ok {
			v.Errors.Add(r.column("owner"), "error.import.owner", domain.Args{"Value": shorten(s, 60)})
		}
	}
	r.judge(cleanControl(c), v)
}

// judge turns a control's field errors into errors of the file's columns.
func (r *importReader) judge(err error, v *ImportRow) {
	columns := map[string]string{"code": "code", "title": "title", "description": "description", "implementation": "implementation"}
	switch e := err.(type) {
	case nil:
	case domain.FieldErrors:
		for _, f := range e {
			v.Errors = append(v.Errors, f.At(r.column(columns[f.Field])))
		}
	case *domain.Error:
		key := "requirements_2022"
		if e.Args["Edition"] == string(domain.Edition2013) {
			key = "requirements_2013"
		}
		v.Errors = append(v.Errors, e.At(r.column(key)))
	}
}

// readImplementation understands the values of the template in both languages.
func readImplementation(s string) (domain.Implementation, bool) {
	known := map[string]domain.Implementation{
		"not implemented": domain.NotImplemented, "no": domain.NotImplemented, "non mise en œuvre": domain.NotImplemented, "non": domain.NotImplemented,
		"partly": domain.PartlyImplemented, "partly implemented": domain.PartlyImplemented, "partial": domain.PartlyImplemented, "partiellement": domain.PartlyImplemented,
		"partiellement mise en œuvre": domain.PartlyImplemented, "mise en œuvre en partie": domain.PartlyImplemented, "implemented": domain.Implemented, "yes": domain.Implemented, "mise en œuvre": domain.Implemented, "oui": domain.Implemented,
	}
	v, ok := known[strings.ReplaceAll(strings.ToLower(strings.Join(strings.Fields(s), " ")), "oeuvre", "œuvre")]
	return v, ok
}

// readRequirements reads "A.5.1; A.5.2 (partial)". Whether they exist is
// checked with the control.
func readRequirements(s string, e domain.Edition) []domain.ControlRequirement {
	var out []domain.ControlRequirement
	for _, part := range strings.FieldsFunc(s, func(r rune) bool { return r == ';' || r == ',' || r == '\n' }) {
		code, note, _ := strings.Cut(strings.TrimSpace(part), " ")
		if code == "" {
			continue
		}
		note = strings.ToLower(strings.Trim(note, "() "))
		q := domain.ControlRequirement{Ref: domain.Ref{Edition: e, Code: strings.ToUpper(code)}, Partial: note == "partial" || note == "partiel" || note == "partielle"}
		if !slices.ContainsFunc(out, func(o domain.ControlRequirement) bool { return o.Ref == q.Ref }) {
			out = append(out, q)
		}
	}
	return out
}
