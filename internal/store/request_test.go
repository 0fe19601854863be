package store_test

import (
	"fmt"
	"testing"
	"time"

	"relier/internal/domain"
	"relier/internal/store"
)

// asking is a tenant with a request, a control, and a submitted item.
type asking struct {
	org     domain.OrgID
	person  domain.PersonID
	eng     domain.EngagementID
	control domain.ControlID
	item    domain.Evidence
	version domain.EvidenceVersion
	request domain.Request
}

func ask(t *testing.T, s *store.Store, code string) asking {
	t.Helper()
	o, p, e := tenant(t, s, code)
	k := domain.Control{Org: o.ID, Code: "A-1", Title: "Access", Implementation: domain.Implemented}
	must(t, s.CreateControl(ctx, &k))
	period := domain.Period{From: domain.MustDate("2026-01-01"), To: domain.MustDate("2026-03-31")}
	item := domain.Evidence{Org: o.ID, Title: "Access review", Kind: domain.EvidenceNote, Sensitivity: domain.SensitivityInternal, State: domain.EvidenceSubmitted, Author: p.ID, Versions: 1, Period: period}
	must(t, s.CreateEvidence(ctx, &item))
	v := domain.EvidenceVersion{Org: o.ID, Evidence: item.ID, Number: 1, Note: "seen", Period: period, UploadedBy: p.ID, UploadedAt: at}
	must(t, s.AddEvidenceVersion(ctx, &v))
	must(t, s.LinkEvidence(ctx, o.ID, item.ID, []domain.ControlID{k.ID}))
	r := domain.Request{Org: o.ID, Engagement: e.ID, What: "Accès à privilèges", Due: domain.MustDate("2026-12-11"), Assignee: p.ID, Author: p.ID, Controls: []domain.ControlID{k.ID},
		State: domain.RequestOpen, External: true, CreatedAt: at, SentAt: at, Period: period, Format: "CSV", Example: "x.csv", Detail: "All", Reason: "again"}
	must(t, s.CreateRequest(ctx, &r))
	return asking{o.ID, p.ID, e.ID, k.ID, item, v, r}
}

func TestRequest_RoundTripAndTenants(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *store.Store) {
		a, b := ask(t, s, "north"), ask(t, s, "south")
		got, err := s.Request(ctx, a.org, a.request.ID)
		must(t, err)
		if fmt.Sprint(got) != fmt.Sprint(a.request) || got.Code() != "RQ-0001" || b.request.Code() != "RQ-0001" {
			t.Errorf("got %+v, want %+v", got, a.request)
		}
		_, err = s.Request(ctx, b.org, a.request.ID)
		if !domain.IsNotFound(err) {
			t.Errorf("across organizations: %v", err)
		}
		answer := domain.RequestAnswer{Org: a.org, Request: a.request.ID, Evidence: a.item.ID, VersionID: a.version.ID, By: a.person, At: at, Note: "here"}
		must(t, s.AddAnswer(ctx, &answer))
		for name, wrong := range map[string]domain.RequestAnswer{
			"their item":    {Org: a.org, Request: a.request.ID, Evidence: b.item.ID, VersionID: b.version.ID, By: a.person},
			"their request": {Org: a.org, Request: b.request.ID, Evidence: a.item.ID, VersionID: a.version.ID, By: a.person},
			"twice":         {Org: a.org, Request: a.request.ID, Evidence: a.item.ID, VersionID: a.version.ID, By: a.person},
		} {
			if s.AddAnswer(ctx, &wrong) == nil {
				t.Errorf("%s was taken as an answer", name)
			}
		}
		found, err := s.EvidenceThatMayAnswer(ctx, b.org, []domain.ControlID{a.control}, a.request.Period, "")
		must(t, err)
		if len(found) != 0 {
			t.Errorf("another organization's items are offered: %+v", found)
		}
		foreign := domain.Actor{Org: b.org, Person: b.person, Role: domain.RoleOwner}
		list, err := s.FindRequests(ctx, b.org, domain.RequestFilter{Engagement: a.eng, Reader: foreign})
		must(t, err)
		if list.Total != 0 {
			t.Errorf("the list crosses: %+v", list.Rows)
		}
	})
}

// An answer stays as it was given, its verdict is written once, and who was
// chased stays written down.
func TestRequest_WhatWasSaidStays(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *store.Store) {
		a := ask(t, s, "north")
		answer := domain.RequestAnswer{Org: a.org, Request: a.request.ID, Evidence: a.item.ID, VersionID: a.version.ID, By: a.person, At: at, Note: "here"}
		must(t, s.AddAnswer(ctx, &answer))
		must(t, s.AddReminder(ctx, a.org, domain.RequestReminder{Request: a.request.ID, Person: a.person, By: a.person, At: at}))
		if s.Writer().Exec("UPDATE request_answers SET note = 'other'").Error == nil {
			t.Error("the note of an answer can change")
		}
		answer.Verdict, answer.Reviewer, answer.ReviewedAt = domain.EvidenceAccepted, a.person, at
		must(t, s.JudgeAnswer(ctx, &answer))
		answer.Verdict = domain.EvidenceReturned
		if s.JudgeAnswer(ctx, &answer) == nil {
			t.Error("a verdict can change")
		}
		for _, q := range []string{"DELETE FROM request_answers", "DELETE FROM request_reminders", "UPDATE request_reminders SET at = 1"} {
			if s.Writer().Exec(q).Error == nil {
				t.Errorf("%s is taken", q)
			}
		}
	})
}

// Ten thousand requests are listed and counted in a few statements, and soon.
func TestRequests_TenThousand(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *store.Store) {
		a := ask(t, s, "north")
		for from := 2; from <= 10_000; from += 1000 {
			must(t, s.Writer().Exec(`INSERT INTO requests (org_id, engagement_id, number, what, detail, period_from, period_to, format, example, due, assignee_id, state, author_id, external, created_at, sent_at, reason, folded, version)
				WITH RECURSIVE n (i) AS (SELECT CAST(? AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < ?)
				SELECT ?, ?, i, 'Request', '', '', '', '', '', '2026-06-01', ?, CASE WHEN i % 3 = 0 THEN 'open' WHEN i % 3 = 1 THEN 'satisfied' ELSE 'returned' END, ?, FALSE, 0, 0, '', 'request', 1 FROM n`,
				from, min(from+999, 10_000), int64(a.org), int64(a.eng), int64(a.person), int64(a.person)).Error)
		}
		statements := 0
		must(t, s.Observe(func() { statements++ }))
		reader := domain.RequestFilter{Engagement: a.eng, Reader: domain.Actor{Org: a.org, Person: a.person, Role: domain.RoleAuditor}, Today: domain.MustDate("2026-11-23")}
		begin := time.Now()
		counts, err := s.CountRequests(ctx, a.org, reader)
		must(t, err)
		for _, v := range domain.RequestViews {
			f := reader
			f.View = v
			list, err := s.FindRequests(ctx, a.org, f)
			must(t, err)
			if list.Total != counts[v] || len(list.Rows) > domain.PageSize {
				t.Errorf("%s: %d in the list, %d counted, %d rows", v, list.Total, counts[v], len(list.Rows))
			}
		}
		if counts[domain.RequestsAll] != 10_000 || counts[domain.RequestsOverdue] != 6666 || counts[domain.RequestsReturned] != 3333 {
			t.Errorf("counts %v", counts)
		}
		if most := 1 + 3*len(domain.RequestViews); statements > most {
			t.Errorf("%d statements, want at most %d", statements, most)
		}
		t.Logf("%d statements for five views and their counts in %v", statements, time.Since(begin))
	})
}
