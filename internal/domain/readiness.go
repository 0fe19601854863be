package domain

import "strconv"

// Bucket is where an applicable control stands on a day. Each is in exactly
// one; the first that matches wins.
type Bucket string

const (
	BucketBlocked  Bucket = "blocked"
	BucketGap      Bucket = "gap"
	BucketWaiting  Bucket = "waiting"
	BucketReady    Bucket = "ready"
	BucketExcluded Bucket = "excluded" // not applicable: counted apart
)

// Buckets lists the buckets of applicable controls, worst first.
var Buckets = []Bucket{BucketBlocked, BucketGap, BucketWaiting, BucketReady}

// ReadinessFacts are the values a control's bucket is decided from.
type ReadinessFacts struct {
	Applicable           bool
	Ownership            OwnershipState // "" when nobody owns the control
	Reliances            map[RelianceState]int
	Inherited            int // reliances that pass all six gates
	OpenResponsibilities int
	EvidenceLinked       int        // items linked to the control
	EvidenceAccepted     int        // of those, accepted and within the audit period
	EvidenceReturned     int        // of those, returned or expired
	EvidenceSubmitted    int        // of those, waiting for a review
	Conclusion           Conclusion // of the last test, "" when there is none
}

// AddEvidence counts an item that is linked to the control, by its newest
// version, as it stands on a day.
func (f *ReadinessFacts) AddEvidence(e Evidence, p Period, on Date) {
	f.EvidenceLinked++
	switch state := e.StateFor(p, on); {
	case state == EvidenceAccepted && e.Period.Within(p):
		f.EvidenceAccepted++
	case state == EvidenceReturned || state == EvidenceExpired:
		f.EvidenceReturned++
	case state == EvidenceSubmitted:
		f.EvidenceSubmitted++
	}
}

// Readiness puts a control into its bucket and says why. Microsoft's part never
// makes a control ready: our own evidence and test do.
func Readiness(f ReadinessFacts) (Bucket, Reason) {
	if !f.Applicable {
		return BucketExcluded, because("not_applicable")
	}
	if r, hit := blockedBy(f); hit {
		return BucketBlocked, r
	}
	if r, hit := gapIn(f); hit {
		return BucketGap, r
	}
	if r, hit := waitingFor(f); hit {
		return BucketWaiting, r
	}
	return BucketReady, because("all_in_place")
}

func blockedBy(f ReadinessFacts) (Reason, bool) {
	switch {
	case f.Ownership == "" || f.Ownership == OwnershipEnded:
		return because("no_owner"), true
	case f.Reliances[RelianceLapsed] > 0:
		return counted("reliance_lapsed", f.Reliances[RelianceLapsed]), true
	}
	return Reason{}, false
}

func gapIn(f ReadinessFacts) (Reason, bool) {
	switch {
	case f.EvidenceReturned > 0:
		return counted("evidence_returned", f.EvidenceReturned), true
	case f.EvidenceLinked == 0:
		return because("evidence_missing"), true
	case f.EvidenceAccepted == 0 && f.EvidenceSubmitted == 0:
		return because("evidence_not_in_period"), true
	case f.OpenResponsibilities > 0 && f.EvidenceSubmitted == 0:
		return counted("responsibilities_open", f.OpenResponsibilities), true
	case f.Conclusion == ConclusionIneffective:
		return because("test_ineffective"), true
	case f.Reliances[RelianceRefused] > 0:
		return counted("reliance_refused", f.Reliances[RelianceRefused]), true
	}
	return Reason{}, false
}

func waitingFor(f ReadinessFacts) (Reason, bool) {
	claimed := 0
	for _, n := range f.Reliances {
		claimed += n
	}
	switch {
	case f.Ownership == OwnershipProposed:
		return because("owner_not_acknowledged"), true
	case f.EvidenceSubmitted > 0:
		return counted("review_pending", f.EvidenceSubmitted), true
	case f.Conclusion == "":
		return because("test_pending"), true
	case f.Conclusion != ConclusionEffective:
		return because("test_" + string(f.Conclusion)), true
	case f.Inherited < claimed:
		return counted("acceptance_pending", claimed-f.Inherited), true
	}
	return Reason{}, false
}

func counted(code string, n int) Reason { return because(code, "Count", strconv.Itoa(n)) }
