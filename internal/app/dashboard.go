package app

import (
	"cmp"
	"context"
	"slices"

	"relier/internal/domain"
)

// Fall is a reliance that lapsed and was not proposed anew yet, or would lapse by
// a day to come.
type Fall struct {
	RelianceView
	Mine  bool // it concerns whoever asks
	Owner string
}

// fallen lists the lapsed reliances: those that concern the actor first, of
// each part the newest first.
func (w *world) fallen(actor domain.Actor) []Fall {
	var out []Fall
	for _, r := range w.reliances {
		v := w.view(r)
		if v.Standing() != domain.RelianceLapsed {
			continue
		}
		o := w.owners[r.Control]
		mine := r.Concerns(actor.Person, actor.Role, o.Ownership.Person, w.duties[pair{r.Control, r.Service}])
		out = append(out, Fall{v, mine, o.Person})
	}
	slices.SortStableFunc(out, func(a, b Fall) int {
		switch {
		case a.Mine && !b.Mine:
			return -1
		case b.Mine && !a.Mine:
			return 1
		}
		return cmp.Or(b.Reliance.LapsedAt.Compare(a.Reliance.LapsedAt), domain.CompareCodes(a.Control.Code, b.Control.Code))
	})
	return out
}

// expiries lists what runs out within the months that the timeline spans.
func (w *world) expiries(evidence map[domain.EvidenceID]domain.EvidenceFact) []domain.Expiry {
	axis := domain.ExpiryAxis(w.on)
	var out []domain.Expiry
	keep := func(x domain.Expiry, ok bool) {
		if ok && x.On >= axis.From && (x.On <= axis.To || x.From != 0 && x.From <= axis.To) {
			out = append(out, x)
		}
	}
	for _, c := range w.certificates {
		keep(c.ExpiryOf())
	}
	for _, r := range w.reports {
		keep(r.ExpiryOf(w.engagement.ReportAge()))
	}
	for _, m := range w.assessors {
		keep(m.ExpiryOf())
	}
	for p, duties := range w.duties {
		if w.services[p.service].State != domain.ServiceInUse {
			continue
		}
		for _, d := range duties {
			keep(d.ExpiryOf(domain.ProofOf(d, w.evidence, w.engagement.Period, w.on)))
		}
	}
	for id, f := range evidence {
		keep(f.ExpiryOf(id))
	}
	return domain.InExpiryOrder(out)
}

// expiring reads the evidence that may run out within the timeline: a world of the
// past holds every item, one of the present only those that duties name. Of a large
// library it is what runs out next, and what ran out last.
func (a *App) expiring(ctx context.Context, e domain.Engagement, w *world) (map[domain.EvidenceID]domain.EvidenceFact, error) {
	if a.past() || e.State == domain.EngagementClosed {
		return w.evidence, nil
	}
	axis, out := domain.ExpiryAxis(w.on), map[domain.EvidenceID]domain.EvidenceFact{}
	for _, gone := range []bool{false, true} {
		days := domain.Period{From: w.on, To: axis.To}
		if gone {
			days = domain.Period{From: axis.From, To: w.on - 1}
		}
		items, err := a.store.EvidenceExpiring(ctx, e.Org, days, domain.ExpiringMost, gone)
		if err != nil {
			return nil, err
		}
		for _, v := range items {
			out[v.ID] = domain.EvidenceFact{Code: v.Code(), Title: v.Title, State: domain.EvidenceAccepted, Expires: v.Expires}
		}
	}
	return out, nil
}

// ServiceCoverage says, of each service, what the verified certificates that
// name it cover of the audit period.
func (a *App) ServiceCoverage(ctx context.Context, actor domain.Actor, e domain.Engagement) (map[domain.ServiceID]domain.Coverage, error) {
	if err := actor.Allow(domain.ActRead); err != nil {
		return nil, err
	}
	services, err := a.services(ctx, actor.Org)
	if err != nil {
		return nil, err
	}
	certificates, err := a.certificates(ctx, actor.Org)
	out := map[domain.ServiceID]domain.Coverage{}
	for _, s := range services {
		out[s.ID] = domain.CoverageOf(s, certificates, e.Period, a.day())
	}
	return out, err
}
