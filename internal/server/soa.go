package server

import (
	"io"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"relier/internal/app"
	"relier/internal/domain"
	"relier/views"
)

// soaPageSize is how many lines a page edits at once.
const soaPageSize = 20

// statement is the SoA of the engagement's edition with what stands behind it.
type statement struct {
	lines    []views.SoALine
	entries  []domain.SoAEntry
	versions []domain.SoAVersion
	themes   []domain.Requirement
}

func (s *Server) statement(c *Ctx) (st statement, err error) {
	lines, err := s.app.SoA(c.Context(), c.Actor, c.Engagement.Edition)
	if err != nil {
		return st, err
	}
	owners, err := s.app.Owners(c.Context(), c.Actor)
	if err != nil {
		return st, err
	}
	for _, l := range lines {
		st.lines, st.entries = append(st.lines, c.soaLine(l, owners)), append(st.entries, l.Entry)
	}
	st.themes = app.AnnexThemes(c.Engagement.Edition)
	st.versions, err = s.app.SoAVersions(c.Context(), c.Actor, c.Engagement.Edition)
	return st, err
}

func (c *Ctx) soaLine(l app.SoALine, owners map[domain.ControlID]string) views.SoALine {
	out := views.SoALine{Title: l.Requirement.Title, Other: app.OtherRefs(l.Entry.Ref), Entry: l.Entry}
	for _, k := range l.Controls {
		out.Controls = append(out.Controls, views.SoAControl{Code: k.Code, Href: c.At().Control(k.ID), Owner: owners[k.ID]})
	}
	return out
}

func (c *Ctx) soaFilter(query, theme, show string) views.SoAFilter {
	f := views.SoAFilter{Query: query, Theme: theme}
	if v := views.SoAShow(show); slices.Contains(views.SoAShows, v) {
		f.Show = v
	}
	return f
}

// pick narrows lines by a filter.
func (c *Ctx) pick(lines []views.SoALine, f views.SoAFilter) []views.SoALine {
	words := strings.Fields(strings.ToLower(f.Query))
	return slices.DeleteFunc(slices.Clone(lines), func(l views.SoALine) bool {
		text := strings.ToLower(l.Entry.Ref.Code + " " + l.Title.EN + " " + l.Title.FR + " " + l.Entry.Inclusion + " " + l.Entry.Exclusion)
		for _, w := range words {
			if !strings.Contains(text, w) {
				return true
			}
		}
		switch {
		case f.Theme != "" && !strings.HasPrefix(l.Entry.Ref.Code, f.Theme+"."):
			return true
		case f.Show == views.SoAApplicable:
			return !l.Entry.Applicable
		case f.Show == views.SoAExcluded:
			return l.Entry.Applicable
		case f.Show == views.SoAMissing:
			return l.Entry.Justified()
		}
		return false
	})
}

// showSoA is the statement as it stands.
func (s *Server) showSoA(c *Ctx) error {
	st, err := s.statement(c)
	if err != nil {
		return err
	}
	f := c.soaFilter(c.queryWords(), c.Query("theme"), c.Query("show"))
	v := views.SoA{Organization: c.Org.Name, Scope: c.Engagement.Scope, Edition: c.Engagement.Edition, Lines: c.pick(st.lines, f),
		Themes: st.themes, Filter: f, Counts: views.CountSoA(st.entries), Path: c.Path(), List: c.At().SoA(),
		Workbook: c.At().SoAWorkbook(), Versions: c.At().SoAVersions()}
	if c.Actor.Can(domain.ActSoAWrite) {
		v.Edit, v.Bulk = c.At().EditSoA()+soaQuery(f), c.At().BulkSoA()
	}
	if c.Actor.Can(domain.ActSoAApprove) {
		v.Approve = c.At().ApproveSoA()
	}
	if c.on != 0 {
		v.Workbook = "" // the file is written from what stands today
	}
	if len(st.versions) > 0 {
		v.Newest, v.Changed = st.versions[0].Number, app.SoAChanged(st.versions[0].Entries, st.entries)
	}
	if err := s.standSoA(c, v.Lines); err != nil {
		return err
	}
	return c.Render(views.SoAPage(c.Page(c.L.T("soa.title", nil)), v))
}

// soaQuery is a filter as the query of an address.
func soaQuery(f views.SoAFilter) string {
	q := ""
	for _, p := range [][2]string{{"q", f.Query}, {"theme", f.Theme}, {"show", string(f.Show)}} {
		q = views.WithQuery(q, p[0], p[1])
	}
	return q
}

// showEditSoA is one page of lines to edit.
func (s *Server) showEditSoA(c *Ctx) error {
	st, err := s.statement(c)
	if err != nil {
		return err
	}
	f := c.soaFilter(c.queryWords(), c.Query("theme"), c.Query("show"))
	found := c.pick(st.lines, f)
	page := domain.Slice(found, domain.Page{Number: c.PageNumber(), Size: soaPageSize})
	return s.editSoA(c, fiber.StatusOK, page, f, nil, nil, nil)
}

func (s *Server) editSoA(c *Ctx, status int, page domain.List[views.SoALine], f views.SoAFilter, typed map[string]views.SoAValues, errs views.FormErrors, effects []app.Effect) error {
	v := views.SoAEdit{Lines: page.Rows, Typed: typed, Page: max(page.Page.Number, 1), Pages: page.Pages(), Total: page.Total,
		Action: c.At().SoA(), Cancel: c.At().SoA() + soaQuery(f), Errors: errs, Effects: c.effectLines(effects),
		Filter: []views.Hidden{{Name: "q", Value: f.Query}, {Name: "theme", Value: f.Theme}, {Name: "show", Value: string(f.Show)}}}
	return c.RenderStatus(status, views.SoAEditPage(c.Page(c.L.T("soa.edit", nil)), v))
}

// saveSoA saves the lines of a page, all or none.
func (s *Server) saveSoA(c *Ctx) error {
	form, err := c.Form()
	if err != nil {
		return err
	}
	f := c.soaFilter(form.Text("q"), form.Text("theme"), form.Text("show"))
	entries, typed := soaEntries(form, c.Engagement.Edition)
	n, effects, err := s.putSoA(c, form, entries)
	if len(effects) > 0 {
		return s.editSoAAgain(c, fiber.StatusUnprocessableEntity, form, f, typed, c.untold(), effects)
	}
	if errs, ok := c.FieldErrors(err); ok {
		return s.editSoAAgain(c, statusOf(err), form, f, typed, errs, nil)
	}
	if err != nil {
		return err
	}
	next := c.At().SoA() + soaQuery(f)
	if form.Text("go") == "next" {
		next = views.WithQuery(c.At().EditSoA()+soaQuery(f), "page", itoa(nextPage(form, f)))
	}
	return c.RedirectCount(next, "notice.soa.saved", n)
}

// putSoA saves lines, unless they would move reliances and nobody ticked that
// they know: then it returns what they would do.
func (s *Server) putSoA(c *Ctx, form *Form, entries []domain.SoAEntry) (int, []app.Effect, error) {
	if err := form.Err(); err != nil {
		return 0, nil, err
	}
	effects, err := s.app.SoAEffects(c.Context(), c.Actor, entries)
	if err != nil {
		return 0, nil, err
	}
	if c.held(form, effects) {
		return 0, effects, nil
	}
	n, err := s.app.SaveSoA(c.Context(), c.Actor, entries)
	return n, nil, err
}

// nextPage is where the lines not yet seen begin: a line that was given its
// reason leaves a list of those without one, and the others move up.
func nextPage(form *Form, f views.SoAFilter) int {
	if f.Show == views.SoAMissing {
		return max(form.Int("page"), 1)
	}
	return form.Int("page") + 1
}

// editSoAAgain shows the lines of a form with what was typed, whatever the
// filter would pick by now.
func (s *Server) editSoAAgain(c *Ctx, status int, form *Form, f views.SoAFilter, typed map[string]views.SoAValues, errs views.FormErrors, effects []app.Effect) error {
	st, err := s.statement(c)
	if err != nil {
		return err
	}
	found := c.pick(st.lines, f)
	page := domain.List[views.SoALine]{Total: len(found), Page: domain.Page{Number: form.Int("page"), Size: soaPageSize}}
	for _, l := range st.lines {
		if slices.Contains(form.All("line"), l.Entry.Ref.Code) {
			page.Rows = append(page.Rows, l)
		}
	}
	return s.editSoA(c, status, page, f, typed, errs, effects)
}

// soaEntries reads the lines of a form.
func soaEntries(form *Form, e domain.Edition) ([]domain.SoAEntry, map[string]views.SoAValues) {
	var out []domain.SoAEntry
	typed := map[string]views.SoAValues{}
	for _, code := range form.All("line") {
		at := func(name string) string { return code + "." + name }
		v := domain.SoAEntry{Ref: domain.Ref{Edition: e, Code: code}, Applicable: form.Ticked(at("applicable")), Inclusion: form.Text(at("inclusion")),
			Exclusion: form.Text(at("exclusion")), Status: domain.Implementation(form.Text(at("status"))), Documented: form.Text(at("documented")),
			LastReview: form.Date(at("last_review")), NextReview: form.Date(at("next_review")), Notes: form.Text(at("notes")), Version: form.Int(at("version"))}
		v.Drivers = drivers(form.All(at("drivers")))
		out = append(out, v)
		t := views.ValuesOf(v)
		t.LastReview, t.NextReview = form.Text(at("last_review")), form.Text(at("next_review"))
		typed[code] = t
	}
	return out, typed
}

// drivers puts ticked drivers in their own order, so that the same ticks are
// the same line.
func drivers(ticked []string) []domain.Driver {
	var out []domain.Driver
	for _, d := range domain.Drivers {
		if slices.Contains(ticked, string(d)) {
			out = append(out, d)
		}
	}
	return out
}

// downloadSoA is the statement as a workbook.
func (s *Server) downloadSoA(c *Ctx) error {
	langs := []string{c.L.Lang()}
	for _, l := range []string{"en", "fr"} {
		if l != langs[0] {
			langs = append(langs, l)
		}
	}
	name := strings.ToLower(c.Org.Code) + "-soa-" + string(c.Engagement.Edition) + ".xlsx"
	return c.Stream(name, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", func(w io.Writer) error {
		return s.app.SoAWorkbook(c.Context(), c.Actor, c.Engagement, langs, w)
	})
}
