package catalog

import (
	"slices"
	"sync"

	"relier/internal/domain"
)

var policyGroups = sync.OnceValue(loadPolicyGroups)

// PolicyGroups returns the groups of Azure's built-in initiatives for ISO/IEC
// 27001, 27002 and 27017.
func PolicyGroups() []domain.PolicyGroup { return slices.Clone(policyGroups()) }

func loadPolicyGroups() []domain.PolicyGroup {
	var out []domain.PolicyGroup
	for _, row := range table("policy-groups.tsv", "initiative", "version", "group", "code", "edition", "requirement", "manual", "automated") {
		out = append(out, domain.PolicyGroup{
			Initiative: row[0],
			Version:    row[1],
			Group:      row[2],
			Code:       row[3],
			Ref:        domain.Ref{Edition: domain.Edition(row[4]), Code: row[5]},
			Manual:     number(row[6]),
			Automated:  number(row[7]),
		})
	}
	return out
}

// controlInitiatives are the initiatives that number Annex A controls; those
// for 27001:2022 and 27017 number clauses and cloud guidance.
var controlInitiatives = []string{"ISO27001_2013_audit", "ISO_IEC_27002_2022"}

func policyCounts() map[domain.Ref]domain.PolicyCounts {
	out := map[domain.Ref]domain.PolicyCounts{}
	for _, g := range policyGroups() {
		if slices.Contains(controlInitiatives, g.Initiative) {
			out[g.Ref] = domain.PolicyCounts{
				Initiative: g.Initiative + " " + g.Version,
				Manual:     g.Manual,
				Automated:  g.Automated,
			}
		}
	}
	return out
}
