package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"relier/internal/backup"
	"relier/internal/blob"
	"relier/internal/domain"
	"relier/internal/store"
	"relier/internal/tlog"
)

// RestoreOptions say which backup goes where.
type RestoreOptions struct {
	From       string
	Snapshot   string // name; "": the newest complete one
	Data       string // folder to make; missing or empty
	DryRun     bool   // verify only
	Incomplete bool   // take one that lacks damaged files
}

// RestoreReport is what was restored, or why it was not.
type RestoreReport struct {
	CheckReport
	Snapshot string
}

// Restore makes a data folder from a backup. It is built beside its place, every
// byte checked, and gets its name last: what does not match is named and nothing
// is left behind.
func Restore(ctx context.Context, in RestoreOptions) (r RestoreReport, err error) {
	repo, err := backup.Read(in.From)
	if err != nil {
		return r, err
	}
	s, err := repo.Choose(in.Snapshot)
	if err != nil {
		return r, err
	}
	r.Snapshot = s.Name
	if !s.Complete && !in.Incomplete {
		return r, &domain.Error{Kind: domain.KindConflict, Key: "error.backup.incomplete", Args: domain.Args{"Snapshot": s.Name, "Count": len(s.Damages)}}
	}
	if in.DryRun {
		v := verifier{repo: repo, seen: map[domain.Digest]bool{}}
		err = v.verify(ctx, s)
		r.CheckReport = v.report
		return r, err
	}
	site, err := takeSite(in.Data)
	if err != nil {
		return r, err
	}
	b := builder{repo: repo, snapshot: s, dir: site.aside}
	err = b.build(ctx)
	if r.CheckReport = b.report; err == nil && len(r.Damages) == 0 {
		err = site.settle()
	}
	return r, errors.Join(err, site.leave())
}

// site is where a restored folder will be, and where it is built.
type site struct {
	data, aside string
	existed     bool // as an empty folder
	inside      bool // data cannot be replaced, such as a mounted disk: built within it
}

// takeSite refuses a folder that is in use or holds anything.
func takeSite(data string) (p site, err error) {
	if p.data, err = filepath.Abs(data); err != nil {
		return p, err
	}
	entries, err := os.ReadDir(p.data)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return p, fmt.Errorf("look at the data folder: %w", err)
	}
	p.existed = err == nil
	if err := vacant(p.data, entries); err != nil {
		return p, err
	}
	parent := filepath.Dir(p.data)
	if err := os.MkdirAll(parent, 0o700); err != nil {
		return p, fmt.Errorf("restore: %w", blob.Full(err))
	}
	if p.existed && os.Remove(p.data) != nil {
		p.inside, parent = true, p.data
	}
	if p.aside, err = os.MkdirTemp(parent, ".restoring-"); err != nil {
		return p, errors.Join(fmt.Errorf("restore: %w", blob.Full(err)), p.leave())
	}
	return p, nil
}

func vacant(dir string, entries []fs.DirEntry) error {
	entries = slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return e.Name() == "lost+found" })
	if len(entries) == 0 {
		return nil
	}
	if slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == "relier.lock" }) {
		lock, err := blob.LockFolder(dir)
		if err != nil {
			return err // in use
		}
		if err := lock.Unlock(); err != nil {
			return err
		}
	}
	return &domain.Error{Kind: domain.KindConflict, Key: "error.restore.not_empty", Args: domain.Args{"Folder": dir}}
}

// settle gives the finished folder its name.
func (p *site) settle() error {
	if !p.inside {
		if err := os.Rename(p.aside, p.data); err != nil {
			return fmt.Errorf("restore: name the folder: %w", err)
		}
		p.aside = ""
		return blob.SyncDir(filepath.Dir(p.data))
	}
	entries, err := os.ReadDir(p.aside)
	if err != nil {
		return err
	}
	// The database last: without it the folder holds no Relier data.
	slices.SortFunc(entries, func(a, b fs.DirEntry) int {
		if (a.Name() == backup.DatabaseName) != (b.Name() == backup.DatabaseName) {
			if a.Name() == backup.DatabaseName {
				return 1
			}
			return -1
		}
		return 0
	})
	for _, e := range entries {
		if err := os.Rename(filepath.Join(p.aside, e.Name()), filepath.Join(p.data, e.Name())); err != nil {
			return fmt.Errorf("restore: move into the folder: %w", err)
		}
	}
	return blob.SyncDir(p.data)
}

// leave clears what is beside the place, and gives an empty folder back.
func (p *site) leave() error {
	var errs []error
	if p.aside != "" {
		errs = append(errs, os.RemoveAll(p.aside))
	}
	if p.existed && !p.inside {
		if err := os.Mkdir(p.data, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// builder puts a snapshot together in a folder.
type builder struct {
	repo     *backup.Repository
	snapshot backup.Snapshot
	dir      string
	report   CheckReport
}

func (b *builder) build(ctx context.Context) error {
	found, err := b.repo.VerifyParts(ctx, b.snapshot)
	if b.report.take(found); err != nil || len(found) > 0 {
		return err
	}
	items, err := b.repo.Items(b.snapshot)
	if err != nil {
		return err
	}
	for _, p := range b.snapshot.Parts {
		if p.Name != backup.DatabaseName && !slices.Contains(backupFiles, p.Name) {
			continue
		}
		if err := b.repo.CopyPart(ctx, b.snapshot, p, filepath.Join(b.dir, p.Name)); err != nil {
			return err
		}
	}
	if err := b.blobs(ctx, items); err != nil || len(b.report.Damages) > 0 {
		return err
	}
	return b.database(ctx, items)
}

// blobs copies the files, all of them though one is damaged: whoever mends the
// backup wants to know of each.
func (b *builder) blobs(ctx context.Context, items []backup.Item) error {
	lock, err := blob.LockFolder(b.dir)
	if err != nil {
		return err
	}
	files, err := blob.OpenFiles(lock)
	for i := 0; err == nil && i < len(items); i++ {
		copied := b.repo.CopyBlob(ctx, items[i], files)
		if copied != nil && damageKinds[reasonKey(copied)] == "" {
			err = copied // not the backup's damage: our own disk, or an interruption
			break
		}
		if copied != nil {
			b.report.take([]backup.Found{{Snapshot: b.snapshot.Name, File: blob.Path(items[i].SHA256), Err: copied}})
		}
		b.report.Blobs++
		b.report.Bytes += items[i].Size
	}
	return errors.Join(err, lock.Unlock())
}

// database holds the restored database against the manifest. One of an older
// Relier is brought up to date first: it is ours, and aside.
func (b *builder) database(ctx context.Context, items []backup.Item) error {
	file := filepath.Join(b.dir, backup.DatabaseName)
	if err := b.report.database(ctx, file, b.snapshot, items); err != nil || len(b.report.Damages) > 0 || b.snapshot.Schema == store.KnownSchema() {
		return err
	}
	s, err := store.Open(ctx, file)
	if err != nil {
		return err
	}
	if err := s.Close(); err != nil {
		return err
	}
	return b.report.cited(ctx, file, b.snapshot, items)
}

// take adds what a backup was found to lack.
func (r *CheckReport) take(found []backup.Found) {
	for _, f := range found {
		r.Damages = append(r.Damages, Damage{Kind: damageKind(f.Err), What: f.File, Where: f.Snapshot})
	}
}

// database asks a copied database about itself and holds it against its manifest.
func (r *CheckReport) database(ctx context.Context, file string, s backup.Snapshot, items []backup.Item) (err error) {
	image, err := store.OpenImage(ctx, file)
	if err == nil {
		err = errors.Join(r.image(ctx, image, s), image.Close())
	}
	if store.Damaged(err) {
		r.Damages = append(r.Damages, Damage{Kind: "database", What: err.Error(), Where: s.Name})
		return nil
	}
	if err != nil || s.Schema != store.KnownSchema() || len(r.Damages) > 0 {
		return err
	}
	return r.cited(ctx, file, s, items)
}

func (r *CheckReport) image(ctx context.Context, image *store.Store, s backup.Snapshot) error {
	version, err := image.SchemaVersion(ctx)
	if err != nil {
		return err
	}
	if known := store.KnownSchema(); version > known {
		return &domain.Error{Kind: domain.KindUnavailable, Key: "error.schema_newer", Args: domain.Args{"Version": int(version), "Known": int(known)}}
	}
	complaints, err := image.CheckIntegrity(ctx)
	if err != nil {
		return err
	}
	if version != s.Schema {
		complaints = append(complaints, fmt.Sprintf("schema %d, and the manifest says %d", version, s.Schema))
	}
	rows, err := image.RowCounts(ctx)
	if err != nil {
		return err
	}
	head, err := image.LogHead(ctx)
	if err != nil {
		return err
	}
	complaints = append(complaints, sameLog(head, s.Manifest)...)
	for table, n := range s.Rows {
		if rows[table] != n {
			complaints = append(complaints, fmt.Sprintf("%s has %d rows, and the manifest says %d", table, rows[table], n))
		}
	}
	slices.Sort(complaints)
	for _, c := range complaints {
		r.Damages = append(r.Damages, Damage{Kind: "database", What: c, Where: s.Name})
	}
	return nil
}

// sameLog holds the log of a copied database against what its manifest expects: a
// copy that lacks the last records is otherwise sound.
func sameLog(head tlog.Head, m backup.Manifest) []string {
	var out []string
	if head.Size != m.LogSize || head.Root.String() != m.LogRoot {
		out = append(out, fmt.Sprintf("the log has %d leaves and root %s, and the manifest says %d and %s", head.Size, head.Root, m.LogSize, m.LogRoot))
	}
	if m.Checkpoint == "" {
		return out
	}
	c, err := tlog.Open([]byte(m.Checkpoint), m.LogKey)
	if err != nil || c.Head != head {
		out = append(out, "the signed checkpoint is not of this log")
	}
	return out
}

// cited holds the rows against the log, and names the blobs that they need and
// the list lacks.
func (r *CheckReport) cited(ctx context.Context, file string, s backup.Snapshot, items []backup.Item) error {
	image, err := store.OpenImage(ctx, file)
	if err != nil {
		return err
	}
	a := New(image, nil, func() time.Time { return s.MadeAt })
	before := len(r.Damages)
	err = a.checkDatabase(ctx, nil, r)
	for i := before; i < len(r.Damages); i++ {
		r.Damages[i].Where = s.Name + " " + r.Damages[i].Where
	}
	if err == nil && s.Complete {
		err = r.listed(ctx, image, s.Name, items)
	}
	return errors.Join(err, image.Close())
}

func (r *CheckReport) listed(ctx context.Context, image *store.Store, snapshot string, items []backup.Item) error {
	sizes := make(map[domain.Digest]int64, len(items))
	for _, it := range items {
		sizes[it.SHA256] = it.Size
	}
	for part := range checkParts {
		from, to := domain.SliceRange(part, checkParts)
		uses, err := image.BlobUses(ctx, store.BlobScope{From: from, To: to})
		if err != nil {
			return err
		}
		for _, u := range uses {
			size, there := sizes[u.Blob.SHA256]
			if !there {
				r.Damages = append(r.Damages, Damage{Kind: "missing", What: u.Blob.SHA256.String(), Where: snapshot + " " + u.Where()})
			} else if u.Blob.Size >= 0 && size != u.Blob.Size {
				r.Damages = append(r.Damages, Damage{Kind: "wrong_size", What: u.Blob.SHA256.String(), Where: snapshot + " " + u.Where()})
			}
		}
	}
	return nil
}

// verifier reads backups without restoring them.
type verifier struct {
	repo   *backup.Repository
	seen   map[domain.Digest]bool // of the pool
	report CheckReport
}

// CheckBackup verifies a snapshot of a repository, or all of them: every part,
// every blob once, every database.
func CheckBackup(ctx context.Context, from, snapshot string) (CheckReport, error) {
	repo, err := backup.Read(from)
	if err != nil {
		return CheckReport{}, err
	}
	all, err := repo.Snapshots()
	if err != nil {
		return CheckReport{}, err
	}
	if snapshot != "" {
		all = slices.DeleteFunc(all, func(s backup.Snapshot) bool { return s.Name != snapshot })
	}
	if len(all) == 0 {
		_, err := repo.Choose(snapshot)
		return CheckReport{}, err
	}
	v := verifier{repo: repo, seen: map[domain.Digest]bool{}}
	for _, s := range all {
		if err := v.verify(ctx, s); err != nil {
			return v.report, err
		}
	}
	return v.report, nil
}

func (v *verifier) verify(ctx context.Context, s backup.Snapshot) error {
	found, err := v.repo.VerifyParts(ctx, s)
	if v.report.take(found); err != nil || s.Err != nil || len(found) > 0 {
		return err
	}
	items, err := v.repo.Items(s)
	if err != nil {
		return err
	}
	files, size, found, err := v.repo.VerifyBlobs(ctx, s, items, v.seen)
	v.report.Blobs, v.report.Bytes = v.report.Blobs+files, v.report.Bytes+size
	if v.report.take(found); err != nil {
		return err
	}
	before := v.report.Damages
	v.report.Damages = nil
	err = v.report.database(ctx, v.repo.Path(s.Name, backup.DatabaseName), s, items)
	v.report.Damages = append(before, v.report.Damages...)
	return err
}
