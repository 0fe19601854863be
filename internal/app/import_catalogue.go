package app

import (
	"context"
	"io"

	"relier/internal/blob"
	"relier/internal/catalog"
	"relier/internal/domain"
	"relier/internal/store"
)

// CataloguePreview is a catalogue file read against what the organization holds:
// how it differs, and what taking it into use would do. Nothing is changed yet.
type CataloguePreview struct {
	Received domain.Digest // the stored bytes; applying reads them again
	InUse    CatalogueInUse
	File     domain.CatalogueFile
	Same     bool // it says what the one in use says: there is nothing to do
	Diff     domain.CatalogueDiff
	Services []ServiceUpdate         // of the organization, that would change
	Leads    []domain.ListedDocument // that would be recorded, unverified
	Effects  []Effect
}

// ServiceUpdate is a service of the organization before and after an import.
type ServiceUpdate struct{ Was, Now domain.Service }

// ReceiveCatalogue keeps an uploaded catalogue until it is applied, for its
// sender alone.
func (a *App) ReceiveCatalogue(ctx context.Context, actor domain.Actor, r io.Reader) (domain.Digest, error) {
	if err := actor.Allow(domain.ActCatalogueImport); err != nil {
		return domain.Digest{}, err
	}
	b, _, err := a.blobs.Put(ctx, r, blob.Expect{Size: -1, MaxSize: catalog.FileMost})
	if err != nil {
		return domain.Digest{}, err
	}
	return b.SHA256, a.store.AddImportFile(ctx, actor.Org, actor.Person, b.SHA256, a.Now())
}

// PreviewCatalogue reads a received catalogue and says what applying it would do.
func (a *App) PreviewCatalogue(ctx context.Context, actor domain.Actor, received domain.Digest) (CataloguePreview, error) {
	p := CataloguePreview{Received: received}
	if err := actor.Allow(domain.ActCatalogueImport); err != nil {
		return p, err
	}
	var err error
	if p.File, err = a.receivedCatalogue(ctx, actor, received); err != nil {
		return p, err
	}
	if p.InUse, err = a.catalogueOf(ctx, actor.Org); err != nil {
		return p, err
	}
	if p.Same, err = a.newer(p.InUse.File, p.File); err != nil || p.Same {
		return p, err
	}
	p.Diff = domain.CompareCatalogues(p.InUse.File, p.File)
	services, err := a.store.Services(ctx, actor.Org)
	if err != nil {
		return p, err
	}
	for _, s := range services {
		if now, changed := p.File.Update(s); changed {
			p.Services = append(p.Services, ServiceUpdate{s, now})
		}
	}
	held, err := documentsHeld(ctx, a.store, actor.Org)
	if err != nil {
		return p, err
	}
	p.Leads = unheld(p.Diff.Added(), held)
	p.Effects, err = a.CatalogueEffects(ctx, actor, p.File)
	return p, err
}

// receivedCatalogue reads a file that the actor sent; to anybody else it is gone.
func (a *App) receivedCatalogue(ctx context.Context, actor domain.Actor, received domain.Digest) (domain.CatalogueFile, error) {
	if err := a.store.ImportFile(ctx, actor.Org, actor.Person, received); err != nil {
		return domain.CatalogueFile{}, importGone(err)
	}
	f, err := a.blobs.Open(ctx, received)
	if err != nil {
		return domain.CatalogueFile{}, importGone(err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, catalog.FileMost+1))
	if err != nil {
		return domain.CatalogueFile{}, err
	}
	return catalog.ReadFile(b)
}

// newer refuses a snapshot that is no newer than the one in use, unless it says
// the same, and one of a day to come: it would bar every later one.
func (a *App) newer(inUse, v domain.CatalogueFile) (same bool, err error) {
	args := domain.Args{"Snapshot": v.Snapshot.String(), "InUse": inUse.Snapshot.String(), "Today": a.Today().String()}
	switch {
	case catalog.DigestFile(v) == catalog.DigestFile(inUse):
		return true, nil
	case v.Snapshot > a.Today():
		return false, domain.Invalid("error.catalogue.future", args).At("file")
	case v.Snapshot == inUse.Snapshot:
		return false, domain.Invalid("error.catalogue.same_day", args).At("file")
	case v.Snapshot < inUse.Snapshot:
		return false, domain.Invalid("error.catalogue.older", args).At("file")
	}
	return false, nil
}

// documentsHeld are the ids of the catalogue that a certificate or report of the
// organization was recorded from.
func documentsHeld(ctx context.Context, s *store.Store, org domain.OrgID) (map[string]bool, error) {
	certificates, err := s.Certificates(ctx, org)
	if err != nil {
		return nil, err
	}
	held := map[string]bool{}
	for _, v := range certificates {
		held[v.CatalogueID] = true
	}
	reports, err := s.Reports(ctx, org)
	for _, v := range reports {
		held[v.CatalogueID] = true
	}
	return held, err
}

func unheld(listed []domain.ListedDocument, held map[string]bool) []domain.ListedDocument {
	var out []domain.ListedDocument
	for _, d := range listed {
		if !held[d.ID] {
			out = append(out, d)
		}
	}
	return out
}

// ApplyCatalogue takes a received catalogue into use, as its preview showed: over
// is the number of the import that the preview compared it with. Services get
// closing days and changes, what is newly listed becomes a lead, and reliances
// whose gates no longer hold lapse; all of it or nothing.
func (a *App) ApplyCatalogue(ctx context.Context, actor domain.Actor, received domain.Digest, over int) (CataloguePreview, error) {
	p, err := a.PreviewCatalogue(ctx, actor, received)
	if err != nil || p.Same {
		return p, err
	}
	err = a.change(ctx, actor, func(c change) error { return c.importCatalogue(a, &p, over) })
	return p, err
}

func (c change) importCatalogue(a *App, p *CataloguePreview, over int) error {
	last, err := c.LastCatalogue(c.ctx, c.actor.Org, a.day().AddDays(1).Time())
	if err != nil && !domain.IsNotFound(err) {
		return err
	}
	if last.Number != over || p.InUse.Import.Number != over {
		return domain.Conflict("error.catalogue.meanwhile", nil)
	}
	if err := c.updateServices(p); err != nil {
		return err
	}
	held, err := documentsHeld(c.ctx, c.Store, c.actor.Org)
	if err != nil {
		return err
	}
	p.Leads = unheld(p.Diff.Added(), held)
	v := domain.CatalogueImport{Org: c.actor.Org, Number: last.Number + 1, Snapshot: p.File.Snapshot, Source: p.File.Source,
		SHA256: catalog.DigestFile(p.File), ImportedBy: c.actor.Person, ImportedAt: c.at}
	if err := c.AddCatalogue(c.ctx, v, catalog.EncodeFile(p.File)); err != nil {
		return err
	}
	if err := a.lapse(c); err != nil {
		return err
	}
	for _, s := range p.Services {
		if err := c.record("service.listed", domain.NounService, int64(s.Now.ID), 0, s.Now.Name, s.Now); err != nil {
			return err
		}
	}
	if err := c.seed(p.Leads); err != nil {
		return err
	}
	return c.record("catalogue.imported", domain.NounCatalogue, int64(v.Number), 0, v.Source.Title, v)
}

// updateServices gives the organization's services what the file says of them,
// as they stand within the transaction.
func (c change) updateServices(p *CataloguePreview) error {
	services, err := c.Services(c.ctx, c.actor.Org)
	if err != nil {
		return err
	}
	p.Services = nil
	for _, s := range services {
		now, changed := p.File.Update(s)
		if !changed {
			continue
		}
		if err := c.UpdateService(c.ctx, &now); err != nil {
			return err
		}
		p.Services = append(p.Services, ServiceUpdate{s, now})
	}
	return nil
}

// CatalogueImports lists what the organization imported, the newest first.
func (a *App) CatalogueImports(ctx context.Context, actor domain.Actor) ([]domain.CatalogueImport, error) {
	if err := actor.Allow(domain.ActRead); err != nil {
		return nil, err
	}
	return a.store.Catalogues(ctx, actor.Org)
}

// WriteCatalogue returns a catalogue as a file that imports again: that of an
// import by its number, or the program's own under 0.
func (a *App) WriteCatalogue(ctx context.Context, actor domain.Actor, number int) ([]byte, domain.CatalogueFile, error) {
	if err := actor.Allow(domain.ActRead); err != nil {
		return nil, domain.CatalogueFile{}, err
	}
	if number == 0 {
		f := catalog.OwnFile()
		return catalog.EncodeFile(f), f, nil
	}
	imports, err := a.store.Catalogues(ctx, actor.Org)
	if err != nil {
		return nil, domain.CatalogueFile{}, err
	}
	for _, v := range imports {
		if v.Number == number {
			f, err := a.catalogueFile(ctx, v)
			return catalog.EncodeFile(f), f, err
		}
	}
	return nil, domain.CatalogueFile{}, domain.NotFound(string(domain.NounCatalogue))
}
