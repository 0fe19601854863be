package app

import (
	"context"
	"fmt"
	"slices"
	"time"

	"relier/internal/domain"
	"relier/internal/store"
	"relier/internal/tlog"
)

// KeptCheckpoint is one that was kept outside the database: only such a one
// shows that the end of the log was cut off.
type KeptCheckpoint struct {
	Name string // for people, such as the file's
	Text []byte
}

// checkLog compares every row with the log, the log with itself and with every
// checkpoint that the database or somebody else kept.
func (a *App) checkLog(ctx context.Context, kept []KeptCheckpoint, r *CheckReport) error {
	known := a.knownHeads(ctx, kept, r)
	n, err := a.store.CheckLog(ctx, known, func(d store.LogDamage) {
		r.Damages = append(r.Damages, Damage{Kind: d.Kind, What: d.What, Where: d.Where, Noun: d.Noun})
	})
	r.Leaves, r.Rows = n.Leaves, n.Rows
	return err
}

// knownHeads verifies the checkpoints; one whose signature does not hold is a
// damage and counts no further.
func (a *App) knownHeads(ctx context.Context, kept []KeptCheckpoint, r *CheckReport) []store.KnownHead {
	if a.logKey == nil {
		return a.heads
	}
	stored, err := a.store.Checkpoints(ctx)
	if err != nil && ctx.Err() == nil {
		r.Damages = append(r.Damages, Damage{Kind: "unreadable", What: "log_checkpoints", Where: err.Error()})
	}
	known := slices.Clone(a.heads)
	take := func(name string, text []byte, record *store.StoredCheckpoint) {
		c, err := tlog.Open(text, a.logKey.Public())
		if err == nil && record != nil {
			err = recordedAs(c, *record)
		}
		if err != nil {
			r.Damages = append(r.Damages, Damage{Kind: "log_checkpoint", What: name, Where: err.Error()})
			return
		}
		known = append(known, store.KnownHead{Head: c.Head, Name: name})
	}
	for _, s := range stored {
		take("log_checkpoints "+domain.DateOf(s.At).String(), s.Text, &s)
	}
	for _, k := range kept {
		take(k.Name, k.Text, nil)
	}
	return known
}

// recordedAs compares what a checkpoint says with the record of it.
func recordedAs(c tlog.Checkpoint, record store.StoredCheckpoint) error {
	if c.Size != record.Size {
		return fmt.Errorf("it is of %d leaves, the record of %d", c.Size, record.Size)
	}
	if !c.At.IsZero() && !c.At.Equal(record.At) {
		return fmt.Errorf("it was signed at %s, the record says %s", c.At.Format(time.RFC3339), record.At.Format(time.RFC3339))
	}
	return nil
}
