package blob

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// stillName is the file whose lock keeps blobs from being removed: whoever reads
// for long, such as a backup, shares it; the sweeper needs it alone.
const stillName = "backup.lock"

// stillWait is how long a reader waits between two tries for the shared lock.
const stillWait = 200 * time.Millisecond

// HoldStill keeps the sweeper of any process from removing blobs of a data
// folder until release is called. It waits for a sweep that is running.
func HoldStill(ctx context.Context, dir string) (release func() error, err error) {
	l := flock.New(filepath.Join(dir, stillName))
	if _, err := l.TryRLockContext(ctx, stillWait); err != nil {
		return nil, fmt.Errorf("keep the sweeper away: %w", full(err))
	}
	return l.Unlock, nil
}

// TryMove is the sweeper's side: moving is false while anybody holds still.
func TryMove(dir string) (moving bool, release func() error, err error) {
	l := flock.New(filepath.Join(dir, stillName))
	moving, err = l.TryLock()
	if err != nil {
		return false, nil, fmt.Errorf("look for a backup: %w", full(err))
	}
	return moving, l.Unlock, nil
}
