package app_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"relier/internal/app"
	"relier/internal/blob"
	"relier/internal/domain"
)

func (h *house) digest(e domain.Evidence) domain.Digest {
	h.t.Helper()
	v, err := h.Evidence(ctx, h.as(domain.RoleReader), e.ID)
	h.must(err)
	return v.Versions[0].Blob.SHA256
}

func (h *house) system() app.System {
	h.t.Helper()
	s, err := h.System(ctx, h.as(domain.RoleOwner), 30)
	h.must(err)
	return s
}

// Damage is found by the scrub, shown to those concerned, and gone when mended.
func TestScrub_FindsDamageAndForgetsItWhenMended(t *testing.T) {
	h := newHouse(t)
	e := h.attach("a.txt", "proof")
	path := filepath.Join(h.dir, blob.Path(h.digest(e)))
	h.must(os.WriteFile(path, []byte("Proof"), 0o600))
	u := app.Upkeep{ScrubDays: 30}
	for range domain.ScrubSlices { // a slice a minute, as none was ever read
		h.KeepOnce(ctx, u)
		h.now = h.now.Add(time.Minute)
	}
	s := h.system()
	if len(s.Damages) != 1 || s.Damages[0].Kind != "wrong_content" || s.Damages[0].Evidence != e.ID || s.Damages[0].FileName != "a.txt" {
		t.Fatalf("damages: %+v", s.Damages)
	}
	if s.Checked != domain.ScrubSlices || !s.Database.Sound || s.Database.At.IsZero() {
		t.Errorf("coverage %d, database %+v", s.Checked, s.Database)
	}
	first := s.Damages[0].FirstSeen
	versions, err := h.DamagedVersions(ctx, h.as(domain.RoleReader), e.ID)
	h.must(err)
	if !versions[1].Equal(first) {
		t.Errorf("the item says %v", versions)
	}
	h.now = h.now.Add(25 * time.Hour)
	h.KeepOnce(ctx, u)
	if again := h.system().Damages; len(again) != 1 || !again[0].FirstSeen.Equal(first) || !again[0].LastSeen.After(first) {
		t.Errorf("a day later: %+v", again)
	}
	h.must(os.WriteFile(path, []byte("proof"), 0o600))
	h.now = h.now.Add(25 * time.Hour)
	h.KeepOnce(ctx, u)
	if s := h.system(); len(s.Damages) != 0 {
		t.Errorf("mended, and still %+v", s.Damages)
	}
	h.now = h.now.Add(40 * 24 * time.Hour)
	if s := h.system(); s.Checked != 0 {
		t.Errorf("after forty days %d slices count as read", s.Checked)
	}
}

func TestSystem_OnlyForOwnersAndManagers(t *testing.T) {
	h := newHouse(t)
	for _, r := range domain.Roles {
		_, err := h.System(ctx, h.as(r), 30)
		if may := r == domain.RoleOwner || r == domain.RoleManager; may != (err == nil) {
			t.Errorf("%s: %v", r, err)
		}
	}
}

// Bytes that nothing cites go after their grace, never before, never while a
// backup runs, and never what a row cites.
func TestSweep(t *testing.T) {
	h := newHouse(t)
	cited := h.digest(h.attach("kept.txt", "kept"))
	r, err := h.ReceiveFile(ctx, h.as(domain.RoleContributor), "lost.txt", strings.NewReader("lost"), blob.Anything)
	h.must(err)
	lost := filepath.Join(h.dir, blob.Path(r.Blob.SHA256))
	old := h.now.Add(-365 * 24 * time.Hour)
	there := func() bool { _, err := os.Stat(lost); return err == nil }
	sweep := func() app.Swept {
		t.Helper()
		h.must(os.Chtimes(lost, old, old)) // the file's own time never decides alone
		out, err := h.Sweep(ctx)
		h.must(err)
		return out
	}
	if out := sweep(); out.Removed != 0 || out.Waiting != 1 || !there() {
		t.Errorf("first seen: %+v", out)
	}
	h.now = h.now.Add(47 * time.Hour)
	if out := sweep(); out.Removed != 0 || !there() {
		t.Errorf("within its grace: %+v", out)
	}
	h.now = h.now.Add(2 * time.Hour)
	release, err := blob.HoldStill(ctx, h.dir)
	h.must(err)
	if out := sweep(); !out.Held || !there() {
		t.Errorf("while a backup runs: %+v", out)
	}
	h.must(release())
	if out := sweep(); out.Removed != 1 || there() {
		t.Errorf("after its grace: %+v", out)
	}
	if _, err := os.Stat(filepath.Join(h.dir, blob.Path(cited))); err != nil {
		t.Errorf("what a row cites is gone: %v", err)
	}
	found, err := h.Check(ctx)
	if h.must(err); len(found.Damages) > 0 || found.Unused > 0 {
		t.Errorf("after the sweep: %+v", found)
	}
}

// Orphans that a row cites again begin anew.
func TestSweep_CitedAgain(t *testing.T) {
	h := newHouse(t)
	_, err := h.ReceiveFile(ctx, h.as(domain.RoleContributor), "a.txt", strings.NewReader("again"), blob.Anything)
	h.must(err)
	_, err = h.Sweep(ctx)
	h.must(err)
	h.now = h.now.Add(72 * time.Hour)
	d := h.digest(h.attach("a.txt", "again"))
	out, err := h.Sweep(ctx)
	if h.must(err); out.Removed != 0 || out.Waiting != 0 {
		t.Errorf("%+v", out)
	}
	if _, err := os.Stat(filepath.Join(h.dir, blob.Path(d))); err != nil {
		t.Error(err)
	}
}

func TestCheck_Parts(t *testing.T) {
	h := newHouse(t)
	for i := range 20 {
		h.attach(strings.Repeat("x", i+1)+".txt", strings.Repeat("y", i+1))
	}
	total := 0
	for n := 1; n <= 7; n++ {
		r, err := h.CheckSome(ctx, app.CheckScope{Slice: n, Slices: 7, FilesOnly: true})
		h.must(err)
		total += r.Blobs
	}
	if total != 20 {
		t.Errorf("seven sevenths are %d of 20 files", total)
	}
	if r, err := h.CheckSome(ctx, app.CheckScope{DatabaseOnly: true}); err != nil || r.Blobs != 0 {
		t.Errorf("the database alone: %+v %v", r, err)
	}
	if r, err := h.CheckSome(ctx, app.CheckScope{Org: "acme"}); err != nil || r.Blobs != 20 {
		t.Errorf("one organization: %+v %v", r, err)
	}
	if _, err := h.CheckSome(ctx, app.CheckScope{Org: "none"}); !domain.IsNotFound(err) {
		t.Errorf("an organization that is not there: %v", err)
	}
	if r, err := h.CheckSome(ctx, app.CheckScope{Since: h.now.Add(time.Hour)}); err != nil || r.Blobs != 0 {
		t.Errorf("since later: %+v %v", r, err)
	}
	if r, err := h.CheckSome(ctx, app.CheckScope{Sample: 0.5}); err != nil || r.Blobs == 0 || r.Blobs == 20 || !r.Part {
		t.Errorf("a sample of half: %+v %v", r, err)
	}
}

// The server backs up by itself, when it is time and not before.
func TestKeep_BacksUp(t *testing.T) {
	h := newHouse(t)
	u := app.Upkeep{Backup: app.BackupOptions{To: filepath.Join(t.TempDir(), "repo"), Keep: 2}, BackupEvery: 24 * time.Hour}
	for _, wait := range []time.Duration{0, time.Hour, 24 * time.Hour} {
		h.now = h.now.Add(wait)
		h.KeepOnce(ctx, u)
	}
	if all, err := app.Backups(u.Backup.To); err != nil || len(all) != 2 {
		t.Errorf("%d backups in 25 hours, want 2: %v", len(all), err)
	}
}

// Damage to the search harms no evidence: the check names it, the server's own
// makes it anew.
func TestKeep_MakesAnewWhatIsDerived(t *testing.T) {
	for name, damage := range map[string]string{
		"a document": "UPDATE search_docs SET label = 'Other'",
		"a count":    "UPDATE evidence_counts SET n = n + 1",
		"the index":  "UPDATE search_words_segdir SET root = zeroblob(length(root))",
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			h.attach("a.txt", "proof")
			if r, err := h.Check(ctx); err != nil || len(r.Damages) > 0 {
				t.Fatalf("before: %+v, %v", r.Damages, err)
			}
			db, err := sql.Open("sqlite3", filepath.Join(h.dir, "relier.db"))
			h.must(err)
			_, err = db.Exec(damage)
			h.must(err)
			h.must(db.Close())
			if r, err := h.Check(ctx); err != nil || len(r.Damages) == 0 {
				t.Fatalf("not named: %v", err)
			}
			h.KeepOnce(ctx, app.Upkeep{})
			if r, err := h.Check(ctx); err != nil || len(r.Damages) > 0 {
				t.Errorf("not made anew: %+v, %v", r.Damages, err)
			}
		})
	}
}
