package pack

import (
	"cmp"
	"fmt"
	"io"
	"slices"

	"relier/internal/domain"
	"relier/internal/i18n"
)

// DefectCode names one way in which a pack can be wrong. Each has a sentence
// under verify.defect.<code>.
type DefectCode string

const (
	DefectUnreadable         DefectCode = "unreadable"          // bytes that cannot be read
	DefectEnd                DefectCode = "end"                 // the file is more or less than one ZIP
	DefectDeclaration        DefectCode = "declaration"         // bagit.txt is missing or malformed
	DefectBagVersion         DefectCode = "bag_version"         // a BagIt version other than 1.0
	DefectManifestMissing    DefectCode = "manifest_missing"    // one of the three manifests is not there
	DefectManifestLine       DefectCode = "manifest_line"       // a line that is not a digest and a path
	DefectManifestPath       DefectCode = "manifest_path"       // a path that this manifest may not list
	DefectManifestDuplicate  DefectCode = "manifest_duplicate"  // a path listed twice
	DefectManifestIncomplete DefectCode = "manifest_incomplete" // a file that only one of the payload manifests lists
	DefectMissing            DefectCode = "missing"             // listed, not there
	DefectExtra              DefectCode = "extra"               // there, not listed
	DefectSize               DefectCode = "size"                // another length than the ZIP says
	DefectChecksum           DefectCode = "crc32"               // another CRC-32 than the ZIP says
	DefectSHA256             DefectCode = "sha256"              // payload bytes differ from manifest-sha256.txt
	DefectSHA512             DefectCode = "sha512"              // payload bytes differ from manifest-sha512.txt
	DefectTag                DefectCode = "tag_altered"         // a page or manifest differs from the tag manifest
	DefectOxum               DefectCode = "oxum"                // Payload-Oxum is missing or wrong
	DefectDuplicate          DefectCode = "duplicate"           // two entries of one name
	DefectCase               DefectCode = "case_collision"      // two names that differ in case only
	DefectPath               DefectCode = "path"                // absolute, "..", backslash: would be written elsewhere
	DefectName               DefectCode = "name"                // outside the rule for names
	DefectEncoding           DefectCode = "encoding"            // a name that is not UTF-8
	DefectLink               DefectCode = "link"                // a link or device instead of a file
	DefectFolder             DefectCode = "outside_folder"      // outside the pack's top folder
	DefectEncrypted          DefectCode = "encrypted"
	DefectMethod             DefectCode = "method" // a compression method other than stored and deflate
	DefectBomb               DefectCode = "bomb"   // unpacks to far more than it holds
	DefectTooMany            DefectCode = "too_many"
)

// DefectCodes lists the codes.
var DefectCodes = []DefectCode{DefectUnreadable, DefectEnd, DefectDeclaration, DefectBagVersion, DefectManifestMissing,
	DefectManifestLine, DefectManifestPath, DefectManifestDuplicate, DefectManifestIncomplete, DefectMissing,
	DefectExtra, DefectSize, DefectChecksum, DefectSHA256, DefectSHA512, DefectTag, DefectOxum, DefectDuplicate,
	DefectCase, DefectPath, DefectName, DefectEncoding, DefectLink, DefectFolder, DefectEncrypted, DefectMethod,
	DefectBomb, DefectTooMany}

// Defect is one thing that is wrong, where, and the facts of it.
type Defect struct {
	Code   DefectCode `json:"code"`
	Path   string     `json:"path,omitempty"`
	Detail string     `json:"detail,omitempty"` // numbers and digests, the same in every language
}

// Note is a code of something a reader should know that is not a defect; each
// has a sentence under verify.note.<code>.
type Note string

const (
	NoteUnsigned   Note = "unsigned"   // no signature: the tag digest must be compared by hand
	NoteSignatures Note = "signatures" // signatures are there, this check does not judge them
	NoteRenamed    Note = "renamed"    // the folder does not carry the pack's name
)

// Notes lists the codes.
var Notes = []Note{NoteUnsigned, NoteSignatures, NoteRenamed}

// Report is what a verification found.
type Report struct {
	OK        bool          `json:"ok"`
	Code      string        `json:"pack"`                // the pack's name, as it says itself
	TagDigest domain.Digest `json:"tag_manifest_sha256"` // names the whole pack; compare it with the one you were given
	Files     int           `json:"files"`
	Bytes     int64         `json:"bytes"` // of all files, unpacked
	Defects   []Defect      `json:"defects"`
	Untold    int           `json:"defects_untold,omitempty"` // defects beyond the first defectsMost
	Notes     []Note        `json:"notes,omitempty"`
}

// defectsMost bounds the memory that a hostile pack's report can take.
const defectsMost = 1000

func (r *Report) add(code DefectCode, path, detail string) {
	if len(r.Defects) == defectsMost {
		r.Untold++
		return
	}
	r.Defects = append(r.Defects, Defect{code, path, detail})
}

func (r *Report) finish() {
	slices.SortStableFunc(r.Defects, func(a, b Defect) int { return cmp.Compare(a.Path, b.Path) })
	r.OK = len(r.Defects) == 0
	if r.Defects == nil {
		r.Defects = []Defect{} // an empty list in JSON, not null
	}
}

// WriteText writes the report as lines for people, in the localizer's language.
func (r Report) WriteText(w io.Writer, l *i18n.Localizer) error {
	args := map[string]any{"Pack": r.Code, "Files": l.Number(r.Files), "Size": l.Bytes(r.Bytes)}
	key := "verify.passed"
	if !r.OK {
		key = "verify.failed"
	}
	lines := []string{l.N(key, len(r.Defects)+r.Untold, args)}
	for _, d := range r.Defects {
		lines = append(lines, "  "+d.text(l))
	}
	if r.Untold > 0 {
		lines = append(lines, "  "+l.N("verify.untold", r.Untold, nil))
	}
	if !r.TagDigest.IsZero() {
		lines = append(lines, l.T("verify.tag_digest", map[string]any{"Digest": r.TagDigest.String()}))
	}
	for _, n := range r.Notes {
		lines = append(lines, l.T("verify.note."+string(n), nil))
	}
	for _, line := range lines {
		if _, err := fmt.Fprintln(w, line); err != nil {
			return err
		}
	}
	return nil
}

func (d Defect) text(l *i18n.Localizer) string {
	s := l.T("verify.defect."+string(d.Code), nil)
	if d.Path != "" {
		s = fmt.Sprintf("%q: %s", d.Path, s)
	}
	if d.Detail != "" {
		s += " (" + d.Detail + ")"
	}
	return fmt.Sprintf("[%s] %s", d.Code, s)
}
