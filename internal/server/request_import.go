package server

import (
	"io"
	"net/url"
	"slices"

	"github.com/gofiber/fiber/v2"

	"relier/internal/app"
	"relier/internal/domain"
	"relier/views"
)

const workbookType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

func (s *Server) downloadRequestsCSV(c *Ctx) error { return s.downloadRequests(c, false) }

func (s *Server) downloadRequestsXLSX(c *Ctx) error { return s.downloadRequests(c, true) }

// downloadRequests writes the list as it is filtered.
func (s *Server) downloadRequests(c *Ctx, workbook bool) error {
	sheet, err := s.app.RequestSheet(c.Context(), c.Actor, c.Engagement, c.requestFilter(), c.L.Lang(),
		func(st domain.RequestState) string { return c.L.T("state.request."+string(st), nil) })
	if err != nil {
		return err
	}
	name := domain.Slug(c.L.T("request.title", nil)) + "-" + c.Engagement.Code
	return c.streamList(name, workbook, func(w io.Writer) error { return sheet.Write(w, workbook) })
}

func (c *Ctx) streamList(name string, workbook bool, write func(io.Writer) error) error {
	if workbook {
		return c.Stream(name+".xlsx", workbookType, write)
	}
	return c.Stream(name+".csv", "text/csv; charset=utf-8", write)
}

func (s *Server) downloadRequestTemplateCSV(c *Ctx) error { return s.requestTemplate(c, false) }

func (s *Server) downloadRequestTemplateXLSX(c *Ctx) error { return s.requestTemplate(c, true) }

func (s *Server) requestTemplate(c *Ctx, workbook bool) error {
	lang := c.L.Lang()
	return c.streamList("requests", workbook, func(w io.Writer) error { return s.app.WriteRequestTemplate(w, lang, workbook) })
}

// showRequestImport is the first page of an import: choose the file.
func (s *Server) showRequestImport(c *Ctx) error { return s.requestUpload(c, fiber.StatusOK, nil) }

func (s *Server) requestUpload(c *Ctx, status int, errs views.FormErrors) error {
	at := c.At()
	return c.RenderStatus(status, views.ImportUpload(c.Page(c.L.T("request.import", nil)), views.ImportUploadProps{
		ImportWords: c.requestImportWords(), Action: at.RequestImport(), TemplateCSV: at.RequestTemplateCSV(), TemplateXLSX: at.RequestTemplateXLSX(), Errors: errs}))
}

func (c *Ctx) requestImportWords() views.ImportWords {
	return views.ImportWords{Back: views.Crumb{Label: c.L.T("request.title", nil), Href: c.At().Requests()}, Title: c.L.T("request.import", nil),
		Lead: c.L.T("request.import_lead", nil), MapLead: c.L.T("request.import_map_lead", nil), Needed: c.L.T("request.import_needed", nil),
		TemplateText: c.L.T("request.import_template", nil), Subject: c.L.T("request.request", nil), Nothing: c.L.T("request.import_nothing", nil)}
}

// receiveRequests keeps the file and goes on to its preview.
func (s *Server) receiveRequests(c *Ctx) error {
	var file domain.Digest
	_, err := c.Upload(importLimit, func(f File) (err error) {
		file, err = s.app.ReceiveRequests(c.Context(), c.Actor, f.Body, -1)
		return err
	})
	if err == nil && file.IsZero() {
		err = domain.Invalid("error.import.file", nil).At("file")
	}
	if err == nil {
		_, err = s.app.PreviewRequests(c.Context(), c.Actor, c.Engagement, file, nil)
	}
	if errs, ok := c.importErrors(err); ok {
		return s.requestUpload(c, fiber.StatusUnprocessableEntity, errs)
	}
	if err != nil {
		return err
	}
	return c.Redirect(c.At().RequestImportPreview()+"?"+url.Values{"file": {file.String()}}.Encode(), "")
}

// showRequestPreview says what each row would do.
func (s *Server) showRequestPreview(c *Ctx) error {
	return s.requestPreview(c, fiber.StatusOK, c.Query("file"), c.queryMapping(app.RequestColumns), nil)
}

func (s *Server) requestPreview(c *Ctx, status int, name string, mapping map[string]int, errs views.FormErrors) error {
	var in app.RequestImport
	file, err := domain.ParseDigest(name)
	if err == nil {
		in, err = s.app.PreviewRequests(c.Context(), c.Actor, c.Engagement, file, mapping)
	}
	if wrong, ok := c.importErrors(err); ok {
		return s.requestUpload(c, fiber.StatusUnprocessableEntity, wrong)
	}
	if err != nil {
		return err
	}
	at, show := c.At(), c.Query("show")
	p := views.ImportPreviewProps{ImportWords: c.requestImportWords(), FormState: views.FormState{Action: at.RequestImportApply(), Errors: errs}, File: name, Header: in.Header,
		Missing: len(in.Missing) > 0, Mapped: len(mapping) > 0, Columns: importColumns(app.RequestColumns, in.Mapping), Counts: map[string]int{}, Show: show, Page: c.PageNumber(),
		Path: importAddress(at.RequestImportPreview(), name, in.Mapping, show), Read: at.RequestImportPreview(), Upload: at.RequestImport(), Idle: in.Counts[app.RowNew]+in.Counts[app.RowChanged] == 0}
	for change, n := range in.Counts {
		p.Counts[string(change)] = n
	}
	if err := s.requestRows(c, in, &p); err != nil {
		return err
	}
	return c.RenderStatus(status, views.ImportPreview(c.Page(c.L.T("request.import", nil)), p))
}

// requestRows fills in the page of rows that is shown; what must be corrected is
// in sight.
func (s *Server) requestRows(c *Ctx, in app.RequestImport, p *views.ImportPreviewProps) error {
	names, err := s.app.Names(c.Context(), c.Actor)
	if err != nil {
		return err
	}
	shown := slices.DeleteFunc(slices.Clone(in.Rows), func(r app.RequestRow) bool { return p.Show != "" && string(r.Change) != p.Show })
	p.Total = len(shown)
	if bad := slices.IndexFunc(shown, func(r app.RequestRow) bool { return r.Change == app.RowBad }); bad >= 0 && c.Query("page") == "" {
		p.Page = 1 + bad/domain.Page{}.Limit()
	}
	for _, r := range domain.Slice(shown, domain.Page{Number: p.Page}).Rows {
		v := views.ImportRowView{Number: r.Number, Title: r.Request.What, Change: string(r.Change), Fields: r.Fields, Errors: views.NewFormErrors(c.L, r.Errors.Err())}
		if r.Request.Number > 0 {
			v.Code = r.Request.Code()
		}
		if r.Change != app.RowBad {
			v.Says = c.requestSays(r, names)
		}
		p.Rows = append(p.Rows, v)
	}
	return nil
}

// requestSays tells to whom a row's request would go, and by when.
func (c *Ctx) requestSays(r app.RequestRow, names map[domain.PersonID]string) string {
	due := c.L.DateLong(r.Request.Due.String())
	if who := names[r.Request.Assignee]; who != "" {
		return c.L.T("request.import_says", map[string]any{"Name": who, "Due": due})
	}
	return c.L.T("request.import_says_nobody", map[string]any{"Due": due})
}

// applyRequests makes the changes the preview showed, all or none.
func (s *Server) applyRequests(c *Ctx) error {
	form, err := c.Form()
	if err != nil {
		return err
	}
	mapping := form.mapping(app.RequestColumns)
	if err := form.Err(); err != nil {
		return err
	}
	file, err := domain.ParseDigest(form.Text("file"))
	if errs, ok := c.importErrors(err); ok {
		return s.requestUpload(c, fiber.StatusUnprocessableEntity, errs)
	}
	in, err := s.app.ApplyRequests(c.Context(), c.Actor, c.Engagement, file, mapping)
	if errs, ok := c.FieldErrors(err); ok {
		return s.requestPreview(c, statusOf(err), form.Text("file"), mapping, errs)
	}
	if err != nil {
		return err
	}
	return c.RedirectCount(c.At().Requests()+"?state=draft", "notice.request.imported", in.Counts[app.RowNew]+in.Counts[app.RowChanged])
}
