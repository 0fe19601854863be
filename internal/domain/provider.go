package domain

import "strings"

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
	AuditCycle   AuditCycle
	Services     []CatalogueService // those of the in-scope list
	AlsoNamed    []CatalogueService // named by a document, absent from the in-scope list
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

// AuditCycle is how often the snapshot says that the offering is audited.
type AuditCycle struct {
	Minimum Text
	By      Text     // who audits
	Yearly  []string // catalogue service ids of which it says "once a year"
}

// CatalogueService is a Microsoft service by the name the snapshot used.
type CatalogueService struct {
	ID         string
	Name       Text
	Features   []string
	Closed     Date   // last day of service when the renames table gives a full date, else zero
	NowNamed   string // newest known name of the service itself, or "" when it kept its own
	Successor  string // what took the place of a service that ended, or ""
	Status     string // renamed, retired, closed, dropped …, as in the renames table; "" when unchanged
	StatusText Text   // Status in both languages
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
	Issuer     string // certification body, read from the link's address, or ""
	Standards  []string
	ServicesEN []string // services that the English title names
	ServicesFR []string // the French title sometimes names others
	AlsoNamed  []string
	Section    string // certificates, assessments or faq: where the snapshot lists it
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
	Title    Text
	URL      string
	ShortURL string // a second address that the snapshot gives for the same thing, or ""
	Lang     string // language of the target when the snapshot states it, or ""
}

// RenameSubject says what a row of the renames table speaks of.
type RenameSubject string

const (
	RenameOfService  RenameSubject = "service"  // the catalogue service itself
	RenameInDocument RenameSubject = "document" // a name that a document's title or address uses
	RenameLater      RenameSubject = "later"    // a service that the provider listed after the snapshot
)

// Rename is one row of what became of a service after the snapshot.
type Rename struct {
	OldName       string
	NewName       string // as the source gives it, with its remarks
	Outcome       Text   // NewName in both languages
	NowNamed      string // the bare name from then on, or "" when the name stayed
	Successor     string // what took the place of a service that ended, or ""
	Status        string
	StatusText    Text
	Effective     string // as the source gives it; not always a full date
	EffectiveText Text
	Subject       RenameSubject
	ServiceID     string // catalogue service, or ""
	Source        string
	Confidence    string
}

// Unchanged reports that the row only confirms the name.
func (r Rename) Unchanged() bool { return strings.HasPrefix(r.Status, "unchanged") }

// Ended reports that the row tells the end of its subject.
func (r Rename) Ended() bool { return r.Status == "retired" || r.Status == "closed" }

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
	Areas      []string // areas of the published matrix, or judged by us, that it was derived from
	Confidence string   // low, medium, high
	Source     string
	SourceText Text         // Source in both languages
	Policies   PolicyCounts // built-in Azure policies of the control
	NIST       NISTSignal
}

// PolicyCounts counts the built-in Azure policies that an initiative assigns to
// a control. They measure what Azure can check, not what anybody has done.
type PolicyCounts struct {
	Initiative string // "" when no built-in initiative covers the control
	Manual     int
	Automated  int
}

// NISTSignal counts the NIST SP 800-53 controls that map to a control by whom
// the built-in Azure initiative for NIST makes responsible for them.
type NISTSignal struct {
	Microsoft int
	Shared    int
	Customer  int
	Unlisted  int // mapped, but absent from the initiative
}

// PolicyGroup is one group of a built-in Azure Policy initiative for an
// ISO/IEC standard: the automatic checks it runs and the manual ones it lists.
type PolicyGroup struct {
	Initiative string
	Version    string
	Group      string
	Code       string // as the initiative numbers it: "A.5.1.1", "C.6.1.2.a.1", "8.22", "CLD.6.3.1"
	Ref        Ref    // requirement it falls under; zero for a cloud control of ISO/IEC 27017
	Manual     int
	Automated  int
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
// Rows on ISO/IEC 27018 and ISO 22301 number their own clauses, so Codes is
// empty there and Cited alone tells what they cite.
type AssuranceEvidence struct {
	Title         Text
	ServiceFamily string
	Standard      string
	Codes         []string // 2013 Annex A groups
	Cited         []string // what the provider's page writes, code and title
	ReportDate    string   // ISO 8601, a day or only a month
	ReportID      string
	SoAID         string
	CertificateID string
	Source        string
}
