package torture_test

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
)

// disk is a file system that knows what a power cut would leave. Of each file it
// remembers the bytes of its last fsync and what was written since, of each
// folder the names of its last fsync. It promises as little as POSIX does: the
// fsync of a file does not make its name last, a rename lasts with the fsync of
// the folder, and what was never fsynced may last too, in any order and in part.
type disk struct {
	mu    sync.Mutex
	root  *entry
	turns int           // changes, or fsyncs, until the power is cut; 0: not yet decided
	syncs bool          // turns counts fsyncs only: the cut comes right before one
	done  int           // changes so far
	off   chan struct{} // closed when the power is cut
	gone  chan struct{} // closed when the process was killed: nothing more happens
}

// entry is a file or a folder.
type entry struct {
	fs.Inode
	disk  *disk
	mode  uint32
	mtime time.Time
	// of a file
	data, safe []byte // now, and at the last fsync
	since      []change
	// of a folder: the names at its last fsync
	names map[string]*entry
}

// change is one write or truncation that no fsync followed yet.
type change struct {
	at   int64
	data []byte // nil: the length became at
}

// powered counts a change, cuts the power when its turn came, and holds back
// what comes after: the calls fail only once their process is dead, so that no
// acknowledgement can rest on them.
func (d *disk) powered(sync bool) bool {
	d.done++
	if d.turns > 0 && (sync || !d.syncs) {
		if d.turns--; d.turns == 0 {
			close(d.off)
		}
	}
	select {
	case <-d.off:
		d.mu.Unlock()
		<-d.gone
		d.mu.Lock()
		return false
	default:
		return true
	}
}

func (d *disk) entry(mode uint32) *entry {
	return &entry{disk: d, mode: mode, mtime: time.Now(), names: map[string]*entry{}}
}

func (e *entry) folder() bool { return e.mode&syscall.S_IFDIR != 0 }

func (e *entry) stat(out *fuse.Attr) {
	out.Mode, out.Size, out.Nlink = e.mode, uint64(len(e.data)), 1
	out.SetTimes(nil, &e.mtime, nil)
}

func (e *entry) Getattr(_ context.Context, _ fs.FileHandle, out *fuse.AttrOut) syscall.Errno {
	e.disk.mu.Lock()
	defer e.disk.mu.Unlock()
	e.stat(&out.Attr)
	return 0
}

func (e *entry) Lookup(_ context.Context, name string, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	child := e.GetChild(name)
	if child == nil {
		return nil, syscall.ENOENT
	}
	e.disk.mu.Lock()
	defer e.disk.mu.Unlock()
	child.Operations().(*entry).stat(&out.Attr)
	return child, 0
}

// Setattr: only the length is data; SQLite and the blobs need no other attribute
// after a cut.
func (e *entry) Setattr(_ context.Context, _ fs.FileHandle, in *fuse.SetAttrIn, out *fuse.AttrOut) syscall.Errno {
	e.disk.mu.Lock()
	defer e.disk.mu.Unlock()
	if size, ok := in.GetSize(); ok {
		if !e.disk.powered(false) {
			return syscall.EIO
		}
		e.data = resized(e.data, int64(size))
		e.since = append(e.since, change{at: int64(size)})
	}
	if mode, ok := in.GetMode(); ok {
		e.mode = e.mode&syscall.S_IFMT | mode&0o7777
	}
	if at, ok := in.GetMTime(); ok {
		e.mtime = at
	}
	e.stat(&out.Attr)
	return 0
}

func (e *entry) Open(context.Context, uint32) (fs.FileHandle, uint32, syscall.Errno) {
	return nil, fuse.FOPEN_KEEP_CACHE, 0 // all writes go through the kernel, which SQLite's mapped -shm rests on
}

func (e *entry) Read(_ context.Context, _ fs.FileHandle, dest []byte, at int64) (fuse.ReadResult, syscall.Errno) {
	e.disk.mu.Lock()
	defer e.disk.mu.Unlock()
	n := 0
	if at < int64(len(e.data)) {
		n = copy(dest, e.data[at:])
	}
	return fuse.ReadResultData(dest[:n]), 0
}

func (e *entry) Write(_ context.Context, _ fs.FileHandle, data []byte, at int64) (uint32, syscall.Errno) {
	e.disk.mu.Lock()
	defer e.disk.mu.Unlock()
	if !e.disk.powered(false) {
		return 0, syscall.EIO
	}
	c := change{at, append([]byte{}, data...)}
	e.data = c.applied(e.data)
	e.since = append(e.since, c)
	return uint32(len(data)), 0
}

// Fsync makes the bytes of a file last, or the names of a folder.
func (e *entry) Fsync(context.Context, fs.FileHandle, uint32) syscall.Errno {
	e.disk.mu.Lock()
	defer e.disk.mu.Unlock()
	if !e.disk.powered(true) {
		return syscall.EIO
	}
	for _, c := range e.since {
		e.safe = c.applied(e.safe)
	}
	e.since = nil
	if e.folder() {
		e.names = e.named()
	}
	return 0
}

// named is a folder as it is now.
func (e *entry) named() map[string]*entry {
	names := map[string]*entry{}
	for name, child := range e.Children() {
		names[name] = child.Operations().(*entry)
	}
	return names
}

func (e *entry) made(ctx context.Context, mode uint32, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	e.disk.mu.Lock()
	defer e.disk.mu.Unlock()
	if !e.disk.powered(false) {
		return nil, syscall.EIO
	}
	child := e.disk.entry(mode)
	child.stat(&out.Attr)
	return e.NewPersistentInode(ctx, child, fs.StableAttr{Mode: mode & syscall.S_IFMT}), 0
}

func (e *entry) Create(ctx context.Context, _ string, _ uint32, mode uint32, out *fuse.EntryOut) (*fs.Inode, fs.FileHandle, uint32, syscall.Errno) {
	child, errno := e.made(ctx, syscall.S_IFREG|mode&0o7777, out)
	return child, nil, fuse.FOPEN_KEEP_CACHE, errno
}

func (e *entry) Mkdir(ctx context.Context, _ string, mode uint32, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	return e.made(ctx, syscall.S_IFDIR|mode&0o7777, out)
}

func (e *entry) renamed() syscall.Errno {
	e.disk.mu.Lock()
	defer e.disk.mu.Unlock()
	if !e.disk.powered(false) {
		return syscall.EIO
	}
	return 0 // the library moves the name
}

func (e *entry) Unlink(context.Context, string) syscall.Errno { return e.renamed() }
func (e *entry) Rmdir(context.Context, string) syscall.Errno  { return e.renamed() }
func (e *entry) Rename(context.Context, string, fs.InodeEmbedder, string, uint32) syscall.Errno {
	return e.renamed()
}

func resized(b []byte, size int64) []byte {
	if size <= int64(len(b)) {
		return b[:size:size]
	}
	return append(b, make([]byte, size-int64(len(b)))...)
}

func (c change) applied(to []byte) []byte {
	if c.data == nil {
		return resized(to, c.at)
	}
	if end := c.at + int64(len(c.data)); end > int64(len(to)) {
		to = resized(to, end)
	}
	copy(to[c.at:], c.data)
	return to
}

// luck is what the disk did by itself with what no fsync asked for: the chance
// that a name or a sector of 512 bytes lasts all the same.
type luck struct{ names, sectors float64 }

// image writes what a cut right now leaves into dir.
func (d *disk) image(dir string, l luck, r *rand.Rand) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.root.image(dir, l, r)
}

func (e *entry) image(path string, l luck, r *rand.Rand) error {
	if !e.folder() {
		return os.WriteFile(path, e.lasting(l, r), 0o600)
	}
	if err := os.MkdirAll(path, 0o700); err != nil {
		return err
	}
	now, names := e.named(), map[string]*entry{}
	for name, child := range e.names {
		if now[name] == child || r.Float64() >= l.names {
			names[name] = child
		}
	}
	for name, child := range now {
		if e.names[name] != child && r.Float64() < l.names {
			names[name] = child
		}
	}
	for name, child := range names {
		if err := child.image(filepath.Join(path, name), l, r); err != nil {
			return err
		}
	}
	return nil
}

// lasting is the file's bytes at its last fsync, and what of the rest was lucky.
func (e *entry) lasting(l luck, r *rand.Rand) []byte {
	out := append([]byte{}, e.safe...)
	for _, c := range e.since {
		if c.data == nil {
			if r.Float64() < l.sectors {
				out = c.applied(out)
			}
			continue
		}
		for at := int64(0); at < int64(len(c.data)); {
			end := min((c.at+at)/512*512+512-c.at, int64(len(c.data)))
			if r.Float64() < l.sectors {
				out = change{c.at + at, c.data[at:end]}.applied(out)
			}
			at = end
		}
	}
	return out
}

// load takes a folder into the disk as if all of it were safe.
func (e *entry) load(ctx context.Context, path string) error {
	list, err := os.ReadDir(path)
	if err != nil {
		return err
	}
	for _, f := range list {
		info, err := f.Info()
		if err != nil {
			return err
		}
		child := e.disk.entry(syscall.S_IFREG | uint32(info.Mode().Perm()))
		if f.IsDir() {
			child.mode = syscall.S_IFDIR | uint32(info.Mode().Perm())
		} else if child.data, err = os.ReadFile(filepath.Join(path, f.Name())); err != nil {
			return err
		}
		child.safe = append([]byte{}, child.data...)
		e.AddChild(f.Name(), e.NewPersistentInode(ctx, child, fs.StableAttr{Mode: child.mode & syscall.S_IFMT}), false)
		e.names[f.Name()] = child
		if f.IsDir() {
			if err := child.load(ctx, filepath.Join(path, f.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

// mounted is a disk at a place.
type mounted struct {
	*disk
	at     string
	server *fuse.Server
}

// mount makes a disk with what is in from, at a new place.
func mount(t testing.TB, from string) (*mounted, error) {
	d := &disk{off: make(chan struct{}), gone: make(chan struct{})}
	d.root = d.entry(syscall.S_IFDIR | 0o700)
	m := &mounted{disk: d, at: t.TempDir()}
	never := time.Duration(0) // the kernel asks for each name: a rename shows at once
	var err error
	m.server, err = fs.Mount(m.at, d.root, &fs.Options{EntryTimeout: &never, AttrTimeout: &never,
		MountOptions: fuse.MountOptions{DirectMount: true, FsName: "relier-torture", MaxWrite: 1 << 20, DisableXAttrs: true}})
	if err != nil {
		return nil, err
	}
	if err := d.root.load(context.Background(), from); err != nil {
		m.unmount()
		return nil, err
	}
	return m, nil
}

func (m *mounted) unmount() { _ = m.server.Unmount() } // a server that is still busy keeps the folder, not the test

// cut is the power cut: the disk stands still, the process dies, and only then
// do the calls that waited return.
func (m *mounted) cut(s *process) {
	m.mu.Lock()
	select {
	case <-m.off:
	default:
		close(m.off)
	}
	m.mu.Unlock()
	s.murder()
	close(m.gone)
	<-s.ended
}

// needsFUSE skips loudly where a file system of one's own cannot be mounted.
func needsFUSE(t testing.TB) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("not root: the power-loss disk cannot be mounted, no power loss was tried")
	}
	if f, err := os.OpenFile("/dev/fuse", os.O_RDWR, 0); err != nil {
		t.Skipf("no FUSE here, no power loss was tried: %v", err)
	} else {
		f.Close()
	}
}
