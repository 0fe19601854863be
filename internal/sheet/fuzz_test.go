package sheet_test

import (
	"bytes"
	encodingcsv "encoding/csv"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"relier/internal/domain"
	"relier/internal/sheet"
)

// checked reads hostile bytes: an error must be ours, a table well-formed.
func checked(t *testing.T, data []byte) *sheet.Table {
	o := sheet.Options{Limits: sheet.Limits{Bytes: 1 << 20, Unpacked: 4 << 20, Rows: 100, Columns: 20, Cell: 1000}}
	table, err := sheet.Read(t.Context(), bytes.NewReader(data), o)
	if err != nil {
		e, ok := errors.AsType[*domain.Error](err)
		if !ok || !strings.HasPrefix(e.Key, "error.sheet.") {
			t.Fatalf("error %v", err)
		}
		return nil
	}
	if len(table.Header) == 0 || len(table.Header) > 20 || len(table.Rows) > 100 {
		t.Fatalf("%d headings, %d rows", len(table.Header), len(table.Rows))
	}
	last := 0
	for _, r := range table.Rows {
		if len(r.Cells) != len(table.Header) || r.Number <= last || strings.TrimSpace(strings.Join(r.Cells, "")) == "" {
			t.Fatalf("row %+v after row %d under %q", r, last, table.Header)
		}
		last = r.Number
	}
	return table
}

func FuzzReadCSV(f *testing.F) {
	for _, seed := range []string{
		"", "a,b\n1,2\n", "a;b\r\n\"1;\"\"2\";é\r\n", "sep=\t\na\tb\n", "\ufeffa,b\n'=1,'\n", "\xff\xfea\x00,\x00b\x00\n\x00",
		"Caf\xe9,b\n1,2", "a,b\n\"x\ny\",2\n\n,,\n3,4", "a,b\n\"", "\"a\"b,c", ",,,\n", "a\rb\rc", "<html>", "a,\x00",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if bytes.HasPrefix(data, []byte("PK")) {
			t.Skip("the other target's")
		}
		table := checked(t, data)
		if table == nil || !plain(data) {
			return
		}
		// On plain CSV the standard library must see the same cells.
		r := encodingcsv.NewReader(bytes.NewReader(data))
		r.FieldsPerRecord = -1
		records, err := r.ReadAll()
		if err != nil {
			return // stricter about quotes
		}
		var want [][]string
		for _, rec := range records {
			if strings.TrimSpace(strings.Join(rec, "")) != "" {
				want = append(want, rec[:min(len(rec), len(table.Header))])
			}
		}
		if got := cells(table); len(got) != len(want)-1 || len(got) > 0 && !reflect.DeepEqual(got, want[1:]) {
			t.Fatalf("got %q, encoding/csv %q", got, want[1:])
		}
	})
}

// plain reports whether data is CSV that both readers mean alike: ASCII, commas,
// line feeds, nothing inert.
func plain(data []byte) bool {
	for _, b := range data {
		if b >= 0x80 || strings.IndexByte(";\t\r'", b) >= 0 {
			return false
		}
	}
	return !bytes.HasPrefix(data, []byte("sep="))
}

func FuzzReadXLSX(f *testing.F) {
	small := workbook(f, func(x *excelize.File) {
		set(x, "Sheet1", map[string]any{"A1": "Ref", "B1": "Title", "A2": 1.5, "B2": true})
	})
	f.Add("xl/worksheets/sheet1.xml", []byte(`<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row></sheetData></worksheet>`))
	f.Add("xl/worksheets/sheet1.xml", []byte(`<worksheet><sheetData><row r="-1"><c r="XFE9" t="inlineStr"><is><t>x</t></is></c><c t="b"><v>1</v></c></row><row r="9999999"/></sheetData></worksheet>`))
	f.Add("xl/sharedStrings.xml", []byte(`<sst count="-1"><si><r><t>x</t></r></si></sst>`))
	f.Add("xl/styles.xml", []byte(`<styleSheet><numFmts><numFmt numFmtId="164" formatCode="[$-40C]d mmm yyyy;@"/></numFmts><cellXfs><xf numFmtId="164"/></cellXfs></styleSheet>`))
	f.Add("xl/workbook.xml", []byte(`<workbook><sheets><sheet name="a" sheetId="0" r:id="rId1"/></sheets></workbook>`))
	f.Add("xl/_rels/workbook.xml.rels", []byte(`<Relationships><Relationship Id="rId1" Target="../../x" Type="t"/></Relationships>`))
	f.Add("", small)
	f.Fuzz(func(t *testing.T, part string, data []byte) {
		if part != "" { // one part of a good workbook, so that the fuzzer need not learn ZIP
			data = repack(t, small, part, func(string) string { return string(data) })
		}
		checked(t, data)
	})
}
