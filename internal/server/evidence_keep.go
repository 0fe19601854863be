package server

import (
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"relier/internal/app"
	"relier/internal/domain"
	"relier/views"
)

// expiringWithin are the spans, in days, that the library's filter offers.
var expiringWithin = []string{"30", "60", "90"}

// narrowByDay reads what depends on today, and who may review what is listed.
func (s *Server) narrowByDay(c *Ctx, v *views.EvidenceList) {
	v.Today = s.app.Today()
	if v.Within = queryChoice(c, "expiring", expiringWithin); v.Within != "" {
		days, _ := strconv.Atoi(v.Within)
		v.Filter.ExpiresBy = v.Today.AddDays(days)
	}
	if v.Filter.State == domain.EvidenceSubmitted && c.Actor.Can(domain.ActEvidenceReview) {
		v.Accept, v.Review, v.Me = c.At().AcceptEvidence(), c.At().EvidenceReview, c.Actor.Person
	}
}

// keptItem adds to an item's page what an auditor would ask, who saw it, and what
// may be done to keep it or to let it go.
func (s *Server) keptItem(c *Ctx, e app.EvidenceView, v *views.EvidenceItem) (err error) {
	reviewer := domain.PersonID(0)
	if c.Actor.Can(domain.ActEvidenceReview) && e.Item.State == domain.EvidenceSubmitted {
		reviewer = c.Actor.Person
	}
	v.Today = s.app.Today()
	if v.Doubts, err = s.app.Sufficiency(c.Context(), c.Actor, c.Engagement, e, reviewer); err != nil {
		return err
	}
	if c.Actor.Can(domain.ActActivityRead) {
		v.ShowSeen = true
		if v.Seen, err = s.app.SeenBy(c.Context(), c.Actor, e.Item.ID); err != nil {
			return err
		}
	}
	if c.Actor.Can(domain.ActEvidenceHold) {
		v.HoldForm = c.At().EvidenceHold(e.Item.ID)
	}
	if c.Actor.Can(domain.ActEvidenceDelete) && (c.Actor.Role != domain.RoleContributor || e.Item.State == domain.EvidenceDraft && e.Item.Author == c.Actor.Person) {
		v.Delete = c.At().DeleteEvidence(e.Item.ID)
	}
	return nil
}

// removedEvidence is what stays of a deleted item; where there never was one, what
// the reading of it said.
func (s *Server) removedEvidence(c *Ctx, id domain.EvidenceID, missing error) error {
	r, err := s.app.Removal(c.Context(), c.Actor, id)
	if domain.IsNotFound(err) {
		return missing
	}
	if err != nil {
		return err
	}
	names, err := s.app.Names(c.Context(), c.Actor)
	if err != nil {
		return err
	}
	v := views.EvidenceRemoved{Removal: r, Names: names, List: c.At().Evidence()}
	if c.Actor.Can(domain.ActActivityRead) {
		v.ShowSeen = true
		if v.Seen, err = s.app.SeenBy(c.Context(), c.Actor, id); err != nil {
			return err
		}
	}
	return c.RenderStatus(fiber.StatusGone, views.EvidenceRemovedPage(c.Page(r.Code()), v))
}

// showHoldEvidence is the form that places a legal hold, or lifts it.
func (s *Server) showHoldEvidence(c *Ctx) error {
	id, err := pathID[domain.EvidenceID](c, "id", domain.NounEvidence)
	if err != nil {
		return err
	}
	return s.holdForm(c, fiber.StatusOK, id, "", nil)
}

func (s *Server) holdForm(c *Ctx, status int, id domain.EvidenceID, why string, errs views.FormErrors) error {
	e, err := s.app.Evidence(c.Context(), c.Actor, id)
	if err != nil {
		return err
	}
	names, err := s.app.Names(c.Context(), c.Actor)
	if err != nil {
		return err
	}
	title := c.L.T("evidence.hold.place", nil)
	if e.Item.Hold.On {
		title = c.L.T("evidence.hold.lift", nil)
	}
	return c.RenderStatus(status, views.EvidenceHoldPage(c.Page(title), views.EvidenceHold{Item: e.Item, Names: names, Action: c.At().EvidenceHold(id),
		Cancel: c.At().EvidenceItem(id), Why: why, Errors: errs}))
}

func (s *Server) holdEvidence(c *Ctx) error {
	id, err := pathID[domain.EvidenceID](c, "id", domain.NounEvidence)
	if err != nil {
		return err
	}
	form, err := c.Form()
	if err != nil {
		return err
	}
	on, version := form.Text("hold") == "place", form.Int("version")
	if err = form.Err(); err == nil {
		_, err = s.app.HoldEvidence(c.Context(), c.Actor, id, on, form.Text("why"), version)
	}
	if errs, ok := c.FieldErrors(err); ok {
		return s.holdForm(c, statusOf(err), id, form.Text("why"), errs)
	}
	if err != nil {
		return err
	}
	notice := "notice.evidence.released"
	if on {
		notice = "notice.evidence.held"
	}
	return c.Redirect(c.At().EvidenceItem(id), notice)
}

// showDeleteEvidence states exactly what would go, or why nothing may.
func (s *Server) showDeleteEvidence(c *Ctx) error {
	id, err := pathID[domain.EvidenceID](c, "id", domain.NounEvidence)
	if err != nil {
		return err
	}
	return s.deleteForm(c, fiber.StatusOK, id, "", nil)
}

func (s *Server) deleteForm(c *Ctx, status int, id domain.EvidenceID, reason string, errs views.FormErrors) error {
	r, err := s.app.EvidenceRemoval(c.Context(), c.Actor, id)
	if err != nil {
		return err
	}
	v := views.EvidenceDelete{Item: r.Item, Versions: r.Versions, Reviews: len(r.Reviews), Controls: r.Controls, Duties: len(r.Duties), Reason: reason,
		Action: c.At().DeleteEvidence(id), Cancel: c.At().EvidenceItem(id), Control: c.At().Control, Effects: c.effectLines(r.Effects), Errors: errs}
	for _, b := range r.Bars {
		v.Bars = append(v.Bars, views.EvidenceBar{Text: c.L.T("evidence.bar."+b.Code, nil), Label: b.Label, Href: c.barHref(b)})
	}
	return c.RenderStatus(status, views.EvidenceDeletePage(c.Page(c.L.T("evidence.delete.title", map[string]any{"Evidence": r.Item.Code()})), v))
}

// barHref is the page of what forbids a deletion, or "".
func (c *Ctx) barHref(b app.Bar) string {
	at := c.At()
	switch b.Code {
	case "pack":
		return at.In(b.Eng).Pack(domain.PackID(b.Object))
	case "certificate":
		return at.Certificate(domain.CertificateID(b.Object))
	case "report":
		return at.Report(domain.ReportID(b.Object))
	case "responsibility":
		return at.Control(domain.ControlID(b.Part))
	case "request":
		return at.In(b.Eng).Request(domain.RequestID(b.Object))
	case "reliance":
		return at.In(b.Eng).Reliance(domain.RelianceID(b.Object))
	}
	return ""
}

func (s *Server) deleteEvidence(c *Ctx) error {
	id, err := pathID[domain.EvidenceID](c, "id", domain.NounEvidence)
	if err != nil {
		return err
	}
	form, err := c.Form()
	if err != nil {
		return err
	}
	version := form.Int("version")
	if err = form.Err(); err == nil {
		_, err = s.app.DeleteEvidence(c.Context(), c.Actor, id, version, form.Text("reason"))
	}
	if errs, ok := c.FieldErrors(err); ok {
		return s.deleteForm(c, statusOf(err), id, form.Text("reason"), errs)
	}
	if err != nil {
		return err
	}
	return c.Redirect(c.At().Evidence(), "notice.evidence.deleted")
}

// showAcceptEvidence states how many ticked items would be accepted, and what an
// auditor would ask about them.
func (s *Server) showAcceptEvidence(c *Ctx) error {
	return s.acceptForm(c, fiber.StatusOK, "", nil)
}

func (s *Server) acceptForm(c *Ctx, status int, comment string, errs views.FormErrors) error {
	ids, err := tickedIDs[domain.EvidenceID](c, "id")
	if err != nil {
		return err
	}
	if len(ids) == 0 {
		return domain.Invalid("error.ticked", nil)
	}
	ready, err := s.app.ToReview(c.Context(), c.Actor, c.Engagement, ids)
	if err != nil {
		return err
	}
	v := views.EvidenceAccept{Left: len(ids) - len(ready), Comment: comment, Action: c.At().AcceptEvidence(), Cancel: c.At().EvidenceToReview(),
		Item: c.At().EvidenceItem, Errors: errs}
	for _, d := range ready {
		v.Items = append(v.Items, views.AcceptItem{Item: d.Item, Doubts: d.Reasons})
	}
	return c.RenderStatus(status, views.EvidenceAcceptPage(c.Page(c.L.N("evidence.accept.title", len(v.Items), nil)), v))
}

func (s *Server) acceptEvidence(c *Ctx) error {
	form, err := c.Form()
	if err != nil {
		return err
	}
	var items []app.ToAccept
	for _, id := range FormIDs[domain.EvidenceID](form, "id") {
		items = append(items, app.ToAccept{ID: id, Version: form.Int(itoa(id) + ".version")})
	}
	n := 0
	if err = form.Err(); err == nil {
		n, err = s.app.AcceptEvidence(c.Context(), c.Actor, items, form.Text("comment"))
	}
	if err != nil {
		return err
	}
	return c.RedirectCount(c.At().EvidenceToReview(), "notice.evidence.accepted_many", n)
}

// showReuseEvidence offers items that are here already for one more control.
func (s *Server) showReuseEvidence(c *Ctx) error {
	id, err := pathID[domain.ControlID](c, "id", domain.NounControl)
	if err != nil {
		return err
	}
	control, err := s.app.Control(c.Context(), c.Actor, id)
	if err != nil {
		return err
	}
	f := domain.EvidenceFilter{Query: c.queryWords(), Without: id, Page: c.ListPage()}
	v := views.EvidenceReuse{Control: control, Filter: f, Path: c.Path(), Action: c.At().ReuseEvidence(id), Back: c.At().Control(id),
		Add: c.At().NewEvidenceFor(id), Item: c.At().EvidenceItem, Audit: c.Engagement.Period, Today: s.app.Today()}
	if v.List, err = s.app.FindEvidence(c.Context(), c.Actor, f); err != nil {
		return err
	}
	return c.Render(views.EvidenceReusePage(c.Page(c.L.T("evidence.reuse.title", map[string]any{"Control": control.Code})), v))
}

func (s *Server) reuseEvidence(c *Ctx) error {
	id, form, err := c.workspaceForm()
	if err != nil {
		return err
	}
	ids := slices.Compact(slices.Sorted(slices.Values(FormIDs[domain.EvidenceID](form, "id"))))
	if err := form.Err(); err != nil {
		return err
	}
	if len(ids) == 0 {
		return domain.Invalid("error.ticked", nil)
	}
	n, err := s.app.ReuseEvidence(c.Context(), c.Actor, id, ids)
	if err != nil {
		return err
	}
	return c.RedirectCount(c.At().Control(id)+"#evidence", "notice.evidence.reused", n)
}

// calendarMost is how many overdue items the calendar names; it counts them all.
const calendarMost = 200

// showEvidenceCalendar is what runs out or is due for renewal, month by month.
func (s *Server) showEvidenceCalendar(c *Ctx) error {
	on := s.app.Today()
	if m, err := domain.ParseDate(c.Query("month") + "-01"); err == nil && m != 0 {
		on = m
	}
	k, err := s.app.CalendarOf(c.Context(), c.Actor, on)
	if err != nil {
		return err
	}
	v := views.EvidenceCalendar{Month: k.Month, Today: s.app.Today(), Audit: c.Engagement.Period, Overdue: k.Overdue[:min(len(k.Overdue), calendarMost)], AllOverdue: len(k.Overdue), Ending: k.Ending, More: k.More,
		Item: c.At().EvidenceItem, List: c.At().Evidence(), Month0: c.At().EvidenceMonth}
	if c.Actor.Can(domain.ActEvidenceWrite) {
		v.Renew = c.At().NewEvidenceVersion
	}
	for _, m := range k.Year {
		v.Year = append(v.Year, views.CalendarMonth{Month: m.Month, Expires: m.Expires, Due: m.Due})
	}
	for _, d := range k.Due {
		v.Days = append(v.Days, views.CalendarDay{On: d.On, Expires: d.Expires, Due: d.Due})
	}
	return c.Render(views.EvidenceCalendarPage(c.Page(c.L.T("evidence.calendar.title", nil)), v))
}
