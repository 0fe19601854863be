package app

import (
	"context"
	"slices"

	"relier/internal/domain"
)

// Reply is what somebody sends as an answer: items on file, new ones, or both.
type Reply struct {
	Existing []domain.EvidenceID
	New      []NewEvidence      // files, links and notes that become items; their controls are the request's
	Files    []*StagedFile      // the bytes of the first len(Files) of New
	Also     []domain.RequestID // other requests that it answers as well
	Note     string             // to the reviewer
}

// AnswerRequest sends a reply. New items, their answers and the request's state
// come in one transaction; bytes are kept before it, once everything that was
// typed has been checked.
func (a *App) AnswerRequest(ctx context.Context, actor domain.Actor, e domain.Engagement, id domain.RequestID, in Reply) (domain.Request, error) {
	if err := actor.Allow(domain.ActRequestAnswer); err != nil {
		return domain.Request{}, err
	}
	var v domain.Request
	in.Note = domain.Clean(in.Note)
	for i, f := range in.Files {
		hold(&in.New[i].Version, f.received)
	}
	look := change{Store: a.store, ctx: ctx, actor: actor, at: a.Now()}
	if err := look.mayReply(e, id, in); err != nil {
		return v, err
	}
	for _, f := range in.Files {
		if _, err := f.Keep(ctx); err != nil {
			return v, err
		}
	}
	err := a.change(ctx, actor, func(c change) (err error) {
		if err = c.mayReply(e, id, in); err != nil {
			return err
		}
		v, err = c.reply(e, id, in)
		return err
	})
	undo(ctx, err, in.Files...)
	return v, err
}

// mayReply reports everything that would refuse a reply, and changes nothing.
func (c change) mayReply(e domain.Engagement, id domain.RequestID, in Reply) error {
	if err := c.openFor(e); err != nil {
		return err
	}
	for _, id := range append([]domain.RequestID{id}, in.Also...) {
		v, err := c.request(e, id)
		if err != nil {
			return err
		}
		if err := c.mayAnswer(v); err != nil {
			return err
		}
	}
	if len(in.Existing)+len(in.New) == 0 {
		return domain.Invalid("error.request.empty_answer", nil).At("file")
	}
	var wrong domain.FieldErrors
	domain.CheckText(&wrong, "message", in.Note, 0, 2000)
	errs := []error{wrong.Err()}
	for _, n := range in.New {
		n.Item.Title = domain.Clean(n.Item.Title)
		errs = append(errs, n.Item.Check(), n.Version.Check(n.Item.Kind), c.notLaterField(n.Version.CapturedOn))
		if !n.Version.Period.Valid() {
			errs = append(errs, domain.FieldErrors{domain.Invalid("error.request.answer_period", nil).At("from")})
		}
	}
	return joinFields(errs...)
}

func (c change) notLaterField(d domain.Date) error {
	if e, ok := c.notLater(d).(*domain.Error); ok {
		return domain.FieldErrors{e}
	}
	return nil
}

// mayAnswer refuses whom a request does not concern, and a request that waits
// for no answer.
func (c change) mayAnswer(v domain.Request) error {
	owns, err := c.OwnsControlOf(c.ctx, c.actor.Org, v.ID, c.actor.Person)
	if err != nil {
		return err
	}
	if !v.Answerable(c.actor, owns) {
		return domain.Forbidden("error.request.not_yours", nil)
	}
	return v.Move(domain.RequestAnswered, 0, false)
}

// reply adds the new items and offers all of them to each request.
func (c change) reply(e domain.Engagement, id domain.RequestID, in Reply) (domain.Request, error) {
	first, err := c.request(e, id)
	if err != nil {
		return first, err
	}
	items := slices.Compact(slices.Sorted(slices.Values(in.Existing)))
	for _, n := range in.New {
		if err := c.notSaidYet(id, n); err != nil {
			return first, err
		}
		n.Controls = first.Controls
		added, err := c.addEvidence(n)
		if err != nil {
			return first, err
		}
		items = append(items, added.ID)
	}
	for _, also := range in.Also {
		if also == id {
			continue
		}
		v, err := c.request(e, also)
		if err == nil {
			_, err = c.offer(v, items, in.Note)
		}
		if err != nil {
			return first, err
		}
	}
	return c.offer(first, items, in.Note)
}

// notSaidYet refuses the words or the link that the same person has sent already
// and that wait for a reviewer: a second press of the button, not a second answer.
// The same goes for the same bytes, should the two presses come together.
func (c change) notSaidYet(id domain.RequestID, n NewEvidence) error {
	answers, err := c.Answers(c.ctx, c.actor.Org, id)
	if err != nil {
		return err
	}
	for _, b := range answers {
		if !b.Pending() || b.By != c.actor.Person {
			continue
		}
		versions, err := c.EvidenceVersions(c.ctx, c.actor.Org, b.Evidence)
		if err != nil {
			return err
		}
		said := func(v domain.EvidenceVersion) bool {
			return v.ID == b.VersionID && v.URL == n.Version.URL && v.Note == n.Version.Note && v.Blob.SHA256 == n.Version.Blob.SHA256
		}
		if slices.ContainsFunc(versions, said) {
			return c.saidBefore(b, n.Item.Kind)
		}
	}
	return nil
}

// saidBefore names the answer that waits already.
func (c change) saidBefore(b domain.RequestAnswer, kind domain.EvidenceKind) error {
	if kind != domain.EvidenceFile {
		return domain.Invalid("error.request.same_words", nil).At("note")
	}
	e, err := c.Evidence(c.ctx, c.actor.Org, b.Evidence)
	if err != nil {
		return err
	}
	return domain.Invalid("error.request.same_answer", domain.Args{"Evidence": e.Code()}).At("file")
}

// offer answers a request with the newest versions of items.
func (c change) offer(v domain.Request, items []domain.EvidenceID, note string) (domain.Request, error) {
	answers, err := c.Answers(c.ctx, c.actor.Org, v.ID)
	if err != nil {
		return v, err
	}
	for _, id := range items {
		if _, err := c.offerItem(v, answers, id, note); err != nil {
			return v, err
		}
	}
	if err := v.Move(domain.RequestAnswered, len(items), false); err != nil {
		return v, err
	}
	if err := c.UpdateRequest(c.ctx, &v); err != nil {
		return v, err
	}
	return v, c.recordRequest("request.answered", v)
}

func (c change) offerItem(v domain.Request, before []domain.RequestAnswer, id domain.EvidenceID, note string) (domain.RequestAnswer, error) {
	item, err := c.Evidence(c.ctx, c.actor.Org, id)
	if domain.IsNotFound(err) {
		err = domain.Invalid("error.choice", nil).At("evidence")
	}
	if err != nil {
		return domain.RequestAnswer{}, err
	}
	if state := item.StateOn(domain.DateOf(c.at)); !state.Offered() {
		return domain.RequestAnswer{}, domain.Invalid("error.request.item_state", domain.Args{"Evidence": item.Code(), "State": string(state)}).At("evidence")
	}
	versions, err := c.EvidenceVersions(c.ctx, c.actor.Org, id)
	if err != nil {
		return domain.RequestAnswer{}, err
	}
	if slices.ContainsFunc(before, func(b domain.RequestAnswer) bool { return b.VersionID == versions[0].ID }) {
		return domain.RequestAnswer{}, domain.Invalid("error.request.same_answer", domain.Args{"Evidence": item.Code()}).At("evidence")
	}
	answer := domain.RequestAnswer{Org: c.actor.Org, Request: v.ID, Evidence: id, VersionID: versions[0].ID, By: c.actor.Person, At: c.at, Note: note}
	if err := c.AddAnswer(c.ctx, &answer); err != nil {
		return answer, err
	}
	return answer, c.speakFor(id, v.Controls)
}

// speakFor links an item to a request's controls, unless it is already.
func (c change) speakFor(id domain.EvidenceID, controls []domain.ControlID) error {
	links, err := c.EvidenceLinks(c.ctx, c.actor.Org, id)
	if err != nil {
		return err
	}
	all := eachOnce(slices.Concat(links[id], controls))
	if len(all) == len(links[id]) {
		return nil
	}
	_, err = c.changeEvidence(id, "evidence.described", func(c change, _ *domain.Evidence) error { return c.linkControls(id, all) })
	return err
}

// UseEvidence answers a request with an item on file, by whoever steers it: a
// draft is sent with it. An item that somebody accepted, and that the actor did
// not upload, satisfies the request at once: it was judged independently
// already. Anything else waits for a reviewer as any answer does.
func (a *App) UseEvidence(ctx context.Context, actor domain.Actor, e domain.Engagement, v domain.Request, item domain.EvidenceID) (domain.Request, error) {
	if err := actor.Allow(domain.ActRequestWrite); err != nil {
		return v, err
	}
	err := a.change(ctx, actor, func(c change) error {
		if err := c.openFor(e); err != nil {
			return err
		}
		if v.ID == 0 || v.What != "" { // with what a form says of it
			if err := c.saveRequest(e, &v, "request.changed"); err != nil {
				return err
			}
		}
		return c.useEvidence(e, &v, item)
	})
	return v, err
}

func (c change) useEvidence(e domain.Engagement, v *domain.Request, item domain.EvidenceID) (err error) {
	if *v, err = c.request(e, v.ID); err != nil {
		return err
	}
	if !v.Steers(c.actor, domain.ActRequestReview) {
		return domain.Forbidden("error.request.others", nil)
	}
	if v.State == domain.RequestDraft {
		if err := c.sendRequest(v); err != nil {
			return err
		}
	}
	if *v, err = c.offer(*v, []domain.EvidenceID{item}, ""); err != nil {
		return err
	}
	on, err := c.Evidence(c.ctx, c.actor.Org, item)
	if err != nil || on.StateOn(domain.DateOf(c.at)) != domain.EvidenceAccepted || on.Author == c.actor.Person {
		return err
	}
	answers, err := c.Answers(c.ctx, c.actor.Org, v.ID)
	if err != nil {
		return err
	}
	last := answers[len(answers)-1]
	last.Verdict = domain.EvidenceAccepted
	return c.settle(v, answers, last, false)
}

// Verdict is what a reviewer says of an answer.
type Verdict struct {
	Answer   domain.AnswerID
	Accept   bool
	More     bool // it is accepted, and more is awaited
	Reason   domain.ReviewReason
	Comment  string
	Override string
	Version  int // of the request, as the reviewer saw it
}

// JudgeAnswer accepts an answer or returns it with a reason. The same act
// reviews the version in the library when it still waits for that, so that
// nobody judges one thing twice; an assessor's word stands on the answer alone.
func (a *App) JudgeAnswer(ctx context.Context, actor domain.Actor, e domain.Engagement, id domain.RequestID, in Verdict) (v domain.Request, err error) {
	if err := actor.Allow(domain.ActRequestReview); err != nil {
		return v, err
	}
	err = a.change(ctx, actor, func(c change) error {
		if err := c.openFor(e); err != nil {
			return err
		}
		if v, err = c.request(e, id); err != nil {
			return err
		}
		if !v.Steers(actor, domain.ActRequestReview) {
			return domain.Forbidden("error.request.others", nil)
		}
		answers, err := c.Answers(ctx, actor.Org, id)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(answers, func(b domain.RequestAnswer) bool { return b.ID == in.Answer })
		if i < 0 {
			return domain.NotFound(string(domain.NounRequest))
		}
		answer, err := c.judged(answers[i], in)
		if err != nil {
			return err
		}
		v.Version = in.Version
		if err := c.reviewOffered(answer); err != nil {
			return err
		}
		if err := a.lapse(c); err != nil {
			return err
		}
		return c.settle(&v, answers, answer, in.More)
	})
	return v, err
}

// judged puts the verdict on an answer, by somebody independent of it.
func (c change) judged(answer domain.RequestAnswer, in Verdict) (domain.RequestAnswer, error) {
	if !answer.Pending() {
		return answer, domain.Conflict("error.request.judged", nil)
	}
	answer.Verdict, answer.Reason, answer.Comment, answer.Override = domain.EvidenceReturned, in.Reason, domain.Clean(in.Comment), domain.Clean(in.Override)
	if in.Accept {
		answer.Verdict, answer.Reason = domain.EvidenceAccepted, ""
	}
	if err := answer.Review().Check(); err != nil {
		return answer, err
	}
	versions, err := c.EvidenceVersions(c.ctx, c.actor.Org, answer.Evidence)
	if err != nil {
		return answer, err
	}
	own := answer.By == c.actor.Person
	for _, n := range versions {
		own = own || n.ID == answer.VersionID && n.UploadedBy == c.actor.Person
	}
	if !own {
		answer.Override = ""
		return answer, nil
	}
	return answer, c.mayOverride(c.actor.Person, "error.request.own_answer", answer.Override)
}

// reviewOffered gives the version offered the same verdict in the library, when
// it is the newest there, still waits for one, and the actor may review it.
func (c change) reviewOffered(answer domain.RequestAnswer) error {
	if !c.actor.Can(domain.ActEvidenceReview) {
		return nil
	}
	item, err := c.Evidence(c.ctx, c.actor.Org, answer.Evidence)
	if err != nil || item.State != domain.EvidenceSubmitted {
		return err
	}
	versions, err := c.EvidenceVersions(c.ctx, c.actor.Org, answer.Evidence)
	if err != nil || versions[0].ID != answer.VersionID {
		return err
	}
	r := answer.Review()
	r.Reviewer = c.actor.Person
	_, err = c.changeEvidence(answer.Evidence, "evidence."+string(r.Verdict), func(c change, e *domain.Evidence) error { return c.review(e, r, e.Version) })
	return err
}

// settle writes the verdict and moves the request.
func (c change) settle(v *domain.Request, answers []domain.RequestAnswer, answer domain.RequestAnswer, more bool) error {
	answer.Reviewer, answer.ReviewedAt = c.actor.Person, c.at
	if err := c.Store.JudgeAnswer(c.ctx, &answer); err != nil {
		return err
	}
	act, verb := domain.RequestAccept, "request.accepted"
	if answer.Verdict == domain.EvidenceReturned {
		act, verb = domain.RequestReturn, "request.returned"
	}
	if err := v.Move(act, domain.PendingAnswers(answers)-1, more); err != nil {
		return err
	}
	if err := c.UpdateRequest(c.ctx, v); err != nil {
		return err
	}
	return c.recordRequest(verb, *v)
}
