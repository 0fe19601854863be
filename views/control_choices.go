package views

import (
	"slices"
	"strings"

	"relier/internal/domain"
	"relier/internal/i18n"
)

// CertificateChoices are the certificates for a proposal: those that a person
// verified, with those whose quoted scope names the service first, and the others.
type CertificateChoices struct{ Verified, Other []Option }

// CertificateOptions sorts certificates into choices for a proposal on a
// service. Each says what would make it count or not.
func CertificateOptions(l *i18n.Localizer, certificates []domain.Certificate, s domain.Service, today domain.Date) (out CertificateChoices) {
	sorted := slices.Clone(certificates)
	slices.SortStableFunc(sorted, func(a, b domain.Certificate) int { return fitness(b, s) - fitness(a, s) })
	for _, c := range sorted {
		o := Option{Value: id(c.ID), Label: CertificateLabel(c), Hint: certificateHint(l, c, s, today)}
		if c.Counted() {
			out.Verified = append(out.Verified, o)
		} else {
			out.Other = append(out.Other, o)
		}
	}
	return out
}

// otherChosen reports whether an unverified certificate is ticked.
func (c CertificateChoices) otherChosen(f FieldProps) bool {
	return slices.ContainsFunc(c.Other, func(o Option) bool { return f.chosen(o.Value) })
}

// fitness ranks a certificate for a service: verified and naming it is best.
func fitness(c domain.Certificate, s domain.Service) int {
	n := 0
	if c.NamesService(s.Key, s.Environment) {
		n += 2
	}
	if c.Counted() {
		n++
	}
	return n
}

// CertificateLabel is how lists name a certificate: number and title.
func CertificateLabel(c domain.Certificate) string {
	if c.Number == "" {
		return c.Title
	}
	return c.Number + " · " + c.Title
}

func certificateHint(l *i18n.Localizer, c domain.Certificate, s domain.Service, today domain.Date) string {
	parts := []string{c.Edition.Standard(), l.T("state.certificate."+string(c.State), nil)}
	if c.Issued != 0 && c.Expires != 0 {
		parts = append(parts, l.Period(c.Issued.String(), c.Expires.String()))
	} else {
		parts = append(parts, l.T("validity."+string(c.ValidityOn(today)), nil))
	}
	if c.Counted() {
		key := "control.certificate_names"
		if !c.NamesService(s.Key, s.Environment) {
			key = "control.certificate_silent"
		}
		parts = append(parts, l.T(key, nil))
	}
	return strings.Join(parts, " · ")
}

// proposedCertificates are those a proposal starts with: the reliance's own, or
// every verified one that names the service.
func proposedCertificates(p ControlProps, s ServicePart) []string {
	var out []string
	if s.Reliance != nil {
		for _, c := range s.Reliance.Reliance.Certificates {
			out = append(out, id(c))
		}
		return out
	}
	for _, c := range p.Certificates {
		if fitness(c, s.Service) == 3 {
			out = append(out, id(c.ID))
		}
	}
	return out
}

// evidenceOptions lists the items attached to the control, and those a duty
// already names.
func evidenceOptions(l *i18n.Localizer, p ControlProps, d domain.Responsibility) []Option {
	var out []Option
	seen := map[domain.EvidenceID]bool{}
	for _, e := range p.Evidence {
		seen[e.Evidence.ID] = true
		out = append(out, Option{Value: id(e.Evidence.ID), Label: e.Evidence.Code() + " · " + e.Evidence.Title,
			Hint: l.T("state.evidence."+string(e.Evidence.State), nil)})
	}
	for _, e := range d.Evidence {
		if f, known := p.Proofs[e]; known && !seen[e] {
			out = append(out, Option{Value: id(e), Label: f.Code, Hint: l.T("state.evidence."+string(f.State), nil)})
		}
	}
	return out
}

func proofs(d domain.Responsibility) []string {
	out := make([]string, len(d.Evidence))
	for i, e := range d.Evidence {
		out[i] = id(e)
	}
	return out
}

func methodOptions(l *i18n.Localizer) []Option {
	out := make([]Option, len(domain.TestMethods))
	for i, m := range domain.TestMethods {
		out[i] = Option{Value: string(m), Label: l.T("method."+string(m), nil), Hint: l.T("control.method_"+string(m), nil)}
	}
	return out
}

func conclusionOptions(l *i18n.Localizer) []Option {
	out := make([]Option, len(domain.Conclusions))
	for i, c := range domain.Conclusions {
		out[i] = Option{Value: string(c), Label: l.T("state.test."+string(c), nil)}
	}
	return out
}
