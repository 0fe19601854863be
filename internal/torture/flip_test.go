package torture_test

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"relier/internal/store"
)

// worked is a data folder in which people worked for a while; stopped tells how
// their server ended.
func worked(t testing.TB, r *rounds, pause time.Duration, end func(*process) error) (string, *ledger) {
	t.Helper()
	dir, l := folder(t), newLedger()
	s, err := program.start(dir)
	r.must(err)
	work := l.start(s.url, r.first)
	time.Sleep(pause)
	work.finish()
	r.must(l.verify(s, dir, map[string]bool{}))
	r.must(end(s))
	r.tally(l)
	return dir, l
}

// flip turns one bit of a file over and returns what turns it back.
func flip(path string, rand *rand.Rand) (back func() error, at int64, err error) {
	body, err := os.ReadFile(path)
	if err != nil {
		return nil, 0, err
	}
	at, bit := rand.Int64N(int64(len(body))), byte(1)<<rand.IntN(8)
	turn := func() error {
		body[at] ^= bit
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		defer f.Close()
		_, err = f.WriteAt(body[at:at+1], at)
		return err
	}
	return turn, at, turn()
}

// TestFlip_Blobs turns over one bit in a handful of blobs at a time. The check
// must name each with the item that needs it, and nothing else.
func TestFlip_Blobs(t *testing.T) {
	r := begin(t, "blob flips", 3, 100)
	dir, _ := worked(t, r, 500*time.Millisecond, (*process).stop)
	found, err := readItems(dir)
	r.must(err)
	blobs := map[string]int64{} // by digest, the item
	for _, f := range found {
		for _, b := range f.blobs {
			if b.size > 0 {
				blobs[b.sha256] = f.id
			}
		}
	}
	all := make([]string, 0, len(blobs))
	for b := range blobs {
		all = append(all, b)
	}
	slices.Sort(all)
	flips := 0
	for r.next() {
		random, turned := r.random(1), map[string]func() error{}
		for range 10 {
			name := all[random.IntN(len(all))]
			if turned[name] == nil {
				turned[name], _, err = flip(blobPath(dir, name), random)
				r.must(err)
			}
		}
		report, err := program.check(dir)
		r.must(err)
		for name, back := range turned {
			if !slices.ContainsFunc(report.Damages, func(d damage) bool { return d.What == name && d.Where != "" }) {
				r.must(fmt.Errorf("a bit flipped in blob %s of item %d is not named: %v", name, blobs[name], report.Damages))
			}
			r.must(back())
		}
		if len(report.Damages) != len(turned) {
			r.must(fmt.Errorf("%d blobs are damaged, and the check names %v", len(turned), report.Damages))
		}
		flips += len(turned)
	}
	r.must(program.sound(dir))
	r.figure("%d of %d flips named, each with its item", flips, flips)
}

func blobPath(dir, name string) string { return filepath.Join(dir, "blobs", name[:2], name[2:4], name) }

// unwatched are tables in which damage need not be named, as internal/store says
// with its reasons, and what SQLite's full-text search keeps beside the words: a
// flip in them changes no evidence and no record.
var unwatched = append(store.Passing(),
	"search_titles", "search_titles_segments", "search_titles_segdir", "search_titles_stat",
	"search_words", "search_words_segments", "search_words_segdir", "search_words_stat")

// TestFlip_Database turns over one bit of a closed database. Where that changed
// what a table holds, or made it unreadable, the check must say so.
func TestFlip_Database(t *testing.T) {
	r := begin(t, "database flips", 25, 1500)
	dir, _ := worked(t, r, 400*time.Millisecond, (*process).stop)
	path := filepath.Join(dir, "relier.db")
	before, err := dump(path)
	r.must(err)
	r.must(program.sound(dir))
	sound, err := os.ReadFile(path)
	r.must(err)
	var c flipCount
	for r.next() {
		_, at, err := flip(path, r.random(1))
		r.must(err)
		r.must(c.judge(dir, path, before, at))
		r.must(os.WriteFile(path, sound, 0o600))
		r.must(removed(path+"-wal", path+"-shm"))
	}
	r.must(c.verdict())
	r.figure("%v", c)
}

// flipCount sorts flips by what they did and whether the check named them.
type flipCount struct {
	content, unreadable, named int
	passing                    int // only in such tables as unwatched
	without                    int // no table changed: free space, an index, a counter
	unnamed                    []string
	checkpoint                 string // kept elsewhere; "": none
}

func (c flipCount) String() string {
	return fmt.Sprintf("%d of %d flips that changed content (%d) or made it unreadable (%d) named; %d changed only notes of the server or the search's index, %d no row",
		c.named, c.content+c.unreadable, c.content, c.unreadable, c.passing, c.without)
}

func (c flipCount) verdict() error {
	if len(c.unnamed) > 0 {
		return fmt.Errorf("%v; not named:\n%s", c, strings.Join(c.unnamed, "\n"))
	}
	if c.content == 0 {
		return fmt.Errorf("no flip changed anything: %v", c)
	}
	return nil
}

// judge decides what a flip did, by reading all of the database, and asks the check.
func (c *flipCount) judge(dir, path string, before map[string]string, at int64) error {
	after, broken := dump(path)
	changed := differing(before, after)
	switch {
	case broken != nil:
		c.unreadable++
	case len(changed) == 0:
		c.without++
		return nil
	case !slices.ContainsFunc(changed, func(table string) bool { return !slices.Contains(unwatched, table) }):
		c.passing++
		return nil
	default:
		c.content++
	}
	var more []string
	if c.checkpoint != "" {
		more = []string{"--checkpoint", c.checkpoint}
	}
	report, err := program.check(dir, more...)
	if err != nil {
		return err
	}
	if report.OK || len(report.Damages) == 0 {
		c.unnamed = append(c.unnamed, fmt.Sprintf("byte %d of page %d: changed %v, %v", at%4096, at/4096+1, changed, broken))
		return nil
	}
	c.named++
	return nil
}

func removed(paths ...string) error {
	for _, path := range paths {
		if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
			return err
		}
	}
	return nil
}

// filesIn lists the files below a folder.
func filesIn(dir string) (out []string, err error) {
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			out = append(out, path)
		}
		return err
	})
	return out, err
}

// TestFlip_Log turns over one bit of the write-ahead log that a killed server
// leaves. SQLite takes the rest of it for never written, so the folder looks
// sound and is older; what shows it is a checkpoint kept elsewhere.
func TestFlip_Log(t *testing.T) {
	r := begin(t, "log flips", 5, 200)
	dir, _ := worked(t, r, 300*time.Millisecond, func(s *process) error { s.kill(); return nil })
	path := filepath.Join(dir, "relier.db")
	elsewhere := filepath.Join(t.TempDir(), "checkpoint.txt")
	again := t.TempDir() // signing folds the log into the database, so a copy does it
	copyFolder(t, dir, again)
	r.must(program.runs("checkpoint", "--data", again, "--out", elsewhere))
	before, err := dump(path)
	r.must(err)
	r.must(removed(path + "-shm"))
	files := map[string][]byte{}
	for _, name := range []string{path, path + "-wal"} {
		files[name], err = os.ReadFile(name)
		r.must(err)
	}
	c := flipCount{checkpoint: elsewhere}
	for r.next() {
		_, at, err := flip(path+"-wal", r.random(1))
		r.must(err)
		r.must(c.judge(dir, path, before, at))
		r.must(removed(path + "-shm"))
		for name, body := range files {
			r.must(os.WriteFile(name, body, 0o600))
		}
	}
	r.must(c.verdict())
	r.figure("%v", c)
}

// TestFlip_Backup turns over one bit anywhere in a backup. Restoring must refuse
// and leave nothing that looks restored, or give back what was backed up.
func TestFlip_Backup(t *testing.T) {
	r := begin(t, "backup flips", 6, 200)
	dir, _ := worked(t, r, 300*time.Millisecond, (*process).stop)
	repo := filepath.Join(filepath.Dir(dir), "backups")
	r.must(program.runs("backup", "--to", repo, "--data", dir))
	before, err := dump(filepath.Join(dir, "relier.db"))
	r.must(err)
	all, err := filesIn(repo)
	r.must(err)
	all = slices.DeleteFunc(all, func(path string) bool {
		info, err := os.Stat(path)
		return err != nil || info.Size() == 0
	})
	refused, equal := 0, 0
	for r.next() {
		random := r.random(1)
		path := all[random.IntN(len(all))]
		if random.IntN(2) == 0 { // half of them beside the blobs, which are many
			path = all[slices.IndexFunc(all, func(p string) bool { return strings.HasSuffix(p, ".db") })]
		}
		back, at, err := flip(path, random)
		r.must(err)
		what := fmt.Sprintf("byte %d of %s", at, strings.TrimPrefix(path, repo))
		restored := filepath.Join(filepath.Dir(dir), fmt.Sprintf("restored-%d", r.round))
		if out, err := program.command("restore", "--from", repo, "--data", restored).CombinedOutput(); err != nil {
			refused++
			if _, err := os.Stat(filepath.Join(restored, "relier.db")); err == nil {
				r.must(fmt.Errorf("%s: the restore was refused and left a database: %s", what, out))
			}
			if program.runs("check", "--backup", repo) == nil {
				r.must(fmt.Errorf("%s: the restore refuses it, and the check of the backup finds nothing: %s", what, out))
			}
		} else {
			equal++
			after, err := dump(filepath.Join(restored, "relier.db"))
			r.must(err)
			if changed := differing(before, after); len(changed) > 0 {
				r.must(fmt.Errorf("%s: restored with other rows in %v", what, changed))
			}
			r.must(program.sound(restored))
		}
		r.must(os.RemoveAll(restored))
		r.must(back())
	}
	if refused == 0 {
		t.Error("no flip was refused")
	}
	r.figure("%d restores refused, each also named by the check of the backup; %d restored equal all the same; 0 restored otherwise", refused, equal)
}
