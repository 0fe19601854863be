package app

import (
	"context"
	"log/slog"
	"time"

	"relier/internal/blob"
	"relier/internal/domain"
	"relier/internal/store"
)

// scrubDue reads one slice again when it is time: spread evenly over the days,
// and one a minute as long as some have not been read for longer than that.
func (a *App) scrubDue(ctx context.Context, u Upkeep) error {
	if u.ScrubDays <= 0 {
		return nil
	}
	known, err := a.store.ScrubSlices(ctx)
	if err != nil {
		return err
	}
	slice, ok := nextSlice(known, a.Now(), time.Duration(u.ScrubDays)*24*time.Hour)
	if !ok {
		return nil
	}
	return a.ScrubSlice(ctx, slice, u.Rate)
}

// nextSlice chooses the slice that was not read for longest; known are in that
// order, and those that were never read come first.
func nextSlice(known []domain.ScrubSlice, now time.Time, period time.Duration) (slice int, due bool) {
	if len(known) == 0 {
		return 0, true
	}
	newest, oldest := known[len(known)-1].CheckedAt, known[0]
	seen := map[int]bool{}
	for _, k := range known {
		seen[k.Slice] = true
	}
	for n := range domain.ScrubSlices {
		if !seen[n] {
			return n, now.Sub(newest) >= slicesInterval
		}
	}
	late := now.Sub(oldest.CheckedAt) >= period && now.Sub(newest) >= slicesInterval
	return oldest.Slice, late || now.Sub(newest) >= period/domain.ScrubSlices
}

// ScrubSlice reads the bytes of one slice again and notes what it finds.
func (a *App) ScrubSlice(ctx context.Context, slice int, rate int64) error {
	from, to := domain.SliceRange(slice, domain.ScrubSlices)
	uses, err := a.store.BlobUses(ctx, store.BlobScope{From: from, To: to})
	if err != nil {
		return err
	}
	done := domain.ScrubSlice{Slice: slice}
	for _, of := range byBlob(uses) {
		if err := a.scrubBlob(ctx, of, rate); err != nil {
			return err
		}
		done.Files++
		done.Bytes += max(0, of[0].Blob.Size)
	}
	done.CheckedAt = a.Now()
	return a.store.PutScrubSlice(ctx, done)
}

// scrubBlob verifies one blob and notes, or takes back, that it is damaged.
func (a *App) scrubBlob(ctx context.Context, uses []store.BlobUse, rate int64) error {
	found, err := a.checkBlob(ctx, blob.Paced(a.blobs, rate), uses)
	if err != nil {
		return err
	}
	d := uses[0].Blob.SHA256
	if len(found) == 0 {
		known, err := a.store.BlobDamages(ctx)
		if err != nil || !isDamaged(known, d) {
			return err
		}
		return a.store.EndBlobDamage(ctx, d)
	}
	slog.ErrorContext(ctx, "stored bytes are damaged", "kind", found[0].Kind, "blob", found[0].What, "where", found[0].Where)
	return a.store.PutBlobDamage(ctx, d, found[0].Kind, a.Now())
}

func isDamaged(known []domain.BlobDamage, d domain.Digest) bool {
	for _, k := range known {
		if k.SHA256 == d {
			return true
		}
	}
	return false
}

// checkDamagedAgain looks at what is known to be damaged: it may have been
// restored, or the last row that cited it may be gone.
func (a *App) checkDamagedAgain(ctx context.Context, rate int64) error {
	known, err := a.store.BlobDamages(ctx)
	if err != nil {
		return err
	}
	for _, k := range known {
		uses, err := a.store.BlobUses(ctx, store.BlobScope{From: k.SHA256, To: after(k.SHA256)})
		if err != nil {
			return err
		}
		if len(uses) == 0 {
			err = a.store.EndBlobDamage(ctx, k.SHA256)
		} else {
			err = a.scrubBlob(ctx, uses, rate)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// CheckNow asks for a check of all files of the actor's organization, soon and in
// the background. One that is running or waiting is not asked for again.
func (a *App) CheckNow(ctx context.Context, actor domain.Actor) error {
	if err := actor.Allow(domain.ActSystem); err != nil {
		return err
	}
	select {
	case a.keep.asked <- actor.Org:
		return nil
	default:
		return &domain.Error{Kind: domain.KindUnavailable, Key: "error.check.running"}
	}
}

func (a *App) checkOrganization(ctx context.Context, org domain.OrgID, rate int64) error {
	defer a.keep.set(Progress{})
	if err := a.noteDatabase(ctx); err != nil {
		return err
	}
	uses, err := a.store.BlobUses(ctx, store.BlobScope{Org: org})
	if err != nil {
		return err
	}
	all := byBlob(uses)
	for i, of := range all {
		a.keep.set(Progress{Org: org, Files: i, All: len(all)})
		if err := a.scrubBlob(ctx, of, rate); err != nil {
			return err
		}
	}
	return nil
}
