package domain

import (
	"cmp"
	"slices"
	"strconv"
)

// ReportMaxMonths is the age limit of a provider report at the end of the audit
// period, in months after its own last day, unless the engagement sets another.
const ReportMaxMonths = 12

// ProviderFacts are what the provider's documents say of one service: the same
// for every control that leans on it with the same certificates.
type ProviderFacts struct {
	Edition         Edition // of the engagement
	Period          Period  // the audit period
	On              Date    // the day asked about; zero: leave aside what only time changes
	Service         Service
	Certificates    []Certificate // those the reliance rests on
	Reports         []Report      // all of the organization's
	ReportMaxMonths int
	Crosswalk       *Crosswalk
}

// Examination is the provider's side of a reliance, examined once.
type Examination struct {
	facts    ProviderFacts
	counting []Certificate // verified, and their quoted scope names the service
	foreign  []Certificate // of those, to the other edition and needed for some day
	soa      Report        // the provider's, reviewed and covering the service
	hasSoA   bool
	scope    GateResult
	period   GateResult
	edition  GateResult // as far as it is the same for every control
	report   GateResult // likewise
}

// Examine reads the provider's documents for one service.
func Examine(f ProviderFacts) *Examination {
	x := &Examination{facts: f}
	x.counting = countingCertificates(f)
	x.foreign = neededFromOtherEdition(f, x.counting)
	x.soa, x.hasSoA = newestReport(f, ReportSoA, ReportReviewed)
	x.scope, x.period, x.edition, x.report = scopeGate(f, x.counting), periodGate(f, x.counting), x.sameForAll(), documentGate(f)
	return x
}

// day is the last day that may be looked at: nothing that happens after the
// audit period, or after the day asked about, changes a verdict.
func (f ProviderFacts) day() Date {
	if f.On == 0 {
		return f.Period.To
	}
	return min(f.On, f.Period.To)
}

// countingCertificates keeps those a named person verified and whose quoted
// scope names the service in its environment, read since the service last
// changed its name or place. Only they can cover a day.
func countingCertificates(f ProviderFacts) []Certificate {
	var out []Certificate
	for _, c := range f.Certificates {
		_, outdated := readBefore(c, f)
		if c.Counted() && c.ScopeText != "" && c.NamesService(f.Service.Key, f.Service.Environment) && !outdated {
			out = append(out, c)
		}
	}
	return inCertificateOrder(out)
}

func inCertificateOrder(cs []Certificate) []Certificate {
	slices.SortFunc(cs, func(a, b Certificate) int { return cmp.Or(cmp.Compare(a.Issued, b.Issued), cmp.Compare(a.ID, b.ID)) })
	return cs
}

// readBefore finds the last change of the service's name or place that came
// after somebody read the certificate: its words speak of what was before.
func readBefore(c Certificate, f ProviderFacts) (last ServiceChange, found bool) {
	for _, change := range f.Service.Changes {
		if change.Outdates(c) && change.On <= f.day() && change.On >= last.On {
			last, found = change, true
		}
	}
	return last, found
}

// scopeGate is G1: a named person quoted the certificate's scope, and it names
// the service and its environment.
func scopeGate(f ProviderFacts, counting []Certificate) GateResult {
	var causes []Reason
	var grounds []Ground
	environment := string(f.Service.Environment)
	if !f.Service.WasUsed() {
		causes = append(causes, because("service_not_in_use", "Service", f.Service.Name))
	}
	for _, c := range counting {
		grounds = append(grounds, c.ground(because("in_scope", "Certificate", c.label(), "Service", f.Service.Name, "Environment", environment)))
	}
	if len(counting) == 0 {
		causes = append(causes, whyOutOfScope(f)...)
	}
	return result(GateScope, causes, grounds, nil)
}

// whyOutOfScope says of each certificate why it does not count.
func whyOutOfScope(f ProviderFacts) []Reason {
	if len(f.Certificates) == 0 {
		return []Reason{because("no_certificate")}
	}
	var out []Reason
	for _, c := range f.Certificates {
		out = append(out, whyNotCounting(c, f))
	}
	return out
}

func whyNotCounting(c Certificate, f ProviderFacts) Reason {
	environment := string(f.Service.Environment)
	switch {
	case !c.Counted():
		return because("unverified", "Certificate", c.label())
	case c.ScopeText == "":
		return because("scope_not_quoted", "Certificate", c.label())
	case !c.NamesService(f.Service.Key, f.Service.Environment):
		if other, elsewhere := c.namesElsewhere(f.Service.Key); elsewhere {
			return because("other_environment", "Service", f.Service.Name, "Environment", environment, "Certificate", c.label(), "Named", string(other))
		}
		return because("out_of_scope", "Service", f.Service.Name, "Environment", environment, "Certificate", c.label())
	}
	change, _ := readBefore(c, f)
	return because("service_"+string(change.Kind), "Service", f.Service.Name, "On", change.On.String(), "Now", change.Now, "Certificate", c.label())
}

// periodGate is G2: the union of verified certificates covers every day of the
// audit period, Microsoft offered the service on every one of them, and it was
// not given up before the period's end.
func periodGate(f ProviderFacts, counting []Certificate) GateResult {
	causes := serviceEnds(f)
	var grounds []Ground
	var notes []Reason
	gaps := UncoveredDays(f.Period, counting)
	for _, gap := range gaps {
		causes = append(causes, because("uncovered", "From", gap.From.String(), "To", gap.To.String(), "Days", strconv.Itoa(gap.Days())))
		notes = append(notes, bridgesOver(f, gap)...)
	}
	if !f.Period.Valid() {
		causes = append(causes, because("no_period"))
	}
	for _, c := range counting {
		p, ok := c.Covers()
		if ok {
			grounds = append(grounds, c.ground(because("covered", "Certificate", c.label(), "From", p.From.String(), "To", p.To.String())))
		}
		if len(gaps) > 0 && (!ok || p.To < f.Period.To) {
			notes = append(notes, c.whyItEnds())
		}
	}
	return result(GatePeriod, causes, grounds, notes)
}

// serviceEnds says why the service itself ends before the audit period does.
func serviceEnds(f ProviderFacts) []Reason {
	var out []Reason
	if f.Service.Closed != 0 && f.Service.Closed < f.Period.To {
		out = append(out, because("service_closed", "On", f.Service.Closed.String()))
	}
	if f.Service.To != 0 && f.Service.To < f.Period.To {
		out = append(out, because("service_retired", "On", f.Service.To.String()))
	}
	return out
}

// bridgesOver notes the bridge letters that speak for uncovered days: they do
// not extend a certificate.
func bridgesOver(f ProviderFacts, gap Period) []Reason {
	var out []Reason
	for _, r := range f.Reports {
		if r.Kind == ReportBridge && r.InHand() && r.Covers(f.Service) && r.Period.Overlaps(gap) {
			out = append(out, because("bridge_no_certificate", "Report", r.Title))
		}
	}
	return out
}

// UncoveredDays returns the days of a period that no certificate covers.
func UncoveredDays(p Period, certificates []Certificate) []Period {
	return Gaps(p, coversOf(certificates))
}

func coversOf(certificates []Certificate) []Period {
	var out []Period
	for _, c := range certificates {
		if days, ok := c.Covers(); ok {
			out = append(out, days)
		}
	}
	return out
}

// whyItEnds says until when a certificate counts, and why no longer.
func (c Certificate) whyItEnds() Reason {
	p, ok := c.Covers()
	switch {
	case !ok:
		return because("certificate_no_day", "Certificate", c.label())
	case c.WithdrawnOn != 0 && p.To == c.WithdrawnOn-1:
		return because("certificate_withdrawn", "Certificate", c.label(), "On", c.WithdrawnOn.String())
	case c.Edition == Edition2013 && p.To == Edition2013Ended:
		return because("certificate_edition_ended", "Certificate", c.label(), "On", p.To.String())
	}
	return because("certificate_expires", "Certificate", c.label(), "On", p.To.String())
}

// ground is a reason that can be seen on the certificate, with who checked it.
func (c Certificate) ground(r Reason) Ground {
	return Ground{Reason: r, Noun: NounCertificate, Object: int64(c.ID), By: c.CheckedBy, On: c.CheckedOn}
}

// label is how a reason names a certificate.
func (c Certificate) label() string { return cmp.Or(c.Number, c.Title) }
