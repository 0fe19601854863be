package domain

// Procedure is a way to test whether a requirement is met, in our own words: a
// start for an auditor, who changes it as the organization needs.
type Procedure struct {
	Ref        Ref
	Method     TestMethod // the one that convinces most; others may come to it
	Population Text       // what a sample is drawn from
	Objective  Text       // what is true when the control is effective
	Steps      []Text
}
