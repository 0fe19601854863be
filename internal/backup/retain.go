package backup

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"relier/internal/blob"
	"relier/internal/domain"
)

// Keep says which snapshots stay; the newest complete one always does. The zero
// value keeps all.
type Keep struct {
	Last  int       // complete ones at most; 0: any number
	Since time.Time // none made before; zero: any age
}

// Retained is what a retention did.
type Retained struct {
	Removed []string // snapshots
	Blobs   int      // of the pool that no snapshot needs any more
}

// Retain removes the snapshots that Keep lets go, then the blobs of the pool that
// no other needs. While a snapshot's list cannot be read, no blob goes.
func (r *Repository) Retain(ctx context.Context, keep Keep) (out Retained, err error) {
	all, err := r.Snapshots()
	if err != nil {
		return out, err
	}
	complete := 0
	for _, s := range all {
		sound := s.Err == nil && s.Complete
		if sound {
			complete++
		}
		if keep.goes(s, sound, complete) {
			if err := r.remove(s.Name); err != nil {
				return out, err
			}
			out.Removed = append(out.Removed, s.Name)
		}
	}
	out.Blobs, err = r.sweep(ctx)
	return out, err
}

// goes decides on a snapshot, of which complete ones are known so far, the newest
// first. One whose manifest is damaged is left for a person to look at.
func (k Keep) goes(s Snapshot, sound bool, complete int) bool {
	switch {
	case s.Err != nil, sound && complete == 1, complete == 0:
		return false
	case k.Last > 0 && complete > k.Last:
		return true
	case k.Last > 0 && !sound && complete >= k.Last:
		return true
	}
	return !k.Since.IsZero() && s.MadeAt.Before(k.Since)
}

// remove takes a snapshot's name away first: half of one never looks like one.
func (r *Repository) remove(name string) error {
	gone := filepath.Join(r.snapshots(), draftPrefix+"removed-"+name)
	if err := os.Rename(filepath.Join(r.snapshots(), name), gone); err != nil {
		return fmt.Errorf("remove backup %s: %w", name, err)
	}
	if err := blob.SyncDir(r.snapshots()); err != nil {
		return err
	}
	if err := os.RemoveAll(gone); err != nil {
		return fmt.Errorf("remove backup %s: %w", name, err)
	}
	return nil
}

// sweep removes what no snapshot needs. The repository's lock is held, so nothing
// in the pool waits for a snapshot to be named.
func (r *Repository) sweep(ctx context.Context) (removed int, err error) {
	needed, err := r.needed()
	if err != nil {
		return 0, err
	}
	var unused []domain.Digest
	err = r.pool.Walk(ctx, func(d domain.Digest, _ int64) error {
		if !needed[d] {
			unused = append(unused, d)
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	for _, d := range unused {
		if _, err := r.pool.Remove(ctx, d, forever); err != nil {
			return removed, err
		}
		removed++
	}
	return removed, nil
}

// forever is after any time of a file.
var forever = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// needed is every blob that a snapshot lists.
func (r *Repository) needed() (map[domain.Digest]bool, error) {
	all, err := r.Snapshots()
	if err != nil {
		return nil, err
	}
	out := map[domain.Digest]bool{}
	for _, s := range all {
		if s.Err != nil {
			return nil, s.Err
		}
		items, err := r.Items(s)
		if err != nil {
			return nil, err
		}
		for _, it := range items {
			out[it.SHA256] = true
		}
	}
	return out, nil
}
