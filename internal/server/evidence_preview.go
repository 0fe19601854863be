package server

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"relier/internal/app"
	"relier/internal/domain"
	"relier/views"
)

// previewedVersion reads which version, and which page of it, an address names.
func (c *Ctx) previewedVersion() (id domain.EvidenceID, version, page int, err error) {
	if id, err = pathID[domain.EvidenceID](c, "id", domain.NounEvidence); err != nil {
		return 0, 0, 0, err
	}
	n, err := pathID[int64](c, "version", domain.NounEvidence)
	return id, int(n), min(c.PageNumber(), 100_000), err
}

// showPreview is the page that shows a version.
func (s *Server) showPreview(c *Ctx) error {
	id, version, page, err := c.previewedVersion()
	if err != nil {
		return err
	}
	e, err := s.app.Evidence(c.Context(), c.Actor, id)
	if err != nil {
		return err
	}
	p, err := s.app.Preview(c.Context(), c.Actor, id, version, page)
	if err != nil {
		return err
	}
	at := c.At().EvidencePreview(id, version)
	v := views.EvidencePreview{Item: e.Item, Version: p.Version, Back: c.At().EvidenceItem(id), File: c.At().EvidenceFile(id, version),
		Page: p.Page, Pages: p.Pages, Sheet: p.Table.Sheet, Rows: p.Table.Cells, Text: p.Text, More: p.More, Why: p.Why}
	if p.Picture {
		v.Picture = c.At().PreviewPicture(id, version, p.Page, false)
	}
	if p.Page > 1 {
		v.Prev = at + "?page=" + strconv.Itoa(p.Page-1)
	}
	if p.Page < p.Pages {
		v.Next = at + "?page=" + strconv.Itoa(p.Page+1)
	}
	if p.Why == "" { // else its content was not seen
		s.app.Saw(c.Context(), c.Actor, id, version, domain.SeenPreviewed)
	}
	return c.Render(views.EvidencePreviewPage(c.Page(c.L.T("preview.title", nil)), v))
}

// showPicture answers with a picture that we drew ourselves, of the one type
// that we say, and with nothing a browser could run.
func (s *Server) showPicture(c *Ctx) error {
	id, version, page, err := c.previewedVersion()
	if err != nil {
		return err
	}
	most := app.PreviewPixels
	if c.Query("size") == "small" {
		most = app.ThumbPixels
	}
	picture, mediaType, err := s.app.PreviewPicture(c.Context(), c.Actor, id, version, page, most)
	if err != nil {
		return err
	}
	c.fiber.Set("Content-Security-Policy", downloadPolicy)
	c.fiber.Set("Content-Disposition", "inline")
	c.fiber.Set(fiber.HeaderContentType, mediaType)
	return c.fiber.Send(picture)
}
