package main

import (
	"context"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"relier/internal/extract"
)

// How gently that works which runs beside the pages: they come first.
const (
	fillStep   = 500                   // objects at once: a tenth of a second for who wants to write
	fillPause  = 50 * time.Millisecond // between two steps of filling the search
	readPause  = 2 * time.Second       // between two looks at the queue of files to read
	readyAfter = 20 * time.Second      // from the start until what reads PDFs is compiled, unless one came before
)

// search fills the search with what it lacks and reads the text of new files,
// until stop is called; stop returns when the last of it is done.
func (d *folder) search(ctx context.Context, dir string, log *slog.Logger) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var done sync.WaitGroup
	done.Go(func() {
		guarded(log, func() {
			if err := d.app.FillSearch(ctx, fillStep, fillPause); err != nil && ctx.Err() == nil {
				log.Error("filling the search failed; the next start goes on", "err", err)
			}
		})
	})
	reader := extract.New(filepath.Join(dir, "cache"))
	done.Go(func() { guarded(log, func() { d.app.KeepReading(ctx, reader, readPause, log) }) })
	done.Go(func() { guarded(log, func() { prepare(ctx, reader, log) }) })
	return func() { cancel(); done.Wait() }
}

// prepare compiles what reads PDFs where that was never done, so that nobody who
// opens one waits for it: after the first start, an update or a restore.
func prepare(ctx context.Context, r *extract.Reader, log *slog.Logger) {
	select {
	case <-ctx.Done():
		return
	case <-time.After(readyAfter):
	}
	if err := r.PDF.Prepare(ctx); err != nil && ctx.Err() == nil {
		log.Error("what reads PDFs does not start", "err", err)
	}
}
