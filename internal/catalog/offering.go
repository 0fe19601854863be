package catalog

import (
	"sync"

	"relier/internal/domain"
)

var offering = sync.OnceValue(func() domain.Offering { return document[domain.Offering]("offering.json") })

// CurrentOffering returns the newest copy of the provider's page that could be
// had, of December 2023. What the page says since is unknown here.
func CurrentOffering() domain.Offering { return offering() }
