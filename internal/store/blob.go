package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/mattn/go-sqlite3"

	"relier/internal/domain"
)

// BlobUse is one place that needs a blob to exist.
type BlobUse struct {
	Blob     domain.Blob // SHA512 is "" where the row does not keep it
	Org      domain.OrgID
	OrgCode  string
	Noun     domain.Noun // evidence, pack, or "import" for a list that was sent
	Evidence domain.EvidenceID
	Code     string // of the item or pack
	Version  int    // of the item
	FileName string
}

// Where says what would be lost, for a person to read.
func (u BlobUse) Where() string {
	switch u.Noun {
	case domain.NounEvidence:
		return fmt.Sprintf("%s %s v%d %q", u.OrgCode, u.Code, u.Version, u.FileName)
	case domain.NounPack:
		return u.OrgCode + " " + u.Code
	}
	return u.OrgCode + " " + string(u.Noun)
}

// BlobScope narrows which uses are listed; the zero value is all.
type BlobScope struct {
	Org   domain.OrgID
	Since time.Time     // uploaded or sealed since
	From  domain.Digest // the first digest
	To    domain.Digest // the digest after the last; zero: no end
}

// blobUses lists every row that needs a blob. A column that holds the digest of
// a blob belongs here, or the sweeper takes the bytes away; a test asks about
// each column of digests.
const blobUses = `
	SELECT v.sha256, v.sha512, v.crc32, v.size, v.org_id, 'evidence' AS noun, e.id AS evidence, e.number, v.number AS version, 0 AS year, v.file_name, v.uploaded_at AS at
	FROM evidence_versions v JOIN evidence e ON e.org_id = v.org_id AND e.id = v.evidence_id WHERE v.sha256 IS NOT NULL
	UNION ALL SELECT b.sha256, '', 0, b.size, b.org_id, 'pack', 0, p.number, 0, p.year, '', p.sealed_at
	FROM pack_blobs b JOIN packs p ON p.org_id = b.org_id AND p.id = b.pack_id
	UNION ALL SELECT f.sha256, '', 0, -1, f.org_id, 'import', 0, 0, 0, 0, '', f.received_at FROM import_files f`

type blobUseRow struct {
	SHA256   []byte `gorm:"column:sha256"`
	SHA512   string `gorm:"column:sha512"`
	CRC32    int64  `gorm:"column:crc32"`
	Size     int64
	OrgID    int64
	OrgCode  string
	Noun     string
	Evidence int64
	Number   int
	Version  int
	Year     int
	FileName string
}

func (r blobUseRow) domain() BlobUse {
	u := BlobUse{Blob: domain.Blob{SHA256: digest(r.SHA256), SHA512: r.SHA512, CRC32: uint32(r.CRC32), Size: r.Size}, Org: domain.OrgID(r.OrgID),
		OrgCode: r.OrgCode, Noun: domain.Noun(r.Noun), Evidence: domain.EvidenceID(r.Evidence), Version: r.Version, FileName: r.FileName}
	switch u.Noun {
	case domain.NounEvidence:
		u.Code = domain.EvidenceCode(r.Number)
	case domain.NounPack:
		u.Code = domain.Pack{Year: r.Year, Number: r.Number}.Code()
	}
	return u
}

// BlobUses lists the rows that need a blob, in the order of the digests.
func (s *Store) BlobUses(ctx context.Context, in BlobScope) ([]BlobUse, error) {
	q := s.r(ctx).Table("(" + blobUses + ") u").Select("u.*, o.code AS org_code").Joins("JOIN organizations o ON o.id = u.org_id").Order("u.sha256, u.org_id, u.number, u.version")
	if in.Org != 0 {
		q = q.Where("u.org_id = ?", int64(in.Org))
	}
	if !in.Since.IsZero() {
		q = q.Where("u.at >= ?", micros(in.Since))
	}
	if !in.From.IsZero() {
		q = q.Where("u.sha256 >= ?", in.From[:])
	}
	if !in.To.IsZero() {
		q = q.Where("u.sha256 < ?", in.To[:])
	}
	rows, err := all[blobUseRow](q, "blob")
	return each(rows, err, blobUseRow.domain)
}

// CheckIntegrity asks the database about itself and returns what it complains
// about: nothing when it is sound.
func (s *Store) CheckIntegrity(ctx context.Context) ([]string, error) {
	steps, err := s.missedSteps(ctx)
	if err != nil || s.dialect != "sqlite" {
		return steps, err // PostgreSQL verifies its pages as it reads them
	}
	var found, links []string
	err = s.r(ctx).Raw("PRAGMA integrity_check").Scan(&found).Error
	if Damaged(err) {
		return []string{err.Error()}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("check the database: %w", translate(err))
	}
	if len(found) == 1 && found[0] == "ok" {
		found = nil
	}
	err = s.r(ctx).Raw(`SELECT "table" || ' row ' || rowid || ' points to no ' || parent FROM pragma_foreign_key_check`).Scan(&links).Error
	if Damaged(err) {
		return append(found, err.Error()), nil
	}
	if err != nil {
		return nil, fmt.Errorf("check references: %w", translate(err))
	}
	return append(append(found, links...), steps...), nil
}

// missedSteps names the migrations that the schema's own count does not hold as
// applied, each once and in order: the next start would apply them again.
func (s *Store) missedSteps(ctx context.Context) (out []string, err error) {
	var rows []struct {
		VersionID int64
		IsApplied bool
	}
	err = s.r(ctx).Raw("SELECT version_id, is_applied FROM goose_db_version ORDER BY version_id").Scan(&rows).Error
	if Damaged(err) {
		return []string{err.Error()}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("check the schema's version: %w", translate(err))
	}
	for i, r := range rows {
		if r.VersionID != int64(i) || !r.IsApplied {
			out = append(out, fmt.Sprintf("goose_db_version: step %d is recorded as step %d, applied: %v", i, r.VersionID, r.IsApplied))
		}
	}
	return out, nil
}

// Damaged reports whether err says that the database file itself is broken.
func Damaged(err error) bool {
	var lite sqlite3.Error
	return errors.As(err, &lite) && (lite.Code == sqlite3.ErrCorrupt || lite.Code == sqlite3.ErrNotADB || lite.Code == sqlite3.ErrFormat)
}
