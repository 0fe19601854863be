package domain

import (
	"slices"
	"strconv"
	"strings"
)

// SufficiencyFacts is what a look at one version of an item needs in order to say
// where it may be too little. Nothing of it blocks: the reviewer decides.
type SufficiencyFacts struct {
	Item     Evidence
	Version  EvidenceVersion // the newest
	Controls int             // that the item speaks for
	Owners   []PersonID      // who own those controls
	Reviewer PersonID        // who judged or is about to; 0: nobody yet
	Audit    Period
	On       Date // the day looked from
}

// The limits of what is warned about.
const (
	ScreenshotControls = 20 // a single picture that speaks for so many controls
	CapturedLateDays   = 90 // days from the end of the period to the capture
)

// Sufficiency lists what an auditor would ask about, in a fixed order; none: there
// is nothing to ask.
func Sufficiency(f SufficiencyFacts) []Reason {
	var out []Reason
	note := func(hit bool, r Reason) {
		if hit {
			out = append(out, r)
		}
	}
	v := f.Version
	note(f.Item.Versions <= 1 && strings.HasPrefix(v.MediaType, "image/") && f.Controls >= ScreenshotControls,
		counted("one_screenshot", f.Controls))
	out = append(out, f.periodWarnings()...)
	note(f.Item.Source == "", because("no_source"))
	note(v.CapturedOn == 0, because("no_date"))
	out = append(out, f.peopleWarnings()...)
	note(f.Item.Kind == EvidenceLink, because("link_only"))
	note(f.Item.Kind == EvidenceNote, because("note_only"))
	return out
}

// periodWarnings are about days: the audit's, the capture's, and how long it holds.
func (f SufficiencyFacts) periodWarnings() []Reason {
	var out []Reason
	v, p := f.Version, f.Version.Period
	if p.Valid() && f.Audit.Valid() {
		switch {
		case p.To < f.Audit.From:
			out = append(out, because("before_audit", "To", p.To.String(), "From", f.Audit.From.String()))
		case p.From > f.Audit.To:
			out = append(out, because("after_audit", "From", p.From.String(), "To", f.Audit.To.String()))
		}
	}
	if p.Valid() && v.CapturedOn != 0 {
		if days := int(p.From - v.CapturedOn); days > 0 {
			out = append(out, because("captured_before", "Days", strconv.Itoa(days)))
		}
		if days := int(v.CapturedOn - p.To); days > CapturedLateDays {
			out = append(out, because("captured_late", "Days", strconv.Itoa(days)))
		}
	}
	switch due := v.DueOn(f.Item.Cadence); {
	case v.Expires != 0 && f.On > v.Expires:
		out = append(out, because("held_until", "On", v.Expires.String()))
	case due != 0 && f.On > due:
		out = append(out, because("renewal_overdue", "On", due.String()))
	}
	return out
}

// peopleWarnings are about who had a hand in both sides.
func (f SufficiencyFacts) peopleWarnings() []Reason {
	var out []Reason
	owns := func(p PersonID) bool { return p != 0 && slices.Contains(f.Owners, p) }
	if owns(f.Version.UploadedBy) {
		out = append(out, because("owner_uploaded"))
	}
	if owns(f.Reviewer) {
		out = append(out, because("owner_reviews"))
	}
	return out
}
