package server

import (
	"net/url"
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"relier/internal/app"
	"relier/internal/domain"
	"relier/views"
)

// showApplicabilityImport is the first page of the import of what a provider's
// SoA applies: choose the file.
func (s *Server) showApplicabilityImport(c *Ctx) error {
	v, err := s.pathApplicability(c)
	if err != nil {
		return err
	}
	return s.applicabilityUpload(c, fiber.StatusOK, v, nil)
}

func (s *Server) applicabilityUpload(c *Ctx, status int, v app.Applicability, errs views.FormErrors) error {
	at, id := c.At(), v.Report.ID
	return c.RenderStatus(status, views.ImportUpload(c.Page(c.L.T("report.import_title", nil)), views.ImportUploadProps{ImportWords: c.applicabilityWords(v),
		Action: at.ReportApplicabilityImport(id), TemplateCSV: at.ReportApplicabilityCSV(id), TemplateXLSX: at.ReportApplicabilityXLSX(id), Errors: errs}))
}

func (c *Ctx) applicabilityWords(v app.Applicability) views.ImportWords {
	return views.ImportWords{Back: views.Crumb{Label: c.L.T("report.applicability", nil), Href: c.At().ReportApplicability(v.Report.ID)},
		Title: c.L.T("report.import_title", nil), Lead: c.L.T("report.import_lead", map[string]any{"Standard": v.Report.Edition.Standard()}),
		MapLead: c.L.T("report.import_map_lead", nil), Needed: c.L.T("report.import_needed", nil), TemplateText: c.L.T("report.import_template", nil),
		Subject: c.L.T("report.requirement", nil), Nothing: c.L.T("report.import_nothing", nil)}
}

// receiveApplicability keeps the file and goes on to its preview.
func (s *Server) receiveApplicability(c *Ctx) error {
	v, err := s.pathApplicability(c)
	if err != nil {
		return err
	}
	var file domain.Digest
	_, err = c.Upload(importLimit, func(f File) (err error) {
		file, err = s.app.ReceiveApplicability(c.Context(), c.Actor, f.Body, -1)
		return err
	})
	if err == nil && file.IsZero() {
		err = domain.Invalid("error.import.file", nil).At("file")
	}
	if err == nil {
		_, err = s.app.PreviewApplicability(c.Context(), c.Actor, v, file, nil)
	}
	if errs, ok := c.importErrors(err); ok {
		return s.applicabilityUpload(c, fiber.StatusUnprocessableEntity, v, errs)
	}
	if err != nil {
		return err
	}
	return c.Redirect(c.At().ReportApplicabilityPreview(v.Report.ID)+"?"+url.Values{"file": {file.String()}}.Encode(), "")
}

// showApplicabilityPreview says what each row would do, and what the whole would
// do to reliances.
func (s *Server) showApplicabilityPreview(c *Ctx) error {
	v, err := s.pathApplicability(c)
	if err != nil {
		return err
	}
	return s.applicabilityPreview(c, fiber.StatusOK, v, c.Query("file"), c.queryMapping(app.ApplicabilityColumns), nil)
}

func (s *Server) applicabilityPreview(c *Ctx, status int, v app.Applicability, name string, mapping map[string]int, errs views.FormErrors) error {
	var in app.ApplicabilityImport
	file, err := domain.ParseDigest(name)
	if err == nil {
		in, err = s.app.PreviewApplicability(c.Context(), c.Actor, v, file, mapping)
	}
	if wrong, ok := c.importErrors(err); ok {
		return s.applicabilityUpload(c, fiber.StatusUnprocessableEntity, v, wrong)
	}
	if err != nil {
		return err
	}
	at, id, show := c.At(), v.Report.ID, c.Query("show")
	p := views.ImportPreviewProps{ImportWords: c.applicabilityWords(v), FormState: views.FormState{Action: at.ReportApplicabilityApply(id), Errors: errs}, File: name, Header: in.Header,
		Missing: len(in.Missing) > 0, Mapped: len(mapping) > 0, Columns: importColumns(app.ApplicabilityColumns, in.Mapping), Counts: map[string]int{}, Show: show, Page: c.PageNumber(),
		Path: importAddress(at.ReportApplicabilityPreview(id), name, in.Mapping, show), Read: at.ReportApplicabilityPreview(id), Upload: at.ReportApplicabilityImport(id), Idle: in.Idle(), Kinds: []string{string(app.RowBad), string(app.RowChanged), string(app.RowSame)},
		Carried: []views.Hidden{{Name: "version", Value: strconv.Itoa(v.Report.Version)}}}
	for change, n := range in.Changes {
		p.Counts[string(change)] = n
	}
	if in.OK() {
		effects, err := s.app.ApplicabilityEffects(c.Context(), c.Actor, v, in.Next)
		if err != nil {
			return err
		}
		p.Effects, p.Sums = c.effectLines(effects), views.ApplicabilityNext(c.L, in.NextCounts(), in.Absent)
	}
	c.applicabilityRows(in, &p)
	return c.RenderStatus(status, views.ImportPreview(c.Page(c.L.T("report.import_title", nil)), p))
}

// applicabilityRows fills in the page of rows that is shown.
func (c *Ctx) applicabilityRows(in app.ApplicabilityImport, p *views.ImportPreviewProps) {
	var shown []app.ApplicabilityRow
	for _, r := range in.Rows {
		if p.Show == "" || string(r.Change) == p.Show {
			shown = append(shown, r)
		}
	}
	p.Total = len(shown)
	if bad := slices.IndexFunc(shown, func(r app.ApplicabilityRow) bool { return r.Change == app.RowBad }); bad >= 0 && c.Query("page") == "" {
		p.Page = 1 + bad/domain.Page{}.Limit() // what must be corrected is in sight
	}
	for _, r := range domain.Slice(shown, domain.Page{Number: p.Page}).Rows {
		row := views.ImportRowView{Number: r.Number, Code: r.Requirement.Ref.Code, Title: r.Requirement.Title.In(c.L.Lang()), Change: string(r.Change),
			Says: c.applicabilitySays(r), Errors: views.NewFormErrors(c.L, r.Errors.Err())}
		if row.Code == "" {
			row.Code = r.Ref
		}
		p.Rows = append(p.Rows, row)
	}
}

// applicabilitySays tells what a row would change from and to.
func (c *Ctx) applicabilitySays(r app.ApplicabilityRow) string {
	now := c.L.T("applicability."+r.Now.String(), nil)
	switch {
	case r.Change == app.RowBad:
		return ""
	case r.Number == 0:
		return c.L.T("report.import_absent_row", nil)
	case r.Change == app.RowChanged:
		return c.L.T("report.import_changes", map[string]any{"Before": c.L.T("applicability."+r.Before.String(), nil), "Now": now})
	}
	return now
}

// applyApplicability records what the preview showed, all or nothing.
func (s *Server) applyApplicability(c *Ctx) error {
	v, err := s.pathApplicability(c)
	if err != nil {
		return err
	}
	form, err := c.Form()
	if err != nil {
		return err
	}
	mapping, read := form.mapping(app.ApplicabilityColumns), v
	read.Report.Version = form.Int("version")
	if err := form.Err(); err != nil {
		return err
	}
	file, err := domain.ParseDigest(form.Text("file"))
	if errs, ok := c.importErrors(err); ok {
		return s.applicabilityUpload(c, fiber.StatusUnprocessableEntity, v, errs)
	}
	if held, err := s.importHeldBack(c, v, file, mapping, form); held || err != nil {
		if err != nil {
			return err
		}
		return s.applicabilityPreview(c, fiber.StatusUnprocessableEntity, v, form.Text("file"), mapping, c.untold())
	}
	_, err = s.app.ApplyApplicability(c.Context(), c.Actor, read, file, mapping)
	if errs, ok := c.FieldErrors(err); ok {
		return s.applicabilityPreview(c, statusOf(err), v, form.Text("file"), mapping, errs)
	}
	if err != nil {
		return err
	}
	return c.Redirect(c.At().ReportApplicability(v.Report.ID), "notice.report.applicability")
}

// importHeldBack reports whether an import would move reliances and nobody
// ticked that they know.
func (s *Server) importHeldBack(c *Ctx, v app.Applicability, file domain.Digest, mapping map[string]int, form *Form) (bool, error) {
	in, err := s.app.PreviewApplicability(c.Context(), c.Actor, v, file, mapping)
	if _, wrong := c.FieldErrors(err); wrong || err == nil && !in.OK() {
		return false, nil // applying says why it cannot be applied
	}
	if err != nil {
		return false, err
	}
	effects, err := s.app.ApplicabilityEffects(c.Context(), c.Actor, v, in.Next)
	return c.held(form, effects), err
}
