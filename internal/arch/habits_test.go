package arch_test

import (
	"go/ast"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// storeNever are methods of GORM that the store does without: Save overwrites a
// foreign row and revives a deleted one, Or escapes the tenant's condition,
// Preload asks once a row, AutoMigrate adds a column for a rename.
var storeNever = []string{"Save", "Or", "Preload", "AutoMigrate"}

// hook is the name of a method that GORM calls by itself.
var hook = regexp.MustCompile(`^(Before|After)(Create|Save|Update|Delete|Find)$`)

func TestStore_DoesWithoutTheTrapsOfGORM(t *testing.T) {
	t.Parallel()
	for _, f := range program(t) {
		if f.pkg != "internal/store" {
			continue
		}
		ast.Inspect(f.tree, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				if s, ok := n.Fun.(*ast.SelectorExpr); ok && slices.Contains(storeNever, s.Sel.Name) {
					t.Errorf("%s calls %s", f.line(n), s.Sel.Name)
				}
			case *ast.FuncDecl:
				if n.Recv != nil && hook.MatchString(n.Name.Name) {
					t.Errorf("%s: %s is a hook that GORM calls unasked", f.line(n), n.Name.Name)
				}
			}
			return true
		})
	}
}

// clocks are the packages that may read the machine's clock: cmd hands it to
// app, the server needs it for deadlines of connections, the blobs for the
// times of files. Everything else is told what time it is.
var clocks = []string{"cmd/relier", "internal/server", "internal/blob", "internal/blob/blobtest", "internal/testkit/chromium", "internal/testkit/pgtest"}

func TestClock_IsInjected(t *testing.T) {
	t.Parallel()
	for _, f := range program(t) {
		if slices.Contains(clocks, f.pkg) {
			continue
		}
		ast.Inspect(f.tree, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok && (s.Sel.Name == "Now" || s.Sel.Name == "Since" || s.Sel.Name == "Until") {
				if p, ok := s.X.(*ast.Ident); ok && p.Name == "time" {
					t.Errorf("%s reads the machine's clock; take the time from the caller", f.line(n))
				}
			}
			return true
		})
	}
}

// Lines beyond which a file is two files; tables of cases and markup run longer.
const (
	linesMost     = 450
	wideLinesMost = 600
)

func TestFiles_StayShort(t *testing.T) {
	t.Parallel()
	files, err := repository()
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		most := linesMost
		switch {
		case strings.HasSuffix(path, "_templ.go"):
			continue
		case strings.HasSuffix(path, "_test.go"), strings.HasSuffix(path, ".templ"):
			most = wideLinesMost
		case !strings.HasSuffix(path, ".go"):
			continue
		}
		if n := strings.Count(text(t, path), "\n"); n > most {
			t.Errorf("%s has %d lines, at most %d; split it by noun", path, n, most)
		}
	}
}

// emptyNames say nothing of what a package or file is for.
var emptyNames = regexp.MustCompile(`(^|[/_])(utils?|helpers?|common|manager|impl|misc)(\.go$|_|/)`)

func TestNames_SayWhatTheyAreFor(t *testing.T) {
	t.Parallel()
	for _, f := range program(t) {
		if emptyNames.MatchString(f.path) {
			t.Errorf("%s: the name says nothing of what it is for", f.path)
		}
	}
}

// TestFiles_NameNoMachine keeps the paths and addresses of the machine that the
// files were written on out of them; they are put together here so that this
// file does not hold them either.
func TestFiles_NameNoMachine(t *testing.T) {
	t.Parallel()
	never := regexp.MustCompile(strings.Join([]string{
		`(?m)(^|[\s"'(=:])(/wo` + `rk|/home|/Us` + `ers)/`, `\.lib` + `rary/`,
		`registry\.npm` + `js\.org`, `proxy\.gol` + `ang\.org`, `sum\.gol` + `ang\.org`,
	}, "|"))
	files, err := repository()
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		body := text(t, path)
		for _, at := range never.FindAllStringIndex(body, -1) {
			t.Errorf("%s:%d names %q", path, strings.Count(body[:at[0]], "\n")+1, strings.TrimSpace(body[at[0]:at[1]]))
		}
	}
}
