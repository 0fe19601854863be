package server

import (
	"io"
	"strings"

	"relier/internal/domain"
	"relier/views"
)

// packLangs are the languages a pack can be sealed in, the first being its
// index.html.
var packLangs = []string{"en", "fr", "en,fr", "fr,en"}

// showPacks lists the packs of the engagement.
func (s *Server) showPacks(c *Ctx) error {
	packs, err := s.app.Packs(c.Context(), c.Actor, c.Engagement)
	if err != nil {
		return err
	}
	names, err := s.app.Names(c.Context(), c.Actor)
	if err != nil {
		return err
	}
	v := views.PackList{Packs: packs, Names: names, Href: c.At().Pack, File: c.At().PackFile}
	if c.Actor.Can(domain.ActPackWrite) {
		v.New = c.At().NewPack()
	}
	return c.Render(views.Packs(c.Page(c.L.T("packs.title", nil)), v))
}

// showNewPack is the preview of what a pack sealed now would hold.
func (s *Server) showNewPack(c *Ctx) error {
	langs := queryChoice(c, "langs", packLangs)
	if langs == "" {
		langs = "en,fr"
		if c.L.Lang() == "fr" {
			langs = "fr,en"
		}
	}
	contents, err := s.app.PreviewPack(c.Context(), c.Actor, c.Engagement, strings.Split(langs, ","))
	if err != nil {
		return err
	}
	v := views.PackPreview{Contents: contents, Langs: langs, Choices: packLangs, Action: c.At().Packs(), Preview: c.At().NewPack(),
		Cancel: c.At().Packs(), SoA: c.At().SoA(), Controls: c.At().Controls()}
	for _, e := range contents.Evidence {
		if e.Included {
			v.Included++
			v.Size += e.Version.Blob.Size
		}
	}
	return c.Render(views.PackPreviewPage(c.Page(c.L.T("packs.new", nil)), v))
}

// sealPack writes a pack and records it; from then on it never changes.
func (s *Server) sealPack(c *Ctx) error {
	form, err := c.Form()
	if err != nil {
		return err
	}
	p, err := s.app.SealPack(c.Context(), c.Actor, c.Engagement, strings.Split(form.Text("langs"), ","))
	if err != nil {
		return err
	}
	return c.Redirect(c.At().Pack(p.ID), "notice.pack.sealed")
}

// packHere reads the pack of the address; one of another engagement lives elsewhere.
func (s *Server) packHere(c *Ctx) (domain.Pack, error) {
	id, err := pathID[domain.PackID](c, "id", domain.NounPack)
	if err != nil {
		return domain.Pack{}, err
	}
	p, err := s.app.Pack(c.Context(), c.Actor, id)
	if err == nil && p.Engagement != c.Engagement.ID {
		err = domain.NotFound(string(domain.NounPack))
	}
	return p, err
}

// showPack is a sealed pack.
func (s *Server) showPack(c *Ctx) error {
	p, err := s.packHere(c)
	if err != nil {
		return err
	}
	names, err := s.app.Names(c.Context(), c.Actor)
	if err != nil {
		return err
	}
	v := views.PackPage{Pack: p, FileName: p.Code() + ".zip", Sealer: names[p.SealedBy], File: c.At().PackFile(p.ID), List: c.At().Packs()}
	if v.Omissions, err = s.app.PackOmissions(c.Context(), c.Actor, p.ID); err != nil {
		return err
	}
	return c.Render(views.PackShow(c.Page(p.Code()), v))
}

// downloadPack hands out the ZIP, put together from its parts while it is sent.
func (s *Server) downloadPack(c *Ctx) error {
	p, err := s.packHere(c)
	if err != nil {
		return err
	}
	o, err := s.app.OpenPack(c.Context(), c.Actor, p.ID)
	if err != nil {
		return err
	}
	if r := c.header("Range"); r == "" || strings.HasPrefix(r, "bytes=0-") { // not the rest of one that was recorded
		if err := s.app.RecordPackDownload(c.Context(), c.Actor, p); err != nil { // reading goes on when nothing can be written
			s.log.Error("a pack's download could not be recorded", "id", c.id, "err", err)
		}
	}
	return c.Download(Download{Name: o.FileName(), Type: "application/zip", Size: o.Size(), ETag: p.Layout.String(),
		Write: func(w io.Writer, offset, length int64) error { return o.StreamRange(c.Context(), w, offset, length) }})
}
