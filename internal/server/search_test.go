package server_test

import (
	"net/http"
	"strings"
	"testing"
)

func TestSearch_FindsControlsAndEvidence(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	backup := a.control("A.8.13", "Backups of the tills", "A.8.13")
	a.control("A.7.1", "Perimeters", "A.7.1")
	a.proof(a.actor, "Log of the backups", backup.ID)

	if action := a.get(north).doc().Find("form.search").AttrOr("action", ""); action != north+"/search" {
		t.Fatalf("the field of the top bar leads to %q", action)
	}
	for query, want := range map[string]struct{ controls, evidence, says string }{
		"q=backup":  {"A.8.13", "EV-", "that say “backup”"},
		"q=A.7.1":   {"A.7.1", "", "that say “A.7.1”"},
		"q=log+of":  {"", "EV-", "that say “log of”"},
		"q=walrus":  {"", "", "No control and no evidence says “walrus”"},
		"":          {"", "", "Type words or a number"},
		"q=%3Cb%3E": {"", "", "says “<b>”"},
	} {
		p := a.get(north + "/search?" + query).want(http.StatusOK)
		if got := p.text("#found-controls tbody .mono"); got != want.controls {
			t.Errorf("%s finds the controls %q, want %q", query, got, want.controls)
		}
		if got := p.text("#found-evidence tbody .mono"); !strings.HasPrefix(got, want.evidence) || want.evidence == "" && got != "" {
			t.Errorf("%s finds the evidence %q, want %q", query, got, want.evidence)
		}
		if got := p.text(".head"); !strings.Contains(got, want.says) {
			t.Errorf("%s says %q, want %q", query, got, want.says)
		}
	}
}
