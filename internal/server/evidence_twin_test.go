package server_test

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// together does one thing from several browsers of one person at the same time.
func (s *library) together(n int, do func(*visitor) *page) []*page {
	s.t.Helper()
	browsers, out := make([]*visitor, n), make([]*page, n)
	for i := range browsers {
		browsers[i] = s.signedIn("ada@example.org")
	}
	var wg sync.WaitGroup
	for i, v := range browsers {
		wg.Go(func() { out[i] = do(v) })
	}
	wg.Wait()
	return out
}

// A file that is sent several times at once, by whatever way, is one item; the
// others are told of it and may link it.
func TestTwins_OneFileIsOneItem(t *testing.T) {
	t.Parallel()
	s := openLibrary(t)
	data := pattern(300_000)
	body, kind := bodyOf(fields(), named{"twice.bin", data})
	led := 0
	for _, p := range s.together(4, func(v *visitor) *page {
		return v.do(http.MethodPost, north+"/evidence", bytes.NewReader(body), kind)
	}) {
		if to := p.want(http.StatusSeeOther).header.Get("Location"); strings.Contains(to, "id=") {
			led++
		} else if !strings.Contains(to, "same=") {
			t.Errorf("leads to %s", to)
		}
	}
	if led != 1 || s.items() != 1 {
		t.Errorf("%d were told of a new item, %d items are there", led, s.items())
	}

	data = pattern(200_000)
	at := s.begin("pieces.bin", len(data))
	s.patch(at, 0, data).want(http.StatusNoContent)
	done := 0
	for _, p := range s.together(3, func(v *visitor) *page { return v.named("upload", token(at), "captured_on", "2026-03-02") }) {
		if p.status == http.StatusOK {
			done++
		} else if p.status >= 500 {
			t.Errorf("in pieces: %d %s", p.status, p.body)
		}
	}
	if done == 0 || s.items() != 2 {
		t.Errorf("in pieces: %d done, %d items", done, s.items())
	}
}

// An answer that is sent twice at once leaves one item and one answer.
func TestTwins_OneAnswer(t *testing.T) {
	t.Parallel()
	s := openLibrary(t)
	r := s.ask("Backups", s.actor.Person, true)
	path := fmt.Sprintf("%s/requests/%d", north, r.ID)
	period := map[string]string{"from": "2026-01-01", "to": "2026-03-31", "captured_on": "2026-03-02"}
	for _, p := range s.together(4, func(v *visitor) *page {
		return reply(v, path+"/answers", period, map[string]string{"jobs.csv": "job,result\n"})
	}) {
		if p.status >= 500 {
			t.Errorf("%d %s", p.status, p.text("main"))
		}
	}
	if got := s.get(path).doc().Find(".answer-given").Length(); got != 1 || s.items() != 1 {
		t.Errorf("%d answers, %d items", got, s.items())
	}
}

// A large file goes through the form of a request as through any other, in one
// body, without a script.
func TestRequest_AnswerWithALargeFile(t *testing.T) {
	t.Parallel()
	s := openLibrary(t)
	r := s.ask("The whole log", s.actor.Person, true)
	path := fmt.Sprintf("%s/requests/%d", north, r.ID)
	data := pattern(24 << 20)
	reply(s.visitor, path+"/answers", map[string]string{"from": "2026-01-01", "to": "2026-03-31", "captured_on": "2026-03-02"}, map[string]string{"log.bin": string(data)}).leads(path)
	item := s.get(path).attr(".answer-given a[href*='/evidence/']", "href")
	s.holds(item, data)
}
