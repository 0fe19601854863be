package domain

import "slices"

// Lapses reports whether a standing reliance has fallen, and why: a gate that
// people had relied on no longer passes. An approved one rests on G1 to G3 and
// on there being something to rely on; an accepted one on all six.
func Lapses(state RelianceState, v Verdict) (bool, []Reason) {
	var causes []Reason
	switch state {
	case RelianceApproved:
		causes = whyNotClaimable(v)
	case RelianceAccepted:
		for _, g := range v.Gates {
			causes = append(causes, g.Causes...)
		}
	}
	return len(causes) > 0, causes
}

// Claimable reports whether a proposal may be approved, and why not.
func Claimable(v Verdict) (bool, []Reason) {
	causes := whyNotClaimable(v)
	return len(causes) == 0, causes
}

// toppling are the causes of G5 by which nothing is left to rely on.
var toppling = []string{"nothing_to_rely_on", "control_not_applicable"}

func whyNotClaimable(v Verdict) []Reason {
	var causes []Reason
	for _, g := range v.Gates {
		for _, c := range g.Causes {
			if g.Gate == GateScope || g.Gate == GatePeriod || g.Gate == GateEdition || slices.Contains(toppling, c.Code) {
				causes = append(causes, c)
			}
		}
	}
	return causes
}

// Concerns reports whether a reliance that fell is a person's to act on: it is
// for those who run the management system, for whoever owns the control or one
// of its duties on the service, and for those who put their name to it.
func (r Reliance) Concerns(who PersonID, role Role, owner PersonID, duties []Responsibility) bool {
	if role == RoleOwner || role == RoleManager || who == owner || who == r.ProposedBy || who == r.ApprovedBy || who == r.DecidedBy {
		return true
	}
	return slices.ContainsFunc(duties, func(d Responsibility) bool { return d.Owner == who })
}
