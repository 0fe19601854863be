package app_test

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"relier/internal/app"
	"relier/internal/domain"
)

// sealed seals a pack in both languages and unzips it.
func (h *house) sealed() *zip.Reader {
	h.t.Helper()
	p, err := h.SealPack(ctx, h.as(domain.RoleManager), h.eng, []string{"en", "fr"})
	h.must(err)
	o, err := h.OpenPack(ctx, h.as(domain.RoleReader), p.ID)
	h.must(err)
	var b bytes.Buffer
	h.must(o.StreamRange(ctx, &b, 0, o.Size()))
	z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	h.must(err)
	return z
}

// packed reads one file of an unzipped pack.
func (h *house) packed(z *zip.Reader, path string) []byte {
	h.t.Helper()
	i := slices.IndexFunc(z.File, func(f *zip.File) bool { return strings.HasSuffix(f.Name, "/"+path) })
	if i < 0 {
		h.t.Fatalf("the pack has no %s", path)
	}
	r, err := z.File[i].Open()
	h.must(err)
	defer r.Close()
	b, err := io.ReadAll(r)
	h.must(err)
	return b
}

// statement reads an SoA workbook's first sheet: its block, and a line by the
// titles of its columns.
func (h *house) statement(book []byte, ref string) (block, line map[string]string) {
	h.t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(book))
	h.must(err)
	defer f.Close()
	rows, err := f.GetRows("Statement of Applicability")
	h.must(err)
	block, line = map[string]string{}, map[string]string{}
	var titles []string
	for _, r := range rows {
		switch {
		case len(r) > 0 && r[0] == "Ref":
			titles = r
		case len(r) > 0 && r[0] == ref:
			for i, cell := range r {
				line[titles[i]] = cell
			}
		case len(r) > 1 && titles == nil:
			block[r[0]] = r[1]
		}
	}
	return block, line
}

// approve gives every line a reason and approves the statement.
func (h *house) approve(reason string) {
	h.t.Helper()
	entries := reread(h)
	for i := range entries {
		entries[i].Inclusion = reason
	}
	_, err := h.SaveSoA(ctx, h.as(domain.RoleAuditor), entries)
	h.must(err)
	_, err = h.ApproveSoA(ctx, h.as(domain.RoleManager), domain.Edition2022, domain.Digest{})
	h.must(err)
}

// redraft changes one line of the draft.
func (h *house) redraft(ref, reason string) {
	h.t.Helper()
	entries := reread(h)
	i := slices.IndexFunc(entries, func(e domain.SoAEntry) bool { return e.Ref.Code == ref })
	entries[i].Inclusion, entries[i].Notes = reason, "Not approved"
	_, err := h.SaveSoA(ctx, h.as(domain.RoleAuditor), entries[i:i+1])
	h.must(err)
}

func TestPack_ShipsTheApprovedStatement(t *testing.T) {
	h := newHouse(t)
	before, _ := h.statement(h.packed(h.sealed(), "data/soa.xlsx"), "A.7.1")
	if before["Version"] != "Draft: no version has been approved" {
		t.Errorf("before any approval: %v", before)
	}
	h.approve("The approved reason")
	omitted := func(z *zip.Reader) []string {
		rows, err := csv.NewReader(bytes.NewReader(h.packed(z, "data/omissions.csv"))).ReadAll()
		h.must(err)
		i := slices.IndexFunc(rows, func(r []string) bool { return r[3] == "soa_draft" })
		if i < 0 {
			return nil
		}
		return rows[i]
	}
	if got := omitted(h.sealed()); got != nil {
		t.Errorf("a draft that did not change is omitted: %q", got)
	}
	h.redraft("A.7.1", "A reason nobody approved")
	z := h.sealed()
	block, line := h.statement(h.packed(z, "data/soa.xlsx"), "A.7.1")
	if line["Inclusion justification"] != "The approved reason" || line["Notes"] != "" {
		t.Errorf("the draft travels: %v", line)
	}
	if block["Version"] != "Version 1" || !strings.HasPrefix(block["Draft since then"], "1 line has changed since version 1.") || block["As on the day of sealing"] == "" {
		t.Errorf("the block: %v", block)
	}
	if page := string(h.packed(z, "soa.fr.html")); !strings.Contains(page, "1 ligne a changé depuis la version 1.") || strings.Contains(page, "A reason nobody approved") {
		t.Error("the French page does not tell the draft from the version")
	}
	got := omitted(z)
	if got == nil || got[0] != "SoA 2022 v1" || got[1] != "A.7.1" || !strings.HasPrefix(got[4], "The draft has changed") || !strings.HasPrefix(got[5], "Le brouillon a changé") {
		t.Errorf("the omission: %q", got)
	}
}

func TestSoAWorkbook_ShowsTheDraft(t *testing.T) {
	h := newHouse(t)
	h.approve("The approved reason")
	h.redraft("A.7.1", "A new reason")
	var b bytes.Buffer
	h.must(h.SoAWorkbook(ctx, h.as(domain.RoleManager), h.eng, []string{"en"}, &b))
	block, line := h.statement(b.Bytes(), "A.7.1")
	if line["Inclusion justification"] != "A new reason" || block["Version"] != "Draft: 1 line has changed since version 1" || block["Approved by"] != "" {
		t.Errorf("the draft: %v, %v", block, line)
	}
}

func TestPack_ClaimsAcceptedEvidenceOnly(t *testing.T) {
	h := newHouse(t)
	c := h.control("C-1")
	accepted := h.evidence(c.ID)
	item := app.NewEvidence{Controls: []domain.ControlID{c.ID}, Item: domain.Evidence{Title: "Of another year", Kind: domain.EvidenceNote, Sensitivity: domain.SensitivityInternal},
		Version: domain.EvidenceVersion{Note: "x", Period: h.eng.Period}}
	added, err := h.AddEvidence(ctx, h.as(domain.RoleContributor), []app.NewEvidence{item, item})
	h.must(err)
	returned, waiting := added[0], added[1]
	_, err = h.ReviewEvidence(ctx, h.as(domain.RoleAuditor), domain.Review{Evidence: returned.ID, Verdict: domain.EvidenceReturned, Reason: domain.ReasonWrongPeriod}, returned.Version)
	h.must(err)
	z := h.sealed()
	if _, line := h.statement(h.packed(z, "data/soa.xlsx"), "A.7.1"); line["Evidence ids"] != accepted.Code() {
		t.Errorf("the line cites %q, want %s alone", line["Evidence ids"], accepted.Code())
	}
	if page := string(h.packed(z, "soa.html")); !strings.Contains(page, accepted.Code()) || strings.Contains(page, returned.Code()) || strings.Contains(page, waiting.Code()) {
		t.Error("the page of the SoA does not cite accepted evidence alone")
	}
	controls := string(h.packed(z, "controls.html"))
	for code, state := range map[string]string{accepted.Code(): "accepted", returned.Code(): "returned", waiting.Code(): "submitted"} {
		if _, after, linked := strings.Cut(controls, ">"+code+"</a>"); !linked || !strings.HasPrefix(strings.TrimSpace(after), `<span class="muted" data-state="`+state+`"`) {
			t.Errorf("%s is not shown as %s", code, state)
		}
	}
	_, err = h.AddVersion(ctx, h.as(domain.RoleContributor), accepted.ID, domain.EvidenceVersion{Note: "y", Period: h.eng.Period})
	h.must(err)
	if _, line := h.statement(h.packed(h.sealed(), "data/soa.xlsx"), "A.7.1"); line["Evidence ids"] != "" {
		t.Errorf("a version that nobody accepted is cited: %q", line["Evidence ids"])
	}
}
