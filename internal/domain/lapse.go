package domain

// Lapses reports whether an approved or accepted reliance has fallen, and why:
// a gate that people had relied on no longer passes. An approved one rests on
// G1 to G3; an accepted one on everything but its own acceptance.
func Lapses(state RelianceState, v Verdict) (bool, []Reason) {
	upTo := 0
	switch state {
	case RelianceApproved:
		upTo = 3
	case RelianceAccepted:
		upTo = 6
	}
	var causes []Reason
	for _, g := range v.Gates[:upTo] {
		causes = append(causes, g.Causes...)
	}
	return len(causes) > 0, causes
}
