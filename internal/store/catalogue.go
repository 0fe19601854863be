package store

import (
	"context"
	"time"

	"relier/internal/domain"
)

type catalogueRow struct {
	OrgID       int64
	Number      int
	SnapshotDay string
	Title       string
	URL         string `gorm:"column:url"`
	Licence     string
	Attribution string
	SHA256      []byte `gorm:"column:sha256"`
	Content     string
	ImportedBy  int64
	ImportedAt  int64
}

func (catalogueRow) TableName() string { return "catalogues" }

// catalogueFacts are all columns but the content.
var catalogueFacts = []string{"org_id", "number", "snapshot_day", "title", "url", "licence", "attribution", "sha256", "imported_by", "imported_at"}

func (r catalogueRow) domain() domain.CatalogueImport {
	return domain.CatalogueImport{Org: domain.OrgID(r.OrgID), Number: r.Number, Snapshot: day(r.SnapshotDay),
		Source: domain.CatalogueSource{Title: r.Title, URL: r.URL, Licence: r.Licence, Attribution: r.Attribution},
		SHA256: digest(r.SHA256), ImportedBy: domain.PersonID(r.ImportedBy), ImportedAt: moment(r.ImportedAt)}
}

// AddCatalogue appends an import with its whole content; neither is ever changed.
func (s *Store) AddCatalogue(ctx context.Context, v domain.CatalogueImport, content []byte) error {
	row := catalogueRow{int64(v.Org), v.Number, v.Snapshot.String(), v.Source.Title, v.Source.URL, v.Source.Licence, v.Source.Attribution,
		v.SHA256[:], string(content), int64(v.ImportedBy), micros(v.ImportedAt)}
	return insert(ctx, s, domain.NounCatalogue, &row)
}

// Catalogues lists the imports of an organization, the newest first.
func (s *Store) Catalogues(ctx context.Context, org domain.OrgID) ([]domain.CatalogueImport, error) {
	rows, err := all[catalogueRow](s.r(ctx).Select(catalogueFacts).Where("org_id = ?", int64(org)).Order("number DESC"), domain.NounCatalogue)
	return each(rows, err, catalogueRow.domain)
}

// LastCatalogue reads the newest import before a moment; none is a not-found error.
func (s *Store) LastCatalogue(ctx context.Context, org domain.OrgID, before time.Time) (domain.CatalogueImport, error) {
	row, err := take[catalogueRow](s.r(ctx).Select(catalogueFacts).Where("org_id = ? AND imported_at < ?", int64(org), micros(before)).
		Order("number DESC").Limit(1), domain.NounCatalogue)
	return one(row, err, catalogueRow.domain)
}

// CatalogueContent reads the content of one import.
func (s *Store) CatalogueContent(ctx context.Context, org domain.OrgID, number int) ([]byte, error) {
	row, err := take[catalogueRow](s.r(ctx).Select("content").Where("org_id = ? AND number = ?", int64(org), number), domain.NounCatalogue)
	return []byte(row.Content), err
}
