package app_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"relier/internal/app"
	"relier/internal/blob"
	"relier/internal/domain"
	"relier/internal/store"
)

var ctx = context.Background()

const password = "a sentence long enough"

// house is one organization with a person of each role, on a real database and
// real files, with a clock that tests set.
type house struct {
	*app.App
	t      *testing.T
	dir    string
	now    time.Time
	org    domain.Organization
	eng    domain.Engagement
	people map[domain.Role]domain.Actor
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, dir: t.TempDir(), now: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC), people: map[domain.Role]domain.Actor{}}
	s, err := store.Open(ctx, filepath.Join(h.dir, "relier.db"))
	h.must(err)
	lock, err := blob.LockFolder(h.dir)
	h.must(err)
	files, err := blob.OpenFiles(lock)
	h.must(err)
	t.Cleanup(func() { h.must(s.Close()); h.must(lock.Unlock()) })
	h.App = app.New(s, files, func() time.Time { return h.now }).In(h.dir)
	owner := h.person("owner")
	h.org = h.organization(owner, "acme")
	h.people[domain.RoleOwner] = h.actor(owner, "acme")
	h.eng, err = h.CreateEngagement(ctx, h.as(domain.RoleOwner), domain.Engagement{Code: "2026", Title: "Internal audit", Kind: domain.KindInternal,
		Edition: domain.Edition2022, Period: domain.Period{From: domain.MustDate("2026-01-01"), To: domain.MustDate("2026-12-31")}})
	h.must(err)
	for _, role := range domain.Roles[1:] {
		h.people[role] = h.member(string(role), role)
	}
	return h
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// refused checks that an act was refused for a reason.
func (h *house) refused(err error, kind domain.Kind, key string) {
	h.t.Helper()
	if domain.KindOf(err) != kind || !strings.Contains(err.Error(), key) {
		h.t.Errorf("got %v, want %s %s", err, kind, key)
	}
}

func (h *house) person(name string) domain.Person {
	h.t.Helper()
	p, err := h.CreatePerson(ctx, app.NewPerson{Email: name + "@example.org", Name: "Person " + name, Password: password, Lang: "en"})
	h.must(err)
	return p
}

func (h *house) organization(p domain.Person, code string) domain.Organization {
	h.t.Helper()
	o, err := h.CreateOrganization(ctx, p, domain.Organization{Code: code, Name: code})
	h.must(err)
	return o
}

func (h *house) actor(p domain.Person, code string) domain.Actor {
	h.t.Helper()
	a, _, err := h.Actor(ctx, p, code)
	h.must(err)
	return a
}

// member adds a person with a role; an assessor for the engagement, until its end.
func (h *house) member(name string, role domain.Role) domain.Actor {
	h.t.Helper()
	m := domain.Membership{Role: role}
	if role == domain.RoleAssessor {
		m.Engagement, m.Until = h.eng.ID, h.eng.Period.To
	}
	v, err := h.AddMember(ctx, h.as(domain.RoleOwner), app.NewPerson{Email: name + "@example.org", Name: "Person " + name, Password: password, Lang: "en"}, m)
	h.must(err)
	return h.actor(v.Person, "acme")
}

func (h *house) as(role domain.Role) domain.Actor { return h.people[role] }

func (h *house) control(code string) domain.Control {
	h.t.Helper()
	c, err := h.SaveControl(ctx, h.as(domain.RoleManager), domain.Control{Code: code, Title: "Control " + code, Implementation: domain.Implemented,
		Requirements: []domain.ControlRequirement{{Ref: domain.Ref{Edition: domain.Edition2022, Code: "A.7.1"}}}})
	h.must(err)
	return c
}

func (h *house) azure() domain.Service {
	h.t.Helper()
	s, err := h.SaveService(ctx, h.as(domain.RoleManager), domain.Service{Key: "azure", Environment: domain.EnvPublic, Model: domain.ModelIaaS, State: domain.ServiceInUse})
	h.must(err)
	return s
}

var azureInPublic = []domain.Named{{Service: "azure", Environment: domain.EnvPublic}}

// certificate records and verifies one that covers Azure for all of 2026.
func (h *house) certificate() domain.Certificate {
	h.t.Helper()
	c, err := h.SaveCertificate(ctx, h.as(domain.RoleAuditor), domain.Certificate{Title: "Azure", Number: "C-1", Body: "Body", Edition: domain.Edition2022,
		Issued: domain.MustDate("2025-01-01"), Expires: domain.MustDate("2028-01-01"), ScopeText: "Azure", Names: azureInPublic})
	h.must(err)
	c.CheckedWhere = "Service Trust Portal"
	c, err = h.VerifyCertificate(ctx, h.as(domain.RoleAuditor), c)
	h.must(err)
	return c
}

func (h *house) reports() {
	h.t.Helper()
	for _, kind := range []domain.ReportKind{domain.ReportAudit, domain.ReportSoA} {
		_, err := h.SaveReport(ctx, h.as(domain.RoleAuditor), domain.Report{Kind: kind, Title: string(kind), Names: azureInPublic, State: domain.ReportReviewed,
			ObtainedOn: domain.MustDate("2026-05-01"), Period: domain.Period{From: domain.MustDate("2025-04-01"), To: domain.MustDate("2026-03-31")}})
		h.must(err)
	}
}

// evidence attaches a note and has it accepted by somebody else.
func (h *house) evidence(controls ...domain.ControlID) domain.Evidence {
	h.t.Helper()
	added, err := h.AddEvidence(ctx, h.as(domain.RoleContributor), []app.NewEvidence{{Controls: controls,
		Item:    domain.Evidence{Title: "Access review", Kind: domain.EvidenceNote, Sensitivity: domain.SensitivityInternal},
		Version: domain.EvidenceVersion{Note: "Reviewed on 3 March.", Period: domain.Period{From: domain.MustDate("2026-01-01"), To: domain.MustDate("2026-03-31")}}}})
	h.must(err)
	e, err := h.ReviewEvidence(ctx, h.as(domain.RoleAuditor), domain.Review{Evidence: added[0].ID, Verdict: domain.EvidenceAccepted}, added[0].Version)
	h.must(err)
	return e
}

// accepted takes a reliance through every gate, each step by the right person.
func (h *house) accepted() (domain.Reliance, domain.Certificate, domain.Evidence) {
	h.t.Helper()
	c, s, cert := h.control("C-1"), h.azure(), h.certificate()
	h.reports()
	e := h.evidence(c.ID)
	_, err := h.ConfirmSplit(ctx, h.as(domain.RoleManager), h.eng, domain.Split{Control: c.ID, Service: s.ID, Party: domain.PartyMicrosoft})
	h.must(err)
	_, err = h.SaveResponsibility(ctx, h.as(domain.RoleManager), domain.Responsibility{Control: c.ID, Service: s.ID, Sentence: "Review access", Evidence: []domain.EvidenceID{e.ID}})
	h.must(err)
	r, err := h.ProposeReliance(ctx, h.as(domain.RoleAuditor), h.eng, domain.Reliance{Control: c.ID, Service: s.ID, Certificates: []domain.CertificateID{cert.ID}})
	h.must(err)
	r, err = h.ApproveReliance(ctx, h.as(domain.RoleManager), h.eng, r.ID, r.Version, "")
	h.must(err)
	r, err = h.DecideReliance(ctx, h.as(domain.RoleAssessor), h.eng, r.ID, r.Version, app.Decision{Accept: true, Words: "Seen."})
	h.must(err)
	return r, cert, e
}

// verdict is the state and rung of a reliance now.
func (h *house) verdict(id domain.RelianceID) (domain.RelianceState, domain.Rung) {
	h.t.Helper()
	v, err := h.Reliance(ctx, h.as(domain.RoleReader), h.eng, id)
	h.must(err)
	return v.Reliance.State, v.Verdict.Rung
}

// log lists the verbs recorded so far, the newest first.
func (h *house) log() []string {
	h.t.Helper()
	found, err := h.Activity(ctx, h.as(domain.RoleOwner), domain.ActivityFilter{Page: domain.Page{Size: 1000}})
	h.must(err)
	var verbs []string
	for _, a := range found.Rows {
		verbs = append(verbs, a.Verb)
	}
	return verbs
}
