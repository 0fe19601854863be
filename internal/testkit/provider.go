package testkit

import (
	"relier/internal/domain"
)

// certifier is the story's certification body; there is none of that name.
const certifier = "Sample Certification Ltd"

// inUse are the services of the story, all in the public cloud.
var inUse = []struct {
	key   string
	model domain.ServiceModel
	from  int // days ago
}{
	{"azure", domain.ModelIaaS, 1500},
	{"office-365", domain.ModelSaaS, 1800},
	{"intune", domain.ModelSaaS, 900},
	{"power-bi", domain.ModelSaaS, 700},
	{"azure-devops-services", domain.ModelSaaS, 1200},
}

// certificateLine is a certificate of the story: its number ends the key of the
// evidence that holds its copy.
type certificateLine struct {
	key, title      string
	services        []string
	issued, expires int // days from today
}

// held are the certificates. The first two follow one another within the audit
// period; the last one's day of expiry was misread, see misread.
var held = []certificateLine{
	{"0101", "Cloud platform, first cycle", []string{"azure", "intune", "azure-devops-services"}, -1155, -60},
	{"0102", "Cloud platform, second cycle", []string{"azure", "intune", "azure-devops-services"}, -59, 1036},
	{"0201", "Productivity services", []string{"office-365"}, -610, 485},
	{"0301", "Analytics", []string{"power-bi"}, -1112, 348},
}

// catalogued is the certificate of the catalogue that one claim rests on,
// although nobody verified it.
const catalogued = "cert-azure-27001"

// misread is how many days ago the certificate 0301 really expired.
const misread = 17

// reportLine is a document of the provider.
type reportLine struct {
	key, title string
	kind       domain.ReportKind
	document   string // key of the evidence
	services   []string
	state      domain.ReportState
	note       string
	exceptions domain.ReportExceptions
}

var documents = []reportLine{
	{"report-azure", "Audit report, cloud platform and analytics (fictional)", domain.ReportAudit, "report-azure", []string{"azure", "intune", "power-bi"}, domain.ReportReviewed, "Read in full, with the follow-up the provider sent in July.", domain.ReportExceptions{
		{What: "Two of 45 change tickets sampled had no record of their approval.", Refs: []domain.Ref{{Edition: domain.Edition2022, Code: "A.8.32"}}, Disposition: domain.DispositionCorrected,
			Note: "The report's own follow-up shows both approved afterwards, and the rule enforced by the tool since."},
		{What: "One badge of a leaver stayed valid for two days in a data centre outside Europe.", Refs: []domain.Ref{{Edition: domain.Edition2022, Code: "A.7.2"}}, Disposition: domain.DispositionNotOurs,
			Note: "Our data are held in two European regions; the data centre serves neither."},
	}},
	{"soa-azure", "Statement of applicability, cloud platform and analytics (fictional)", domain.ReportSoA, "soa-azure", []string{"azure", "intune", "power-bi"}, domain.ReportReviewed, "All of Annex A but outsourced development.", nil},
	{"report-office", "Audit report, productivity services (fictional)", domain.ReportAudit, "report-office", []string{"office-365"}, domain.ReportReviewed, "Aucune exception pour les services que nous utilisons.", nil},
	{"soa-office", "Statement of applicability, productivity services (fictional)", domain.ReportSoA, "soa-office", []string{"office-365"}, domain.ReportReviewed, "All of Annex A.", nil},
	{"report-devops", "Audit report, development services (fictional)", domain.ReportAudit, "", nil, domain.ReportRequested, "Asked for through the portal; no answer yet.", nil},
}

// provider records what the organization uses and what the provider holds.
func (t *teller) provider() {
	t.on(297, "record the services", t.useServices)
	for _, c := range held {
		ago := 270
		if -c.issued < ago { // a certificate is seen after its issue
			ago = -c.issued - 5
		}
		t.on(ago, "verify certificate "+c.key, func() error { return t.verify(c) })
	}
	for _, r := range documents {
		t.on(240, "ask for "+r.key, func() error { return t.ask(r) })
		if r.state == domain.ReportReviewed {
			t.on(98, "obtain "+r.key, func() error { return t.obtain(r, domain.ReportObtained, "auditor") })
			t.on(93, "review "+r.key, func() error { return t.obtain(r, domain.ReportReviewed, "auditor") })
		}
	}
	t.on(60, "obtain a bridge letter", t.bridge)
}

// bridge records a letter for the days after the cloud platform's report. It
// annotates them; no certificate covers a day more for it.
func (t *teller) bridge() error {
	v, err := t.app.SaveReport(t.ctx, t.As("auditor"), domain.Report{Kind: domain.ReportBridge, Title: "Bridge letter, cloud platform and analytics (fictional)", Confidential: true,
		Names: named([]string{"azure", "intune", "power-bi"}), Bridges: t.reports["report-azure"], Period: domain.Period{From: t.day(149), To: t.day(62)},
		ObtainedOn: t.day(60), State: domain.ReportObtained, Note: "The provider knows of no material change since the report."})
	t.reports["bridge-azure"] = v.ID
	return err
}

func (t *teller) useServices() error {
	for _, s := range inUse {
		v, err := t.app.SaveService(t.ctx, t.As("manager"), domain.Service{Key: s.key, Environment: domain.EnvPublic,
			Model: s.model, From: t.day(s.from), State: domain.ServiceInUse})
		if err != nil {
			return err
		}
		t.Services[s.key] = v.ID
	}
	seeded, err := t.app.Certificates(t.ctx, t.As("manager"))
	for _, v := range seeded {
		t.certificates[v.CatalogueID] = v.ID
	}
	return err
}

// named are services in the public cloud, as a scope text names them.
func named(services []string) []domain.Named {
	var out []domain.Named
	for _, s := range services {
		out = append(out, domain.Named{Service: s, Environment: domain.EnvPublic})
	}
	return out
}

func (c certificateLine) number() string { return "SAMPLE-27001-" + c.key }

// scope is the sentence that the person who checked the certificate quoted.
func (t *teller) scope(c certificateLine) string {
	names := map[string]string{"azure": "Azure", "intune": "Intune", "azure-devops-services": "Azure DevOps Services", "office-365": "Office 365", "power-bi": "Power BI"}
	s := "The information security management system for the development, operation and support of "
	for i, key := range c.services {
		switch {
		case i > 0 && i == len(c.services)-1:
			s += " and "
		case i > 0:
			s += ", "
		}
		s += names[key]
	}
	return s + " in the public cloud. (Sample: this certificate does not exist.)"
}

// verify records a certificate and its verification by the auditor.
func (t *teller) verify(c certificateLine) error {
	auditor := t.As("auditor")
	v, err := t.app.SaveCertificate(t.ctx, auditor, domain.Certificate{Title: c.title, Number: c.number(), Edition: domain.Edition2022})
	if err != nil {
		return err
	}
	v.Body, v.Accreditation = certifier, "SAMPLE-ACC-07"
	v.Issued, v.Expires = t.today.AddDays(c.issued), t.today.AddDays(c.expires)
	v.ScopeText, v.Names = t.scope(c), named(c.services)
	v.Document, v.CheckedWhere = t.Evidence["cert-"+c.key], "Register of "+certifier+", read on screen"
	v, err = t.app.VerifyCertificate(t.ctx, auditor, v)
	t.certificates[c.key] = v.ID
	return err
}

// correct records the day on which certificate 0301 really expired: whoever
// verified it had misread the year.
func (t *teller) correct() error {
	manager := t.As("manager")
	v, err := t.app.Certificate(t.ctx, manager, t.certificates["0301"])
	if err != nil {
		return err
	}
	v.Expires, v.CheckedOn = t.day(misread), 0
	v.CheckedWhere = "Register of " + certifier + ", read again beside the printed copy"
	_, err = t.app.VerifyCertificate(t.ctx, manager, v)
	return err
}

func (t *teller) ask(r reportLine) error {
	v, err := t.app.SaveReport(t.ctx, t.As("manager"), domain.Report{Kind: r.kind, Title: r.title, Confidential: true,
		State: domain.ReportRequested, Note: r.note})
	t.reports[r.key] = v.ID
	return err
}

// obtain records a report as obtained or reviewed. What it covers ended five
// months ago, so that it is young enough at the end of the audit period.
func (t *teller) obtain(r reportLine, state domain.ReportState, by string) error {
	v, err := t.app.Report(t.ctx, t.As(by), t.reports[r.key])
	if err != nil {
		return err
	}
	v.State, v.Period = state, domain.Period{From: t.day(515), To: t.day(150)}
	v.Names, v.ObtainedOn, v.Document = named(r.services), t.day(101), t.Evidence[r.document]
	if v.Exceptions = r.exceptions; state != domain.ReportReviewed {
		v.Exceptions = nil // nobody has read it yet
	}
	if r.kind == domain.ReportSoA {
		v.Edition = domain.Edition2022
	}
	if r.key == "soa-azure" {
		v.NotApplied = []domain.Ref{{Edition: domain.Edition2022, Code: "A.8.30"}}
	}
	_, err = t.app.SaveReport(t.ctx, t.As(by), v)
	return err
}
