// Package pdf reads the text of PDF files and draws their pages as pictures.
//
// A PDF is a stranger's program in all but name, so it is read by PDFium (the
// reader of Chromium, built without JavaScript and forms in XML) compiled to
// WebAssembly: the library sees no file, no network and no memory but its own,
// which is bounded, and it is stopped in the middle of whatever it does when its
// time is over. The choice is weighed in docs/adr/0017-content.md.
package pdf

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"sync"
	"time"

	"github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/webassembly"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
)

// Bounds on what one document may cost.
const (
	memoryPages = 4096 // of 64 KiB: 256 MiB, which a page scanned at 600 dpi fits into
	idleMost    = time.Minute
)

// ErrUnreadable is the error of a file that is no PDF, is damaged, needs a
// password or asks for more memory than a document may have.
var ErrUnreadable = errors.New("unreadable PDF")

// Engine reads one document at a time. It starts the library when it is first
// needed and lets go of it, some 30 MiB, after a minute without work.
type Engine struct {
	dir  string
	turn chan struct{}

	mu   sync.Mutex
	pool pdfium.Pool
	idle *time.Timer
}

// New makes an engine. What was compiled once (3 s and 300 MB) is kept in the
// folder dir and takes 0.1 s from there; without a folder it is kept in memory
// until the process ends.
func New(dir string) *Engine { return &Engine{dir: dir, turn: make(chan struct{}, 1)} }

// caches hold compiled libraries by folder, for engines of one process share them.
var caches = struct {
	sync.Mutex
	byDir map[string]wazero.CompilationCache
}{byDir: map[string]wazero.CompilationCache{}}

// cache gives the cache of a folder; first says that this process had none yet.
func cache(dir string) (c wazero.CompilationCache, first bool, err error) {
	caches.Lock()
	defer caches.Unlock()
	if c, ok := caches.byDir[dir]; ok {
		return c, false, nil
	}
	c = wazero.NewCompilationCache()
	if dir != "" {
		c, err = wazero.NewCompilationCacheWithDir(dir)
	}
	if err != nil {
		return nil, false, fmt.Errorf("open the cache of compiled code: %w", err)
	}
	caches.byDir[dir] = c
	return c, true, nil
}

// starting lets one engine start at a time: of two that need the library for the
// first time, the second finds it compiled.
var starting sync.Mutex

// start gives the running library; its caller has the turn.
func (e *Engine) start() (pdfium.Pool, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.idle != nil {
		e.idle.Stop()
	}
	if e.pool != nil {
		return e.pool, nil
	}
	starting.Lock()
	defer starting.Unlock()
	compiled, first, err := cache(e.dir)
	if err != nil {
		return nil, err
	}
	if first { // compiling needs 300 MB for a moment, which nobody else should lack
		defer debug.FreeOSMemory()
	}
	e.pool, err = webassembly.Init(webassembly.Config{
		MaxTotal: 1,
		FSConfig: wazero.NewFSConfig(), // by default it would see the whole disk
		Stdout:   io.Discard, Stderr: io.Discard,
		RuntimeConfig: wazero.NewRuntimeConfig().
			WithCoreFeatures(api.CoreFeaturesV2 | experimental.CoreFeaturesExceptionHandling).
			WithCloseOnContextDone(true).
			WithMemoryLimitPages(memoryPages).
			WithCompilationCache(compiled),
	})
	if err != nil {
		return nil, fmt.Errorf("start PDFium: %w", err)
	}
	return e.pool, nil
}

// Prepare starts the library, and compiles it where that was never done, so that
// a document's time is not spent on it.
func (e *Engine) Prepare(ctx context.Context) error {
	select {
	case e.turn <- struct{}{}:
		defer func() { <-e.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if _, err := e.start(); err != nil {
		return err
	}
	e.restLater()
	return nil
}

func (e *Engine) restLater() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.idle = time.AfterFunc(idleMost, e.Close)
}

// Close lets go of the library once no document is open; the next use starts it anew.
func (e *Engine) Close() {
	e.turn <- struct{}{}
	defer func() { <-e.turn }()
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.pool != nil {
		_ = e.pool.Close()
		e.pool = nil
	}
}

// Read opens a document of so many bytes, waits for its turn, and lets f look at
// it. When ctx ends, so does whatever the library is doing. What the library
// says of a file it cannot read is an ErrUnreadable.
func (e *Engine) Read(ctx context.Context, r io.ReaderAt, size int64, f func(*Document) error) (err error) {
	select {
	case e.turn <- struct{}{}:
		defer func() { <-e.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	pool, err := e.start()
	if err != nil {
		return err
	}
	defer e.restLater()
	in, err := pool.GetInstanceWithContext(ctx)
	if err != nil {
		return fmt.Errorf("start PDFium: %w", err)
	}
	defer e.end(in)
	stop := context.AfterFunc(ctx, func() { _ = in.Kill() })
	defer func() {
		if !stop() {
			err = errors.Join(ctx.Err(), err) // whatever it says, it was stopped
		}
	}()
	defer func() { // it is not ours, and neither are the bytes
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: panic: %v", ErrUnreadable, p)
		}
	}()
	d, err := open(in, r, size)
	if err != nil {
		return err
	}
	return f(d)
}

// end gives an instance back: each document has its own, with fresh memory.
func (e *Engine) end(in pdfium.Pdfium) {
	defer func() { _ = recover() }() // it was killed
	_ = in.Close()
}

func open(in pdfium.Pdfium, r io.ReaderAt, size int64) (*Document, error) {
	opened, err := in.OpenDocument(&requests.OpenDocument{FileReader: io.NewSectionReader(r, 0, size), FileReaderSize: size})
	if err != nil {
		return nil, unreadable("open", err)
	}
	count, err := in.FPDF_GetPageCount(&requests.FPDF_GetPageCount{Document: opened.Document})
	if err != nil {
		return nil, unreadable("count pages", err)
	}
	return &Document{in: in, ref: opened.Document, Pages: count.PageCount}, nil
}

func unreadable(what string, cause error) error {
	return fmt.Errorf("%w: %s: %v", ErrUnreadable, what, cause)
}
