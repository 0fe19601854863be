package domain

import (
	"time"
)

// RelianceState is how far people have taken a reliance.
type RelianceState string

const (
	RelianceProposed RelianceState = "proposed"
	RelianceApproved RelianceState = "approved"
	RelianceAccepted RelianceState = "accepted" // by the assessor
	RelianceRefused  RelianceState = "refused"  // by the assessor
	RelianceLapsed   RelianceState = "lapsed"   // never heals itself: it must be proposed again
)

// RelianceStates lists the states in order.
var RelianceStates = []RelianceState{RelianceProposed, RelianceApproved, RelianceAccepted, RelianceRefused, RelianceLapsed}

// Reliance is the claim that a control, on a service, within an engagement,
// rests on certificates of the provider.
type Reliance struct {
	ID           RelianceID      `json:"id"`
	Org          OrgID           `json:"org"`
	Engagement   EngagementID    `json:"engagement"`
	Control      ControlID       `json:"control"`
	Service      ServiceID       `json:"service"`
	Certificates []CertificateID `json:"certificates"`
	State        RelianceState   `json:"state"`
	Why          string          `json:"why"` // the proposer's reasoning
	ProposedBy   PersonID        `json:"proposed_by"`
	ProposedAt   time.Time       `json:"proposed_at"`
	ApprovedBy   PersonID        `json:"approved_by"`
	ApprovedAt   time.Time       `json:"approved_at"`
	DecidedBy    PersonID        `json:"decided_by"` // who accepted or refused, or recorded it
	DecidedAt    time.Time       `json:"decided_at"`
	OnBehalfOf   string          `json:"on_behalf_of"` // the assessor, when somebody else recorded the decision
	Proof        string          `json:"proof"`        // where that decision can be seen
	Decision     string          `json:"decision"`     // the assessor's words
	Override     string          `json:"override"`     // why approver and proposer are one person
	LapsedAt     time.Time       `json:"lapsed_at"`
	LapseCauses  []Reason        `json:"lapse_causes,omitempty"`
	Version      int             `json:"version"`
}

// CanMoveTo reports whether a state may follow.
func (r Reliance) CanMoveTo(next RelianceState) bool {
	switch next {
	case RelianceProposed:
		return r.State == RelianceLapsed || r.State == RelianceRefused
	case RelianceApproved:
		return r.State == RelianceProposed
	case RelianceAccepted, RelianceRefused:
		return r.State == RelianceApproved
	case RelianceLapsed:
		return r.State == RelianceApproved || r.State == RelianceAccepted
	}
	return false
}

// Rung is how far up the ladder the gates carry a reliance. Only the last
// counts as inherited.
type Rung string

const (
	RungNotExamined Rung = "not_examined"
	RungClaimable   Rung = "claimable" // G1 to G3
	RungSupported   Rung = "supported" // and G4
	RungComplete    Rung = "complete"  // and G5: complete on our side
	RungInherited   Rung = "inherited" // and G6
)

// Rungs lists the rungs, lowest first.
var Rungs = []Rung{RungNotExamined, RungClaimable, RungSupported, RungComplete, RungInherited}

// RelianceFacts are the values a verdict is computed from. Nothing else counts.
type RelianceFacts struct {
	Edition          Edition // of the engagement
	Period           Period  // the audit period
	Requirements     []ControlRequirement
	Service          Service
	Certificates     []Certificate // those the reliance rests on
	Crosswalk        []CrosswalkRow
	Reports          []Report // all of the organization's
	ReportMaxMonths  int      // how old a report may be at the period's end
	Party            Party    // of the split
	SplitConfirmed   bool
	Responsibilities []Responsibility
	Evidence         map[EvidenceID]EvidenceFact
	AssessorEngaged  bool // an assessor whose duties cover the control
	State            RelianceState
}

// GateResult is the outcome of one gate with its reasons: causes when it
// failed, grounds when it passed.
type GateResult struct {
	Gate    Gate     `json:"gate"`
	Passed  bool     `json:"passed"`
	Causes  []Reason `json:"causes,omitempty"`
	Grounds []Reason `json:"grounds,omitempty"`
}

// Verdict is the outcome of all six gates, in order, and the rung reached.
type Verdict struct {
	Gates []GateResult `json:"gates"`
	Rung  Rung         `json:"rung"`
}

// FirstFailed returns the first gate that failed, and false when all passed.
func (v Verdict) FirstFailed() (GateResult, bool) {
	for _, g := range v.Gates {
		if !g.Passed {
			return g, true
		}
	}
	return GateResult{}, false
}

// Inherited reports whether every gate passed.
func (v Verdict) Inherited() bool { return v.Rung == RungInherited }

// ReportMaxMonths is the default age limit of a provider report at the end of
// the audit period.
const ReportMaxMonths = 12

// Evaluate decides whether a control is inherited, and why or why not. It is a
// pure function: the same facts give the same verdict on any day.
func Evaluate(f RelianceFacts) Verdict {
	counting := countingCertificates(f)
	results := []GateResult{
		scopeGate(f, counting),
		periodGate(f, counting),
		editionGate(f, counting),
		reportGate(f),
		ourSideGate(f),
		assessorGate(f),
	}
	return Verdict{Gates: results, Rung: climb(results)}
}

// climb returns the highest rung whose gates all passed.
func climb(results []GateResult) Rung {
	passed := 0
	for passed < len(results) && results[passed].Passed {
		passed++
	}
	switch {
	case passed == 6:
		return RungInherited
	case passed == 5:
		return RungComplete
	case passed == 4:
		return RungSupported
	case passed == 3:
		return RungClaimable
	}
	return RungNotExamined
}

func result(g Gate, causes, grounds []Reason) GateResult {
	if len(causes) > 0 {
		return GateResult{Gate: g, Causes: causes}
	}
	return GateResult{Gate: g, Passed: true, Grounds: grounds}
}

// label is how a reason names a certificate.
func (c Certificate) label() string {
	if c.Number != "" {
		return c.Number
	}
	return c.Title
}
