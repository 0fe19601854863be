package torture_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

const (
	org      = "/o/north"
	eng      = org + "/e/2026"
	password = "a password nobody would guess"
)

// relier is one build of the program.
type relier struct{ path string }

var (
	program = relier{}  // as people run it, built once
	base    string      // a data folder with an organization and two people; copied, never written
	authors [2]*browser // signed in to base: who adds evidence, and who reviews it
)

func TestMain(m *testing.M) {
	code, err := prepareAndRun(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func prepareAndRun(m *testing.M) (int, error) {
	dir, err := os.MkdirTemp("", "relier-torture-")
	if err != nil {
		return 1, err
	}
	defer os.RemoveAll(dir)
	program.path, base = filepath.Join(dir, "relier"), filepath.Join(dir, "base")
	out, err := exec.Command("go", "build", "-o", program.path, "relier/cmd/relier").CombinedOutput()
	if err != nil {
		return 1, fmt.Errorf("build the program: %v\n%s", err, out)
	}
	if err := prepare(base); err != nil {
		return 1, fmt.Errorf("prepare a data folder: %w", err)
	}
	return m.Run(), nil
}

// prepare makes a data folder through the same doors that people use, and keeps
// the sessions: they live in the folder, so every copy of it knows them.
func prepare(dir string) error {
	add := program.command("user", "add", "--data", dir, "--email", "ada@example.org", "--name", "Ada")
	add.Stdin = strings.NewReader(password + "\n")
	if out, err := add.CombinedOutput(); err != nil {
		return fmt.Errorf("%v: %s", err, out)
	}
	s, err := program.start(dir)
	if err != nil {
		return err
	}
	defer s.kill()
	ada, bob := newBrowser(s.url), newBrowser(s.url)
	authors = [2]*browser{ada, bob}
	for _, step := range []struct {
		who  *browser
		path string
		form url.Values
	}{
		{ada, "/sign-in", url.Values{"email": {"ada@example.org"}, "password": {password}}},
		{ada, "/organizations", url.Values{"name": {"North"}, "code": {"north"}}},
		{ada, org + "/engagements", url.Values{"code": {"2026"}, "title": {"Audit"}, "kind": {"internal"}, "edition": {"2022"}, "from": {"2026-01-01"}, "to": {"2026-12-31"}}},
		{ada, org + "/people", url.Values{"email": {"bob@example.org"}, "name": {"Bob"}, "password": {password}, "role": {"auditor"}}},
		{ada, eng + "/controls", url.Values{"code": {"A-1"}, "title": {"A control"}, "implementation": {"implemented"}}},
		{bob, "/sign-in", url.Values{"email": {"bob@example.org"}, "password": {password}}},
	} {
		if a := step.who.form(step.path, step.form); !a.acknowledged() {
			return fmt.Errorf("%s: %v", step.path, a)
		}
	}
	return s.stop()
}

// command is a run of the program without the machine's settings.
func (r relier) command(args ...string) *exec.Cmd {
	cmd := exec.Command(r.path, args...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.TempDir(), "LANG=en_GB.UTF-8"}
	return cmd
}

// process is a running server.
type process struct {
	cmd    *exec.Cmd
	pid    int // of the server itself, not of what wraps it
	url    string
	stderr *lines
	ended  chan struct{}
}

// lines is what a process wrote to its error output so far.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

var printed = regexp.MustCompile(`http://127\.0\.0\.1:\d+`)

// start serves a data folder on a free port; wrap, if given, is the command that
// runs the server, such as strace with its options.
func (r relier) start(dir string, wrap ...string) (*process, error) {
	args := append(wrap, r.path, "serve", "--addr", "127.0.0.1:0", "--data", dir)
	cmd := r.command()
	path, err := exec.LookPath(args[0])
	if err != nil {
		return nil, err
	}
	cmd.Path, cmd.Args = path, args
	p := &process{cmd: cmd, stderr: &lines{}, ended: make(chan struct{})}
	cmd.Stderr = p.stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p.pid = cmd.Process.Pid
	line := make(chan string, 1)
	go func() {
		text, _ := bufio.NewReader(out).ReadString('\n') // "" when it ended
		line <- text
		_ = cmd.Wait() // how it ended shows in what it did
		close(p.ended)
	}()
	select {
	case text := <-line:
		if p.url = printed.FindString(text); p.url != "" {
			return p, nil
		}
		<-p.ended
		return nil, fmt.Errorf("the server did not start: %q %s", text, p.stderr)
	case <-time.After(time.Minute):
		p.kill()
		return nil, fmt.Errorf("the server printed no address within a minute: %s", p.stderr)
	}
}

// kill is kill -9 of the server and of what wraps it.
func (p *process) kill() {
	p.murder()
	<-p.ended
}

// murder is kill without waiting for the end.
func (p *process) murder() { _ = syscall.Kill(-p.pid, syscall.SIGKILL) } // it may have ended by itself

// stop lets the server end by itself.
func (p *process) stop() error {
	if err := syscall.Kill(-p.pid, syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case <-p.ended:
		return nil
	case <-time.After(time.Minute):
		p.kill()
		return fmt.Errorf("the server did not stop within a minute: %s", p.stderr)
	}
}

// report is what "relier check --json" says.
type report struct {
	OK      bool     `json:"ok"`
	Blobs   int      `json:"blobs"`
	Damages []damage `json:"damages"`
}

type damage struct{ Kind, What, Where string }

func (d damage) String() string { return d.Kind + " " + d.What + " (" + d.Where + ")" }

// check runs "relier check" on a folder. One that cannot be opened is a damage
// too, told in a sentence.
func (r relier) check(dir string, more ...string) (report, error) {
	cmd := r.command(append([]string{"check", "--data", dir, "--json"}, more...)...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var out report
	if json.Unmarshal(stdout.Bytes(), &out) == nil {
		if (err == nil) != out.OK {
			return out, fmt.Errorf("check ended with %v and says ok %t", err, out.OK)
		}
		return out, nil
	}
	if code := cmd.ProcessState.ExitCode(); code != 1 || strings.TrimSpace(stderr.String()) == "" {
		return out, fmt.Errorf("check ended with %v and says %q %q", err, stdout.String(), stderr.String())
	}
	return report{Damages: []damage{{Kind: "unopened", What: strings.TrimSpace(stderr.String())}}}, nil
}

// sound is nil when check finds nothing.
func (r relier) sound(dir string) error {
	out, err := r.check(dir)
	if err == nil && !out.OK {
		err = fmt.Errorf("relier check: %v", out.Damages)
	}
	return err
}

// copyFolder copies a data folder that nobody serves.
func copyFolder(t testing.TB, from, to string) {
	t.Helper()
	if out, err := exec.Command("cp", "-a", from+"/.", to).CombinedOutput(); err != nil {
		t.Fatalf("copy %s: %v %s", from, err, out)
	}
}

// folder is a copy of the prepared folder, kept when the test fails.
func folder(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp(room(), "relier-"+strings.ReplaceAll(t.Name(), "/", "-")+"-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("kept: %s", dir)
			return
		}
		_ = os.RemoveAll(dir) // what is left costs only space
	})
	data := filepath.Join(dir, "data")
	if err := os.Mkdir(data, 0o700); err != nil {
		t.Fatal(err)
	}
	copyFolder(t, base, data)
	return data
}

// room is where data folders are made: in memory where that is offered, because
// a killed process loses nothing that it wrote there either, and it is faster.
func room() string {
	if info, err := os.Stat("/dev/shm"); err == nil && info.IsDir() && os.Getenv("RELIER_TORTURE_DIR") == "" {
		return "/dev/shm"
	}
	return os.Getenv("RELIER_TORTURE_DIR") // "" is the system's folder for temporary files
}

var client = &http.Client{
	Transport:     &http.Transport{MaxIdleConnsPerHost: 32},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	Timeout:       30 * time.Second,
}
