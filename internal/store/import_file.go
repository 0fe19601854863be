package store

import (
	"context"
	"time"

	"gorm.io/gorm/clause"

	"relier/internal/domain"
)

type importFileRow struct {
	OrgID      int64
	PersonID   int64
	SHA256     []byte `gorm:"column:sha256"`
	ReceivedAt int64
}

func (importFileRow) TableName() string { return "import_files" }

// AddImportFile notes that a person sent a list to an organization; sending it
// again changes nothing.
func (s *Store) AddImportFile(ctx context.Context, org domain.OrgID, person domain.PersonID, file domain.Digest, at time.Time) error {
	row := importFileRow{int64(org), int64(person), file[:], micros(at)}
	return translate(s.w(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&row).Error)
}

// ImportFile reports, as a not-found error, that a person sent no such list.
func (s *Store) ImportFile(ctx context.Context, org domain.OrgID, person domain.PersonID, file domain.Digest) error {
	_, err := take[importFileRow](s.r(ctx).Where("org_id = ? AND person_id = ? AND sha256 = ?", int64(org), int64(person), file[:]), "import")
	return err
}
