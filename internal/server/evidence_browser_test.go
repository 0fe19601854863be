package server_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"relier/internal/domain"
	"relier/internal/testkit/chromium"
)

// Files go up in a browser, one by one with scripts and all at once without,
// and both end on the page of what was added.
func TestEvidence_UploadInABrowser(t *testing.T) {
	for name, noScript := range map[string]bool{"with scripts": false, "without scripts": true} {
		t.Run(name, func(t *testing.T) {
			s := openLibrary(t)
			a, b := filepath.Join(t.TempDir(), "access review.csv"), filepath.Join(t.TempDir(), "revue d’accès.txt")
			s.must(os.WriteFile(a, pattern(5<<20), 0o600))
			s.must(os.WriteFile(b, []byte("revue"), 0o600))
			p := chromium.Open(t, strings.Replace(s.url, "127.0.0.1", "localhost", 1), chromium.Options{NoScript: noScript})
			p.Go("/sign-in")
			p.Fill("email", "ada@example.org")
			p.Fill("password", password)
			p.Press("main form button[type=submit]")
			p.Go(north + "/evidence/new")
			p.Fill("source", "Entra ID")
			p.Attach("file", a, b)
			p.Press("form.upload button[type=submit]")
			if !strings.HasPrefix(p.Path(), north+"/evidence/added?") {
				t.Fatalf("ended on %s", p.Path())
			}
			p.Says("#drafts", "2 drafts to complete")
			l, err := s.app.FindEvidence(t.Context(), s.actor, domain.EvidenceFilter{Sort: "title"})
			s.must(err)
			if l.Total != 2 || l.Rows[0].Evidence.Title != "access review" || l.Rows[0].Size != 5<<20 || l.Rows[1].Evidence.Source != "Entra ID" {
				t.Errorf("items %+v", l.Rows)
			}
		})
	}
}
