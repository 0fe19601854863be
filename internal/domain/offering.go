package domain

// Offering is a later copy of the provider's offering page than the January
// 2020 snapshot, with what its sister pages add. Like the snapshot it is a lead
// for auditors, never proof; names are the provider's own.
type Offering struct {
	AsOf         string // day of the copy, ISO 8601
	PageChanged  string // day on which its content last changed
	AsOfFR       string // day of the older French copy that the French names come from
	Edition      Edition
	Title        Text
	Note         Text
	InScope      []OfferingEntry
	Added        []Text // in scope here, not in the snapshot
	Removed      []Text // in the snapshot, no longer here
	StillListed  []Text // listed although the service had ended
	Environments []OfferingEnvironment
	Documents    []OfferingDocument
	Page         Link // the provider's page for Azure alone
	Numbers      []CertificateNumber
	Reports      []OfferingReport
	Related      []RelatedStandard
	Initiatives  []PolicyInitiative
	DeadLinks    []Text
	Oddities     []Text
	Sources      []string
	Licence      Text
}

// OfferingEntry is one line of an in-scope list.
type OfferingEntry struct {
	Name     Text
	URL      string
	Services []string // ids of the snapshot's services that it names
}

// OfferingEnvironment lists the Office 365 services in scope in one cloud.
type OfferingEnvironment struct {
	Environment Environment
	Name        string // as published: "GCC High"
	Services    []string
}

// OfferingDocument is a certificate, report or SoA that a page links.
type OfferingDocument struct {
	Kind       CatalogueDocumentKind
	Family     string
	Title      Text
	DocumentID string // id in the provider's portal, or ""
	URL        string
	Seen       string // year of the copy that lists it
}

// CertificateNumber is a number that was visible on some copy of the pages.
type CertificateNumber struct {
	Number string
	Holder Text
	Seen   Text
}

// OfferingReport is the newest report date that the pages gave for a family.
type OfferingReport struct {
	Family string
	Date   string // ISO 8601, a day or only a month
}

// RelatedStandard is what the sister page of another standard lists.
type RelatedStandard struct {
	Standard  string
	InScope   []OfferingEntry
	Facts     []Text
	Documents []Link // without an address where the page only cites one
}

// PolicyInitiative is a built-in Azure Policy initiative for an ISO standard.
type PolicyInitiative struct {
	Name    string
	Version string
	Groups  int
}
