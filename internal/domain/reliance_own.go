package domain

import (
	"cmp"
	"iter"
	"slices"
	"strconv"
)

// OwnFacts are the control's requirements and our own side of a reliance.
type OwnFacts struct {
	Control          ControlID
	Requirements     []ControlRequirement
	Excluded         bool // our SoA excludes every requirement of the control
	Split            Split
	Responsibilities []Responsibility
	Evidence         map[EvidenceID]EvidenceFact
	Assessors        []Membership // those engaged on the engagement, ended or not; who was withdrawn is not among them
	Reliance         Reliance     // the zero Reliance: nobody claims it
}

// refsIn visits the requirements of one edition.
func (o OwnFacts) refsIn(e Edition) iter.Seq[Ref] {
	return func(yield func(Ref) bool) {
		for _, r := range o.Requirements {
			if r.Ref.Edition == e && !yield(r.Ref) {
				return
			}
		}
	}
}

// ourSideGate is G5: the split is confirmed, and every customer responsibility
// has accepted evidence within the audit period, or a justified "none". The
// clauses and supplier oversight are always ours.
func (x *Examination) ourSideGate(own OwnFacts) GateResult {
	causes := nothingToRelyOn(own)
	var grounds []Ground
	if own.Split.State == SplitConfirmed {
		grounds = append(grounds, Ground{Reason: because("split_confirmed", "Party", string(own.Split.Party)), Noun: NounSplit,
			Object: int64(own.Split.ID), By: own.Split.ConfirmedBy, On: own.Split.confirmedOn()})
	} else {
		causes = append(causes, because("split_unconfirmed"))
	}
	for r := range own.refsIn(x.facts.Edition) {
		switch {
		case r.IsClause():
			causes = append(causes, because("clause_is_ours", "Ref", r.Code))
		case r.IsSupplierOversight():
			causes = append(causes, because("oversight_is_ours", "Ref", r.Code))
		}
	}
	if len(own.Responsibilities) == 0 {
		causes = append(causes, because("responsibility_missing"))
	}
	open := 0
	for _, r := range inDutyOrder(own.Responsibilities) {
		p := ProofOf(r, own.Evidence, x.facts.Period, x.facts.day())
		if p.Proven {
			grounds = append(grounds, p.Ground)
			continue
		}
		causes = append(causes, p.Causes...)
		open++
	}
	if open > 0 {
		causes = append(causes, because("responsibility_open", "Count", strconv.Itoa(open)))
	}
	return result(GateOurSide, causes, grounds, nil)
}

// nothingToRelyOn says why there would be nothing to rely on, whatever else
// holds: the split leaves Microsoft no part, or the control does not apply. An
// approved reliance falls by it too.
func nothingToRelyOn(own OwnFacts) []Reason {
	var out []Reason
	if own.Split.Party == PartyOurs || own.Split.Party == PartyNone {
		out = append(out, because("nothing_to_rely_on", "Party", string(own.Split.Party)))
	}
	if own.Excluded {
		out = append(out, because("control_not_applicable"))
	}
	return out
}

func inDutyOrder(rs []Responsibility) []Responsibility {
	byID := func(a, b Responsibility) int { return cmp.Compare(a.ID, b.ID) }
	if slices.IsSortedFunc(rs, byID) {
		return rs
	}
	return slices.SortedFunc(slices.Values(rs), byID)
}

// Proof says whether a customer responsibility is met on a day, and by what.
type Proof struct {
	Proven bool
	Stale  bool     // it was offered evidence that once counted
	Ground Ground   // of a proven one
	Causes []Reason // which evidence offered for an open one does not count, and why
	Until  Date     // last day on which the duty stays proven if nothing new comes; zero: it does not age
	Lapses bool     // Until is the last day of the evidence itself, not of a turn
}

// ProofOf decides whether a customer responsibility is met within an audit
// period, as seen on a day. A recurring one wants newer evidence each turn: the
// evidence counts through the turn after the last day that it speaks for, and for
// as long after as collecting the next may take.
func ProofOf(r Responsibility, evidence map[EvidenceID]EvidenceFact, p Period, on Date) Proof {
	if r.State == ResponsibilityNone {
		g := Ground{Reason: because("responsibility_none", "Because", r.Because), Noun: NounResponsibility, Object: int64(r.ID), By: r.SaidBy, On: r.SaidOn}
		return Proof{Proven: r.Because != "", Ground: g}
	}
	var out Proof
	for _, id := range inIDOrder(r.Evidence) {
		e, known := evidence[id]
		if !known {
			continue
		}
		if why := e.whyNotCounting(p, r.Cadence, on); why.Code != "" {
			out.Causes = append(out.Causes, why)
			out.Stale = out.Stale || why.Code != "evidence_not_accepted"
			continue
		}
		until, lapses := sooner(r.Cadence.CountsUntil(e.Period.To), e.Expires)
		if !out.Proven || until == 0 || out.Until != 0 && until > out.Until {
			out.Ground = Ground{Reason: because("responsibility_proven", "Sentence", r.Sentence, "Evidence", e.Code), Noun: NounEvidence,
				Object: int64(id), By: e.ReviewedBy, On: e.ReviewedOn}
			out.Proven, out.Until, out.Lapses = true, until, lapses
		}
	}
	return out
}

// sooner is the first of two last days, zero being none, and whether it is the second's.
func sooner(turn, expires Date) (Date, bool) {
	if expires != 0 && (turn == 0 || expires < turn) {
		return expires, true
	}
	return turn, false
}

func inIDOrder(ids []EvidenceID) []EvidenceID {
	if slices.IsSorted(ids) {
		return ids
	}
	return slices.Sorted(slices.Values(ids))
}

// whyNotCounting is the zero Reason for evidence that counts. What expires after
// the audit period takes nothing away from the audit.
func (e EvidenceFact) whyNotCounting(p Period, c Cadence, on Date) Reason {
	on = min(on, p.To)
	switch {
	case e.StateOn(on) == EvidenceExpired && e.Expires != 0:
		return because("evidence_expired_since", "Evidence", e.Code, "Since", e.Expires.AddDays(1).String())
	case e.State == EvidenceReturned || e.State == EvidenceExpired:
		return because("evidence_"+string(e.State), "Evidence", e.Code)
	case e.State != EvidenceAccepted:
		return because("evidence_not_accepted", "Evidence", e.Code)
	case !e.Period.Within(p):
		return because("evidence_outside_period", "Evidence", e.Code)
	}
	if until := c.CountsUntil(e.Period.To); until != 0 && on > until {
		return because("evidence_stale", "Evidence", e.Code, "Due", c.DueAfter(e.Period.To).String())
	}
	return Reason{}
}

// assessorGate is G6: an engaged assessor, whose duties cover the control and who
// had no part in the reliance, accepted it. What was accepted while the assessor was engaged stays
// accepted when the engagement has ended as agreed; withdrawn assessors are
// among the facts no longer.
func (x *Examination) assessorGate(own OwnFacts) GateResult {
	if own.Reliance.State != RelianceAccepted {
		return result(GateAssessor, []Reason{x.whyNotAccepted(own)}, nil, nil)
	}
	r, on := own.Reliance, DateOf(own.Reliance.DecidedAt)
	if r.OnBehalfOf != "" && r.Proof == "" {
		return result(GateAssessor, []Reason{because("acceptance_unproven", "Assessor", r.OnBehalfOf)}, nil, nil)
	}
	if r.Assessor != 0 && !r.Independent(r.Assessor) {
		return result(GateAssessor, []Reason{because("assessor_not_independent")}, nil, nil)
	}
	for _, a := range own.Assessors {
		if a.CoversControl(own.Control) && (a.Until == 0 || on <= a.Until) && r.decidedBy(a.Person) {
			return result(GateAssessor, nil, []Ground{acceptance(r, on)}, nil)
		}
	}
	return result(GateAssessor, []Reason{because("assessor_withdrawn")}, nil, nil)
}

// decidedBy reports whether the decision is an assessor's. Of old records that
// somebody made on an assessor's behalf only a name is known: they may be any's.
func (r Reliance) decidedBy(assessor PersonID) bool {
	if r.Assessor != 0 {
		return r.Assessor == assessor
	}
	return r.OnBehalfOf != "" || r.DecidedBy == assessor
}

func acceptance(r Reliance, on Date) Ground {
	why := because("accepted")
	if r.OnBehalfOf != "" {
		why = because("accepted_on_behalf", "Assessor", r.OnBehalfOf, "Proof", r.Proof)
	}
	return Ground{Reason: why, Noun: NounReliance, Object: int64(r.ID), By: r.DecidedBy, On: on}
}

// whyNotAccepted is the first thing that stands between a reliance and the
// assessor's acceptance.
func (x *Examination) whyNotAccepted(own OwnFacts) Reason {
	engaged, covering := 0, false
	for _, a := range own.Assessors {
		if a.Until != 0 && x.facts.On > a.Until {
			continue
		}
		engaged++
		covering = covering || a.CoversControl(own.Control)
	}
	switch {
	case own.Reliance.State == RelianceRefused, own.Reliance.State == RelianceLapsed:
		return because(string(own.Reliance.State))
	case engaged == 0 && len(own.Assessors) > 0:
		return because("assessor_ended")
	case engaged == 0:
		return because("no_assessor")
	case !covering:
		return because("assessor_out_of_scope")
	case !own.Reliance.Claimed():
		return because("not_proposed")
	}
	return because("not_accepted")
}
