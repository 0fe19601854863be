package testkit

import (
	_ "embed"
	"fmt"
	"strings"

	"relier/internal/domain"
)

//go:embed data/controls.tsv
var controlTable string

// controlLine is one line of data/controls.tsv.
type controlLine struct {
	code           string
	owner          string // key of a person; "": nobody
	acknowledged   bool
	excluded       bool
	implementation domain.Implementation
	drivers        []domain.Driver
	reason         string // why it applies, or why it does not
	documented     string
	conclusion     domain.Conclusion // of the test, "": not tested yet
}

func controlLines() []controlLine {
	var out []controlLine
	for _, row := range rows(controlTable, 7) {
		owner, proposed := strings.CutSuffix(row[1], "?")
		v := controlLine{code: row[0], owner: owner, acknowledged: !proposed, excluded: owner == "excluded",
			implementation: domain.Implementation(row[2]), reason: row[4], documented: row[5], conclusion: domain.Conclusion(row[6])}
		if v.excluded {
			v.owner = ""
		}
		for _, d := range list(row[3]) {
			v.drivers = append(v.drivers, domain.Driver(d))
		}
		out = append(out, v)
	}
	return out
}

// rows cuts a table of this package into cells; a line of another width is a
// fault of the build.
func rows(table string, width int) [][]string {
	var out [][]string
	for i, line := range strings.Split(strings.TrimRight(table, "\n"), "\n") {
		row := strings.Split(line, "\t")
		if len(row) != width {
			panic(fmt.Sprintf("testkit: line %d has %d cells, want %d: %s", i+1, len(row), width, line))
		}
		if i > 0 {
			out = append(out, row)
		}
	}
	return out
}

// list splits the cell of a list; an empty cell is an empty list.
func list(cell string) []string {
	if cell == "" {
		return nil
	}
	return strings.Split(cell, ";")
}

// ownControls starts from Annex A, hands the controls to their owners, says how
// far they are in place and tests most of them.
func (t *teller) ownControls() {
	t.on(296, "start from Annex A", t.startFromAnnexA)
	t.on(290, "assign owners", t.assign)
	t.on(287, "acknowledge", t.acknowledge)
	for i, c := range t.controls {
		if c.implementation != "" && c.implementation != domain.NotImplemented {
			t.on(280-2*i%200, "put in place "+c.code, func() error { return t.putInPlace(c) })
		}
		if c.conclusion != "" {
			t.on(20-i%17, "test "+c.code, func() error { return t.test(i, c) })
		}
	}
}

func (t *teller) startFromAnnexA() error {
	if _, err := t.app.StartFromAnnexA(t.ctx, t.As("manager"), domain.Edition2022, "en"); err != nil {
		return err
	}
	all, err := t.app.Controls(t.ctx, t.As("manager"))
	for _, v := range all {
		t.Controls[v.Code] = v.ID
	}
	return err
}

// ids are the controls with codes.
func (t *teller) ids(codes []string) []domain.ControlID {
	var out []domain.ControlID
	for _, c := range codes {
		out = append(out, t.Controls[c])
	}
	return out
}

func (t *teller) assign() error {
	for _, key := range t.ControlOwners() {
		var codes []string
		for _, c := range t.controls {
			if c.owner == key {
				codes = append(codes, c.code)
			}
		}
		if _, err := t.app.AssignOwner(t.ctx, t.As("manager"), t.People[key].Person.ID, t.ids(codes)); err != nil {
			return err
		}
	}
	return nil
}

func (t *teller) acknowledge() error {
	for _, c := range t.controls {
		if c.owner == "" || !c.acknowledged {
			continue
		}
		if err := t.app.AcknowledgeOwnership(t.ctx, t.As(c.owner), t.Controls[c.code]); err != nil {
			return err
		}
	}
	return nil
}

func (t *teller) putInPlace(c controlLine) error {
	v, err := t.app.Control(t.ctx, t.As("manager"), t.Controls[c.code])
	if err != nil {
		return err
	}
	v.Implementation, v.Description = c.implementation, c.reason+" See: "+c.documented+"."
	_, err = t.app.SaveControl(t.ctx, t.As("manager"), v)
	return err
}

// test records the auditor's test of a control.
func (t *teller) test(i int, c controlLine) error {
	methods := domain.TestMethods
	population := 12 + i*7%60
	sample := min(population, 5+i%6)
	note := map[domain.Conclusion]string{
		domain.ConclusionEffective:   "no exception",
		domain.ConclusionExceptions:  "one exception, explained and corrected during the test",
		domain.ConclusionIneffective: "four exceptions: the rule is written but nothing enforces it",
		domain.ConclusionUnable:      "the population could not be established",
	}[c.conclusion]
	text := fmt.Sprintf("Population %d, sample %d drawn at random over the audit period: %s.", population, sample, note)
	if i%9 == 4 {
		text = fmt.Sprintf("Population de %d, échantillon de %d tiré au hasard sur la période d’audit ; constaté sur pièces avec le responsable.", population, sample)
	}
	_, err := t.app.ConcludeTest(t.ctx, t.As("auditor"), t.Engagement, domain.Test{Control: t.Controls[c.code],
		Objective: "See whether what is written down is done, and was done all through the audit period.",
		Method:    methods[i%len(methods)], Conclusion: c.conclusion, Note: text})
	return err
}

// statement justifies every line of the Statement of Applicability and approves
// its first version.
func (t *teller) statement() {
	t.on(85, "justify the statement", t.justify)
	t.on(78, "approve the statement", func() error {
		_, err := t.app.ApproveSoA(t.ctx, t.As("manager"), domain.Edition2022, domain.Digest{})
		return err
	})
}

func (t *teller) justify() error {
	lines, err := t.app.SoA(t.ctx, t.As("auditor"), domain.Edition2022)
	if err != nil {
		return err
	}
	entries := make([]domain.SoAEntry, len(lines))
	for i, l := range lines {
		entries[i] = t.controls[i].entry(l.Entry, t.day(85))
	}
	_, err = t.app.SaveSoA(t.ctx, t.As("auditor"), entries)
	return err
}

// entry is the line of the Statement of Applicability for a control.
func (c controlLine) entry(v domain.SoAEntry, on domain.Date) domain.SoAEntry {
	v.LastReview, v.NextReview = on, on.AddMonths(12)
	if c.excluded {
		v.Applicable, v.Exclusion = false, c.reason
		return v
	}
	v.Inclusion, v.Drivers, v.Status, v.Documented = c.reason, c.drivers, c.implementation, c.documented
	return v
}
