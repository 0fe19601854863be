package server

import (
	"net/url"
	"strconv"

	"relier/internal/domain"
	"relier/views"
)

// Addresses outside an organization.
const (
	pathHome            = "/"
	pathSetUp           = "/set-up"
	pathSignIn          = "/sign-in"
	pathSignOut         = "/sign-out"
	pathPreferences     = "/preferences"
	pathAbout           = "/about"
	pathStart           = "/start"
	pathLoadSample      = "/start/sample"
	pathRestore         = "/start/restore"
	pathNewOrganization = "/organizations/new"
	pathOrganizations   = "/organizations"
)

// Place builds the addresses inside one organization and engagement; templates
// are handed finished ones and never put an address together.
type Place struct{ Org, Eng string }

func (p Place) org() string { return "/o/" + url.PathEscape(p.Org) }
func (p Place) eng() string { return p.org() + "/e/" + url.PathEscape(p.Eng) }

func sub[T ~int64](list string, id T) string { return list + "/" + strconv.FormatInt(int64(id), 10) }

// In is the same organization with another engagement.
func (p Place) In(engagement string) Place { return Place{p.Org, engagement} }

// The organization's own addresses.
func (p Place) Organization() string                   { return p.org() }
func (p Place) People() string                         { return p.org() + "/people" }
func (p Place) PersonRemove(id domain.PersonID) string { return sub(p.People(), id) + "/remove" }
func (p Place) PersonEdit(id domain.PersonID) string   { return sub(p.People(), id) + "/edit" }
func (p Place) NewEngagement() string                  { return p.org() + "/engagements/new" }
func (p Place) Engagements() string                    { return p.org() + "/engagements" }
func (p Place) RemoveSample() string                   { return p.org() + "/remove-sample" }
func (p Place) System() string                         { return p.org() + "/system" }
func (p Place) SystemCheck() string                    { return p.System() + "/check" }

// The engagement's addresses.
func (p Place) Dashboard() string { return p.eng() }
func (p Place) Compare() string   { return p.eng() + "/compare" }

// CompareDays is the comparison of two days.
func (p Place) CompareDays(from, to domain.Date) string {
	return p.Compare() + "?from=" + from.String() + "&to=" + to.String()
}
func (p Place) Search() string          { return p.eng() + "/search" }
func (p Place) Tasks() string           { return p.eng() + "/tasks" }
func (p Place) Settings() string        { return p.eng() + "/settings" }
func (p Place) EngagementState() string { return p.eng() + "/state" }
func (p Place) Activity() string        { return p.eng() + "/activity" }

// ActivityFile is the export of the list; kind is csv, xlsx or jsonl.
func (p Place) ActivityFile(kind string) string { return p.Activity() + "." + kind }
func (p Place) CompareCheckpoint() string       { return p.Activity() + "/compare" }
func (p Place) Record(seq int64) string         { return sub(p.Activity(), seq) }
func (p Place) RecordProof(seq int64) string    { return p.Record(seq) + "/proof.tlog-proof" }

func (p Place) Catalogue() string { return p.eng() + "/catalogue" }

func (p Place) Services() string                   { return p.eng() + "/services" }
func (p Place) NewService() string                 { return p.Services() + "/new" }
func (p Place) Service(id domain.ServiceID) string { return sub(p.Services(), id) }
func (p Place) EditService(id domain.ServiceID) string {
	return p.Service(id) + "/edit"
}
func (p Place) RetireService(id domain.ServiceID) string {
	return p.Service(id) + "/retire"
}

// NewServiceOf is the form that adds a service, with one of the catalogue chosen.
func (p Place) NewServiceOf(key string) string {
	return p.NewService() + "?key=" + url.QueryEscape(key)
}

func (p Place) Certificates() string                       { return p.eng() + "/certificates" }
func (p Place) NewCertificate() string                     { return p.Certificates() + "/new" }
func (p Place) Certificate(id domain.CertificateID) string { return sub(p.Certificates(), id) }
func (p Place) VerifyCertificate(id domain.CertificateID) string {
	return p.Certificate(id) + "/verify"
}
func (p Place) EditCertificate(id domain.CertificateID) string {
	return p.Certificate(id) + "/edit"
}
func (p Place) WithdrawCertificate(id domain.CertificateID) string {
	return p.Certificate(id) + "/withdraw"
}

func (p Place) Reports() string                  { return p.eng() + "/reports" }
func (p Place) NewReport() string                { return p.Reports() + "/new" }
func (p Place) Report(id domain.ReportID) string { return sub(p.Reports(), id) }
func (p Place) EditReport(id domain.ReportID) string {
	return p.Report(id) + "/edit"
}
func (p Place) ReportApplicability(id domain.ReportID) string {
	return p.Report(id) + "/applicability"
}
func (p Place) ReportApplicabilityCSV(id domain.ReportID) string {
	return p.ReportApplicability(id) + ".csv"
}
func (p Place) ReportApplicabilityXLSX(id domain.ReportID) string {
	return p.ReportApplicability(id) + ".xlsx"
}
func (p Place) ReportApplicabilityImport(id domain.ReportID) string {
	return p.ReportApplicability(id) + "/import"
}
func (p Place) ReportApplicabilityPreview(id domain.ReportID) string {
	return p.ReportApplicabilityImport(id) + "/preview"
}
func (p Place) ReportApplicabilityApply(id domain.ReportID) string {
	return p.ReportApplicabilityImport(id) + "/apply"
}

func (p Place) CatalogueFile() string          { return p.Catalogue() + "/file" }
func (p Place) CatalogueImports() string       { return p.Catalogue() + "/imports" }
func (p Place) CatalogueImport() string        { return p.Catalogue() + "/import" }
func (p Place) CatalogueImportPreview() string { return p.CatalogueImport() + "/preview" }
func (p Place) CatalogueImportApply() string   { return p.CatalogueImport() + "/apply" }

// CatalogueImportFile is an import of the history, by its number.
func (p Place) CatalogueImportFile(n int) string {
	return p.CatalogueImports() + "/" + strconv.Itoa(n) + "/file"
}

// CatalogueTab is one tab of the catalogue.
func (p Place) CatalogueTab(tab views.CatalogueTab) string {
	return p.Catalogue() + "?tab=" + string(tab)
}

func (p Place) Controls() string                        { return p.eng() + "/controls" }
func (p Place) NewControl() string                      { return p.Controls() + "/new" }
func (p Place) ControlsFromAnnexA() string              { return p.Controls() + "/from-annex-a" }
func (p Place) ControlsImport() string                  { return p.Controls() + "/import" }
func (p Place) ControlsTemplateCSV() string             { return p.Controls() + "/template.csv" }
func (p Place) ControlsTemplateXLSX() string            { return p.Controls() + "/template.xlsx" }
func (p Place) Control(id domain.ControlID) string      { return sub(p.Controls(), id) }
func (p Place) EditControl(id domain.ControlID) string  { return p.Control(id) + "/edit" }
func (p Place) ControlOwner(id domain.ControlID) string { return p.Control(id) + "/owner" }
func (p Place) ControlsOwner() string                   { return p.Controls() + "/owner" }
func (p Place) ControlsSplits() string                  { return p.Controls() + "/splits" }
func (p Place) ControlsImportPreview() string           { return p.ControlsImport() + "/preview" }
func (p Place) ControlsImportApply() string             { return p.ControlsImport() + "/apply" }
func (p Place) ControlAcknowledge(id domain.ControlID) string {
	return p.Control(id) + "/acknowledge"
}
func (p Place) ControlSplit(id domain.ControlID) string     { return p.Control(id) + "/split" }
func (p Place) ControlDuties(id domain.ControlID) string    { return p.Control(id) + "/duties" }
func (p Place) ControlReliances(id domain.ControlID) string { return p.Control(id) + "/reliances" }
func (p Place) ControlTests(id domain.ControlID) string     { return p.Control(id) + "/tests" }

// ControlPart is the workspace at one service, or at the judgement for 0.
func (p Place) ControlPart(id domain.ControlID, s domain.ServiceID) string {
	if s == 0 {
		return p.Control(id) + "#judgement"
	}
	n := strconv.FormatInt(int64(s), 10)
	return p.Control(id) + "?service=" + n + "#service-" + n
}

// ControlsIn is the controls list narrowed to one bucket.
func (p Place) ControlsIn(b domain.Bucket) string {
	return p.Controls() + "?bucket=" + url.QueryEscape(string(b))
}

// ControlsCarried is the controls list narrowed to who carries them and to one bucket.
func (p Place) ControlsCarried(party domain.Party, b domain.Bucket) string {
	return p.ControlsIn(b) + "&party=" + url.QueryEscape(string(party))
}

func (p Place) Reliances() string                    { return p.eng() + "/reliances" }
func (p Place) Reliance(id domain.RelianceID) string { return sub(p.Reliances(), id) }
func (p Place) RelianceMap() string                  { return p.Reliances() + "/map" }
func (p Place) ProposeReliances() string             { return p.Reliances() + "/propose" }
func (p Place) ApproveReliances() string             { return p.Reliances() + "/approve" }

// The links of the map's cells are relative to the map: there are thousands.
func (p Place) mapReliance(id domain.RelianceID) string { return strconv.FormatInt(int64(id), 10) }
func (p Place) mapControl(id domain.ControlID) string   { return sub("../controls", id) }
func (p Place) mapService(id domain.ServiceID) string   { return sub("../services", id) }
func (p Place) mapPart(id domain.ControlID, s domain.ServiceID) string {
	return sub("../controls", id) + "?service=" + strconv.FormatInt(int64(s), 10)
}

func (p Place) RelianceApproval(id domain.RelianceID) string {
	return p.Reliance(id) + "/approval"
}
func (p Place) RelianceDecision(id domain.RelianceID) string {
	return p.Reliance(id) + "/decision"
}
func (p Place) RelianceProposal(id domain.RelianceID) string {
	return p.Reliance(id) + "/proposal"
}

func (p Place) Responsibilities() string { return p.eng() + "/responsibilities" }

// ControlDuty is the workspace at our duties on one service.
func (p Place) ControlDuty(id domain.ControlID, s domain.ServiceID) string {
	n := strconv.FormatInt(int64(s), 10)
	return p.Control(id) + "?service=" + n + "#ours-" + n
}

func (p Place) Crosswalk() string                  { return p.eng() + "/crosswalk" }
func (p Place) Disputes() string                   { return p.eng() + "/disputes" }
func (p Place) Dispute(id domain.DisputeID) string { return sub(p.Disputes(), id) }
func (p Place) SettleDispute(id domain.DisputeID) string {
	return p.Dispute(id) + "/settlement"
}

// NewDispute is the form about a row; control and service say where the reader
// came from, 0 for neither.
func (p Place) NewDispute(v domain.Dispute, control domain.ControlID, s domain.ServiceID) string {
	q := url.Values{"subject": {string(v.Subject)}, "from": {v.From}, "to": {v.To}}
	if control != 0 {
		q.Set("control", strconv.FormatInt(int64(control), 10))
		q.Set("service", strconv.FormatInt(int64(s), 10))
	}
	return p.Disputes() + "/new?" + q.Encode()
}

func (p Place) Evidence() string { return p.eng() + "/evidence" }

// EvidenceOf is the library narrowed to a control.
func (p Place) EvidenceOf(id domain.ControlID) string {
	return p.Evidence() + "?control=" + strconv.FormatInt(int64(id), 10)
}
func (p Place) NewEvidence() string                          { return p.Evidence() + "/new" }
func (p Place) EvidenceItem(id domain.EvidenceID) string     { return sub(p.Evidence(), id) }
func (p Place) EvidenceVersions(id domain.EvidenceID) string { return p.EvidenceItem(id) + "/versions" }
func (p Place) EvidenceReview(id domain.EvidenceID) string   { return p.EvidenceItem(id) + "/review" }

// EvidenceFile is the download of one version, counted from 1.
func (p Place) EvidenceFile(id domain.EvidenceID, version int) string {
	return p.EvidenceVersions(id) + "/" + strconv.Itoa(version) + "/file"
}

// EvidencePreview is the page that shows a version, PreviewPicture a picture of
// it or of one of its pages.
func (p Place) EvidencePreview(id domain.EvidenceID, version int) string {
	return p.EvidenceVersions(id) + "/" + strconv.Itoa(version) + "/preview"
}

func (p Place) PreviewPicture(id domain.EvidenceID, version, page int, small bool) string {
	size := ""
	if small {
		size = "&size=small"
	}
	return p.EvidencePreview(id, version) + "/image?page=" + strconv.Itoa(page) + size
}

// Uploads is where files begin that come in pieces; Upload is one of them.
func (p Place) Uploads() string            { return p.eng() + "/uploads" }
func (p Place) Upload(token string) string { return p.Uploads() + "/" + token }

func (p Place) EditEvidence(id domain.EvidenceID) string { return p.EvidenceItem(id) + "/edit" }
func (p Place) LinkEvidence(id domain.EvidenceID) string { return p.EvidenceItem(id) + "/link" }
func (p Place) AddedEvidence() string                    { return p.Evidence() + "/added" }
func (p Place) CompleteEvidence() string                 { return p.Evidence() + "/complete" }
func (p Place) NewEvidenceVersion(id domain.EvidenceID) string {
	return p.EvidenceVersions(id) + "/new"
}

func (p Place) EvidenceCalendar() string                   { return p.Evidence() + "/calendar" }
func (p Place) AcceptEvidence() string                     { return p.Evidence() + "/accept" }
func (p Place) EvidenceToReview() string                   { return p.Evidence() + "?state=submitted" }
func (p Place) EvidenceHold(id domain.EvidenceID) string   { return p.EvidenceItem(id) + "/hold" }
func (p Place) DeleteEvidence(id domain.EvidenceID) string { return p.EvidenceItem(id) + "/delete" }
func (p Place) ReuseEvidence(id domain.ControlID) string   { return p.Control(id) + "/evidence" }
func (p Place) EvidenceMonth(m domain.Period) string {
	return p.EvidenceCalendar() + "?month=" + m.From.String()[:7]
}

// NewEvidenceFor is the upload form with a control chosen already.
func (p Place) NewEvidenceFor(id domain.ControlID) string {
	return p.NewEvidence() + "?control=" + strconv.FormatInt(int64(id), 10)
}

// CopyEvidence adds the bytes of a version as an item of its own.
func (p Place) CopyEvidence(id domain.EvidenceID, version int) string {
	return p.EvidenceVersions(id) + "/" + strconv.Itoa(version) + "/copy"
}

func (p Place) Requests() string                           { return p.eng() + "/requests" }
func (p Place) Request(id domain.RequestID) string         { return sub(p.Requests(), id) }
func (p Place) NewRequest() string                         { return p.Requests() + "/new" }
func (p Place) EditRequest(id domain.RequestID) string     { return p.Request(id) + "/edit" }
func (p Place) SendRequest(id domain.RequestID) string     { return p.Request(id) + "/send" }
func (p Place) UseEvidence(id domain.RequestID) string     { return p.Request(id) + "/use" }
func (p Place) RequestAnswers(id domain.RequestID) string  { return p.Request(id) + "/answers" }
func (p Place) RequestVerdict(id domain.RequestID) string  { return p.Request(id) + "/verdict" }
func (p Place) WithdrawRequest(id domain.RequestID) string { return p.Request(id) + "/withdraw" }
func (p Place) ReopenRequest(id domain.RequestID) string   { return p.Request(id) + "/reopen" }
func (p Place) SendRequests() string                       { return p.Requests() + "/send" }
func (p Place) ChaseRequests() string                      { return p.Requests() + "/chase" }
func (p Place) RequestsForControls() string                { return p.Requests() + "/for-controls" }
func (p Place) RequestsCSV() string                        { return p.Requests() + "/list.csv" }
func (p Place) RequestsXLSX() string                       { return p.Requests() + "/list.xlsx" }
func (p Place) RequestTemplateCSV() string                 { return p.Requests() + "/template.csv" }
func (p Place) RequestTemplateXLSX() string                { return p.Requests() + "/template.xlsx" }
func (p Place) RequestImport() string                      { return p.Requests() + "/import" }
func (p Place) RequestImportPreview() string               { return p.RequestImport() + "/preview" }
func (p Place) RequestImportApply() string                 { return p.RequestImport() + "/apply" }

// RequestsIn is one saved view of the list of requests.
func (p Place) RequestsIn(v domain.RequestView) string {
	if v == domain.RequestsAll {
		return p.Requests()
	}
	return p.Requests() + "?view=" + url.QueryEscape(string(v))
}

// NewRequestFor is the form of a request about a control.
func (p Place) NewRequestFor(id domain.ControlID) string {
	return p.NewRequest() + "?control=" + strconv.FormatInt(int64(id), 10)
}

func (p Place) SoA() string             { return p.eng() + "/soa" }
func (p Place) EditSoA() string         { return p.SoA() + "/edit" }
func (p Place) BulkSoA() string         { return p.SoA() + "/bulk" }
func (p Place) ApproveSoA() string      { return p.SoA() + "/approve" }
func (p Place) SoAVersions() string     { return p.SoA() + "/versions" }
func (p Place) SoAVersion(n int) string { return p.SoAVersions() + "/" + strconv.Itoa(n) }
func (p Place) SoAWorkbook() string     { return p.SoA() + "/file" }

func (p Place) Packs() string                    { return p.eng() + "/packs" }
func (p Place) NewPack() string                  { return p.Packs() + "/new" }
func (p Place) Pack(id domain.PackID) string     { return sub(p.Packs(), id) }
func (p Place) PackFile(id domain.PackID) string { return p.Pack(id) + "/file" }
