package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"relier/internal/backup"
	"relier/internal/blob"
	"relier/internal/domain"
	"relier/internal/store"
	"relier/internal/tlog"
)

// BackupOptions say where a backup goes and which older ones stay.
type BackupOptions struct {
	To       string // folder of the backups, outside the data folder
	Keep     int    // complete backups to keep; 0: all
	KeepDays int    // days to keep them; 0: for ever
	Program  string // version of Relier
}

// BackupRun is a backup that was made or tried.
type BackupRun struct {
	At       time.Time `json:"at"`
	To       string    `json:"to"`
	Snapshot string    `json:"snapshot"` // its name; "" when none came of it
	Complete bool      `json:"complete"`
	Files    int       `json:"files"`
	Bytes    int64     `json:"bytes"`
	Damages  []string  `json:"damages,omitempty"` // stored files that could not be backed up
	Failed   string    `json:"failed,omitempty"`  // key of the reason
	Removed  int       `json:"removed"`           // older backups
}

// backupFiles are what a restore needs beside the database and the blobs: the
// settings, and the key that signs checkpoints.
var backupFiles = []string{"relier.conf", "log.key"}

// Backup copies the data folder into a repository while people work: the database
// first, as it is at one moment, then the blobs that this copy cites, so that no
// row lacks its bytes. Every byte copied is checked; what is damaged is named, and
// the backup then counts as incomplete.
func (a *App) Backup(ctx context.Context, in BackupOptions) (run BackupRun, err error) {
	run = BackupRun{At: a.Now(), To: in.To}
	if err := a.apart(in.To); err != nil {
		return run, err
	}
	defer func() {
		run.Failed = ""
		if err != nil {
			run.Failed = reasonKey(err)
		}
		a.noteBackup(ctx, run)
	}()
	repo, err := backup.Open(in.To)
	if err != nil {
		return run, backupFull(err)
	}
	err = a.backupInto(ctx, repo, in, &run)
	return run, backupFull(errors.Join(err, repo.Close()))
}

// apart refuses to put backups into the folder that they are to outlive.
func (a *App) apart(to string) error {
	data, err := filepath.Abs(a.dir)
	if err != nil {
		return err
	}
	if to, err = filepath.Abs(to); err != nil {
		return err
	}
	for _, pair := range [][2]string{{data, to}, {to, data}} {
		if rel, err := filepath.Rel(pair[0], pair[1]); err == nil && filepath.IsLocal(rel) {
			return &domain.Error{Kind: domain.KindInvalid, Key: "error.backup.inside", Args: domain.Args{"Folder": to, "Data": data}}
		}
	}
	return nil
}

func (a *App) backupInto(ctx context.Context, repo *backup.Repository, in BackupOptions, run *BackupRun) error {
	release, err := blob.HoldStill(ctx, a.dir)
	if err != nil {
		return err
	}
	snapshot, err := a.snapshot(ctx, repo, in.Program)
	if err = errors.Join(err, release()); err != nil {
		return err
	}
	run.Snapshot, run.Complete, run.Files, run.Bytes, run.Damages = snapshot.Name, snapshot.Complete, snapshot.Blobs, snapshot.BlobBytes, snapshot.Damages
	if in.Keep == 0 && in.KeepDays == 0 {
		return nil
	}
	keep := backup.Keep{Last: in.Keep}
	if in.KeepDays > 0 {
		keep.Since = a.Now().AddDate(0, 0, -in.KeepDays)
	}
	retained, err := repo.Retain(ctx, keep)
	run.Removed = len(retained.Removed)
	return err
}

// snapshot writes one backup; on any error nothing of it is left but blobs in the
// pool, which the next one uses.
func (a *App) snapshot(ctx context.Context, repo *backup.Repository, program string) (s backup.Snapshot, err error) {
	draft, err := repo.Begin(a.Now())
	if err != nil {
		return s, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, draft.Discard())
		}
	}()
	file := draft.Path(backup.DatabaseName)
	if err := a.store.CopyTo(ctx, file); err != nil {
		return s, sourceDamaged(err)
	}
	image, err := store.OpenImage(ctx, file)
	if err != nil {
		return s, err
	}
	copied := New(image, a.blobs, a.now)
	copied.SignWith(a.logKey)
	fill, err := a.fillDraft(ctx, copied, draft, program)
	if err = errors.Join(err, image.Close()); err != nil {
		return s, err
	}
	for _, name := range backupFiles {
		if err := draft.AddFile(filepath.Join(a.dir, name)); err != nil {
			return s, err
		}
	}
	return draft.Finish(fill)
}

// fillDraft brings the blobs that the copied database cites into the pool, and
// returns what the manifest is to say of that database.
func (a *App) fillDraft(ctx context.Context, image *App, draft *backup.Draft, program string) (func(*backup.Manifest), error) {
	var damages []string
	for part := range checkParts {
		from, to := domain.SliceRange(part, checkParts)
		uses, err := image.store.BlobUses(ctx, store.BlobScope{From: from, To: to})
		if err != nil {
			return nil, err
		}
		for _, of := range byBlob(uses) {
			damage, err := draft.AddBlob(ctx, a.blobs, of[0].Blob)
			if err != nil {
				return nil, err
			}
			if damage != nil {
				damages = append(damages, fmt.Sprintf("[%s] %s: %s", damageKind(damage), of[0].Blob.SHA256, wheres(of)))
			}
		}
	}
	rows, err := image.store.RowCounts(ctx)
	if err != nil {
		return nil, err
	}
	schema, err := image.store.SchemaVersion(ctx)
	if err != nil {
		return nil, err
	}
	head, checkpoint, err := image.signedHead(ctx)
	return func(m *backup.Manifest) {
		m.Program, m.Schema, m.Rows = program, schema, rows
		m.LogSize, m.LogRoot, m.Checkpoint = head.Size, head.Root.String(), string(checkpoint)
		if checkpoint != nil {
			m.LogKey = image.logKey.Public()
		}
		m.Damages = append(m.Damages, damages...)
	}, err
}

// signedHead is where the log stands, and that signed, where there is a key. As
// for any checkpoint, a log that does not continue what was signed is never signed.
func (a *App) signedHead(ctx context.Context) (head tlog.Head, checkpoint []byte, err error) {
	if head, err = a.store.LogHead(ctx); err != nil || a.logKey == nil {
		return head, nil, err
	}
	last, err := a.lastCheckpoint(ctx)
	if err == nil && last.Text != nil {
		err = a.grown(ctx, last.Head, head)
	}
	if err != nil {
		return head, nil, &domain.Error{Kind: domain.KindConflict, Key: "error.log_damaged", Err: err}
	}
	checkpoint, err = a.logKey.Sign(head, a.Now())
	return head, checkpoint, err
}

func wheres(uses []store.BlobUse) string {
	var out []string
	for _, u := range uses {
		out = append(out, u.Where())
	}
	return strings.Join(out, "; ")
}

// sourceDamaged says that the database in use cannot be copied for its damage.
func sourceDamaged(err error) error {
	if store.Damaged(err) {
		return &domain.Error{Kind: domain.KindUnavailable, Key: "error.backup.source", Err: err}
	}
	return err
}

// backupFull says of a full disk that it is the backups' own.
func backupFull(err error) error {
	if e, ok := errors.AsType[*domain.Error](err); ok && e.Key == "error.disk_full" {
		return &domain.Error{Kind: domain.KindUnavailable, Key: "error.backup.full", Err: err}
	}
	return err
}

func reasonKey(err error) string {
	if e, ok := errors.AsType[*domain.Error](err); ok {
		return e.Key
	}
	return "error.backup.failed"
}

// backupNote is the file in the data folder that tells of the last backup: a
// file, for backups run beside the server, which alone writes to the database.
const backupNote = "backup.json"

func (a *App) noteBackup(ctx context.Context, run BackupRun) {
	if a.dir == "" {
		return
	}
	body, err := json.MarshalIndent(run, "", "  ")
	if err == nil {
		err = replaceFile(filepath.Join(a.dir, backupNote), append(body, '\n'))
	}
	if err != nil {
		a.logWarn(ctx, "the note of the last backup could not be written", err)
	}
}

// LastBackup reads the note of the last backup; ok is false when there was none.
func (a *App) LastBackup() (run BackupRun, ok bool) {
	body, err := os.ReadFile(filepath.Join(a.dir, backupNote))
	if a.dir == "" || err != nil || json.Unmarshal(body, &run) != nil {
		return BackupRun{}, false
	}
	return run, true
}

// replaceFile writes a file whole or not at all.
func replaceFile(path string, body []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".note-") // mode 0600
	if err != nil {
		return err
	}
	_, err = f.Write(body)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name()) // the error says why
		return err
	}
	return blob.SyncDir(filepath.Dir(path))
}

// Backups lists the snapshots of a repository, the newest first.
func Backups(from string) ([]backup.Snapshot, error) {
	repo, err := backup.Read(from)
	if err != nil {
		return nil, err
	}
	return repo.Snapshots()
}
