package server_test

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// benchMiB is how large the files of the two benchmarks are; RELIER_BENCH_MIB
// makes a quick run of it.
func benchMiB(b *testing.B) int64 {
	n, err := strconv.ParseInt(os.Getenv("RELIER_BENCH_MIB"), 10, 64)
	if err != nil || n <= 0 {
		n = 2048
	}
	if _, err := os.Stat("/proc/self/status"); err != nil {
		b.Skip("needs /proc")
	}
	return n
}

// randomFile makes a file that compresses to nothing less than itself.
func randomFile(b *testing.B, dir string, mib int64) string {
	b.Helper()
	path := filepath.Join(dir, "source.bin")
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	block := make([]byte, 1<<20)
	for range mib {
		if _, err = rand.Read(block[:4096]); err == nil {
			_, err = f.Write(block)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	if err := f.Sync(); err != nil {
		b.Fatal(err)
	}
	return path
}

// copied is how long cp and sync take with a file, on the disk of the server.
func copied(b *testing.B, path, to string) time.Duration {
	b.Helper()
	start := time.Now()
	if out, err := exec.Command("cp", path, to).CombinedOutput(); err != nil {
		b.Fatalf("cp: %v %s", err, out)
	}
	if out, err := exec.Command("sync", to).CombinedOutput(); err != nil {
		b.Fatalf("sync: %v %s", err, out)
	}
	took := time.Since(start)
	_ = os.Remove(to)
	return took
}

func (v *visitor) mustOpen(path string) *os.File {
	f, err := os.Open(path)
	if err != nil {
		v.site.t.Fatal(err)
	}
	return f
}

// atOnce sends a file through the form, inPieces by the tus protocol; both
// return the address of the item.
func (v *visitor) atOnce(path string) string {
	f := v.mustOpen(path)
	defer f.Close()
	body, kind := multipartStream(fields(), filepath.Base(path), f)
	to, err := url.Parse(v.do(http.MethodPost, north+"/evidence", body, kind).leads(north + "/evidence/added?"))
	if err != nil {
		v.site.t.Fatal(err)
	}
	return north + "/evidence/" + to.Query().Get("id")
}

func (v *visitor) inPieces(path string, size int64) string {
	f := v.mustOpen(path)
	defer f.Close()
	at := v.begin(filepath.Base(path), int(size))
	v.tus(http.MethodPatch, at, f, "Upload-Offset", "0", "Content-Type", offsetBytes).want(http.StatusNoContent)
	var answer struct{ Href string }
	if err := json.Unmarshal(v.named("upload", token(at), "captured_on", "2026-03-02", "from", "2026-02-01", "to", "2026-02-28").want(http.StatusOK).body, &answer); err != nil {
		v.site.t.Fatal(err)
	}
	return answer.Href
}

// figures are the best ratio of several runs and the most memory of any. Memory
// is what the server's process holds at its peak over what it held before the
// transfer; the peak itself, with the program's own pages, is told beside it.
type figures struct {
	ratio                float64
	before, growth, peak int64
	cpu, cpuBefore       time.Duration // the server's own, least of all runs
}

func (f *figures) begin(c *child) {
	c.forgetPeak()
	f.before, f.cpuBefore = c.memory("VmRSS"), c.cpu()
}

func (f *figures) end(c *child, took, copies time.Duration) {
	peak := c.memory("VmHWM")
	f.peak, f.growth = max(f.peak, peak), max(f.growth, peak-f.before)
	if spent := c.cpu() - f.cpuBefore; f.cpu == 0 || spent < f.cpu {
		f.cpu = spent
	}
	f.ratio = max(f.ratio, copies.Seconds()/took.Seconds())
}

func (f *figures) report(b *testing.B) {
	b.ReportMetric(f.ratio, "of-cp+sync")
	b.ReportMetric(f.cpu.Seconds(), "server-cpu-s")
	b.ReportMetric(float64(f.growth)/(1<<20), "growth-MiB")
	b.ReportMetric(float64(f.peak)/(1<<20), "peak-MiB")
}

// cpu is how long the server's process has kept processors busy, which the load
// of a shared machine changes little.
func (c *child) cpu() time.Duration {
	c.t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", c.pid))
	if err != nil {
		c.t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(b), ") ") // the name may hold spaces
	var ticks int64                             // a hundredth of a second, see proc_pid_stat(5)
	for _, field := range strings.Fields(after)[11:13] {
		n, _ := strconv.ParseInt(field, 10, 64)
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}

// BenchmarkUpload sends a file of 2 GiB to a server in a process of its own, in
// one go and by the tus protocol, beside cp and sync of the same file on the
// same disk in the same run. Asked for: 0.8 of their speed, under 40 MiB.
func BenchmarkUpload(b *testing.B) {
	mib := benchMiB(b)
	for name, send := range map[string]func(*visitor, string) string{
		"multipart": func(v *visitor, path string) string { return v.atOnce(path) },
		"tus":       func(v *visitor, path string) string { return v.inPieces(path, mib<<20) },
	} {
		b.Run(name, func(b *testing.B) {
			c := startChild(b)
			v := c.signedIn("ada@example.org")
			b.SetBytes(mib << 20)
			var f figures
			for b.Loop() {
				b.StopTimer()
				path := randomFile(b, b.TempDir(), mib)
				copies := copied(b, path, filepath.Join(c.dir, "copy.bin"))
				f.begin(c)
				b.StartTimer()
				start := time.Now()
				send(v, path)
				took := time.Since(start)
				b.StopTimer()
				f.end(c, took, (copies+copied(b, path, filepath.Join(c.dir, "copy.bin")))/2)
				_ = os.Remove(path)
				b.StartTimer()
			}
			f.report(b)
		})
	}
}

// BenchmarkPackDownload downloads a pack with 4 GiB of evidence from a server in
// a process of its own, whole and then its last half by a range, beside cp and
// sync of as many bytes. Asked for: 3 times their speed, under 40 MiB.
func BenchmarkPackDownload(b *testing.B) {
	mib := benchMiB(b)
	c := startChild(b)
	v := c.signedIn("ada@example.org")
	dir := b.TempDir()
	var copies time.Duration
	for range 2 {
		path := randomFile(b, dir, mib)
		copies += copied(b, path, filepath.Join(c.dir, "copy.bin"))
		v.accept(v.atOnce(path))
		_ = os.Remove(path)
	}
	pack := v.post(north+"/packs", url.Values{"langs": {"en"}}).leads(north + "/packs")
	size, _ := v.download(pack+"/file", 0)
	b.SetBytes(size)
	var f figures
	for b.Loop() {
		f.begin(c)
		_, took := v.download(pack+"/file", 0)
		b.StopTimer()
		half, _ := v.download(pack+"/file", size/2)
		if half != size-size/2 || size < 2*mib<<20 {
			b.Fatalf("%d bytes, of which the last half is %d", size, half)
		}
		f.end(c, took, copies)
		b.StartTimer()
	}
	f.report(b)
}

// accept lets an item into packs; its author reviews it, being alone.
func (v *visitor) accept(item string) {
	v.site.t.Helper()
	version := v.get(item).attr(`form input[name="version"]`, "value")
	v.post(item+"/review", url.Values{"verdict": {"accepted"}, "override": {"alone in a benchmark"}, "version": {version}}).want(http.StatusSeeOther)
}

// download reads a file to its end and throws it away.
func (v *visitor) download(path string, from int64) (int64, time.Duration) {
	v.site.t.Helper()
	req, err := http.NewRequest(http.MethodGet, v.site.url+path, nil)
	if err != nil {
		v.site.t.Fatal(err)
	}
	if from > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", from))
	}
	var cookies []string
	for name, value := range v.cookies {
		cookies = append(cookies, name+"="+value)
	}
	req.Header.Set("Cookie", strings.Join(cookies, "; "))
	start := time.Now()
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		v.site.t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK && res.StatusCode != http.StatusPartialContent {
		v.site.t.Fatalf("download: %d", res.StatusCode)
	}
	n, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, res.Body, make([]byte, 1<<20))
	if err != nil {
		v.site.t.Fatal(err)
	}
	return n, time.Since(start)
}
