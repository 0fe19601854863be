package scan_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"relier/internal/domain"
	"relier/internal/scan"
)

// eicar is the file that every scanner takes for a virus and that is none, put
// together here so that this file is not taken for one.
const eicar = `X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR` + `-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*`

// script is a scanner of a few lines.
func script(t *testing.T, body string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "scanner.sh")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+body), 0o700); err != nil {
		t.Fatal(err)
	}
	return "sh " + path // a program just written may still be open for writing in a fork
}

func TestCommand_Scan(t *testing.T) {
	t.Parallel()
	stdin := script(t, `if grep -q EICAR; then echo "Eicar-Signature"; exit 1; fi`)
	path := script(t, `if grep -q EICAR "$2"; then echo "Eicar by path"; exit 1; fi`)
	broken := script(t, "exit 2")
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte(eicar), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		what, command, content string
		want                   domain.ScanVerdict
		threat                 string
	}{
		{"clean", stdin, "harmless", domain.ScanClean, ""},
		{"infected", stdin, eicar, domain.ScanInfected, "Eicar-Signature"},
		{"by its path", path + " -q {}", "", domain.ScanInfected, "Eicar by path"},
		{"a scanner that fails", broken, "harmless", "", ""},
	} {
		t.Run(c.what, func(t *testing.T) {
			s, err := scan.NewCommand(c.command)
			if err != nil {
				t.Fatal(err)
			}
			var in io.Reader = strings.NewReader(c.content)
			if c.content == "" {
				f, err := os.Open(file)
				if err != nil {
					t.Fatal(err)
				}
				defer f.Close()
				in = f
			}
			got, err := s.Scan(t.Context(), in)
			if got.Verdict != c.want || got.Threat != c.threat || (c.want == "") != errors.Is(err, scan.ErrNoVerdict) {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
	if _, err := scan.NewCommand("/no/such/scanner"); err == nil {
		t.Error("a scanner that is not there was taken")
	}
}

// clamd is ClamAV's daemon in the parts that are spoken to.
func clamd(t *testing.T, say string) string {
	t.Helper()
	ln, err := net.Listen("unix", filepath.Join(t.TempDir(), "clamd.sock"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ln.Close() })
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				in := bufio.NewReader(c)
				switch command, _ := in.ReadString(0); command {
				case "zVERSION\x00":
					_, _ = io.WriteString(c, "ClamAV 1.4.2/27000\x00")
					return
				case "zINSTREAM\x00":
				default:
					_, _ = io.WriteString(c, "UNKNOWN COMMAND\x00")
					return
				}
				var got bytes.Buffer
				for {
					var n uint32
					if err := binary.Read(in, binary.BigEndian, &n); err != nil || n == 0 {
						break
					}
					_, _ = io.CopyN(&got, in, int64(n))
				}
				switch {
				case say != "":
					_, _ = io.WriteString(c, say)
				case strings.Contains(got.String(), "EICAR"):
					_, _ = io.WriteString(c, "stream: Eicar-Signature FOUND\x00")
				default:
					_, _ = io.WriteString(c, "stream: OK\x00")
				}
			}()
		}
	}()
	return "unix:" + ln.Addr().String()
}

func TestClamd_Scan(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		what, say, content string
		want               domain.ScanVerdict
	}{
		{"clean", "", strings.Repeat("harmless ", 100_000), domain.ScanClean},
		{"infected", "", strings.Repeat(" ", 300_000) + eicar, domain.ScanInfected},
		{"too large for it", "INSTREAM size limit exceeded. ERROR\x00", "harmless", ""},
	} {
		t.Run(c.what, func(t *testing.T) {
			s, err := scan.NewClamd(clamd(t, c.say))
			if err != nil {
				t.Fatal(err)
			}
			got, err := s.Scan(t.Context(), strings.NewReader(c.content))
			if got.Verdict != c.want || (c.want == "") != errors.Is(err, scan.ErrNoVerdict) {
				t.Errorf("got %+v, %v", got, err)
			}
			if got.Engine != "ClamAV 1.4.2/27000" {
				t.Errorf("by %q", got.Engine)
			}
		})
	}
	s, _ := scan.NewClamd("tcp:127.0.0.1:1")
	if _, err := s.Scan(t.Context(), strings.NewReader("x")); !errors.Is(err, scan.ErrNoVerdict) {
		t.Errorf("without a daemon: %v", err)
	}
	for _, wrong := range []string{"", "/run/clamd", "http://x", "unix:"} {
		if _, err := scan.NewClamd(wrong); err == nil {
			t.Errorf("%q was taken for an address", wrong)
		}
	}
}
