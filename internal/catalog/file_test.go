package catalog_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"relier/internal/catalog"
	"relier/internal/domain"
)

// plain is a small file with everything in it once.
const plain = `{
  "format": "relier-catalogue", "version": 1, "snapshot": "2026-03-01",
  "source": {"title": "Our reading of the page", "url": "https://example.org/page", "licence": "CC BY 4.0", "attribution": "Microsoft"},
  "services": [
    {"id": "azure", "name": {"en": "Azure", "fr": "Azure"}, "environments": ["public", "government"]},
    {"id": "flow", "name": {"en": "Power Automate"}, "changes": [
      {"kind": "renamed", "now": "Flow Cloud"},
      {"kind": "renamed", "on": "2019-11-04", "now": "Power Automate"},
      {"kind": "moved", "on": "2026-02-01", "now": "Power Platform"}], "note": {"en": "Announced."}},
    {"id": "old", "name": {"en": "Old"}, "closed": "2026-06-30", "successor": "New"}
  ],
  "documents": [
    {"id": "cert-1", "kind": "certificate", "title": {"en": "Certificate"}, "number": "IS 1", "edition": "2022", "services": ["azure", "flow"], "url": "https://example.org/c"},
    {"id": "soa-1", "kind": "statement_of_applicability", "title": {"en": "SoA", "fr": "DdA"}}
  ]
}`

func TestReadFile_ReadsEverything(t *testing.T) {
	t.Parallel()
	f, err := catalog.ReadFile([]byte("\xef\xbb\xbf" + plain))
	if err != nil {
		t.Fatal(err)
	}
	flow, _ := f.Service("flow")
	old, _ := f.Service("old")
	cert, _ := f.Document("cert-1")
	switch {
	case f.Snapshot != domain.MustDate("2026-03-01") || f.Source.Attribution != "Microsoft" || len(f.Services) != 3 || len(f.Documents) != 2:
		t.Errorf("the frame is %+v", f)
	case len(flow.Changes) != 3 || flow.Changes[0].On != 0 || flow.Changes[2] != (domain.ServiceChange{Kind: domain.ServiceMoved, On: domain.MustDate("2026-02-01"), Now: "Power Platform"}):
		t.Errorf("changes %+v", flow.Changes)
	case flow.NowNamed() != "Power Automate":
		t.Errorf("now named %q", flow.NowNamed())
	case old.Closed != domain.MustDate("2026-06-30") || old.Successor != "New":
		t.Errorf("closed %+v", old)
	case cert.Edition != domain.Edition2022 || cert.Number != "IS 1" || len(cert.Services) != 2:
		t.Errorf("certificate %+v", cert)
	}
}

// Each refusal names the line and the path, and one rule.
func TestReadFile_Refuses(t *testing.T) {
	t.Parallel()
	with := func(old, now string) string {
		if !strings.Contains(plain, old) {
			t.Fatalf("%q is not in the file", old)
		}
		return strings.Replace(plain, old, now, 1)
	}
	many := func(n int, item string) string {
		return "[" + strings.TrimSuffix(strings.Repeat(item+",", n), ",") + "]"
	}
	for name, c := range map[string]struct{ file, key, path string }{
		"nothing":                   {"  \n", "empty", ""},
		"over the size":             {`"` + strings.Repeat("x", catalog.FileMost) + `"`, "large", ""},
		"another encoding":          {"{\"format\": \"\xe9\"}", "encoding", ""},
		"no JSON":                   {"format: relier", "syntax", ""},
		"cut off":                   {plain[:len(plain)-3], "syntax", ""},
		"something after the end":   {plain + "{}", "trailing", ""},
		"a list instead":            {"[]", "want_object", ""},
		"too deep":                  {strings.Repeat("[", 9) + strings.Repeat("]", 9), "depth", "[0][0][0][0][0][0][0][0]"},
		"too many values":           {many(200_001, "1"), "values", "[199999]"},
		"a name twice":              {with(`"version": 1`, `"version": 1, "version": 1`), "twice", "version"},
		"a name twice inside":       {with(`{"en": "Azure"`, `{"en": "A", "en": "Azure"`), "twice", "services[0].name.en"},
		"an unknown field":          {with(`"successor"`, `"sucessor"`), "unknown", "services[2].sucessor"},
		"a field in other case":     {with(`"snapshot"`, `"Snapshot"`), "unknown", "Snapshot"},
		"no source":                 {with(`"source"`, `"sources"`), "unknown", "sources"},
		"no format":                 {with(`"format": "relier-catalogue", `, ``), "missing", "format"},
		"another format":            {with("relier-catalogue", "relier-controls"), "format", "format"},
		"another version":           {with(`"version": 1`, `"version": 2`), "version", "version"},
		"a version in quotes":       {with(`"version": 1`, `"version": "1"`), "version", "version"},
		"no snapshot day":           {with("2026-03-01", ""), "date", "snapshot"},
		"a month only":              {with("2026-06-30", "2026-06"), "date", "services[2].closed"},
		"a day that is none":        {with("2026-02-01", "2026-02-30"), "date", "services[1].changes[2].on"},
		"a number for a day":        {with(`"2026-06-30"`, `20260630`), "date", "services[2].closed"},
		"no attribution":            {with(`"attribution": "Microsoft"`, `"attribution": " "`), "text_empty", "source.attribution"},
		"a licence too long":        {with("CC BY 4.0", strings.Repeat("x", 301)), "text_long", "source.licence"},
		"a script for an address":   {with("https://example.org/c", "javascript:alert(1)"), "url", "documents[0].url"},
		"half an address":           {with("https://example.org/page", "example.org"), "url", "source.url"},
		"a control character":       {with(`"en": "Old"`, `"en": "O\u0007ld"`), "characters", "services[2].name.en"},
		"an override of direction":  {with(`"en": "Old"`, `"en": "O\u202eld"`), "characters", "services[2].name.en"},
		"half a surrogate":          {with(`"en": "Old"`, `"en": "\ud800"`), "characters", "services[2].name.en"},
		"a name that is null":       {with(`{"en": "Power Automate"}`, `null`), "want_object", "services[1].name"},
		"a name without English":    {with(`{"en": "Power Automate"}`, `{"fr": "Automate"}`), "missing", "services[1].name.en"},
		"a name as plain text":      {with(`{"en": "Power Automate"}`, `"Power Automate"`), "want_object", "services[1].name"},
		"a number for a text":       {with(`"Announced."`, `7`), "want_text", "services[1].note.en"},
		"services as an object":     {with(`"services": [`+"\n", `"services": {}, "x": [`), "want_list", "services"},
		"a service as a text":       {with(`{"id": "old"`, `"old", {"id": "old"`), "want_object", "services[2]"},
		"an id with capitals":       {with(`"id": "old"`, `"id": "Old"`), "id", "services[2].id"},
		"an id with a space":        {with(`"id": "old"`, `"id": "ol d"`), "id", "services[2].id"},
		"an id too long":            {with(`"id": "old"`, `"id": "`+strings.Repeat("x", 81)+`"`), "text_long", "services[2].id"},
		"an id twice":               {with(`"id": "old"`, `"id": "azure"`), "id_twice", "services[2].id"},
		"a document's id twice":     {with(`"id": "soa-1"`, `"id": "cert-1"`), "id_twice", "documents[1].id"},
		"an unknown cloud":          {with(`"government"`, `"moon"`), "choice", "services[0].environments[1]"},
		"a cloud twice":             {with(`"government"`, `"public"`), "again", "services[0].environments[1]"},
		"an unknown change":         {with(`"moved"`, `"sold"`), "choice", "services[1].changes[2].kind"},
		"a change to nothing":       {with(`"Power Platform"`, `""`), "text_empty", "services[1].changes[2].now"},
		"changes out of order":      {with("2026-02-01", "2018-01-01"), "order", "services[1].changes[2].on"},
		"a change twice":            {with(`{"kind": "moved", "on": "2026-02-01", "now": "Power Platform"}`, `{"kind": "renamed", "on": "2019-11-04", "now": "Power Automate"}`), "again", "services[1].changes[2]"},
		"too many changes":          {with(`"changes": [`, `"changes": `+many(51, `1`)+`, "x": [`), "count", "services[1].changes"},
		"too many services":         {with(`"services": [`+"\n", `"services": `+many(1001, `1`)+`, "x": [`), "count", "services"},
		"an unknown kind":           {with(`"kind": "certificate"`, `"kind": "logo"`), "choice", "documents[0].kind"},
		"an unknown edition":        {with(`"edition": "2022"`, `"edition": "2005"`), "choice", "documents[0].edition"},
		"a certificate without one": {with(`"edition": "2022", `, ``), "edition", "documents[0].edition"},
		"a service nobody lists":    {with(`["azure", "flow"]`, `["azure", "teams"]`), "no_service", "documents[0].services[1]"},
		"a service named twice":     {with(`["azure", "flow"]`, `["azure", "azure"]`), "again", "documents[0].services[1]"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := catalog.ReadFile([]byte(c.file))
			var all domain.FieldErrors
			switch e := err.(type) {
			case domain.FieldErrors:
				all = e
			case *domain.Error:
				all = domain.FieldErrors{e}
			default:
				t.Fatalf("got %v", err)
			}
			for _, e := range all {
				if e.Key == "error.catalogue."+c.key && e.Args["Path"] == c.path && e.Field == "file" {
					return
				}
			}
			t.Errorf("got %v, want %s at %q", all[0], c.key, c.path)
		})
	}
}

func TestReadFile_NamesTheLine(t *testing.T) {
	t.Parallel()
	_, err := catalog.ReadFile([]byte(strings.Replace(plain, "2026-06-30", "soon", 1)))
	var e domain.FieldErrors
	if f, ok := err.(domain.FieldErrors); ok {
		e = f
	}
	if len(e) != 1 || e[0].Args["Line"] != 10 || e[0].Args["Value"] != "soon" {
		t.Errorf("got %v", err)
	}
	_, err = catalog.ReadFile([]byte("{\n\"format\": \"relier-catalogue\",\n}"))
	if e, ok := err.(*domain.Error); !ok || e.Key != "error.catalogue.syntax" || e.Args["Line"] != 3 {
		t.Errorf("got %v", err)
	}
}

func TestReadFile_TellsSeveralAtOnceButNotEndlessly(t *testing.T) {
	t.Parallel()
	_, err := catalog.ReadFile([]byte(`{"format":"relier-catalogue","version":1,"snapshot":"x","source":{},"services":[` +
		strings.TrimSuffix(strings.Repeat(`{"id":"A"},`, 100), ",") + `],"documents":[]}`))
	if e, ok := err.(domain.FieldErrors); !ok || len(e) != 20 {
		t.Errorf("got %v", err)
	}
}

func TestReadFile_CleansTexts(t *testing.T) {
	t.Parallel()
	f, err := catalog.ReadFile([]byte(strings.Replace(plain, `"Announced."`, `" Announced\r\nin March. "`, 1)))
	if flow, _ := f.Service("flow"); err != nil || flow.Note.EN != "Announced in March." {
		t.Errorf("got %q, %v", flow.Note.EN, err)
	}
}

// The page that describes the format shows a file that is read, and names every
// field that the reader knows.
func TestReadFile_AsDocumented(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("../../docs/catalogue-format.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(b), "```json\n")
	example, _, _ := strings.Cut(rest, "```")
	f, err := catalog.ReadFile([]byte(example))
	if err != nil || len(f.Services) != 2 || len(f.Documents) != 1 {
		t.Errorf("the example reads as %+v, %v", f, err)
	}
	for _, v := range []any{f, f.Source, f.Services[0], f.Documents[0], f.Services[0].Changes[0]} {
		for i := range reflect.TypeOf(v).NumField() {
			name, _, _ := strings.Cut(reflect.TypeOf(v).Field(i).Tag.Get("json"), ",")
			if !strings.Contains(string(b), "| `"+name+"` |") {
				t.Errorf("the page does not describe %s", name)
			}
		}
	}
}

func TestOwnFile_ReadsBackToItself(t *testing.T) {
	t.Parallel()
	own := catalog.OwnFile()
	got, err := catalog.ReadFile(catalog.EncodeFile(own))
	if err != nil {
		t.Fatal(err)
	}
	if catalog.DigestFile(got) != catalog.DigestFile(own) || len(own.Services) != 24 || len(own.Documents) != 19 {
		t.Errorf("%d services, %d documents, or they differ", len(own.Services), len(own.Documents))
	}
	germany, _ := own.Service("azure-germany")
	flow, _ := own.Service("flow")
	if germany.Closed != domain.MustDate("2021-10-29") || flow.NowNamed() != "Power Automate" || own.Snapshot != domain.MustDate("2020-01-22") {
		t.Errorf("closed %s, now %q, snapshot %s", germany.Closed, flow.NowNamed(), own.Snapshot)
	}
}

// Laid over what it was made from, the program's own file changes nothing that
// a page shows.
func TestOwnFile_OverItselfSaysTheSame(t *testing.T) {
	t.Parallel()
	for _, listed := range catalog.OwnFile().Services {
		known, _ := catalog.CatalogueService(listed.ID)
		got := listed.Over(known)
		if got.Name != known.Name || got.NowNamed != known.NowNamed || got.Closed != known.Closed || got.Successor != known.Successor {
			t.Errorf("%+v became %+v", known, got)
		}
	}
}

func FuzzReadFile(f *testing.F) {
	f.Add([]byte(plain))
	for _, s := range []string{"", "{}", "[[]]", `{"format":"relier-catalogue"`, "\xef\xbb\xbf{}", `{"a":{"a":1,"a":2}}`, `"\ud800"`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := catalog.ReadFile(b)
		if err != nil {
			if domain.KindOf(err) != domain.KindInvalid {
				t.Fatalf("an error that says nothing: %v", err)
			}
			return
		}
		if !json.Valid(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))) {
			t.Fatal("accepted what is no JSON")
		}
		again, err := catalog.ReadFile(catalog.EncodeFile(got))
		if err != nil || !reflect.DeepEqual(again, got) {
			t.Fatalf("does not come back: %v\n%s", err, fmt.Sprintf("%+v\n%+v", got, again))
		}
	})
}
