package domain

// SearchPage is how many results the search shows at once, SearchMost how many
// of one search can be paged through, and SearchCount up to where they are
// counted: beyond, the answer is "more than".
const (
	SearchPage  = 20
	SearchMost  = 200
	SearchCount = 1000
)

// Searchable lists the nouns that the search goes through, in the order in which
// equally good results stand.
var Searchable = []Noun{NounControl, NounService, NounCertificate, NounReport, NounRequest, NounEvidence}

// SearchFilter is what is looked for, and where.
type SearchFilter struct {
	Query      string       // as typed: never a syntax, but for "words in quotes"
	Noun       Noun         // "": every noun
	Engagement EngagementID // what belongs to any other is not seen; 0: all is seen
	Page       Page
}

// FoundIn is the part of an object that the words stand in, the best first.
type FoundIn string

const (
	FoundInCode  FoundIn = "code"
	FoundInTitle FoundIn = "title"
	FoundInWords FoundIn = "words" // in what else is said of it
	FoundInText  FoundIn = "text"  // in its file
)

// Piece is a part of a text; Hit marks what was looked for.
type Piece struct {
	Text string
	Hit  bool
}

// Found is one result.
type Found struct {
	Noun       Noun
	Object     int64
	Engagement EngagementID // 0: it belongs to all
	Code       string       // as people cite it, or ""
	Title      []Piece
	In         FoundIn
	Excerpt    []Piece // around the words, when they do not stand in the title
}

// NounCount counts the results of one noun up to SearchCount.
type NounCount struct {
	Noun Noun
	N    int
	More bool // there are more than N
}

// SearchResult is one page of results, the best first.
type SearchResult struct {
	Rows   []Found
	Counts []NounCount // of each noun that has any, whichever is shown
	Total  int         // of the nouns shown, up to what is counted
	More   bool        // there are more than Total
	Words  bool        // the query held a word to look for
	Page   Page
}

// Reachable is how many of the results can be paged through.
func (r SearchResult) Reachable() int { return min(r.Total, SearchMost) }

// TextState says whether the words inside a file are known.
type TextState string

const (
	TextUnread TextState = "unread" // in the queue
	TextRead   TextState = "read"
	TextNone   TextState = "none"   // the file holds no words that can be read
	TextFailed TextState = "failed" // somebody should know why
)

// EvidenceText is what could be read inside the file of an item's newest version.
type EvidenceText struct {
	Org      OrgID
	Version  VersionID
	Evidence EvidenceID
	State    TextState
	Reason   string // a key of a sentence, of a text that failed
	Text     string
}

// Sum adds up the counts of a noun, or of all of them.
func (r *SearchResult) Sum(noun Noun) {
	for _, c := range r.Counts {
		if noun == "" || noun == c.Noun {
			r.Total, r.More = r.Total+c.N, r.More || c.More
		}
	}
}
