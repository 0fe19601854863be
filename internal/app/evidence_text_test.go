package app_test

import (
	"archive/zip"
	"bytes"
	"strings"
	"testing"

	"codeberg.org/go-pdf/fpdf"

	"relier/internal/app"
	"relier/internal/domain"
	"relier/internal/extract"
)

func docx(t *testing.T, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, content := range map[string]string{
		"[Content_Types].xml": `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`,
		"word/document.xml":   `<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>` + text + `</w:t></w:r></w:p></w:body></w:document>`,
	} {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write([]byte(content))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func pdfFile(t *testing.T, text string) []byte {
	t.Helper()
	f := fpdf.New("P", "mm", "A4", "")
	f.AddPage()
	f.SetFont("Helvetica", "", 12)
	f.MultiCell(0, 6, text, "", "", false)
	var b bytes.Buffer
	if err := f.Output(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// hand uploads a file as an item.
func (h *house) hand(name string, data []byte) domain.Evidence {
	h.t.Helper()
	f, err := h.ReceiveFile(ctx, h.as(domain.RoleContributor), name, bytes.NewReader(data), app.AnyBytes(1<<20))
	h.must(err)
	out, err := h.AddEvidence(ctx, h.as(domain.RoleContributor), []app.NewEvidence{{
		Item:    domain.Evidence{Title: "Item " + name, Kind: domain.EvidenceFile, Sensitivity: domain.SensitivityInternal},
		Version: domain.EvidenceVersion{FileName: f.FileName, MediaType: f.MediaType, Blob: f.Blob}}})
	h.must(err)
	return out[0]
}

func (h *house) finds(query string) []string {
	h.t.Helper()
	r, err := h.Search(ctx, h.as(domain.RoleReader), domain.SearchFilter{Query: query})
	h.must(err)
	var out []string
	for _, f := range r.Rows {
		out = append(out, f.Code+" "+string(f.In))
	}
	return out
}

// The words inside files are found once they were read, in the background; what
// cannot be read says why and is not tried again.
func TestReadTexts_EndToEnd(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.hand("letter.docx", docx(t, "The walrus signs every quarter"))
	h.hand("report.pdf", pdfFile(t, "A narwhal was seen in the archive"))
	h.hand("list.csv", []byte("name;role\nokapi;reader\n"))
	broken := h.hand("broken.pdf", []byte("%PDF-1.7\nnothing of a document"))
	picture := h.hand("picture.png", []byte("\x89PNG\r\n\x1a\n0000"))
	if got := h.finds("walrus"); len(got) != 0 {
		t.Fatalf("found before it was read: %v", got)
	}
	text, err := h.EvidenceText(ctx, h.as(domain.RoleReader), broken.ID)
	h.must(err)
	if text.State != domain.TextUnread {
		t.Errorf("a new file is %q", text.State)
	}
	reader := extract.New("")
	if n, err := h.ReadTexts(ctx, reader, 0); n != 5 || err != nil {
		t.Fatalf("read %d: %v", n, err)
	}
	for query, want := range map[string]string{"WALRUS quarter": "EV-000001 text", "narwhal": "EV-000002 text", "okapi": "EV-000003 text"} {
		if got := strings.Join(h.finds(query), ", "); got != want {
			t.Errorf("%s finds %q, want %q", query, got, want)
		}
	}
	for id, want := range map[domain.EvidenceID]domain.TextState{broken.ID: domain.TextFailed, picture.ID: domain.TextNone} {
		text, err := h.EvidenceText(ctx, h.as(domain.RoleReader), id)
		h.must(err)
		if text.State != want || (want == domain.TextFailed) != (text.Reason != "") {
			t.Errorf("item %d: %q %q, want %q", id, text.State, text.Reason, want)
		}
	}
	if n, err := h.ReadTexts(ctx, reader, 0); n != 0 || err != nil {
		t.Errorf("%d files were read again: %v", n, err)
	}
}

// A newer version hides what the older one said.
func TestReadTexts_NewestVersionOnly(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	e := h.hand("a.txt", []byte("walrus"))
	_, err := h.ReadTexts(ctx, extract.New(""), 0)
	h.must(err)
	if len(h.finds("walrus")) != 1 {
		t.Fatal("not found")
	}
	f, err := h.ReceiveFile(ctx, h.as(domain.RoleContributor), "b.txt", strings.NewReader("okapi"), app.AnyBytes(100))
	h.must(err)
	_, err = h.AddVersion(ctx, h.as(domain.RoleContributor), e.ID, domain.EvidenceVersion{FileName: f.FileName, MediaType: f.MediaType, Blob: f.Blob})
	h.must(err)
	if len(h.finds("walrus")) != 0 {
		t.Error("a superseded version is found")
	}
	_, err = h.ReadTexts(ctx, extract.New(""), 0)
	h.must(err)
	if len(h.finds("okapi")) != 1 {
		t.Error("the newest version is not found")
	}
}

// Every noun that can be found is, by what its own use-case recorded; an owner's
// name and a duty's words are found at the control.
func TestSearch_EveryNoun(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c, s := h.control("C-1"), h.azure()
	h.certificate()
	h.reports()
	h.evidence(c.ID)
	_, err := h.SaveResponsibility(ctx, h.as(domain.RoleManager), domain.Responsibility{Control: c.ID, Service: s.ID, Sentence: "Feed the walrus"})
	h.must(err)
	for noun, query := range map[domain.Noun]string{domain.NounControl: "control c-1", domain.NounService: "azure", domain.NounCertificate: "azure body",
		domain.NounReport: "soa", domain.NounEvidence: "access review"} {
		r, err := h.Search(ctx, h.as(domain.RoleAssessor), domain.SearchFilter{Query: query, Noun: noun})
		h.must(err)
		if len(r.Rows) == 0 {
			t.Errorf("%s is not found by %q", noun, query)
		}
	}
	if got := h.finds("walrus"); len(got) != 1 || got[0] != "C-1 words" {
		t.Errorf("the duty: %v", got)
	}
}
