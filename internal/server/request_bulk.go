package server

import (
	"github.com/gofiber/fiber/v2"

	"relier/internal/domain"
	"relier/views"
)

// ticked are the requests that an address names, or all of a view; keep leaves
// out those to which the act does not apply.
func (s *Server) tickedRequests(c *Ctx, view domain.RequestView, state domain.RequestState, keep func(domain.RequestSummary) bool) ([]domain.RequestSummary, error) {
	ids, err := tickedIDs[domain.RequestID](c, "id")
	if err != nil {
		return nil, err
	}
	f := domain.RequestFilter{Page: everyRow}
	if len(ids) == 0 {
		f.View, f.State = view, state
	}
	list, err := s.app.FindRequests(c.Context(), c.Actor, c.Engagement, f)
	if err != nil {
		return nil, err
	}
	wanted := map[domain.RequestID]bool{}
	for _, id := range ids {
		wanted[id] = true
	}
	var out []domain.RequestSummary
	for _, r := range list.Rows {
		if (len(ids) == 0 || wanted[r.Request.ID]) && keep(r) && r.Request.Steers(c.Actor, domain.ActRequestWrite) {
			out = append(out, r)
		}
	}
	return out, nil
}

// showSendRequests states which drafts are sent, and what may answer them already.
func (s *Server) showSendRequests(c *Ctx) error {
	rows, err := s.tickedRequests(c, domain.RequestsAll, domain.RequestDraft, func(r domain.RequestSummary) bool { return r.Request.State == domain.RequestDraft })
	if err != nil {
		return err
	}
	return c.Render(views.RequestBulkPage(c.Page(c.L.N("request.send_title", len(rows), nil)), c.requestBulk(rows, "send")))
}

func (c *Ctx) requestBulk(rows []domain.RequestSummary, act string) views.RequestBulk {
	v := views.RequestBulk{Rows: rows, Act: act, Back: c.At().Requests(), Item: c.At().Request, Today: c.server.app.Today(), Action: c.At().SendRequests()}
	if act == "chase" {
		v.Action = c.At().ChaseRequests()
	}
	return v
}

func (s *Server) sendRequests(c *Ctx) error {
	form, err := c.Form()
	if err != nil {
		return err
	}
	ids := FormIDs[domain.RequestID](form, "id")
	if err = form.Err(); err == nil {
		err = s.app.SendRequests(c.Context(), c.Actor, c.Engagement, ids)
	}
	if err != nil {
		return err
	}
	return c.RedirectCount(c.At().Requests(), "notice.request.sent_several", len(ids))
}

// showChaseRequests states who would be reminded of what.
func (s *Server) showChaseRequests(c *Ctx) error {
	today := s.app.Today()
	rows, err := s.tickedRequests(c, domain.RequestsOverdue, "", func(r domain.RequestSummary) bool { return r.Request.Overdue(today) })
	if err != nil {
		return err
	}
	return c.RenderStatus(fiber.StatusOK, views.RequestBulkPage(c.Page(c.L.N("request.chase_title", len(rows), nil)), c.requestBulk(rows, "chase")))
}

func (s *Server) chaseRequests(c *Ctx) error {
	form, err := c.Form()
	if err != nil {
		return err
	}
	ids := FormIDs[domain.RequestID](form, "id")
	if err := form.Err(); err != nil {
		return err
	}
	n, err := s.app.ChaseRequests(c.Context(), c.Actor, c.Engagement, ids)
	if err != nil {
		return err
	}
	return c.RedirectCount(c.At().RequestsIn(domain.RequestsOverdue), "notice.request.chased", n)
}
