package domain

import (
	"slices"
	"time"
)

// SoAEntry is one line of the Statement of Applicability: is the requirement
// applicable, why, and is it implemented (clause 6.1.3 d).
type SoAEntry struct {
	Org        OrgID          `json:"org"`
	Ref        Ref            `json:"ref"`
	Applicable bool           `json:"applicable"`
	Inclusion  string         `json:"inclusion"` // why it is included
	Drivers    []Driver       `json:"drivers"`
	Exclusion  string         `json:"exclusion"` // why it is excluded
	Status     Implementation `json:"status"`
	Documented string         `json:"documented"` // documented information
	LastReview Date           `json:"last_review"`
	NextReview Date           `json:"next_review"`
	Notes      string         `json:"notes"`
	Version    int            `json:"version"` // 0: nobody has touched the line yet
}

// Driver is a reason of a kind for including a control.
type Driver string

const (
	DriverRisk        Driver = "risk"
	DriverLegal       Driver = "legal"
	DriverContractual Driver = "contractual"
	DriverBusiness    Driver = "business"
)

// Drivers lists the drivers.
var Drivers = []Driver{DriverRisk, DriverLegal, DriverContractual, DriverBusiness}

// Check reports every field that breaks a rule.
func (e SoAEntry) Check() error {
	var f FieldErrors
	CheckText(&f, "inclusion", e.Inclusion, 0, 2000)
	least := 0
	if !e.Applicable {
		least = 1
	}
	CheckText(&f, "exclusion", e.Exclusion, least, 2000)
	CheckText(&f, "documented", e.Documented, 0, 1000)
	CheckText(&f, "notes", e.Notes, 0, 2000)
	if !slices.Contains(Implementations, e.Status) {
		f.Add("status", "error.choice", nil)
	}
	for _, d := range e.Drivers {
		if !slices.Contains(Drivers, d) {
			f.Add("drivers", "error.choice", nil)
		}
	}
	return f.Err()
}

// Justified reports whether the line carries the reason its decision needs.
func (e SoAEntry) Justified() bool {
	if e.Applicable {
		return e.Inclusion != "" || len(e.Drivers) > 0
	}
	return e.Exclusion != ""
}

// NewSoAEntry is the line as it stands before anyone decided: applicable,
// without a reason, so that leaving a control out is always a person's act.
func NewSoAEntry(org OrgID, ref Ref) SoAEntry {
	return SoAEntry{Org: org, Ref: ref, Applicable: true, Status: NotImplemented}
}

// SoAVersion is an approved Statement of Applicability; it never changes.
type SoAVersion struct {
	Org        OrgID      `json:"org"`
	Edition    Edition    `json:"edition"`
	Number     int        `json:"number"` // 1, 2, 3 …
	ApprovedBy PersonID   `json:"approved_by"`
	ApprovedAt time.Time  `json:"approved_at"`
	Entries    []SoAEntry `json:"entries"`
}
