package pack_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"relier/internal/domain"
	"relier/internal/pack"
)

// shelf keeps blobs in memory, as the app keeps them on disk.
type shelf struct {
	mu    sync.Mutex
	blobs map[domain.Digest][]byte
}

func newShelf() *shelf { return &shelf{blobs: map[domain.Digest][]byte{}} }

func (s *shelf) keep(b []byte) domain.Blob {
	s.mu.Lock()
	defer s.mu.Unlock()
	sum512 := sha512.Sum512(b)
	blob := domain.Blob{SHA256: sha256.Sum256(b), SHA512: hex.EncodeToString(sum512[:]), CRC32: crc32.ChecksumIEEE(b), Size: int64(len(b))}
	s.blobs[blob.SHA256] = b
	return blob
}

func (s *shelf) put(_ context.Context, _ string, write func(io.Writer) error) (domain.Blob, error) {
	var b bytes.Buffer
	if err := write(&b); err != nil {
		return domain.Blob{}, err
	}
	return s.keep(b.Bytes()), nil
}

func (s *shelf) open(d domain.Digest) (io.ReadCloser, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, ok := s.blobs[d]
	if !ok {
		return nil, fmt.Errorf("no blob %s", d)
	}
	return io.NopCloser(bytes.NewReader(b)), nil
}

// compose lays out contents whose evidence is on the shelf.
func compose(t testing.TB, s *shelf, c domain.PackContents) pack.Layout {
	t.Helper()
	l, err := pack.Compose(t.Context(), c, s.put)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// zipped streams a layout into memory.
func zipped(t testing.TB, s *shelf, l pack.Layout) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := l.Stream(t.Context(), &b, s.open); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// unpacked writes the files of a layout below a new folder and returns the
// pack's own folder.
func unpacked(t testing.TB, s *shelf, l pack.Layout) string {
	t.Helper()
	root := filepath.Join(t.TempDir(), l.Code)
	for _, e := range l.Entries {
		name := filepath.Join(root, filepath.FromSlash(e.Path))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, s.blobs[e.Blob.SHA256], 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// file returns the bytes of one entry.
func file(t testing.TB, s *shelf, l pack.Layout, path string) []byte {
	t.Helper()
	for _, e := range l.Entries {
		if e.Path == path {
			return s.blobs[e.Blob.SHA256]
		}
	}
	t.Fatalf("the pack has no %s", path)
	return nil
}

var (
	day     = domain.MustDate
	sealing = time.Date(2026, 11, 23, 9, 41, 30, 0, time.UTC)
	year    = domain.Period{From: day("2026-01-01"), To: day("2026-12-31")}
)

// sample is a small pack by hand that holds one of everything a pack can say:
// a reliance that passes all gates, one that fails at each, a lapsed one,
// evidence of each kind, omissions, an override, French and foreign letters.
func sample(s *shelf, langs ...string) domain.PackContents {
	c := domain.PackContents{
		Code:         "audit-pack-2026-0007",
		Organization: domain.Organization{ID: 1, Code: "atelier", Name: "Atelier Cœur-de-Ville « Été »", Sample: true},
		Engagement: domain.Engagement{ID: 1, Code: "ISO-2026", Title: "Surveillance audit 2026", Kind: domain.KindSurveillance,
			Edition: domain.Edition2022, Period: year, Scope: "All services for customers, Lyon and remote work.\nÀ l’exception de l’atelier."},
		Langs: langs, SealedBy: "Żaneta O’Łęcka", SealedAt: sealing,
		SoAVersion: 3, SoAChanged: 2, SoAApprovedBy: "Hélène Dufour", SoAApprovedAt: time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC),
		Counts:       map[domain.Bucket]int{domain.BucketReady: 1, domain.BucketBlocked: 1, domain.BucketExcluded: 1},
		Attributions: []domain.Text{{EN: "Microsoft documentation, CC BY 4.0", FR: "Documentation de Microsoft, CC BY 4.0"}},
		Services: []domain.Service{
			{ID: 1, Key: "azure", Name: "Microsoft Azure", Environment: domain.EnvPublic, Model: domain.ModelIaaS, From: day("2021-03-01"), State: domain.ServiceInUse},
			{ID: 2, Key: "germany", Name: "Office 365 Germany", Environment: domain.EnvGermany, Model: domain.ModelSaaS, From: day("2017-01-01"), To: day("2021-10-29"), State: domain.ServiceRetired, Closed: day("2021-10-29")},
		},
	}
	addEvidence(s, &c)
	addControls(&c)
	addProvider(&c)
	addReliances(&c)
	addSoA(&c)
	c.Activity = []domain.Activity{
		{Seq: 1, At: sealing.Add(-48 * time.Hour), ActorName: "Hélène Dufour", Verb: "certificate.verified", Noun: domain.NounCertificate, Label: "SAMPLE-IS-533913", Digest: domain.Digest{1}},
		{Seq: 2, At: sealing.Add(-time.Hour), Verb: "reliance.lapsed", Noun: domain.NounReliance, Label: "A.8.1 Office 365 Germany", Digest: domain.Digest{2}},
		{Seq: 3, At: sealing, ActorName: "Hélène Dufour", Verb: "comet.sighted", Label: "a verb of a later release", Digest: domain.Digest{3}},
	}
	return c
}

func addEvidence(s *shelf, c *domain.PackContents) {
	file := func(id int, title, name, body string) domain.PackEvidence {
		return domain.PackEvidence{
			Evidence: domain.Evidence{ID: domain.EvidenceID(id), Number: 40 + id, Title: title, Kind: domain.EvidenceFile, Source: "Entra admin centre",
				Method: "Export by hand", Sensitivity: domain.SensitivityInternal, State: domain.EvidenceAccepted},
			Version: domain.EvidenceVersion{ID: domain.VersionID(id), Evidence: domain.EvidenceID(id), Number: 1, FileName: name, MediaType: "text/plain",
				Blob: s.keep([]byte(body)), CapturedOn: day("2026-06-30"), Period: domain.Period{From: day("2026-01-01"), To: day("2026-06-30")}, UploadedAt: sealing.Add(-72 * time.Hour)},
			UploadedBy: "Luca Ferrari", Controls: []string{"AC 1"}, Reviewer: "Hélène Dufour", Included: true,
			Reviewed: domain.Review{Verdict: domain.EvidenceAccepted, At: sealing.Add(-24 * time.Hour)},
		}
	}
	export := file(1, "Access review, first half", "Revue d’accès – été 2026.csv", "user;role\nanna;reader\n")
	page := file(2, "Sign-in report", "report.html", "<script>alert(1)</script>")
	note := file(3, "Walk-through of the server room", "", "")
	note.Evidence.Kind, note.Version.Note, note.Version.Blob = domain.EvidenceNote, "Two locks, one log. Œuvre.", domain.Blob{}
	link := file(4, "Ticket queue", "", "")
	link.Evidence.Kind, link.Version.URL, link.Version.Blob, link.Included = domain.EvidenceLink, "https://tickets.example.org/q/7", domain.Blob{}, false
	secret := file(5, "Penetration test", "pentest-secret-name.pdf", "confidential")
	secret.Evidence.Sensitivity, secret.Included = domain.SensitivityConfidential, false
	older := file(6, "Backup restore log", "log.txt", "old")
	older.Included, older.Evidence.Versions = false, 2
	newer := file(6, "Backup restore log", "log.txt", "new")
	newer.Version.ID, newer.Version.Number, newer.Evidence.Versions = 60, 2, 2
	newer.Reviewed.Override = "A one-person audit team in August."
	forgotten := file(7, "A version that nobody explained", "why.txt", "why")
	forgotten.Included = false
	forgotten.Evidence.State, forgotten.Reviewed.Verdict = domain.EvidenceReturned, domain.EvidenceReturned
	c.Evidence = []domain.PackEvidence{export, page, note, link, secret, older, newer, forgotten}
	c.Omissions = []domain.PackOmission{
		{What: "EV-000044 v1", Title: "Ticket queue", Reason: "link"},
		{What: "EV-000045 v1", Title: "Penetration test", SHA256: secret.Version.Blob.SHA256.String(), Reason: "confidential"},
		{What: "EV-000046 v1", Title: "Backup restore log", SHA256: older.Version.Blob.SHA256.String(), Reason: "superseded_version"},
		{What: "Azure audit report 2026", Title: "Azure audit report 2026", Reason: "provider_confidential"},
		{What: "SoA 2022 v3", Title: "A.5.15, A.8.1", Reason: "soa_draft"},
	}
}

func reason(code string, pairs ...string) domain.Reason {
	r := domain.Reason{Code: code}
	for i := 0; i < len(pairs); i += 2 {
		r.Params = append(r.Params, domain.Param{Name: pairs[i], Value: pairs[i+1]})
	}
	return r
}

func addControls(c *domain.PackContents) {
	c.Controls = []domain.PackControl{
		{
			Control: domain.Control{ID: 1, Code: "AC 1", Title: "Grant & review access", Description: "Who may do what.\nReviewed twice a year.", Implementation: domain.Implemented,
				Requirements: []domain.ControlRequirement{{Ref: domain.Ref{Edition: domain.Edition2022, Code: "A.5.15"}}, {Ref: domain.Ref{Edition: domain.Edition2013, Code: "A.9.1.1"}, Partial: true}}},
			Owner: "Luca Ferrari", Bucket: domain.BucketReady, Reason: reason("all_in_place"), Evidence: []string{"EV-000041", "EV-000042", "EV-000047"},
			Splits: []domain.PackSplit{{Service: "Microsoft Azure", ConfirmedBy: "Hélène Dufour",
				Split: domain.Split{Party: domain.PartyShared, Microsoft: "Runs the identity platform.", Ours: "Decides who gets in.", State: domain.SplitConfirmed, Reason: "We federate."},
				Responsibilities: []domain.PackResponsibility{
					{Responsibility: domain.Responsibility{ID: 1, Sentence: "Review every role twice a year.", State: domain.ResponsibilityEvidenced, Evidence: []domain.EvidenceID{1},
						Expected: "Export of the review", Frequency: "Each half-year", Cadence: domain.CadenceHalfYearly}, AnsweredBy: "Luca Ferrari", Stands: domain.ResponsibilityEvidenced, Until: domain.MustDate("2026-12-31")},
					{Responsibility: domain.Responsibility{ID: 2, State: domain.ResponsibilityNone, Because: "we have no guest accounts"}, Stands: domain.ResponsibilityNone},
				}}},
			Tests: []domain.PackTest{{Tester: "Hélène Dufour", Test: domain.Test{Objective: "Leavers lose access within a day", Method: domain.MethodReperform, Conclusion: domain.ConclusionEffective, Note: "12 of 12 leavers", At: sealing.Add(-30 * time.Hour)}}},
		},
		{
			Control: domain.Control{ID: 2, Code: "A.8.1", Title: "Endpoints <b>managed</b>", Implementation: domain.PartlyImplemented,
				Requirements: []domain.ControlRequirement{{Ref: domain.Ref{Edition: domain.Edition2022, Code: "A.8.1"}}}},
			Bucket: domain.BucketBlocked, Reason: reason("no_owner"),
		},
	}
}

func addProvider(c *domain.PackContents) {
	c.Certificates = []domain.PackCertificate{
		{CheckedBy: "Hélène Dufour", Services: []string{"Microsoft Azure"}, Certificate: domain.Certificate{ID: 1, Title: "Azure ISO/IEC 27001 certificate", Number: "SAMPLE-IS-533913", Body: "BSI",
			Edition: domain.Edition2022, Issued: day("2025-11-01"), Expires: day("2028-10-31"), ScopeText: "The management of “Microsoft Azure”, public cloud.", State: domain.CertificateVerified,
			CheckedBy: 1, CheckedOn: day("2026-02-03"), CheckedWhere: "Service Trust Portal", Document: 5, URL: "https://example.org/cert"}},
		{Certificate: domain.Certificate{ID: 2, Title: "Office 365 Germany certificate", Edition: domain.Edition2013, State: domain.CertificateUnverified}},
	}
	c.Reports = []domain.PackReport{
		{ReviewedBy: "Hélène Dufour", Report: domain.Report{ID: 1, Kind: domain.ReportAudit, Title: "Azure audit report 2026", Period: year, Confidential: true, ObtainedOn: day("2026-10-01"),
			ReviewedOn: day("2026-10-02"), State: domain.ReportReviewed, DocumentHash: domain.Digest{0: 0xab, 31: 0xcd}, Exceptions: domain.ReportExceptions{
				{What: "Two change tickets <without> approval.", Refs: []domain.Ref{{Edition: domain.Edition2022, Code: "A.8.32"}}, Disposition: domain.DispositionCorrected, Note: "Shown in the follow-up.", By: 1, On: day("2026-10-02")},
				{What: "A badge stayed valid for two days."}, {},
			}}, DecidedBy: []string{"Hélène Dufour", "", ""}},
		{Report: domain.Report{ID: 2, Kind: domain.ReportSoA, Title: "Azure SoA 2026", Period: year, Edition: domain.Edition2022, State: domain.ReportObtained, ObtainedOn: day("2026-10-01"),
			NotApplied: []domain.Ref{{Edition: domain.Edition2022, Code: "A.7.6"}}}, Applicability: map[domain.Applicability]int{domain.Applied: 92, domain.NotApplied: 1}},
		{Report: domain.Report{ID: 3, Kind: domain.ReportBridge, Title: "Azure bridge letter", Period: year, State: domain.ReportObtained, Bridges: 1}, Continues: "Azure audit report 2026"},
	}
}

// passing is a verdict in which the first n gates pass.
func passing(n int) domain.Verdict {
	grounds := []domain.Reason{
		reason("in_scope", "Certificate", "SAMPLE-IS-533913", "Service", "Microsoft Azure", "Environment", "public"),
		reason("covered", "Certificate", "SAMPLE-IS-533913", "From", "2025-11-01", "To", "2028-10-31"),
		reason("same_edition", "Certificate", "SAMPLE-IS-533913", "Edition", "2022"),
		reason("report_reviewed", "Report", "Azure audit report 2026", "On", "2026-10-02"),
		reason("responsibility_proven", "Sentence", "Review every role twice a year.", "Evidence", "EV-000041"),
		reason("accepted"),
	}
	causes := []domain.Reason{
		reason("out_of_scope", "Service", "Office 365 Germany", "Environment", "germany", "Certificate", "SAMPLE-IS-533913"),
		reason("uncovered", "From", "2026-06-12", "To", "2026-06-30", "Days", "19"),
		reason("edition_gap", "Ref", "A.5.7", "Certificate", "SAMPLE-IS-533913"),
		reason("report_stale", "Report", "Azure audit report 2026", "Days", "1"),
		reason("evidence_outside_period", "Evidence", "EV-000041"),
		reason("no_assessor"),
	}
	v := domain.Verdict{Rung: []domain.Rung{domain.RungNotExamined, domain.RungNotExamined, domain.RungNotExamined, domain.RungClaimable, domain.RungSupported, domain.RungComplete, domain.RungInherited}[n]}
	for i, g := range domain.Gates {
		if i < n {
			v.Gates = append(v.Gates, domain.GateResult{Gate: g, Passed: true, Grounds: []domain.Ground{signedGround(g, grounds[i])}})
		} else {
			v.Gates = append(v.Gates, domain.GateResult{Gate: g, Causes: causes[i : i+1]})
		}
	}
	return v
}

// signedGround is a ground with who put their name to it; the edition's follows
// from the crosswalk.
func signedGround(g domain.Gate, why domain.Reason) domain.Ground {
	out := domain.Ground{Reason: why, Noun: domain.NounCertificate, Object: 1, By: 7, On: day("2026-10-02")}
	switch g {
	case domain.GateEdition:
		out.By, out.On = 0, 0
	case domain.GateReport:
		out.Noun = domain.NounReport
	case domain.GateOurSide:
		out.Noun = domain.NounEvidence
	case domain.GateAssessor:
		out.Noun, out.By, out.On = domain.NounReliance, 8, day("2026-11-20")
	}
	return out
}

func addReliances(c *domain.PackContents) {
	for n := 6; n >= 0; n-- {
		r := domain.PackReliance{ControlCode: "AC 1", ControlTitle: "Grant & review access", Service: "Microsoft Azure", Environment: domain.EnvPublic,
			Certificates: []string{"SAMPLE-IS-533913"}, Verdict: passing(n), ProposedBy: "Luca Ferrari", Names: map[domain.PersonID]string{7: "Luca Ferrari", 8: "Hélène Dufour"},
			Reliance: domain.Reliance{ID: domain.RelianceID(n), State: domain.RelianceProposed, Why: "The scope names it.", ProposedAt: sealing.Add(-90 * time.Hour)}}
		switch n {
		case 6:
			r.Reliance.State, r.ApprovedBy, r.Reliance.ApprovedAt = domain.RelianceAccepted, "Luca Ferrari", sealing.Add(-80*time.Hour)
			r.DecidedBy, r.Reliance.DecidedAt, r.Reliance.OnBehalfOf = "Hélène Dufour", sealing.Add(-70*time.Hour), "Ann Assessor"
			r.Reliance.Proof, r.Reliance.Override = "Mail of 20 November", "Only one auditor this year."
		case 0:
			r.Reliance.State, r.Reliance.LapsedAt = domain.RelianceLapsed, sealing.Add(-time.Hour)
			r.Reliance.LapseCauses = []domain.Reason{reason("service_closed", "On", "2021-10-29")}
		}
		c.Reliances = append(c.Reliances, r)
	}
}

func addSoA(c *domain.PackContents) {
	ref := func(code string) domain.Ref { return domain.Ref{Edition: domain.Edition2022, Code: code} }
	c.SoA = []domain.PackSoALine{
		{Entry: domain.SoAEntry{Ref: ref("A.5.15"), Applicable: true, Inclusion: "=Customers ask for it", Drivers: []domain.Driver{domain.DriverRisk, domain.DriverLegal}, Status: domain.Implemented,
			Documented: "Access policy", LastReview: day("2026-05-04"), NextReview: day("2027-05-04"), Notes: "Œuvre à suivre"},
			Title: domain.Text{EN: "Access control", FR: "Contrôle d’accès"}, OtherRefs: []string{"A.9.1.1", "A.9.1.2"}, Responsibility: []string{"Microsoft Azure: shared", "Exchange Online: shared?"},
			InheritedFrom: []string{"Microsoft Azure (SAMPLE-IS-533913)"}, OurPart: []string{"Microsoft Azure: Review every role twice a year."},
			Evidence: []string{"EV-000041", "EV-000042"}, Controls: []string{"AC 1"}, Owners: []string{"Luca Ferrari"}},
		{Entry: domain.SoAEntry{Ref: ref("A.7.6"), Exclusion: "No secure areas of our own", Status: domain.NotImplemented}, Title: domain.Text{EN: "Working in secure areas", FR: "Travail dans les zones sécurisées"}},
		{Entry: domain.SoAEntry{Ref: ref("A.8.1"), Applicable: true, Status: domain.PartlyImplemented}, Title: domain.Text{EN: "User endpoint devices", FR: "Terminaux utilisateurs"}},
	}
}
