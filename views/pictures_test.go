package views_test

import (
	"testing"

	"relier/internal/domain"
	"relier/views"
)

func TestHeatMap_DrawsAndSaysTheSameCounts(t *testing.T) {
	t.Parallel()
	href := func(p domain.Party, b domain.Bucket) string {
		return "/controls?bucket=" + string(b) + "&party=" + string(p)
	}
	h := domain.Heat{domain.PartyMicrosoft: {domain.BucketReady: 1}, domain.PartyOurs: {domain.BucketReady: 8, domain.BucketGap: 3}}
	doc := render(t, views.HeatMap(en, views.HeatProps{Heat: h, Href: href}))
	want(t, doc, 1, "svg.heat-map > title")
	want(t, doc, 3, "a.heat-cell")
	want(t, doc, 9, "g.heat-none")
	want(t, doc, 3, "#heat tbody a")
	says(t, doc, `a[data-party="ours"][data-bucket="ready"].heat-much text`, "8")
	says(t, doc, `a[data-party="ours"][data-bucket="gap"].heat-some text`, "3")
	says(t, doc, ".heat-microsoft", "Microsoft alone carries 1 control. It has a row of its own, and is ready only by our own owner, evidence and test: Microsoft’s part never raises the count.")
	if got := doc.Find(`a[data-party="microsoft"]`).AttrOr("aria-label", ""); got != "Microsoft, Ready: 1 control" {
		t.Errorf("the cell is announced as %q", got)
	}
	doc = render(t, views.HeatMap(fr, views.HeatProps{Heat: h, Href: href}))
	says(t, doc, "#heat thead th:first-child", "À la charge de")
}

func TestCoverBar_SaysTheNumberAndTheGaps(t *testing.T) {
	t.Parallel()
	year := domain.Period{From: domain.MustDate("2026-01-01"), To: domain.MustDate("2026-12-31")}
	span := domain.Period{From: domain.MustDate("2025-01-01"), To: domain.MustDate("2026-06-30")}
	gap := domain.Period{From: domain.MustDate("2026-07-01"), To: year.To}
	doc := render(t, views.CoverBar(en, views.CoverProps{Audit: year, Spans: []domain.Period{span}, Days: 181, Gaps: []domain.Period{gap}, Say: true}))
	says(t, doc, ".coverage .figure", "181 of 365 days")
	says(t, doc, ".coverage .cell-blocked", "Uncovered: 1 Jul – 31 Dec 2026 (184 days).")
	want(t, doc, 1, "rect.cover")
	want(t, doc, 1, "rect.coverage-gap")
	if x, w := doc.Find("rect.cover").AttrOr("x", ""), doc.Find("rect.cover").AttrOr("width", ""); x != "0%" || w != "49.59%" {
		t.Errorf("181 of 365 days are drawn from %s, %s wide", x, w)
	}
	doc = render(t, views.CoverBar(en, views.CoverProps{Audit: year, Spans: []domain.Period{year}, Days: 365, Say: true}))
	want(t, doc, 0, ".cell-note, .coverage-gap")
}

func TestGates_NameTheEvidenceAndWhoPassed(t *testing.T) {
	t.Parallel()
	in := domain.Reason{Code: "accepted"}
	v := domain.Verdict{Gates: []domain.GateResult{{Gate: domain.GateScope, Passed: true, Grounds: []domain.Ground{
		{Reason: in, Noun: domain.NounCertificate, Object: 7, By: 3, On: domain.MustDate("2026-02-03")},
		{Reason: in},
		{Reason: in, Noun: domain.NounResponsibility, Object: 2},
	}}}}
	trail := views.GateTrail{Names: map[domain.PersonID]string{3: "Claire Moreau"}, Href: func(g domain.Ground) string {
		if g.Noun == domain.NounCertificate {
			return "/certificates/7"
		}
		return ""
	}}
	doc := render(t, views.Gates(en, v, trail))
	want(t, doc, 3, ".gate-trail")
	want(t, doc, 1, `.gate-trail a[href="/certificates/7"]`)
	says(t, doc, "li:nth-child(1) > .gate-trail .gate-by", "Checked by Claire Moreau, 3 Feb 2026")
	says(t, doc, "li:nth-child(2) > .gate-trail .gate-by", "Follows from the dates: nobody had to sign")
	doc = render(t, views.GatesCompact(en, v, trail))
	want(t, doc, 6, ".gates-compact > .gate")
	want(t, doc, 1, ".gate-trail")
	says(t, doc, ".gate-by", "Checked by Claire Moreau, 3 Feb 2026")
}

func TestTimeline_MarksDaysOnTheAxisOnly(t *testing.T) {
	t.Parallel()
	year := domain.Period{From: domain.MustDate("2026-01-01"), To: domain.MustDate("2026-12-31")}
	doc := render(t, views.Timeline(en, views.TimelineProps{ID: "x", Axis: year, Audit: year, Lanes: []views.Lane{{Label: "Duties", Note: "4 proofs age",
		Marks: []views.LaneMark{{On: domain.MustDate("2026-03-31"), Count: 3}, {On: domain.MustDate("2026-06-30"), Count: 1}, {On: domain.MustDate("2027-01-01"), Count: 9}}}}}))
	want(t, doc, 2, ".timeline-lane .mark-day")
	says(t, doc, ".mark-count", "3")
	says(t, doc, ".timeline-lane .timeline-dates", "4 proofs age")
}
