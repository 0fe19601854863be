package main_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// sampleFolder is a data folder with the sample: a copy of one that was loaded
// once.
func sampleFolder(t *testing.T) string {
	t.Helper()
	loadOnce.Do(func() {
		relier(t, "sample", "--data", loaded).ends(t, 0, "nora.whitfield@sample.invalid")
	})
	dir := filepath.Join(t.TempDir(), "data")
	if err := os.CopyFS(dir, os.DirFS(loaded)); err != nil {
		t.Fatal(err)
	}
	return dir
}

var loadOnce sync.Once

func TestRelier_AnswersForItself(t *testing.T) {
	t.Parallel()
	commands := [][]string{{"serve"}, {"sample"}, {"user", "add"}, {"user", "password"}, {"import", "controls"}, {"pack"}, {"verify"}, {"check"}, {"checkpoint"}, {"log", "key"}, {"log", "verify"}, {"backup"}, {"backups"}, {"restore"}, {"sweep"}, {"index"}, {"version"}}
	help := relier(t, "--help")
	help.ends(t, 0, "Exit codes: 0 ", "; 1 ", "; 2 ")
	for _, c := range commands {
		name := strings.Join(c, " ")
		help.ends(t, 0, "relier "+name)
		o := relier(t, append(c, "--help")...)
		o.ends(t, 0, "relier "+name, "Exit codes: 0 ", "; 1 ", "; 2 ")
		if o.stderr != "" {
			t.Errorf("%s --help writes to the error output: %s", name, o.stderr)
		}
		french := relierWith(t, []string{"LANG=fr_FR.UTF-8"}, "", append(c, "--help")...)
		french.ends(t, 0, "Codes de sortie : 0 ", "1 ce qui", "2 la ligne")
		if french.stdout == o.stdout {
			t.Errorf("%s --help is not in French", name)
		}
		if strings.Contains(o.stdout+french.stdout, "cli.") {
			t.Errorf("%s --help shows a key:\n%s%s", name, o.stdout, french.stdout)
		}
	}
	relier(t, "version").ends(t, 0, "relier ")
}

// The first word of "user add" and "user password" alone is a question too.
func TestRelier_ExplainsAFamilyOfCommands(t *testing.T) {
	t.Parallel()
	for word, commands := range map[string][]string{"user": {"user add", "user password"}, "import": {"import controls"}, "log": {"log key", "log verify"}} {
		o := relier(t, word, "--help")
		for _, c := range commands {
			o.ends(t, 0, "  relier "+c+" ")
		}
		if strings.Contains(o.stdout, "relier serve") {
			t.Errorf("%s --help lists every command:\n%s", word, o.stdout)
		}
	}
	o := relier(t, "user", "frobnicate")
	o.ends(t, 2, "")
	if !strings.Contains(o.stderr, "“user frobnicate”") {
		t.Errorf("says %q", o.stderr)
	}
}

func TestRelier_RefusesWhatItDoesNotUnderstand(t *testing.T) {
	t.Parallel()
	for name, args := range map[string][]string{
		"no such command": {"frobnicate"},
		"half a command":  {"user"},
		"no such flag":    {"check", "--date", "x"},
		"no file":         {"verify"},
		"two files":       {"verify", "a", "b"},
		"flag left out":   {"pack", "--data", t.TempDir()},
		"org alone":       {"user", "add", "--email", "a@example.org", "--name", "A", "--org", "acme"},
		"open address":    {"serve", "--addr", "0.0.0.0:0"},
	} {
		t.Run(name, func(t *testing.T) {
			o := relier(t, args...)
			o.ends(t, 2, "relier: ")
			o.saysOneSentence(t)
		})
	}
	relier(t).ends(t, 2, "relier serve")
}

func TestRelier_DoesNotBeginAFolderByMistake(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "typo")
	for _, args := range [][]string{{"check"}, {"pack", "--out", filepath.Join(t.TempDir(), "x.zip")}, {"import", "controls", binary}} {
		o := relier(t, append(args, "--data", dir)...)
		o.ends(t, 1, "no Relier data in "+dir)
		o.saysOneSentence(t)
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("the folder was made: %v", err)
	}
}

func TestSample_RefusesASecond(t *testing.T) {
	t.Parallel()
	dir := sampleFolder(t)
	relier(t, "sample", "--data", dir).ends(t, 1, "The sample is already here.")
	relierWith(t, []string{"LANG=fr_FR.UTF-8"}, "", "sample", "--data", dir).ends(t, 1, "L’exemple est déjà chargé.")
}

func TestUser_TakesThePasswordFromTheInput(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	add := []string{"user", "add", "--data", dir, "--email", "Ann@Example.org", "--name", "Ann"}
	relierWith(t, nil, "", add...).ends(t, 1, "No password came.")
	relierWith(t, nil, "short\n", add...).ends(t, 1, "12")
	relierWith(t, nil, "nine quiet herons\n", add...).ends(t, 0, "ann@example.org")
	relierWith(t, nil, "nine quiet herons\n", add...).ends(t, 1, "Somebody has an account with this address.")
	relierWith(t, nil, "ten loud herons\n", "user", "password", "--data", dir, "--email", "ann@example.org").ends(t, 0, "new password")
	relierWith(t, nil, "ten loud herons\n", "user", "password", "--data", dir, "--email", "bob@example.org").ends(t, 1, "bob@example.org")
}

func TestImportControls_AllOrNothing(t *testing.T) {
	t.Parallel()
	dir, file := sampleFolder(t), filepath.Join(t.TempDir(), "own.csv")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("Code,Title,ISO 27001:2022\nX-1,Ours,A.5.1\nX-2,,A.5.2\n")
	relier(t, "import", "controls", "--data", dir, file).ends(t, 1, "Row 3, column B (Title):", "Nothing was imported")
	write("Code,Whatever\nX-1,Ours\n")
	relier(t, "import", "controls", "--data", dir, file).ends(t, 1, "no column “Title”")
	write("Code,Title,ISO 27001:2022\nX-1,Ours,A.5.1\nX-2,Theirs,A.5.2\n")
	relier(t, "import", "controls", "--data", dir, "--org", "acme", file).ends(t, 1, "no organization acme")
	relier(t, "import", "controls", file, "--data", dir, "--org", "sample").ends(t, 0, "added 2, changed 0, unchanged 0")
	relier(t, "import", "controls", "--data", dir, file).ends(t, 0, "added 0, changed 0, unchanged 2")
}

func TestPack_IsVerifiedAndTamperingIsNamed(t *testing.T) {
	t.Parallel()
	dir, out := sampleFolder(t), filepath.Join(t.TempDir(), "pack.zip")
	relier(t, "pack", "--data", dir, "--out", out).ends(t, 0, "audit-pack-")
	relier(t, "verify", out).ends(t, 0, "passes")
	var report struct {
		OK   bool
		Pack string
	}
	if err := json.Unmarshal([]byte(relier(t, "verify", out, "--json").stdout), &report); err != nil || !report.OK || report.Pack == "" {
		t.Errorf("the report is %+v: %v", report, err)
	}
	relier(t, "pack", "--data", dir, "--out", out, "--engagement", "none").ends(t, 1, "no engagement none")
	relier(t, "pack", "--data", dir, "--out", out, "--lang", "de").ends(t, 1)
	relier(t, "pack", "--data", dir, "--out", filepath.Join(dir, "missing", "x.zip")).ends(t, 1)

	spoiled := spoil(t, out, "/data/soa.xlsx")
	o := relier(t, "verify", spoiled)
	o.ends(t, 1, "data/soa.xlsx", "[crc32]")
	relier(t, "verify", spoiled, "--json").ends(t, 1, `"ok": false`, "data/soa.xlsx")
}

func TestVerify_SaysThatThereIsNoSuchFile(t *testing.T) {
	t.Parallel()
	o := relier(t, "verify", "nope.zip")
	o.ends(t, 1, "There is no file or folder nope.zip.", "Check the path")
	o.saysOneSentence(t)
	relierWith(t, []string{"LANG=fr_FR.UTF-8"}, "", "verify", "nope.zip").ends(t, 1, "ni fichier ni dossier nope.zip")
}

// spoil copies a pack with one byte changed inside the file whose name ends so.
func spoil(t *testing.T, path, suffix string) string {
	t.Helper()
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	body, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		if !strings.HasSuffix(f.Name, suffix) {
			continue
		}
		at, err := f.DataOffset()
		if err != nil {
			t.Fatal(err)
		}
		body[at+int64(f.CompressedSize64)/2] ^= 1
		out := filepath.Join(t.TempDir(), "spoiled.zip")
		if err := os.WriteFile(out, body, 0o600); err != nil {
			t.Fatal(err)
		}
		return out
	}
	t.Fatalf("no %s in the pack", suffix)
	return ""
}

func TestCheck_NamesAFlippedByte(t *testing.T) {
	t.Parallel()
	dir := sampleFolder(t)
	relier(t, "check", "--data", dir).ends(t, 0, "Sound")
	file := someBlob(t, filepath.Join(dir, "blobs"))
	body, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	body[len(body)/2] ^= 1
	if err := os.Chmod(file, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, body, 0o600); err != nil {
		t.Fatal(err)
	}
	relier(t, "check", "--data", dir).ends(t, 1, "[wrong_content]", filepath.Base(file))
	var report struct {
		OK      bool
		Damages []struct{ Kind, What string }
	}
	o := relier(t, "check", "--data", dir, "--json")
	o.ends(t, 1)
	if err := json.Unmarshal([]byte(o.stdout), &report); err != nil || report.OK || len(report.Damages) != 1 || report.Damages[0].What != filepath.Base(file) {
		t.Errorf("the report is %+v: %v", report, err)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	relier(t, "check", "--data", dir).ends(t, 1, "[missing]", filepath.Base(file))
}

// someBlob is a stored file, the largest.
func someBlob(t *testing.T, root string) (best string) {
	t.Helper()
	size := int64(0)
	err := filepath.Walk(root, func(path string, info os.FileInfo, err error) error {
		if err == nil && !info.IsDir() && info.Size() > size {
			best, size = path, info.Size()
		}
		return err
	})
	if err != nil || best == "" {
		t.Fatalf("no stored file: %v", err)
	}
	return best
}

func TestServe_LeadsIntoTheSample(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := serve(t, "--data", dir, "--sample")
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar}
	status, body := fetch(t, client, s.url)
	if status != http.StatusOK || !bytes.Contains(body, []byte("Alder Quay")) {
		t.Errorf("%s gives %d without the sample:\n%.400s", s.url, status, body)
	}
	relier(t, "check", "--data", dir).ends(t, 0, "Sound") // beside the server
	relier(t, "sweep", "--data", dir).ends(t, 1, "Another Relier is using the data folder "+dir)
	relier(t, "serve", "--addr", "127.0.0.1:0", "--data", dir).ends(t, 1, "Another Relier is using the data folder "+dir)
	host := strings.SplitN(strings.TrimPrefix(s.url, "http://"), "/", 2)[0]
	relier(t, "serve", "--addr", host, "--data", t.TempDir()).ends(t, 1, "Another program listens on "+host)

	client.CloseIdleConnections()
	if err := s.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := s.Wait(); err != nil {
		t.Errorf("the server ended with %v: %s", err, s.stderr)
	}
	relier(t, "check", "--data", dir).ends(t, 0, "Sound")

	again := serve(t, "--data", dir, "--sample") // the sample is there already
	if status, _ := fetch(t, &http.Client{Jar: jar}, again.url); status != http.StatusOK {
		t.Errorf("the second start gives %d", status)
	}
}

func TestServe_LeadsToTheSetUpWhileNobodyIsThere(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := serve(t, "--data", dir)
	if !strings.Contains(s.url, "/set-up?key=") {
		t.Errorf("the address is %s", s.url)
	}
	if status, _ := fetch(t, http.DefaultClient, s.url); status != http.StatusOK {
		t.Errorf("the set-up gives %d", status)
	}
	if err := s.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	_ = s.Wait() // how it ends is another test's
	relierWith(t, nil, "nine quiet herons\n", "user", "add", "--data", dir, "--email", "ann@example.org", "--name", "Ann").ends(t, 0)
	if again := serve(t, "--data", dir); strings.Contains(again.url, "key=") {
		t.Errorf("the set-up stays open: %s", again.url)
	}
}

func fetch(t *testing.T, c *http.Client, url string) (int, []byte) {
	t.Helper()
	res, err := c.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, body
}
