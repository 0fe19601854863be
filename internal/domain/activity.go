package domain

import "time"

// Noun names a kind of object in activity records, revisions and URLs.
type Noun string

const (
	NounOrganization   Noun = "organization"
	NounPerson         Noun = "person"
	NounMembership     Noun = "membership"
	NounEngagement     Noun = "engagement"
	NounControl        Noun = "control"
	NounOwnership      Noun = "ownership"
	NounService        Noun = "service"
	NounCertificate    Noun = "certificate"
	NounReport         Noun = "report"
	NounSplit          Noun = "split"
	NounResponsibility Noun = "responsibility"
	NounReliance       Noun = "reliance"
	NounSoAEntry       Noun = "soa_entry"
	NounSoAVersion     Noun = "soa_version"
	NounEvidence       Noun = "evidence"
	NounReview         Noun = "review"
	NounTest           Noun = "test"
	NounPack           Noun = "pack"
	NounDispute        Noun = "dispute"
	NounCatalogue      Noun = "catalogue"
	NounUpload         Noun = "upload" // of which nothing was kept
	NounRequest        Noun = "request"
)

// Activity is who did what to which object, and when. It is appended in the
// transaction of the change itself: no record, no change.
type Activity struct {
	Seq        int64 // order of events; times may tie
	Org        OrgID
	Engagement EngagementID // 0: the whole organization
	At         time.Time
	Actor      PersonID // 0: Relier itself, e.g. a lapse
	ActorName  string   // read model
	Verb       string   // what was done, e.g. "certificate.verified"
	Noun       Noun
	Object     int64
	Label      string   // the object's own code or title at that time
	Causes     []Reason // read model, of a lapse: what the reliance fell by
	OnBehalfOf string   // read model, of a decision: the assessor for whom somebody recorded it
	Digest     Digest   // SHA-256 of the object's stored state after the change
}

// Revision is the whole state of an object after a change. As-of views are
// rebuilt from revisions; none is ever overwritten.
type Revision struct {
	Org    OrgID
	Noun   Noun
	Object int64
	At     time.Time
	State  []byte // JSON; empty when the object was removed
}
