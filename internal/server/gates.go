package server

import (
	"relier/internal/app"
	"relier/internal/domain"
	"relier/views"
)

// groundAt leads from the ground of a gate to the page where it can be seen;
// splits and responsibilities stand in the control's workspace.
func (c *Ctx) groundAt(control domain.ControlID, service domain.ServiceID) func(domain.Ground) string {
	at := c.At()
	return func(g domain.Ground) string {
		switch g.Noun {
		case domain.NounCertificate:
			return at.Certificate(domain.CertificateID(g.Object))
		case domain.NounReport:
			return at.Report(domain.ReportID(g.Object))
		case domain.NounEvidence:
			return at.EvidenceItem(domain.EvidenceID(g.Object))
		case domain.NounSplit, domain.NounResponsibility:
			return at.ControlPart(control, service)
		case domain.NounReliance:
			return at.Reliance(domain.RelianceID(g.Object)) + "#signatures"
		}
		return ""
	}
}

// standings puts the bucket of each control, and why, where other lists name it.
func (s *Server) standings(c *Ctx) (map[domain.ControlID]domain.ControlSummary, error) {
	all, err := s.app.Readiness(c.Context(), c.Actor, c.Engagement)
	out := make(map[domain.ControlID]domain.ControlSummary, len(all))
	for _, v := range all {
		out[v.Control.ID] = v
	}
	return out, err
}

// relianceCoverage draws the certificates that a reliance rests on, and their
// successors, against the audit period. Only those that pass the first gate
// cover a day; the others are drawn in outline.
func (s *Server) relianceCoverage(c *Ctx, v app.RelianceView, all []domain.Certificate) (views.TimelineProps, []domain.Certificate) {
	known := map[domain.CertificateID]domain.Certificate{}
	for _, k := range all {
		known[k.ID] = k
	}
	rests, audit := domain.WithSuccessors(v.Reliance.Certificates, known), c.Engagement.Period
	covered := domain.CoverageOf(v.Service, rests, audit, s.app.Day())
	t := views.TimelineProps{ID: "coverage", Title: c.L.T("reliance.coverage_title", nil), Audit: audit, Today: s.app.Day(), Gaps: covered.Gaps,
		Footer: c.coveredWords(covered, audit)}
	counts := map[domain.CertificateID]bool{}
	for _, k := range covered.Certificates {
		counts[k.ID] = true
	}
	for _, k := range rests {
		lane := views.Lane{Label: views.CertificateLabel(k), Href: c.At().Certificate(k.ID), Counted: counts[k.ID]}
		if days, ok := k.Covers(); ok {
			lane.Spans = []domain.Period{days}
		}
		t.Lanes = append(t.Lanes, lane)
	}
	return t, rests
}

// coveredWords says how many days of a period are covered, and where the gaps are.
func (c *Ctx) coveredWords(v domain.Coverage, p domain.Period) string {
	return c.L.N("cover.days", v.Days, map[string]any{"Days": c.L.Number(p.Days())}) + ". " + views.GapWords(c.L, v.Gaps)
}

// standSoA puts the bucket of each control behind the lines of a statement.
func (s *Server) standSoA(c *Ctx, lines []views.SoALine) error {
	all, err := s.app.Readiness(c.Context(), c.Actor, c.Engagement)
	byCode := make(map[string]domain.ControlSummary, len(all))
	for _, v := range all {
		byCode[v.Control.Code] = v
	}
	for _, l := range lines {
		for i := range l.Controls {
			l.Controls[i].Standing = byCode[l.Controls[i].Code]
		}
	}
	return err
}
