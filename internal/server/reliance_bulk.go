package server

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"relier/internal/app"
	"relier/internal/domain"
	"relier/views"
)

// mayPropose reports whether the actor may claim anything in this engagement.
func (c *Ctx) mayPropose() bool {
	return c.Actor.Can(domain.ActReliancePropose) && c.Engagement.State != domain.EngagementClosed
}

// stillOpen refuses to offer an act that a closed engagement would refuse.
func (c *Ctx) stillOpen() error {
	if c.Engagement.State == domain.EngagementClosed {
		return domain.Conflict("error.engagement.closed", nil)
	}
	return nil
}

// showProposeReliances is the confirm page of proposing for several controls:
// those ticked, or all that the list or the map shows.
func (s *Server) showProposeReliances(c *Ctx) error {
	if err := c.stillOpen(); err != nil {
		return err
	}
	ids, err := tickedIDs[domain.ControlID](c, "id")
	if err != nil {
		return err
	}
	ticked := len(ids) > 0
	if !ticked && c.Query("map") == "1" {
		m, err := s.app.RelianceMap(c.Context(), c.Actor, c.Engagement, c.mapFilter())
		if err != nil {
			return err
		}
		if ids = m.Rows(); len(ids) == 0 {
			return domain.Invalid("error.controls.none", nil)
		}
	}
	chosen, err := s.chosen(c, ids, c.controlFilter())
	if err != nil {
		return err
	}
	var choice app.ProposalChoice
	for _, v := range chosen.Controls {
		choice.Controls = append(choice.Controls, v.Control.ID)
	}
	if choice.Services, err = queryIDs[domain.ServiceID](c, "service"); err != nil {
		return err
	}
	if choice.Certificates, err = queryIDs[domain.CertificateID](c, "certificate"); err != nil {
		return err
	}
	p := views.ProposeProps{Back: c.At().RelianceMap()}
	if p.ByFilter = !ticked && len(choice.Controls) > namedMost; p.ByFilter {
		_, p.Filter = c.addressWithout("service", "certificate", "page")
	}
	return s.proposePage(c, fiber.StatusOK, choice, p)
}

// namedMost is how many controls an address names one by one: more would not fit
// into the head of a request.
const namedMost = 500

func (s *Server) proposePage(c *Ctx, status int, choice app.ProposalChoice, p views.ProposeProps) error {
	plan, err := s.app.PlanProposals(c.Context(), c.Actor, c.Engagement, choice)
	if err != nil {
		return err
	}
	services, err := s.app.Services(c.Context(), c.Actor)
	if err != nil {
		return err
	}
	for _, v := range services {
		if v.State == domain.ServiceInUse {
			p.Choices = append(p.Choices, views.Option{Value: id(v.ID), Label: views.ServiceName(c.L, v)})
		}
	}
	if len(choice.Services) == 1 {
		p.Service = id(choice.Services[0])
	}
	p.Action, p.Controls = c.At().ProposeReliances(), texts(choice.Controls)
	fillPlan(&p, plan, choice.Certificates)
	return c.RenderStatus(status, views.ProposeReliances(c.Page(p.Title(c.L)), p))
}

// fillPlan puts a plan into the page, and into the values that its form carries.
func fillPlan(p *views.ProposeProps, plan app.ProposalPlan, chosen []domain.CertificateID) {
	var pairs, certificates []string
	seen := map[domain.CertificateID]bool{}
	for _, v := range plan.Services {
		line := views.ProposeService{Service: v.Service, Certificates: v.Certificates, Unclaimable: v.Unclaimable, Cause: v.Cause}
		p.Unclaimable += v.Unclaimable
		for _, control := range v.Controls {
			line.Codes = append(line.Codes, control.Code)
		}
		for _, c := range v.Certificates {
			if !seen[c.ID] {
				seen[c.ID] = true
				certificates = append(certificates, fmt.Sprintf("%d.%d", c.ID, c.Version))
			}
		}
		p.Services = append(p.Services, line)
	}
	for _, v := range plan.Pairs() {
		pairs = append(pairs, fmt.Sprintf("%d.%d.%d", v.Control, v.Service, v.Version))
		if v.Version > 0 {
			p.Again++
		}
	}
	p.Count, p.Pairs, p.Certificates = len(pairs), strings.Join(pairs, ","), strings.Join(certificates, ",")
	p.Beyond = plan.Beyond
	p.Left, p.LeftOut = len(plan.LeftOut), leftOut(plan.LeftOut)
	for _, c := range plan.Available {
		p.Available = append(p.Available, views.Option{Value: id(c.ID), Label: views.CertificateLabel(c)})
		if len(chosen) == 0 {
			p.Chosen = append(p.Chosen, id(c.ID))
		}
	}
	p.Chosen = append(p.Chosen, texts(chosen)...)
}

func texts[T ~int64](ids []T) []string {
	out := make([]string, len(ids))
	for i, v := range ids {
		out[i] = id(v)
	}
	return out
}

// leftOut gathers what is left out by reason, and by service within it.
func leftOut(pairs []app.LeftOut) []views.LeftOutProps {
	var out []views.LeftOutProps
	at := map[string]int{}
	for _, v := range pairs {
		i, known := at[v.Why]
		if !known {
			i = len(out)
			at[v.Why], out = i, append(out, views.LeftOutProps{Why: v.Why})
		}
		r := &out[i]
		r.Count++
		if n := len(r.Groups); n == 0 || r.Groups[n-1].Service.ID != v.Service.ID {
			r.Groups = append(r.Groups, views.LeftOutGroup{Service: v.Service})
		}
		g := &r.Groups[len(r.Groups)-1]
		g.Codes = append(g.Codes, v.Control.Code)
	}
	return out
}

// proposeReliances proposes exactly the pairs that the confirm page stated.
func (s *Server) proposeReliances(c *Ctx) error {
	form, err := c.Form()
	if err != nil {
		return err
	}
	b := app.BulkProposal{Why: form.Text("why"), Certificates: map[domain.CertificateID]int{}}
	for _, n := range form.tuples("pairs", 3) {
		b.Pairs = append(b.Pairs, app.ProposedPair{Control: domain.ControlID(n[0]), Service: domain.ServiceID(n[1]), Version: int(n[2])})
	}
	for _, n := range form.tuples("certificates", 2) {
		b.Certificates[domain.CertificateID(n[0])] = int(n[1])
	}
	n := 0
	if err = form.Err(); err == nil {
		n, err = s.app.ProposeReliances(c.Context(), c.Actor, c.Engagement, b)
	}
	if errs, ok := c.FieldErrors(err); ok {
		return s.proposeAgainInBulk(c, form, statusOf(err), b, errs)
	}
	if err != nil {
		return err
	}
	return c.RedirectCount(c.At().RelianceMap(), "notice.map.proposed", n)
}

// proposeAgainInBulk shows the confirm page once more, as things stand now.
func (s *Server) proposeAgainInBulk(c *Ctx, form *Form, status int, b app.BulkProposal, errs views.FormErrors) error {
	choice := app.ProposalChoice{Controls: readIDs[domain.ControlID](form, "controls", strings.Split(form.Text("controls"), ","))}
	if service := FormID[domain.ServiceID](form, "service"); service != 0 {
		choice.Services = []domain.ServiceID{service}
	}
	for id := range b.Certificates {
		choice.Certificates = append(choice.Certificates, id)
	}
	if len(choice.Controls) == 0 {
		return domain.Invalid("error.controls.none", nil)
	}
	return s.proposePage(c, status, choice, views.ProposeProps{Back: c.At().RelianceMap(), Why: form.Text("why"), Errors: errs})
}

// tuples reads "1.2.3,4.5.6": numbers that belong together. What is not of that
// form refuses the whole.
func (f *Form) tuples(name string, size int) [][]int64 {
	var out [][]int64
	for _, t := range strings.Split(f.Text(name), ",") {
		if t == "" {
			continue
		}
		var n []int64
		for _, s := range strings.Split(t, ".") {
			v, err := strconv.ParseInt(s, 10, 64)
			if err != nil || v < 0 {
				v, n = 0, nil
				break
			}
			n = append(n, v)
		}
		if len(n) != size {
			f.errs.Add(name, "error.choice", nil)
			return nil
		}
		out = append(out, n)
	}
	return out
}

// showApproveReliances is the confirm page of approving several reliances: those
// ticked, or all that the list shows and that wait for it.
func (s *Server) showApproveReliances(c *Ctx) error {
	if err := c.stillOpen(); err != nil {
		return err
	}
	ids, err := tickedIDs[domain.RelianceID](c, "id")
	if err != nil {
		return err
	}
	if len(ids) == 0 {
		all, err := s.app.Reliances(c.Context(), c.Actor, c.Engagement, 0)
		if err != nil {
			return err
		}
		f := views.ReliancesProps{State: queryChoice(c, "state", domain.RelianceStates), Rung: queryChoice(c, "rung", domain.Rungs), Service: c.Query("service")}
		for _, v := range all {
			if v.Reliance.State == domain.RelianceProposed && f.Shows(v.Reliance.State, v.Verdict.Rung, v.Service.ID) {
				ids = append(ids, v.Reliance.ID)
			}
		}
		if len(ids) == 0 {
			return c.Redirect(c.At().Reliances(), "notice.map.none_proposed")
		}
	}
	return s.approvePage(c, fiber.StatusOK, ids, views.ApproveProps{})
}

func (s *Server) approvePage(c *Ctx, status int, ids []domain.RelianceID, p views.ApproveProps) error {
	plan, err := s.app.PlanApprovals(c.Context(), c.Actor, c.Engagement, ids)
	if err != nil {
		return err
	}
	var seen []string
	for _, v := range plan.Ready {
		p.Ready = append(p.Ready, c.relianceRow(v))
		seen = append(seen, fmt.Sprintf("%d.%d", v.Reliance.ID, v.Reliance.Version))
	}
	for _, v := range plan.Held {
		p.Held = append(p.Held, views.HeldProps{Row: c.relianceRow(v.RelianceView), Why: v.Why, Causes: v.Causes})
	}
	p.Own, p.Seen, p.Ids = plan.Own, strings.Join(seen, ","), strings.Join(texts(ids), ",")
	p.Action, p.Back = c.At().ApproveReliances(), c.At().Reliances()
	return c.RenderStatus(status, views.ApproveReliances(c.Page(p.Title(c.L)), p))
}

// approveReliances approves exactly those that the confirm page stated.
func (s *Server) approveReliances(c *Ctx) error {
	form, err := c.Form()
	if err != nil {
		return err
	}
	var seen []app.RelianceVersion
	for _, n := range form.tuples("seen", 2) {
		seen = append(seen, app.RelianceVersion{ID: domain.RelianceID(n[0]), Version: int(n[1])})
	}
	n := 0
	if err = form.Err(); err == nil {
		n, err = s.app.ApproveReliances(c.Context(), c.Actor, c.Engagement, seen, form.Text("override"))
	}
	if errs, ok := c.FieldErrors(err); ok {
		ids := readIDs[domain.RelianceID](form, "ids", strings.Split(form.Text("ids"), ","))
		if len(ids) == 0 {
			return err
		}
		return s.approvePage(c, statusOf(err), ids, views.ApproveProps{Override: form.Text("override"), Errors: errs})
	}
	if err != nil {
		return err
	}
	return c.RedirectCount(c.At().Reliances(), "notice.map.approved", n)
}
