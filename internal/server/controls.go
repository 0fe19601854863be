package server

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"relier/internal/domain"
	"relier/views"
)

// everyRow is a page that holds all rows, for acts on a whole list.
var everyRow = domain.Page{Number: 1, Size: 1 << 20}

// showControls is the controls list.
func (s *Server) showControls(c *Ctx) error {
	f := c.controlFilter()
	f.Page = c.ListPage()
	list, err := s.app.FindControls(c.Context(), c.Actor, c.Engagement, f)
	if err != nil {
		return err
	}
	p := views.ControlsProps{List: list, Filter: f, Path: c.Path(), Action: c.At().Controls(), Links: c.controlsLinks(), Themes: s.themes(c)}
	if p.Owners, err = s.owners(c); err != nil {
		return err
	}
	if list.Total == 0 {
		if p.Never, err = s.controlsNever(c); err != nil {
			return err
		}
	}
	return c.Render(views.ControlsPage(c.Page(c.L.T("controls.title", nil)), p))
}

// controlFilter is the list's state, read from its address.
func (c *Ctx) controlFilter() domain.ControlFilter {
	f := domain.ControlFilter{Query: c.queryWords(), Theme: c.Query("theme"), Edition: c.Engagement.Edition,
		Owner: queryID[domain.PersonID](c, "owner"), Bucket: queryChoice(c, "bucket", append(domain.Buckets, domain.BucketExcluded)), Party: queryChoice(c, "party", domain.Parties)}
	if c.Query("owner") == id(domain.NoOwner) {
		f.Owner = domain.NoOwner
	}
	if !strings.HasPrefix(f.Theme, "A.") || len(f.Theme) > 8 {
		f.Theme = ""
	}
	f.Sort, f.Desc = c.querySort("code", "title", "owner", "bucket", "rung", "evidence", "test")
	return f
}

// controlsAt is the address of the list with a filter.
func (c *Ctx) controlsAt(f domain.ControlFilter) string {
	q := url.Values{}
	for name, value := range map[string]string{"q": f.Query, "theme": f.Theme, "bucket": string(f.Bucket), "party": string(f.Party), "owner": id(f.Owner)} {
		if value != "" && value != "0" {
			q.Set(name, value)
		}
	}
	if len(q) == 0 {
		return c.At().Controls()
	}
	return c.At().Controls() + "?" + q.Encode()
}

func id[T ~int64](v T) string { return strconv.FormatInt(int64(v), 10) }

func (c *Ctx) controlsLinks() views.ControlsLinks {
	at := c.At()
	l := views.ControlsLinks{Control: at.Control}
	if c.Actor.Can(domain.ActControlWrite) {
		l.New, l.AnnexA = at.NewControl(), at.ControlsFromAnnexA()
	}
	if c.Actor.Can(domain.ActControlImport) {
		l.Import = at.ControlsImport()
	}
	if c.Actor.Can(domain.ActOwnerAssign) {
		l.Assign = at.ControlsOwner()
	}
	if c.Actor.Can(domain.ActSplitWrite) {
		l.Splits = at.ControlsSplits()
	}
	if c.mayAsk() {
		l.Request = at.RequestsForControls()
	}
	if c.mayPropose() {
		l.Propose = at.ProposeReliances()
	}
	return l
}

// themes are the first-level headings of the engagement's Annex A.
func (s *Server) themes(c *Ctx) []views.Option {
	var out []views.Option
	for _, r := range s.app.Requirements(c.Engagement.Edition) {
		if r.Level == domain.LevelTheme || r.Level == domain.LevelDomain {
			out = append(out, views.Option{Value: r.Ref.Code, Label: r.Ref.Code + " " + r.Title.In(c.L.Lang())})
		}
	}
	return out
}

// owners lists who may own a control, with "nobody" first, for filtering.
func (s *Server) owners(c *Ctx) ([]views.Option, error) {
	people, err := s.mayOwn(c)
	return append([]views.Option{{Value: id(domain.NoOwner), Label: c.L.T("controls.nobody", nil)}}, people...), err
}

// mayOwn lists the members who can be made accountable.
func (s *Server) mayOwn(c *Ctx) ([]views.Option, error) {
	members, err := s.app.Members(c.Context(), c.Actor)
	var out []views.Option
	for _, m := range members {
		if !m.Person.Disabled && m.Membership.Role.MayOwn() {
			out = append(out, views.Option{Value: id(m.Person.ID), Label: m.Person.Name})
		}
	}
	return out, err
}

// controlsNever is what the list shows where the organization has no control.
func (s *Server) controlsNever(c *Ctx) (*views.ControlsNever, error) {
	all, err := s.app.Controls(c.Context(), c.Actor)
	if err != nil || len(all) > 0 {
		return nil, err
	}
	counts, err := s.app.AnnexAMissing(c.Context(), c.Actor)
	n := &views.ControlsNever{Edition: c.Engagement.Edition, Counts: counts, AnnexA: map[domain.Edition]string{}}
	for _, e := range domain.Editions {
		n.AnnexA[e] = c.At().ControlsFromAnnexA() + "?edition=" + string(e)
	}
	return n, err
}

// showAnnexA is the confirm page of starting from Annex A.
func (s *Server) showAnnexA(c *Ctx) error {
	e := queryChoice(c, "edition", domain.Editions)
	if e == "" {
		e = c.Engagement.Edition
	}
	return s.annexA(c, fiber.StatusOK, e, nil)
}

func (s *Server) annexA(c *Ctx, status int, e domain.Edition, errs views.FormErrors) error {
	counts, err := s.app.AnnexAMissing(c.Context(), c.Actor)
	if err != nil {
		return err
	}
	return c.RenderStatus(status, views.AnnexAPage(c.Page(c.L.T("controls.annex_title", nil)), views.AnnexProps{
		Edition: e, Counts: counts, Action: c.At().ControlsFromAnnexA(), Back: c.At().Controls(), Errors: errs}))
}

func (s *Server) startFromAnnexA(c *Ctx) error {
	form, err := c.Form()
	if err != nil {
		return err
	}
	e := domain.Edition(form.Text("edition"))
	n, err := s.app.StartFromAnnexA(c.Context(), c.Actor, e, c.L.Lang())
	if errs, ok := c.FieldErrors(err); ok {
		return s.annexA(c, fiber.StatusUnprocessableEntity, c.Engagement.Edition, errs)
	}
	if err != nil {
		return err
	}
	return c.RedirectCount(c.At().Controls(), "notice.controls.added", n)
}

// chosen is what a bulk act is about: the ticked controls, or all that the
// list shows where none is ticked.
func (s *Server) chosen(c *Ctx, ids []domain.ControlID, f domain.ControlFilter) (views.BulkProps, error) {
	p := views.BulkProps{All: len(ids) == 0, Back: c.controlsAt(f)}
	if !p.All {
		f = domain.ControlFilter{}
	}
	f.Page = everyRow
	list, err := s.app.FindControls(c.Context(), c.Actor, c.Engagement, f)
	if err != nil {
		return p, err
	}
	wanted := map[domain.ControlID]bool{}
	for _, id := range ids {
		wanted[id] = true
	}
	for _, v := range list.Rows {
		if p.All || wanted[v.Control.ID] {
			p.Controls = append(p.Controls, v)
			delete(wanted, v.Control.ID)
		}
	}
	if len(wanted) > 0 {
		return p, domain.NotFound(string(domain.NounControl))
	}
	if len(p.Controls) == 0 {
		return p, domain.Invalid("error.controls.none", nil)
	}
	return p, nil
}

// chosenIDs reads the controls that a confirm page named.
func chosenIDs(f *Form) []domain.ControlID {
	return readIDs[domain.ControlID](f, "ids", strings.Split(f.Text("ids"), ","))
}

// listBack is the list as it was filtered, if that is where the form says it was.
func (c *Ctx) listBack(f *Form) string {
	if back := f.Text("back"); strings.HasPrefix(back, c.At().Controls()+"?") {
		return back
	}
	return c.At().Controls()
}

// showAssignOwners is the confirm page of naming one owner for several controls.
func (s *Server) showAssignOwners(c *Ctx) error {
	ids, err := tickedIDs[domain.ControlID](c, "id")
	if err != nil {
		return err
	}
	p, err := s.chosen(c, ids, c.controlFilter())
	if err != nil {
		return err
	}
	return s.assignPage(c, fiber.StatusOK, p)
}

func (s *Server) assignPage(c *Ctx, status int, p views.BulkProps) (err error) {
	p.Action = c.At().ControlsOwner()
	for _, v := range p.Controls {
		if v.OwnerID != 0 {
			p.Owned++
		}
	}
	if p.People, err = s.mayOwn(c); err != nil {
		return err
	}
	return c.RenderStatus(status, views.AssignOwnerPage(c.Page(c.L.N("controls.assign_title", len(p.Controls), nil)), p))
}

func (s *Server) assignOwners(c *Ctx) error {
	form, err := c.Form()
	if err != nil {
		return err
	}
	ids, person := chosenIDs(form), FormID[domain.PersonID](form, "person")
	n := 0
	if err = form.Err(); err == nil {
		n, err = s.app.AssignOwner(c.Context(), c.Actor, person, ids)
	}
	if errs, ok := c.FieldErrors(err); ok {
		return s.bulkAgain(c, form, ids, errs, s.assignPage)
	}
	if err != nil {
		return err
	}
	return c.RedirectCount(c.listBack(form), "notice.controls.assigned", n)
}

// bulkAgain shows a confirm page once more, with what is wrong.
func (s *Server) bulkAgain(c *Ctx, form *Form, ids []domain.ControlID, errs views.FormErrors, page func(*Ctx, int, views.BulkProps) error) error {
	if len(ids) == 0 {
		return domain.Invalid("error.controls.none", nil)
	}
	p, err := s.chosen(c, ids, domain.ControlFilter{})
	if err != nil {
		return err
	}
	p.Errors, p.Person, p.Back = errs, form.Text("person"), c.listBack(form)
	return page(c, fiber.StatusUnprocessableEntity, p)
}
