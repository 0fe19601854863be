package server

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"relier/internal/app"
	"relier/internal/domain"
	"relier/internal/i18n"
)

// Ctx is one request, as handlers see it: who asks, where, and the few ways to
// read and answer that are safe here. It hides fiber's own, some of which read
// bodies without a limit or redirect anywhere.
type Ctx struct {
	L          *i18n.Localizer
	Person     domain.Person       // zero: nobody is signed in
	Actor      domain.Actor        // for routes InOrg
	Org        domain.Organization // for routes InOrg
	Engagement domain.Engagement   // for routes with an engagement in their path

	fiber  *fiber.Ctx
	server *Server
	route  Route
	id     string      // of the request, in logs and on the page of a failure
	token  string      // of the session
	on     domain.Date // the day the page shows; zero: today
	ctx    context.Context
	cancel context.CancelFunc
	body   *body
	start  time.Time

	catalogue *app.CatalogueInUse // read on first use
}

func (s *Server) begin(f *fiber.Ctx, r Route) *Ctx {
	c := &Ctx{fiber: f, server: s, route: r, id: requestID(), start: time.Now(), cancel: func() {}}
	c.ctx = context.Background()
	if !r.Slow {
		c.ctx, c.cancel = context.WithTimeout(c.ctx, s.config.Timeouts.Handler)
	}
	c.body = newBody(f.Context(), s.config.Timeouts.Progress)
	c.L = i18n.For(c.language())
	c.secure()
	return c
}

func requestID() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// end closes the connection over an unread body, and logs the request without
// anything that a person typed.
func (c *Ctx) end() {
	defer c.cancel()
	if !c.body.done() {
		c.fiber.Context().SetConnectionClose()
		if k, ok := c.fiber.Context().Conn().(*conn); ok {
			k.unread.Store(true)
		}
	}
	level := slog.LevelInfo
	if c.route.Bare {
		level = slog.LevelDebug
	}
	c.server.log.Log(c.ctx, level, "request", "id", c.id, "method", c.Method(), "route", c.route.Name,
		"status", c.fiber.Response().StatusCode(), "ms", time.Since(c.start).Milliseconds(),
		"person", int64(c.Person.ID), "org", int64(c.Org.ID))
}

// Context ends with the request's time limit; a Slow route has none.
func (c *Ctx) Context() context.Context { return c.ctx }

// Method is GET, HEAD or POST.
func (c *Ctx) Method() string { return c.fiber.Method() }

// Param is a part of the path, by its name in the route.
func (c *Ctx) Param(name string) string { return c.fiber.Params(name) }

// Query is a parameter of the address; a list reads its state from these.
func (c *Ctx) Query(name string) string { return c.fiber.Query(name) }

// Path is the address of this page with its query, for forms that come back.
func (c *Ctx) Path() string { return string(c.fiber.Context().RequestURI()) }

// PageNumber is the page of a list that the address asks for, at least 1.
func (c *Ctx) PageNumber() int {
	n, err := strconv.Atoi(c.Query("page"))
	if err != nil || n < 1 || n > 1_000_000 {
		return 1
	}
	return n
}

// ListPage is the page of a list that the address asks for: rows=all asks for
// as many rows as one page may hold.
func (c *Ctx) ListPage() domain.Page {
	p := domain.Page{Number: c.PageNumber()}
	if c.Query("rows") == "all" {
		p.Size = domain.AllRows
	}
	return p
}

// At is where this request is, for building addresses.
func (c *Ctx) At() Place { return Place{c.Org.Code, c.Engagement.Code} }

func (c *Ctx) header(name string) string { return c.fiber.Get(name) }

// pathID reads a number from the path; anything else lives at no address.
func pathID[T ~int64](c *Ctx, name string, noun domain.Noun) (T, error) {
	n, err := strconv.ParseInt(c.Param(name), 10, 64)
	if err != nil || n <= 0 || strconv.FormatInt(n, 10) != c.Param(name) {
		return 0, domain.NotFound(string(noun))
	}
	return T(n), nil
}

// Render answers with a page.
func (c *Ctx) Render(page templ.Component) error { return c.RenderStatus(fiber.StatusOK, page) }

// RenderStatus renders to a buffer first: a page that fails half way sends nothing.
func (c *Ctx) RenderStatus(status int, page templ.Component) error {
	var b bytes.Buffer
	if err := page.Render(c.ctx, &b); err != nil {
		return err
	}
	body := b.Bytes()
	if c.on != 0 {
		body = c.keepDay(body)
	}
	c.fiber.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	return c.fiber.Status(status).Send(c.compressed(body))
}

// compressFrom is the size in bytes from which a page is worth compressing:
// below, it travels in as few packets either way.
const compressFrom = 4096

// compressed gives the body of a page as its reader takes it: pages are mostly
// the same few tags, and lose nine tenths even at the cheapest level. The same
// page always gives the same bytes.
func (c *Ctx) compressed(body []byte) []byte {
	c.fiber.Vary(fiber.HeaderAcceptEncoding)
	if len(body) < compressFrom || !acceptsGzip(c.header(fiber.HeaderAcceptEncoding)) {
		return body
	}
	c.fiber.Set(fiber.HeaderContentEncoding, "gzip")
	return fasthttp.AppendGzipBytesLevel(make([]byte, 0, len(body)/6), body, fasthttp.CompressBestSpeed)
}

// acceptsGzip reads Accept-Encoding (RFC 9110, 12.5.3); a weight of zero refuses.
func acceptsGzip(accept string) bool {
	for _, one := range strings.Split(accept, ",") {
		coding, weight, _ := strings.Cut(one, ";")
		if !strings.EqualFold(strings.TrimSpace(coding), "gzip") {
			continue
		}
		_, q, weighed := strings.Cut(weight, "=")
		n, err := strconv.ParseFloat(strings.TrimSpace(q), 64)
		return !weighed || err == nil && n > 0
	}
	return false
}

// Redirect answers a form with the page to look at next, and the key of a
// sentence to show there ("notice.…", or "").
func (c *Ctx) Redirect(path, notice string) error { return c.redirect(path, notice, -1) }

// RedirectCount is Redirect with a sentence that counts.
func (c *Ctx) RedirectCount(path, notice string, count int) error {
	return c.redirect(path, notice, count)
}

func (c *Ctx) redirect(path, notice string, count int) error {
	if notice != "" {
		c.setNotice(notice, count)
	}
	c.fiber.Set(fiber.HeaderLocation, safeBack(path))
	return c.fiber.SendStatus(fiber.StatusSeeOther)
}
