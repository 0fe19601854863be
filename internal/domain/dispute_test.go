package domain_test

import (
	"strings"
	"testing"

	"relier/internal/domain"
)

func TestDispute_Check(t *testing.T) {
	sound := domain.Dispute{Subject: domain.DisputeCrosswalk, From: "A.11.1.1", To: "A.7.1", Note: "covers half of it"}
	for _, c := range []struct {
		name   string
		change func(*domain.Dispute)
		field  string
	}{
		{"raised with a note", func(*domain.Dispute) {}, ""},
		{"without a note", func(d *domain.Dispute) { d.Note = "" }, "note"},
		{"a note too long", func(d *domain.Dispute) { d.Note = strings.Repeat("x", 2001) }, "note"},
		{"of an unknown kind", func(d *domain.Dispute) { d.Subject = "weather" }, "subject"},
		{"settled without words", func(d *domain.Dispute) { d.SettledBy = 3 }, "settlement"},
		{"settled with words", func(d *domain.Dispute) { d.SettledBy, d.Settlement = 3, "read again: whole" }, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := sound
			c.change(&d)
			err := d.Check()
			if c.field == "" && err != nil || c.field != "" && (err == nil || !strings.Contains(err.Error(), c.field+"=")) {
				t.Errorf("got %v, want an error on %q", err, c.field)
			}
		})
	}
}

// Only open disputes of proposals keep a proposal from being taken unseen.
func TestDispute_OfProposals(t *testing.T) {
	got := domain.DisputedProposals([]domain.Dispute{
		{ID: 1, Subject: domain.DisputeProposal, From: "2022", To: "A.7.1"},
		{ID: 2, Subject: domain.DisputeProposal, From: "2022", To: "A.7.2", SettledBy: 3},
		{ID: 3, Subject: domain.DisputeCrosswalk, From: "A.11.1.1", To: "A.7.3"},
	})
	if len(got) != 1 || got[ref22("A.7.1")].ID != 1 {
		t.Errorf("got %v", got)
	}
}
