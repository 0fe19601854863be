package journey_test

import (
	"io"
	"log/slog"
	"net"
	"testing"
	"time"

	"relier/internal/config"
	"relier/internal/server"
	"relier/internal/testkit"
)

const setUpKey = "a-key-from-the-console"

// serve starts the real server on a loopback port of its own and returns its
// address. Mend changes the configuration before the start.
func serve(t *testing.T, kit *testkit.Kit, mend func(*server.Config)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	cfg := server.Config{Config: config.Default(), SetUpKey: setUpKey, Version: "test", Log: slog.New(slog.NewTextHandler(io.Discard, nil))}
	cfg.Addr = listener.Addr().String()
	if mend != nil {
		mend(&cfg)
	}
	s := server.New(kit.App, cfg)
	done := make(chan error, 1)
	go func() { done <- s.Serve(listener) }()
	t.Cleanup(func() {
		ctx, cancel := contextWithTimeout(10 * time.Second)
		defer cancel()
		_ = s.Shutdown(ctx) // a browser may keep its connections
		<-done
	})
	return "http://" + listener.Addr().String()
}
