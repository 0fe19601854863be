package domain

import (
	"cmp"
	"regexp"
	"slices"
	"time"
)

// EngagementKind is the kind of audit.
type EngagementKind string

const (
	KindInternal        EngagementKind = "internal"
	KindStage1          EngagementKind = "stage1"
	KindStage2          EngagementKind = "stage2"
	KindSurveillance    EngagementKind = "surveillance"
	KindRecertification EngagementKind = "recertification"
)

// EngagementKinds lists the kinds.
var EngagementKinds = []EngagementKind{KindInternal, KindStage1, KindStage2, KindSurveillance, KindRecertification}

// EngagementState is how far an engagement has come.
type EngagementState string

const (
	EngagementDraft     EngagementState = "draft"
	EngagementPlanned   EngagementState = "planned"
	EngagementFieldwork EngagementState = "fieldwork"
	EngagementReporting EngagementState = "reporting"
	EngagementClosed    EngagementState = "closed"
)

// EngagementStates lists the states in order.
var EngagementStates = []EngagementState{EngagementDraft, EngagementPlanned, EngagementFieldwork, EngagementReporting, EngagementClosed}

// Engagement is one audit: its edition, its inclusive audit period, its scope.
type Engagement struct {
	ID        EngagementID    `json:"id"`
	Org       OrgID           `json:"org"`
	Code      string          `json:"code"` // unique in the organization, in URLs
	Title     string          `json:"title"`
	Kind      EngagementKind  `json:"kind"`
	Edition   Edition         `json:"edition"`
	Period    Period          `json:"period"`
	Scope     string          `json:"scope"` // what is audited, in the organization's words
	State     EngagementState `json:"state"`
	CreatedAt time.Time       `json:"created_at"`
	Version   int             `json:"version"`

	ReportMaxMonths int `json:"report_max_months,omitempty"` // age limit of a provider report at the period's end; 0: ReportMaxMonths
}

// ReportAge is the age limit of a provider report at the period's end, in months.
func (e Engagement) ReportAge() int { return cmp.Or(e.ReportMaxMonths, ReportMaxMonths) }

var engagementCode = regexp.MustCompile(`^[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?$`)

// Check reports every field that breaks a rule.
func (e Engagement) Check() error {
	var f FieldErrors
	if !engagementCode.MatchString(e.Code) {
		f.Add("code", "error.engagement.code", Args{"Value": e.Code})
	}
	CheckText(&f, "title", e.Title, 1, 160)
	CheckText(&f, "scope", e.Scope, 0, 4000)
	if !slices.Contains(EngagementKinds, e.Kind) {
		f.Add("kind", "error.choice", nil)
	}
	if !e.Edition.Valid() {
		f.Add("edition", "error.choice", nil)
	}
	if e.ReportMaxMonths < 0 || e.ReportMaxMonths > 60 {
		f.Add("report_max_months", "error.engagement.report_age", nil)
	}
	if !e.Period.Valid() {
		f.Add("from", "error.period", Args{"From": e.Period.From.String(), "To": e.Period.To.String()})
	}
	return f.Err()
}

// CanMoveTo reports whether a state may follow: one step forward, or back from
// closed to reporting, which needs a reason.
func (e Engagement) CanMoveTo(next EngagementState) bool {
	i, j := slices.Index(EngagementStates, e.State), slices.Index(EngagementStates, next)
	return i >= 0 && j == i+1 || e.State == EngagementClosed && next == EngagementReporting
}

// AuditedBefore reports whether e is a closed internal audit that another
// engagement may point to: of the same edition, over days that end with that
// engagement's period and no more than a year before it begins (clause 9.2
// asks for internal audits at planned intervals; a year is the usual one).
func (e Engagement) AuditedBefore(next Engagement) bool {
	return e.Kind == KindInternal && e.State == EngagementClosed && e.Edition == next.Edition &&
		e.Period.To <= next.Period.To && e.Period.To.AddMonths(12) >= next.Period.From
}
