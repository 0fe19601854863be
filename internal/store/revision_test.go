package store_test

import (
	"fmt"
	"testing"
	"time"

	"relier/internal/domain"
	"relier/internal/store"
)

// The newest state of each object before a moment, in the order of the records;
// what was removed by then, and what belongs to others, is not there.
func TestStatesUntil_TheNewestOfEachObject(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *store.Store) {
		o, p, _ := tenant(t, s, "acme")
		foreign, q, _ := tenant(t, s, "other")
		record := func(org domain.OrgID, by domain.PersonID, noun domain.Noun, object int64, after time.Duration, state string) {
			t.Helper()
			must(t, s.AppendActivity(ctx, &domain.Activity{Org: org, At: at.Add(after), Actor: by, Verb: "x.y", Noun: noun, Object: object}, []byte(state)))
		}
		record(o.ID, p.ID, domain.NounControl, 1, 0, `"one"`)
		record(o.ID, p.ID, domain.NounControl, 2, time.Hour, `"two"`)
		record(o.ID, p.ID, domain.NounControl, 1, 2*time.Hour, `"one again"`)
		record(o.ID, p.ID, domain.NounMembership, 1, 2*time.Hour, `"a member"`)
		record(o.ID, p.ID, domain.NounMembership, 1, 3*time.Hour, `null`)
		record(o.ID, p.ID, domain.NounReport, 1, 0, `"not asked for"`)
		record(foreign.ID, q.ID, domain.NounControl, 1, 0, `"theirs"`)
		both := []domain.Noun{domain.NounControl, domain.NounMembership}
		for _, c := range []struct {
			name  string
			nouns []domain.Noun
			after time.Duration
			want  string
		}{
			{"before anything", both, 0, "[]"},
			{"a moment later", both, time.Microsecond, `[control 1 "one"]`},
			{"the later state replaces the earlier", both, 2*time.Hour + 1000, `[control 2 "two" control 1 "one again" membership 1 "a member"]`},
			{"what was removed is gone", both, 24 * time.Hour, `[control 2 "two" control 1 "one again"]`},
			{"one noun", []domain.Noun{domain.NounReport}, 24 * time.Hour, `[report 1 "not asked for"]`},
			{"none", nil, 24 * time.Hour, "[]"},
		} {
			t.Run(c.name, func(t *testing.T) {
				states, err := s.StatesUntil(ctx, o.ID, c.nouns, at.Add(c.after))
				must(t, err)
				var got []string
				for _, r := range states {
					got = append(got, fmt.Sprintf("%s %d %s", r.Noun, r.Object, r.State))
				}
				if fmt.Sprint(got) != c.want {
					t.Errorf("got %v, want %s", got, c.want)
				}
			})
		}
	})
}
