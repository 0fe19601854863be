package catalog

import (
	"slices"
	"sync"

	"relier/internal/domain"
)

var assurance = sync.OnceValue(loadAssurance)

// AssuranceEvidence returns which provider reports and SoAs cite which Annex A
// groups of the 2013 edition, as the service assurance pages said in 2023.
func AssuranceEvidence() []domain.AssuranceEvidence { return slices.Clone(assurance()) }

func loadAssurance() []domain.AssuranceEvidence {
	var out []domain.AssuranceEvidence
	for _, row := range table("assurance.tsv", "en", "fr", "family", "standard", "codes", "cited",
		"report_date", "report_id", "soa_id", "certificate_id", "source") {
		out = append(out, domain.AssuranceEvidence{
			Title:         text(row[0], row[1]),
			ServiceFamily: row[2],
			Standard:      row[3],
			Codes:         list(row[4]),
			Cited:         list(row[5]),
			ReportDate:    row[6],
			ReportID:      row[7],
			SoAID:         row[8],
			CertificateID: row[9],
			Source:        row[10],
		})
	}
	return out
}
