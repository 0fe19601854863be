package catalog_test

import (
	"slices"
	"strings"
	"testing"

	"relier/internal/catalog"
	"relier/internal/domain"
)

func TestProvider_Counts(t *testing.T) {
	t.Parallel()
	c := catalog.Provider()
	for _, n := range []struct {
		what      string
		got, want int
	}{
		{"services", len(c.Services), 23},
		{"in-scope entries", len(c.InScope), 18},
		{"certificates", len(c.Certificates), 9},
		{"assessments", len(c.Assessments), 10},
		{"FAQ entries", len(c.FAQ), 5},
		{"resources", len(c.Resources), 8},
		{"white papers", len(c.WhitePapers), 2},
		{"oddities", len(c.Oddities), 13},
		{"renames", len(c.Renames), 31},
		{"services named elsewhere", len(c.AlsoNamed), 1},
	} {
		if n.got != n.want {
			t.Errorf("%d %s, want %d", n.got, n.what, n.want)
		}
	}
	if c.Edition != domain.Edition2013 || c.SnapshotDate != "2020-01-22" || c.Provider != "Microsoft" || c.Licence == "" {
		t.Errorf("snapshot %s of %s, edition %s, licence %q", c.SnapshotDate, c.Provider, c.Edition, c.Licence)
	}
	if c.Backgrounder.URL == "" || c.Backgrounder.ShortURL == "" || c.Backgrounder.Lang != "en" || c.MoreReports.URL == "" {
		t.Error("backgrounder or additional reports lack an address")
	}
	if !slices.Equal(c.AuditCycle.Yearly, []string{"azure", "azure-germany"}) {
		t.Errorf("audited once a year: %v", c.AuditCycle.Yearly)
	}
}

func TestProvider_Certificates(t *testing.T) {
	t.Parallel()
	sections, numbers := map[string]int{}, map[string]string{}
	for _, d := range catalog.Provider().Certificates {
		sections[d.Section]++
		if d.Kind != domain.DocCertificate || !slices.Equal(d.Standards, []string{"ISO/IEC 27001:2013"}) {
			t.Errorf("%s is %s to %v", d.ID, d.Kind, d.Standards)
		}
		if d.Number != "" {
			numbers[d.Number] = d.ID
			if d.Issuer != "BSI" {
				t.Errorf("%s is issued by %q", d.ID, d.Issuer)
			}
		}
	}
	if sections["certificates"] != 8 || sections["faq"] != 1 {
		t.Errorf("certificates by section: %v", sections)
	}
	want := map[string]string{"IS 533913": "cert-mcio-27001", "IS 601002": "cert-professional-services-27001", "IS 619017": "cert-azure-devops-27001"}
	for number, id := range want {
		if numbers[number] != id {
			t.Errorf("%s is %q, want %q", number, numbers[number], id)
		}
	}
	if len(numbers) != len(want) {
		t.Errorf("numbers %v", numbers)
	}
}

func TestProvider_AssessmentKinds(t *testing.T) {
	t.Parallel()
	kinds := map[domain.CatalogueDocumentKind]int{}
	for _, d := range catalog.Provider().Assessments {
		kinds[d.Kind]++
	}
	if kinds[domain.DocReport] != 5 || kinds[domain.DocSoA] != 4 || kinds[domain.DocCertificate] != 1 {
		t.Errorf("assessments by kind: %v", kinds)
	}
}

func TestProvider_ReferencesResolve(t *testing.T) {
	t.Parallel()
	c := catalog.Provider()
	inScope := map[string]bool{}
	for i, e := range c.InScope {
		if e.N != i+1 {
			t.Errorf("entry %d is numbered %d", i+1, e.N)
		}
		for _, id := range e.Services {
			wantService(t, id)
			inScope[id] = true
		}
	}
	for _, s := range c.Services {
		if !inScope[s.ID] {
			t.Errorf("%s is in no in-scope entry", s.ID)
		}
	}
	for _, d := range slices.Concat(c.Certificates, c.Assessments) {
		wantService(t, d.Family)
		for _, id := range slices.Concat(d.ServicesEN, d.ServicesFR) {
			wantService(t, id)
		}
		if got, ok := catalog.CatalogueDocument(d.ID); !ok || got.Title != d.Title {
			t.Errorf("CatalogueDocument(%q) = %v, %v", d.ID, got.Title, ok)
		}
		if len(d.ServicesEN) == 0 || d.URL == "" {
			t.Errorf("%s names no service or has no address", d.ID)
		}
	}
	for _, r := range c.Renames {
		if r.ServiceID != "" {
			wantService(t, r.ServiceID)
		}
	}
	if _, ok := catalog.CatalogueService("sharepoint"); ok {
		t.Error("an unknown service resolves")
	}
	if _, ok := catalog.CatalogueDocument("cert-nothing"); ok {
		t.Error("an unknown document resolves")
	}
}

func wantService(t *testing.T, id string) {
	t.Helper()
	if s, ok := catalog.CatalogueService(id); !ok || s.ID != id {
		t.Errorf("service %q does not resolve", id)
	}
}

// Yammer has a report but no place in the list: it resolves without being a
// twenty-fourth service.
func TestCatalogueService_OutsideTheList(t *testing.T) {
	t.Parallel()
	d, _ := catalog.CatalogueDocument("doc-yammer-report")
	if !slices.Equal(d.ServicesEN, []string{"yammer"}) {
		t.Errorf("the Yammer report names %v", d.ServicesEN)
	}
	s, ok := catalog.CatalogueService("yammer")
	if !ok || s.NowNamed != "Viva Engage" {
		t.Errorf("CatalogueService(yammer) = %+v, %v", s, ok)
	}
	if slices.ContainsFunc(catalog.Provider().Services, func(s domain.CatalogueService) bool { return s.ID == "yammer" }) {
		t.Error("Yammer is on the list of services")
	}
}

func TestCatalogueService_Ended(t *testing.T) {
	t.Parallel()
	want := map[string]domain.CatalogueService{
		"azure-germany":      {Closed: domain.MustDate("2021-10-29"), Status: "closed"},
		"office-365-germany": {Closed: domain.MustDate("2021-10-29"), Status: "closed"},
		"stream": {Closed: domain.MustDate("2024-04-15"), Status: "retired",
			NowNamed: "Microsoft Stream (Classic)", Successor: "Stream (on SharePoint)"},
		"oms-service-map": {Closed: domain.MustDate("2025-09-30"), Status: "retired",
			Successor: "Azure Monitor VM insights (map feature)"},
	}
	for _, s := range catalog.Provider().Services {
		w := want[s.ID] // the zero value for services that go on
		if s.Closed != w.Closed || s.Successor != w.Successor {
			t.Errorf("%s closed %q, followed by %q", s.ID, s.Closed, s.Successor)
		}
		if w.Status != "" && (s.Status != w.Status || s.NowNamed != w.NowNamed) {
			t.Errorf("%s is %q, now %q", s.ID, s.Status, s.NowNamed)
		}
	}
}

func TestCatalogueService_NowNamed(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]string{
		"flow":                       "Power Automate",
		"powerapps":                  "Power Apps",
		"cloud-app-security":         "Microsoft Defender for Cloud Apps",
		"windows-defender-atp":       "Microsoft Defender for Endpoint",
		"health-bot":                 "healthcare agent service",
		"graph":                      "Microsoft Graph",
		"genomics":                   "Microsoft Genomics",
		"intune":                     "Microsoft Intune",
		"dynamics-365-us-government": "Dynamics 365 Government",
		// unchanged, or only a name inside one of their documents changed
		"azure": "", "dynamics-365": "", "azure-devops-services": "", "office-365": "",
		"power-bi": "", "microsoft-professional-services": "", "microsoft-managed-desktop": "",
	} {
		if s, _ := catalog.CatalogueService(id); s.NowNamed != want {
			t.Errorf("%s is now %q, want %q", id, s.NowNamed, want)
		}
	}
	for id, want := range map[string]string{"flow": "renamed", "genomics": "dropped from the in-scope list", "office-365": "", "dynamics-365": ""} {
		if s, _ := catalog.CatalogueService(id); s.Status != want {
			t.Errorf("%s is %q, want %q", id, s.Status, want)
		}
	}
}

func TestProvider_Renames(t *testing.T) {
	t.Parallel()
	subjects := map[domain.RenameSubject]int{}
	for _, r := range catalog.Provider().Renames {
		subjects[r.Subject]++
		if (r.Subject == domain.RenameLater) != (r.ServiceID == "") {
			t.Errorf("%s is about %s of service %q", r.OldName, r.Subject, r.ServiceID)
		}
		if !slices.Contains([]string{"high", "medium", "low"}, r.Confidence) || r.Source == "" {
			t.Errorf("%s: confidence %q, source %q", r.OldName, r.Confidence, r.Source)
		}
		if (r.Effective == "") != (r.EffectiveText.EN == "") {
			t.Errorf("%s took effect %q, told as %q", r.OldName, r.Effective, r.EffectiveText.EN)
		}
	}
	want := map[domain.RenameSubject]int{domain.RenameOfService: 22, domain.RenameInDocument: 4, domain.RenameLater: 5}
	for subject, n := range want {
		if subjects[subject] != n {
			t.Errorf("%d rows of subject %s, want %d", subjects[subject], subject, n)
		}
	}
}

func TestProvider_FAQ(t *testing.T) {
	t.Parallel()
	gates := map[string][]domain.Gate{
		"why_it_matters":         {domain.GateScope},
		"where_are_reports":      {domain.GateReport},
		"annual_resiliency_test": {domain.GatePeriod},
		"where_to_start":         nil,
		"can_we_use_it":          {domain.GateOurSide, domain.GateAssessor},
	}
	bullets := 0
	for _, f := range catalog.Provider().FAQ {
		want, known := gates[f.ID]
		if !known || !slices.Equal(f.Gates, want) {
			t.Errorf("%s creates a rule of gates %v, want %v", f.ID, f.Gates, want)
		}
		bullets += len(f.Bullets)
		for _, b := range f.Bullets {
			if strings.Contains(b.Text.EN, "27001") && len(b.Links) != 1 {
				t.Errorf("%s: %q has %d links", f.ID, b.Text.EN, len(b.Links))
			}
		}
	}
	if bullets != 2 {
		t.Errorf("%d bullets in the answers, want 2", bullets)
	}
}

// Oddities stay as published: they are flagged, not repaired.
func TestProvider_KeepsWhatWasPublished(t *testing.T) {
	t.Parallel()
	stream, _ := catalog.CatalogueService("stream")
	app, _ := catalog.CatalogueService("cloud-app-security")
	devops, _ := catalog.CatalogueDocument("doc-azure-devops-certificate")
	if stream.Name.FR != "Flux" || app.Name.FR != "Sécurité de l'application cloud" || !strings.Contains(devops.Title.FR, "PII 619017") {
		t.Errorf("published titles were repaired: %q, %q, %q", stream.Name.FR, app.Name.FR, devops.Title.FR)
	}
	cert, _ := catalog.CatalogueDocument("cert-azure-27001")
	if slices.Contains(cert.ServicesEN, "microsoft-managed-desktop") || !slices.Contains(cert.ServicesFR, "microsoft-managed-desktop") {
		t.Error("the Azure certificate names Microsoft Managed Desktop in French only")
	}
}
