package server

import (
	"cmp"
	"slices"
	"strings"

	"relier/internal/domain"
	"relier/views"
)

// showCertificates lists the certificates, recorded and only listed.
func (s *Server) showCertificates(c *Ctx) error {
	all, err := s.app.Certificates(c.Context(), c.Actor)
	if err != nil {
		return err
	}
	at := c.At()
	v := views.CertificateList{Period: c.Engagement.Period, Today: s.app.Day(), Catalogue: at.CatalogueTab(views.CatalogueCertificates)}
	v.Filter, v.Filtered = c.filterForm(at.Certificates(), "certificates",
		choose(c, "state", c.L.T("certificate.col.state", nil), "state.certificate.", certificateStates),
		choose(c, "edition", c.L.T("certificate.edition", nil), "", domain.Editions))
	if c.Actor.Can(domain.ActCertificateWrite) {
		v.New = at.NewCertificate()
	}
	lines := s.certificateLines(c, all)
	for _, k := range all {
		if k.State == domain.CertificateUnverified && k.ValidityOn(v.Today) == domain.ValidityEnded {
			v.Unusable++
		}
	}
	sort := sortedBy(c, lines, certificateOrders(c))
	page := domain.Slice(lines, domain.Page{Number: c.PageNumber()})
	v.Lines = page.Rows
	v.Table = views.TableProps{ID: "certificates", Caption: c.L.N("certificate.count", page.Total, nil), Path: c.Path(), Sort: sort, Pager: &views.PagerProps{Page: c.PageNumber(), Total: page.Total}}
	return c.Render(views.CertificatesPage(c.Page(c.L.T("certificate.title", nil)), v))
}

var certificateStates = []domain.CertificateState{domain.CertificateUnverified, domain.CertificateVerified, domain.CertificateWithdrawn, domain.CertificateSuperseded}

// certificateLines keeps the certificates that the filter lets through.
func (s *Server) certificateLines(c *Ctx, all []domain.Certificate) []views.CertificateLine {
	state, edition := queryChoice(c, "state", certificateStates), queryChoice(c, "edition", domain.Editions)
	var out []views.CertificateLine
	for _, v := range all {
		line := s.certificateLine(c, v)
		if (state == "" || v.State == state) && (edition == "" || v.Edition == edition) &&
			says(c.queryWords(), line.Title.In(c.L.Lang()), v.Number, v.Body) {
			out = append(out, line)
		}
	}
	return out
}

// certificateLine titles a seeded certificate as the catalogue does, in both
// languages, as long as nobody gave it a title of its own.
func (s *Server) certificateLine(c *Ctx, v domain.Certificate) views.CertificateLine {
	line := views.CertificateLine{Certificate: v, Title: domain.Text{EN: v.Title, FR: v.Title}, Href: c.At().Certificate(v.ID),
		Validity: v.ValidityOn(s.app.Day()), Covered: coveredDays(v, c.Engagement.Period)}
	if d, ok := c.inUse().Document(v.CatalogueID); ok && d.Title.EN == v.Title {
		line.Title, line.Listed = d.Title, true
	}
	return line
}

// coveredDays counts the days of a period that a certificate counts for.
func coveredDays(v domain.Certificate, p domain.Period) int {
	if !v.Counted() {
		return 0
	}
	return p.Days() - domain.DayCount(domain.UncoveredDays(p, []domain.Certificate{v}))
}

func certificateOrders(c *Ctx) map[string]func(a, b views.CertificateLine) int {
	return map[string]func(a, b views.CertificateLine) int{
		"title": func(a, b views.CertificateLine) int {
			return strings.Compare(strings.ToLower(a.Title.In(c.L.Lang())), strings.ToLower(b.Title.In(c.L.Lang())))
		},
		"edition": func(a, b views.CertificateLine) int {
			return cmp.Compare(a.Certificate.Edition, b.Certificate.Edition)
		},
		"expires": func(a, b views.CertificateLine) int {
			return cmp.Compare(a.Certificate.Expires, b.Certificate.Expires)
		},
		"state": func(a, b views.CertificateLine) int {
			return slices.Index(certificateStates, a.Certificate.State) - slices.Index(certificateStates, b.Certificate.State)
		},
		"covered": func(a, b views.CertificateLine) int { return a.Covered - b.Covered },
	}
}

// heldCertificate names a certificate where another page cites it.
func (s *Server) heldCertificate(c *Ctx, v domain.Certificate) views.Held {
	label := v.Number
	if label == "" {
		label = s.certificateLine(c, v).Title.In(c.L.Lang())
	}
	return views.Held{Label: label, Href: c.At().Certificate(v.ID), States: views.CertificateStates(c.L, s.certificateLine(c, v))}
}

// pathCertificate reads the certificate that the address names.
func (s *Server) pathCertificate(c *Ctx) (domain.Certificate, error) {
	id, err := pathID[domain.CertificateID](c, "id", domain.NounCertificate)
	if err != nil {
		return domain.Certificate{}, err
	}
	return s.app.Certificate(c.Context(), c.Actor, id)
}

// showCertificate is one certificate: its fields, its quoted scope, the days it
// covers, and what rests on it.
func (s *Server) showCertificate(c *Ctx) error {
	v, err := s.pathCertificate(c)
	if err != nil {
		return err
	}
	services, err := s.app.Services(c.Context(), c.Actor)
	if err != nil {
		return err
	}
	line := s.certificateLine(c, v)
	page := views.CertificateView{Line: line, Names: s.namedWords(c, v.Names, services), Document: s.documentOnFile(c, v.Document),
		Back: c.backToCertificates(), Timeline: s.coverage(c, line)}
	page.Gaps = page.Timeline.Gaps
	if page.CheckedBy, err = s.personName(c, v.CheckedBy); err != nil {
		return err
	}
	if page.Successor, err = s.successorOf(c, v); err != nil {
		return err
	}
	dependants, err := s.app.CertificateDependants(c.Context(), c.Actor, v.ID)
	if err != nil {
		return err
	}
	page.Dependants = c.dependantLines(dependants)
	c.certificateActs(&page, v)
	return c.Render(views.CertificatePage(c.Page(line.Title.In(c.L.Lang())), page))
}

func (s *Server) successorOf(c *Ctx, v domain.Certificate) (*views.Held, error) {
	if v.Successor == 0 {
		return nil, nil
	}
	next, err := s.app.Certificate(c.Context(), c.Actor, v.Successor)
	if err != nil {
		return nil, err
	}
	held := s.heldCertificate(c, next)
	return &held, nil
}

func (c *Ctx) certificateActs(page *views.CertificateView, v domain.Certificate) {
	at := c.At()
	if v.CatalogueID != "" {
		page.Catalogue, page.Source = at.CatalogueTab(views.CatalogueCertificates)+"#row-"+v.CatalogueID, c.L.T("catalogue.title", nil)
	}
	if c.Actor.Can(domain.ActCertificateVerify) && v.WithdrawnOn == 0 {
		page.Verify = at.VerifyCertificate(v.ID)
	}
	if c.Actor.Can(domain.ActCertificateWrite) {
		page.Edit = at.EditCertificate(v.ID)
		page.Withdraw = at.WithdrawCertificate(v.ID)
	}
}

func (c *Ctx) backToCertificates() views.Crumb {
	return views.Crumb{Label: c.L.T("certificate.title", nil), Href: c.At().Certificates()}
}

// coverage compares the days a certificate counts for with the audit period. An
// unverified one is drawn in outline and covers nothing.
func (s *Server) coverage(c *Ctx, line views.CertificateLine) views.TimelineProps {
	v, audit := line.Certificate, c.Engagement.Period
	label := v.Number
	if label == "" {
		label = c.L.T("certificate.this", nil)
	}
	t := views.TimelineProps{ID: "timeline", Title: c.L.T("certificate.coverage_title", nil), Audit: audit, Today: s.app.Day(),
		Gaps: []domain.Period{audit}, Footer: c.L.T("certificate.of_period", map[string]any{"Covered": c.L.Number(line.Covered), "Days": c.L.Number(audit.Days())})}
	lane := views.Lane{Label: label, Counted: v.Counted()}
	if days, ok := v.Covers(); ok {
		lane.Spans = []domain.Period{days}
	}
	if v.Counted() {
		t.Gaps = domain.UncoveredDays(audit, []domain.Certificate{v})
	}
	t.Lanes = []views.Lane{lane}
	return t
}
