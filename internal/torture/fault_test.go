package torture_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestFault_FsyncFails lets fsync fail now and then. The write that met it must
// not be acknowledged, for after a failed fsync nobody knows what is on the
// disk; and nothing acknowledged may be lost.
func TestFault_FsyncFails(t *testing.T) {
	if _, err := exec.LookPath("strace"); err != nil {
		t.Skip("strace is not installed: no fsync was made to fail")
	}
	r := begin(t, "fsync fails", 3, 40)
	dir, l, known := folder(t), newLedger(), map[string]bool{}
	failed, inBackground, unstarted := 0, 0, 0
	for r.next() {
		log := filepath.Join(filepath.Dir(dir), fmt.Sprintf("calls-%d", r.round))
		when := fmt.Sprintf("when=%d+%d", 4+r.random(1).IntN(20), 5+r.random(2).IntN(30)) // counted in each thread
		s, err := program.start(dir, "strace", "-f", "-y", "-ttt", "-qq", "-o", log, "-e", "trace=fsync,fdatasync", "-e", "inject=fsync,fdatasync:error=EIO:"+when)
		if err != nil && strings.Contains(err.Error(), "did not start") {
			unstarted++ // it met one on its way up, and said so
			continue
		}
		r.must(err)
		var asked []asked
		work := &load{ledger: l, url: s.url, seed: r.seed, workers: 1, patient: true,
			observe: func(began, ended time.Time, a answer) { asked = append(asked, newAsked(began, ended, a)) }}
		work.begin()
		time.Sleep(600 * time.Millisecond)
		work.finish()
		s.kill()
		calls, err := readSyncs(log, dir)
		r.must(err)
		for _, c := range calls {
			w, during := c.during(asked)
			switch {
			case c.ok:
			case !during:
				inBackground++
			case !w.acknowledged():
				failed++
			case !c.isLog || !committed(calls, w):
				r.must(fmt.Errorf("fsync of %s failed, and the write it was part of was acknowledged", c.path))
			}
		}
		s, err = program.start(dir)
		r.must(err)
		r.must(l.verify(s, dir, known))
		r.must(s.stop())
		r.must(program.sound(dir))
		r.tally(l)
	}
	if failed == 0 {
		t.Error("no fsync failed during a write: nothing was tried")
	}
	r.figure("%d writes met a failing fsync, 0 of them acknowledged; of %d acknowledged writes 0 lost, 0 wrong, 0 half", failed, r.sum.acknowledged)
	t.Logf("%d fsyncs failed in the background, %d starts were given up", inBackground, unstarted)
}

// asked is a write with the time between its request and its answer.
type asked struct {
	began, ended time.Time
	answer
}

func newAsked(began, ended time.Time, a answer) asked { return asked{began, ended, a} }

// synced is an fsync that the server asked for.
type synced struct {
	at    time.Time
	path  string
	ok    bool // else strace made it fail
	isLog bool // of the database
}

var syncCall = regexp.MustCompile(`^(\d+)\.(\d{6}) f(?:data)?sync\(\d+<([^>]*)>\)(.*)$`)

// readSyncs reads the calls that matter to a write. The database file itself is
// written when the write-ahead log is folded into it, after the commit; if that
// fails, the log still holds everything. The data folder was synced before the
// server listened: TestFault_NamesAreSafeFirst.
func readSyncs(log, dir string) ([]synced, error) {
	b, err := os.ReadFile(log)
	if err != nil {
		return nil, err
	}
	begun := map[string]string{} // by thread, calls that strace wrote in two halves
	var out []synced
	for line := range strings.Lines(string(b)) {
		thread, call, _ := strings.Cut(strings.TrimSpace(line), " ")
		call = strings.TrimSpace(call)
		if first, ok := strings.CutSuffix(call, " <unfinished ...>"); ok {
			begun[thread] = first
			continue
		}
		if _, rest, ok := strings.Cut(call, " resumed>"); ok {
			call = begun[thread] + rest
		}
		m := syncCall.FindStringSubmatch(call)
		if m == nil || filepath.Base(m[3]) == "relier.db" || m[3] == dir {
			continue
		}
		seconds, _ := strconv.ParseInt(m[1], 10, 64)
		micros, _ := strconv.ParseInt(m[2], 10, 64)
		out = append(out, synced{time.Unix(seconds, micros*1000), m[3], !strings.HasSuffix(m[4], "(INJECTED)"), strings.HasSuffix(m[3], "-wal")})
	}
	return out, nil
}

// committed reports whether the log was synced within the same write: what
// failed was then something beside it, such as the note when its author was last
// seen before, or the folding of the log into the database after.
func committed(calls []synced, w asked) bool {
	for _, c := range calls {
		if c.ok && c.isLog && !c.at.Before(w.began) && !c.at.After(w.ended) {
			return true
		}
	}
	return false
}

// during is the write that was under way when the call was made.
func (c synced) during(all []asked) (asked, bool) {
	for _, w := range all {
		if !c.at.Before(w.began) && !c.at.After(w.ended) {
			return w, true
		}
	}
	return asked{}, false
}

// TestFault_FileSizeLimit lets no file grow beyond a limit: what is larger is
// refused, what is smaller goes on, and a database at its limit still reads.
func TestFault_FileSizeLimit(t *testing.T) {
	r := begin(t, "file size limit", 1, 10)
	refused := 0
	for r.next() {
		dir, l := folder(t), newLedger()
		most := (900 + r.random(1).IntN(800)) << 10
		s, err := program.start(dir, "prlimit", "--fsize="+strconv.Itoa(most), "--")
		r.must(err)
		work := &load{ledger: l, url: s.url, seed: r.seed, workers: 4, patient: true}
		big := &worker{load: work, rand: r.random(2), ada: authors[0].at(s.url)}
		r.must(big.tooBig(most))
		work.begin()
		for range 100 {
			if time.Sleep(100 * time.Millisecond); l.counted().refused > 8 {
				break
			}
		}
		work.finish()
		r.must(s.stillReads())
		r.must(l.verify(s, dir, map[string]bool{}))
		s.kill()
		s, err = program.start(dir)
		r.must(err)
		r.must(l.verify(s, dir, map[string]bool{}))
		r.must(l.worksAgain(s, r.seed))
		r.must(l.verify(s, dir, map[string]bool{}))
		r.must(s.stop())
		r.must(program.sound(dir))
		refused += l.tally.refused
		r.tally(l)
	}
	r.figure("%d writes over the limit refused; of %d acknowledged writes 0 lost, 0 wrong, 0 half", refused, r.sum.acknowledged)
}

// TestFault_NamesAreSafeFirst watches a start: once the write-ahead log has a
// name, the folder is synced before anybody is served. SQLite does it later, and
// ignores it when that fails.
func TestFault_NamesAreSafeFirst(t *testing.T) {
	if _, err := exec.LookPath("strace"); err != nil {
		t.Skip("strace is not installed: the start was not watched")
	}
	r := begin(t, "names are safe first", 1, 1)
	dir := folder(t)
	log := filepath.Join(filepath.Dir(dir), "calls")
	s, err := program.start(dir, "strace", "-f", "-y", "-qq", "-o", log, "-e", "trace=openat,fsync")
	r.must(err)
	s.kill()
	calls, err := os.ReadFile(log)
	r.must(err)
	_, after, made := strings.Cut(string(calls), `relier.db-wal", O_RDWR|O_CREAT`)
	if !made || !regexp.MustCompile(`fsync\(\d+<`+regexp.QuoteMeta(dir)+`>\) += 0`).MatchString(after) {
		t.Errorf("the folder is not synced after its log was made (made: %t)", made)
	}
}

func (l *ledger) counted() tally {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.tally
}

// tooBig uploads a file over the limit, which must be refused as a full disk is.
func (w *worker) tooBig(most int) error {
	a := w.ada.upload(eng+"/evidence", fields("file", "Too big", w.source(), true), document{"big.bin", make([]byte, most+1)})
	if a.status != 503 || !strings.Contains(string(a.body), "full") {
		return fmt.Errorf("a file over the size limit is answered with %v", a)
	}
	return nil
}

// stillReads looks at a list as a reader does.
func (s *process) stillReads() error {
	for _, path := range []string{eng + "/evidence", eng + "/activity", eng} {
		if a := authors[0].at(s.url).get(path); a.status != 200 {
			return fmt.Errorf("reading %s while writes fail: %v", path, a)
		}
	}
	return nil
}

// worksAgain writes a little, all of which must be acknowledged.
func (l *ledger) worksAgain(s *process, seed uint64) error {
	before := l.counted()
	work := &load{ledger: l, url: s.url, seed: seed + 1<<32, workers: 2}
	work.begin()
	time.Sleep(200 * time.Millisecond)
	work.finish()
	if now := l.counted(); now.acknowledged == before.acknowledged || now.refused > before.refused || now.unanswered > before.unanswered {
		return fmt.Errorf("afterwards writes do not work again: before %+v, now %+v", before, now)
	}
	return nil
}

// TestFault_DiskFull fills an 8 MiB disk until writes are refused, grows it, and
// goes on without a new start.
func TestFault_DiskFull(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("not root: no small disk can be mounted, none was filled")
	}
	r := begin(t, "disk full", 1, 10)
	refused := 0
	for r.next() {
		l, at := newLedger(), t.TempDir()
		if err := unix.Mount("tmpfs", at, "tmpfs", 0, "size=8m"); err != nil {
			t.Skipf("no small disk can be mounted, none was filled: %v", err)
		}
		copyFolder(t, base, at)
		s, err := program.start(at)
		r.must(err)
		err = fill(r, s, l, at)
		refused += l.tally.refused
		r.tally(l)
		s.kill()
		if e := unix.Unmount(at, unix.MNT_DETACH); err == nil {
			err = e
		}
		r.must(err)
	}
	r.figure("%d writes refused with a full disk, each with a sentence; reading went on; after growing it writes went on; of %d acknowledged writes 0 lost, 0 wrong, 0 half", refused, r.sum.acknowledged)
}

func fill(r *rounds, s *process, l *ledger, at string) error {
	var unclear answer
	work := &load{ledger: l, url: s.url, seed: r.seed, workers: 1, patient: true, observe: func(_, _ time.Time, a answer) {
		if a.refused() && (a.status != 503 || !strings.Contains(string(a.body), "full")) {
			unclear = a
		}
	}}
	work.begin()
	for range 300 {
		if time.Sleep(50 * time.Millisecond); l.counted().refused > 20 {
			break
		}
	}
	work.finish()
	if l.counted().refused == 0 {
		return fmt.Errorf("the disk of 8 MiB did not fill: %+v", l.counted())
	}
	if unclear.status != 0 {
		return fmt.Errorf("with a full disk a write is answered with %v", unclear)
	}
	if err := s.stillReads(); err != nil {
		return err
	}
	if err := l.verify(s, at, map[string]bool{}); err != nil {
		return fmt.Errorf("with the disk full: %w", err)
	}
	if err := unix.Mount("tmpfs", at, "tmpfs", unix.MS_REMOUNT, "size=64m"); err != nil {
		return err
	}
	if err := l.worksAgain(s, r.seed); err != nil {
		return err
	}
	if err := l.verify(s, at, map[string]bool{}); err != nil {
		return fmt.Errorf("after the disk grew: %w", err)
	}
	if err := s.stop(); err != nil {
		return err
	}
	return program.sound(at)
}
