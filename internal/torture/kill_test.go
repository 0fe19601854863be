package torture_test

import (
	"math/rand/v2"
	"testing"
	"time"
)

// TestKill kills the server with signal 9 at random moments while people write,
// starts it again on the same folder, and asks for everything back.
func TestKill(t *testing.T) {
	r := begin(t, "kill", 5, 500)
	var l *ledger
	var dir string
	var known map[string]bool
	for r.next() {
		if r.round%100 == 1 { // a folder lives through a hundred kills
			l, dir, known = newLedger(), folder(t), map[string]bool{}
		}
		s, err := program.start(dir)
		r.must(err)
		work := l.start(s.url, r.seed)
		time.Sleep(time.Duration(rand.New(rand.NewPCG(r.seed, 0)).IntN(700)) * time.Millisecond)
		s.kill()
		work.finish()
		s, err = program.start(dir)
		r.must(err)
		r.must(l.verify(s, dir, known))
		s.kill()
		if r.round%25 == 0 || r.last() {
			r.must(program.sound(dir))
		}
		r.tally(l)
	}
	r.nothingLost("kills")
}
