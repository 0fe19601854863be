package app

import (
	"context"
	"fmt"

	"relier/internal/domain"
	"relier/internal/store"
	"relier/internal/tlog"
)

// SignWith gives the use-cases the log's key; without one nothing is signed.
func (a *App) SignWith(k *tlog.Key) { a.logKey = k }

// Checkpoint signs the log as it is now, keeps the checkpoint and returns its
// text. When the log has not grown since the last one, that one is returned.
// A log that does not continue what was signed before is never signed.
func (a *App) Checkpoint(ctx context.Context) ([]byte, error) {
	if a.logKey == nil {
		return nil, &domain.Error{Kind: domain.KindUnavailable, Key: "error.log_key"}
	}
	head, err := a.store.LogHead(ctx)
	if err != nil {
		return nil, err
	}
	last, err := a.lastCheckpoint(ctx)
	if err != nil {
		return nil, err
	}
	if last.Text != nil {
		if err := a.grown(ctx, last.Head, head); err != nil {
			return nil, &domain.Error{Kind: domain.KindConflict, Key: "error.log_damaged", Err: err}
		}
		if last.Size == head.Size {
			return last.Text, nil
		}
	}
	now := a.Now()
	text, err := a.logKey.Sign(head, now)
	if err != nil {
		return nil, err
	}
	return text, a.store.SaveCheckpoint(ctx, head, text, now)
}

// lastCheckpoint is the newest that the log's key signed; the zero value where
// there is none.
func (a *App) lastCheckpoint(ctx context.Context) (tlog.Checkpoint, error) {
	stored, err := a.store.NewestCheckpoint(ctx)
	if domain.IsNotFound(err) {
		return tlog.Checkpoint{}, nil
	}
	if err != nil {
		return tlog.Checkpoint{}, err
	}
	c, err := tlog.Open(stored.Text, a.logKey.Public())
	if err != nil {
		return c, &domain.Error{Kind: domain.KindConflict, Key: "error.log_checkpoint", Err: err}
	}
	return c, nil
}

// SeenBefore tells the check of a head that the log had come to before; name
// says where that stands.
func (a *App) SeenBefore(name string, h tlog.Head) {
	a.heads = append(a.heads, store.KnownHead{Head: h, Name: name})
}

// Continues checks that the log has only grown since a head.
func (a *App) Continues(ctx context.Context, h tlog.Head) error {
	now, err := a.store.LogHead(ctx)
	if err != nil {
		return err
	}
	return a.grown(ctx, h, now)
}

// grown checks that the log only grew from an older head to a newer.
func (a *App) grown(ctx context.Context, older, newer tlog.Head) error {
	if older.Size > newer.Size {
		return fmt.Errorf("the log has %d leaves, fewer than the %d that were signed", newer.Size, older.Size)
	}
	proof, err := tlog.ProveGrown(newer.Size, older.Size, a.store.LogNodes(ctx))
	if err != nil {
		return err
	}
	return tlog.VerifyGrown(proof, newer, older)
}
