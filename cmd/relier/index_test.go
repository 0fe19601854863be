package main_test

import (
	"database/sql"
	"path/filepath"
	"testing"
)

// A search that was damaged or emptied is whole again, its triggers included.
func TestIndex_MakesTheSearchAnew(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	relier(t, "sample", "--data", dir).ends(t, 0, "")
	relier(t, "index", "--data", dir).ends(t, 0, "The search knows")
	found, documents := searched(t, dir)
	if found == 0 || documents < found {
		t.Fatalf("%d of %d documents are found", found, documents)
	}
	execute(t, dir, "DELETE FROM search_docs WHERE noun = 'evidence'")
	execute(t, dir, "DELETE FROM search_words_segdir")
	if n, _ := searched(t, dir); n != 0 {
		t.Fatalf("%d are found without an index", n)
	}
	relier(t, "index", "--data", dir).ends(t, 0, "The search knows")
	if n, all := searched(t, dir); n != found || all != documents {
		t.Errorf("%d of %d are found, want %d of %d", n, all, found, documents)
	}
	relier(t, "check", "--data", dir).ends(t, 0, "Sound")
}

// searched counts the documents that hold a word of the sample, and all of them.
func searched(t *testing.T, dir string) (found, documents int) {
	t.Helper()
	db := opened(t, dir)
	defer db.Close()
	q := "SELECT (SELECT COUNT(*) FROM search_words WHERE search_words MATCH '\"access*\"' AND org_id = (SELECT MIN(org_id) FROM search_docs)), (SELECT COUNT(*) FROM search_docs)"
	if err := db.QueryRow(q).Scan(&found, &documents); err != nil {
		t.Fatal(err)
	}
	return found, documents
}

func opened(t *testing.T, dir string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(dir, "relier.db"))
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func execute(t *testing.T, dir, q string) {
	t.Helper()
	db := opened(t, dir)
	defer db.Close()
	if _, err := db.Exec(q); err != nil {
		t.Fatal(err)
	}
}
