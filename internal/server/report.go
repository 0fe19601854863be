package server

import (
	"cmp"
	"slices"
	"strings"

	"relier/internal/domain"
	"relier/views"
)

// showReports lists the provider's reports.
func (s *Server) showReports(c *Ctx) error {
	all, err := s.app.Reports(c.Context(), c.Actor)
	if err != nil {
		return err
	}
	at := c.At()
	var v views.ReportList
	v.Filter, v.Filtered = c.filterForm(at.Reports(), "reports",
		choose(c, "kind", c.L.T("report.kind", nil), "report_kind.", domain.ReportKinds),
		choose(c, "state", c.L.T("report.state", nil), "state.report.", domain.ReportStates))
	if c.Actor.Can(domain.ActReportWrite) {
		v.New = at.NewReport()
	}
	lines := s.reportLines(c, all)
	sort := sortedBy(c, lines, reportOrders(c))
	page := domain.Slice(lines, domain.Page{Number: c.PageNumber()})
	v.Lines = page.Rows
	v.Table = views.TableProps{ID: "reports", Caption: c.L.N("report.count", page.Total, nil), Path: c.Path(), Sort: sort, Pager: &views.PagerProps{Page: c.PageNumber(), Total: page.Total}}
	return c.Render(views.ReportsPage(c.Page(c.L.T("report.title", nil)), v))
}

// reportLines keeps the reports that the filter lets through.
func (s *Server) reportLines(c *Ctx, all []domain.Report) []views.ReportLine {
	kind, state := queryChoice(c, "kind", domain.ReportKinds), queryChoice(c, "state", domain.ReportStates)
	var out []views.ReportLine
	for _, v := range all {
		line := s.reportLine(c, v)
		if (kind == "" || v.Kind == kind) && (state == "" || v.State == state) && says(c.queryWords(), line.Title.In(c.L.Lang()), v.Note) {
			out = append(out, line)
		}
	}
	return out
}

// reportLine titles a seeded report as the catalogue does, in both languages, as
// long as nobody gave it a title of its own.
func (s *Server) reportLine(c *Ctx, v domain.Report) views.ReportLine {
	line := views.ReportLine{Report: v, Title: domain.Text{EN: v.Title, FR: v.Title}, Href: c.At().Report(v.ID)}
	if d, ok := c.inUse().Document(v.CatalogueID); ok && d.Title.EN == v.Title {
		line.Title, line.Listed = d.Title, true
	}
	return line
}

func reportOrders(c *Ctx) map[string]func(a, b views.ReportLine) int {
	return map[string]func(a, b views.ReportLine) int{
		"title": func(a, b views.ReportLine) int {
			return strings.Compare(strings.ToLower(a.Title.In(c.L.Lang())), strings.ToLower(b.Title.In(c.L.Lang())))
		},
		"kind": func(a, b views.ReportLine) int {
			return slices.Index(domain.ReportKinds, a.Report.Kind) - slices.Index(domain.ReportKinds, b.Report.Kind)
		},
		"period":     func(a, b views.ReportLine) int { return cmp.Compare(a.Report.Period.To, b.Report.Period.To) },
		"exceptions": func(a, b views.ReportLine) int { return a.Report.OpenExceptions() - b.Report.OpenExceptions() },
		"state": func(a, b views.ReportLine) int {
			return slices.Index(domain.ReportStates, a.Report.State) - slices.Index(domain.ReportStates, b.Report.State)
		},
	}
}

func (s *Server) pathReport(c *Ctx) (domain.Report, error) {
	id, err := pathID[domain.ReportID](c, "id", domain.NounReport)
	if err != nil {
		return domain.Report{}, err
	}
	return s.app.Report(c.Context(), c.Actor, id)
}

// showReport is one report and why it does not carry gate G4 yet.
func (s *Server) showReport(c *Ctx) error {
	v, err := s.pathReport(c)
	if err != nil {
		return err
	}
	services, err := s.app.Services(c.Context(), c.Actor)
	if err != nil {
		return err
	}
	at, line := c.At(), s.reportLine(c, v)
	page := views.ReportView{Line: line, Names: s.namedWords(c, v.Names, services), Document: s.documentOnFile(c, v.Document),
		Back: views.Crumb{Label: c.L.T("report.title", nil), Href: at.Reports()}}
	if page.ReviewedBy, err = s.personName(c, v.ReviewedBy); err != nil {
		return err
	}
	if page.Exceptions, err = s.exceptionLines(c, v); err != nil {
		return err
	}
	if err = s.reportNeighbours(c, v, &page); err != nil {
		return err
	}
	if v.Kind == domain.ReportAudit {
		page.Stale = v.DaysTooOld(c.Engagement.Period.To, c.Engagement.ReportAge())
	}
	if v.CatalogueID != "" {
		page.Catalogue, page.Source = at.CatalogueTab(views.CatalogueReports)+"#row-"+v.CatalogueID, c.L.T("catalogue.title", nil)
	}
	if c.Actor.Can(domain.ActReportWrite) {
		page.Edit = at.EditReport(v.ID)
	}
	return c.Render(views.ReportPage(c.Page(line.Title.In(c.L.Lang())), page))
}

// exceptionLines are the exceptions with the names of who dispositioned them.
func (s *Server) exceptionLines(c *Ctx, v domain.Report) ([]views.ExceptionLine, error) {
	if len(v.Exceptions) == 0 {
		return nil, nil
	}
	names, err := s.app.Names(c.Context(), c.Actor)
	if err != nil {
		return nil, err
	}
	out := make([]views.ExceptionLine, len(v.Exceptions))
	for i, e := range v.Exceptions {
		out[i] = views.ExceptionLine{Exception: e, What: c.exceptionWords(e, i), By: names[e.By]}
		if e.By != 0 && out[i].By == "" {
			out[i].By = c.L.T("certificate.former_member", nil)
		}
	}
	return out, nil
}

// exceptionWords says what an exception is; an older record only counted it.
func (c *Ctx) exceptionWords(e domain.ReportException, i int) string {
	if e.What != "" {
		return e.What
	}
	return c.L.T("report.exception_undescribed", map[string]any{"Number": c.L.Number(i + 1)})
}

// reportNeighbours adds what other pages and reports say of this one: the letters
// that continue it, the report it continues, what its SoA applies.
func (s *Server) reportNeighbours(c *Ctx, v domain.Report, page *views.ReportView) error {
	at := c.At()
	switch v.Kind {
	case domain.ReportSoA:
		says, err := s.app.Applicability(c.Context(), c.Actor, v.ID, c.Engagement.Edition)
		page.Applicability, page.Counts = at.ReportApplicability(v.ID), says.Counts
		return err
	case domain.ReportAudit:
		all, err := s.app.Reports(c.Context(), c.Actor)
		page.After, page.HasAfter = v.DaysAfter(c.Engagement.Period)
		for _, b := range v.BridgeLetters(all, c.Engagement.Period) {
			page.Bridges = append(page.Bridges, views.BridgeLine{ReportLine: s.reportLine(c, b.Letter), Days: b.Days})
		}
		return err
	}
	if v.Bridges != 0 {
		r, err := s.app.Report(c.Context(), c.Actor, v.Bridges)
		if err != nil {
			return err
		}
		line := s.reportLine(c, r)
		page.Continues = &line
	}
	return nil
}
