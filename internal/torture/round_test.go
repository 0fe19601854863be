package torture_test

import (
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"
)

// long reports whether the suites run in full.
func long() bool { return os.Getenv("RELIER_TORTURE") == "long" }

// rounds counts through a suite. Each round has a seed of its own, from which
// everything random in it follows.
type rounds struct {
	t         testing.TB
	suite     string
	round, of int
	first     uint64
	seed      uint64
	began     time.Time
	sum       tally
	found     []string // for the figures
}

// begin opens a suite with its number of rounds: few in every test run, many in
// the long one.
func begin(t testing.TB, suite string, few, many int) *rounds {
	t.Helper()
	r := &rounds{t: t, suite: suite, of: few, first: rand.Uint64() >> 16, began: time.Now()}
	if long() {
		r.of = many
	}
	if n, err := strconv.Atoi(os.Getenv("RELIER_TORTURE_ROUNDS")); err == nil {
		r.of = n
	}
	if n, err := strconv.ParseUint(os.Getenv("RELIER_TORTURE_SEED"), 10, 64); err == nil {
		r.first = n
	}
	t.Cleanup(func() {
		took := time.Since(r.began)
		t.Logf("%s: %d of %d rounds from seed %d in %.1f s; %d writes acknowledged, %d refused, %d unanswered",
			suite, r.round, r.of, r.first, took.Seconds(), r.sum.acknowledged, r.sum.refused, r.sum.unanswered)
		r.keep(took)
	})
	return r
}

// next moves to the next round, if there is one.
func (r *rounds) next() bool {
	if r.round == r.of {
		return false
	}
	r.round++
	r.seed = r.first + uint64(r.round)
	return true
}

// last reports whether no round follows.
func (r *rounds) last() bool { return r.round == r.of }

// random is a source of numbers of this round.
func (r *rounds) random(stream uint64) *rand.Rand { return rand.New(rand.NewPCG(r.seed, 1000+stream)) }

// tally adds up what a round's ledger counted, and starts it anew.
func (r *rounds) tally(l *ledger) {
	r.sum.add(l.tally)
	l.tally = tally{}
}

// must ends the suite at a round that fails, with what is needed to repeat it.
func (r *rounds) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatalf("round %d of %s, RELIER_TORTURE_SEED=%d: %v", r.round, r.suite, r.first, err)
	}
}

// nothingLost is the figure of a suite whose every round passed.
func (r *rounds) nothingLost(what string) {
	r.figure("%d %s; of %d acknowledged writes 0 lost, 0 wrong, 0 half; %d were under way", r.round, what, r.sum.acknowledged, r.sum.unanswered)
}
