package catalog

import (
	"slices"
	"sync"

	"relier/internal/domain"
)

type contents struct {
	byEdition map[domain.Edition][]domain.Requirement
	byRef     map[domain.Ref]domain.Requirement
}

var requirements = sync.OnceValue(loadRequirements)

// Requirements returns every entry of an edition's table of contents, clauses
// and Annex A, in its order; an unknown edition has none.
func Requirements(e domain.Edition) []domain.Requirement {
	return slices.Clone(requirements().byEdition[e])
}

// Requirement returns the entry that ref names.
func Requirement(ref domain.Ref) (domain.Requirement, bool) {
	r, ok := requirements().byRef[ref]
	return r, ok
}

// AnnexA returns the controls of an edition in order: 114 in 2013, 93 in 2022.
func AnnexA(e domain.Edition) []domain.Requirement {
	return slices.DeleteFunc(Requirements(e), func(r domain.Requirement) bool {
		return r.Level != domain.LevelControl
	})
}

func loadRequirements() contents {
	c := contents{
		byEdition: map[domain.Edition][]domain.Requirement{
			domain.Edition2013: requirements2013(),
			domain.Edition2022: requirements2022(),
		},
		byRef: map[domain.Ref]domain.Requirement{},
	}
	for _, entries := range c.byEdition {
		for _, r := range entries {
			c.byRef[r.Ref] = r
		}
	}
	return c
}

func requirements2013() []domain.Requirement {
	var out []domain.Requirement
	for i, row := range table("requirements-2013.tsv", "code", "level", "parent", "en", "fr") {
		out = append(out, requirement(domain.Edition2013, i, row))
	}
	return out
}

func requirements2022() []domain.Requirement {
	var out []domain.Requirement
	for i, row := range table("requirements-2022.tsv", "code", "level", "parent", "en", "fr", "new",
		"control_type", "security_properties", "cybersecurity_concepts", "operational_capabilities", "security_domains") {
		r := requirement(domain.Edition2022, i, row)
		r.NewIn2022 = row[5] == "yes"
		r.Attributes = domain.Attributes{
			ControlType:             list(row[6]),
			SecurityProperties:      list(row[7]),
			CybersecurityConcepts:   list(row[8]),
			OperationalCapabilities: list(row[9]),
			SecurityDomains:         list(row[10]),
		}
		out = append(out, r)
	}
	return out
}

func requirement(e domain.Edition, order int, row []string) domain.Requirement {
	return domain.Requirement{
		Ref:    domain.Ref{Edition: e, Code: row[0]},
		Level:  domain.RequirementLevel(row[1]),
		Parent: row[2],
		Title:  text(row[3], row[4]),
		Order:  order,
	}
}
