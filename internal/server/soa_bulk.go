package server

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"relier/internal/app"
	"relier/internal/domain"
	"relier/views"
)

// showBulkSoA sets the same on the lines ticked, or on all without a reason.
func (s *Server) showBulkSoA(c *Ctx) error {
	st, err := s.statement(c)
	if err != nil {
		return err
	}
	ids := c.QueryAll("id")
	lines := c.pick(st.lines, c.soaFilter("", "", c.Query("show")))
	if len(ids) > 0 {
		lines = linesOf(st.lines, ids)
	}
	if len(lines) == 0 || len(ids) == 0 && c.Query("show") == "" {
		return c.Redirect(c.At().SoA(), "notice.soa.none_ticked")
	}
	return s.bulkSoA(c, fiber.StatusOK, lines, views.SoAValues{}, "", nil, nil)
}

func linesOf(lines []views.SoALine, codes []string) []views.SoALine {
	return slices.DeleteFunc(slices.Clone(lines), func(l views.SoALine) bool { return !slices.Contains(codes, l.Entry.Ref.Code) })
}

func (s *Server) bulkSoA(c *Ctx, status int, lines []views.SoALine, typed views.SoAValues, set string, errs views.FormErrors, effects []app.Effect) error {
	return c.RenderStatus(status, views.SoABulkPage(c.Page(c.L.T("soa.bulk", nil)), views.SoABulk{Lines: lines, Action: c.At().BulkSoA(),
		Cancel: c.At().SoA(), Values: typed, Set: set, Errors: errs, Effects: c.effectLines(effects)}))
}

// saveBulkSoA sets the same on many lines, all or none. What is left empty
// stays on each line as it is.
func (s *Server) saveBulkSoA(c *Ctx) error {
	form, err := c.Form()
	if err != nil {
		return err
	}
	st, err := s.statement(c)
	if err != nil {
		return err
	}
	lines := linesOf(st.lines, form.All("id"))
	entries := make([]domain.SoAEntry, len(lines))
	for i, l := range lines {
		entries[i] = bulkEntry(l.Entry, form)
	}
	typed := views.SoAValues{Drivers: form.All("drivers"), Inclusion: form.Text("reason"), Status: form.Text("status")}
	n, effects, err := s.putSoA(c, form, entries)
	if len(effects) > 0 {
		return s.bulkSoA(c, fiber.StatusUnprocessableEntity, lines, typed, form.Text("applicable"), c.untold(), effects)
	}
	if errs, ok := c.FieldErrors(err); ok {
		return s.bulkSoA(c, statusOf(err), lines, typed, form.Text("applicable"), bulkErrors(errs), nil)
	}
	if err != nil {
		return err
	}
	return c.RedirectCount(c.At().SoA(), "notice.soa.saved", n)
}

func bulkEntry(e domain.SoAEntry, form *Form) domain.SoAEntry {
	e.Version = form.Int(e.Ref.Code + ".version")
	switch form.Text("applicable") {
	case "yes":
		e.Applicable = true
	case "no":
		e.Applicable = false
	}
	if d := drivers(form.All("drivers")); len(d) > 0 && e.Applicable {
		e.Drivers = d
	}
	if reason := form.Text("reason"); reason != "" && e.Applicable {
		e.Inclusion = reason
	} else if reason != "" {
		e.Exclusion = reason
	}
	if status := form.Text("status"); status != "" {
		e.Status = domain.Implementation(status)
	}
	return e
}

// bulkErrors turns the errors of many lines into those of the one form: a line's
// reason is the form's reason, and each thing is said once.
func bulkErrors(errs views.FormErrors) views.FormErrors {
	var out views.FormErrors
	for _, e := range withoutItem(errs) {
		if e.Field == "inclusion" || e.Field == "exclusion" {
			e.Field = "reason"
		}
		if !slices.Contains(out, e) {
			out = append(out, e)
		}
	}
	return out
}

// showApproveSoA states what would be frozen.
func (s *Server) showApproveSoA(c *Ctx) error {
	st, err := s.statement(c)
	if err != nil {
		return err
	}
	v := views.SoAApprove{Edition: c.Engagement.Edition, Number: len(st.versions) + 1, Seen: app.SoADigest(st.entries).String(), Counts: views.CountSoA(st.entries),
		Action: c.At().SoAVersions(), Cancel: c.At().SoA(), Missing: c.At().SoA() + "?show=" + string(views.SoAMissing)}
	if c.Actor.Can(domain.ActSoAWrite) {
		v.Bulk = c.At().BulkSoA() + "?show=" + string(views.SoAMissing)
	}
	return c.Render(views.SoAApprovePage(c.Page(c.L.T("soa.approve_title", nil)), v))
}

// approveSoA freezes the statement as the next numbered version.
func (s *Server) approveSoA(c *Ctx) error {
	form, err := c.Form()
	if err != nil {
		return err
	}
	seen, err := domain.ParseDigest(form.Text("seen"))
	if err != nil || seen.IsZero() {
		seen = app.SoADigest(nil) // nobody signs what they did not read
	}
	v, err := s.app.ApproveSoA(c.Context(), c.Actor, c.Engagement.Edition, seen)
	if err != nil {
		return err
	}
	return c.Redirect(c.At().SoAVersion(v.Number), "notice.soa.approved")
}

// showSoAVersions lists what was approved.
func (s *Server) showSoAVersions(c *Ctx) error {
	versions, err := s.app.SoAVersions(c.Context(), c.Actor, c.Engagement.Edition)
	if err != nil {
		return err
	}
	names, err := s.app.Names(c.Context(), c.Actor)
	if err != nil {
		return err
	}
	return c.Render(views.SoAVersionsPage(c.Page(c.L.T("soa.versions", nil)), views.SoAVersions{Edition: c.Engagement.Edition,
		Versions: versions, Names: names, Href: c.At().SoAVersion, SoA: c.At().SoA()}))
}

// showSoAVersion is one version as it was approved.
func (s *Server) showSoAVersion(c *Ctx) error {
	number, err := pathID[int64](c, "number", domain.NounSoAVersion)
	if err != nil {
		return err
	}
	x, err := s.app.SoAVersion(c.Context(), c.Actor, c.Engagement.Edition, int(number))
	if err != nil {
		return err
	}
	v := views.SoAVersion{Organization: c.Org.Name, Version: x.Version, Approver: x.Approver, List: c.At().SoAVersions()}
	for _, l := range x.Lines {
		v.Lines = append(v.Lines, c.soaLine(l, nil))
	}
	for _, d := range x.Changes {
		v.Changes = append(v.Changes, views.SoAChange{Title: d.Requirement.Title, Before: d.Before, After: d.After})
	}
	title := c.L.T("soa.version_title", map[string]any{"Number": c.L.Number(x.Version.Number)})
	return c.Render(views.SoAVersionPage(c.Page(title), v))
}
