package domain

import (
	"slices"
	"time"
)

// DisputeSubject is what somebody disagrees with.
type DisputeSubject string

const (
	DisputeCrosswalk DisputeSubject = "crosswalk" // a row of the crosswalk: From is its 2013 code, To its 2022 code
	DisputeProposal  DisputeSubject = "proposal"  // the proposed split of a requirement: From is the edition, To the code
)

// DisputeSubjects lists the subjects.
var DisputeSubjects = []DisputeSubject{DisputeCrosswalk, DisputeProposal}

// Dispute is a person's note that a row of the reference data is wrong for
// their organization. As long as it is open the row carries nothing: no
// reliance passes G3 through a disputed row, and a disputed proposal is
// confirmed only with a reason.
type Dispute struct {
	ID         DisputeID      `json:"id"`
	Org        OrgID          `json:"org"`
	Subject    DisputeSubject `json:"subject"`
	From       string         `json:"from"`
	To         string         `json:"to"`
	Note       string         `json:"note"`
	RaisedBy   PersonID       `json:"raised_by"`
	RaisedAt   time.Time      `json:"raised_at"`
	SettledBy  PersonID       `json:"settled_by"`
	SettledAt  time.Time      `json:"settled_at"`
	Settlement string         `json:"settlement"` // how it was settled, in words
	Version    int            `json:"version"`
}

// Open reports whether nobody has settled the dispute.
func (d Dispute) Open() bool { return d.SettledBy == 0 }

// Check reports every field that breaks a rule. Whether the row exists is
// checked against the catalogue by the caller.
func (d Dispute) Check() error {
	var f FieldErrors
	if !slices.Contains(DisputeSubjects, d.Subject) {
		f.Add("subject", "error.choice", nil)
	}
	CheckText(&f, "note", d.Note, 1, 2000)
	least := 0
	if !d.Open() {
		least = 1
	}
	CheckText(&f, "settlement", d.Settlement, least, 2000)
	return f.Err()
}

// Rank orders disputes: what is open comes first.
func (d Dispute) Rank() int {
	if d.Open() {
		return 0
	}
	return 1
}

// Label names the row in records: "2013 A.9.2.5 → 2022 A.5.18", "2022 A.8.13".
func (d Dispute) Label() string {
	if d.Subject == DisputeProposal {
		return Ref{Edition(d.From), d.To}.String()
	}
	to := Ref{Edition2022, d.To}.String()
	if d.From == "" {
		return to
	}
	return Ref{Edition2013, d.From}.String() + " → " + to
}

// SameRow reports whether two disputes are about the same row.
func (d Dispute) SameRow(o Dispute) bool {
	return d.Subject == o.Subject && d.From == o.From && d.To == o.To
}

// DisputedProposals tells the requirements whose proposed split is disputed.
func DisputedProposals(all []Dispute) map[Ref]Dispute {
	out := map[Ref]Dispute{}
	for _, d := range all {
		if d.Subject == DisputeProposal && d.Open() {
			out[Ref{Edition(d.From), d.To}] = d
		}
	}
	return out
}
