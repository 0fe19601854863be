package views

import (
	"slices"

	"relier/internal/domain"
	"relier/internal/i18n"
)

// EvidenceValues is what a person typed about an item, as typed.
type EvidenceValues struct {
	Title, Source, Method, Sensitivity string
	CapturedOn, From, To               string
	URL, Note                          string
	Controls                           []string // ids of the ticked ones
	Codes                              string   // instead, where there are too many to tick
	Expires, Cadence                   string
}

// ControlChoice is how a form offers the organization's controls: to be ticked,
// or typed as codes where the list would be too long.
type ControlChoice struct {
	Controls []domain.Control
	TooMany  bool
}

// TickMost is how many controls a form offers to tick.
const TickMost = 200

// options puts the ticked controls first, where a long list would hide them.
func (c ControlChoice) options(ticked []string) []Option {
	var first, rest []Option
	for _, v := range c.Controls {
		o := Option{Value: number(int(v.ID)), Label: v.Code + " " + v.Title}
		if slices.Contains(ticked, o.Value) {
			first = append(first, o)
		} else {
			rest = append(rest, o)
		}
	}
	return append(first, rest...)
}

// EvidenceNew is the page that takes files, a link or a note.
type EvidenceNew struct {
	Kind     domain.EvidenceKind
	Tabs     []Tab
	Action   string
	Cancel   string
	Next     string // where scripts go once every file arrived
	Pieces   string // where large files go in pieces
	Most     int64  // bytes a file may have
	Period   domain.Period
	Values   EvidenceValues
	Controls ControlChoice
	Errors   FormErrors
}

// EvidenceEdit is the form that describes an item; a draft's also says which
// days it speaks for.
type EvidenceEdit struct {
	Item     domain.Evidence
	Action   string
	Cancel   string
	Period   domain.Period
	Values   EvidenceValues
	Controls ControlChoice
	Errors   FormErrors
}

// EvidenceVersionNew is the form of a further version.
type EvidenceVersionNew struct {
	Item   domain.Evidence
	Action string
	Cancel string
	Pieces string // where a large file goes in pieces
	Most   int64
	Period domain.Period
	Values EvidenceValues
	Errors FormErrors
}

// EvidenceAdded is the page after an upload.
type EvidenceAdded struct {
	Added  []AddedItem
	Same   []SameItem
	Action string // completes the drafts
	Href   EvidenceHrefs
	Period domain.Period
	ForAll EvidenceValues // what fills the fields left empty
	Errors FormErrors
	Drafts int
}

// AddedItem is one item of an upload; a draft's values can be typed here.
type AddedItem struct {
	Summary domain.EvidenceSummary
	Values  EvidenceValues
	Doubts  []domain.Reason // what an auditor would ask
}

// SameItem is a file whose bytes are here already.
type SameItem struct {
	Item     domain.Evidence
	Version  domain.EvidenceVersion // that holds the bytes
	FileName string                 // as uploaded now
	Link     string                 // adds the controls chosen to the item that is here
	Copy     string                 // adds the file as an item of its own
	Hidden   []Hidden
	Controls int
}

// cell is a field of one row of many: its label is for assistive technology,
// the column's heading is for the eye.
func (a EvidenceAdded) cell(l *i18n.Localizer, item, name string, kind FieldType, value, label string) FieldProps {
	f := FieldProps{Name: item + "." + name, Type: kind, Label: label, Value: value, Error: a.Errors.For(item + "." + name), Required: true}
	if kind == FieldSelect {
		f.Options = wordOptions(l, "sensitivity.", domain.Sensitivities)
	}
	return f
}

func periodHint(l *i18n.Localizer, audit domain.Period) string {
	return l.T("evidence.period_hint", map[string]any{"Period": l.Period(audit.From.String(), audit.To.String())})
}
