package pack_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"pgregory.net/rapid"

	"relier/internal/domain"
	"relier/internal/pack"
)

// layoutOf lays out plain files without composing a pack.
func layoutOf(s *shelf, files ...string) pack.Layout {
	l := pack.Layout{Code: "audit-pack-2026-0001", Modified: sealing}
	for i, body := range files {
		l.Entries = append(l.Entries, pack.Entry{Path: fmt.Sprintf("data/file-%d.txt", i), Blob: s.keep([]byte(body))})
	}
	return l
}

func TestLayout_StreamsWhatItSized(t *testing.T) {
	t.Parallel()
	s := newShelf()
	l := compose(t, s, sample(s, "en", "fr"))
	b := zipped(t, s, l)
	if int64(len(b)) != l.Size() {
		t.Fatalf("streamed %d bytes, sized %d", len(b), l.Size())
	}
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	if len(z.File) != len(l.Entries) {
		t.Fatalf("%d entries, want %d", len(z.File), len(l.Entries))
	}
	for i, f := range z.File {
		if f.Name != l.Code+"/"+l.Entries[i].Path || f.Method != zip.Store || f.Flags != 0 || f.Mode() != 0o644 || !f.Modified.Equal(sealing) {
			t.Errorf("entry %d: %s method %d flags %d mode %v at %v", i, f.Name, f.Method, f.Flags, f.Mode(), f.Modified)
		}
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(r) // checks the CRC
		if err != nil || !bytes.Equal(got, s.blobs[l.Entries[i].Blob.SHA256]) {
			t.Errorf("%s: %v", f.Name, err)
		}
	}
}

func TestLayout_SurvivesJSON(t *testing.T) {
	t.Parallel()
	s := newShelf()
	l := compose(t, s, sample(s, "en"))
	text, err := json.Marshal(l)
	if err != nil {
		t.Fatal(err)
	}
	var again pack.Layout
	if err := json.Unmarshal(text, &again); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(zipped(t, s, l), zipped(t, s, again)) {
		t.Fatal("the layout gives another ZIP after a round trip through JSON")
	}
	if again.TagDigest() != l.TagDigest() || l.TagDigest().IsZero() {
		t.Fatal("the tag digest is lost")
	}
}

func TestLayout_StreamsAnyRange(t *testing.T) {
	t.Parallel()
	s := newShelf()
	l := layoutOf(s, "", "one", string(bytes.Repeat([]byte("much "), 90_000)), "end")
	whole := zipped(t, s, l)
	rapid.Check(t, func(t *rapid.T) {
		from := rapid.IntRange(0, len(whole)).Draw(t, "from")
		n := rapid.IntRange(0, len(whole)-from).Draw(t, "n")
		var b bytes.Buffer
		if err := l.StreamRange(context.Background(), &b, s.open, int64(from), int64(n)); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(b.Bytes(), whole[from:from+n]) {
			t.Fatalf("range %d+%d differs", from, n)
		}
	})
	for _, r := range [][2]int64{{-1, 1}, {0, int64(len(whole)) + 1}, {5, -1}} {
		if err := l.StreamRange(t.Context(), io.Discard, s.open, r[0], r[1]); err == nil {
			t.Errorf("range %v was given", r)
		}
	}
}

func TestLayout_NeverStreamsAWrongPack(t *testing.T) {
	t.Parallel()
	cases := map[string]func(*shelf, domain.Digest){
		"missing": func(s *shelf, d domain.Digest) { delete(s.blobs, d) },
		"shorter": func(s *shelf, d domain.Digest) { s.blobs[d] = s.blobs[d][:3] },
		"longer":  func(s *shelf, d domain.Digest) { s.blobs[d] = append(bytes.Clone(s.blobs[d]), 'x') },
		"other":   func(s *shelf, d domain.Digest) { s.blobs[d] = []byte("tampers") },
		"empty":   func(s *shelf, d domain.Digest) { s.blobs[d] = nil },
	}
	for name, harm := range cases {
		for _, at := range []int{0, 2} { // in the middle, and the last entry
			t.Run(fmt.Sprintf("%s %d", name, at), func(t *testing.T) {
				s := newShelf()
				l := layoutOf(s, "evident", "kept it", "the end")
				harm(s, l.Entries[at].Blob.SHA256)
				var b bytes.Buffer
				if err := l.Stream(t.Context(), &b, s.open); err == nil {
					t.Fatal("no error")
				}
				if _, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len())); err == nil {
					t.Fatal("what was written so far opens as a ZIP")
				}
			})
		}
	}
}

func TestLayout_StopsWithItsContextAndItsWriter(t *testing.T) {
	t.Parallel()
	s := newShelf()
	l := layoutOf(s, string(make([]byte, 1<<20)))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := l.Stream(ctx, io.Discard, s.open); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if err := l.Stream(t.Context(), refusing{}, s.open); !errors.Is(err, errFull) {
		t.Errorf("writer refuses: %v", err)
	}
}

var errFull = errors.New("no space left")

type refusing struct{}

func (refusing) Write([]byte) (int, error) { return 0, errFull }

// zeros is a blob of n zero bytes that exists nowhere.
type zeros struct{ left int64 }

func (z *zeros) Read(p []byte) (int, error) {
	if z.left == 0 {
		return 0, io.EOF
	}
	n := int(min(int64(len(p)), z.left))
	clear(p[:n])
	z.left -= int64(n)
	return n, nil
}
func (z *zeros) Close() error { return nil }

// blobOfZeros computes what is known of n zero bytes.
func blobOfZeros(t testing.TB, n int64) domain.Blob {
	t.Helper()
	s256, s512, crc := sha256.New(), sha512.New(), crc32.NewIEEE()
	if _, err := io.Copy(io.MultiWriter(s256, s512, crc), &zeros{n}); err != nil {
		t.Fatal(err)
	}
	return domain.Blob{SHA256: domain.Digest(s256.Sum(nil)), SHA512: hex.EncodeToString(s512.Sum(nil)), CRC32: crc.Sum32(), Size: n}
}

func TestLayout_StreamsAGigabyteInLittleMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED in -short: streams 1 GiB")
	}
	const size = 1 << 30
	l := pack.Layout{Code: "big", Modified: sealing, Entries: []pack.Entry{{Path: "data/big.bin", Blob: blobOfZeros(t, size)}}}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	err := l.Stream(t.Context(), io.Discard, func(domain.Digest) (io.ReadCloser, error) { return &zeros{size}, nil })
	if err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 4<<20 {
		t.Fatalf("streaming 1 GiB allocated %d bytes in all, more than 4 MiB", used)
	}
}

// hollow reads the ZIP of a layout whose blobs exist in name only, save the last
// of tailSize bytes: archive/zip reads no others when it lists the entries.
type hollow struct{ l pack.Layout }

const tailSize = 128 << 10

func (h hollow) ReadAt(p []byte, off int64) (int, error) {
	n := min(int64(len(p)), h.l.Size()-off)
	var b bytes.Buffer
	err := h.l.StreamRange(context.Background(), &b, func(domain.Digest) (io.ReadCloser, error) {
		return &zeros{tailSize}, nil
	}, off, n)
	copy(p, b.Bytes())
	if err == nil && n < int64(len(p)) {
		err = io.EOF
	}
	return int(n), err
}

func TestLayout_WritesZip64(t *testing.T) {
	t.Parallel()
	const large = 5 << 30
	t.Run("sizes and offsets beyond 32 bits", func(t *testing.T) {
		l := pack.Layout{Code: "large", Modified: sealing, Entries: []pack.Entry{
			{Path: "data/a.bin", Blob: domain.Blob{SHA256: domain.Digest{1}, Size: large}},
			{Path: "data/b.txt", Blob: domain.Blob{SHA256: domain.Digest{2}, Size: 3}},
			{Path: "data/c.bin", Blob: domain.Blob{SHA256: domain.Digest{3}, Size: 1<<32 - 1}}, // the first size that does not fit
			{Path: "data/d.bin", Blob: domain.Blob{SHA256: domain.Digest{4}, Size: 1<<32 - 2}}, // the last that does
			{Path: "data/e.bin", Blob: blobOfZeros(t, tailSize)},
		}}
		z, err := zip.NewReader(hollow{l}, l.Size())
		if err != nil {
			t.Fatal(err)
		}
		for i, f := range z.File {
			if f.UncompressedSize64 != uint64(l.Entries[i].Blob.Size) || f.CompressedSize64 != uint64(l.Entries[i].Blob.Size) {
				t.Errorf("%s: sizes %d and %d", f.Name, f.UncompressedSize64, f.CompressedSize64)
			}
		}
		local := make([]byte, 100) // the header before the first bytes
		if _, err := (hollow{l}).ReadAt(local, 0); err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(local, []byte{1, 0, 16, 0, 0, 0, 0, 0x40, 1, 0, 0, 0}) {
			t.Errorf("the local header lacks its zip64 field: % x", local)
		}
		if local[4] != 45 {
			t.Errorf("the local header asks for version %d, not 45", local[4])
		}
	})
	t.Run("more than 65,535 entries", func(t *testing.T) {
		s := newShelf()
		l := layoutOf(s, "x")
		for i := range 70_000 {
			l.Entries = append(l.Entries, pack.Entry{Path: fmt.Sprintf("data/n/%d", i), Blob: l.Entries[0].Blob})
		}
		b := zipped(t, s, l)
		z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
		if err != nil || len(z.File) != 70_001 {
			t.Fatalf("%v, %d entries", err, len(z.File))
		}
	})
}

// sparse writes a file but leaves holes where a whole write is zero.
type sparse struct{ f *os.File }

func (s sparse) Write(p []byte) (int, error) {
	if len(bytes.TrimLeft(p, "\x00")) == 0 {
		_, err := s.f.Seek(int64(len(p)), io.SeekCurrent)
		return len(p), err
	}
	return s.f.Write(p)
}

// TestLarge_ReadByOthers needs minutes and is run with RELIER_LARGE=1.
func TestLarge_ReadByOthers(t *testing.T) {
	if os.Getenv("RELIER_LARGE") == "" {
		t.Skip("SKIPPED: set RELIER_LARGE=1 to write a pack of more than 4 GiB and read it with unzip, Python and our own verifier")
	}
	const size = 4<<30 + 12345
	s := newShelf()
	big := blobOfZeros(t, size)
	c := sample(s, "en")
	c.Evidence[0].Version.Blob = big
	l := compose(t, s, c)
	name := filepath.Join(t.TempDir(), "large.zip")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	err = l.Stream(t.Context(), sparse{f}, func(d domain.Digest) (io.ReadCloser, error) {
		if d == big.SHA256 {
			return &zeros{size}, nil
		}
		return s.open(d)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	t.Logf("streamed %d bytes in %v", l.Size(), time.Since(start))
	run(t, "", "unzip", "-tq", name)
	run(t, "", "python3", "-c", "import sys,zipfile; assert zipfile.ZipFile(sys.argv[1]).testzip() is None", name)
	r, err := pack.Verify(t.Context(), name)
	if err != nil || !r.OK {
		t.Fatalf("%v %+v", err, r.Defects)
	}
}

// run runs a program of the system, or skips loudly where it is not there.
func run(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	program, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("SKIPPED: %s is not installed, so nothing was checked with it", name)
	}
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
	return string(out)
}
