package server

import (
	"net/url"

	"github.com/gofiber/fiber/v2"

	"relier/internal/app"
	"relier/internal/domain"
	"relier/views"
)

// requestFilter is the list's state, read from its address.
func (c *Ctx) requestFilter() domain.RequestFilter {
	f := domain.RequestFilter{View: queryChoice(c, "view", domain.RequestViews), Query: c.queryWords(), State: queryChoice(c, "state", domain.RequestStates),
		Assignee: queryID[domain.PersonID](c, "assignee"), Control: queryID[domain.ControlID](c, "control"), Page: c.ListPage()}
	if c.Query("assignee") == id(domain.NoOwner) {
		f.Assignee = domain.NoOwner
	}
	f.DueBy, _ = domain.ParseDate(c.Query("due"))
	f.Sort, f.Desc = c.querySort("number", "what", "due", "state", "assignee")
	return f
}

// requestQuery is a filter as an address; the page and the sort stay out of it.
func requestQuery(f domain.RequestFilter) url.Values {
	q := url.Values{}
	for name, value := range map[string]string{"view": string(f.View), "q": f.Query, "state": string(f.State), "assignee": id(f.Assignee), "control": id(f.Control), "due": f.DueBy.String()} {
		if value != "" && value != "0" {
			q.Set(name, value)
		}
	}
	return q
}

func withQuery(path string, q url.Values) string {
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// showRequests is the list, under the tabs of its saved views.
func (s *Server) showRequests(c *Ctx) error {
	f := c.requestFilter()
	list, err := s.app.FindRequests(c.Context(), c.Actor, c.Engagement, f)
	if err != nil {
		return err
	}
	counts, err := s.app.CountRequests(c.Context(), c.Actor, c.Engagement)
	if err != nil {
		return err
	}
	v := views.RequestList{List: list, Filter: f, Today: s.app.Today(), Path: c.Path(), Href: c.requestHrefs(f, counts), Any: counts[domain.RequestsAll] > 0}
	for _, k := range domain.RequestViews {
		word := "all"
		if k != domain.RequestsAll {
			word = string(k)
		}
		v.Tabs = append(v.Tabs, views.Tab{Label: c.L.T("request.view."+word, nil), Href: c.At().RequestsIn(k), Active: k == f.View, Count: c.L.Number(counts[k])})
	}
	if v.People, err = s.mayAnswer(c); err != nil {
		return err
	}
	if f.Control != 0 {
		if v.Control, err = s.app.Control(c.Context(), c.Actor, f.Control); err != nil {
			return err
		}
	}
	return c.Render(views.Requests(c.Page(c.L.T("request.title", nil)), v))
}

// requestHrefs hides what the actor may not do; the use-cases refuse it anyway.
func (c *Ctx) requestHrefs(f domain.RequestFilter, counts domain.RequestCounts) views.RequestHrefs {
	at, q := c.At(), requestQuery(f)
	h := views.RequestHrefs{List: at.Requests(), Item: at.Request, CSV: withQuery(at.RequestsCSV(), q), XLSX: withQuery(at.RequestsXLSX(), q)}
	if c.mayAsk() {
		h.New, h.Import, h.Send = at.NewRequest(), at.RequestImport(), at.SendRequests()
		if n := counts[domain.RequestsOverdue]; n > 0 {
			h.Chase, h.ChaseLabel = at.ChaseRequests(), c.L.N("request.chase_all", n, nil)
		}
	}
	return h
}

// mayAsk reports whether the actor may write requests here.
func (c *Ctx) mayAsk() bool {
	return c.Actor.Can(domain.ActRequestWrite) && c.Engagement.State != domain.EngagementClosed
}

// mayAnswer lists the members to whom a request can be sent.
func (s *Server) mayAnswer(c *Ctx) ([]views.Option, error) {
	members, err := s.app.Members(c.Context(), c.Actor)
	var out []views.Option
	for _, m := range members {
		if !m.Person.Disabled && (domain.Actor{Role: m.Membership.Role}).Can(domain.ActRequestAnswer) {
			out = append(out, views.Option{Value: id(m.Person.ID), Label: m.Person.Name})
		}
	}
	return out, err
}

// aboutMost is how many requests a control's page lists.
const aboutMost = 5

// requestsAbout fills in the requests about a control; a page of another day
// shows none, for it shows what stood then.
func (s *Server) requestsAbout(c *Ctx, id domain.ControlID, p *views.ControlProps) error {
	if c.on != 0 {
		return nil
	}
	f := domain.RequestFilter{Control: id, Page: domain.Page{Number: 1, Size: aboutMost}}
	list, err := s.app.FindRequests(c.Context(), c.Actor, c.Engagement, f)
	p.Requests = list.Rows
	if list.Total > len(list.Rows) {
		p.AllRequests = withQuery(c.At().Requests(), requestQuery(f))
	}
	return err
}

// askedOf fills in what a home page says of requests: those that await the
// reader, and for who writes them, how many are overdue or wait for a verdict.
func (s *Server) askedOf(c *Ctx, v *views.Dashboard) error {
	if c.on != 0 {
		return nil
	}
	mine, err := s.app.RequestsFor(c.Context(), c.Actor, c.Engagement)
	if err != nil {
		return err
	}
	v.ForYou = views.RequestsForYou{Rows: mine.Rows, Total: mine.Total, All: c.At().RequestsIn(domain.RequestsMine), Item: c.At().Request, Today: s.app.Today()}
	if !c.Actor.Can(domain.ActRequestReview) {
		return nil
	}
	n, err := s.app.CountRequests(c.Context(), c.Actor, c.Engagement)
	for _, k := range []domain.RequestView{domain.RequestsOverdue, domain.RequestsReview} {
		if n[k] > 0 {
			v.Asked = append(v.Asked, views.Crumb{Label: c.L.N("request.asked_"+string(k), n[k], nil), Href: c.At().RequestsIn(k)})
		}
	}
	return err
}

// showRequest is one request: what is asked for, the answers, and the form that
// answers it.
func (s *Server) showRequest(c *Ctx) error {
	id, err := pathID[domain.RequestID](c, "id", domain.NounRequest)
	if err != nil {
		return err
	}
	return s.requestPage(c, fiber.StatusOK, id, requestTyped{})
}

// requestTyped is a form of the page that was refused, to be shown again.
type requestTyped struct {
	form   string // answer, withdraw, or "verdict-" and the answer's id
	values url.Values
	errs   views.FormErrors
}

func (s *Server) requestPage(c *Ctx, status int, id domain.RequestID, typed requestTyped) error {
	p, err := s.app.RequestPage(c.Context(), c.Actor, c.Engagement, id)
	if err != nil {
		return err
	}
	at := c.At()
	v := views.RequestPage{Request: p.Request, Controls: p.Controls, Answers: p.Answers, Reminders: p.Reminders, Candidates: p.Candidates, Also: p.Also,
		Period: c.Engagement.Period, Today: s.app.Today(), Actor: c.Actor.Person, Alone: p.Alone, Closed: p.Closed, MayAnswer: p.MayAnswer, MayJudge: p.MayJudge, MaySteer: p.MaySteer, MayReword: p.MayReword, Most: s.config.MaxUpload,
		Form: typed.form, Values: typed.values, Errors: typed.errs,
		Href: views.RequestPageHrefs{List: at.Requests(), Edit: at.EditRequest(id), Send: at.SendRequest(id), Use: at.UseEvidence(id), Answer: at.RequestAnswers(id), Verdict: at.RequestVerdict(id),
			Withdraw: at.WithdrawRequest(id), Reopen: at.ReopenRequest(id), Item: at.EvidenceItem, File: at.EvidenceFile, Control: at.Control, Request: at.Request}}
	if v.Names, err = s.app.Names(c.Context(), c.Actor); err != nil {
		return err
	}
	v.Events = c.requestEvents(p)
	if v.Values == nil {
		v.Values = url.Values{}
	}
	return c.RenderStatus(status, views.RequestItem(c.Page(p.Request.Code()), v))
}

func (c *Ctx) requestEvents(p app.RequestPage) []views.Event {
	out := make([]views.Event, len(p.History))
	for i, a := range p.History {
		out[i] = views.Event{At: a.At, Who: a.ActorName, Text: c.L.T("verb."+a.Verb, nil), Label: p.Request.Code()}
	}
	return out
}

// requestChange runs one act of the page's small forms and says what it did; a
// refusal shows the page again with what was typed.
func (s *Server) requestChange(c *Ctx, name, notice string, act func(domain.RequestID, *Form) error) error {
	id, err := pathID[domain.RequestID](c, "id", domain.NounRequest)
	if err != nil {
		return err
	}
	form, err := c.Form()
	if err != nil {
		return err
	}
	err = act(id, form)
	if errs, ok := c.FieldErrors(err); ok {
		return s.requestPage(c, statusOf(err), id, requestTyped{name, form.Values, errs})
	}
	if err != nil {
		return err
	}
	return c.Redirect(c.At().Request(id), notice)
}

func (s *Server) sendRequest(c *Ctx) error {
	return s.requestChange(c, "send", "notice.request.sent", func(id domain.RequestID, _ *Form) error {
		return s.app.SendRequests(c.Context(), c.Actor, c.Engagement, []domain.RequestID{id})
	})
}

func (s *Server) withdrawRequest(c *Ctx) error {
	return s.requestChange(c, "withdraw", "notice.request.withdrawn", func(id domain.RequestID, f *Form) error {
		version := f.Int("version")
		if err := f.Err(); err != nil {
			return err
		}
		_, err := s.app.WithdrawRequest(c.Context(), c.Actor, c.Engagement, id, f.Text("reason"), version)
		return err
	})
}

func (s *Server) reopenRequest(c *Ctx) error {
	return s.requestChange(c, "reopen", "notice.request.reopened", func(id domain.RequestID, f *Form) error {
		version := f.Int("version")
		if err := f.Err(); err != nil {
			return err
		}
		_, err := s.app.ReopenRequest(c.Context(), c.Actor, c.Engagement, id, f.Text("reason"), version)
		return err
	})
}

// useEvidence takes an item on file as the answer.
func (s *Server) useEvidence(c *Ctx) error {
	return s.requestChange(c, "use", "notice.request.used", func(id domain.RequestID, f *Form) error {
		item := FormID[domain.EvidenceID](f, "evidence")
		if err := f.Err(); err != nil {
			return err
		}
		_, err := s.app.UseEvidence(c.Context(), c.Actor, c.Engagement, domain.Request{ID: id}, item)
		return err
	})
}

// judgeAnswer accepts an answer or returns it.
func (s *Server) judgeAnswer(c *Ctx) error {
	id, err := pathID[domain.RequestID](c, "id", domain.NounRequest)
	if err != nil {
		return err
	}
	form, err := c.Form()
	if err != nil {
		return err
	}
	in := app.Verdict{Answer: FormID[domain.AnswerID](form, "answer"), Accept: form.Text("verdict") == string(domain.EvidenceAccepted), More: form.Ticked("more"),
		Reason: domain.ReviewReason(form.Text("reason")), Comment: form.Text("comment"), Override: form.Text("override"), Version: form.Int("version")}
	if err = form.Err(); err == nil {
		_, err = s.app.JudgeAnswer(c.Context(), c.Actor, c.Engagement, id, in)
	}
	if errs, ok := c.FieldErrors(err); ok {
		return s.requestPage(c, statusOf(err), id, requestTyped{"verdict-" + itoa(in.Answer), form.Values, errs})
	}
	if err != nil {
		return err
	}
	notice := "notice.request.accepted"
	if !in.Accept {
		notice = "notice.request.returned"
	}
	return c.Redirect(c.At().Request(id), notice)
}

// codeOf is how the address of an engagement names it.
func (c *Ctx) codeOf(e domain.EngagementID) string {
	if e == c.Engagement.ID {
		return c.Engagement.Code
	}
	for _, known := range c.engagements() {
		if known.ID == e {
			return known.Code
		}
	}
	return c.Engagement.Code
}
