package app

import (
	"context"
	"errors"
	"log/slog"

	"relier/internal/blob"
	"relier/internal/domain"
	"relier/internal/store"
)

// Swept is what a sweep did.
type Swept struct {
	Removed int   // blobs
	Bytes   int64 // their size
	Waiting int   // blobs that nothing cites, seen too short a time ago
	Lists   int   // sent for an import, and not applied in time
	Held    bool  // a backup was running, so nothing was removed
}

func (a *App) sweepDaily(ctx context.Context) error {
	due, err := a.due(ctx, domain.UpkeepSweep, sweepEvery)
	if err != nil || !due {
		return err
	}
	done, err := a.Sweep(ctx)
	if err != nil || done.Held {
		return err // again in a minute
	}
	if done.Removed > 0 {
		slog.WarnContext(ctx, "swept", "files", done.Removed, "bytes", done.Bytes)
	}
	return a.store.PutUpkeepRun(ctx, domain.UpkeepRun{Task: domain.UpkeepSweep, At: a.Now(), Sound: true, Number: done.Removed})
}

// Sweep removes the bytes that no row has cited for domain.OrphanGrace: of
// uploads that were interrupted, and of evidence that was deleted. It does
// nothing while a backup runs, and never takes what any row cites.
func (a *App) Sweep(ctx context.Context) (out Swept, err error) {
	moving, release, err := blob.TryMove(a.dir)
	if err != nil || !moving {
		out.Held = !moving
		return out, err
	}
	err = a.sweep(ctx, &out)
	return out, errors.Join(err, release())
}

func (a *App) sweep(ctx context.Context, out *Swept) (err error) {
	err = a.store.Tx(ctx, func(tx *store.Store) error {
		out.Lists, err = tx.DropImportFiles(ctx, a.Now().Add(-domain.ImportFileKept))
		return err
	})
	if err != nil {
		return err
	}
	unused, err := a.unusedBlobs(ctx)
	if err != nil {
		return err
	}
	known, err := a.store.BlobOrphans(ctx)
	if err != nil {
		return err
	}
	for d := range known {
		if _, still := unused[d]; !still {
			if err := a.store.EndBlobOrphan(ctx, d); err != nil {
				return err
			}
		}
	}
	for d, size := range unused {
		since, seen := known[d]
		if !seen || a.Now().Sub(since) < domain.OrphanGrace {
			out.Waiting++
			if err := a.store.AddBlobOrphan(ctx, d, a.Now()); err != nil {
				return err
			}
			continue
		}
		if err := a.removeOrphan(ctx, d, size, out); err != nil {
			return err
		}
	}
	return nil
}

// unusedBlobs maps every blob that no row cites to its size. The blobs are listed
// before the rows are read: one that came later is not among them.
func (a *App) unusedBlobs(ctx context.Context) (map[domain.Digest]int64, error) {
	out := map[domain.Digest]int64{}
	if err := a.blobs.Walk(ctx, func(d domain.Digest, size int64) error { out[d] = size; return nil }); err != nil {
		return nil, err
	}
	for part := range checkParts {
		from, to := domain.SliceRange(part, checkParts)
		uses, err := a.store.BlobUses(ctx, store.BlobScope{From: from, To: to})
		if err != nil {
			return nil, err
		}
		for _, u := range uses {
			delete(out, u.Blob.SHA256)
		}
	}
	return out, nil
}

// removeOrphan asks once more whether a row cites the blob, for rows may have
// come since; bytes that somebody sent again meanwhile stay.
func (a *App) removeOrphan(ctx context.Context, d domain.Digest, size int64, out *Swept) error {
	uses, err := a.store.BlobUses(ctx, store.BlobScope{From: d, To: after(d)})
	if err != nil || len(uses) > 0 {
		return err
	}
	removed, err := a.blobs.Remove(ctx, d, a.Now().Add(-domain.OrphanGrace))
	if err != nil && !domain.IsNotFound(err) {
		return err
	}
	if !removed && err == nil {
		out.Waiting++
		return nil
	}
	out.Removed++
	out.Bytes += size
	return a.store.EndBlobOrphan(ctx, d)
}
