package catalog

import (
	"slices"
	"sync"

	"relier/internal/domain"
)

var crosswalk = sync.OnceValue(loadCrosswalk)

// Crosswalk returns every pair that joins the editions: controls first, then
// the entries new in 2022, then clauses. Clauses pair at the lowest level only.
func Crosswalk() []domain.CrosswalkRow { return slices.Clone(crosswalk()) }

func loadCrosswalk() []domain.CrosswalkRow {
	var out []domain.CrosswalkRow
	for _, row := range table("crosswalk.tsv", "level", "from", "to", "relation", "source") {
		out = append(out, domain.CrosswalkRow{
			Level:    domain.RequirementLevel(row[0]),
			From:     row[1],
			To:       row[2],
			Relation: domain.Relation(row[3]),
			Source:   row[4],
		})
	}
	return out
}
