package server

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"relier/internal/app"
	"relier/internal/domain"
	"relier/views"
)

// showControl is the workspace of a control; its address says which form is open.
func (s *Server) showControl(c *Ctx) error {
	id, err := pathID[domain.ControlID](c, "id", domain.NounControl)
	if err != nil {
		return err
	}
	return s.workspace(c, fiber.StatusOK, id, views.OpenForm{Kind: views.FormKind(c.Query("form")),
		Service: queryID[domain.ServiceID](c, "service"), Duty: queryID[domain.ResponsibilityID](c, "duty")})
}

func (s *Server) workspace(c *Ctx, status int, id domain.ControlID, form views.OpenForm) error {
	v, err := s.app.ControlWorkspace(c.Context(), c.Actor, c.Engagement, id)
	if err != nil {
		return err
	}
	if c.on != 0 {
		form = views.OpenForm{} // nothing can be filled in on another day
	}
	p := views.ControlProps{Summary: v.Summary, Engagement: c.Engagement, Requirements: v.Requirements, Evidence: v.Evidence,
		Tests: v.Tests, Procedures: app.Procedures(v.Requirements), Ownerships: v.Ownerships, Certificates: v.Certificates, Me: c.Actor.Person, Today: s.app.Day(), Form: form}
	p.Links = c.workspaceLinks(v)
	p.Doubts = map[domain.EvidenceID][]domain.Reason{}
	for _, e := range v.Evidence {
		p.Doubts[e.Evidence.ID] = s.app.SufficiencyOfRow(c.Engagement, e, 0, v.Summary.OwnerID)
	}
	p.Services = s.serviceParts(c, v)
	p.Form = c.placed(p.Form, p.Services)
	for _, read := range []func() error{
		func() error { p.Names, err = s.app.Names(c.Context(), c.Actor); return err },
		func() error {
			p.On, p.Ahead = s.app.Day(), s.app.Day() > s.app.Today()
			p.Proofs, err = s.app.EvidenceFacts(c.Context(), c.Actor)
			return err
		},
		func() error { p.People, err = s.mayOwn(c); return err },
		func() error { p.Alone, err = s.app.Alone(c.Context(), c.Actor); return err },
		func() error { p.Events, err = s.controlEvents(c, id); return err },
		func() error { return s.requestsAbout(c, id, &p) },
	} {
		if err := read(); err != nil {
			return err
		}
	}
	return c.RenderStatus(status, views.ControlPage(c.Page(v.Summary.Control.Code+" "+v.Summary.Control.Title), p))
}

// placed finds the place of a refused form that names no service here: what was
// typed must come back, and say that it stands somewhere else.
func (c *Ctx) placed(f views.OpenForm, parts []views.ServicePart) views.OpenForm {
	isThere := func(p views.ServicePart) bool { return p.Service.ID == f.Service }
	if f.Values == nil || f.Kind == views.FormOwner || len(parts) == 0 || slices.ContainsFunc(parts, isThere) {
		return f
	}
	at := slices.IndexFunc(parts, func(p views.ServicePart) bool {
		return f.Duty != 0 && slices.ContainsFunc(p.Duties, func(d domain.Responsibility) bool { return d.ID == f.Duty })
	})
	f.Service = parts[max(at, 0)].Service.ID
	f.Errors = views.FormErrors{{Text: c.L.T("error.control.service", nil)}}
	return f
}

// workspaceLinks hides what the actor may not do; the use-cases refuse it anyway.
func (c *Ctx) workspaceLinks(v app.ControlView) views.ControlLinks {
	at, id := c.At(), v.Summary.Control.ID
	l := views.ControlLinks{Here: at.Control(id), List: at.Controls(), EvidenceItem: at.EvidenceItem, Library: at.EvidenceOf(id), Certificate: at.Certificate, RequestItem: at.Request}
	if v.Before != 0 {
		l.Before = at.Control(v.Before)
	}
	if v.After != 0 {
		l.After = at.Control(v.After)
	}
	for _, link := range []struct {
		act  domain.Action
		to   *string
		href string
	}{
		{domain.ActControlWrite, &l.Edit, at.EditControl(id)},
		{domain.ActSplitWrite, &l.Split, at.ControlSplit(id)},
		{domain.ActResponsibility, &l.Duty, at.ControlDuties(id)},
		{domain.ActReliancePropose, &l.Propose, at.ControlReliances(id)},
		{domain.ActOwnerAssign, &l.Owner, at.ControlOwner(id)},
		{domain.ActOwnerAcknowledge, &l.Acknowledge, at.ControlAcknowledge(id)},
		{domain.ActTestConclude, &l.Test, at.ControlTests(id)},
		{domain.ActEvidenceWrite, &l.Attach, at.NewEvidenceFor(id)},
		{domain.ActEvidenceWrite, &l.Reuse, at.ReuseEvidence(id)},
		{domain.ActActivityRead, &l.ControlHistory, at.Activity()},
		{domain.ActServiceWrite, &l.Services, at.Services()},
	} {
		if c.Actor.Can(link.act) {
			*link.to = link.href
		}
	}
	if c.Engagement.State == domain.EngagementClosed {
		l.Propose = ""
	}
	if c.mayAsk() {
		l.Request = at.NewRequestFor(id)
	}
	return l
}

// serviceParts joins, per service in use, the split with what is claimed on it.
func (s *Server) serviceParts(c *Ctx, v app.ControlView) []views.ServicePart {
	claimed := map[domain.ServiceID]*views.RelianceBrief{}
	for _, r := range v.Reliances {
		claimed[r.Service.ID] = &views.RelianceBrief{Reliance: r.Reliance, Certificates: r.Certificates, Verdict: r.Verdict, WouldLapse: r.WouldLapse,
			Ground: c.groundAt(v.Summary.Control.ID, r.Service.ID), Href: c.At().Reliance(r.Reliance.ID)}
	}
	parts := make([]views.ServicePart, len(v.Splits))
	for i, d := range v.Splits {
		parts[i] = views.ServicePart{Service: d.Service, Proposal: d.Proposal, Split: d.Split, Duties: d.Responsibilities, Reliance: claimed[d.Service.ID]}
		for _, b := range d.Basis {
			parts[i].Basis = append(parts[i].Basis, s.splitBasis(c, b, d, v.Summary.Control.ID))
		}
	}
	return parts
}

// splitBasis puts where a proposal comes from into words, with the dispute that
// is open about it, or the way to raise one.
func (s *Server) splitBasis(c *Ctx, b domain.ProposedSplit, d app.SplitView, control domain.ControlID) views.SplitBasis {
	out := views.SplitBasis{Ref: b.Ref, Party: b.ByModel[d.Service.Model], Confidence: b.Confidence, Source: b.SourceText.In(c.L.Lang())}
	for _, area := range b.Areas {
		out.Areas = append(out.Areas, s.app.AreaName(area).In(c.L.Lang()))
	}
	about := domain.Dispute{Subject: domain.DisputeProposal, From: string(b.Ref.Edition), To: b.Ref.Code}
	for _, v := range d.Disputes {
		if v.SameRow(about) {
			out.Dispute, out.DisputeHref = &v, c.At().Dispute(v.ID)
		}
	}
	if out.Dispute == nil && c.Actor.Can(domain.ActDispute) {
		out.DisputeHref = c.At().NewDispute(about, control, d.Service.ID)
	}
	return out
}

func (s *Server) controlEvents(c *Ctx, id domain.ControlID) ([]views.Event, error) {
	records, err := s.app.ControlHistory(c.Context(), c.Actor, c.Engagement, id)
	return c.events(records), err
}

// events puts records into words.
func (c *Ctx) events(records []domain.Activity) []views.Event {
	out := make([]views.Event, len(records))
	for i, r := range records {
		who := r.ActorName
		if r.Actor == 0 || r.Verb == "reliance.lapsed" { // nobody decides a lapse; it follows from somebody's change
			who = c.L.T("activity.relier", nil)
		}
		out[i] = views.Event{At: r.At, Who: who, Text: views.Did(c.L, r), Label: r.Label, Note: views.FirstCause(c.L, r)}
	}
	return out
}

// workspaceForm reads a form of the workspace: the control, what was typed.
func (c *Ctx) workspaceForm() (domain.ControlID, *Form, error) {
	id, err := pathID[domain.ControlID](c, "id", domain.NounControl)
	if err != nil {
		return 0, nil, err
	}
	form, err := c.Form()
	return id, form, err
}

// finish answers a form of the workspace: with the page and what is wrong
// beside the fields, or with the place in the workspace where it stood.
func (s *Server) finish(c *Ctx, id domain.ControlID, open views.OpenForm, form *Form, err error, notice string) error {
	if errs, ok := c.FieldErrors(err); ok {
		open.Values, open.Errors = form.Values, errs
		return s.workspace(c, statusOf(err), id, open)
	}
	if err != nil {
		return err
	}
	return c.Redirect(c.At().ControlPart(id, open.Service), notice)
}

func (s *Server) proposeReliance(c *Ctx) error {
	id, form, err := c.workspaceForm()
	if err != nil {
		return err
	}
	v := domain.Reliance{Control: id, Service: serviceOf(form), Why: form.Text("why"),
		Certificates: FormIDs[domain.CertificateID](form, "certificates")}
	if err = form.Err(); err == nil {
		_, err = s.app.ProposeReliance(c.Context(), c.Actor, c.Engagement, v)
	}
	return s.finish(c, id, views.OpenForm{Kind: views.FormPropose, Service: v.Service}, form, err, "notice.control.reliance_proposed")
}

func (s *Server) assignOwner(c *Ctx) error {
	id, form, err := c.workspaceForm()
	if err != nil {
		return err
	}
	person := FormID[domain.PersonID](form, "person")
	if err = form.Err(); err == nil {
		_, err = s.app.AssignOwner(c.Context(), c.Actor, person, []domain.ControlID{id})
	}
	return s.finish(c, id, views.OpenForm{Kind: views.FormOwner}, form, err, "notice.control.owner_assigned")
}

func (s *Server) acknowledgeOwner(c *Ctx) error {
	id, _, err := c.workspaceForm()
	if err != nil {
		return err
	}
	if err := s.app.AcknowledgeOwnership(c.Context(), c.Actor, id); err != nil {
		return err
	}
	return c.Redirect(c.At().ControlPart(id, 0), "notice.control.acknowledged")
}

func (s *Server) concludeTest(c *Ctx) error {
	id, form, err := c.workspaceForm()
	if err != nil {
		return err
	}
	t := domain.Test{Control: id, Objective: form.Text("objective"), Method: domain.TestMethod(form.Text("method")),
		Conclusion: domain.Conclusion(form.Text("conclusion")), Note: form.Text("note"), Override: form.Text("override")}
	_, err = s.app.ConcludeTest(c.Context(), c.Actor, c.Engagement, t)
	return s.finish(c, id, views.OpenForm{Kind: views.FormTest}, form, err, "notice.control.tested")
}
