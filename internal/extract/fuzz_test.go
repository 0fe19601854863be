package extract_test

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"
	"unicode/utf8"

	"relier/internal/extract"
)

func FuzzText(f *testing.F) {
	f.Add("a.docx", docxOf(f, "<w:p><w:r><w:t>Policy</w:t></w:r></w:p>"))
	f.Add("a.xlsx", xlsxOf(f))
	f.Add("a.eml", []byte(mail))
	f.Add("a.eml", []byte(nested(4)))
	f.Add("a.html", []byte("<p>One<script>two</script>"))
	f.Add("a.csv", []byte("a;b\n1;2"))
	f.Add("a.txt", []byte("\xff\xfea\x00"))
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		if bytes.HasPrefix(data, []byte("%PDF-")) {
			t.Skip("read by a library that runs in its own memory; a fuzzer of Go sees nothing of it")
		}
		l := extract.Limits{Bytes: 1 << 20, Unpacked: 1 << 20, Text: 10_000, Time: 5 * time.Second}
		got, err := reader.Text(context.Background(), bytes.NewReader(data), int64(len(data)), "", name, l)
		if err != nil {
			for _, known := range []error{extract.ErrNothing, extract.ErrTooLarge, extract.ErrTooSlow, extract.ErrUnreadable} {
				if errors.Is(err, known) {
					return
				}
			}
			t.Fatalf("error %v", err)
		}
		if len(got) == 0 || len(got) > l.Text || !utf8.ValidString(got) || bytes.ContainsRune([]byte(got), 0) {
			t.Fatalf("text %q", got)
		}
	})
}
