package server_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"testing"

	"relier/internal/server"
)

// TestPages_TravelCompressed: whoever accepts gzip gets the same page in a
// fraction of the bytes, and nobody else does.
func TestPages_TravelCompressed(t *testing.T) {
	t.Parallel()
	s := open(t, server.Config{})
	s.organization(s.person("ada@example.org"), "north")
	v := s.signedIn("ada@example.org")
	get := func(path, accept string) (*page, []byte) {
		t.Helper()
		v.header.Set("Accept-Encoding", accept) // set by hand, so the client decodes nothing
		p := v.get(path)
		if p.header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("%s with %q varies by %q", path, accept, p.header.Get("Vary"))
		}
		return p, p.body
	}
	_, plain := get("/o/north/people", "identity")
	for accept, want := range map[string]bool{"gzip": true, "br, GZip;q=0.5": true, "gzip;q=0": false, "x-gzip, br": false, "": false, "gzip;q=much": false} {
		answer, body := get("/o/north/people", accept)
		if got := answer.header.Get("Content-Encoding") == "gzip"; got != want {
			t.Errorf("%q: compressed %v", accept, got)
			continue
		}
		if want {
			if len(body) > len(plain)/2 {
				t.Errorf("%d of %d bytes", len(body), len(plain))
			}
			unpacked, err := gzip.NewReader(bytes.NewReader(body))
			s.must(err)
			body, err = io.ReadAll(unpacked)
			s.must(err)
		}
		if !bytes.Equal(body, plain) {
			t.Errorf("%q gives another page", accept)
		}
	}
	one, first := get("/o/nowhere", "gzip")
	two, second := get("/o/elsewhere", "gzip")
	if one.status != http.StatusNotFound || two.status != http.StatusNotFound || !bytes.Equal(first, second) {
		t.Error("what is missing answers in different bytes")
	}
}
