package app

import (
	"context"
	"time"

	"relier/internal/domain"
	"relier/internal/store"
)

// Search finds objects by words, prefixes and codes, the best first. Somebody
// engaged for one engagement finds nothing that belongs to another.
func (a *App) Search(ctx context.Context, actor domain.Actor, f domain.SearchFilter) (domain.SearchResult, error) {
	if err := actor.Allow(domain.ActRead); err != nil {
		return domain.SearchResult{Page: f.Page}, err
	}
	f.Engagement = actor.Engagement
	if f.Page.Size == 0 {
		f.Page.Size = domain.SearchPage
	}
	return a.store.Search(ctx, actor.Org, f)
}

// SearchBehind reports whether older objects are still being added to the search.
func (a *App) SearchBehind(ctx context.Context, actor domain.Actor) (bool, error) {
	if err := actor.Allow(domain.ActRead); err != nil {
		return false, err
	}
	return a.store.Indexing(ctx)
}

// FillSearch makes the documents that the search lacks, such as those of a
// database from before there was one, so many at once; pause is how long others
// have in between.
func (a *App) FillSearch(ctx context.Context, most int, pause time.Duration) error {
	for {
		more, err := a.store.IndexSome(ctx, most)
		if err != nil || !more {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
}

// Reindex makes the whole search anew from what it is derived from, so many
// objects at once, and returns how many it knows. What was interrupted is gone on
// with by FillSearch.
func (a *App) Reindex(ctx context.Context, most int) (int64, error) {
	if err := a.store.Reindex(ctx); err != nil {
		return 0, err
	}
	if err := a.FillSearch(ctx, most, 0); err != nil {
		return 0, err
	}
	return a.store.Documents(ctx)
}

// Holds reports whether a text holds the words typed, as the search would find it.
func Holds(text, typed string) bool { return store.Holds(text, typed) }
