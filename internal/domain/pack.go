package domain

import (
	"fmt"
	"time"
)

// PackState is how far a pack has come.
type PackState string

const (
	PackSealed  PackState = "sealed"
	PackRevoked PackState = "revoked"
)

// Pack is a sealed export. Its bytes follow from its layout, which is stored.
type Pack struct {
	ID         PackID       `json:"id"`
	Org        OrgID        `json:"org"`
	Engagement EngagementID `json:"engagement"`
	Number     int          `json:"number"` // 7 shows as audit-pack-2026-0007
	Year       int          `json:"year"`
	Langs      []string     `json:"langs"`
	State      PackState    `json:"state"`
	Layout     Digest       `json:"layout"`       // blob that lists every file of the pack
	TagDigest  Digest       `json:"tag_manifest"` // SHA-256 of tagmanifest-sha256.txt: names the whole pack
	Size       int64        `json:"size"`         // bytes of the ZIP
	Files      int          `json:"files"`
	Omissions  int          `json:"omissions"`
	SealedBy   PersonID     `json:"sealed_by"`
	SealedAt   time.Time    `json:"sealed_at"`
	Version    int          `json:"version"`
}

// Code is the pack's name and its top folder: audit-pack-2026-0007.
func (p Pack) Code() string { return fmt.Sprintf("audit-pack-%d-%04d", p.Year, p.Number) }

// PackContents is everything a pack says, as values: the pack writer never
// touches the database.
type PackContents struct {
	Code          string
	Organization  Organization
	Engagement    Engagement
	Langs         []string // "en", "fr", in the order they were asked for
	SealedBy      string
	SealedAt      time.Time
	SoA           []PackSoALine
	SoAVersion    int // newest approved version, 0: none
	SoAApprovedBy string
	SoAApprovedAt time.Time
	SoAChanged    int // lines of the draft that differ from SoAVersion; SoA holds that version’s
	Controls      []PackControl
	Services      []Service
	Certificates  []PackCertificate
	Reports       []PackReport
	Reliances     []PackReliance
	Evidence      []PackEvidence
	Omissions     []PackOmission
	Activity      []Activity
	Counts        map[Bucket]int // applicable controls by bucket, and the excluded
	Attributions  []Text
}

// PackSoALine is an SoA entry with what the workbook shows beside it.
type PackSoALine struct {
	Entry          SoAEntry
	Title          Text
	OtherRefs      []string // codes in the other edition
	Responsibility []string // "Azure: shared", or "Azure: shared?" while nobody has confirmed it
	InheritedFrom  []string // "Azure (IS 533913)", only where all six gates pass
	OurPart        []string
	Evidence       []string // EV codes of accepted items
	Controls       []string // own control codes
	Owners         []string
}

// PackControl is a control with where it stands.
type PackControl struct {
	Control  Control
	Owner    string
	Bucket   Bucket
	Reason   Reason
	Splits   []PackSplit
	Evidence []string // EV codes of every linked item, whatever its state
	Tests    []PackTest
}

// PackSplit is a split with names instead of ids.
type PackSplit struct {
	Service          string
	Split            Split
	ConfirmedBy      string
	Responsibilities []PackResponsibility
}

// PackResponsibility is a customer responsibility with who answers for it, and
// where it stands on the day of the pack.
type PackResponsibility struct {
	Responsibility
	AnsweredBy string              // the duty's owner, else the control's; "" for nobody
	Stands     ResponsibilityState // as evidence shows it
	Until      Date                // last day on which it stays proven; zero: it does not age
}

// PackTest is a test with its tester's name.
type PackTest struct {
	Test   Test
	Tester string
}

// PackCertificate is a certificate with the name of who checked it.
type PackCertificate struct {
	Certificate Certificate
	CheckedBy   string
	Services    []string // names of what its scope names
}

// PackReport is a provider report with the names of who reviewed it and who
// dispositioned its exceptions.
type PackReport struct {
	Report        Report
	ReviewedBy    string
	DecidedBy     []string              // of each exception, in order; "" for an open one
	Continues     string                // title of the audit report that a bridge letter names
	Applicability map[Applicability]int // counts of Annex A, of an SoA whose edition is recorded
}

// PackReliance is a reliance with its verdict on the day of sealing.
type PackReliance struct {
	Reliance     Reliance
	ControlCode  string
	ControlTitle string
	Service      string
	Environment  Environment
	Certificates []string
	Verdict      Verdict
	ProposedBy   string
	ApprovedBy   string
	DecidedBy    string
	Names        map[PersonID]string // of those who passed its gates
}

// PackEvidence is one version of an item; Included is false when its bytes stay
// behind, and the omission says why.
type PackEvidence struct {
	Evidence   Evidence
	Version    EvidenceVersion
	UploadedBy string
	Controls   []string // codes
	Reviewer   string
	Reviewed   Review
	Included   bool
}

// PackOmission is something a reader might look for and not find, with the
// reason. Nothing is left out silently.
type PackOmission struct {
	What   string // EV-000041 v1, or a report's title
	Title  string
	SHA256 string
	Reason string // code: confidential, superseded_version, link, not_accepted, draft, soa_draft …
}
