package catalog_test

import (
	"slices"
	"strings"
	"testing"

	"relier/internal/catalog"
	"relier/internal/domain"
)

// TestProcedure_ForEveryControl of the 2022 edition there is one in both
// languages, and no two are the same.
func TestProcedure_ForEveryControl(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for _, r := range catalog.AnnexA(domain.Edition2022) {
		p, ok := catalog.Procedure(r.Ref)
		if !ok {
			t.Errorf("%s has none", r.Ref.Code)
			continue
		}
		if !slices.Contains(domain.TestMethods, p.Method) || len(p.Steps) != 3 {
			t.Errorf("%s: method %q, %d steps", r.Ref.Code, p.Method, len(p.Steps))
		}
		for _, s := range append([]domain.Text{p.Population, p.Objective}, p.Steps...) {
			if s.EN == "" || s.FR == "" || s.EN == s.FR && len(s.EN) > 12 || strings.ContainsAny(s.FR, "'") || strings.Contains(s.FR, " :") {
				t.Errorf("%s: %q / %q", r.Ref.Code, s.EN, s.FR)
			}
		}
		for _, s := range append([]domain.Text{p.Objective}, p.Steps...) {
			if other := seen[s.EN]; other != "" {
				t.Errorf("%s and %s say the same: %q", r.Ref.Code, other, s.EN)
			}
			seen[s.EN] = r.Ref.Code
		}
	}
	if _, ok := catalog.Procedure(domain.Ref{Edition: domain.Edition2013, Code: "A.9.2.1"}); ok {
		t.Error("a control of 2013 has one")
	}
}
