package domain

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// EvidenceKind is what an item is made of.
type EvidenceKind string

const (
	EvidenceFile EvidenceKind = "file"
	EvidenceLink EvidenceKind = "link" // never fetched by the server
	EvidenceNote EvidenceKind = "note"
)

// EvidenceKinds lists the kinds.
var EvidenceKinds = []EvidenceKind{EvidenceFile, EvidenceLink, EvidenceNote}

// EvidenceState is how far the newest version has come. Uploaded is not accepted.
type EvidenceState string

const (
	EvidenceDraft     EvidenceState = "draft"
	EvidenceSubmitted EvidenceState = "submitted"
	EvidenceAccepted  EvidenceState = "accepted"
	EvidenceReturned  EvidenceState = "returned"
	EvidenceExpired   EvidenceState = "expired"
)

// EvidenceStates lists the states in order.
var EvidenceStates = []EvidenceState{EvidenceDraft, EvidenceSubmitted, EvidenceAccepted, EvidenceReturned, EvidenceExpired}

// Sensitivity says how widely an item may travel.
type Sensitivity string

const (
	SensitivityPublic       Sensitivity = "public"
	SensitivityInternal     Sensitivity = "internal"
	SensitivityConfidential Sensitivity = "confidential" // cited in packs by title, id and digest only
)

// Sensitivities lists the values.
var Sensitivities = []Sensitivity{SensitivityPublic, SensitivityInternal, SensitivityConfidential}

// Evidence is an item: what it is and where it came from. Its bytes are in its
// versions, which never change.
type Evidence struct {
	ID          EvidenceID    `json:"id"`
	Org         OrgID         `json:"org"`
	Number      int           `json:"number"` // 41 shows as EV-000041
	Title       string        `json:"title"`
	Kind        EvidenceKind  `json:"kind"`
	Source      string        `json:"source"` // the system it was taken from
	Method      string        `json:"method"` // how it was taken
	Sensitivity Sensitivity   `json:"sensitivity"`
	State       EvidenceState `json:"state"`
	Author      PersonID      `json:"author"`            // uploader of the newest version
	Period      Period        `json:"period"`            // of the newest version
	Cadence     Cadence       `json:"cadence,omitempty"` // how often it is renewed; "" not by the calendar
	Expires     Date          `json:"expires,omitempty"` // last day of the version that counts; zero: it holds for good
	Due         Date          `json:"due,omitempty"`     // day by which a newer one is due; zero: none is
	Hold        Hold          `json:"hold,omitzero"`
	Versions    int           `json:"versions"`
	Version     int           `json:"version"`
}

// Code is the item's number as people cite it: EV-000041.
func (e Evidence) Code() string { return EvidenceCode(e.Number) }

// EvidenceCode formats an item number.
func EvidenceCode(number int) string { return fmt.Sprintf("EV-%06d", number) }

// Check reports every field that breaks a rule.
func (e Evidence) Check() error {
	var f FieldErrors
	CheckText(&f, "title", e.Title, 1, 300)
	CheckText(&f, "source", e.Source, 0, 160)
	CheckText(&f, "method", e.Method, 0, 300)
	if !slices.Contains(EvidenceKinds, e.Kind) {
		f.Add("kind", "error.choice", nil)
	}
	if !slices.Contains(Sensitivities, e.Sensitivity) {
		f.Add("sensitivity", "error.choice", nil)
	}
	if e.Cadence != "" && !slices.Contains(Cadences, e.Cadence) {
		f.Add("cadence", "error.choice", nil)
	}
	return f.Err()
}

// EvidenceVersion is one immutable state of an item.
type EvidenceVersion struct {
	ID         VersionID  `json:"id"`
	Org        OrgID      `json:"org"`
	Evidence   EvidenceID `json:"evidence"`
	Number     int        `json:"number"`     // 1, 2, 3 … within the item
	FileName   string     `json:"file_name"`  // as the person's computer named it, made safe
	MediaType  string     `json:"media_type"` // as found in the bytes, never as claimed
	Blob       Blob       `json:"blob"`       // zero for a link or a note
	URL        string     `json:"url"`
	Note       string     `json:"note"`
	CapturedOn Date       `json:"captured_on"`
	Period     Period     `json:"period"`            // the days it speaks for; not the upload date
	Expires    Date       `json:"expires,omitempty"` // last day on which it counts; zero: it holds for good
	UploadedBy PersonID   `json:"uploaded_by"`
	UploadedAt time.Time  `json:"uploaded_at"`
	Scan       Scan       `json:"scan,omitzero"` // before it counted
}

// Check reports every field that breaks a rule for the item's kind.
func (v EvidenceVersion) Check(kind EvidenceKind) error {
	var f FieldErrors
	switch kind {
	case EvidenceFile:
		CheckText(&f, "file", v.FileName, 1, 255)
	case EvidenceLink:
		u, err := url.Parse(v.URL)
		if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || len(v.URL) > 2000 {
			f.Add("url", "error.url", nil)
		}
	case EvidenceNote:
		CheckText(&f, "note", v.Note, 1, 20000)
	}
	if !v.Period.IsZero() && !v.Period.Valid() {
		f.Add("from", "error.period", Args{"From": v.Period.From.String(), "To": v.Period.To.String()})
	}
	if v.Expires != 0 && v.Expires < max(v.CapturedOn, v.Period.From) {
		f.Add("expires", "error.evidence.expires_early", nil)
	}
	return f.Err()
}

// SafeFileName keeps what a file name says and drops what it could do: path
// parts, control and bidirectional characters, reserved names, dots and spaces
// at its ends. It is at most 200 bytes, for file systems take 255.
func SafeFileName(name string) string {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.Map(func(r rune) rune {
		if forbiddenRune(r) || strings.ContainsRune("\n\r\t<>:\"|?*\u200b\u200e\u200f\u061c\u2028\u2029\ufeff", r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(name, ""))
	name = strings.Trim(name, " .")
	stem, _, _ := strings.Cut(strings.ToUpper(name), ".")
	if name == "" || slices.Contains(deviceNames, strings.TrimSpace(stem)) {
		name = "file-" + name
	}
	return shortFileName(name, 200)
}

// shortFileName cuts a name to at most so many bytes, between characters and
// before its extension.
func shortFileName(name string, most int) string {
	if len(name) <= most {
		return name
	}
	ext := ""
	if dot := strings.LastIndexByte(name, '.'); dot > 0 && len(name)-dot <= 20 {
		name, ext = name[:dot], name[dot:]
	}
	cut := min(len(name), most-len(ext))
	for cut < len(name) && !utf8.RuneStart(name[cut]) {
		cut--
	}
	return strings.TrimRight(name[:cut], " .") + ext
}

// deviceNames cannot be file names on Windows, whatever their extension.
var deviceNames = []string{"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$",
	"COM0", "COM1", "COM2", "COM3", "COM4", "COM5", "COM6", "COM7", "COM8", "COM9", "COM¹", "COM²", "COM³",
	"LPT0", "LPT1", "LPT2", "LPT3", "LPT4", "LPT5", "LPT6", "LPT7", "LPT8", "LPT9", "LPT¹", "LPT²", "LPT³"}

// ReviewReason is why a version was returned.
type ReviewReason string

const (
	ReasonWrongPeriod    ReviewReason = "wrong_period"
	ReasonWrongSystem    ReviewReason = "wrong_system"
	ReasonIncomplete     ReviewReason = "incomplete_population"
	ReasonNoSourceOrDate ReviewReason = "no_source_or_date"
	ReasonUnreadable     ReviewReason = "unreadable"
	ReasonIrrelevant     ReviewReason = "irrelevant"
)

// ReviewReasons lists the reasons.
var ReviewReasons = []ReviewReason{ReasonWrongPeriod, ReasonWrongSystem, ReasonIncomplete, ReasonNoSourceOrDate, ReasonUnreadable, ReasonIrrelevant}

// Review is a verdict on one version. It is final; only a new one corrects it.
type Review struct {
	ID        ReviewID      `json:"id"`
	Org       OrgID         `json:"org"`
	Evidence  EvidenceID    `json:"evidence"`
	VersionID VersionID     `json:"version_id"`
	Verdict   EvidenceState `json:"verdict"` // accepted or returned
	Reason    ReviewReason  `json:"reason"`
	Comment   string        `json:"comment"`
	Override  string        `json:"override"` // why the reviewer could not be someone else
	Reviewer  PersonID      `json:"reviewer"`
	At        time.Time     `json:"at"`
}

// Check reports every field that breaks a rule; a return needs a reason code.
func (r Review) Check() error {
	var f FieldErrors
	if r.Verdict != EvidenceAccepted && r.Verdict != EvidenceReturned {
		f.Add("verdict", "error.choice", nil)
	}
	if r.Verdict == EvidenceReturned && !slices.Contains(ReviewReasons, r.Reason) {
		f.Add("reason", "error.review.reason", nil)
	}
	CheckText(&f, "comment", r.Comment, 0, 2000)
	return f.Err()
}
