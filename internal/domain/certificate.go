package domain

import "slices"

// CertificateState is what a person established about a certificate; whether
// it is upcoming, valid, expiring or expired follows from its dates.
type CertificateState string

const (
	CertificateUnverified CertificateState = "unverified"
	CertificateVerified   CertificateState = "verified"
	CertificateWithdrawn  CertificateState = "withdrawn"
	CertificateSuperseded CertificateState = "superseded"
)

// Named says that a certificate's or report's text names a service in an environment.
type Named struct {
	Service     string      `json:"service"` // Service.Key
	Environment Environment `json:"environment"`
}

// Certificate is one the provider holds, as recorded from its document.
type Certificate struct {
	ID            CertificateID    `json:"id"`
	Org           OrgID            `json:"org"`
	Title         string           `json:"title"`
	Number        string           `json:"number"`
	Body          string           `json:"body"`          // certification body
	Accreditation string           `json:"accreditation"` // the body's accreditation
	Edition       Edition          `json:"edition"`
	Issued        Date             `json:"issued"`
	Expires       Date             `json:"expires"` // last day of validity
	ScopeText     string           `json:"scope_text"`
	Names         []Named          `json:"names"` // services and environments the quoted scope names
	Document      EvidenceID       `json:"document"`
	CheckedBy     PersonID         `json:"checked_by"`
	CheckedOn     Date             `json:"checked_on"`
	CheckedWhere  string           `json:"checked_where"` // where the certificate was seen
	State         CertificateState `json:"state"`
	WithdrawnOn   Date             `json:"withdrawn_on"` // first day on which it no longer counts
	Successor     CertificateID    `json:"successor"`
	CatalogueID   string           `json:"catalogue_id"` // seeded from this document, or ""
	URL           string           `json:"url"`
	Version       int              `json:"version"`
}

// Check reports every field that breaks a rule for a record, verified or not.
func (c Certificate) Check() error {
	var f FieldErrors
	CheckText(&f, "title", c.Title, 1, 500)
	CheckText(&f, "number", c.Number, 0, 80)
	CheckText(&f, "body", c.Body, 0, 160)
	CheckText(&f, "accreditation", c.Accreditation, 0, 160)
	CheckText(&f, "scope_text", c.ScopeText, 0, 8000)
	CheckText(&f, "checked_where", c.CheckedWhere, 0, 500)
	CheckURL(&f, "url", c.URL)
	if !c.Edition.Valid() {
		f.Add("edition", "error.choice", nil)
	}
	if c.Issued != 0 && c.Expires != 0 && c.Issued > c.Expires {
		f.Add("expires", "error.period", Args{"From": c.Issued.String(), "To": c.Expires.String()})
	}
	for _, n := range c.Names {
		if n.Service == "" || !slices.Contains(Environments, n.Environment) {
			f.Add("names", "error.choice", nil)
			break
		}
	}
	return f.Err()
}

// CheckVerified reports what is still missing before a named person may record
// the certificate as verified: number, body, dates, quoted scope, what it
// names, and where it was seen.
func (c Certificate) CheckVerified() error {
	var f FieldErrors
	for _, missing := range []struct{ field, value, key string }{
		{"number", c.Number, "error.certificate.number"},
		{"body", c.Body, "error.certificate.body"},
		{"scope_text", c.ScopeText, "error.certificate.scope_text"},
		{"checked_where", c.CheckedWhere, "error.certificate.checked_where"},
	} {
		if Clean(missing.value) == "" {
			f.Add(missing.field, missing.key, nil)
		}
	}
	if c.Issued == 0 {
		f.Add("issued", "error.certificate.issued", nil)
	}
	if c.Expires == 0 {
		f.Add("expires", "error.certificate.expires", nil)
	}
	if len(c.Names) == 0 {
		f.Add("names", "error.certificate.names", nil)
	}
	if c.CheckedOn == 0 {
		f.Add("checked_on", "error.certificate.checked_on", nil)
	}
	slices.SortFunc(f, func(a, b *Error) int { return CompareCodes(a.Field, b.Field) })
	return f.Err()
}

// Covers returns the days on which the certificate counts: from issue to
// expiry, cut before its withdrawal, and for the 2013 edition at the end of
// the transition (IAF MD 26:2023). ok is false when no day is left.
func (c Certificate) Covers() (p Period, ok bool) {
	p = Period{c.Issued, c.Expires}
	if c.WithdrawnOn != 0 {
		p.To = min(p.To, c.WithdrawnOn-1)
	}
	if c.Edition == Edition2013 {
		p.To = min(p.To, Edition2013Ended)
	}
	return p, p.Valid()
}

// Verifiable refuses a verification of what was withdrawn or superseded: it would
// count again without anybody having said that the withdrawal was a mistake.
func (c Certificate) Verifiable() error {
	if c.WithdrawnOn == 0 {
		return nil
	}
	return Conflict("error.certificate.verify_withdrawn", nil)
}

// Unwithdrawn is the certificate as it stood before its withdrawal.
func (c Certificate) Unwithdrawn() Certificate {
	c.State, c.WithdrawnOn, c.Successor = CertificateUnverified, 0, 0
	if c.CheckedBy != 0 {
		c.State = CertificateVerified
	}
	return c
}

// Counted reports whether a person verified the certificate; a withdrawn or
// superseded one still counts for the days before.
func (c Certificate) Counted() bool { return c.State != CertificateUnverified && c.CheckedBy != 0 }

// NamesService reports whether the quoted scope names a service in an environment.
func (c Certificate) NamesService(key string, env Environment) bool {
	return slices.Contains(c.Names, Named{key, env})
}

// namesElsewhere reports in which other environment the quoted scope names a service.
func (c Certificate) namesElsewhere(key string) (Environment, bool) {
	for _, env := range Environments {
		if c.NamesService(key, env) {
			return env, true
		}
	}
	return "", false
}

// Validity is where a day falls in a certificate's life.
type Validity string

const (
	ValidityUnknown  Validity = "unknown" // no dates recorded
	ValidityUpcoming Validity = "upcoming"
	ValidityValid    Validity = "valid"
	ValidityExpiring Validity = "expiring" // within ExpiringDays of its last day
	ValidityExpired  Validity = "expired"
	ValidityEnded    Validity = "ended" // withdrawn, or 2013 edition after the transition
)

// ExpiringDays is how long before its last day a certificate shows as expiring.
const ExpiringDays = 90

// ValidityOn derives the validity from the dates. A 2013-edition certificate
// is ended after 2025-10-31 even when it carries no dates.
func (c Certificate) ValidityOn(day Date) Validity {
	switch {
	case c.WithdrawnOn != 0 && day >= c.WithdrawnOn, c.Edition == Edition2013 && day > Edition2013Ended:
		return ValidityEnded
	case c.Issued == 0 || c.Expires == 0:
		return ValidityUnknown
	case day < c.Issued:
		return ValidityUpcoming
	case day > c.Expires:
		return ValidityExpired
	case day.AddDays(ExpiringDays) > c.Expires:
		return ValidityExpiring
	}
	return ValidityValid
}
