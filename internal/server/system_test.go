package server_test

import (
	"context"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"relier/internal/app"
	"relier/internal/blob"
	"relier/internal/domain"
	"relier/internal/testkit"
)

// rotted is the sample with one stored file changed on the disk.
type rotted struct {
	kit   *testkit.Kit
	story testkit.Story
	site  *site
	item  domain.Evidence
}

func rot(t *testing.T) rotted {
	t.Helper()
	r := rotted{kit: testkit.NewApp(t)}
	r.story = r.kit.Sample(t)
	r.site = serveApp(t, r.kit.App)
	owner, _, err := r.kit.App.Actor(t.Context(), r.story.People["owner"].Person, r.story.Org.Code)
	if err != nil {
		t.Fatal(err)
	}
	found, err := r.kit.App.FindEvidence(t.Context(), owner, domain.EvidenceFilter{Kind: domain.EvidenceFile})
	if err != nil || len(found.Rows) == 0 {
		t.Fatalf("no file in the sample: %v", err)
	}
	r.item = found.Rows[0].Evidence
	v, err := r.kit.App.Evidence(t.Context(), owner, r.item.ID)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(r.kit.Dir, blob.Path(v.Versions[0].Blob.SHA256))
	body, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	body[len(body)/2] ^= 1
	if err := os.WriteFile(path, body, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := r.kit.App.ScrubSlice(t.Context(), int(v.Versions[0].Blob.SHA256[0]), 0); err != nil {
		t.Fatal(err)
	}
	return r
}

func (r rotted) as(role string) *visitor {
	v := r.site.visitor()
	v.post("/sign-in", url.Values{"email": {r.story.People[role].Person.Email}, "password": {testkit.Password}}).want(http.StatusSeeOther)
	return v
}

// Damage that a check found stands where people look: on the dashboard of those
// who can mend it, on the System page, and on the item for everybody.
func TestSystem_DamageShows(t *testing.T) {
	t.Parallel()
	r := rot(t)
	v := r.as("owner")
	dashboard := "/o/sample/e/" + r.story.Engagement.Code
	p := v.get(dashboard).want(http.StatusOK)
	if said := p.text(".notice-error"); !strings.Contains(said, "One stored file is damaged") || p.attr(".notice-error a", "href") != "/o/sample/system" {
		t.Errorf("the dashboard says %q", said)
	}
	p = v.get("/o/sample/system").want(http.StatusOK)
	if rows := p.doc().Find("#damages tbody tr"); rows.Length() != 1 || !strings.Contains(rows.Text(), r.item.Code()) || !strings.Contains(rows.Text(), "not those that were stored") {
		t.Errorf("the System page lists %q", rows.Text())
	}
	item := dashboard + "/evidence/" + strings.TrimPrefix(p.attr("#damages tbody a", "href"), dashboard+"/evidence/")
	if said := v.get(item).want(http.StatusOK).text(".notice-error"); !strings.Contains(said, "is damaged") {
		t.Errorf("the item says %q", said)
	}
	reader := r.as("reader")
	if said := reader.get(item).want(http.StatusOK).text(".notice-error"); !strings.Contains(said, "is damaged") {
		t.Errorf("to a reader the item says %q", said)
	}
	if said := reader.get(dashboard).want(http.StatusOK).text(".notice-error"); said != "" {
		t.Errorf("a reader's dashboard says %q", said)
	}
	reader.get("/o/sample/system").want(http.StatusForbidden)
	if nav := reader.get(dashboard).doc().Find(`nav a[href="/o/sample/system"]`); nav.Length() > 0 {
		t.Error("a reader is led to the System page")
	}
}

// One organization's page says nothing of another's files.
func TestSystem_KeepsOrganizationsApart(t *testing.T) {
	t.Parallel()
	r := rot(t)
	r.site.organization(r.site.person("ada@example.org"), "north")
	v := r.site.signedIn("ada@example.org")
	p := v.get("/o/north/system").want(http.StatusOK)
	if p.doc().Find("#damages").Length() > 0 || strings.Contains(string(p.body), r.item.Code()) {
		t.Error("the page of one organization shows another's damage")
	}
	v.get("/o/sample/system").want(http.StatusNotFound)
	if said := v.get("/o/north/e/2026").want(http.StatusOK).text(".notice-error"); said != "" {
		t.Errorf("the other's dashboard says %q", said)
	}
}

// The page tells of backups, and asking for a check runs one.
func TestSystem_TellsOfBackupsAndChecksNow(t *testing.T) {
	t.Parallel()
	r := rot(t)
	v := r.as("owner")
	if said := v.get("/o/sample/system").text(".notice-warning"); !strings.Contains(said, "No backup was ever made") {
		t.Errorf("without a backup the page says %q", said)
	}
	if _, err := r.kit.App.Backup(t.Context(), app.BackupOptions{To: filepath.Join(t.TempDir(), "repo")}); err != nil {
		t.Fatal(err)
	}
	p := v.get("/o/sample/system").want(http.StatusOK)
	if said := p.text("section[aria-labelledby=backups]"); !strings.Contains(said, "Incomplete") || strings.Contains(p.text("main"), "No backup was ever made") {
		t.Errorf("after a backup without the damaged file: %q", said)
	}
	v.post("/o/sample/system/check", nil).leads("/o/sample/system")
	if p := v.post("/o/sample/system/check", nil); p.status != http.StatusServiceUnavailable || !strings.Contains(p.text("main"), "running or waiting") {
		t.Errorf("asked twice: %d %q", p.status, p.text("main"))
	}
	r.as("reader").post("/o/sample/system/check", nil).want(http.StatusForbidden)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); r.kit.App.Keep(ctx, app.Upkeep{}) }()
	for range 200 {
		if s := v.get("/o/sample/system").text("section[aria-labelledby=checks]"); strings.Contains(s, "Sound") {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	stop()
	<-done
	if said := v.get("/o/sample/system").text("section[aria-labelledby=checks]"); !strings.Contains(said, "Sound") {
		t.Errorf("after the check: %q", said)
	}
}
