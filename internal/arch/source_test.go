// Package arch holds the tests of the floor plan and of the habits that a
// machine can check. It has no code of its own.
package arch_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
)

const module = "relier/"

// source is one Go file of the repository.
type source struct {
	path string // from the root, with slashes
	pkg  string // its folder
	text string
	tree *ast.File
	set  *token.FileSet
}

func (s source) test() bool { return strings.HasSuffix(s.path, "_test.go") }

// imports lists the paths that the file imports.
func (s source) imports() []string {
	var out []string
	for _, i := range s.tree.Imports {
		path, _ := strconv.Unquote(i.Path.Value) // the parser accepted it
		out = append(out, path)
	}
	return out
}

// line is where a node stands, for messages.
func (s source) line(n ast.Node) string {
	return s.path + ":" + strconv.Itoa(s.set.Position(n.Pos()).Line)
}

var sources = sync.OnceValues(readSources)

func readSources() ([]source, error) {
	var out []source
	files, err := repository()
	if err != nil {
		return nil, err
	}
	for _, path := range files {
		if !strings.HasSuffix(path, ".go") {
			continue
		}
		text, err := os.ReadFile(filepath.Join(root, path))
		if os.IsNotExist(err) {
			continue // removed, and not yet committed
		}
		if err != nil {
			return nil, err
		}
		set := token.NewFileSet()
		tree, err := parser.ParseFile(set, path, text, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		out = append(out, source{path, filepath.ToSlash(filepath.Dir(path)), string(text), tree, set})
	}
	return out, nil
}

const root = "../.."

// repository lists the files that belong to the repository, whether committed
// yet or not.
var repository = sync.OnceValues(func() ([]string, error) {
	cmd := exec.Command("git", "ls-files", "--cached", "--others", "--exclude-standard")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		return walk()
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n"), nil
})

// walk stands in where there is no git: an unpacked archive.
func walk() (out []string, err error) {
	err = filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || d.Name() == ".git") {
			return filepath.SkipDir
		}
		if !d.IsDir() {
			rel, err := filepath.Rel(root, path)
			out = append(out, filepath.ToSlash(rel))
			return err
		}
		return nil
	})
	return out, err
}

// program is the Go files that are not tests.
func program(t *testing.T) []source {
	t.Helper()
	all, err := sources()
	if err != nil {
		t.Fatal(err)
	}
	var out []source
	for _, s := range all {
		if !s.test() && s.pkg != "internal/arch" {
			out = append(out, s)
		}
	}
	if len(out) < 50 {
		t.Fatalf("only %d files were found", len(out))
	}
	return out
}

// ownPackage is the folder of a package of this module.
func ownPackage(path string) (string, bool) { return strings.CutPrefix(path, module) }

// allowed reports whether a package may be imported, and what kind it is.
func allowed(path string, own, others []string) (ok bool, kind string) {
	if folder, ours := ownPackage(path); ours {
		for _, p := range own {
			if p == folder {
				return true, ""
			}
		}
		return false, "a package of ours"
	}
	if first, _, _ := strings.Cut(path, "/"); !strings.Contains(first, ".") {
		return true, "" // the standard library
	}
	for _, p := range others {
		if path == p || strings.HasPrefix(path, strings.TrimSuffix(p, "/")+"/") {
			return true, ""
		}
	}
	return false, "a package of others"
}

// text reads a file of the repository; binary files and those that are gone
// give nothing.
func text(t *testing.T, path string) string {
	t.Helper()
	body, err := os.ReadFile(filepath.Join(root, path))
	if os.IsNotExist(err) {
		return ""
	}
	if err != nil {
		t.Fatal(err)
	}
	if bytes.IndexByte(body[:min(len(body), 8000)], 0) >= 0 {
		return ""
	}
	return string(body)
}
