package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"relier/internal/domain"
)

type uploadRow struct {
	OrgID    int64
	PersonID int64
	Token    string
	FileName string
	Size     int64
	Received int64
	Created  int64 `gorm:"column:created_at"`
	Expires  int64 `gorm:"column:expires_at"`
}

func (uploadRow) TableName() string { return "uploads" }

func (r uploadRow) domain() domain.Upload {
	return domain.Upload{Org: domain.OrgID(r.OrgID), Person: domain.PersonID(r.PersonID), Token: r.Token, FileName: r.FileName,
		Size: r.Size, Received: r.Received, CreatedAt: moment(r.Created), ExpiresAt: moment(r.Expires)}
}

// AddUpload notes an upload that begins.
func (s *Store) AddUpload(ctx context.Context, u domain.Upload) error {
	return insert(ctx, s, "upload", &uploadRow{int64(u.Org), int64(u.Person), u.Token, u.FileName, u.Size, u.Received, micros(u.CreatedAt), micros(u.ExpiresAt)})
}

// oneUpload selects a person's own upload; anybody else's does not exist.
func oneUpload(q *gorm.DB, org domain.OrgID, person domain.PersonID, token string) *gorm.DB {
	return q.Where("org_id = ? AND person_id = ? AND token = ?", int64(org), int64(person), token)
}

// Upload reads a person's own upload.
func (s *Store) Upload(ctx context.Context, org domain.OrgID, person domain.PersonID, token string) (domain.Upload, error) {
	row, err := take[uploadRow](oneUpload(s.r(ctx), org, person, token), "upload")
	return one(row, err, uploadRow.domain)
}

// Uploads counts a person's uploads and the bytes they may grow to.
func (s *Store) Uploads(ctx context.Context, org domain.OrgID, person domain.PersonID) (count int, size int64, err error) {
	rows, err := all[uploadRow](s.r(ctx).Where("org_id = ? AND person_id = ?", int64(org), int64(person)), "upload")
	for _, r := range rows {
		size += r.Size
	}
	return len(rows), size, err
}

// GrowUpload notes how many bytes of an upload are safe, and until when it may
// go on.
func (s *Store) GrowUpload(ctx context.Context, u domain.Upload) error {
	res := oneUpload(s.w(ctx).Model(&uploadRow{}), u.Org, u.Person, u.Token).
		Select("received", "expires_at").Updates(map[string]any{"received": u.Received, "expires_at": micros(u.ExpiresAt)})
	if res.Error == nil && res.RowsAffected == 0 {
		return domain.NotFound("upload")
	}
	return translate(res.Error)
}

// DropUpload forgets an upload.
func (s *Store) DropUpload(ctx context.Context, u domain.Upload) error {
	return translate(oneUpload(s.w(ctx), u.Org, u.Person, u.Token).Delete(&uploadRow{}).Error)
}

// ExpiredUploads lists uploads of every organization whose time is over.
func (s *Store) ExpiredUploads(ctx context.Context, now time.Time) ([]domain.Upload, error) {
	rows, err := all[uploadRow](s.r(ctx).Where("expires_at < ?", micros(now)), "upload")
	return each(rows, err, uploadRow.domain)
}

// UploadTokens lists the tokens of all uploads, to find files that none names.
func (s *Store) UploadTokens(ctx context.Context) (map[string]bool, error) {
	var tokens []string
	if err := s.r(ctx).Model(&uploadRow{}).Pluck("token", &tokens).Error; err != nil {
		return nil, translate(err)
	}
	out := make(map[string]bool, len(tokens))
	for _, t := range tokens {
		out[t] = true
	}
	return out, nil
}
