package views

import (
	"time"

	"github.com/a-h/templ"

	"relier/internal/domain"
	"relier/internal/i18n"
)

// Made-up content for the pictures on the /design page.

func designFalls() []FallLine {
	return []FallLine{{Control: domain.Control{Code: "A.8.24", Title: "Use of cryptography"}, Href: "#", Propose: true,
		Service: domain.Service{Name: "Exchange Online", Environment: domain.EnvPublic},
		Reliance: domain.Reliance{State: domain.RelianceLapsed, LapsedAt: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC),
			LapseCauses: designVerdict().Gates[1].Causes}}}
}

func designHeat() HeatProps {
	return HeatProps{Href: func(domain.Party, domain.Bucket) string { return "#" }, Heat: domain.Heat{
		domain.PartyMicrosoft: {domain.BucketGap: 5, domain.BucketWaiting: 2, domain.BucketReady: 3},
		domain.PartyShared:    {domain.BucketBlocked: 2, domain.BucketGap: 5, domain.BucketWaiting: 6, domain.BucketReady: 4},
		domain.PartyOurs:      {domain.BucketBlocked: 1, domain.BucketGap: 14, domain.BucketWaiting: 17, domain.BucketReady: 29},
	}}
}

func designCover(l *i18n.Localizer, today domain.Date) CoverProps {
	t := designTimeline(l, today)
	return CoverProps{Audit: t.Audit, Spans: append(t.Lanes[0].Spans, t.Lanes[1].Spans...), Days: 346, Gaps: t.Gaps, Say: true}
}

func designExpiries(l *i18n.Localizer, today domain.Date) ExpiryProps {
	t := designTimeline(l, today)
	last := t.Lanes[2].Spans[0].To
	t.ID, t.Title, t.Gaps, t.Footer, t.Axis = "runs-out", either(l, "Eighteen months", "Dix-huit mois"), nil, "", domain.ExpiryAxis(domain.MustDate("2026-11-23"))
	t.Lanes[2].Marks = []LaneMark{{On: last}}
	t.Lanes = append(t.Lanes, Lane{Label: l.T("expiry.kind.responsibility", nil), Counted: true, Note: l.N("expiry.duties", 4, nil),
		Marks: []LaneMark{{On: domain.MustDate("2026-12-31"), Count: 1}, {On: domain.MustDate("2027-03-31"), Count: 3}}})
	return ExpiryProps{Timeline: t, Lead: l.N("expiry.lead", 5, map[string]any{"To": l.DateLong(t.Axis.To.String())}), Table: TableProps{
		ID: "runs-out-table", Caption: l.N("expiry.count", 1, nil), Columns: []Column{{Label: l.T("expiry.on", nil)}, {Label: l.T("expiry.what", nil)}},
		Rows: []Row{{Cells: []templ.Component{Day(l, last), Code("SAMPLE-0093")}}}}}
}
