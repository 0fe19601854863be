package domain

import "time"

// SightingKind is how a person saw evidence.
type SightingKind string

const (
	SeenOpened     SightingKind = "opened"     // its page
	SeenPreviewed  SightingKind = "previewed"  // its content, within a page
	SeenDownloaded SightingKind = "downloaded" // its bytes, as a file
)

// SightingKinds lists the kinds.
var SightingKinds = []SightingKind{SeenOpened, SeenPreviewed, SeenDownloaded}

// Sighting says how often a person saw a version on a day.
type Sighting struct {
	Org      OrgID
	Evidence EvidenceID
	Number   int // of the version
	Person   PersonID
	Kind     SightingKind
	Day      Date
	Times    int
}

// PackCitation is a sealed pack that names an item.
type PackCitation struct {
	Pack       Pack
	Engagement string    // its code
	Recorded   time.Time // when the seal was recorded: nothing added later is in it
	Version    int       // newest version of the item that it names
}
