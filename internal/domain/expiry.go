package domain

import (
	"cmp"
	"slices"
)

// Expiry is a day on which something that verdicts rest on runs out.
type Expiry struct {
	Noun    Noun // certificate, report, membership (an assessor's), responsibility, evidence
	Object  int64
	Label   string
	From    Date // first day it speaks for; zero: only its end is known
	On      Date // last day on which it counts
	Counted bool // a verdict may rest on it: verified, reviewed, engaged, proven
	Person  PersonID
	Control ControlID // of a responsibility
}

// ExpiryOf is when a certificate runs out; false when it carries no dates by
// which it could.
func (c Certificate) ExpiryOf() (Expiry, bool) {
	days, ok := c.Covers()
	return Expiry{Noun: NounCertificate, Object: int64(c.ID), Label: c.label(), From: days.From, On: days.To, Counted: c.Counted()}, ok && days.From != 0
}

// ExpiryOf is the day on which an audit report passes its age limit, in months
// after its own last day. Other reports have none.
func (r Report) ExpiryOf(months int) (Expiry, bool) {
	ok := r.Kind == ReportAudit && r.InHand() && r.Period.Valid()
	return Expiry{Noun: NounReport, Object: int64(r.ID), Label: r.Title, From: r.Period.From, On: r.Period.To.AddMonths(months),
		Counted: r.State == ReportReviewed}, ok
}

// ExpiryOf is when an assessor's engagement ends, where that was agreed.
func (m Membership) ExpiryOf() (Expiry, bool) {
	return Expiry{Noun: NounMembership, Object: int64(m.Person), Person: m.Person, On: m.Until, Counted: true}, m.Until != 0
}

// ExpiryOf is when the evidence of a recurring duty ages, if nothing new comes.
func (r Responsibility) ExpiryOf(p Proof) (Expiry, bool) {
	return Expiry{Noun: NounResponsibility, Object: int64(r.ID), Label: r.Sentence, On: p.Until, Counted: true, Person: r.Owner, Control: r.Control},
		p.Proven && p.Until != 0
}

// ExpiryOf is the last day of evidence that was accepted and does not hold for good.
func (e EvidenceFact) ExpiryOf(id EvidenceID) (Expiry, bool) {
	return Expiry{Noun: NounEvidence, Object: int64(id), Label: e.Code + " " + e.Title, On: e.Expires, Counted: true},
		e.State == EvidenceAccepted && e.Expires != 0
}

// ExpiryNouns lists what can run out, in the order of the timeline.
var ExpiryNouns = []Noun{NounCertificate, NounReport, NounMembership, NounResponsibility, NounEvidence}

// InExpiryOrder sorts by kind, then by the day, then by name.
func InExpiryOrder(es []Expiry) []Expiry {
	slices.SortFunc(es, func(a, b Expiry) int {
		return cmp.Or(slices.Index(ExpiryNouns, a.Noun)-slices.Index(ExpiryNouns, b.Noun), cmp.Compare(a.On, b.On),
			cmp.Compare(a.Label, b.Label), cmp.Compare(a.Object, b.Object))
	})
	return es
}

// ExpiryMonths is how many months the timeline of expiries spans.
const ExpiryMonths = 18

// ExpiringMost is how many items of evidence the timeline lists that run out, and
// as many that ran out: the calendar has them all.
const ExpiringMost = 200

// ExpiryAxis is the span of that timeline: whole months, from three before the
// day, so that what ran out lately stays in sight.
func ExpiryAxis(on Date) Period {
	t := on.Time()
	first := on.AddDays(1 - t.Day()).AddMonths(-3)
	return Period{From: first, To: first.AddMonths(ExpiryMonths).AddDays(-1)}
}
