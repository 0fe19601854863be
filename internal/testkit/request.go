package testkit

import (
	"relier/internal/app"
	"relier/internal/domain"
)

// requestLine is a request of the story: days count back from today, so that
// some are always overdue and some are always due soon.
type requestLine struct {
	key      string
	by       string // who wrote it
	sent     int    // days since; 0: still a draft, written two days ago
	due      int    // days since it was due, negative: days to come
	to       string
	controls []string
	what     string
	detail   string
	format   string
	example  string
	item     string // key of the evidence offered
	answered int    // days since
	judged   int    // days since; 0: nobody did
	reason   domain.ReviewReason
	comment  string
	reminded int // days since; 0: never
	withdraw string
}

// requestLines are twelve requests in every state.
var requestLines = []requestLine{
	{key: "privileged", by: "auditor", sent: 56, due: 42, to: "luc", controls: []string{"A.8.2"}, what: "Privileged accounts with the day of their last use",
		detail: "All systems, including the cloud consoles, with the count of accounts.", format: "One export, CSV or Excel", example: "privileged-accounts.csv with system, account, owner and last use",
		item: "privileged", answered: 49, judged: 46, comment: "Complete, and the count matches the directory."},
	{key: "backups", by: "auditor", sent: 45, due: 31, to: "luc", controls: []string{"A.8.13"}, what: "Backup jobs of one quarter with their results", format: "Report of the backup tool", item: "backups", answered: 45, judged: 45},
	{key: "changes", by: "manager", sent: 30, due: 16, to: "daniel", controls: []string{"A.8.32"}, what: "Change log of the product with who approved what", format: "Export of the board", item: "changes", answered: 22, judged: 20},
	{key: "media", by: "auditor", sent: 25, due: -5, to: "priya", controls: []string{"A.7.10"}, what: "Devices that accept removable media, all of them",
		detail: "The population is every company laptop, not only those of one team.", format: "Export of the device policy, with the count", item: "media", answered: 18, judged: 15, reason: domain.ReasonIncomplete,
		comment: "Eleven of forty laptops are missing. Please export all of them, with the count."},
	{key: "lessons", by: "auditor", sent: 24, due: -2, to: "oskar", controls: []string{"A.5.27"}, what: "What was learned from two incidents, and what changed", format: "Minutes or notes", item: "lessons", answered: 10},
	{key: "release", by: "auditor", sent: 20, due: -4, to: "daniel", controls: []string{"A.8.29"}, what: "Test record of the last release before it went out", format: "Record with date, version and who signed", item: "release", answered: 12},
	{key: "advisories", by: "auditor", sent: 28, due: 9, to: "luc", controls: []string{"A.5.7"}, what: "Register of the advisories received, with what was decided",
		detail: "From the start of the audit period until now. A screenshot of the register is fine when it shows the dates.", format: "Screenshot or export", example: "A page of the register with date, source, decision and who decided", reminded: 4},
	{key: "remote", by: "manager", sent: 22, due: 3, to: "priya", controls: []string{"A.6.7"}, what: "Confirmation by team leads that remote work rules are followed", format: "One note per team"},
	{key: "alerts", by: "auditor", sent: 8, due: -6, to: "oskar", controls: []string{"A.8.16"}, what: "Alerts of one month and who looked at them", format: "Export of the monitoring tool"},
	{key: "screening", by: "assessor", sent: 6, due: -14, to: "sofia", controls: []string{"A.6.1"}, what: "Screening of two people who joined in the audit period",
		detail: "Names may be blacked out; the dates of the checks and of the first day must be legible.", format: "Two records", example: "Screening sheet with dates, name blacked out"},
	{key: "erasure", by: "manager", sent: 27, due: -1, to: "elodie", controls: []string{"A.8.10"}, what: "Journal des effacements de l’exercice précédent", format: "Export du journal",
		withdraw: "L’exercice précédent ne prouve rien pour la période d’audit ; une autre demande suivra."},
	{key: "keys", by: "auditor", due: -14, to: "luc", controls: []string{"A.8.24"}, what: "Cryptographic keys with their age and rotation", format: "List with the date of each rotation"},
}

// requests tells the story of the requests, after everything else of a day: what
// they lean on is there, and stays as it was.
func (t *teller) requests() {
	for _, r := range requestLines {
		t.on(max(r.sent, 2), "ask for "+r.key, func() error { return t.askFor(r) })
		if r.item != "" {
			t.on(r.answered, "answer "+r.key, func() error { return t.answer(r) })
		}
		if r.judged > 0 && r.answered != r.sent {
			t.on(r.judged, "judge "+r.key, func() error { return t.judge(r) })
		}
		if r.reminded > 0 {
			t.on(r.reminded, "chase "+r.key, func() error {
				_, err := t.app.ChaseRequests(t.ctx, t.As("auditor"), t.Engagement, []domain.RequestID{t.Requests[r.key]})
				return err
			})
		}
		if r.withdraw != "" {
			t.on(21, "withdraw "+r.key, func() error {
				p, err := t.requestPage(r)
				if err == nil {
					_, err = t.app.WithdrawRequest(t.ctx, t.As(r.by), t.Engagement, p.Request.ID, r.withdraw, p.Request.Version)
				}
				return err
			})
		}
	}
}

func (t *teller) requestPage(r requestLine) (app.RequestPage, error) {
	return t.app.RequestPage(t.ctx, t.As(r.by), t.Engagement, t.Requests[r.key])
}

func (t *teller) askFor(r requestLine) error {
	v, err := t.app.SaveRequest(t.ctx, t.As(r.by), t.Engagement, domain.Request{What: r.what, Detail: r.detail, Format: r.format, Example: r.example,
		Period: t.Engagement.Period, Due: t.day(r.due), Assignee: t.People[r.to].Person.ID, Controls: t.ids(r.controls)}, r.sent > 0)
	t.Requests[r.key] = v.ID
	return err
}

// answer sends the item; where the auditor found it on file on the very day, it
// is taken as the answer.
func (t *teller) answer(r requestLine) error {
	if r.answered == r.sent {
		_, err := t.app.UseEvidence(t.ctx, t.As(r.by), t.Engagement, domain.Request{ID: t.Requests[r.key]}, t.Evidence[r.item])
		return err
	}
	_, err := t.app.AnswerRequest(t.ctx, t.As(r.to), t.Engagement, t.Requests[r.key], app.Reply{Existing: []domain.EvidenceID{t.Evidence[r.item]}})
	return err
}

func (t *teller) judge(r requestLine) error {
	p, err := t.requestPage(r)
	if err != nil {
		return err
	}
	_, err = t.app.JudgeAnswer(t.ctx, t.As(r.by), t.Engagement, p.Request.ID, app.Verdict{Answer: p.Answers[0].Answer.ID, Accept: r.reason == "", Reason: r.reason,
		Comment: r.comment, Version: p.Request.Version})
	return err
}
