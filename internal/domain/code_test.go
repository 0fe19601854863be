package domain_test

import (
	"testing"

	"relier/internal/domain"
)

func TestOrganizationCode(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Northwind Traders":                   "northwind-traders",
		"Société Générale d’Œuvres":           "societe-generale-d-oeuvres",
		"  A & B  ":                           "a-b",
		"日本":                                  "",
		"A very long name of an organization": "a-very-long-name-of-an-organizat",
	} {
		if got := domain.OrganizationCode(name); got != want {
			t.Errorf("%q gives %q, want %q", name, got, want)
		}
	}
}
