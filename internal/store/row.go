package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"syscall"
	"time"

	"github.com/mattn/go-sqlite3"
	"gorm.io/gorm"

	"relier/internal/domain"
)

// overtaken are the states by which PostgreSQL ends a transaction that another
// one overtook: serialization_failure and deadlock_detected. Nothing of it stays.
var overtaken = []string{"40001", "40P01"}

// translate turns what the database says into what a caller can act on.
func translate(err error) error {
	var lite sqlite3.Error
	var state interface{ SQLState() string }
	switch {
	case err == nil:
		return nil
	case errors.Is(err, gorm.ErrDuplicatedKey):
		return &domain.Error{Kind: domain.KindConflict, Key: "error.duplicate", Err: err}
	case errors.Is(err, gorm.ErrForeignKeyViolated):
		return &domain.Error{Kind: domain.KindConflict, Key: "error.reference", Err: err}
	case errors.As(err, &lite) && diskFull(lite):
		return &domain.Error{Kind: domain.KindUnavailable, Key: "error.disk_full", Err: err}
	case errors.As(err, &lite) && lite.Code == sqlite3.ErrIoErr:
		return &domain.Error{Kind: domain.KindUnavailable, Key: "error.disk_broken", Err: err}
	case errors.As(err, &lite) && lite.Code == sqlite3.ErrBusy:
		return &domain.Error{Kind: domain.KindUnavailable, Key: "error.busy", Err: err}
	case errors.As(err, &state) && slices.Contains(overtaken, state.SQLState()):
		return &domain.Error{Kind: domain.KindUnavailable, Key: "error.busy", Err: err}
	}
	return err
}

// diskFull reports whether SQLite met a disk, a quota or a file-size limit that is
// used up. Growing the shared memory of the WAL fails without a number.
func diskFull(err sqlite3.Error) bool {
	if err.Code == sqlite3.ErrFull || err.ExtendedCode == sqlite3.ErrIoErrSHMSize {
		return true
	}
	return (err.Code == sqlite3.ErrIoErr || err.Code == sqlite3.ErrCantOpen) &&
		slices.Contains([]syscall.Errno{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG}, err.SystemErrno)
}

// unsureError is a commit that failed: its fsync, say. What it wrote may be read
// back as committed after the next start, or may not.
type unsureError struct{ error }

// Unwrap implements errors.
func (e unsureError) Unwrap() error { return e.error }

// Unsure reports whether a transaction that ended with err may have lasted all
// the same. Until the next start nobody can know; nothing that its rows might
// name may be taken away.
func Unsure(err error) bool {
	_, unsure := errors.AsType[unsureError](err)
	return unsure
}

// ranOut tells a commit that could not write its last page, and so left nothing,
// from one that could not force its pages to the disk.
func ranOut(err error) bool {
	lite, ok := errors.AsType[sqlite3.Error](err)
	return ok && lite.Code == sqlite3.ErrFull
}

// take reads the one row that a query selects; none is a not-found error.
func take[R any](q *gorm.DB, noun domain.Noun) (R, error) {
	var row R
	err := q.Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return row, domain.NotFound(string(noun))
	}
	if err != nil {
		return row, fmt.Errorf("read %s: %w", noun, translate(err))
	}
	return row, nil
}

// byID selects one row of an organization.
func byID[R any](ctx context.Context, s *Store, noun domain.Noun, org domain.OrgID, id int64) (R, error) {
	return take[R](s.r(ctx).Where("org_id = ? AND id = ?", int64(org), id), noun)
}

// all reads the rows that a query selects.
func all[R any](q *gorm.DB, noun domain.Noun) ([]R, error) {
	var rows []R
	if err := q.Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("list %s: %w", noun, translate(err))
	}
	return rows, nil
}

// insert adds a row; the database's id is set on it. Like every write here it
// opens a transaction where none surrounds it: what is written is in the log.
func insert[R any](ctx context.Context, s *Store, noun domain.Noun, row *R) error {
	err := s.Tx(ctx, func(tx *Store) error { return tx.w(ctx).Create(row).Error })
	if err != nil {
		return fmt.Errorf("add %s: %w", noun, translate(err))
	}
	return nil
}

// insertAll adds rows that carry their own keys.
func insertAll[R any](ctx context.Context, s *Store, noun domain.Noun, rows []R) error {
	if len(rows) == 0 {
		return nil
	}
	err := s.Tx(ctx, func(tx *Store) error { return tx.w(ctx).CreateInBatches(rows, 100).Error })
	if err != nil {
		return fmt.Errorf("add %s: %w", noun, translate(err))
	}
	return nil
}

// replace writes every column of a row that still is at the version its
// editor saw. Select("*") makes GORM write zero values too.
func replace[R any](ctx context.Context, s *Store, noun domain.Noun, row *R, org domain.OrgID, id int64, seen int) error {
	return s.Tx(ctx, func(s *Store) error {
		res := s.w(ctx).Model(new(R)).Select("*").Omit("id", "org_id").
			Where("org_id = ? AND id = ? AND version = ?", int64(org), id, seen).Updates(row)
		if res.Error != nil {
			return fmt.Errorf("change %s: %w", noun, translate(res.Error))
		}
		if res.RowsAffected == 0 {
			return staleOrMissing[R](ctx, s, noun, org, id)
		}
		return nil
	})
}

func staleOrMissing[R any](ctx context.Context, s *Store, noun domain.Noun, org domain.OrgID, id int64) error {
	if _, err := byID[R](ctx, s, noun, org, id); err != nil {
		return err
	}
	return domain.Stale()
}

// each maps rows to domain values.
func each[R, D any](rows []R, err error, f func(R) D) ([]D, error) {
	if err != nil {
		return nil, err
	}
	out := make([]D, len(rows))
	for i, row := range rows {
		out[i] = f(row)
	}
	return out, nil
}

// one maps a row to its domain value.
func one[R, D any](row R, err error, f func(R) D) (D, error) {
	if err != nil {
		var zero D
		return zero, err
	}
	return f(row), nil
}

// ref is an optional reference: zero is stored as NULL.
func ref[T ~int64](id T) *int64 {
	if id == 0 {
		return nil
	}
	v := int64(id)
	return &v
}

func deref[T ~int64](p *int64) T {
	if p == nil {
		return 0
	}
	return T(*p)
}

// micros is how a time is stored; the zero time is 0.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func moment(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

// day reads a stored date. What the application wrote is always valid; what
// somebody else put there reads as "not set", and the check names it.
func day(s string) domain.Date {
	d, _ := domain.ParseDate(s)
	return d
}

func days(from, to string) domain.Period { return domain.Period{From: day(from), To: day(to)} }

// list writes a slice as JSON text; nil is [].
func list[T any](v []T) string {
	if len(v) == 0 {
		return "[]"
	}
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // plain values of our own always marshal
	}
	return string(b)
}

func unlist[T any](s string) []T {
	var v []T
	if s == "" || s == "[]" || json.Unmarshal([]byte(s), &v) != nil {
		return nil
	}
	return v
}

func digest(b []byte) (d domain.Digest) {
	copy(d[:], b)
	return d
}

// digestBytes stores the zero digest as NULL.
func digestBytes(d domain.Digest) []byte {
	if d.IsZero() {
		return nil
	}
	return d[:]
}

// within narrows a query to ids, as long as they fit the parameters of one
// statement; beyond that the caller's map drops what it did not ask for.
func within(q *gorm.DB, column string, ids []int64) *gorm.DB {
	if len(ids) > 500 {
		return q
	}
	return q.Where(column+" IN ?", ids)
}
