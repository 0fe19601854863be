package app

import (
	"context"

	"relier/internal/domain"
)

// Certificates lists the certificates: own records first, then the seeded ones.
func (a *App) Certificates(ctx context.Context, actor domain.Actor) ([]domain.Certificate, error) {
	if err := actor.Allow(domain.ActRead); err != nil {
		return nil, err
	}
	return a.certificates(ctx, actor.Org)
}

// Certificate reads one certificate.
func (a *App) Certificate(ctx context.Context, actor domain.Actor, id domain.CertificateID) (domain.Certificate, error) {
	if err := actor.Allow(domain.ActRead); err != nil {
		return domain.Certificate{}, err
	}
	v, err := a.store.Certificate(ctx, actor.Org, id)
	return single(ctx, a, actor.Org, domain.NounCertificate, int64(id), v, err)
}

// SaveCertificate adds a certificate (id 0) as unverified, or changes one. A
// change to what a person verified takes the verification back: it spoke for
// other words.
func (a *App) SaveCertificate(ctx context.Context, actor domain.Actor, v domain.Certificate) (domain.Certificate, error) {
	if err := actor.Allow(domain.ActCertificateWrite); err != nil {
		return v, err
	}
	v.Org = actor.Org
	cleanCertificate(&v)
	if err := v.Check(); err != nil {
		return v, err
	}
	err := a.change(ctx, actor, func(c change) error {
		if err := c.documentExists(v.Document); err != nil {
			return err
		}
		if err := c.certificateTwin(v); err != nil {
			return err
		}
		if v.ID == 0 {
			v.State, v.CheckedBy, v.CheckedOn, v.CheckedWhere = domain.CertificateUnverified, 0, 0, ""
			if err := c.CreateCertificate(ctx, &v); err != nil {
				return err
			}
			return c.record("certificate.added", domain.NounCertificate, int64(v.ID), 0, certificateLabel(v), v)
		}
		old, err := c.Certificate(ctx, actor.Org, v.ID)
		if err != nil {
			return err
		}
		keepVerification(&v, old)
		return c.replaceCertificate(a, &v, "certificate.changed")
	})
	return v, err
}

func cleanCertificate(v *domain.Certificate) {
	for _, s := range []*string{&v.Title, &v.Number, &v.Body, &v.Accreditation, &v.ScopeText, &v.CheckedWhere} {
		*s = domain.Clean(*s)
	}
}

// keepVerification carries the verification over when nothing it spoke for changed.
func keepVerification(v *domain.Certificate, old domain.Certificate) {
	v.CatalogueID, v.WithdrawnOn, v.Successor = old.CatalogueID, old.WithdrawnOn, old.Successor
	v.State, v.CheckedBy, v.CheckedOn, v.CheckedWhere = old.State, old.CheckedBy, old.CheckedOn, old.CheckedWhere
	same := v.Number == old.Number && v.Body == old.Body && v.Edition == old.Edition && v.Issued == old.Issued &&
		v.Expires == old.Expires && v.ScopeText == old.ScopeText && sameNames(v.Names, old.Names)
	if same {
		return
	}
	v.CheckedBy, v.CheckedOn, v.CheckedWhere = 0, 0, "" // nobody read these words, withdrawn or not
	if old.State == domain.CertificateVerified {
		v.State = domain.CertificateUnverified
	}
}

func sameNames(a, b []domain.Named) bool {
	if len(a) != len(b) {
		return false
	}
	in := map[domain.Named]bool{}
	for _, n := range a {
		in[n] = true
	}
	for _, n := range b {
		if !in[n] {
			return false
		}
	}
	return true
}

func (c change) replaceCertificate(a *App, v *domain.Certificate, verb string) error {
	if err := c.UpdateCertificate(c.ctx, v); err != nil {
		return err
	}
	if err := a.lapse(c); err != nil {
		return err
	}
	return c.record(verb, domain.NounCertificate, int64(v.ID), 0, certificateLabel(*v), v)
}

func certificateLabel(v domain.Certificate) string {
	if v.Number != "" {
		return v.Number
	}
	return v.Title
}

// VerifyCertificate records that the actor read the certificate's document:
// its number, dates, quoted scope, what the scope names, where and when.
func (a *App) VerifyCertificate(ctx context.Context, actor domain.Actor, v domain.Certificate) (domain.Certificate, error) {
	if err := actor.Allow(domain.ActCertificateVerify); err != nil {
		return v, err
	}
	v.Org = actor.Org
	cleanCertificate(&v)
	if v.CheckedOn == 0 {
		v.CheckedOn = a.Today()
	}
	err := a.change(ctx, actor, func(c change) error {
		old, err := c.Certificate(ctx, actor.Org, v.ID)
		if err != nil {
			return err
		}
		if err := old.Verifiable(); err != nil {
			return err
		}
		if v.Title == "" {
			v.Title = old.Title
		}
		v.CatalogueID, v.URL, v.Successor = old.CatalogueID, old.URL, old.Successor
		v.State, v.CheckedBy, v.WithdrawnOn = domain.CertificateVerified, actor.Person, 0
		if v.CheckedOn > a.Today() {
			return domain.Invalid("error.certificate.checked_later", nil).At("checked_on")
		}
		if err := joinFields(v.Check(), v.CheckVerified()); err != nil {
			return err
		}
		if err := c.documentExists(v.Document); err != nil {
			return err
		}
		if err := c.certificateTwin(v); err != nil {
			return err
		}
		return c.replaceCertificate(a, &v, "certificate.verified")
	})
	return v, err
}

// WithdrawCertificate records that a certificate no longer counts from a day
// on: withdrawn, or superseded when a successor is named.
func (a *App) WithdrawCertificate(ctx context.Context, actor domain.Actor, id domain.CertificateID, from domain.Date, successor domain.CertificateID, version int) (domain.Certificate, error) {
	if err := actor.Allow(domain.ActCertificateWrite); err != nil {
		return domain.Certificate{}, err
	}
	var v domain.Certificate
	err := a.change(ctx, actor, func(c change) (err error) {
		if v, err = c.Certificate(ctx, actor.Org, id); err != nil {
			return err
		}
		if from == 0 {
			return domain.Invalid("error.date", domain.Args{"Value": ""}).At("withdrawn_on")
		}
		v.State, v.WithdrawnOn, v.Successor, v.Version = domain.CertificateWithdrawn, from, successor, version
		if successor != 0 {
			v.State = domain.CertificateSuperseded
			if _, err := c.Certificate(ctx, actor.Org, successor); err != nil || successor == id {
				return domain.Invalid("error.choice", nil).At("successor")
			}
		}
		return c.replaceCertificate(a, &v, "certificate."+string(v.State))
	})
	return v, err
}

// TakeBackWithdrawal records that a certificate was withdrawn or superseded by
// mistake: it counts again as it did before, and what lapsed stays lapsed.
func (a *App) TakeBackWithdrawal(ctx context.Context, actor domain.Actor, id domain.CertificateID, version int) (domain.Certificate, error) {
	if err := actor.Allow(domain.ActCertificateWrite); err != nil {
		return domain.Certificate{}, err
	}
	var v domain.Certificate
	err := a.change(ctx, actor, func(c change) (err error) {
		if v, err = c.Certificate(ctx, actor.Org, id); err != nil {
			return err
		}
		if v.WithdrawnOn == 0 {
			return domain.Conflict("error.certificate.not_withdrawn", nil)
		}
		v, v.Version = v.Unwithdrawn(), version
		return c.replaceCertificate(a, &v, "certificate.reinstated")
	})
	return v, err
}

// documentExists refuses a document that is not the organization's evidence.
func (c change) documentExists(id domain.EvidenceID) error {
	if id == 0 {
		return nil
	}
	if _, err := c.Evidence(c.ctx, c.actor.Org, id); err != nil {
		return domain.Invalid("error.choice", nil).At("document")
	}
	return nil
}

// joinFields merges the field errors of several checks.
func joinFields(errs ...error) error {
	var out domain.FieldErrors
	for _, err := range errs {
		f, ok := err.(domain.FieldErrors)
		if err != nil && !ok {
			return err
		}
		out = append(out, f...)
	}
	return out.Err()
}
