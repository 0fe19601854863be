package pgtest_test

import (
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"relier/internal/testkit/pgtest"
)

func TestURL_GivesEachTestItsOwnDatabase(t *testing.T) {
	for _, name := range []string{"first", "second"} {
		t.Run(name, func(t *testing.T) {
			c, err := pgx.Connect(t.Context(), pgtest.URL(t))
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close(t.Context())
			var version, encoding string
			if err := c.QueryRow(t.Context(), "SELECT version(), current_setting('server_encoding')").Scan(&version, &encoding); err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(version, "PostgreSQL") || encoding != "UTF8" {
				t.Errorf("server is %q in %s", version, encoding)
			}
			if _, err := c.Exec(t.Context(), "CREATE TABLE mine (n int)"); err != nil {
				t.Error(err) // it would exist already in a shared database
			}
		})
	}
}
