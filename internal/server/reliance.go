package server

import (
	"cmp"
	"slices"

	"github.com/gofiber/fiber/v2"

	"relier/internal/app"
	"relier/internal/domain"
	"relier/views"
)

// showReliances lists what the engagement leans on.
func (s *Server) showReliances(c *Ctx) error {
	all, err := s.app.Reliances(c.Context(), c.Actor, c.Engagement, 0)
	if err != nil {
		return err
	}
	p := views.ReliancesProps{State: queryChoice(c, "state", domain.RelianceStates), Rung: queryChoice(c, "rung", domain.Rungs), Service: c.Query("service"),
		Path: c.Path(), Action: c.At().Reliances(), Map: c.At().RelianceMap(), Controls: c.At().Controls(), Never: len(all) == 0}
	if c.Actor.Can(domain.ActRelianceApprove) && c.Engagement.State != domain.EngagementClosed {
		p.Approve = c.At().ApproveReliances()
	}
	standing, err := s.standings(c)
	if err != nil {
		return err
	}
	p.Counts.Total = len(all)
	var rows []views.RelianceRow
	seen := map[domain.ServiceID]bool{}
	for _, r := range all {
		if r.Verdict.Inherited() {
			p.Counts.Inherited++
		}
		if r.Standing() == domain.RelianceLapsed {
			p.Counts.Lapsed++
		}
		if !seen[r.Service.ID] {
			seen[r.Service.ID] = true
			p.Services = append(p.Services, views.Option{Value: id(r.Service.ID), Label: views.ServiceName(c.L, r.Service)})
		}
		if p.Shows(r.Standing(), r.Verdict.Rung, r.Service.ID) {
			row := c.relianceRow(r)
			row.Standing = standing[r.Control.ID]
			rows = append(rows, row)
		}
	}
	slices.SortFunc(p.Services, func(a, b views.Option) int { return cmp.Compare(a.Label, b.Label) })
	column, desc := c.querySort("code", "service", "state", "rung", "gate")
	sortReliances(rows, column, desc)
	if p.Sort = column; desc {
		p.Sort = "-" + column
	}
	p.List = domain.Slice(rows, domain.Page{Number: c.PageNumber()})
	return c.Render(views.Reliances(c.Page(c.L.T("reliance.title", nil)), p))
}

func (c *Ctx) relianceRow(r app.RelianceView) views.RelianceRow {
	return views.RelianceRow{Reliance: r.Reliance, Control: r.Control, Service: r.Service, Verdict: r.Verdict, WouldLapse: r.WouldLapse, Href: c.At().Reliance(r.Reliance.ID)}
}

// sortReliances orders by one column, then by control and service.
func sortReliances(rows []views.RelianceRow, column string, desc bool) {
	gates := func(v domain.Verdict) int {
		return slices.IndexFunc(append(v.Gates, domain.GateResult{}), func(g domain.GateResult) bool { return !g.Passed })
	}
	slices.SortStableFunc(rows, func(a, b views.RelianceRow) int {
		x, y := a, b
		if desc {
			x, y = b, a
		}
		first := map[string]int{
			"code":    domain.CompareCodes(x.Control.Code, y.Control.Code),
			"service": cmp.Compare(x.Service.Name, y.Service.Name),
			"state":   cmp.Compare(slices.Index(domain.RelianceStates, x.Reliance.State), slices.Index(domain.RelianceStates, y.Reliance.State)),
			"rung":    cmp.Compare(slices.Index(domain.Rungs, x.Verdict.Rung), slices.Index(domain.Rungs, y.Verdict.Rung)),
			"gate":    cmp.Compare(gates(x.Verdict), gates(y.Verdict)),
		}[column]
		return cmp.Or(first, domain.CompareCodes(a.Control.Code, b.Control.Code), cmp.Compare(a.Service.Name, b.Service.Name))
	})
}

// showReliance is one reliance with its gates and its next step.
func (s *Server) showReliance(c *Ctx) error {
	id, err := pathID[domain.RelianceID](c, "id", domain.NounReliance)
	if err != nil {
		return err
	}
	return s.reliancePage(c, fiber.StatusOK, id, views.OpenForm{})
}

func (s *Server) reliancePage(c *Ctx, status int, id domain.RelianceID, form views.OpenForm) error {
	v, err := s.app.Reliance(c.Context(), c.Actor, c.Engagement, id)
	if err != nil {
		return err
	}
	p := views.ReliancePageProps{Row: c.relianceRow(v), Me: c.Actor.Person, AmAssessor: c.Actor.Role == domain.RoleAssessor,
		Links: c.relianceLinks(v), Form: form}
	if p.Assessors, p.Refusal, err = s.whoDecides(c, v.Reliance); err != nil {
		return err
	}
	if p.Names, err = s.app.Names(c.Context(), c.Actor); err != nil {
		return err
	}
	if p.Alone, err = s.app.Alone(c.Context(), c.Actor); err != nil {
		return err
	}
	standing, err := s.standings(c)
	if err != nil {
		return err
	}
	p.Row.Standing = standing[v.Control.ID]
	certificates, err := s.app.Certificates(c.Context(), c.Actor)
	if err != nil {
		return err
	}
	p.Timeline, p.Rests = s.relianceCoverage(c, v, certificates)
	p.Trail = views.GateTrail{Names: p.Names, Href: c.groundAt(v.Control.ID, v.Service.ID)}
	p.Choices = views.CertificateOptions(c.L, certificates, v.Service, s.app.Day())
	records, err := s.app.RelianceHistory(c.Context(), c.Actor, id)
	if err != nil {
		return err
	}
	p.Events = c.events(records)
	return c.RenderStatus(status, views.ReliancePage(c.Page(v.Control.Code+" · "+v.Service.Name), p))
}

func (c *Ctx) relianceLinks(v app.RelianceView) views.RelianceLinks {
	at, id := c.At(), v.Reliance.ID
	l := views.RelianceLinks{List: at.Reliances(), Here: at.Reliance(id), Control: at.ControlPart(v.Control.ID, v.Service.ID), Service: at.Service(v.Service.ID), Certificate: at.Certificate}
	if c.Engagement.State == domain.EngagementClosed {
		return l
	}
	if c.Actor.Can(domain.ActRelianceApprove) {
		l.Approve = at.RelianceApproval(id)
	}
	if c.Actor.Can(domain.ActRelianceAccept) {
		l.Decide = at.RelianceDecision(id)
	}
	if c.Actor.Can(domain.ActReliancePropose) {
		l.Propose = at.RelianceProposal(id)
	}
	return l
}

// whoDecides offers the assessors whose decision may be recorded, or says why
// none is to somebody whose role allows it.
func (s *Server) whoDecides(c *Ctx, v domain.Reliance) ([]views.Option, string, error) {
	if v.State != domain.RelianceApproved || !c.Actor.Can(domain.ActRelianceAccept) {
		return nil, "", nil
	}
	able, refusal, err := s.app.Deciders(c.Context(), c.Actor, v)
	if err != nil {
		return nil, "", err
	}
	if refusal != nil {
		e, _ := s.explain(c, refusal)
		return nil, views.ErrorText(c.L, e), nil
	}
	var out []views.Option
	for _, m := range able {
		out = append(out, views.IDOption(m.Person.ID, m.Person.Name))
	}
	return out, "", nil
}

// relianceForm reads a form of the reliance's page.
func (c *Ctx) relianceForm() (domain.RelianceID, *Form, error) {
	id, err := pathID[domain.RelianceID](c, "id", domain.NounReliance)
	if err != nil {
		return 0, nil, err
	}
	form, err := c.Form()
	return id, form, err
}

func (s *Server) finishReliance(c *Ctx, id domain.RelianceID, form *Form, err error, notice string) error {
	if errs, ok := c.FieldErrors(err); ok {
		return s.reliancePage(c, fiber.StatusUnprocessableEntity, id, views.OpenForm{Values: form.Values, Errors: errs})
	}
	if err != nil {
		return err
	}
	return c.Redirect(c.At().Reliance(id), notice)
}

func (s *Server) approveReliance(c *Ctx) error {
	id, form, err := c.relianceForm()
	if err != nil {
		return err
	}
	version := form.Int("version")
	if err = form.Err(); err == nil {
		_, err = s.app.ApproveReliance(c.Context(), c.Actor, c.Engagement, id, version, form.Text("override"))
	}
	return s.finishReliance(c, id, form, err, "notice.reliance.approved")
}

func (s *Server) decideReliance(c *Ctx) error {
	id, form, err := c.relianceForm()
	if err != nil {
		return err
	}
	d := app.Decision{Accept: form.Text("decision") == "accept", Words: form.Text("words"), Assessor: FormID[domain.PersonID](form, "assessor"), Proof: form.Text("proof")}
	version := form.Int("version")
	if !d.Accept && form.Text("decision") != "refuse" {
		form.errs.Add("decision", "error.choice", nil)
	}
	if err = form.Err(); err == nil {
		_, err = s.app.DecideReliance(c.Context(), c.Actor, c.Engagement, id, version, d)
	}
	if d.Accept {
		return s.finishReliance(c, id, form, err, "notice.reliance.accepted")
	}
	return s.finishReliance(c, id, form, err, "notice.reliance.refused")
}

// proposeAgain proposes a lapsed or refused reliance anew.
func (s *Server) proposeAgain(c *Ctx) error {
	id, form, err := c.relianceForm()
	if err != nil {
		return err
	}
	v, err := s.app.Reliance(c.Context(), c.Actor, c.Engagement, id)
	if err != nil {
		return err
	}
	r := domain.Reliance{Control: v.Control.ID, Service: v.Service.ID, Why: form.Text("why"), Certificates: FormIDs[domain.CertificateID](form, "certificates")}
	if err = form.Err(); err == nil {
		_, err = s.app.ProposeReliance(c.Context(), c.Actor, c.Engagement, r)
	}
	return s.finishReliance(c, id, form, err, "notice.control.reliance_proposed")
}
