package i18n_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"relier/internal/i18n"
)

// reasonSources says which prefixes the reasons of a domain file are shown under.
var reasonSources = map[string][]string{
	"reliance_provider.go": {"cause", "ground", "note"},
	"reliance_edition.go":  {"cause", "ground", "note"},
	"reliance_report.go":   {"cause", "ground", "note"},
	"reliance_own.go":      {"cause", "ground", "note"},
	"readiness.go":         {"readiness"},
	"sufficiency.go":       {"warning"},
}

// notCalls are codes that the rules build without a literal in the call.
var notCalls = map[string]map[string][]string{
	"reliance_provider.go": {"service_renamed": {"Service", "On", "Now", "Certificate"}, "service_moved": {"Service", "On", "Now", "Certificate"}},
	"reliance_own.go":      {"refused": nil, "lapsed": nil, "evidence_returned": {"Evidence"}, "evidence_expired": {"Evidence"}},
	"readiness.go":         {"test_exceptions": nil, "test_unable": nil},
}

// reasonCodes reads the codes that a domain file gives, with their parameters.
func reasonCodes(t *testing.T, file string) map[string][]string {
	t.Helper()
	src, err := os.ReadFile(filepath.Join("..", "domain", file))
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := parser.ParseFile(token.NewFileSet(), file, src, 0)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]string{}
	ast.Inspect(parsed, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		name, _ := call.Fun.(*ast.Ident)
		if name == nil || name.Name != "because" && name.Name != "counted" {
			return true
		}
		code, ok := literalOf(call.Args[0])
		if !ok {
			return true
		}
		out[code] = nil
		if name.Name == "counted" {
			out[code] = []string{"Count"}
			return true
		}
		for i := 1; i < len(call.Args); i += 2 {
			param, _ := literalOf(call.Args[i])
			out[code] = append(out[code], param)
		}
		return true
	})
	if len(out) < 5 {
		t.Fatalf("%s: found only %d codes; the test no longer understands it", file, len(out))
	}
	maps.Copy(out, notCalls[file])
	return out
}

func literalOf(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok {
		return "", false
	}
	s, err := strconv.Unquote(lit.Value)
	return s, err == nil
}

func TestReason_EveryCodeHasASentence(t *testing.T) {
	t.Parallel()
	en := messages(t, "en")
	given := map[string]bool{}
	for file, prefixes := range reasonSources {
		for code, params := range reasonCodes(t, file) {
			found := false
			for _, prefix := range prefixes {
				key := prefix + "." + code
				given[key] = true
				e, ok := en[key]
				if !ok {
					continue
				}
				found = true
				for _, p := range placeholders(e) {
					if !slices.Contains(params, p) {
						t.Errorf("%s shows {{.%s}}, which the rule never gives: %v", key, p, params)
					}
				}
			}
			if !found {
				t.Errorf("%s: code %s has no sentence under %v", file, code, prefixes)
			}
		}
	}
	for key := range en {
		prefix, _, _ := strings.Cut(key, ".")
		if (prefix == "cause" || prefix == "ground" || prefix == "note" || prefix == "readiness") && !given[key] {
			t.Errorf("%s has a sentence and no rule gives it", key)
		}
	}
}

func TestReason_WritesParametersInTheLanguage(t *testing.T) {
	t.Parallel()
	gap := map[string]string{"From": "2026-12-01", "To": "2026-12-30", "Days": "30"}
	day := map[string]string{"From": "2026-12-01", "To": "2026-12-01", "Days": "1"}
	scope := map[string]string{"Service": "Microsoft Intune", "Environment": "public", "Certificate": "IS 1"}
	edition := map[string]string{"Certificate": "IS 1", "Edition": "2013"}
	for _, c := range []struct {
		lang, prefix, code string
		params             map[string]string
		want               string
	}{
		{"en", "cause", "uncovered", gap, "No verified certificate covers 1 Dec 2026 to 30 Dec 2026 (30 days)"},
		{"fr", "cause", "uncovered", gap, "Aucun certificat vérifié ne couvre la période du 1er déc. 2026 au 30 déc. 2026 (30 jours)"},
		{"en", "cause", "uncovered", day, "No verified certificate covers 1 Dec 2026 (1 day)"},
		{"fr", "ground", "in_scope", scope, "Le périmètre cité du certificat «\u00a0IS 1\u00a0» nomme Microsoft Intune dans l’environnement «\u00a0Cloud public\u00a0»"},
		{"en", "ground", "same_edition", edition, "Certificate IS 1 is to ISO/IEC 27001:2013, as the engagement is"},
		{"fr", "cause", "nothing_to_rely_on", map[string]string{"Party": "ours"}, "Il n’y a rien sur quoi s’appuyer\u00a0: la répartition indique «\u00a0À nous\u00a0»"},
		{"en", "readiness", "review_pending", map[string]string{"Count": "1200"}, "1,200 evidence items wait for review"},
	} {
		if got := i18n.For(c.lang).Reason(c.prefix, c.code, c.params); got != c.want {
			t.Errorf("%s %s.%s\n got %q\nwant %q", c.lang, c.prefix, c.code, got, c.want)
		}
	}
}
