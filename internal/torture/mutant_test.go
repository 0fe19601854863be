package torture_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// edit replaces one piece of a source file, which must be there exactly once.
type edit struct{ file, old, new string }

// mutant is the product with one fault of the kind that a review overlooks.
type mutant struct {
	name  string
	edits []edit
}

// mutants are the six faults of durability that the suites must catch. Where the
// product reads a setting back, the mutant lets that pass too: the suite has to
// catch it, not the check.
var mutants = []mutant{
	{"no fsync of the file", []edit{
		{"internal/blob/files.go", "	if err := f.Sync(); err != nil {\n		return err\n	}\n	return f.Close()", "	return f.Close()"},
	}},
	{"synchronous=NORMAL", []edit{
		{"internal/store/sqlite.go", `"synchronous":  "2",`, `"synchronous":  "1",`},
		{"internal/store/sqlite.go", `q := url.Values{"_journal_mode": {"WAL"}, "_synchronous": {"FULL"}`, `q := url.Values{"_journal_mode": {"WAL"}, "_synchronous": {"NORMAL"}`},
		{"internal/store/sqlite.go", `q = url.Values{"_journal_mode": {"WAL"}, "_synchronous": {"FULL"}`, `q = url.Values{"_journal_mode": {"WAL"}, "_synchronous": {"NORMAL"}`},
	}},
	{"no fsync of the folder", []edit{
		{"internal/blob/disk.go", "	if err := d.Sync(); err != nil {\n		return fmt.Errorf(\"sync folder: %w\", err)\n	}\n	return nil", "	return nil"},
	}},
	{"reply before commit", []edit{
		{"internal/store/open.go", "	err := s.write.WithContext(ctx).Transaction(func(tx *gorm.DB) error {\n		if err := s.queue(tx); err != nil {",
			"	told := make(chan error, 1)\n	go func() {\n	err := s.write.WithContext(context.WithoutCancel(ctx)).Transaction(func(tx *gorm.DB) (err error) {\n		defer func() { told <- err }()\n		if err := s.queue(tx); err != nil {"},
		{"internal/store/open.go", "	}, s.txOptions())\n", "	}, s.txOptions())\n	_ = err\n	}()\n	err := <-told\n"},
	}},
	{"row before blob", []edit{
		{"internal/app/evidence_draft.go", "	for _, f := range files {\n		if _, err := f.Keep(ctx); err != nil {\n			return err\n		}\n	}\n	return nil\n}", "	return nil\n}"},
		{"internal/app/evidence_draft.go", "		return nil\n	})\n	return added, twins, err",
			"		return nil\n	})\n	for _, f := range files {\n		if _, err := f.Keep(ctx); err != nil {\n			return nil, nil, err\n		}\n	}\n	return added, twins, err"},
	}},
	{"rename before fsync", []edit{
		{"internal/blob/files.go", "	if err := f.Sync(); err != nil {\n		return err\n	}\n	return f.Close()", "	return f.Close()"},
		{"internal/blob/files.go", "		renamed = true\n", "		renamed = true\n		late, err := os.Open(path)\n		if err != nil {\n			return true, err\n		}\n		defer late.Close()\n		if err := late.Sync(); err != nil {\n			return true, err\n		}\n"},
	}},
}

// mutantRounds is how many power cuts a mutant may live through.
const mutantRounds = 60

// TestMutants proves the power suite: it must catch each seeded fault.
func TestMutants(t *testing.T) {
	needsFUSE(t)
	of := mutants
	if !long() {
		of = of[:2]
		t.Logf("only %d of %d mutants in a short run", len(of), len(mutants))
	}
	for _, m := range of {
		t.Run(strings.ReplaceAll(m.name, " ", "-"), func(t *testing.T) {
			mutated := m.build(t)
			r := begin(t, "mutant "+m.name, mutantRounds, mutantRounds)
			p := newPower(t, mutated)
			for r.next() {
				if r.round%10 == 0 {
					p = newPower(t, mutated)
				}
				err := p.round(r)
				r.tally(p.ledger)
				if err != nil {
					first, _, _ := strings.Cut(err.Error(), "\n")
					r.figure("caught in round %d", r.round)
					t.Logf("caught in round %d: %.600s", r.round, first+" "+strings.SplitN(err.Error()+"\n", "\n", 3)[1])
					return
				}
			}
			t.Errorf("the mutant %q lived through %d power cuts", m.name, r.of)
		})
	}
}

// build compiles the mutant from the sources beside it.
func (m mutant) build(t *testing.T) relier {
	t.Helper()
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	dir, replaced := t.TempDir(), map[string]string{}
	for _, e := range m.edits {
		path := filepath.Join(root, e.file)
		from := path
		if replaced[path] != "" {
			from = replaced[path]
		}
		source, err := os.ReadFile(from)
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(source), e.old); n != 1 {
			t.Fatalf("the mutant %q finds its place in %s %d times, not once; seed it anew:\n%s", m.name, e.file, n, e.old)
		}
		to := filepath.Join(dir, strings.ReplaceAll(e.file, "/", "_"))
		if err := os.WriteFile(to, []byte(strings.Replace(string(source), e.old, e.new, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
		replaced[path] = to
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replaced})
	if err != nil {
		t.Fatal(err)
	}
	list, out := filepath.Join(dir, "overlay.json"), filepath.Join(dir, "relier")
	if err := os.WriteFile(list, overlay, 0o600); err != nil {
		t.Fatal(err)
	}
	if told, err := exec.Command("go", "build", "-overlay", list, "-o", out, "relier/cmd/relier").CombinedOutput(); err != nil {
		t.Fatalf("build the mutant %q: %v\n%s", m.name, err, told)
	}
	return relier{out}
}
