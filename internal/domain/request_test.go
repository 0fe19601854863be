package domain_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"relier/internal/domain"
)

// after names every move that has a place; whatever it does not name is refused.
func TestRequest_After(t *testing.T) {
	type move struct {
		from    domain.RequestState
		act     domain.RequestAct
		pending int
		more    bool
	}
	want := map[move]domain.RequestState{
		{"draft", "send", 0, false}:         "open",
		{"draft", "withdraw", 0, false}:     "withdrawn",
		{"open", "answer", 1, false}:        "submitted",
		{"open", "withdraw", 0, false}:      "withdrawn",
		{"returned", "answer", 1, false}:    "submitted",
		{"returned", "return", 0, false}:    "returned",
		{"returned", "accept", 0, false}:    "returned", // what was sent back is still awaited
		{"returned", "withdraw", 0, false}:  "withdrawn",
		{"submitted", "answer", 2, false}:   "submitted",
		{"submitted", "return", 0, false}:   "returned",
		{"submitted", "return", 1, false}:   "returned",
		{"submitted", "accept", 0, false}:   "satisfied",
		{"submitted", "accept", 1, false}:   "submitted",
		{"submitted", "accept", 0, true}:    "open",
		{"submitted", "withdraw", 1, false}: "withdrawn",
		{"satisfied", "reopen", 0, false}:   "open",
		{"withdrawn", "reopen", 0, false}:   "open",
		{"withdrawn", "reopen", 1, false}:   "submitted",
	}
	for m, next := range want {
		if got, ok := (domain.Request{State: m.from}).After(m.act, m.pending, m.more); !ok || got != next {
			t.Errorf("%s, %s with %d pending, more %v: %s %v, want %s", m.from, m.act, m.pending, m.more, got, ok, next)
		}
	}
	for _, from := range domain.RequestStates {
		for _, act := range domain.RequestActs {
			named := false
			for m := range want {
				named = named || m.from == from && m.act == act
			}
			if _, ok := (domain.Request{State: from}).After(act, 0, false); ok != named {
				t.Errorf("%s from %s: allowed %v, want %v", act, from, ok, named)
			}
		}
	}
}

// Whatever happens to a request, in whatever order, it stays in a state that its
// answers explain.
func TestRequest_AnyHistory(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, pending := domain.Request{State: domain.RequestDraft, Due: 100}, 0
		sent := false
		for range rapid.IntRange(1, 40).Draw(t, "acts") {
			act := rapid.SampledFrom(domain.RequestActs).Draw(t, "act")
			after := pending
			switch act {
			case domain.RequestAnswered:
				after++
			case domain.RequestAccept, domain.RequestReturn:
				if pending == 0 {
					continue // there is nothing to judge
				}
				after--
			}
			before := r.State
			if err := r.Move(act, after, rapid.Bool().Draw(t, "more")); err != nil {
				if r.State != before || domain.KindOf(err) != domain.KindConflict {
					t.Fatalf("a refused %s moved %s to %s: %v", act, before, r.State, err)
				}
				continue
			}
			pending, sent = after, sent || before == domain.RequestDraft && r.State == domain.RequestOpen
			switch {
			case !slices.Contains(domain.RequestStates, r.State):
				t.Fatalf("unknown state %q", r.State)
			case r.State == domain.RequestSatisfied && pending > 0:
				t.Fatal("satisfied while an answer waits for its verdict")
			case r.State == domain.RequestDraft:
				t.Fatal("back to a draft")
			case r.State == domain.RequestOpen && pending > 0:
				t.Fatal("open, though an answer waits for its verdict")
			case r.Overdue(101) != (r.State == domain.RequestOpen || r.State == domain.RequestReturned):
				t.Fatalf("%s overdue: %v", r.State, r.Overdue(101))
			case r.Overdue(100):
				t.Fatal("overdue on the day it is due")
			case r.Editable() && r.Done():
				t.Fatal("over, and still to be changed")
			}
		}
	})
}

func TestRequest_Who(t *testing.T) {
	mine := domain.Request{Engagement: 7, Author: 1, Assignee: 2, State: domain.RequestOpen, External: true}
	draft := mine
	draft.State = domain.RequestDraft
	actor := func(p domain.PersonID, r domain.Role, e domain.EngagementID) domain.Actor {
		return domain.Actor{Person: p, Role: r, Engagement: e}
	}
	for _, c := range []struct {
		name                             string
		a                                domain.Actor
		sees, seesDraft, steers, answers bool
	}{
		{"owner", actor(3, domain.RoleOwner, 0), true, false, true, true},
		{"manager", actor(3, domain.RoleManager, 0), true, false, true, true},
		{"auditor", actor(3, domain.RoleAuditor, 0), true, false, false, false},
		{"assignee", actor(2, domain.RoleContributor, 0), true, false, false, true},
		{"another contributor", actor(3, domain.RoleContributor, 0), true, false, false, false},
		{"reader", actor(2, domain.RoleReader, 0), true, false, false, false},
		{"assessor who wrote it", actor(1, domain.RoleAssessor, 7), true, true, true, false},
		{"another assessor", actor(3, domain.RoleAssessor, 7), true, false, false, false},
		{"assessor of another engagement", actor(1, domain.RoleAssessor, 8), false, false, false, false},
		{"contributor who wrote it once", actor(1, domain.RoleContributor, 0), true, false, false, false},
	} {
		if got := mine.SeenBy(c.a); got != c.sees {
			t.Errorf("%s sees it: %v", c.name, got)
		}
		if got := draft.SeenBy(c.a); got != c.seesDraft {
			t.Errorf("%s sees the draft: %v", c.name, got)
		}
		if got := mine.Steers(c.a, domain.ActRequestWrite); got != c.steers {
			t.Errorf("%s steers it: %v", c.name, got)
		}
		if got, author := mine.Steers(c.a, domain.ActRequestReview), c.name == "assessor who wrote it"; got != author {
			t.Errorf("%s judges its answers: %v", c.name, got)
		}
		if got, author := mine.Rewordable(c.a), c.name == "assessor who wrote it"; got != author {
			t.Errorf("%s rewords it: %v", c.name, got)
		}
		if got := mine.Answerable(c.a, false); got != c.answers {
			t.Errorf("%s may answer: %v", c.name, got)
		}
	}
	ours, auditor := domain.Request{Engagement: 7, Author: 1, State: domain.RequestDraft}, actor(3, domain.RoleAuditor, 0)
	if !ours.SeenBy(auditor) || !ours.Rewordable(auditor) || !ours.Steers(auditor, domain.ActRequestReview) || ours.SeenBy(actor(1, domain.RoleAssessor, 7)) != true || ours.Steers(actor(3, domain.RoleAssessor, 7), domain.ActRequestWrite) {
		t.Error("what was written inside is not the auditors' together")
	}
	if !mine.Answerable(actor(3, domain.RoleContributor, 0), true) {
		t.Error("the owner of its control may not answer")
	}
	if mine.Answerable(actor(3, domain.RoleReader, 0), true) {
		t.Error("a reader may answer")
	}
	looking := actor(3, domain.RoleManager, 0)
	looking.Looking = true
	if mine.Steers(looking, domain.ActRequestWrite) || mine.Answerable(looking, false) {
		t.Error("whoever looks at another day may change it")
	}
}

func TestRankCandidates(t *testing.T) {
	item := func(n int, title string, s domain.EvidenceState, shared bool) domain.RequestCandidate {
		return domain.RequestCandidate{Item: domain.Evidence{Number: n, Title: title, State: s}, Shared: shared}
	}
	got := domain.RankCandidates("Revue trimestrielle des accès à privilèges", []domain.RequestCandidate{
		item(1, "Backups", domain.EvidenceAccepted, false),
		item(2, "Something else", domain.EvidenceAccepted, true),
		item(3, "Acces privilegies, revue", domain.EvidenceAccepted, false),
		item(4, "Revue des accès privilégiés", domain.EvidenceSubmitted, true),
		item(5, "Revue des privilèges et accès", domain.EvidenceAccepted, true),
		item(6, "Revue des accès à privilèges", domain.EvidenceReturned, true),
		item(7, "Revue des accès à privilèges", domain.EvidenceDraft, true),
		item(8, "Revue des accès à privilèges", domain.EvidenceExpired, true),
	})
	var order []int
	for _, c := range got {
		order = append(order, c.Item.Number)
	}
	if want := []int{5, 2, 4, 3}; !slices.Equal(order, want) {
		t.Errorf("order %v, want %v", order, want)
	}
}
