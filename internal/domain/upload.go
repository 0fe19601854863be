package domain

import "time"

// Bounds on uploads that come in pieces.
const (
	UploadLife  = 24 * time.Hour // since bytes last came
	UploadsMost = 20             // unfinished ones of a person in an organization
)

// Upload is a file that comes in pieces, or waits to be named by a form. It is
// its sender's alone and is no evidence yet.
type Upload struct {
	Org       OrgID
	Person    PersonID
	Token     string // 128 random bits in hexadecimal digits
	FileName  string
	Size      int64 // bytes announced
	Received  int64 // bytes that would survive a power cut
	CreatedAt time.Time
	ExpiresAt time.Time
}

// Whole reports whether all bytes came.
func (u Upload) Whole() bool { return u.Received == u.Size }

// ScanVerdict is what a malware scanner said of a file.
type ScanVerdict string

const (
	ScanClean    ScanVerdict = "clean"
	ScanInfected ScanVerdict = "infected" // such a file is refused, never kept
	ScanMissed   ScanVerdict = "missed"   // it could not be asked, and need not be
)

// ScanVerdicts lists the verdicts.
var ScanVerdicts = []ScanVerdict{ScanClean, ScanInfected, ScanMissed}

// Scan is a verdict with who gave it and when; zero where no scanner is set up.
type Scan struct {
	Verdict ScanVerdict `json:"verdict"`
	Engine  string      `json:"engine"` // as the scanner calls itself
	Threat  string      `json:"threat,omitempty"`
	At      time.Time   `json:"at"`
}
