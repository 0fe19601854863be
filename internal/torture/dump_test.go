package torture_test

import (
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// dump reads every table of a closed database, the schema's among them, and
// returns the digest of each: kind and bytes of every value, in the order of the
// rows. It uses no index, so that damage to one does not pass for damage to rows.
func dump(path string) (map[string]string, error) {
	db, err := sql.Open("sqlite3", "file:"+path+"?mode=ro")
	if err != nil {
		return nil, err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	tables, err := texts(db, `SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name`)
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, table := range append(tables, "sqlite_schema") {
		if out[table], err = dumpTable(db, table); err != nil {
			return nil, fmt.Errorf("%s: %w", table, err)
		}
	}
	return out, nil
}

func dumpTable(db *sql.DB, table string) (string, error) {
	columns, err := texts(db, `SELECT name FROM pragma_table_info(?) ORDER BY cid`, table)
	if err != nil {
		return "", err
	}
	if table == "goose_db_version" { // when a step was applied is no more than a note
		columns = []string{"version_id", "is_applied"}
	}
	var values []string
	for _, c := range columns {
		c = `"` + c + `"`
		values = append(values, "typeof("+c+") || ' ' || hex("+c+")")
	}
	from := ` FROM "` + table + `" NOT INDEXED`
	if table == "evidence_counts" {
		from += " WHERE n <> 0" // no items of some kind: the same as no row
	}
	rows, err := texts(db, `SELECT `+strings.Join(values, " || ',' || ")+from)
	if err != nil {
		return "", err
	}
	slices.Sort(rows)
	sum := sha256.Sum256([]byte(strings.Join(rows, "\n")))
	return hex.EncodeToString(sum[:]), nil
}

func texts(db *sql.DB, query string, args ...any) ([]string, error) {
	rows, err := db.Query(query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, err
		}
		out = append(out, text)
	}
	return out, rows.Err()
}

// differing lists the tables that are not the same in both dumps.
func differing(a, b map[string]string) []string {
	var out []string
	for _, table := range slices.Sorted(maps.Keys(a)) {
		if a[table] != b[table] {
			out = append(out, table)
		}
	}
	for _, table := range slices.Sorted(maps.Keys(b)) {
		if _, known := a[table]; !known {
			out = append(out, table)
		}
	}
	return out
}
