package catalog

import (
	"slices"
	"sync"

	"relier/internal/domain"
)

type provider struct {
	catalogue domain.ProviderCatalogue
	services  map[string]domain.CatalogueService
	documents map[string]domain.CatalogueDocument
}

var snapshot = sync.OnceValue(loadProvider)

// Provider returns the January 2020 snapshot of Microsoft's offering to the
// 2013 edition. It lists 23 services and 9 certificates: the eight of the
// certificates list, and IS 533913 that only an FAQ answer names.
func Provider() *domain.ProviderCatalogue {
	c := snapshot().catalogue
	c.Services = slices.Clone(c.Services)
	c.AlsoNamed = slices.Clone(c.AlsoNamed)
	c.InScope = slices.Clone(c.InScope)
	c.Certificates = slices.Clone(c.Certificates)
	c.Assessments = slices.Clone(c.Assessments)
	c.FAQ = slices.Clone(c.FAQ)
	c.Resources = slices.Clone(c.Resources)
	c.WhitePapers = slices.Clone(c.WhitePapers)
	c.Oddities = slices.Clone(c.Oddities)
	c.Renames = slices.Clone(c.Renames)
	return &c
}

// CatalogueService returns a service by id. It also knows those that a document
// names although no in-scope entry does (Yammer).
func CatalogueService(id string) (domain.CatalogueService, bool) {
	s, ok := snapshot().services[id]
	return s, ok
}

// CatalogueDocument returns a certificate, report or SoA of the snapshot by id.
func CatalogueDocument(id string) (domain.CatalogueDocument, bool) {
	d, ok := snapshot().documents[id]
	return d, ok
}

func loadProvider() provider {
	p := provider{
		catalogue: document[domain.ProviderCatalogue]("provider.json"),
		services:  map[string]domain.CatalogueService{},
		documents: map[string]domain.CatalogueDocument{},
	}
	c := &p.catalogue
	c.Renames = loadRenames()
	for _, services := range [][]domain.CatalogueService{c.Services, c.AlsoNamed} {
		for i := range services {
			followRenames(&services[i], c.Renames)
			p.services[services[i].ID] = services[i]
		}
	}
	for _, d := range slices.Concat(c.Certificates, c.Assessments) {
		p.documents[d.ID] = d
	}
	return p
}

// followRenames applies to s the rows about the service itself, which the table
// keeps in order of time.
func followRenames(s *domain.CatalogueService, rows []domain.Rename) {
	for _, r := range rows {
		if r.ServiceID != s.ID || r.Subject != domain.RenameOfService || r.Unchanged() {
			continue
		}
		s.Status, s.StatusText = r.Status, r.StatusText
		if r.NowNamed != "" {
			s.NowNamed = r.NowNamed
		}
		if r.Ended() {
			s.Closed, s.Successor = fullDate(r.Effective), r.Successor
		}
	}
}

// fullDate returns the zero Date for anything less than a day: "2021-11", "n/a".
func fullDate(s string) domain.Date {
	d, err := domain.ParseDate(s)
	if err != nil {
		return 0
	}
	return d
}

func loadRenames() []domain.Rename {
	var out []domain.Rename
	for _, row := range table("renames.tsv", "old", "new", "outcome_en", "outcome_fr", "now", "successor",
		"status", "status_fr", "effective", "effective_en", "effective_fr", "subject", "service", "source", "confidence") {
		out = append(out, domain.Rename{
			OldName:       row[0],
			NewName:       row[1],
			Outcome:       text(row[2], row[3]),
			NowNamed:      row[4],
			Successor:     row[5],
			Status:        row[6],
			StatusText:    text(row[6], row[7]),
			Effective:     row[8],
			EffectiveText: text(row[9], row[10]),
			Subject:       domain.RenameSubject(row[11]),
			ServiceID:     row[12],
			Source:        row[13],
			Confidence:    row[14],
		})
	}
	return out
}
