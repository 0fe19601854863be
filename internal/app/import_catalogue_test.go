package app_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"relier/internal/app"
	"relier/internal/catalog"
	"relier/internal/domain"
)

// newer is the catalogue in use as an editor downloads it, changed and dated.
func (h *house) newer(on string, edit func(*domain.CatalogueFile)) domain.CatalogueFile {
	h.t.Helper()
	in, err := h.CatalogueInUse(ctx, h.as(domain.RoleReader))
	h.must(err)
	f, err := catalog.ReadFile(catalog.EncodeFile(in.File))
	h.must(err)
	f.Snapshot = domain.MustDate(on)
	if edit != nil {
		edit(&f)
	}
	return f
}

func service(f *domain.CatalogueFile, id string) *domain.ListedService {
	return &f.Services[slices.IndexFunc(f.Services, func(s domain.ListedService) bool { return s.ID == id })]
}

func (h *house) send(actor domain.Actor, f domain.CatalogueFile) domain.Digest {
	h.t.Helper()
	d, err := h.ReceiveCatalogue(ctx, actor, bytes.NewReader(catalog.EncodeFile(f)))
	h.must(err)
	return d
}

func (h *house) previewCatalogue(f domain.CatalogueFile) app.CataloguePreview {
	h.t.Helper()
	m := h.as(domain.RoleManager)
	p, err := h.PreviewCatalogue(ctx, m, h.send(m, f))
	h.must(err)
	return p
}

func (h *house) take(f domain.CatalogueFile) app.CataloguePreview {
	h.t.Helper()
	m, p := h.as(domain.RoleManager), h.previewCatalogue(f)
	p, err := h.ApplyCatalogue(ctx, m, p.Received, p.InUse.Import.Number)
	h.must(err)
	return p
}

// relying adds a second service with an approved reliance of its own, read when
// the first was.
func (h *house) relying(key string) domain.Reliance {
	h.t.Helper()
	s, err := h.SaveService(ctx, h.as(domain.RoleManager), domain.Service{Key: key, Environment: domain.EnvPublic, Model: domain.ModelSaaS, State: domain.ServiceInUse})
	h.must(err)
	cert, err := h.SaveCertificate(ctx, h.as(domain.RoleAuditor), domain.Certificate{Title: key, Number: key, Body: "Body", Edition: domain.Edition2022,
		Issued: domain.MustDate("2025-01-01"), Expires: domain.MustDate("2028-01-01"), ScopeText: key, Names: []domain.Named{{Service: key, Environment: domain.EnvPublic}}})
	h.must(err)
	cert.CheckedWhere = "Service Trust Portal"
	cert, err = h.VerifyCertificate(ctx, h.as(domain.RoleAuditor), cert)
	h.must(err)
	c := h.control("C-" + key)
	_, err = h.ConfirmSplit(ctx, h.as(domain.RoleManager), h.eng, domain.Split{Control: c.ID, Service: s.ID, Party: domain.PartyMicrosoft})
	h.must(err)
	r, err := h.ProposeReliance(ctx, h.as(domain.RoleAuditor), h.eng, domain.Reliance{Control: c.ID, Service: s.ID, Certificates: []domain.CertificateID{cert.ID}})
	h.must(err)
	r, err = h.ApproveReliance(ctx, h.as(domain.RoleManager), h.eng, r.ID, r.Version, "")
	h.must(err)
	return r
}

func lapsing(effects []app.Effect) []domain.RelianceID {
	var out []domain.RelianceID
	for _, e := range effects {
		if e.Falls() {
			out = append(out, e.Reliance.ID)
		}
	}
	slices.Sort(out)
	return out
}

// lapsed lists what lapsed, and how often each cause came.
func (h *house) lapsed() (ids []domain.RelianceID, causes []string) {
	h.t.Helper()
	views, err := h.Reliances(ctx, h.as(domain.RoleReader), h.eng, 0)
	h.must(err)
	for _, v := range views {
		if v.Reliance.State == domain.RelianceLapsed {
			ids = append(ids, v.Reliance.ID)
			for _, c := range v.Reliance.LapseCauses {
				causes = append(causes, c.Code)
			}
		}
	}
	slices.Sort(ids)
	slices.Sort(causes)
	return ids, causes
}

func TestCatalogue_EffectIsWhatThenLapses(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	first, _, _ := h.accepted() // on azure
	closing, kept := h.relying("intune"), h.relying("power-bi")
	h.now = h.now.AddDate(0, 0, 10)
	f := h.newer("2026-12-01", func(f *domain.CatalogueFile) {
		azure := service(f, "azure")
		azure.Changes = append(azure.Changes, domain.ServiceChange{Kind: domain.ServiceRenamed, On: domain.MustDate("2026-11-30"), Now: "Azure Cloud"})
		service(f, "intune").Closed = domain.MustDate("2026-12-15")
		service(f, "power-bi").Note = domain.Text{EN: "Still there."}
		service(f, "stream").Closed = 0
	})
	p := h.previewCatalogue(f)
	if ids, _ := h.lapsed(); len(ids) != 0 {
		t.Fatal("the preview changed something")
	}
	told := lapsing(p.Effects)
	if want := []domain.RelianceID{first.ID, closing.ID}; !slices.Equal(told, want) {
		t.Errorf("the preview tells %v, want %v", told, want)
	}
	if len(p.Services) != 2 {
		t.Errorf("%d services would change, want 2: %+v", len(p.Services), p.Services)
	}
	h.take(f)
	fell, causes := h.lapsed()
	if !slices.Equal(fell, told) {
		t.Errorf("%v lapsed, the preview told %v", fell, told)
	}
	if !slices.Contains(causes, "service_closed") || !slices.Contains(causes, "service_renamed") {
		t.Errorf("causes %v", causes)
	}
	if state, _ := h.verdict(kept.ID); state != domain.RelianceApproved {
		t.Errorf("a service that only got a note is %s", state)
	}
	services, err := h.Services(ctx, h.as(domain.RoleReader))
	h.must(err)
	for _, s := range services {
		if s.Key == "azure" && (s.Name != "Azure" || len(s.Changes) != 1 || s.Version != 2) {
			t.Errorf("the service is now %+v", s)
		}
		if s.Key == "power-bi" && s.Version != 1 {
			t.Errorf("an untouched service is at version %d", s.Version)
		}
	}
}

// A lapse by a rename goes the way of all lapses: reading the certificate again
// makes the gate hold, but only people make the reliance stand again.
func TestCatalogue_RenameAsksToReadAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r, cert, _ := h.accepted()
	h.now = h.now.AddDate(0, 0, 10)
	h.take(h.newer("2026-12-01", func(f *domain.CatalogueFile) {
		service(f, "azure").Changes = []domain.ServiceChange{{Kind: domain.ServiceMoved, On: domain.MustDate("2026-12-01"), Now: "Azure Cloud"}}
	}))
	if state, rung := h.verdict(r.ID); state != domain.RelianceLapsed || rung != domain.RungNotExamined {
		t.Errorf("moved: %s on %s", state, rung)
	}
	cert.CheckedOn = domain.MustDate("2026-12-02")
	_, err := h.VerifyCertificate(ctx, h.as(domain.RoleAuditor), cert)
	h.must(err)
	if state, rung := h.verdict(r.ID); state != domain.RelianceLapsed || rung == domain.RungNotExamined {
		t.Errorf("read again: %s on %s", state, rung)
	}
}

func TestCatalogue_DiffNamesEachKind(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.previewCatalogue(h.newer("2026-11-01", func(f *domain.CatalogueFile) {
		service(f, "azure").Changes = []domain.ServiceChange{{Kind: domain.ServiceRenamed, Now: "Azure Cloud"}}
		service(f, "intune").Changes = nil
		service(f, "graph").Changes = append(service(f, "graph").Changes, domain.ServiceChange{Kind: domain.ServiceMoved, Now: "Elsewhere"})
		service(f, "power-bi").Closed = domain.MustDate("2027-01-31")
		service(f, "stream").Closed = 0
		service(f, "genomics").Environments = []domain.Environment{domain.EnvPublic}
		f.Services = slices.DeleteFunc(f.Services, func(s domain.ListedService) bool { return s.ID == "yammer" })
		f.Services = append(f.Services, domain.ListedService{ID: "fabric", Name: domain.Text{EN: "Fabric"}})
		f.Documents = slices.DeleteFunc(f.Documents, func(d domain.ListedDocument) bool { return d.ID == "doc-yammer-report" })
		f.Documents[0].Number = "IS 7"
		f.Documents = append(f.Documents, domain.ListedDocument{ID: "cert-fabric", Kind: domain.DocCertificate, Title: domain.Text{EN: "Fabric"}, Edition: domain.Edition2022})
	}))
	var got []string
	for _, d := range p.Diff.Services {
		got = append(got, string(d.What)+" "+d.ID())
	}
	for _, d := range p.Diff.Documents {
		got = append(got, string(d.What)+" "+d.Was.ID+d.Now.ID)
	}
	want := "closed power-bi|reopened stream|renamed azure|moved graph|retracted intune|added fabric|dropped yammer|described genomics|" +
		"added cert-fabric|dropped doc-yammer-report|described cert-azure-27001cert-azure-27001"
	if strings.Join(got, "|") != want {
		t.Errorf("the diff says\n%s\nwant\n%s", strings.Join(got, "|"), want)
	}
	if d := domain.CompareCatalogues(p.File, p.File); len(d.Services)+len(d.Documents) != 0 {
		t.Errorf("a catalogue differs from itself: %+v", d)
	}
}

func TestCatalogue_SeedsLeadsOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	before := len(must2(h.Certificates(ctx, h.as(domain.RoleReader))))
	fabric := func(f *domain.CatalogueFile) {
		f.Documents = append(f.Documents,
			domain.ListedDocument{ID: "cert-fabric", Kind: domain.DocCertificate, Title: domain.Text{EN: "Fabric"}, Number: "F 1", Edition: domain.Edition2022, URL: "https://example.org/f"},
			domain.ListedDocument{ID: "soa-fabric", Kind: domain.DocSoA, Title: domain.Text{EN: "Fabric SoA"}})
	}
	h.take(h.newer("2026-11-01", fabric))
	certificates := must2(h.Certificates(ctx, h.as(domain.RoleReader)))
	i := slices.IndexFunc(certificates, func(c domain.Certificate) bool { return c.CatalogueID == "cert-fabric" })
	if len(certificates) != before+1 || i < 0 || certificates[i].State != domain.CertificateUnverified || certificates[i].Number != "F 1" || len(certificates[i].Names) != 0 {
		t.Fatalf("%d certificates, %+v", len(certificates), certificates)
	}
	mine := certificates[i]
	mine.Title = "Our own words"
	_, err := h.SaveCertificate(ctx, h.as(domain.RoleAuditor), mine)
	h.must(err)
	h.take(h.newer("2026-11-02", func(f *domain.CatalogueFile) { f.Documents = f.Documents[:len(f.Documents)-2] }))
	p := h.previewCatalogue(h.newer("2026-11-03", fabric))
	if len(p.Leads) != 0 {
		t.Errorf("listed again, it would add %+v", p.Leads)
	}
	h.take(p.File)
	certificates = must2(h.Certificates(ctx, h.as(domain.RoleReader)))
	if len(certificates) != before+1 || !slices.ContainsFunc(certificates, func(c domain.Certificate) bool { return c.Title == "Our own words" }) {
		t.Errorf("%d certificates, or a person's record was overwritten", len(certificates))
	}
}

func must2[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestCatalogue_RefusesWhatIsNotNewer(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	m := h.as(domain.RoleManager)
	refused := func(f domain.CatalogueFile, key string) {
		t.Helper()
		_, err := h.PreviewCatalogue(ctx, m, h.send(m, f))
		h.refused(err, domain.KindInvalid, "error.catalogue."+key)
		_, err = h.ApplyCatalogue(ctx, m, h.send(m, f), 0)
		h.refused(err, domain.KindInvalid, "error.catalogue."+key)
	}
	if p := h.previewCatalogue(h.newer("2020-01-22", nil)); !p.Same {
		t.Error("the program's own file is not recognised")
	}
	refused(h.newer("2020-01-21", nil), "older")
	refused(h.newer("2020-01-22", func(f *domain.CatalogueFile) { f.Source.Title = "Other" }), "same_day")
	refused(h.newer("2062-11-01", nil), "future")
	f := h.newer("2026-11-01", nil)
	h.take(f)
	log := len(h.log())
	if p := h.take(f); !p.Same || len(h.log()) != log {
		t.Error("the same content was imported twice")
	}
	refused(h.newer("2026-10-31", nil), "older")
	if imports := must2(h.CatalogueImports(ctx, h.as(domain.RoleReader))); len(imports) != 1 || imports[0].Snapshot != domain.MustDate("2026-11-01") || imports[0].ImportedBy != m.Person {
		t.Errorf("the history is %+v", imports)
	}
}

func TestCatalogue_OtherImportMeanwhile(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	m, late := h.as(domain.RoleManager), h.newer("2026-11-02", nil)
	seen := h.previewCatalogue(late)
	h.take(h.newer("2026-11-01", nil))
	_, err := h.ApplyCatalogue(ctx, m, seen.Received, seen.InUse.Import.Number)
	h.refused(err, domain.KindConflict, "error.catalogue.meanwhile")
}

// What one organization imports, another does not see; nor may it read the file.
func TestCatalogue_StaysInItsOrganization(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	other := h.person("stranger")
	h.organization(other, "rival")
	rival := h.actor(other, "rival")
	f := h.newer("2026-11-01", func(f *domain.CatalogueFile) {
		service(f, "azure").Closed = domain.MustDate("2027-06-30")
		f.Services = append(f.Services, domain.ListedService{ID: "fabric", Name: domain.Text{EN: "Fabric"}})
	})
	p := h.take(f)
	_, err := h.PreviewCatalogue(ctx, rival, p.Received)
	h.refused(err, domain.KindInvalid, "error.import.gone")
	in := must2(h.CatalogueInUse(ctx, rival))
	if _, known := in.Service("fabric"); known || in.Imported() || len(must2(h.CatalogueImports(ctx, rival))) != 0 {
		t.Error("the import is seen in another organization")
	}
	_, _, err = h.WriteCatalogue(ctx, rival, 1)
	h.refused(err, domain.KindNotFound, "error.not_found")
	add := func(a domain.Actor) domain.Service {
		return must2(h.SaveService(ctx, a, domain.Service{Key: "azure", Environment: domain.EnvPublic, Model: domain.ModelIaaS, State: domain.ServiceInUse}))
	}
	if s := add(rival); s.Closed != 0 {
		t.Errorf("there, Azure closes on %s", s.Closed)
	}
	if s := add(h.as(domain.RoleManager)); s.Closed != domain.MustDate("2027-06-30") {
		t.Errorf("here, Azure closes on %q", s.Closed)
	}
}

func TestCatalogue_OnlyManagersImport(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	d := h.send(h.as(domain.RoleManager), h.newer("2026-11-01", nil))
	for _, role := range []domain.Role{domain.RoleAuditor, domain.RoleContributor, domain.RoleReader, domain.RoleAssessor} {
		_, err := h.ReceiveCatalogue(ctx, h.as(role), strings.NewReader("{}"))
		h.refused(err, domain.KindForbidden, "error.forbidden")
		_, err = h.PreviewCatalogue(ctx, h.as(role), d)
		h.refused(err, domain.KindForbidden, "error.forbidden")
		_, err = h.ApplyCatalogue(ctx, h.as(role), d, 0)
		h.refused(err, domain.KindForbidden, "error.forbidden")
	}
}

// What is downloaded imports again, and says the same.
func TestCatalogue_DownloadComesBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.take(h.newer("2026-11-01", func(f *domain.CatalogueFile) {
		service(f, "azure").Note = domain.Text{EN: "A & B <c>", FR: "« été »"}
	}))
	for _, number := range []int{0, 1} {
		b, f, err := h.WriteCatalogue(ctx, h.as(domain.RoleReader), number)
		h.must(err)
		got, err := catalog.ReadFile(b)
		h.must(err)
		if catalog.DigestFile(got) != catalog.DigestFile(f) {
			t.Errorf("%d does not come back", number)
		}
	}
	if p := h.previewCatalogue(must2(h.CatalogueInUse(ctx, h.as(domain.RoleReader))).File); !p.Same {
		t.Error("what is in use is not recognised")
	}
}

// The day before an import, the catalogue was what it was.
func TestCatalogue_AsOf(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	day := h.Today()
	h.now = h.now.AddDate(0, 0, 3)
	h.take(h.newer("2026-11-01", nil))
	if in := must2(h.AsOf(day).CatalogueInUse(ctx, h.as(domain.RoleReader))); in.Imported() {
		t.Error("the import is seen before it was made")
	}
	if in := must2(h.CatalogueInUse(ctx, h.as(domain.RoleReader))); !in.Imported() {
		t.Error("the import is not seen")
	}
}

func TestCatalogue_IsRecorded(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.accepted()
	h.now = h.now.AddDate(0, 0, 10)
	h.take(h.newer("2026-12-01", func(f *domain.CatalogueFile) {
		service(f, "azure").Closed = domain.MustDate("2026-12-15")
		f.Documents = append(f.Documents, domain.ListedDocument{ID: "cert-fabric", Kind: domain.DocCertificate, Title: domain.Text{EN: "Fabric"}, Edition: domain.Edition2022})
	}))
	if got, want := h.log()[:4], []string{"catalogue.imported", "certificate.seeded", "service.listed", "reliance.lapsed"}; !slices.Equal(got, want) {
		t.Errorf("the log ends %v, want %v", got, want)
	}
}
