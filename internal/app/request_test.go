package app_test

import (
	"bytes"
	"testing"

	"relier/internal/app"
	"relier/internal/domain"
)

// asked is a house with a control that the contributor owns and an open request
// about it, sent by the auditor.
func asked(t *testing.T) (*house, domain.Control, domain.Request) {
	t.Helper()
	h := newHouse(t)
	k := h.control("C-1")
	_, err := h.AssignOwner(ctx, h.as(domain.RoleManager), h.as(domain.RoleContributor).Person, []domain.ControlID{k.ID})
	h.must(err)
	return h, k, h.ask(h.as(domain.RoleAuditor), "Access review", h.as(domain.RoleContributor).Person, k.ID)
}

// ask sends a request that is due in a week.
func (h *house) ask(by domain.Actor, what string, to domain.PersonID, controls ...domain.ControlID) domain.Request {
	h.t.Helper()
	v, err := h.SaveRequest(ctx, by, h.eng, domain.Request{What: what, Due: domain.DateOf(h.now).AddDays(7), Assignee: to, Controls: controls}, true)
	h.must(err)
	return v
}

// noteReply is a reply in words, for the whole audit period.
func (h *house) noteReply(words string) app.Reply {
	return app.Reply{New: []app.NewEvidence{{Item: domain.Evidence{Title: words, Kind: domain.EvidenceNote, Sensitivity: domain.SensitivityInternal},
		Version: domain.EvidenceVersion{Note: words, Period: h.eng.Period}}}}
}

func (h *house) request(id domain.RequestID) app.RequestPage {
	h.t.Helper()
	p, err := h.RequestPage(ctx, h.as(domain.RoleOwner), h.eng, id)
	h.must(err)
	return p
}

func (h *house) judge(by domain.Actor, id domain.RequestID, in app.Verdict) error {
	h.t.Helper()
	p := h.request(id)
	if in.Answer == 0 {
		in.Answer = p.Answers[0].Answer.ID
	}
	in.Version = p.Request.Version
	_, err := h.JudgeAnswer(ctx, by, h.eng, id, in)
	return err
}

func TestRequest_AnswerBecomesEvidenceAndIsJudgedOnce(t *testing.T) {
	h, k, r := asked(t)
	v, err := h.AnswerRequest(ctx, h.as(domain.RoleContributor), h.eng, r.ID, h.noteReply("Reviewed on 3 March."))
	h.must(err)
	if v.State != domain.RequestSubmitted {
		t.Fatalf("state %s", v.State)
	}
	p := h.request(r.ID)
	item := p.Answers[0].Item
	if item.State != domain.EvidenceSubmitted || item.Period != h.eng.Period {
		t.Errorf("the item is %s for %s", item.State, item.Period)
	}
	list, err := h.FindEvidence(ctx, h.as(domain.RoleAuditor), domain.EvidenceFilter{Control: k.ID})
	h.must(err)
	if list.Total != 1 {
		t.Errorf("%d items speak for the control", list.Total)
	}
	h.must(h.judge(h.as(domain.RoleAuditor), r.ID, app.Verdict{Accept: true}))
	p = h.request(r.ID)
	if p.Request.State != domain.RequestSatisfied || p.Answers[0].Item.State != domain.EvidenceAccepted {
		t.Errorf("the request is %s, the item %s", p.Request.State, p.Answers[0].Item.State)
	}
	e, err := h.Evidence(ctx, h.as(domain.RoleAuditor), item.ID)
	h.must(err)
	if len(e.Reviews) != 1 || e.Reviews[0].Review.Reviewer != h.as(domain.RoleAuditor).Person {
		t.Errorf("reviews %+v", e.Reviews)
	}
}

func TestRequest_ReturnTellsWhyAndWaitsForTheNextAnswer(t *testing.T) {
	h, _, r := asked(t)
	contributor, auditor := h.as(domain.RoleContributor), h.as(domain.RoleAuditor)
	_, err := h.AnswerRequest(ctx, contributor, h.eng, r.ID, h.noteReply("First"))
	h.must(err)
	h.refused(h.judge(auditor, r.ID, app.Verdict{}), domain.KindInvalid, "error.review.reason")
	h.must(h.judge(auditor, r.ID, app.Verdict{Reason: domain.ReasonWrongPeriod, Comment: "Of last year."}))
	p := h.request(r.ID)
	if p.Request.State != domain.RequestReturned || p.Answers[0].Answer.Comment != "Of last year." || p.Answers[0].Item.State != domain.EvidenceReturned {
		t.Fatalf("%s %+v", p.Request.State, p.Answers[0])
	}
	h.refused(h.judge(auditor, r.ID, app.Verdict{Accept: true}), domain.KindConflict, "error.request.judged")
	_, err = h.AnswerRequest(ctx, contributor, h.eng, r.ID, app.Reply{Existing: []domain.EvidenceID{p.Answers[0].Item.ID}})
	h.refused(err, domain.KindInvalid, "error.request.item_state")
	_, err = h.AnswerRequest(ctx, contributor, h.eng, r.ID, h.noteReply("Second"))
	h.must(err)
	h.must(h.judge(auditor, r.ID, app.Verdict{Accept: true, More: true}))
	if p = h.request(r.ID); p.Request.State != domain.RequestOpen || p.Answers[0].Answer.Verdict != domain.EvidenceAccepted {
		t.Errorf("with more awaited: %s, the answer %q", p.Request.State, p.Answers[0].Answer.Verdict)
	}
}

func TestRequest_OneItemAnswersSeveral(t *testing.T) {
	h, k, r := asked(t)
	contributor := h.as(domain.RoleContributor)
	other := h.ask(h.as(domain.RoleManager), "The same, for the manager", contributor.Person, k.ID)
	reply := h.noteReply("For both")
	reply.Also = []domain.RequestID{other.ID}
	_, err := h.AnswerRequest(ctx, contributor, h.eng, r.ID, reply)
	h.must(err)
	first, second := h.request(r.ID), h.request(other.ID)
	if first.Answers[0].Item.ID != second.Answers[0].Item.ID || second.Request.State != domain.RequestSubmitted {
		t.Errorf("%+v and %+v", first.Answers, second.Answers)
	}
	uses, err := h.RequestsAnsweredBy(ctx, contributor, first.Answers[0].Item.ID)
	h.must(err)
	if len(uses) != 2 {
		t.Errorf("the item answers %d requests", len(uses))
	}
	h.must(h.judge(h.as(domain.RoleAuditor), r.ID, app.Verdict{Accept: true}))
	h.must(h.judge(h.as(domain.RoleAuditor), other.ID, app.Verdict{Accept: true}))
	_, err = h.AnswerRequest(ctx, contributor, h.eng, r.ID, h.noteReply("Too late"))
	h.refused(err, domain.KindConflict, "error.request.state")
}

// Whoever wrote an answer does not judge it, unless nobody else could and a
// reason says so.
func TestRequest_NobodyJudgesTheirOwn(t *testing.T) {
	h := newHouse(t)
	owner := h.as(domain.RoleOwner)
	r := h.ask(owner, "Anything", 0)
	_, err := h.AnswerRequest(ctx, owner, h.eng, r.ID, h.noteReply("By the owner"))
	h.must(err)
	h.refused(h.judge(owner, r.ID, app.Verdict{Accept: true, Override: "nobody else"}), domain.KindForbidden, "error.request.own_answer")
	for _, role := range []domain.Role{domain.RoleManager, domain.RoleAuditor} {
		h.must(h.RemoveMember(ctx, owner, h.as(role).Person))
	}
	h.refused(h.judge(owner, r.ID, app.Verdict{Accept: true}), domain.KindForbidden, "error.request.own_answer")
	h.must(h.judge(owner, r.ID, app.Verdict{Accept: true, Override: "One person runs the company."}))
	p := h.request(r.ID)
	if p.Request.State != domain.RequestSatisfied || p.Answers[0].Answer.Override == "" {
		t.Errorf("%s, override %q", p.Request.State, p.Answers[0].Answer.Override)
	}
	e, err := h.Evidence(ctx, owner, p.Answers[0].Item.ID)
	h.must(err)
	if len(e.Reviews) != 1 || e.Reviews[0].Review.Override == "" {
		t.Errorf("the review of the item: %+v", e.Reviews)
	}
}

func TestRequest_OnFileSatisfiesWhatWasAccepted(t *testing.T) {
	h, k, _ := asked(t)
	auditor := h.as(domain.RoleAuditor)
	accepted := h.evidence(k.ID)
	v, err := h.SaveRequest(ctx, auditor, h.eng, domain.Request{What: "Access review of the first quarter", Due: domain.DateOf(h.now), Controls: []domain.ControlID{k.ID}}, false)
	h.must(err)
	found, err := h.RequestCandidates(ctx, auditor, h.eng, v)
	h.must(err)
	if len(found) != 1 || found[0].Item.ID != accepted.ID {
		t.Fatalf("candidates %+v", found)
	}
	v, err = h.UseEvidence(ctx, auditor, h.eng, domain.Request{ID: v.ID}, accepted.ID)
	h.must(err)
	if v.State != domain.RequestSatisfied || v.SentAt.IsZero() {
		t.Errorf("%+v", v)
	}
	// What nobody accepted yet waits for somebody else than who chose it.
	raw, err := h.AddEvidence(ctx, h.as(domain.RoleContributor), []app.NewEvidence{{Controls: []domain.ControlID{k.ID}, Item: domain.Evidence{Title: "Raw", Kind: domain.EvidenceNote, Sensitivity: domain.SensitivityInternal},
		Version: domain.EvidenceVersion{Note: "Raw", Period: h.eng.Period}}})
	h.must(err)
	v, err = h.UseEvidence(ctx, auditor, h.eng, domain.Request{What: "Another", Due: domain.DateOf(h.now), Controls: []domain.ControlID{k.ID}}, raw[0].ID)
	h.must(err)
	if v.State != domain.RequestSubmitted {
		t.Errorf("state %s", v.State)
	}
	h.refused(h.judge(auditor, v.ID, app.Verdict{Accept: true}), domain.KindForbidden, "error.request.own_answer")
	h.must(h.judge(h.as(domain.RoleManager), v.ID, app.Verdict{Accept: true}))
}

func TestRequest_WhatIsOutsideThePeriodOrReturnedIsNoCandidate(t *testing.T) {
	h, k, _ := asked(t)
	h.evidence(k.ID)
	past := domain.Request{What: "Access review", Controls: []domain.ControlID{k.ID}, Period: domain.Period{From: domain.MustDate("2025-01-01"), To: domain.MustDate("2025-12-31")}}
	found, err := h.RequestCandidates(ctx, h.as(domain.RoleAuditor), h.eng, past)
	h.must(err)
	if len(found) != 0 {
		t.Errorf("for last year: %+v", found)
	}
	found, err = h.RequestCandidates(ctx, h.as(domain.RoleAuditor), h.eng, domain.Request{What: "Review of access"})
	h.must(err)
	if len(found) != 1 {
		t.Errorf("by words alone: %+v", found)
	}
}

func TestRequest_ClosedEngagementKeepsItsRequests(t *testing.T) {
	h, _, r := asked(t)
	_, err := h.AnswerRequest(ctx, h.as(domain.RoleContributor), h.eng, r.ID, h.noteReply("Before the end"))
	h.must(err)
	for _, next := range []domain.EngagementState{domain.EngagementPlanned, domain.EngagementFieldwork, domain.EngagementReporting, domain.EngagementClosed} {
		h.eng, err = h.MoveEngagement(ctx, h.as(domain.RoleManager), h.eng.ID, next, "", h.eng.Version)
		h.must(err)
	}
	_, err = h.AnswerRequest(ctx, h.as(domain.RoleContributor), h.eng, r.ID, h.noteReply("After the end"))
	h.refused(err, domain.KindConflict, "error.request.closed")
	h.refused(h.judge(h.as(domain.RoleAuditor), r.ID, app.Verdict{Accept: true}), domain.KindConflict, "error.request.closed")
	_, err = h.SaveRequest(ctx, h.as(domain.RoleAuditor), h.eng, domain.Request{What: "x", Due: domain.DateOf(h.now)}, true)
	h.refused(err, domain.KindConflict, "error.request.closed")
	_, err = h.WithdrawRequest(ctx, h.as(domain.RoleAuditor), h.eng, r.ID, "x", 1)
	h.refused(err, domain.KindConflict, "error.request.closed")
	if p := h.request(r.ID); p.Request.State != domain.RequestSubmitted || p.MayJudge || p.MayAnswer {
		t.Errorf("%+v", p)
	}
}

func TestRequest_ChaseIsForWhatIsOverdue(t *testing.T) {
	h, _, r := asked(t)
	auditor := h.as(domain.RoleAuditor)
	_, err := h.ChaseRequests(ctx, auditor, h.eng, []domain.RequestID{r.ID})
	h.refused(err, domain.KindConflict, "error.request.not_overdue")
	h.now = h.now.AddDate(0, 0, 8)
	n, err := h.ChaseRequests(ctx, auditor, h.eng, []domain.RequestID{r.ID, r.ID})
	h.must(err)
	if n != 1 {
		t.Errorf("%d reminders for one request", n)
	}
	mine, err := h.RequestsFor(ctx, h.as(domain.RoleContributor), h.eng)
	h.must(err)
	if mine.Total != 1 || mine.Rows[0].Reminders != 1 {
		t.Errorf("the assignee sees %+v", mine.Rows)
	}
	p := h.request(r.ID)
	if p.Reminders[0].By != auditor.Person || p.Reminders[0].Person != h.as(domain.RoleContributor).Person || p.History[0].Verb != "request.reminded" {
		t.Errorf("%+v, %+v", p.Reminders, p.History[0])
	}
	counts, err := h.CountRequests(ctx, h.as(domain.RoleContributor), h.eng)
	h.must(err)
	if counts[domain.RequestsOverdue] != 1 || counts[domain.RequestsMine] != 1 || counts[domain.RequestsAwaited] != 1 || counts[domain.RequestsReview] != 0 {
		t.Errorf("counts %v", counts)
	}
}

func TestRequest_WithdrawAndReopenNeedAReason(t *testing.T) {
	h, _, r := asked(t)
	auditor := h.as(domain.RoleAuditor)
	_, err := h.WithdrawRequest(ctx, auditor, h.eng, r.ID, " ", r.Version)
	h.refused(err, domain.KindInvalid, "error.text.required")
	_, err = h.WithdrawRequest(ctx, auditor, h.eng, r.ID, "Asked twice", r.Version+5)
	h.refused(err, domain.KindConflict, "error.stale")
	v, err := h.WithdrawRequest(ctx, auditor, h.eng, r.ID, "Asked twice", r.Version)
	h.must(err)
	_, err = h.AnswerRequest(ctx, h.as(domain.RoleContributor), h.eng, r.ID, h.noteReply("Late"))
	h.refused(err, domain.KindConflict, "error.request.state")
	v, err = h.ReopenRequest(ctx, auditor, h.eng, r.ID, "Needed after all", v.Version)
	h.must(err)
	if v.State != domain.RequestOpen || v.Reason != "Needed after all" {
		t.Errorf("%+v", v)
	}
	v.What = ""
	_, err = h.SaveRequest(ctx, auditor, h.eng, v, false)
	h.refused(err, domain.KindInvalid, "error.text.required")
}

func TestRequest_SecondPressIsNoSecondAnswer(t *testing.T) {
	h, _, r := asked(t)
	contributor := h.as(domain.RoleContributor)
	if _, err := h.AnswerRequest(ctx, contributor, h.eng, r.ID, h.noteReply("The same words")); err != nil {
		t.Fatal(err)
	}
	_, err := h.AnswerRequest(ctx, contributor, h.eng, r.ID, h.noteReply("The same words"))
	h.refused(err, domain.KindInvalid, "error.request.same_words")
	if list, err := h.FindEvidence(ctx, contributor, domain.EvidenceFilter{}); err != nil || list.Total != 1 {
		t.Errorf("two presses made %d items, %v", list.Total, err)
	}
	other := h.noteReply("The same words")
	other.New[0].Version.Note = "Other words, added to the first."
	if _, err := h.AnswerRequest(ctx, contributor, h.eng, r.ID, other); err != nil {
		t.Errorf("words that add something: %v", err)
	}
}

func TestRequest_AnswerSaysWhatIsMissing(t *testing.T) {
	h, _, r := asked(t)
	contributor := h.as(domain.RoleContributor)
	_, err := h.AnswerRequest(ctx, contributor, h.eng, r.ID, app.Reply{})
	h.refused(err, domain.KindInvalid, "error.request.empty_answer")
	reply := h.noteReply("No days")
	reply.New[0].Version.Period = domain.Period{}
	_, err = h.AnswerRequest(ctx, contributor, h.eng, r.ID, reply)
	h.refused(err, domain.KindInvalid, "error.request.answer_period")
	reply = h.noteReply("Tomorrow's")
	reply.New[0].Version.CapturedOn = domain.DateOf(h.now).AddDays(9)
	_, err = h.AnswerRequest(ctx, contributor, h.eng, r.ID, reply)
	h.refused(err, domain.KindInvalid, "error.evidence.captured_later")
	if list, err := h.FindEvidence(ctx, contributor, domain.EvidenceFilter{}); err != nil || list.Total != 0 {
		t.Errorf("refused answers left %d items, %v", list.Total, err)
	}
}

func TestRequest_AnswerWithFiles(t *testing.T) {
	h, _, r := asked(t)
	contributor := h.as(domain.RoleContributor)
	staged, err := h.StageFile(ctx, contributor, "review.csv", bytes.NewReader([]byte("account,last use\n")), app.AnyBytes(1<<20))
	h.must(err)
	defer staged.Drop()
	_, err = h.AnswerRequest(ctx, contributor, h.eng, r.ID, app.Reply{Files: []*app.StagedFile{staged}, New: []app.NewEvidence{{
		Item: domain.Evidence{Title: "Access review", Kind: domain.EvidenceFile, Sensitivity: domain.SensitivityInternal}, Version: domain.EvidenceVersion{Period: h.eng.Period}}}})
	h.must(err)
	p := h.request(r.ID)
	if v := p.Answers[0].Version; v.FileName != "review.csv" || v.Blob.Size != 17 {
		t.Errorf("%+v", v)
	}
	content, _, err := h.OpenVersion(ctx, h.as(domain.RoleAuditor), p.Answers[0].Item.ID, 1)
	h.must(err)
	h.must(content.Close())
}

func TestRequest_IsFoundByTheSearchOnceSent(t *testing.T) {
	h, k, r := asked(t)
	draft, err := h.SaveRequest(ctx, h.as(domain.RoleAuditor), h.eng, domain.Request{What: "Walrus register", Due: domain.DateOf(h.now).AddDays(9), Controls: []domain.ControlID{k.ID}}, false)
	h.must(err)
	for query, want := range map[string]int{r.Code(): 1, "walrus": 0, draft.Code(): 0} {
		found, err := h.Search(ctx, h.as(domain.RoleContributor), domain.SearchFilter{Query: query})
		if err != nil || found.Total != want {
			t.Errorf("%q finds %d, want %d, %v", query, found.Total, want, err)
		}
	}
}
