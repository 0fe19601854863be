package domain

// PageSize is how many rows a list shows at once.
const PageSize = 50

// AllRows is how many rows a list shows when it is asked for all of them.
const AllRows = 5000

// Page asks for one page of a list, from 1.
type Page struct {
	Number int
	Size   int // 0: PageSize
}

// Offset returns how many rows come before the page.
func (p Page) Offset() int { return (max(p.Number, 1) - 1) * p.Limit() }

// Limit returns how many rows the page holds at most.
func (p Page) Limit() int {
	if p.Size <= 0 {
		return PageSize
	}
	return p.Size
}

// List is one page of rows and the total behind it.
type List[T any] struct {
	Rows  []T
	Total int
	Page  Page
}

// Pages counts the pages of the list, at least 1.
func (l List[T]) Pages() int { return max(1, (l.Total+l.Page.Limit()-1)/l.Page.Limit()) }

// Slice cuts one page out of rows that are all in memory.
func Slice[T any](rows []T, p Page) List[T] {
	from := min(p.Offset(), len(rows))
	return List[T]{Rows: rows[from:min(from+p.Limit(), len(rows))], Total: len(rows), Page: p}
}

// ControlFilter narrows and orders the controls list.
type ControlFilter struct {
	Query   string  // words in code or title, accents and case folded
	Theme   string  // "A.5" … : controls with a requirement under it
	Edition Edition // of Theme; "" looks in both
	Owner   PersonID
	Bucket  Bucket
	Party   Party  // who carries it over the services in use; see Carrier
	Sort    string // code, title, owner, bucket, rung, evidence, test
	Desc    bool
	Page    Page
}

// NoOwner, as a filter's owner, asks for the controls that nobody owns.
const NoOwner PersonID = -1

// ControlSummary is one row of the controls list.
type ControlSummary struct {
	Control Control
	OwnerID PersonID
	Owner   string
	Facts   ReadinessFacts
	Bucket  Bucket
	Reason  Reason
	Best    Rung          // highest rung of its reliances, "" when there is none
	Parties map[Party]int // over services in use: how many are carried by whom
}

// EvidenceFilter narrows and orders the evidence library.
type EvidenceFilter struct {
	Query   string
	State   EvidenceState
	Kind    EvidenceKind
	Control ControlID

	IDs         []EvidenceID // only these; none: any
	Without     ControlID    // items that speak for this one already are left out
	Sensitivity Sensitivity
	Held        bool     // only what is on legal hold
	ExpiresBy   Date     // only accepted items whose last day is no later
	NotAuthor   PersonID // whose own work is left out: what this person may review

	Sort string // number, title, period, expires
	Desc bool
	Page Page
}

// EvidenceSummary is one row of the evidence library.
type EvidenceSummary struct {
	Evidence Evidence
	FileName string
	Size     int64
	Author   string
	Controls int

	MediaType  string // of the newest version, as is what follows
	CapturedOn Date
}

// ActivityFilter narrows the activity list; the newest come first.
type ActivityFilter struct {
	Engagement EngagementID
	Person     PersonID
	Noun       Noun
	Object     int64
	Label      string // a part of the object's code or name
	Verb       string // what was done, without the noun: "accepted"
	From, To   Date
	Page       Page
}

// Member is a person with their role in an organization.
type Member struct {
	Person     Person
	Membership Membership
}

// OwnershipView is an ownership with the names a page shows.
type OwnershipView struct {
	Ownership Ownership
	Person    string
}

// ReviewView is a review with its reviewer's name.
type ReviewView struct {
	Review   Review
	Reviewer string
}

// TestView is a test with its tester's name.
type TestView struct {
	Test   Test
	Tester string
}
