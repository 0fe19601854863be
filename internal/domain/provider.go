package domain

// The provider catalogue is what Microsoft published about its ISO/IEC 27001
// offering, as a dated snapshot. It is a lead for auditors, never proof.

// ProviderCatalogue is one snapshot of the offering.
type ProviderCatalogue struct {
	ID           string
	Provider     string
	Edition      Edition
	Title        Text
	SnapshotDate string // as the source gives it, ISO 8601
	Licence      string
	Services     []CatalogueService
	InScope      []InScopeEntry
	Certificates []CatalogueDocument
	Assessments  []CatalogueDocument
	FAQ          []FAQEntry
	Resources    []Link
	WhitePapers  []Link
	Backgrounder Link
	MoreReports  Link // "additional audit reports"
	Oddities     []Text
	Renames      []Rename
}

// CatalogueService is a Microsoft service by the name the snapshot used.
type CatalogueService struct {
	ID       string
	Name     Text
	Features []string
	Closed   Date   // last day of service when the renames table gives a full date, else zero
	NowNamed string // newest known name, or ""
	Status   string // renamed, retired, closed, discontinued …, as in the renames table; "" when unchanged
}

// InScopeEntry is one line of the snapshot's list of in-scope services; a line
// may name several services.
type InScopeEntry struct {
	N        int
	Name     Text
	URL      string
	Services []string // catalogue service ids
}

// CatalogueDocumentKind tells certificates from reports and SoAs.
type CatalogueDocumentKind string

const (
	DocCertificate CatalogueDocumentKind = "certificate"
	DocReport      CatalogueDocumentKind = "audit_assessment_report"
	DocSoA         CatalogueDocumentKind = "statement_of_applicability"
)

// CatalogueDocument is a certificate, report or SoA that the snapshot lists. It
// never has dates: the snapshot gives none.
type CatalogueDocument struct {
	ID         string
	Kind       CatalogueDocumentKind
	Family     string
	Title      Text
	URL        string
	Number     string // "IS 533913", or ""
	Issuer     string
	Standards  []string
	ServicesEN []string // services that the English title names
	ServicesFR []string // the French title sometimes names others
	AlsoNamed  []string
	Section    string
}

// FAQEntry is a question of the provider's page, with the answer in our own
// words, the rule it creates here and the gates that apply the rule.
type FAQEntry struct {
	ID       string
	Question Text
	Answer   Text
	Rule     Text
	Gates    []Gate
	Links    []Link
	Bullets  []FAQBullet
}

// FAQBullet is a list item inside an answer.
type FAQBullet struct {
	Text  Text
	Links []Link
}

// Link is a titled address of the snapshot.
type Link struct {
	Title Text
	URL   string
}

// Rename is one row of what became of a service after the snapshot.
type Rename struct {
	OldName    string
	NewName    string
	Status     string
	Effective  string // as the source gives it; not always a full date
	ServiceID  string // catalogue service, or ""
	Source     string
	Confidence string
}

// Gate is one of the six gates a reliance passes, in order.
type Gate string

const (
	GateScope    Gate = "G1"
	GatePeriod   Gate = "G2"
	GateEdition  Gate = "G3"
	GateReport   Gate = "G4"
	GateOurSide  Gate = "G5"
	GateAssessor Gate = "G6"
)

// Gates lists the gates in the order they are passed.
var Gates = []Gate{GateScope, GatePeriod, GateEdition, GateReport, GateOurSide, GateAssessor}

// Party is who carries a part of a control on a service.
type Party string

const (
	PartyMicrosoft Party = "microsoft"
	PartyShared    Party = "shared"
	PartyOurs      Party = "ours"
	PartyNone      Party = "none" // the control does not touch this service
)

// Parties lists the parties in the order screens show them.
var Parties = []Party{PartyMicrosoft, PartyShared, PartyOurs, PartyNone}

// ServiceModel is how a service is consumed.
type ServiceModel string

const (
	ModelIaaS ServiceModel = "iaas"
	ModelPaaS ServiceModel = "paas"
	ModelSaaS ServiceModel = "saas"
)

// ServiceModels lists the models.
var ServiceModels = []ServiceModel{ModelIaaS, ModelPaaS, ModelSaaS}

// ProposedSplit is our own derivation, from the provider's published matrix, of
// who carries an Annex A control under each service model. It is never a
// statement by Microsoft; an auditor confirms or changes it with a reason.
type ProposedSplit struct {
	Ref        Ref
	ByModel    map[ServiceModel]Party
	Areas      []string // areas of the published matrix it was derived from
	Confidence string   // low, medium, high
	Source     string
}

// MatrixRow is one area of the provider's published shared-responsibility matrix.
type MatrixRow struct {
	Area           string
	Name           Text
	OnPremises     Party
	ByModel        map[ServiceModel]Party
	AlwaysCustomer bool
	Source         string
}

// AssuranceEvidence says which provider report or SoA cites which Annex A group.
type AssuranceEvidence struct {
	Title         Text
	ServiceFamily string
	Standard      string
	Codes         []string // 2013 Annex A groups
	ReportDate    string
	ReportID      string
	SoAID         string
	CertificateID string
	Source        string
}
