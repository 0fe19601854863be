package main_test

import (
	"os/exec"
	"strings"
	"testing"
)

const events = `{"Action":"output","Package":"p","Test":"TestSkipped","Output":"=== RUN   TestSkipped\n"}
{"Action":"output","Package":"p","Test":"TestSkipped","Output":"    a_test.go:7: there is no PostgreSQL\n"}
{"Action":"output","Package":"p","Test":"TestSkipped","Output":"--- SKIP: TestSkipped (0.00s)\n"}
{"Action":"skip","Package":"p","Test":"TestSkipped","Elapsed":0}
{"Action":"pass","Package":"p","Test":"TestFine","Elapsed":0}
{"Action":"pass","Package":"p","Elapsed":1.5}
`

const failure = `{"Action":"output","Package":"q","Test":"TestBad","Output":"    b_test.go:9: two is not three\n"}
{"Action":"fail","Package":"q","Test":"TestBad","Elapsed":0}
{"Action":"fail","Package":"q","Elapsed":0.1}
`

func TestReport_NamesWhatWasSkippedAndWhatFailed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, events string
		fails        bool
		texts        []string
	}{
		{"all well", events, false, []string{"ok    p", "SKIPPED: 1", "TestSkipped: there is no PostgreSQL", "1 passed, 0 failed, 1 skipped"}},
		{"one fails", events + failure, true, []string{"two is not three", "FAIL  q", "FAILED, 1 passed", "q TestBad", "SKIPPED: 1"}},
		{"nothing ran", "", true, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			cmd := exec.CommandContext(t.Context(), "go", "run", ".")
			cmd.Stdin = strings.NewReader(c.events)
			out, err := cmd.CombinedOutput()
			if (err != nil) != c.fails {
				t.Errorf("ended with %v", err)
			}
			for _, text := range c.texts {
				if !strings.Contains(string(out), text) {
					t.Errorf("%q is not in:\n%s", text, out)
				}
			}
		})
	}
}
