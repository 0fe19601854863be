package app

import (
	"relier/internal/catalog"
	"relier/internal/domain"
)

// Attributions credits the sources of the reference data, for the About page.
func (a *App) Attributions() []domain.Attribution { return catalog.Attributions() }
