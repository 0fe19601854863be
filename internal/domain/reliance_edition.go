package domain

// neededFromOtherEdition keeps the counting certificates to the other edition
// without which some day of the audit period would be uncovered: only they have
// to pass through the crosswalk, so a further certificate never does harm.
func neededFromOtherEdition(f ProviderFacts, counting []Certificate) []Certificate {
	var same, other []Certificate
	for _, c := range counting {
		if c.Edition == f.Edition {
			same = append(same, c)
		} else {
			other = append(other, c)
		}
	}
	left := UncoveredDays(f.Period, same)
	var out []Certificate
	for _, c := range other {
		if days, ok := c.Covers(); ok && overlapsAny(days, left) {
			out = append(out, c)
		}
	}
	if len(same)+len(out) == 0 {
		return other // none covers a day; what they would carry is still worth saying
	}
	return out
}

func overlapsAny(p Period, others []Period) bool {
	for _, o := range others {
		if p.Overlaps(o) {
			return true
		}
	}
	return false
}

// sameForAll is the part of G3 that no control changes: whether any certificate
// counts, and which are to the engagement's own edition.
func (x *Examination) sameForAll() GateResult {
	if len(x.counting) == 0 {
		return result(GateEdition, []Reason{because("no_counting_certificate")}, nil, nil)
	}
	var grounds []Ground
	for _, c := range x.counting {
		if c.Edition == x.facts.Edition {
			grounds = append(grounds, c.ground(because("same_edition", "Certificate", c.label(), "Edition", string(c.Edition))))
		}
	}
	return result(GateEdition, nil, grounds, nil)
}

// editionGate is G3: each day is covered by a certificate to the engagement's
// edition, or every requirement of the control reaches the certificate's
// edition whole.
func (x *Examination) editionGate(own OwnFacts) GateResult {
	notes := partly(own, x.facts.Edition)
	if !own.implementsAny(x.facts.Edition) {
		causes := append([]Reason{because("no_requirement", "Edition", string(x.facts.Edition))}, x.edition.Causes...)
		return result(GateEdition, causes, nil, nil)
	}
	if !x.edition.Passed || len(x.foreign) == 0 && len(notes) == 0 {
		return x.edition
	}
	var causes []Reason
	grounds := x.edition.Grounds[:len(x.edition.Grounds):len(x.edition.Grounds)]
	for _, c := range x.foreign {
		before := len(causes)
		for ref := range own.refsIn(x.facts.Edition) {
			if gap := x.facts.Crosswalk.gap(ref, x.excludes); gap.Code != "" {
				causes = append(causes, because("edition_gap", "Ref", ref.Code, "Certificate", c.label()))
				notes = append(notes, gap)
			}
		}
		if len(causes) == before {
			grounds = append(grounds, c.ground(because("crosswalk", "Certificate", c.label(), "Edition", string(c.Edition))))
		}
	}
	return result(GateEdition, causes, grounds, notes)
}

func (o OwnFacts) implementsAny(e Edition) bool {
	for range o.refsIn(e) {
		return true
	}
	return false
}

// partly notes the requirements that the control implements only in part: what
// is inherited is that part, and another control owes the rest.
func partly(own OwnFacts, e Edition) []Reason {
	var out []Reason
	for _, r := range own.Requirements {
		if r.Partial && r.Ref.Edition == e {
			out = append(out, because("requirement_partial", "Ref", r.Ref.Code))
		}
	}
	return out
}

// excludes reports whether the provider's reviewed SoA leaves a requirement out.
func (x *Examination) excludes(ref Ref) bool {
	return x.soa.Applicability(ref) == NotApplied
}

// Crosswalk joins the two editions. It is built once from its rows; disputed
// rows carry nothing until the dispute is settled.
type Crosswalk struct {
	rows     map[Ref][]CrosswalkRow
	disputed map[[2]string]bool
}

// NewCrosswalk indexes rows by both ends.
func NewCrosswalk(rows []CrosswalkRow, disputes []Dispute) *Crosswalk {
	x := &Crosswalk{map[Ref][]CrosswalkRow{}, map[[2]string]bool{}}
	for _, r := range rows {
		for _, end := range []Ref{{Edition2013, r.From}, {Edition2022, r.To}} {
			if end.Code != "" {
				x.rows[end] = append(x.rows[end], r)
			}
		}
	}
	for _, d := range disputes {
		if d.Subject == DisputeCrosswalk && d.Open() {
			x.disputed[[2]string{d.From, d.To}] = true
		}
	}
	return x
}

// Counterparts lists what a requirement answers to in the other edition.
func (x *Crosswalk) Counterparts(ref Ref) []Ref {
	var out []Ref
	for _, r := range x.rows[ref] {
		if there := r.otherEnd(ref.Edition); there.Code != "" {
			out = append(out, there)
		}
	}
	return out
}

func (r CrosswalkRow) otherEnd(e Edition) Ref {
	if e == Edition2013 {
		return Ref{Edition2022, r.To}
	}
	return Ref{Edition2013, r.From}
}

// ReachesWhole reports whether a requirement is met whole by the other edition:
// one-to-one, same and renumbered rows carry it; a merged 2022 target needs all
// its 2013 sources, and a split 2013 entry all its 2022 targets, none of them
// excluded. A 2022 target fed by a split is only partly known, and a new one
// has no source at all.
func (x *Crosswalk) ReachesWhole(ref Ref, excluded func(Ref) bool) bool {
	return x.gap(ref, excluded).Code == ""
}

// gap says why a requirement does not reach the other edition whole; the zero
// Reason when it does. Of several reasons it is the first in the order of rows'
// codes, so that the order of the rows never shows.
func (x *Crosswalk) gap(ref Ref, excluded func(Ref) bool) Reason {
	rows := x.rows[ref]
	if len(rows) == 0 {
		return because("gap_unmapped", "Ref", ref.Code)
	}
	var first Reason
	for _, r := range rows {
		if why := x.rowGap(r, ref, excluded); why.Code != "" && (first.Code == "" || compareReasons(why, first) < 0) {
			first = why
		}
	}
	return first
}

func (x *Crosswalk) rowGap(r CrosswalkRow, ref Ref, excluded func(Ref) bool) Reason {
	there := r.otherEnd(ref.Edition)
	switch {
	case r.Relation == RelationNew || there.Code == "":
		return because("gap_new", "Ref", ref.Code)
	case r.Relation == RelationSplit && ref.Edition == Edition2022:
		return because("gap_split", "Ref", ref.Code, "Source", there.Code)
	case x.disputed[[2]string{r.From, r.To}]:
		return because("gap_disputed", "Ref", ref.Code, "Source", there.Code)
	case excluded(there):
		return because("gap_excluded", "Ref", ref.Code, "Source", there.Code)
	}
	return Reason{}
}
