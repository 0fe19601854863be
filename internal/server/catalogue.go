package server

import (
	"relier/internal/app"
	"relier/internal/domain"
	"relier/views"
)

// showCatalogue is one tab of what Microsoft published.
func (s *Server) showCatalogue(c *Ctx) error {
	known, err := s.app.Catalogue(c.Context(), c.Actor)
	if err != nil {
		return err
	}
	v := views.Catalogue{Tab: queryChoice(c, "tab", views.CatalogueTabs), Path: c.At().Catalogue(), About: pathAbout, Today: s.app.Today(),
		Snapshot: known.Snapshot, Offering: known.Offering, Matrix: known.Matrix, Assurance: known.Assurance, Transition: known.Transition,
		Credits: creditsOf(known)}
	if v.Tab == "" {
		v.Tab = views.CatalogueServices
	}
	if c.Actor.Can(domain.ActServiceWrite) {
		v.Add = c.At().NewServiceOf
	}
	if v.Use, err = s.catalogueUse(c, known.InUse); err != nil {
		return err
	}
	v.Listed = known.InUse.Service
	if v.Services, err = s.heldServices(c); err != nil {
		return err
	}
	if v.Documents, err = s.heldDocuments(c); err != nil {
		return err
	}
	return c.Render(views.CataloguePage(c.Page(c.L.T("catalogue.title", nil)), v))
}

// creditsOf are the sources of what the catalogue shows: the provider's pages,
// its matrix. All others are on the About page.
func creditsOf(known app.Catalogue) []domain.Attribution {
	return known.Credits[:min(2, len(known.Credits))]
}

// heldServices are the organization's services by the catalogue's id.
func (s *Server) heldServices(c *Ctx) (map[string][]views.Held, error) {
	services, err := s.app.Services(c.Context(), c.Actor)
	out := map[string][]views.Held{}
	for _, v := range services {
		out[v.Key] = append(out[v.Key], views.Held{Label: c.L.T("environment."+string(v.Environment), nil), Href: c.At().Service(v.ID),
			States: []views.StatusProps{views.StateStatus(c.L, domain.NounService, v.State)}})
	}
	return out, err
}

// heldDocuments are the organization's certificates and reports by the document
// of the catalogue that they were seeded from.
func (s *Server) heldDocuments(c *Ctx) (map[string]views.Held, error) {
	certificates, err := s.app.Certificates(c.Context(), c.Actor)
	if err != nil {
		return nil, err
	}
	reports, err := s.app.Reports(c.Context(), c.Actor)
	out := map[string]views.Held{}
	for _, v := range certificates {
		out[v.CatalogueID] = views.Held{Label: c.L.T("catalogue.our_record", nil), Href: c.At().Certificate(v.ID), States: views.CertificateStates(c.L, s.certificateLine(c, v))}
	}
	for _, v := range reports {
		out[v.CatalogueID] = views.Held{Label: c.L.T("catalogue.our_record", nil), Href: c.At().Report(v.ID), States: []views.StatusProps{views.StateStatus(c.L, domain.NounReport, v.State)}}
	}
	delete(out, "")
	return out, err
}
