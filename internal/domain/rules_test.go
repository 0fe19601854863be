package domain_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"relier/internal/domain"
)

func TestReadiness_FirstMatchWins(t *testing.T) {
	ready := func() domain.ReadinessFacts {
		return domain.ReadinessFacts{Applicable: true, Ownership: domain.OwnershipAcknowledged, Reliances: map[domain.RelianceState]int{},
			EvidenceLinked: 2, EvidenceAccepted: 2, Conclusion: domain.ConclusionEffective}
	}
	for _, c := range []struct {
		name   string
		change func(*domain.ReadinessFacts)
		bucket domain.Bucket
		reason string
	}{
		{"all in place", func(*domain.ReadinessFacts) {}, domain.BucketReady, "all_in_place"},
		{"not applicable", func(f *domain.ReadinessFacts) { f.Applicable = false }, domain.BucketExcluded, "not_applicable"},
		{"no owner", func(f *domain.ReadinessFacts) { f.Ownership = "" }, domain.BucketBlocked, "no_owner"},
		{"no owner beats missing evidence", func(f *domain.ReadinessFacts) { f.Ownership, f.EvidenceLinked = "", 0 }, domain.BucketBlocked, "no_owner"},
		{"lapsed reliance", func(f *domain.ReadinessFacts) { f.Reliances[domain.RelianceLapsed] = 1 }, domain.BucketBlocked, "reliance_lapsed(1)"},
		{"no evidence", func(f *domain.ReadinessFacts) { f.EvidenceLinked, f.EvidenceAccepted = 0, 0 }, domain.BucketGap, "evidence_missing"},
		{"evidence returned", func(f *domain.ReadinessFacts) { f.EvidenceReturned = 1 }, domain.BucketGap, "evidence_returned(1)"},
		{"accepted outside the period", func(f *domain.ReadinessFacts) { f.EvidenceAccepted = 0 }, domain.BucketGap, "evidence_not_in_period"},
		{"responsibility open", func(f *domain.ReadinessFacts) { f.OpenResponsibilities = 2 }, domain.BucketGap, "responsibilities_open(2)"},
		{"test ineffective", func(f *domain.ReadinessFacts) { f.Conclusion = domain.ConclusionIneffective }, domain.BucketGap, "test_ineffective"},
		{"reliance refused", func(f *domain.ReadinessFacts) { f.Reliances[domain.RelianceRefused] = 1 }, domain.BucketGap, "reliance_refused(1)"},
		{"owner has not acknowledged", func(f *domain.ReadinessFacts) { f.Ownership = domain.OwnershipProposed }, domain.BucketWaiting, "owner_not_acknowledged"},
		{"review pending", func(f *domain.ReadinessFacts) { f.EvidenceSubmitted = 1 }, domain.BucketWaiting, "review_pending(1)"},
		{"no test yet", func(f *domain.ReadinessFacts) { f.Conclusion = "" }, domain.BucketWaiting, "test_pending"},
		{"test with exceptions", func(f *domain.ReadinessFacts) { f.Conclusion = domain.ConclusionExceptions }, domain.BucketWaiting, "test_exceptions"},
		{"acceptance pending", func(f *domain.ReadinessFacts) { f.Reliances[domain.RelianceApproved] = 1 }, domain.BucketWaiting, "acceptance_pending(1)"},
		{"inherited reliance counts", func(f *domain.ReadinessFacts) { f.Reliances[domain.RelianceAccepted], f.Inherited = 1, 1 }, domain.BucketReady, "all_in_place"},
		{"Microsoft's part alone never makes ready", func(f *domain.ReadinessFacts) {
			f.Reliances[domain.RelianceAccepted], f.Inherited, f.EvidenceLinked, f.EvidenceAccepted = 1, 1, 0, 0
		}, domain.BucketGap, "evidence_missing"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := ready()
			c.change(&f)
			bucket, reason := domain.Readiness(f)
			if bucket != c.bucket || reason.String() != c.reason {
				t.Errorf("got %s because %s, want %s because %s", bucket, reason, c.bucket, c.reason)
			}
		})
	}
}

func TestCertificate_ValidityOn(t *testing.T) {
	c := domain.Certificate{Edition: domain.Edition2022, Issued: day("2026-01-01"), Expires: day("2026-12-31")}
	withdrawn := c
	withdrawn.WithdrawnOn = day("2026-06-01")
	seeded := domain.Certificate{Edition: domain.Edition2013}
	for _, x := range []struct {
		name string
		c    domain.Certificate
		on   string
		want domain.Validity
	}{
		{"before", c, "2025-12-31", domain.ValidityUpcoming}, {"first day", c, "2026-01-01", domain.ValidityValid},
		{"90 days before the end", c, "2026-10-03", domain.ValidityExpiring}, {"91 days before the end", c, "2026-10-02", domain.ValidityValid},
		{"last day", c, "2026-12-31", domain.ValidityExpiring}, {"day after", c, "2027-01-01", domain.ValidityExpired},
		{"day before withdrawal", withdrawn, "2026-05-31", domain.ValidityValid}, {"withdrawn", withdrawn, "2026-06-01", domain.ValidityEnded},
		{"2013 edition without dates, in the transition", seeded, "2025-10-31", domain.ValidityUnknown},
		{"2013 edition without dates, after it", seeded, "2025-11-01", domain.ValidityEnded},
	} {
		t.Run(x.name, func(t *testing.T) {
			if got := x.c.ValidityOn(day(x.on)); got != x.want {
				t.Errorf("got %s, want %s", got, x.want)
			}
		})
	}
}

func TestCertificate_CheckVerified(t *testing.T) {
	full := domain.Certificate{Title: "T", Number: "N", Body: "B", Edition: domain.Edition2022, Issued: day("2026-01-01"), Expires: day("2028-01-01"),
		ScopeText: "S", CheckedWhere: "portal", CheckedOn: day("2026-02-01"), Names: []domain.Named{{Service: "azure", Environment: domain.EnvPublic}}}
	if err := full.CheckVerified(); err != nil {
		t.Fatalf("nothing is missing, yet: %v", err)
	}
	err, ok := domain.Certificate{}.CheckVerified().(domain.FieldErrors)
	if !ok || len(err) != 8 {
		t.Fatalf("an empty record lacks eight things, got %v", err)
	}
}

func TestProposeSplit(t *testing.T) {
	ref := func(code string) domain.Ref { return domain.Ref{Edition: domain.Edition2022, Code: code} }
	proposals := map[string]domain.Party{"A.7.1": domain.PartyMicrosoft, "A.5.15": domain.PartyOurs, "A.5.23": domain.PartyMicrosoft}
	lookup := func(r domain.Ref) (domain.ProposedSplit, bool) {
		p, ok := proposals[r.Code]
		return domain.ProposedSplit{Ref: r, ByModel: map[domain.ServiceModel]domain.Party{domain.ModelSaaS: p}}, ok
	}
	for _, c := range []struct {
		name string
		refs []domain.Ref
		want domain.Party
	}{
		{"all Microsoft's", []domain.Ref{ref("A.7.1")}, domain.PartyMicrosoft},
		{"a mixture is shared", []domain.Ref{ref("A.7.1"), ref("A.5.15")}, domain.PartyShared},
		{"a clause is ours", []domain.Ref{ref("9.2.1")}, domain.PartyOurs},
		{"a clause beside a Microsoft control is shared", []domain.Ref{ref("9.2.1"), ref("A.7.1")}, domain.PartyShared},
		{"supplier oversight is always ours", []domain.Ref{ref("A.5.23")}, domain.PartyOurs},
		{"nothing is ours", nil, domain.PartyOurs},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := domain.ProposeSplit(c.refs, domain.ModelSaaS, lookup); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestCodes_Order(t *testing.T) {
	codes := []string{"A.5.10", "A.5.2", "A.5.1", "A.12.1.1", "A.5.1.1", "CTRL-10", "CTRL-9", "CTRL-009", "4.1", "10.1"}
	sorted := slices.Clone(codes)
	slices.SortStableFunc(sorted, domain.CompareCodes)
	if got, want := strings.Join(sorted, " "), "4.1 10.1 A.5.1 A.5.1.1 A.5.2 A.5.10 A.12.1.1 CTRL-9 CTRL-009 CTRL-10"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.StringMatching(`[A-C]?\.?[0-9]{1,4}(\.[0-9]{1,3}){0,2}`).Draw(t, "a"), rapid.StringMatching(`[A-C]?\.?[0-9]{1,4}(\.[0-9]{1,3}){0,2}`).Draw(t, "b")
		cmp, keys := domain.CompareCodes(a, b), strings.Compare(domain.SortKey(a), domain.SortKey(b))
		if cmp < 0 && keys > 0 || cmp > 0 && keys < 0 {
			t.Fatalf("%q and %q: compared %d, by key %d (%q, %q)", a, b, cmp, keys, domain.SortKey(a), domain.SortKey(b))
		}
	})
}

func TestSafeFileName(t *testing.T) {
	for in, want := range map[string]string{
		"report.pdf": "report.pdf", "../../etc/passwd": "passwd", `C:\Users\x\plan.docx`: "plan.docx", "a\r\nSet-Cookie: x.txt": "aSet-Cookie x.txt",
		"\u202egnp.exe": "gnp.exe", "CON.txt": "file-CON.txt", "nul": "file-nul", "": "file-", "...": "file-", "été « 2026 ».csv": "été « 2026 ».csv", `a"b.txt`: "ab.txt",
	} {
		if got := domain.SafeFileName(in); got != want {
			t.Errorf("SafeFileName(%q) = %q, want %q", in, got, want)
		}
	}
	if got := domain.SafeFileName(strings.Repeat("é", 300) + ".pdf"); len(got) != 200 || !utf8.ValidString(got) || !strings.HasSuffix(got, "é.pdf") {
		t.Errorf("a long name keeps its ending within 200 bytes: %d %q", len(got), got)
	}
}

func FuzzSafeFileName(f *testing.F) {
	f.Add("../x")
	f.Add("a\x00b\u202e.txt")
	f.Fuzz(func(t *testing.T, s string) {
		got := domain.SafeFileName(s)
		if got == "" || strings.ContainsAny(got, "/\\\r\n\x00\"\u202e") || strings.HasSuffix(got, ".") || len(got) > 200 || !utf8.ValidString(got) {
			t.Errorf("SafeFileName(%q) = %q", s, got)
		}
		if again := domain.SafeFileName(got); again != got {
			t.Errorf("not settled: %q became %q", got, again)
		}
	})
}

func TestRules_EveryActionHasRoles(t *testing.T) {
	for act, roles := range domain.Rules {
		if len(roles) == 0 {
			t.Errorf("%s is for nobody", act)
		}
		for _, r := range roles {
			if !r.Valid() {
				t.Errorf("%s names the unknown role %q", act, r)
			}
		}
	}
	for _, act := range []domain.Action{domain.ActControlWrite, domain.ActReliancePropose, domain.ActEvidenceWrite, domain.ActPackWrite} {
		for _, r := range []domain.Role{domain.RoleReader, domain.RoleAssessor} {
			if (domain.Actor{Role: r}).Can(act) {
				t.Errorf("a %s must not %s", r, act)
			}
		}
	}
}

func TestPassword_Rules(t *testing.T) {
	p := domain.Person{Email: "marie.durand@example.org", Name: "Marie Durand"}
	for pw, ok := range map[string]bool{"short": false, "marie.durand@example.org": false, "marie.durand2026": false, "a long enough sentence": true, strings.Repeat("x", 257): false} {
		if err := domain.CheckPassword(pw, p); (err == nil) != ok {
			t.Errorf("%q: %v", pw, err)
		}
	}
}

func TestEngagement_AuditedBefore(t *testing.T) {
	next := domain.Engagement{ID: 2, Kind: domain.KindSurveillance, Edition: domain.Edition2022, Period: span("2026-01-01", "2026-12-31")}
	for _, c := range []struct {
		name   string
		change func(*domain.Engagement)
		want   bool
	}{
		{"an internal audit of the same year", func(*domain.Engagement) {}, true},
		{"still open", func(e *domain.Engagement) { e.State = domain.EngagementReporting }, false},
		{"not an internal audit", func(e *domain.Engagement) { e.Kind = domain.KindStage1 }, false},
		{"of the other edition", func(e *domain.Engagement) { e.Edition = domain.Edition2013 }, false},
		{"a year before", func(e *domain.Engagement) { e.Period = span("2025-01-01", "2025-06-30") }, true},
		{"more than a year before", func(e *domain.Engagement) { e.Period = span("2024-01-01", "2024-12-30") }, false},
		{"after", func(e *domain.Engagement) { e.Period = span("2026-06-01", "2027-05-31") }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := domain.Engagement{ID: 1, Kind: domain.KindInternal, State: domain.EngagementClosed, Edition: domain.Edition2022, Period: span("2026-02-01", "2026-08-31")}
			c.change(&e)
			if got := e.AuditedBefore(next); got != c.want {
				t.Errorf("got %v", got)
			}
		})
	}
}
