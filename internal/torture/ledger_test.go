package torture_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"sync"
)

// ledger is the oracle's memory: what each item must be, from what the server
// acknowledged, and what it may be, from what was asked and never answered.
type ledger struct {
	mu    sync.Mutex
	items map[string]*item // by key
	tally tally
}

func newLedger() *ledger { return &ledger{items: map[string]*item{}} }

// tally counts the writes of a suite.
type tally struct{ acknowledged, refused, unanswered int }

func (t *tally) add(o tally) {
	t.acknowledged += o.acknowledged
	t.refused += o.refused
	t.unanswered += o.unanswered
}

// item is one piece of evidence as the oracle knows it. Its key stands in the
// database from its first row on and never changes: where it comes from, and
// what its first version is.
type item struct {
	key      string
	id       int64 // 0: not known
	group    []string
	states   []state // each follows from the one before by one write
	floor    int     // the newest acknowledged one; -1: none
	touched  bool    // since it was last verified
	opened   bool    // a write on it was not acknowledged: it is left alone until somebody looked
	isFile   bool
	checked  int // versions whose bytes were downloaded and found right
	worker   int
	sequence []int // of each state in its worker's order of writes
}

// state is everything about an item that a write changes.
type state struct {
	Title, State string
	Versions     []string // file name and SHA-256, or the note
	Reviews      []string // verdict and comment
	Edition      int      // counts the changes
	Records      int      // in the activity
}

func (s state) String() string {
	return fmt.Sprintf("%q %s versions %q reviews %q edition %d records %d", s.Title, s.State, s.Versions, s.Reviews, s.Edition, s.Records)
}

// next is the state after a write that f describes.
func (s state) next(f func(*state)) state {
	s.Versions, s.Reviews = slices.Clone(s.Versions), slices.Clone(s.Reviews)
	s.Edition++
	s.Records++
	f(&s)
	return s
}

func fileVersion(d document) string { return d.name + " " + digest(d.body) }

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// now is the newest state asked for.
func (i *item) now() state { return i.states[len(i.states)-1] }

// begin notes writes that are about to be asked for.
func (l *ledger) begin(sequence int, to map[*item]state) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, s := range to {
		i.states, i.sequence = append(i.states, s), append(i.sequence, sequence)
		i.touched, i.opened = true, true
		l.items[i.key] = i
	}
}

// end notes what became of them.
func (l *ledger) end(a answer, items ...*item) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case a.acknowledged():
		l.tally.acknowledged++
		for _, i := range items {
			i.floor, i.opened = len(i.states)-1, false
		}
	case a.err != nil:
		l.tally.unanswered++
	default:
		l.tally.refused++
	}
}

// bounds are the states that each item may be in: from what was acknowledged at
// one moment to what was asked for until another.
type bounds map[string]struct{ floor, top int }

// bounds returns what holds now: nothing acknowledged may be missing.
func (l *ledger) bounds() bounds {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := bounds{}
	for key, i := range l.items {
		b[key] = struct{ floor, top int }{i.floor, len(i.states) - 1}
	}
	return b
}

// until raises the tops of b to what was asked for since, and takes in what is new.
func (b bounds) until(l *ledger) {
	for key, now := range l.bounds() {
		was, known := b[key]
		if !known {
			was.floor = -1
		}
		b[key] = struct{ floor, top int }{was.floor, now.top}
	}
}

// settle takes what was found as what is: the next round starts from there.
func (l *ledger) settle(found map[string]seen) {
	for key, i := range l.items {
		f, there := found[key]
		if !there {
			delete(l.items, key)
			continue
		}
		if i.touched {
			i.id, i.states, i.floor, i.sequence = f.id, []state{f.state}, 0, []int{0}
			i.touched, i.opened = false, false
		}
	}
}
