package server

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"relier/internal/domain"
	"relier/web"
)

// serveStatic answers a file whose address carries the hash of its content, so
// browsers may keep it for ever.
func (s *Server) serveStatic(c *Ctx) error {
	body, contentType, gzipped, ok := web.Lookup(c.fiber.Path())
	if !ok {
		return domain.NotFound("file")
	}
	c.fiber.Set(fiber.HeaderCacheControl, "public, max-age=31536000, immutable")
	c.fiber.Set(fiber.HeaderContentType, contentType)
	if gzipped != nil {
		c.fiber.Set(fiber.HeaderVary, fiber.HeaderAcceptEncoding)
		if strings.Contains(c.header(fiber.HeaderAcceptEncoding), "gzip") {
			c.fiber.Set(fiber.HeaderContentEncoding, "gzip")
			body = gzipped
		}
	}
	return c.fiber.Send(body)
}

// showHealth says that the process answers and its database does.
func (s *Server) showHealth(c *Ctx) error {
	if _, err := s.app.NeedsSetUp(c.ctx); err != nil {
		return err
	}
	return c.fiber.SendString("ok\n")
}
