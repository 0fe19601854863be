package sheet_test

import (
	"bytes"
	encodingcsv "encoding/csv"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"relier/internal/sheet"
)

func TestInert(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"=1+1": "'=1+1", "+1": "'+1", "-1": "'-1", "@SUM(A1)": "'@SUM(A1)", "＝1": "'＝1", "＋1": "'＋1", "－1": "'－1", "＠1": "'＠1",
		"\tx": "'\tx", "\rx": "'\rx", "\nx": "'\nx", "\t=1": "'\t'=1",
		" =1": "' =1", "\u00a0=1": "'\u00a0=1", "\u200b=1": "'\u200b=1", "\ufeff=1": "'\ufeff=1",
		"'=1": "''=1", "''=1": "'''=1", "' =1": "'' =1",
		"x;=1;y": "x;'=1;y", "x\t@y": "x\t'@y", "x\n- y\n- z": "x\n'- y\n'- z", "x;'=1": "x;''=1",
	} {
		got := sheet.Inert(s)
		if got != want {
			t.Errorf("Inert(%q) = %q, want %q", s, got, want)
		}
		if back := sheet.Live(got); back != s {
			t.Errorf("Live(%q) = %q, want %q", got, back, s)
		}
	}
	for _, s := range []string{"", "a=1", "1-2", "A.5.1", "'tis", "'", "''", " x", "é", "1+1=2", "«=»", "x; y", "x;'y"} {
		if got := sheet.Inert(s); got != s {
			t.Errorf("Inert(%q) = %q", s, got)
		}
		if got := sheet.Live(s); got != s {
			t.Errorf("Live(%q) = %q", s, got)
		}
	}
}

// nasty draws texts of the characters that separators, quotes, formulas,
// escapes and trimming are about.
func nasty() *rapid.Generator[string] {
	return rapid.StringOfN(rapid.SampledFrom([]rune(" \t\n,;\"'=+-@＝_x0D5F&<>]aé€œ\u00a0😀")), 0, 12, -1)
}

func drawRows(rt *rapid.T) [][]string {
	rows := rapid.SliceOfN(rapid.SliceOfN(nasty(), 3, 3), 0, 6).Draw(rt, "rows")
	return slices.DeleteFunc(rows, func(r []string) bool { return strings.TrimSpace(strings.Join(r, "")) == "" })
}

var header = []string{"Code", "=Titre; \"long\", court", "Notes"}

// same compares what was written with what was read.
func same(rt *rapid.T, table *sheet.Table, rows [][]string) {
	if !slices.Equal(table.Header, header) {
		rt.Fatalf("headings %q", table.Header)
	}
	if got := cells(table); len(got)+len(rows) > 0 && !reflect.DeepEqual(got, rows) {
		rt.Fatalf("got %q\nwant %q", got, rows)
	}
}

func TestWriteCSV_roundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		rows := drawRows(rt)
		var b bytes.Buffer
		if err := sheet.WriteCSV(&b, header, slices.Values(rows)); err != nil {
			rt.Fatal(err)
		}
		same(rt, read(t, b.Bytes(), sheet.Options{}), rows)
	})
}

func TestWriteCSV(t *testing.T) {
	t.Parallel()
	t.Run("as written", func(t *testing.T) {
		var b bytes.Buffer
		rows := [][]string{{"a", "-1", ""}, {`say "x"`, "l1\nl2", "a;b"}}
		if err := sheet.WriteCSV(&b, []string{"A", "B", "Été"}, slices.Values(rows)); err != nil {
			t.Fatal(err)
		}
		want := "\ufeffA,B,Été\r\na,'-1,\r\n\"say \"\"x\"\"\",\"l1\nl2\",\"a;b\"\r\n"
		if b.String() != want {
			t.Errorf("got %q\nwant %q", b.String(), want)
		}
	})
	t.Run("no cell is a formula, whatever separates", func(t *testing.T) {
		rapid.Check(t, func(rt *rapid.T) {
			var b bytes.Buffer
			if err := sheet.WriteCSV(&b, header, slices.Values(drawRows(rt))); err != nil {
				rt.Fatal(err)
			}
			for _, comma := range ",;\t" {
				r := encodingcsv.NewReader(strings.NewReader(strings.TrimPrefix(b.String(), "\ufeff")))
				r.Comma, r.LazyQuotes, r.FieldsPerRecord = comma, true, -1
				records, err := r.ReadAll()
				if err != nil {
					continue // not a table to that program
				}
				for _, cell := range slices.Concat(records...) {
					if trimmed := strings.TrimSpace(cell); trimmed != "" && strings.ContainsAny(trimmed[:1], "=+-@") {
						rt.Fatalf("cell %q of %q", cell, b.String())
					}
				}
			}
		})
	})
	t.Run("a writer that fails", func(t *testing.T) {
		broken := errors.New("pipe closed")
		if err := sheet.WriteCSV(failing{broken}, header, slices.Values([][]string{})); !errors.Is(err, broken) {
			t.Errorf("error %v", err)
		}
	})
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

func TestWriteXLSX_roundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		rows := drawRows(rt)
		var b bytes.Buffer
		if err := sheet.WriteXLSX(&b, sheet.Sheet{Name: "Mesures", Header: header, Rows: slices.Values(rows)}); err != nil {
			rt.Fatal(err)
		}
		same(rt, read(t, b.Bytes(), sheet.Options{}), rows)
	})
}

// soa is a workbook with all that Sheet offers.
func soa(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	err := sheet.WriteXLSX(&b, sheet.Sheet{
		Name:   "Déclaration d'applicabilité",
		Block:  [][2]string{{"Organisation", "Exemple SA"}, {"Note", "=1+1"}},
		Header: []string{"Ref", "Title", "Owner"},
		Widths: []float64{10, 42.5},
		Rows:   slices.Values([][]string{{"A.5.1", "=cmd|' /C calc'!A0", ""}, {"A.5.2", "Plain", "Zoé"}}),
	}, sheet.Sheet{Name: "About", Block: [][2]string{{"Version", "3"}}}, sheet.Sheet{Name: "C"}, sheet.Sheet{Name: "D"})
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestWriteXLSX(t *testing.T) {
	t.Parallel()
	data := soa(t)
	parts := unzipped(t, data)
	first := parts["xl/worksheets/sheet1.xml"]

	t.Run("same sheets, same bytes", func(t *testing.T) {
		for range 10 {
			if !bytes.Equal(soa(t), data) {
				t.Fatal("bytes differ")
			}
		}
	})
	t.Run("says nothing of when and by what it was made", func(t *testing.T) {
		for name, text := range parts {
			if strings.Contains(text, "xuri") || strings.Contains(text, "Go Excelize") || strings.Contains(text, "202") && strings.HasPrefix(name, "docProps/") {
				t.Errorf("%s: %s", name, text)
			}
		}
	})
	t.Run("lays out the table", func(t *testing.T) {
		for _, want := range []string{
			`<pageSetUpPr fitToPage="true">`, `orientation="landscape"`, `paperSize="9"`, `fitToHeight="0"`, `fitToWidth="1"`,
			`<pane activePane="bottomLeft" state="frozen" topLeftCell="A5" ySplit="4">`, `<autoFilter ref="$A$4:$C$6">`,
			`<cols><col min="1" max="1" width="10" customWidth="1"/><col min="2" max="2" width="42.5" customWidth="1"/></cols>`, `&amp;P / &amp;N`,
		} {
			if !strings.Contains(first, want) {
				t.Errorf("no %s in %s", want, first)
			}
		}
		if strings.Contains(first, "<dimension") {
			t.Error("a dimension that does not count the rows")
		}
		if want := `>&#39;Déclaration d’applicabilité&#39;!$4:$4</definedName>`; !strings.Contains(parts["xl/workbook.xml"], want) {
			t.Errorf("no %s in %s", want, parts["xl/workbook.xml"])
		}
	})
	t.Run("every cell is text, a formula in text format", func(t *testing.T) {
		f, err := excelize.OpenReader(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		for cell, want := range map[string]string{"B2": "=1+1", "B5": "=cmd|' /C calc'!A0", "B6": "Plain"} {
			name := f.GetSheetList()[0]
			value, _ := f.GetCellValue(name, cell)
			formula, _ := f.GetCellFormula(name, cell)
			kind, _ := f.GetCellType(name, cell)
			id, _ := f.GetCellStyle(name, cell)
			style, err := f.GetStyle(id)
			if value != want || formula != "" || kind != excelize.CellTypeInlineString || err != nil || (style.NumFmt == 49) != (want[0] == '=') {
				t.Errorf("%s = %q, formula %q, type %v, format %d, %v", cell, value, formula, kind, style.NumFmt, err)
			}
		}
		if strings.Contains(first, "<f>") {
			t.Error("a formula")
		}
	})
	t.Run("reads back below its block", func(t *testing.T) {
		table := read(t, data, sheet.Options{Want: wanted})
		want := sheet.Table{Sheet: "Déclaration d’applicabilité", Header: []string{"Ref", "Title", "Owner"}, Rows: []sheet.Row{
			{5, []string{"A.5.1", "=cmd|' /C calc'!A0", ""}}, {6, []string{"A.5.2", "Plain", "Zoé"}},
		}}
		if !reflect.DeepEqual(*table, want) {
			t.Errorf("got %+v", *table)
		}
	})
	t.Run("a text that no cell can hold is cut visibly", func(t *testing.T) {
		var b bytes.Buffer
		fits, long := strings.Repeat("é", 32767), strings.Repeat("😀", 20000)
		rows := slices.Values([][]string{{fits, long}})
		if err := sheet.WriteXLSX(&b, sheet.Sheet{Name: "S", Header: []string{"A", "B"}, Rows: rows}); err != nil {
			t.Fatal(err)
		}
		got := cells(read(t, b.Bytes(), sheet.Options{}))[0]
		if got[0] != fits || got[1] != strings.Repeat("😀", 16381)+" […]" {
			t.Errorf("%d characters, and %d ending in %q", len([]rune(got[0])), len([]rune(got[1])), got[1][len(got[1])-12:])
		}
	})
	t.Run("refuses", func(t *testing.T) {
		broken := errors.New("pipe closed")
		if err := sheet.WriteXLSX(failing{broken}, sheet.Sheet{Name: "S"}); !errors.Is(err, broken) {
			t.Errorf("error %v", err)
		}
		if err := sheet.WriteXLSX(&bytes.Buffer{}, sheet.Sheet{Name: "a/b"}); err == nil {
			t.Error("a sheet named a/b")
		}
	})
}
