package domain

import (
	"slices"
	"strings"
	"time"
)

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
	ConfirmedAt time.Time  `json:"confirmed_at"`
	Version     int        `json:"version"`
}

// Check reports every field that breaks a rule. A decision that differs from the
// proposal needs a reason, and so does one that follows a disputed proposal.
func (s Split) Check(proposal Party, disputed bool) error {
	var f FieldErrors
	if !slices.Contains(Parties, s.Party) {
		f.Add("party", "error.choice", nil)
	}
	CheckText(&f, "microsoft", s.Microsoft, 0, 4000)
	CheckText(&f, "ours", s.Ours, 0, 4000)
	switch {
	case s.Reason == "" && s.Party != proposal:
		f.Add("reason", "error.split.reason", nil)
	case s.Reason == "" && disputed:
		f.Add("reason", "error.split.disputed", nil)
	}
	CheckText(&f, "reason", s.Reason, 0, 2000)
	return f.Err()
}

// confirmedOn is the day of the decision; zero in records from before it was kept.
func (s Split) confirmedOn() Date {
	if s.ConfirmedAt.IsZero() {
		return 0
	}
	return DateOf(s.ConfirmedAt)
}

// SupplierOversight lists the controls on supplier relationships and cloud
// services, 5.19 to 5.23 of 2022 and A.15 of 2013: overseeing a supplier is
// never the supplier's.
var SupplierOversight = []Ref{
	{Edition2022, "A.5.19"}, {Edition2022, "A.5.20"}, {Edition2022, "A.5.21"}, {Edition2022, "A.5.22"}, {Edition2022, "A.5.23"},
	{Edition2013, "A.15.1.1"}, {Edition2013, "A.15.1.2"}, {Edition2013, "A.15.1.3"}, {Edition2013, "A.15.2.1"}, {Edition2013, "A.15.2.2"},
}

// IsSupplierOversight reports whether a requirement is about overseeing suppliers.
func (r Ref) IsSupplierOversight() bool { return slices.Contains(SupplierOversight, r) }

// IsClause reports whether a requirement is one of clauses 4 to 10: they speak
// of our own management system, and no certificate of another's meets them.
func (r Ref) IsClause() bool { return !strings.HasPrefix(r.Code, "A.") }

// ProposeSplit derives who carries a control from the proposals for its
// requirements: all alike gives that party, a mixture gives shared, and a
// control without an Annex A proposal is ours. Supplier oversight is always ours.
func ProposeSplit(refs []Ref, model ServiceModel, proposal func(Ref) (ProposedSplit, bool)) Party {
	var parties []Party
	for _, ref := range refs {
		if ref.IsSupplierOversight() {
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
