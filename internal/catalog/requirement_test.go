package catalog_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"relier/internal/catalog"
	"relier/internal/domain"
)

func TestRequirements_Counts(t *testing.T) {
	t.Parallel()
	want := map[domain.Edition]map[domain.RequirementLevel]int{
		domain.Edition2013: {domain.LevelClause: 35, domain.LevelDomain: 14, domain.LevelObjective: 35, domain.LevelControl: 114},
		domain.Edition2022: {domain.LevelClause: 41, domain.LevelTheme: 4, domain.LevelControl: 93},
	}
	for edition, levels := range want {
		got := map[domain.RequirementLevel]int{}
		for _, r := range catalog.Requirements(edition) {
			got[r.Level]++
		}
		for level, n := range levels {
			if got[level] != n {
				t.Errorf("%s has %d of level %s, want %d", edition, got[level], level, n)
			}
		}
		if len(got) != len(levels) {
			t.Errorf("%s has levels %v", edition, got)
		}
		if n := len(catalog.AnnexA(edition)); n != levels[domain.LevelControl] {
			t.Errorf("Annex A of %s has %d controls, want %d", edition, n, levels[domain.LevelControl])
		}
	}
	if got := catalog.Requirements("2005"); len(got) != 0 {
		t.Errorf("an unknown edition has %d entries", len(got))
	}
}

func TestRequirements_ThemesOf2022(t *testing.T) {
	t.Parallel()
	got := map[string]int{}
	for _, r := range catalog.AnnexA(domain.Edition2022) {
		got[r.Parent]++
	}
	for theme, n := range map[string]int{"A.5": 37, "A.6": 8, "A.7": 14, "A.8": 34} {
		if got[theme] != n {
			t.Errorf("%s has %d controls, want %d", theme, got[theme], n)
		}
	}
}

func TestRequirements_Order(t *testing.T) {
	t.Parallel()
	for _, edition := range domain.Editions {
		seen := map[string]bool{"": true}
		last := map[string]string{} // newest child by parent
		for i, r := range catalog.Requirements(edition) {
			if r.Order != i {
				t.Errorf("%s is at %d but says %d", r.Ref, i, r.Order)
			}
			if !seen[r.Parent] {
				t.Errorf("%s comes before its parent %s", r.Ref, r.Parent)
			}
			if !strings.HasPrefix(r.Ref.Code, r.Parent) {
				t.Errorf("%s is not under %s", r.Ref, r.Parent)
			}
			if seen[r.Ref.Code] {
				t.Errorf("%s appears twice", r.Ref)
			}
			if prev := last[r.Parent]; prev != "" && domain.CompareCodes(prev, r.Ref.Code) >= 0 {
				t.Errorf("%s follows %s", r.Ref, prev)
			}
			seen[r.Ref.Code], last[r.Parent] = true, r.Ref.Code
		}
	}
}

func TestRequirement_Found(t *testing.T) {
	t.Parallel()
	for _, edition := range domain.Editions {
		for _, want := range catalog.Requirements(edition) {
			got, ok := catalog.Requirement(want.Ref)
			if !ok || got.Title != want.Title || got.Order != want.Order {
				t.Errorf("Requirement(%s) = %v, %v", want.Ref, got, ok)
			}
		}
	}
	// A.8.2 exists in both editions and means different things.
	old, _ := catalog.Requirement(domain.Ref{Edition: domain.Edition2013, Code: "A.8.2"})
	current, _ := catalog.Requirement(domain.Ref{Edition: domain.Edition2022, Code: "A.8.2"})
	if old.Title.EN != "Information classification" || current.Title.EN != "Privileged access rights" {
		t.Errorf("A.8.2 is %q and %q", old.Title.EN, current.Title.EN)
	}
	if _, ok := catalog.Requirement(domain.Ref{Edition: domain.Edition2022, Code: "A.18.2.3"}); ok {
		t.Error("A.18.2.3 is not in the 2022 edition")
	}
}

func TestRequirement_NewIn2022(t *testing.T) {
	t.Parallel()
	var got []string
	for _, r := range catalog.AnnexA(domain.Edition2022) {
		if r.NewIn2022 {
			got = append(got, r.Ref.Code)
		}
	}
	want := []string{"A.5.7", "A.5.23", "A.5.30", "A.7.4", "A.8.9", "A.8.10", "A.8.11", "A.8.12", "A.8.16", "A.8.23", "A.8.28"}
	if !slices.Equal(got, want) {
		t.Errorf("new in 2022: %v, want %v", got, want)
	}
	if slices.ContainsFunc(catalog.Requirements(domain.Edition2013), func(r domain.Requirement) bool { return r.NewIn2022 }) {
		t.Error("an entry of 2013 is new in 2022")
	}
}

func TestRequirement_Attributes(t *testing.T) {
	t.Parallel()
	allowed := map[string][]string{
		"type":     {"Preventive", "Detective", "Corrective"},
		"property": {"Confidentiality", "Integrity", "Availability"},
		"concept":  {"Identify", "Protect", "Detect", "Respond", "Recover"},
		"domain":   {"Governance_and_ecosystem", "Protection", "Defence", "Resilience"},
	}
	for _, r := range catalog.AnnexA(domain.Edition2022) {
		a := r.Attributes
		for name, values := range map[string][]string{
			"type": a.ControlType, "property": a.SecurityProperties,
			"concept": a.CybersecurityConcepts, "domain": a.SecurityDomains,
		} {
			if len(values) == 0 {
				t.Errorf("%s has no %s", r.Ref, name)
			}
			for _, v := range values {
				if !slices.Contains(allowed[name], v) {
					t.Errorf("%s has %s %q", r.Ref, name, v)
				}
			}
		}
		if len(a.OperationalCapabilities) == 0 {
			t.Errorf("%s has no operational capability", r.Ref)
		}
	}
}

// The standards are for purchase: only numbers and short titles may be here.
func TestRequirement_IsOnlyATitle(t *testing.T) {
	t.Parallel()
	for _, edition := range domain.Editions {
		for _, r := range catalog.Requirements(edition) {
			for _, s := range []string{r.Title.EN, r.Title.FR} {
				if n := utf8.RuneCountInString(s); n == 0 || n >= 200 {
					t.Errorf("%s has a title of %d characters", r.Ref, n)
				}
				if strings.Contains(s, "shall ") || strings.Contains(s, " doit ") || strings.HasSuffix(s, ".") {
					t.Errorf("%s reads like requirement text: %q", r.Ref, s)
				}
			}
		}
	}
}
