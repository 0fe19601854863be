package server

import (
	"net/url"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"relier/internal/domain"
	"relier/views"
)

// dueIn is how many days a request gives by default.
const dueIn = 14

// requestValues is a request as its form shows it.
func requestValues(v domain.Request, codes string) url.Values {
	q := url.Values{"what": {v.What}, "detail": {v.Detail}, "from": {v.Period.From.String()}, "to": {v.Period.To.String()}, "format": {v.Format}, "example": {v.Example},
		"due": {v.Due.String()}, "version": {itoa(v.Version)}, "codes": {codes}}
	if v.Assignee != 0 {
		q.Set("assignee", id(v.Assignee))
	}
	for _, k := range v.Controls {
		q.Add("controls", id(k))
	}
	return q
}

// requestOf reads the form of a request.
func (s *Server) requestOf(c *Ctx, f *Form) (domain.Request, error) {
	v := domain.Request{What: f.Text("what"), Detail: f.Text("detail"), Period: f.Period("from", "to"), Format: f.Text("format"), Example: f.Text("example"),
		Due: f.Date("due"), Assignee: FormID[domain.PersonID](f, "assignee"), Version: f.Int("version")}
	controls, err := s.chosenControls(c, f)
	if err != nil {
		return v, err
	}
	v.Controls = controls
	return v, f.Err()
}

// showNewRequest is the form of a request; a control in the address fills it in
// such that it can be sent as it stands.
func (s *Server) showNewRequest(c *Ctx) error {
	v := domain.Request{Period: c.Engagement.Period, Due: s.app.Today().AddDays(dueIn)}
	codes := ""
	if k := queryID[domain.ControlID](c, "control"); k != 0 {
		control, err := s.app.Control(c.Context(), c.Actor, k)
		if err != nil {
			return err
		}
		v.Controls, codes = []domain.ControlID{k}, control.Code
		v.What = c.L.T("request.what_of", map[string]any{"Control": control.Code + " " + control.Title})
		owners, err := s.app.Ownerships(c.Context(), c.Actor, k)
		if err != nil {
			return err
		}
		if len(owners) > 0 && owners[0].Ownership.State != domain.OwnershipEnded {
			v.Assignee = owners[0].Ownership.Person
		}
	}
	return s.requestForm(c, fiber.StatusOK, v, requestValues(v, codes), nil)
}

func (s *Server) requestForm(c *Ctx, status int, v domain.Request, values url.Values, errs views.FormErrors) error {
	people, err := s.mayAnswer(c)
	if err != nil {
		return err
	}
	choice, err := s.controlChoice(c)
	if err != nil {
		return err
	}
	p := views.RequestForm{Request: v, People: people, Choice: choice, Item: c.At().EvidenceItem, Period: c.Engagement.Period,
		FormState: views.FormState{Values: values, Errors: errs, Action: c.At().Requests(), Cancel: c.At().Requests(), Back: views.Crumb{Label: c.L.T("request.title", nil), Href: c.At().Requests()}}}
	if v.What != "" || len(v.Controls) > 0 {
		if p.Candidates, err = s.app.RequestCandidates(c.Context(), c.Actor, c.Engagement, v); err != nil {
			return err
		}
	}
	title := c.L.T("request.new", nil)
	if v.ID != 0 {
		title = c.L.T("request.edit", nil)
		p.Action, p.Cancel, p.Back = c.At().Request(v.ID), c.At().Request(v.ID), views.Crumb{Label: v.Code(), Href: c.At().Request(v.ID)}
	}
	return c.RenderStatus(status, views.RequestFormPage(c.Page(title), p))
}

// createRequest keeps a draft, sends the request, or answers it with an item on
// file. Before it is sent, whoever asks has seen what may already answer.
func (s *Server) createRequest(c *Ctx) error {
	form, err := c.Form()
	if err != nil {
		return err
	}
	v, err := s.requestOf(c, form)
	return s.keepRequest(c, form, v, err)
}

func (s *Server) saveRequest(c *Ctx) error {
	id, err := pathID[domain.RequestID](c, "id", domain.NounRequest)
	if err != nil {
		return err
	}
	now, err := s.app.RequestPage(c.Context(), c.Actor, c.Engagement, id)
	if err != nil {
		return err
	}
	form, err := c.Form()
	if err != nil {
		return err
	}
	v, err := s.requestOf(c, form)
	v.ID, v.Number, v.State = id, now.Request.Number, now.Request.State
	return s.keepRequest(c, form, v, err)
}

func (s *Server) keepRequest(c *Ctx, form *Form, v domain.Request, err error) error {
	send := form.Text("send") == "1"
	use := FormID[domain.EvidenceID](form, "use")
	notice := "notice.request.saved"
	var errs views.FormErrors
	if err == nil && use == 0 && send {
		if errs, err = s.unseen(c, form, v); len(errs) > 0 {
			return s.requestForm(c, fiber.StatusUnprocessableEntity, v, form.Values, errs)
		}
	}
	switch {
	case err != nil:
	case use != 0:
		v, err = s.app.UseEvidence(c.Context(), c.Actor, c.Engagement, v, use)
		notice = "notice.request.used"
	default:
		v, err = s.app.SaveRequest(c.Context(), c.Actor, c.Engagement, v, send)
		if send {
			notice = "notice.request.sent"
		}
	}
	if errs, ok := c.FieldErrors(err); ok {
		return s.requestForm(c, statusOf(err), v, form.Values, errs)
	}
	if err != nil {
		return err
	}
	return c.Redirect(c.At().Request(v.ID), notice)
}

// unseen holds a request back that something on file may already answer, unless
// the form showed just that.
func (s *Server) unseen(c *Ctx, form *Form, v domain.Request) (views.FormErrors, error) {
	found, err := s.app.RequestCandidates(c.Context(), c.Actor, c.Engagement, v)
	if err != nil {
		return nil, err
	}
	seen := form.All("seen")
	n := 0
	for _, k := range found {
		if !slices.Contains(seen, itoa(k.Item.ID)) {
			n++
		}
	}
	if n == 0 {
		return nil, nil
	}
	return views.FormErrors{{Field: "candidates", Text: c.L.N("request.candidates_held", n, nil)}}, nil
}

func (s *Server) showEditRequest(c *Ctx) error {
	id, err := pathID[domain.RequestID](c, "id", domain.NounRequest)
	if err != nil {
		return err
	}
	p, err := s.app.RequestPage(c.Context(), c.Actor, c.Engagement, id)
	if err != nil {
		return err
	}
	if !p.MayReword {
		return domain.Forbidden("error.request.others", nil)
	}
	return s.requestForm(c, fiber.StatusOK, p.Request, requestValues(p.Request, codesOf(p.Controls)), nil)
}

// showRequestsForControls asks for evidence of the controls that were ticked.
func (s *Server) showRequestsForControls(c *Ctx) error {
	ids, err := tickedIDs[domain.ControlID](c, "id")
	if err != nil {
		return err
	}
	p, err := s.chosen(c, ids, c.controlFilter())
	if err != nil {
		return err
	}
	values := url.Values{"each": {"1"}, "due": {s.app.Today().AddDays(dueIn).String()}, "from": {c.Engagement.Period.From.String()}, "to": {c.Engagement.Period.To.String()}}
	return s.requestsForControls(c, fiber.StatusOK, p, values, nil)
}

func (s *Server) requestsForControls(c *Ctx, status int, p views.BulkProps, values url.Values, errs views.FormErrors) error {
	people, err := s.mayAnswer(c)
	if err != nil {
		return err
	}
	v := views.RequestsForControls{Bulk: p, People: people, FormState: views.FormState{Values: values, Errors: errs, Action: c.At().RequestsForControls(), Cancel: p.Back}}
	for _, k := range p.Controls {
		if k.OwnerID == 0 {
			v.Ownerless++
		}
	}
	return c.RenderStatus(status, views.RequestsForControlsPage(c.Page(c.L.T("request.for_controls", nil)), v))
}

// createRequestsForControls makes one request for each control, to its owner, or
// one for all of them.
func (s *Server) createRequestsForControls(c *Ctx) error {
	form, err := c.Form()
	if err != nil {
		return err
	}
	ids := readIDs[domain.ControlID](form, "ids", strings.Split(form.Text("ids"), ","))
	if form.Err() != nil || len(ids) == 0 {
		return domain.Invalid("error.ticked", nil)
	}
	p, err := s.chosen(c, ids, domain.ControlFilter{})
	if err != nil {
		return err
	}
	p.Back = safeBack(form.Text("back"))
	vs := c.requestsOf(form, p)
	if err = form.Err(); err == nil {
		_, err = s.app.SaveRequests(c.Context(), c.Actor, c.Engagement, vs, form.Text("send") == "1")
	}
	if errs, ok := c.FieldErrors(err); ok {
		return s.requestsForControls(c, statusOf(err), p, form.Values, errs)
	}
	if err != nil {
		return err
	}
	notice := "notice.request.drafted"
	if form.Text("send") == "1" {
		notice = "notice.request.sent_several"
	}
	return c.RedirectCount(c.At().Requests(), notice, len(vs))
}

func (c *Ctx) requestsOf(f *Form, p views.BulkProps) []domain.Request {
	base := domain.Request{What: f.Text("what"), Detail: f.Text("detail"), Format: f.Text("format"), Period: f.Period("from", "to"), Due: f.Date("due"), Assignee: FormID[domain.PersonID](f, "assignee")}
	if !f.Ticked("each") {
		base.Controls = p.IDs()
		if base.What == "" {
			base.What = c.L.T("request.what_of", map[string]any{"Control": codesOfSummaries(p.Controls)})
		}
		return []domain.Request{base}
	}
	out := make([]domain.Request, len(p.Controls))
	for i, k := range p.Controls {
		v := base
		v.Controls = []domain.ControlID{k.Control.ID}
		if v.Assignee == 0 {
			v.Assignee = k.OwnerID
		}
		name := k.Control.Code + " " + k.Control.Title
		if v.What == "" {
			v.What = c.L.T("request.what_of", map[string]any{"Control": name})
		} else {
			v.What += " – " + name
		}
		out[i] = v
	}
	return out
}

func codesOfSummaries(all []domain.ControlSummary) string {
	codes := make([]string, 0, len(all))
	for _, k := range all {
		codes = append(codes, k.Control.Code)
	}
	if len(codes) > 12 {
		codes = append(codes[:12], "…")
	}
	return strings.Join(codes, ", ")
}
