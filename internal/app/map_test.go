package app_test

import (
	"testing"

	"relier/internal/app"
	"relier/internal/domain"
	"relier/internal/testkit"
)

// BenchmarkRelianceMap_114x23 reads and evaluates every pair of a full map.
func BenchmarkRelianceMap_114x23(b *testing.B) {
	kit, owner, e := fullMap(b)
	for b.Loop() {
		if m, err := kit.App.RelianceMap(b.Context(), owner, e, domain.MapFilter{}); err != nil || m.Pairs != 114*23 {
			b.Fatal(m.Pairs, err)
		}
	}
}

// fullMap is the largest map there is, in an organization of one person.
func fullMap(t testing.TB) (*testkit.Kit, domain.Actor, domain.Engagement) {
	t.Helper()
	kit := testkit.NewApp(t)
	p, err := kit.App.CreatePerson(t.Context(), app.NewPerson{Email: "solo@example.org", Name: "Solo", Password: password, Lang: "en"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := kit.App.CreateOrganization(t.Context(), p, domain.Organization{Code: "solo", Name: "Solo"}); err != nil {
		t.Fatal(err)
	}
	actor, _, err := kit.App.Actor(t.Context(), p, "solo")
	if err != nil {
		t.Fatal(err)
	}
	e, err := testkit.FullMap(t.Context(), kit.App, actor)
	if err != nil {
		t.Fatal(err)
	}
	return kit, actor, e
}

// TestRelianceMap_SaysWhatTheReliancesSay compares each cell of the largest map
// with the reliance's own verdict, and the counts with the cells.
func TestRelianceMap_SaysWhatTheReliancesSay(t *testing.T) {
	t.Parallel()
	kit, owner, e := fullMap(t)
	m, err := kit.App.RelianceMap(t.Context(), owner, e, domain.MapFilter{})
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Services) != 23 || m.Controls != 114 || m.Matching != 114*23 || len(m.Themes) != 14 {
		t.Errorf("%d services, %d controls, %d matching, %d themes", len(m.Services), m.Controls, m.Matching, len(m.Themes))
	}
	all, err := kit.App.Reliances(t.Context(), owner, e, 0)
	if err != nil {
		t.Fatal(err)
	}
	views, counts := map[domain.RelianceID]app.RelianceView{}, map[domain.Standing]int{}
	for _, v := range all {
		views[v.Reliance.ID] = v
	}
	for _, theme := range m.Themes {
		for _, row := range theme.Rows {
			for i, c := range row.Cells {
				counts[c.Standing()]++
				v, claimed := views[c.Reliance]
				if claimed != c.Claimed() {
					t.Fatalf("%s on %s: claimed %v", row.Control.Code, m.Services[i].Name, c.Claimed())
				}
				if !claimed {
					continue
				}
				delete(views, c.Reliance)
				failed, _ := v.Verdict.FirstFailed()
				if v.Control.ID != row.Control.ID || v.Service.ID != m.Services[i].ID || c.State != v.Reliance.State || c.Rung != v.Verdict.Rung || c.Gate != failed.Gate || c.Cause.Code != failed.Causes[0].Code {
					t.Errorf("%s on %s: %+v, but its verdict says %+v", row.Control.Code, m.Services[i].Name, c, v.Verdict)
				}
			}
		}
	}
	if len(views) != 0 {
		t.Errorf("%d reliances are not on the map", len(views))
	}
	for s, n := range m.Counts {
		if counts[s] != n {
			t.Errorf("%s: counted %d, shown %d", s, n, counts[s])
		}
	}
}

func TestRelianceMap_CountsTheWholeWhateverTheFilter(t *testing.T) {
	t.Parallel()
	kit, owner, e := fullMap(t)
	whole, err := kit.App.RelianceMap(t.Context(), owner, e, domain.MapFilter{})
	if err != nil {
		t.Fatal(err)
	}
	for name, f := range map[string]domain.MapFilter{
		"theme": {Theme: "A.11"}, "service": {Service: whole.Services[3].ID}, "rung": {Rung: domain.RungClaimable}, "gate": {Gate: domain.GatePeriod},
		"approved": {State: domain.RelianceApproved}, "unclaimed": {State: domain.Unclaimed}, "on the way": {State: domain.OnTheWay}, "party": {Party: domain.PartyShared},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := kit.App.RelianceMap(t.Context(), owner, e, f)
			if err != nil {
				t.Fatal(err)
			}
			if m.Pairs != whole.Pairs || m.Counts[domain.StandsOnTheWay] != whole.Counts[domain.StandsOnTheWay] || m.Matching == 0 || m.Matching >= whole.Matching {
				t.Errorf("%d of %d pairs match, counts %v", m.Matching, m.Pairs, m.Counts)
			}
			matching := 0
			for _, theme := range m.Themes {
				for _, row := range theme.Rows {
					before := matching
					for _, c := range row.Cells {
						if c.Matches {
							matching++
						}
						if c.Matches != f.Match(c) {
							t.Errorf("%s: %+v", row.Control.Code, c)
						}
					}
					if matching == before {
						t.Errorf("%s is shown and holds nothing that was asked for", row.Control.Code)
					}
				}
			}
			if matching != m.Matching {
				t.Errorf("%d counted, %d shown", m.Matching, matching)
			}
		})
	}
	if m, _ := kit.App.RelianceMap(t.Context(), owner, e, domain.MapFilter{State: domain.OnTheWay}); m.Matching != whole.Counts[domain.StandsOnTheWay] {
		t.Errorf("the count of what is on the way leads to %d, not %d", m.Matching, whole.Counts[domain.StandsOnTheWay])
	}
}

// TestRelianceMap_AsOf shows an inherited pair as it will have lapsed, and a day
// on which nobody had claimed it.
func TestRelianceMap_AsOf(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	_, cert, _ := h.accepted()
	cell := func(a *app.App) domain.MapCell {
		t.Helper()
		m, err := a.RelianceMap(ctx, h.as(domain.RoleReader), h.eng, domain.MapFilter{})
		h.must(err)
		if len(m.Themes) != 1 || m.Themes[0].Code != "A.7" || m.Themes[0].Title.EN == "" {
			t.Fatalf("themes %+v", m.Themes)
		}
		return m.Themes[0].Rows[0].Cells[0]
	}
	if c := cell(h.App); c.Standing() != domain.StandsInherited || !c.Decided || c.Gate != "" {
		t.Errorf("today %+v", c)
	}
	h.now = h.now.AddDate(0, 0, 3)
	_, err := h.WithdrawCertificate(ctx, h.as(domain.RoleAuditor), cert.ID, domain.MustDate("2026-11-25"), 0, cert.Version)
	h.must(err)
	if c := cell(h.App); c.Standing() != domain.StandsLapsed || c.Gate != domain.GatePeriod {
		t.Errorf("withdrawn, %+v", c)
	}
	if c := cell(h.AsOf(domain.MustDate("2026-11-24"))); c.Standing() != domain.StandsInherited {
		t.Errorf("as of the day before, %+v", c)
	}
}
