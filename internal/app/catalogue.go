package app

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"relier/internal/catalog"
	"relier/internal/domain"
)

// Catalogue is all that is known of the provider's offering: what ships inside
// the program, the same for every organization, and what this one imported.
type Catalogue struct {
	InUse      CatalogueInUse
	Snapshot   *domain.ProviderCatalogue
	Offering   domain.Offering // a later copy of the page
	Matrix     []domain.MatrixRow
	Assurance  []domain.AssuranceEvidence
	Transition domain.EditionTransition
	Credits    []domain.Attribution
}

// Catalogue reads the reference data about the provider.
func (a *App) Catalogue(ctx context.Context, actor domain.Actor) (Catalogue, error) {
	in, err := a.CatalogueInUse(ctx, actor)
	return Catalogue{
		InUse: in, Snapshot: catalog.Provider(), Offering: catalog.CurrentOffering(), Matrix: catalog.Matrix(),
		Assurance: catalog.AssuranceEvidence(), Transition: catalog.Transition(), Credits: catalog.Attributions(),
	}, err
}

// CatalogueInUse is the catalogue that an organization works with: what ships
// inside the program, overlaid by the newest snapshot that it imported.
type CatalogueInUse struct {
	Import domain.CatalogueImport // zero: nothing was imported
	File   domain.CatalogueFile   // the import's, or the program's own
}

// Imported reports whether the organization imported a snapshot.
func (c CatalogueInUse) Imported() bool { return c.Import.Number > 0 }

// Service finds a service by its id; ok is false for one that an organization
// named itself. One that a newer snapshot dropped is still known.
func (c CatalogueInUse) Service(key string) (s domain.CatalogueService, ok bool) {
	known, ok := catalog.CatalogueService(key)
	if listed, here := c.File.Service(key); here && c.Imported() {
		return listed.Over(known), true
	}
	return known, ok
}

// Services lists every service known: those of the snapshot in its order, then
// those that only the program's own names.
func (c CatalogueInUse) Services() []domain.CatalogueService {
	var out []domain.CatalogueService
	for _, listed := range c.File.Services {
		s, _ := c.Service(listed.ID)
		out = append(out, s)
	}
	for _, listed := range catalog.OwnFile().Services {
		if _, here := c.File.Service(listed.ID); !here {
			s, _ := catalog.CatalogueService(listed.ID)
			out = append(out, s)
		}
	}
	return out
}

// Document finds a certificate, report or SoA by its id.
func (c CatalogueInUse) Document(id string) (d domain.CatalogueDocument, ok bool) {
	known, ok := catalog.CatalogueDocument(id)
	if listed, here := c.File.Document(id); here && c.Imported() {
		return listed.Over(known), true
	}
	return known, ok
}

// begin gives a new service its closing day and what changed of its name or place.
func (c CatalogueInUse) begin(v *domain.Service) {
	for _, f := range []domain.CatalogueFile{c.File, catalog.OwnFile()} {
		if listed, here := f.Service(v.Key); here {
			v.Closed, v.Changes = listed.Closed, slices.Clone(listed.Changes)
			return
		}
	}
	v.Closed, v.Changes = 0, nil
}

// CatalogueInUse reads the catalogue that the organization works with.
func (a *App) CatalogueInUse(ctx context.Context, actor domain.Actor) (CatalogueInUse, error) {
	if err := actor.Allow(domain.ActRead); err != nil {
		return CatalogueInUse{}, err
	}
	return a.catalogueOf(ctx, actor.Org)
}

func (a *App) catalogueOf(ctx context.Context, org domain.OrgID) (CatalogueInUse, error) {
	in := CatalogueInUse{File: catalog.OwnFile()}
	last, err := a.store.LastCatalogue(ctx, org, a.day().AddDays(1).Time())
	if domain.IsNotFound(err) {
		return in, nil
	}
	if err != nil {
		return in, err
	}
	file, err := a.catalogueFile(ctx, last)
	if err != nil {
		return in, err
	}
	return CatalogueInUse{last, file}, nil
}

// catalogueFile reads the content of an import, once for each content.
func (a *App) catalogueFile(ctx context.Context, v domain.CatalogueImport) (domain.CatalogueFile, error) {
	if f, known := a.catalogues.get(v.SHA256); known {
		return f, nil
	}
	b, err := a.store.CatalogueContent(ctx, v.Org, v.Number)
	if err != nil {
		return domain.CatalogueFile{}, err
	}
	var f domain.CatalogueFile
	if err := json.Unmarshal(b, &f); err != nil {
		return f, fmt.Errorf("read catalogue %d: %w", v.Number, err)
	}
	if catalog.DigestFile(f) != v.SHA256 {
		return f, fmt.Errorf("read catalogue %d: its content is not what was imported", v.Number)
	}
	a.catalogues.put(v.SHA256, f)
	return f, nil
}

// catalogueCache keeps imports that were read, by digest: contents never change.
type catalogueCache struct {
	mu    sync.Mutex
	files map[domain.Digest]domain.CatalogueFile
}

// cachedCatalogues is how many contents are kept; then reading begins anew.
const cachedCatalogues = 16

func (c *catalogueCache) get(d domain.Digest) (domain.CatalogueFile, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f, ok := c.files[d]
	return f, ok
}

func (c *catalogueCache) put(d domain.Digest, f domain.CatalogueFile) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.files == nil || len(c.files) >= cachedCatalogues {
		c.files = map[domain.Digest]domain.CatalogueFile{}
	}
	c.files[d] = f
}

// OwnCatalogue is what ships inside the program, for where no import can be read.
func OwnCatalogue() CatalogueInUse { return CatalogueInUse{File: catalog.OwnFile()} }

// KnownRequirement reports whether an edition has a requirement of that code.
func (a *App) KnownRequirement(ref domain.Ref) bool {
	_, known := catalog.Requirement(ref)
	return known
}
