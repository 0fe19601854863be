package domain

import (
	"fmt"
	"slices"
	"time"
)

// RequestState is how far a request for evidence has come.
type RequestState string

const (
	RequestDraft     RequestState = "draft"     // nobody but those who write requests sees it
	RequestOpen      RequestState = "open"      // sent; an answer is awaited
	RequestSubmitted RequestState = "submitted" // an answer waits for its verdict
	RequestReturned  RequestState = "returned"  // an answer was returned, and nothing came since
	RequestSatisfied RequestState = "satisfied"
	RequestWithdrawn RequestState = "withdrawn"
)

// RequestStates lists the states in order.
var RequestStates = []RequestState{RequestDraft, RequestOpen, RequestSubmitted, RequestReturned, RequestSatisfied, RequestWithdrawn}

// RequestAct is what is done to a request.
type RequestAct string

const (
	RequestSend     RequestAct = "send"
	RequestAnswered RequestAct = "answer"
	RequestAccept   RequestAct = "accept" // one of its answers
	RequestReturn   RequestAct = "return" // one of its answers
	RequestWithdraw RequestAct = "withdraw"
	RequestReopen   RequestAct = "reopen"
)

// RequestActs lists the acts.
var RequestActs = []RequestAct{RequestSend, RequestAnswered, RequestAccept, RequestReturn, RequestWithdraw, RequestReopen}

// Request asks a person for evidence: what, for which days, in which form, by
// when. Auditors call the list of them a PBC list, "provided by client".
type Request struct {
	ID         RequestID    `json:"id"`
	Org        OrgID        `json:"org"`
	Engagement EngagementID `json:"engagement"`
	Number     int          `json:"number"` // 7 shows as RQ-0007
	What       string       `json:"what"`
	Detail     string       `json:"detail"`
	Period     Period       `json:"period"` // the days that the evidence is to speak for; zero: the audit period
	Format     string       `json:"format"` // a list, a screenshot, minutes …
	Example    string       `json:"example"`
	Due        Date         `json:"due"`      // last day to answer
	Assignee   PersonID     `json:"assignee"` // 0: whoever owns its controls
	Controls   []ControlID  `json:"controls"`
	State      RequestState `json:"state"`
	Author     PersonID     `json:"author"`
	External   bool         `json:"external"` // its author wrote it as an assessor
	CreatedAt  time.Time    `json:"created_at"`
	SentAt     time.Time    `json:"sent_at"`
	Reason     string       `json:"reason"` // of the last withdrawal or reopening
	Version    int          `json:"version"`
}

// Code is the request's number as people cite it: RQ-0007.
func (r Request) Code() string { return RequestCode(r.Number) }

// RequestCode formats a request number.
func RequestCode(number int) string { return fmt.Sprintf("RQ-%04d", number) }

// Check reports every field that breaks a rule.
func (r Request) Check() error {
	var f FieldErrors
	CheckText(&f, "what", r.What, 1, 300)
	CheckText(&f, "detail", r.Detail, 0, 4000)
	CheckText(&f, "format", r.Format, 0, 300)
	CheckText(&f, "example", r.Example, 0, 1000)
	if !r.Period.IsZero() && !r.Period.Valid() {
		f.Add("from", "error.period", Args{"From": r.Period.From.String(), "To": r.Period.To.String()})
	}
	if r.Due == 0 {
		f.Add("due", "error.request.due", nil)
	}
	return f.Err()
}

// Speaks is the period that an answer is to speak for.
func (r Request) Speaks(audit Period) Period {
	if r.Period.Valid() {
		return r.Period
	}
	return audit
}

// Awaited reports whether somebody is to answer.
func (r Request) Awaited() bool { return r.State == RequestOpen || r.State == RequestReturned }

// Done reports whether nothing more is to come.
func (r Request) Done() bool { return r.State == RequestSatisfied || r.State == RequestWithdrawn }

// Editable reports whether the request's words may still change: not while an
// answer to them is being judged, and not once it is over.
func (r Request) Editable() bool { return r.State == RequestDraft || r.Awaited() }

// Overdue reports whether an answer should have come before a day.
func (r Request) Overdue(on Date) bool { return r.Awaited() && r.Due != 0 && r.Due < on }

// After is the state that an act leads to, or false where the act has no place.
//
//   - Sending opens a draft; an answer submits what is awaited.
//   - A return holds until the next answer: accepting another answer meanwhile
//     does not take it back.
//   - An acceptance satisfies the request once no answer waits for its verdict,
//     unless the reviewer says that more is awaited: then the request is open
//     again, and the answer stays accepted.
//   - What was withdrawn or satisfied can be reopened; answers that still wait
//     go on waiting.
//
// pending counts the answers without a verdict after the act.
func (r Request) After(act RequestAct, pending int, more bool) (RequestState, bool) {
	switch act {
	case RequestSend:
		return RequestOpen, r.State == RequestDraft
	case RequestAnswered:
		return RequestSubmitted, r.Awaited() || r.State == RequestSubmitted
	case RequestReturn:
		return RequestReturned, r.State == RequestSubmitted || r.State == RequestReturned
	case RequestWithdraw:
		return RequestWithdrawn, r.State != "" && !r.Done()
	case RequestReopen:
		if pending > 0 {
			return RequestSubmitted, r.Done()
		}
		return RequestOpen, r.Done()
	case RequestAccept:
		return r.accepted(pending, more), r.State == RequestSubmitted || r.State == RequestReturned
	}
	return r.State, false
}

func (r Request) accepted(pending int, more bool) RequestState {
	switch {
	case r.State == RequestReturned:
		return RequestReturned
	case pending > 0:
		return RequestSubmitted
	case more:
		return RequestOpen
	}
	return RequestSatisfied
}

// Move is After as a change, with the refusal to show.
func (r *Request) Move(act RequestAct, pending int, more bool) error {
	next, ok := r.After(act, pending, more)
	if !ok {
		return Conflict("error.request.state", Args{"Request": r.Code(), "State": string(r.State), "Act": string(act)})
	}
	r.State = next
	return nil
}

// SeenBy reports whether the request exists for somebody. A draft does for its
// author and for those inside who write requests; an assessor's draft is a
// working paper of the assessor, and not for the organization that is assessed.
func (r Request) SeenBy(a Actor) bool {
	if !a.Sees(r.Engagement) {
		return false
	}
	return r.State != RequestDraft || r.Author == a.Person && a.Can(ActRequestWrite) || a.SeesDrafts() && !r.External
}

// SeesDrafts reports whether the actor sees requests that others inside have not
// sent yet.
func (a Actor) SeesDrafts() bool { return slices.Contains(auditors, a.Role) }

// Steers reports whether somebody may send, chase or withdraw the request (with
// ActRequestWrite) or judge its answers (with ActRequestReview): who writes
// requests inside, for those written inside; an assessor for their own. Those who
// run the organization or the ISMS may chase and end an assessor's request, and
// never judge its answers.
func (r Request) Steers(a Actor, act Action) bool {
	if !a.Can(act) || !a.Sees(r.Engagement) {
		return false
	}
	inside := a.Role != RoleAssessor
	if r.External && inside {
		return act == ActRequestWrite && slices.Contains(managers, a.Role)
	}
	return inside || r.Author == a.Person
}

// Rewordable reports whether somebody may change what the request asks for:
// nobody rewords what an assessor asked.
func (r Request) Rewordable(a Actor) bool {
	return r.Editable() && r.Steers(a, ActRequestWrite) && (!r.External || r.Author == a.Person)
}

// Answerable reports whether somebody may answer: the assignee, who owns one of
// its controls, and those who run the organization or the ISMS.
func (r Request) Answerable(a Actor, owns bool) bool {
	return a.Can(ActRequestAnswer) && (owns || r.Assignee == a.Person || a.Role == RoleOwner || a.Role == RoleManager)
}

// RequestAnswer is a version of an item of evidence offered as an answer, and
// the verdict on it. "" stands for no verdict yet.
type RequestAnswer struct {
	ID         AnswerID      `json:"id"`
	Org        OrgID         `json:"org"`
	Request    RequestID     `json:"request"`
	Evidence   EvidenceID    `json:"evidence"`
	VersionID  VersionID     `json:"version_id"` // the version offered; later ones are not meant
	By         PersonID      `json:"by"`
	At         time.Time     `json:"at"`
	Note       string        `json:"note"`    // to the reviewer
	Verdict    EvidenceState `json:"verdict"` // accepted, returned or ""
	Reason     ReviewReason  `json:"reason"`
	Comment    string        `json:"comment"`
	Override   string        `json:"override"` // why the reviewer could not be someone else
	Reviewer   PersonID      `json:"reviewer"`
	ReviewedAt time.Time     `json:"reviewed_at"`
	Version    int           `json:"version"`
}

// Pending reports whether the answer waits for its verdict.
func (a RequestAnswer) Pending() bool { return a.Verdict == "" }

// Review is the answer's verdict as one on an item's version: the codes and the
// limits are the same.
func (a RequestAnswer) Review() Review {
	return Review{Org: a.Org, Evidence: a.Evidence, VersionID: a.VersionID, Verdict: a.Verdict, Reason: a.Reason,
		Comment: a.Comment, Override: a.Override, Reviewer: a.Reviewer, At: a.ReviewedAt}
}

// PendingAnswers counts the answers that wait for a verdict.
func PendingAnswers(answers []RequestAnswer) (n int) {
	for _, a := range answers {
		if a.Pending() {
			n++
		}
	}
	return n
}
