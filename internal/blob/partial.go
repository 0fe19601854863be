package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"time"

	"relier/internal/domain"
)

// safeEvery is how many bytes of an upload are made durable at a time: what a
// crash in the middle of a long stretch costs at most.
const safeEvery = 64 << 20

// uploadName is what an unfinished upload may be called: it becomes a file name.
var uploadName = regexp.MustCompile(`^[0-9a-z]{16,64}$`)

// parts are the unfinished uploads that this process knows of. Their hashes grow
// with them, so that nothing is read again at the end; after a restart they are
// computed from what is on the disk.
type parts struct {
	mu     sync.Mutex
	busy   map[string]bool
	hashes map[string]*hashes
}

// take reserves an upload and gives the hashes of its first at bytes, if known.
func (p *parts) take(name string, at int64) (*hashes, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.busy[name] {
		return nil, domain.Conflict("error.upload.busy", nil)
	}
	if p.busy == nil {
		p.busy, p.hashes = map[string]bool{}, map[string]*hashes{}
	}
	p.busy[name] = true
	if h := p.hashes[name]; h != nil && h.size == at {
		return h, nil
	}
	if at == 0 {
		return newHashes(), nil
	}
	return nil, nil
}

// give ends the reservation; h is nil where the bytes must be read again.
func (p *parts) give(name string, h *hashes) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.busy, name)
	if delete(p.hashes, name); h != nil {
		p.hashes[name] = h
	}
}

func (s *Files) part(name string) (string, error) {
	if !uploadName.MatchString(name) {
		return "", domain.NotFound("upload")
	}
	return filepath.Join(s.uploads, name), nil
}

// Append implements Store.
func (s *Files) Append(ctx context.Context, name string, at int64, r io.Reader, want Expect, safe func(int64) error) error {
	path, err := s.part(name)
	if err != nil {
		return err
	}
	known, err := s.parts.take(name, at)
	if err != nil {
		return err
	}
	h := known
	defer func() { s.parts.give(name, h) }()
	f, err := s.openPart(path, at)
	if err != nil {
		h = nil
		return fmt.Errorf("continue upload: %w", full(err))
	}
	defer f.Close()
	if known == nil { // counts only; Finish reads the bytes
		known = newHashes()
		known.size = at
	}
	err = appendTo(ctx, f, known, r, want, safe)
	if errors.Is(err, errWrite) {
		h = nil // they may be ahead of what is on the disk
	}
	if err != nil {
		return fmt.Errorf("continue upload: %w", full(err))
	}
	return nil
}

// openPart opens an upload after its first at bytes. What is beyond them was
// never acknowledged and may not be what was sent: a crash came between.
func (s *Files) openPart(path string, at int64) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && info.Size() < at {
		err = &domain.Error{Kind: domain.KindNotFound, Key: "error.upload.lost"}
	}
	if err == nil {
		err = f.Truncate(at)
	}
	if err == nil {
		_, err = f.Seek(at, io.SeekStart)
	}
	if err == nil && at == 0 {
		err = syncDir(s.uploads)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// appendTo writes what comes and says when it is safe. After a failed fsync the
// kernel may have dropped bytes, so nothing more is said to be.
func appendTo(ctx context.Context, f *os.File, h *hashes, r io.Reader, want Expect, safe func(int64) error) error {
	last := h.size
	settle := func() error {
		if h.size == last {
			return nil
		}
		if err := f.Sync(); err != nil {
			return fmt.Errorf("%w: %w", errWrite, err)
		}
		last = h.size
		return safe(last)
	}
	err := h.copy(ctx, newEarly(f, h.size), r, want.allows, func() error {
		if h.size-last < safeEvery {
			return nil
		}
		return settle()
	})
	if errors.Is(err, errWrite) {
		return err
	}
	return errors.Join(err, settle())
}

// Finish implements Store.
func (s *Files) Finish(ctx context.Context, name string, want Expect) (Staged, error) {
	path, err := s.part(name)
	if err != nil {
		return nil, err
	}
	known, err := s.parts.take(name, want.Size)
	if err != nil {
		return nil, err
	}
	defer func() { s.parts.give(name, known) }()
	if known == nil || known.size == 0 {
		if known, err = hashFile(ctx, path); err != nil {
			return nil, err
		}
	}
	b := known.blob()
	if err := want.confirms(b); err != nil {
		return nil, err
	}
	return &finished{stagedFile{files: s, tmp: path, blob: b}, name}, nil
}

func hashFile(ctx context.Context, path string) (*hashes, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &domain.Error{Kind: domain.KindNotFound, Key: "error.upload.lost", Err: err}
	}
	if err != nil {
		return nil, fmt.Errorf("finish upload: %w", err)
	}
	defer f.Close()
	h := newHashes()
	err = h.copy(ctx, io.Discard, f, Anything.allows, func() error { return nil })
	return h, err
}

// finished is an upload whose bytes all came. It stays when it is dropped: the
// form that named it may come again.
type finished struct {
	stagedFile
	name string
}

// Keep implements Staged.
func (f *finished) Keep(ctx context.Context) (existed bool, err error) {
	if existed, err = f.stagedFile.Keep(ctx); err == nil {
		err = f.files.Forget(ctx, f.name)
	}
	return existed, err
}

// Drop implements Staged.
func (f *finished) Drop() {}

// Forget implements Store.
func (s *Files) Forget(_ context.Context, name string) error {
	path, err := s.part(name)
	if err != nil {
		return err
	}
	if _, err := s.parts.take(name, -1); err != nil {
		return err
	}
	defer s.parts.give(name, nil)
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("forget upload: %w", err)
	}
	return nil
}

// Unfinished implements Store.
func (s *Files) Unfinished(_ context.Context, since time.Time) (names []string, err error) {
	entries, err := os.ReadDir(s.uploads)
	if err != nil {
		return nil, fmt.Errorf("list uploads: %w", err)
	}
	for _, e := range entries {
		if info, err := e.Info(); err == nil && info.ModTime().Before(since) && uploadName.MatchString(e.Name()) {
			names = append(names, e.Name())
		}
	}
	return names, nil
}
