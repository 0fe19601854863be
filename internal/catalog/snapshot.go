package catalog

import (
	"slices"
	"sync"

	"relier/internal/domain"
)

var ownFile = sync.OnceValue(loadOwnFile)

// OwnFile returns what ships inside the program as a catalogue file: the January
// 2020 snapshot, and what is known of later names and closing days. Treat it as
// read-only.
func OwnFile() domain.CatalogueFile { return ownFile() }

func loadOwnFile() domain.CatalogueFile {
	c := Provider()
	day, err := domain.ParseDate(c.SnapshotDate)
	if err != nil {
		panic(err) // a fault of the build
	}
	f := domain.CatalogueFile{Format: domain.CatalogueFormat, Version: domain.CatalogueFormatVersion, Snapshot: day,
		Source: domain.CatalogueSource{Title: c.Title.EN, URL: Attributions()[0].URL, Licence: Attributions()[0].Licence.EN, Attribution: Attributions()[0].Author}}
	for _, s := range slices.Concat(c.Services, c.AlsoNamed) {
		f.Services = append(f.Services, listedService(s, c.Renames))
	}
	for _, d := range slices.Concat(c.Certificates, c.Assessments) {
		f.Documents = append(f.Documents, listedDocument(d, c.Edition))
	}
	return f
}

// listedService tells names and the closing day as the renames table does; none
// of its renames has a day.
func listedService(s domain.CatalogueService, renames []domain.Rename) domain.ListedService {
	out := domain.ListedService{ID: s.ID, Name: s.Name, Closed: s.Closed, Successor: s.Successor}
	for _, r := range renames {
		if r.ServiceID == s.ID && r.Subject == domain.RenameOfService && r.NowNamed != "" && !r.Unchanged() {
			out.Changes = append(out.Changes, domain.ServiceChange{Kind: domain.ServiceRenamed, On: fullDate(r.Effective), Now: r.NowNamed})
		}
	}
	if len(out.Changes) == 0 || s.Closed != 0 || s.Status == "dropped from the in-scope list" {
		out.Note = s.StatusText
	}
	return out
}

func listedDocument(d domain.CatalogueDocument, e domain.Edition) domain.ListedDocument {
	out := domain.ListedDocument{ID: d.ID, Kind: d.Kind, Title: d.Title, Number: d.Number, Services: d.ServicesEN, URL: d.URL}
	if d.Kind == domain.DocCertificate {
		out.Edition = e
	}
	return out
}
