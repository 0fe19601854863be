package domain

import "slices"

// SplitState tells a proposal from a decision.
type SplitState string

const (
	SplitProposed  SplitState = "proposed"
	SplitConfirmed SplitState = "confirmed"
)

// Split says who carries a control on a service, and what each side does.
type Split struct {
	ID          SplitID    `json:"id"`
	Org         OrgID      `json:"org"`
	Control     ControlID  `json:"control"`
	Service     ServiceID  `json:"service"`
	Party       Party      `json:"party"`
	Microsoft   string     `json:"microsoft"` // what Microsoft does
	Ours        string     `json:"ours"`      // what we must do
	State       SplitState `json:"state"`
	Reason      string     `json:"reason"` // why it differs from the proposal
	ConfirmedBy PersonID   `json:"confirmed_by"`
	Version     int        `json:"version"`
}

// Check reports every field that breaks a rule; a decision that differs from
// the proposal needs a reason.
func (s Split) Check(proposal Party) error {
	var f FieldErrors
	if !slices.Contains(Parties, s.Party) {
		f.Add("party", "error.choice", nil)
	}
	CheckText(&f, "microsoft", s.Microsoft, 0, 4000)
	CheckText(&f, "ours", s.Ours, 0, 4000)
	least := 0
	if s.Party != proposal {
		least = 1
	}
	CheckText(&f, "reason", s.Reason, least, 2000)
	return f.Err()
}

// SupplierOversight lists the 2022 controls on supplier relationships and
// cloud services, 5.19 to 5.23: overseeing a supplier is never the supplier's.
var SupplierOversight = []string{"A.5.19", "A.5.20", "A.5.21", "A.5.22", "A.5.23"}

// ProposeSplit derives who carries a control from the proposals for its
// requirements: all alike gives that party, a mixture gives shared, and a
// control without an Annex A proposal is ours. Supplier oversight is always ours.
func ProposeSplit(refs []Ref, model ServiceModel, proposal func(Ref) (ProposedSplit, bool)) Party {
	var parties []Party
	for _, ref := range refs {
		if ref.Edition == Edition2022 && slices.Contains(SupplierOversight, ref.Code) {
			return PartyOurs
		}
		p, ok := proposal(ref)
		if !ok {
			parties = append(parties, PartyOurs)
			continue
		}
		parties = append(parties, p.ByModel[model])
	}
	slices.Sort(parties)
	switch parties = slices.Compact(parties); len(parties) {
	case 0:
		return PartyOurs
	case 1:
		return parties[0]
	}
	return PartyShared
}

// ResponsibilityState is whether a customer responsibility is proven.
type ResponsibilityState string

const (
	ResponsibilityOpen      ResponsibilityState = "open"
	ResponsibilityEvidenced ResponsibilityState = "evidenced"
	ResponsibilityNone      ResponsibilityState = "none" // nothing to do, because …
)

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
	State     ResponsibilityState `json:"state"`
	Because   string              `json:"because"`  // why there is none
	Evidence  []EvidenceID        `json:"evidence"` // what is offered as proof
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
	return f.Err()
}
