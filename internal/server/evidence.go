package server

import (
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"relier/internal/app"
	"relier/internal/domain"
	"relier/views"
)

func (c *Ctx) evidenceHrefs() views.EvidenceHrefs {
	at := c.At()
	h := views.EvidenceHrefs{List: at.Evidence(), Item: at.EvidenceItem, File: at.EvidenceFile, Control: at.Control, Calendar: at.EvidenceCalendar(), ToReview: at.EvidenceToReview()}
	if c.Actor.Can(domain.ActEvidenceWrite) {
		h.New = at.NewEvidence()
	}
	return h
}

// showEvidence is the library.
func (s *Server) showEvidence(c *Ctx) error {
	v := views.EvidenceList{Path: c.Path(), Href: c.evidenceHrefs(), Filter: domain.EvidenceFilter{
		Query: c.queryWords(), State: queryChoice(c, "state", domain.EvidenceStates), Kind: queryChoice(c, "kind", domain.EvidenceKinds),
		Control: queryID[domain.ControlID](c, "control"), Page: c.ListPage(),
		Sensitivity: queryChoice(c, "sensitivity", domain.Sensitivities), Held: c.Query("hold") != ""}}
	v.Filter.Sort, v.Filter.Desc = c.querySort("number", "title", "period", "expires")
	s.narrowByDay(c, &v)
	var err error
	if v.List, err = s.app.FindEvidence(c.Context(), c.Actor, v.Filter); err != nil {
		return err
	}
	if v.Filter.Control != 0 {
		if v.Control, err = s.app.Control(c.Context(), c.Actor, v.Filter.Control); err != nil {
			return err
		}
		if v.Href.New != "" {
			v.Href.New = c.At().NewEvidenceFor(v.Control.ID)
		}
	}
	if v.Any = v.List.Total > 0; !v.Any {
		if v.Any, err = s.app.AnyEvidence(c.Context(), c.Actor); err != nil {
			return err
		}
	}
	return c.Render(views.Evidence(c.Page(c.L.T("evidence.title", nil)), v))
}

// showEvidenceItem is one item with its versions, verdicts and uses.
func (s *Server) showEvidenceItem(c *Ctx) error {
	id, err := pathID[domain.EvidenceID](c, "id", domain.NounEvidence)
	if err != nil {
		return err
	}
	return s.evidenceItem(c, fiber.StatusOK, id, views.ReviewValues{}, nil)
}

func (s *Server) evidenceItem(c *Ctx, status int, id domain.EvidenceID, typed views.ReviewValues, errs views.FormErrors) error {
	e, err := s.app.Evidence(c.Context(), c.Actor, id)
	if domain.IsNotFound(err) {
		return s.removedEvidence(c, id, err)
	}
	if err != nil {
		return err
	}
	v := views.EvidenceItem{Item: e.Item, Versions: e.Versions, Reviews: e.Reviews, Controls: e.Controls, Duplicates: e.Duplicates,
		Period: c.Engagement.Period, Href: c.evidenceHrefs()}
	if v.Names, err = s.app.Names(c.Context(), c.Actor); err != nil {
		return err
	}
	if v.Text, err = s.app.EvidenceText(c.Context(), c.Actor, id); err != nil {
		return err
	}
	uses, err := s.app.UsesOf(c.Context(), c.Actor, id)
	if err != nil {
		return err
	}
	v.Uses = c.useLines(uses)
	v.Scan = e.Scan
	glimpse, err := s.app.Glimpse(c.Context(), c.Actor, e.Versions[0])
	if err != nil {
		return err
	}
	if glimpse.Format != "" {
		v.Preview = c.At().EvidencePreview(id, e.Versions[0].Number)
	}
	if glimpse.Picture {
		v.Picture = c.At().PreviewPicture(id, e.Versions[0].Number, 1, true)
	}
	answered, err := s.app.RequestsAnsweredBy(c.Context(), c.Actor, id)
	if err != nil {
		return err
	}
	for _, r := range answered {
		v.Uses = append(v.Uses, views.EvidenceUseLine{What: c.L.T("evidence.use.request", nil), Href: c.At().In(c.codeOf(r.Engagement)).Request(r.ID), Label: r.Code() + " " + r.What})
	}
	if err := s.keptItem(c, e, &v); err != nil {
		return err
	}
	if c.Actor.Can(domain.ActEvidenceWrite) {
		v.Edit, v.NewVersion = c.At().EditEvidence(id), c.At().NewEvidenceVersion(id)
	}
	if c.Actor.Can(domain.ActEvidenceReview) && e.Item.State == domain.EvidenceSubmitted {
		v.Review = &views.EvidenceReview{Action: c.At().EvidenceReview(id), Version: e.Item.Version, Own: e.Item.Author == c.Actor.Person, Form: typed, Errors: errs}
		if v.Review.Alone, err = s.app.Alone(c.Context(), c.Actor); err != nil {
			return err
		}
	}
	if status == fiber.StatusOK {
		s.app.Saw(c.Context(), c.Actor, id, e.Versions[0].Number, domain.SeenOpened)
	}
	p := c.Page(e.Item.Code())
	if err := s.itemDamageNotice(c, &p, id); err != nil {
		return err
	}
	return c.RenderStatus(status, views.EvidenceItemPage(p, v))
}

func (c *Ctx) useLines(u app.EvidenceUse) []views.EvidenceUseLine {
	var out []views.EvidenceUseLine
	for _, r := range u.Responsibilities {
		out = append(out, views.EvidenceUseLine{What: c.L.T("evidence.use.responsibility", nil), Href: c.At().Control(r.Control.ID),
			Label: r.Control.Code + " · " + r.Service.Name + " – " + r.Responsibility.Sentence})
	}
	for _, v := range u.Certificates {
		out = append(out, views.EvidenceUseLine{What: c.L.T("evidence.use.certificate", nil), Href: c.At().Certificate(v.ID), Label: v.Title})
	}
	for _, v := range u.Reports {
		out = append(out, views.EvidenceUseLine{What: c.L.T("evidence.use.report", nil), Href: c.At().Report(v.ID), Label: v.Title})
	}
	for _, p := range u.Packs {
		out = append(out, views.EvidenceUseLine{What: c.L.T("evidence.use.pack", map[string]any{"Version": itoa(p.Version)}),
			Href: c.At().In(p.Engagement).Pack(p.Pack.ID), Label: p.Pack.Code()})
	}
	for _, e := range u.Engagements {
		out = append(out, views.EvidenceUseLine{What: c.L.T("evidence.use.engagement", nil), Href: c.At().In(e.Code).Dashboard(), Label: e.Title})
	}
	return out
}

// reviewEvidence records a verdict on the newest version.
func (s *Server) reviewEvidence(c *Ctx) error {
	id, err := pathID[domain.EvidenceID](c, "id", domain.NounEvidence)
	if err != nil {
		return err
	}
	form, err := c.Form()
	if err != nil {
		return err
	}
	typed := views.ReviewValues{Verdict: form.Text("verdict"), Reason: form.Text("reason"), Comment: form.Text("comment"), Override: form.Text("override")}
	version, queue := form.Int("version"), form.Text("from") == "queue"
	if queue && typed.Reason != "" { // a row's button names the reason alone
		typed.Verdict = string(domain.EvidenceReturned)
	}
	if err = form.Err(); err == nil {
		_, err = s.app.ReviewEvidence(c.Context(), c.Actor, domain.Review{Evidence: id, Verdict: domain.EvidenceState(typed.Verdict),
			Reason: domain.ReviewReason(typed.Reason), Comment: typed.Comment, Override: typed.Override}, version)
	}
	if errs, ok := c.FieldErrors(err); ok {
		return s.evidenceItem(c, statusOf(err), id, typed, errs)
	}
	if err != nil {
		return err
	}
	notice := "notice.evidence.accepted"
	if typed.Verdict == string(domain.EvidenceReturned) {
		notice = "notice.evidence.returned"
	}
	if queue {
		return c.Redirect(c.At().EvidenceToReview(), notice)
	}
	return c.Redirect(c.At().EvidenceItem(id), notice)
}

// statusOf is the status of a form shown again: what it said was wrong, or
// somebody else was faster.
func statusOf(err error) int { return statuses[domain.KindOf(err)] }

// downloadEvidence hands out the bytes of a version, as an attachment only.
func (s *Server) downloadEvidence(c *Ctx) error {
	id, err := pathID[domain.EvidenceID](c, "id", domain.NounEvidence)
	if err != nil {
		return err
	}
	number, err := pathID[int64](c, "version", domain.NounEvidence)
	if err != nil {
		return err
	}
	content, v, err := s.app.OpenVersion(c.Context(), c.Actor, id, int(number))
	if err != nil {
		return err
	}
	if r := c.header("Range"); r == "" || strings.HasPrefix(r, "bytes=0-") { // not the rest of one that was counted
		s.app.Saw(c.Context(), c.Actor, id, v.Number, domain.SeenDownloaded)
	}
	return c.Download(Download{Name: v.FileName, Size: content.Size(), ETag: v.Blob.SHA256.String(), Content: content})
}

func itoa[T ~int | ~int64](n T) string { return strconv.FormatInt(int64(n), 10) }
