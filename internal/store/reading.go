package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path"
	"runtime"
	"strconv"
	"strings"

	"gorm.io/driver/sqlite"
	"gorm.io/gorm"

	"relier/internal/domain"
	"relier/migrations"
)

// OpenReading opens a database for reading alone: beside a server, without its
// lock, and without bringing the schema up to date. One of another schema than
// this program's is refused with error.schema.
func OpenReading(ctx context.Context, address string) (*Store, error) {
	if strings.HasPrefix(address, "postgres://") || strings.HasPrefix(address, "postgresql://") {
		s, err := openPostgres(ctx, address)
		if err != nil {
			return nil, fmt.Errorf("open the database: %w", err)
		}
		return s.sameSchema(ctx)
	}
	s, err := openFile(address, url.Values{"mode": {"ro"}, "_query_only": {"on"}, "_busy_timeout": {"10000"}})
	if err != nil {
		return nil, err
	}
	return s.sameSchema(ctx)
}

// OpenImage opens a database file that nobody writes to, such as one of a
// backup, whatever its schema, and leaves nothing beside it. Its log can be
// checked where its schema is this program's.
func OpenImage(ctx context.Context, file string) (*Store, error) {
	s, err := openFile(file, url.Values{"mode": {"ro"}, "immutable": {"1"}, "_query_only": {"on"}})
	if err != nil {
		return nil, err
	}
	if version, err := s.SchemaVersion(ctx); err == nil && version == KnownSchema() {
		err = s.knowLog(ctx)
		if err != nil && !Damaged(err) { // whoever reads on meets the damage again
			return nil, errors.Join(err, s.Close())
		}
	}
	return s, nil
}

// knowLog learns which tables the log vouches for, without watching them.
func (s *Store) knowLog(ctx context.Context) error {
	tables, err := s.findWatched(ctx)
	s.log = &logBook{tables: tables}
	return err
}

func openFile(file string, options url.Values) (*Store, error) {
	dsn := (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: file}).EscapedPath(), RawQuery: options.Encode()}).String()
	db, err := gorm.Open(sqlite.Open(dsn), gormConfig())
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	s := &Store{write: db, read: db, dialect: "sqlite", file: file}
	pool, err := db.DB()
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	pool.SetMaxOpenConns(max(2, runtime.NumCPU()))
	return s, nil
}

// sameSchema closes a store whose schema this program does not know.
func (s *Store) sameSchema(ctx context.Context) (*Store, error) {
	version, err := s.SchemaVersion(ctx)
	if known := KnownSchema(); err == nil && version != known {
		key := "error.schema_older"
		if version > known {
			key = "error.schema_newer"
		}
		err = &domain.Error{Kind: domain.KindUnavailable, Key: key, Args: domain.Args{"Version": int(version), "Known": int(known)}}
	}
	if err == nil {
		err = s.knowLog(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// SchemaVersion is the number of the newest migration that was applied.
func (s *Store) SchemaVersion(ctx context.Context) (version int64, err error) {
	if err := s.r(ctx).Raw("SELECT COALESCE(MAX(version_id), 0) FROM goose_db_version WHERE is_applied").Scan(&version).Error; err != nil {
		return 0, fmt.Errorf("read the schema's version: %w", translate(err))
	}
	return version, nil
}

// KnownSchema is the number of the newest migration in this program.
func KnownSchema() (newest int64) {
	names, _ := fs.Glob(migrations.Files, "sqlite/*.sql") // the pattern is fine
	for _, name := range names {
		number, _, _ := strings.Cut(path.Base(name), "_")
		if n, err := strconv.ParseInt(number, 10, 64); err == nil {
			newest = max(newest, n)
		}
	}
	return newest
}

// CopyTo writes the database as it is at one moment into a new file, from a
// connection of its own that reads: writers go on. PostgreSQL has tools of its own.
func (s *Store) CopyTo(ctx context.Context, file string) error {
	if s.dialect != "sqlite" {
		return &domain.Error{Kind: domain.KindUnavailable, Key: "error.backup.postgres"}
	}
	// Not query_only, which would refuse the new file too.
	from, err := openFile(s.file, url.Values{"mode": {"ro"}, "_busy_timeout": {"10000"}})
	if err != nil {
		return err
	}
	if err := from.r(ctx).Exec("VACUUM INTO ?", file).Error; err != nil {
		return errors.Join(fmt.Errorf("copy the database: %w", translate(err)), from.Close())
	}
	return from.Close()
}

// RowCounts is how many rows each table has, all organizations together.
func (s *Store) RowCounts(ctx context.Context) (map[string]int64, error) {
	var tables []string
	if err := s.r(ctx).Raw("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'").Scan(&tables).Error; err != nil {
		return nil, fmt.Errorf("list tables: %w", translate(err))
	}
	out := make(map[string]int64, len(tables))
	for _, t := range tables {
		var n int64
		if err := s.r(ctx).Table(t).Count(&n).Error; err != nil {
			return nil, fmt.Errorf("count %s: %w", t, translate(err))
		}
		out[t] = n
	}
	return out, nil
}
