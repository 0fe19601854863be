package server

// Mount adds a route of a test's own.
func (s *Server) Mount(r Route) {
	s.routes[r.Name] = r
	s.fiber.Add(r.Method, r.Path, s.serve(r))
}

// What tests look at beside the routes.
var (
	SafeBack    = safeBack
	Disposition = disposition
	ParseSpan   = parseSpan
)

// Header is a header of the request.
func (c *Ctx) Header(name string) string { return c.header(name) }
