package app_test

import (
	"archive/zip"
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"relier/internal/app"
	"relier/internal/blob"
	"relier/internal/domain"
	"relier/internal/pack"
)

func TestControls_FromAnnexA(t *testing.T) {
	h := newHouse(t)
	for _, c := range []struct {
		edition domain.Edition
		want    int
	}{{domain.Edition2022, 93}, {domain.Edition2022, 0}, {domain.Edition2013, 114}} {
		n, err := h.StartFromAnnexA(ctx, h.as(domain.RoleManager), c.edition, "fr")
		h.must(err)
		if n != c.want {
			t.Errorf("%s: %d added, want %d", c.edition, n, c.want)
		}
	}
	page, err := h.FindControls(ctx, h.as(domain.RoleReader), h.eng, domain.ControlFilter{})
	h.must(err)
	if page.Total != 207 || len(page.Rows) != 50 || page.Rows[0].Control.Title != "Politiques de sécurité de l’information" {
		t.Errorf("%d controls, %d on the page, the first %q", page.Total, len(page.Rows), page.Rows[0].Control.Title)
	}
}

func TestOwner_HandOver(t *testing.T) {
	h := newHouse(t)
	c := h.control("C-1")
	_, err := h.AssignOwner(ctx, h.as(domain.RoleAuditor), h.as(domain.RoleContributor).Person, []domain.ControlID{c.ID})
	h.refused(err, domain.KindForbidden, "error.forbidden")
	for _, role := range []domain.Role{domain.RoleContributor, domain.RoleAuditor} {
		n, err := h.AssignOwner(ctx, h.as(domain.RoleManager), h.as(role).Person, []domain.ControlID{c.ID})
		h.must(err)
		if n != 1 {
			t.Errorf("%d handed over", n)
		}
	}
	h.refused(h.AcknowledgeOwnership(ctx, h.as(domain.RoleContributor), c.ID), domain.KindForbidden, "not_yours")
	h.must(h.AcknowledgeOwnership(ctx, h.as(domain.RoleAuditor), c.ID))
	held, err := h.Ownerships(ctx, h.as(domain.RoleReader), c.ID)
	h.must(err)
	if len(held) != 2 || held[0].Ownership.State != domain.OwnershipAcknowledged || held[1].Ownership.State != domain.OwnershipEnded || held[1].Ownership.Until != h.Today() {
		t.Errorf("handed over, not overwritten: %+v", held)
	}
	_, err = h.ConcludeTest(ctx, h.as(domain.RoleAuditor), h.eng, domain.Test{Control: c.ID, Objective: "o", Note: "n", Method: domain.MethodExamine, Conclusion: domain.ConclusionEffective})
	h.refused(err, domain.KindForbidden, "own_control")
}

func TestReview_ByAnotherPerson(t *testing.T) {
	h := newHouse(t)
	added, err := h.AddEvidence(ctx, h.as(domain.RoleAuditor), []app.NewEvidence{{Item: domain.Evidence{Title: "Mine", Kind: domain.EvidenceNote, Sensitivity: domain.SensitivityInternal},
		Version: domain.EvidenceVersion{Note: "x", Period: h.eng.Period}}})
	h.must(err)
	e := added[0]
	_, err = h.ReviewEvidence(ctx, h.as(domain.RoleAuditor), domain.Review{Evidence: e.ID, Verdict: domain.EvidenceAccepted}, e.Version)
	h.refused(err, domain.KindForbidden, "error.review.own")
	_, err = h.ReviewEvidence(ctx, h.as(domain.RoleManager), domain.Review{Evidence: e.ID, Verdict: domain.EvidenceReturned}, e.Version)
	h.refused(err, domain.KindInvalid, "error.review.reason")
	_, err = h.ReviewEvidence(ctx, h.as(domain.RoleContributor), domain.Review{Evidence: e.ID, Verdict: domain.EvidenceAccepted}, e.Version)
	h.refused(err, domain.KindForbidden, "error.forbidden")
	e, err = h.ReviewEvidence(ctx, h.as(domain.RoleManager), domain.Review{Evidence: e.ID, Verdict: domain.EvidenceReturned, Reason: domain.ReasonWrongPeriod}, e.Version)
	h.must(err)
	_, err = h.ReviewEvidence(ctx, h.as(domain.RoleManager), domain.Review{Evidence: e.ID, Verdict: domain.EvidenceAccepted}, e.Version)
	h.refused(err, domain.KindConflict, "error.review.state") // final; only a new version corrects it
}

func TestEvidence_AllOrNone(t *testing.T) {
	h := newHouse(t)
	foreign := domain.ControlID(4711)
	good := app.NewEvidence{Item: domain.Evidence{Title: "Good", Kind: domain.EvidenceNote, Sensitivity: domain.SensitivityInternal}, Version: domain.EvidenceVersion{Note: "x"}}
	bad := good
	bad.Controls = []domain.ControlID{foreign}
	_, err := h.AddEvidence(ctx, h.as(domain.RoleContributor), []app.NewEvidence{good, bad})
	h.refused(err, domain.KindInvalid, "error.choice")
	found, err := h.FindEvidence(ctx, h.as(domain.RoleReader), domain.EvidenceFilter{})
	h.must(err)
	if found.Total != 0 {
		t.Errorf("%d items stayed of a refused batch", found.Total)
	}
}

func TestSoA_ApprovedVersionsNeverChange(t *testing.T) {
	h := newHouse(t)
	_, err := h.ApproveSoA(ctx, h.as(domain.RoleManager), domain.Edition2022, domain.Digest{})
	h.refused(err, domain.KindConflict, "error.soa.unjustified")
	lines, err := h.SoA(ctx, h.as(domain.RoleManager), domain.Edition2022)
	h.must(err)
	entries := make([]domain.SoAEntry, len(lines))
	for i, l := range lines {
		entries[i] = l.Entry
		entries[i].Inclusion = "Risk treatment"
	}
	entries[3].Applicable = false
	_, err = h.SaveSoA(ctx, h.as(domain.RoleAuditor), entries)
	h.refused(err, domain.KindInvalid, "error.text.required")
	entries[3].Exclusion = "No premises of our own"
	n, err := h.SaveSoA(ctx, h.as(domain.RoleAuditor), entries)
	h.must(err)
	if n != 93 {
		t.Errorf("%d lines changed", n)
	}
	if n, err = h.SaveSoA(ctx, h.as(domain.RoleAuditor), reread(h)); err != nil || n != 0 {
		t.Errorf("saving what is there changed %d lines, %v", n, err)
	}
	v1, err := h.ApproveSoA(ctx, h.as(domain.RoleManager), domain.Edition2022, domain.Digest{})
	h.must(err)
	_, err = h.ApproveSoA(ctx, h.as(domain.RoleManager), domain.Edition2022, domain.Digest{})
	h.refused(err, domain.KindConflict, "error.soa.unchanged")
	seen := app.SoADigest(reread(h))
	later := reread(h)[0]
	later.Inclusion = "Another reason"
	_, err = h.SaveSoA(ctx, h.as(domain.RoleAuditor), []domain.SoAEntry{later})
	h.must(err)
	_, err = h.SaveSoA(ctx, h.as(domain.RoleAuditor), []domain.SoAEntry{entries[0]})
	h.refused(err, domain.KindConflict, "error.stale")
	_, err = h.ApproveSoA(ctx, h.as(domain.RoleManager), domain.Edition2022, seen)
	h.refused(err, domain.KindConflict, "error.soa.moved") // a line changed after the approver read it
	versions, err := h.SoAVersions(ctx, h.as(domain.RoleReader), domain.Edition2022)
	h.must(err)
	if len(versions) != 1 || versions[0].Number != 1 || versions[0].Entries[0].Inclusion != v1.Entries[0].Inclusion || len(versions[0].Entries) != 93 {
		t.Errorf("version 1 changed: %+v", versions[0].Entries[0])
	}
}

func reread(h *house) []domain.SoAEntry {
	lines, err := h.SoA(ctx, h.as(domain.RoleManager), domain.Edition2022)
	h.must(err)
	out := make([]domain.SoAEntry, len(lines))
	for i, l := range lines {
		out[i] = l.Entry
	}
	return out
}

func TestPack_SealedBytesNeverChange(t *testing.T) {
	h := newHouse(t)
	_, _, e := h.accepted()
	file, err := h.ReceiveFile(ctx, h.as(domain.RoleContributor), "été.txt", strings.NewReader("proof"), blob.Anything)
	h.must(err)
	_, err = h.AddEvidence(ctx, h.as(domain.RoleContributor), []app.NewEvidence{
		{Item: domain.Evidence{Title: "Export", Kind: domain.EvidenceFile, Sensitivity: domain.SensitivityInternal},
			Version: domain.EvidenceVersion{FileName: file.FileName, MediaType: file.MediaType, Blob: file.Blob, Period: h.eng.Period}},
		{Item: domain.Evidence{Title: "Secret", Kind: domain.EvidenceFile, Sensitivity: domain.SensitivityConfidential},
			Version: domain.EvidenceVersion{FileName: "secret.txt", Blob: file.Blob, Period: h.eng.Period}}})
	h.must(err)
	p, err := h.SealPack(ctx, h.as(domain.RoleManager), h.eng, []string{"en", "fr"})
	h.must(err)
	first := h.download(p)
	h.now = h.now.Add(48 * time.Hour)
	_, err = h.AddVersion(ctx, h.as(domain.RoleContributor), e.ID, domain.EvidenceVersion{Note: "changed since", Period: e.Period})
	h.must(err)
	if again := h.download(p); !bytes.Equal(first, again) {
		t.Error("the same pack, other bytes")
	}
	if int64(len(first)) != p.Size {
		t.Errorf("%d bytes came, %d were promised", len(first), p.Size)
	}
	path := filepath.Join(t.TempDir(), "pack.zip")
	h.must(os.WriteFile(path, first, 0o600))
	report, err := pack.Verify(ctx, path)
	h.must(err)
	if !report.OK {
		t.Errorf("defects: %+v", report.Defects)
	}
	files, err := zip.NewReader(bytes.NewReader(first), int64(len(first)))
	h.must(err)
	all := ""
	for _, f := range files.File {
		all += f.Name + "\n"
	}
	if !strings.Contains(all, "soa.xlsx") || !strings.Contains(all, "EV-000002") || strings.Contains(all, "secret") || p.Omissions == 0 {
		t.Errorf("contents:\n%s (%d omissions)", all, p.Omissions)
	}
	found, err := h.Check(ctx)
	h.must(err)
	if len(found.Damages) != 0 || found.Blobs == 0 {
		t.Errorf("a sound folder: %+v", found)
	}
}

func TestPack_SealsNothingDamaged(t *testing.T) {
	h := newHouse(t)
	e := h.acceptItem(h.attach("log.txt", "proof"))
	versions, err := h.Evidence(ctx, h.as(domain.RoleAuditor), e.ID)
	h.must(err)
	digest := versions.Versions[0].Blob.SHA256
	name := digest.String()
	path := filepath.Join(h.dir, "blobs", name[:2], name[2:4], name)
	h.must(os.Chmod(path, 0o600))
	h.must(os.WriteFile(path, []byte("Proof"), 0o600))
	_, err = h.SealPack(ctx, h.as(domain.RoleManager), h.eng, []string{"en"})
	h.refused(err, domain.KindConflict, "error.pack.damaged")
	if packs, err := h.Packs(ctx, h.as(domain.RoleManager), h.eng); err != nil || len(packs) != 0 {
		t.Errorf("%d packs, %v", len(packs), err)
	}
}

func (h *house) download(p domain.Pack) []byte {
	h.t.Helper()
	o, err := h.OpenPack(ctx, h.as(domain.RoleAssessor), p.ID)
	h.must(err)
	var b bytes.Buffer
	h.must(o.StreamRange(ctx, &b, 0, o.Size()))
	return b.Bytes()
}

func TestCheck_NamesDamage(t *testing.T) {
	h := newHouse(t)
	file, err := h.ReceiveFile(ctx, h.as(domain.RoleContributor), "a.txt", strings.NewReader("proof"), blob.Anything)
	h.must(err)
	_, err = h.AddEvidence(ctx, h.as(domain.RoleContributor), []app.NewEvidence{{Item: domain.Evidence{Title: "Export", Kind: domain.EvidenceFile, Sensitivity: domain.SensitivityInternal},
		Version: domain.EvidenceVersion{FileName: file.FileName, Blob: file.Blob, Period: h.eng.Period}}})
	h.must(err)
	var path string
	h.must(filepath.WalkDir(filepath.Join(h.dir, "blobs"), func(p string, d os.DirEntry, err error) error {
		if strings.Contains(p, file.Blob.SHA256.String()[8:]) {
			path = p
		}
		return err
	}))
	for _, c := range []struct {
		kind   string
		damage func() error
	}{
		{"wrong_content", func() error { h.must(os.Chmod(path, 0o600)); return os.WriteFile(path, []byte("Proof"), 0o600) }},
		{"wrong_size", func() error { return os.WriteFile(path, []byte("proo"), 0o600) }},
		{"missing", func() error { return os.Remove(path) }},
	} {
		h.must(c.damage())
		found, err := h.Check(ctx)
		h.must(err)
		if len(found.Damages) != 1 || found.Damages[0].Kind != c.kind || !strings.Contains(found.Damages[0].Where, `acme EV-000001 v1 "a.txt"`) {
			t.Errorf("%s: %+v", c.kind, found.Damages)
		}
	}
}

func TestSignIn_Throttle(t *testing.T) {
	h := newHouse(t)
	try := func(email, pw, address string) error {
		_, err := h.SignIn(ctx, email, pw, "agent", address)
		return err
	}
	for range 5 {
		h.refused(try("owner@example.org", "wrong", "10.0.0.1"), domain.KindUnauthenticated, "error.sign_in")
	}
	h.refused(try("owner@example.org", password, "10.0.0.1"), domain.KindUnavailable, "error.throttled")
	h.must(try("OWNER@example.org ", password, "10.0.0.2")) // the right person elsewhere still gets in
	h.now = h.now.Add(time.Hour)
	h.must(try("owner@example.org", password, "10.0.0.1"))
	h.refused(try("nobody@example.org", password, "10.0.0.3"), domain.KindUnauthenticated, "error.sign_in")
}

func TestSession_Life(t *testing.T) {
	h := newHouse(t)
	token, err := h.SignIn(ctx, "owner@example.org", password, "agent", "10.0.0.1")
	h.must(err)
	alive := func() bool { _, err := h.Session(ctx, token); return err == nil }
	for range 13 { // used every 11 hours it lives for 7 days at most
		h.now = h.now.Add(11 * time.Hour)
		if !alive() {
			t.Fatal("a session in use ended early")
		}
	}
	h.now = h.now.Add(3 * 24 * time.Hour)
	if alive() {
		t.Error("a session outlived its absolute limit")
	}
	token, err = h.SignIn(ctx, "owner@example.org", password, "agent", "10.0.0.1")
	h.must(err)
	h.must(h.SetPassword(ctx, "owner@example.org", "another long sentence"))
	if alive() {
		t.Error("a session outlived its password")
	}
}

func TestMembers_LastOwnerStays(t *testing.T) {
	h := newHouse(t)
	h.refused(h.RemoveMember(ctx, h.as(domain.RoleOwner), h.as(domain.RoleOwner).Person), domain.KindConflict, "last_owner")
	_, err := h.AddMember(ctx, h.as(domain.RoleManager), app.NewPerson{Email: "contributor@example.org"}, domain.Membership{Role: domain.RoleOwner})
	h.refused(err, domain.KindForbidden, "error.membership.owner")
	_, err = h.AddMember(ctx, h.as(domain.RoleOwner), app.NewPerson{Email: "x@example.org", Name: "X", Password: password}, domain.Membership{Role: domain.RoleAssessor})
	h.refused(err, domain.KindInvalid, "error.membership.assessor")
}
