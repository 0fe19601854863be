package sheet_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"relier/internal/domain"
	"relier/internal/sheet"
)

func read(t testing.TB, data []byte, o sheet.Options) *sheet.Table {
	t.Helper()
	table, err := sheet.Read(t.Context(), bytes.NewReader(data), o)
	if err != nil {
		t.Fatalf("Read: %v", err)
	}
	return table
}

// refused reads data and checks the key and arguments of the error.
func refused(t *testing.T, data []byte, o sheet.Options, key string, args domain.Args) {
	t.Helper()
	table, err := sheet.Read(t.Context(), bytes.NewReader(data), o)
	e, ok := errors.AsType[*domain.Error](err)
	if !ok || e.Key != key || len(args) > 0 && !reflect.DeepEqual(e.Args, args) {
		t.Errorf("Read = %+v, %v; want %s %v", table, err, key, args)
	}
}

func at(row int, column string) domain.Args { return domain.Args{"Row": row, "Column": column} }

// cells returns the rows of a table without their numbers.
func cells(t *sheet.Table) [][]string {
	var all [][]string
	for _, r := range t.Rows {
		all = append(all, r.Cells)
	}
	return all
}

var controls = sheet.Table{
	Header: []string{"Réf.", "Intitulé", "Responsable"},
	Rows: []sheet.Row{
		{2, []string{"A.5.1", "Politiques, règles ; « procédures »", "Zoé Œuvrard"}},
		{4, []string{"A.5.2", "Rôles\nresponsabilités et \"autorités\"", ""}},
	},
}

// csv writes controls with a separator and a line end; line 3 is blank.
func csv(comma, eol string) string {
	q := func(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }
	var b strings.Builder
	b.WriteString(strings.Join(controls.Header, comma) + eol)
	for i, r := range controls.Rows {
		b.WriteString(strings.Join([]string{r.Cells[0], q(r.Cells[1]), r.Cells[2]}, comma) + eol)
		if i == 0 {
			b.WriteString(strings.Repeat(comma, 2) + eol)
		}
	}
	return b.String()
}

func TestRead_CSV(t *testing.T) {
	t.Parallel()
	utf16 := func(e unicode.Endianness) func(string) string {
		return func(s string) string {
			out, _ := unicode.UTF16(e, unicode.UseBOM).NewEncoder().String(s)
			return out
		}
	}
	for encoding, encode := range map[string]func(string) string{
		"UTF-8":        func(s string) string { return s },
		"UTF-8 BOM":    func(s string) string { return "\ufeff" + s },
		"UTF-16 LE":    utf16(unicode.LittleEndian),
		"UTF-16 BE":    utf16(unicode.BigEndian),
		"Windows-1252": func(s string) string { out, _ := charmap.Windows1252.NewEncoder().String(s); return out },
	} {
		for _, comma := range []string{",", ";", "\t"} {
			for _, eol := range []string{"\n", "\r\n", "\r"} {
				t.Run(fmt.Sprintf("%s %q %q", encoding, comma, eol), func(t *testing.T) {
					got := read(t, []byte(encode(csv(comma, eol))), sheet.Options{})
					if !reflect.DeepEqual(*got, controls) {
						t.Errorf("got  %+v\nwant %+v", *got, controls)
					}
				})
			}
		}
	}
	for name, c := range map[string]struct {
		text string
		want [][]string // headings first
	}{
		"no line end at the end":        {"a,b\n1,2", [][]string{{"a", "b"}, {"1", "2"}}},
		"one column":                    {"a\n1\n\"2, really\"\n", [][]string{{"a"}, {"1"}, {"2, really"}}},
		"separator said outright":       {"sep=;\r\na,b;c\r\n1,2;3\r\n", [][]string{{"a,b", "c"}, {"1,2", "3"}}},
		"semicolons around commas":      {"a;b\n1,5;2,5\n3,5;4\n", [][]string{{"a", "b"}, {"1,5", "2,5"}, {"3,5", "4"}}},
		"semicolons inside quotes":      {"a,\"x;y;z\"\n1,\"2;3;4\"\n", [][]string{{"a", "x;y;z"}, {"1", "2;3;4"}}},
		"headings alone":                {"Code;Titre;Détail, long\n", [][]string{{"Code", "Titre", "Détail, long"}}},
		"quote inside a field":          {"a,b\n5\" disk,2\n", [][]string{{"a", "b"}, {`5" disk`, "2"}}},
		"line break kept as it is":      {"a,b\n\"1\r\n2\",3\n", [][]string{{"a", "b"}, {"1\r\n2", "3"}}},
		"nothing under empty headings":  {"a,b,,\n1,2,,\n", [][]string{{"a", "b"}, {"1", "2"}}},
		"a gap between headings":        {"a,,b\n1,2,3\n", [][]string{{"a", "", "b"}, {"1", "2", "3"}}},
		"space around headings only":    {" a , b\n 1 ,2\n", [][]string{{"a", "b"}, {" 1 ", "2"}}},
		"apostrophes of an inert table": {"a,b\n'=1+1,'tis\n''=1,'\n", [][]string{{"a", "b"}, {"=1+1", "'tis"}, {"'=1", "'"}}},
	} {
		t.Run(name, func(t *testing.T) {
			table := read(t, []byte(c.text), sheet.Options{})
			if got := append([][]string{table.Header}, cells(table)...); !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestRead_CSV_refuses(t *testing.T) {
	t.Parallel()
	small := sheet.Options{Limits: sheet.Limits{Bytes: 1000, Rows: 3, Columns: 4, Cell: 10}}
	for name, c := range map[string]struct {
		text string
		key  string
		args domain.Args
	}{
		"nothing":               {"", "error.sheet.empty", nil},
		"blank rows":            {"\n , \n,\n", "error.sheet.empty", nil},
		"a short row":           {"code,title,owner\nA,B,C\nA,B\n", "error.sheet.missing_cell", at(3, "C (owner)")},
		"a row a break cut":     {"code,title\nA.1,one\nand more\n", "error.sheet.missing_cell", at(3, "B (title)")},
		"a cell too many":       {"code,title\nA,B\nA,B,C\n", "error.sheet.extra_cell", at(3, "C")},
		"text after a quote":    {"code,title\nA,\"B\"b\n", "error.sheet.quote", at(2, "B")},
		"a quote never closed":  {"code,title\nA,B\nA,\"B\nA,B\n", "error.sheet.quote_open", at(3, "B")},
		"bytes of no encoding":  {"code,title\nA,\x81\n", "error.sheet.encoding", at(2, "B")},
		"damaged UTF-8":         {"code,title\nété,élève\xc3\n", "error.sheet.encoding", at(2, "B")},
		"damaged UTF-8 and BOM": {"\ufeffcode,title\n\xe9,B\n", "error.sheet.encoding", at(2, "A")},
		"NULs":                  {"code,title\nA,\x00\n", "error.sheet.format", nil},
		"UTF-16 without mark":   {"c\x00o\x00,\x00t\x00\n\x00", "error.sheet.format", nil},
		"HTML":                  {" <html><table>", "error.sheet.format", nil},
		"PDF":                   {"%PDF-1.7\n", "error.sheet.format", nil},
		"old Excel":             {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00\x00", "error.sheet.old_excel", nil},
		"too many rows":         {"a,b\n" + strings.Repeat("1,2\n", 4), "error.sheet.too_many_rows", domain.Args{"Max": 3}},
		"far too many rows":     {"a,b\n" + strings.Repeat("1,2\n", 99), "error.sheet.too_many_rows", domain.Args{"Max": 3}},
		"too many columns":      {"a,b,c,d,e\n", "error.sheet.too_many_columns", domain.Args{"Row": 1, "Max": 4}},
		"a long cell":           {"a,b\n1,éééééééééé!\n", "error.sheet.cell_too_long", domain.Args{"Row": 2, "Column": "B", "Max": 10}},
		"a large file":          {strings.Repeat("a", 1001), "error.sheet.too_large", domain.Args{"Max": domain.Bytes(1000)}},
	} {
		t.Run(name, func(t *testing.T) { refused(t, []byte(c.text), small, c.key, c.args) })
	}
	t.Run("a row without end", func(t *testing.T) {
		refused(t, bytes.Repeat([]byte(","), 10<<20), sheet.Options{}, "error.sheet.too_many_columns", domain.Args{"Row": 1, "Max": 16384})
	})
	t.Run("at the limits", func(t *testing.T) {
		table := read(t, []byte("a,b,c,d\n1,2,3,éééééééééé\n1,2,3,4\n1,2,3,4\n\n,,,,\n"), small)
		if len(table.Rows) != 3 {
			t.Errorf("%d rows", len(table.Rows))
		}
	})
	t.Run("cancelled", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := sheet.Read(ctx, strings.NewReader("a,b\n1,2\n"), sheet.Options{}); !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
	})
}

var wanted = []sheet.Column{
	{Key: "code", Names: []string{"Ref", "Référence", "Réf."}, Required: true},
	{Key: "title", Names: []string{"Title", "Intitulé", "Titre"}, Required: true},
	{Key: "owner", Names: []string{"Owner", "Responsable"}},
	{Key: "work", Names: []string{"Main d’œuvre"}},
}

func TestMatch(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		header  []string
		found   map[string]int
		missing []string
	}{
		"English":                 {[]string{"Owner", "Title", "Ref"}, map[string]int{"owner": 0, "title": 1, "code": 2}, nil},
		"French":                  {[]string{"Réf.", "Intitulé", "Responsable"}, map[string]int{"code": 0, "title": 1, "owner": 2}, nil},
		"keys":                    {[]string{"code", "title"}, map[string]int{"code": 0, "title": 1}, nil},
		"case, accents, dots":     {[]string{" REFERENCE :", "intitule*", "MAIN D'OEUVRE"}, map[string]int{"code": 0, "title": 1, "work": 2}, nil},
		"decomposed accents":      {[]string{"Re\u0301fe\u0301rence", "Titre"}, map[string]int{"code": 0, "title": 1}, nil},
		"the left of two":         {[]string{"Title", "Ref", "Title"}, map[string]int{"title": 0, "code": 1}, nil},
		"the earlier name":        {[]string{"Titre", "Title", "Ref"}, map[string]int{"title": 1, "code": 2}, nil},
		"required ones missing":   {[]string{"Owner", "Whatever"}, map[string]int{"owner": 0}, []string{"code", "title"}},
		"blank headings match no": {[]string{"", " ", "Ref", "Title"}, map[string]int{"code": 2, "title": 3}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			found, missing := sheet.Match(c.header, wanted)
			var keys []string
			for _, m := range missing {
				keys = append(keys, m.Key)
			}
			if !reflect.DeepEqual(found, c.found) || !slices.Equal(keys, c.missing) {
				t.Errorf("found %v, missing %v; want %v, %v", found, keys, c.found, c.missing)
			}
		})
	}
}

func TestRead_headingsBelowATitle(t *testing.T) {
	t.Parallel()
	text := "Controls of Title Ltd,,\n2026-11-23,Owner: me,\n,,\nRef,Title,Owner\nA.1,One,\n"
	table := read(t, []byte(text), sheet.Options{Want: wanted})
	want := sheet.Table{Header: []string{"Ref", "Title", "Owner"}, Rows: []sheet.Row{{5, []string{"A.1", "One", ""}}}}
	if !reflect.DeepEqual(*table, want) {
		t.Errorf("got %+v", *table)
	}
}

func TestTable_Column(t *testing.T) {
	t.Parallel()
	table := sheet.Table{Header: []string{"Ref", ""}}
	for i, want := range map[int]string{0: "A (Ref)", 1: "B", 25: "Z", 26: "AA", 701: "ZZ", 702: "AAA", 16383: "XFD"} {
		if got := table.Column(i); got != want {
			t.Errorf("Column(%d) = %q, want %q", i, got, want)
		}
	}
}
