package server

import (
	"context"
	"errors"
	"log/slog"
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"relier/internal/domain"
	"relier/internal/i18n"
	"relier/views"
)

var (
	errSignedOut = &domain.Error{Kind: domain.KindUnauthenticated, Key: "error.unauthenticated"}
	errHost      = &domain.Error{Kind: domain.KindNotFound, Key: "error.host"}
	errMethod    = &domain.Error{Kind: domain.KindInvalid, Key: "error.method"}
)

// statuses maps what went wrong to the status of the answer.
var statuses = map[domain.Kind]int{
	domain.KindInvalid:         fiber.StatusUnprocessableEntity,
	domain.KindUnauthenticated: fiber.StatusUnauthorized,
	domain.KindForbidden:       fiber.StatusForbidden,
	domain.KindNotFound:        fiber.StatusNotFound,
	domain.KindConflict:        fiber.StatusConflict,
	domain.KindTooLarge:        fiber.StatusRequestEntityTooLarge,
	domain.KindUnavailable:     fiber.StatusServiceUnavailable,
}

// fail is the one error mapper: a kind gives a status and a page whose sentence
// says what to do. Anything else is our fault, told in full to the log only.
func (s *Server) fail(c *Ctx, err error) {
	if err == errSignedOut && (c.Method() == fiber.MethodGet || c.Method() == fiber.MethodHead) {
		c.fiber.Set(fiber.HeaderLocation, pathSignIn+"?back="+url.QueryEscape(c.Path()))
		c.fiber.Status(fiber.StatusSeeOther)
		return
	}
	e, status := s.explain(c, err)
	c.fiber.Response().Reset()
	c.secure()
	if e.Kind == domain.KindUnavailable {
		c.fiber.Set(fiber.HeaderRetryAfter, strconv.Itoa(max(1, seconds(e.Args))))
	}
	if err := c.RenderStatus(status, c.errorPage(e)); err != nil {
		s.log.Error("error page", "id", c.id, "err", err)
		c.fiber.Status(fiber.StatusInternalServerError)
	}
}

// explain returns the error to show. A field's error stands for its form.
func (s *Server) explain(c *Ctx, err error) (*domain.Error, int) {
	e, ok := errors.AsType[*domain.Error](err)
	if !ok && (errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)) {
		e, ok = &domain.Error{Kind: domain.KindUnavailable, Key: "error.unavailable"}, true
	}
	if status, known := statuses[kindOf(e)]; ok && known {
		s.log.Log(c.ctx, slog.LevelInfo, "refused", "id", c.id, "kind", string(e.Kind), "key", e.Key, "cause", e.Err)
		return e, status
	}
	s.log.Error("failed", "id", c.id, "route", c.route.Name, "err", err)
	return &domain.Error{Key: "error.internal", Args: domain.Args{"RequestID": c.id}}, fiber.StatusInternalServerError
}

func kindOf(e *domain.Error) domain.Kind {
	if e == nil {
		return ""
	}
	return e.Kind
}

func seconds(args domain.Args) int {
	n, _ := args["Seconds"].(int)
	return n
}

// errorPage keeps the frame of the organization where the reader may see it.
// What is missing and what is somebody else's give the same bytes, so the page
// names no address.
func (c *Ctx) errorPage(e *domain.Error) templ.Component {
	title, p := "error.title.internal", views.Page{}
	props := views.ErrorPageProps{Kind: e.Kind, Text: views.ErrorText(c.L, e)}
	if e.Kind == "" {
		props.RequestID = c.id
	} else {
		title = titleOf(c.L, e)
		props.Title = title
	}
	if e.Kind == "" || e.Kind == domain.KindUnavailable || c.Org.ID == 0 {
		p = c.publicPage(c.L.T(title, nil))
	} else {
		p = c.Page(c.L.T(title, nil))
	}
	p.Path = pathHome
	if e.Kind == domain.KindNotFound {
		p.AsOf = nil // its form would lead to the address
	}
	props.Href, props.Action = c.wayOut()
	if c.notThatDay(e) {
		path, keep := c.withoutDay()
		props.Href, props.Action, props.OwnDay = withValues(path, keep), c.L.T("error.way.today", nil), true
	}
	return views.ErrorScreen(p, props)
}

// titleOf heads an error: those of one cause have a title of their own.
func titleOf(l *i18n.Localizer, e *domain.Error) string {
	key := "error.title." + string(e.Kind)
	if own := "error.title." + strings.TrimPrefix(e.Key, "error."); l.Has(own) {
		key = own
	}
	return key
}

// notThatDay reports whether the page itself is there, on another day.
func (c *Ctx) notThatDay(e *domain.Error) bool {
	return c.route.AsOf && c.Method() == fiber.MethodGet && c.Query(dayParam) != "" && strings.HasPrefix(e.Key, "error.as_of.")
}

// wayOut is the link under an error.
func (c *Ctx) wayOut() (href, label string) {
	switch {
	case c.Person.ID == 0:
		return pathSignIn, c.L.T("error.way.sign_in", nil)
	case c.Engagement.ID != 0:
		return c.At().Dashboard(), c.L.T("error.way.dashboard", nil)
	}
	return pathStart, c.L.T("error.way.start", nil)
}

// unrouted answers what no route does: fiber's and fasthttp's own errors.
func (s *Server) unrouted(f *fiber.Ctx, err error) error {
	c := s.begin(f, Route{Name: "none"})
	defer c.end()
	var fe *fiber.Error
	switch {
	case !errors.As(err, &fe):
		s.fail(c, err)
	case fe.Code == fiber.StatusMethodNotAllowed:
		s.fail(c, errMethod)
		f.Status(fe.Code)
	case fe.Code == fiber.StatusNotFound:
		if err := s.admitUnrouted(c); err != nil {
			s.fail(c, err)
			break
		}
		s.fail(c, domain.NotFound("page"))
	default: // a request that could not be read at all
		f.Response().Reset()
		c.secure()
		f.Context().SetConnectionClose()
		f.Status(fe.Code)
	}
	return nil
}

// admitUnrouted learns the reader's language; an address nobody serves asks for
// nothing else.
func (s *Server) admitUnrouted(c *Ctx) error {
	if !s.ourHost(c.host()) {
		return errHost
	}
	return s.recognise(c)
}

// FieldErrors reports whether a use-case refused what a form says, and puts it
// into words: the handler then shows the form again with what was typed.
func (c *Ctx) FieldErrors(err error) (views.FormErrors, bool) {
	switch domain.KindOf(err) {
	case domain.KindInvalid, domain.KindConflict:
		return views.NewFormErrors(c.L, err), true
	}
	return nil, false
}
