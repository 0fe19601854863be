package catalog

import (
	"slices"
	"sync"

	"relier/internal/domain"
)

var attributions = sync.OnceValue(func() []domain.Attribution {
	return document[[]domain.Attribution]("attributions.json")
})

// Attributions returns the credits that the About page must show.
func Attributions() []domain.Attribution { return slices.Clone(attributions()) }
