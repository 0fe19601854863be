package sheet_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"hash/crc32"
	"io"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"relier/internal/domain"
	"relier/internal/sheet"
)

// workbook lets fill make a workbook with excelize's ordinary, shared-string API,
// whose files look like those of a spreadsheet program.
func workbook(t testing.TB, fill func(f *excelize.File)) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	fill(f)
	b, err := f.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// set fills cells by their names.
func set(f *excelize.File, name string, cells map[string]any) {
	for cell, v := range cells {
		if err := f.SetCellValue(name, cell, v); err != nil {
			panic(err)
		}
	}
}

func TestRead_XLSX(t *testing.T) {
	t.Parallel()
	t.Run("as a person sees the cells", func(t *testing.T) {
		data := workbook(t, func(f *excelize.File) {
			set(f, "Sheet1", map[string]any{
				"A1": "Ref", "B1": "Value", "C1": "Note",
				"A2": "text", "B2": " à garder ", "C2": "=1+1",
				"A3": "number", "B3": 12.5,
				"A4": "code", "B4": 5.1,
				"A5": "date", "B5": time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC),
				"A6": "truth", "B6": true,
				"A7": "long number", "B7": 123456789012.0,
				"A9": "rich", "A10": "merged",
				"A12": " ", "A40": "",
			})
			style := func(s excelize.Style, cell string) {
				id, err := f.NewStyle(&s)
				if err != nil {
					t.Fatal(err)
				}
				f.SetCellStyle("Sheet1", cell, cell, id)
			}
			style(excelize.Style{NumFmt: 2}, "B4")  // 0.00
			style(excelize.Style{NumFmt: 14}, "B5") // the short date of whoever looks
			style(excelize.Style{NumFmt: 1}, "B30") // formatted, empty
			f.SetCellFormula("Sheet1", "B8", "1+1")
			f.SetCellRichText("Sheet1", "B9", []excelize.RichTextRun{{Text: "bold", Font: &excelize.Font{Bold: true}}, {Text: " plain"}})
			f.MergeCell("Sheet1", "A10", "B11")
		})
		table := read(t, data, sheet.Options{})
		want := sheet.Table{Sheet: "Sheet1", Header: []string{"Ref", "Value", "Note"}, Rows: []sheet.Row{
			{2, []string{"text", " à garder ", "=1+1"}}, {3, []string{"number", "12.5", ""}}, {4, []string{"code", "5.10", ""}},
			{5, []string{"date", "2026-11-23", ""}}, {6, []string{"truth", "TRUE", ""}}, {7, []string{"long number", "123456789012", ""}},
			{9, []string{"rich", "bold plain", ""}}, {10, []string{"merged", "", ""}},
		}}
		if !reflect.DeepEqual(*table, want) {
			t.Errorf("got  %+v\nwant %+v", *table, want)
		}
	})

	t.Run("a formula is the value saved with it", func(t *testing.T) {
		data := repack(t, workbook(t, func(f *excelize.File) { set(f, "Sheet1", map[string]any{"A1": "Sum"}) }),
			"xl/worksheets/sheet1.xml", func(p string) string {
				return strings.Replace(p, "</sheetData>", `<row r="2"><c r="A2"><f>1+1</f><v>42</v></c></row></sheetData>`, 1)
			})
		if got := cells(read(t, data, sheet.Options{})); !reflect.DeepEqual(got, [][]string{{"42"}}) {
			t.Errorf("got %v", got)
		}
	})

	several := workbook(t, func(f *excelize.File) {
		for _, name := range []string{"Hidden", "Data", "More"} {
			if _, err := f.NewSheet(name); err != nil {
				t.Fatal(err)
			}
			set(f, name, map[string]any{"B3": name, "B4": "x"})
		}
		f.SetSheetVisible("Hidden", false)
	})
	t.Run("the first visible sheet with content", func(t *testing.T) {
		table := read(t, several, sheet.Options{})
		want := sheet.Table{Sheet: "Data", Header: []string{"", "Data"}, Rows: []sheet.Row{{4, []string{"", "x"}}}}
		if !reflect.DeepEqual(*table, want) {
			t.Errorf("got %+v", *table)
		}
	})
	t.Run("the sheet asked for", func(t *testing.T) {
		if table := read(t, several, sheet.Options{Sheet: "More"}); table.Header[1] != "More" {
			t.Errorf("got %+v", *table)
		}
		refused(t, several, sheet.Options{Sheet: "Gone"}, "error.sheet.no_such_sheet",
			domain.Args{"Sheet": "Gone", "Sheets": "Sheet1, Hidden, Data, More"})
	})
}

func TestRead_XLSX_refuses(t *testing.T) {
	t.Parallel()
	small := sheet.Options{Limits: sheet.Limits{Rows: 3, Columns: 4, Cell: 10}}
	grid := func(rows, columns int) []byte {
		return workbook(t, func(f *excelize.File) {
			for r := range rows {
				for c := range columns {
					name, _ := excelize.CoordinatesToCellName(c+1, r+1)
					f.SetCellValue("Sheet1", name, "x")
				}
			}
		})
	}
	good := grid(3, 2)
	for name, c := range map[string]struct {
		data []byte
		key  string
		args domain.Args
	}{
		"too many rows":    {grid(5, 2), "error.sheet.too_many_rows", domain.Args{"Max": 3}},
		"too many columns": {grid(2, 5), "error.sheet.too_many_columns", domain.Args{"Row": 1, "Max": 4}},
		"a cell too many": {workbook(t, func(f *excelize.File) {
			set(f, "Sheet1", map[string]any{"A1": "Ref", "B1": "Title", "A3": "x", "D3": "y"})
		}), "error.sheet.extra_cell", at(3, "D")},
		"a long cell": {workbook(t, func(f *excelize.File) {
			set(f, "Sheet1", map[string]any{"A1": "Ref", "B2": "12345678901"})
		}), "error.sheet.cell_too_long", domain.Args{"Row": 2, "Column": "B", "Max": 10}},
		"an empty workbook":    {grid(0, 0), "error.sheet.empty", nil},
		"half a workbook":      {good[:len(good)/2], "error.sheet.damaged", nil},
		"its first bytes":      {good[:4], "error.sheet.damaged", nil},
		"another kind of zip":  {zipped(t, map[string]string{"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}), "error.sheet.damaged", nil},
		"no sheet in the part": {repack(t, good, "xl/worksheets/sheet1.xml", func(string) string { return "" }), "error.sheet.empty", nil},
		"a part cut short": {repack(t, good, "xl/worksheets/sheet1.xml", func(p string) string {
			return p[:strings.Index(p, `<row r="3"`)]
		}), "error.sheet.damaged", nil},
		"tags that do not match": {repack(t, good, "xl/worksheets/sheet1.xml", func(p string) string {
			return strings.Replace(p, `<row r="3"`, `</x><row r="3"`, 1)
		}), "error.sheet.damaged", nil},
		"a document type": {repack(t, good, "xl/sharedStrings.xml", func(p string) string {
			return `<!DOCTYPE x [<!ENTITY a "aaaaaaaa">]>` + p
		}), "error.sheet.damaged", nil},
		"one flipped bit": {flipped(t, good, "xl/worksheets/sheet1.xml"), "error.sheet.damaged", nil},
	} {
		t.Run(name, func(t *testing.T) { refused(t, c.data, small, c.key, c.args) })
	}
}

// zipped packs parts, stored.
func zipped(t testing.TB, parts map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	zw := zip.NewWriter(&b)
	for name, text := range parts {
		w, err := zw.CreateHeader(&zip.FileHeader{Name: name})
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(w, text)
	}
	if err := zw.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// unzipped returns the parts of a workbook.
func unzipped(t testing.TB, data []byte) map[string]string {
	t.Helper()
	zr, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	parts := map[string]string{}
	for _, f := range zr.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		p, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		parts[f.Name] = string(p)
	}
	return parts
}

// repack changes one part of a workbook, or adds it.
func repack(t testing.TB, data []byte, part string, change func(string) string) []byte {
	t.Helper()
	parts := unzipped(t, data)
	parts[part] = change(parts[part])
	return zipped(t, parts)
}

// flipped stores a part with a bit changed since its checksum was made.
func flipped(t testing.TB, data []byte, part string) []byte {
	t.Helper()
	var b bytes.Buffer
	zw := zip.NewWriter(&b)
	for name, text := range unzipped(t, data) {
		p := []byte(text)
		h := &zip.FileHeader{Name: name, CRC32: crc32.ChecksumIEEE(p), CompressedSize64: uint64(len(p)), UncompressedSize64: uint64(len(p))}
		w, err := zw.CreateRaw(h)
		if err != nil {
			t.Fatal(err)
		}
		if name == part {
			i := bytes.Index(p, []byte("<v>")) + 3 // another shared string, in perfect XML
			p[i] ^= 1
		}
		w.Write(p)
	}
	if err := zw.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestRead_XLSX_bombs reads small files that grow when they are unpacked or
// parsed; each must be refused in 2 s of processor time, with less than 200 MB
// allocated in all. It does not run beside other tests, whose work would count.
func TestRead_XLSX_bombs(t *testing.T) {
	const main = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`
	const sheet1, texts, styles = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"
	for name, c := range map[string]struct {
		part, head, unit string
		n                int
		tail             string
		key              string
	}{
		"many cells":      {sheet1, `<worksheet ` + main + `><sheetData><row r="1">`, "<c/>", 7 << 20, "</row></sheetData></worksheet>", "error.sheet.too_complex"},
		"wide rows":       {sheet1, `<worksheet ` + main + `><sheetData>`, `<row><c r="XFD1"><f/></c></row>`, 30_000, "</sheetData></worksheet>", "error.sheet.too_complex"},
		"depth":           {sheet1, `<worksheet ` + main + `>`, "<a>", 900_000, "", "error.sheet.too_complex"},
		"many attributes": {sheet1, `<worksheet ` + main + `><a`, ` b=""`, 6 << 20, "/></worksheet>", "error.sheet.too_complex"},
		"many strings":    {texts, `<sst ` + main + `>`, "<si/>", 250_001, "</sst>", "error.sheet.too_complex"},
		"a huge string":   {texts, `<sst ` + main + `><si><t>`, "x", 30 << 20, "</t></si></sst>", "error.sheet.too_complex"},
		"many styles":     {styles, `<styleSheet ` + main + `><cellXfs>`, "<xf/>", 700_000, "</cellXfs></styleSheet>", "error.sheet.too_complex"},
		"large styles":    {styles, `<styleSheet ` + main + `><cellXfs>`, `<xf numFmtId="0"/>`, 300_000, "</cellXfs></styleSheet>", "error.sheet.too_complex"},
		"256 MiB":         {sheet1, `<worksheet ` + main + `>`, " ", 256 << 20, "</worksheet>", "error.sheet.unpacked"},
	} {
		t.Run(name, func(t *testing.T) {
			cheaply(t, inflating(t, c.part, c.head, c.unit, c.n, c.tail), c.key)
		})
	}
	t.Run("256 MiB announced as 1 KiB", func(t *testing.T) {
		data := inflating(t, sheet1, `<worksheet `+main+`>`, " ", 256<<20, "</worksheet>")
		cheaply(t, understated(t, data, sheet1, 1<<10), "error.sheet.damaged")
	})
}

func cheaply(t *testing.T, data []byte, key string) {
	t.Helper()
	if len(data) > 1<<20 {
		t.Fatalf("%d bytes are no small file", len(data))
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := spent()
	refused(t, data, sheet.Options{}, key, nil)
	took := spent() - start
	runtime.ReadMemStats(&after)
	if mb := (after.TotalAlloc - before.TotalAlloc) >> 20; took > 2*time.Second || mb > 200 {
		t.Errorf("took %v and %d MB", took, mb)
	}
}

// inflating makes a workbook with one part of head, n times unit, and tail. It
// deflates a chunk once and repeats it, so that making it costs next to nothing.
func inflating(t testing.TB, part, head, unit string, n int, tail string) []byte {
	t.Helper()
	parts := unzipped(t, workbook(t, func(f *excelize.File) { set(f, "Sheet1", map[string]any{"A1": "Ref", "A2": "x"}) }))
	delete(parts, part)
	data := bytes.NewBuffer(zipped(t, parts))
	zr, err := zip.NewReader(bytes.NewReader(data.Bytes()), int64(data.Len()))
	if err != nil {
		t.Fatal(err)
	}
	per := max(1, 1<<20/len(unit))
	chunk := strings.Repeat(unit, per)
	var raw bytes.Buffer
	sum, size := crc32.NewIEEE(), 0
	put := func(packed []byte, text string) { raw.Write(packed); io.WriteString(sum, text); size += len(text) }
	put(deflated(t, head, false), head)
	packed := deflated(t, chunk, false)
	for range n / per {
		put(packed, chunk)
	}
	rest := strings.Repeat(unit, n%per) + tail
	put(deflated(t, rest, true), rest)

	var out bytes.Buffer
	zw := zip.NewWriter(&out)
	for _, f := range zr.File {
		if err := zw.Copy(f); err != nil {
			t.Fatal(err)
		}
	}
	w, err := zw.CreateRaw(&zip.FileHeader{
		Name: part, Method: zip.Deflate, CRC32: sum.Sum32(),
		CompressedSize64: uint64(raw.Len()), UncompressedSize64: uint64(size),
	})
	if err != nil {
		t.Fatal(err)
	}
	raw.WriteTo(w)
	if err := zw.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// deflated packs a text into blocks that can be strung together.
func deflated(t testing.TB, text string, last bool) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(w, text)
	if last {
		w.Close()
	} else {
		w.Flush()
	}
	return b.Bytes()
}

// understated repacks raw parts and announces another size for one of them.
func understated(t testing.TB, data []byte, part string, size uint64) []byte {
	t.Helper()
	zr, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	zw := zip.NewWriter(&b)
	for _, f := range zr.File {
		h := f.FileHeader
		if f.Name == part {
			h.UncompressedSize64 = size
		}
		w, err := zw.CreateRaw(&h)
		if err != nil {
			t.Fatal(err)
		}
		r, err := f.OpenRaw()
		if err != nil {
			t.Fatal(err)
		}
		io.Copy(w, r)
	}
	if err := zw.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
