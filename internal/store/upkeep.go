package store

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm/clause"

	"relier/internal/domain"
)

// These tables are the server's own, not a tenant's: the same bytes may belong
// to several organizations. What a page shows of them is narrowed to one.

type scrubSliceRow struct {
	Slice     int `gorm:"primaryKey;autoIncrement:false"`
	CheckedAt int64
	Files     int
	Bytes     int64
}

func (scrubSliceRow) TableName() string { return "scrub_slices" }

func (r scrubSliceRow) domain() domain.ScrubSlice {
	return domain.ScrubSlice{Slice: r.Slice, CheckedAt: moment(r.CheckedAt), Files: r.Files, Bytes: r.Bytes}
}

// ScrubSlices lists the slices that were checked, the longest ago first.
func (s *Store) ScrubSlices(ctx context.Context) ([]domain.ScrubSlice, error) {
	rows, err := all[scrubSliceRow](s.r(ctx).Order("checked_at, slice"), "scrub")
	return each(rows, err, scrubSliceRow.domain)
}

// PutScrubSlice notes that a slice was checked.
func (s *Store) PutScrubSlice(ctx context.Context, v domain.ScrubSlice) error {
	return s.put(ctx, "slice", &scrubSliceRow{v.Slice, micros(v.CheckedAt), v.Files, v.Bytes}, "checked_at", "files", "bytes")
}

// put inserts a row or, where its key is there, changes the columns named.
func (s *Store) put(ctx context.Context, key string, row any, columns ...string) error {
	err := s.w(ctx).Clauses(clause.OnConflict{Columns: []clause.Column{{Name: key}}, DoUpdates: clause.AssignmentColumns(columns)}).Create(row).Error
	if err != nil {
		return fmt.Errorf("note upkeep: %w", translate(err))
	}
	return nil
}

type blobDamageRow struct {
	SHA256    []byte `gorm:"column:sha256;primaryKey"`
	Kind      string
	FirstSeen int64
	LastSeen  int64
}

func (blobDamageRow) TableName() string { return "blob_damages" }

func (r blobDamageRow) domain() domain.BlobDamage {
	return domain.BlobDamage{SHA256: digest(r.SHA256), Kind: r.Kind, FirstSeen: moment(r.FirstSeen), LastSeen: moment(r.LastSeen)}
}

// PutBlobDamage notes damage; when it was first seen stays.
func (s *Store) PutBlobDamage(ctx context.Context, d domain.Digest, kind string, at time.Time) error {
	return s.put(ctx, "sha256", &blobDamageRow{d[:], kind, micros(at), micros(at)}, "kind", "last_seen")
}

// EndBlobDamage notes that bytes are sound, or gone with the last row that cited them.
func (s *Store) EndBlobDamage(ctx context.Context, d domain.Digest) error {
	return translate(s.w(ctx).Where("sha256 = ?", d[:]).Delete(&blobDamageRow{}).Error)
}

// BlobDamages lists all known damage.
func (s *Store) BlobDamages(ctx context.Context) ([]domain.BlobDamage, error) {
	rows, err := all[blobDamageRow](s.r(ctx).Order("first_seen, sha256"), "damage")
	return each(rows, err, blobDamageRow.domain)
}

// DamagedUse is a row whose bytes are damaged.
type DamagedUse struct {
	BlobUse
	domain.BlobDamage
}

// DamagedUses lists what damage concerns an organization: for a page, so it
// looks from the few damages to the rows.
func (s *Store) DamagedUses(ctx context.Context, org domain.OrgID) ([]DamagedUse, error) {
	damages, err := s.BlobDamages(ctx)
	if err != nil || len(damages) == 0 {
		return nil, err
	}
	type row struct {
		Use       blobUseRow `gorm:"embedded"`
		Kind      string
		FirstSeen int64
		LastSeen  int64
	}
	q := s.r(ctx).Table("("+blobUses+") u").Select("u.*, o.code AS org_code, d.kind, d.first_seen, d.last_seen").
		Joins("JOIN organizations o ON o.id = u.org_id").Joins("JOIN blob_damages d ON d.sha256 = u.sha256").
		Where("u.org_id = ? AND u.sha256 IN (?)", int64(org), s.r(ctx).Model(&blobDamageRow{}).Select("sha256")).
		Order("d.first_seen, u.number, u.version")
	rows, err := all[row](q, "damage")
	return each(rows, err, func(r row) DamagedUse {
		u := r.Use.domain()
		return DamagedUse{u, domain.BlobDamage{SHA256: u.Blob.SHA256, Kind: r.Kind, FirstSeen: moment(r.FirstSeen), LastSeen: moment(r.LastSeen)}}
	})
}

type blobOrphanRow struct {
	SHA256 []byte `gorm:"column:sha256;primaryKey"`
	Since  int64
}

func (blobOrphanRow) TableName() string { return "blob_orphans" }

// BlobOrphans maps the blobs that no row cited to when that was first seen.
func (s *Store) BlobOrphans(ctx context.Context) (map[domain.Digest]time.Time, error) {
	rows, err := all[blobOrphanRow](s.r(ctx), "orphan")
	out := make(map[domain.Digest]time.Time, len(rows))
	for _, r := range rows {
		out[digest(r.SHA256)] = moment(r.Since)
	}
	return out, err
}

// AddBlobOrphan notes that no row cites a blob; when that was first seen stays.
func (s *Store) AddBlobOrphan(ctx context.Context, d domain.Digest, at time.Time) error {
	row := blobOrphanRow{d[:], micros(at)}
	return translate(s.w(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&row).Error)
}

// EndBlobOrphan forgets an orphan: it is cited again, or gone.
func (s *Store) EndBlobOrphan(ctx context.Context, d domain.Digest) error {
	return translate(s.w(ctx).Where("sha256 = ?", d[:]).Delete(&blobOrphanRow{}).Error)
}

// DropImportFiles forgets the lists that were sent before a moment.
func (s *Store) DropImportFiles(ctx context.Context, before time.Time) (int, error) {
	res := s.w(ctx).Where("received_at < ?", micros(before)).Delete(&importFileRow{})
	return int(res.RowsAffected), translate(res.Error)
}

type upkeepRow struct {
	Task   string `gorm:"primaryKey"`
	At     int64
	Sound  bool
	Number int
	Found  string
}

func (upkeepRow) TableName() string { return "upkeep" }

func (r upkeepRow) domain() domain.UpkeepRun {
	return domain.UpkeepRun{Task: domain.UpkeepTask(r.Task), At: moment(r.At), Sound: r.Sound, Number: r.Number, Found: unlist[string](r.Found)}
}

// PutUpkeepRun notes the last run of a task.
func (s *Store) PutUpkeepRun(ctx context.Context, v domain.UpkeepRun) error {
	return s.put(ctx, "task", &upkeepRow{string(v.Task), micros(v.At), v.Sound, v.Number, list(v.Found)}, "at", "sound", "number", "found")
}

// UpkeepRuns maps each task that ever ran to its last run.
func (s *Store) UpkeepRuns(ctx context.Context) (map[domain.UpkeepTask]domain.UpkeepRun, error) {
	rows, err := all[upkeepRow](s.r(ctx), "upkeep")
	out := make(map[domain.UpkeepTask]domain.UpkeepRun, len(rows))
	for _, r := range rows {
		out[domain.UpkeepTask(r.Task)] = r.domain()
	}
	return out, err
}
