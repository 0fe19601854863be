package domain

import (
	"slices"
	"time"
)

// A catalogue file is a snapshot of what the provider offers, in the one format
// that organizations import: docs/catalogue-format.md. Like all of the provider
// catalogue it is a lead for auditors, never proof.

// CatalogueFormat and CatalogueFormatVersion say what a file must call itself.
const (
	CatalogueFormat        = "relier-catalogue"
	CatalogueFormatVersion = 1
)

// CatalogueFile is one snapshot.
type CatalogueFile struct {
	Format    string           `json:"format"`
	Version   int              `json:"version"`
	Snapshot  Date             `json:"snapshot"` // the day on which the sources said so
	Source    CatalogueSource  `json:"source"`
	Services  []ListedService  `json:"services"`
	Documents []ListedDocument `json:"documents"`
}

// CatalogueSource says where a snapshot comes from and on what terms.
type CatalogueSource struct {
	Title       string `json:"title"`
	URL         string `json:"url,omitempty"`
	Licence     string `json:"licence"`
	Attribution string `json:"attribution"`
}

// ListedService is a service as a snapshot lists it.
type ListedService struct {
	ID           string          `json:"id"` // Service.Key of those who use it
	Name         Text            `json:"name"`
	Environments []Environment   `json:"environments,omitempty"` // clouds that the source names
	Changes      []ServiceChange `json:"changes,omitempty"`      // in order of time; On is zero where no day is known
	Closed       Date            `json:"closed,omitzero"`        // last day the provider offers it; zero: still offered
	Successor    string          `json:"successor,omitempty"`    // what takes the place of one that closes
	Note         Text            `json:"note,omitzero"`
}

// ListedDocument is a certificate, report or SoA as a snapshot lists it.
type ListedDocument struct {
	ID       string                `json:"id"`
	Kind     CatalogueDocumentKind `json:"kind"`
	Title    Text                  `json:"title"`
	Number   string                `json:"number,omitempty"`
	Edition  Edition               `json:"edition,omitempty"` // always given for a certificate
	Services []string              `json:"services,omitempty"`
	URL      string                `json:"url,omitempty"`
}

// Service finds a service of the snapshot.
func (f CatalogueFile) Service(id string) (ListedService, bool) {
	i := slices.IndexFunc(f.Services, func(s ListedService) bool { return s.ID == id })
	if i < 0 {
		return ListedService{}, false
	}
	return f.Services[i], true
}

// Document finds a certificate, report or SoA of the snapshot.
func (f CatalogueFile) Document(id string) (ListedDocument, bool) {
	i := slices.IndexFunc(f.Documents, func(d ListedDocument) bool { return d.ID == id })
	if i < 0 {
		return ListedDocument{}, false
	}
	return f.Documents[i], true
}

// Update is a service in use as the snapshot has it, and whether that differs: it
// takes over the closing day and the changes. Its name stays as a person gave
// it, and a service that the snapshot does not list stays as it is.
func (f CatalogueFile) Update(s Service) (Service, bool) {
	listed, ok := f.Service(s.Key)
	if !ok || s.Closed == listed.Closed && slices.Equal(s.Changes, listed.Changes) {
		return s, false
	}
	s.Closed, s.Changes = listed.Closed, listed.Changes
	return s, true
}

// NowNamed is the newest name that the changes tell, or "".
func (s ListedService) NowNamed() string {
	name := ""
	for _, c := range s.Changes {
		if c.Kind == ServiceRenamed {
			name = c.Now
		}
	}
	return name
}

// Over lays what a newer snapshot lists over what is known of the service.
func (s ListedService) Over(known CatalogueService) CatalogueService {
	now := s.NowNamed()
	if now == "" && known.ID != "" && s.Name.EN != known.Name.EN {
		now = s.Name.EN
	}
	status := ""
	switch {
	case s.Closed != 0 && s.Closed == known.Closed:
		status = known.Status
	case s.Closed != 0:
		status = "ends"
	case s.Note.EN != "":
		status = "noted"
	case now != "":
		status = "renamed"
	}
	return CatalogueService{ID: s.ID, Name: s.Name, Features: known.Features, Closed: s.Closed, NowNamed: now,
		Successor: s.Successor, Status: status, StatusText: s.Note}
}

// Over lays what a newer snapshot lists over what is known of the document.
func (d ListedDocument) Over(known CatalogueDocument) CatalogueDocument {
	known.ID, known.Kind, known.Title, known.URL, known.Number = d.ID, d.Kind, d.Title, d.URL, d.Number
	known.ServicesEN, known.ServicesFR = d.Services, d.Services
	return known
}

// CatalogueImport is a snapshot that an organization took into use. Imports are
// numbered from 1 within the organization and never change.
type CatalogueImport struct {
	Org        OrgID           `json:"org"`
	Number     int             `json:"number"`
	Snapshot   Date            `json:"snapshot"`
	Source     CatalogueSource `json:"source"`
	SHA256     Digest          `json:"sha256"` // of the content in its plain form
	ImportedBy PersonID        `json:"imported_by"`
	ImportedAt time.Time       `json:"imported_at"`
}
