package store_test

import (
	"path/filepath"
	"testing"
)

// bytesColumns are the columns of bytes, with what they hold. One that holds the
// digest of a stored blob must be among BlobUses, or the sweeper takes the blob
// away and no backup holds it.
var bytesColumns = map[string]string{
	"evidence_versions.sha256": "cited",
	"pack_blobs.sha256":        "cited",
	"import_files.sha256":      "cited, for as long as the row is kept",
	"packs.layout":             "among pack_blobs too",
	"packs.tag_digest":         "of a text within the pack",
	"catalogues.sha256":        "of the content in the same row",
	"reports.document_sha256":  "of a version that evidence_versions cites",
	"activity.digest":          "of the state in revisions",
	"sessions.token":           "of a cookie",
	"blob_damages.sha256":      "what a check found; cites nothing",
	"blob_orphans.sha256":      "of bytes that nothing cites",
	"log_head.root":            "of the log",
	"log_head.edge":            "of the log",
	"log_leaves.salt":          "of the log",
	"log_nodes.hash":           "of the log",
	"log_rows.digest":          "of a row",
}

func TestBlobUses_NameEveryColumnOfDigests(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "relier.db"))
	var columns []string
	must(t, s.Writer().Raw(`SELECT m.name || '.' || p.name FROM sqlite_schema m JOIN pragma_table_info(m.name) p
		WHERE m.type = 'table' AND m.name NOT LIKE 'search_%' AND upper(p.type) = 'BLOB' ORDER BY 1`).Scan(&columns).Error)
	for _, c := range columns {
		if bytesColumns[c] == "" {
			t.Errorf("%s holds bytes: say in bytesColumns what they are, and if they name a stored blob add them to BlobUses", c)
		}
	}
	if len(columns) < 10 {
		t.Errorf("only %d columns of bytes", len(columns))
	}
}
