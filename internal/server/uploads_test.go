package server_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"relier/internal/domain"
	"relier/internal/testkit"
	"relier/internal/testkit/chromium"
)

// tus sends a request of the protocol with pairs of header names and values.
func (v *visitor) tus(method, path string, body io.Reader, headers ...string) *page {
	v.site.t.Helper()
	v.header = http.Header{"Tus-Resumable": {"1.0.0"}, "Accept": {"application/json"}}
	for i := 0; i < len(headers); i += 2 {
		v.header[headers[i]] = []string{headers[i+1]}
	}
	defer func() { v.header = http.Header{} }()
	return v.do(method, path, body, "")
}

const offsetBytes = "application/offset+octet-stream"

// begin makes room for a file of size bytes and returns its address.
func (v *visitor) begin(name string, size int) string {
	v.site.t.Helper()
	p := v.tus(http.MethodPost, north+"/uploads", nil, "Upload-Length", fmt.Sprint(size),
		"Upload-Metadata", "filename "+base64.StdEncoding.EncodeToString([]byte(name)))
	return p.want(http.StatusCreated).header.Get("Location")
}

func (v *visitor) patch(at string, offset int, body []byte) *page {
	v.site.t.Helper()
	return v.tus(http.MethodPatch, at, bytes.NewReader(body), "Upload-Offset", fmt.Sprint(offset), "Content-Type", offsetBytes)
}

// named sends the upload form with files that came in pieces.
func (v *visitor) named(fields ...string) *page {
	v.site.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i < len(fields); i += 2 {
		_ = w.WriteField(fields[i], fields[i+1])
	}
	_ = w.WriteField("kind", "file")
	_ = w.WriteField("sensitivity", "internal")
	_ = w.Close()
	v.header = http.Header{"Accept": {"application/json"}}
	defer func() { v.header = http.Header{} }()
	return v.do(http.MethodPost, north+"/evidence", &b, w.FormDataContentType())
}

func token(at string) string { return at[strings.LastIndexByte(at, '/')+1:] }

func TestUploads_InPieces(t *testing.T) {
	t.Parallel()
	s := openLibrary(t)
	data := pattern(3 << 20)
	at := s.begin("revue d’accès.csv", len(data))
	s.patch(at, 0, data[:1<<20]).want(http.StatusNoContent)
	if p := s.named("upload", token(at)); p.status != http.StatusUnprocessableEntity || !strings.Contains(string(p.body), "have arrived") {
		t.Errorf("half a file as evidence: %d %s", p.status, p.body)
	}
	s.patch(at, 0, data).want(http.StatusConflict)
	p := s.tus(http.MethodHead, at, nil).want(http.StatusOK)
	if p.header.Get("Upload-Offset") != "1048576" || p.header.Get("Upload-Length") != fmt.Sprint(len(data)) || p.header.Get("Upload-Expires") == "" || p.header.Get("Cache-Control") != "no-store" {
		t.Errorf("it stands at %v", p.header)
	}
	s.patch(at, 1<<20, append(data[1<<20:], 'x')).want(http.StatusRequestEntityTooLarge)
	p = s.tus(http.MethodHead, at, nil)
	var offset int
	_, _ = fmt.Sscan(p.header.Get("Upload-Offset"), &offset)
	if p = s.patch(at, offset, data[offset:]); p.status != http.StatusNoContent || p.header.Get("Upload-Offset") != fmt.Sprint(len(data)) {
		t.Errorf("the rest: %d %v", p.status, p.header)
	}
	if s.items() != 0 {
		t.Error("an upload became evidence by itself")
	}
	if p = s.named("upload", token(at), "from", "nonsense"); p.status != http.StatusUnprocessableEntity {
		t.Errorf("a wrong form: %d", p.status)
	}
	var answer struct{ Href, Label string }
	p = s.named("upload", token(at), "files", "1").want(http.StatusOK)
	s.must(json.Unmarshal(p.body, &answer))
	if answer.Label != "EV-000001 revue d’accès" {
		t.Errorf("answer %s", p.body)
	}
	s.holds(answer.Href, data)
	if p = s.named("upload", token(at)); p.status != http.StatusUnprocessableEntity || !strings.Contains(string(p.body), `"gone":true`) {
		t.Errorf("used twice: %d %s", p.status, p.body)
	}
	if left, err := os.ReadDir(filepath.Join(s.kit.Dir, "uploads")); err != nil || len(left) != 0 {
		t.Errorf("left %v, %v", left, err)
	}
}

// holds downloads the first version of an item and compares it.
func (s *library) holds(item string, data []byte) {
	s.t.Helper()
	if got := s.get(item + "/versions/1/file").want(http.StatusOK).body; !bytes.Equal(got, data) {
		s.t.Errorf("%d bytes, want %d: SHA-256 %x", len(got), len(data), sha256.Sum256(got))
	}
}

func TestUploads_AreTheirSendersAlone(t *testing.T) {
	t.Parallel()
	s := openLibrary(t)
	at := s.begin("a.bin", 10)
	s.person("bob@example.org")
	s.post("/o/north/people", map[string][]string{"email": {"bob@example.org"}, "name": {"Bob"}, "password": {password}, "role": {"owner"}})
	bob := s.signedIn("bob@example.org")
	bob.tus(http.MethodHead, at, nil).want(http.StatusNotFound)
	bob.patch(at, 0, []byte("0123456789")).want(http.StatusNotFound)
	bob.tus(http.MethodDelete, at, nil).want(http.StatusNotFound)
	s.patch(at, 0, []byte("0123456789")).want(http.StatusNoContent)
	if p := bob.named("upload", token(at)); p.status != http.StatusUnprocessableEntity {
		t.Errorf("somebody else's upload became evidence: %d", p.status)
	}
	s.tus(http.MethodDelete, at, nil).want(http.StatusNoContent)
	s.tus(http.MethodHead, at, nil).want(http.StatusNotFound)
}

func TestUploads_Limits(t *testing.T) {
	t.Parallel()
	s := openLibrary(t)
	s.tus(http.MethodPost, north+"/uploads", nil, "Upload-Length", "9000000000000").want(http.StatusRequestEntityTooLarge)
	s.tus(http.MethodPost, north+"/uploads", nil, "Upload-Length", "-1").want(http.StatusUnprocessableEntity)
	s.tus(http.MethodPost, north+"/uploads", nil, "Tus-Resumable", "0.2.2", "Upload-Length", "1").want(http.StatusPreconditionFailed)
	if p := s.tus(http.MethodOptions, north+"/uploads", nil).want(http.StatusNoContent); p.header.Get("Tus-Max-Size") != "5368709120" || !strings.Contains(p.header.Get("Tus-Extension"), "creation") {
		t.Errorf("options %v", p.header)
	}
	at := s.begin("0", 10)
	s.tus(http.MethodPatch, at, strings.NewReader("x"), "Upload-Offset", "0", "Content-Type", "text/plain").want(http.StatusUnsupportedMediaType)
	for i := 1; i < domain.UploadsMost; i++ {
		s.begin(fmt.Sprint(i), 10)
	}
	p := s.tus(http.MethodPost, north+"/uploads", nil, "Upload-Length", "1").want(http.StatusConflict)
	if !strings.Contains(string(p.body), "unfinished") {
		t.Errorf("the 21st: %s", p.body)
	}
	s.kit.Clock.Set(s.kit.Clock.Now().Add(domain.UploadLife + time.Minute))
	s.visitor = s.signedIn("ada@example.org")
	s.tus(http.MethodHead, at, nil).want(http.StatusNotFound)
	s.begin("after a day", 10)
	if left, err := os.ReadDir(filepath.Join(s.kit.Dir, "uploads")); err != nil || len(left) != 1 {
		t.Errorf("%d files left, %v", len(left), err)
	}
}

func TestUploads_GoOnAfterACut(t *testing.T) {
	t.Parallel()
	s := openLibrary(t)
	data := pattern(2 << 20)
	at := s.begin("cut.bin", len(data))
	c := s.raw()
	c.send("PATCH %s HTTP/1.1\r\nHost: localhost\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\nContent-Type: %s\r\nCookie: __Host-relier=%s\r\nContent-Length: %d\r\n\r\n%s",
		at, offsetBytes, s.cookies["__Host-relier"], len(data), data[:1_500_000])
	_ = c.Close()
	var offset int
	await(t, func() bool {
		_, _ = fmt.Sscan(s.tus(http.MethodHead, at, nil).header.Get("Upload-Offset"), &offset)
		return offset > 0
	})
	if offset > 1_500_000 {
		t.Fatalf("%d bytes acknowledged, 1500000 sent", offset)
	}
	await(t, func() bool { return s.patch(at, offset, data[offset:]).status == http.StatusNoContent })
	p := s.named("upload", token(at)).want(http.StatusOK)
	var answer struct{ Href string }
	s.must(json.Unmarshal(p.body, &answer))
	s.holds(answer.Href, data)
}

// flaky is a proxy that cuts its first connections after so many bytes from the
// client, as a bad network does.
type flaky struct {
	net.Listener
	cuts atomic.Int32 // still to come
	cut  atomic.Int32 // that came
}

func newFlaky(t *testing.T, to string, cuts int32, after int64) *flaky {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f := &flaky{Listener: ln}
	f.cuts.Store(cuts)
	t.Cleanup(func() { _ = ln.Close() })
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go f.pass(c, to, after)
		}
	}()
	return f
}

func (f *flaky) pass(c net.Conn, to string, after int64) {
	defer c.Close()
	s, err := net.Dial("tcp", to)
	if err != nil {
		return
	}
	defer s.Close()
	go func() {
		_, _ = io.Copy(c, s)
		_ = c.Close()
	}()
	n, _ := io.CopyN(s, c, after)
	if n == after && f.cuts.Add(-1) >= 0 {
		f.cut.Add(1)
		return
	}
	_, _ = io.Copy(s, c)
}

// The protocol's own client sends a file through a network that breaks twice.
func TestUploads_WithTheProtocolsOwnClient(t *testing.T) {
	t.Parallel()
	client, err := filepath.Abs(filepath.Join("..", "..", "web", "node_modules", "tus-js-client"))
	if err != nil {
		t.Fatal(err)
	}
	node, err := exec.LookPath("node")
	if _, gone := os.Stat(client); err != nil || gone != nil {
		t.Skip("SKIPPED: node or tus-js-client is not installed, so uploads were not tried with the protocol's own client; run npm ci in web/")
	}
	s := openLibrary(t)
	data := pattern(12 << 20)
	file := filepath.Join(t.TempDir(), "client.bin")
	s.must(os.WriteFile(file, data, 0o600))
	proxy := newFlaky(t, s.addr, 2, 3<<20)
	script := fmt.Sprintf(`
		const tus = require(%q), fs = require("fs");
		const u = new tus.Upload(fs.createReadStream(%q), { endpoint: "http://%s%s/uploads", uploadSize: %d, chunkSize: 5e6,
			retryDelays: [100, 300, 1000], metadata: { filename: "client.bin" }, headers: { Cookie: "__Host-relier=%s" },
			onError: e => { console.error(e.message); process.exit(1) }, onSuccess: () => console.log(u.url) });
		u.start();`, client, file, proxy.Addr(), north, len(data), s.cookies["__Host-relier"])
	out, err := exec.CommandContext(t.Context(), node, "-e", script).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if proxy.cut.Load() != 2 {
		t.Errorf("%d cuts, want 2: the test proves nothing", proxy.cut.Load())
	}
	p := s.named("upload", token(strings.TrimSpace(string(out)))).want(http.StatusOK)
	var answer struct{ Href string }
	s.must(json.Unmarshal(p.body, &answer))
	s.holds(answer.Href, data)
}

// A file goes up in a browser over a connection that breaks; the page goes on by
// itself, and what is kept is what was sent.
func TestUploads_GoOnInABrowser(t *testing.T) {
	s := openLibrary(t)
	data := pattern(40 << 20)
	file := filepath.Join(t.TempDir(), "journal d’accès.log")
	s.must(os.WriteFile(file, data, 0o600))
	proxy := newFlaky(t, s.addr, 2, 12<<20)
	_, port, _ := net.SplitHostPort(proxy.Addr().String())
	p := chromium.Open(t, "http://localhost:"+port, chromium.Options{})
	p.Go("/sign-in")
	p.Fill("email", "ada@example.org")
	p.Fill("password", testkit.Password)
	p.Press("main form button[type=submit]")
	p.Go(north + "/evidence/new")
	p.Attach("file", file)
	p.Press("form.upload button[type=submit]")
	p.Await(`location.pathname.endsWith("/added")`)
	if proxy.cut.Load() == 0 {
		t.Error("no connection was cut: the test proves nothing")
	}
	l, err := s.app.FindEvidence(t.Context(), s.actor, domain.EvidenceFilter{})
	s.must(err)
	if l.Total != 1 || l.Rows[0].Size != int64(len(data)) {
		t.Fatalf("items %+v", l.Rows)
	}
	s.holds(north+"/evidence/1", data)

	// A new version comes the same way, one file, and the page tells so.
	p.Go(north + "/evidence/1/versions/new")
	p.Attach("file", file)
	if n := p.Count("[data-upload-list] li"); n != 1 {
		t.Errorf("%d files in the list of a single one", n)
	}
	p.Press("form.upload button[type=submit]")
	p.Await(`location.pathname.endsWith("/evidence/1")`)
	p.Says("main", "v2")
}
