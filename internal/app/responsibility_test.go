package app_test

import (
	"testing"

	"relier/internal/app"
	"relier/internal/domain"
)

func TestResponsibility_HasNoTwin(t *testing.T) {
	h := newHouse(t)
	c, s := h.control("C-1"), h.azure()
	v := domain.Responsibility{Control: c.ID, Service: s.ID, Sentence: "Review access each month.", Cadence: domain.CadenceMonthly}
	errs := twice(func() error { _, err := h.SaveResponsibility(ctx, h.as(domain.RoleManager), v); return err })
	if errs[0] != nil {
		t.Fatal(errs)
	}
	h.refused(errs[1], domain.KindConflict, "error.duty.twice")
	v.Sentence = "review access each month. "
	_, err := h.SaveResponsibility(ctx, h.as(domain.RoleManager), v)
	h.refused(err, domain.KindConflict, "error.duty.twice")
	none := domain.Responsibility{Control: c.ID, Service: s.ID, State: domain.ResponsibilityNone, Because: "Nothing."}
	_, err = h.SaveResponsibility(ctx, h.as(domain.RoleManager), none)
	h.refused(err, domain.KindConflict, "error.duty.none_beside")
	other := h.control("C-2")
	none.Control = other.ID
	_, err = h.SaveResponsibility(ctx, h.as(domain.RoleManager), none)
	h.must(err)
	none.Because = "Nothing at all."
	_, err = h.SaveResponsibility(ctx, h.as(domain.RoleManager), none)
	h.refused(err, domain.KindConflict, "error.duty.none_twice")
	beside := v
	beside.Control = other.ID
	_, err = h.SaveResponsibility(ctx, h.as(domain.RoleManager), beside)
	h.refused(err, domain.KindConflict, "error.duty.beside_none")
	list, err := h.Duties(ctx, h.as(domain.RoleReader), h.eng, app.DutyFilter{})
	h.must(err)
	mistaken, err := h.SaveResponsibility(ctx, h.as(domain.RoleManager), domain.Responsibility{Control: c.ID, Service: s.ID, Sentence: "Written by mistake."})
	h.must(err)
	mistaken.State, mistaken.Because = domain.ResponsibilityNone, "It says the same as the one before."
	_, err = h.SaveResponsibility(ctx, h.as(domain.RoleManager), mistaken)
	h.must(err) // a duty written by mistake falls away, with the reason
	if list.Total != 2 {
		t.Errorf("%d responsibilities, want 2", list.Total)
	}
	changed := list.Rows[1].Responsibility // none becomes something, and may again
	changed.State, changed.Sentence, changed.Because = domain.ResponsibilityOpen, "Review.", ""
	changed, err = h.SaveResponsibility(ctx, h.as(domain.RoleManager), changed)
	h.must(err)
	for _, role := range []domain.Role{domain.RoleReader, domain.RoleAssessor} {
		changed.Owner = h.as(role).Person
		_, err = h.SaveResponsibility(ctx, h.as(domain.RoleManager), changed)
		h.refused(err, domain.KindInvalid, "owner")
	}
	changed.Owner = 0
	for _, elsewhere := range []domain.Responsibility{{Control: c.ID, Service: s.ID}, {Control: other.ID, Service: s.ID + 1}} {
		elsewhere.ID, elsewhere.Sentence, elsewhere.Version = changed.ID, "Moved.", changed.Version
		_, err = h.SaveResponsibility(ctx, h.as(domain.RoleManager), elsewhere)
		h.refused(err, domain.KindNotFound, "error.not_found")
	}
	v.Sentence, v.Cadence = "Another.", "hourly"
	_, err = h.SaveResponsibility(ctx, h.as(domain.RoleManager), v)
	h.refused(err, domain.KindInvalid, "cadence")
}

func TestResponsibility_ShowsWhatItMoves(t *testing.T) {
	h := newHouse(t)
	r, _, e := h.accepted()
	list, err := h.Duties(ctx, h.as(domain.RoleReader), h.eng, app.DutyFilter{})
	h.must(err)
	v := list.Rows[0].Responsibility
	for name, change := range map[string]func(*domain.Responsibility){
		"evidence taken away": func(v *domain.Responsibility) { v.Evidence = nil },
		"due each month":      func(v *domain.Responsibility) { v.Cadence = domain.CadenceMonthly }, // its evidence ends in March
		"one more": func(v *domain.Responsibility) {
			*v = domain.Responsibility{Control: v.Control, Service: v.Service, Sentence: "Also this."}
		},
	} {
		after := v
		change(&after)
		effects, err := h.ResponsibilityEffects(ctx, h.as(domain.RoleManager), after)
		h.must(err)
		if len(effects) != 1 || !effects[0].Falls() || effects[0].Reliance.ID != r.ID {
			t.Errorf("%s: the effects are %+v", name, effects)
		}
	}
	v.Evidence = []domain.EvidenceID{e.ID}
	if effects, err := h.ResponsibilityEffects(ctx, h.as(domain.RoleManager), v); err != nil || len(effects) > 0 {
		t.Errorf("the same again moves %+v, %v", effects, err)
	}
	v.Evidence = nil
	_, err = h.SaveResponsibility(ctx, h.as(domain.RoleManager), v)
	h.must(err)
	if state, _ := h.verdict(r.ID); state != domain.RelianceLapsed {
		t.Errorf("the reliance is %s", state)
	}
}

func TestDuties_StateOnTheDay(t *testing.T) {
	h := newHouse(t)
	c, s := h.control("C-1"), h.azure()
	e := h.evidence(c.ID) // speaks for January to March 2026
	_, err := h.AssignOwner(ctx, h.as(domain.RoleManager), h.as(domain.RoleContributor).Person, []domain.ControlID{c.ID})
	h.must(err)
	save := func(v domain.Responsibility) {
		t.Helper()
		v.Control, v.Service = c.ID, s.ID
		_, err := h.SaveResponsibility(ctx, h.as(domain.RoleManager), v)
		h.must(err)
	}
	save(domain.Responsibility{Sentence: "Monthly", Cadence: domain.CadenceMonthly, Evidence: []domain.EvidenceID{e.ID}, Owner: h.as(domain.RoleAuditor).Person})
	save(domain.Responsibility{Sentence: "Yearly", Cadence: domain.CadenceYearly, Evidence: []domain.EvidenceID{e.ID}})
	save(domain.Responsibility{Sentence: "At each incident"})

	list, err := h.Duties(ctx, h.as(domain.RoleReader), h.eng, app.DutyFilter{})
	h.must(err)
	for i, want := range []struct {
		state     domain.ResponsibilityState
		until     string
		inherited bool
	}{{domain.ResponsibilityStale, "", false}, {domain.ResponsibilityEvidenced, "2027-04-30", true}, {domain.ResponsibilityOpen, "", true}} {
		got := list.Rows[i]
		if got.State != want.state || got.Proof.Until.String() != want.until || got.Inherited != want.inherited {
			t.Errorf("%s: %s until %q, %v", got.Responsibility.Sentence, got.State, got.Proof.Until, got.Inherited)
		}
	}
	for name, f := range map[string]app.DutyFilter{
		"state": {State: domain.ResponsibilityStale}, "cadence": {Cadence: "monthly"}, "owner": {Owner: h.as(domain.RoleAuditor).Person}, "words": {Query: "MÔNTHLY"},
	} {
		if got, err := h.Duties(ctx, h.as(domain.RoleReader), h.eng, f); err != nil || got.Total != 1 || got.Rows[0].Responsibility.Sentence != "Monthly" {
			t.Errorf("filtered by %s: %d rows, %v", name, got.Total, err)
		}
	}
	if got, err := h.Duties(ctx, h.as(domain.RoleReader), h.eng, app.DutyFilter{Cadence: app.NoCadence}); err != nil || got.Total != 1 {
		t.Errorf("without a cadence: %d rows, %v", got.Total, err)
	}
	later, err := h.AsOf(domain.MustDate("2028-01-01")).Duties(ctx, h.as(domain.RoleReader), h.eng, app.DutyFilter{}) // after the audit period
	h.must(err)
	if got := later.Rows[1]; got.State != domain.ResponsibilityStale || got.Proof.Until != 0 || len(got.Proof.Causes) != 1 || later.Counts[domain.ResponsibilityStale] != 2 {
		t.Errorf("after its turn the yearly duty is %s: %+v", got.State, got.Proof)
	}
	past, err := h.AsOf(domain.MustDate("2026-11-24")).Duties(ctx, h.as(domain.RoleReader), h.eng, app.DutyFilter{Sort: "until", Desc: true})
	h.must(err)
	if past.Rows[0].Responsibility.Sentence != "Yearly" {
		t.Errorf("the last to age is %s", past.Rows[0].Responsibility.Sentence)
	}
}
