package server_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"relier/internal/domain"
	"relier/internal/pack"
)

func TestPacks_PreviewSealDownload(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	c := a.control("C-1", "Access control", "A.5.1")
	accepted := a.proof(a.actor, "Access review", c.ID)
	if got := a.get(north + "/packs").want(http.StatusOK); got.text(".empty h2") != "No pack yet" || got.attr(".empty a.button", "href") != north+"/packs/new" {
		t.Errorf("empty: %s", got.text(".empty"))
	}

	p := a.get(north + "/packs/new?langs=fr,en").want(http.StatusOK)
	for _, want := range []string{"The Statement of Applicability is not approved", "1 applicable control has no owner", "1 applicable control was not tested"} {
		if !strings.Contains(p.text("[aria-labelledby=gaps]"), want) {
			t.Errorf("gaps: %s", p.text("[aria-labelledby=gaps]"))
		}
	}
	if got := p.text("[aria-labelledby=holds]"); !strings.Contains(got, "1 file or note, ") {
		t.Errorf("holds: %s", got)
	}
	to := a.post(north+"/packs", hiddenOf(p.doc().Find("[aria-labelledby=seal] form"))).leads(north + "/packs/")

	show := a.get(to).want(http.StatusOK)
	digest := show.text(".digest-full")
	if show.text("h1") != "audit-pack-2026-0001" && !strings.HasPrefix(show.text("h1"), "audit-pack-") || len(digest) != 64 {
		t.Errorf("page %q %q", show.text("h1"), digest)
	}
	if !strings.Contains(show.text("[aria-labelledby=facts]"), "Français, English") {
		t.Errorf("facts: %s", show.text("[aria-labelledby=facts]"))
	}
	file := show.attr("a.button-primary", "href")
	got := a.get(file).want(http.StatusOK)
	if got.header.Get("Content-Length") != fmt.Sprint(len(got.body)) || got.header.Get("Content-Type") != "application/zip" {
		t.Errorf("headers %v", got.header)
	}
	z, err := zip.NewReader(bytes.NewReader(got.body), int64(len(got.body)))
	a.must(err)
	names := map[string]bool{}
	for _, f := range z.File {
		names[strings.SplitN(f.Name, "/", 2)[1]] = true
		if strings.HasSuffix(f.Name, "/"+pack.TagManifest) {
			r, err := f.Open()
			a.must(err)
			b, err := io.ReadAll(r)
			a.must(err)
			if sum := fmt.Sprintf("%x", sha256.Sum256(b)); sum != digest {
				t.Errorf("the page names %s, the tag manifest is %s", digest, sum)
			}
		}
	}
	if !names["data/evidence/"+accepted.Code()+"/v1-Access_review.txt"] && !names["data/evidence/"+accepted.Code()+"/v1-Access-review.txt"] {
		t.Errorf("the evidence is not in the pack: %v", names)
	}
	t.Run("resumed", func(t *testing.T) {
		half := len(got.body) / 2
		a.header.Set("Range", fmt.Sprintf("bytes=%d-", half))
		defer a.header.Del("Range")
		if part := a.get(file).want(http.StatusPartialContent); !bytes.Equal(part.body, got.body[half:]) {
			t.Error("the second half differs")
		}
	})
	t.Run("the same at every download", func(t *testing.T) {
		if again := a.get(file).want(http.StatusOK); !bytes.Equal(again.body, got.body) {
			t.Error("the bytes differ")
		}
	})
	t.Run("another engagement has another address", func(t *testing.T) {
		_, err := a.app.CreateEngagement(t.Context(), a.actor, domain.Engagement{Code: "2027", Title: "Next", Kind: domain.KindInternal, Edition: domain.Edition2022,
			Period: domain.Period{From: domain.MustDate("2027-01-01"), To: domain.MustDate("2027-12-31")}})
		a.must(err)
		a.get(strings.Replace(to, "/e/2026/", "/e/2027/", 1)).want(http.StatusNotFound)
		a.get(strings.Replace(file, "/e/2026/", "/e/2027/", 1)).want(http.StatusNotFound)
	})
	t.Run("who may", func(t *testing.T) {
		_, reader := a.member("rex@example.org", domain.RoleReader)
		reader.get(file).want(http.StatusOK)
		reader.get(north + "/packs/new").want(http.StatusForbidden)
		reader.post(north+"/packs", url.Values{"langs": {"en"}}).want(http.StatusForbidden)
		if reader.get(north+"/packs").doc().Find(`a[href$="/packs/new"]`).Length() > 0 {
			t.Error("the button is shown to who may not use it")
		}
		a.organization(a.person("bob@example.org"), "south")
		bob := a.signedIn("bob@example.org")
		bob.get(strings.Replace(to, "/o/north/", "/o/south/", 1)).want(http.StatusNotFound)
		bob.get(strings.Replace(file, "/o/north/", "/o/south/", 1)).want(http.StatusNotFound)
	})
	t.Run("in no language", func(t *testing.T) {
		a.post(north+"/packs", url.Values{"langs": {"de"}}).want(http.StatusUnprocessableEntity)
	})
}

func TestPacks_NothingIsLeftOutSilently(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	e := a.proof(a.actor, "Payroll")
	e.Sensitivity = domain.SensitivityConfidential
	_, err := a.app.DescribeEvidence(t.Context(), a.actor, e, nil)
	a.must(err)
	want := e.Code() + " v1PayrollConfidential: cited by title, code and digest only"
	if got := a.get(north + "/packs/new").want(http.StatusOK).text("#omissions tbody"); !strings.HasPrefix(got, want) {
		t.Errorf("preview says %q", got)
	}
	to := a.post(north+"/packs", url.Values{"langs": {"en"}}).leads(north + "/packs/")
	if got := a.get(to).want(http.StatusOK).text("#omissions tbody"); !strings.HasPrefix(got, want) {
		t.Errorf("pack says %q", got)
	}
	a.french()
	if got := a.get(to).want(http.StatusOK).text("#omissions tbody"); !strings.Contains(got, "Confidentiel : cité") {
		t.Errorf("in French: %q", got)
	}
}
