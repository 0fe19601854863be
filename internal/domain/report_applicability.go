package domain

import "slices"

// Applicability is what a provider's SoA says of a requirement, the weakest first.
type Applicability int

const (
	NotApplied Applicability = iota
	NotStated
	Applied
)

// Applicabilities lists what an SoA can say, the strongest first.
var Applicabilities = []Applicability{Applied, NotApplied, NotStated}

// String is the word that forms, files and keys use.
func (a Applicability) String() string {
	switch a {
	case NotApplied:
		return "not_applied"
	case NotStated:
		return "not_stated"
	}
	return "applied"
}

// ParseApplicability reads that word.
func ParseApplicability(s string) (Applicability, bool) {
	i := slices.IndexFunc(Applicabilities, func(a Applicability) bool { return a.String() == s })
	if i < 0 {
		return NotStated, false
	}
	return Applicabilities[i], true
}

// Applicability reads what the SoA says of a requirement of its own edition.
func (r Report) Applicability(ref Ref) Applicability {
	switch {
	case slices.Contains(r.NotApplied, ref):
		return NotApplied
	case slices.Contains(r.NotStated, ref):
		return NotStated
	}
	return Applied
}

// WithApplicability returns the report with what its SoA says of each
// requirement of an edition; of one that says does not name, nothing is stated.
func (r Report) WithApplicability(e Edition, all []Requirement, says map[string]Applicability) Report {
	r.Edition, r.NotApplied, r.NotStated = e, nil, nil
	for _, q := range all {
		switch a, said := says[q.Ref.Code]; {
		case !said || a == NotStated:
			r.NotStated = append(r.NotStated, q.Ref)
		case a == NotApplied:
			r.NotApplied = append(r.NotApplied, q.Ref)
		}
	}
	return r
}

// CountApplicability counts what the SoA says of the requirements given.
func (r Report) CountApplicability(all []Requirement) map[Applicability]int {
	out := map[Applicability]int{}
	for _, q := range all {
		out[r.Applicability(q.Ref)]++
	}
	return out
}
