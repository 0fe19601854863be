package store_test

import (
	"slices"
	"testing"

	"relier/internal/domain"
	"relier/internal/store"
)

func checkDerived(t *testing.T, s *store.Store) []string {
	t.Helper()
	var out []string
	must(t, s.CheckDerived(ctx, func(d store.LogDamage) { out = append(out, d.Kind+" "+d.What) }))
	return out
}

// What is derived is named where it is not as it was written, and made anew.
func TestDerived_IsCheckedAndMadeAnew(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *store.Store) {
		f := makeFindable(t, s, "north")
		e := f.item("Export", "first.pdf", "walrus")
		f.control("C-1", "A title", "")
		if got := checkDerived(t, s); len(got) > 0 {
			t.Fatalf("sound, and named: %v", got)
		}
		for _, change := range []struct{ query, what string }{
			{"UPDATE search_docs SET label = 'a title' WHERE code = 'C-1'", "derived search_docs "},
			{"UPDATE search_docs SET object_id = object_id + 1 WHERE noun = 'evidence'", "derived search_docs "},
			{"UPDATE evidence_texts SET text = 'walruS'", "derived evidence_texts "},
			{"UPDATE evidence_counts SET n = n + 1 WHERE control_id = 0", "derived evidence_counts"},
		} {
			must(t, s.Writer().Exec(change.query).Error)
			got := checkDerived(t, s)
			if !slices.ContainsFunc(got, func(d string) bool { return len(d) >= len(change.what) && d[:len(change.what)] == change.what }) {
				t.Errorf("%s: named %v", change.query, got)
			}
		}
		must(t, s.Tx(ctx, func(tx *store.Store) error { return tx.MakeAnew(ctx) }))
		for more := true; more; {
			var err error
			more, err = s.IndexSome(ctx, 100)
			must(t, err)
		}
		if got := checkDerived(t, s); len(got) > 0 {
			t.Errorf("made anew, and named: %v", got)
		}
		l, err := s.FindEvidence(ctx, f.org.ID, domain.EvidenceFilter{})
		if must(t, err); l.Total != 1 {
			t.Errorf("%d items are counted", l.Total)
		}
		if len(f.search("title")) != 1 || len(f.search("export")) != 1 {
			t.Error("the search has not all again")
		}
		queue, err := s.UnreadVersions(ctx, 10)
		if must(t, err); len(queue) != 1 || queue[0].Evidence != e.ID {
			t.Errorf("the text is not read again: %v", queue)
		}
	})
}
