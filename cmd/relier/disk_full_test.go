package main_test

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// smallDisk mounts a disk of so many MiB, or skips where only root may.
func smallDisk(t *testing.T, size int) string {
	t.Helper()
	dir := t.TempDir()
	out, err := exec.Command("mount", "-t", "tmpfs", "-o", fmt.Sprintf("size=%dm,mode=0700", size), "tmpfs", dir).CombinedOutput()
	if err != nil {
		t.Skipf("SKIPPED: no disk of %d MiB could be mounted (%s), so a full disk was not tried; run as root", size, bytes.TrimSpace(out))
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", "-l", dir).CombinedOutput(); err != nil {
			t.Errorf("unmount: %s", out)
		}
	})
	return dir
}

// grow changes the size of a mounted disk.
func grow(t *testing.T, dir string, size int) {
	t.Helper()
	if out, err := exec.Command("mount", "-o", fmt.Sprintf("remount,size=%dm", size), dir).CombinedOutput(); err != nil {
		t.Fatalf("grow: %s", out)
	}
}

// browser is a client that keeps its session.
func browser(t *testing.T, s *serving) (*http.Client, string) {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	c := &http.Client{Jar: &plain{jar}}
	t.Cleanup(c.CloseIdleConnections)
	if status, body := fetch(t, c, s.url); status != http.StatusOK {
		t.Fatalf("%s gives %d: %.300s", s.url, status, body)
	}
	u, err := url.Parse(s.url)
	if err != nil {
		t.Fatal(err)
	}
	return c, u.Scheme + "://" + u.Host
}

// plain keeps Secure cookies over http on this machine, as browsers do.
type plain struct{ http.CookieJar }

func (p *plain) SetCookies(u *url.URL, all []*http.Cookie) {
	for _, c := range all {
		c.Secure = false
	}
	p.CookieJar.SetCookies(u, all)
}

// attach uploads a file as evidence and returns the status and the page.
func attach(t *testing.T, c *http.Client, base, name string, body []byte) (int, string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for k, v := range map[string]string{"kind": "file", "sensitivity": "internal", "period_from": "2026-01-01", "period_to": "2026-03-31", "from": "2026-01-01", "to": "2026-03-31"} {
		if err := w.WriteField(k, v); err != nil {
			t.Fatal(err)
		}
	}
	f, err := w.CreateFormFile("file", name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write(body); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	res, err := c.Post(base+"/o/sample/e/SURV-2026/evidence", w.FormDataContentType(), &b)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(text)
}

func noise(n int, seed byte) []byte {
	out, x := make([]byte, n), uint32(seed)+1
	for i := range out {
		x = x*1664525 + 1013904223
		out[i] = byte(x >> 24)
	}
	return out
}

// On a full disk people go on reading; whoever writes is told, and nothing is
// half done; with space again the same server goes on.
func TestServe_OnAFullDisk(t *testing.T) {
	dir := smallDisk(t, 8)
	if err := os.CopyFS(dir, os.DirFS(sampleFolder(t))); err != nil {
		t.Fatal(err)
	}
	s := serve(t, "--data", dir, "--sample")
	c, base := browser(t, s)
	var kept []string
	full := ""
	for i := range 200 {
		name := fmt.Sprintf("fill-%03d.bin", i)
		status, text := attach(t, c, base, name, noise(300<<10, byte(i)))
		if status == http.StatusServiceUnavailable {
			full = text
			break
		}
		if status != http.StatusOK {
			t.Fatalf("upload %d: %d\n%.600s", i, status, text)
		}
		kept = append(kept, name)
	}
	if !strings.Contains(full, "disk or the quota of the data folder is full") || len(kept) == 0 {
		t.Fatalf("after %d uploads the page says %.800s", len(kept), full)
	}
	// Then every last byte, so that the database cannot write either.
	if err := os.WriteFile(filepath.Join(dir, "filler"), noise(8<<20, 7), 0o600); err == nil {
		t.Fatal("the disk is not full")
	}
	for _, path := range []string{"/o/sample/e/SURV-2026", "/o/sample/e/SURV-2026/evidence", "/o/sample/e/SURV-2026/controls", "/o/sample/system"} {
		if status, body := fetch(t, c, base+path); status != http.StatusOK {
			t.Errorf("reading %s on a full disk gives %d: %.300s", path, status, body)
		}
	}
	_, list := fetch(t, c, base+"/o/sample/e/SURV-2026/evidence?rows=all")
	refused := 0
	for i := range 400 { // the WAL may have room for a few
		res, err := c.PostForm(base+"/o/sample/e/SURV-2026/controls", url.Values{"code": {fmt.Sprintf("FULL-%d", i)}, "title": {"Full"}, "description": {strings.Repeat("x ", 1500)}, "implementation": {"implemented"}, "requirement": {"2022 A.7.1"}})
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(res.Body) // the status tells
		res.Body.Close()
		if res.StatusCode == http.StatusServiceUnavailable {
			if refused++; refused > 5 {
				break
			}
			if !bytes.Contains(body, []byte("disk or the quota of the data folder is full")) {
				t.Errorf("a refused write says %.600s", body)
			}
		} else if res.StatusCode != http.StatusOK || bytes.Contains(body, []byte("error-summary")) {
			t.Fatalf("a write on a full disk gives %d: %.600s", res.StatusCode, body)
		}
	}
	if refused == 0 {
		t.Error("400 writes on a full disk all went through")
	}
	if status, text := attach(t, c, base, "small.txt", []byte("small")); status != http.StatusServiceUnavailable {
		t.Errorf("a small upload gives %d: %.300s", status, text)
	}
	stranger := &http.Client{}
	res, err := stranger.PostForm(base+"/sign-in", url.Values{"email": {"nora.whitfield@sample.invalid"}, "password": {"wrong password here"}})
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(res.Body) // the status tells
	res.Body.Close()
	if res.StatusCode != http.StatusServiceUnavailable || !bytes.Contains(body, []byte("disk or the quota")) {
		t.Errorf("signing in on a full disk gives %d: %.300s", res.StatusCode, body)
	}
	if _, after := fetch(t, c, base+"/o/sample/e/SURV-2026/evidence?rows=all"); strings.Count(string(after), "<tr") != strings.Count(string(list), "<tr") {
		t.Error("a refused upload left a row")
	}

	grow(t, dir, 24)
	if status, text := attach(t, c, base, "after.bin", noise(200<<10, 99)); status != http.StatusOK {
		t.Errorf("with space again an upload gives %d: %.600s", status, text)
	}
	_, all := fetch(t, c, base+"/o/sample/e/SURV-2026/evidence?rows=all")
	for _, name := range append(kept, "after.bin") {
		if !bytes.Contains(all, []byte(name)) {
			t.Errorf("%s was acknowledged and is not listed", name)
		}
	}
	o := relier(t, "check", "--data", dir)
	o.ends(t, 0, "Sound")
}

// A limit on the size of files is a full disk too, not the end of the server.
func TestServe_UnderAFileSizeLimit(t *testing.T) {
	dir := sampleFolder(t)
	real := binary
	script := filepath.Join(t.TempDir(), "limited")
	if err := os.WriteFile(script, []byte("#!/bin/bash\nulimit -f 2048\nexec "+real+" \"$@\"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("SKIPPED: no bash, so a limit on file sizes was not tried")
	}
	s := serveWith(t, script, "--data", dir, "--sample")
	c, base := browser(t, s)
	status, text := attach(t, c, base, "large.bin", noise(4<<20, 3))
	if status != http.StatusServiceUnavailable || !strings.Contains(text, "disk or the quota") {
		t.Errorf("an upload beyond the limit gives %d: %.400s", status, text)
	}
	if status, text := attach(t, c, base, "small.bin", noise(64<<10, 4)); status != http.StatusOK {
		t.Errorf("a small one gives %d: %.400s", status, text)
	}
	relier(t, "check", "--data", dir).ends(t, 0, "Sound")
}

// A backup onto a full disk says so, and leaves the older one as it was.
func TestBackup_OntoAFullDisk(t *testing.T) {
	dir := sampleFolder(t)
	info, err := os.Stat(filepath.Join(dir, "relier.db"))
	if err != nil {
		t.Fatal(err)
	}
	to := smallDisk(t, 3+int(info.Size()*3/2>>20)) // the files once, the database once and a half
	relier(t, "backup", "--data", dir, "--to", to).ends(t, 0, "Backed up")
	relier(t, "backup", "--data", dir, "--to", to).ends(t, 1, "The disk of the backups is full")
	relier(t, "check", "--backup", to).ends(t, 0, "Sound")
	if o := relier(t, "backups", "--from", to); strings.Count(o.stdout, "complete") != 1 {
		t.Errorf("the backups are %s", o.stdout)
	}
	relier(t, "restore", "--from", to, "--data", filepath.Join(t.TempDir(), "new")).ends(t, 0, "Restored")
}
