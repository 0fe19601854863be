package server

import (
	"io"
	"net/url"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"relier/internal/app"
	"relier/internal/domain"
	"relier/views"
)

// importLimit is how large a list may be, in bytes.
const importLimit = 20 << 20

// showImport is the first page of an import: choose the file.
func (s *Server) showImport(c *Ctx) error { return s.importUpload(c, fiber.StatusOK, nil) }

func (s *Server) importUpload(c *Ctx, status int, errs views.FormErrors) error {
	at := c.At()
	return c.RenderStatus(status, views.ImportUpload(c.Page(c.L.T("import.title", nil)), views.ImportUploadProps{
		ImportWords: c.controlsImportWords(), Action: at.ControlsImport(), TemplateCSV: at.ControlsTemplateCSV(), TemplateXLSX: at.ControlsTemplateXLSX(), Errors: errs}))
}

func (c *Ctx) controlsImportWords() views.ImportWords {
	return views.ImportWords{Back: views.Crumb{Label: c.L.T("controls.title", nil), Href: c.At().Controls()}, Title: c.L.T("import.title", nil),
		Lead: c.L.T("import.lead", nil), MapLead: c.L.T("import.map_lead", nil), Needed: c.L.T("import.needed", nil),
		TemplateText: c.L.T("import.template_text", nil), Subject: c.L.T("controls.control", nil), Nothing: c.L.T("import.nothing", nil)}
}

// receiveImport keeps the file and goes on to its preview. A file that cannot
// be read at all is told here, where another can be chosen.
func (s *Server) receiveImport(c *Ctx) error {
	var file domain.Digest
	_, err := c.Upload(importLimit, func(f File) (err error) {
		file, err = s.app.ReceiveImport(c.Context(), c.Actor, f.Body, -1)
		return err
	})
	if err == nil && file.IsZero() {
		err = domain.Invalid("error.import.file", nil).At("file")
	}
	if err == nil {
		_, err = s.app.PreviewImport(c.Context(), c.Actor, file, nil)
	}
	if errs, ok := c.importErrors(err); ok {
		return s.importUpload(c, fiber.StatusUnprocessableEntity, errs)
	}
	if err != nil {
		return err
	}
	return c.Redirect(c.At().ControlsImportPreview()+"?"+url.Values{"file": {file.String()}}.Encode(), "")
}

// importErrors puts what is wrong with a file beside its field.
func (c *Ctx) importErrors(err error) (views.FormErrors, bool) {
	if domain.KindOf(err) == domain.KindTooLarge {
		return views.FormErrors{{Field: "file", Text: views.NewFormErrors(c.L, err)[0].Text}}, true
	}
	errs, ok := c.FieldErrors(err)
	for i := range errs {
		errs[i].Field = "file"
	}
	return errs, ok
}

// showImportPreview says what each row would do. File and mapping are in the
// address, so that the page needs neither script nor session.
func (s *Server) showImportPreview(c *Ctx) error {
	return s.importPreview(c, fiber.StatusOK, c.Query("file"), c.queryMapping(app.ControlColumns), nil)
}

// queryMapping reads from the address which column of the file is which.
func (c *Ctx) queryMapping(columns []app.Column) map[string]int {
	mapping := map[string]int{}
	for _, k := range columns {
		if n, err := strconv.Atoi(c.Query("column_" + k.Key)); err == nil {
			mapping[k.Key] = n
		}
	}
	return mapping
}

// mapping reads it from a form.
func (f *Form) mapping(columns []app.Column) map[string]int {
	mapping := map[string]int{}
	for _, k := range columns {
		if f.Text("column_"+k.Key) != "" {
			mapping[k.Key] = f.Int("column_" + k.Key)
		}
	}
	return mapping
}

// importColumns are the columns an import looks for, and where it found them.
func importColumns(columns []app.Column, mapping map[string]int) []views.ImportColumn {
	out := make([]views.ImportColumn, len(columns))
	for i, k := range columns {
		at, found := mapping[k.Key]
		if !found {
			at = -1
		}
		out[i] = views.ImportColumn{Key: k.Key, Required: k.Required, At: at}
	}
	return out
}

func (s *Server) importPreview(c *Ctx, status int, name string, mapping map[string]int, errs views.FormErrors) error {
	var in app.Import
	file, err := domain.ParseDigest(name)
	if err == nil {
		in, err = s.app.PreviewImport(c.Context(), c.Actor, file, mapping)
	}
	if wrong, ok := c.importErrors(err); ok {
		return s.importUpload(c, fiber.StatusUnprocessableEntity, wrong)
	}
	if err != nil {
		return err
	}
	at := c.At()
	p := views.ImportPreviewProps{ImportWords: c.controlsImportWords(), FormState: views.FormState{Action: at.ControlsImportApply(), Errors: errs}, File: name, Header: in.Header, Missing: len(in.Missing) > 0, Mapped: len(mapping) > 0, Counts: map[string]int{}, Show: c.Query("show"),
		Page: c.PageNumber(), Path: importAddress(at.ControlsImportPreview(), name, in.Mapping, c.Query("show")), Read: at.ControlsImportPreview(),
		Upload: at.ControlsImport(), Idle: in.Counts[app.RowNew]+in.Counts[app.RowChanged] == 0}
	for change, n := range in.Counts {
		p.Counts[string(change)] = n
	}
	p.Columns = importColumns(app.ControlColumns, in.Mapping)
	if err := s.importRows(c, in, &p); err != nil {
		return err
	}
	effects, err := s.app.ControlEffects(c.Context(), c.Actor, in.Changed()...)
	if err != nil {
		return err
	}
	p.Effects = c.effectLines(effects)
	return c.RenderStatus(status, views.ImportPreview(c.Page(c.L.T("import.title", nil)), p))
}

// importAddress is the preview's address, also where a refused form shows it.
func importAddress(path, name string, mapping map[string]int, show string) string {
	q := url.Values{"file": {name}}
	for key, i := range mapping {
		q.Set("column_"+key, strconv.Itoa(i))
	}
	if show != "" {
		q.Set("show", show)
	}
	return path + "?" + q.Encode()
}

// importRows fills in the page of rows that is shown.
func (s *Server) importRows(c *Ctx, in app.Import, p *views.ImportPreviewProps) error {
	controls, err := s.app.Controls(c.Context(), c.Actor)
	if err != nil {
		return err
	}
	names, err := s.app.Names(c.Context(), c.Actor)
	if err != nil {
		return err
	}
	owners, err := s.app.Ownerships(c.Context(), c.Actor, 0)
	if err != nil {
		return err
	}
	owner := map[domain.ControlID]domain.PersonID{}
	for _, o := range owners {
		owner[o.Ownership.Control] = o.Ownership.Person
	}
	before := map[domain.ControlID]domain.Control{}
	for _, v := range controls {
		before[v.ID] = v
	}
	var shown []app.ImportRow
	for _, r := range in.Rows {
		if p.Show == "" || string(r.Change) == p.Show {
			shown = append(shown, r)
		}
	}
	p.Total = len(shown)
	for _, r := range domain.Slice(shown, domain.Page{Number: p.Page}).Rows {
		v := views.ImportRowView{Number: r.Number, Code: r.Control.Code, Title: r.Control.Title, Change: string(r.Change),
			Errors: views.NewFormErrors(c.L, r.Errors.Err())}
		if r.Owner != owner[r.Control.ID] {
			v.Owner = names[r.Owner]
		}
		if r.Change == app.RowChanged {
			v.Fields = app.ChangedFields(before[r.Control.ID], r.Control)
		}
		p.Rows = append(p.Rows, v)
	}
	return nil
}

// applyImport makes the changes the preview showed, all or none.
func (s *Server) applyImport(c *Ctx) error {
	form, err := c.Form()
	if err != nil {
		return err
	}
	mapping := form.mapping(app.ControlColumns)
	if err := form.Err(); err != nil {
		return err
	}
	file, err := domain.ParseDigest(form.Text("file"))
	if errs, ok := c.importErrors(err); ok {
		return s.importUpload(c, fiber.StatusUnprocessableEntity, errs)
	}
	if held, err := s.controlsHeldBack(c, file, mapping, form); err != nil {
		return err
	} else if held {
		return s.importPreview(c, fiber.StatusUnprocessableEntity, form.Text("file"), mapping, c.untold())
	}
	in, err := s.app.ApplyImport(c.Context(), c.Actor, file, mapping)
	if errs, ok := c.FieldErrors(err); ok {
		return s.importPreview(c, fiber.StatusUnprocessableEntity, form.Text("file"), mapping, errs)
	}
	if err != nil {
		return err
	}
	return c.RedirectCount(c.At().Controls(), "notice.controls.imported", in.Counts[app.RowNew]+in.Counts[app.RowChanged])
}

// controlsHeldBack reports whether an import would move reliances and nobody
// ticked that they know.
func (s *Server) controlsHeldBack(c *Ctx, file domain.Digest, mapping map[string]int, form *Form) (bool, error) {
	in, err := s.app.PreviewImport(c.Context(), c.Actor, file, mapping)
	if domain.KindOf(err) != "" || err == nil && !in.OK() {
		return false, nil // applying says why it cannot be applied
	}
	if err != nil {
		return false, err
	}
	effects, err := s.app.ControlEffects(c.Context(), c.Actor, in.Changed()...)
	return c.held(form, effects), err
}

func (s *Server) downloadTemplateCSV(c *Ctx) error {
	return c.Stream("controls.csv", "text/csv; charset=utf-8", func(w io.Writer) error {
		return s.app.WriteControlTemplate(w, c.L.Lang(), false)
	})
}

func (s *Server) downloadTemplateXLSX(c *Ctx) error {
	return c.Stream("controls.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", func(w io.Writer) error {
		return s.app.WriteControlTemplate(w, c.L.Lang(), true)
	})
}
