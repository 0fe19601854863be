package app_test

import (
	"slices"
	"testing"
	"time"

	"relier/internal/app"
	"relier/internal/domain"
)

// note adds a submitted note of the contributor.
func (h *house) note(item domain.Evidence, v domain.EvidenceVersion, controls ...domain.ControlID) domain.Evidence {
	h.t.Helper()
	item.Kind, item.Sensitivity, v.Note = domain.EvidenceNote, domain.SensitivityInternal, "Seen."
	if item.Title == "" {
		item.Title = "Note"
	}
	added, err := h.AddEvidence(ctx, h.as(domain.RoleContributor), []app.NewEvidence{{Item: item, Version: v, Controls: controls}})
	h.must(err)
	return added[0]
}

func (h *house) acceptItem(e domain.Evidence) domain.Evidence {
	h.t.Helper()
	out, err := h.ReviewEvidence(ctx, h.as(domain.RoleAuditor), domain.Review{Evidence: e.ID, Verdict: domain.EvidenceAccepted}, e.Version)
	h.must(err)
	return out
}

var firstQuarter = domain.Period{From: domain.MustDate("2026-01-01"), To: domain.MustDate("2026-03-31")}

// A last day is decided at submission: said, or by the cadence. A waiting version
// moves neither the item's last day nor when it is due.
func TestEvidence_DaysOfTheVersionThatCounts(t *testing.T) {
	h := newHouse(t)
	e := h.note(domain.Evidence{Cadence: domain.CadenceQuarterly}, domain.EvidenceVersion{Period: firstQuarter})
	want := func(when, expires, due string) {
		t.Helper()
		v, err := h.Evidence(ctx, h.as(domain.RoleReader), e.ID)
		h.must(err)
		e = v.Item
		if e.Expires.String() != expires || e.Due.String() != due {
			t.Errorf("%s: expires %s, due %s; want %s and %s", when, e.Expires, e.Due, expires, due)
		}
	}
	want("submitted", "2026-07-30", "2026-06-30")
	e = h.acceptItem(e)
	_, err := h.AddVersion(ctx, h.as(domain.RoleContributor), e.ID, domain.EvidenceVersion{Note: "x", Period: domain.Period{From: domain.MustDate("2026-04-01"), To: domain.MustDate("2026-06-30")}})
	h.must(err)
	want("a newer one waits", "2026-07-30", "2026-06-30")
	h.acceptItem(e)
	want("the newer one is accepted", "2026-10-30", "2026-09-30")
	e.Cadence = domain.CadenceMonthly
	_, err = h.DescribeEvidence(ctx, h.as(domain.RoleContributor), e, nil)
	h.must(err)
	want("renewed oftener: what was submitted stays", "2026-10-30", "2026-07-31")
	_, err = h.AddVersion(ctx, h.as(domain.RoleContributor), e.ID, domain.EvidenceVersion{Note: "x", CapturedOn: domain.MustDate("2026-05-02"), Expires: domain.MustDate("2026-05-01")})
	h.refused(err, domain.KindInvalid, "error.evidence.expires_early")
}

// The daily round writes down what ran out, once, by Relier itself; a page of the
// day before and of the day after are right whatever was written.
func TestEvidence_RunsOut(t *testing.T) {
	h := newHouse(t)
	s := h.stand("C-1", "A.7.1", "azure")
	h.newVersionUntil(s, "2026-11-30")
	gone := func(on string) int {
		t.Helper()
		v, err := h.AsOf(domain.MustDate(on)).ControlWorkspace(ctx, h.as(domain.RoleReader), h.eng, s.control)
		h.must(err)
		return v.Summary.Facts.EvidenceReturned
	}
	state := func(on string) domain.RelianceState {
		t.Helper()
		v, err := h.AsOf(domain.MustDate(on)).Reliance(ctx, h.as(domain.RoleReader), h.eng, s.reliance)
		h.must(err)
		return v.Standing()
	}
	foretold := func(when string) {
		t.Helper()
		if got := state("2026-11-30"); got != domain.RelianceAccepted {
			t.Errorf("%s, on its last day the reliance is %s", when, got)
		}
		if got := state("2026-12-01"); got != domain.RelianceLapsed {
			t.Errorf("%s, the day after it is %s", when, got)
		}
		if was, is := gone("2026-11-30"), gone("2026-12-01"); was != 0 || is != 1 {
			t.Errorf("%s, the control misses %d items on the last day and %d the day after", when, was, is)
		}
	}
	foretold("seen from before")
	h.now = time.Date(2026, 12, 1, 0, 1, 0, 0, time.UTC)
	for range 2 {
		h.must(h.LapseAll(ctx))
	}
	expired, err := h.FindEvidence(ctx, h.as(domain.RoleReader), domain.EvidenceFilter{State: domain.EvidenceExpired})
	h.must(err)
	found, err := h.Activity(ctx, h.as(domain.RoleOwner), domain.ActivityFilter{Noun: domain.NounEvidence, Page: domain.Page{Size: 100}})
	h.must(err)
	times := 0
	for _, a := range found.Rows {
		if a.Verb == "evidence.expired" {
			times++
			if a.Actor != 0 {
				t.Errorf("recorded by %d", a.Actor)
			}
		}
	}
	if expired.Total != 1 || times != 1 {
		t.Errorf("%d items are expired, %d records say so; want 1 and 1", expired.Total, times)
	}
	h.now = time.Date(2026, 12, 5, 9, 0, 0, 0, time.UTC)
	foretold("seen from after")
	d, err := h.Dashboard(ctx, h.as(domain.RoleReader), h.eng)
	h.must(err)
	if !slices.ContainsFunc(d.Expiries, func(x domain.Expiry) bool {
		return x.Noun == domain.NounEvidence && x.On == domain.MustDate("2026-11-30")
	}) {
		t.Errorf("the timeline does not show it: %v", d.Expiries)
	}
}

// What runs out after the audit period takes nothing from the audit, though the
// item itself is out of date.
func TestEvidence_RunsOutAfterTheAudit(t *testing.T) {
	h := newHouse(t)
	s := h.stand("C-1", "A.7.1", "azure")
	h.newVersionUntil(s, "2027-01-15")
	h.now = time.Date(2027, 2, 1, 9, 0, 0, 0, time.UTC)
	h.must(h.LapseAll(ctx))
	e, err := h.Evidence(ctx, h.as(domain.RoleReader), s.evidence)
	h.must(err)
	v, err := h.ControlWorkspace(ctx, h.as(domain.RoleReader), h.eng, s.control)
	h.must(err)
	if state, rung := h.verdict(s.reliance); e.Item.State != domain.EvidenceExpired || state != domain.RelianceAccepted || rung != domain.RungInherited || v.Summary.Facts.EvidenceReturned != 0 {
		t.Errorf("the item is %s; the reliance %s, %s; %d items count as gone", e.Item.State, state, rung, v.Summary.Facts.EvidenceReturned)
	}
}

func TestEvidence_Hold(t *testing.T) {
	h := newHouse(t)
	e := h.note(domain.Evidence{}, domain.EvidenceVersion{})
	_, err := h.HoldEvidence(ctx, h.as(domain.RoleAuditor), e.ID, true, "Why", e.Version)
	h.refused(err, domain.KindForbidden, "error.forbidden")
	_, err = h.HoldEvidence(ctx, h.as(domain.RoleManager), e.ID, true, " ", e.Version)
	h.refused(err, domain.KindInvalid, "error.text.required")
	e, err = h.HoldEvidence(ctx, h.as(domain.RoleManager), e.ID, true, "Letter of the court", e.Version)
	h.must(err)
	_, err = h.HoldEvidence(ctx, h.as(domain.RoleManager), e.ID, true, "Again", e.Version)
	h.refused(err, domain.KindConflict, "error.evidence.hold_state")
	_, err = h.DeleteEvidence(ctx, h.as(domain.RoleOwner), e.ID, e.Version, "Gone")
	h.refused(err, domain.KindConflict, "error.evidence.barred")
	held, err := h.FindEvidence(ctx, h.as(domain.RoleReader), domain.EvidenceFilter{Held: true})
	h.must(err)
	if held.Total != 1 || held.Rows[0].Evidence.Hold.Why != "Letter of the court" {
		t.Errorf("held: %+v", held.Rows)
	}
	e, err = h.HoldEvidence(ctx, h.as(domain.RoleManager), e.ID, false, "The case is closed", e.Version)
	h.must(err)
	_, err = h.DeleteEvidence(ctx, h.as(domain.RoleOwner), e.ID, e.Version, "Gone")
	h.must(err)
	if got := h.log()[:3]; !slices.Equal(got, []string{"evidence.deleted", "evidence.released", "evidence.held"}) {
		t.Errorf("recorded: %v", got)
	}
}

// Each thing that leans on an item forbids its deletion, and says so.
func TestEvidence_DeletionIsBarred(t *testing.T) {
	h := newHouse(t)
	s := h.stand("C-1", "A.7.1", "azure")
	owner := h.as(domain.RoleOwner)
	bars := func(id domain.EvidenceID) (out []string) {
		t.Helper()
		r, err := h.EvidenceRemoval(ctx, owner, id)
		h.must(err)
		for _, b := range r.Bars {
			out = append(out, b.Code)
		}
		e, err := h.Evidence(ctx, owner, id)
		h.must(err)
		_, err = h.DeleteEvidence(ctx, owner, id, e.Item.Version, "Because")
		h.refused(err, domain.KindConflict, "error.evidence.barred")
		return out
	}
	if got := bars(s.evidence); !slices.Equal(got, []string{"responsibility", "reliance"}) {
		t.Errorf("proof of an accepted reliance: %v", got)
	}
	paper := h.note(domain.Evidence{Title: "Certificate"}, domain.EvidenceVersion{})
	v, err := h.Certificate(ctx, owner, s.certificate)
	h.must(err)
	v.Document = paper.ID
	_, err = h.SaveCertificate(ctx, owner, v)
	h.must(err)
	if got := bars(paper.ID); !slices.Equal(got, []string{"certificate"}) {
		t.Errorf("document of a certificate: %v", got)
	}
	early := h.note(domain.Evidence{Title: "Early"}, domain.EvidenceVersion{})
	h.now = h.now.Add(time.Second)
	p, err := h.SealPack(ctx, owner, h.eng, []string{"en"})
	h.must(err)
	if got := bars(early.ID); !slices.Equal(got, []string{"pack"}) {
		t.Errorf("named by a sealed pack: %v", got)
	}
	uses, err := h.UsesOf(ctx, owner, early.ID)
	h.must(err)
	if len(uses.Packs) != 1 || uses.Packs[0].Pack.ID != p.ID || uses.Packs[0].Version != 1 {
		t.Errorf("packs that cite it: %+v", uses.Packs)
	}
	h.now = h.now.Add(time.Second)
	late := h.note(domain.Evidence{Title: "Late"}, domain.EvidenceVersion{})
	_, err = h.DeleteEvidence(ctx, owner, late.ID, late.Version, "Added after the seal")
	h.must(err)
}

// What is deleted leaves its number, its digests and every day gone by.
func TestEvidence_DeletionLeavesATombstone(t *testing.T) {
	h := newHouse(t)
	c := h.control("C-1")
	e := h.acceptItem(h.note(domain.Evidence{Title: "By mistake"}, domain.EvidenceVersion{Period: firstQuarter}, c.ID))
	h.Saw(ctx, h.as(domain.RoleReader), e.ID, 1, domain.SeenOpened)
	then := h.Today()
	_, err := h.DeleteEvidence(ctx, h.as(domain.RoleContributor), e.ID, e.Version, "Mine")
	h.refused(err, domain.KindForbidden, "error.evidence.not_yours")
	_, err = h.DeleteEvidence(ctx, h.as(domain.RoleReader), e.ID, e.Version, "Mine")
	h.refused(err, domain.KindForbidden, "error.forbidden")
	_, err = h.DeleteEvidence(ctx, h.as(domain.RoleManager), e.ID, e.Version-1, "Old")
	h.refused(err, domain.KindConflict, "error.stale")
	_, err = h.DeleteEvidence(ctx, h.as(domain.RoleManager), e.ID, e.Version, "")
	h.refused(err, domain.KindInvalid, "error.text.required")
	h.now = h.now.AddDate(0, 0, 3)
	gone, err := h.DeleteEvidence(ctx, h.as(domain.RoleManager), e.ID, e.Version, "It belongs to another company")
	h.must(err)
	if _, err := h.Evidence(ctx, h.as(domain.RoleReader), e.ID); !domain.IsNotFound(err) {
		t.Errorf("it is still there: %v", err)
	}
	stays, err := h.Removal(ctx, h.as(domain.RoleReader), e.ID)
	h.must(err)
	if stays.Code() != e.Code() || stays.Title != "By mistake" || len(stays.Versions) != 1 || len(stays.Reviews) != 1 || stays.Reason != gone.Reason || stays.By != h.as(domain.RoleManager).Person {
		t.Errorf("what stays: %+v", stays)
	}
	seen, err := h.SeenBy(ctx, h.as(domain.RoleManager), e.ID)
	h.must(err)
	if len(seen) != 1 {
		t.Errorf("who saw it: %+v", seen)
	}
	if next := h.note(domain.Evidence{}, domain.EvidenceVersion{}); next.Number != e.Number+1 {
		t.Errorf("number %d was given after %d", next.Number, e.Number)
	}
	bucket := func(on domain.Date) string {
		t.Helper()
		v, err := h.AsOf(on).ControlWorkspace(ctx, h.as(domain.RoleReader), h.eng, c.ID)
		h.must(err)
		facts, err := h.AsOf(on).EvidenceFacts(ctx, h.as(domain.RoleReader))
		h.must(err)
		if f, there := facts[e.ID]; there != (on == then) || there && (f.State != domain.EvidenceAccepted || f.ReviewedBy == 0) {
			t.Errorf("on %s the fact is %+v (%v)", on, f, there)
		}
		if v.Summary.Facts.EvidenceAccepted == 1 {
			return "had it"
		}
		return "has it not"
	}
	if was, is := bucket(then), bucket(h.Today()); was != "had it" || is != "has it not" {
		t.Errorf("that day the control %s, today it %s", was, is)
	}
}

// A contributor takes back their own draft; nothing that was judged.
func TestEvidence_DeletesOwnDraft(t *testing.T) {
	h := newHouse(t)
	mine := h.note(domain.Evidence{}, domain.EvidenceVersion{})
	_, err := h.DeleteEvidence(ctx, h.member("other", domain.RoleContributor), mine.ID, mine.Version, "x")
	h.refused(err, domain.KindForbidden, "error.evidence.not_yours")
	_, err = h.DeleteEvidence(ctx, h.as(domain.RoleContributor), mine.ID, mine.Version, "Wrong file")
	h.must(err)
}

func TestSeen_CountsByTheDay(t *testing.T) {
	h := newHouse(t)
	e := h.note(domain.Evidence{}, domain.EvidenceVersion{})
	reader, assessor := h.as(domain.RoleReader), h.as(domain.RoleAssessor)
	look := func(by domain.Actor, kind domain.SightingKind) { h.Saw(ctx, by, e.ID, 1, kind) }
	look(reader, domain.SeenOpened)
	look(reader, domain.SeenOpened)
	h.must(h.FlushSeen(ctx))
	look(reader, domain.SeenOpened)
	look(assessor, domain.SeenDownloaded)
	h.now = h.now.AddDate(0, 0, 1)
	look(reader, domain.SeenOpened)
	want := func(when string) {
		t.Helper()
		seen, err := h.SeenBy(ctx, h.as(domain.RoleManager), e.ID)
		h.must(err)
		got := map[string]int{}
		for _, s := range seen {
			got[s.Day.String()+" "+string(s.Kind)] += s.Times
		}
		if len(seen) != 3 || got["2026-11-23 opened"] != 3 || got["2026-11-23 downloaded"] != 1 || got["2026-11-24 opened"] != 1 {
			t.Errorf("%s: %v", when, got)
		}
	}
	want("partly written")
	h.must(h.FlushSeen(ctx))
	want("written")
	_, err := h.SeenBy(ctx, assessor, e.ID)
	h.refused(err, domain.KindForbidden, "error.forbidden")
}

// Accepted in bulk, all or none, and never what the reviewer uploaded.
func TestReview_InBulk(t *testing.T) {
	h := newHouse(t)
	c := h.control("C-1")
	one := h.note(domain.Evidence{Title: "One"}, domain.EvidenceVersion{Period: firstQuarter}, c.ID)
	two := h.note(domain.Evidence{Title: "Two"}, domain.EvidenceVersion{Period: firstQuarter})
	own, err := h.AddEvidence(ctx, h.as(domain.RoleAuditor), []app.NewEvidence{{Item: domain.Evidence{Title: "Own", Kind: domain.EvidenceNote, Sensitivity: domain.SensitivityInternal},
		Version: domain.EvidenceVersion{Note: "x", Period: firstQuarter}}})
	h.must(err)
	batch := []app.ToAccept{{ID: one.ID, Version: one.Version}, {ID: two.ID, Version: two.Version}}
	_, err = h.AcceptEvidence(ctx, h.as(domain.RoleContributor), batch, "")
	h.refused(err, domain.KindForbidden, "error.forbidden")
	_, err = h.AcceptEvidence(ctx, h.as(domain.RoleAuditor), append(slices.Clone(batch), app.ToAccept{ID: own[0].ID, Version: own[0].Version}), "")
	h.refused(err, domain.KindForbidden, "error.review.own")
	left, err := h.FindEvidence(ctx, h.as(domain.RoleReader), domain.EvidenceFilter{State: domain.EvidenceSubmitted})
	h.must(err)
	if left.Total != 3 {
		t.Errorf("%d wait after a refused batch, want 3", left.Total)
	}
	ready, err := h.ToReview(ctx, h.as(domain.RoleAuditor), h.eng, []domain.EvidenceID{one.ID, two.ID, own[0].ID})
	h.must(err)
	if slices.ContainsFunc(ready[0].Reasons, func(r domain.Reason) bool { return r.Code == "owner_reviews" }) {
		t.Errorf("somebody who owns nothing is warned: %v", ready[0].Reasons)
	}
	_, err = h.AssignOwner(ctx, h.as(domain.RoleManager), h.as(domain.RoleAuditor).Person, []domain.ControlID{c.ID})
	h.must(err)
	ready, err = h.ToReview(ctx, h.as(domain.RoleAuditor), h.eng, []domain.EvidenceID{one.ID, two.ID, own[0].ID})
	h.must(err)
	if !slices.ContainsFunc(ready[0].Reasons, func(r domain.Reason) bool { return r.Code == "owner_reviews" }) {
		t.Errorf("the owner of its control is not warned: %v", ready[0].Reasons)
	}
	if len(ready) != 2 {
		t.Errorf("ready: %+v", ready)
	}
	n, err := h.AcceptEvidence(ctx, h.as(domain.RoleAuditor), batch, "Looked at each")
	h.must(err)
	v, err := h.Evidence(ctx, h.as(domain.RoleReader), two.ID)
	h.must(err)
	if n != 2 || v.Item.State != domain.EvidenceAccepted || v.Reviews[0].Review.Comment != "Looked at each" {
		t.Errorf("%d accepted, the second is %s", n, v.Item.State)
	}
}

func TestEvidence_Reuse(t *testing.T) {
	h := newHouse(t)
	c, d := h.control("C-1"), h.control("C-2")
	e := h.note(domain.Evidence{}, domain.EvidenceVersion{}, c.ID)
	offered, err := h.FindEvidence(ctx, h.as(domain.RoleContributor), domain.EvidenceFilter{Without: c.ID})
	h.must(err)
	if offered.Total != 0 {
		t.Errorf("%d offered to a control that has it", offered.Total)
	}
	_, err = h.ReuseEvidence(ctx, h.as(domain.RoleReader), d.ID, []domain.EvidenceID{e.ID})
	h.refused(err, domain.KindForbidden, "error.forbidden")
	for _, want := range []int{1, 0} {
		n, err := h.ReuseEvidence(ctx, h.as(domain.RoleContributor), d.ID, []domain.EvidenceID{e.ID})
		h.must(err)
		if n != want {
			t.Errorf("%d new, want %d", n, want)
		}
	}
	v, err := h.Evidence(ctx, h.as(domain.RoleReader), e.ID)
	h.must(err)
	if len(v.Controls) != 2 {
		t.Errorf("it speaks for %d controls", len(v.Controls))
	}
}

func TestEvidence_Calendar(t *testing.T) {
	h := newHouse(t)
	h.note(domain.Evidence{Title: "Quarterly", Cadence: domain.CadenceQuarterly}, domain.EvidenceVersion{Period: domain.Period{From: domain.MustDate("2026-07-01"), To: domain.MustDate("2026-09-30")}})
	h.note(domain.Evidence{Title: "Overdue"}, domain.EvidenceVersion{Period: firstQuarter, Expires: domain.MustDate("2026-11-10")})
	h.note(domain.Evidence{Title: "For good"}, domain.EvidenceVersion{Period: firstQuarter})
	k, err := h.CalendarOf(ctx, h.as(domain.RoleReader), domain.MustDate("2026-12-01"))
	h.must(err)
	if len(k.Overdue) != 1 || k.Overdue[0].Title != "Overdue" {
		t.Errorf("overdue: %+v", k.Overdue)
	}
	if len(k.Due) != 1 || k.Due[0].On != domain.MustDate("2026-12-31") || len(k.Due[0].Due) != 1 || len(k.Due[0].Expires) != 0 {
		t.Errorf("December: %+v", k.Due)
	}
	var year []int
	for _, m := range k.Year[:4] {
		year = append(year, m.Expires*10+m.Due)
	}
	if !slices.Equal(year, []int{10, 1, 10, 0}) { // the overdue one was due this month
		t.Errorf("the year: %v", year)
	}
}
