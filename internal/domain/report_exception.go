package domain

import (
	"encoding/json"
	"slices"
	"strconv"
)

// ExceptionsMost is how many exceptions one report may list.
const ExceptionsMost = 200

// Disposition is what we decided about an exception in a provider's report.
type Disposition string

const (
	DispositionNotOurs     Disposition = "not_ours"    // it does not touch what we use
	DispositionCorrected   Disposition = "corrected"   // the provider shows that it was corrected
	DispositionCompensated Disposition = "compensated" // a control of our own makes up for it
	DispositionAccepted    Disposition = "accepted"    // the risk was accepted, by whom the note says
)

// Dispositions lists the dispositions.
var Dispositions = []Disposition{DispositionNotOurs, DispositionCorrected, DispositionCompensated, DispositionAccepted}

// ReportException is one exception that the provider's auditor reported, and
// what we made of it.
type ReportException struct {
	What        string      `json:"what"`           // "" in records from before exceptions were described
	Refs        []Ref       `json:"refs,omitempty"` // the requirements it concerns
	Disposition Disposition `json:"disposition"`    // "": still open
	Note        string      `json:"note"`           // why that disposition
	By          PersonID    `json:"by,omitempty"`   // who set the disposition
	On          Date        `json:"on,omitempty"`   // when
}

// Open reports whether nobody has dispositioned the exception.
func (e ReportException) Open() bool { return e.Disposition == "" }

// blank reports whether nothing at all was said of the exception.
func (e ReportException) blank() bool {
	return e.What == "" && len(e.Refs) == 0 && e.Disposition == "" && e.Note == ""
}

// decidedAs reports whether o is the same decision about the same exception.
func (e ReportException) decidedAs(o ReportException) bool {
	return e.What == o.What && e.Disposition == o.Disposition && e.Note == o.Note
}

// check notes what an exception and its disposition must carry.
func (e ReportException) check(f *FieldErrors, field string) {
	least := 1
	if e.blank() {
		least = 0 // an older record counted it and described nothing
	}
	CheckText(f, field, e.What, least, 1000)
	CheckText(f, field+"_note", e.Note, 0, 2000)
	if e.Open() {
		return
	}
	if !slices.Contains(Dispositions, e.Disposition) {
		f.Add(field+"_disposition", "error.choice", nil)
	}
	if e.Note == "" {
		f.Add(field+"_note", "error.report.disposition", nil)
	}
}

// checkExceptions notes what is wrong with each exception; the first one's
// fields begin with exception_1.
func (r Report) checkExceptions(f *FieldErrors) {
	if len(r.Exceptions) > ExceptionsMost {
		f.Add("exception_"+strconv.Itoa(ExceptionsMost+1), "error.report.exceptions", Args{"Max": ExceptionsMost})
		return
	}
	for i, e := range r.Exceptions {
		e.check(f, "exception_"+strconv.Itoa(i+1))
	}
}

// OpenExceptions counts the exceptions that nobody has dispositioned.
func (r Report) OpenExceptions() int {
	n := 0
	for _, e := range r.Exceptions {
		if e.Open() {
			n++
		}
	}
	return n
}

// ReportExceptions are a report's exceptions in the order of the report. Older
// records only counted the open ones: a number reads as so many exceptions that
// nobody described.
type ReportExceptions []ReportException

// UnmarshalJSON reads a list, or the number of an older record.
func (x *ReportExceptions) UnmarshalJSON(b []byte) error {
	var n int
	if json.Unmarshal(b, &n) == nil {
		*x = make(ReportExceptions, max(0, min(n, ExceptionsMost)))
		return nil
	}
	return json.Unmarshal(b, (*[]ReportException)(x))
}

// Stamped returns the exceptions with who decided and when: the decisions that
// stood before keep their names, those set or changed bear the actor's, and an
// open one bears none.
func (x ReportExceptions) Stamped(before ReportExceptions, by PersonID, on Date) ReportExceptions {
	out := slices.Clone(x)
	for i := range out {
		e := &out[i]
		e.By, e.On = by, on
		if e.Open() {
			e.By, e.On = 0, 0
		} else if j := slices.IndexFunc(before, e.decidedAs); j >= 0 {
			e.By, e.On = before[j].By, before[j].On
		}
	}
	return out
}
