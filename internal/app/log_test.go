package app_test

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	_ "github.com/mattn/go-sqlite3"

	"relier/internal/app"
	"relier/internal/blob"
	"relier/internal/domain"
	"relier/internal/store"
	"relier/internal/tlog"
)

// logKey signs in these tests.
func logKey(t *testing.T) *tlog.Key {
	t.Helper()
	secret, err := tlog.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	k, err := tlog.ReadKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// audited is a house with some content, its log signed, closed and copied: what
// somebody gets hold of behind Relier.
func audited(t *testing.T) (path string, key *tlog.Key, checkpoint []byte) {
	t.Helper()
	h := newHouse(t)
	key = logKey(t)
	h.SignWith(key)
	h.control("C-1")
	h.control("C-2")
	h.azure()
	checkpoint, err := h.Checkpoint(ctx)
	h.must(err)
	h.control("C-3")
	path = filepath.Join(t.TempDir(), "relier.db")
	db, err := sql.Open("sqlite3", filepath.Join(h.dir, "relier.db"))
	h.must(err)
	defer db.Close()
	_, err = db.Exec("VACUUM INTO ?", path)
	h.must(err)
	return path, key, checkpoint
}

// behind changes a copy of the database without Relier.
func behind(t *testing.T, path string, statements ...string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(t.TempDir(), "relier.db")
	if err := os.WriteFile(copied, b, 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite3", copied)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, q := range statements {
		if _, err := db.Exec(q); err != nil {
			t.Fatalf("%s: %v", q, err)
		}
	}
	return copied
}

// checked opens a database and returns what the check names.
func checked(t *testing.T, path string, key *tlog.Key, kept ...app.KeptCheckpoint) []app.Damage {
	t.Helper()
	s, err := store.Open(ctx, path)
	if err != nil {
		return []app.Damage{{Kind: "database", What: err.Error()}}
	}
	defer s.Close()
	dir := t.TempDir()
	lock, err := blob.LockFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Unlock()
	files, err := blob.OpenFiles(lock)
	if err != nil {
		t.Fatal(err)
	}
	a := app.New(s, files, time.Now)
	a.SignWith(key)
	r, err := a.Check(ctx, kept...)
	if err != nil {
		t.Fatal(err)
	}
	return r.Damages
}

const noTriggers = "DROP TRIGGER log_leaves_no_update; DROP TRIGGER log_leaves_no_delete; DROP TRIGGER log_rows_no_update; DROP TRIGGER log_rows_no_delete; DROP TRIGGER log_nodes_no_update; DROP TRIGGER log_nodes_no_delete; DROP TRIGGER log_checkpoints_no_update; DROP TRIGGER log_checkpoints_no_delete"

func TestCheck_NamesWhatWasChangedBehindRelier(t *testing.T) {
	path, key, checkpoint := audited(t)
	if got := checked(t, path, key, app.KeptCheckpoint{Name: "kept", Text: checkpoint}); len(got) > 0 {
		t.Fatalf("a sound database: %+v", got)
	}
	other, err := logKey(t).Sign(tlog.Head{Size: 3}, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		do   []string
		kept []byte
		kind string
		what string
	}{
		"a title":                    {do: []string{"UPDATE controls SET title = 'Other' WHERE code = 'C-1'"}, kind: "row_changed", what: "controls 1"},
		"a role":                     {do: []string{"UPDATE memberships SET role = 'owner' WHERE role = 'reader'"}, kind: "row_changed", what: "memberships 1/"},
		"a type only":                {do: []string{"UPDATE controls SET title = CAST(title AS BLOB) WHERE code = 'C-1'"}, kind: "row_changed", what: "controls 1"},
		"a row removed":              {do: []string{"DELETE FROM control_requirements WHERE control_id = 2", "DELETE FROM controls WHERE code = 'C-2'"}, kind: "row_missing", what: "controls 2"},
		"a row slipped in":           {do: []string{"INSERT INTO controls SELECT 99, org_id, 'C-99', sort_key, title, description, implementation, folded, version FROM controls WHERE code = 'C-1'"}, kind: "row_unlogged", what: "controls 99"},
		"a record reworded":          {do: []string{"DROP TRIGGER activity_no_update", "UPDATE activity SET label = 'Other' WHERE seq = 1"}, kind: "row_changed", what: "activity 1"},
		"a revision rewritten":       {do: []string{"DROP TRIGGER revisions_no_update", "UPDATE revisions SET state = '{}' WHERE seq = 2"}, kind: "row_changed", what: "revisions 2"},
		"a record removed":           {do: []string{"DROP TRIGGER revisions_no_delete", "DROP TRIGGER activity_no_delete", "DELETE FROM revisions WHERE seq = 3", "DELETE FROM activity WHERE seq = 3"}, kind: "row_missing", what: "activity 3"},
		"a guard dropped":            {do: []string{"DROP TRIGGER activity_no_update"}, kind: "schema", what: "schema"},
		"a guard of the log dropped": {do: []string{"DROP TRIGGER log_rows_no_delete"}, kind: "schema", what: "schema"},
		"a leaf":                     {do: []string{noTriggers, "UPDATE log_leaves SET body = replace(body, 'control.created', 'control.changed') WHERE body LIKE '%control.created%'"}, kind: "log_leaf", what: "leaf "},
		"a salt":                     {do: []string{noTriggers, "UPDATE log_leaves SET salt = x'00112233445566778899aabbccddeeff' WHERE idx = 4"}, kind: "log_leaf", what: "leaf 4"},
		"a leaf's record":            {do: []string{noTriggers, "UPDATE log_leaves SET seq = seq + 1000 WHERE idx = 4"}, kind: "log_leaf", what: "leaf 4"},
		"a leaf removed":             {do: []string{noTriggers, "DELETE FROM log_leaves WHERE idx = 5"}, kind: "log_leaf", what: "leaf 5"},
		"a hash":                     {do: []string{noTriggers, "UPDATE log_nodes SET hash = zeroblob(32) WHERE idx = 2"}, kind: "log_node", what: "node 2"},
		"a hash removed":             {do: []string{noTriggers, "DELETE FROM log_nodes WHERE idx = 2"}, kind: "log_node", what: "node 2"},
		"a row's digest":             {do: []string{noTriggers, "UPDATE log_rows SET digest = zeroblob(32) WHERE tbl = 'controls' AND key = '1'"}, kind: "log_rows", what: "leaf "},
		"a row's history":            {do: []string{noTriggers, "DELETE FROM log_rows WHERE tbl = 'controls' AND key = '1'"}, kind: "log_rows", what: "leaf "},
		"the head's root":            {do: []string{"UPDATE log_head SET root = zeroblob(32)"}, kind: "log_head", what: "log_head"},
		"the head's size":            {do: []string{"UPDATE log_head SET size = size - 1"}, kind: "log_head", what: "log_head"},
		"the head's founding":        {do: []string{"UPDATE log_head SET edge = zeroblob(length(edge))"}, kind: "log_head", what: "log_head"},
		"a checkpoint":               {do: []string{noTriggers, "UPDATE log_checkpoints SET body = replace(body, char(10), char(10) || '1')"}, kind: "log_checkpoint", what: "log_checkpoints"},
		"a checkpoint's moment":      {do: []string{noTriggers, "UPDATE log_checkpoints SET signed_at = signed_at + 1"}, kind: "log_checkpoint", what: "log_checkpoints"},
		"a step of the schema":       {do: []string{"UPDATE goose_db_version SET version_id = 99 WHERE version_id = 3"}, kind: "database", what: ""},
		"a step not applied":         {do: []string{"UPDATE goose_db_version SET is_applied = 0 WHERE version_id = 3"}, kind: "database", what: ""},
		"a checkpoint of elsewhere":  {kept: other, kind: "log_checkpoint", what: "kept"},
		"a log longer than the tree": {do: []string{"INSERT INTO log_nodes VALUES (100000, zeroblob(32))"}, kind: "log_head", what: "log_nodes"},
	} {
		t.Run(name, func(t *testing.T) {
			var kept []app.KeptCheckpoint
			if c.kept != nil {
				kept = append(kept, app.KeptCheckpoint{Name: "kept", Text: c.kept})
			}
			got := checked(t, behind(t, path, c.do...), key, kept...)
			if !slices.ContainsFunc(got, func(d app.Damage) bool { return d.Kind == c.kind && strings.HasPrefix(d.What, c.what) }) {
				t.Errorf("want %s of %s, got %+v", c.kind, c.what, got)
			}
		})
	}
}

// A log that was cut, with the head moved back to match, is a sound shorter log:
// only a checkpoint kept elsewhere tells.
func TestCheck_NamesACutLog(t *testing.T) {
	h := newHouse(t)
	key := logKey(t)
	h.SignWith(key)
	before := filepath.Join(t.TempDir(), "before.db")
	db, err := sql.Open("sqlite3", filepath.Join(h.dir, "relier.db"))
	h.must(err)
	defer db.Close()
	_, err = db.Exec("VACUUM INTO ?", before)
	h.must(err)
	h.control("C-1")
	checkpoint, err := h.Checkpoint(ctx)
	h.must(err)
	if got := checked(t, before, key); len(got) > 0 {
		t.Errorf("the older state by itself is sound: %+v", got)
	}
	got := checked(t, before, key, app.KeptCheckpoint{Name: "kept", Text: checkpoint})
	if len(got) != 1 || got[0].Kind != "log_shorter" {
		t.Errorf("against the checkpoint: %+v", got)
	}
}

// Whatever byte of the database is flipped: either all content reads as before,
// or the check names it.
func TestCheck_NamesFlippedBits(t *testing.T) {
	path, key, checkpoint := audited(t)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want := contentOf(path)
	flips, changed := 150, 0
	if testing.Short() {
		flips = 40
	}
	random := rand.New(rand.NewPCG(4, 9))
	flipped := filepath.Join(t.TempDir(), "relier.db")
	for range flips {
		at := random.IntN(len(whole))
		for whole[at] == 0 { // most pages are all but empty
			at = random.IntN(len(whole))
		}
		b := slices.Clone(whole)
		b[at] ^= 1 << random.IntN(8)
		if err := os.WriteFile(flipped, b, 0o600); err != nil {
			t.Fatal(err)
		}
		for _, companion := range []string{"-wal", "-shm"} {
			_ = os.Remove(flipped + companion)
		}
		if contentOf(flipped) == want {
			continue
		}
		changed++
		if damages := checked(t, flipped, key, app.KeptCheckpoint{Name: "kept", Text: checkpoint}); len(damages) == 0 {
			t.Errorf("a flip at byte %d changed content and was not named", at)
		}
	}
	t.Logf("%d flips in %d bytes, %d changed content", flips, len(whole), changed)
	if changed < flips/10 {
		t.Errorf("only %d of %d flips changed anything: the test does not look", changed, flips)
	}
}

// contentOf is everything that a database says in the tables that the log
// vouches for, or the error instead.
func contentOf(path string) string {
	db, err := sql.Open("sqlite3", "file:"+path+"?immutable=1")
	if err != nil {
		return err.Error()
	}
	defer db.Close()
	var out strings.Builder
	for _, table := range append(slices.Clone(store.Watched()), "log_leaves", "log_rows", "log_nodes", "log_head") {
		rows, err := db.Query("SELECT * FROM " + table)
		if err != nil {
			return table + ": " + err.Error()
		}
		columns, _ := rows.Columns()
		values, targets := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			targets[i] = &values[i]
		}
		for rows.Next() {
			if err := rows.Scan(targets...); err != nil {
				return table + ": " + err.Error()
			}
			fmt.Fprintf(&out, "%s %q\n", table, values)
		}
		if err := rows.Err(); err != nil {
			return table + ": " + err.Error()
		}
		_ = rows.Close()
	}
	return out.String()
}

func TestCheckpoint_IsNotSignedOverADamagedLog(t *testing.T) {
	path, key, _ := audited(t)
	path = behind(t, path, noTriggers, "UPDATE log_nodes SET hash = zeroblob(32)")
	s, err := store.Open(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	a := app.New(s, nil, time.Now)
	a.SignWith(key)
	if _, err := a.Checkpoint(ctx); domain.KindOf(err) != domain.KindConflict {
		t.Errorf("got %v", err)
	}
}

func TestAct_IsProvenOrSaysWhyNot(t *testing.T) {
	h := newHouse(t)
	key := logKey(t)
	h.SignWith(key)
	h.control("C-1")
	manager := h.as(domain.RoleManager)
	list, err := h.Activity(ctx, manager, domain.ActivityFilter{})
	h.must(err)
	newest := list.Rows[0]
	is := func(want app.Outcome) app.ProvenAct {
		t.Helper()
		got, err := h.Act(ctx, manager, newest.Seq)
		h.must(err)
		if got.Outcome != want {
			t.Errorf("the outcome is %s (%v), want %s", got.Outcome, got.Defect, want)
		}
		return got
	}
	is(app.NotYetSigned)
	_, err = h.Checkpoint(ctx)
	h.must(err)
	proof := is(app.Proven).Proof
	if _, _, err := proof.Check(key.Public()); err != nil {
		t.Error(err)
	}
	t.Run("nobody of another organization", func(t *testing.T) {
		stranger := h.person("stranger")
		h.organization(stranger, "other")
		_, err := h.Act(ctx, h.actor(stranger, "other"), newest.Seq)
		h.refused(err, domain.KindNotFound, "not_found")
	})
	t.Run("the record was changed", func(t *testing.T) {
		db, err := sql.Open("sqlite3", filepath.Join(h.dir, "relier.db"))
		h.must(err)
		defer db.Close()
		_, err = db.Exec("DROP TRIGGER activity_no_update")
		h.must(err)
		_, err = db.Exec("UPDATE activity SET label = 'Other' WHERE seq = ?", newest.Seq)
		h.must(err)
		is(app.Refuted)
	})
}

// What is exported is verified with the public key and nothing else.
func TestExport_VerifiesByItself(t *testing.T) {
	h := newHouse(t)
	key := logKey(t)
	h.SignWith(key)
	h.control("C-1")
	_, err := h.Checkpoint(ctx)
	h.must(err)
	lines := 0
	h.must(h.ExportActivity(ctx, h.as(domain.RoleManager), domain.ActivityFilter{}, func(p app.ProvenAct) error {
		lines++
		line, err := app.WriteExported(p)
		if err != nil {
			return err
		}
		if err := app.VerifyExported(line, key.Public()); err != nil {
			t.Errorf("record %d: %v", p.Seq, err)
		}
		for _, forged := range []string{
			strings.Replace(string(line), `"label":"`, `"label":"not `, 1),
			strings.Replace(string(line), `"actor":`, `"actor":9`, 1),
			strings.Replace(string(line), `"at":"2026`, `"at":"2025`, 1),
		} {
			if app.VerifyExported([]byte(forged), key.Public()) == nil {
				t.Errorf("a forged record %d passed: %s", p.Seq, forged)
			}
		}
		if app.VerifyExported(line, logKey(t).Public()) == nil {
			t.Error("the key of another log verified it")
		}
		return nil
	}))
	if lines < 5 {
		t.Errorf("%d records", lines)
	}
	h.refused(h.ExportActivity(ctx, h.as(domain.RoleAssessor), domain.ActivityFilter{}, nil), domain.KindForbidden, "forbidden")
}
