package server_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"relier/internal/domain"
	"relier/internal/scan"
)

// guess is a scanner for tests: it finds a virus where the file says so, and
// gives no verdict where the file asks for none.
type guess struct{}

func (guess) Scan(_ context.Context, file io.Reader) (domain.Scan, error) {
	b, err := io.ReadAll(file)
	switch {
	case err != nil:
		return domain.Scan{}, err
	case strings.Contains(string(b), "VIRUS"):
		return domain.Scan{Verdict: domain.ScanInfected, Engine: "Guess 1.0", Threat: "Test-Virus"}, nil
	case strings.Contains(string(b), "SILENCE"):
		return domain.Scan{Engine: "Guess 1.0"}, scan.ErrNoVerdict
	}
	return domain.Scan{Verdict: domain.ScanClean, Engine: "Guess 1.0"}, nil
}

func TestScan_BeforeAFileCounts(t *testing.T) {
	t.Parallel()
	s := openLibrary(t)
	s.app.ScanWith(guess{}, true)

	p := s.upload(north+"/evidence", fields(), named{"clean.txt", []byte("harmless")}).want(http.StatusSeeOther)
	if facts := s.first(p).text("main"); !strings.Contains(facts, "nothing found") || !strings.Contains(facts, "Guess 1.0") {
		t.Errorf("the item does not tell of its scan: %q", facts)
	}

	kept := s.blobs()
	p = s.upload(north+"/evidence", fields(), named{"invoice.txt", []byte("a VIRUS")}).want(http.StatusUnprocessableEntity)
	if text := p.text("main"); !strings.Contains(text, "Test-Virus") || !strings.Contains(text, "invoice.txt") {
		t.Errorf("the refusal says %q", text)
	}
	if s.items() != 1 || s.blobs() != kept {
		t.Errorf("%d items, %d files: something of it was kept", s.items(), s.blobs())
	}
	log := s.get(north + "/activity").text("#activity")
	if !strings.Contains(log, "malware scanner refused") || !strings.Contains(log, "invoice.txt") || !strings.Contains(log, "Test-Virus") {
		t.Errorf("the refusal is not on record: %q", log)
	}

	if p = s.upload(north+"/evidence", fields(), named{"later.txt", []byte("SILENCE")}).want(http.StatusServiceUnavailable); !strings.Contains(p.text("main"), "Try again") || s.items() != 1 {
		t.Errorf("without a verdict: %q", p.text("main"))
	}
	s.app.ScanWith(guess{}, false)
	if facts := s.first(s.upload(north+"/evidence", fields(), named{"later.txt", []byte("SILENCE")})).text("main"); !strings.Contains(facts, "not scanned") {
		t.Errorf("what was not scanned is not marked: %q", facts)
	}

	// A file that came in pieces is scanned all the same, and gone when refused.
	at := s.begin("pieces.txt", 7)
	s.patch(at, 0, []byte("a VIRUS")).want(http.StatusNoContent)
	if p := s.named("upload", token(at)); p.status != http.StatusUnprocessableEntity || !strings.Contains(string(p.body), "Test-Virus") {
		t.Errorf("in pieces: %d %s", p.status, p.body)
	}
	s.tus(http.MethodHead, at, nil).want(http.StatusNotFound)
}
