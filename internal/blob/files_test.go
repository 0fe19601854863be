package blob_test

import (
	"bytes"
	"context"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"

	"pgregory.net/rapid"

	"relier/internal/blob"
	"relier/internal/blob/blobtest"
	"relier/internal/domain"
)

// openFiles opens the blobs of a data folder and gives its lock back at the end.
func openFiles(t testing.TB, dir string) *blob.Files {
	t.Helper()
	lock, err := blob.LockFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { lock.Unlock() })
	s, err := blob.OpenFiles(lock)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// filesIn lists every regular file under the blob folder, relative to it.
func filesIn(t *testing.T, dir string) []string {
	t.Helper()
	root := filepath.Join(dir, "blobs")
	var all []string
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			rel, _ := filepath.Rel(root, path)
			all = append(all, filepath.ToSlash(rel))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func pathOf(dir string, d domain.Digest) string {
	name := d.String()
	return filepath.Join(dir, "blobs", name[:2], name[2:4], name)
}

func TestFiles_Conforms(t *testing.T) {
	t.Parallel()
	blobtest.Run(t, func(t *testing.T) blob.Store { return openFiles(t, t.TempDir()) })
}

func TestFiles_Put(t *testing.T) {
	t.Parallel()
	ctx := t.Context()

	t.Run("lays files out by digest, for the owner alone", func(t *testing.T) {
		dir := t.TempDir()
		s := openFiles(t, dir)
		blobtest.Put(t, s, []byte("abc"))
		// SHA-256 of "abc", FIPS 180-2 appendix B.1.
		const want = "ba/78/ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
		if got := filesIn(t, dir); len(got) != 1 || got[0] != want {
			t.Errorf("files %v, want %s alone", got, want)
		}
		if info, err := os.Stat(filepath.Join(dir, "blobs", want)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("mode %v, %v", info.Mode(), err)
		}
	})

	t.Run("a refusal leaves no file of any name", func(t *testing.T) {
		dir := t.TempDir()
		s := openFiles(t, dir)
		p := blobtest.Bytes(3<<20, 1)
		none := blobtest.Describe(nil).SHA256
		cancelled, cancel := context.WithCancel(ctx)
		cancel()
		for name, put := range map[string]func() error{
			"short":     func() error { return put(ctx, s, bytes.NewReader(p), blob.Expect{Size: 4 << 20}) },
			"long":      func() error { return put(ctx, s, bytes.NewReader(p), blob.Expect{Size: 1 << 20}) },
			"digest":    func() error { return put(ctx, s, bytes.NewReader(p), blob.Expect{Size: -1, SHA256: &none}) },
			"too large": func() error { return put(ctx, s, bytes.NewReader(p), blob.Expect{Size: -1, MaxSize: 2 << 20}) },
			"cancelled": func() error { return put(cancelled, s, bytes.NewReader(p), blob.Anything) },
			"torn": func() error {
				return put(ctx, s, io.MultiReader(bytes.NewReader(p), iotest.ErrReader(io.ErrClosedPipe)), blob.Anything)
			},
		} {
			if err := put(); err == nil {
				t.Errorf("%s: stored", name)
			}
			if left := filesIn(t, dir); len(left) != 0 {
				t.Errorf("%s: left %v", name, left)
			}
		}
	})

	t.Run("the same bytes are not written again", func(t *testing.T) {
		dir := t.TempDir()
		s := openFiles(t, dir)
		b := blobtest.Put(t, s, []byte("once"))
		before, _ := os.Stat(pathOf(dir, b.SHA256))
		blobtest.Put(t, s, []byte("once"))
		after, _ := os.Stat(pathOf(dir, b.SHA256))
		if !os.SameFile(before, after) {
			t.Error("the file was replaced")
		}
		if got := filesIn(t, dir); len(got) != 1 {
			t.Errorf("files %v", got)
		}
	})

	t.Run("the right bytes replace a truncated blob", func(t *testing.T) {
		dir := t.TempDir()
		s := openFiles(t, dir)
		b := blobtest.Put(t, s, []byte("whole"))
		if err := os.Truncate(pathOf(dir, b.SHA256), 2); err != nil {
			t.Fatal(err)
		}
		_, existed, err := s.Put(ctx, bytes.NewReader([]byte("whole")), blob.Anything)
		if err != nil || existed {
			t.Errorf("existed %t, %v", existed, err)
		}
		if err := blob.Verify(ctx, s, b); err != nil {
			t.Errorf("not healed: %v", err)
		}
	})

	t.Run("an upload of the same bytes keeps an old orphan from the sweeper", func(t *testing.T) {
		dir := t.TempDir()
		s := openFiles(t, dir)
		b := blobtest.Put(t, s, []byte("orphan"))
		old := time.Now().Add(-48 * time.Hour)
		if err := os.Chtimes(pathOf(dir, b.SHA256), old, old); err != nil {
			t.Fatal(err)
		}
		blobtest.Put(t, s, []byte("orphan"))
		if gone, err := s.Remove(ctx, b.SHA256, time.Now().Add(-time.Hour)); gone || err != nil {
			t.Errorf("removed %t, %v", gone, err)
		}
	})
}

func put(ctx context.Context, s blob.Store, r io.Reader, want blob.Expect) error {
	_, _, err := s.Put(ctx, r, want)
	return err
}

func TestFiles_Put_concurrently(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := openFiles(t, dir)
	var stored atomic.Int32 // Puts that were told their bytes are new
	var all sync.WaitGroup
	for i := range 32 {
		all.Go(func() {
			p := blobtest.Bytes(1<<20+100, byte(i%16)) // each content twice
			b, existed, err := s.Put(t.Context(), bytes.NewReader(p), blob.Expect{Size: int64(len(p))})
			if err != nil || b != blobtest.Describe(p) {
				t.Errorf("Put: %v", err)
			}
			if !existed {
				stored.Add(1)
			}
		})
	}
	all.Wait()
	if stored.Load() != 16 || len(filesIn(t, dir)) != 16 {
		t.Errorf("%d reported new, files %v; want 16 of each", stored.Load(), filesIn(t, dir))
	}
	for i := range 16 {
		if err := blob.Verify(t.Context(), s, blobtest.Describe(blobtest.Bytes(1<<20+100, byte(i)))); err != nil {
			t.Error(err)
		}
	}
}

func TestFiles_PutOpen_property(t *testing.T) {
	t.Parallel()
	s := openFiles(t, t.TempDir())
	readers := []func(io.Reader) io.Reader{
		func(r io.Reader) io.Reader { return r },
		iotest.HalfReader, iotest.DataErrReader, iotest.OneByteReader,
	}
	rapid.Check(t, func(rt *rapid.T) {
		p := blobtest.Bytes(rapid.IntRange(0, 3000).Draw(rt, "size"), rapid.Byte().Draw(rt, "seed"))
		wrap := rapid.SampledFrom(readers).Draw(rt, "reader")
		b, _, err := s.Put(t.Context(), wrap(bytes.NewReader(p)), blob.Expect{Size: int64(len(p))})
		if err != nil || b != blobtest.Describe(p) {
			rt.Fatalf("Put: %+v, %v", b, err)
		}
		c, err := s.Open(t.Context(), b.SHA256)
		if err != nil {
			rt.Fatal(err)
		}
		defer c.Close()
		if got, err := io.ReadAll(c); err != nil || !bytes.Equal(got, p) {
			rt.Fatalf("read %d of %d bytes, %v", len(got), len(p), err)
		}
	})
}

func TestFiles_Open_clearsUnfinishedUploads(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	lock, err := blob.LockFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	s, err := blob.OpenFiles(lock)
	if err != nil {
		t.Fatal(err)
	}
	b := blobtest.Put(t, s, []byte("kept"))
	if err := os.WriteFile(filepath.Join(dir, "blobs", "tmp", "1234"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	lock.Unlock()
	s = openFiles(t, dir)
	if got := filesIn(t, dir); len(got) != 1 || filepath.Base(got[0]) != b.SHA256.String() {
		t.Errorf("files %v, want the stored one alone", got)
	}
	blobtest.Put(t, s, []byte("after"))
}

func TestFiles_Walk(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := openFiles(t, dir)
	b := blobtest.Put(t, s, []byte("abc"))
	for _, stray := range []string{"ba/notes.txt", "ba/78/notes.txt", "ba/78/" + blobtest.Describe(nil).SHA256.String()} {
		if err := os.WriteFile(filepath.Join(dir, "blobs", stray), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Run("passes over what is no blob", func(t *testing.T) {
		if got := blobtest.Digests(t, s); len(got) != 1 || got[0] != b.SHA256 {
			t.Errorf("visited %v", got)
		}
	})
	t.Run("stops at an error", func(t *testing.T) {
		stop := errors.New("stop")
		err := s.Walk(t.Context(), func(domain.Digest, int64) error { return stop })
		if !errors.Is(err, stop) {
			t.Errorf("error %v", err)
		}
	})
	t.Run("stops when cancelled", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		err := s.Walk(ctx, func(domain.Digest, int64) error { return nil })
		if !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
	})
}

func TestVerify(t *testing.T) {
	t.Parallel()
	p := blobtest.Bytes(2<<20+5, 7)
	for name, c := range map[string]struct {
		damage func(path string) error
		record func(b *domain.Blob)
		key    string // "" when sound
	}{
		"sound":                        {key: ""},
		"sound, recorded with SHA-512": {record: func(b *domain.Blob) { b.SHA512 = sha512Of(p) }},
		"gone":                         {damage: os.Remove, key: "error.blob_missing"},
		"cut":                          {damage: func(path string) error { return os.Truncate(path, 100) }, key: "error.blob_size"},
		"one bit":                      {damage: flipBit, key: "error.blob_content"},
		"folder in place":              {damage: becomeFolder, key: "error.blob_unreadable"},
		"SHA-512 on file":              {record: func(b *domain.Blob) { b.SHA512 = sha512Of(nil) }, key: "error.blob_record"},
		"CRC-32 on file":               {record: func(b *domain.Blob) { b.CRC32++ }, key: "error.blob_record"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := openFiles(t, dir)
			b := blobtest.Put(t, s, p)
			path := pathOf(dir, b.SHA256)
			if c.damage != nil {
				if err := c.damage(path); err != nil {
					t.Fatal(err)
				}
			}
			if name == "folder in place" { // whose size is the file system's
				info, _ := os.Stat(path)
				b.Size = info.Size()
			} else if c.record != nil {
				c.record(&b)
			}
			err := blob.Verify(t.Context(), s, b)
			if c.key == "" {
				if err != nil {
					t.Errorf("sound blob: %v", err)
				}
				return
			}
			e, ok := errors.AsType[*domain.Error](err)
			if !ok || e.Key != c.key || e.Args["Digest"] != b.SHA256.String() {
				t.Errorf("error %v, want %s naming %s", err, c.key, b.SHA256)
			}
		})
	}
	t.Run("cancelled is no damage", func(t *testing.T) {
		s := openFiles(t, t.TempDir())
		b := blobtest.Put(t, s, p)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := blob.Verify(ctx, s, b); !errors.Is(err, context.Canceled) || domain.KindOf(err) != "" {
			t.Errorf("error %v", err)
		}
	})
}

func flipBit(path string) error {
	p, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	p[len(p)/2] ^= 1
	return os.WriteFile(path, p, 0o600)
}

func becomeFolder(path string) error {
	if err := os.Remove(path); err != nil {
		return err
	}
	return os.Mkdir(path, 0o700)
}

// BenchmarkFiles_Put writes 256 MiB, and beside it what a plain copy of the same
// bytes with one fsync takes on this disk.
func BenchmarkFiles_Put(b *testing.B) {
	const size = 256 << 20
	block := blobtest.Bytes(1<<20, 9)
	source := func(n int) io.Reader {
		head := []byte(fmt.Sprintf("%016d", n)) // new content every time
		return io.LimitReader(io.MultiReader(bytes.NewReader(head), &endless{p: block}), size)
	}
	b.Run("put", func(b *testing.B) {
		s := openFiles(b, b.TempDir())
		b.SetBytes(size)
		for n := 0; b.Loop(); n++ {
			if _, existed, err := s.Put(b.Context(), source(n), blob.Expect{Size: size}); err != nil || existed {
				b.Fatal(existed, err)
			}
		}
	})
	b.Run("copy and fsync", func(b *testing.B) {
		dir := b.TempDir()
		b.SetBytes(size)
		for n := 0; b.Loop(); n++ {
			if err := copyAndSync(filepath.Join(dir, fmt.Sprint(n)), source(n)); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func copyAndSync(path string, r io.Reader) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := io.Copy(f, r); err != nil {
		return err
	}
	return f.Sync()
}

// endless repeats p.
type endless struct {
	p  []byte
	at int
}

func (e *endless) Read(p []byte) (int, error) {
	n := copy(p, e.p[e.at:])
	e.at = (e.at + n) % len(e.p)
	return n, nil
}

func sha512Of(p []byte) string {
	sum := sha512.Sum512(p)
	return hex.EncodeToString(sum[:])
}

func TestDescribe(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := openFiles(t, dir)
	p := blobtest.Bytes(2<<20+5, 7)
	b := blobtest.Put(t, s, p)
	want := b
	want.SHA512 = sha512Of(p)
	if got, err := blob.Describe(t.Context(), s, b); err != nil || got != want {
		t.Errorf("%+v, %v", got, err)
	}
	if err := flipBit(pathOf(dir, b.SHA256)); err != nil {
		t.Fatal(err)
	}
	if _, err := blob.Describe(t.Context(), s, b); err == nil {
		t.Error("damaged bytes were described")
	}
}
