package server

import (
	"relier/internal/domain"
	"relier/views"
)

// showRelianceMap is the picture of what rests on Microsoft: controls by services.
func (s *Server) showRelianceMap(c *Ctx) error {
	f := c.mapFilter()
	m, err := s.app.RelianceMap(c.Context(), c.Actor, c.Engagement, f)
	if err != nil {
		return err
	}
	shown, page := m.Page(c.PageNumber())
	at := c.At()
	p := views.MapProps{Map: shown, Pager: views.PagerProps{Page: page.Number, Total: m.Controls, Size: page.Limit()}, Filter: f, Gates: c.Query("gates") == "1", Path: c.Path(), Action: at.RelianceMap(), List: at.Reliances(), Themes: s.themes(c),
		Links: views.MapLinks{Reliance: at.mapReliance, Part: at.mapPart, Control: at.mapControl, Service: at.mapService}, Never: c.mapNever(m)}
	if c.mayPropose() {
		p.Links.Propose = at.ProposeReliances()
	}
	return c.Render(views.RelianceMap(c.Page(c.L.T("map.title", nil)), p))
}

// mapFilter is the map's state, read from its address.
func (c *Ctx) mapFilter() domain.MapFilter {
	return domain.MapFilter{Theme: c.Query("theme"), Service: queryID[domain.ServiceID](c, "service"), Rung: queryChoice(c, "rung", domain.Rungs),
		Gate: queryChoice(c, "gate", domain.Gates), State: queryChoice(c, "state", domain.MapStates), Party: queryChoice(c, "party", domain.Parties)}
}

// mapNever says what a map needs first: controls, and services in use.
func (c *Ctx) mapNever(m domain.RelianceMap) *views.EmptyProps {
	switch {
	case m.Total == 0:
		return &views.EmptyProps{Title: c.L.T("map.no_controls", nil), Text: c.L.T("map.no_controls_text", nil), Href: c.At().Controls(), Action: c.L.T("reliance.never_do", nil),
			Example: c.L.T("controls.never_example", nil)}
	case len(m.InUse) == 0:
		return &views.EmptyProps{Title: c.L.T("map.no_services", nil), Text: c.L.T("map.no_services_text", nil), Href: c.At().Services(), Action: c.L.T("control.no_services_do", nil),
			Example: c.L.T("service.empty_example", nil)}
	}
	return nil
}
