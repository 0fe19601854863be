package pack_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"relier/internal/pack"
)

func TestName_Spells(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Revue d’accès – été 2026.csv":          "Revue-d-acces-ete-2026.csv",
		"Œuvre.PDF":                             "OEuvre.PDF",
		"Łódź ß.txt":                            "Lodz-ss.txt",
		"报告.xlsx":                               "xlsx",
		"":                                      "file",
		"...":                                   "file",
		"con":                                   "file-con",
		"AUX.txt":                               "file-AUX.txt",
		"com7.log":                              "file-com7.log",
		"commerce.log":                          "commerce.log",
		"../../etc/passwd":                      "etc-passwd",
		`C:\Users\me\x.doc`:                     "C-Users-me-x.doc",
		".htaccess":                             "htaccess",
		"ends with a dot.":                      "ends-with-a-dot",
		"ＦＵＬＬ.txt":                              "FULL.txt",
		strings.Repeat("long ", 60) + ".tar.gz": strings.TrimRight(strings.Repeat("long-", 60)[:97], "-") + ".gz",
	} {
		if got := pack.ASCIIName(name, 100); got != want {
			t.Errorf("%q is spelled %q, want %q", name, got, want)
		}
	}
}

func TestName_NumbersWhatWouldCollide(t *testing.T) {
	t.Parallel()
	take := pack.NewPaths()
	var got []string
	for _, name := range []string{"a.txt", "A.TXT", "a.txt", "b.txt"} {
		got = append(got, take("data/evidence/EV-000001", "v1-", name))
	}
	want := "data/evidence/EV-000001/v1-a.txt data/evidence/EV-000001/v1-A-2.TXT data/evidence/EV-000001/v1-a-3.txt data/evidence/EV-000001/v1-b.txt"
	if s := strings.Join(got, " "); s != want {
		t.Errorf("got %s", s)
	}
}

// checkNames takes several names in one folder and checks every rule.
func checkNames(t interface{ Fatalf(string, ...any) }, names []string) {
	take := pack.NewPaths()
	seen := map[string]bool{}
	for _, name := range names {
		full := take("data/evidence/EV-0000041", "v12-", name)
		if fault := pack.NameFault("audit-pack-2026-0007/" + full); fault != "" {
			t.Fatalf("%q became %q: %s", name, full, fault)
		}
		if seen[strings.ToLower(full)] {
			t.Fatalf("%q became %q, which is taken", name, full)
		}
		seen[strings.ToLower(full)] = true
		plain := pack.ASCIIName(name, pack.ComponentMost)
		if fault := pack.NameFault(plain); fault != "" || plain == "" {
			t.Fatalf("%q alone became %q: %s", name, plain, fault)
		}
	}
}

func TestName_KeepsEveryRule(t *testing.T) {
	t.Parallel()
	odd := rapid.OneOf(rapid.String(), rapid.StringMatching(`(?i)(con|nul|com[0-9]|lpt[0-9])?[.\- ]{0,3}[a-zé/\\]{0,120}(\.[a-z]{0,20})?`))
	rapid.Check(t, func(t *rapid.T) { checkNames(t, rapid.SliceOfN(odd, 1, 12).Draw(t, "names")) })
}

func FuzzName_KeepsEveryRule(f *testing.F) {
	for _, s := range []string{"a.txt", "", ".", "..", "con.txt", "é̀.pdf", "a/../b", "\xff\xfe", strings.Repeat("x", 300) + ".tar.gz"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) { checkNames(t, []string{name, strings.ToUpper(name), name}) })
}
