package domain

import "slices"

// BridgeLetter is a bridge letter beside the audit report that it continues.
type BridgeLetter struct {
	Letter Report
	Days   int // days after the report, within the audit period, that it annotates
}

// DaysAfter are the days of an audit period that come after the report's own
// last day; false when there are none.
func (r Report) DaysAfter(audit Period) (Period, bool) {
	after := Period{max(r.Period.To+1, audit.From), audit.To}
	return after, r.Period.Valid() && after.Valid()
}

// BridgeLetters returns the letters that continue an audit report: those that
// name it, and those that name none and speak for one of its services. A letter
// annotates days; it makes no report newer and extends no certificate.
func (r Report) BridgeLetters(all []Report, audit Period) []BridgeLetter {
	after, _ := r.DaysAfter(audit)
	var out []BridgeLetter
	for _, b := range all {
		if r.Kind != ReportAudit || b.Kind != ReportBridge || b.State == ReportSuperseded || !b.continues(r) {
			continue
		}
		both := Period{max(after.From, b.Period.From), min(after.To, b.Period.To)}
		days := 0
		if both.Valid() {
			days = both.Days()
		}
		out = append(out, BridgeLetter{Letter: b, Days: days})
	}
	return out
}

// continues reports whether a bridge letter speaks for the days after r.
func (b Report) continues(r Report) bool {
	if b.Bridges != 0 {
		return b.Bridges == r.ID
	}
	return slices.ContainsFunc(b.Names, func(n Named) bool { return slices.Contains(r.Names, n) })
}
