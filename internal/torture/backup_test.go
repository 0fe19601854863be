package torture_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestBackup takes backups while people write, and restores each into a new
// folder: it must be what the server held at one moment between the backup's
// beginning and its end.
func TestBackup(t *testing.T) {
	r := begin(t, "backup", 2, 50)
	var dir, repo string
	var l *ledger
	var known map[string]bool
	for r.next() {
		if r.round%10 == 1 { // ten backups share a repository
			dir, l, known = folder(t), newLedger(), map[string]bool{}
			repo = filepath.Join(filepath.Dir(dir), "backups")
		}
		s, err := program.start(dir)
		r.must(err)
		work := l.start(s.url, r.seed)
		time.Sleep(time.Duration(50+r.random(1).IntN(400)) * time.Millisecond)
		must := l.bounds()
		r.must(program.runs("backup", "--to", repo, "--data", dir))
		must.until(l)
		work.finish()
		restored := filepath.Join(filepath.Dir(dir), fmt.Sprintf("restored-%d", r.round))
		r.must(program.runs("restore", "--from", repo, "--data", restored))
		r.must(l.restored(restored, must))
		r.must(os.RemoveAll(restored))
		r.must(l.verify(s, dir, known))
		s.kill()
		if l.tally.refused > 0 {
			r.must(fmt.Errorf("writes were refused while a backup was taken: %+v", l.tally))
		}
		r.tally(l)
	}
	r.figure("%d of %d backups under load restored equal; %d writes acknowledged meanwhile", r.round, r.of, r.sum.acknowledged)
}

// runs runs a command that must end well.
func (r relier) runs(args ...string) error {
	if out, err := r.command(args...).CombinedOutput(); err != nil {
		return fmt.Errorf("relier %s: %w: %s", args[0], err, out)
	}
	return nil
}

// restored holds a restored folder against the moments that it may show.
func (l *ledger) restored(dir string, b bounds) error {
	if err := program.sound(dir); err != nil {
		return err
	}
	s, err := program.start(dir)
	if err != nil {
		return err
	}
	defer s.kill()
	found, err := readItems(dir)
	if err != nil {
		return err
	}
	findings := slices.Concat(l.compare(found, b), compareBlobs(dir, found, map[string]bool{}), l.oneMoment(found, b))
	if len(findings) > 0 {
		return errors.New("restored: " + strings.Join(findings[:min(8, len(findings))], "\n"))
	}
	return nil
}

// oneMoment reports items that are older than another of the same worker shows
// that they must be: a worker asks for one thing after another.
func (l *ledger) oneMoment(found map[string]seen, b bounds) (findings []string) {
	newest := map[int]int{} // by worker, the last of its writes that shows
	shows := func(key string) (i *item, at int) {
		i = l.items[key]
		f, there := found[key]
		if !there {
			return i, -1
		}
		return i, slices.IndexFunc(i.states, f.is)
	}
	for key := range b {
		if i, at := shows(key); at >= 0 {
			newest[i.worker] = max(newest[i.worker], i.sequence[at])
		}
	}
	for key := range b {
		i, at := shows(key)
		if next := at + 1; next < len(i.states) && i.sequence[next] <= newest[i.worker] {
			findings = append(findings, fmt.Sprintf("wrong: %s lacks write %d of worker %d, whose write %d shows", key, i.sequence[next], i.worker, newest[i.worker]))
		}
	}
	return findings
}
