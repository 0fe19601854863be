package app

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"relier/internal/domain"
	"relier/internal/store"
)

// DutyFilter narrows and orders the customer responsibilities of an engagement.
type DutyFilter struct {
	Query   string // words in the sentence, or in the control's code or title
	Service domain.ServiceID
	Owner   domain.PersonID // who is answerable; domain.NoOwner: nobody
	State   domain.ResponsibilityState
	Cadence string // a domain.Cadence, or NoCadence
	Sort    string // code, service, owner, state, cadence, until
	Desc    bool
	Page    domain.Page
}

// NoCadence, as a filter's cadence, asks for what does not recur by the calendar.
const NoCadence = "none"

// DutyView is a customer responsibility with who answers for it and whether it
// is proven on the day looked from.
type DutyView struct {
	Responsibility domain.Responsibility
	Control        domain.Control
	Service        domain.Service
	Owner          domain.PersonID // the duty's own, else the control's; 0: nobody
	Inherited      bool            // Owner is the control's
	Proof          domain.Proof
	State          domain.ResponsibilityState
}

// DutyList is one page of responsibilities, and how all of them stand.
type DutyList struct {
	domain.List[DutyView]
	Counts map[domain.ResponsibilityState]int // of all, whatever the filter
}

// Duties lists the customer responsibilities on the services in use.
func (a *App) Duties(ctx context.Context, actor domain.Actor, e domain.Engagement, f DutyFilter) (DutyList, error) {
	out := DutyList{Counts: map[domain.ResponsibilityState]int{}}
	if err := actor.Allow(domain.ActRead); err != nil {
		return out, err
	}
	w, err := a.world(ctx, a.store, e, 0)
	if err != nil {
		return out, err
	}
	if err := a.addFacts(ctx, w, 0); err != nil {
		return out, err
	}
	all := w.dutyViews(a.Today())
	for _, v := range all {
		out.Counts[v.State]++
	}
	names, err := a.store.PersonNames(ctx, actor.Org)
	if err != nil {
		return out, err
	}
	all = slices.DeleteFunc(all, func(v DutyView) bool { return !f.matches(v) })
	sortDuties(all, f, names)
	out.List = domain.Slice(all, f.Page)
	return out, nil
}

// dutyViews joins the duties of a world with their proof, in the order of the
// controls' codes.
func (w *world) dutyViews(today domain.Date) []DutyView {
	var out []DutyView
	services := w.inUse()
	for _, control := range w.inCodeOrder() {
		for _, s := range services {
			for _, d := range w.duties[pair{control.ID, s.ID}] {
				v := DutyView{Responsibility: d, Control: control, Service: s, Owner: d.Owner}
				if o, owned := w.owners[control.ID]; owned && d.Owner == 0 {
					v.Owner, v.Inherited = o.Ownership.Person, true
				}
				v.Proof = domain.ProofOf(d, w.evidence, w.engagement.Period, w.on)
				if w.on > today {
					v.Proof = v.Proof.AsOf(w.on)
				}
				v.State = d.StateOn(v.Proof)
				out = append(out, v)
			}
		}
	}
	return out
}

func (f DutyFilter) matches(v DutyView) bool {
	cadence := f.Cadence
	if cadence == NoCadence {
		cadence = ""
	}
	owner := f.Owner
	if owner == domain.NoOwner {
		owner = 0
	}
	return Mentions(v.Control.Code+" "+v.Control.Title+" "+v.Responsibility.Sentence+" "+v.Responsibility.Because, f.Query) &&
		(f.Service == 0 || v.Service.ID == f.Service) &&
		(f.Owner == 0 || v.Owner == owner) &&
		(f.State == "" || v.State == f.State) &&
		(f.Cadence == "" || string(v.Responsibility.Cadence) == cadence && v.State != domain.ResponsibilityNone)
}

// Mentions reports whether a text holds words, whatever their accents and case.
func Mentions(text, words string) bool { return strings.Contains(store.Fold(text), store.Fold(words)) }

// agesBy is the day to be ready by: today or before for what is not proven now,
// never for what does not age.
func (v DutyView) agesBy() domain.Date {
	switch {
	case !v.Proof.Proven:
		return 0
	case v.Proof.Until == 0:
		return domain.MustDate("9999-12-31")
	}
	return v.Proof.Until
}

// sortDuties puts views in an order; ties keep that of the codes.
func sortDuties(all []DutyView, f DutyFilter, names map[domain.PersonID]string) {
	orders := map[string]func(x, y DutyView) int{
		"code":    func(x, y DutyView) int { return domain.CompareCodes(x.Control.Code, y.Control.Code) },
		"service": func(x, y DutyView) int { return cmp.Compare(x.Service.Name, y.Service.Name) },
		"owner":   func(x, y DutyView) int { return cmp.Compare(names[x.Owner], names[y.Owner]) },
		"state": func(x, y DutyView) int {
			return cmp.Compare(place(domain.ResponsibilityStates, x.State), place(domain.ResponsibilityStates, y.State))
		},
		"cadence": func(x, y DutyView) int {
			return cmp.Compare(place(domain.Cadences, x.Responsibility.Cadence), place(domain.Cadences, y.Responsibility.Cadence))
		},
		"until": func(x, y DutyView) int { return cmp.Compare(x.agesBy(), y.agesBy()) },
	}
	order := orders[f.Sort]
	if order == nil {
		return
	}
	slices.SortStableFunc(all, func(x, y DutyView) int {
		if f.Desc {
			x, y = y, x
		}
		return order(x, y)
	})
}
