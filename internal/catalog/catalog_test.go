package catalog_test

import (
	"fmt"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"relier/internal/catalog"
	"relier/internal/domain"
)

// everything is all that the package answers, by the name of the part.
func everything() map[string]any {
	var splits []domain.ProposedSplit
	for _, r := range slices.Concat(catalog.AnnexA(domain.Edition2013), catalog.AnnexA(domain.Edition2022)) {
		p, _ := catalog.ProposedSplit(r.Ref)
		splits = append(splits, p)
	}
	var areas []domain.Text
	for _, id := range []string{"organization", "incident", "continuity"} {
		name, _ := catalog.AreaName(id)
		areas = append(areas, name)
	}
	return map[string]any{
		"2013": catalog.Requirements(domain.Edition2013), "2022": catalog.Requirements(domain.Edition2022),
		"provider": *catalog.Provider(), "offering": catalog.CurrentOffering(),
		"matrix": catalog.Matrix(), "splits": splits, "areas": areas,
		"assurance": catalog.AssuranceEvidence(), "cloud": catalog.CloudControls(),
		"transition": catalog.Transition(), "attributions": catalog.Attributions(),
	}
}

// walk visits every string and every Text inside v with its path.
func walk(path string, v reflect.Value, visit func(path string, value any)) {
	if text, ok := v.Interface().(domain.Text); ok {
		visit(path, text)
		return
	}
	switch v.Kind() {
	case reflect.String:
		visit(path, v.String())
	case reflect.Struct:
		for i := range v.NumField() {
			walk(path+"."+v.Type().Field(i).Name, v.Field(i), visit)
		}
	case reflect.Slice:
		for i := range v.Len() {
			walk(fmt.Sprintf("%s[%d]", path, i), v.Index(i), visit)
		}
	}
}

func texts(t *testing.T) map[string]domain.Text {
	t.Helper()
	out := map[string]domain.Text{}
	for name, part := range everything() {
		walk(name, reflect.ValueOf(part), func(path string, value any) {
			if text, ok := value.(domain.Text); ok {
				out[path] = text
			}
		})
	}
	if len(out) < 800 {
		t.Fatalf("only %d texts were found", len(out))
	}
	return out
}

// mayBeEmpty matches the texts that an unchanged or undated service lacks.
var mayBeEmpty = regexp.MustCompile(`(StatusText|EffectiveText)$`)

func TestTexts_AreInBothLanguages(t *testing.T) {
	t.Parallel()
	for path, text := range texts(t) {
		if (text.EN == "") != (text.FR == "") || text.EN == "" && !mayBeEmpty.MatchString(path) {
			t.Errorf("%s is %q in English and %q in French", path, text.EN, text.FR)
		}
		if strings.TrimSpace(text.EN) != text.EN || strings.TrimSpace(text.FR) != text.FR {
			t.Errorf("%s has spaces around it", path)
		}
	}
}

// published matches the French that Microsoft wrote: it stays as it was.
var published = regexp.MustCompile(`^provider\.(Title|Services|AlsoNamed|InScope|Certificates|Assessments|Resources|WhitePapers|Backgrounder|MoreReports)` +
	`|^provider\.FAQ\[\d\]\.(Question|Bullets|Links)|^offering\.InScope`)

var typewriter = regexp.MustCompile(`'|"| [;:!?%»]|« |\.\.\.`)

func TestTexts_FrenchTypography(t *testing.T) {
	t.Parallel()
	for path, text := range texts(t) {
		if published.MatchString(path) && !strings.HasSuffix(path, "StatusText") {
			continue
		}
		if bad := typewriter.FindString(text.FR); bad != "" {
			t.Errorf("%s has %q in %q", path, bad, text.FR)
		}
	}
}

func TestAddresses_Parse(t *testing.T) {
	t.Parallel()
	n := 0
	for name, part := range everything() {
		walk(name, reflect.ValueOf(part), func(path string, value any) {
			s, ok := value.(string)
			if !ok || s == "" || !strings.HasSuffix(path, "URL") && !strings.HasPrefix(s, "http") {
				return
			}
			n++
			if u, err := url.Parse(s); err != nil || u.Scheme != "https" || u.Host == "" {
				t.Errorf("%s: %q is no https address (%v)", path, s, err)
			}
		})
	}
	if n < 50 {
		t.Errorf("only %d addresses were found", n)
	}
}

func TestCatalog_CallersCannotDisturbIt(t *testing.T) {
	t.Parallel()
	ref := domain.Ref{Edition: domain.Edition2022, Code: "A.7.1"}
	slices.Reverse(catalog.Requirements(domain.Edition2022))
	slices.Reverse(catalog.Crosswalk())
	slices.Reverse(catalog.PolicyGroups())
	slices.Reverse(catalog.Provider().Services)
	catalog.Provider().Certificates[0].Number = "IS 1"
	catalog.Matrix()[0].ByModel[domain.ModelSaaS] = domain.PartyNone
	changed, _ := catalog.ProposedSplit(ref)
	changed.ByModel[domain.ModelSaaS] = domain.PartyNone

	again, _ := catalog.ProposedSplit(ref)
	switch {
	case catalog.Requirements(domain.Edition2022)[0].Ref.Code != "4":
		t.Error("requirements were reordered")
	case catalog.Crosswalk()[0].From != "A.5.1.1":
		t.Error("the crosswalk was reordered")
	case catalog.PolicyGroups()[0].Code != "A.5.1.1":
		t.Error("policy groups were reordered")
	case catalog.Provider().Services[0].ID != "azure":
		t.Error("services were reordered")
	case catalog.Provider().Certificates[0].Number != "":
		t.Error("a certificate was numbered")
	case catalog.Matrix()[0].ByModel[domain.ModelSaaS] != domain.PartyOurs:
		t.Error("the matrix was changed")
	case again.ByModel[domain.ModelSaaS] != domain.PartyMicrosoft:
		t.Error("a proposal was changed")
	}
}

// Loading is part of the start of every command, so it must not be felt.
func TestCatalog_LoadsFast(t *testing.T) {
	best := time.Hour
	for range 10 {
		start := time.Now()
		catalog.Load()
		best = min(best, time.Since(start))
	}
	if best > 20*time.Millisecond {
		t.Errorf("loading takes %s, want at most 20 ms", best)
	}
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		catalog.Load()
	}
}
