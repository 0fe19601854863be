package domain

import (
	"slices"
	"strings"
)

// ResponsibilityState is whether a customer responsibility is proven.
type ResponsibilityState string

const (
	ResponsibilityOpen      ResponsibilityState = "open"
	ResponsibilityEvidenced ResponsibilityState = "evidenced"
	ResponsibilityStale     ResponsibilityState = "stale" // derived: what was offered as proof counts no longer
	ResponsibilityNone      ResponsibilityState = "none"  // nothing to do, because …
)

// ResponsibilityStates lists the states, what needs somebody first.
var ResponsibilityStates = []ResponsibilityState{ResponsibilityOpen, ResponsibilityStale, ResponsibilityEvidenced, ResponsibilityNone}

// Responsibility is one sentence of what the customer must do for a control on
// a service.
type Responsibility struct {
	ID        ResponsibilityID    `json:"id"`
	Org       OrgID               `json:"org"`
	Control   ControlID           `json:"control"`
	Service   ServiceID           `json:"service"`
	Sentence  string              `json:"sentence"`
	Owner     PersonID            `json:"owner"`
	Expected  string              `json:"expected"`  // the evidence that would prove it
	Frequency string              `json:"frequency"` // how often it is due, in the organization's words
	Cadence   Cadence             `json:"cadence,omitempty"`
	State     ResponsibilityState `json:"state"`
	Because   string              `json:"because"`           // why there is none
	Evidence  []EvidenceID        `json:"evidence"`          // what is offered as proof
	SaidBy    PersonID            `json:"said_by,omitempty"` // who last said so; 0 in records from before it was kept
	SaidOn    Date                `json:"said_on,omitempty"`
	Version   int                 `json:"version"`
}

// Check reports every field that breaks a rule; "none" needs a reason.
func (r Responsibility) Check() error {
	var f FieldErrors
	if r.State == ResponsibilityNone {
		CheckText(&f, "because", r.Because, 1, 2000)
	} else {
		CheckText(&f, "sentence", r.Sentence, 1, 1000)
	}
	CheckText(&f, "expected", r.Expected, 0, 1000)
	CheckText(&f, "frequency", r.Frequency, 0, 120)
	if r.Cadence != "" && !slices.Contains(Cadences, r.Cadence) {
		f.Add("cadence", "error.choice", nil)
	}
	return f.Err()
}

// Twin reports whether two responsibilities say the same of one control on one
// service: a form sent twice, or a sentence typed again.
func (r Responsibility) Twin(o Responsibility) bool {
	none := r.State == ResponsibilityNone
	if r.ID == o.ID || r.Control != o.Control || r.Service != o.Service || none != (o.State == ResponsibilityNone) {
		return false
	}
	return none || strings.EqualFold(r.Sentence, o.Sentence)
}

// Contradicts reports whether one of two responsibilities of a control on a
// service says that there is nothing to do, and the other says what there is.
func (r Responsibility) Contradicts(o Responsibility) bool {
	return r.ID != o.ID && r.Control == o.Control && r.Service == o.Service && (r.State == ResponsibilityNone) != (o.State == ResponsibilityNone)
}

// AsOf is a proof as it will stand on a day to come, after the audit period as
// well: ProofOf looks no further than the audit does.
func (p Proof) AsOf(on Date) Proof {
	if !p.Proven || p.Until == 0 || on <= p.Until {
		return p
	}
	code := ""
	for _, v := range p.Ground.Reason.Params {
		if v.Name == "Evidence" {
			code = v.Value
		}
	}
	if p.Lapses {
		since := because("evidence_expired_since", "Evidence", code, "Since", p.Until.AddDays(1).String())
		return Proof{Stale: true, Causes: append(slices.Clone(p.Causes), since)}
	}
	cause := because("evidence_stale", "Evidence", code, "Due", p.Until.AddDays(-ProofGraceDays).String())
	return Proof{Stale: true, Causes: append(slices.Clone(p.Causes), cause)}
}

// StateOn is the state as it shows on a day: evidence that was offered and
// counts no longer makes a responsibility stale.
func (r Responsibility) StateOn(p Proof) ResponsibilityState {
	switch {
	case r.State == ResponsibilityNone:
		return ResponsibilityNone
	case p.Proven:
		return ResponsibilityEvidenced
	case p.Stale:
		return ResponsibilityStale
	}
	return ResponsibilityOpen
}

// Cadence is how often a customer responsibility recurs; "" does not recur by
// the calendar, such as a duty at each incident.
type Cadence string

const (
	CadenceMonthly    Cadence = "monthly" // or oftener: evidence of weekly work is collected by the month
	CadenceQuarterly  Cadence = "quarterly"
	CadenceHalfYearly Cadence = "half_yearly"
	CadenceYearly     Cadence = "yearly"
)

// Cadences lists the cadences, the shortest first.
var Cadences = []Cadence{CadenceMonthly, CadenceQuarterly, CadenceHalfYearly, CadenceYearly}

var cadenceMonths = map[Cadence]int{CadenceMonthly: 1, CadenceQuarterly: 3, CadenceHalfYearly: 6, CadenceYearly: 12}

// DueAfter is the last day of the turn after the one that the evidence at hand
// speaks for; zero when the duty does not recur. A turn begins on the day after:
// what speaks for all of November is followed by all of December.
func (c Cadence) DueAfter(last Date) Date {
	if months, recurs := cadenceMonths[c]; recurs {
		return last.AddDays(1).AddMonths(months) - 1
	}
	return 0
}

// ProofGraceDays is how long after the end of a turn its evidence may take to be
// collected and accepted before the evidence of the turn before counts no longer.
const ProofGraceDays = 30

// CountsUntil is the last day on which evidence proves a recurring duty; zero when
// the duty does not recur.
func (c Cadence) CountsUntil(last Date) Date {
	if due := c.DueAfter(last); due != 0 {
		return due.AddDays(ProofGraceDays)
	}
	return 0
}
