package app_test

import (
	"testing"

	"relier/internal/app"
	"relier/internal/domain"
	"relier/internal/testkit"
)

// BenchmarkRelianceMap_114x23 reads and evaluates every pair of a full map.
func BenchmarkRelianceMap_114x23(b *testing.B) {
	kit := testkit.NewApp(b)
	owner := mapOwner(b, kit)
	e, err := testkit.FullMap(b.Context(), kit.App, owner)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if m, err := kit.App.RelianceMap(b.Context(), owner, e, domain.MapFilter{}); err != nil || m.Pairs != 114*23 {
			b.Fatal(m.Pairs, err)
		}
	}
}

func mapOwner(t testing.TB, kit *testkit.Kit) domain.Actor {
	t.Helper()
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
	return actor
}
