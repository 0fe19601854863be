package torture_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// load is people at work: each worker is one author with one reviewer, works on
// items of its own, and asks for one thing after another.
type load struct {
	ledger  *ledger
	url     string
	seed    uint64
	workers int
	largest int           // bytes of a file; 0: 600 KB
	pause   time.Duration // between writes
	patient bool          // goes on after an answer did not come
	observe func(began, ended time.Time, a answer)
	stop    chan struct{}
	wait    sync.WaitGroup
	writes  atomic.Int64
}

// start sets the workers to work on the server at url until finish is called or
// the server answers no more.
func (l *ledger) start(url string, seed uint64) *load {
	w := &load{ledger: l, url: url, seed: seed, workers: 4}
	w.begin()
	return w
}

func (w *load) begin() {
	w.stop = make(chan struct{})
	for n := range w.workers {
		w.wait.Go(func() { w.worker(n).run() })
	}
}

// finish waits until each worker has its last answer.
func (w *load) finish() {
	select {
	case <-w.stop:
	default:
		close(w.stop)
	}
	w.wait.Wait()
}

type worker struct {
	*load
	n           int
	rand        *rand.Rand
	ada, bob    *browser
	mine        []*item
	count, step int
}

func (w *load) worker(n int) *worker {
	out := &worker{load: w, n: n, rand: rand.New(rand.NewPCG(w.seed, uint64(n))), ada: authors[0].at(w.url), bob: authors[1].at(w.url)}
	w.ledger.mu.Lock()
	defer w.ledger.mu.Unlock()
	for _, i := range w.ledger.items {
		if i.worker == n && !i.opened {
			out.mine = append(out.mine, i)
		}
	}
	return out
}

func (w *worker) run() {
	for {
		select {
		case <-w.stop:
			return
		default:
		}
		began := time.Now()
		a := w.write()
		w.writes.Add(1)
		if w.observe != nil {
			w.observe(began, time.Now(), a)
		}
		if a.err != nil && !w.patient {
			return
		}
		time.Sleep(w.pause)
	}
}

// write asks for one thing. Half of them change what is there.
func (w *worker) write() answer {
	w.step++
	if i := w.pick(); i != nil && w.rand.IntN(2) == 0 {
		switch w.rand.IntN(3) {
		case 0:
			if i.isFile {
				return w.addVersion(i)
			}
		case 1:
			if i.now().State == "submitted" {
				return w.review(i)
			}
		}
		return w.describe(i)
	}
	switch w.rand.IntN(5) {
	case 0:
		return w.addNote()
	case 1:
		return w.addFiles(2)
	}
	return w.addFiles(1)
}

// pick is an item of one's own whose last write was acknowledged.
func (w *worker) pick() *item {
	for range 5 {
		if len(w.mine) == 0 {
			return nil
		}
		n := w.rand.IntN(len(w.mine))
		if i := w.mine[n]; !i.opened && i.id != 0 {
			return i
		}
		w.mine[n] = w.mine[len(w.mine)-1]
		w.mine = w.mine[:len(w.mine)-1]
	}
	return nil
}

// fields is what a form says of evidence; without period it stays a draft.
func fields(kind, title, source string, period bool) url.Values {
	v := url.Values{"kind": {kind}, "title": {title}, "source": {source}, "sensitivity": {"internal"}, "captured_on": {"2026-03-02"}}
	if period {
		v["from"], v["to"] = []string{"2026-02-01"}, []string{"2026-02-28"}
	}
	return v
}

// source is unique: no other write of any round uses it.
func (w *worker) source() string {
	w.count++
	return fmt.Sprintf("source %d-%d-%d", w.seed, w.n, w.count)
}

func (w *worker) document() document {
	size := 1 + w.rand.IntN(4000)
	switch w.rand.IntN(10) {
	case 0:
		size = w.rand.IntN(600_000)
	case 1, 2, 3:
		size = w.rand.IntN(60_000)
	}
	if w.largest > 0 {
		size = min(size, w.largest)
	}
	body := make([]byte, size)
	for i := range body {
		body[i] = byte(w.rand.Uint32())
	}
	return document{fmt.Sprintf("file-%d-%d-%x.bin", w.n, w.count, w.rand.Uint64()), body}
}

func submitted(period bool) string {
	if period {
		return "submitted"
	}
	return "draft"
}

// addFiles uploads files that become one item each, all or none.
func (w *worker) addFiles(n int) answer {
	source, period := w.source(), w.rand.IntN(5) > 0
	var files []document
	var items []*item
	to := map[*item]state{}
	title := "Proof " + strconv.Itoa(w.count)
	for range n {
		f := w.document()
		i := &item{key: source + "/" + f.name, floor: -1, isFile: true, worker: w.n}
		s := state{Title: title, State: submitted(period), Versions: []string{fileVersion(f)}, Edition: 1, Records: 1}
		if n > 1 {
			s.Title = title + " – " + f.name[:len(f.name)-len(".bin")]
		}
		files, items, to[i] = append(files, f), append(items, i), s
	}
	for _, i := range items {
		for _, other := range items {
			i.group = append(i.group, other.key)
		}
	}
	w.ledger.begin(w.step, to)
	a := w.ada.upload(eng+"/evidence", fields("file", title, source, period), files...)
	return w.added(a, items...)
}

func (w *worker) addNote() answer {
	source, period := w.source(), w.rand.IntN(5) > 0
	note := fmt.Sprintf("Noted %x.", w.rand.Uint64())
	i := &item{key: source + "/" + note, floor: -1, worker: w.n}
	w.ledger.begin(w.step, map[*item]state{i: {Title: "Note " + source, State: submitted(period), Versions: []string{note}, Edition: 1, Records: 1}})
	form := fields("note", "Note "+source, source, period)
	form.Set("note", note)
	return w.added(w.ada.upload(eng+"/evidence", form), i)
}

// added reads which items an upload became.
func (w *worker) added(a answer, items ...*item) answer {
	if a.acknowledged() {
		var told struct{ Query string }
		_ = json.Unmarshal(a.body, &told) // what does not tell the items fails below
		q, _ := url.ParseQuery(told.Query)
		if len(q["id"]) != len(items) {
			a.err = fmt.Errorf("an upload of %d is answered with %s", len(items), a.body)
		}
		for n, id := range q["id"] {
			items[n].id, _ = strconv.ParseInt(id, 10, 64)
		}
		w.mine = append(w.mine, items...)
	}
	w.ledger.end(a, items...)
	return a
}

func (w *worker) change(i *item, to state, ask func() answer) answer {
	w.ledger.begin(w.step, map[*item]state{i: to})
	a := ask()
	w.ledger.end(a, i)
	return a
}

func (i *item) path() string { return eng + "/evidence/" + strconv.FormatInt(i.id, 10) }

func (w *worker) addVersion(i *item) answer {
	w.count++
	f := w.document()
	to := i.now().next(func(s *state) { s.State, s.Versions = "submitted", append(s.Versions, fileVersion(f)) })
	return w.change(i, to, func() answer { return w.ada.upload(i.path()+"/versions", fields("file", "", "", true), f) })
}

func (w *worker) describe(i *item) answer {
	now := i.now()
	title := fmt.Sprintf("Proof called %x", w.rand.Uint32())
	to := now.next(func(s *state) {
		s.Title = title
		if s.State == "draft" {
			s.State = "submitted"
		}
	})
	form := fields("", title, i.key[:len(i.key)-len(i.first())-1], true)
	form.Set("version", strconv.Itoa(now.Edition))
	return w.change(i, to, func() answer { return w.ada.form(i.path(), form) })
}

// first is what names the item's first version in its key.
func (i *item) first() string {
	v := i.states[0].Versions[0]
	if i.isFile {
		return v[:len(v)-65] // a space and 64 digits
	}
	return v
}

func (w *worker) review(i *item) answer {
	form := url.Values{"verdict": {"accepted"}, "comment": {fmt.Sprintf("Read as %x.", w.rand.Uint32())}, "version": {strconv.Itoa(i.now().Edition)}}
	if w.rand.IntN(3) == 0 {
		form["verdict"], form["reason"] = []string{"returned"}, []string{"unreadable"}
	}
	verdict := form.Get("verdict")
	to := i.now().next(func(s *state) { s.State, s.Reviews = verdict, append(s.Reviews, verdict+" "+form.Get("comment")) })
	return w.change(i, to, func() answer { return w.bob.form(i.path()+"/review", form) })
}
