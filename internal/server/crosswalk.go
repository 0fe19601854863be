package server

import (
	"relier/internal/app"
	"relier/internal/domain"
	"relier/views"
)

// showCrosswalk lists the rows that join the two editions, with what is disputed.
func (s *Server) showCrosswalk(c *Ctx) error {
	disputes, err := s.app.Disputes(c.Context(), c.Actor)
	if err != nil {
		return err
	}
	p := views.CrosswalkProps{Path: c.Path(), Action: c.At().Crosswalk(), Disputes: c.At().Disputes(), Query: c.queryWords(),
		Relation: queryChoice(c, "relation", domain.Relations), Level: queryChoice(c, "level", views.CrosswalkLevels), Disputed: c.Query("disputed") == "1"}
	open := map[string]domain.Dispute{}
	for _, v := range disputes {
		if v.Open() {
			p.Open++ // of every subject: the button leads to them all
		}
		if v.Open() && v.Subject == domain.DisputeCrosswalk {
			open[v.From+" "+v.To] = v
		}
	}
	var rows []views.CrosswalkLine
	for _, r := range s.app.Crosswalk() {
		line := s.crosswalkLine(c, r, open)
		if (p.Relation == "" || r.Relation == p.Relation) && (p.Level == "" || r.Level == p.Level) && (!p.Disputed || line.Dispute != nil) && app.Mentions(line.Text(), p.Query) {
			rows = append(rows, line)
		}
	}
	p.List = domain.Slice(rows, c.ListPage())
	return c.Render(views.CrosswalkPage(c.Page(c.L.T("crosswalk.title", nil)), p))
}

// crosswalkLine is a row with both titles and what the reader may do about it.
func (s *Server) crosswalkLine(c *Ctx, r domain.CrosswalkRow, open map[string]domain.Dispute) views.CrosswalkLine {
	lang := c.L.Lang()
	line := views.CrosswalkLine{Row: r, FromTitle: s.app.RequirementTitle(domain.Ref{Edition: domain.Edition2013, Code: r.From}).In(lang),
		ToTitle: s.app.RequirementTitle(domain.Ref{Edition: domain.Edition2022, Code: r.To}).In(lang)}
	if d, disputed := open[r.From+" "+r.To]; disputed {
		line.Dispute, line.Href = &d, c.At().Dispute(d.ID)
	} else if c.Actor.Can(domain.ActDispute) {
		line.Href = c.At().NewDispute(domain.Dispute{Subject: domain.DisputeCrosswalk, From: r.From, To: r.To}, 0, 0)
	}
	return line
}
