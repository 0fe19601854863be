// Package pgtest gives tests a PostgreSQL of their own, started from the
// system's binaries: nothing to install beside them, nothing to configure,
// nothing left behind. Where there are no binaries the test is skipped, and
// says so.
package pgtest

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// URL is the postgres:// address of a new, empty database. The server behind it
// serves the whole test binary and ends with it, however it ends.
func URL(t testing.TB) string {
	t.Helper()
	s, err := shared()
	if err != nil {
		t.Fatalf("start PostgreSQL: %v", err)
	}
	if s == nil {
		t.Skip("PostgreSQL is not installed, so nothing here was tried on it: install the system's package postgresql")
	}
	name := fmt.Sprintf("test_%d", databases.Add(1))
	if err := s.run(t.Context(), "CREATE DATABASE "+name); err != nil {
		t.Fatalf("create a database: %v", err)
	}
	return s.url(name)
}

// Available reports whether tests will find a PostgreSQL.
func Available() bool { return binaries() != "" }

var (
	shared    = sync.OnceValues(start)
	databases atomic.Int64
)

type server struct{ folder string }

// supervise runs PostgreSQL until its input ends, which it does when the test
// binary ends in any way, and then clears up.
const supervise = `"$1/initdb" -D "$2/data" -U relier -A trust -E UTF8 --no-locale --no-sync >"$2/log" 2>&1 || exit 1
"$1/postgres" -D "$2/data" -k "$2" -c listen_addresses= -c fsync=off -c max_connections=60 >>"$2/log" 2>&1 &
server=$!
read -r _
kill -INT $server
wait $server
rm -rf "$2"`

// start starts the server; it returns nil where there are no binaries.
func start() (*server, error) {
	bin := binaries()
	if bin == "" {
		return nil, nil
	}
	folder, err := os.MkdirTemp("", "relier-pg-")
	if err != nil {
		return nil, err
	}
	cmd := exec.Command("/bin/sh", "-c", supervise, "sh", bin, folder)
	cmd.Dir = folder
	if err := unprivileged(cmd, folder); err != nil {
		return nil, err
	}
	if _, err := cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s := &server{folder}
	return s, s.await(cmd)
}

// await returns once the server answers.
func (s *server) await(cmd *exec.Cmd) error {
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	late := time.After(time.Minute)
	for {
		if s.run(context.Background(), "SELECT 1") == nil {
			return nil
		}
		select {
		case err := <-ended:
			log, _ := os.ReadFile(filepath.Join(s.folder, "log"))
			return fmt.Errorf("%v: %s", err, log)
		case <-late:
			return fmt.Errorf("no answer within a minute; see %s", filepath.Join(s.folder, "log"))
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func (s *server) url(database string) string {
	q := url.Values{"host": {s.folder}, "user": {"relier"}}
	return "postgres:///" + database + "?" + q.Encode()
}

func (s *server) run(ctx context.Context, statement string) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	c, err := pgx.Connect(ctx, s.url("postgres"))
	if err != nil {
		return err
	}
	defer c.Close(ctx)
	_, err = c.Exec(ctx, statement)
	return err
}

// binaries is the folder of initdb and postgres, the newest version where
// Debian keeps several; "" when there is none.
var binaries = sync.OnceValue(func() string {
	if path, err := exec.LookPath("initdb"); err == nil {
		if real, err := filepath.EvalSymlinks(path); err == nil && has(filepath.Dir(real), "postgres") {
			return filepath.Dir(real)
		}
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin") // in order: 9 after 15, yet no system has both
	for i := len(found) - 1; i >= 0; i-- {
		if has(found[i], "initdb") && has(found[i], "postgres") {
			return found[i]
		}
	}
	return ""
})

func has(folder, name string) bool {
	_, err := os.Stat(filepath.Join(folder, name))
	return err == nil
}
