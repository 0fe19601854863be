package main_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A checkpoint is kept elsewhere; the check finds what was changed since.
func TestRelier_ChecksAgainstACheckpoint(t *testing.T) {
	t.Parallel()
	dir := sampleFolder(t)
	kept := filepath.Join(t.TempDir(), "kept.txt")
	relier(t, "checkpoint", "--data", dir, "--out", kept).ends(t, 0, "Written to "+kept)
	key := strings.TrimSpace(relier(t, "log", "key", "--data", dir).stdout)
	text, err := os.ReadFile(kept)
	if err != nil {
		t.Fatal(err)
	}
	if name, _, _ := strings.Cut(key, "+"); !strings.HasPrefix(string(text), name+"\n") {
		t.Errorf("the key is %q, the checkpoint\n%s", key, text)
	}
	if again := relier(t, "checkpoint", "--data", dir); again.stdout != string(text) {
		t.Errorf("signed again without need:\n%s", again.stdout)
	}
	if info, err := os.Stat(filepath.Join(loaded, "log.key")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key's file is %v, %v", info, err)
	}
	relier(t, "check", "--data", dir, "--checkpoint", kept).ends(t, 0, "leaves of the log")
	forged := filepath.Join(t.TempDir(), "forged.txt")
	if err := os.WriteFile(forged, []byte(strings.Replace(string(text), "\n", "\n1", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	relier(t, "check", "--data", dir, "--checkpoint", forged).ends(t, 1, "[log_checkpoint] "+forged)
	relier(t, "log", "verify", "--key", key, kept).ends(t, 1, "Line 1: not proven")
	relier(t, "log", "verify", kept).ends(t, 2, "")
}

// A bit that flips in the write-ahead log takes the changes behind it away and
// leaves a sound shorter database: what was seen of the log tells.
func TestRelier_CheckNamesALostEnd(t *testing.T) {
	t.Parallel()
	dir := sampleFolder(t)
	before, err := os.ReadFile(filepath.Join(dir, "relier.db"))
	if err != nil {
		t.Fatal(err)
	}
	relierWith(t, nil, "nine quiet herons\n", "user", "add", "--data", dir, "--email", "late@example.org", "--name", "Late").ends(t, 0)
	relier(t, "check", "--data", dir).ends(t, 0, "Sound")
	if err := os.WriteFile(filepath.Join(dir, "relier.db"), before, 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 { // and it stays named
		relier(t, "check", "--data", dir).ends(t, 1, "[log_shorter]", "log.seen")
	}
}
