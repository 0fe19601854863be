package torture_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestPower cuts the power at a random change of the disk, or right before a
// random fsync, while people write; then starts on what the cut left.
func TestPower(t *testing.T) {
	needsFUSE(t)
	r := begin(t, "power", 3, 100)
	var p *power
	for r.next() {
		if r.round%10 == 1 { // a folder lives through ten cuts
			p = newPower(t, program)
		}
		r.must(p.round(r))
		r.tally(p.ledger)
	}
	r.nothingLost("power losses")
}

// TestPower_FirstStart cuts the power while the very first command makes a data
// folder. The next one must find its way, and find the account if the first said
// that it is there.
func TestPower_FirstStart(t *testing.T) {
	needsFUSE(t)
	r := begin(t, "first start", 3, 60)
	const known = "Somebody has an account with this address"
	made := 0
	for r.next() {
		m, err := mount(t, t.TempDir())
		r.must(err)
		if r.round%4 > 0 { // else it comes to its end
			m.turns = 1 + r.random(1).IntN(250)
		}
		first := addAda(m.at)
		first.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		r.must(first.Start())
		p := &process{pid: first.Process.Pid, ended: make(chan struct{})}
		go func() { _ = first.Wait(); close(p.ended) }()
		select {
		case <-m.off:
		case <-p.ended:
		}
		m.cut(p)
		acknowledged := first.ProcessState.ExitCode() == 0
		dir, l := t.TempDir(), lucks[r.random(2).IntN(len(lucks))]
		r.must(m.image(dir, l, r.random(3)))
		m.unmount()
		out, err := addAda(dir).CombinedOutput()
		if acknowledged {
			made++
			if err == nil || !strings.Contains(string(out), known) {
				r.must(fmt.Errorf("the account was acknowledged and is not there: %s", out))
			}
		} else if err != nil && !strings.Contains(string(out), known) {
			r.must(fmt.Errorf("after a cut at the first start, on a disk with %+v: %s", l, out))
		}
		r.must(program.sound(dir))
	}
	r.figure("%d power losses in the first start; of %d acknowledged accounts 0 lost", r.round, made)
}

func addAda(dir string) *exec.Cmd {
	cmd := program.command("user", "add", "--data", dir, "--email", "ada@example.org", "--name", "Ada")
	cmd.Stdin = strings.NewReader(password + "\n")
	return cmd
}

// power is a data folder that lives through one cut after another.
type power struct {
	t       testing.TB
	program relier
	ledger  *ledger
	dir     string // the image that the next round starts from
}

func newPower(t testing.TB, program relier) *power {
	return &power{t, program, newLedger(), folder(t)}
}

// lucks are what disks do with what was never fsynced: nothing; only the names,
// as a journal of names does; only the bytes; some of each; all.
var lucks = []luck{{0, 0}, {1, 0}, {0, 1}, {0.5, 0.5}, {1, 0.5}, {1, 1}}

func (p *power) round(r *rounds) error {
	m, err := mount(p.t, p.dir)
	if err != nil {
		return err
	}
	defer m.unmount()
	s, err := p.program.start(m.at)
	if err != nil {
		return err
	}
	m.schedule(r)
	work := p.ledger.start(s.url, r.seed)
	select {
	case <-m.off:
	case <-s.ended:
		return fmt.Errorf("the server ended by itself: %s", s.stderr)
	case <-time.After(3 * time.Second):
	}
	m.cut(s)
	work.finish()
	return p.after(r, m)
}

// schedule sets when the power is cut.
func (m *mounted) schedule(r *rounds) {
	m.mu.Lock()
	defer m.mu.Unlock()
	rand := r.random(1)
	m.syncs, m.turns = rand.IntN(2) == 0, 1+rand.IntN(3000)
	if m.syncs {
		m.turns = 1 + rand.IntN(600)
	}
}

// after looks at what each kind of disk would have left, and goes on from one.
func (p *power) after(r *rounds, m *mounted) error {
	chosen := r.random(2).IntN(len(lucks))
	for n, l := range lucks {
		dir := filepath.Join(filepath.Dir(p.dir), fmt.Sprintf("image-%d-%d", r.round, n))
		if err := m.image(dir, l, r.random(3)); err != nil {
			return err
		}
		if findings := wrongBlobs(dir); len(findings) > 0 {
			return fmt.Errorf("image %s of a disk with %+v: %s", dir, l, strings.Join(findings, "\n"))
		}
		if n != chosen {
			if err := os.RemoveAll(dir); err != nil {
				return err
			}
			continue
		}
		if err := p.restart(dir); err != nil {
			return fmt.Errorf("image %s of a disk with %+v: %w", dir, l, err)
		}
		if err := os.RemoveAll(p.dir); err != nil {
			return err
		}
		p.dir = dir
	}
	return nil
}

// wrongBlobs are files that have the name of a blob and other bytes: a later
// upload of the right bytes would take them for its own.
func wrongBlobs(dir string) []string {
	var out []string
	for _, f := range compareBlobs(dir, nil, map[string]bool{}) {
		if strings.HasPrefix(f, "wrong") {
			out = append(out, f)
		}
	}
	return out
}

// restart serves an image as after any other start, and holds it against the ledger.
func (p *power) restart(dir string) error {
	s, err := p.program.start(dir)
	if err != nil {
		return err
	}
	err = p.ledger.verify(s, dir, map[string]bool{})
	s.kill()
	if err != nil {
		return err
	}
	return p.program.sound(dir)
}
