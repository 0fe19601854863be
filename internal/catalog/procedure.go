package catalog

import (
	"slices"
	"sync"

	"relier/internal/domain"
)

var procedures = sync.OnceValue(loadProcedures)

// Procedure returns how a control of the 2022 edition can be tested, or false for
// any other requirement.
func Procedure(ref domain.Ref) (domain.Procedure, bool) {
	p, ok := procedures()[ref]
	p.Steps = slices.Clone(p.Steps)
	return p, ok
}

func loadProcedures() map[domain.Ref]domain.Procedure {
	out := map[domain.Ref]domain.Procedure{}
	for _, row := range table("procedures-2022.tsv", "code", "method", "population_en", "population_fr", "objective_en", "objective_fr",
		"step1_en", "step1_fr", "step2_en", "step2_fr", "step3_en", "step3_fr") {
		p := domain.Procedure{Ref: domain.Ref{Edition: domain.Edition2022, Code: row[0]}, Method: domain.TestMethod(row[1]),
			Population: text(row[2], row[3]), Objective: text(row[4], row[5])}
		for i := 6; i < len(row); i += 2 {
			p.Steps = append(p.Steps, text(row[i], row[i+1]))
		}
		out[p.Ref] = p
	}
	return out
}
