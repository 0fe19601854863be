package pack_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"relier/internal/i18n"
)

func TestWorkbook_HasTheColumns(t *testing.T) {
	t.Parallel()
	s := newShelf()
	l := compose(t, s, sample(s, "en", "fr"))
	f, err := excelize.OpenReader(bytes.NewReader(file(t, s, l, "data/soa.xlsx")))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if got := strings.Join(f.GetSheetList(), "|"); got != "Statement of Applicability|Déclaration d’applicabilité" {
		t.Errorf("sheets %s", got)
	}
	rows, err := f.GetRows("Statement of Applicability")
	if err != nil {
		t.Fatal(err)
	}
	block := map[string]string{}
	head := slices.IndexFunc(rows, func(r []string) bool { return len(r) > 0 && r[0] == "Ref" })
	for _, r := range rows[:head] {
		if len(r) > 1 {
			block[r[0]] = r[1]
		}
	}
	for label, want := range map[string]string{"Organization": "Atelier Cœur-de-Ville « Été »", "Version": "Version 3", "Approved by": "Hélène Dufour", "Approved on": "1 Sep 2026", "Scope": "All services for customers, Lyon and remote work.\nÀ l’exception de l’atelier."} {
		if block[label] != want {
			t.Errorf("%s is %q, want %q", label, block[label], want)
		}
	}
	want := strings.Split("Ref|Title|Edition|Other-edition ref|Applicable|Inclusion justification|Drivers|Exclusion justification|Status|Responsibility|Inherited from (service + certificate)|Our part|Documented information|Evidence ids|Owner|Last review|Next review|Notes", "|")
	if !slices.Equal(rows[head], want) {
		t.Errorf("columns %q", rows[head])
	}
	line := strings.Split("A.5.15|Access control|2022|A.9.1.1, A.9.1.2|Yes|=Customers ask for it|Risk treatment, Legal||Implemented|Shared: Microsoft Azure\nShared, proposed and not confirmed: Exchange Online|Microsoft Azure (SAMPLE-IS-533913)|Microsoft Azure: Review every role twice a year.|Access policy|EV-000041, EV-000042|Luca Ferrari|2026-05-04|2027-05-04|Œuvre à suivre", "|")
	if !slices.Equal(rows[head+1], line) {
		t.Errorf("line\n got %q\nwant %q", rows[head+1], line)
	}
	if formula, _ := f.GetCellFormula("Statement of Applicability", "F"+"9"); formula != "" {
		t.Errorf("a typed text became the formula %s", formula)
	}
	french, err := f.GetRows("Déclaration d’applicabilité")
	if err != nil || len(french) != len(rows) || french[head][4] != "Applicable" || french[head+1][4] != "Oui" || french[head+1][1] != "Contrôle d’accès" {
		t.Errorf("the French sheet: %v %q", err, french)
	}
}

func TestReport_HoldsTheAccents(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("pdftotext"); err != nil {
		t.Skip("SKIPPED: pdftotext is not installed, so the text of the PDF was not checked")
	}
	s := newShelf()
	c := sample(s, "fr", "en")
	c.Organization.Sample = false
	c.Engagement.Scope = "Œuvre, œil, ’ « » … € – — àâäçéèêëîïôöùûüÿ ÀÂÇÉÈÊËÎÏÔÙÛÜ Æ æ 50\u00a0% ; fin\u202f!"
	l := compose(t, s, c)
	texts := map[string]string{}
	for _, lang := range []string{"fr", "en"} {
		name := filepath.Join(t.TempDir(), "report.pdf")
		if err := os.WriteFile(name, file(t, s, l, "data/report."+lang+".pdf"), 0o644); err != nil {
			t.Fatal(err)
		}
		texts[lang] = run(t, "", "pdftotext", "-layout", "-enc", "UTF-8", name, "-")
	}
	flat := strings.Join(strings.Fields(strings.ReplaceAll(texts["fr"], "\u00a0", " ")), " ")
	for _, want := range []string{
		"Œuvre, œil, ’ « » … € – — àâäçéèêëîïôöùûüÿ ÀÂÇÉÈÊËÎÏÔÙÛÜ Æ æ 50 % ; fin !",
		"Déclaration d’applicabilité", "1er janv. – 31 déc. 2026", "Page 1 sur ", "Sommaire", "Hélène Dufour", "Zaneta O’Lecka",
		"D’autres lettres y ont perdu leurs signes", "Confidentiel : cité seulement",
	} {
		if !strings.Contains(flat, want) {
			t.Errorf("the French report lacks %q", want)
		}
	}
	if strings.Contains(flat, "?") {
		t.Error("a character of the French report shows as a question mark")
	}
	pages := strings.Split(strings.TrimSuffix(texts["en"], "\f"), "\f")
	total := len(pages)
	for i, page := range pages {
		if want := "Page " + i18n.For("en").Number(i+1) + " of " + i18n.For("en").Number(total); !strings.Contains(page, want) {
			t.Errorf("page %d does not say %q", i+1, want)
		}
	}
	checkContents(t, pages)
}

// checkContents compares the contents with where the sections are.
func checkContents(t *testing.T, pages []string) {
	t.Helper()
	found := 0
	for line := range strings.Lines(pages[1]) {
		fields := strings.Fields(line)
		if len(fields) < 3 || !strings.ContainsAny(fields[0], "12345678") || len(fields[0]) > 1 {
			continue
		}
		at := fields[len(fields)-1]
		title := strings.Join(fields[1:len(fields)-1], " ")
		for i, page := range pages[2:] {
			head := strings.Join(strings.Fields(strings.SplitN(strings.TrimSpace(page), "\n", 2)[0]), " ")
			if head == fields[0]+" "+title && at == i18n.For("en").Number(i+3) {
				found++
			}
		}
	}
	if found != 8 {
		t.Errorf("%d of 8 sections are where the contents say", found)
	}
}

func TestReport_RepeatsTableHeads(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("pdftotext"); err != nil {
		t.Skip("SKIPPED: pdftotext is not installed, so the text of the PDF was not checked")
	}
	s := newShelf()
	c := sample(s, "en")
	for i := range 300 {
		line := c.SoA[0]
		line.Entry.Inclusion = strings.Repeat("Long words of reason. ", 1+i%40)
		c.SoA = append(c.SoA, line)
	}
	name := filepath.Join(t.TempDir(), "report.pdf")
	if err := os.WriteFile(name, file(t, s, compose(t, s, c), "data/report.pdf"), 0o644); err != nil {
		t.Fatal(err)
	}
	pages := 0
	for page := range strings.SplitSeq(run(t, "", "pdftotext", "-layout", name, "-"), "\f") {
		if !strings.Contains(page, "Long words") {
			continue
		}
		pages++
		if !strings.Contains(page, "Applicable") || !strings.Contains(page, "Justification") {
			t.Errorf("a page of the SoA has no table head:\n%s", page)
		}
	}
	if pages < 10 {
		t.Errorf("only %d pages of lines", pages)
	}
}
