package app_test

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"relier/internal/app"
	"relier/internal/blob"
	"relier/internal/domain"
	"relier/internal/store"
)

// attach adds bytes as an item of their own.
func (h *house) attach(name, body string) domain.Evidence {
	h.t.Helper()
	r, err := h.ReceiveFile(ctx, h.as(domain.RoleContributor), name, strings.NewReader(body), blob.Anything)
	h.must(err)
	added, err := h.AddEvidence(ctx, h.as(domain.RoleContributor), []app.NewEvidence{{Item: domain.Evidence{Title: name, Kind: domain.EvidenceFile, Sensitivity: domain.SensitivityInternal},
		Version: domain.EvidenceVersion{FileName: name, Blob: r.Blob, MediaType: "text/plain", Period: h.eng.Period}}})
	h.must(err)
	return added[0]
}

// backup makes one that must succeed.
func (h *house) backup(to string, keep int) app.BackupRun {
	h.t.Helper()
	run, err := h.Backup(ctx, app.BackupOptions{To: to, Keep: keep, Program: "test"})
	h.must(err)
	return run
}

// opened is an App over a restored folder.
func opened(t *testing.T, dir string) *app.App {
	t.Helper()
	lock, err := blob.LockFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	files, err := blob.OpenFiles(lock)
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(ctx, filepath.Join(dir, "relier.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if err := lock.Unlock(); err != nil {
			t.Error(err)
		}
	})
	return app.New(s, files, time.Now).In(dir)
}

// Backups taken while people write hold one moment: what was acknowledged before
// is there, every row has its bytes, and nothing else came along.
func TestBackup_WhilePeopleWrite(t *testing.T) {
	h := newHouse(t)
	to := filepath.Join(t.TempDir(), "repo")
	stop, wait := make(chan struct{}), sync.WaitGroup{}
	var mu sync.Mutex
	acked := map[string]string{}
	for w := range 2 {
		wait.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				name, body := fmt.Sprintf("w%d-%d.txt", w, i), strings.Repeat(fmt.Sprint(w, i), 500)
				h.attach(name, body)
				mu.Lock()
				acked[name] = body
				mu.Unlock()
			}
		})
	}
	for round := range 3 {
		mu.Lock()
		before := map[string]string{}
		for k, v := range acked {
			before[k] = v
		}
		mu.Unlock()
		run := h.backup(to, 0)
		if !run.Complete || run.Snapshot == "" {
			t.Fatalf("round %d: %+v", round, run)
		}
		data := filepath.Join(t.TempDir(), "restored")
		r, err := app.Restore(ctx, app.RestoreOptions{From: to, Data: data, Snapshot: run.Snapshot})
		if err != nil || len(r.Damages) > 0 {
			t.Fatalf("round %d: %+v %v", round, r, err)
		}
		restored := opened(t, data)
		found, err := restored.Check(ctx)
		if err != nil || len(found.Damages) > 0 || found.Unused > 0 {
			t.Errorf("round %d: the restored folder: %+v %v", round, found, err)
		}
		for name, body := range before {
			if !hasBytes(t, data, body) {
				t.Errorf("round %d: %s was acknowledged before the backup, and its bytes are not in it", round, name)
			}
		}
		if len(before) > 0 && found.Blobs < len(before) {
			t.Errorf("round %d: %d files for %d items", round, found.Blobs, len(before))
		}
	}
	close(stop)
	wait.Wait()
	if len(acked) == 0 {
		t.Error("nobody wrote meanwhile")
	}
}

func hasBytes(t *testing.T, data, body string) bool {
	t.Helper()
	got, err := os.ReadFile(filepath.Join(data, blob.Path(domain.Digest(sha256.Sum256([]byte(body))))))
	return err == nil && string(got) == body
}

// A restored database holds the very rows, table by table.
func TestRestore_RowForRow(t *testing.T) {
	h := newHouse(t)
	h.accepted()
	h.attach("a.txt", "proof")
	to, data := filepath.Join(t.TempDir(), "repo"), filepath.Join(t.TempDir(), "restored")
	h.must(os.WriteFile(filepath.Join(h.dir, "relier.conf"), []byte("max-upload = 1000\n"), 0o600))
	h.backup(to, 0)
	want := rowsOf(t, filepath.Join(h.dir, "relier.db"))
	r, err := app.Restore(ctx, app.RestoreOptions{From: to, Data: data})
	if err != nil || len(r.Damages) > 0 {
		t.Fatalf("%+v %v", r, err)
	}
	if got := rowsOf(t, filepath.Join(data, "relier.db")); !slices.Equal(got, want) {
		t.Errorf("the rows differ: %d and %d", len(got), len(want))
	}
	if conf, err := os.ReadFile(filepath.Join(data, "relier.conf")); err != nil || string(conf) != "max-upload = 1000\n" {
		t.Errorf("the settings are %q, %v", conf, err)
	}
}

// rowsOf dumps every table as text, without the server's own notes.
func rowsOf(t *testing.T, file string) []string {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+file+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var out []string
	for _, table := range strings.Fields(column(t, db, "SELECT group_concat(name, ' ') FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'")) {
		rows, err := db.Query("SELECT * FROM " + table)
		if err != nil {
			t.Fatal(err)
		}
		names, err := rows.Columns()
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			values, refs := make([]any, len(names)), make([]any, len(names))
			for i := range values {
				refs[i] = &values[i]
			}
			if err := rows.Scan(refs...); err != nil {
				t.Fatal(err)
			}
			out = append(out, fmt.Sprint(table, values))
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		rows.Close()
	}
	if len(out) < 50 {
		t.Fatalf("only %d rows", len(out))
	}
	slices.Sort(out)
	return out
}

func column(t *testing.T, db *sql.DB, query string) (v string) {
	t.Helper()
	if err := db.QueryRow(query).Scan(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

// Whatever is changed, cut or taken away in a backup, the restore is refused, the
// culprit named, and nothing left behind.
func TestRestore_RefusesWhatDoesNotMatch(t *testing.T) {
	h := newHouse(t)
	e := h.attach("a.txt", "proof of something")
	to := filepath.Join(t.TempDir(), "repo")
	name := h.backup(to, 0).Snapshot
	versions, err := h.Evidence(ctx, h.as(domain.RoleReader), e.ID)
	h.must(err)
	pool := filepath.Join(to, blob.Path(versions.Versions[0].Blob.SHA256))
	snapshot := filepath.Join(to, "snapshots", name)
	for _, file := range []string{filepath.Join(snapshot, "manifest.json"), filepath.Join(snapshot, "SHA256SUMS"), filepath.Join(snapshot, "relier.db"), filepath.Join(snapshot, "blobs.txt"), pool} {
		whole, err := os.ReadFile(file)
		h.must(err)
		step := max(1, len(whole)/40)
		for at := 0; at < len(whole); at += step {
			spoiled := slices.Clone(whole)
			spoiled[at] ^= 1 << (at % 8)
			h.must(os.WriteFile(file, spoiled, 0o600))
			refused(t, to, name, filepath.Base(file), fmt.Sprintf("byte %d", at))
		}
		h.must(os.WriteFile(file, whole[:len(whole)/2], 0o600))
		refused(t, to, name, filepath.Base(file), "cut")
		h.must(os.Remove(file))
		refused(t, to, name, filepath.Base(file), "missing")
		h.must(os.WriteFile(file, whole, 0o600))
	}
	data := filepath.Join(t.TempDir(), "good")
	if r, err := app.Restore(ctx, app.RestoreOptions{From: to, Data: data}); err != nil || len(r.Damages) > 0 {
		t.Errorf("the backup as it was: %+v %v", r, err)
	}
}

func refused(t *testing.T, to, snapshot, file, how string) {
	t.Helper()
	parent := t.TempDir()
	for _, dry := range []bool{true, false} {
		r, err := app.Restore(ctx, app.RestoreOptions{From: to, Snapshot: snapshot, Data: filepath.Join(parent, "new"), DryRun: dry})
		said := fmt.Sprint(err)
		for _, d := range r.Damages {
			said += d.What
		}
		if err == nil && len(r.Damages) == 0 {
			t.Errorf("%s, %s: restored (dry %v)", file, how, dry)
		} else if !strings.Contains(said, file) {
			t.Errorf("%s, %s: refused without naming it: %s", file, how, said)
		}
	}
	if left, err := os.ReadDir(parent); err != nil || len(left) > 0 {
		t.Errorf("%s, %s: %v was left behind, %v", file, how, left, err)
	}
	if r, err := app.CheckBackup(ctx, to, ""); err != nil || len(r.Damages) == 0 {
		t.Errorf("%s, %s: check --backup finds nothing: %v", file, how, err)
	}
}

// A database that lost its last records is sound in itself; the manifest knows.
func TestRestore_RefusesAnOlderDatabaseUnderANewManifest(t *testing.T) {
	h := newHouse(t)
	h.attach("a.txt", "one")
	to := filepath.Join(t.TempDir(), "repo")
	older := h.backup(to, 0).Snapshot
	h.now = h.now.Add(time.Minute)
	h.attach("b.txt", "two")
	newer := h.backup(to, 0).Snapshot
	forge(t, filepath.Join(to, "snapshots", newer), filepath.Join(to, "snapshots", older, "relier.db"))
	r, err := app.Restore(ctx, app.RestoreOptions{From: to, Snapshot: newer, Data: filepath.Join(t.TempDir(), "new")})
	if err != nil || !slices.ContainsFunc(r.Damages, func(d app.Damage) bool { return strings.Contains(d.What, "the log has") }) {
		t.Errorf("%+v %v", r.Damages, err)
	}
}

// forge puts another database into a snapshot and mends all check sums.
func forge(t *testing.T, snapshot, database string) {
	t.Helper()
	db, err := os.ReadFile(database)
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]any
	body, err := os.ReadFile(filepath.Join(snapshot, "manifest.json"))
	if err != nil || json.Unmarshal(body, &m) != nil {
		t.Fatal(err)
	}
	sums := ""
	for _, p := range m["parts"].([]any) {
		part := p.(map[string]any)
		if part["name"] == "relier.db" {
			part["size"], part["sha256"] = len(db), fmt.Sprintf("%x", sha256.Sum256(db))
		}
		sums += fmt.Sprintf("%s  %s\n", part["sha256"], part["name"])
	}
	body, err = json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	sums += fmt.Sprintf("%x  manifest.json\n", sha256.Sum256(body))
	for name, text := range map[string][]byte{"relier.db": db, "manifest.json": body, "SHA256SUMS": []byte(sums)} {
		if err := os.WriteFile(filepath.Join(snapshot, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestBackup_KeepsTheNewestComplete(t *testing.T) {
	h := newHouse(t)
	to := filepath.Join(t.TempDir(), "repo")
	var names []string
	for i := range 4 {
		h.attach(fmt.Sprintf("%d.txt", i), fmt.Sprint("body ", i))
		names = append(names, h.backup(to, 2).Snapshot)
		h.now = h.now.Add(time.Hour)
	}
	left, err := app.Backups(to)
	h.must(err)
	if len(left) != 2 || left[0].Name != names[3] || left[1].Name != names[2] {
		t.Errorf("kept %v of %v", left, names)
	}
	// Damage in the folder: the next backup is incomplete, and takes no complete one away.
	e := h.attach("x.txt", "will rot")
	v, err := h.Evidence(ctx, h.as(domain.RoleReader), e.ID)
	h.must(err)
	h.must(os.WriteFile(filepath.Join(h.dir, blob.Path(v.Versions[0].Blob.SHA256)), []byte("WILL ROT"), 0o600))
	run, err := h.Backup(ctx, app.BackupOptions{To: to, Keep: 1})
	if err != nil || run.Complete || len(run.Damages) != 1 || !strings.Contains(run.Damages[0], "x.txt") {
		t.Fatalf("a backup of a damaged folder: %+v %v", run, err)
	}
	left, err = app.Backups(to)
	h.must(err)
	if len(left) != 2 || left[0].Complete || left[1].Name != names[3] {
		t.Errorf("after an incomplete backup: %+v", left)
	}
	if _, err := app.Restore(ctx, app.RestoreOptions{From: to, Snapshot: run.Snapshot, Data: filepath.Join(t.TempDir(), "n")}); domain.KindOf(err) != domain.KindConflict {
		t.Errorf("an incomplete backup is restored unasked: %v", err)
	}
	if r, err := app.CheckBackup(ctx, to, ""); err != nil || len(r.Damages) > 0 || r.Unused > 0 {
		t.Errorf("the pool after retention: %+v %v", r, err)
	}
	if !slices.Contains([]bool{true}, hasBytes(t, to, "body 3")) || hasBytes(t, to, "never there") {
		t.Error("the pool lacks what the newest needs")
	}
}

func TestBackup_Refuses(t *testing.T) {
	h := newHouse(t)
	elsewhere := t.TempDir()
	h.must(os.WriteFile(filepath.Join(elsewhere, "letter.txt"), []byte("Dear"), 0o600))
	for to, key := range map[string]string{
		filepath.Join(h.dir, "backups"): "error.backup.inside", filepath.Dir(h.dir): "error.backup.inside", elsewhere: "error.backup.no_repository",
	} {
		_, err := h.Backup(ctx, app.BackupOptions{To: to})
		if err == nil || !strings.Contains(err.Error(), key) {
			t.Errorf("%s: %v, want %s", to, err, key)
		}
	}
	repo := filepath.Join(t.TempDir(), "repo")
	h.backup(repo, 0)
	lock, err := blob.LockFolder(repo)
	h.must(err)
	if _, err := h.Backup(ctx, app.BackupOptions{To: repo}); err == nil || !strings.Contains(err.Error(), "error.backup.running") {
		t.Errorf("two backups at once: %v", err)
	}
	h.must(lock.Unlock())
	full := t.TempDir()
	h.must(os.WriteFile(filepath.Join(full, "x"), nil, 0o600))
	if _, err := app.Restore(ctx, app.RestoreOptions{From: repo, Data: full}); err == nil || !strings.Contains(err.Error(), "error.restore.not_empty") {
		t.Errorf("restored over something: %v", err)
	}
	if _, err := app.Restore(ctx, app.RestoreOptions{From: repo, Data: h.dir}); err == nil || !strings.Contains(err.Error(), "error.folder_locked") {
		t.Errorf("restored into a folder in use: %v", err)
	}
}

// A backup that ends half way leaves no snapshot, and the next one is whole.
func TestBackup_Interrupted(t *testing.T) {
	h := newHouse(t)
	for i := range 5 {
		h.attach(fmt.Sprintf("%d.txt", i), strings.Repeat(fmt.Sprint(i), 1000))
	}
	to := filepath.Join(t.TempDir(), "repo")
	ended, cancel := context.WithCancel(ctx)
	cancel()
	if run, err := h.Backup(ended, app.BackupOptions{To: to}); err == nil || run.Snapshot != "" {
		t.Errorf("interrupted: %+v %v", run, err)
	}
	if left, err := app.Backups(to); err != nil || len(left) > 0 {
		t.Errorf("an interrupted backup left %v, %v", left, err)
	}
	if last, ok := h.LastBackup(); !ok || last.Failed == "" || last.Complete {
		t.Errorf("the note says %+v", last)
	}
	h.backup(to, 0)
	if last, ok := h.LastBackup(); !ok || last.Failed != "" || !last.Complete {
		t.Errorf("the note says %+v", last)
	}
}
