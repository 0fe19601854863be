package domain

import (
	"slices"
	"strconv"
)

// countingCertificates keeps those a named person verified and whose quoted
// scope names the service in its environment. Only they can cover a day.
func countingCertificates(f RelianceFacts) []Certificate {
	var out []Certificate
	for _, c := range f.Certificates {
		if c.Counted() && c.ScopeText != "" && c.NamesService(f.Service.Key, f.Service.Environment) {
			out = append(out, c)
		}
	}
	slices.SortFunc(out, func(a, b Certificate) int {
		if a.Issued != b.Issued {
			return int(a.Issued - b.Issued)
		}
		return int(a.ID - b.ID)
	})
	return out
}

// scopeGate is G1: a named person quoted the certificate's scope, and it names
// the service and its environment.
func scopeGate(f RelianceFacts, counting []Certificate) GateResult {
	var causes, grounds []Reason
	for _, c := range counting {
		grounds = append(grounds, because("in_scope", "Certificate", c.label(), "Service", f.Service.Name, "Environment", string(f.Service.Environment)))
	}
	if f.Service.State == ServiceProposed {
		causes = append(causes, because("service_not_in_use", "Service", f.Service.Name))
	}
	if len(counting) > 0 {
		return result(GateScope, causes, grounds)
	}
	if len(f.Certificates) == 0 {
		causes = append(causes, because("no_certificate"))
	}
	for _, c := range f.Certificates {
		switch {
		case !c.Counted():
			causes = append(causes, because("unverified", "Certificate", c.label()))
		case c.ScopeText == "":
			causes = append(causes, because("scope_not_quoted", "Certificate", c.label()))
		default:
			causes = append(causes, because("out_of_scope", "Service", f.Service.Name, "Environment", string(f.Service.Environment), "Certificate", c.label()))
		}
	}
	return result(GateScope, inOrder(causes), grounds)
}

// periodGate is G2: the union of verified certificates covers every day of the
// audit period, Microsoft offered the service on every one of them, and it was
// not given up before the period's end.
func periodGate(f RelianceFacts, counting []Certificate) GateResult {
	var causes, grounds []Reason
	if f.Service.Closed != 0 && f.Service.Closed < f.Period.To {
		causes = append(causes, because("service_closed", "On", f.Service.Closed.String()))
	}
	if f.Service.To != 0 && f.Service.To < f.Period.To {
		causes = append(causes, because("service_retired", "On", f.Service.To.String()))
	}
	for _, gap := range UncoveredDays(f.Period, counting) {
		causes = append(causes, because("uncovered", "From", gap.From.String(), "To", gap.To.String(), "Days", strconv.Itoa(gap.Days())))
	}
	for _, c := range counting {
		if p, ok := c.Covers(); ok {
			grounds = append(grounds, because("covered", "Certificate", c.label(), "From", p.From.String(), "To", p.To.String()))
		}
	}
	return result(GatePeriod, causes, grounds)
}

// UncoveredDays returns the days of a period that no certificate covers.
func UncoveredDays(p Period, certificates []Certificate) []Period {
	var covers []Period
	for _, c := range certificates {
		if days, ok := c.Covers(); ok {
			covers = append(covers, days)
		}
	}
	return Gaps(p, covers)
}

// editionGate is G3: each certificate is to the engagement's edition, or every
// requirement of the control reaches the certificate's edition whole.
func editionGate(f RelianceFacts, counting []Certificate) GateResult {
	var causes, grounds []Reason
	var refs []Ref
	for _, r := range f.Requirements {
		if r.Ref.Edition == f.Edition {
			refs = append(refs, r.Ref)
		}
	}
	if len(refs) == 0 {
		causes = append(causes, because("no_requirement", "Edition", string(f.Edition)))
	}
	if len(counting) == 0 {
		causes = append(causes, because("no_counting_certificate"))
	}
	excluded := excludedByProvider(f)
	for _, c := range counting {
		if c.Edition == f.Edition {
			grounds = append(grounds, because("same_edition", "Certificate", c.label(), "Edition", string(c.Edition)))
			continue
		}
		gaps := 0
		for _, ref := range refs {
			if !ReachesWhole(ref, f.Crosswalk, excluded) {
				causes = append(causes, because("edition_gap", "Ref", ref.Code, "Certificate", c.label()))
				gaps++
			}
		}
		if gaps == 0 {
			grounds = append(grounds, because("crosswalk", "Certificate", c.label(), "Edition", string(c.Edition)))
		}
	}
	return result(GateEdition, inOrder(causes), grounds)
}

// ReachesWhole reports whether a requirement is met whole by the other
// edition: one-to-one, same and renumbered rows carry it; a merged 2022 target
// needs all its 2013 sources, and a split 2013 entry all its 2022 targets, none
// of them excluded by the provider. A 2022 target fed by a split is only partly
// known, and a new one has no source at all.
func ReachesWhole(ref Ref, crosswalk []CrosswalkRow, excluded map[Ref]bool) bool {
	found := false
	for _, row := range crosswalk {
		here, there := row.To, Ref{Edition2013, row.From}
		if ref.Edition == Edition2013 {
			here, there = row.From, Ref{Edition2022, row.To}
		}
		if here != ref.Code {
			continue
		}
		if row.Relation == RelationNew || row.Relation == RelationSplit && ref.Edition == Edition2022 || excluded[there] {
			return false
		}
		found = true
	}
	return found
}

// excludedByProvider collects what the provider's reviewed SoAs for this
// service leave out.
func excludedByProvider(f RelianceFacts) map[Ref]bool {
	out := map[Ref]bool{}
	for _, r := range f.Reports {
		if r.Kind == ReportSoA && r.State == ReportReviewed && slices.Contains(r.Names, Named{f.Service.Key, f.Service.Environment}) {
			for _, ref := range r.NotApplied {
				out[ref] = true
			}
		}
	}
	return out
}

// reportGate is G4: an audit report and an SoA of the provider that cover the
// service were obtained and reviewed, the requirement is applied there, no
// exception is left open, and the report is not too old.
func reportGate(f RelianceFacts) GateResult {
	var causes, grounds []Reason
	for kind, missing := range map[ReportKind]string{ReportAudit: "report_missing", ReportSoA: "provider_soa_missing"} {
		r, found := newestReport(f, kind)
		if !found {
			causes = append(causes, because(missing, "Service", f.Service.Name))
			continue
		}
		grounds = append(grounds, because("report_reviewed", "Report", r.Title, "On", r.ReviewedOn.String()))
		if r.Exceptions > 0 {
			causes = append(causes, because("exceptions_open", "Report", r.Title, "Count", strconv.Itoa(r.Exceptions)))
		}
		if days := r.DaysTooOld(f.Period.To, f.ReportMaxMonths); kind == ReportAudit && days > 0 {
			causes = append(causes, because("report_stale", "Report", r.Title, "Days", strconv.Itoa(days)))
		}
	}
	excluded := excludedByProvider(f)
	for _, r := range f.Requirements {
		if excluded[r.Ref] {
			causes = append(causes, because("provider_excludes", "Ref", r.Ref.Code))
		}
	}
	return result(GateReport, inOrder(causes), inOrder(grounds))
}

// newestReport returns the reviewed report of a kind that covers the service
// and whose own period ends last.
func newestReport(f RelianceFacts, kind ReportKind) (best Report, found bool) {
	for _, r := range f.Reports {
		if r.Kind != kind || r.State != ReportReviewed || !slices.Contains(r.Names, Named{f.Service.Key, f.Service.Environment}) {
			continue
		}
		if !found || r.Period.To > best.Period.To || r.Period.To == best.Period.To && r.ID < best.ID {
			best, found = r, true
		}
	}
	return best, found
}

// ourSideGate is G5: the split is confirmed, and every customer responsibility
// has accepted evidence within the audit period, or a justified "none".
// Supplier oversight (2022: A.5.19 to A.5.23) is always ours.
func ourSideGate(f RelianceFacts) GateResult {
	var causes, grounds []Reason
	if !f.SplitConfirmed {
		causes = append(causes, because("split_unconfirmed"))
	}
	if f.Party == PartyOurs || f.Party == PartyNone {
		causes = append(causes, because("nothing_to_rely_on", "Party", string(f.Party)))
	}
	for _, r := range f.Requirements {
		if r.Ref.Edition == Edition2022 && slices.Contains(SupplierOversight, r.Ref.Code) {
			causes = append(causes, because("oversight_is_ours", "Ref", r.Ref.Code))
		}
	}
	if len(f.Responsibilities) == 0 {
		causes = append(causes, because("responsibility_missing"))
	}
	open := 0
	for _, r := range f.Responsibilities {
		proven, why := provenBy(r, f)
		causes = append(causes, why...)
		if proven {
			grounds = append(grounds, because("responsibility_proven", "Sentence", r.Sentence+r.Because))
			continue
		}
		open++
	}
	if open > 0 {
		causes = append(causes, because("responsibility_open", "Count", strconv.Itoa(open)))
	}
	return result(GateOurSide, inOrder(causes), grounds)
}

// provenBy reports whether a responsibility is met, and which evidence offered
// for it does not count.
func provenBy(r Responsibility, f RelianceFacts) (proven bool, why []Reason) {
	if r.State == ResponsibilityNone {
		return r.Because != "", nil
	}
	for _, id := range r.Evidence {
		e, known := f.Evidence[id]
		switch {
		case !known:
		case e.Accepted(f.Period):
			return true, nil
		case e.State != EvidenceAccepted:
			why = append(why, because("evidence_not_accepted", "Evidence", e.Code))
		default:
			why = append(why, because("evidence_outside_period", "Evidence", e.Code))
		}
	}
	return false, why
}

// Proven reports whether a customer responsibility is met within an audit period.
func Proven(r Responsibility, evidence map[EvidenceID]EvidenceFact, p Period) bool {
	proven, _ := provenBy(r, RelianceFacts{Evidence: evidence, Period: p})
	return proven
}

// assessorGate is G6: an engaged assessor accepted the reliance.
func assessorGate(f RelianceFacts) GateResult {
	switch {
	case f.State == RelianceAccepted && f.AssessorEngaged:
		return result(GateAssessor, nil, []Reason{because("accepted")})
	case !f.AssessorEngaged:
		return result(GateAssessor, []Reason{because("no_assessor")}, nil)
	case f.State == RelianceRefused:
		return result(GateAssessor, []Reason{because("refused")}, nil)
	case f.State == RelianceLapsed:
		return result(GateAssessor, []Reason{because("lapsed")}, nil)
	}
	return result(GateAssessor, []Reason{because("not_accepted")}, nil)
}

// inOrder sorts reasons by their text and drops repeats, so that the order of
// the inputs never shows in a verdict.
func inOrder(reasons []Reason) []Reason {
	slices.SortFunc(reasons, func(a, b Reason) int { return CompareCodes(a.String(), b.String()) })
	return slices.CompactFunc(reasons, func(a, b Reason) bool { return a.String() == b.String() })
}
