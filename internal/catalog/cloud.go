package catalog

import (
	"slices"
	"sync"

	"relier/internal/domain"
)

var cloudControls = sync.OnceValue(loadCloudControls)

// CloudControls returns the seven controls that ISO/IEC 27017 adds.
func CloudControls() []domain.CloudControl { return slices.Clone(cloudControls()) }

func loadCloudControls() []domain.CloudControl {
	var out []domain.CloudControl
	for _, row := range table("cloud-controls.tsv", "code", "en", "fr", "in_initiative", "source") {
		out = append(out, domain.CloudControl{
			Code:         row[0],
			Title:        text(row[1], row[2]),
			InInitiative: row[3] == "yes",
			Source:       row[4],
		})
	}
	return out
}
