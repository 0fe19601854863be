// Package store keeps the nouns in a database: GORM rows, queries and
// transactions, on SQLite and PostgreSQL. Rows are unexported and mapped to
// domain values in the noun's own file; nothing above sees GORM.
//
// Every query names its organization, every update carries a version
// condition, and Tx is opened only by package app.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/pressly/goose/v3"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"relier/internal/tlog"
	"relier/migrations"
)

// Store reads and writes one database. Inside Tx it is bound to that transaction.
type Store struct {
	write   *gorm.DB // one connection on SQLite: writers queue here instead of failing
	read    *gorm.DB
	dialect string // sqlite or postgres
	inTx    bool
	file    string // of SQLite
	log     *logBook
	grew    func(tlog.Head)       // told after each commit that appended to the log
	silent  bool                  // nothing is logged: only for measuring what the log costs
	armed   func([]watched) error // makes SQLite's writing connection watch
}

// Open connects, checks the durability settings, and brings the schema up to
// date. The address is a file path for SQLite or a postgres:// URL.
func Open(ctx context.Context, address string) (*Store, error) {
	open := openSQLite
	if strings.HasPrefix(address, "postgres://") || strings.HasPrefix(address, "postgresql://") {
		open = openPostgres
	}
	s, err := open(ctx, address)
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	schema, err := s.migrate(ctx)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("bring the schema up to date: %w", err), s.Close())
	}
	if err := s.settleNames(address); err != nil {
		return nil, errors.Join(fmt.Errorf("open the database: %w", err), s.Close())
	}
	if err := s.arm(ctx, schema); err != nil {
		return nil, errors.Join(fmt.Errorf("open the log: %w", err), s.Close())
	}
	return s, nil
}

// Close releases the connections.
func (s *Store) Close() error {
	var errs []error
	for _, db := range []*gorm.DB{s.write, s.read} {
		if db == nil {
			continue
		}
		pool, err := db.DB()
		if err == nil {
			err = pool.Close()
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// gormConfig turns off what GORM does unasked: transactions around single
// statements and a log of its own.
func gormConfig() *gorm.Config {
	return &gorm.Config{
		SkipDefaultTransaction: true,
		PrepareStmt:            true,
		TranslateError:         true,
		Logger:                 logger.Discard, // errors are returned; statements hold content, which never reaches a log
	}
}

// migrate returns the schema's number.
func (s *Store) migrate(ctx context.Context) (int64, error) {
	pool, err := s.write.DB()
	if err != nil {
		return 0, err
	}
	files, err := fs.Sub(migrations.Files, s.dialect)
	if err != nil {
		return 0, err
	}
	dialect := goose.DialectSQLite3
	if s.dialect == "postgres" {
		dialect = goose.DialectPostgres
	}
	provider, err := goose.NewProvider(dialect, pool, files)
	if err != nil {
		return 0, err
	}
	if _, err = provider.Up(ctx); err != nil {
		return 0, err
	}
	return provider.GetDBVersion(ctx)
}

// Tx runs f in one transaction, serialized with every other writer, and ends it
// with the log's leaves. f's error
// rolls back and is returned. When ctx ended meanwhile, that is said first: the
// driver may have rolled back already, and then says only so.
func (s *Store) Tx(ctx context.Context, f func(*Store) error) error {
	if s.inTx {
		return f(s)
	}
	var head tlog.Head
	committing := false
	err := s.write.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := s.queue(tx); err != nil {
			return err
		}
		t := &Store{write: tx, read: tx, dialect: s.dialect, inTx: true, log: &logBook{tables: s.log.tables}}
		if err := f(t); err != nil {
			return err
		}
		if err := t.seal(ctx, s.silent); err != nil {
			return err
		}
		committing, head = true, t.log.head
		return nil
	}, s.txOptions())
	if err != nil && committing && !ranOut(err) {
		err = unsureError{err}
	}
	if err == nil && head.Size > 0 && s.grew != nil {
		s.grew(head)
	}
	if err != nil && ctx.Err() != nil {
		return fmt.Errorf("%w: %w", ctx.Err(), err)
	}
	return translate(err)
}

// seal appends what a transaction did to the log, unless the log is silent.
func (s *Store) seal(ctx context.Context, silent bool) error {
	if silent {
		return nil
	}
	return s.appendLog(ctx)
}

// queue makes writers wait for one another, as they do on SQLite anyway: a rule
// that reads before it writes, such as "no two of a kind", then holds whoever
// else is writing. LOCK TABLE takes no snapshot, so what is read after the wait
// is what the writer before left.
func (s *Store) queue(tx *gorm.DB) error {
	if s.dialect != "postgres" {
		return nil
	}
	return tx.Exec("LOCK TABLE organizations IN SHARE ROW EXCLUSIVE MODE").Error
}

func (s *Store) txOptions() *sql.TxOptions {
	if s.dialect == "postgres" {
		return &sql.TxOptions{Isolation: sql.LevelRepeatableRead}
	}
	return nil // SQLite: immediate, by the connection's _txlock
}

func (s *Store) w(ctx context.Context) *gorm.DB { return s.write.WithContext(ctx) }
func (s *Store) r(ctx context.Context) *gorm.DB { return s.read.WithContext(ctx) }
