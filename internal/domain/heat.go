package domain

// Carrier is who carries a control over all the services in use, given on how
// many of them each party does. It is ours as soon as one service leaves it to
// us, Microsoft's only where every service that has a part in it leaves it to
// Microsoft, and shared otherwise. A control that no service touches is ours:
// nobody else carries it. Where the splits of every service say "none", it is
// none: counted apart.
func Carrier(parties map[Party]int) Party {
	microsoft, shared, ours, none := parties[PartyMicrosoft], parties[PartyShared], parties[PartyOurs], parties[PartyNone]
	switch {
	case ours > 0:
		return PartyOurs
	case shared > 0:
		return PartyShared
	case microsoft > 0:
		return PartyMicrosoft
	case none > 0:
		return PartyNone
	}
	return PartyOurs
}

// Carrier is who carries the control over all the services in use.
func (s ControlSummary) Carrier() Party { return Carrier(s.Parties) }

// Heat counts the applicable controls by who carries them and where they
// stand: each is in exactly one cell.
type Heat map[Party]map[Bucket]int

// NewHeat counts controls; those that do not apply are left out.
func NewHeat(controls []ControlSummary) Heat {
	h := Heat{}
	for _, s := range controls {
		if s.Bucket == BucketExcluded {
			continue
		}
		p := s.Carrier()
		if h[p] == nil {
			h[p] = map[Bucket]int{}
		}
		h[p][s.Bucket]++
	}
	return h
}

// Row counts the controls that a party carries.
func (h Heat) Row(p Party) int {
	n := 0
	for _, count := range h[p] {
		n += count
	}
	return n
}

// Most is the greatest count of a cell.
func (h Heat) Most() int {
	most := 0
	for _, row := range h {
		for _, n := range row {
			most = max(most, n)
		}
	}
	return most
}

// Rows lists the parties in order; none is a row only where it counts something.
func (h Heat) Rows() []Party {
	out := []Party{PartyMicrosoft, PartyShared, PartyOurs}
	if h.Row(PartyNone) > 0 {
		out = append(out, PartyNone)
	}
	return out
}
