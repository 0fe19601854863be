package server

import (
	"bytes"
	"net/url"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"relier/internal/app"
	"relier/internal/domain"
	"relier/views"
)

// catalogueLimit is how large a catalogue file may be, in bytes.
const catalogueLimit = 2 << 20

// inUse is the catalogue that the organization works with, read once a request.
// Names and hints come from it: where it cannot be read, the program's own
// answers and the log says why.
func (c *Ctx) inUse() app.CatalogueInUse {
	if c.catalogue != nil {
		return *c.catalogue
	}
	in, err := c.server.app.CatalogueInUse(c.Context(), c.Actor)
	if err != nil {
		c.server.log.Error("read the catalogue in use", "id", c.id, "error", err)
		in = app.OwnCatalogue()
	}
	c.catalogue = &in
	return in
}

// catalogueUse says which catalogue that is, and what can be done with it.
func (s *Server) catalogueUse(c *Ctx, in app.CatalogueInUse) (views.CatalogueUse, error) {
	at := c.At()
	v := views.CatalogueUse{File: in.File, Import: in.Import, Download: at.CatalogueFile(), History: at.CatalogueImports()}
	if c.Actor.Can(domain.ActCatalogueImport) {
		v.New = at.CatalogueImport()
	}
	if !in.Imported() {
		return v, nil
	}
	names, err := s.app.Names(c.Context(), c.Actor)
	v.By = names[in.Import.ImportedBy]
	return v, err
}

// downloadCatalogue hands out the catalogue in use, in the form that imports.
func (s *Server) downloadCatalogue(c *Ctx) error {
	in, err := s.app.CatalogueInUse(c.Context(), c.Actor)
	if err != nil {
		return err
	}
	return s.sendCatalogue(c, in.Import.Number)
}

// downloadImport is an import of the history; 0 is what ships with the program.
func (s *Server) downloadImport(c *Ctx) error {
	n, err := strconv.Atoi(c.Param("n"))
	if err != nil || n < 0 || strconv.Itoa(n) != c.Param("n") {
		return domain.NotFound(string(domain.NounCatalogue))
	}
	return s.sendCatalogue(c, n)
}

func (s *Server) sendCatalogue(c *Ctx, number int) error {
	b, f, err := s.app.WriteCatalogue(c.Context(), c.Actor, number)
	if err != nil {
		return err
	}
	return c.Download(Download{Name: "catalogue-" + f.Snapshot.String() + ".json", Size: int64(len(b)), Content: bytes.NewReader(b)})
}

// showCatalogueImports is the history of what was in use.
func (s *Server) showCatalogueImports(c *Ctx) error {
	imports, err := s.app.CatalogueImports(c.Context(), c.Actor)
	if err != nil {
		return err
	}
	names, err := s.app.Names(c.Context(), c.Actor)
	if err != nil {
		return err
	}
	at := c.At()
	own := app.OwnCatalogue().File
	v := views.CatalogueImports{Back: at.Catalogue(), Own: own, OwnFile: at.CatalogueImportFile(0)}
	for _, m := range imports {
		v.Lines = append(v.Lines, views.CatalogueImportLine{Import: m, By: names[m.ImportedBy], File: at.CatalogueImportFile(m.Number)})
	}
	if c.Actor.Can(domain.ActCatalogueImport) {
		v.New = at.CatalogueImport()
	}
	return c.Render(views.CatalogueImportsPage(c.Page(c.L.T("catalogue_import.history", nil)), v))
}

// showCatalogueImport is the first page of an import: choose the file.
func (s *Server) showCatalogueImport(c *Ctx) error {
	return s.catalogueUpload(c, fiber.StatusOK, nil)
}

func (s *Server) catalogueUpload(c *Ctx, status int, errs views.FormErrors) error {
	at, in := c.At(), c.inUse()
	return c.RenderStatus(status, views.CatalogueUploadPage(c.Page(c.L.T("catalogue_import.title", nil)), views.CatalogueUpload{
		Action: at.CatalogueImport(), Back: at.Catalogue(), Download: at.CatalogueFile(), InUse: in.File.Snapshot, Errors: errs}))
}

// receiveCatalogue keeps the file and goes on to its preview. A file that cannot
// be read, or is no newer, is told here, where another can be chosen.
func (s *Server) receiveCatalogue(c *Ctx) error {
	var file domain.Digest
	_, err := c.Upload(catalogueLimit, func(f File) (err error) {
		file, err = s.app.ReceiveCatalogue(c.Context(), c.Actor, f.Body)
		return err
	})
	if err == nil && file.IsZero() {
		err = domain.Invalid("error.catalogue.file", nil).At("file")
	}
	if err == nil {
		_, err = s.app.PreviewCatalogue(c.Context(), c.Actor, file)
	}
	if errs, ok := c.importErrors(err); ok {
		return s.catalogueUpload(c, fiber.StatusUnprocessableEntity, errs)
	}
	if err != nil {
		return err
	}
	return c.Redirect(c.At().CatalogueImportPreview()+"?"+url.Values{"file": {file.String()}}.Encode(), "")
}

// showCataloguePreview says how the file differs and what it would do.
func (s *Server) showCataloguePreview(c *Ctx) error {
	return s.cataloguePreview(c, fiber.StatusOK, c.Query("file"), nil)
}

func (s *Server) cataloguePreview(c *Ctx, status int, name string, errs views.FormErrors) error {
	var p app.CataloguePreview
	file, err := domain.ParseDigest(name)
	if err == nil {
		p, err = s.app.PreviewCatalogue(c.Context(), c.Actor, file)
	}
	if wrong, ok := c.importErrors(err); ok {
		return s.catalogueUpload(c, fiber.StatusUnprocessableEntity, wrong)
	}
	if err != nil {
		return err
	}
	at := c.At()
	v := views.CataloguePreview{InUse: p.InUse.File, File: p.File, Same: p.Same, Diff: p.Diff, Leads: p.Leads,
		FormState: views.FormState{Errors: errs, Effects: c.effectLines(p.Effects), Action: at.CatalogueImportApply(), Cancel: at.Catalogue(),
			Back:   views.Crumb{Label: c.L.T("catalogue.title", nil), Href: at.Catalogue()},
			Values: url.Values{"file": {name}, "over": {strconv.Itoa(p.InUse.Import.Number)}}}, Upload: at.CatalogueImport()}
	for _, u := range p.Services {
		v.Touched = append(v.Touched, s.serviceLine(c, u.Was))
	}
	if v.Services, err = s.heldServices(c); err != nil {
		return err
	}
	return c.RenderStatus(status, views.CataloguePreviewPage(c.Page(c.L.T("catalogue_import.preview", nil)), v))
}

// applyCatalogue takes the file into use, once somebody ticked that they know
// what it does.
func (s *Server) applyCatalogue(c *Ctx) error {
	form, err := c.Form()
	if err != nil {
		return err
	}
	over := form.Int("over")
	if err := form.Err(); err != nil {
		return err
	}
	file, err := domain.ParseDigest(form.Text("file"))
	if errs, ok := c.importErrors(err); ok {
		return s.catalogueUpload(c, fiber.StatusUnprocessableEntity, errs)
	}
	if held, err := s.catalogueHeldBack(c, file, form); held || err != nil {
		if err != nil {
			return err
		}
		return s.cataloguePreview(c, fiber.StatusUnprocessableEntity, form.Text("file"), c.untold())
	}
	p, err := s.app.ApplyCatalogue(c.Context(), c.Actor, file, over)
	if domain.KindOf(err) == domain.KindConflict {
		errs, _ := c.FieldErrors(err)
		return s.cataloguePreview(c, fiber.StatusConflict, form.Text("file"), errs)
	}
	if errs, ok := c.importErrors(err); ok {
		return s.catalogueUpload(c, fiber.StatusUnprocessableEntity, errs)
	}
	switch {
	case err != nil:
		return err
	case p.Same:
		return c.Redirect(c.At().Catalogue(), "notice.catalogue.same")
	}
	return c.RedirectCount(c.At().Catalogue(), "notice.catalogue.imported", len(p.Services))
}

// catalogueHeldBack reports whether an import waits: nobody ticked that they know
// what it does, or what it does is no longer what was shown.
func (s *Server) catalogueHeldBack(c *Ctx, file domain.Digest, form *Form) (bool, error) {
	if !form.Ticked("confirmed") {
		return true, nil
	}
	p, err := s.app.PreviewCatalogue(c.Context(), c.Actor, file)
	if domain.KindOf(err) != "" {
		return false, nil // applying says why it cannot be applied
	}
	return c.held(form, p.Effects), err
}
