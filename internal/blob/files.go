package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"relier/internal/domain"
)

// Files keeps blobs in a data folder: blobs/ab/cd/<64 hexadecimal digits>, with
// blobs/tmp for what is still coming in.
type Files struct {
	root    string
	uploads string // folder of unfinished uploads; unlike blobs/tmp it outlives a restart
	parts   parts
	reading bool        // opened without the folder's lock
	stripes [256]stripe // by the first byte of the digest
}

// stripe serializes the commits and removals of one two-digit folder, so that
// "is it there?" and what follows from the answer are one step.
type stripe struct {
	mu      sync.Mutex
	durable [256]bool // sub-folders whose names this process has fsynced
}

// OpenFiles opens the blobs of a data folder and clears what uploads that a
// crash cut short left in blobs/tmp. It takes the lock because those leftovers
// are the running uploads of any other process.
func OpenFiles(lock *FolderLock) (*Files, error) {
	s := &Files{root: filepath.Join(lock.Dir(), "blobs"), uploads: filepath.Join(lock.Dir(), "uploads")}
	if err := os.RemoveAll(s.tmp()); err != nil {
		return nil, fmt.Errorf("clear unfinished uploads: %w", err)
	}
	for _, dir := range []string{s.tmp(), s.uploads} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, fmt.Errorf("make blob folder: %w", full(err))
		}
	}
	for _, dir := range []string{s.root, lock.Dir()} {
		if err := syncDir(dir); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *Files) tmp() string { return filepath.Join(s.root, "tmp") }

func (s *Files) path(d domain.Digest) string {
	name := d.String()
	return filepath.Join(s.root, name[:2], name[2:4], name)
}

// Put implements Store: stage, then keep at once.
func (s *Files) Put(ctx context.Context, r io.Reader, want Expect) (domain.Blob, bool, error) {
	staged, err := s.Stage(ctx, r, want)
	if err != nil {
		return domain.Blob{}, false, err
	}
	defer staged.Drop()
	existed, err := staged.Keep(ctx)
	if err != nil {
		return domain.Blob{}, false, err
	}
	return staged.Blob(), existed, nil
}

// Stage implements Store: temp file, hash while writing, check, fsync. Every
// failure removes the temp file.
func (s *Files) Stage(ctx context.Context, r io.Reader, want Expect) (Staged, error) {
	staged, err := s.stage(ctx, r, want)
	if err != nil {
		return nil, fmt.Errorf("store blob: %w", full(err))
	}
	return staged, nil
}

func (s *Files) stage(ctx context.Context, r io.Reader, want Expect) (staged *stagedFile, err error) {
	if s.reading {
		return nil, errReading
	}
	if err := want.allows(want.Size); err != nil {
		return nil, err
	}
	tmp, err := os.CreateTemp(s.tmp(), "") // mode 0600
	if err != nil {
		return nil, err
	}
	defer func() {
		tmp.Close() // a no-op after the one in settle
		if err != nil {
			os.Remove(tmp.Name())
		}
	}()
	b, err := receive(ctx, newEarly(tmp, 0), r, want.allows)
	if err != nil {
		return nil, err
	}
	if err = want.confirms(b); err != nil {
		return nil, err
	}
	if err = settle(tmp); err != nil {
		return nil, err
	}
	return &stagedFile{files: s, tmp: tmp.Name(), blob: b}, nil
}

// stagedFile is a finished temp file; "" once it has its name or is gone.
type stagedFile struct {
	files *Files
	tmp   string
	blob  domain.Blob
	kept  time.Time // modification time of the file that Keep made; zero: it made none
}

// Open implements Staged.
func (f *stagedFile) Open() (Content, error) { return open(f.tmp, f.blob.SHA256) }

// Blob implements Staged.
func (f *stagedFile) Blob() domain.Blob { return f.blob }

// Keep implements Staged: rename, fsync the folder.
func (f *stagedFile) Keep(ctx context.Context) (existed bool, err error) {
	renamed, err := f.files.commit(ctx, f.tmp, f.blob)
	if renamed {
		f.tmp, f.kept = "", f.files.touched(f.blob.SHA256)
	}
	if err != nil {
		return false, fmt.Errorf("store blob: %w", full(err))
	}
	return !renamed, nil
}

// Drop implements Staged.
func (f *stagedFile) Drop() {
	if f.tmp != "" {
		os.Remove(f.tmp)
		f.tmp = ""
	}
}

// Undo takes back bytes that Keep made last but that no row came to name, such as
// when the disk was full. Bytes that were there before, or that somebody else sent
// meanwhile, stay.
func Undo(s Staged) error {
	f, ok := s.(*stagedFile)
	if !ok || f.kept.IsZero() {
		return nil
	}
	st := &f.files.stripes[f.blob.SHA256[0]]
	st.mu.Lock()
	defer st.mu.Unlock()
	path := f.files.path(f.blob.SHA256)
	if !f.files.touched(f.blob.SHA256).Equal(f.kept) {
		return nil
	}
	f.kept = time.Time{}
	if err := os.Remove(path); err != nil {
		return fmt.Errorf("take back a blob: %w", err)
	}
	return syncDir(filepath.Dir(path))
}

// touched is when a blob was last stored or recognised; zero when it is not there.
func (s *Files) touched(d domain.Digest) time.Time {
	info, err := os.Lstat(s.path(d))
	if err != nil {
		return time.Time{}
	}
	return info.ModTime()
}

// settle forces the bytes to the disk. After a failed fsync the kernel may have
// dropped them, so nothing is tried again: the file is given up.
func settle(f *os.File) error {
	if err := f.Sync(); err != nil {
		return err
	}
	return f.Close()
}

// commit gives the finished temp file its name, unless the same bytes have it.
func (s *Files) commit(ctx context.Context, tmp string, b domain.Blob) (renamed bool, err error) {
	st := &s.stripes[b.SHA256[0]]
	st.mu.Lock()
	defer st.mu.Unlock()
	path := s.path(b.SHA256)
	if err := s.makeDir(st, b.SHA256); err != nil {
		return false, err
	}
	if s.holds(ctx, path, b) {
		now := time.Now() // for Remove: somebody relies on it again
		if err := os.Chtimes(path, now, now); err != nil {
			return false, err
		}
	} else {
		if err := os.Rename(tmp, path); err != nil {
			return false, err
		}
		renamed = true
	}
	// Also when the name was there: whoever made it may have died before this.
	return renamed, syncDir(filepath.Dir(path))
}

// holds reports whether path already has the bytes of b, going by their length.
// A file of another length is damage; the good bytes then take its place.
func (s *Files) holds(ctx context.Context, path string, b domain.Blob) bool {
	info, err := os.Lstat(path)
	if err != nil {
		return false
	}
	if info.Mode().IsRegular() && info.Size() == b.Size {
		return true
	}
	slog.WarnContext(ctx, "damaged blob replaced by an upload of the right bytes",
		"blob", b.SHA256.String(), "size", b.Size, "found", info.Size())
	return false
}

// makeDir makes blobs/ab/cd and forces both names to the disk, once per process
// even where the folders exist: a crash may have come between the two.
func (s *Files) makeDir(st *stripe, d domain.Digest) error {
	if st.durable[d[1]] {
		return nil
	}
	dir := filepath.Dir(s.path(d))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	for _, parent := range []string{filepath.Dir(dir), s.root} {
		if err := syncDir(parent); err != nil {
			return err
		}
	}
	st.durable[d[1]] = true
	return nil
}

// file is an opened blob of a Files store.
type file struct {
	*os.File
	size int64
}

// Size implements Content.
func (f file) Size() int64 { return f.size }

// Open implements Store.
func (s *Files) Open(_ context.Context, d domain.Digest) (Content, error) { return open(s.path(d), d) }

func open(path string, d domain.Digest) (Content, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, lookup(d, err)
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, lookup(d, err)
	}
	return file{f, info.Size()}, nil
}

// Stat implements Store.
func (s *Files) Stat(_ context.Context, d domain.Digest) (int64, error) {
	info, err := os.Lstat(s.path(d))
	if err != nil {
		return 0, lookup(d, err)
	}
	return info.Size(), nil
}

func lookup(d domain.Digest, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return missing(d, err)
	}
	return fmt.Errorf("open blob %s: %w", d, err)
}

// Remove implements Store; the time of last use is the file's modification time.
func (s *Files) Remove(_ context.Context, d domain.Digest, unusedSince time.Time) (bool, error) {
	if s.reading {
		return false, errReading
	}
	st := &s.stripes[d[0]]
	st.mu.Lock()
	defer st.mu.Unlock()
	path := s.path(d)
	info, err := os.Lstat(path)
	if err != nil {
		return false, lookup(d, err)
	}
	if !info.ModTime().Before(unusedSince) {
		return false, nil
	}
	if err := os.Remove(path); err != nil {
		return false, fmt.Errorf("remove blob: %w", err)
	}
	return true, syncDir(filepath.Dir(path))
}
