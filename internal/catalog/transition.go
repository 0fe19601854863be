package catalog

import (
	"sync"

	"relier/internal/domain"
)

var transition = sync.OnceValue(func() domain.EditionTransition {
	return document[domain.EditionTransition]("transition.json")
})

// Transition returns the dates of the move from the 2013 to the 2022 edition.
func Transition() domain.EditionTransition { return transition() }
