package store_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"relier/internal/domain"
	"relier/internal/store"
)

// Every filter in every order, page by page, gives what a plain look at all
// items gives, and its number, in both databases.
func TestFindEvidence_AgreesWithAPlainLook(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *store.Store) {
		f := makeFindable(t, s, "north")
		random := rand.New(rand.NewPCG(3, 4))
		controls := []domain.Control{f.control("C-1", "One", ""), f.control("C-2", "Two", "")}
		type held struct {
			domain.Evidence
			controls []domain.ControlID
		}
		var items []held
		titles := []string{"Accès journal", "backup log", "Élus", "zone of access", "Backup accès"}
		for range 130 {
			e := domain.Evidence{Org: f.org.ID, Title: titles[random.IntN(len(titles))], Kind: domain.EvidenceKinds[random.IntN(3)], Sensitivity: domain.SensitivityInternal,
				State: domain.EvidenceStates[random.IntN(5)], Author: f.person.ID, Versions: 1}
			if random.IntN(4) > 0 {
				from := domain.MustDate("2026-01-01").AddDays(random.IntN(5))
				e.Period = domain.Period{From: from, To: from.AddDays(30)}
			}
			must(t, s.CreateEvidence(ctx, &e))
			must(t, s.AddEvidenceVersion(ctx, &domain.EvidenceVersion{Org: f.org.ID, Evidence: e.ID, Number: 1, Note: "n", UploadedBy: f.person.ID, UploadedAt: at}))
			h := held{Evidence: e}
			for _, c := range controls {
				if random.IntN(2) == 0 {
					h.controls = append(h.controls, c.ID)
				}
			}
			must(t, s.LinkEvidence(ctx, f.org.ID, e.ID, h.controls))
			f.record(domain.NounEvidence, int64(e.ID))
			items = append(items, h)
		}
		for _, q := range []string{"", "acces", "back", "log backup", "walrus"} {
			for _, state := range []domain.EvidenceState{"", domain.EvidenceAccepted} {
				for _, kind := range []domain.EvidenceKind{"", domain.EvidenceLink} {
					for _, control := range []domain.ControlID{0, controls[1].ID} {
						want := slices.DeleteFunc(slices.Clone(items), func(h held) bool {
							return state != "" && h.State != state || kind != "" && h.Kind != kind || control != 0 && !slices.Contains(h.controls, control) || q != "" && !store.Holds(h.Title, q)
						})
						for _, sort := range []string{"", "number", "-number", "title", "-title", "period", "-period"} {
							column, desc := strings.CutPrefix(sort, "-")
							slices.SortFunc(want, func(a, b held) int {
								by := cmp.Compare(a.Number, b.Number)
								switch column {
								case "title":
									by = cmp.Compare(store.Fold(a.Title+" "+a.Source+" "+a.Code()), store.Fold(b.Title+" "+b.Source+" "+b.Code()))
								case "period":
									by = cmp.Or(cmp.Compare(a.Period.To.String(), b.Period.To.String()), by)
								}
								if desc || sort == "" {
									return -by
								}
								return by
							})
							var codes []string
							for _, h := range want {
								codes = append(codes, h.Code())
							}
							filter := domain.EvidenceFilter{Query: q, State: state, Kind: kind, Control: control, Sort: column, Desc: desc}
							var got []string
							for n := 1; n <= len(want)/20+1; n++ {
								filter.Page = domain.Page{Number: n, Size: 20}
								l, err := s.FindEvidence(ctx, f.org.ID, filter)
								must(t, err)
								if l.Total != len(want) || l.More {
									t.Fatalf("%+v: %d of %d", filter, l.Total, len(want))
								}
								for _, r := range l.Rows {
									got = append(got, r.Evidence.Code())
								}
							}
							if !slices.Equal(got, codes) {
								t.Fatalf("%+v:\n%v\nwant\n%v", filter, got, codes)
							}
						}
					}
				}
			}
		}
	})
}

// The stored numbers are what counting gives, whatever is added, changed, linked,
// unlinked and deleted.
func TestEvidenceCounts_AgreeWithCounting(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *store.Store) {
		f := makeFindable(t, s, "north")
		random := rand.New(rand.NewPCG(5, 6))
		controls := []domain.ControlID{f.control("C-1", "One", "").ID, f.control("C-2", "Two", "").ID, f.control("C-3", "Three", "").ID}
		var items []domain.Evidence
		for range 300 {
			switch n := random.IntN(10); {
			case n < 3 || len(items) == 0:
				e := domain.Evidence{Org: f.org.ID, Title: "T", Kind: domain.EvidenceNote, Sensitivity: domain.SensitivityInternal, State: domain.EvidenceDraft, Author: f.person.ID, Versions: 1}
				must(t, s.CreateEvidence(ctx, &e))
				items = append(items, e)
			case n < 6:
				e := &items[random.IntN(len(items))]
				e.State = domain.EvidenceStates[random.IntN(5)]
				e.Period = domain.Period{From: domain.MustDate("2026-01-01"), To: domain.MustDate("2026-01-31").AddDays(random.IntN(3))}
				e.Expires = domain.MustDate("2027-01-31").AddDays(random.IntN(2))
				must(t, s.UpdateEvidence(ctx, e))
			case n < 9:
				must(t, s.LinkEvidence(ctx, f.org.ID, items[random.IntN(len(items))].ID, controls[:random.IntN(4)]))
			default:
				i := random.IntN(len(items))
				must(t, s.RemoveEvidence(ctx, domain.Removal{Org: f.org.ID, Evidence: items[i].ID, Number: items[i].Number, Title: "T", By: f.person.ID, At: at}))
				items = slices.Delete(items, i, i+1)
			}
		}
		count := func(query string) string {
			var rows []struct {
				ControlID                                  int64
				State, Kind, PeriodFrom, PeriodTo, Expires string
				N                                          int64
			}
			must(t, s.Writer().Raw(query).Scan(&rows).Error)
			return fmt.Sprint(rows)
		}
		const order = " ORDER BY 1, 2, 3, 4, 5, 6"
		stored := count("SELECT control_id, state, kind, period_from, period_to, expires, n FROM evidence_counts WHERE n <> 0" + order)
		counted := count(`SELECT * FROM (SELECT 0 AS control_id, state, kind, period_from, period_to, expires, COUNT(*) AS n FROM evidence GROUP BY state, kind, period_from, period_to, expires
			UNION ALL SELECT c.control_id, e.state, e.kind, e.period_from, e.period_to, e.expires, COUNT(*) FROM evidence_controls c JOIN evidence e ON e.org_id = c.org_id AND e.id = c.evidence_id
			GROUP BY c.control_id, e.state, e.kind, e.period_from, e.period_to, e.expires) AS x` + order)
		if stored != counted {
			t.Errorf("stored\n%s\ncounted\n%s", stored, counted)
		}
	})
}
