package catalog_test

import (
	"slices"
	"strings"
	"testing"

	"relier/internal/catalog"
	"relier/internal/domain"
)

func TestCurrentOffering_Counts(t *testing.T) {
	t.Parallel()
	o := catalog.CurrentOffering()
	if len(o.InScope) != 22 || len(o.Numbers) != 6 || len(o.Documents) != 8 || len(o.Initiatives) != 4 {
		t.Errorf("%d in scope, %d numbers, %d documents, %d initiatives", len(o.InScope), len(o.Numbers), len(o.Documents), len(o.Initiatives))
	}
	if o.Edition != domain.Edition2013 || o.AsOf != "2023-12-07" {
		t.Errorf("copy of %s states edition %s", o.AsOf, o.Edition)
	}
	environments := map[domain.Environment]int{}
	for _, e := range o.Environments {
		environments[e.Environment] = len(e.Services)
	}
	want := map[domain.Environment]int{domain.EnvPublic: 31, domain.EnvGovernment: 21, domain.EnvGCCHigh: 17, domain.EnvDoD: 15}
	for e, n := range want {
		if environments[e] != n {
			t.Errorf("%s lists %d services, want %d", e, environments[e], n)
		}
	}
	related := map[string]int{}
	for _, r := range o.Related {
		related[r.Standard] = len(r.InScope)
	}
	for standard, n := range map[string]int{"ISO/IEC 27017:2015": 14, "ISO/IEC 27018": 21, "ISO/IEC 27701:2019": 18} {
		if related[standard] != n {
			t.Errorf("%s lists %d entries, want %d", standard, related[standard], n)
		}
	}
}

func TestCurrentOffering_NamesSnapshotServices(t *testing.T) {
	t.Parallel()
	listed := map[string]bool{}
	entries := catalog.CurrentOffering().InScope
	for _, r := range catalog.CurrentOffering().Related {
		entries = slices.Concat(entries, r.InScope)
	}
	for i, e := range entries {
		for _, id := range e.Services {
			wantService(t, id)
			if i < len(catalog.CurrentOffering().InScope) {
				listed[id] = true
			}
		}
	}
	// every service of the snapshot is still listed, but the one that was removed
	for _, s := range catalog.Provider().Services {
		if listed[s.ID] == (s.ID == "genomics") {
			t.Errorf("%s is listed: %v", s.ID, listed[s.ID])
		}
	}
}

func TestCurrentOffering_InitiativesMatchTheirGroups(t *testing.T) {
	t.Parallel()
	groups := map[string]int{}
	for _, g := range catalog.PolicyGroups() {
		groups[g.Version]++
	}
	for _, i := range catalog.CurrentOffering().Initiatives {
		if groups[i.Version] != i.Groups {
			t.Errorf("%s %s has %d groups, want %d", i.Name, i.Version, groups[i.Version], i.Groups)
		}
	}
}

func TestTransition_EndsWhenTheDomainSays(t *testing.T) {
	t.Parallel()
	tr := catalog.Transition()
	if len(tr.Events) != 5 {
		t.Fatalf("%d events, want 5", len(tr.Events))
	}
	if last := tr.Events[4].Date; last != domain.Edition2013Ended {
		t.Errorf("the transition ends on %s, the domain says %s", last, domain.Edition2013Ended)
	}
	if tr.Published != domain.MustDate("2022-10-25") || tr.Events[0].Date != tr.Published {
		t.Errorf("published on %s, first event on %s", tr.Published, tr.Events[0].Date)
	}
	if !slices.IsSortedFunc(tr.Events, func(a, b domain.TransitionEvent) int { return int(a.Date) - int(b.Date) }) {
		t.Error("events are out of order")
	}
}

func TestAttributions_CreditEverySource(t *testing.T) {
	t.Parallel()
	want := []string{"CC BY 4.0", "MIT", "Public domain", "CC0"}
	for _, licence := range want {
		if !slices.ContainsFunc(catalog.Attributions(), func(a domain.Attribution) bool { return strings.Contains(a.Licence.EN, licence) }) {
			t.Errorf("nothing is credited under %s", licence)
		}
	}
	for _, a := range catalog.Attributions() {
		if a.Author == "" || a.URL == "" || a.Changes.EN == "" || a.Used.EN == "" {
			t.Errorf("%s: incomplete credit %+v", a.Source.EN, a)
		}
	}
}
