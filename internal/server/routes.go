package server

import (
	"github.com/gofiber/fiber/v2"

	"relier/internal/domain"
)

// Route is one address of the product: what answers it, and who may ask.
type Route struct {
	Method string
	Path   string
	Name   string // unique; navigation and logs use it
	Rule   Rule
	Handle func(*Server, *Ctx) error
	Slow   bool // streams a body: its use-case has no time limit, only progress
	Bare   bool // looks at neither host nor session: static files, health
}

// Rule says who may use a route. It is checked before a body is read; the
// use-case checks its own action again. The zero Rule is a mistake.
type Rule struct {
	who    audience
	Action domain.Action // for InOrg
}

type audience int

const (
	_ audience = iota
	anyone
	signedIn
	inOrg
)

// Public routes answer anybody; SignedIn ones any account.
var (
	Public   = Rule{who: anyone}
	SignedIn = Rule{who: signedIn}
)

// InOrg routes answer members of the organization in the path whose role allows
// the action. To everybody else the organization does not exist.
func InOrg(a domain.Action) Rule { return Rule{who: inOrg, Action: a} }

// Valid reports whether somebody decided who may use the route.
func (r Rule) Valid() bool {
	return r.who == anyone || r.who == signedIn || r.who == inOrg && len(domain.Rules[r.Action]) > 0
}

const (
	get  = fiber.MethodGet
	post = fiber.MethodPost

	org = "/o/:org"        // one organization
	eng = "/o/:org/e/:eng" // one engagement in it
)

// Routes is the contents page of the product: every address, in the order they
// are tried, so that /new stands before /:id.
func Routes() []Route {
	return []Route{
		// Before signing in
		{Method: get, Path: "/", Name: "home", Rule: Public, Handle: (*Server).showHome},
		{Method: get, Path: "/set-up", Name: "set-up", Rule: Public, Handle: (*Server).showSetUp},
		{Method: post, Path: "/set-up", Name: "set-up.do", Rule: Public, Handle: (*Server).setUp},
		{Method: get, Path: "/sign-in", Name: "sign-in", Rule: Public, Handle: (*Server).showSignIn},
		{Method: post, Path: "/sign-in", Name: "sign-in.do", Rule: Public, Handle: (*Server).signIn},
		{Method: post, Path: "/sign-out", Name: "sign-out", Rule: Public, Handle: (*Server).signOut},
		{Method: post, Path: "/preferences", Name: "preferences", Rule: Public, Handle: (*Server).setPreferences},
		{Method: get, Path: "/about", Name: "about", Rule: Public, Handle: (*Server).showAbout},
		{Method: get, Path: "/static/*", Name: "static", Rule: Public, Handle: (*Server).serveStatic, Bare: true},
		{Method: get, Path: "/healthz", Name: "health", Rule: Public, Handle: (*Server).showHealth, Bare: true},

		// Without an organization
		{Method: get, Path: "/start", Name: "start", Rule: SignedIn, Handle: (*Server).showStart},
		{Method: post, Path: "/start/sample", Name: "start.sample", Rule: SignedIn, Handle: (*Server).loadSample, Slow: true},
		{Method: get, Path: "/start/restore", Name: "restore", Rule: SignedIn, Handle: (*Server).showRestore},
		{Method: get, Path: "/organizations/new", Name: "organization.new", Rule: SignedIn, Handle: (*Server).showNewOrganization},
		{Method: post, Path: "/organizations", Name: "organization.create", Rule: SignedIn, Handle: (*Server).createOrganization},

		// The organization
		{Method: get, Path: org, Name: "organization", Rule: InOrg(domain.ActRead), Handle: (*Server).showOrganization},
		{Method: get, Path: org + "/people", Name: "people", Rule: InOrg(domain.ActRead), Handle: (*Server).showPeople},
		{Method: post, Path: org + "/people", Name: "people.add", Rule: InOrg(domain.ActPeopleManage), Handle: (*Server).addPerson},
		{Method: get, Path: org + "/people/:id/remove", Name: "people.remove", Rule: InOrg(domain.ActPeopleManage), Handle: (*Server).showRemovePerson},
		{Method: post, Path: org + "/people/:id/remove", Name: "people.remove.do", Rule: InOrg(domain.ActPeopleManage), Handle: (*Server).removePerson},
		{Method: get, Path: org + "/engagements/new", Name: "engagement.new", Rule: InOrg(domain.ActEngagementWrite), Handle: (*Server).showNewEngagement},
		{Method: post, Path: org + "/engagements", Name: "engagement.create", Rule: InOrg(domain.ActEngagementWrite), Handle: (*Server).createEngagement},
		{Method: get, Path: org + "/remove-sample", Name: "sample.remove", Rule: InOrg(domain.ActOrganizationRemove), Handle: (*Server).showRemoveSample},
		{Method: post, Path: org + "/remove-sample", Name: "sample.remove.do", Rule: InOrg(domain.ActOrganizationRemove), Handle: (*Server).removeSample},

		// The engagement
		{Method: get, Path: eng, Name: "dashboard", Rule: InOrg(domain.ActRead), Handle: (*Server).showDashboard},
		{Method: get, Path: eng + "/tasks", Name: "tasks", Rule: InOrg(domain.ActRead), Handle: (*Server).showTasks},
		{Method: get, Path: eng + "/settings", Name: "engagement.edit", Rule: InOrg(domain.ActRead), Handle: (*Server).showEngagement},
		{Method: post, Path: eng + "/settings", Name: "engagement.save", Rule: InOrg(domain.ActEngagementWrite), Handle: (*Server).saveEngagement},
		{Method: post, Path: eng + "/state", Name: "engagement.move", Rule: InOrg(domain.ActEngagementWrite), Handle: (*Server).moveEngagement},
		{Method: get, Path: eng + "/activity", Name: "activity", Rule: InOrg(domain.ActActivityRead), Handle: (*Server).showActivity},

		// Evidence
		{Method: get, Path: eng + "/evidence", Name: "evidence", Rule: InOrg(domain.ActRead), Handle: (*Server).showEvidence},
		{Method: get, Path: eng + "/evidence/new", Name: "evidence.new", Rule: InOrg(domain.ActEvidenceWrite), Handle: (*Server).showNewEvidence},
		{Method: post, Path: eng + "/evidence", Name: "evidence.add", Rule: InOrg(domain.ActEvidenceWrite), Handle: (*Server).addEvidence, Slow: true},
		{Method: get, Path: eng + "/evidence/added", Name: "evidence.added", Rule: InOrg(domain.ActEvidenceWrite), Handle: (*Server).showAddedEvidence},
		{Method: post, Path: eng + "/evidence/complete", Name: "evidence.complete", Rule: InOrg(domain.ActEvidenceWrite), Handle: (*Server).completeEvidence},
		{Method: get, Path: eng + "/evidence/:id", Name: "evidence.item", Rule: InOrg(domain.ActRead), Handle: (*Server).showEvidenceItem},
		{Method: post, Path: eng + "/evidence/:id", Name: "evidence.describe", Rule: InOrg(domain.ActEvidenceWrite), Handle: (*Server).describeEvidence},
		{Method: get, Path: eng + "/evidence/:id/edit", Name: "evidence.edit", Rule: InOrg(domain.ActEvidenceWrite), Handle: (*Server).showEditEvidence},
		{Method: post, Path: eng + "/evidence/:id/review", Name: "evidence.review", Rule: InOrg(domain.ActEvidenceReview), Handle: (*Server).reviewEvidence},
		{Method: post, Path: eng + "/evidence/:id/link", Name: "evidence.link", Rule: InOrg(domain.ActEvidenceWrite), Handle: (*Server).linkEvidence},
		{Method: get, Path: eng + "/evidence/:id/versions/new", Name: "evidence.version.new", Rule: InOrg(domain.ActEvidenceWrite), Handle: (*Server).showNewVersion},
		{Method: post, Path: eng + "/evidence/:id/versions", Name: "evidence.version.add", Rule: InOrg(domain.ActEvidenceWrite), Handle: (*Server).addVersion, Slow: true},
		{Method: post, Path: eng + "/evidence/:id/versions/:version/copy", Name: "evidence.copy", Rule: InOrg(domain.ActEvidenceWrite), Handle: (*Server).copyEvidence},
		{Method: get, Path: eng + "/evidence/:id/versions/:version/file", Name: "evidence.file", Rule: InOrg(domain.ActRead), Handle: (*Server).downloadEvidence, Slow: true},
	}
}
