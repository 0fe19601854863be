package store

import (
	"context"
	"fmt"

	"relier/internal/domain"
)

// BlobUse is one place that needs a blob to exist.
type BlobUse struct {
	Blob  domain.Blob // SHA512 is "" where the row does not keep it
	Where string      // what would be lost, for a person to read
}

// BlobUses lists every blob that some row needs, for checks and the sweeper.
func (s *Store) BlobUses(ctx context.Context) ([]BlobUse, error) {
	var rows []struct {
		SHA256 []byte `gorm:"column:sha256"`
		SHA512 string `gorm:"column:sha512"`
		CRC32  int64  `gorm:"column:crc32"`
		Size   int64
		Place  string
	}
	err := s.r(ctx).Raw(`
		SELECT v.sha256, v.sha512, v.crc32, v.size, o.code || ' evidence ' || e.number || ' v' || v.number AS place
		FROM evidence_versions v JOIN organizations o ON o.id = v.org_id JOIN evidence e ON e.org_id = v.org_id AND e.id = v.evidence_id
		WHERE v.sha256 IS NOT NULL
		UNION ALL SELECT b.sha256, '', 0, b.size, o.code || ' pack ' || p.year || '-' || p.number FROM pack_blobs b
		JOIN organizations o ON o.id = b.org_id JOIN packs p ON p.org_id = b.org_id AND p.id = b.pack_id`).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("list blobs in use: %w", translate(err))
	}
	out := make([]BlobUse, len(rows))
	for i, r := range rows {
		out[i] = BlobUse{domain.Blob{SHA256: digest(r.SHA256), SHA512: r.SHA512, CRC32: uint32(r.CRC32), Size: r.Size}, r.Place}
	}
	return out, nil
}

// CheckIntegrity asks the database about itself and returns what it complains
// about: nothing when it is sound.
func (s *Store) CheckIntegrity(ctx context.Context) ([]string, error) {
	if s.dialect != "sqlite" {
		return nil, nil // PostgreSQL verifies its pages as it reads them
	}
	var found, links []string
	if err := s.r(ctx).Raw("PRAGMA integrity_check").Scan(&found).Error; err != nil {
		return nil, fmt.Errorf("check the database: %w", translate(err))
	}
	if len(found) == 1 && found[0] == "ok" {
		found = nil
	}
	if err := s.r(ctx).Raw(`SELECT "table" || ' row ' || rowid || ' points to no ' || parent FROM pragma_foreign_key_check`).Scan(&links).Error; err != nil {
		return nil, fmt.Errorf("check references: %w", translate(err))
	}
	return append(found, links...), nil
}
