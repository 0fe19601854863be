package domain_test

import (
	"testing"
	"time"

	"relier/internal/domain"
)

// G5: every customer responsibility has accepted evidence within the audit
// period, or a justified "none".
func TestReliance_OurSide(t *testing.T) {
	evidence := func(state domain.EvidenceState, from, to string) domain.EvidenceFact {
		return domain.EvidenceFact{Code: "EV-000041", State: state, Period: span(from, to)}
	}
	evaluateCases(t, []relianceCase{
		{"G5 split confirmed, responsibility proven", func(*domain.RelianceFacts) {}, domain.RungInherited, "", ""},
		{"G5 split only proposed", func(f *domain.RelianceFacts) { f.Split.State = domain.SplitProposed }, domain.RungSupported, "G5: split_unconfirmed", ""},
		{"G5 split says ours", func(f *domain.RelianceFacts) { f.Split.Party = domain.PartyOurs }, domain.RungSupported, "G5: nothing_to_rely_on(ours)", ""},
		{"G5 split says none", func(f *domain.RelianceFacts) { f.Split.Party = domain.PartyNone }, domain.RungSupported, "G5: nothing_to_rely_on(none)", ""},
		{"G5 shared is enough to rely on", func(f *domain.RelianceFacts) { f.Split.Party = domain.PartyShared }, domain.RungInherited, "", ""},
		{"G5 our SoA excludes the control", func(f *domain.RelianceFacts) { f.Excluded = true }, domain.RungSupported, "G5: control_not_applicable", ""},
		{"G5 supplier oversight of 2022 is ours", func(f *domain.RelianceFacts) { implements(f, ref22("A.5.23")) }, domain.RungSupported, "G5: oversight_is_ours(A.5.23)", ""},
		{"G5 supplier oversight beside something else", func(f *domain.RelianceFacts) { implements(f, ref22("A.7.1"), ref22("A.5.19")) }, domain.RungSupported, "G5: oversight_is_ours(A.5.19)", ""},
		{"G5 oversight of the other edition does not matter", func(f *domain.RelianceFacts) { implements(f, ref22("A.7.1"), ref13("A.15.1.1")) }, domain.RungInherited, "", ""},
		{"G5 a clause on our own management system", func(f *domain.RelianceFacts) { implements(f, ref22("9.2")) }, domain.RungSupported, "G5: clause_is_ours(9.2)", ""},
		{"G5 no responsibility recorded", func(f *domain.RelianceFacts) { f.Responsibilities = nil }, domain.RungSupported, "G5: responsibility_missing", ""},
		{"G5 responsibility without evidence", func(f *domain.RelianceFacts) { f.Responsibilities[0].Evidence = nil }, domain.RungSupported, "G5: responsibility_open(1)", ""},
		{"G5 evidence that is not there", func(f *domain.RelianceFacts) { f.Evidence = nil }, domain.RungSupported, "G5: responsibility_open(1)", ""},
		{"G5 uploaded is not accepted", func(f *domain.RelianceFacts) {
			f.Evidence[41] = evidence(domain.EvidenceSubmitted, "2026-01-01", "2026-03-31")
		}, domain.RungSupported, "G5: evidence_not_accepted(EV-000041); responsibility_open(1)", ""},
		{"G5 evidence still a draft", func(f *domain.RelianceFacts) {
			f.Evidence[41] = evidence(domain.EvidenceDraft, "2026-01-01", "2026-03-31")
		}, domain.RungSupported, "G5: evidence_not_accepted(EV-000041); responsibility_open(1)", ""},
		{"G5 evidence returned", func(f *domain.RelianceFacts) {
			f.Evidence[41] = evidence(domain.EvidenceReturned, "2026-01-01", "2026-03-31")
		}, domain.RungSupported, "G5: evidence_returned(EV-000041); responsibility_open(1)", ""},
		{"G5 evidence expired", func(f *domain.RelianceFacts) {
			f.Evidence[41] = evidence(domain.EvidenceExpired, "2026-01-01", "2026-03-31")
		}, domain.RungSupported, "G5: evidence_expired(EV-000041); responsibility_open(1)", ""},
		{"G5 evidence begins a day before the period", func(f *domain.RelianceFacts) {
			f.Evidence[41] = evidence(domain.EvidenceAccepted, "2025-12-31", "2026-03-31")
		}, domain.RungSupported, "G5: evidence_outside_period(EV-000041); responsibility_open(1)", ""},
		{"G5 evidence ends a day after the period", func(f *domain.RelianceFacts) {
			f.Evidence[41] = evidence(domain.EvidenceAccepted, "2026-12-01", "2027-01-01")
		}, domain.RungSupported, "G5: evidence_outside_period(EV-000041); responsibility_open(1)", ""},
		{"G5 evidence of the very period", func(f *domain.RelianceFacts) {
			f.Evidence[41] = evidence(domain.EvidenceAccepted, "2026-01-01", "2026-12-31")
		}, domain.RungInherited, "", ""},
		{"G5 evidence of a single day within", func(f *domain.RelianceFacts) {
			f.Evidence[41] = evidence(domain.EvidenceAccepted, "2026-12-31", "2026-12-31")
		}, domain.RungInherited, "", ""},
		{"G5 one good item among bad ones proves", func(f *domain.RelianceFacts) {
			f.Evidence[42] = domain.EvidenceFact{Code: "EV-000042", State: domain.EvidenceReturned, Period: span("2026-01-01", "2026-03-31")}
			f.Responsibilities[0].Evidence = []domain.EvidenceID{42, 41}
		}, domain.RungInherited, "", ""},
		{"G5 one of two responsibilities open", func(f *domain.RelianceFacts) {
			f.Responsibilities = append(f.Responsibilities, domain.Responsibility{ID: 2, Sentence: "Keep logs"})
		}, domain.RungSupported, "G5: responsibility_open(1)", ""},
		{"G5 none, because", func(f *domain.RelianceFacts) {
			f.Responsibilities = []domain.Responsibility{{State: domain.ResponsibilityNone, Because: "Microsoft's buildings only"}}
		}, domain.RungInherited, "", ""},
		{"G5 none, without a reason", func(f *domain.RelianceFacts) {
			f.Responsibilities = []domain.Responsibility{{State: domain.ResponsibilityNone}}
		}, domain.RungSupported, "G5: responsibility_open(1)", ""},
	})
}

// Evidence that says its last day counts through it, as seen within the audit period.
func TestReliance_EvidenceExpires(t *testing.T) {
	item := func(expires, on string) func(*domain.RelianceFacts) {
		return func(f *domain.RelianceFacts) {
			f.On = day(on)
			f.Evidence[41] = domain.EvidenceFact{Code: "EV-000041", State: domain.EvidenceAccepted, Period: span("2026-01-01", "2026-03-31"), Expires: day(expires)}
		}
	}
	evaluateCases(t, []relianceCase{
		{"G5 on the last day of the evidence", item("2026-06-30", "2026-06-30"), domain.RungInherited, "", ""},
		{"G5 the day after", item("2026-06-30", "2026-07-01"), domain.RungSupported, "G5: evidence_expired_since(EV-000041, 2026-07-01); responsibility_open(1)", ""},
		{"G5 it runs out after the audit period, asked later", item("2027-01-15", "2030-01-01"), domain.RungInherited, "", ""},
		{"G5 it runs out the day before the audit period ends, asked later", item("2026-12-30", "2030-01-01"), domain.RungSupported, "G5: evidence_expired_since(EV-000041, 2026-12-31); responsibility_open(1)", ""},
		{"G5 it runs out while the turn goes on", func(f *domain.RelianceFacts) {
			item("2026-06-15", "2026-06-16")(f)
			f.Responsibilities[0].Cadence = domain.CadenceQuarterly
		}, domain.RungSupported, "G5: evidence_expired_since(EV-000041, 2026-06-16); responsibility_open(1)", ""},
		{"G5 it holds longer than the turn", func(f *domain.RelianceFacts) {
			item("2027-06-15", "2026-08-30")(f)
			f.Responsibilities[0].Cadence = domain.CadenceQuarterly
		}, domain.RungSupported, "G5: evidence_stale(EV-000041, 2026-06-30); responsibility_open(1)", ""},
	})
}

// A duty stays proven until the sooner of its turn and its evidence's last day.
func TestReliance_ProofUntil(t *testing.T) {
	duty := domain.Responsibility{Cadence: domain.CadenceQuarterly, Evidence: []domain.EvidenceID{41}}
	fact := domain.EvidenceFact{Code: "EV-000041", State: domain.EvidenceAccepted, Period: span("2026-01-01", "2026-03-31"), Expires: day("2026-05-15")}
	p := domain.ProofOf(duty, map[domain.EvidenceID]domain.EvidenceFact{41: fact}, span("2026-01-01", "2026-12-31"), day("2026-04-01"))
	if !p.Proven || p.Until != day("2026-05-15") || !p.Lapses {
		t.Errorf("proof %+v", p)
	}
	after := p.AsOf(day("2026-05-16"))
	if after.Proven || after.Causes[0].String() != "evidence_expired_since(EV-000041, 2026-05-16)" {
		t.Errorf("the day after: %+v", after)
	}
	if x, ok := fact.ExpiryOf(41); !ok || x.On != fact.Expires || x.Noun != domain.NounEvidence {
		t.Errorf("expiry %+v", x)
	}
	fact.State = domain.EvidenceReturned
	if _, ok := fact.ExpiryOf(41); ok {
		t.Error("what was returned runs out")
	}
}

// A recurring duty wants newer evidence each turn; what it speaks for counts one
// turn longer, and nothing ages after the audit period.
func TestReliance_RecurringDuty(t *testing.T) {
	duty := func(cadence domain.Cadence, last, on string) func(*domain.RelianceFacts) {
		return func(f *domain.RelianceFacts) {
			f.Responsibilities[0].Cadence, f.On = cadence, day(on)
			f.Evidence[41] = domain.EvidenceFact{Code: "EV-000041", State: domain.EvidenceAccepted, Period: span("2026-01-01", last)}
		}
	}
	const stale = "responsibility_open(1)"
	evaluateCases(t, []relianceCase{
		{"G5 quarterly, on the day the next turn ends", duty(domain.CadenceQuarterly, "2026-03-31", "2026-06-30"), domain.RungInherited, "", ""},
		{"G5 quarterly, on the last day to collect the next", duty(domain.CadenceQuarterly, "2026-03-31", "2026-07-30"), domain.RungInherited, "", ""},
		{"G5 quarterly, the day after", duty(domain.CadenceQuarterly, "2026-03-31", "2026-07-31"), domain.RungSupported, "G5: evidence_stale(EV-000041, 2026-06-30); " + stale, ""},
		{"G5 monthly, January counts until a month after February", duty(domain.CadenceMonthly, "2026-01-31", "2026-03-30"), domain.RungInherited, "", ""},
		{"G5 monthly, February was missed", duty(domain.CadenceMonthly, "2026-01-31", "2026-03-31"), domain.RungSupported, "G5: evidence_stale(EV-000041, 2026-02-28); " + stale, ""},
		{"G5 monthly, the short February is followed by all of March", duty(domain.CadenceMonthly, "2026-02-28", "2026-04-30"), domain.RungInherited, "", ""},
		{"G5 half-yearly", duty(domain.CadenceHalfYearly, "2026-03-31", "2026-09-30"), domain.RungInherited, "", ""},
		{"G5 yearly lasts the whole period", duty(domain.CadenceYearly, "2026-01-31", "2026-12-31"), domain.RungInherited, "", ""},
		{"G5 no cadence never ages", duty("", "2026-01-02", "2026-12-31"), domain.RungInherited, "", ""},
		{"G5 asked long after the period, its last day decides", duty(domain.CadenceQuarterly, "2026-10-31", "2030-01-01"), domain.RungInherited, "", ""},
		{"G5 asked for no day in particular, the period's last day decides", func(f *domain.RelianceFacts) {
			duty(domain.CadenceQuarterly, "2026-03-31", "2026-06-30")(f)
			f.On = 0
		}, domain.RungSupported, "G5: evidence_stale(EV-000041, 2026-06-30); " + stale, ""},
		{"G5 newer evidence beside aged evidence", func(f *domain.RelianceFacts) {
			duty(domain.CadenceQuarterly, "2026-03-31", "2026-08-30")(f)
			f.Evidence[42] = domain.EvidenceFact{Code: "EV-000042", State: domain.EvidenceAccepted, Period: span("2026-04-01", "2026-06-30")}
			f.Responsibilities[0].Evidence = []domain.EvidenceID{41, 42}
		}, domain.RungInherited, "", ""},
	})
}

// What a responsibility shows on a day: its state, by what, and until when.
func TestReliance_ProofOf(t *testing.T) {
	period, on := span("2026-01-01", "2026-12-31"), day("2026-08-01")
	fact := func(code string, state domain.EvidenceState, from, to string) domain.EvidenceFact {
		return domain.EvidenceFact{Code: code, State: state, Period: span(from, to), ReviewedBy: 8, ReviewedOn: day("2026-07-02")}
	}
	first, second := fact("EV-1", domain.EvidenceAccepted, "2026-01-01", "2026-05-31"), fact("EV-2", domain.EvidenceAccepted, "2026-06-01", "2026-06-30")
	for _, c := range []struct {
		name  string
		duty  domain.Responsibility
		facts map[domain.EvidenceID]domain.EvidenceFact
		state domain.ResponsibilityState
		by    string
		until string
	}{
		{"nothing offered is open", domain.Responsibility{}, nil, domain.ResponsibilityOpen, "", ""},
		{"submitted is still open", domain.Responsibility{Evidence: []domain.EvidenceID{1}}, map[domain.EvidenceID]domain.EvidenceFact{1: fact("EV-1", domain.EvidenceSubmitted, "2026-01-01", "2026-05-31")}, domain.ResponsibilityOpen, "", ""},
		{"accepted is evidenced for good", domain.Responsibility{Evidence: []domain.EvidenceID{1}}, map[domain.EvidenceID]domain.EvidenceFact{1: first}, domain.ResponsibilityEvidenced, "EV-1", ""},
		{"recurring says until when", domain.Responsibility{Evidence: []domain.EvidenceID{1}, Cadence: domain.CadenceQuarterly}, map[domain.EvidenceID]domain.EvidenceFact{1: first}, domain.ResponsibilityEvidenced, "EV-1", "2026-09-30"},
		{"the newest of several proves longest", domain.Responsibility{Evidence: []domain.EvidenceID{1, 2}, Cadence: domain.CadenceQuarterly}, map[domain.EvidenceID]domain.EvidenceFact{1: first, 2: second}, domain.ResponsibilityEvidenced, "EV-2", "2026-10-30"},
		{"whatever the order they were offered in", domain.Responsibility{Evidence: []domain.EvidenceID{2, 1}, Cadence: domain.CadenceQuarterly}, map[domain.EvidenceID]domain.EvidenceFact{1: first, 2: second}, domain.ResponsibilityEvidenced, "EV-2", "2026-10-30"},
		{"aged is stale", domain.Responsibility{Evidence: []domain.EvidenceID{1}, Cadence: domain.CadenceMonthly}, map[domain.EvidenceID]domain.EvidenceFact{1: first}, domain.ResponsibilityStale, "", ""},
		{"returned after it was offered is stale", domain.Responsibility{Evidence: []domain.EvidenceID{1}}, map[domain.EvidenceID]domain.EvidenceFact{1: fact("EV-1", domain.EvidenceReturned, "2026-01-01", "2026-05-31")}, domain.ResponsibilityStale, "", ""},
		{"none, because", domain.Responsibility{State: domain.ResponsibilityNone, Because: "nothing to do"}, nil, domain.ResponsibilityNone, "", ""},
		{"what would age after the audit period does not", domain.Responsibility{Evidence: []domain.EvidenceID{3}, Cadence: domain.CadenceQuarterly}, map[domain.EvidenceID]domain.EvidenceFact{3: fact("EV-3", domain.EvidenceAccepted, "2026-10-01", "2026-10-31")}, domain.ResponsibilityEvidenced, "EV-3", "2027-03-02"},
	} {
		on := on
		if c.duty.Evidence != nil && c.duty.Evidence[0] == 3 {
			on = day("2027-06-01")
		}
		t.Run(c.name, func(t *testing.T) {
			p := domain.ProofOf(c.duty, c.facts, period, on)
			if got := c.duty.StateOn(p); got != c.state {
				t.Errorf("state %s, want %s (%v)", got, c.state, p.Causes)
			}
			if p.Ground.Get("Evidence") != c.by || p.Until.String() != c.until {
				t.Errorf("by %q until %q, want %q until %q", p.Ground.Get("Evidence"), p.Until, c.by, c.until)
			}
		})
	}
}

// G6: an engaged assessor whose duties cover the control accepted the reliance.
func TestReliance_Assessor(t *testing.T) {
	state := func(s domain.RelianceState) func(*domain.RelianceFacts) {
		return func(f *domain.RelianceFacts) { f.Reliance.State = s }
	}
	on := func(s string) time.Time { return day(s).Time().Add(9 * time.Hour) }
	evaluateCases(t, []relianceCase{
		{"G6 accepted by the engaged assessor", func(*domain.RelianceFacts) {}, domain.RungInherited, "", ""},
		{"G6 approved, not accepted yet", state(domain.RelianceApproved), domain.RungComplete, "G6: not_accepted", ""},
		{"G6 only proposed", state(domain.RelianceProposed), domain.RungComplete, "G6: not_accepted", ""},
		{"G6 claimed by nobody", func(f *domain.RelianceFacts) { f.Reliance = domain.Reliance{} }, domain.RungComplete, "G6: not_proposed", ""},
		{"G6 refused", state(domain.RelianceRefused), domain.RungComplete, "G6: refused", ""},
		{"G6 lapsed stays lapsed when all is well again", state(domain.RelianceLapsed), domain.RungComplete, "G6: lapsed", ""},
		{"G6 nobody engaged", func(f *domain.RelianceFacts) { f.Assessors, f.Reliance.State = nil, domain.RelianceApproved }, domain.RungComplete, "G6: no_assessor", ""},
		{"G6 nobody engaged and nothing claimed: the assessor first", func(f *domain.RelianceFacts) { f.Assessors, f.Reliance = nil, domain.Reliance{} }, domain.RungComplete, "G6: no_assessor", ""},
		{"G6 the engagement of the assessor ended before a decision", func(f *domain.RelianceFacts) {
			f.Assessors[0].Until, f.Reliance.State = day("2026-11-24"), domain.RelianceApproved
		}, domain.RungComplete, "G6: assessor_ended", ""},
		{"G6 the assessor's last day is today", func(f *domain.RelianceFacts) {
			f.Assessors[0].Until, f.Reliance.State = day("2026-11-25"), domain.RelianceApproved
		}, domain.RungComplete, "G6: not_accepted", ""},
		{"G6 assessor engaged for other controls", func(f *domain.RelianceFacts) {
			f.Assessors[0].Controls, f.Reliance.State = []domain.ControlID{4, 5}, domain.RelianceApproved
		}, domain.RungComplete, "G6: assessor_out_of_scope", ""},
		{"G6 one of two assessors covers the control", func(f *domain.RelianceFacts) {
			f.Assessors[0].Controls = []domain.ControlID{4}
			f.Assessors = append(f.Assessors, domain.Membership{Person: 10, Role: domain.RoleAssessor, Controls: []domain.ControlID{3}})
			f.Reliance.State = domain.RelianceApproved
		}, domain.RungComplete, "G6: not_accepted", ""},
		{"G6 accepted while engaged; the engagement ended as agreed", func(f *domain.RelianceFacts) {
			f.Assessors[0].Until, f.Reliance.DecidedAt = day("2026-06-30"), on("2026-06-30")
		}, domain.RungInherited, "", ""},
		{"G6 accepted the day after the engagement ended", func(f *domain.RelianceFacts) {
			f.Assessors[0].Until, f.Reliance.DecidedAt = day("2026-06-30"), on("2026-07-01")
		}, domain.RungComplete, "G6: assessor_withdrawn", ""},
		{"G6 the assessor who accepted was withdrawn", func(f *domain.RelianceFacts) { f.Assessors = nil }, domain.RungComplete, "G6: assessor_withdrawn", ""},
		{"G6 another assessor in place of the one who accepted", func(f *domain.RelianceFacts) { f.Assessors[0].Person = 10 }, domain.RungComplete, "G6: assessor_withdrawn", ""},
		{"G6 the scope of the assessor was narrowed afterwards", func(f *domain.RelianceFacts) { f.Assessors[0].Controls = []domain.ControlID{4} }, domain.RungComplete, "G6: assessor_withdrawn", ""},
		{"G6 recorded on the assessor's behalf, with proof", func(f *domain.RelianceFacts) {
			f.Reliance.DecidedBy, f.Reliance.OnBehalfOf, f.Reliance.Proof = 4, "Ann Assessor", "minutes of 1 June"
		}, domain.RungInherited, "", ""},
		{"G6 recorded on the assessor's behalf, without proof", func(f *domain.RelianceFacts) {
			f.Reliance.DecidedBy, f.Reliance.OnBehalfOf = 4, "Ann Assessor"
		}, domain.RungComplete, "G6: acceptance_unproven(Ann Assessor)", ""},
		{"G6 recorded for the assessor who is engaged", func(f *domain.RelianceFacts) {
			f.Reliance.DecidedBy, f.Reliance.Assessor, f.Reliance.OnBehalfOf, f.Reliance.Proof = 4, 9, "Ann Assessor", "minutes of 1 June"
		}, domain.RungInherited, "", ""},
		{"G6 recorded for an assessor who left, though another stays", func(f *domain.RelianceFacts) {
			f.Reliance.DecidedBy, f.Reliance.Assessor, f.Reliance.OnBehalfOf, f.Reliance.Proof = 4, 10, "Ann Assessor", "minutes of 1 June"
		}, domain.RungComplete, "G6: assessor_withdrawn", ""},
		{"G6 accepted by an assessor who had approved it", func(f *domain.RelianceFacts) { f.Reliance.Assessor, f.Reliance.ApprovedBy = 9, 9 }, domain.RungComplete, "G6: assessor_not_independent", ""},
		{"G6 accepted by an assessor who had proposed it", func(f *domain.RelianceFacts) { f.Reliance.Assessor, f.Reliance.ProposedBy = 9, 9 }, domain.RungComplete, "G6: assessor_not_independent", ""},
		{"G6 accepted by somebody of ours in the assessor's place", func(f *domain.RelianceFacts) { f.Reliance.DecidedBy = 4 }, domain.RungComplete, "G6: assessor_withdrawn", ""},
	})
}

// The grounds of G5 and G6 lead to what proves them and to who said so, when.
func TestReliance_OwnGrounds(t *testing.T) {
	f := sound()
	f.Reliance.DecidedBy, f.Reliance.OnBehalfOf, f.Reliance.Proof = 4, "Ann Assessor", "minutes"
	gates := domain.Evaluate(f).Gates
	split, duty, accepted := gates[4].Grounds[0], gates[4].Grounds[1], gates[5].Grounds[0]
	if split.Noun != domain.NounSplit || split.By != 8 || split.On != day("2026-03-01") {
		t.Errorf("the split's ground is %+v", split)
	}
	if duty.Noun != domain.NounEvidence || duty.Object != 41 || duty.By != 8 || duty.On != day("2026-04-02") {
		t.Errorf("the duty's ground is %+v", duty)
	}
	if accepted.Code != "accepted_on_behalf" || accepted.Get("Assessor") != "Ann Assessor" || accepted.By != 4 || accepted.On != day("2026-06-01") {
		t.Errorf("the acceptance's ground is %+v", accepted)
	}
	f.Responsibilities = []domain.Responsibility{{ID: 2, State: domain.ResponsibilityNone, Because: "No room of ours.", SaidBy: 8, SaidOn: day("2026-03-02")}}
	if g := domain.Evaluate(f).Gates[4].Grounds[1]; g.Code != "responsibility_none" || g.By != 8 || g.On != day("2026-03-02") {
		t.Errorf("the ground of “none” is %+v", g)
	}
	f.Split.ConfirmedAt = time.Time{}
	if g := domain.Evaluate(f).Gates[4].Grounds[0]; g.On != 0 {
		t.Errorf("a split confirmed on no known day says %s", g.On)
	}
}
