package main_test

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

var (
	binary string // the program as people run it, built once
	loaded string // a data folder with the sample
)

func TestMain(m *testing.M) {
	code, err := buildAndRun(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func buildAndRun(m *testing.M) (int, error) {
	dir, err := os.MkdirTemp("", "relier-cmd-")
	if err != nil {
		return 1, err
	}
	defer os.RemoveAll(dir)
	binary, loaded = filepath.Join(dir, "relier"), filepath.Join(dir, "sample")
	out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput()
	if err != nil {
		return 1, fmt.Errorf("build the program: %v\n%s", err, out)
	}
	return m.Run(), nil
}

// outcome is how a process ended.
type outcome struct {
	code           int
	stdout, stderr string
}

// relier runs the program to its end, with more environment and input if given.
func relier(t *testing.T, args ...string) outcome {
	t.Helper()
	return relierWith(t, nil, "", args...)
}

func relierWith(t *testing.T, env []string, stdin string, args ...string) outcome {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), binary, args...)
	cmd.Env = append(bare(t), env...)
	cmd.Stdin = strings.NewReader(stdin)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if _, failed := err.(*exec.ExitError); err != nil && !failed {
		t.Fatal(err)
	}
	return outcome{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// bare is an environment without the machine's language and settings.
func bare(t *testing.T) []string {
	return []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "LANG=en_GB.UTF-8"}
}

// ends checks the exit code and that each text is in what was written.
func (o outcome) ends(t *testing.T, code int, texts ...string) {
	t.Helper()
	if o.code != code {
		t.Errorf("exit code %d, want %d\n%s%s", o.code, code, o.stdout, o.stderr)
	}
	for _, text := range texts {
		if !strings.Contains(o.stdout+o.stderr, text) {
			t.Errorf("%q is not in:\n%s%s", text, o.stdout, o.stderr)
		}
	}
}

// saysOneSentence checks that the error output is one line that ends a sentence.
func (o outcome) saysOneSentence(t *testing.T) {
	t.Helper()
	if !regexp.MustCompile(`\Arelier: [^\n]+[.\p{L}]\n\z`).MatchString(o.stderr) {
		t.Errorf("the error is not one line: %q", o.stderr)
	}
}

// serving is a running server.
type serving struct {
	*exec.Cmd
	url    string // as printed
	stderr *bytes.Buffer
}

var link = regexp.MustCompile(`http://127\.0\.0\.1:\d+/\S*`)

// serve starts a server on a free port and waits for the address it prints.
func serve(t *testing.T, args ...string) *serving {
	t.Helper()
	return serveWith(t, binary, args...)
}

// serveWith is serve with another program that begins it.
func serveWith(t *testing.T, program string, args ...string) *serving {
	t.Helper()
	s := &serving{Cmd: exec.Command(program, append([]string{"serve", "--addr", "127.0.0.1:0"}, args...)...), stderr: &bytes.Buffer{}}
	s.Env, s.Stderr = bare(t), s.stderr
	out, err := s.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = s.Process.Kill() // it has usually ended by itself
		_ = s.Wait()
	})
	line := make(chan string, 1)
	go func() {
		text, _ := bufio.NewReader(out).ReadString('\n')
		line <- text
	}()
	select {
	case text := <-line:
		if s.url = link.FindString(text); s.url == "" {
			_ = s.Wait()
			t.Fatalf("no address in %q; %s", text, s.stderr)
		}
	case <-time.After(time.Minute):
		t.Fatalf("no address within a minute")
	}
	return s
}
