package domain

import "slices"

// Role is what a person is in one organization.
type Role string

const (
	RoleOwner       Role = "owner"       // of the organization
	RoleManager     Role = "manager"     // runs the ISMS
	RoleAuditor     Role = "auditor"     // internal auditor
	RoleContributor Role = "contributor" // control owner
	RoleReader      Role = "reader"      // executive
	RoleAssessor    Role = "assessor"    // external; one engagement
)

// Roles lists the roles, most trusted first.
var Roles = []Role{RoleOwner, RoleManager, RoleAuditor, RoleContributor, RoleReader, RoleAssessor}

// Valid reports whether r is a known role.
func (r Role) Valid() bool { return slices.Contains(Roles, r) }

// MayOwn reports whether somebody with the role can be answerable for a control
// or a responsibility: who judges from outside and who only reads cannot.
func (r Role) MayOwn() bool { return r.Valid() && r != RoleAssessor && r != RoleReader }

// Membership gives a person a role in an organization. An assessor's is limited
// to one engagement, perhaps to some of its controls, and has an end date.
type Membership struct {
	Org        OrgID        `json:"org"`
	Person     PersonID     `json:"person"`
	Role       Role         `json:"role"`
	Engagement EngagementID `json:"engagement,omitempty"` // 0: all
	Controls   []ControlID  `json:"controls,omitempty"`   // those an assessor was engaged for; none: all
	Until      Date         `json:"until,omitempty"`      // last day; zero: no end
}

// CoversControl reports whether a control is among those the assessor was
// engaged for.
func (m Membership) CoversControl(id ControlID) bool {
	return len(m.Controls) == 0 || slices.Contains(m.Controls, id)
}

// Assesses reports whether the membership is an assessor's on an engagement.
func (m Membership) Assesses(e EngagementID) bool {
	return m.Role == RoleAssessor && (m.Engagement == 0 || m.Engagement == e)
}

// Action is something a person may or may not do. Each route and each use-case
// names one.
type Action string

const (
	ActOrganizationCreate Action = "organization.create" // any signed-in person
	ActOrganizationRemove Action = "organization.remove" // and the sample with it
	ActRead               Action = "read"
	ActActivityRead       Action = "activity.read"
	ActPeopleManage       Action = "people.manage"
	ActEngagementWrite    Action = "engagement.write"
	ActControlWrite       Action = "control.write"
	ActControlImport      Action = "control.import"
	ActOwnerAssign        Action = "owner.assign"
	ActOwnerAcknowledge   Action = "owner.acknowledge"
	ActServiceWrite       Action = "service.write"
	ActCertificateWrite   Action = "certificate.write"
	ActCertificateVerify  Action = "certificate.verify"
	ActReportWrite        Action = "report.write"
	ActSplitWrite         Action = "split.write"
	ActResponsibility     Action = "responsibility.write"
	ActReliancePropose    Action = "reliance.propose"
	ActRelianceApprove    Action = "reliance.approve"
	ActRelianceAccept     Action = "reliance.accept"
	ActSoAWrite           Action = "soa.write"
	ActSoAApprove         Action = "soa.approve"
	ActEvidenceWrite      Action = "evidence.write"
	ActEvidenceReview     Action = "evidence.review"
	ActEvidenceDelete     Action = "evidence.delete" // a contributor: only their own draft
	ActEvidenceHold       Action = "evidence.hold"
	ActTestConclude       Action = "test.conclude"
	ActRequestWrite       Action = "request.write"  // ask for evidence; an assessor in the engagement they are engaged for
	ActRequestAnswer      Action = "request.answer" // those whom a request concerns; see Request.Answerable
	ActRequestReview      Action = "request.review" // judge answers; an assessor those to requests they wrote
	ActDispute            Action = "dispute.write"
	ActCatalogueImport    Action = "catalogue.import"
	ActPackWrite          Action = "pack.write"
	ActPackRead           Action = "pack.read"
	ActSystem             Action = "system" // how what the server holds is kept
)

var (
	everyone  = Roles
	inside    = []Role{RoleOwner, RoleManager, RoleAuditor, RoleContributor, RoleReader}
	workers   = []Role{RoleOwner, RoleManager, RoleAuditor, RoleContributor}
	auditors  = []Role{RoleOwner, RoleManager, RoleAuditor}
	managers  = []Role{RoleOwner, RoleManager}
	ownerOnly = []Role{RoleOwner}
	askers    = []Role{RoleOwner, RoleManager, RoleAuditor, RoleAssessor}
	assessors = []Role{RoleAssessor, RoleOwner, RoleManager} // the last two record on an assessor's behalf, with proof
)

// Rules is the whole of authorization by role: who may do what. Separation
// rules (approver ≠ proposer, reviewer ≠ author) are checked where the object
// is known.
var Rules = map[Action][]Role{
	ActOrganizationCreate: everyone,
	ActOrganizationRemove: ownerOnly,
	ActRead:               everyone,
	ActActivityRead:       inside,
	ActPeopleManage:       managers,
	ActEngagementWrite:    managers,
	ActControlWrite:       auditors,
	ActControlImport:      auditors,
	ActOwnerAssign:        managers,
	ActOwnerAcknowledge:   workers,
	ActServiceWrite:       auditors,
	ActCertificateWrite:   auditors,
	ActCertificateVerify:  auditors,
	ActReportWrite:        auditors,
	ActSplitWrite:         auditors,
	ActResponsibility:     auditors,
	ActReliancePropose:    auditors,
	ActRelianceApprove:    auditors,
	ActRelianceAccept:     assessors,
	ActSoAWrite:           auditors,
	ActSoAApprove:         managers,
	ActEvidenceWrite:      workers,
	ActEvidenceReview:     auditors,
	ActEvidenceDelete:     workers,
	ActEvidenceHold:       managers,
	ActTestConclude:       auditors,
	ActRequestWrite:       askers,
	ActRequestAnswer:      workers,
	ActRequestReview:      askers,
	ActDispute:            auditors,
	ActCatalogueImport:    managers,
	ActPackWrite:          auditors,
	ActSystem:             managers,
	ActPackRead:           append(slices.Clone(inside), RoleAssessor),
}

// Actor is a signed-in person acting in one organization.
type Actor struct {
	Person     PersonID
	Name       string
	Org        OrgID
	OrgCode    string
	Role       Role
	Engagement EngagementID // 0: all; an assessor's single engagement
	Looking    bool         // at a day other than today: whatever the role, nothing may be changed
}

// looks are the actions that change nothing.
var looks = []Action{ActRead, ActActivityRead, ActPackRead}

// Can reports whether the actor's role allows an action.
func (a Actor) Can(act Action) bool {
	return slices.Contains(Rules[act], a.Role) && (!a.Looking || slices.Contains(looks, act))
}

// Allow returns nil or the refusal to show.
func (a Actor) Allow(act Action) error {
	if a.Can(act) {
		return nil
	}
	return Forbidden("error.forbidden", Args{"Action": string(act)})
}

// Sees reports whether an engagement is within the actor's reach.
func (a Actor) Sees(e EngagementID) bool { return a.Engagement == 0 || a.Engagement == e }

// Independent refuses an act by the very person it must be independent of.
// A one-person organization may override with a reason, which the pack prints.
func (a Actor) Independent(of PersonID, key, override string) error {
	if a.Person != of || override != "" {
		return nil
	}
	return Forbidden(key, nil)
}
