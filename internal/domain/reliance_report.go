package domain

import (
	"cmp"
	"slices"
	"strconv"
)

// documentGate is the part of G4 that no control changes: an audit report and
// an SoA of the provider that cover the service were obtained and reviewed, no
// exception in them is left open, and the report is not too old at the audit
// period's end. A bridge letter annotates the days after the report; it changes
// nothing.
func documentGate(f ProviderFacts) GateResult {
	var causes []Reason
	var grounds []Ground
	for _, kind := range []ReportKind{ReportAudit, ReportSoA} {
		r, found := newestReport(f, kind, ReportReviewed)
		if !found {
			causes = append(causes, whyNoReport(f, kind))
			continue
		}
		grounds = append(grounds, r.ground(because("report_reviewed", "Report", r.Title, "On", r.ReviewedOn.String())))
		if days := r.DaysTooOld(f.Period.To, f.ReportMaxMonths); kind == ReportAudit && days > 0 {
			causes = append(causes, because("report_stale", "Report", r.Title, "Days", strconv.Itoa(days)))
		}
	}
	open, settled := exceptionsIn(f)
	return result(GateReport, append(causes, open...), append(grounds, settled...), reportNotes(f))
}

// exceptionsIn looks at every reviewed document on the service, not at the newest
// alone: a later report that is silent settles nothing. Superseding one takes it
// out.
func exceptionsIn(f ProviderFacts) (open []Reason, settled []Ground) {
	for _, r := range inReportOrder(f.Reports) {
		if r.Kind == ReportBridge || r.State != ReportReviewed || !r.Covers(f.Service) {
			continue
		}
		if n := r.OpenExceptions(); n > 0 {
			open = append(open, because("exceptions_open", "Report", r.Title, "Count", strconv.Itoa(n)))
		} else if n := len(r.Exceptions); n > 0 {
			settled = append(settled, r.ground(because("exceptions_settled", "Report", r.Title, "Count", strconv.Itoa(n))))
		}
	}
	return open, settled
}

func inReportOrder(rs []Report) []Report {
	return slices.SortedFunc(slices.Values(rs), func(a, b Report) int { return cmp.Compare(a.ID, b.ID) })
}

// whyNoReport tells a report that was obtained and not reviewed from none.
func whyNoReport(f ProviderFacts, kind ReportKind) Reason {
	if r, obtained := newestReport(f, kind, ReportObtained); obtained {
		return because("report_unreviewed", "Report", r.Title)
	}
	if kind == ReportSoA {
		return because("provider_soa_missing", "Service", f.Service.Name)
	}
	return because("report_missing", "Service", f.Service.Name)
}

// reportNotes says which days at the audit period's end the report does not
// speak for, and which of them bridge letters annotate.
func reportNotes(f ProviderFacts) []Reason {
	r, found := newestReport(f, ReportAudit, ReportReviewed)
	after := Period{r.Period.To + 1, f.Period.To}
	if !found || !after.Valid() {
		return nil
	}
	after.From = max(after.From, f.Period.From)
	notes := []Reason{because("report_gap", "From", after.From.String(), "To", after.To.String(), "Days", strconv.Itoa(after.Days()))}
	for _, b := range f.Reports {
		if b.Kind == ReportBridge && b.InHand() && b.Covers(f.Service) && (b.Bridges == 0 || b.Bridges == r.ID) && b.Period.Overlaps(after) {
			notes = append(notes, because("bridged", "Report", b.Title, "From", b.Period.From.String(), "To", b.Period.To.String()))
		}
	}
	return notes
}

// reportGate is G4: the documents hold, and the provider's SoA applies every
// requirement of the control.
func (x *Examination) reportGate(own OwnFacts) GateResult {
	if !x.hasSoA {
		return x.report
	}
	var causes []Reason
	for ref := range own.refsIn(x.facts.Edition) {
		switch x.applicability(ref) {
		case NotApplied:
			causes = append(causes, because("provider_excludes", "Ref", ref.Code))
		case NotStated:
			causes = append(causes, because("applicability_unknown", "Ref", ref.Code, "Report", x.soa.Title))
		}
	}
	if len(causes) == 0 {
		return x.report
	}
	return GateResult{Gate: GateReport, Causes: inOrder(append(causes, x.report.Causes...)), Notes: x.report.Notes}
}

// applicability is what the provider's SoA says of a requirement: directly when
// it is to the same edition, else of all its counterparts together.
func (x *Examination) applicability(ref Ref) Applicability {
	if x.soa.Edition == "" || x.soa.Edition == ref.Edition {
		return x.soa.Applicability(ref)
	}
	counterparts := x.facts.Crosswalk.Counterparts(ref)
	if len(counterparts) == 0 {
		return NotStated
	}
	worst := Applied
	for _, there := range counterparts {
		worst = min(worst, x.soa.Applicability(there))
	}
	return worst
}

// newestReport returns the report of a kind and state that covers the service
// and whose own period ends last. One that speaks only for days after the audit
// period says nothing about it.
func newestReport(f ProviderFacts, kind ReportKind, state ReportState) (best Report, found bool) {
	for _, r := range f.Reports {
		if r.Kind != kind || r.State != state || !r.Covers(f.Service) || f.Period.Valid() && r.Period.From > f.Period.To {
			continue
		}
		if !found || r.Period.To > best.Period.To || r.Period.To == best.Period.To && r.ID < best.ID {
			best, found = r, true
		}
	}
	return best, found
}

// ground is a reason that can be seen on the report, with who reviewed it.
func (r Report) ground(why Reason) Ground {
	return Ground{Reason: why, Noun: NounReport, Object: int64(r.ID), By: r.ReviewedBy, On: r.ReviewedOn}
}

// Covers reports whether the report speaks for a service in its environment.
func (r Report) Covers(s Service) bool { return slices.Contains(r.Names, Named{s.Key, s.Environment}) }
