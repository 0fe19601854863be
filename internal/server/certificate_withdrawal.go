package server

import (
	"maps"
	"net/url"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"relier/internal/domain"
	"relier/views"
)

// withdrawalValues is a certificate's withdrawal as its form shows it.
func withdrawalValues(v domain.Certificate) url.Values {
	return url.Values{"withdrawn_on": {v.WithdrawnOn.String()}, "successor": {idValue(v.Successor)}, "version": {strconv.Itoa(v.Version)}}
}

// showWithdrawCertificate asks from which day a certificate no longer counts, or
// whether its withdrawal was a mistake, and once it knows, states what would fall.
func (s *Server) showWithdrawCertificate(c *Ctx) error {
	v, err := s.pathCertificate(c)
	if err != nil {
		return err
	}
	typed := url.Values{"withdrawn_on": {c.Query("withdrawn_on")}, "successor": {c.Query("successor")}, "back": {c.Query("back")}, "version": {strconv.Itoa(v.Version)}}
	if typed.Get("withdrawn_on") == "" && typed.Get("successor") == "" && typed.Get("back") == "" {
		typed = withdrawalValues(v)
		if v.WithdrawnOn == 0 {
			typed.Set("withdrawn_on", s.app.Today().String())
		}
		return s.withdrawForm(c, fiber.StatusOK, v, typed, nil, false)
	}
	_, err = withdrawalOf(&Form{Values: typed}, v)
	errs, _ := c.FieldErrors(err)
	status := fiber.StatusOK
	if len(errs) > 0 {
		status = fiber.StatusUnprocessableEntity
	}
	return s.withdrawForm(c, status, v, typed, errs, len(errs) == 0)
}

// withdrawalOf is the certificate as it would be after what was typed.
func withdrawalOf(form *Form, v domain.Certificate) (domain.Certificate, error) {
	if form.Ticked("back") {
		return v.Unwithdrawn(), form.Err()
	}
	v.State, v.WithdrawnOn, v.Successor = domain.CertificateWithdrawn, form.Date("withdrawn_on"), FormID[domain.CertificateID](form, "successor")
	if v.Successor != 0 { // what rests on it goes on with that one
		v.State = domain.CertificateSuperseded
	}
	err := form.Err()
	if err == nil && v.WithdrawnOn == 0 {
		err = domain.Invalid("error.certificate.withdrawn_on", nil).At("withdrawn_on")
	}
	return v, err
}

// withdrawPage is the page with what is chosen from; ready: it states what the
// values typed would do.
func (s *Server) withdrawPage(c *Ctx, v domain.Certificate, typed url.Values, ready bool) (views.CertificateWithdraw, error) {
	page := views.CertificateWithdraw{Line: s.certificateLine(c, v), Ready: ready}
	page.Values, page.Action = typed, c.At().WithdrawCertificate(v.ID)
	page.Back = views.Crumb{Label: s.heldCertificate(c, v).Label, Href: page.Line.Href}
	all, err := s.app.Certificates(c.Context(), c.Actor)
	if err != nil {
		return page, err
	}
	for _, k := range all {
		if k.ID != v.ID && k.CatalogueID == "" {
			page.Successors = append(page.Successors, views.IDOption(k.ID, s.heldCertificate(c, k).Label))
		}
	}
	if !ready {
		return page, nil
	}
	next, err := withdrawalOf(&Form{Values: typed}, v)
	if err != nil {
		return page, err
	}
	rests, err := s.app.CertificateDependants(c.Context(), c.Actor, v.ID)
	if err != nil {
		return page, err
	}
	effects, err := s.app.CertificateEffects(c.Context(), c.Actor, next)
	page.Rests, page.Effects = len(rests), c.effectLines(effects)
	return page, err
}

func (s *Server) withdrawForm(c *Ctx, status int, v domain.Certificate, typed url.Values, errs views.FormErrors, ready bool) error {
	page, err := s.withdrawPage(c, v, typed, ready)
	if err != nil {
		return err
	}
	return c.showWithdrawal(status, page, errs)
}

func (c *Ctx) showWithdrawal(status int, page views.CertificateWithdraw, errs views.FormErrors) error {
	page.Errors = errs
	return c.RenderStatus(status, views.CertificateWithdrawPage(c.Page(c.L.T(page.Title(), nil)), page))
}

// withdrawCertificate does what its page stated. When that is not what would
// happen now, the page comes again and states it.
func (s *Server) withdrawCertificate(c *Ctx) error {
	v, err := s.pathCertificate(c)
	if err != nil {
		return err
	}
	form, err := c.Form()
	if err != nil {
		return err
	}
	next, err := withdrawalOf(form, v)
	if err == nil {
		page, err := s.withdrawPage(c, v, form.Values, true)
		if err != nil {
			return err
		}
		if form.Int("version") == v.Version && form.Text("stated") != page.Stated() {
			return c.showWithdrawal(fiber.StatusUnprocessableEntity, page, views.FormErrors{{Field: "withdrawn_on", Text: c.L.T("error.unstated", nil)}})
		}
	}
	notice := "notice.certificate.withdrawn"
	if next.Successor != 0 {
		notice = "notice.certificate.superseded"
	}
	if err == nil && form.Ticked("back") {
		notice = "notice.certificate.reinstated"
		_, err = s.app.TakeBackWithdrawal(c.Context(), c.Actor, v.ID, form.Int("version"))
	} else if err == nil {
		_, err = s.app.WithdrawCertificate(c.Context(), c.Actor, v.ID, next.WithdrawnOn, next.Successor, form.Int("version"))
	}
	current := maps.Clone(form.Values)
	current.Set("version", strconv.Itoa(v.Version))
	if status, values, errs, ok := c.again(err, form.Values, current); ok {
		return s.withdrawForm(c, status, v, values, errs, false)
	}
	if err != nil {
		return err
	}
	return c.Redirect(c.At().Certificate(v.ID), notice)
}
