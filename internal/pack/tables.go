package pack

import (
	"io"
	"iter"
	"strconv"
	"strings"
	"time"

	"relier/internal/domain"
	"relier/internal/i18n"
	"relier/internal/sheet"
)

// The tables of a pack, for readers who sort and filter. Dates in files are
// ISO 8601 and headings of CSV files are fixed, so that programs can read them.
const (
	soaFile        = payloadFolder + "soa.xlsx"
	evidenceTable  = payloadFolder + "evidence.csv"
	omissionsTable = payloadFolder + "omissions.csv"
)

func (k *composer) writeTables() error {
	for _, t := range []struct {
		path  string
		write func(io.Writer) error
	}{
		{soaFile, k.soaWorkbook},
		{evidenceTable, func(w io.Writer) error { return sheet.WriteCSV(w, evidenceHeader, k.evidenceRows()) }},
		{omissionsTable, func(w io.Writer) error { return sheet.WriteCSV(w, k.omissionsHeader(), k.omissionRows()) }},
	} {
		if err := k.write(t.path, t.write); err != nil {
			return err
		}
	}
	return nil
}

// soaWorkbook writes one sheet for each language.
func (k *composer) soaWorkbook(w io.Writer) error {
	var sheets []sheet.Sheet
	for _, lang := range k.c.Langs {
		v := k.view(lang, "soa")
		sheets = append(sheets, sheet.Sheet{
			Name:   v.T("pack.page.soa", nil),
			Block:  v.soaBlock(),
			Header: v.soaHeader(),
			Widths: []float64{9, 32, 9, 14, 11, 40, 18, 40, 18, 26, 30, 40, 26, 24, 22, 12, 12, 30},
			Rows:   each(v.SoA, v.soaRow),
		})
	}
	return sheet.WriteXLSX(w, sheets...)
}

// soaHeader names the columns of the workbook.
func (v view) soaHeader() []string {
	return []string{
		v.T("pack.soa.ref", nil), v.T("pack.soa.title", nil), v.T("pack.soa.edition", nil), v.T("pack.soa.other_ref", nil),
		v.T("pack.soa.applicable", nil), v.T("pack.soa.inclusion", nil), v.T("pack.soa.drivers", nil), v.T("pack.soa.exclusion", nil),
		v.T("pack.soa.status", nil), v.T("pack.soa.responsibility", nil), v.T("pack.soa.inherited_column", nil), v.T("pack.soa.our_part", nil),
		v.T("pack.soa.documented", nil), v.T("pack.soa.evidence_ids", nil), v.T("pack.soa.owner", nil),
		v.T("pack.soa.last_review", nil), v.T("pack.soa.next_review", nil), v.T("pack.soa.notes", nil),
	}
}

func (v view) soaRow(l domain.PackSoALine) []string {
	e := l.Entry
	return []string{
		e.Ref.Code, l.Title.In(v.Lang()), string(e.Ref.Edition), strings.Join(l.OtherRefs, ", "),
		v.yes(e.Applicable), e.Inclusion, v.drivers(e), e.Exclusion,
		v.statusOf(e), strings.Join(v.parties(l.Responsibility), "\n"), strings.Join(l.InheritedFrom, "\n"), strings.Join(l.OurPart, "\n"),
		e.Documented, strings.Join(l.Evidence, ", "), strings.Join(l.Owners, ", "),
		e.LastReview.String(), e.NextReview.String(), e.Notes,
	}
}

var evidenceHeader = []string{"evidence", "version", "title", "kind", "path", "original_name", "media_type", "bytes", "sha256",
	"captured_on", "period_from", "period_to", "source", "method", "sensitivity", "state",
	"uploaded_by", "uploaded_at", "reviewed_by", "reviewed_at", "verdict", "return_reason", "controls", "url"}

// evidenceRows lists every version, also those whose bytes stay behind; of a
// confidential one neither name nor address travels.
func (k *composer) evidenceRows() iter.Seq[[]string] {
	return each(k.c.Evidence, func(e domain.PackEvidence) []string {
		name, url := e.Version.FileName, e.Version.URL
		if withheld(e) {
			name, url = "", ""
		}
		blob := e.Version.Blob
		file, ok := k.files[e.Version.ID]
		if ok {
			blob = file.Blob
		}
		return []string{
			e.Evidence.Code(), strconv.Itoa(e.Version.Number), e.Evidence.Title, string(e.Evidence.Kind), file.Path, name,
			e.Version.MediaType, bytesOf(blob), digestOf(blob),
			e.Version.CapturedOn.String(), e.Version.Period.From.String(), e.Version.Period.To.String(),
			e.Evidence.Source, e.Evidence.Method, string(e.Evidence.Sensitivity), stateCode(e),
			e.UploadedBy, instant(e.Version.UploadedAt), e.Reviewer, instant(e.Reviewed.At),
			string(e.Reviewed.Verdict), string(e.Reviewed.Reason), strings.Join(e.Controls, " "), url,
		}
	})
}

// stateCode is the state of a version: the item's, or that a newer one took its
// place.
func stateCode(e domain.PackEvidence) string {
	if superseded(e) {
		return "superseded"
	}
	return string(e.Evidence.State)
}

func bytesOf(b domain.Blob) string {
	if b.SHA256.IsZero() {
		return ""
	}
	return strconv.FormatInt(b.Size, 10)
}

func digestOf(b domain.Blob) string {
	if b.SHA256.IsZero() {
		return ""
	}
	return b.SHA256.String()
}

// instant is the ISO 8601 form of a time, "" for none.
func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// omissionsHeader has one column of sentences for each language.
func (k *composer) omissionsHeader() []string {
	header := []string{"item", "title", "sha256", "reason_code"}
	for _, lang := range k.c.Langs {
		header = append(header, "reason_"+lang)
	}
	return header
}

func (k *composer) omissionRows() iter.Seq[[]string] {
	return each(k.c.Omissions, func(o domain.PackOmission) []string {
		row := []string{o.What, o.Title, o.SHA256, o.Reason}
		for _, lang := range k.c.Langs {
			row = append(row, view{Localizer: i18n.For(lang)}.omission(o.Reason))
		}
		return row
	})
}
