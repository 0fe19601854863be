package app

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"relier/internal/catalog"
	"relier/internal/domain"
)

// Readiness puts every control of the organization into its bucket for an
// engagement, in the order of codes.
func (a *App) Readiness(ctx context.Context, actor domain.Actor, e domain.Engagement) ([]domain.ControlSummary, error) {
	if err := actor.Allow(domain.ActRead); err != nil {
		return nil, err
	}
	return a.readiness(ctx, e, 0)
}

// readiness does it in a fixed number of queries, for one control or for all (0).
func (a *App) readiness(ctx context.Context, e domain.Engagement, only domain.ControlID) ([]domain.ControlSummary, error) {
	w, err := a.world(ctx, a.store, e, only)
	if err != nil {
		return nil, err
	}
	if err := a.addFacts(ctx, w, only); err != nil {
		return nil, err
	}
	return w.readiness(), nil
}

// addFacts reads what buckets are decided from beside verdicts; a world of the
// past holds it already.
func (a *App) addFacts(ctx context.Context, w *world, only domain.ControlID) (err error) {
	if w.facts != nil {
		return nil
	}
	if w.facts, err = a.store.ControlFacts(ctx, w.engagement, w.on, only); err != nil {
		return err
	}
	owners, err := a.store.Ownerships(ctx, w.engagement.Org, only)
	w.owners = map[domain.ControlID]domain.OwnershipView{}
	for _, o := range owners {
		if o.Ownership.State != domain.OwnershipEnded {
			w.owners[o.Ownership.Control] = o
		}
	}
	return err
}

// readiness puts the controls of a world into their buckets. On a day to come,
// what would lapse by then counts as lapsed.
func (w *world) readiness() []domain.ControlSummary {
	rows, open := map[domain.ControlID]*domain.ControlSummary{}, w.openDuties()
	for id, v := range w.controls {
		s := &domain.ControlSummary{Control: v, Parties: w.parties(v)}
		if f := w.facts[id]; f != nil {
			s.Facts = *f
			s.Facts.Reliances = maps.Clone(f.Reliances)
		}
		if o, owned := w.owners[id]; owned {
			s.OwnerID, s.Owner = o.Ownership.Person, o.Person
		}
		s.Facts.Applicable, s.Facts.OpenResponsibilities = w.applies(v), open[id]
		rows[id] = s
	}
	for _, r := range w.reliances {
		if s := rows[r.Control]; s != nil {
			v := w.verdict(r)
			addRung(s, v)
			if fallen, _ := domain.Lapses(r.State, v); fallen {
				s.Facts.Reliances[r.State]--
				s.Facts.Reliances[domain.RelianceLapsed]++
			}
		}
	}
	return settle(rows)
}

// settle decides each control's bucket and puts the controls in order of codes.
func settle(rows map[domain.ControlID]*domain.ControlSummary) []domain.ControlSummary {
	out := make([]domain.ControlSummary, 0, len(rows))
	for _, s := range rows {
		s.Bucket, s.Reason = domain.Readiness(s.Facts)
		out = append(out, *s)
	}
	slices.SortFunc(out, func(a, b domain.ControlSummary) int {
		return cmp.Or(domain.CompareCodes(a.Control.Code, b.Control.Code), int(a.Control.ID-b.Control.ID))
	})
	return out
}

func excludedRefs(entries []domain.SoAEntry) map[domain.Ref]bool {
	out := map[domain.Ref]bool{}
	for _, v := range entries {
		out[v.Ref] = !v.Applicable
	}
	return out
}

// applicable reports whether any requirement of a control is: one whose every
// Annex A requirement of the edition is excluded is not.
func applicable(v domain.Control, excluded map[domain.Ref]bool) bool {
	known := false
	for _, r := range v.Requirements {
		out, inAnnex := excluded[r.Ref]
		if inAnnex && !out {
			return true
		}
		known = known || inAnnex
	}
	return !known
}

// parties counts, over the services in use, who carries the control.
func (w *world) parties(v domain.Control) map[domain.Party]int {
	out := map[domain.Party]int{}
	for _, s := range w.services {
		if s.State == domain.ServiceInUse {
			out[w.split(pair{v.ID, s.ID}).Party]++
		}
	}
	return out
}

// openDuties counts, by control, the customer responsibilities without accepted
// evidence in the audit period.
func (w *world) openDuties() map[domain.ControlID]int {
	open := map[domain.ControlID]int{}
	for p, duties := range w.duties {
		for _, d := range duties {
			if !domain.ProofOf(d, w.evidence, w.engagement.Period, w.on).Proven {
				open[p.control]++
			}
		}
	}
	return open
}

func addRung(s *domain.ControlSummary, v domain.Verdict) {
	if v.Inherited() {
		s.Facts.Inherited++
	}
	if s.Best == "" || slices.Index(domain.Rungs, v.Rung) > slices.Index(domain.Rungs, s.Best) {
		s.Best = v.Rung
	}
}

// Dashboard is what an ISMS manager needs to know first.
type Dashboard struct {
	On         domain.Date
	Counts     map[domain.Bucket]int
	Applicable int
	Excluded   int
	Blockers   []domain.ControlSummary // blocked controls, in order of codes
	Reliances  map[domain.RelianceState]int
	Inherited  int
	Conditions []Condition
	Heat       domain.Heat
	Fallen     []Fall // with those that would lapse by a day to come; those that concern whoever asks first
	Expiries   []domain.Expiry
}

// Condition is one thing that must hold before the audit may start.
type Condition struct {
	Key string // nothing_blocked, soa_approved, internal_audit, assessor_engaged
	Met bool
}

// Dashboard counts the applicable controls by bucket and lists what blocks.
func (a *App) Dashboard(ctx context.Context, actor domain.Actor, e domain.Engagement) (Dashboard, error) {
	d := Dashboard{Reliances: map[domain.RelianceState]int{}}
	if err := actor.Allow(domain.ActRead); err != nil {
		return d, err
	}
	w, err := a.wholeWorld(ctx, e)
	if err != nil {
		return d, err
	}
	controls := w.readiness()
	d.count(w.on, controls)
	evidence, err := a.expiring(ctx, e, w)
	if err != nil {
		return d, err
	}
	d.Heat, d.Fallen, d.Expiries = domain.NewHeat(controls), w.fallen(actor), w.expiries(evidence)
	for _, r := range w.views() {
		d.Reliances[r.Standing()]++
	}
	d.Conditions, err = a.conditions(ctx, w, len(w.controls) > 0 && d.Counts[domain.BucketBlocked] == 0)
	return d, err
}

// count sums up where the controls stand on a day.
func (d *Dashboard) count(on domain.Date, controls []domain.ControlSummary) {
	d.On, d.Counts = on, map[domain.Bucket]int{}
	for _, s := range controls {
		d.Counts[s.Bucket]++
		d.Inherited += s.Facts.Inherited
		if s.Bucket == domain.BucketBlocked {
			d.Blockers = append(d.Blockers, s)
		}
	}
	d.Excluded = d.Counts[domain.BucketExcluded]
	d.Applicable = len(controls) - d.Excluded
}

// conditions are those of "the audit may start".
func (a *App) conditions(ctx context.Context, w *world, unblocked bool) ([]Condition, error) {
	e := w.engagement
	versions, err := a.soaVersions(ctx, e.Org, e.Edition)
	if err != nil {
		return nil, err
	}
	engagements, err := a.engagements(ctx, e.Org)
	if err != nil {
		return nil, err
	}
	assessor := slices.ContainsFunc(w.assessors, func(m domain.Membership) bool { return m.Until == 0 || m.Until >= w.on })
	audited := slices.ContainsFunc(engagements, func(v domain.Engagement) bool { return v.ID != e.ID && v.AuditedBefore(e) })
	approved := len(versions) > 0 && SoAChanged(versions[0].Entries, w.entries) == 0
	out := []Condition{{"nothing_blocked", unblocked}, {"soa_approved", approved}}
	if e.Kind != domain.KindInternal { // an internal audit does not wait for another
		out = append(out, Condition{"internal_audit", audited})
	}
	return append(out, Condition{"assessor_engaged", assessor}), nil
}

// Task is one step from nothing to a first pack.
type Task struct {
	Key  string // controls, services, certificate, reliance, owner, evidence, pack
	Done bool
}

// Tasks lists the steps from nothing to a first pack, in order.
func (a *App) Tasks(ctx context.Context, actor domain.Actor, e domain.Engagement) ([]Task, error) {
	controls, err := a.Readiness(ctx, actor, e)
	if err != nil {
		return nil, err
	}
	services, err := a.store.Services(ctx, actor.Org)
	if err != nil {
		return nil, err
	}
	certificates, err := a.store.Certificates(ctx, actor.Org)
	if err != nil {
		return nil, err
	}
	packs, err := a.store.Packs(ctx, actor.Org, e.ID)
	has := func(f func(domain.ControlSummary) bool) bool { return slices.ContainsFunc(controls, f) }
	return []Task{
		{"controls", len(controls) > 0},
		{"services", slices.ContainsFunc(services, func(s domain.Service) bool { return s.State == domain.ServiceInUse })},
		{"certificate", slices.ContainsFunc(certificates, func(c domain.Certificate) bool { return c.State == domain.CertificateVerified })},
		{"reliance", has(func(s domain.ControlSummary) bool { return s.Best != "" })},
		{"owner", has(func(s domain.ControlSummary) bool { return s.OwnerID != 0 })},
		{"evidence", has(func(s domain.ControlSummary) bool { return s.Facts.EvidenceLinked > 0 })},
		{"pack", len(packs) > 0},
	}, err
}

// ControlView is the control workspace: what Microsoft covers, what we must do,
// and what was judged.
type ControlView struct {
	Summary       domain.ControlSummary
	Requirements  []domain.Requirement
	Splits        []SplitView
	Reliances     []RelianceView
	Certificates  []domain.Certificate // to choose from when proposing
	Evidence      []domain.EvidenceSummary
	Tests         []domain.TestView
	Ownerships    []domain.OwnershipView
	History       []domain.Activity
	Before, After domain.ControlID
}

// ControlWorkspace reads everything one page shows about a control.
func (a *App) ControlWorkspace(ctx context.Context, actor domain.Actor, e domain.Engagement, id domain.ControlID) (v ControlView, err error) {
	control, err := a.Control(ctx, actor, id)
	if err != nil {
		return v, err
	}
	w, err := a.world(ctx, a.store, e, id)
	if err != nil {
		return v, err
	}
	v.Splits, v.Reliances = w.splitsOf(control), w.views()
	for _, r := range control.Requirements {
		if q, ok := catalog.Requirement(r.Ref); ok {
			v.Requirements = append(v.Requirements, q)
		}
	}
	for _, step := range []func() error{
		func() error { return a.addFacts(ctx, w, id) },
		func() error { v.Certificates, err = a.certificates(ctx, actor.Org); return err },
		func() error { v.Tests, err = a.tests(ctx, e, id); return err },
		func() error { v.Ownerships, err = a.ownerships(ctx, actor.Org, id); return err },
		func() error { v.Before, v.After, err = a.neighbours(ctx, actor.Org, id); return err },
		func() error { v.Evidence, err = a.evidenceOf(ctx, actor.Org, id); return err },
	} {
		if err := step(); err != nil {
			return v, err
		}
	}
	v.Summary = w.readiness()[0]
	history, err := a.store.FindActivity(ctx, actor.Org, domain.ActivityFilter{Noun: domain.NounControl, Object: int64(id), To: a.lastDay(), Page: domain.Page{Size: 20}})
	v.History = history.Rows
	return v, err
}
