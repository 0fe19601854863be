package domain

import "time"

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
	Assessor     PersonID        `json:"assessor,omitempty"` // whose decision it is; 0 in records from before it was kept
	OnBehalfOf   string          `json:"on_behalf_of"`       // the assessor's name, when somebody else recorded the decision
	Proof        string          `json:"proof"`              // where that decision can be seen
	Decision     string          `json:"decision"`           // the assessor's words
	Override     string          `json:"override"`           // why approver and proposer are one person
	LapsedAt     time.Time       `json:"lapsed_at"`
	LapseCauses  []Reason        `json:"lapse_causes,omitempty"`
	Version      int             `json:"version"`
}

// Claimed reports whether anybody claims it: a pair of a control and a service
// that nobody proposed has the zero Reliance.
func (r Reliance) Claimed() bool { return r.State != "" }

// Standing reports whether people rely on it: only then can it lapse.
func (r Reliance) Standing() bool { return r.CanMoveTo(RelianceLapsed) }

// Independent reports whether a person may decide on it as the assessor: nobody
// assesses what they proposed or approved, whatever their role is by then.
func (r Reliance) Independent(assessor PersonID) bool {
	return assessor != r.ProposedBy && assessor != r.ApprovedBy
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
	ProviderFacts
	OwnFacts
}

// Ground is why a gate passed: what can be seen, on which object, and who put
// their name to it on which day.
type Ground struct {
	Reason
	Noun   Noun     `json:"noun,omitempty"`
	Object int64    `json:"object,omitempty"`
	By     PersonID `json:"by,omitempty"` // 0: nobody had to; it follows from dates or from the crosswalk
	On     Date     `json:"on,omitempty"`
}

// GateResult is the outcome of one gate with its reasons: causes when it
// failed, grounds when it passed. Notes explain or qualify either; they never
// decide.
type GateResult struct {
	Gate    Gate     `json:"gate"`
	Passed  bool     `json:"passed"`
	Causes  []Reason `json:"causes,omitempty"`
	Grounds []Ground `json:"grounds,omitempty"`
	Notes   []Reason `json:"notes,omitempty"`
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

// Evaluate decides whether a control is inherited, and why or why not. It is a
// pure function of the facts, the day asked about among them: the same facts
// give the same verdict whenever they are asked.
func Evaluate(f RelianceFacts) Verdict { return Examine(f.ProviderFacts).Verdict(f.OwnFacts) }

// Verdict joins what the provider's documents carry with our own side. One
// examination serves every control that leans on the service.
func (x *Examination) Verdict(own OwnFacts) Verdict {
	gates := []GateResult{x.scope, x.period, x.editionGate(own), x.reportGate(own), x.ourSideGate(own), x.assessorGate(own)}
	return Verdict{Gates: gates, Rung: climb(gates)}
}

// climb returns the highest rung whose gates all passed.
func climb(gates []GateResult) Rung {
	passed := 0
	for passed < len(gates) && gates[passed].Passed {
		passed++
	}
	return Rungs[max(0, passed-2)]
}

// result closes a gate: any cause fails it.
func result(g Gate, causes []Reason, grounds []Ground, notes []Reason) GateResult {
	if len(causes) > 0 {
		return GateResult{Gate: g, Causes: inOrder(causes), Notes: inOrder(notes)}
	}
	return GateResult{Gate: g, Passed: true, Grounds: grounds, Notes: inOrder(notes)}
}
