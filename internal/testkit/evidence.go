package testkit

import (
	"bytes"
	_ "embed"
	"fmt"
	"strconv"
	"strings"

	"relier/internal/blob"

	"relier/internal/app"
	"relier/internal/domain"
)

//go:embed data/evidence.tsv
var evidenceTable string

// evidenceLine is one line of data/evidence.tsv.
type evidenceLine struct {
	key         string
	ago         int    // days since its newest good version was taken and uploaded
	author      string // key of a person
	content     string // what fills it, see content.go; "note" or "link"
	file        string // name of the file, or the address of a link
	title       string
	source      string
	method      string
	sensitivity domain.Sensitivity
	from, to    int // days ago that it speaks for
	fate        string
	controls    []string
}

// Fates of an item: what happened to it after its upload.
const (
	fateAccepted  = "accepted"
	fateSubmitted = "submitted" // still waits for a reviewer
	fateDraft     = "draft"     // nobody submitted it
	fateReturned  = "returned"  // "returned:" and the reason
	fateTwo       = "two"       // returned once; its second version was accepted
	fateOld       = "old"       // accepted, yet it speaks for days before the audit period
	fateLapse     = "lapse"     // accepted, then followed by a version of the wrong period
)

func evidenceLines() []evidenceLine {
	var out []evidenceLine
	for _, row := range rows(evidenceTable, 12) {
		from, to, _ := strings.Cut(row[9], "..")
		out = append(out, evidenceLine{key: row[0], ago: number(row[1]), author: row[2], content: row[3], file: row[4],
			title: row[5], source: row[6], method: row[7], sensitivity: domain.Sensitivity(row[8]),
			from: number(from), to: number(to), fate: row[10], controls: list(row[11])})
	}
	return out
}

func number(cell string) int {
	n, err := strconv.Atoi(cell)
	if err != nil {
		panic(fmt.Sprintf("testkit: %q is not a number", cell))
	}
	return n
}

const (
	reviewedAfter = 3  // days from upload to review
	secondAfter   = 9  // days from a returned version to the next
	lapsedAgo     = 12 // days since the version of the wrong period came
)

// keeping says of some items how often they are renewed, or in how many days
// from now they go out of date.
var keeping = map[string]struct {
	cadence domain.Cadence
	ahead   int
}{
	"segregation": {ahead: -30}, "obligations": {ahead: 20},
	"patching": {cadence: domain.CadenceMonthly}, "badges": {cadence: domain.CadenceHalfYearly}, "training": {cadence: domain.CadenceYearly},
}

// onHold is the one item that nobody may delete, and heldAgo since how many days.
const onHold, heldAgo = "processing", 15

func (t *teller) hold() error {
	by := t.As("manager")
	v, err := t.app.Evidence(t.ctx, by, t.Evidence[onHold])
	if err != nil {
		return err
	}
	_, err = t.app.HoldEvidence(t.ctx, by, v.Item.ID, true, "Demande de la CNIL (exemple fictif) : rien de ce registre ne doit disparaître.", v.Item.Version)
	return err
}

// proofs uploads the evidence and reviews it.
func (t *teller) proofs() {
	t.on(heldAgo, "hold "+onHold, t.hold)
	for _, e := range t.evidence {
		fate, reason, _ := strings.Cut(e.fate, ":")
		first := e.ago
		if fate == fateTwo {
			first += secondAfter
		}
		t.on(min(first, beginsAgo-10), "upload "+e.key, func() error { return t.upload(e) })
		after := max(first-reviewedAfter, 2)
		switch fate {
		case fateReturned:
			t.on(after, "return "+e.key, func() error { return t.review(e, domain.ReviewReason(reason)) })
		case fateAccepted, fateOld, fateLapse:
			t.on(min(after, beginsAgo-12), "accept "+e.key, func() error { return t.review(e, "") })
		case fateTwo:
			t.on(after, "return "+e.key, func() error { return t.review(e, domain.ReasonIncomplete) })
			t.on(e.ago, "upload again "+e.key, func() error { return t.uploadAgain(e, e.period(t), e.ago) })
			t.on(max(e.ago-reviewedAfter, 2), "accept "+e.key, func() error { return t.review(e, "") })
		}
		if fate == fateLapse {
			old := domain.Period{From: t.day(430), To: t.day(341)}
			t.on(lapsedAgo, "upload again "+e.key, func() error { return t.uploadAgain(e, old, lapsedAgo) })
			t.on(lapsedAgo-reviewedAfter, "return "+e.key, func() error { return t.review(e, domain.ReasonWrongPeriod) })
		}
	}
}

func (e evidenceLine) kind() domain.EvidenceKind {
	switch e.content {
	case "note":
		return domain.EvidenceNote
	case "link":
		return domain.EvidenceLink
	}
	return domain.EvidenceFile
}

// period is what the item speaks for; a draft was left without.
func (e evidenceLine) period(t *teller) domain.Period {
	if e.fate == fateDraft {
		return domain.Period{}
	}
	return domain.Period{From: t.day(e.from), To: t.day(e.to)}
}

func (t *teller) upload(e evidenceLine) error {
	v, err := t.version(e, 1, e.period(t))
	if err != nil {
		return err
	}
	v.CapturedOn = min(t.day(e.ago), t.clock.Today())
	keep := keeping[e.key]
	if keep.ahead != 0 {
		v.Expires = t.today.AddDays(keep.ahead)
	}
	items, err := t.app.AddEvidence(t.ctx, t.As(e.author), []app.NewEvidence{{Version: v, Controls: t.ids(e.controls), Draft: e.fate == fateDraft,
		Item: domain.Evidence{Title: e.title, Kind: e.kind(), Source: e.source, Method: e.method, Sensitivity: e.sensitivity, Cadence: keep.cadence}}})
	if err != nil {
		return err
	}
	t.Evidence[e.key] = items[0].ID
	return nil
}

// uploadAgain adds a version for a period.
func (t *teller) uploadAgain(e evidenceLine, p domain.Period, ago int) error {
	v, err := t.version(e, 2, p)
	if err != nil {
		return err
	}
	v.CapturedOn = t.day(ago)
	_, err = t.app.AddVersion(t.ctx, t.As(e.author), t.Evidence[e.key], v)
	return err
}

// version makes the bytes of a version and hands them in as a browser would.
func (t *teller) version(e evidenceLine, n int, p domain.Period) (domain.EvidenceVersion, error) {
	v := domain.EvidenceVersion{Period: p}
	switch e.kind() {
	case domain.EvidenceNote:
		v.Note = noteText(e)
		return v, nil
	case domain.EvidenceLink:
		v.URL = e.file
		return v, nil
	}
	covers := p
	if !covers.Valid() {
		covers = domain.Period{From: t.day(e.from), To: t.day(e.to)}
	}
	body, err := content(e, n, covers)
	if err != nil {
		return v, err
	}
	got, err := t.app.ReceiveFile(t.ctx, t.As(e.author), e.file, bytes.NewReader(body), blob.Expect{Size: int64(len(body))})
	v.FileName, v.MediaType, v.Blob = got.FileName, got.MediaType, got.Blob
	return v, err
}

// review accepts the newest version, or returns it for a reason. The auditor
// and the manager take turns; neither uploads evidence.
func (t *teller) review(e evidenceLine, reason domain.ReviewReason) error {
	by := t.As([]string{"auditor", "manager"}[len(e.key)%2])
	v, err := t.app.Evidence(t.ctx, by, t.Evidence[e.key])
	if err != nil {
		return err
	}
	r := domain.Review{Evidence: v.Item.ID, Verdict: domain.EvidenceAccepted, Comment: "Source, date and period are stated; the period lies in the audit period."}
	if e.fate == fateOld {
		r.Comment = "Recevable, mais l’exercice précédent ne prouve rien pour la période d’audit."
	}
	if reason != "" {
		r.Verdict, r.Reason, r.Comment = domain.EvidenceReturned, reason, returnWords[reason]
	}
	_, err = t.app.ReviewEvidence(t.ctx, by, r, v.Item.Version)
	return err
}

var returnWords = map[domain.ReviewReason]string{
	domain.ReasonWrongPeriod:    "This covers the year before. Please export it again for the audit period.",
	domain.ReasonIncomplete:     "Only part of the accounts is in it. Please export all of them, with the count.",
	domain.ReasonNoSourceOrDate: "Neither the system nor the day of the export can be seen.",
	domain.ReasonUnreadable:     "Les légendes sont illisibles ; merci de joindre les chiffres.",
	domain.ReasonWrongSystem:    "This is the catalogue of the test tenant.",
}
