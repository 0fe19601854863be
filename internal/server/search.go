package server

import (
	"net/url"
	"slices"

	"relier/internal/app"
	"relier/internal/domain"
	"relier/views"
)

// showSearch lists what the typed words name, the best first. The jump box asks
// for the beginning of the same list as a part of a page.
func (s *Server) showSearch(c *Ctx) error {
	f := domain.SearchFilter{Query: c.queryWords(), Noun: queryChoice(c, "in", domain.Searchable),
		Page: domain.Page{Number: c.PageNumber(), Size: domain.SearchPage}}
	if c.Query("part") == "jump" {
		return s.showJump(c, f)
	}
	r, err := s.app.Search(c.Context(), c.Actor, f)
	if err != nil {
		return err
	}
	p := c.Page(c.L.T("search.title", nil))
	p.Search = f.Query
	v := views.Search{Words: f.Query, Result: r, Noun: f.Noun, Path: c.Path(), Action: c.At().Search(), Tabs: c.searchTabs(f, r)}
	if v.Found, err = c.foundLines(r.Rows); err != nil {
		return err
	}
	if v.Behind, err = s.app.SearchBehind(c.Context(), c.Actor); err != nil {
		return err
	}
	if f.Noun == domain.NounEvidence || len(r.Counts) == 1 && r.Counts[0].Noun == domain.NounEvidence {
		v.Library = c.At().Evidence() + "?" + url.Values{"q": {f.Query}}.Encode()
	}
	return c.Render(views.SearchPage(p, v))
}

// foundHrefs are the pages of what can be found; whoever makes a noun
// searchable adds its page here.
func (c *Ctx) foundHref(at Place, f domain.Found) string {
	switch f.Noun {
	case domain.NounControl:
		return at.Control(domain.ControlID(f.Object))
	case domain.NounService:
		return at.Service(domain.ServiceID(f.Object))
	case domain.NounCertificate:
		return at.Certificate(domain.CertificateID(f.Object))
	case domain.NounReport:
		return at.Report(domain.ReportID(f.Object))
	case domain.NounRequest:
		return at.Request(domain.RequestID(f.Object))
	case domain.NounEvidence:
		return at.EvidenceItem(domain.EvidenceID(f.Object))
	}
	return ""
}

func (c *Ctx) foundLines(rows []domain.Found) ([]views.FoundLine, error) {
	places, err := c.placesOf(rows)
	if err != nil {
		return nil, err
	}
	out := make([]views.FoundLine, len(rows))
	for i, f := range rows {
		out[i] = views.FoundLine{Found: f, Href: c.foundHref(places[f.Engagement], f), Kind: c.L.T("search.one."+string(f.Noun), nil)}
	}
	return out, nil
}

// placesOf are where the pages of engagements are: what belongs to all of them
// (0) is shown in the one looked at.
func (c *Ctx) placesOf(rows []domain.Found) (map[domain.EngagementID]Place, error) {
	out := map[domain.EngagementID]Place{0: c.At(), c.Engagement.ID: c.At()}
	if !slices.ContainsFunc(rows, func(f domain.Found) bool { _, here := out[f.Engagement]; return !here }) {
		return out, nil
	}
	all, err := c.server.app.Engagements(c.ctx, c.Actor)
	for _, e := range all {
		out[e.ID] = c.At().In(e.Code)
	}
	return out, err
}

// searchTabs narrow the list to a noun, each with its count.
func (c *Ctx) searchTabs(f domain.SearchFilter, r domain.SearchResult) []views.Tab {
	if len(r.Counts) == 0 {
		return nil
	}
	all := domain.SearchResult{Counts: r.Counts}
	all.Sum("")
	out := []views.Tab{c.searchTab(f, "", "search.tab.all", all.Total, all.More)}
	for _, n := range r.Counts {
		out = append(out, c.searchTab(f, n.Noun, "search.tab."+string(n.Noun), n.N, n.More))
	}
	return out
}

func (c *Ctx) searchTab(f domain.SearchFilter, noun domain.Noun, key string, n int, more bool) views.Tab {
	q := url.Values{"q": {f.Query}}
	if noun != "" {
		q.Set("in", string(noun))
	}
	count := c.L.Number(n)
	if more {
		count = c.L.T("search.more_than", map[string]any{"Count": count})
	}
	return views.Tab{Label: c.L.T(key, nil), Href: c.At().Search() + "?" + q.Encode(), Active: f.Noun == noun, Count: count}
}

// jumpShown is how many objects the jump box offers.
const jumpShown = 8

// pagesShown is how many pages it offers for what was typed.
const pagesShown = 4

// showJump is what the jump box lists: pages by their names, then objects.
func (s *Server) showJump(c *Ctx, f domain.SearchFilter) error {
	f.Noun, f.Page = "", domain.Page{Number: 1, Size: jumpShown}
	r, err := s.app.Search(c.Context(), c.Actor, f)
	if err != nil {
		return err
	}
	v := views.Jump{Words: f.Query, Pages: c.pagesNamed(f.Query)}
	if v.Found, err = c.foundLines(r.Rows); err != nil {
		return err
	}
	if f.Query != "" {
		v.All = c.At().Search() + "?" + url.Values{"q": {f.Query}}.Encode()
	}
	return c.Render(views.JumpList(c.L, v))
}

// pagesNamed lists the pages of the rail whose name holds what was typed; all of
// them while nothing is typed.
func (c *Ctx) pagesNamed(typed string) []views.NavItem {
	var out []views.NavItem
	for _, g := range c.nav(c.At()) {
		for _, i := range g.Items {
			if typed == "" || app.Holds(i.Label, typed) {
				out = append(out, i)
			}
		}
	}
	if typed != "" {
		out = out[:min(len(out), pagesShown)]
	}
	return out
}
