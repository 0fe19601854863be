package views_test

import (
	"testing"

	"relier/internal/domain"
	"relier/views"
)

func period(from, to string) domain.Period {
	return domain.Period{From: domain.MustDate(from), To: domain.MustDate(to)}
}

func TestStatus_ShapeWordColour(t *testing.T) {
	t.Parallel()
	shapes := map[domain.Bucket]string{
		domain.BucketReady: "circle[fill=currentColor]", domain.BucketWaiting: "circle[fill=none]", domain.BucketGap: "path",
		domain.BucketBlocked: "rect", domain.BucketExcluded: "path[stroke=currentColor]",
	}
	for b, shape := range shapes {
		doc := render(t, views.Status(views.BucketStatus(en, b)))
		want(t, doc, 1, ".status.status-"+string(b))
		if doc.Find("svg[aria-hidden=true] "+shape).Length() == 0 {
			t.Errorf("%s is not drawn as %s", b, shape)
		}
		if text(doc, ".status") == "" {
			t.Errorf("%s has no word", b)
		}
	}
}

func TestStatus_StateAgreesWithItsNoun(t *testing.T) {
	t.Parallel()
	says(t, render(t, views.Status(views.StateStatus(fr, domain.NounEvidence, domain.EvidenceAccepted))), ".status-ready", "Acceptée")
	says(t, render(t, views.Status(views.StateStatus(fr, domain.NounReliance, domain.RelianceAccepted))), ".status-ready", "Accepté")
	says(t, render(t, views.Status(views.StateStatus(en, domain.NounReliance, domain.RelianceLapsed))), ".status-blocked", "Lapsed")
}

func TestMark_PatternAndWord(t *testing.T) {
	t.Parallel()
	for p, selector := range map[domain.Party]string{
		domain.PartyMicrosoft: ".party-hatch", domain.PartyShared: ".party-hatch ~ .party-solid", domain.PartyOurs: ".party-solid:only-child", domain.PartyNone: ".party-none",
	} {
		doc := render(t, views.Mark(en, p))
		want(t, doc, 1, ".mark svg "+selector)
		says(t, doc, ".mark", views.PartyWord(en, p))
		want(t, render(t, views.MarkOnly(en, p)), 1, ".mark > .visually-hidden")
	}
}

func verdict() domain.Verdict {
	gap := domain.Reason{Code: "uncovered", Params: []domain.Param{{Name: "From", Value: "2026-06-12"}, {Name: "To", Value: "2026-06-30"}, {Name: "Days", Value: "19"}}}
	return domain.Verdict{Rung: domain.RungNotExamined, Gates: []domain.GateResult{
		{Gate: domain.GateScope, Passed: true},
		{Gate: domain.GatePeriod, Causes: []domain.Reason{gap}},
		{Gate: domain.GateEdition, Causes: []domain.Reason{{Code: "no_certificate"}}},
	}}
}

func TestGates_ListAllSixAndNameTheFirstFailure(t *testing.T) {
	t.Parallel()
	doc := render(t, views.Gates(en, verdict(), views.GateTrail{}))
	want(t, doc, 6, "ol.gates > li")
	want(t, doc, 1, ".gate-passed")
	want(t, doc, 2, ".gate-failed")
	want(t, doc, 1, ".gate-first")
	want(t, doc, 3, ".gate-unexamined")
	says(t, doc, ".gate-first .gate-code", "G2")
	says(t, doc, ".gate-first .gate-causes", views.Sentence(en, "cause", verdict().Gates[1].Causes[0]))
	says(t, doc, ".gate-unexamined:last-child .status", "Not examined")
	if got := text(doc, ".gate-first .gate-causes"); got == "" || got == "cause.uncovered" {
		t.Errorf("the cause is said as %q", got)
	}
}

func TestGatesBrief_OneLine(t *testing.T) {
	t.Parallel()
	doc := render(t, views.GatesBrief(en, verdict()))
	want(t, doc, 6, ".gate-sign")
	says(t, doc, ".gates-brief > span:last-child", "G2 Period")
	says(t, render(t, views.GatesBrief(en, domain.Verdict{})), ".gates-brief > .muted", "Not examined")
}

func TestLadder_StandsOnOneRung(t *testing.T) {
	t.Parallel()
	doc := render(t, views.Ladder(en, domain.RungSupported))
	want(t, doc, 5, ".ladder > li")
	want(t, doc, 2, ".rung-below")
	says(t, doc, `[aria-current="step"]`, "Supported")
}

func TestRungMark_Steps(t *testing.T) {
	t.Parallel()
	for r, on := range map[domain.Rung]int{domain.RungNotExamined: 0, domain.RungClaimable: 2, domain.RungInherited: 5} {
		want(t, render(t, views.RungMark(en, r)), on, ".step-on")
	}
}

func TestTallies_CountsAndShares(t *testing.T) {
	t.Parallel()
	doc := render(t, views.Tallies(en, "88 controls", []views.Tally{{Kind: views.KindBlocked, Label: "Blocked", Count: 22, Href: "/controls?bucket=blocked"}, {Kind: views.KindGap, Label: "Gap"}, {Kind: views.KindReady, Label: "Ready", Count: 66}}))
	says(t, doc, ".tally-blocked dd", "22")
	says(t, doc, ".tally-gap dd", "0")
	want(t, doc, 2, ".tally-bar rect")
	attr(t, doc, ".fill-ready", "x", "25%")
	attr(t, doc, ".fill-ready", "width", "75%")
	says(t, doc, ".tally-total", "88 controls")
}

func TestSplitBar_SharesAndKey(t *testing.T) {
	t.Parallel()
	doc := render(t, views.SplitBar(en, "Split", []views.PartyCount{{Party: domain.PartyMicrosoft, Count: 1}, {Party: domain.PartyShared, Count: 2, Href: "/c"}, {Party: domain.PartyOurs, Count: 1}, {Party: domain.PartyNone}}))
	want(t, doc, 3, ".split-bar rect")
	attr(t, doc, ".split-shared", "x", "25%")
	attr(t, doc, ".split-shared", "width", "50%")
	attr(t, doc, ".split-shared", "fill", "url(#split-half)")
	says(t, doc, ".split-key li:nth-child(2) > a", "Shared")
	says(t, doc, ".split-key li:nth-child(2) > .figure", "2")
	says(t, doc, ".split-key li:nth-child(4) > .figure", "0")
}

func TestTimeline_DaysAgainstThePeriod(t *testing.T) {
	t.Parallel()
	year := period("2026-01-01", "2026-12-31")
	doc := render(t, views.Timeline(en, views.TimelineProps{
		ID: "days", Title: "Days", Axis: year, Audit: year, Today: domain.MustDate("2026-12-31"),
		Lanes: []views.Lane{
			{Label: "C1", Spans: []domain.Period{period("2020-01-01", "2026-03-14")}, Counted: true},
			{Label: "C2", Spans: []domain.Period{period("2026-03-15", "2030-01-01")}},
			{Label: "C3"},
		},
		Gaps: []domain.Period{period("2026-12-31", "2026-12-31")},
	}))
	attr(t, doc, "rect.cover", "x", "0%")
	attr(t, doc, "rect.cover", "width", "20%") // 73 of 365 days
	attr(t, doc, "rect.cover-open", "x", "20%")
	attr(t, doc, "rect.cover-open", "width", "80%")
	attr(t, doc, "rect.uncovered", "x", "99.73%")
	attr(t, doc, "rect.uncovered", "width", "0.27%")
	says(t, doc, ".timeline-gaps .timeline-dates", "31 Dec 2026")
	says(t, doc, ".timeline-lane:nth-child(4) .timeline-dates", "no dates recorded")
	want(t, doc, 0, ".timeline-lane:nth-child(4) rect.cover, .timeline-lane:nth-child(4) rect.cover-open")
}
