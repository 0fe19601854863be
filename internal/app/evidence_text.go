package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"relier/internal/domain"
	"relier/internal/extract"
	"relier/internal/store"
)

// textLimits bound what one file costs in the background; of longer texts the
// search knows the beginning.
var textLimits = extract.Limits{Bytes: 64 << 20, Unpacked: 64 << 20, Text: 400_000, Time: 20 * time.Second}

// textsAtOnce is how many files are taken from the queue together.
const textsAtOnce = 20

// EvidenceText is what is known of the words in the file of an item's newest
// version.
func (a *App) EvidenceText(ctx context.Context, actor domain.Actor, id domain.EvidenceID) (domain.EvidenceText, error) {
	if err := actor.Allow(domain.ActRead); err != nil {
		return domain.EvidenceText{}, err
	}
	return a.store.EvidenceText(ctx, actor.Org, id)
}

// KeepReading reads the words inside new files until ctx ends, one file at a
// time. The queue is in the database: what was not read yet is read after the
// next start. pause is how long it waits after each file and while there is none.
func (a *App) KeepReading(ctx context.Context, r *extract.Reader, pause time.Duration, log *slog.Logger) {
	for ctx.Err() == nil {
		if _, err := a.ReadTexts(ctx, r, pause); err != nil && ctx.Err() == nil {
			log.Error("reading the text of files", "err", err)
			rest(ctx, time.Minute)
		}
		rest(ctx, pause)
	}
}

// ReadTexts reads the files that wait and returns how many there were.
func (a *App) ReadTexts(ctx context.Context, r *extract.Reader, pause time.Duration) (n int, err error) {
	for {
		versions, err := a.store.UnreadVersions(ctx, textsAtOnce)
		if err != nil || len(versions) == 0 {
			return n, err
		}
		for _, v := range versions {
			if err := a.readText(ctx, r, v); err != nil {
				return n, err
			}
			n++
			rest(ctx, pause/10)
		}
	}
}

func rest(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// readText reads one file and keeps what came of it, good or bad: no file is
// tried twice.
func (a *App) readText(ctx context.Context, r *extract.Reader, v domain.EvidenceVersion) error {
	text, err := a.textOf(ctx, r, v)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	out := domain.EvidenceText{Org: v.Org, Version: v.ID, Evidence: v.Evidence, State: domain.TextRead, Text: storable(text)}
	switch {
	case errors.Is(err, extract.ErrNothing), err == nil && strings.TrimSpace(text) == "":
		out.State, out.Text = domain.TextNone, ""
	case err != nil:
		out.State, out.Reason = domain.TextFailed, textReason(err)
	}
	return a.store.Tx(ctx, func(tx *store.Store) error { return tx.PutText(ctx, out, a.Now()) })
}

// textReasons are why a text could not be read, by the words that say so.
var textReasons = []struct {
	err    error
	reason string
}{
	{extract.ErrTooLarge, "too_large"}, {extract.ErrTooSlow, "too_slow"}, {extract.ErrUnreadable, "unreadable"},
}

func textReason(err error) string {
	for _, r := range textReasons {
		if errors.Is(err, r.err) {
			return r.reason
		}
	}
	return "missing"
}

// textOf opens and reads a file; a panic in a reader is an error like another.
func (a *App) textOf(ctx context.Context, r *extract.Reader, v domain.EvidenceVersion) (text string, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: panic: %v", extract.ErrUnreadable, p)
		}
	}()
	content, err := a.blobs.Open(ctx, v.Blob.SHA256)
	if err != nil {
		return "", err
	}
	defer content.Close()
	return r.Text(ctx, content, content.Size(), v.MediaType, v.FileName, textLimits)
}

// storable leaves out what a database does not take as text.
func storable(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, ""), "\x00", "")
}
