package i18n_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"relier/internal/i18n"
)

var update = flag.Bool("update", false, "set the typography of the French files")

// entry is a message as written: one text, or one per plural form.
type entry map[string]string

func (e *entry) UnmarshalJSON(b []byte) error {
	if b[0] == '"' {
		*e = entry{"": ""}
		var s string
		err := json.Unmarshal(b, &s)
		(*e)[""] = s
		return err
	}
	return json.Unmarshal(b, (*map[string]string)(e))
}

// messages reads every locale file of a language.
func messages(t *testing.T, lang string) map[string]entry {
	t.Helper()
	files, err := filepath.Glob("locales/*." + lang + ".json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no locale files for %s (%v)", lang, err)
	}
	out := map[string]entry{}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var m map[string]entry
		if err := json.Unmarshal(b, &m); err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		for k, v := range m {
			out[k] = v
		}
	}
	return out
}

var field = regexp.MustCompile(`\.([A-Z][A-Za-z0-9]*)`)
var action = regexp.MustCompile(`\{\{[^{}]*\}\}`)

// placeholders lists the argument names that a message uses in any of its forms.
// A plural form may leave the count out: "one thing", "two things".
func placeholders(e entry) []string {
	set := map[string]bool{}
	for _, text := range e {
		for _, a := range action.FindAllString(text, -1) {
			for _, m := range field.FindAllStringSubmatch(a, -1) {
				set[m[1]] = true
			}
		}
	}
	var out []string
	for name := range set {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

func TestLocales_SameKeysAndPlaceholders(t *testing.T) {
	t.Parallel()
	en, fr := messages(t, "en"), messages(t, "fr")
	for key, e := range en {
		f, ok := fr[key]
		if !ok {
			t.Errorf("%s has no French", key)
			continue
		}
		if (len(e) == 1) != (len(f) == 1) {
			t.Errorf("%s is plural in one language only", key)
		}
		if a, b := placeholders(e), placeholders(f); !slices.Equal(a, b) {
			t.Errorf("%s: English takes %v, French %v", key, a, b)
		}
	}
	for key := range fr {
		if _, ok := en[key]; !ok {
			t.Errorf("%s has no English", key)
		}
	}
}

func TestLocales_Filled(t *testing.T) {
	t.Parallel()
	for _, lang := range i18n.Langs {
		for key, e := range messages(t, lang) {
			for _, text := range e {
				if strings.TrimSpace(text) == "" {
					t.Errorf("%s is empty in %s", key, lang)
				}
			}
		}
	}
}

func TestLocales_FrenchTypography(t *testing.T) {
	if *update {
		setFrench(t)
	}
	for key, e := range messages(t, "fr") {
		for _, text := range e {
			if want := i18n.Typography("fr", text); text != want {
				t.Errorf("%s: %q should be %q; run: go test ./internal/i18n -run French -update", key, text, want)
			}
		}
	}
}

// setFrench rewrites each French file in place, text by text, so that the
// order and layout of its author stay.
func setFrench(t *testing.T) {
	t.Helper()
	files, _ := filepath.Glob("locales/*.fr.json")
	str := regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		set := str.ReplaceAllFunc(b, func(lit []byte) []byte {
			var s string
			if json.Unmarshal(lit, &s) != nil || i18n.Typography("fr", s) == s {
				return lit
			}
			return quote(i18n.Typography("fr", s))
		})
		if !bytes.Equal(set, b) {
			if err := os.WriteFile(f, set, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func quote(s string) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if e.Encode(s) != nil {
		panic(s)
	}
	return bytes.TrimSpace(b.Bytes())
}

var (
	callT   = regexp.MustCompile(`\.[TN]\(\s*"([^"]+)"\s*,`)
	errKey  = regexp.MustCompile(`"(error\.[a-z0-9_.]*[a-z0-9_])"`)
	literal = regexp.MustCompile(`"([a-z][a-z0-9_]*(?:\.[a-zA-Z0-9_-]+)+)"`)
)

// sources reads the program's own text: .templ files, and .go files that are
// neither tests nor generated.
func sources(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name := d.Name(); name == "node_modules" || name == ".git" || name == "testdata" {
				return fs.SkipDir
			}
			return nil
		}
		wanted := strings.HasSuffix(path, ".templ") || strings.HasSuffix(path, ".go") &&
			!strings.HasSuffix(path, "_test.go") && !strings.HasSuffix(path, "_templ.go")
		if !wanted {
			return nil
		}
		b, err := os.ReadFile(path)
		out[path] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func dynamic(key string) bool {
	return slices.ContainsFunc(i18n.Dynamic, func(p string) bool { return strings.HasPrefix(key, p) })
}

func TestLocales_NoKeyMissing(t *testing.T) {
	t.Parallel()
	en := messages(t, "en")
	for path, text := range sources(t) {
		for _, re := range []*regexp.Regexp{callT, errKey} {
			for _, m := range re.FindAllStringSubmatch(text, -1) {
				if _, ok := en[m[1]]; !ok && !strings.HasSuffix(m[1], ".") {
					t.Errorf("%s uses %s, which no locale file defines", path, m[1])
				}
			}
		}
	}
}

func TestLocales_NoKeyUnused(t *testing.T) {
	t.Parallel()
	used := map[string]bool{}
	for _, text := range sources(t) {
		for _, m := range literal.FindAllStringSubmatch(text, -1) {
			used[m[1]] = true
		}
	}
	for key := range messages(t, "en") {
		if !used[key] && !dynamic(key) {
			t.Errorf("%s is defined and never used", key)
		}
	}
}

func TestDynamic_EveryPrefixHasKeys(t *testing.T) {
	t.Parallel()
	en := messages(t, "en")
	for _, p := range i18n.Dynamic {
		found := false
		for key := range en {
			found = found || strings.HasPrefix(key, p)
		}
		if !found {
			t.Errorf("no key begins with %s", p)
		}
	}
}

// TestErrors_ThatCountHavePluralForms: views.ErrorText asks for the plural of
// whatever error carries a count.
func TestErrors_ThatCountHavePluralForms(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("locales/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal("no locale files", err)
	}
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var messages map[string]any
		if err := json.Unmarshal(raw, &messages); err != nil {
			t.Fatal(err)
		}
		for key, v := range messages {
			if text, one := v.(string); one && strings.HasPrefix(key, "error.") && strings.Contains(text, "{{.Count}}") {
				t.Errorf("%s: %s counts and has one form", name, key)
			}
		}
	}
}
