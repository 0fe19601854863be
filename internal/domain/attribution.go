package domain

// Attribution credits a source of the reference data: who published it, under
// which licence, what is used here and what was changed.
type Attribution struct {
	Source     Text
	Author     string
	URL        string
	Licence    Text
	LicenceURL string
	Used       Text
	Changes    Text
}
