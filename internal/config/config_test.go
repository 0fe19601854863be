package config_test

import (
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"relier/internal/config"
)

func read(t *testing.T, env map[string]string, args ...string) (config.Config, error) {
	t.Helper()
	flags := flag.NewFlagSet("serve", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	return config.Read(flags, args, func(k string) string { return env[k] })
}

func TestRead_Precedence(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := "# ours\naddr = 127.0.0.1:1\nmax-upload = 1\ntrusted-proxies = 10.0.0.0/8, 192.0.2.0/24\n"
	if err := os.WriteFile(filepath.Join(dir, config.FileName), []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := read(t, map[string]string{"RELIER_ADDR": "127.0.0.1:2", "RELIER_MAX_UPLOAD": "2", "RELIER_DATA": dir}, "--addr", "127.0.0.1:3")
	if err != nil {
		t.Fatal(err)
	}
	if c.Addr != "127.0.0.1:3" || c.MaxUpload != 2 || c.Data != dir || len(c.TrustedProxies) != 2 {
		t.Errorf("got %+v", c)
	}
}

func TestRead_Default(t *testing.T) {
	t.Parallel()
	c, err := read(t, nil, "--data", t.TempDir())
	if err != nil || c.Addr != "127.0.0.1:8080" || c.MaxUpload != 5<<30 || c.BaseURL != nil {
		t.Errorf("got %+v, %v", c, err)
	}
}

func TestRead_Refuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	bad := t.TempDir()
	if err := os.WriteFile(filepath.Join(bad, config.FileName), []byte("adr = x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, args := range map[string][]string{
		"open to other machines": {"--data", dir, "--addr", "0.0.0.0:80"},
		"must begin with https":  {"--data", dir, "--base-url", "http://relier.example.org"},
		"without a path":         {"--data", dir, "--base-url", "https://example.org/relier"},
		"number of bytes":        {"--data", dir, "--max-upload", "5 GB"},
		"as a network":           {"--data", dir, "--trusted-proxies", "10.0.0.1"},
		"line 1":                 {"--data", bad},
	} {
		if _, err := read(t, nil, args...); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%v: got %v, want one that says %q", args, err, name)
		}
	}
}

func TestLoopback(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]bool{
		"127.0.0.1:80": true, "localhost": true, "LOCALHOST:1": true, "[::1]:80": true, "[::1]": true, "127.9.9.9": true,
		"0.0.0.0:80": false, ":8080": false, "relier.example.org": false, "localhost.example.org": false, "127.0.0.1.nip.io": false,
	} {
		if got := config.Loopback(host); got != want {
			t.Errorf("Loopback(%q) = %v", host, got)
		}
	}
}
