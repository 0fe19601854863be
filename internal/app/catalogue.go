package app

import (
	"context"

	"relier/internal/catalog"
	"relier/internal/domain"
)

// Catalogue is all that the program knows of the provider's offering.
type Catalogue struct {
	Snapshot   *domain.ProviderCatalogue
	Offering   domain.Offering // a later copy of the page
	Matrix     []domain.MatrixRow
	Assurance  []domain.AssuranceEvidence
	Transition domain.EditionTransition
	Credits    []domain.Attribution
}

// Catalogue reads the reference data about the provider; it is the same for
// every organization.
func (a *App) Catalogue(_ context.Context, actor domain.Actor) (Catalogue, error) {
	if err := actor.Allow(domain.ActRead); err != nil {
		return Catalogue{}, err
	}
	return Catalogue{
		Snapshot: catalog.Provider(), Offering: catalog.CurrentOffering(), Matrix: catalog.Matrix(),
		Assurance: catalog.AssuranceEvidence(), Transition: catalog.Transition(), Credits: catalog.Attributions(),
	}, nil
}

// CatalogueService finds a service of the catalogue by its id; ok is false for
// one that the organization named itself.
func (a *App) CatalogueService(key string) (s domain.CatalogueService, ok bool) {
	return catalog.CatalogueService(key)
}

// CatalogueDocument finds the document of the catalogue that a certificate or
// report was seeded from.
func (a *App) CatalogueDocument(id string) (d domain.CatalogueDocument, ok bool) {
	return catalog.CatalogueDocument(id)
}

// KnownRequirement reports whether an edition has a requirement of that code.
func (a *App) KnownRequirement(ref domain.Ref) bool {
	_, known := catalog.Requirement(ref)
	return known
}
