package store

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"runtime"

	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
)

// sqlitePragmas are the settings a promise rests on: an acknowledged write is
// on disk (WAL with synchronous FULL = 2), references hold, writers wait.
var sqlitePragmas = map[string]string{
	"journal_mode": "wal",
	"synchronous":  "2",
	"foreign_keys": "1",
	"busy_timeout": "10000",
}

func openSQLite(ctx context.Context, path string) (*Store, error) {
	s := &Store{dialect: "sqlite", file: path}
	if err := private(path); err != nil {
		return nil, err
	}
	var err error
	if s.write, err = dialSQLite(path, false, 1); err != nil {
		return nil, err
	}
	if s.read, err = dialSQLite(path, true, max(4, runtime.NumCPU())); err != nil {
		return nil, err
	}
	for _, db := range []*gorm.DB{s.write, s.read} {
		if err := checkPragmas(ctx, db); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// private creates the database file for its owner alone; SQLite gives its
// companions (-wal, -shm) the same mode. One that exists keeps the mode it has.
func private(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

func dialSQLite(path string, readOnly bool, connections int) (*gorm.DB, error) {
	q := url.Values{"_journal_mode": {"WAL"}, "_synchronous": {"FULL"}, "_foreign_keys": {"on"}, "_busy_timeout": {"10000"}, "_txlock": {"immediate"}}
	if readOnly {
		q = url.Values{"_journal_mode": {"WAL"}, "_synchronous": {"FULL"}, "_foreign_keys": {"on"}, "_busy_timeout": {"10000"}, "_query_only": {"on"}}
	}
	dsn := (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: q.Encode()}).String()
	db, err := gorm.Open(sqlite.Open(dsn), gormConfig())
	if err != nil {
		return nil, err
	}
	pool, err := db.DB()
	if err != nil {
		return nil, err
	}
	pool.SetMaxOpenConns(connections)
	pool.SetMaxIdleConns(connections)
	return db, nil
}

// checkPragmas reads every setting back on several connections, for an unknown
// option in the address is ignored without a word.
func checkPragmas(ctx context.Context, db *gorm.DB) error {
	pool, err := db.DB()
	if err != nil {
		return err
	}
	var held []*sql.Conn
	defer func() {
		for _, c := range held {
			_ = c.Close() // back to the pool
		}
	}()
	for range min(3, pool.Stats().MaxOpenConnections) {
		conn, err := pool.Conn(ctx)
		if err != nil {
			return err
		}
		held = append(held, conn)
		for name, want := range sqlitePragmas {
			var got string
			if err := conn.QueryRowContext(ctx, "PRAGMA "+name).Scan(&got); err != nil {
				return fmt.Errorf("read PRAGMA %s: %w", name, err)
			}
			if got != want {
				return fmt.Errorf("PRAGMA %s is %q, not %q: refusing to run with weaker durability", name, got, want)
			}
		}
	}
	return nil
}
