package domain

// Identifiers are types of their own, so that a control's cannot be passed for
// a service's. Zero means "none".
type (
	OrgID            int64
	PersonID         int64
	EngagementID     int64
	ControlID        int64
	ServiceID        int64
	CertificateID    int64
	ReportID         int64
	SplitID          int64
	ResponsibilityID int64
	RelianceID       int64
	OwnershipID      int64
	EvidenceID       int64
	VersionID        int64 // of an evidence version
	ReviewID         int64
	TestID           int64
	PackID           int64
	DisputeID        int64
	RequestID        int64
	AnswerID         int64 // of a request's answer
)
