package server

import (
	"net/url"

	"github.com/a-h/templ"

	"relier/internal/domain"
	"relier/views"
)

// foundShown is how many rows of each kind the search page lists; the lists have all.
const foundShown = 20

// showSearch lists the controls and the evidence that the typed words name.
func (s *Server) showSearch(c *Ctx) error {
	p := c.Page(c.L.T("search.title", nil))
	p.Search = c.queryWords()
	v := views.Search{Words: p.Search}
	if p.Search == "" {
		return c.Render(views.SearchPage(p, v))
	}
	page := domain.Page{Number: 1, Size: foundShown}
	controls, err := s.app.FindControls(c.Context(), c.Actor, c.Engagement, domain.ControlFilter{Query: p.Search, Edition: c.Engagement.Edition, Page: page})
	if err != nil {
		return err
	}
	evidence, err := s.app.FindEvidence(c.Context(), c.Actor, domain.EvidenceFilter{Query: p.Search, Page: page})
	if err != nil {
		return err
	}
	query := "?" + url.Values{"q": {p.Search}}.Encode()
	v.Controls, v.Evidence = c.foundControls(controls), c.foundEvidence(evidence)
	v.AllControls = c.allFound(controls.Total, "search.all_controls", c.At().Controls()+query)
	v.AllEvidence = c.allFound(evidence.Total, "search.all_evidence", c.At().Evidence()+query)
	return c.Render(views.SearchPage(p, v))
}

// allFound leads to the list that holds what the search page leaves out.
func (c *Ctx) allFound(total int, key, href string) views.Crumb {
	if total <= foundShown {
		return views.Crumb{}
	}
	return views.Crumb{Label: c.L.N(key, total, nil), Href: href}
}

func (c *Ctx) foundControls(list domain.List[domain.ControlSummary]) views.TableProps {
	t := views.TableProps{ID: "found-controls", Caption: c.L.N("controls.count", list.Total, nil), Columns: []views.Column{
		{Label: c.L.T("controls.control", nil)}, {Label: c.L.T("controls.bucket", nil), Narrow: true}}}
	for _, s := range list.Rows {
		href := c.At().Control(s.Control.ID)
		t.Rows = append(t.Rows, views.Row{Href: href, Label: s.Control.Code, Cells: []templ.Component{
			views.Titled(href, s.Control.Code, s.Control.Title), views.BucketCell(c.L, s)}})
	}
	return t
}

func (c *Ctx) foundEvidence(list domain.List[domain.EvidenceSummary]) views.TableProps {
	t := views.TableProps{ID: "found-evidence", Caption: c.L.N("evidence.count", list.Total, nil), Columns: []views.Column{
		{Label: c.L.T("evidence.title_field", nil)}, {Label: c.L.T("evidence.state", nil), Narrow: true}}}
	for _, s := range list.Rows {
		href := c.At().EvidenceItem(s.Evidence.ID)
		t.Rows = append(t.Rows, views.Row{Href: href, Label: s.Evidence.Code(), Cells: []templ.Component{
			views.Titled(href, s.Evidence.Code(), s.Evidence.Title), views.StatusText(views.StateStatus(c.L, domain.NounEvidence, s.Evidence.State))}})
	}
	return t
}
