package domain

import (
	"slices"
	"time"
)

// TestMethod is how a control was examined.
type TestMethod string

const (
	MethodExamine   TestMethod = "examine"
	MethodInterview TestMethod = "interview"
	MethodReperform TestMethod = "reperform"
)

// TestMethods lists the methods.
var TestMethods = []TestMethod{MethodExamine, MethodInterview, MethodReperform}

// Conclusion is what a test found.
type Conclusion string

const (
	ConclusionEffective   Conclusion = "effective"
	ConclusionExceptions  Conclusion = "exceptions"
	ConclusionIneffective Conclusion = "ineffective"
	ConclusionUnable      Conclusion = "unable"
)

// Conclusions lists the conclusions.
var Conclusions = []Conclusion{ConclusionEffective, ConclusionExceptions, ConclusionIneffective, ConclusionUnable}

// Test is a concluded test of a control within an engagement. The tester of a
// control is not its owner.
type Test struct {
	ID         TestID       `json:"id"`
	Org        OrgID        `json:"org"`
	Engagement EngagementID `json:"engagement"`
	Control    ControlID    `json:"control"`
	Objective  string       `json:"objective"`
	Method     TestMethod   `json:"method"`
	Conclusion Conclusion   `json:"conclusion"`
	Note       string       `json:"note"` // what was seen
	Override   string       `json:"override"`
	Tester     PersonID     `json:"tester"`
	At         time.Time    `json:"at"`
}

// Check reports every field that breaks a rule.
func (t Test) Check() error {
	var f FieldErrors
	CheckText(&f, "objective", t.Objective, 1, 1000)
	CheckText(&f, "note", t.Note, 1, 4000)
	if !slices.Contains(TestMethods, t.Method) {
		f.Add("method", "error.choice", nil)
	}
	if !slices.Contains(Conclusions, t.Conclusion) {
		f.Add("conclusion", "error.choice", nil)
	}
	return f.Err()
}
