package server_test

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"relier/internal/server"
)

// receiver is a route that takes uploads, and notes what it was given.
type receiver struct {
	limit    int64
	accepted atomic.Int64 // uploads that arrived whole
	begun    atomic.Int64 // uploads whose file began to arrive
	last     atomic.Value // summary of the last whole upload
}

func (r *receiver) route() server.Route {
	return server.Route{Method: http.MethodPost, Path: "/receive", Name: "receive", Rule: server.Public, Slow: true, Handle: r.handle}
}

func (r *receiver) handle(_ *server.Server, c *server.Ctx) error {
	var files []string
	form, err := c.Upload(r.limit, func(f server.File) error {
		r.begun.Add(1)
		h := sha256.New()
		n, err := io.Copy(h, f.Body)
		files = append(files, fmt.Sprintf("%s %s %d %s", f.Field, f.Name, n, hex.EncodeToString(h.Sum(nil)[:4])))
		return err
	})
	if err != nil {
		return err
	}
	r.accepted.Add(1)
	r.last.Store(strings.Join(files, ", ") + " | " + form.Text("before") + " | " + form.Text("after"))
	return c.Redirect("/about", "")
}

func refuse() server.Route {
	return server.Route{Method: http.MethodPost, Path: "/refuse", Name: "refuse", Rule: server.SignedIn, Slow: true,
		Handle: func(*server.Server, *server.Ctx) error { return errors.New("reached") }}
}

// multi is a multipart body: a field, a file of size bytes, another field.
func multi(size int) (body []byte, contentType string) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	_ = w.WriteField("before", "one")
	f, _ := w.CreateFormFile("file", "données.bin")
	_, _ = f.Write(bytes.Repeat([]byte("0123456789abcdef"), size/16+1)[:size])
	_ = w.WriteField("after", "two")
	_ = w.Close()
	return b.Bytes(), w.FormDataContentType()
}

// raw is one connection on which a test writes what no client library would.
type raw struct {
	t testing.TB
	net.Conn
	r *bufio.Reader
}

func (s *site) raw() *raw { return dial(s.t, s.addr) }

func dial(t testing.TB, addr string) *raw {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	return &raw{t, c, bufio.NewReader(c)}
}

func (r *raw) send(format string, args ...any) {
	r.t.Helper()
	if _, err := fmt.Fprintf(r.Conn, format, args...); err != nil {
		r.t.Fatalf("send: %v", err)
	}
}

func (r *raw) halfClose() { _ = r.Conn.(*net.TCPConn).CloseWrite() }

// answer reads one response; nil when the server hung up without one.
func (r *raw) answer() *http.Response {
	r.t.Helper()
	res, err := http.ReadResponse(r.r, nil)
	if err != nil {
		return nil
	}
	b, _ := io.ReadAll(res.Body)
	res.Body = io.NopCloser(bytes.NewReader(b))
	return res
}

// ended reports whether the server closed the connection.
func (r *raw) ended() bool {
	_, err := r.r.ReadByte()
	return err != nil && !errors.Is(err, net.ErrClosed) && !isDeadline(err)
}

func isDeadline(err error) bool {
	var n net.Error
	return errors.As(err, &n) && n.Timeout()
}

func head(path, contentType, framing string) string {
	return "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: " + contentType + "\r\n" + framing + "\r\n\r\n"
}

func chunk(b []byte) string { return fmt.Sprintf("%x\r\n%s\r\n", len(b), b) }

func TestUpload_Whole(t *testing.T) {
	t.Parallel()
	body, kind := multi(3 << 20)
	sum := sha256.Sum256(bytes.Repeat([]byte("0123456789abcdef"), 3<<16))
	want := fmt.Sprintf("file données.bin %d %s | one | two", 3<<20, hex.EncodeToString(sum[:4]))
	ways := map[string]func(*raw){
		"known length": func(c *raw) {
			c.send("%s%s", head("/receive", kind, fmt.Sprintf("Content-Length: %d", len(body))), body)
		},
		"chunked": func(c *raw) {
			c.send("%s", head("/receive", kind, "Transfer-Encoding: chunked"))
			for rest := body; len(rest) > 0; {
				n := min(len(rest), 100_000)
				c.send("%s", chunk(rest[:n]))
				rest = rest[n:]
			}
			c.send("0\r\n\r\n")
		},
		"half closed": func(c *raw) {
			c.send("%s%s0\r\n\r\n", head("/receive", kind, "Transfer-Encoding: chunked"), chunk(body))
			c.halfClose()
		},
		"expecting 100": func(c *raw) {
			c.send("%s", head("/receive", kind, fmt.Sprintf("Content-Length: %d\r\nExpect: 100-continue", len(body))))
			if res := c.answer(); res == nil || res.StatusCode != http.StatusContinue {
				c.t.Fatalf("no 100: %v", res)
			}
			c.send("%s", body)
		},
	}
	for name, send := range ways {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := &receiver{limit: 5 << 20}
			s := open(t, server.Config{}, r.route())
			c := s.raw()
			send(c)
			if res := c.answer(); res == nil || res.StatusCode != http.StatusSeeOther {
				t.Fatalf("answer %v", res)
			}
			if got := r.last.Load(); got != want {
				t.Errorf("got %v, want %s", got, want)
			}
		})
	}
}

// What was cut short leaves nothing and gets no 2xx or 3xx, wherever the cut is.
func TestUpload_CutShort(t *testing.T) {
	t.Parallel()
	body, kind := multi(3 << 20)
	closing := bytes.LastIndex(body, []byte("--"))
	length := fmt.Sprintf("Content-Length: %d", len(body))
	ways := map[string]func(*raw){
		"1 of 3 MB":              func(c *raw) { c.send("%s%s", head("/receive", kind, length), body[:1<<20]) },
		"a byte too few":         func(c *raw) { c.send("%s%s", head("/receive", kind, length), body[:len(body)-1]) },
		"within the first bytes": func(c *raw) { c.send("%s%s", head("/receive", kind, length), body[:100]) },
		"nothing":                func(c *raw) { c.send("%s", head("/receive", kind, length)) },
		"length beyond the end": func(c *raw) {
			c.send("%s%s", head("/receive", kind, fmt.Sprintf("Content-Length: %d", len(body)+10)), body)
		},
		"no last chunk":     func(c *raw) { c.send("%s%s", head("/receive", kind, "Transfer-Encoding: chunked"), chunk(body)) },
		"half a last chunk": func(c *raw) { c.send("%s%s0\r\n", head("/receive", kind, "Transfer-Encoding: chunked"), chunk(body)) },
		"within a chunk": func(c *raw) {
			c.send("%s%s", head("/receive", kind, "Transfer-Encoding: chunked"), chunk(body)[:1<<20])
		},
		"between chunks": func(c *raw) {
			c.send("%s%s", head("/receive", kind, "Transfer-Encoding: chunked"), chunk(body[:1<<20]))
		},
		"no closing boundary": func(c *raw) {
			c.send("%s%s", head("/receive", kind, fmt.Sprintf("Content-Length: %d", closing)), body[:closing])
		},
		"no closing, last chunk": func(c *raw) {
			c.send("%s%s0\r\n\r\n", head("/receive", kind, "Transfer-Encoding: chunked"), chunk(body[:closing]))
		},
		"ended within the file":   func(c *raw) { c.send("%s%s", head("/receive", kind, "Content-Length: 1000000"), body[:1000000]) },
		"chunk sizes not numbers": func(c *raw) { c.send("%szz\r\n", head("/receive", kind, "Transfer-Encoding: chunked")) },
	}
	for name, send := range ways {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := &receiver{limit: 5 << 20}
			s := open(t, server.Config{}, r.route())
			c := s.raw()
			send(c)
			c.halfClose()
			if res := c.answer(); res != nil && res.StatusCode < 400 {
				t.Errorf("answered %d", res.StatusCode)
			}
			if n := r.accepted.Load(); n != 0 {
				t.Error("taken for whole")
			}
		})
	}
}

func TestUpload_Limits(t *testing.T) {
	t.Parallel()
	fields := func(n, size int) (*bytes.Buffer, string) {
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		for i := range n {
			_ = w.WriteField(fmt.Sprintf("f%d", i), strings.Repeat("x", size))
		}
		_ = w.Close()
		return &b, w.FormDataContentType()
	}
	files := func(n int) (*bytes.Buffer, string) {
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		for i := range n {
			f, _ := w.CreateFormFile("file", fmt.Sprintf("%d.txt", i))
			_, _ = f.Write([]byte("x"))
		}
		_ = w.Close()
		return &b, w.FormDataContentType()
	}
	big, bigKind := multi(2 << 20)
	manyFields, fieldsKind := fields(200, 10_000)
	manyFiles, filesKind := files(501)
	nameless := "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\"\r\n\r\nbytes\r\n--b--\r\n"
	for name, c := range map[string]struct {
		body   io.Reader
		kind   string
		status int
	}{
		"file over the limit":   {bytes.NewReader(big), bigKind, http.StatusRequestEntityTooLarge},
		"fields over the limit": {manyFields, fieldsKind, http.StatusRequestEntityTooLarge},
		"too many files":        {manyFiles, filesKind, http.StatusUnprocessableEntity},
		"bytes without a name":  {strings.NewReader(nameless), "multipart/form-data; boundary=b", http.StatusUnprocessableEntity},
		"no boundary":           {strings.NewReader("x"), "multipart/form-data", http.StatusUnprocessableEntity},
		"not multipart":         {strings.NewReader("a=b"), "application/x-www-form-urlencoded", http.StatusUnprocessableEntity},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := &receiver{limit: 1 << 20}
			s := open(t, server.Config{}, r.route())
			s.visitor().do(http.MethodPost, "/receive", c.body, c.kind).want(c.status)
			if r.accepted.Load() != 0 {
				t.Error("accepted")
			}
		})
	}
}

func TestUpload_EmptyFileFieldIsNoFile(t *testing.T) {
	t.Parallel()
	r := &receiver{limit: 1 << 20}
	s := open(t, server.Config{}, r.route())
	body := "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\"\r\n\r\n\r\n--b\r\nContent-Disposition: form-data; name=\"after\"\r\n\r\nx\r\n--b--\r\n"
	s.visitor().do(http.MethodPost, "/receive", strings.NewReader(body), "multipart/form-data; boundary=b").want(http.StatusSeeOther)
	if got := r.last.Load(); got != " |  | x" {
		t.Errorf("got %q", got)
	}
}

func TestForm_Limits(t *testing.T) {
	t.Parallel()
	s := open(t, server.Config{})
	v := s.visitor()
	huge := "back=" + strings.Repeat("a", 2<<20)
	v.do(http.MethodPost, "/preferences", strings.NewReader(huge), "application/x-www-form-urlencoded").want(http.StatusRequestEntityTooLarge)
	v.do(http.MethodPost, "/preferences", strings.NewReader("{}"), "application/json").want(http.StatusUnprocessableEntity)
	v.do(http.MethodPost, "/preferences", strings.NewReader("a=%zz"), "application/x-www-form-urlencoded").want(http.StatusUnprocessableEntity)
	v.post("/preferences", nil).want(http.StatusSeeOther)

	c := s.raw() // chunked, so that no length warns of it
	c.send("%s", head("/preferences", "application/x-www-form-urlencoded", "Transfer-Encoding: chunked"))
	c.send("%s0\r\n\r\n", chunk([]byte(huge)))
	if res := c.answer(); res == nil || res.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("chunked: %v", res)
	}
	c = s.raw()
	c.send("%sa=b", head("/preferences", "application/x-www-form-urlencoded", "Content-Length: 10"))
	c.halfClose()
	if res := c.answer(); res != nil && res.StatusCode < 400 {
		t.Errorf("a form cut short: %d", res.StatusCode)
	}
}

func FuzzUpload(f *testing.F) {
	body, kind := multi(100)
	f.Add(body, kind)
	f.Add([]byte("--b\r\n\r\n\r\n--b--"), "multipart/form-data; boundary=b")
	r := &receiver{limit: 1 << 10}
	s := open(f, server.Config{}, r.route())
	f.Fuzz(func(t *testing.T, body []byte, kind string) {
		if strings.ContainsFunc(kind, func(r rune) bool { return r < ' ' || r > '~' }) {
			return
		}
		c := dial(t, s.addr)
		c.send("%s%s", head("/receive", kind, fmt.Sprintf("Content-Length: %d\r\nConnection: close", len(body))), body)
		res := c.answer()
		if res == nil || res.StatusCode >= 500 {
			t.Errorf("answer %v", res)
		}
	})
}
