package server_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"relier/internal/domain"
)

// catalogue downloads the one in use and edits it.
func (a *audited) catalogue(edit func(f map[string]any)) []byte {
	a.t.Helper()
	file := a.get(north + "/catalogue/file").want(http.StatusOK)
	var f map[string]any
	a.must(json.Unmarshal(file.body, &f))
	f["snapshot"] = domain.DateOf(a.clock.Now()).String()
	if edit != nil {
		edit(f)
	}
	b, err := json.Marshal(f)
	a.must(err)
	return b
}

// listed is a service of such a file.
func listed(f map[string]any, id string) map[string]any {
	for _, s := range f["services"].([]any) {
		if m := s.(map[string]any); m["id"] == id {
			return m
		}
	}
	return nil
}

func sendCatalogue(v *visitor, content []byte) *page {
	v.site.t.Helper()
	if content == nil {
		return sendFile(v, north+"/catalogue/import", nil)
	}
	return sendFile(v, north+"/catalogue/import", bytes.NewReader(content))
}

// sendFile uploads a catalogue; nil: the form without a file.
func sendFile(v *visitor, at string, content io.Reader) *page {
	v.site.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	if content != nil {
		f, err := w.CreateFormFile("file", "catalogue.json")
		if err == nil {
			_, err = io.Copy(f, content)
		}
		if err != nil {
			v.site.t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		v.site.t.Fatal(err)
	}
	return v.do(http.MethodPost, at, &b, w.FormDataContentType())
}

// previewed uploads a catalogue and opens its preview.
func (a *audited) previewed(content []byte) *page {
	a.t.Helper()
	return a.get(sendCatalogue(a.visitor, content).leads(north + "/catalogue/import/preview?file=")).want(http.StatusOK)
}

// applied sends the preview's own form, ticked or not.
func (a *audited) applied(p *page, ticked bool) *page {
	a.t.Helper()
	form := url.Values{}
	p.doc().Find("form[action$='/catalogue/import/apply'] input[type=hidden]").Each(func(_ int, e *goquery.Selection) {
		form.Add(e.AttrOr("name", ""), e.AttrOr("value", ""))
	})
	if ticked {
		form.Set("confirmed", "1")
	}
	return a.post(north+"/catalogue/import/apply", form)
}

// later lets days go by; sessions do not last that long.
func (a *audited) later(days int) {
	a.t.Helper()
	a.clock.Advance(time.Duration(days) * 24 * time.Hour)
	a.visitor = a.signedIn("ada@example.org")
}

// standing takes a claimable reliance to where it can lapse.
func (a *audited) standing() (domain.Reliance, domain.Service, domain.Certificate) {
	a.t.Helper()
	c, s, cert := a.claimable()
	r, err := a.app.ProposeReliance(a.t.Context(), a.actor, a.eng, domain.Reliance{Control: c.ID, Service: s.ID, Certificates: []domain.CertificateID{cert.ID}})
	a.must(err)
	manager, _ := a.member("mia@example.org", domain.RoleManager)
	r, err = a.app.ApproveReliance(a.t.Context(), manager, a.eng, r.ID, r.Version, "")
	a.must(err)
	return r, s, cert
}

func TestCatalogueImport_ShowsItsEffectThenApplies(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	r, s, _ := a.standing()
	a.later(2)
	today := domain.DateOf(a.clock.Now())
	p := a.previewed(a.catalogue(func(f map[string]any) {
		listed(f, "office-365")["changes"] = []any{map[string]any{"kind": "renamed", "on": today.String(), "now": "Microsoft 365"}}
		f["services"] = append(f["services"].([]any), map[string]any{"id": "fabric", "name": map[string]any{"en": "Fabric"}})
		f["documents"] = append(f["documents"].([]any), map[string]any{"id": "cert-fabric", "kind": "certificate", "title": map[string]any{"en": "Fabric certificate"}, "edition": "2022"})
	}))
	if got := p.text("#effects .notice"); !strings.Contains(got, "1 reliance would lapse") {
		t.Errorf("the effect says %q", got)
	}
	if got := p.text("#effects-table tbody tr"); !strings.Contains(got, "A.7.1") || !strings.Contains(got, "Lapsed") || !strings.Contains(got, "Microsoft 365") {
		t.Errorf("the table says %q", got)
	}
	if got := p.text("#service-diff tbody"); !strings.Contains(got, "RenamedNew name Microsoft 365") || !strings.Contains(got, "Fabric fabricNewly listed") {
		t.Errorf("the services differ by %q", got)
	}
	if got := p.text("#consequences"); !strings.Contains(got, "1 of your services would change: office-365") || !strings.Contains(got, "Fabric certificate") {
		t.Errorf("the consequences are %q", got)
	}
	again := a.applied(p, false).want(http.StatusUnprocessableEntity)
	if again.text("#field-confirmed-error") == "" || again.text("#effects-table tbody tr") == "" {
		t.Error("without the tick, nothing asks for it")
	}
	if v, _ := a.app.Reliance(t.Context(), a.actor, a.eng, r.ID); v.Reliance.State != domain.RelianceApproved {
		t.Fatalf("an unticked import made it %s", v.Reliance.State)
	}
	to := a.applied(p, true).leads(north + "/catalogue")
	done := a.get(to)
	if got := done.text(".catalogue-use"); !strings.Contains(got, "Imported by Ada") || !strings.Contains(got, "25 services, 20 documents") {
		t.Errorf("in use is %q", got)
	}
	if done.text(".notice") != "The catalogue is in use; 1 of your services changed." || done.doc().Find("#in-scope").Length() != 1 || done.doc().Find("#listed [data-listed=fabric]").Length() != 1 {
		t.Errorf("afterwards it says %q", done.text(".notice"))
	}
	if v, _ := a.app.Reliance(t.Context(), a.actor, a.eng, r.ID); v.Reliance.State != domain.RelianceLapsed {
		t.Errorf("the reliance is %s", v.Reliance.State)
	}
	if got := a.get(fmt.Sprintf("%s/services/%d", north, s.ID)).text("main"); !strings.Contains(got, "office-365") || !strings.Contains(got, "now Microsoft 365") {
		t.Errorf("the service says %q", got)
	}
	if got := a.get(north + "/activity").text("#activity"); !strings.Contains(got, "imported the catalogue") || !strings.Contains(got, "took over from the catalogue what became of the service office-365") {
		t.Errorf("the activity says %q", got)
	}
}

func TestCatalogueImport_NamesCertificatesToReadAgain(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	_, s, cert := a.standing()
	a.later(3)
	today := domain.DateOf(a.clock.Now())
	a.applied(a.previewed(a.catalogue(func(f map[string]any) {
		listed(f, "office-365")["changes"] = []any{map[string]any{"kind": "renamed", "now": "Office"},
			map[string]any{"kind": "moved", "on": today.AddDays(-1).String(), "now": "Microsoft 365"}}
	})), true).leads(north)
	at := fmt.Sprintf("%s/services/%d", north, s.ID)
	changes := func() []string {
		var out []string
		a.get(at).doc().Find(".service-changes > li").Each(func(_ int, e *goquery.Selection) { out = append(out, folded(e.Text())) })
		return out
	}
	if got := changes(); len(got) != 2 || !strings.Contains(got[0], "Moved to Microsoft 3651 certificate read before that day must be read again:CERT-1") ||
		!strings.Contains(got[1], "Day not knownRenamed to OfficeNo certificate has to be read again") {
		t.Errorf("the changes say %q", got)
	}
	cert.CheckedOn = today
	_, err := a.app.VerifyCertificate(t.Context(), a.actor, cert)
	a.must(err)
	if got := changes(); strings.Contains(got[0], "CERT-1") {
		t.Errorf("read again, they say %q", got)
	}
}

func TestCatalogueImport_RefusesAtTheFile(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	for name, c := range map[string]struct {
		content []byte
		want    string
	}{
		"no file":  {nil, "Choose a catalogue file"},
		"no JSON":  {[]byte("{\n\"format\":\n}"), "Line 3: this is not JSON"},
		"an error": {a.catalogue(func(f map[string]any) { listed(f, "azure")["closed"] = "soon" }), "services[0].closed: “soon” is no day"},
		"older":    {a.catalogue(func(f map[string]any) { f["snapshot"] = "2019-12-31" }), "This catalogue is of 2019-12-31; the one in use is of 2020-01-22"},
		"too big":  {bytes.Repeat([]byte(" "), 3<<20), "larger than the limit"},
	} {
		p := sendCatalogue(a.visitor, c.content).want(http.StatusUnprocessableEntity)
		if got := p.text("#field-file-error"); !strings.Contains(got, c.want) {
			t.Errorf("%s: the file's field says %q", name, got)
		}
	}
	if got := a.get(north + "/catalogue").text(".catalogue-use"); !strings.Contains(got, "Relier itself") {
		t.Errorf("in use is %q", got)
	}
}

func TestCatalogueImport_SameContentDoesNothing(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	p := a.previewed(a.get(north + "/catalogue/file").body)
	if got := p.text(".notice"); !strings.Contains(got, "in use already") || p.doc().Find("form[action$='/catalogue/import/apply']").Length() != 0 {
		t.Errorf("it says %q", got)
	}
}

func TestCatalogueImport_ManagersOnly(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	p := a.previewed(a.catalogue(nil))
	for _, role := range []domain.Role{domain.RoleAuditor, domain.RoleContributor, domain.RoleReader, domain.RoleAssessor} {
		_, v := a.member(string(role)+"@example.org", role)
		v.get(north + "/catalogue/import").want(http.StatusForbidden)
		v.get(north + "/catalogue/import/preview?file=" + p.attr("input[name=file]", "value")).want(http.StatusForbidden)
		sendCatalogue(v, []byte("{}")).want(http.StatusForbidden)
		v.post(north+"/catalogue/import/apply", url.Values{"file": {p.attr("input[name=file]", "value")}, "over": {"0"}, "confirmed": {"1"}}).want(http.StatusForbidden)
		shown := v.get(north + "/catalogue").want(http.StatusOK)
		if shown.doc().Find("a[href$='/catalogue/import']").Length() != 0 {
			t.Errorf("%s is offered an import", role)
		}
		v.get(north + "/catalogue/imports").want(http.StatusOK)
		v.get(north + "/catalogue/file").want(http.StatusOK)
	}
	_, manager := a.member("manager@example.org", domain.RoleManager)
	manager.get(north + "/catalogue/import").want(http.StatusOK)
	manager.get(north + "/catalogue/import/preview?file=" + p.attr("input[name=file]", "value")).want(http.StatusUnprocessableEntity)
}

func TestCatalogueImport_MeanwhileAnother(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	day := domain.DateOf(a.clock.Now())
	late := a.previewed(a.catalogue(nil))
	first := a.previewed(a.catalogue(func(f map[string]any) { f["snapshot"] = day.AddDays(-1).String() }))
	a.applied(first, true).leads(north)
	p := a.applied(late, true).want(http.StatusConflict)
	if got := p.text(".error-summary"); !strings.Contains(got, "meanwhile") || p.attr("input[name=over]", "value") != "1" {
		t.Errorf("it says %q", got)
	}
	a.applied(p, true).leads(north)
	rows := a.get(north + "/catalogue/imports").doc().Find("#imports tbody tr")
	if rows.Length() != 3 || !strings.Contains(rows.First().Text(), "in use") || !strings.Contains(rows.Last().Text(), "Relier itself") {
		t.Errorf("the history has %d rows: %q", rows.Length(), folded(rows.Text()))
	}
	for n, want := range map[string]int{"0": http.StatusOK, "1": http.StatusOK, "2": http.StatusOK, "3": http.StatusNotFound, "01": http.StatusNotFound, "x": http.StatusNotFound} {
		a.get(north + "/catalogue/imports/" + n + "/file").want(want)
	}
}

func TestCatalogueImport_InFrench(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	a.french()
	p := a.previewed(a.catalogue(func(f map[string]any) { listed(f, "azure")["closed"] = "2030-06-30" }))
	if got := p.text("#service-diff tbody"); !strings.Contains(got, "Dernier jour : 30 juin 2030") {
		t.Errorf("it says %q", got)
	}
}
