package server_test

import (
	"bufio"
	"crypto/sha256"
	"fmt"
	"hash"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"relier/internal/app"
	"relier/internal/config"
	"relier/internal/server"
	"relier/internal/testkit"
)

// memoryMost is how much memory a server may hold while a file passes through.
const memoryMost = 100 << 20

// TestServe_inAProcessOfItsOwn is no test: TestEvidence_MemoryOfALargeUpload
// starts this binary again with an address to write to, so that the memory it
// measures is the server's alone.
func TestServe_inAProcessOfItsOwn(t *testing.T) {
	if os.Getenv("RELIER_TEST_SERVE") == "" {
		t.Skip("runs as a child of TestEvidence_MemoryOfALargeUpload")
	}
	k := testkit.NewApp(t)
	p, err := k.App.CreatePerson(t.Context(), app.NewPerson{Email: "ada@example.org", Name: "Ada", Password: password, Lang: "en"})
	if err != nil {
		t.Fatal(err)
	}
	(&site{t: t, app: k.App}).organization(p, "north")
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = server.New(k.App, server.Config{Config: config.Default()}).Serve(ln) }()
	fmt.Printf("\nserving %s %s\n", ln.Addr(), k.Dir)
	_, _ = io.Copy(io.Discard, os.Stdin) // until the parent goes
}

// child is a server in a process of its own.
type child struct {
	*site
	pid int
	dir string
}

func startChild(t testing.TB) *child {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestServe_inAProcessOfItsOwn$", "-test.timeout=15m")
	cmd.Env = append(os.Environ(), "RELIER_TEST_SERVE=1")
	cmd.Stderr = io.Discard
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = in.Close(); _ = cmd.Wait() })
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if f := strings.Fields(lines.Text()); len(f) == 3 && f[0] == "serving" {
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return &child{&site{t: t, url: "http://" + f[1], addr: f[1]}, cmd.Process.Pid, f[2]}
		}
	}
	t.Fatal("the server did not start")
	return nil
}

// memory reads a figure in bytes from /proc: VmRSS is now, VmHWM the most so far.
func (c *child) memory(name string) int64 {
	c.t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.pid))
	if err != nil {
		c.t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		if f := strings.Fields(line); len(f) == 3 && f[0] == name+":" {
			kib, _ := strconv.ParseInt(f[1], 10, 64)
			return kib << 10
		}
	}
	c.t.Fatalf("no %s in /proc", name)
	return 0
}

// forgetPeak makes VmHWM count from now on, so that signing in, whose password
// hashing needs much memory for a moment, does not count.
func (c *child) forgetPeak() {
	c.t.Helper()
	if err := os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", c.pid), []byte("5"), 0); err != nil {
		c.t.Skipf("the peak of a process cannot be reset here: %v", err)
	}
}

// endless makes a file of size bytes while it is read, and its digest.
type endless struct {
	left int64
	sum  hash.Hash
	n    byte
}

func (e *endless) Read(p []byte) (int, error) {
	if e.left == 0 {
		return 0, io.EOF
	}
	p = p[:min(int64(len(p)), e.left)]
	e.n++
	for i := range p {
		p[i] = e.n
	}
	e.sum.Write(p)
	e.left -= int64(len(p))
	return len(p), nil
}

// multipartStream is a body that is made while it is sent.
func multipartStream(form url.Values, name string, file io.Reader) (io.Reader, string) {
	r, w := io.Pipe()
	m := multipart.NewWriter(w)
	go func() {
		for k, v := range form {
			_ = m.WriteField(k, v[0])
		}
		part, err := m.CreateFormFile("file", name)
		if err == nil {
			_, err = io.CopyBuffer(part, struct{ io.Reader }{file}, make([]byte, 256<<10))
		}
		if err == nil {
			err = m.Close()
		}
		w.CloseWithError(err)
	}()
	return r, m.FormDataContentType()
}

// A gigabyte passes through without staying: up, and down again.
func TestEvidence_MemoryOfALargeUpload(t *testing.T) {
	if _, err := os.Stat("/proc/self/status"); err != nil {
		t.Skip("needs /proc")
	}
	if raced {
		t.Skip("measured without the race detector")
	}
	size := int64(1 << 30)
	if testing.Short() {
		size = 192 << 20
	}
	c := startChild(t)
	v := c.signedIn("ada@example.org")
	c.forgetPeak()

	before := c.memory("VmRSS")
	file := &endless{left: size, sum: sha256.New()}
	body, kind := multipartStream(fields(), "large.bin", file)
	to, err := url.Parse(v.do(http.MethodPost, north+"/evidence", body, kind).leads(north + "/evidence/added?"))
	if err != nil {
		t.Fatal(err)
	}
	peak, after := c.memory("VmHWM"), c.memory("VmRSS")
	t.Logf("%d MiB up: before %d MiB, peak %d MiB, after %d MiB", size>>20, before>>20, peak>>20, after>>20)
	if peak > memoryMost || after > memoryMost {
		t.Errorf("an upload of %d MiB took %d MiB, and %d MiB afterwards", size>>20, peak>>20, after>>20)
	}

	item := v.get(north + "/evidence/" + to.Query().Get("id")).want(http.StatusOK)
	want := fmt.Sprintf("%x", file.sum.Sum(nil))
	if got := item.text(".digest-full"); got != want {
		t.Errorf("recorded as %s, sent as %s", got, want)
	}
	c.forgetPeak()
	got, n := v.digestOf(item.attr(".file a.button", "href"))
	if got != want || n != size {
		t.Errorf("%d bytes with digest %s came back", n, got)
	}
	if peak := c.memory("VmHWM"); peak > memoryMost {
		t.Errorf("the download took %d MiB", peak>>20)
	}
	if left, _ := filepath.Glob(filepath.Join(c.dir, "blobs", "tmp", "*")); len(left) > 0 {
		t.Errorf("unfinished files are left: %v", left)
	}
}

// digestOf reads a download through a hash.
func (v *visitor) digestOf(path string) (string, int64) {
	v.site.t.Helper()
	req, err := http.NewRequest(http.MethodGet, v.site.url+path, nil)
	if err != nil {
		v.site.t.Fatal(err)
	}
	for name, value := range v.cookies {
		req.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		v.site.t.Fatal(err)
	}
	defer res.Body.Close()
	h := sha256.New()
	n, err := io.Copy(h, res.Body)
	if err != nil {
		v.site.t.Fatal(err)
	}
	return fmt.Sprintf("%x", h.Sum(nil)), n
}
