package app

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"relier/internal/domain"
	"relier/internal/store"
)

// sightings gathers who saw which evidence, in memory, and writes it in batches
// off the path of any request: a read never waits for a write. What is gathered
// when the process dies is lost, at most a few seconds of it; what people did is
// in the activity record, which never is.
type sightings struct {
	mu      sync.Mutex
	waiting map[domain.Sighting]int // times, by what was seen; their own Times are 0
	planned bool
	writing sync.Mutex // one batch at a time, so that a flush returns when all is written
}

const (
	seenWithin = 3 * time.Second // from the first sighting to the batch that holds it
	seenMost   = 50_000          // different ones in memory; what comes on top while the disk is full is dropped
)

// Saw notes that the actor saw a version of an item. It neither waits nor fails.
func (a *App) Saw(_ context.Context, actor domain.Actor, id domain.EvidenceID, version int, kind domain.SightingKind) {
	if actor.Person == 0 || actor.Org == 0 {
		return
	}
	s := a.seen
	s.mu.Lock()
	defer s.mu.Unlock()
	v := domain.Sighting{Org: actor.Org, Evidence: id, Number: version, Person: actor.Person, Kind: kind, Day: a.Today()}
	if _, known := s.waiting[v]; !known && len(s.waiting) >= seenMost {
		return
	}
	s.waiting[v]++
	if !s.planned {
		s.planned = true
		time.AfterFunc(seenWithin, a.flushLater)
	}
}

// flushLater writes what was gathered; what could not be written waits for the
// next sighting.
func (a *App) flushLater() {
	err := guard("sightings", func() error { return a.FlushSeen(context.Background()) })
	if err != nil {
		slog.Warn("who saw evidence could not be written", "err", err)
	}
}

// FlushSeen writes what was gathered so far. A stopping server calls it.
func (a *App) FlushSeen(ctx context.Context) error {
	s := a.seen
	s.writing.Lock()
	defer s.writing.Unlock()
	batches := s.take()
	for org, batch := range batches {
		err := a.store.Tx(ctx, func(tx *store.Store) error { return tx.CountSightings(ctx, batch) })
		if e, ok := errors.AsType[*domain.Error](err); err == nil || ok && e.Key == "error.reference" { // the sample was removed meanwhile
			delete(batches, org)
			continue
		}
		s.putBack(batches)
		return err
	}
	return nil
}

// take empties the buffer, by organization.
func (s *sightings) take() map[domain.OrgID][]domain.Sighting {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[domain.OrgID][]domain.Sighting{}
	for v, times := range s.waiting {
		v.Times = times
		out[v.Org] = append(out[v.Org], v)
	}
	s.waiting, s.planned = map[domain.Sighting]int{}, false
	return out
}

func (s *sightings) putBack(batches map[domain.OrgID][]domain.Sighting) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, batch := range batches {
		for _, v := range batch {
			times := v.Times
			v.Times = 0
			s.waiting[v] += times
		}
	}
}

// SeenBy lists who saw an item on which day, the newest first, with what is not
// written yet.
func (a *App) SeenBy(ctx context.Context, actor domain.Actor, id domain.EvidenceID) ([]domain.Sighting, error) {
	if err := actor.Allow(domain.ActActivityRead); err != nil {
		return nil, err
	}
	written, err := a.store.Sightings(ctx, actor.Org, id)
	if err != nil {
		return nil, err
	}
	return a.seen.added(written, actor.Org, id), nil
}

// added adds the waiting sightings of an item to the written ones.
func (s *sightings) added(written []domain.Sighting, org domain.OrgID, id domain.EvidenceID) []domain.Sighting {
	s.mu.Lock()
	defer s.mu.Unlock()
	for v, times := range s.waiting {
		if v.Org != org || v.Evidence != id {
			continue
		}
		same := func(w domain.Sighting) bool { w.Times = 0; return w == v }
		if i := slices.IndexFunc(written, same); i >= 0 {
			written[i].Times += times
			continue
		}
		v.Times = times
		written = append(written, v)
	}
	slices.SortFunc(written, func(x, y domain.Sighting) int {
		return cmp.Or(cmp.Compare(y.Day, x.Day), cmp.Compare(x.Person, y.Person), cmp.Compare(y.Number, x.Number), cmp.Compare(x.Kind, y.Kind))
	})
	return written
}
