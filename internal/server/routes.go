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
	AsOf   bool // a page that can be looked at as of another day: ?on=2026-03-12
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

// InOrg returns the action that a route inside an organization needs.
func (r Rule) InOrg() (domain.Action, bool) { return r.Action, r.who == inOrg }

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
		{Method: get, Path: org + "/people/:id/edit", Name: "people.edit", Rule: InOrg(domain.ActPeopleManage), Handle: (*Server).showEditPerson},
		{Method: post, Path: org + "/people/:id/edit", Name: "people.edit.do", Rule: InOrg(domain.ActPeopleManage), Handle: (*Server).editPerson},
		{Method: get, Path: org + "/people/:id/remove", Name: "people.remove", Rule: InOrg(domain.ActPeopleManage), Handle: (*Server).showRemovePerson},
		{Method: post, Path: org + "/people/:id/remove", Name: "people.remove.do", Rule: InOrg(domain.ActPeopleManage), Handle: (*Server).removePerson},
		{Method: get, Path: org + "/engagements/new", Name: "engagement.new", Rule: InOrg(domain.ActEngagementWrite), Handle: (*Server).showNewEngagement},
		{Method: post, Path: org + "/engagements", Name: "engagement.create", Rule: InOrg(domain.ActEngagementWrite), Handle: (*Server).createEngagement},
		{Method: get, Path: org + "/system", Name: "system", Rule: InOrg(domain.ActSystem), Handle: (*Server).showSystem},
		{Method: post, Path: org + "/system/check", Name: "system.check", Rule: InOrg(domain.ActSystem), Handle: (*Server).checkSystem},
		{Method: get, Path: org + "/remove-sample", Name: "sample.remove", Rule: InOrg(domain.ActOrganizationRemove), Handle: (*Server).showRemoveSample},
		{Method: post, Path: org + "/remove-sample", Name: "sample.remove.do", Rule: InOrg(domain.ActOrganizationRemove), Handle: (*Server).removeSample},

		// The engagement
		{Method: get, Path: eng, Name: "dashboard", Rule: InOrg(domain.ActRead), Handle: (*Server).showDashboard, AsOf: true},
		{Method: get, Path: eng + "/compare", Name: "compare", Rule: InOrg(domain.ActRead), Handle: (*Server).showCompare},
		{Method: get, Path: eng + "/search", Name: "search", Rule: InOrg(domain.ActRead), Handle: (*Server).showSearch},
		{Method: get, Path: eng + "/tasks", Name: "tasks", Rule: InOrg(domain.ActRead), Handle: (*Server).showTasks},
		{Method: get, Path: eng + "/settings", Name: "engagement.edit", Rule: InOrg(domain.ActRead), Handle: (*Server).showEngagement},
		{Method: post, Path: eng + "/settings", Name: "engagement.save", Rule: InOrg(domain.ActEngagementWrite), Handle: (*Server).saveEngagement},
		{Method: post, Path: eng + "/state", Name: "engagement.move", Rule: InOrg(domain.ActEngagementWrite), Handle: (*Server).moveEngagement},
		{Method: get, Path: eng + "/activity", Name: "activity", Rule: InOrg(domain.ActActivityRead), Handle: (*Server).showActivity},
		{Method: get, Path: eng + "/activity.csv", Name: "activity.csv", Rule: InOrg(domain.ActActivityRead), Handle: (*Server).exportActivityCSV, Slow: true},
		{Method: get, Path: eng + "/activity.xlsx", Name: "activity.xlsx", Rule: InOrg(domain.ActActivityRead), Handle: (*Server).exportActivityXLSX, Slow: true},
		{Method: get, Path: eng + "/activity.jsonl", Name: "activity.jsonl", Rule: InOrg(domain.ActActivityRead), Handle: (*Server).exportActivityProofs, Slow: true},
		{Method: post, Path: eng + "/activity/compare", Name: "activity.compare", Rule: InOrg(domain.ActActivityRead), Handle: (*Server).compareCheckpoint},
		{Method: get, Path: eng + "/activity/:id", Name: "record", Rule: InOrg(domain.ActActivityRead), Handle: (*Server).showRecord},
		{Method: get, Path: eng + "/activity/:id/proof.tlog-proof", Name: "record.proof", Rule: InOrg(domain.ActActivityRead), Handle: (*Server).downloadProof},

		// Microsoft: the catalogue, services in use, certificates, reports
		{Method: get, Path: eng + "/catalogue", Name: "catalogue", Rule: InOrg(domain.ActRead), Handle: (*Server).showCatalogue},
		{Method: get, Path: eng + "/crosswalk", Name: "crosswalk", Rule: InOrg(domain.ActRead), Handle: (*Server).showCrosswalk},
		{Method: get, Path: eng + "/disputes", Name: "disputes", Rule: InOrg(domain.ActRead), Handle: (*Server).showDisputes},
		{Method: post, Path: eng + "/disputes", Name: "dispute.raise", Rule: InOrg(domain.ActDispute), Handle: (*Server).raiseDispute},
		{Method: get, Path: eng + "/disputes/new", Name: "dispute.new", Rule: InOrg(domain.ActDispute), Handle: (*Server).showNewDispute},
		{Method: get, Path: eng + "/disputes/:id", Name: "dispute", Rule: InOrg(domain.ActRead), Handle: (*Server).showDispute},
		{Method: post, Path: eng + "/disputes/:id/settlement", Name: "dispute.settle", Rule: InOrg(domain.ActDispute), Handle: (*Server).settleDispute},
		{Method: get, Path: eng + "/catalogue/file", Name: "catalogue.file", Rule: InOrg(domain.ActRead), Handle: (*Server).downloadCatalogue, Slow: true},
		{Method: get, Path: eng + "/catalogue/imports", Name: "catalogue.imports", Rule: InOrg(domain.ActRead), Handle: (*Server).showCatalogueImports},
		{Method: get, Path: eng + "/catalogue/imports/:n/file", Name: "catalogue.imports.file", Rule: InOrg(domain.ActRead), Handle: (*Server).downloadImport, Slow: true},
		{Method: get, Path: eng + "/catalogue/import", Name: "catalogue.import", Rule: InOrg(domain.ActCatalogueImport), Handle: (*Server).showCatalogueImport},
		{Method: post, Path: eng + "/catalogue/import", Name: "catalogue.import.receive", Rule: InOrg(domain.ActCatalogueImport), Handle: (*Server).receiveCatalogue, Slow: true},
		{Method: get, Path: eng + "/catalogue/import/preview", Name: "catalogue.import.preview", Rule: InOrg(domain.ActCatalogueImport), Handle: (*Server).showCataloguePreview},
		{Method: post, Path: eng + "/catalogue/import/apply", Name: "catalogue.import.do", Rule: InOrg(domain.ActCatalogueImport), Handle: (*Server).applyCatalogue},
		{Method: get, Path: eng + "/services", Name: "services", Rule: InOrg(domain.ActRead), Handle: (*Server).showServices, AsOf: true},
		{Method: get, Path: eng + "/services/new", Name: "service.new", Rule: InOrg(domain.ActServiceWrite), Handle: (*Server).showNewService},
		{Method: post, Path: eng + "/services", Name: "service.create", Rule: InOrg(domain.ActServiceWrite), Handle: (*Server).createService},
		{Method: get, Path: eng + "/services/:id", Name: "service", Rule: InOrg(domain.ActRead), Handle: (*Server).showService, AsOf: true},
		{Method: get, Path: eng + "/services/:id/edit", Name: "service.edit", Rule: InOrg(domain.ActServiceWrite), Handle: (*Server).showEditService},
		{Method: post, Path: eng + "/services/:id/edit", Name: "service.save", Rule: InOrg(domain.ActServiceWrite), Handle: (*Server).saveService},
		{Method: get, Path: eng + "/services/:id/retire", Name: "service.retire", Rule: InOrg(domain.ActServiceWrite), Handle: (*Server).showRetireService},
		{Method: post, Path: eng + "/services/:id/retire", Name: "service.retire.do", Rule: InOrg(domain.ActServiceWrite), Handle: (*Server).retireService},
		{Method: get, Path: eng + "/certificates", Name: "certificates", Rule: InOrg(domain.ActRead), Handle: (*Server).showCertificates, AsOf: true},
		{Method: get, Path: eng + "/certificates/new", Name: "certificate.new", Rule: InOrg(domain.ActCertificateWrite), Handle: (*Server).showNewCertificate},
		{Method: post, Path: eng + "/certificates", Name: "certificate.create", Rule: InOrg(domain.ActCertificateWrite), Handle: (*Server).createCertificate},
		{Method: get, Path: eng + "/certificates/:id", Name: "certificate", Rule: InOrg(domain.ActRead), Handle: (*Server).showCertificate, AsOf: true},
		{Method: get, Path: eng + "/certificates/:id/edit", Name: "certificate.edit", Rule: InOrg(domain.ActCertificateWrite), Handle: (*Server).showEditCertificate},
		{Method: post, Path: eng + "/certificates/:id/edit", Name: "certificate.save", Rule: InOrg(domain.ActCertificateWrite), Handle: (*Server).saveCertificate},
		{Method: get, Path: eng + "/certificates/:id/verify", Name: "certificate.verify", Rule: InOrg(domain.ActCertificateVerify), Handle: (*Server).showVerifyCertificate},
		{Method: post, Path: eng + "/certificates/:id/verify", Name: "certificate.verify.do", Rule: InOrg(domain.ActCertificateVerify), Handle: (*Server).verifyCertificate},
		{Method: get, Path: eng + "/certificates/:id/withdraw", Name: "certificate.withdraw", Rule: InOrg(domain.ActCertificateWrite), Handle: (*Server).showWithdrawCertificate},
		{Method: post, Path: eng + "/certificates/:id/withdraw", Name: "certificate.withdraw.do", Rule: InOrg(domain.ActCertificateWrite), Handle: (*Server).withdrawCertificate},
		{Method: get, Path: eng + "/reports", Name: "reports", Rule: InOrg(domain.ActRead), Handle: (*Server).showReports, AsOf: true},
		{Method: get, Path: eng + "/reports/new", Name: "report.new", Rule: InOrg(domain.ActReportWrite), Handle: (*Server).showNewReport},
		{Method: post, Path: eng + "/reports", Name: "report.create", Rule: InOrg(domain.ActReportWrite), Handle: (*Server).createReport},
		{Method: get, Path: eng + "/reports/:id", Name: "report", Rule: InOrg(domain.ActRead), Handle: (*Server).showReport, AsOf: true},
		{Method: get, Path: eng + "/reports/:id/edit", Name: "report.edit", Rule: InOrg(domain.ActReportWrite), Handle: (*Server).showEditReport},
		{Method: post, Path: eng + "/reports/:id/edit", Name: "report.save", Rule: InOrg(domain.ActReportWrite), Handle: (*Server).saveReport},
		{Method: get, Path: eng + "/reports/:id/applicability", Name: "report.applicability", Rule: InOrg(domain.ActRead), Handle: (*Server).showApplicability},
		{Method: post, Path: eng + "/reports/:id/applicability", Name: "report.applicability.save", Rule: InOrg(domain.ActReportWrite), Handle: (*Server).saveApplicability},
		{Method: get, Path: eng + "/reports/:id/applicability.csv", Name: "report.applicability.csv", Rule: InOrg(domain.ActRead), Handle: (*Server).downloadApplicabilityCSV, Slow: true},
		{Method: get, Path: eng + "/reports/:id/applicability.xlsx", Name: "report.applicability.xlsx", Rule: InOrg(domain.ActRead), Handle: (*Server).downloadApplicabilityXLSX, Slow: true},
		{Method: get, Path: eng + "/reports/:id/applicability/import", Name: "report.import", Rule: InOrg(domain.ActReportWrite), Handle: (*Server).showApplicabilityImport},
		{Method: post, Path: eng + "/reports/:id/applicability/import", Name: "report.import.receive", Rule: InOrg(domain.ActReportWrite), Handle: (*Server).receiveApplicability, Slow: true},
		{Method: get, Path: eng + "/reports/:id/applicability/import/preview", Name: "report.import.preview", Rule: InOrg(domain.ActReportWrite), Handle: (*Server).showApplicabilityPreview},
		{Method: post, Path: eng + "/reports/:id/applicability/import/apply", Name: "report.import.do", Rule: InOrg(domain.ActReportWrite), Handle: (*Server).applyApplicability},

		// Controls and what they rely on
		{Method: get, Path: eng + "/controls", Name: "controls", Rule: InOrg(domain.ActRead), Handle: (*Server).showControls, AsOf: true},
		{Method: post, Path: eng + "/controls", Name: "control.create", Rule: InOrg(domain.ActControlWrite), Handle: (*Server).createControl},
		{Method: get, Path: eng + "/controls/new", Name: "control.new", Rule: InOrg(domain.ActControlWrite), Handle: (*Server).showNewControl},
		{Method: get, Path: eng + "/controls/from-annex-a", Name: "controls.annex-a", Rule: InOrg(domain.ActControlWrite), Handle: (*Server).showAnnexA},
		{Method: post, Path: eng + "/controls/from-annex-a", Name: "controls.annex-a.do", Rule: InOrg(domain.ActControlWrite), Handle: (*Server).startFromAnnexA},
		{Method: get, Path: eng + "/controls/owner", Name: "controls.owner", Rule: InOrg(domain.ActOwnerAssign), Handle: (*Server).showAssignOwners},
		{Method: post, Path: eng + "/controls/owner", Name: "controls.owner.do", Rule: InOrg(domain.ActOwnerAssign), Handle: (*Server).assignOwners},
		{Method: get, Path: eng + "/controls/splits", Name: "controls.splits", Rule: InOrg(domain.ActSplitWrite), Handle: (*Server).showConfirmSplits},
		{Method: post, Path: eng + "/controls/splits", Name: "controls.splits.do", Rule: InOrg(domain.ActSplitWrite), Handle: (*Server).confirmSplits},
		{Method: get, Path: eng + "/controls/import", Name: "controls.import", Rule: InOrg(domain.ActControlImport), Handle: (*Server).showImport},
		{Method: post, Path: eng + "/controls/import", Name: "controls.import.receive", Rule: InOrg(domain.ActControlImport), Handle: (*Server).receiveImport, Slow: true},
		{Method: get, Path: eng + "/controls/import/preview", Name: "controls.import.preview", Rule: InOrg(domain.ActControlImport), Handle: (*Server).showImportPreview},
		{Method: post, Path: eng + "/controls/import/apply", Name: "controls.import.do", Rule: InOrg(domain.ActControlImport), Handle: (*Server).applyImport},
		{Method: get, Path: eng + "/controls/template.csv", Name: "controls.template.csv", Rule: InOrg(domain.ActControlImport), Handle: (*Server).downloadTemplateCSV, Slow: true},
		{Method: get, Path: eng + "/controls/template.xlsx", Name: "controls.template.xlsx", Rule: InOrg(domain.ActControlImport), Handle: (*Server).downloadTemplateXLSX, Slow: true},
		{Method: get, Path: eng + "/controls/:id", Name: "control", Rule: InOrg(domain.ActRead), Handle: (*Server).showControl, AsOf: true},
		{Method: post, Path: eng + "/controls/:id", Name: "control.save", Rule: InOrg(domain.ActControlWrite), Handle: (*Server).saveControl},
		{Method: get, Path: eng + "/controls/:id/edit", Name: "control.edit", Rule: InOrg(domain.ActControlWrite), Handle: (*Server).showEditControl},
		{Method: post, Path: eng + "/controls/:id/owner", Name: "control.owner", Rule: InOrg(domain.ActOwnerAssign), Handle: (*Server).assignOwner},
		{Method: post, Path: eng + "/controls/:id/acknowledge", Name: "control.acknowledge", Rule: InOrg(domain.ActOwnerAcknowledge), Handle: (*Server).acknowledgeOwner},
		{Method: post, Path: eng + "/controls/:id/split", Name: "control.split", Rule: InOrg(domain.ActSplitWrite), Handle: (*Server).confirmSplit},
		{Method: post, Path: eng + "/controls/:id/duties", Name: "control.duty", Rule: InOrg(domain.ActResponsibility), Handle: (*Server).saveDuty},
		{Method: post, Path: eng + "/controls/:id/reliances", Name: "control.reliance", Rule: InOrg(domain.ActReliancePropose), Handle: (*Server).proposeReliance},
		{Method: post, Path: eng + "/controls/:id/tests", Name: "control.test", Rule: InOrg(domain.ActTestConclude), Handle: (*Server).concludeTest},
		{Method: get, Path: eng + "/controls/:id/evidence", Name: "control.reuse", Rule: InOrg(domain.ActEvidenceWrite), Handle: (*Server).showReuseEvidence},
		{Method: post, Path: eng + "/controls/:id/evidence", Name: "control.reuse.do", Rule: InOrg(domain.ActEvidenceWrite), Handle: (*Server).reuseEvidence},
		{Method: get, Path: eng + "/responsibilities", Name: "responsibilities", Rule: InOrg(domain.ActRead), Handle: (*Server).showDuties, AsOf: true},
		{Method: get, Path: eng + "/reliances", Name: "reliances", Rule: InOrg(domain.ActRead), Handle: (*Server).showReliances, AsOf: true},
		{Method: get, Path: eng + "/reliances/map", Name: "reliances.map", Rule: InOrg(domain.ActRead), Handle: (*Server).showRelianceMap, AsOf: true},
		{Method: get, Path: eng + "/reliances/propose", Name: "reliances.propose", Rule: InOrg(domain.ActReliancePropose), Handle: (*Server).showProposeReliances},
		{Method: post, Path: eng + "/reliances/propose", Name: "reliances.propose.do", Rule: InOrg(domain.ActReliancePropose), Handle: (*Server).proposeReliances},
		{Method: get, Path: eng + "/reliances/approve", Name: "reliances.approve", Rule: InOrg(domain.ActRelianceApprove), Handle: (*Server).showApproveReliances},
		{Method: post, Path: eng + "/reliances/approve", Name: "reliances.approve.do", Rule: InOrg(domain.ActRelianceApprove), Handle: (*Server).approveReliances},
		{Method: get, Path: eng + "/reliances/:id", Name: "reliance", Rule: InOrg(domain.ActRead), Handle: (*Server).showReliance, AsOf: true},
		{Method: post, Path: eng + "/reliances/:id/approval", Name: "reliance.approve", Rule: InOrg(domain.ActRelianceApprove), Handle: (*Server).approveReliance},
		{Method: post, Path: eng + "/reliances/:id/decision", Name: "reliance.decide", Rule: InOrg(domain.ActRelianceAccept), Handle: (*Server).decideReliance},
		{Method: post, Path: eng + "/reliances/:id/proposal", Name: "reliance.propose", Rule: InOrg(domain.ActReliancePropose), Handle: (*Server).proposeAgain},

		// Evidence
		{Method: fiber.MethodOptions, Path: eng + "/uploads", Name: "uploads", Rule: InOrg(domain.ActEvidenceWrite), Handle: (*Server).tellUploads},
		{Method: post, Path: eng + "/uploads", Name: "upload.begin", Rule: InOrg(domain.ActEvidenceWrite), Handle: (*Server).beginUpload},
		{Method: get, Path: eng + "/uploads/:id", Name: "upload", Rule: InOrg(domain.ActEvidenceWrite), Handle: (*Server).showUpload},
		{Method: fiber.MethodPatch, Path: eng + "/uploads/:id", Name: "upload.continue", Rule: InOrg(domain.ActEvidenceWrite), Handle: (*Server).continueUpload, Slow: true},
		{Method: fiber.MethodDelete, Path: eng + "/uploads/:id", Name: "upload.cancel", Rule: InOrg(domain.ActEvidenceWrite), Handle: (*Server).cancelUpload},
		{Method: get, Path: eng + "/evidence", Name: "evidence", Rule: InOrg(domain.ActRead), Handle: (*Server).showEvidence},
		{Method: get, Path: eng + "/evidence/new", Name: "evidence.new", Rule: InOrg(domain.ActEvidenceWrite), Handle: (*Server).showNewEvidence},
		{Method: post, Path: eng + "/evidence", Name: "evidence.add", Rule: InOrg(domain.ActEvidenceWrite), Handle: (*Server).addEvidence, Slow: true},
		{Method: get, Path: eng + "/evidence/added", Name: "evidence.added", Rule: InOrg(domain.ActEvidenceWrite), Handle: (*Server).showAddedEvidence},
		{Method: post, Path: eng + "/evidence/complete", Name: "evidence.complete", Rule: InOrg(domain.ActEvidenceWrite), Handle: (*Server).completeEvidence},
		{Method: get, Path: eng + "/evidence/calendar", Name: "evidence.calendar", Rule: InOrg(domain.ActRead), Handle: (*Server).showEvidenceCalendar},
		{Method: get, Path: eng + "/evidence/accept", Name: "evidence.accept", Rule: InOrg(domain.ActEvidenceReview), Handle: (*Server).showAcceptEvidence},
		{Method: post, Path: eng + "/evidence/accept", Name: "evidence.accept.do", Rule: InOrg(domain.ActEvidenceReview), Handle: (*Server).acceptEvidence},
		{Method: get, Path: eng + "/evidence/:id", Name: "evidence.item", Rule: InOrg(domain.ActRead), Handle: (*Server).showEvidenceItem},
		{Method: post, Path: eng + "/evidence/:id", Name: "evidence.describe", Rule: InOrg(domain.ActEvidenceWrite), Handle: (*Server).describeEvidence},
		{Method: get, Path: eng + "/evidence/:id/edit", Name: "evidence.edit", Rule: InOrg(domain.ActEvidenceWrite), Handle: (*Server).showEditEvidence},
		{Method: post, Path: eng + "/evidence/:id/review", Name: "evidence.review", Rule: InOrg(domain.ActEvidenceReview), Handle: (*Server).reviewEvidence},
		{Method: post, Path: eng + "/evidence/:id/link", Name: "evidence.link", Rule: InOrg(domain.ActEvidenceWrite), Handle: (*Server).linkEvidence},
		{Method: get, Path: eng + "/evidence/:id/hold", Name: "evidence.hold", Rule: InOrg(domain.ActEvidenceHold), Handle: (*Server).showHoldEvidence},
		{Method: post, Path: eng + "/evidence/:id/hold", Name: "evidence.hold.do", Rule: InOrg(domain.ActEvidenceHold), Handle: (*Server).holdEvidence},
		{Method: get, Path: eng + "/evidence/:id/delete", Name: "evidence.delete", Rule: InOrg(domain.ActEvidenceDelete), Handle: (*Server).showDeleteEvidence},
		{Method: post, Path: eng + "/evidence/:id/delete", Name: "evidence.delete.do", Rule: InOrg(domain.ActEvidenceDelete), Handle: (*Server).deleteEvidence},
		{Method: get, Path: eng + "/evidence/:id/versions/new", Name: "evidence.version.new", Rule: InOrg(domain.ActEvidenceWrite), Handle: (*Server).showNewVersion},
		{Method: post, Path: eng + "/evidence/:id/versions", Name: "evidence.version.add", Rule: InOrg(domain.ActEvidenceWrite), Handle: (*Server).addVersion, Slow: true},
		{Method: post, Path: eng + "/evidence/:id/versions/:version/copy", Name: "evidence.copy", Rule: InOrg(domain.ActEvidenceWrite), Handle: (*Server).copyEvidence},
		{Method: get, Path: eng + "/evidence/:id/versions/:version/preview", Name: "evidence.preview", Rule: InOrg(domain.ActRead), Handle: (*Server).showPreview},
		{Method: get, Path: eng + "/evidence/:id/versions/:version/preview/image", Name: "evidence.preview.image", Rule: InOrg(domain.ActRead), Handle: (*Server).showPicture},
		{Method: get, Path: eng + "/evidence/:id/versions/:version/file", Name: "evidence.file", Rule: InOrg(domain.ActRead), Handle: (*Server).downloadEvidence, Slow: true},

		// Requests for evidence
		{Method: get, Path: eng + "/requests", Name: "requests", Rule: InOrg(domain.ActRead), Handle: (*Server).showRequests},
		{Method: post, Path: eng + "/requests", Name: "request.create", Rule: InOrg(domain.ActRequestWrite), Handle: (*Server).createRequest},
		{Method: get, Path: eng + "/requests/new", Name: "request.new", Rule: InOrg(domain.ActRequestWrite), Handle: (*Server).showNewRequest},
		{Method: get, Path: eng + "/requests/for-controls", Name: "requests.controls", Rule: InOrg(domain.ActRequestWrite), Handle: (*Server).showRequestsForControls},
		{Method: post, Path: eng + "/requests/for-controls", Name: "requests.controls.do", Rule: InOrg(domain.ActRequestWrite), Handle: (*Server).createRequestsForControls},
		{Method: get, Path: eng + "/requests/send", Name: "requests.send", Rule: InOrg(domain.ActRequestWrite), Handle: (*Server).showSendRequests},
		{Method: post, Path: eng + "/requests/send", Name: "requests.send.do", Rule: InOrg(domain.ActRequestWrite), Handle: (*Server).sendRequests},
		{Method: get, Path: eng + "/requests/chase", Name: "requests.chase", Rule: InOrg(domain.ActRequestWrite), Handle: (*Server).showChaseRequests},
		{Method: post, Path: eng + "/requests/chase", Name: "requests.chase.do", Rule: InOrg(domain.ActRequestWrite), Handle: (*Server).chaseRequests},
		{Method: get, Path: eng + "/requests/list.csv", Name: "requests.csv", Rule: InOrg(domain.ActRead), Handle: (*Server).downloadRequestsCSV, Slow: true},
		{Method: get, Path: eng + "/requests/list.xlsx", Name: "requests.xlsx", Rule: InOrg(domain.ActRead), Handle: (*Server).downloadRequestsXLSX, Slow: true},
		{Method: get, Path: eng + "/requests/template.csv", Name: "requests.template.csv", Rule: InOrg(domain.ActRequestWrite), Handle: (*Server).downloadRequestTemplateCSV, Slow: true},
		{Method: get, Path: eng + "/requests/template.xlsx", Name: "requests.template.xlsx", Rule: InOrg(domain.ActRequestWrite), Handle: (*Server).downloadRequestTemplateXLSX, Slow: true},
		{Method: get, Path: eng + "/requests/import", Name: "requests.import", Rule: InOrg(domain.ActRequestWrite), Handle: (*Server).showRequestImport},
		{Method: post, Path: eng + "/requests/import", Name: "requests.import.receive", Rule: InOrg(domain.ActRequestWrite), Handle: (*Server).receiveRequests, Slow: true},
		{Method: get, Path: eng + "/requests/import/preview", Name: "requests.import.preview", Rule: InOrg(domain.ActRequestWrite), Handle: (*Server).showRequestPreview},
		{Method: post, Path: eng + "/requests/import/apply", Name: "requests.import.do", Rule: InOrg(domain.ActRequestWrite), Handle: (*Server).applyRequests},
		{Method: get, Path: eng + "/requests/:id", Name: "request", Rule: InOrg(domain.ActRead), Handle: (*Server).showRequest},
		{Method: post, Path: eng + "/requests/:id", Name: "request.save", Rule: InOrg(domain.ActRequestWrite), Handle: (*Server).saveRequest},
		{Method: get, Path: eng + "/requests/:id/edit", Name: "request.edit", Rule: InOrg(domain.ActRequestWrite), Handle: (*Server).showEditRequest},
		{Method: post, Path: eng + "/requests/:id/send", Name: "request.send", Rule: InOrg(domain.ActRequestWrite), Handle: (*Server).sendRequest},
		{Method: post, Path: eng + "/requests/:id/use", Name: "request.use", Rule: InOrg(domain.ActRequestWrite), Handle: (*Server).useEvidence},
		{Method: post, Path: eng + "/requests/:id/answers", Name: "request.answer", Rule: InOrg(domain.ActRequestAnswer), Handle: (*Server).answerRequest, Slow: true},
		{Method: post, Path: eng + "/requests/:id/verdict", Name: "request.judge", Rule: InOrg(domain.ActRequestReview), Handle: (*Server).judgeAnswer},
		{Method: post, Path: eng + "/requests/:id/withdraw", Name: "request.withdraw", Rule: InOrg(domain.ActRequestWrite), Handle: (*Server).withdrawRequest},
		{Method: post, Path: eng + "/requests/:id/reopen", Name: "request.reopen", Rule: InOrg(domain.ActRequestWrite), Handle: (*Server).reopenRequest},

		// Statement of Applicability
		{Method: get, Path: eng + "/soa", Name: "soa", Rule: InOrg(domain.ActRead), Handle: (*Server).showSoA, AsOf: true},
		{Method: post, Path: eng + "/soa", Name: "soa.save", Rule: InOrg(domain.ActSoAWrite), Handle: (*Server).saveSoA},
		{Method: get, Path: eng + "/soa/edit", Name: "soa.edit", Rule: InOrg(domain.ActSoAWrite), Handle: (*Server).showEditSoA},
		{Method: get, Path: eng + "/soa/bulk", Name: "soa.bulk", Rule: InOrg(domain.ActSoAWrite), Handle: (*Server).showBulkSoA},
		{Method: post, Path: eng + "/soa/bulk", Name: "soa.bulk.save", Rule: InOrg(domain.ActSoAWrite), Handle: (*Server).saveBulkSoA},
		{Method: get, Path: eng + "/soa/file", Name: "soa.file", Rule: InOrg(domain.ActRead), Handle: (*Server).downloadSoA, Slow: true},
		{Method: get, Path: eng + "/soa/approve", Name: "soa.approve", Rule: InOrg(domain.ActSoAApprove), Handle: (*Server).showApproveSoA},
		{Method: get, Path: eng + "/soa/versions", Name: "soa.versions", Rule: InOrg(domain.ActRead), Handle: (*Server).showSoAVersions, AsOf: true},
		{Method: post, Path: eng + "/soa/versions", Name: "soa.approve.do", Rule: InOrg(domain.ActSoAApprove), Handle: (*Server).approveSoA},
		{Method: get, Path: eng + "/soa/versions/:number", Name: "soa.version", Rule: InOrg(domain.ActRead), Handle: (*Server).showSoAVersion, AsOf: true},

		// Packs
		{Method: get, Path: eng + "/packs", Name: "packs", Rule: InOrg(domain.ActPackRead), Handle: (*Server).showPacks},
		{Method: get, Path: eng + "/packs/new", Name: "pack.new", Rule: InOrg(domain.ActPackWrite), Handle: (*Server).showNewPack},
		{Method: post, Path: eng + "/packs", Name: "pack.seal", Rule: InOrg(domain.ActPackWrite), Handle: (*Server).sealPack, Slow: true},
		{Method: get, Path: eng + "/packs/:id", Name: "pack", Rule: InOrg(domain.ActPackRead), Handle: (*Server).showPack},
		{Method: get, Path: eng + "/packs/:id/file", Name: "pack.file", Rule: InOrg(domain.ActPackRead), Handle: (*Server).downloadPack, Slow: true},
	}
}
