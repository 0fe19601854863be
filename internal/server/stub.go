package server

import "relier/internal/domain"

func stub(*Ctx) error { return domain.NotFound("page") }

func (s *Server) showHome(c *Ctx) error            { return stub(c) }
func (s *Server) showSetUp(c *Ctx) error           { return stub(c) }
func (s *Server) setUp(c *Ctx) error               { return stub(c) }
func (s *Server) showSignIn(c *Ctx) error          { return stub(c) }
func (s *Server) signIn(c *Ctx) error              { return stub(c) }
func (s *Server) signOut(c *Ctx) error             { return stub(c) }
func (s *Server) showAbout(c *Ctx) error           { return stub(c) }
func (s *Server) showStart(c *Ctx) error           { return stub(c) }
func (s *Server) loadSample(c *Ctx) error          { return stub(c) }
func (s *Server) showNewOrganization(c *Ctx) error { return stub(c) }
func (s *Server) createOrganization(c *Ctx) error  { return stub(c) }
func (s *Server) showOrganization(c *Ctx) error    { return stub(c) }
func (s *Server) showPeople(c *Ctx) error          { return stub(c) }
func (s *Server) addPerson(c *Ctx) error           { return stub(c) }
func (s *Server) removePerson(c *Ctx) error        { return stub(c) }
func (s *Server) showNewEngagement(c *Ctx) error   { return stub(c) }
func (s *Server) createEngagement(c *Ctx) error    { return stub(c) }
func (s *Server) showRemoveSample(c *Ctx) error    { return stub(c) }
func (s *Server) removeSample(c *Ctx) error        { return stub(c) }
func (s *Server) showDashboard(c *Ctx) error       { return stub(c) }
func (s *Server) showTasks(c *Ctx) error           { return stub(c) }
func (s *Server) showEngagement(c *Ctx) error      { return stub(c) }
func (s *Server) saveEngagement(c *Ctx) error      { return stub(c) }
func (s *Server) moveEngagement(c *Ctx) error      { return stub(c) }
func (s *Server) showActivity(c *Ctx) error        { return stub(c) }
