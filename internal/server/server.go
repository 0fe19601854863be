// Package server answers browsers: routes, sessions, forms, uploads, downloads,
// and the one place where an error becomes a page. Handlers parse, call one
// use-case of package app, and render or redirect; README.md shows how.
package server

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"relier/internal/app"
	"relier/internal/config"
	"relier/internal/domain"
)

// Config is what the server needs beside the use-cases.
type Config struct {
	config.Config
	Version    string       // of the program, in the footer
	Log        *slog.Logger // nil: the default logger
	SetUpKey   string       // opens /set-up while nobody has an account; "" never does
	DemoToken  string       // signs in to the sample on a loopback address; "" never does
	LoadSample func(context.Context, domain.Person) (orgCode string, err error)
	Timeouts   Timeouts
}

// Timeouts are the deadlines of a connection's phases. fasthttp's own are
// absolute, so while a body streams either way the deadline is set anew with
// each stretch of progress.
type Timeouts struct {
	Header   time.Duration // to send a request's head
	Idle     time.Duration // between requests
	Progress time.Duration // for each progressLeast bytes of a body, and each write
	Handler  time.Duration // for a use-case of a route that is not Slow
}

// progressLeast is how many bytes must arrive per Timeouts.Progress: about
// 1 KiB a second, slower than any real link and faster than a slow-body attack.
const progressLeast = 32 << 10

func (t Timeouts) withDefaults() Timeouts {
	for _, d := range []struct {
		set   *time.Duration
		usual time.Duration
	}{{&t.Header, 15 * time.Second}, {&t.Idle, 60 * time.Second}, {&t.Progress, 30 * time.Second}, {&t.Handler, 30 * time.Second}} {
		if *d.set == 0 {
			*d.set = d.usual
		}
	}
	return t
}

// Server answers HTTP requests with the use-cases of one App.
type Server struct {
	app    *app.App
	config Config
	log    *slog.Logger
	fiber  *fiber.App
	routes map[string]Route // by name
	pages  []Route          // those that answer a GET, in the order they are tried

	closing  sync.Once
	closed   chan struct{} // Shutdown has waited for what was in flight
	closeErr error
}

// New builds the server and its routes; it does not listen yet.
func New(a *app.App, cfg Config) *Server {
	cfg.Timeouts = cfg.Timeouts.withDefaults()
	s := &Server{app: a, config: cfg, log: cfg.Log, routes: map[string]Route{}, closed: make(chan struct{})}
	if s.log == nil {
		s.log = slog.Default()
	}
	s.fiber = fiber.New(fiber.Config{
		AppName:                      "Relier",
		DisableStartupMessage:        true,
		Immutable:                    true, // request strings outlive the request otherwise changed
		StreamRequestBody:            true,
		DisablePreParseMultipartForm: true,
		BodyLimit:                    1, // bytes read before authorization, the least it can do; the limits are ours
		ReadBufferSize:               16 << 10,
		ReadTimeout:                  cfg.Timeouts.Header,
		WriteTimeout:                 cfg.Timeouts.Progress,
		IdleTimeout:                  cfg.Timeouts.Idle,
		EnableTrustedProxyCheck:      true, // of nobody: X-Forwarded-Host and -Proto are never believed
		StrictRouting:                true,
		CaseSensitive:                true,
		ErrorHandler:                 s.unrouted,
	})
	s.fiber.Server().CloseOnShutdown = true
	for _, r := range Routes() {
		s.routes[r.Name] = r
		if r.Method == fiber.MethodGet {
			s.pages = append(s.pages, r)
			s.fiber.Head(r.Path, s.serve(r))
		}
		s.fiber.Add(r.Method, r.Path, s.serve(r))
	}
	s.fiber.Handler() // builds the routing tree
	return s
}

// Handler answers a single request, for tests without a listener.
func (s *Server) Handler() fasthttp.RequestHandler { return s.fiber.Handler() }

// Listen serves the address of the configuration until Shutdown.
func (s *Server) Listen(addr string) error {
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	return s.Serve(ln)
}

// Serve answers on a listener. It returns after Shutdown, once what was in
// flight has ended.
func (s *Server) Serve(ln net.Listener) error {
	if err := s.fiber.Listener(listener{ln}); err != nil {
		return err
	}
	<-s.closed
	return s.closeErr
}

// Shutdown stops accepting, lets requests in flight end, uploads among them,
// and gives up when ctx does.
func (s *Server) Shutdown(ctx context.Context) error {
	s.closing.Do(func() {
		s.closeErr = s.fiber.ShutdownWithContext(ctx)
		close(s.closed)
	})
	<-s.closed
	return s.closeErr
}

// isTimeout reports whether err is a deadline that passed.
func isTimeout(err error) bool {
	var t net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &t) && t.Timeout()
}
