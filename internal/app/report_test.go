package app_test

import (
	"crypto/sha256"
	"strings"
	"testing"

	"relier/internal/app"
	"relier/internal/domain"
)

// file attaches a document, or a further version of one.
func (h *house) file(id domain.EvidenceID, content string) domain.EvidenceID {
	h.t.Helper()
	got, err := h.ReceiveFile(ctx, h.as(domain.RoleAuditor), "report.pdf", strings.NewReader(content), app.AnyBytes(1<<20))
	h.must(err)
	v := domain.EvidenceVersion{FileName: got.FileName, MediaType: got.MediaType, Blob: got.Blob}
	if id != 0 {
		_, err = h.AddVersion(ctx, h.as(domain.RoleAuditor), id, v)
		h.must(err)
		return id
	}
	added, err := h.AddEvidence(ctx, h.as(domain.RoleAuditor), []app.NewEvidence{{Item: domain.Evidence{Title: "Report", Kind: domain.EvidenceFile, Sensitivity: domain.SensitivityConfidential}, Version: v}})
	h.must(err)
	return added[0].ID
}

// report is an audit report in hand, not saved yet.
func report() domain.Report {
	return domain.Report{Kind: domain.ReportAudit, Title: "Audit report", Names: azureInPublic, State: domain.ReportReviewed, ObtainedOn: domain.MustDate("2026-05-01"),
		Period: domain.Period{From: domain.MustDate("2025-04-01"), To: domain.MustDate("2026-03-31")}}
}

func digestOf(content string) domain.Digest { return sha256.Sum256([]byte(content)) }

func TestReport_DigestOfDocument(t *testing.T) {
	h := newHouse(t)
	save := func(v domain.Report) (domain.Report, error) { return h.SaveReport(ctx, h.as(domain.RoleAuditor), v) }
	first := h.file(0, "first")
	v := report()
	v.Document = first
	v, err := save(v)
	h.must(err)
	if v.DocumentHash != digestOf("first") {
		t.Errorf("the digest of the document was not taken over: %s", v.DocumentHash)
	}
	t.Run("one of no version is refused at its field", func(t *testing.T) {
		other := v
		other.DocumentHash = digestOf("something else")
		_, err := save(other)
		h.refused(err, domain.KindInvalid, "error.report.digest")
		if e, ok := err.(*domain.Error); !ok || e.Field != "digest" || e.Args["Digest"] != digestOf("first").String() {
			t.Errorf("refused as %+v", err)
		}
	})
	t.Run("a newer version leaves the digest that was read", func(t *testing.T) {
		h.file(first, "second")
		if v, err = save(v); err != nil || v.DocumentHash != digestOf("first") {
			t.Errorf("%s, %v", v.DocumentHash, err)
		}
		v.DocumentHash = domain.Digest{}
		if v, err = save(v); err != nil || v.DocumentHash != digestOf("second") {
			t.Errorf("emptied, it is not that of the newest version: %s, %v", v.DocumentHash, err)
		}
	})
	t.Run("another document brings its own", func(t *testing.T) {
		v.Document = h.file(0, "third")
		if v, err = save(v); err != nil || v.DocumentHash != digestOf("third") {
			t.Errorf("%s, %v", v.DocumentHash, err)
		}
	})
	t.Run("typed for a document that stays elsewhere", func(t *testing.T) {
		v.Document, v.DocumentHash = 0, digestOf("elsewhere")
		if v, err = save(v); err != nil || v.DocumentHash != digestOf("elsewhere") {
			t.Errorf("%s, %v", v.DocumentHash, err)
		}
	})
	t.Run("a note has none", func(t *testing.T) {
		v.Document, v.DocumentHash = h.evidence().ID, digestOf("on paper")
		if v, err = save(v); err != nil || v.DocumentHash != digestOf("on paper") {
			t.Errorf("%s, %v", v.DocumentHash, err)
		}
	})
}

func TestReport_StampsDispositions(t *testing.T) {
	h := newHouse(t)
	v := report()
	v.Exceptions = domain.ReportExceptions{{What: "Badges", Disposition: domain.DispositionNotOurs, Note: " Elsewhere. ", By: 99}, {What: "Tickets"}}
	v, err := h.SaveReport(ctx, h.as(domain.RoleAuditor), v)
	h.must(err)
	if e := v.Exceptions[0]; e.By != h.as(domain.RoleAuditor).Person || e.On != domain.MustDate("2026-11-23") || e.Note != "Elsewhere." {
		t.Errorf("set as %+v", e)
	}
	h.now = h.now.AddDate(0, 0, 3)
	v.Exceptions[1].Disposition, v.Exceptions[1].Note = domain.DispositionAccepted, "By the board."
	v, err = h.SaveReport(ctx, h.as(domain.RoleManager), v)
	h.must(err)
	stored, err := h.Report(ctx, h.as(domain.RoleReader), v.ID)
	h.must(err)
	if e := stored.Exceptions[0]; e.By != h.as(domain.RoleAuditor).Person || e.On != domain.MustDate("2026-11-23") {
		t.Errorf("the first decision changed hands: %+v", e)
	}
	if e := stored.Exceptions[1]; e.By != h.as(domain.RoleManager).Person || e.On != domain.MustDate("2026-11-26") {
		t.Errorf("the second is stamped %+v", e)
	}
	v.Exceptions[0].Note = ""
	_, err = h.SaveReport(ctx, h.as(domain.RoleManager), v)
	h.refused(err, domain.KindInvalid, "error.report.disposition")
}

func TestReport_OpenExceptionLapses(t *testing.T) {
	h := newHouse(t)
	r, _, _ := h.accepted()
	all, err := h.Reports(ctx, h.as(domain.RoleReader))
	h.must(err)
	v := all[0]
	v.Exceptions = domain.ReportExceptions{{What: "Tickets"}}
	effects, err := h.ReportEffects(ctx, h.as(domain.RoleAuditor), v)
	h.must(err)
	if len(effects) != 1 || !effects[0].Falls() {
		t.Errorf("foretold: %+v", effects)
	}
	_, err = h.SaveReport(ctx, h.as(domain.RoleAuditor), v)
	h.must(err)
	if state, rung := h.verdict(r.ID); state != domain.RelianceLapsed || rung != domain.RungClaimable {
		t.Errorf("%s at %s", state, rung)
	}
}

// What is of another kind is dropped, and what is of another organization is not
// to be had.
func TestReport_Bridges(t *testing.T) {
	h := newHouse(t)
	audit, err := h.SaveReport(ctx, h.as(domain.RoleAuditor), report())
	h.must(err)
	letter := report()
	letter.Kind, letter.Bridges, letter.Edition, letter.NotApplied = domain.ReportBridge, audit.ID, domain.Edition2022, app.UnstatedIn(domain.Edition2022)
	letter, err = h.SaveReport(ctx, h.as(domain.RoleAuditor), letter)
	h.must(err)
	if letter.Bridges != audit.ID || letter.Edition != "" || letter.NotApplied != nil {
		t.Errorf("saved as %+v", letter)
	}
	stranger := h.person("stranger")
	h.organization(stranger, "other")
	foreign := h.actor(stranger, "other")
	theirs, err := h.SaveReport(ctx, foreign, report())
	h.must(err)
	for name, to := range map[string]domain.ReportID{"another organization's": theirs.ID, "a letter": letter.ID, "none": 9999} {
		letter.Bridges = to
		_, err = h.SaveReport(ctx, h.as(domain.RoleAuditor), letter)
		if e, ok := err.(*domain.Error); !ok || e.Field != "bridges" {
			t.Errorf("continues %s: %v", name, err)
		}
	}
	audit.Kind = domain.ReportAudit
	audit.Bridges = theirs.ID
	if audit, err = h.SaveReport(ctx, h.as(domain.RoleAuditor), audit); err != nil || audit.Bridges != 0 {
		t.Errorf("an audit report continues %d, %v", audit.Bridges, err)
	}
	theirs.Document = h.file(0, "ours")
	_, err = h.SaveReport(ctx, foreign, theirs)
	h.refused(err, domain.KindInvalid, "error.choice")
	if _, err = h.Applicability(ctx, foreign, audit.ID, domain.Edition2022); !domain.IsNotFound(err) {
		t.Errorf("ours is read from there: %v", err)
	}
}

func TestReport_WrongPerson(t *testing.T) {
	h := newHouse(t)
	soa := h.soa(domain.Edition2022)
	for _, role := range []domain.Role{domain.RoleContributor, domain.RoleReader, domain.RoleAssessor} {
		_, err := h.SaveReport(ctx, h.as(role), report())
		h.refused(err, domain.KindForbidden, "error.forbidden")
		_, err = h.SetApplicability(ctx, h.as(role), soa, nil)
		h.refused(err, domain.KindForbidden, "error.forbidden")
		_, err = h.ReceiveApplicability(ctx, h.as(role), strings.NewReader("Ref,Applicable\n"), -1)
		h.refused(err, domain.KindForbidden, "error.forbidden")
		_, err = h.PreviewApplicability(ctx, h.as(role), soa, domain.Digest{}, nil)
		h.refused(err, domain.KindForbidden, "error.forbidden")
	}
}
