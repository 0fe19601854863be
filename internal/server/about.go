package server

import "relier/views"

// showAbout credits the sources of the reference data.
func (s *Server) showAbout(c *Ctx) error {
	return c.Render(views.AboutPage(c.Page(c.L.T("about.title", nil)), s.app.Attributions()))
}
