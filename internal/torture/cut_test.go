package torture_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"net"
	"net/http"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

// cut is one way in which an upload ends too early. It returns the bytes to send
// of a request with these headers and this body; reset ends the connection hard.
type cut struct {
	name  string
	reset bool
	bytes func(r *rand.Rand, head string, body []byte) []byte
}

func withLength(head string, n int) string {
	return fmt.Sprintf("%sContent-Length: %d\r\n\r\n", head, n)
}

func chunk(b []byte) string { return fmt.Sprintf("%x\r\n%s\r\n", len(b), b) }

// chunked sends a body in a few chunks, without the last, empty one.
func chunked(r *rand.Rand, head string, body []byte) string {
	out := head + "Transfer-Encoding: chunked\r\n\r\n"
	for len(body) > 0 {
		n := min(1+r.IntN(len(body)), len(body))
		out, body = out+chunk(body[:n]), body[n:]
	}
	return out
}

// unclosed is a body that lacks its last boundary.
func unclosed(body []byte) []byte { return body[:bytes.LastIndex(body, []byte("\r\n--"))] }

var cuts = []cut{
	{"in the headers", false, func(r *rand.Rand, head string, body []byte) []byte {
		return []byte(head[:1+r.IntN(len(head)-1)])
	}},
	{"short of its length", false, func(r *rand.Rand, head string, body []byte) []byte {
		return append([]byte(withLength(head, len(body))), body[:r.IntN(len(body))]...)
	}},
	{"one byte short", false, func(_ *rand.Rand, head string, body []byte) []byte {
		return append([]byte(withLength(head, len(body)+1)), body...)
	}},
	{"reset on the way", true, func(r *rand.Rand, head string, body []byte) []byte {
		return append([]byte(withLength(head, len(body))), body[:r.IntN(len(body))]...)
	}},
	{"without the last boundary", false, func(_ *rand.Rand, head string, body []byte) []byte {
		body = unclosed(body)
		return append([]byte(withLength(head, len(body))), body...)
	}},
	{"in the last boundary", false, func(r *rand.Rand, head string, body []byte) []byte {
		body = body[:len(body)-3-r.IntN(20)]
		return append([]byte(withLength(head, len(body))), body...)
	}},
	{"without the last chunk", false, func(r *rand.Rand, head string, body []byte) []byte {
		return []byte(chunked(r, head, body))
	}},
	{"in a chunk", false, func(r *rand.Rand, head string, body []byte) []byte {
		all := chunked(r, head, body)
		return []byte(all[:len(all)-1-r.IntN(len(body))])
	}},
	{"chunked, without the last boundary", false, func(r *rand.Rand, head string, body []byte) []byte {
		return []byte(chunked(r, head, unclosed(body)) + "0\r\n\r\n")
	}},
	{"chunked, reset on the way", true, func(r *rand.Rand, head string, body []byte) []byte {
		return []byte(chunked(r, head, body[:1+r.IntN(len(body)-1)]))
	}},
}

// TestCut cuts uploads short at random places, each way for a new item and for a
// version of one. None may be accepted, and nothing of it may stay.
func TestCut(t *testing.T) {
	r := begin(t, "cut", 2*len(cuts), 2*len(cuts))
	dir, l := folder(t), newLedger()
	s, err := program.start(dir)
	r.must(err)
	defer func() { s.kill() }()
	w := (&load{ledger: l, url: s.url, seed: r.first, largest: 400_000}).worker(0)
	for range 4 { // what is whole is accepted, so the cuts are what is refused
		r.must(w.addFiles(1).err)
	}
	r.must(wholeUploads(w))
	before := r.inside(dir)
	accepted := 0
	for r.next() {
		c := cuts[(r.round-1)/2]
		path := eng + "/evidence"
		if r.round%2 == 0 {
			path = w.mine[0].path() + "/versions"
		}
		head, body := w.request(path)
		a, err := send(s.url, c.bytes(r.random(1), head, body), c.reset)
		r.must(err)
		if a.acknowledged() {
			accepted++
			t.Errorf("%s: accepted with %v", c.name, a)
		}
		r.must(s.settled(dir))
		if now := r.inside(dir); !reflect.DeepEqual(now, before) {
			accepted++
			t.Errorf("%s: something of it stayed: %v, before %v", c.name, now, before)
			before = now
		}
	}
	head, body := w.request(eng + "/evidence")
	r.must(leave(s.url, append([]byte(withLength(head, len(body))), body[:len(body)/2]...), func() { s.kill() }))
	s, err = program.start(dir)
	r.must(err)
	if now := r.inside(dir); !reflect.DeepEqual(now, before) {
		t.Errorf("something stayed of an upload that a kill cut: %v", now)
	}
	r.must(s.stop())
	r.must(program.sound(dir))
	r.figure("%d of %d cut uploads accepted", accepted, r.of)
}

// request is the head of an upload request, up to what says how long it is, and its body.
func (w *worker) request(path string) (head string, body []byte) {
	w.count++
	body, kind := multipartBody(fields("file", "Cut short", w.source(), true), w.document())
	var cookies []string
	for name, value := range w.ada.cookies {
		cookies = append(cookies, name+"="+value)
	}
	return fmt.Sprintf("POST %s HTTP/1.1\r\nHost: %s\r\nAccept: application/json\r\nCookie: %s\r\nContent-Type: %s\r\n",
		path, strings.TrimPrefix(w.url, "http://"), strings.Join(cookies, "; "), kind), body
}

// wholeUploads sends both framings to their end: they must be accepted.
func wholeUploads(w *worker) error {
	for _, frame := range []func(head string, body []byte) []byte{
		func(head string, body []byte) []byte { return append([]byte(withLength(head, len(body))), body...) },
		func(head string, body []byte) []byte { return []byte(chunked(w.rand, head, body) + "0\r\n\r\n") },
	} {
		head, body := w.request(eng + "/evidence")
		if a, err := send(w.url, frame(head, body), false); err != nil || !a.acknowledged() {
			return fmt.Errorf("a whole upload: %v %w", a, err)
		}
	}
	return nil
}

// send writes bytes to the server, ends the connection, and reads what comes.
func send(url string, b []byte, reset bool) (answer, error) {
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		return answer{}, err
	}
	defer conn.Close()
	tcp := conn.(*net.TCPConn)
	if _, err := conn.Write(b); err != nil && !reset {
		return answer{err: err}, nil // it was refused before it was read
	}
	if reset {
		time.Sleep(20 * time.Millisecond) // a part arrives first
		return answer{err: errors.New("reset")}, tcp.SetLinger(0)
	}
	if err := tcp.CloseWrite(); err != nil {
		return answer{err: err}, nil
	}
	if err := conn.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		return answer{}, err
	}
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return answer{err: err}, nil
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	return answer{status: res.StatusCode, body: body, err: err}, nil
}

// leave sends bytes and, with the connection still open, does something.
func leave(url string, b []byte, then func()) error {
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := conn.Write(b); err != nil {
		return err
	}
	time.Sleep(200 * time.Millisecond)
	then()
	return nil
}

// settled waits until no upload is under way.
func (s *process) settled(dir string) error {
	for range 200 {
		left, err := filepath.Glob(filepath.Join(dir, "blobs", "tmp", "*"))
		if err != nil || len(left) == 0 {
			return err
		}
		time.Sleep(25 * time.Millisecond)
	}
	return errors.New("five seconds after a cut upload its file is still in blobs/tmp")
}

// inside is what a folder holds: its items and its files.
func (r *rounds) inside(dir string) map[string]int {
	r.t.Helper()
	found, err := readItems(dir)
	r.must(err)
	out := map[string]int{"items": len(found)}
	for _, f := range found {
		out["versions"] += len(f.state.Versions)
	}
	r.must(filepath.WalkDir(filepath.Join(dir, "blobs"), func(_ string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			out["files"]++
		}
		return err
	}))
	return out
}
