package torture_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestOracle_Notices does by hand to a sound folder what the suites wait for,
// once for each kind of finding: an oracle that finds nothing must be able to.
func TestOracle_Notices(t *testing.T) {
	r := begin(t, "oracle", 1, 1)
	r.next()
	dir, l := worked(t, r, 400*time.Millisecond, (*process).stop)
	file, pair, reviewed := "", "", ""
	for key, i := range l.items {
		switch {
		case i.isFile && len(i.group) == 1:
			file = key
		case i.isFile && len(i.group) == 2:
			pair = key
		}
		if len(i.now().Reviews) > 0 {
			reviewed = key
		}
	}
	if file == "" || pair == "" || reviewed == "" {
		t.Fatalf("the load made no file, no pair or no review: %q %q %q", file, pair, reviewed)
	}
	found, err := readItems(dir)
	r.must(err)
	id := func(key string) int64 { return found[key].id }
	blob := blobPath(dir, found[file].blobs[0].sha256)
	for _, c := range []struct {
		finding, kind string
		damage        func(db *sql.DB) error
	}{
		{"an item that is gone", "lost:", run("DELETE FROM evidence_controls WHERE evidence_id = ?1; DELETE FROM reviews WHERE evidence_id = ?1; DELETE FROM evidence_versions WHERE evidence_id = ?1; DELETE FROM evidence WHERE id = ?1; DELETE FROM revisions WHERE object_id = ?1 AND noun = 'evidence'; DELETE FROM activity WHERE object_id = ?1 AND noun = 'evidence'", id(file))},
		{"half of a pair", "half:", run("DELETE FROM reviews WHERE evidence_id = ?1; DELETE FROM evidence_versions WHERE evidence_id = ?1; DELETE FROM revisions WHERE object_id = ?1 AND noun = 'evidence'; DELETE FROM activity WHERE object_id = ?1 AND noun = 'evidence'; DELETE FROM evidence WHERE id = ?1", id(pair))},
		{"another title", "wrong:", run("UPDATE evidence SET title = 'Proof of nothing' WHERE id = ?1", id(file))},
		{"a version that is another", "wrong:", run("UPDATE evidence_versions SET note = file_name, file_name = '', sha256 = NULL WHERE evidence_id = ?1 AND number = 1", id(file))},
		{"a verdict that is gone", "wrong:", run("DELETE FROM reviews WHERE evidence_id = ?1", id(reviewed))},
		{"a change without its record", "wrong:", run("DELETE FROM revisions WHERE object_id = ?1 AND noun = 'evidence'", id(file))},
		{"an item that nobody sent", "nobody's:", run("UPDATE evidence SET source = 'elsewhere' WHERE id = ?1", id(file))},
		{"a blob that is gone", "lost:", func(*sql.DB) error { return os.Remove(blob) }},
		{"a blob with other bytes", "wrong:", func(*sql.DB) error {
			body, err := os.ReadFile(blob)
			if err != nil {
				return err
			}
			body[0] ^= 1
			return os.WriteFile(blob, body, 0o600)
		}},
		{"an upload that is left", "left behind:", func(*sql.DB) error {
			return os.WriteFile(filepath.Join(dir, "blobs", "tmp", "1"), nil, 0o600)
		}},
	} {
		t.Run(strings.ReplaceAll(c.finding, " ", "-"), func(t *testing.T) {
			safe := t.TempDir()
			copyFolder(t, dir, safe)
			db, err := sql.Open("sqlite3", "file:"+filepath.Join(dir, "relier.db"))
			r.must(err)
			db.SetMaxOpenConns(1)
			r.must(unguarded(db))
			r.must(c.damage(db))
			r.must(db.Close())
			found, err := readItems(dir)
			r.must(err)
			findings := append(l.compare(found, l.bounds()), compareBlobs(dir, found, map[string]bool{})...)
			if !strings.Contains(strings.Join(findings, "\n"), c.kind) {
				t.Errorf("the oracle does not say %q: %v", c.kind, findings)
			}
			r.must(os.RemoveAll(dir))
			r.must(os.Mkdir(dir, 0o700))
			copyFolder(t, safe, dir)
		})
	}
	if findings := l.compare(found, l.bounds()); len(findings) > 0 {
		t.Errorf("the oracle complains of a sound folder: %v", findings)
	}
}

// run runs statements of which each names the item ?1.
func run(statements string, id int64) func(*sql.DB) error {
	return func(db *sql.DB) error {
		for s := range strings.SplitSeq(statements, ";") {
			if _, err := db.Exec(s, id); err != nil {
				return err
			}
		}
		return nil
	}
}

// unguarded takes the guards of a database away.
func unguarded(db *sql.DB) error {
	triggers, err := texts(db, `SELECT name FROM sqlite_schema WHERE type = 'trigger'`)
	if err != nil {
		return err
	}
	for _, name := range triggers {
		if _, err := db.Exec(`DROP TRIGGER "` + name + `"`); err != nil {
			return err
		}
	}
	_, err = db.Exec("PRAGMA foreign_keys = off")
	return err
}
