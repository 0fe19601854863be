package server_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"relier/internal/app"
	"relier/internal/domain"
	"relier/internal/server"
	"relier/internal/testkit"
)

// notPages are GET routes whose answer is no page of rows: files, and what sends
// the visitor elsewhere.
var notPages = []string{"static", "health", "home", "organization", "evidence.file", "pack.file", "soa.file", "controls.import.preview", "requests.import.preview"}

// TestPages_QueriesDoNotGrowWithRows opens every page of an engagement in the
// sample, lets every list grow, and opens them again: none may take more
// statements than before.
func TestPages_QueriesDoNotGrowWithRows(t *testing.T) {
	t.Parallel()
	k := testkit.NewApp(t)
	story := k.Sample(t)
	// The owner is asked for nothing in the sample: what is asked of nobody is not read.
	if _, err := k.App.SaveRequest(t.Context(), story.As("auditor"), story.Engagement, domain.Request{What: "Evidence", Due: story.Engagement.Period.To,
		Controls: []domain.ControlID{story.Controls["A.7.2"]}, Assignee: story.People["owner"].Person.ID}, true); err != nil {
		t.Fatal(err)
	}
	var statements atomic.Int64
	if err := k.Store.Observe(func() { statements.Add(1) }); err != nil {
		t.Fatal(err)
	}
	v := serveApp(t, k.App).visitor()
	v.post("/sign-in", url.Values{"email": {story.People["owner"].Person.Email}, "password": {testkit.Password}}).want(http.StatusSeeOther)
	paths := pagePaths(t, k, story)
	count := func() map[string]int64 {
		out := map[string]int64{}
		for name, path := range paths {
			v.get(path)                                          // whatever the first visit of a minute notes
			if err := k.App.FlushSeen(t.Context()); err != nil { // or it is written while we count
				t.Fatal(err)
			}
			before := statements.Load()
			if p := v.get(path); p.status != http.StatusOK {
				t.Logf("%s answers %d", path, p.status)
				delete(paths, name)
				continue
			}
			out[name] = statements.Load() - before
		}
		return out
	}
	small := count()
	growSample(t, k, story)
	large := count()
	most, at := int64(0), ""
	for name := range paths {
		if large[name] > small[name] {
			t.Errorf("%s took %d statements, and %d with more rows (%s)", name, small[name], large[name], paths[name])
		}
		if large[name] > most {
			most, at = large[name], name
		}
	}
	t.Logf("%d pages; the most statements: %d, by %s", len(paths), most, at)
	if most > 65 {
		t.Errorf("%s takes %d statements", at, most)
	}
}

// pagePaths is an address of every page of the sample's engagement.
func pagePaths(t *testing.T, k *testkit.Kit, s testkit.Story) map[string]string {
	t.Helper()
	first := map[string]string{
		"/controls/:id": fmt.Sprint(int64(s.Controls["A.7.2"])), "/services/:id": fmt.Sprint(int64(s.Services["azure"])),
		"/reliances/:id": fmt.Sprint(int64(s.Reliances["entry"])), "/evidence/:id": fmt.Sprint(int64(s.Evidence["logging"])),
		"/packs/:id": fmt.Sprint(int64(s.Pack.ID)), "/soa/versions/:number": "1", "/certificates/:id": fmt.Sprint(int64(byNumber(t, k.App, s.As("owner"), "SAMPLE-27001-0201").ID)),
		"/activity/:id": "1", "/people/:id": fmt.Sprint(int64(s.People["reader"].Person.ID)),
	}
	first["/requests/:id"] = fmt.Sprint(int64(s.Requests["lessons"]))
	disputes, err := k.App.Disputes(t.Context(), s.As("owner"))
	if err != nil {
		t.Fatal(err)
	}
	first["/disputes/:id"] = fmt.Sprint(int64(disputes[0].ID))
	reports, err := k.App.Reports(t.Context(), s.As("owner"))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range reports {
		if r.Kind == domain.ReportSoA && r.State == domain.ReportReviewed {
			first["/reports/:id"] = fmt.Sprint(int64(r.ID))
		}
	}
	out := map[string]string{}
	for _, r := range server.Routes() {
		if r.Method != http.MethodGet || slices.Contains(notPages, r.Name) || r.Slow || !strings.HasPrefix(r.Path, "/o/:org") {
			continue
		}
		path := r.Path
		for pattern, id := range first {
			path = strings.Replace(path, pattern, pattern[:strings.Index(pattern, ":")]+id, 1)
		}
		path = strings.NewReplacer(":org", s.Org.Code, ":eng", s.Engagement.Code, ":version", "1").Replace(path)
		if strings.Contains(path, ":") {
			t.Logf("%s is left out: nothing in the sample stands for %s", r.Name, path)
			continue
		}
		out[r.Name] = path
	}
	return out
}

// growSample adds rows of every kind to the sample.
func growSample(t *testing.T, k *testkit.Kit, s testkit.Story) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ctx, a, auditor, manager := t.Context(), k.App, s.As("auditor"), s.As("manager")
	for n := range 4 {
		service, err := a.SaveService(ctx, manager, domain.Service{Name: fmt.Sprintf("Service %d", n), Environment: domain.EnvPublic, Model: domain.ModelSaaS, State: domain.ServiceInUse})
		must(err)
		named := []domain.Named{{Service: service.Key, Environment: domain.EnvPublic}, {Service: "office-365", Environment: domain.EnvPublic}}
		cert, err := a.SaveCertificate(ctx, auditor, domain.Certificate{Title: "Cloud", Number: fmt.Sprintf("CERT-%d", n), Body: "Body", Edition: domain.Edition2022,
			Issued: s.Engagement.Period.From, Expires: s.Engagement.Period.To.AddDays(30), ScopeText: "The service", Names: named, CheckedWhere: "portal"})
		must(err)
		cert.CheckedWhere = "portal"
		cert, err = a.VerifyCertificate(ctx, auditor, cert)
		must(err)
		_, err = a.SaveReport(ctx, auditor, domain.Report{Kind: domain.ReportAudit, Title: fmt.Sprintf("Report %d", n), Names: named, State: domain.ReportRequested})
		must(err)
		for i := range 12 {
			control, err := a.SaveControl(ctx, manager, domain.Control{Code: fmt.Sprintf("X-%d-%d", n, i), Title: "Control", Implementation: domain.Implemented,
				Requirements: []domain.ControlRequirement{{Ref: domain.Ref{Edition: domain.Edition2022, Code: "A.7.2"}}}})
			must(err)
			growControl(t, k, s, control.ID, service.ID, cert.ID)
			growControl(t, k, s, s.Controls["A.7.2"], service.ID, cert.ID)
		}
	}
}

// growControl gives a control on a service a split, a duty, a reliance and an
// item of evidence, unless it has them.
func growControl(t *testing.T, k *testkit.Kit, s testkit.Story, control domain.ControlID, service domain.ServiceID, cert domain.CertificateID) {
	t.Helper()
	ctx, a, auditor := t.Context(), k.App, s.As("auditor")
	for _, err := range []error{
		second(a.ConfirmSplit(ctx, auditor, s.Engagement, domain.Split{Control: control, Service: service, Party: domain.PartyShared, Reason: "read in the contract"})),
		second(a.SaveResponsibility(ctx, auditor, domain.Responsibility{Control: control, Service: service, Sentence: "Look at it"})),
		second(a.ProposeReliance(ctx, auditor, s.Engagement, domain.Reliance{Control: control, Service: service, Certificates: []domain.CertificateID{cert}})),
		second(a.SaveRequest(ctx, auditor, s.Engagement, domain.Request{What: "Evidence", Due: s.Engagement.Period.To, Controls: []domain.ControlID{control}, Assignee: s.People["owner"].Person.ID}, true)),
		second(a.AddEvidence(ctx, s.As("luc"), []app.NewEvidence{{Controls: []domain.ControlID{control}, Item: domain.Evidence{Title: "Note", Kind: domain.EvidenceNote, Sensitivity: domain.SensitivityInternal},
			Version: domain.EvidenceVersion{Note: "Seen.", Period: s.Engagement.Period}}})),
	} {
		if err != nil && domain.KindOf(err) != domain.KindConflict {
			t.Fatal(err)
		}
	}
}

func second[T any](_ T, err error) error { return err }
