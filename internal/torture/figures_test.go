package torture_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// figure keeps what a suite found out, for docs/durability.md.
func (r *rounds) figure(format string, args ...any) {
	r.found = append(r.found, fmt.Sprintf(format, args...))
}

// keep writes the suite's line into the folder that "make torture" names; the
// lines of all suites become the table in docs/durability.md.
func (r *rounds) keep(took time.Duration) {
	dir := os.Getenv("RELIER_TORTURE_FIGURES")
	if dir == "" || r.t.Failed() || r.t.Skipped() {
		return
	}
	line := fmt.Sprintf("| %s | %d | %s | %d | %.0f s |\n", r.suite, r.round, strings.Join(r.found, "; "), r.first, took.Seconds())
	if err := os.WriteFile(filepath.Join(dir, strings.ReplaceAll(r.suite, " ", "-")), []byte(line), 0o644); err != nil {
		r.t.Error(err)
	}
}

// The table stands between these lines of docs/durability.md.
const (
	figuresBegin = "<!-- figures: written by make torture -->"
	figuresEnd   = "<!-- end of figures -->"
)

// suites is the order of the table.
var suites = []string{"kill", "first start", "power", "mutant*", "fsync fails", "file size limit", "disk full", "blob flips", "database flips", "log flips", "backup flips", "backup", "cut", "pieces"}

// TestFigures runs after a long run of the others, and puts the lines of a long run into the document.
func TestFigures(t *testing.T) {
	dir := os.Getenv("RELIER_TORTURE_FIGURES")
	if dir == "" {
		t.Skip("RELIER_TORTURE_FIGURES is not set: no figures are written; make torture does")
	}
	path := filepath.Join("..", "..", "docs", "durability.md")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), figuresBegin)
	_, after, ended := strings.Cut(rest, figuresEnd)
	if !ok || !ended {
		t.Fatalf("%s lacks the lines %s and %s", path, figuresBegin, figuresEnd)
	}
	table := fmt.Sprintf("\n\nRun on %s, %s/%s, %d cores, %s.\n\n| suite | rounds | found | seed | took |\n| --- | --- | --- | --- | --- |\n",
		time.Now().UTC().Format(time.DateOnly), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version())
	for _, suite := range suites {
		lines, err := filepath.Glob(filepath.Join(dir, strings.ReplaceAll(suite, " ", "-")))
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range lines {
			b, err := os.ReadFile(line)
			if err != nil {
				t.Fatal(err)
			}
			table += string(b)
		}
	}
	if err := os.WriteFile(path, []byte(before+figuresBegin+table+"\n"+figuresEnd+after), 0o644); err != nil {
		t.Fatal(err)
	}
}
