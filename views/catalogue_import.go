package views

import (
	"slices"
	"strings"

	"github.com/a-h/templ"

	"relier/internal/domain"
	"relier/internal/i18n"
)

// CatalogueUse says which catalogue an organization works with.
type CatalogueUse struct {
	File     domain.CatalogueFile
	Import   domain.CatalogueImport // zero: what ships with the program
	By       string                 // who imported it
	Download string
	History  string
	New      string // href of an import; "" when the reader may not
}

// Imported reports whether the organization imported it.
func (u CatalogueUse) Imported() bool { return u.Import.Number > 0 }

// CatalogueImports is the history of imports.
type CatalogueImports struct {
	Lines   []CatalogueImportLine
	Own     domain.CatalogueFile // what ships with the program
	OwnFile string
	New     string
	Back    string
}

// CatalogueImportLine is one import, with the address of its file.
type CatalogueImportLine struct {
	Import domain.CatalogueImport
	By     string
	File   string
}

// CatalogueUpload is the first page of an import: the file.
type CatalogueUpload struct {
	Action   string
	Back     string
	Download string
	InUse    domain.Date // snapshot of the catalogue in use
	Errors   FormErrors
}

// CataloguePreview is the page between file and change.
type CataloguePreview struct {
	FormState
	InUse    domain.CatalogueFile
	File     domain.CatalogueFile
	Same     bool
	Diff     domain.CatalogueDiff
	Leads    []domain.ListedDocument
	Touched  []ServiceLine     // the organization's services that would change
	Services map[string][]Held // of the organization, by catalogue service
	Upload   string
}

// ServiceChangeLine is a change of a service's name or place, and the certificates
// that were read before it.
type ServiceChangeLine struct {
	Change   domain.ServiceChange
	ToCome   bool // its day is still ahead
	Outdated []Held
}

var listedKinds = map[domain.ListedChange]Kind{domain.ListedAdded: KindReady, domain.ListedReopened: KindReady, domain.ListedClosed: KindBlocked,
	domain.ListedRenamed: KindGap, domain.ListedMoved: KindGap, domain.ListedRetracted: KindWaiting, domain.ListedDropped: KindExcluded, domain.ListedDescribed: KindExcluded}

func listedStatus(l *i18n.Localizer, what domain.ListedChange) StatusProps {
	return StatusProps{listedKinds[what], l.T("catalogue_import.what."+string(what), nil)}
}

// diffTallies counts the differences by what they are; those that do not occur
// are left out.
func diffTallies(l *i18n.Localizer, d domain.CatalogueDiff) string {
	counts := map[domain.ListedChange]int{}
	for _, v := range d.Services {
		counts[v.What]++
	}
	var out []string
	for _, what := range domain.ListedChanges {
		if n := counts[what]; n > 0 {
			out = append(out, l.T("catalogue_import.what."+string(what), nil)+" "+l.Number(n))
		}
	}
	return strings.Join(out, " · ")
}

func serviceDiffTable(l *i18n.Localizer, v CataloguePreview) TableProps {
	t := TableProps{ID: "service-diff", Caption: l.N("catalogue_import.service_differences", len(v.Diff.Services), nil),
		Columns: []Column{{Label: l.T("catalogue_import.service", nil)}, {Label: l.T("catalogue_import.what", nil), Narrow: true},
			{Label: l.T("catalogue_import.details", nil), Wide: true}, {Label: l.T("catalogue.col.in_use", nil)}}}
	for _, d := range v.Diff.Services {
		t.Rows = append(t.Rows, Row{Cells: []templ.Component{listedName(l, d.Name(), d.ID()), StatusText(listedStatus(l, d.What)),
			Text(differenceWords(l, d)), heldHere(l, v.Services[d.ID()])}})
	}
	return t
}

// saidOfHeld lists what the newer catalogue says otherwise of services that the
// organization has on record while their records stay as they are.
func saidOfHeld(l *i18n.Localizer, v CataloguePreview) []string {
	var out []string
	for _, d := range v.Diff.Services {
		touched := slices.ContainsFunc(v.Touched, func(s ServiceLine) bool { return s.Service.Key == d.ID() })
		if len(v.Services[d.ID()]) > 0 && !touched {
			out = append(out, d.Name().In(l.Lang())+": "+listedStatus(l, d.What).Word)
		}
	}
	return out
}

// differenceWords says one difference about a service in a sentence.
func differenceWords(l *i18n.Localizer, d domain.ServiceDifference) string {
	args := map[string]any{"On": l.Date(d.Now.Closed.String()), "Before": l.Date(d.Was.Closed.String()), "Now": d.Change.Now, "Day": changeDay(l, d.Change)}
	switch d.What {
	case domain.ListedClosed:
		if d.Was.Closed != 0 {
			return l.T("catalogue_import.closes_other", args)
		}
		return l.T("catalogue_import.closes", args)
	case domain.ListedReopened:
		return l.T("catalogue_import.reopens", args)
	case domain.ListedRenamed:
		return l.T("catalogue_import.renamed", args)
	case domain.ListedMoved:
		return l.T("catalogue_import.moved", args)
	case domain.ListedRetracted:
		return l.T("catalogue_import.retracted", args)
	case domain.ListedDropped:
		return l.T("catalogue_import.dropped", nil)
	case domain.ListedDescribed:
		return describedWords(l, d.Was, d.Now)
	}
	return addedWords(l, d.Now)
}

// addedWords tells of a service listed for the first time what came with it.
func addedWords(l *i18n.Localizer, s domain.ListedService) string {
	var out []string
	if now := s.NowNamed(); now != "" {
		out = append(out, l.T("catalogue.now_named", map[string]any{"Name": now}))
	}
	if s.Closed != 0 {
		out = append(out, l.T("catalogue_import.closes", map[string]any{"On": l.Date(s.Closed.String())}))
	}
	return strings.Join(out, " · ")
}

// changeDay is the day of a change in words; often nobody knows it.
func changeDay(l *i18n.Localizer, c domain.ServiceChange) string {
	if c.On == 0 {
		return l.T("catalogue_import.no_day", nil)
	}
	return l.T("catalogue_import.from_day", map[string]any{"On": l.Date(c.On.String())})
}

// describedWords names what reads otherwise, before and after.
func describedWords(l *i18n.Localizer, was, now domain.ListedService) string {
	return otherwise(l, []Change{
		{l.T("catalogue_import.name", nil), was.Name.In(l.Lang()), now.Name.In(l.Lang())},
		{l.T("catalogue_import.clouds", nil), cloudWords(l, was.Environments), cloudWords(l, now.Environments)},
		{l.T("catalogue_import.successor", nil), was.Successor, now.Successor},
		{l.T("catalogue_import.note", nil), was.Note.In(l.Lang()), now.Note.In(l.Lang())},
	})
}

// otherwise lists what differs of some fields, before and after.
func otherwise(l *i18n.Localizer, fields []Change) string {
	var out []string
	for _, f := range fields {
		if f.Before != f.After {
			out = append(out, l.T("catalogue_import.otherwise", map[string]any{"Field": f.Label, "Before": orDash(f.Before), "After": orDash(f.After)}))
		}
	}
	if len(out) == 0 {
		return l.T("catalogue_import.other_language", nil)
	}
	return strings.Join(out, " · ")
}

func orDash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

func cloudWords(l *i18n.Localizer, environments []domain.Environment) string {
	out := make([]string, len(environments))
	for i, e := range environments {
		out[i] = l.T("environment."+string(e), nil)
	}
	return strings.Join(out, ", ")
}

func documentDiffTable(l *i18n.Localizer, v CataloguePreview) TableProps {
	t := TableProps{ID: "document-diff", Caption: l.N("catalogue_import.document_differences", len(v.Diff.Documents), nil),
		Columns: []Column{{Label: l.T("catalogue.col.document", nil), Wide: true}, {Label: l.T("catalogue_import.what", nil), Narrow: true},
			{Label: l.T("catalogue.col.kind", nil)}, {Label: l.T("catalogue_import.details", nil), Wide: true}}}
	for _, d := range v.Diff.Documents {
		shown := d.Now
		if d.What == domain.ListedDropped {
			shown = d.Was
		}
		t.Rows = append(t.Rows, Row{Cells: []templ.Component{listedName(l, shown.Title, shown.ID), StatusText(listedStatus(l, d.What)),
			Text(l.T("catalogue.kind."+string(shown.Kind), nil)), Text(documentWords(l, d))}})
	}
	return t
}

// comings names what a list gained and lost: "+ a − b".
func comings(was, now []string) string {
	var out []string
	for _, v := range now {
		if !slices.Contains(was, v) {
			out = append(out, "+ "+v)
		}
	}
	for _, v := range was {
		if !slices.Contains(now, v) {
			out = append(out, "− "+v)
		}
	}
	return strings.Join(out, " ")
}

func documentWords(l *i18n.Localizer, d domain.DocumentDifference) string {
	switch d.What {
	case domain.ListedAdded:
		return strings.TrimSpace(d.Now.Number + " " + editionWord(d.Now.Edition))
	case domain.ListedDropped:
		return l.T("catalogue_import.document_dropped", nil)
	}
	fields := []Change{
		{l.T("catalogue_import.name", nil), d.Was.Title.In(l.Lang()), d.Now.Title.In(l.Lang())},
		{l.T("catalogue.col.certificate_number", nil), d.Was.Number, d.Now.Number},
		{l.T("catalogue.edition", nil), editionWord(d.Was.Edition), editionWord(d.Now.Edition)},
		{l.T("catalogue_import.address", nil), d.Was.URL, d.Now.URL},
	}
	services := comings(d.Was.Services, d.Now.Services)
	if services == "" {
		return otherwise(l, fields)
	}
	services = l.T("catalogue_import.field_value", map[string]any{"Field": l.T("catalogue.col.family", nil), "Value": services})
	if !slices.ContainsFunc(fields, func(f Change) bool { return f.Before != f.After }) {
		return services
	}
	return otherwise(l, fields) + " · " + services
}

func editionWord(e domain.Edition) string {
	if e == "" {
		return ""
	}
	return e.Standard()
}

// catalogueConfirm is what somebody ticks before a catalogue is taken into use.
func catalogueConfirm(l *i18n.Localizer, v CataloguePreview) string {
	if n := lapsing(v.Effects); n > 0 {
		return l.N("catalogue_import.confirm_lapses", n, nil)
	}
	return l.T("catalogue_import.confirm", nil)
}

// catalogueSteps says where one stands: file, preview.
func catalogueSteps(l *i18n.Localizer, here int, upload string) []Step {
	steps := []Step{{Label: l.T("import.step_file", nil)}, {Label: l.T("import.step_preview", nil)}}
	for i := range steps {
		steps[i].Done, steps[i].Here = i < here, i == here
	}
	if here > 0 {
		steps[0].Href = upload
	}
	return steps
}

func importsTable(l *i18n.Localizer, v CatalogueImports) TableProps {
	t := TableProps{ID: "imports", Caption: l.N("catalogue_import.imports", len(v.Lines), nil),
		Columns: []Column{{Label: l.T("catalogue.snapshot", nil), Narrow: true}, {Label: l.T("catalogue.col.source", nil), Wide: true},
			{Label: l.T("catalogue_import.by", nil)}, {Label: l.T("catalogue_import.when", nil), Narrow: true}, {Label: l.T("activity.digest", nil), Narrow: true}, {Label: l.T("catalogue_import.file", nil), Narrow: true}}}
	for i, m := range v.Lines {
		t.Rows = append(t.Rows, Row{Cells: []templ.Component{snapshotCell(l, m.Import.Snapshot, i == 0), sourceCell(l, m.Import.Source), Text(m.By),
			Moment(l, m.Import.ImportedAt), DigestShort(m.Import.SHA256), downloadCell(l, m.File, m.Import.Snapshot)}})
	}
	t.Rows = append(t.Rows, Row{Muted: len(v.Lines) > 0, Cells: []templ.Component{snapshotCell(l, v.Own.Snapshot, len(v.Lines) == 0), sourceCell(l, v.Own.Source),
		Text(l.T("catalogue_import.with_program", nil)), Nothing(l), Nothing(l), downloadCell(l, v.OwnFile, v.Own.Snapshot)}})
	return t
}

func listedServiceTable(l *i18n.Localizer, c Catalogue) TableProps {
	t := TableProps{ID: "listed", Caption: l.N("catalogue.services_count", len(c.Use.File.Services), nil),
		Columns: []Column{{Label: l.T("catalogue.col.services", nil), Wide: true}, {Label: l.T("catalogue_import.clouds", nil)}, {Label: l.T("catalogue.col.in_use", nil)}}}
	for _, s := range c.Use.File.Services {
		known, _ := c.Listed(s.ID)
		t.Rows = append(t.Rows, Row{Cells: []templ.Component{listedService(l, known), Text(orDash(cloudWords(l, s.Environments))), heldServices(l, c, s.ID)}})
	}
	return t
}

// listedDocuments are those of the catalogue in use that a tab is about.
func (c Catalogue) listedDocuments() []domain.ListedDocument {
	var out []domain.ListedDocument
	for _, d := range c.Use.File.Documents {
		if (d.Kind == domain.DocCertificate) == (c.Tab == CatalogueCertificates) {
			out = append(out, d)
		}
	}
	return out
}

func listedDocumentTable(l *i18n.Localizer, c Catalogue) TableProps {
	documents := c.listedDocuments()
	t := TableProps{ID: "listed", Caption: l.N("catalogue_import.documents", len(documents), nil),
		Columns: []Column{{Label: l.T("catalogue.col.document", nil), Wide: true}, {Label: l.T("catalogue.col.kind", nil)}, {Label: l.T("catalogue.col.certificate_number", nil)},
			{Label: l.T("catalogue.edition", nil)}, {Label: l.T("catalogue.col.record", nil)}}}
	for _, d := range documents {
		t.Rows = append(t.Rows, Row{Cells: []templ.Component{listedTitle(l, d), Text(l.T("catalogue.kind."+string(d.Kind), nil)), Text(orDash(d.Number)),
			Text(orDash(editionWord(d.Edition))), heldDocument(l, c, d.ID)}})
	}
	return t
}
