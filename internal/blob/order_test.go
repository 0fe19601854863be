package blob_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"relier/internal/blob"
	"relier/internal/blob/blobtest"
)

// What a power cut takes back cannot be seen from inside, so these tests watch
// the system calls of another process with strace, and make some of them fail.

// playPut stores one blob in a new folder; its exit code says how that went.
func playPut() int {
	runtime.LockOSThread() // strace counts the calls to be failed per thread
	lock, err := blob.LockFolder(os.Getenv("RELIER_TEST_DIR"))
	if err != nil {
		return 3
	}
	s, err := blob.OpenFiles(lock)
	if err != nil {
		return 4
	}
	if _, _, err := s.Put(context.Background(), bytes.NewReader([]byte("abc")), blob.Anything); err != nil {
		os.Stdout.WriteString(err.Error())
		return 5
	}
	return 0
}

// trace runs playPut under strace with more options and returns the calls.
func trace(t *testing.T, dir string, options ...string) (calls string, exit int) {
	t.Helper()
	log := filepath.Join(t.TempDir(), "calls")
	args := append([]string{"-f", "-y", "-o", log, "-e", "trace=fsync,/^rename,/^mkdir"}, options...)
	_, err := run(t, "put", dir, append([]string{"strace"}, args...)...)
	out, readErr := os.ReadFile(log)
	if readErr != nil || !bytes.Contains(out, []byte("exited with")) {
		t.Skipf("strace does not work here: %v", err)
	}
	if e, ok := err.(*exec.ExitError); ok {
		exit = e.ExitCode()
	}
	return whole(string(out)), exit
}

var (
	unfinished = regexp.MustCompile(`(?m)^(\d+) +(.*) <unfinished \.\.\.>$`)
	resumed    = regexp.MustCompile(`^<\.\.\. \w+ resumed>(.*)$`)
)

// whole puts calls together that strace wrote in two halves, because another
// thread came in between: each stands where it ended.
func whole(calls string) string {
	begun := map[string]string{} // by thread
	var out []string
	for _, line := range strings.Split(calls, "\n") {
		thread, rest, _ := strings.Cut(line, " ")
		if m := unfinished.FindStringSubmatch(line); m != nil {
			begun[m[1]] = m[2]
			continue
		}
		if m := resumed.FindStringSubmatch(strings.TrimSpace(rest)); m != nil {
			line = thread + " " + begun[thread] + m[1]
		}
		out = append(out, line)
	}
	return strings.Join(out, "\n")
}

func TestFiles_Put_order(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("strace"); err != nil {
		t.Skip("strace is not installed: the order of fsync and rename was not watched")
	}
	t.Run("on the disk before it has a name, named on the disk before it is told", func(t *testing.T) {
		dir := t.TempDir()
		calls, exit := trace(t, dir)
		if exit != 0 {
			t.Fatalf("exit %d", exit)
		}
		at := 0
		for _, step := range []string{
			`mkdir.*blobs/ba/78"`,
			`fsync\(\d+<[^>]*blobs/ba>\) += 0`,
			`fsync\(\d+<[^>]*blobs>\) += 0`,
			`rename.*blobs/tmp/.*blobs/ba/78/ba7816bf`,
			`fsync\(\d+<[^>]*blobs/ba/78>\) += 0`,
		} {
			found := regexp.MustCompile(step).FindStringIndex(calls[at:])
			if found == nil {
				t.Fatalf("no %s after the steps before it in:\n%s", step, calls)
			}
			at += found[1]
		}
		synced := regexp.MustCompile(`fsync\(\d+<[^>]*blobs/tmp/\d+>\) += 0`).FindStringIndex(calls)
		if synced == nil || synced[0] > strings.Index(calls, "rename") {
			t.Errorf("no fsync of the file before its rename in:\n%s", calls)
		}
	})
	// Opening makes fsyncs 1 and 2; then come the file, its two parents, its folder.
	for n := 3; n <= 6; n++ {
		t.Run("fails when fsync "+strconv.Itoa(n)+" does", func(t *testing.T) {
			dir := t.TempDir()
			calls, exit := trace(t, dir, "-e", "inject=fsync:error=EIO:when="+strconv.Itoa(n))
			if exit != 5 {
				t.Errorf("exit %d, want the 5 of a failed Put:\n%s", exit, calls)
			}
			left := filesIn(t, dir)
			named := len(left) == 1 && filepath.Base(left[0]) == blobtest.Describe([]byte("abc")).SHA256.String()
			if n < 6 && len(left) > 0 || n == 6 && !named {
				t.Errorf("left %v", left)
			}
		})
	}
}
