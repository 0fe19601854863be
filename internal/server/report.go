package server

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"relier/internal/app"
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
	if v.Kind == domain.ReportAudit {
		page.Stale = v.DaysTooOld(c.Engagement.Period.To, domain.ReportMaxMonths)
	}
	if v.CatalogueID != "" {
		page.Catalogue, page.Source = at.CatalogueTab(views.CatalogueReports)+"#row-"+v.CatalogueID, c.L.T("catalogue.title", nil)
	}
	if c.Actor.Can(domain.ActReportWrite) {
		page.Edit = at.EditReport(v.ID)
	}
	return c.Render(views.ReportPage(c.Page(line.Title.In(c.L.Lang())), page))
}

// showNewReport starts confidential: a provider's report is shared under terms.
func (s *Server) showNewReport(c *Ctx) error {
	typed := url.Values{"kind": {string(domain.ReportAudit)}, "state": {string(domain.ReportToRequest)}, "exceptions": {"0"}, "confidential": {"1"}}
	return s.reportForm(c, fiber.StatusOK, domain.Report{}, typed, nil, nil)
}

func (s *Server) showEditReport(c *Ctx) error {
	v, err := s.pathReport(c)
	if err != nil {
		return err
	}
	return s.reportForm(c, fiber.StatusOK, v, reportValues(v), nil, nil)
}

// reportValues is a report as its form shows it.
func reportValues(v domain.Report) url.Values {
	out := url.Values{"kind": {string(v.Kind)}, "title": {v.Title}, "from": {v.Period.From.String()}, "to": {v.Period.To.String()}, "names": namedValues(v.Names),
		"exceptions": {strconv.Itoa(v.OpenExceptions())}, "document": {idValue(v.Document)}, "url": {v.URL}, "obtained_on": {v.ObtainedOn.String()},
		"state": {string(v.State)}, "note": {v.Note}, "version": {strconv.Itoa(v.Version)}}
	for _, e := range domain.Editions {
		out.Set("not_applied_"+string(e), views.RefCodes(v.NotApplied, e))
	}
	if v.Confidential {
		out.Set("confidential", "1")
	}
	return out
}

func (s *Server) reportForm(c *Ctx, status int, old domain.Report, typed url.Values, errs views.FormErrors, effects []app.Effect) error {
	at := c.At()
	f := views.ReportForm{Services: at.NewService()}
	f.Values, f.Errors, f.Effects = typed, errs, c.effectLines(effects)
	services, err := s.app.Services(c.Context(), c.Actor)
	if err != nil {
		return err
	}
	f.Names = s.namedOptions(c, services, old.Names)
	if f.Documents, err = s.documentOptions(c, old.Document); err != nil {
		return err
	}
	f.Action, f.Cancel, f.Back = at.Reports(), at.Reports(), views.Crumb{Label: c.L.T("report.title", nil), Href: at.Reports()}
	title := c.L.T("report.new", nil)
	if old.ID != 0 {
		f.Action, f.Cancel = at.EditReport(old.ID), at.Report(old.ID)
		f.Back, title = views.Crumb{Label: s.reportLine(c, old).Title.In(c.L.Lang()), Href: at.Report(old.ID)}, c.L.T("report.edit_title", nil)
	}
	return c.RenderStatus(status, views.ReportFormPage(c.Page(title), f))
}

// reportOf reads what was typed; the requirements an SoA leaves out come as codes.
func (s *Server) reportOf(form *Form, old domain.Report) domain.Report {
	v := domain.Report{ID: old.ID, Kind: domain.ReportKind(form.Text("kind")), Title: form.Text("title"), Period: form.Period("from", "to"),
		Confidential: form.Ticked("confidential"), Names: namedOf(form), Exceptions: old.Exceptions, Document: FormID[domain.EvidenceID](form, "document"),
		ObtainedOn: form.Date("obtained_on"), State: domain.ReportState(form.Text("state")), URL: form.Text("url"), Note: form.Text("note"), Version: form.Int("version")}
	for _, e := range domain.Editions {
		v.NotApplied = append(v.NotApplied, s.refsOf(form, "not_applied_"+string(e), e)...)
	}
	return v
}

// refsOf reads codes of one edition, separated by spaces, commas or line breaks.
func (s *Server) refsOf(form *Form, field string, e domain.Edition) []domain.Ref {
	var out []domain.Ref
	for _, code := range strings.FieldsFunc(form.Text(field), func(r rune) bool { return strings.ContainsRune(" ,;\n\t", r) }) {
		ref := domain.Ref{Edition: e, Code: strings.ToUpper(code)}
		if !s.app.KnownRequirement(ref) {
			form.errs.Add(field, "error.report.requirement", domain.Args{"Code": code, "Standard": e.Standard()})
			return nil
		}
		out = append(out, ref)
	}
	return out
}

func (s *Server) createReport(c *Ctx) error { return s.putReport(c, domain.Report{}) }

func (s *Server) saveReport(c *Ctx) error {
	old, err := s.pathReport(c)
	if err != nil {
		return err
	}
	return s.putReport(c, old)
}

// putReport saves a report, unless it would let reliances fall and nobody ticked
// that they know.
func (s *Server) putReport(c *Ctx, old domain.Report) error {
	form, err := c.Form()
	if err != nil {
		return err
	}
	v := s.reportOf(form, old)
	if err = form.Err(); err == nil && old.ID != 0 && !form.Ticked("confirmed") {
		effects, err := s.app.ReportEffects(c.Context(), c.Actor, v)
		if err != nil {
			return err
		}
		if len(effects) > 0 {
			return s.reportForm(c, fiber.StatusUnprocessableEntity, old, form.Values, c.untold(), effects)
		}
	}
	if err == nil {
		v, err = s.app.SaveReport(c.Context(), c.Actor, v)
	}
	if status, values, errs, ok := c.again(err, form.Values, currentReport(old)); ok {
		return s.reportForm(c, status, old, values, errs, nil)
	}
	if err != nil {
		return err
	}
	notice := "notice.report.changed"
	if old.ID == 0 {
		notice = "notice.report.added"
	}
	return c.Redirect(c.At().Report(v.ID), notice)
}

func currentReport(v domain.Report) url.Values {
	if v.ID == 0 {
		return nil
	}
	return reportValues(v)
}
