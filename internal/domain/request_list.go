package domain

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// RequestView is a saved view of the list of requests.
type RequestView string

const (
	RequestsAll      RequestView = ""
	RequestsMine     RequestView = "mine"     // assigned to the reader, and not over
	RequestsOverdue  RequestView = "overdue"  // an answer should have come
	RequestsReturned RequestView = "returned" // an answer was sent back
	RequestsReview   RequestView = "review"   // an answer waits for its verdict
	RequestsAwaited  RequestView = "awaited"  // mine, and I am to answer: what a home page lists
)

// RequestViews lists the views in the order of their tabs.
var RequestViews = []RequestView{RequestsMine, RequestsOverdue, RequestsReturned, RequestsReview, RequestsAll}

// RequestFilter narrows and orders the list of requests.
type RequestFilter struct {
	Engagement EngagementID
	View       RequestView
	Query      string // words in number, question or detail, accents and case folded
	State      RequestState
	Assignee   PersonID // NoOwner: nobody
	Control    ControlID
	DueBy      Date // due on that day or before
	Sort       string
	Desc       bool
	Page       Page

	Reader Actor // decides what is mine and which drafts exist
	Today  Date  // decides what is overdue
}

// RequestSummary is one row of the list of requests.
type RequestSummary struct {
	Request      Request // without its controls; see Codes
	AssigneeName string
	AuthorName   string
	Codes        []string // of its controls, in order
	Answers      int
	Pending      int
	Reminders    int
}

// RequestCounts says how many requests each view holds.
type RequestCounts map[RequestView]int

// RequestAnswerView is an answer with what a page shows of it.
type RequestAnswerView struct {
	Answer       RequestAnswer
	Item         Evidence
	Version      EvidenceVersion
	ByName       string
	ReviewerName string
}

// RequestReminder is that somebody was chased.
type RequestReminder struct {
	Request  RequestID `json:"request"`
	Person   PersonID  `json:"person"` // 0: nobody was assigned
	By       PersonID  `json:"by"`
	At       time.Time `json:"at"`
	ByName   string    `json:"-"` // read model
	ToPerson string    `json:"-"` // read model
}

// RequestCandidate is an item on file that may already answer a request.
type RequestCandidate struct {
	Item   Evidence
	Size   int64 // bytes of a file
	Words  int   // how many words of the question its title shares
	Shared bool  // it speaks for one of the request's controls
}

// Offered reports whether an item in that state can be an answer at all: a draft
// has no period to be judged by, and what was returned or has run out does not
// hold.
func (s EvidenceState) Offered() bool { return s == EvidenceAccepted || s == EvidenceSubmitted }

// RankCandidates orders what may already answer a question: what shares a
// control before what shares words only, accepted before submitted, then by the
// words shared, then the newest. What shares neither is dropped.
func RankCandidates(question string, found []RequestCandidate) []RequestCandidate {
	wanted := significant(question)
	out := make([]RequestCandidate, 0, len(found))
	for _, c := range found {
		c.Words = sharedWords(wanted, significant(c.Item.Title))
		if c.Item.State.Offered() && (c.Shared || c.Words >= 2) {
			out = append(out, c)
		}
	}
	slices.SortStableFunc(out, func(a, b RequestCandidate) int {
		return cmp.Or(first(a.Shared, b.Shared), first(a.Item.State == EvidenceAccepted, b.Item.State == EvidenceAccepted),
			cmp.Compare(b.Words, a.Words), cmp.Compare(b.Item.Number, a.Item.Number))
	})
	return out
}

// first orders what is before what is not.
func first(a, b bool) int {
	switch {
	case a && !b:
		return -1
	case b && !a:
		return 1
	}
	return 0
}

// significant are the words of a text that say what it is about: five letters
// or more, without accents, cut where endings begin.
func significant(s string) []string {
	var out []string
	plain := plainLetters.Replace(strings.ToLower(s))
	for _, w := range strings.FieldsFunc(plain, func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') }) {
		if len(w) >= 5 && !slices.Contains(out, w[:5]) {
			out = append(out, w[:5])
		}
	}
	return out
}

func sharedWords(a, b []string) (n int) {
	for _, w := range a {
		if slices.Contains(b, w) {
			n++
		}
	}
	return n
}
