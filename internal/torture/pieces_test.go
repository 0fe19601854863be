package torture_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"testing"
)

// piece is one request of the tus protocol.
func (b *browser) piece(method, path string, body io.Reader, headers ...string) (*http.Response, error) {
	req, err := http.NewRequest(method, b.url+path, body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Tus-Resumable", "1.0.0")
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	for name, value := range b.cookies {
		req.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	res, err := client.Do(req)
	if err == nil {
		_, _ = io.Copy(io.Discard, res.Body)
		err = res.Body.Close()
	}
	return res, err
}

// offset is how far the server says that an upload has come; -1 for none.
func (b *browser) offset(at string) int {
	res, err := b.piece(http.MethodHead, at, nil)
	if err != nil || res.StatusCode != http.StatusOK {
		return -1
	}
	n, err := strconv.Atoi(res.Header.Get("Upload-Offset"))
	if err != nil {
		return -1
	}
	return n
}

// goOn sends the rest of data from the offset on.
func (b *browser) goOn(at string, offset int, data io.Reader) error {
	res, err := b.piece(http.MethodPatch, at, data, "Upload-Offset", strconv.Itoa(offset), "Content-Type", "application/offset+octet-stream")
	if err == nil && res.StatusCode != http.StatusNoContent {
		err = fmt.Errorf("status %d", res.StatusCode)
	}
	return err
}

// use names an upload in a form, which is what makes it evidence.
func (b *browser) use(at, title string) answer {
	form := fields("file", title, "pieces", true)
	form.Set("upload", at[strings.LastIndexByte(at, '/')+1:])
	return b.upload(eng+"/evidence", form)
}

// killing reads data and kills the server, once, after so many bytes went out.
type killing struct {
	io.Reader
	left int
	kill func()
}

func (k *killing) Read(p []byte) (int, error) {
	if k.left <= 0 && k.kill != nil {
		k.kill()
		k.kill = nil
	}
	n, err := k.Reader.Read(p[:min(len(p), 64<<10)])
	k.left -= n
	return n, err
}

// TestPieces kills the server in the middle of an upload in pieces, again and
// again. What was acknowledged is there after each restart, the upload goes on
// from it, nothing of it is evidence before it is whole and named, and then it
// is what was sent.
func TestPieces(t *testing.T) {
	r := begin(t, "pieces", 3, 20)
	dir := folder(t)
	s, err := program.start(dir)
	r.must(err)
	defer func() { s.kill() }()
	before := r.inside(dir)
	ada, random := authors[0].at(s.url), rand.New(rand.NewPCG(r.first, 1))
	data := make([]byte, 72<<20) // more than is made durable at a time
	for i := 0; i < len(data); i += 8 {
		copy(data[i:], strconv.AppendUint(nil, random.Uint64(), 36))
	}
	res, err := ada.piece(http.MethodPost, eng+"/uploads", nil, "Upload-Length", strconv.Itoa(len(data)), "Upload-Metadata", "filename cGllY2VzLmJpbg==")
	r.must(err)
	at := res.Header.Get("Location")
	safe := 1 << 20
	r.must(ada.goOn(at, 0, bytes.NewReader(data[:safe])))
	for r.next() {
		stretch := random.IntN((len(data) - safe) / 2)
		if r.round == 2 {
			stretch = len(data) - safe - 1<<20
		}
		_ = ada.goOn(at, safe, &killing{bytes.NewReader(data[safe:]), stretch, s.murder})
		<-s.ended
		s, err = program.start(dir)
		r.must(err)
		ada = authors[0].at(s.url)
		stands := ada.offset(at)
		if stands < safe || stands > len(data) {
			t.Fatalf("%d bytes were acknowledged, after the restart it stands at %d", safe, stands)
		}
		if a := ada.use(at, "Half"); !a.refused() && stands < len(data) {
			t.Errorf("%d of %d bytes became evidence: %v", stands, len(data), a)
		}
		if now := r.inside(dir); !reflect.DeepEqual(now, before) {
			t.Errorf("an unfinished upload counts: %v, before %v", now, before)
		}
		if stands == len(data) {
			break
		}
		more := min(stands+1<<20, len(data)-1<<20)
		if more > stands {
			r.must(ada.goOn(at, stands, io.LimitReader(bytes.NewReader(data[stands:]), int64(more-stands))))
			stands = more
		}
		safe = stands
	}
	if safe = ada.offset(at); safe < len(data) {
		r.must(ada.goOn(at, safe, bytes.NewReader(data[safe:])))
	}
	a := ada.use(at, "Whole")
	if !a.acknowledged() {
		t.Fatalf("the whole upload: %v", a)
	}
	var told struct{ Query string }
	r.must(json.Unmarshal(a.body, &told))
	q, err := url.ParseQuery(told.Query)
	r.must(err)
	got := ada.get(eng + "/evidence/" + q.Get("id") + "/versions/1/file")
	if sha256.Sum256(got.body) != sha256.Sum256(data) {
		t.Errorf("%d bytes came back of %d sent, or others: %v", len(got.body), len(data), got.err)
	}
	r.must(s.stop())
	r.must(program.sound(dir))
	r.figure("%d kills in the middle of an upload in pieces; acknowledged bytes were there after each", r.round)
}
