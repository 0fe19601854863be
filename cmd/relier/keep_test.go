package main_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Beside a serving process a folder can be checked and backed up, and nothing
// else: one process writes.
func TestServe_BesideOthers(t *testing.T) {
	t.Parallel()
	dir, to := sampleFolder(t), filepath.Join(t.TempDir(), "repo")
	s := serve(t, "--data", dir, "--sample")
	relier(t, "check", "--data", dir).ends(t, 0, "Sound")
	relier(t, "backup", "--data", dir, "--to", to, "--keep", "3").ends(t, 0, "Backed up", "as safe as the data folder")
	relier(t, "backups", "--from", to).ends(t, 0, "complete")
	for _, args := range [][]string{{"serve", "--addr", "127.0.0.1:0", "--data", dir}, {"sweep", "--data", dir}, {"restore", "--from", to, "--data", dir}} {
		o := relier(t, args...)
		o.ends(t, 1, "Another Relier is using the data folder "+dir)
		o.saysOneSentence(t)
	}
	relier(t, "log", "key", "--data", dir).ends(t, 0)
	relier(t, "check", "--data", dir, "--org", "nope").ends(t, 1, "no organization nope")
	relier(t, "backups", "--from", to+"-not").ends(t, 1, "There is no folder "+to+"-not")
	c, base := browser(t, s)
	if status, _ := fetch(t, c, base+"/o/sample/system"); status != 200 {
		t.Errorf("the server answers %d after all that", status)
	}
	data := filepath.Join(t.TempDir(), "new")
	relier(t, "restore", "--from", to, "--data", data, "--dry-run").ends(t, 0, "can be restored")
	if _, err := os.Stat(data); !os.IsNotExist(err) {
		t.Errorf("a dry run made the folder: %v", err)
	}
	relier(t, "restore", "--from", to, "--data", data).ends(t, 0, "Restored", "relier serve --data "+data)
	relier(t, "check", "--data", data).ends(t, 0, "Sound")
	again := serve(t, "--data", data, "--sample")
	c, base = browser(t, again)
	if status, body := fetch(t, c, base+"/o/sample"); status != 200 || !bytes.Contains(body, []byte("Alder Quay")) {
		t.Errorf("the restored folder is served with %d", status)
	}
}

// Killed at any moment, a backup leaves older ones whole and none that is not,
// and a restore leaves no folder or a whole one.
func TestBackup_Killed(t *testing.T) {
	t.Parallel()
	dir, to := sampleFolder(t), filepath.Join(t.TempDir(), "repo")
	kill := func(after time.Duration, args ...string) {
		t.Helper()
		cmd := exec.Command(binary, args...)
		cmd.Env = bare(t)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(after)
		_ = cmd.Process.Kill() // it may have ended
		_ = cmd.Wait()
	}
	for i := range 12 {
		kill(time.Duration(i)*35*time.Millisecond, "backup", "--data", dir, "--to", to)
		if _, err := os.Stat(filepath.Join(to, "relier-backup")); err != nil {
			continue // killed before it began
		}
		if o := relier(t, "check", "--backup", to); o.code != 0 && !strings.Contains(o.stderr, "no complete backup") {
			t.Fatalf("killed after %d ms, the repository says %s%s", i*35, o.stdout, o.stderr)
		}
	}
	relier(t, "backup", "--data", dir, "--to", to, "--keep", "2").ends(t, 0, "Backed up")
	relier(t, "check", "--backup", to).ends(t, 0, "Sound")
	if left, err := filepath.Glob(filepath.Join(to, "snapshots", ".*")); err != nil || len(left) > 0 {
		t.Errorf("left over: %v, %v", left, err)
	}
	for i := range 8 {
		data := filepath.Join(t.TempDir(), "new")
		kill(time.Duration(i)*40*time.Millisecond, "restore", "--from", to, "--data", data)
		if _, err := os.Stat(data); err == nil {
			relier(t, "check", "--data", data).ends(t, 0, "Sound")
		}
	}
}

func TestCheck_Subsets(t *testing.T) {
	t.Parallel()
	dir := sampleFolder(t)
	for _, args := range [][]string{{"--sample", "20%"}, {"--slice", "1/3"}, {"--org", "sample"}, {"--since", "2020-01-01"}, {"--files-only"}, {"--database-only"}} {
		relier(t, append([]string{"check", "--data", dir}, args...)...).ends(t, 0, "Sound")
	}
	relier(t, "check", "--data", dir, "--slice", "1/3").ends(t, 0, "Only the part")
	for _, args := range [][]string{{"--sample", "0"}, {"--sample", "x"}, {"--slice", "4/3"}, {"--slice", "1/x"}, {"--since", "yesterday"}, {"--database-only", "--files-only"}} {
		relier(t, append([]string{"check", "--data", dir}, args...)...).ends(t, 2, "not a part that can be checked")
	}
	relier(t, "check", "--data", dir, "--org", "none").ends(t, 1)
}

// A damaged database is damage with a name, never the end of the program.
func TestCheck_NamesADamagedDatabase(t *testing.T) {
	t.Parallel()
	whole, err := os.ReadFile(filepath.Join(sampleFolder(t), "relier.db"))
	if err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func([]byte) []byte{
		"no database": func([]byte) []byte {
			return []byte("nothing like a database, though it is long enough to be read as one")
		},
		"cut": func(b []byte) []byte { return b[:len(b)/2] },
		"zeroed page": func(b []byte) []byte {
			return append(append(bytes.Clone(b[:4096]), make([]byte, 8192)...), b[12288:]...)
		},
		"random bytes": func(b []byte) []byte { c := bytes.Clone(b); copy(c[8192:], noise(16384, 5)); return c },
	} {
		dir := sampleFolder(t)
		for _, file := range []string{"relier.db-wal", "relier.db-shm"} {
			_ = os.Remove(filepath.Join(dir, file)) // there or not
		}
		if err := os.WriteFile(filepath.Join(dir, "relier.db"), spoil(whole), 0o600); err != nil {
			t.Fatal(err)
		}
		o := relier(t, "check", "--data", dir, "--json")
		if strings.Contains(o.stderr, "panic") || strings.Contains(o.stderr, "goroutine") {
			t.Fatalf("%s: %s", name, o.stderr)
		}
		o.ends(t, 1)
		var report struct {
			OK      bool
			Damages []struct{ Kind string }
		}
		if o.stdout != "" && (json.Unmarshal([]byte(o.stdout), &report) != nil || report.OK || len(report.Damages) == 0) {
			t.Errorf("%s: the report is %s", name, o.stdout)
		}
		if o.stdout == "" {
			o.saysOneSentence(t)
		}
		relier(t, "backup", "--data", dir, "--to", filepath.Join(t.TempDir(), "repo")).ends(t, 1)
	}
}

// A check changes no byte of a folder that a killed server left.
func TestCheck_ChangesNothing(t *testing.T) {
	t.Parallel()
	dir := sampleFolder(t)
	s := serve(t, "--data", dir, "--sample")
	browser(t, s)
	if err := s.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = s.Wait() // killed
	before := map[string][]byte{}
	for _, name := range []string{"relier.db", "relier.db-wal"} {
		body, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		before[name] = body
	}
	relier(t, "check", "--data", dir).ends(t, 0, "Sound")
	for name, body := range before {
		if after, err := os.ReadFile(filepath.Join(dir, name)); err != nil || !bytes.Equal(after, body) {
			t.Errorf("%s changed: %d bytes, now %d, %v", name, len(body), len(after), err)
		}
	}
}
