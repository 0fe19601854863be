package domain

// Coverage is what the verified certificates that name a service cover of an
// audit period, read as the second gate reads it.
type Coverage struct {
	Certificates []Certificate // those that count, in order of issue
	Gaps         []Period      // days of the period that none of them covers
	Days         int           // of the period that they cover
}

// WithSuccessors follows each certificate to those that a person recorded as its
// successors; each comes once, and one that is not known is left out.
func WithSuccessors(ids []CertificateID, known map[CertificateID]Certificate) []Certificate {
	var out []Certificate
	seen := map[CertificateID]bool{0: true}
	for _, id := range ids {
		for !seen[id] {
			seen[id] = true
			if c, ok := known[id]; ok {
				out = append(out, c)
				id = c.Successor
			}
		}
	}
	return out
}

// CoverageOf joins the certificates that count for a service on a day.
func CoverageOf(s Service, certificates []Certificate, p Period, on Date) Coverage {
	counting := countingCertificates(ProviderFacts{Service: s, Certificates: certificates, Period: p, On: on})
	gaps := UncoveredDays(p, counting)
	return Coverage{Certificates: counting, Gaps: gaps, Days: p.Days() - DayCount(gaps)}
}
