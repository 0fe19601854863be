package domain

// EditionTransition is the move from the 2013 to the 2022 edition of
// ISO/IEC 27001, as accreditation bodies ruled it.
type EditionTransition struct {
	Rule        string // "IAF MD 26:2023 (issue 2)"
	Published   Date   // of the 2022 edition
	Events      []TransitionEvent
	Consequence Text
	Doubt       Text // where the sources disagree
	Sources     []string
}

// TransitionEvent is one dated step of it.
type TransitionEvent struct {
	Date  Date
	Event Text
}
