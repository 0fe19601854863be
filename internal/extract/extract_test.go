package extract_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"relier/internal/extract"
)

// reader is one for all tests: what it compiles takes seconds.
var reader = extract.New("")

func text(t testing.TB, data []byte, name string, l extract.Limits) (string, error) {
	t.Helper()
	return reader.Text(t.Context(), bytes.NewReader(data), int64(len(data)), "", name, l)
}

func pdfOf(t testing.TB, pages ...string) []byte {
	t.Helper()
	d := fpdf.New("P", "mm", "A4", "")
	d.SetFont("Helvetica", "", 12)
	for _, p := range pages {
		d.AddPage()
		d.MultiCell(0, 6, p, "", "", false)
	}
	var b bytes.Buffer
	if err := d.Output(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func zipOf(t testing.TB, parts map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, body := range parts {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = w.Write([]byte(body))
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func docxOf(t testing.TB, body string) []byte {
	return zipOf(t, map[string]string{
		"[Content_Types].xml": "<Types/>",
		"word/document.xml":   `<?xml version="1.0"?><w:document xmlns:w="w"><w:body>` + body + `</w:body></w:document>`,
		"word/footnotes.xml":  `<w:footnotes xmlns:w="w"><w:p><w:r><w:t>Voir la note</w:t></w:r></w:p></w:footnotes>`,
		"word/settings.xml":   `<w:settings xmlns:w="w"><w:t>never shown</w:t></w:settings>`,
	})
}

func xlsxOf(t testing.TB) []byte {
	t.Helper()
	f := excelize.NewFile()
	_, _ = f.NewSheet("Second")
	for cell, v := range map[string]any{"A1": "Owner", "B1": "Review", "A2": "Zoé", "B2": 42} {
		_ = f.SetCellValue("Sheet1", cell, v)
	}
	_ = f.SetCellValue("Second", "C7", "quarterly")
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const mail = "From: =?utf-8?q?Zo=C3=A9?= <zoe@example.org>\r\nTo: audit@example.org\r\nSubject: =?iso-8859-1?q?Revue_des_acc=E8s?=\r\nMIME-Version: 1.0\r\n" +
	"Content-Type: multipart/mixed; boundary=b\r\n\r\n" +
	"--b\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nTrait=E9 en mars.\r\n" +
	"--b\r\nContent-Type: text/html\r\n\r\n<style>p{}</style><p>Se<b>cond</b><p>part<script>alert(1)</script>\r\n" +
	"--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename=\"minutes.pdf\"\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERi0x\r\n--b--\r\n"

func TestText_OfEachFormat(t *testing.T) {
	t.Parallel()
	utf16, _ := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String("Preuve n° 7")
	latin, _ := charmap.Windows1252.NewEncoder().String("Mesure – activée à 100 €")
	for _, c := range []struct {
		what, name string
		data       []byte
		want       string
	}{
		{"PDF", "a.pdf", pdfOf(t, "Access review\nof March", "Second page"), "Access review\nof March\nSecond page"},
		{"PDF under another name", "a.txt", pdfOf(t, "Access review"), "Access review"},
		{"DOCX", "a.docx", docxOf(t, `<w:p><w:r><w:t>Pol</w:t></w:r><w:r><w:t>icy</w:t></w:r></w:p><w:p><w:r><w:t>a</w:t><w:tab/><w:t>b</w:t></w:r></w:p>`), "Policy\na b\nVoir la note"},
		{"XLSX", "a.xlsx", xlsxOf(t), "Sheet1\nOwner Review\nZoé 42\nSecond\nquarterly"},
		{"UTF-8", "a.txt", []byte("\xef\xbb\xbfÉvaluation\r\n\r\n  deux   mots"), "Évaluation\ndeux mots"},
		{"UTF-16", "a.txt", []byte(utf16), "Preuve n° 7"},
		{"Windows-1252", "a.log", []byte(latin), "Mesure – activée à 100 €"},
		{"CSV", "a.csv", []byte("ref;titre\r\n1;\"accès; revus\"\r\n"), "ref;titre\n1;\"accès; revus\""},
		{"mail", "a.eml", []byte(mail), "Subject: Revue des accès\nFrom: Zoé <zoe@example.org>\nTo: audit@example.org\nTraité en mars.\nSecond\npart\nminutes.pdf"},
		{"HTML", "a.html", []byte("<!DOCTYPE html><title>T</title><script>alert('x')</script><p>One &amp; <i>two</i></p><style>b{}</style>"), "T\nOne & two"},
		{"a name like a mail", "a.eml", []byte("\x89PNG\r\n\x1a\n"), "nothing"},
		{"picture", "a.png", []byte("\x89PNG\r\n\x1a\n0000"), "nothing"},
		{"empty", "a.txt", nil, "nothing"},
		{"archive", "a.zip", zipOf(t, map[string]string{"a": "b"}), "nothing"},
		{"a scan", "a.pdf", pdfOf(t, ""), "nothing"},
	} {
		t.Run(c.what, func(t *testing.T) {
			got, err := text(t, c.data, c.name, extract.Limits{})
			if c.want == "nothing" {
				if !errors.Is(err, extract.ErrNothing) || got != "" {
					t.Errorf("text %q, error %v; want ErrNothing", got, err)
				}
				return
			}
			if err != nil || got != c.want {
				t.Errorf("text %q, error %v; want %q", got, err, c.want)
			}
		})
	}
}

func TestText_WithinLimits(t *testing.T) {
	t.Parallel()
	bomb := docxOf(t, "<w:p><w:t>"+strings.Repeat("a", 9<<20)+"</w:t></w:p>")
	deep := docxOf(t, strings.Repeat("<w:p>", 100_000))
	entities := zipOf(t, map[string]string{"word/document.xml": `<!DOCTYPE d [<!ENTITY a "aaaa">]><d><w:t>&a;</w:t></d>`})
	for _, c := range []struct {
		what, name string
		data       []byte
		limits     extract.Limits
		want       error
	}{
		{"a file of more bytes", "a.pdf", pdfOf(t, "text"), extract.Limits{Bytes: 100}, extract.ErrTooLarge},
		{"a document that unpacks to more", "a.docx", bomb, extract.Limits{Unpacked: 1 << 20, Text: 64 << 20}, extract.ErrTooLarge},
		{"a workbook that unpacks to more", "a.xlsx", xlsxOf(t), extract.Limits{Unpacked: 100}, extract.ErrTooLarge},
		{"endless nesting", "a.docx", deep, extract.Limits{}, extract.ErrUnreadable},
		{"entities", "a.docx", entities, extract.Limits{}, extract.ErrUnreadable},
		{"cut document", "a.docx", bomb[:len(bomb)/2], extract.Limits{}, extract.ErrNothing},
		{"cut PDF", "a.pdf", []byte("%PDF-1.7\n1 0 obj"), extract.Limits{}, extract.ErrUnreadable},
		{"cut mail", "a.eml", []byte(mail[:len(mail)-20]), extract.Limits{}, extract.ErrUnreadable},
		{"nested mails", "a.eml", []byte(nested(40)), extract.Limits{}, extract.ErrTooLarge},
		{"a PDF that draws itself for ever", "a.pdf", endless(), extract.Limits{Time: time.Second}, extract.ErrTooSlow},
	} {
		t.Run(c.what, func(t *testing.T) {
			if got, err := text(t, c.data, c.name, c.limits); !errors.Is(err, c.want) {
				t.Errorf("%d bytes of text, error %v; want %v", len(got), err, c.want)
			}
		})
	}
	t.Run("more text is left out", func(t *testing.T) {
		got, err := text(t, []byte(strings.Repeat("été ", 1000)), "a.txt", extract.Limits{Text: 18})
		if err != nil || got != "été été été" {
			t.Errorf("text %q, error %v", got, err)
		}
	})
	t.Run("the caller's end is no verdict on the file", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		data := docxOf(t, "<w:p/>")
		if _, err := reader.Text(ctx, bytes.NewReader(data), int64(len(data)), "", "a.docx", extract.Limits{}); !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
	})
	t.Run("the next PDF is read all the same", func(t *testing.T) {
		if got, err := text(t, pdfOf(t, "fine"), "a.pdf", extract.Limits{}); err != nil || got != "fine" {
			t.Errorf("text %q, error %v", got, err)
		}
	})
}

// nested is a mail in a mail in a mail.
func nested(levels int) string {
	var b strings.Builder
	b.WriteString("Subject: x\r\n")
	for i := range levels {
		fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i)
	}
	b.WriteString("\r\ntext\r\n")
	for i := levels - 1; i >= 0; i-- {
		fmt.Fprintf(&b, "--b%d--\r\n", i)
	}
	return b.String()
}

// endless is a PDF whose page draws a form ten times that draws the next one ten
// times, and so on: 10 to the power of its forms.
func endless() []byte {
	const forms = 12
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n")
	b.WriteString("3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]/Resources<</XObject<</F 10 0 R>>>>/Contents 4 0 R>>endobj\n")
	draw := strings.Repeat("/F Do ", 10)
	fmt.Fprintf(&b, "4 0 obj<</Length %d>>stream\n%s\nendstream endobj\n", len(draw), draw)
	for i := 10; i < 10+forms; i++ {
		fmt.Fprintf(&b, "%d 0 obj<</Type/XObject/Subtype/Form/BBox[0 0 100 100]/Resources<</XObject<</F %d 0 R>>>>/Length %d>>stream\n%s\nendstream endobj\n", i, i+1, len(draw), draw)
	}
	b.WriteString("trailer<</Root 1 0 R>>\n%%EOF\n")
	return b.Bytes()
}
