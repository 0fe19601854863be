package domain

import "time"

// EvidenceFact is what a rule needs to know of an item: the state, the period and
// the last day of the version that counts.
type EvidenceFact struct {
	Code       string
	Title      string
	State      EvidenceState
	Period     Period
	Expires    Date     // last day on which it counts; zero: it holds for good
	ReviewedBy PersonID // who accepted it last; 0: nobody did
	ReviewedOn Date
}

// Acceptance is an item's last review, when it accepted the version; the zero
// Acceptance: it was never reviewed, or returned since.
type Acceptance struct {
	By      PersonID
	On      Date
	Period  Period // what the accepted version speaks for
	Expires Date   // its last day; zero: it holds for good
}

// FactOf says which version of an item counts. A newer version that nobody has
// judged yet takes nothing away from the one that was accepted, and does not make
// it hold longer; once it is returned, somebody said that the evidence does not
// hold. That the daily round wrote "expired" decides nothing: the day does.
func FactOf(e Evidence, last Acceptance) EvidenceFact {
	f := EvidenceFact{Code: e.Code(), Title: e.Title, State: e.State, Period: e.Period, Expires: e.Expires, ReviewedBy: last.By, ReviewedOn: last.On}
	if last.By == 0 {
		return f
	}
	switch {
	case e.State == EvidenceSubmitted, e.State == EvidenceDraft, e.State == EvidenceExpired && last.Expires != 0:
		f.State, f.Period, f.Expires = EvidenceAccepted, last.Period, last.Expires
	case e.State == EvidenceAccepted:
		f.Expires = last.Expires
	}
	return f
}

// StateOn is the state as it stands on a day: what was accepted counts through
// its last day.
func (f EvidenceFact) StateOn(on Date) EvidenceState { return stateOn(f.State, f.Expires, on) }

// StateOn is the state of the newest version as it stands on a day.
func (e Evidence) StateOn(on Date) EvidenceState { return stateOn(e.State, e.Expires, on) }

// StateFor is the state that an audit period sees on a day: what runs out only
// after the period held throughout the audit.
func (e Evidence) StateFor(p Period, on Date) EvidenceState { return e.StateOn(min(on, p.To)) }

func stateOn(s EvidenceState, expires, on Date) EvidenceState {
	switch {
	case expires == 0 || s != EvidenceAccepted && s != EvidenceExpired:
		return s
	case on > expires:
		return EvidenceExpired
	}
	return EvidenceAccepted
}

// base is the day from which a version ages: the last day that it speaks for,
// else the day it was captured.
func (v EvidenceVersion) base() Date {
	if v.Period.Valid() {
		return v.Period.To
	}
	return v.CapturedOn
}

// LastDay is the day until which a version of an item renewed at a cadence counts,
// when nobody said another: the turn after the one that it speaks for, and as long
// after as collecting the next may take; zero: it holds for good.
func (v EvidenceVersion) LastDay(c Cadence) Date {
	if v.Expires != 0 || v.base() == 0 {
		return v.Expires
	}
	return c.CountsUntil(v.base())
}

// DueOn is the day by which a newer version is due: the end of the next turn, or
// the last day of this one where that comes first; zero: none is due.
func (v EvidenceVersion) DueOn(c Cadence) Date {
	due := Date(0)
	if base := v.base(); base != 0 {
		due = c.DueAfter(base)
	}
	first, _ := sooner(due, v.Expires)
	return first
}

// Hold is the last thing said of a legal hold: who placed or lifted it, and why.
type Hold struct {
	On  bool      `json:"on"`
	Why string    `json:"why"`
	By  PersonID  `json:"by"`
	At  time.Time `json:"at"`
}

// Removal is what stays of a deleted item.
type Removal struct {
	Org      OrgID
	Evidence EvidenceID
	Number   int
	Title    string
	Versions []RemovedVersion // the newest first
	Reviews  []RemovedReview  // the newest first
	Reason   string
	By       PersonID
	At       time.Time
}

// Code is the number that the item had; it is never given again.
func (r Removal) Code() string { return EvidenceCode(r.Number) }

// RemovedVersion is what stays known of a version: never its bytes.
type RemovedVersion struct {
	Number     int       `json:"number"`
	FileName   string    `json:"file_name"`
	SHA256     Digest    `json:"sha256"`
	Size       int64     `json:"size"`
	UploadedBy PersonID  `json:"uploaded_by"`
	UploadedAt time.Time `json:"uploaded_at"`
}

// RemovedReview is a verdict on a version that is gone: past days still rest on it.
type RemovedReview struct {
	Number   int           `json:"number"` // of the version
	Verdict  EvidenceState `json:"verdict"`
	Reviewer PersonID      `json:"reviewer"`
	At       time.Time     `json:"at"`
	Period   Period        `json:"period"`
	Expires  Date          `json:"expires,omitempty"`
}

// AcceptedBefore is the acceptance that stood at a moment; zero: none did. The
// zero moment asks for the last.
func (r Removal) AcceptedBefore(t time.Time) Acceptance {
	for _, v := range r.Reviews {
		if !t.IsZero() && !v.At.Before(t) {
			continue
		}
		if v.Verdict != EvidenceAccepted {
			return Acceptance{}
		}
		return Acceptance{By: v.Reviewer, On: DateOf(v.At), Period: v.Period, Expires: v.Expires}
	}
	return Acceptance{}
}
