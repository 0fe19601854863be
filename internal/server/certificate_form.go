package server

import (
	"errors"
	"net/url"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"relier/internal/app"
	"relier/internal/domain"
	"relier/views"
)

// certificateValues is a certificate as its forms show it.
func certificateValues(v domain.Certificate) url.Values {
	return url.Values{"title": {v.Title}, "number": {v.Number}, "body": {v.Body}, "accreditation": {v.Accreditation}, "edition": {string(v.Edition)},
		"issued": {v.Issued.String()}, "expires": {v.Expires.String()}, "scope_text": {v.ScopeText}, "names": namedValues(v.Names), "url": {v.URL},
		"document": {idValue(v.Document)}, "checked_where": {v.CheckedWhere}, "checked_on": {v.CheckedOn.String()}, "version": {strconv.Itoa(v.Version)}}
}

// certificateOf puts what was typed over a certificate.
func certificateOf(f *Form, v domain.Certificate) domain.Certificate {
	v.Number, v.Body, v.Accreditation = f.Text("number"), f.Text("body"), f.Text("accreditation")
	v.Edition, v.Issued, v.Expires = domain.Edition(f.Text("edition")), f.Date("issued"), f.Date("expires")
	v.ScopeText, v.Names, v.Document = f.Text("scope_text"), namedOf(f), FormID[domain.EvidenceID](f, "document")
	v.Version = f.Int("version")
	return v
}

// certificateForm fills what a form about a certificate offers.
func (s *Server) certificateForm(c *Ctx, old domain.Certificate, typed url.Values, errs views.FormErrors, effects []app.Effect) (views.CertificateForm, error) {
	f := views.CertificateForm{Services: c.At().NewService()}
	f.Values, f.Errors, f.Effects = typed, errs, c.effectLines(effects)
	services, err := s.app.Services(c.Context(), c.Actor)
	if err != nil {
		return f, err
	}
	f.Names = s.namedOptions(c, services, old.Names)
	if f.Documents, err = s.documentOptions(c, old.Document); err != nil {
		return f, err
	}
	f.Back, f.Cancel = c.backToCertificates(), c.At().Certificates()
	if old.ID != 0 {
		f.Line = s.certificateLine(c, old)
		f.Cancel = f.Line.Href
		f.Back = views.Crumb{Label: s.heldCertificate(c, old).Label, Href: f.Line.Href}
	}
	return f, nil
}

// showNewCertificate is an empty record, to the edition of the engagement.
func (s *Server) showNewCertificate(c *Ctx) error {
	return s.recordForm(c, fiber.StatusOK, domain.Certificate{}, url.Values{"edition": {string(c.Engagement.Edition)}}, nil, nil)
}

func (s *Server) showEditCertificate(c *Ctx) error {
	v, err := s.pathCertificate(c)
	if err != nil {
		return err
	}
	return s.recordForm(c, fiber.StatusOK, v, certificateValues(v), nil, nil)
}

func (s *Server) recordForm(c *Ctx, status int, old domain.Certificate, typed url.Values, errs views.FormErrors, effects []app.Effect) error {
	f, err := s.certificateForm(c, old, typed, errs, effects)
	if err != nil {
		return err
	}
	f.Action = c.At().Certificates()
	title := c.L.T("certificate.new", nil)
	if old.ID != 0 {
		f.Action, title = c.At().EditCertificate(old.ID), c.L.T("certificate.edit_title", nil)
	}
	return c.RenderStatus(status, views.CertificateFormPage(c.Page(title), f))
}

func (s *Server) createCertificate(c *Ctx) error { return s.putCertificate(c, domain.Certificate{}) }

func (s *Server) saveCertificate(c *Ctx) error {
	old, err := s.pathCertificate(c)
	if err != nil {
		return err
	}
	return s.putCertificate(c, old)
}

// putCertificate saves a record, unless it would let reliances fall and nobody
// ticked that they know.
func (s *Server) putCertificate(c *Ctx, old domain.Certificate) error {
	form, err := c.Form()
	if err != nil {
		return err
	}
	v := certificateOf(form, old)
	v.Title, v.URL = form.Text("title"), form.Text("url")
	if err = form.Err(); err == nil && old.ID != 0 {
		effects, err := s.app.CertificateEditEffects(c.Context(), c.Actor, v)
		if err != nil {
			return err
		}
		if c.held(form, effects) {
			return s.recordForm(c, fiber.StatusUnprocessableEntity, old, form.Values, c.untold(), effects)
		}
	}
	if err == nil {
		v, err = s.app.SaveCertificate(c.Context(), c.Actor, v)
	}
	if status, values, errs, ok := c.again(err, form.Values, currentCertificate(old)); ok {
		return s.recordForm(c, status, old, values, errs, nil)
	}
	if err != nil {
		return err
	}
	if old.ID == 0 && c.Actor.Can(domain.ActCertificateVerify) { // until somebody verifies it, it counts for nothing
		return c.Redirect(c.At().VerifyCertificate(v.ID), "notice.certificate.added")
	}
	return c.Redirect(c.At().Certificate(v.ID), "notice.certificate.changed")
}

func currentCertificate(v domain.Certificate) url.Values {
	if v.ID == 0 {
		return nil
	}
	return certificateValues(v)
}

// verifiable reads the certificate of the address, if a verification may be
// recorded of it.
func (s *Server) verifiable(c *Ctx) (domain.Certificate, error) {
	v, err := s.pathCertificate(c)
	if err == nil {
		err = v.Verifiable()
	}
	return v, err
}

// showVerifyCertificate names beforehand what a verification still lacks.
func (s *Server) showVerifyCertificate(c *Ctx) error {
	v, err := s.verifiable(c)
	if err != nil {
		return err
	}
	values := certificateValues(v)
	values.Set("checked_on", s.app.Today().String())
	return s.verifyForm(c, fiber.StatusOK, v, values, nil, nil)
}

func (s *Server) verifyForm(c *Ctx, status int, old domain.Certificate, typed url.Values, errs views.FormErrors, effects []app.Effect) error {
	f, err := s.certificateForm(c, old, typed, errs, effects)
	if err != nil {
		return err
	}
	v := old
	v.CheckedOn = s.app.Today()
	f.Action, f.Max, f.Missing = c.At().VerifyCertificate(old.ID), s.app.Today().String(), views.NewFormErrors(c.L, v.CheckVerified())
	title := c.L.T("certificate.verify", nil)
	return c.RenderStatus(status, views.CertificateVerifyPage(c.Page(title), f))
}

// verifyCertificate records that the actor read the document. What is missing is
// named all at once, whatever else is wrong.
func (s *Server) verifyCertificate(c *Ctx) error {
	old, err := s.verifiable(c)
	if err != nil {
		return err
	}
	form, err := c.Form()
	if err != nil {
		return err
	}
	v := certificateOf(form, old)
	v.CheckedWhere, v.CheckedOn = form.Text("checked_where"), form.Date("checked_on")
	v.State, v.CheckedBy, v.WithdrawnOn = domain.CertificateVerified, c.Actor.Person, 0
	if err = form.Err(); err != nil {
		err = bothFields(err, v.CheckVerified())
	}
	if err == nil && v.CheckedOn == 0 {
		err = v.CheckVerified()
	}
	if err == nil {
		effects, err := s.app.CertificateEffects(c.Context(), c.Actor, v)
		if err != nil {
			return err
		}
		if c.held(form, effects) {
			return s.verifyForm(c, fiber.StatusUnprocessableEntity, old, form.Values, c.untold(), effects)
		}
	}
	if err == nil {
		_, err = s.app.VerifyCertificate(c.Context(), c.Actor, v)
	}
	if status, values, errs, ok := c.again(err, form.Values, certificateValues(old)); ok {
		return s.verifyForm(c, status, old, values, errs, nil)
	}
	if err != nil {
		return err
	}
	return c.Redirect(c.At().Certificate(old.ID), "notice.certificate.verified")
}

// bothFields tells the errors of two checks of one form at once.
func bothFields(a, b error) error {
	var out domain.FieldErrors
	for _, err := range []error{a, b} {
		if f, ok := errors.AsType[domain.FieldErrors](err); ok {
			out = append(out, f...)
		}
	}
	return out.Err()
}
