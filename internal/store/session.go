package store

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm/clause"

	"relier/internal/domain"
)

type sessionRow struct {
	Token     []byte `gorm:"primaryKey"`
	PersonID  int64
	Created   int64 `gorm:"column:created_at"`
	SeenAt    int64
	UserAgent string
	Address   string
}

func (sessionRow) TableName() string { return "sessions" }

func (r sessionRow) domain() domain.Session {
	return domain.Session{Token: digest(r.Token), Person: domain.PersonID(r.PersonID), CreatedAt: moment(r.Created),
		SeenAt: moment(r.SeenAt), UserAgent: r.UserAgent, Address: r.Address}
}

// CreateSession stores a session under the digest of its token.
func (s *Store) CreateSession(ctx context.Context, v domain.Session) error {
	row := sessionRow{v.Token[:], int64(v.Person), micros(v.CreatedAt), micros(v.SeenAt), v.UserAgent, v.Address}
	if err := s.w(ctx).Create(&row).Error; err != nil {
		return fmt.Errorf("open a session: %w", translate(err))
	}
	return nil
}

// Session reads the session of a token's digest.
func (s *Store) Session(ctx context.Context, token domain.Digest) (domain.Session, error) {
	row, err := take[sessionRow](s.r(ctx).Where("token = ?", token[:]), "session")
	return one(row, err, sessionRow.domain)
}

// TouchSession notes when a session was last used.
func (s *Store) TouchSession(ctx context.Context, token domain.Digest, at time.Time) error {
	err := s.w(ctx).Model(&sessionRow{}).Where("token = ?", token[:]).Update("seen_at", micros(at)).Error
	return translate(err)
}

// EndSession removes one session.
func (s *Store) EndSession(ctx context.Context, token domain.Digest) error {
	return translate(s.w(ctx).Where("token = ?", token[:]).Delete(&sessionRow{}).Error)
}

// EndSessionsOf removes all sessions of a person.
func (s *Store) EndSessionsOf(ctx context.Context, person domain.PersonID) error {
	return translate(s.w(ctx).Where("person_id = ?", int64(person)).Delete(&sessionRow{}).Error)
}

type throttleRow struct {
	Bucket string `gorm:"primaryKey"`
	Failed int
	LastAt int64
}

func (throttleRow) TableName() string { return "throttles" }

// Failures returns how often signing in failed for a bucket and when last.
func (s *Store) Failures(ctx context.Context, bucket string) (int, time.Time, error) {
	row, err := take[throttleRow](s.r(ctx).Where("bucket = ?", bucket), "throttle")
	if domain.IsNotFound(err) {
		return 0, time.Time{}, nil
	}
	return row.Failed, moment(row.LastAt), err
}

// SetFailures stores how often signing in failed for a bucket; 0 forgets it.
func (s *Store) SetFailures(ctx context.Context, bucket string, failed int, at time.Time) error {
	if failed == 0 {
		return translate(s.w(ctx).Where("bucket = ?", bucket).Delete(&throttleRow{}).Error)
	}
	row := throttleRow{bucket, failed, micros(at)}
	return translate(s.w(ctx).Clauses(clause.OnConflict{UpdateAll: true}).Create(&row).Error)
}
