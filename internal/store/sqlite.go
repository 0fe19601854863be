package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"sync/atomic"

	"github.com/mattn/go-sqlite3"
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
	watch := &watcher{}
	if s.write, err = dialSQLite(path, false, 1, watch.hook); err != nil {
		return nil, err
	}
	s.armed = func(tables []watched) error { return watch.arm(s.write, tables) }
	if s.read, err = dialSQLite(path, true, max(4, runtime.NumCPU()), nil); err != nil {
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

// dialSQLite opens a pool of connections; hook is called on each new one.
func dialSQLite(path string, readOnly bool, connections int, hook func(*sqlite3.SQLiteConn) error) (*gorm.DB, error) {
	q := url.Values{"_journal_mode": {"WAL"}, "_synchronous": {"FULL"}, "_foreign_keys": {"on"}, "_busy_timeout": {"10000"}, "_txlock": {"immediate"}}
	if readOnly {
		q = url.Values{"_journal_mode": {"WAL"}, "_synchronous": {"FULL"}, "_foreign_keys": {"on"}, "_busy_timeout": {"10000"}, "_query_only": {"on"}}
	}
	dsn := (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: q.Encode()}).String()
	pool := sql.OpenDB(connector{&sqlite3.SQLiteDriver{ConnectHook: hook}, dsn})
	pool.SetMaxOpenConns(connections)
	pool.SetMaxIdleConns(connections)
	db, err := gorm.Open(sqlite.New(sqlite.Config{Conn: pool}), gormConfig())
	if err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	return db, nil
}

// connector opens connections with a hook of their own, which a driver that is
// registered by name for the whole process could not have.
type connector struct {
	driver *sqlite3.SQLiteDriver
	dsn    string
}

func (c connector) Connect(context.Context) (driver.Conn, error) { return c.driver.Open(c.dsn) }
func (c connector) Driver() driver.Driver                        { return c.driver }

// watcher gives the writing connection its triggers, and any that replaces it.
type watcher struct{ script atomic.Pointer[string] }

func (w *watcher) hook(c *sqlite3.SQLiteConn) error {
	script := w.script.Load()
	if script == nil {
		return nil // the schema is not up to date yet
	}
	_, err := c.Exec(*script, nil)
	return err
}

// arm sets the script and drops the connection that has none.
func (w *watcher) arm(db *gorm.DB, tables []watched) error {
	script := sqliteTriggers(tables)
	w.script.Store(&script)
	pool, err := db.DB()
	if err != nil {
		return err
	}
	pool.SetMaxIdleConns(0)
	pool.SetMaxIdleConns(1)
	return nil
}

func (s *Store) armSQLite(tables []watched) error { return s.armed(tables) }

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

// settleNames forces the names of the database and of its write-ahead log, which
// is there from the first read on, to the disk. SQLite does that with the first
// commit, but goes on when it fails: a power cut could then take the whole log
// away, and every commit in it.
func (s *Store) settleNames(path string) error {
	if s.dialect != "sqlite" || runtime.GOOS == "windows" { // folders cannot be synced there
		return nil
	}
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
