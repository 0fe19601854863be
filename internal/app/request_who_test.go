package app_test

import (
	"testing"

	"relier/internal/app"
	"relier/internal/domain"
)

// An assessor asks in their own engagement, judges the answers to what they
// asked, and their word stays beside the organization's own review.
func TestRequest_AssessorAsks(t *testing.T) {
	h, k, theirs := asked(t)
	assessor, contributor := h.as(domain.RoleAssessor), h.as(domain.RoleContributor)
	draft, err := h.SaveRequest(ctx, assessor, h.eng, domain.Request{What: "Screening", Due: domain.DateOf(h.now).AddDays(3), Assignee: contributor.Person, Controls: []domain.ControlID{k.ID}}, false)
	h.must(err)
	for _, role := range []domain.Role{domain.RoleOwner, domain.RoleAuditor, domain.RoleContributor} { // the assessed do not read it before it is sent
		_, err = h.RequestPage(ctx, h.as(role), h.eng, draft.ID)
		h.refused(err, domain.KindNotFound, "error.not_found")
	}
	h.must(h.SendRequests(ctx, assessor, h.eng, []domain.RequestID{draft.ID}))
	_, err = h.AnswerRequest(ctx, contributor, h.eng, draft.ID, h.noteReply("Screened"))
	h.must(err)
	_, err = h.AnswerRequest(ctx, assessor, h.eng, draft.ID, h.noteReply("By the assessor"))
	h.refused(err, domain.KindForbidden, "error.forbidden")
	for _, role := range []domain.Role{domain.RoleAuditor, domain.RoleManager} { // it is not theirs to accept
		h.refused(h.judge(h.as(role), draft.ID, app.Verdict{Accept: true}), domain.KindForbidden, "error.request.others")
	}
	h.must(h.judge(assessor, draft.ID, app.Verdict{Accept: true}))
	p := h.request(draft.ID)
	if p.Request.State != domain.RequestSatisfied || p.Answers[0].Item.State != domain.EvidenceSubmitted {
		t.Errorf("the request is %s, the item %s", p.Request.State, p.Answers[0].Item.State)
	}
	_, err = h.AnswerRequest(ctx, contributor, h.eng, theirs.ID, h.noteReply("For the auditor"))
	h.must(err)
	h.refused(h.judge(assessor, theirs.ID, app.Verdict{Accept: true}), domain.KindForbidden, "error.request.others")
	_, err = h.WithdrawRequest(ctx, assessor, h.eng, theirs.ID, "Not needed", h.request(theirs.ID).Request.Version)
	h.refused(err, domain.KindForbidden, "error.request.others")

	hidden, err := h.SaveRequest(ctx, h.as(domain.RoleAuditor), h.eng, domain.Request{What: "Unsent", Due: domain.DateOf(h.now)}, false)
	h.must(err)
	list, err := h.FindRequests(ctx, assessor, h.eng, domain.RequestFilter{})
	h.must(err)
	if list.Total != 2 {
		t.Errorf("an assessor sees %d requests, want 2", list.Total)
	}
	_, err = h.RequestPage(ctx, assessor, h.eng, hidden.ID)
	h.refused(err, domain.KindNotFound, "error.not_found")
}

func TestRequest_AssessorOfAnotherEngagementSeesNone(t *testing.T) {
	h, _, r := asked(t)
	later, err := h.CreateEngagement(ctx, h.as(domain.RoleOwner), domain.Engagement{Code: "2027", Title: "Next", Kind: domain.KindInternal, Edition: domain.Edition2022,
		Period: domain.Period{From: domain.MustDate("2027-01-01"), To: domain.MustDate("2027-12-31")}})
	h.must(err)
	_, err = h.RequestPage(ctx, h.as(domain.RoleAuditor), later, r.ID)
	h.refused(err, domain.KindNotFound, "error.not_found")
	_, err = h.SaveRequest(ctx, h.as(domain.RoleAssessor), later, domain.Request{What: "Anything", Due: domain.DateOf(h.now)}, true)
	h.refused(err, domain.KindNotFound, "error.not_found")
	_, err = h.FindRequests(ctx, h.as(domain.RoleAssessor), later, domain.RequestFilter{})
	h.refused(err, domain.KindNotFound, "error.not_found")
}

func TestRequest_WrongPeople(t *testing.T) {
	h, k, r := asked(t)
	bystander := h.member("bystander", domain.RoleContributor)
	_, err := h.AnswerRequest(ctx, bystander, h.eng, r.ID, h.noteReply("Me too"))
	h.refused(err, domain.KindForbidden, "error.request.not_yours")
	_, err = h.AnswerRequest(ctx, h.as(domain.RoleReader), h.eng, r.ID, h.noteReply("Me too"))
	h.refused(err, domain.KindForbidden, "error.forbidden")
	_, err = h.SaveRequest(ctx, bystander, h.eng, domain.Request{What: "Give me", Due: domain.DateOf(h.now)}, true)
	h.refused(err, domain.KindForbidden, "error.forbidden")
	_, err = h.JudgeAnswer(ctx, bystander, h.eng, r.ID, app.Verdict{Accept: true})
	h.refused(err, domain.KindForbidden, "error.forbidden")
	_, err = h.ChaseRequests(ctx, bystander, h.eng, []domain.RequestID{r.ID})
	h.refused(err, domain.KindForbidden, "error.forbidden")

	// The owner of its control answers, whoever the assignee is.
	elsewhere := h.ask(h.as(domain.RoleAuditor), "To somebody else", bystander.Person, k.ID)
	_, err = h.AnswerRequest(ctx, h.as(domain.RoleContributor), h.eng, elsewhere.ID, h.noteReply("I own the control"))
	h.must(err)
	for name, p := range map[string]domain.PersonID{"a reader": h.as(domain.RoleReader).Person, "an assessor": h.as(domain.RoleAssessor).Person, "nobody of ours": 9999} {
		_, err = h.SaveRequest(ctx, h.as(domain.RoleAuditor), h.eng, domain.Request{What: "To " + name, Due: domain.DateOf(h.now), Assignee: p}, true)
		h.refused(err, domain.KindInvalid, "error.request.assignee")
	}
}

// Nothing of another organization can be named in any field.
func TestRequest_NothingCrossesOrganizations(t *testing.T) {
	h, _, r := asked(t)
	foreigner := h.person("foreigner")
	h.organization(foreigner, "other")
	them := h.actor(foreigner, "other")
	theirEng, err := h.CreateEngagement(ctx, them, domain.Engagement{Code: "2026", Title: "Theirs", Kind: domain.KindInternal, Edition: domain.Edition2022, Period: h.eng.Period})
	h.must(err)
	theirControl, err := h.SaveControl(ctx, them, domain.Control{Code: "X", Title: "X", Implementation: domain.Implemented})
	h.must(err)
	theirItem, err := h.AddEvidence(ctx, them, []app.NewEvidence{{Item: domain.Evidence{Title: "Theirs", Kind: domain.EvidenceNote, Sensitivity: domain.SensitivityInternal}, Version: domain.EvidenceVersion{Note: "x", Period: h.eng.Period}}})
	h.must(err)
	theirRequest, err := h.SaveRequest(ctx, them, theirEng, domain.Request{What: "Theirs", Due: domain.DateOf(h.now)}, true)
	h.must(err)
	auditor, contributor := h.as(domain.RoleAuditor), h.as(domain.RoleContributor)
	due := domain.DateOf(h.now)

	_, err = h.SaveRequest(ctx, auditor, h.eng, domain.Request{What: "x", Due: due, Assignee: them.Person}, true)
	h.refused(err, domain.KindInvalid, "error.request.assignee")
	_, err = h.SaveRequest(ctx, auditor, h.eng, domain.Request{What: "x", Due: due, Controls: []domain.ControlID{theirControl.ID}}, true)
	h.refused(err, domain.KindInvalid, "error.choice")
	_, err = h.SaveRequest(ctx, auditor, theirEng, domain.Request{What: "x", Due: due}, true)
	h.refused(err, domain.KindNotFound, "error.not_found")
	_, err = h.SaveRequest(ctx, auditor, h.eng, domain.Request{ID: theirRequest.ID, What: "x", Due: due, Version: theirRequest.Version}, true)
	h.refused(err, domain.KindNotFound, "error.not_found")
	_, err = h.AnswerRequest(ctx, contributor, h.eng, r.ID, app.Reply{Existing: []domain.EvidenceID{theirItem[0].ID}})
	h.refused(err, domain.KindInvalid, "error.choice")
	reply := h.noteReply("x")
	reply.Also = []domain.RequestID{theirRequest.ID}
	_, err = h.AnswerRequest(ctx, contributor, h.eng, r.ID, reply)
	h.refused(err, domain.KindNotFound, "error.not_found")
	_, err = h.UseEvidence(ctx, auditor, h.eng, domain.Request{ID: r.ID}, theirItem[0].ID)
	h.refused(err, domain.KindInvalid, "error.choice")
	_, err = h.AnswerRequest(ctx, contributor, h.eng, r.ID, h.noteReply("ours"))
	h.must(err)
	ours := h.request(r.ID)
	_, err = h.JudgeAnswer(ctx, them, theirEng, theirRequest.ID, app.Verdict{Answer: ours.Answers[0].Answer.ID, Accept: true, Version: theirRequest.Version})
	h.refused(err, domain.KindNotFound, "error.not_found")
	_, err = h.RequestPage(ctx, them, h.eng, r.ID)
	h.refused(err, domain.KindNotFound, "error.not_found")
	if list, err := h.FindEvidence(ctx, auditor, domain.EvidenceFilter{}); err != nil || list.Total != 1 {
		t.Errorf("refused answers left %d items, %v", list.Total-1, err)
	}
}
