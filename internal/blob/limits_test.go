package blob_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"relier/internal/blob"
	"relier/internal/blob/blobtest"
	"relier/internal/domain"
)

// The tests here need a process or a disk of their own: they run this test
// binary again, where TestMain plays the part that RELIER_TEST_PART names.
func TestMain(m *testing.M) {
	switch os.Getenv("RELIER_TEST_PART") {
	case "locker":
		os.Exit(playLocker())
	case "full disk":
		os.Exit(playFullDisk())
	case "put":
		os.Exit(playPut())
	}
	os.Exit(m.Run())
}

// run starts this binary in a part, through another command where one is given.
func run(t *testing.T, part, dir string, through ...string) (output string, err error) {
	t.Helper()
	args := append(through, os.Args[0])
	cmd := exec.CommandContext(t.Context(), args[0], args[1:]...)
	cmd.Env = append(os.Environ(), "RELIER_TEST_PART="+part, "RELIER_TEST_DIR="+dir)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func playLocker() int {
	lock, err := blob.LockFolder(os.Getenv("RELIER_TEST_DIR"))
	e, _ := errors.AsType[*domain.Error](err)
	switch {
	case lock != nil:
		os.Stdout.WriteString("locked")
	case e != nil && e.Kind == domain.KindUnavailable:
		os.Stdout.WriteString(e.Key)
	default:
		os.Stdout.WriteString("unexpected: " + err.Error())
	}
	return 0
}

func TestLockFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir() + "/new/data"
	expect := func(t *testing.T, want string) {
		t.Helper()
		if got, err := run(t, "locker", dir); got != want || err != nil {
			t.Errorf("the other process says %q (%v), want %q", got, err, want)
		}
	}
	lock, err := blob.LockFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Run("held against another process", func(t *testing.T) { expect(t, "error.folder_locked") })
	t.Run("held against this one", func(t *testing.T) {
		_, err := blob.LockFolder(dir)
		blobtest.Refused(t, err, domain.KindUnavailable, "error.folder_locked")
	})
	t.Run("given back", func(t *testing.T) {
		if err := lock.Unlock(); err != nil {
			t.Fatal(err)
		}
		expect(t, "locked")
	})
}

func TestLockFolder_survivesCollection(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := blob.LockFolder(dir); err != nil { // and forget it
		t.Fatal(err)
	}
	for range 5 { // a file's finalizer runs after the collection that finds it
		runtime.GC()
		time.Sleep(time.Millisecond)
	}
	if got, _ := run(t, "locker", dir); got != "error.folder_locked" {
		t.Errorf("the other process says %q", got)
	}
}

// playFullDisk stores a blob that fits, then one that does not, then another
// that fits, and says what is wrong.
func playFullDisk() int {
	dir := os.Getenv("RELIER_TEST_DIR")
	complain := func(what string, err error) int {
		os.Stdout.WriteString(what + ": " + err.Error())
		return 1
	}
	lock, err := blob.LockFolder(dir)
	if err != nil {
		return complain("lock", err)
	}
	s, err := blob.OpenFiles(lock)
	if err != nil {
		return complain("open", err)
	}
	put := func(n int) error {
		_, _, err := s.Put(context.Background(), bytes.NewReader(blobtest.Bytes(n, byte(n>>10))), blob.Anything)
		return err
	}
	if err := put(100 << 10); err != nil {
		return complain("small blob", err)
	}
	err = put(16 << 20)
	if e, ok := errors.AsType[*domain.Error](err); !ok || e.Kind != domain.KindUnavailable || e.Key != "error.disk_full" {
		return complain("large blob", errors.Join(errors.New("want error.disk_full"), err))
	}
	left, err := os.ReadDir(dir + "/blobs/tmp")
	if err != nil || len(left) != 0 {
		return complain("left in tmp", errors.Join(errors.New("want nothing"), err))
	}
	if err := put(101 << 10); err != nil {
		return complain("small blob afterwards", err)
	}
	os.Stdout.WriteString("as it should be")
	return 0
}

func TestFiles_Put_diskFull(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("no shell limits here")
	}
	t.Run("file size limit", func(t *testing.T) {
		// 4 MiB in the 512-byte blocks of POSIX, 8 in the kilobytes of bash.
		got, err := run(t, "full disk", t.TempDir(), "sh", "-c", `ulimit -f 8192 && exec "$0"`)
		if err != nil || got != "as it should be" {
			t.Errorf("%s (%v)", got, err)
		}
	})
	t.Run("no space", func(t *testing.T) {
		mount := `mount -t tmpfs -o size=4m none "$RELIER_TEST_DIR" && exec "$0"`
		dir := t.TempDir()
		if out, err := exec.Command("unshare", "--map-root-user", "--mount", "sh", "-c",
			`mount -t tmpfs -o size=4m none "$0"`, dir).CombinedOutput(); err != nil {
			t.Skipf("no small disk to be had here: %v %s", err, strings.TrimSpace(string(out)))
		}
		got, err := run(t, "full disk", dir, "unshare", "--map-root-user", "--mount", "sh", "-c", mount)
		if err != nil || got != "as it should be" {
			t.Errorf("%s (%v)", got, err)
		}
	})
}
