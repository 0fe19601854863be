package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"

	"relier/internal/domain"
	"relier/internal/tlog"
)

// logSeenFile holds how far the log had come after the last change that was
// acknowledged here. A flipped bit in SQLite's write-ahead log makes the changes
// behind it vanish and leaves a sound shorter database: this tells. It is
// written after each commit and not synced, so it may lag and never leads.
const logSeenFile = "log.seen"

// logSeen is that file.
type logSeen struct {
	mu   sync.Mutex
	file *os.File
	head tlog.Head
}

// watchLog reads what was seen last, tells the check of it, and goes on noting:
// unless the log does not continue it. Then the file stays as the witness it is.
func (d *folder) watchLog(ctx context.Context, dir string) error {
	seen := &logSeen{}
	h, ok, err := d.tellSeen(dir)
	if err != nil {
		return err
	}
	if ok {
		seen.head = h
		if err := d.app.Continues(ctx, h); err != nil {
			slog.Error("the log does not continue what was seen of it before: run relier check", "err", err)
			return nil
		}
	}
	if seen.file, err = os.OpenFile(filepath.Join(dir, logSeenFile), os.O_RDWR|os.O_CREATE, 0o600); err != nil {
		return err
	}
	d.seen = seen
	d.store.OnGrow(seen.note)
	return nil
}

// tellSeen reads what was seen last and tells the check of it. A server may be
// writing: what reads the same twice was not met halfway.
func (d *folder) tellSeen(dir string) (h tlog.Head, ok bool, err error) {
	var text, again []byte
	for range 5 {
		text, again = again, nil
		again, err = os.ReadFile(filepath.Join(dir, logSeenFile))
		if errors.Is(err, fs.ErrNotExist) {
			return h, false, nil
		}
		if err != nil {
			return h, false, err
		}
		if h, ok = readSeen(again); ok && string(text) == string(again) {
			d.app.SeenBefore(logSeenFile, h)
			return h, true, nil
		}
	}
	return tlog.Head{}, false, nil
}

const seenForm = "%020d %x\n"

func readSeen(text []byte) (h tlog.Head, ok bool) {
	var root string
	if n, err := fmt.Sscanf(string(text), "%d %64s\n", &h.Size, &root); n != 2 || err != nil || string(text) != fmt.Sprintf("%020d %s\n", h.Size, root) {
		return h, false // cut off in the middle of a note: it says nothing
	}
	b, err := hex.DecodeString(root)
	if err != nil || len(b) != len(domain.Digest{}) {
		return h, false
	}
	h.Root = domain.Digest(b)
	return h, true
}

// note keeps the furthest head; commits may be told out of order. What cannot be
// written is not worth refusing a change that is already stored.
func (s *logSeen) note(h tlog.Head) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if h.Size <= s.head.Size {
		return
	}
	s.head = h
	if _, err := s.file.WriteAt(fmt.Appendf(nil, seenForm, h.Size, h.Root[:]), 0); err != nil {
		slog.Warn("how far the log came was not noted", "err", err)
	}
}

func (s *logSeen) Close() error { return errors.Join(s.file.Sync(), s.file.Close()) }
