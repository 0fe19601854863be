package server

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"

	"github.com/gofiber/fiber/v2"

	"relier/internal/app"
	"relier/internal/domain"
	"relier/views"
)

// confirmSplit records who carries a control on one service, unless a reliance
// would move by it and nobody ticked that they know.
func (s *Server) confirmSplit(c *Ctx) error {
	id, form, err := c.workspaceForm()
	if err != nil {
		return err
	}
	v := domain.Split{Control: id, Service: serviceOf(form), Party: domain.Party(form.Text("party")),
		Microsoft: form.Text("microsoft"), Ours: form.Text("ours"), Reason: form.Text("reason"), Version: form.Int("version")}
	open := views.OpenForm{Kind: views.FormSplit, Service: v.Service}
	if err = form.Err(); err == nil {
		if err = s.app.CheckSplit(c.Context(), c.Actor, c.Engagement, v); err == nil {
			effects, err := s.app.SplitEffects(c.Context(), c.Actor, []domain.Split{v})
			if err != nil || c.held(form, effects) {
				return s.holdBack(c, id, open, form, effects, err)
			}
		}
	}
	if err == nil {
		_, err = s.app.ConfirmSplit(c.Context(), c.Actor, c.Engagement, v)
	}
	return s.finish(c, id, open, form, err, "notice.control.split_confirmed")
}

// holdBack shows a form of the workspace again with what saving it would do to
// reliances, and waits for a tick.
func (s *Server) holdBack(c *Ctx, id domain.ControlID, open views.OpenForm, form *Form, effects []app.Effect, err error) error {
	if err != nil {
		return err
	}
	open.Values, open.Errors, open.Effects = form.Values, c.untold(), c.effectLines(effects)
	return s.workspace(c, fiber.StatusUnprocessableEntity, id, open)
}

// showConfirmSplits is the page that decides many splits at once.
func (s *Server) showConfirmSplits(c *Ctx) error {
	ids, err := tickedIDs[domain.ControlID](c, "id")
	if err != nil {
		return err
	}
	p, err := s.chosen(c, ids, c.controlFilter())
	if err != nil {
		return err
	}
	return s.splitsPage(c, fiber.StatusOK, views.SplitsProps{BulkProps: p, Values: url.Values{"party": {""}}})
}

// splitsPage offers each service in use with what confirming the proposals on
// it would come to.
func (s *Server) splitsPage(c *Ctx, status int, p views.SplitsProps) error {
	p.Action, p.Services = c.At().ControlsSplits(), c.At().Services()
	services, err := s.app.Services(c.Context(), c.Actor)
	if err != nil {
		return err
	}
	order := app.SplitOrder{Controls: p.IDs()}
	for _, v := range services {
		if v.State == domain.ServiceInUse {
			order.Services = append(order.Services, v.ID)
			p.Choices = append(p.Choices, views.ServiceChoice{Service: v})
		}
	}
	plan, err := s.app.PlanSplits(c.Context(), c.Actor, c.Engagement, order)
	if err != nil {
		return err
	}
	for i, choice := range p.Choices {
		n := plan.Of[choice.Service.ID]
		p.Choices[i].Undecided, p.Choices[i].Decided, p.Choices[i].Disputed = n.Record, n.Decided, n.Disputed
	}
	return c.RenderStatus(status, views.ConfirmSplitsPage(c.Page(c.L.N("controls.splits_title", len(p.Controls), nil)), p))
}

// confirmSplits carries out a decision about many splits. What the first page
// did not state to the last number is stated before: a party set, decisions
// changed, several services, reliances that would move.
func (s *Server) confirmSplits(c *Ctx) error {
	form, err := c.Form()
	if err != nil {
		return err
	}
	order := app.SplitOrder{Controls: chosenIDs(form), Services: FormIDs[domain.ServiceID](form, "service"),
		Party: domain.Party(form.Text("party")), Reason: form.Text("reason"), Again: form.Ticked("again")}
	if err := form.Err(); err != nil {
		return s.splitsAgain(c, form, order, err, nil)
	}
	if len(order.Controls) == 0 {
		return domain.Invalid("error.controls.none", nil)
	}
	plan, err := s.app.PlanSplits(c.Context(), c.Actor, c.Engagement, order)
	if err != nil {
		return err
	}
	if err := order.Check(plan); err != nil {
		return s.splitsAgain(c, form, order, err, nil)
	}
	effects, err := s.app.SplitEffects(c.Context(), c.Actor, plan.Splits)
	if err != nil {
		return err
	}
	stated := statedSplits(order, plan)
	plain := order.Party == "" && !order.Again && len(order.Services) == 1 && len(effects) == 0
	if told := form.Text("told") == stated && !c.held(form, effects); !plain && !told {
		return s.splitsAgain(c, form, order, nil, &views.SplitsStatement{Stated: stated, Counts: countsOf(plan), Effects: c.effectLines(effects)})
	}
	if plan.Record == 0 {
		return s.splitsAgain(c, form, order, nil, &views.SplitsStatement{Counts: countsOf(plan)})
	}
	plan, err = s.app.ConfirmSplits(c.Context(), c.Actor, c.Engagement, order)
	if domain.KindOf(err) == domain.KindInvalid || domain.KindOf(err) == domain.KindConflict {
		return s.splitsAgain(c, form, order, err, nil)
	}
	if err != nil {
		return err
	}
	return c.RedirectCount(c.listBack(form), "notice.controls.splits", plan.Record)
}

// statedSplits names what a statement was about, split by split: when anything of
// it is no longer the same, it is made again.
func statedSplits(o app.SplitOrder, p app.SplitPlan) string {
	h := sha256.New()
	fmt.Fprintln(h, p.SplitCounts, o.Again, o.Party, o.Services, o.Controls)
	for _, v := range p.Splits {
		fmt.Fprintln(h, v.Control, v.Service, v.Party, v.Version)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

func countsOf(p app.SplitPlan) views.SplitCounts {
	return views.SplitCounts{Pairs: p.Pairs(), Record: p.Record, Decided: p.Decided, Same: p.Same, Disputed: p.Disputed, Differ: p.Differ}
}

// splitsAgain shows the page once more: with what is wrong, or with the statement.
func (s *Server) splitsAgain(c *Ctx, form *Form, order app.SplitOrder, err error, told *views.SplitsStatement) error {
	errs, ok := c.FieldErrors(err)
	if err != nil && !ok {
		return err
	}
	p, err := s.chosen(c, order.Controls, domain.ControlFilter{})
	if err != nil {
		return err
	}
	p.Errors, p.Back = errs, c.listBack(form)
	if told != nil && told.Counts.Record == 0 {
		p.Errors = views.FormErrors{{Field: "service", Text: c.L.T("error.splits.nothing", nil)}}
	} else if told != nil && len(told.Effects) > 0 {
		p.Errors = c.untold()
	}
	return s.splitsPage(c, fiber.StatusUnprocessableEntity, views.SplitsProps{BulkProps: p, Values: form.Values, Told: told})
}
