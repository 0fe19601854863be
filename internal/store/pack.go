package store

import (
	"context"

	"relier/internal/domain"
)

type packRow struct {
	ID           int64
	OrgID        int64
	EngagementID int64
	Number       int
	Year         int
	Langs        string
	State        string
	Layout       []byte
	TagDigest    []byte
	Size         int64
	Files        int
	Omissions    int
	SealedBy     int64
	SealedAt     int64
	Version      int
}

func (packRow) TableName() string { return "packs" }

func (r packRow) domain() domain.Pack {
	return domain.Pack{ID: domain.PackID(r.ID), Org: domain.OrgID(r.OrgID), Engagement: domain.EngagementID(r.EngagementID),
		Number: r.Number, Year: r.Year, Langs: unlist[string](r.Langs), State: domain.PackState(r.State), Layout: digest(r.Layout),
		TagDigest: digest(r.TagDigest), Size: r.Size, Files: r.Files, Omissions: r.Omissions,
		SealedBy: domain.PersonID(r.SealedBy), SealedAt: moment(r.SealedAt), Version: r.Version}
}

type packBlobRow struct {
	OrgID  int64
	PackID int64
	SHA256 []byte `gorm:"column:sha256"`
	Size   int64
}

func (packBlobRow) TableName() string { return "pack_blobs" }

// CreatePack records a sealed pack and the blobs it is made of.
func (s *Store) CreatePack(ctx context.Context, p *domain.Pack, blobs []domain.Blob) error {
	p.Version = 1
	row := packRow{0, int64(p.Org), int64(p.Engagement), p.Number, p.Year, list(p.Langs), string(p.State), p.Layout[:],
		p.TagDigest[:], p.Size, p.Files, p.Omissions, int64(p.SealedBy), micros(p.SealedAt), p.Version}
	if err := insert(ctx, s, domain.NounPack, &row); err != nil {
		return err
	}
	p.ID = domain.PackID(row.ID)
	rows := make([]packBlobRow, len(blobs))
	for i, b := range blobs {
		rows[i] = packBlobRow{row.OrgID, row.ID, b.SHA256[:], b.Size}
	}
	return insertAll(ctx, s, domain.NounPack, rows)
}

// NextPackNumber returns the number the next pack of a year gets.
func (s *Store) NextPackNumber(ctx context.Context, org domain.OrgID, year int) (int, error) {
	var n int
	err := s.r(ctx).Model(&packRow{}).Where("org_id = ? AND year = ?", int64(org), year).Select("COALESCE(MAX(number), 0) + 1").Scan(&n).Error
	return n, translate(err)
}

// Pack reads one pack.
func (s *Store) Pack(ctx context.Context, org domain.OrgID, id domain.PackID) (domain.Pack, error) {
	row, err := byID[packRow](ctx, s, domain.NounPack, org, int64(id))
	return one(row, err, packRow.domain)
}

// Packs lists the packs of an engagement, the newest first.
func (s *Store) Packs(ctx context.Context, org domain.OrgID, e domain.EngagementID) ([]domain.Pack, error) {
	q := s.r(ctx).Where("org_id = ? AND engagement_id = ?", int64(org), int64(e)).Order("id DESC")
	rows, err := all[packRow](q, domain.NounPack)
	return each(rows, err, packRow.domain)
}
