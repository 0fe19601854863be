package server

import (
	"io"
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"relier/internal/app"
	"relier/internal/domain"
	"relier/views"
)

// saying is what an SoA says of requirements, by their codes.
type saying = map[string]domain.Applicability

// applicabilityFilter narrows the requirements shown.
type applicabilityFilter struct{ words, theme, show string }

func (f applicabilityFilter) lets(q domain.Requirement, a domain.Applicability) bool {
	if f.theme != "" && !strings.HasPrefix(q.Ref.Code, f.theme+".") || f.show != "" && f.show != a.String() {
		return false
	}
	text := strings.ToLower(q.Ref.Code + " " + q.Title.EN + " " + q.Title.FR)
	for _, w := range strings.Fields(strings.ToLower(f.words)) {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}

func (f applicabilityFilter) kept() []views.Hidden {
	return []views.Hidden{{Name: "q", Value: f.words}, {Name: "theme", Value: f.theme}, {Name: "show", Value: f.show}}
}

func (f applicabilityFilter) query() string {
	q := ""
	for _, h := range f.kept() {
		q = views.WithQuery(q, h.Name, h.Value)
	}
	return q
}

func (s *Server) pathApplicability(c *Ctx) (app.Applicability, error) {
	id, err := pathID[domain.ReportID](c, "id", domain.NounReport)
	if err != nil {
		return app.Applicability{}, err
	}
	return s.app.Applicability(c.Context(), c.Actor, id, c.Engagement.Edition)
}

// showApplicability is what a provider's SoA says of each requirement.
func (s *Server) showApplicability(c *Ctx) error {
	v, err := s.pathApplicability(c)
	if err != nil {
		return err
	}
	f := applicabilityFilter{c.queryWords(), c.Query("theme"), c.Query("show")}
	return s.applicability(c, fiber.StatusOK, v, f, v.Says(), func(q domain.Requirement) bool { return f.lets(q, v.Report.Applicability(q.Ref)) }, views.FormState{})
}

// applicability shows the requirements that a choice keeps, with what is said of
// them on the form.
func (s *Server) applicability(c *Ctx, status int, v app.Applicability, f applicabilityFilter, chosen saying, keeps func(domain.Requirement) bool, state views.FormState) error {
	at, id := c.At(), v.Report.ID
	page := views.ApplicabilityView{FormState: state, Edition: v.Report.Edition, Assumed: v.Assumed, Counts: v.Counts, Kept: f.kept(), Writes: c.Actor.Can(domain.ActReportWrite),
		Import: at.ReportApplicabilityImport(id), CSV: at.ReportApplicabilityCSV(id), XLSX: at.ReportApplicabilityXLSX(id)}
	page.Values = url.Values{"version": {strconv.Itoa(v.Report.Version)}}
	page.Action, page.Cancel = at.ReportApplicability(id), at.Report(id)
	page.Back = views.Crumb{Label: s.reportLine(c, v.Report).Title.In(c.L.Lang()), Href: at.Report(id)}
	page.Filter = c.applicabilityFilterForm(v, f)
	for _, theme := range app.AnnexThemes(v.Report.Edition) {
		g := views.ApplicabilityGroup{Requirement: theme}
		for _, q := range v.Requirements {
			if strings.HasPrefix(q.Ref.Code, theme.Ref.Code+".") && keeps(q) {
				g.Lines = append(g.Lines, views.ApplicabilityLine{Requirement: q, Says: chosen[q.Ref.Code]})
			}
		}
		if len(g.Lines) > 0 {
			page.Groups, page.Shown = append(page.Groups, g), page.Shown+len(g.Lines)
		}
	}
	return c.RenderStatus(status, views.ApplicabilityPage(c.Page(c.L.T("report.applicability", nil)), page))
}

func (c *Ctx) applicabilityFilterForm(v app.Applicability, f applicabilityFilter) views.FilterProps {
	theme := views.FieldProps{Name: "theme", Type: views.FieldSelect, Label: c.L.T("soa.theme", nil), Value: f.theme, Empty: c.L.T("soa.filter.all_themes", nil)}
	for _, t := range app.AnnexThemes(v.Report.Edition) {
		theme.Options = append(theme.Options, views.Option{Value: t.Ref.Code, Label: t.Ref.Code + " " + t.Title.In(c.L.Lang())})
	}
	show := views.FieldProps{Name: "show", Type: views.FieldSelect, Label: c.L.T("soa.filter.show", nil), Value: f.show, Empty: c.L.T("soa.filter.all", nil)}
	for _, a := range domain.Applicabilities {
		show.Options = append(show.Options, views.Option{Value: a.String(), Label: c.L.T("applicability."+a.String(), nil)})
	}
	path := c.At().ReportApplicability(v.Report.ID)
	out := views.FilterProps{Action: path, Target: "applicability", Fields: []views.FieldProps{
		{Name: "q", Type: views.FieldSearch, Label: c.L.T("common.search", nil), Value: f.words}, theme, show}}
	if f != (applicabilityFilter{}) {
		out.Reset = path
	}
	return out
}

// saveApplicability records what was chosen for the requirements on the form,
// and leaves the others, unless it moves reliances and nobody ticked that they
// know.
func (s *Server) saveApplicability(c *Ctx) error {
	v, err := s.pathApplicability(c)
	if err != nil {
		return err
	}
	form, err := c.Form()
	if err != nil {
		return err
	}
	f := applicabilityFilter{form.Text("q"), form.Text("theme"), form.Text("show")}
	chosen, shown := form.applicability(v)
	again := func(status int, errs views.FormErrors, effects []app.Effect) error {
		return s.applicability(c, status, v, f, chosen, func(q domain.Requirement) bool { return shown[q.Ref.Code] },
			views.FormState{Errors: errs, Effects: c.effectLines(effects)})
	}
	read := v
	read.Report.Version = form.Int("version")
	if err = form.Err(); err == nil {
		effects, err := s.app.ApplicabilityEffects(c.Context(), c.Actor, v, chosen)
		if err != nil {
			return err
		}
		if c.held(form, effects) {
			return again(fiber.StatusUnprocessableEntity, c.untold(), effects)
		}
	}
	if err == nil {
		_, err = s.app.SetApplicability(c.Context(), c.Actor, read, chosen)
	}
	if errs, ok := c.FieldErrors(err); ok {
		if domain.KindOf(err) == domain.KindConflict {
			chosen = v.Says() // somebody else recorded it meanwhile: theirs is shown
		}
		return again(statusOf(err), errs, nil)
	}
	if err != nil {
		return err
	}
	return c.Redirect(c.At().ReportApplicability(v.Report.ID)+f.query(), "notice.report.applicability")
}

// applicability reads what is chosen, over what is recorded, and which
// requirements the form shows.
func (f *Form) applicability(v app.Applicability) (chosen saying, shown map[string]bool) {
	chosen, shown = v.Says(), map[string]bool{}
	for _, code := range f.All("line") {
		if _, known := chosen[code]; !known {
			continue
		}
		shown[code] = true
		word := f.Text("says_" + code)
		if all := f.Text("all"); all != "" {
			word = all
		}
		a, ok := domain.ParseApplicability(word)
		if !ok {
			f.errs.Add("says_"+code, "error.choice", nil)
			continue
		}
		chosen[code] = a
	}
	return chosen, shown
}

func (s *Server) downloadApplicabilityCSV(c *Ctx) error {
	return s.downloadApplicability(c, "csv", "text/csv; charset=utf-8", false)
}

func (s *Server) downloadApplicabilityXLSX(c *Ctx) error {
	return s.downloadApplicability(c, "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", true)
}

// downloadApplicability is the sheet to fill in, with what is recorded so far.
func (s *Server) downloadApplicability(c *Ctx, ending, kind string, workbook bool) error {
	v, err := s.pathApplicability(c)
	if err != nil {
		return err
	}
	return c.Stream("applicability-"+string(v.Report.Edition)+"."+ending, kind, func(w io.Writer) error {
		return s.app.WriteApplicability(w, v, c.L.Lang(), workbook)
	})
}
