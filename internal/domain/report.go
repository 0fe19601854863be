package domain

import "slices"

// ReportKind is what sort of provider document it is.
type ReportKind string

const (
	ReportAudit  ReportKind = "audit_report"
	ReportSoA    ReportKind = "soa"
	ReportBridge ReportKind = "bridge_letter"
)

// ReportKinds lists the kinds.
var ReportKinds = []ReportKind{ReportAudit, ReportSoA, ReportBridge}

// ReportState is how far a report has come.
type ReportState string

const (
	ReportToRequest  ReportState = "to_request"
	ReportRequested  ReportState = "requested"
	ReportObtained   ReportState = "obtained"
	ReportReviewed   ReportState = "reviewed"
	ReportSuperseded ReportState = "superseded"
)

// ReportStates lists the states in order.
var ReportStates = []ReportState{ReportToRequest, ReportRequested, ReportObtained, ReportReviewed, ReportSuperseded}

// Report is an audit report, SoA or bridge letter of the provider.
type Report struct {
	ID           ReportID   `json:"id"`
	Org          OrgID      `json:"org"`
	Kind         ReportKind `json:"kind"`
	Title        string     `json:"title"`
	Period       Period     `json:"period"`       // what the report covers
	Confidential bool       `json:"confidential"` // cited in packs, never shipped by default
	Names        []Named    `json:"names"`        // services and environments it covers

	Edition    Edition `json:"edition,omitempty"`    // whose requirements an SoA lists; "" in records from before it was asked
	NotApplied []Ref   `json:"not_applied"`          // an SoA's exclusions
	NotStated  []Ref   `json:"not_stated,omitempty"` // requirements of which the SoA says nothing

	Exceptions ReportExceptions `json:"exceptions"`
	Bridges    ReportID         `json:"bridges,omitempty"` // the audit report that a bridge letter continues; 0: any of the service

	Document     EvidenceID  `json:"document"`
	DocumentHash Digest      `json:"document_sha256,omitzero"` // of the document read, on file or not
	ObtainedOn   Date        `json:"obtained_on"`
	ReviewedBy   PersonID    `json:"reviewed_by"`
	ReviewedOn   Date        `json:"reviewed_on"`
	State        ReportState `json:"state"`
	CatalogueID  string      `json:"catalogue_id"`
	URL          string      `json:"url"`
	Note         string      `json:"note"`
	Version      int         `json:"version"`
}

// Check reports every field that breaks a rule.
func (r Report) Check() error {
	var f FieldErrors
	CheckText(&f, "title", r.Title, 1, 500)
	CheckText(&f, "note", r.Note, 0, 4000)
	CheckURL(&f, "url", r.URL)
	if !slices.Contains(ReportKinds, r.Kind) {
		f.Add("kind", "error.choice", nil)
	}
	if !slices.Contains(ReportStates, r.State) {
		f.Add("state", "error.choice", nil)
	}
	if !r.Period.IsZero() && !r.Period.Valid() {
		f.Add("from", "error.period", Args{"From": r.Period.From.String(), "To": r.Period.To.String()})
	}
	if r.Kind == ReportSoA && r.Edition != "" && !r.Edition.Valid() {
		f.Add("edition", "error.choice", nil)
	} else if r.Edition != "" && r.statesOther() {
		f.Add("edition", "error.report.edition", Args{"Standard": r.Edition.Other().Standard()})
	}
	r.checkExceptions(&f)
	if r.State == ReportObtained || r.State == ReportReviewed {
		r.checkObtained(&f)
	}
	return f.Err()
}

// checkObtained notes what an obtained report must carry.
func (r Report) checkObtained(f *FieldErrors) {
	if r.ObtainedOn == 0 {
		f.Add("obtained_on", "error.report.obtained_on", nil)
	}
	if r.Period.IsZero() {
		f.Add("from", "error.report.period", nil)
	}
	if r.Kind == ReportAudit && r.Period.To > r.ObtainedOn && r.ObtainedOn != 0 {
		f.Add("to", "error.report.period_later", nil)
	}
	if len(r.Names) == 0 {
		f.Add("names", "error.certificate.names", nil)
	}
}

// statesOther reports whether what the SoA says of requirements is of another
// edition than its own.
func (r Report) statesOther() bool {
	return slices.ContainsFunc(slices.Concat(r.NotApplied, r.NotStated), func(q Ref) bool { return q.Edition != r.Edition })
}

// SameReading reports whether a review of o still speaks for r: what it is, the
// days and services it covers, the document, and what it applies.
func (r Report) SameReading(o Report) bool {
	return r.Kind == o.Kind && r.Period == o.Period && r.DocumentHash == o.DocumentHash && r.Edition == o.Edition &&
		sameSet(r.Names, o.Names) && sameSet(r.NotApplied, o.NotApplied) && sameSet(r.NotStated, o.NotStated)
}

func sameSet[T comparable](a, b []T) bool {
	in := func(list []T) func(T) bool { return func(v T) bool { return slices.Contains(list, v) } }
	return !slices.ContainsFunc(a, func(v T) bool { return !in(b)(v) }) && !slices.ContainsFunc(b, func(v T) bool { return !in(a)(v) })
}

// InHand reports whether somebody has the document.
func (r Report) InHand() bool { return r.State == ReportObtained || r.State == ReportReviewed }

// DaysTooOld is by how many days the report is past its age limit, in months
// after its own last day, at the end of an audit period; 0 when it is not.
func (r Report) DaysTooOld(end Date, months int) int {
	return max(0, int(end-r.Period.To.AddMonths(months)))
}
