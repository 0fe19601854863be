package app

import (
	"strings"

	"relier/internal/domain"
)

// A form sent twice must not leave two of what is one. The checks stand inside
// the transaction of the change, which is serialized with every other writer,
// so that of two at the same time the second sees the first.

// certificateTwin refuses a certificate that is recorded already: the same
// number of the same body over the same days, or without a number the same
// title. A later cycle under the same number is a certificate of its own.
func (c change) certificateTwin(v domain.Certificate) error {
	all, err := c.Certificates(c.ctx, c.actor.Org)
	if err != nil {
		return err
	}
	for _, k := range all {
		if k.ID == v.ID || k.CatalogueID != "" || k.Issued != v.Issued || k.Expires != v.Expires || !strings.EqualFold(k.Number, v.Number) {
			continue
		}
		if v.Number == "" && strings.EqualFold(k.Title, v.Title) {
			return domain.Conflict("error.certificate.twin_title", domain.Args{"Title": k.Title}).At("title")
		}
		if v.Number != "" && strings.EqualFold(k.Body, v.Body) {
			return domain.Conflict("error.certificate.twin", domain.Args{"Number": k.Number, "Title": k.Title}).At("number")
		}
	}
	return nil
}

// reportTwin refuses a report that is recorded already: the same kind, title
// and period.
func (c change) reportTwin(v domain.Report) error {
	all, err := c.Reports(c.ctx, c.actor.Org)
	if err != nil {
		return err
	}
	for _, k := range all {
		if k.ID != v.ID && k.Kind == v.Kind && k.Period == v.Period && strings.EqualFold(k.Title, v.Title) {
			return domain.Conflict("error.report.twin", domain.Args{"Title": k.Title}).At("title")
		}
	}
	return nil
}
