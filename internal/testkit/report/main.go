// Command report reads what "go test -json" writes and tells it to people: a
// line for each package, the output of what failed, and at the end, loudly,
// every test that was skipped and why.
//
//	go test -json ./... | go run ./internal/testkit/report
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
)

// event is one line of go test -json; see "go doc test2json".
type event struct {
	Action      string
	Package     string
	Test        string
	Elapsed     float64 // seconds
	Output      string
	ImportPath  string // of a build
	FailedBuild string
}

// name is a package, or a test within one.
type name struct{ pkg, test string }

// report gathers what is still to be told.
type report struct {
	w       io.Writer
	output  map[name]*strings.Builder
	skipped []string
	failed  []string
	passed  int
}

func main() {
	r := report{w: os.Stdout, output: map[name]*strings.Builder{}}
	lines := bufio.NewReader(os.Stdin)
	for {
		line, err := lines.ReadString('\n')
		if line != "" {
			r.read(line)
		}
		if err != nil {
			break
		}
	}
	if !r.end() {
		os.Exit(1)
	}
}

func (r *report) read(line string) {
	var e event
	if json.Unmarshal([]byte(line), &e) != nil {
		fmt.Fprint(r.w, line) // not an event: the go command itself speaks
		return
	}
	n := name{e.Package, e.Test}
	switch e.Action {
	case "output":
		r.keep(n, e.Output)
	case "build-output":
		fmt.Fprint(r.w, e.Output)
	case "pass", "fail", "skip":
		r.ended(n, e)
	}
}

func (r *report) keep(n name, output string) {
	if r.output[n] == nil {
		r.output[n] = &strings.Builder{}
	}
	r.output[n].WriteString(output)
}

// ended tells a package, and what a test said that failed or was skipped.
func (r *report) ended(n name, e event) {
	said := ""
	if b := r.output[n]; b != nil {
		said = b.String()
	}
	delete(r.output, n)
	switch {
	case n.test == "":
		r.endPackage(n, e, said)
	case e.Action == "fail":
		r.failed = append(r.failed, n.pkg+" "+n.test)
		fmt.Fprint(r.w, said)
	case e.Action == "skip":
		r.skipped = append(r.skipped, fmt.Sprintf("%s %s: %s", n.pkg, n.test, reason(said)))
	default:
		r.passed++
	}
}

func (r *report) endPackage(n name, e event, said string) {
	switch e.Action {
	case "pass":
		fmt.Fprintf(r.w, "ok    %-36s %6.1f s\n", n.pkg, e.Elapsed)
	case "fail":
		fmt.Fprintf(r.w, "%sFAIL  %-36s %6.1f s\n", said, n.pkg, e.Elapsed)
		r.failed = append(r.failed, n.pkg)
	}
}

// reason is the last thing a test said before it was skipped.
func reason(said string) string {
	out := "no reason given"
	for _, line := range strings.Split(said, "\n") {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "=== ") || strings.HasPrefix(line, "--- ") {
			continue
		}
		if _, words, ok := strings.Cut(line, ".go:"); ok { // file.go:12: words
			_, line, _ = strings.Cut(words, ": ")
		}
		out = line
	}
	return out
}

// end sums up and reports whether all is well.
func (r *report) end() bool {
	if len(r.skipped) > 0 {
		fmt.Fprintf(r.w, "\n!!! SKIPPED: %d tests did not run here.\n", len(r.skipped))
		for _, s := range r.skipped {
			fmt.Fprintln(r.w, "!!!   "+s)
		}
	}
	if len(r.failed) > 0 {
		fmt.Fprintf(r.w, "\nFAILED, %d passed:\n  %s\n", r.passed, strings.Join(r.failed, "\n  "))
		return false
	}
	fmt.Fprintf(r.w, "\nAll tests that ran have passed.\n%d passed, 0 failed, %d skipped\n", r.passed, len(r.skipped))
	return r.passed > 0
}
