package testkit

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"strings"

	"relier/internal/domain"
)

// fictional heads every file of the story.
const fictional = "SAMPLE: fictional data of a fictional company"

// content makes the bytes of a version. The same item, version and period give
// the same bytes.
func content(e evidenceLine, version int, p domain.Period) ([]byte, error) {
	kind, topic, _ := strings.Cut(e.content, ":")
	r := chance(fmt.Sprint(e.key, version))
	switch kind {
	case "csv":
		return export(r, topic, p, version)
	case "text":
		return record(r, e, topic, p), nil
	case "png":
		return chart(r)
	case "pdf":
		return document(e, topic, p)
	}
	return nil, fmt.Errorf("testkit: nothing makes %q", e.content)
}

// chance is a source of random numbers that always gives the same ones for a name.
func chance(name string) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(name)) // never fails
	return rand.New(rand.NewPCG(h.Sum64(), 7))
}

// column is one column of an export.
type column struct {
	name string
	cell func(r *rand.Rand, row int, p domain.Period) string
}

func numbered(prefix string) func(*rand.Rand, int, domain.Period) string {
	return func(_ *rand.Rand, row int, _ domain.Period) string { return fmt.Sprintf("%s%04d", prefix, row+1) }
}

// one picks a value; those named first come up most.
func one(values ...string) func(*rand.Rand, int, domain.Period) string {
	return func(r *rand.Rand, _ int, _ domain.Period) string {
		return values[int(float64(len(values))*r.Float64()*r.Float64())]
	}
}

func within(r *rand.Rand, _ int, p domain.Period) string {
	return p.From.AddDays(r.IntN(p.Days())).String()
}

func amount(most int) func(*rand.Rand, int, domain.Period) string {
	return func(r *rand.Rand, _ int, _ domain.Period) string { return fmt.Sprint(r.IntN(most)) }
}

// account names one of the company's forty accounts by its number: the exports
// were made with names removed.
var account = numbered("user-")

// exports are the tables that systems of the story give out, by topic.
var exports = map[string][]column{
	"users":           {{"account", account}, {"state", one("enabled", "enabled", "disabled")}, {"second_factor", one("app", "app", "key", "none")}, {"last_sign_in", within}, {"decision", one("keep", "keep", "keep", "remove")}},
	"privileged":      {{"item", numbered("item-")}, {"holder", one("role-a", "role-b", "role-c")}, {"last_use", within}, {"approved_by", one("head of IT", "managing director")}},
	"leavers":         {{"person", numbered("person-")}, {"day", within}, {"laptop", one("returned", "returned", "never issued")}, {"badge", one("returned", "returned", "blocked")}},
	"devices":         {{"device", numbered("dev-")}, {"system", one("Windows 11", "Windows 11", "iOS 19", "Android 16")}, {"encrypted", one("yes", "yes", "yes", "no")}, {"compliant", one("yes", "yes", "yes", "no")}, {"last_seen", within}},
	"malware":         {{"device", numbered("dev-")}, {"definitions", within}, {"detections", amount(3)}, {"action", one("none", "quarantined")}},
	"vulnerabilities": {{"finding", numbered("vul-")}, {"severity", one("low", "medium", "high", "critical")}, {"found", within}, {"days_to_close", amount(30)}},
	"backups":         {{"job", numbered("job-")}, {"day", within}, {"result", one("completed", "completed", "completed", "completed with warnings")}, {"gigabytes", amount(900)}},
	"changes":         {{"change", numbered("chg-")}, {"day", within}, {"kind", one("standard", "normal", "emergency")}, {"approved_by", one("team lead", "change board")}, {"tested", one("yes", "yes", "no")}},
	"logs":            {{"source", numbered("log-")}, {"kept_days", one("365", "365", "180")}, {"reviewed", within}, {"reviewer", one("operations", "support")}},
	"alerts":          {{"alert", numbered("al-")}, {"day", within}, {"severity", one("low", "medium", "high")}, {"minutes_to_look", amount(90)}, {"outcome", one("benign", "benign", "incident")}},
	"training":        {{"person", numbered("person-")}, {"course", one("awareness", "phishing", "secure coding")}, {"completed", within}, {"score", amount(100)}},
	"assets":          {{"asset", numbered("as-")}, {"kind", one("laptop", "laptop", "phone", "service")}, {"owner", one("development", "support", "sales", "office")}, {"checked", within}},
	"suppliers":       {{"entry", numbered("sup-")}, {"holds_data", one("yes", "no")}, {"contract_annex", one("signed", "signed", "requested")}, {"last_review", within}},
	"incidents":       {{"incident", numbered("inc-")}, {"day", within}, {"decision", one("event", "event", "incident")}, {"hours_to_close", amount(72)}, {"customers_told", one("not needed", "yes")}},
	"badges":          {{"badge", numbered("bdg-")}, {"day", within}, {"door", one("main", "main", "yard")}, {"result", one("opened", "opened", "opened", "refused")}},
	"licences":        {{"component", numbered("cmp-")}, {"licence", one("MIT", "Apache-2.0", "BSD-3-Clause", "commercial")}, {"checked", within}, {"approved", one("yes", "yes", "pending")}},
	"repositories":    {{"repository", numbered("repo-")}, {"readers", amount(20)}, {"writers", amount(9)}, {"branch_rule", one("two reviewers", "two reviewers", "one reviewer")}, {"checked", within}},
}

// export writes the table of a topic; a first version that was sent back has
// fewer rows.
func export(r *rand.Rand, topic string, p domain.Period, version int) ([]byte, error) {
	columns, ok := exports[topic]
	if !ok {
		return nil, fmt.Errorf("testkit: no export named %q", topic)
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "# %s; %s\r\n", fictional, p)
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	cells := make([]string, len(columns))
	for i, c := range columns {
		cells[i] = c.name
	}
	_ = w.Write(cells) // a buffer takes everything; Error tells at the end
	for row := range 20 + 20*version + r.IntN(30) {
		for i, c := range columns {
			cells[i] = c.cell(r, row, p)
		}
		_ = w.Write(cells)
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

// record writes a text record or minutes.
func record(r *rand.Rand, e evidenceLine, topic string, p domain.Period) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n%s\nSource: %s\nPeriod: %s\n\n", fictional, e.title, e.source, p)
	sentences := recordSentences
	if topic == "minutes" {
		sentences = minuteSentences
	}
	for i := range 6 {
		fmt.Fprintf(&b, "%d. %s %s\n", i+1, within(r, i, p), sentences[(i+r.IntN(2))%len(sentences)])
	}
	return []byte(b.String())
}

var recordSentences = []string{
	"Step done as the procedure says; two people present.",
	"Checked against the list of the month; nothing missing.",
	"One deviation noted, corrected the same day, approved by the owner.",
	"Result compared with the last time; no difference that matters.",
	"Signed off by the owner; the next date is set.",
	"Copies filed in the document library.",
	"Question from the team answered; the procedure was made clearer.",
}

var minuteSentences = []string{
	"Open risks reviewed; two lowered, none added.",
	"Incidents of the quarter: two, both closed, lessons assigned.",
	"Supplier certificates: one expiry found, the owner follows it up.",
	"Training: three people late, reminded by their leads.",
	"Internal audit plan agreed; the auditor tests nothing they own.",
	"Resources: half a day a week more for reviews.",
	"Next meeting in three months.",
}

// noteText is what somebody typed as a note.
func noteText(e evidenceLine) string {
	switch e.key {
	case "authorities":
		return "Autorités à prévenir : CNIL (violation de données, sous 72 heures), ANSSI (incident majeur), gendarmerie (plainte). Numéros vérifiés par appel. Exemple fictif."
	case "leaver-record":
		return "Interview held on the last day. Continuing duties read out and signed; laptop, phone and badge returned. Fictional."
	}
	return "Each team lead confirmed by e-mail that the rules are known and followed at home: screen lock, own room or headset, no printing. Fictional."
}
