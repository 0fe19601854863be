package app

import (
	"cmp"
	"context"
	"slices"

	"relier/internal/domain"
)

// ProposalChoice is what somebody wants to propose at once.
type ProposalChoice struct {
	Controls     []domain.ControlID
	Services     []domain.ServiceID     // none: every service in use
	Certificates []domain.CertificateID // none: every verified one that names the service in its cloud
}

// Why a pair is left out of a bulk proposal.
const (
	LeftNotInUse      = "not_in_use"     // the service is
	LeftClaimed       = "claimed"        // somebody claims the pair already
	LeftRefused       = "refused"        // by the assessor: it wants an answer of its own, on its own page
	LeftExcluded      = "excluded"       // our SoA excludes the control
	LeftOversight     = "oversight"      // overseeing suppliers is never the supplier's
	LeftClause        = "clause"         // clauses 4 to 10 are about our own management system
	LeftNothing       = "nothing"        // the split leaves Microsoft no part
	LeftNoCertificate = "no_certificate" // verified, and naming the service in its cloud
)

// LeftOut is a pair that a bulk proposal does not touch, and why.
type LeftOut struct {
	Why     string
	Control domain.Control
	Service domain.Service
}

// ProposedPair is one pair of a bulk proposal. Version is that of the lapsed
// reliance proposed again; 0: it is a new one.
type ProposedPair struct {
	Control domain.ControlID
	Service domain.ServiceID
	Version int
}

// ServiceProposal is what would be proposed on one service, and on which
// certificates.
type ServiceProposal struct {
	Service      domain.Service
	Certificates []domain.Certificate
	Controls     []domain.Control
	Pairs        []ProposedPair
	Unclaimable  int           // of them, those that could not be approved yet
	Cause        domain.Reason // the first of the first of those
}

// MostProposed is how many pairs are proposed at once: what one form carries,
// one person can answer for, and one transaction writes in a few seconds.
const MostProposed = 5000

// ProposalPlan says exactly what a bulk proposal would do.
type ProposalPlan struct {
	Services  []ServiceProposal
	LeftOut   []LeftOut
	Beyond    int                  // more pairs that could be proposed, over MostProposed
	Available []domain.Certificate // verified ones that name a service chosen
}

// Pairs lists what would be proposed.
func (p ProposalPlan) Pairs() []ProposedPair {
	var out []ProposedPair
	for _, s := range p.Services {
		out = append(out, s.Pairs...)
	}
	return out
}

// PlanProposals says which pairs of a choice would be proposed on which
// certificates, and which would be left out and why. It changes nothing.
func (a *App) PlanProposals(ctx context.Context, actor domain.Actor, e domain.Engagement, choice ProposalChoice) (ProposalPlan, error) {
	if err := actor.Allow(domain.ActReliancePropose); err != nil {
		return ProposalPlan{}, err
	}
	w, err := a.world(ctx, a.store, e, 0)
	if err != nil {
		return ProposalPlan{}, err
	}
	services, err := w.chosenServices(choice.Services)
	if err != nil {
		return ProposalPlan{}, err
	}
	controls, err := w.chosenControls(choice.Controls)
	if err != nil {
		return ProposalPlan{}, err
	}
	for _, id := range choice.Certificates {
		if _, known := w.certificates[id]; !known {
			return ProposalPlan{}, domain.NotFound(string(domain.NounCertificate))
		}
	}
	return w.plan(controls, services, choice.Certificates), nil
}

func (w *world) chosenServices(ids []domain.ServiceID) ([]domain.Service, error) {
	if len(ids) == 0 {
		return w.inUse(), nil
	}
	var out []domain.Service
	for _, id := range ids {
		s, known := w.services[id]
		if !known {
			return nil, domain.NotFound(string(domain.NounService))
		}
		out = append(out, s)
	}
	return out, nil
}

func (w *world) chosenControls(ids []domain.ControlID) ([]domain.Control, error) {
	for _, id := range ids {
		if _, known := w.controls[id]; !known {
			return nil, domain.NotFound(string(domain.NounControl))
		}
	}
	return slices.DeleteFunc(w.inCodeOrder(), func(v domain.Control) bool { return !slices.Contains(ids, v.ID) }), nil
}

func (w *world) plan(controls []domain.Control, services []domain.Service, certificates []domain.CertificateID) ProposalPlan {
	var out ProposalPlan
	claimed, planned := w.byPair(), 0
	for _, s := range services {
		p := ServiceProposal{Service: s, Certificates: w.provenFor(s, certificates)}
		out.Available = append(out.Available, w.provenFor(s, nil)...)
		for _, v := range controls {
			r := claimed[pair{v.ID, s.ID}]
			if why := w.leftOut(v, s, r, len(p.Certificates)); why != "" {
				out.LeftOut = append(out.LeftOut, LeftOut{why, v, s})
				continue
			}
			if planned == MostProposed {
				out.Beyond++
				continue
			}
			planned++
			p.Controls = append(p.Controls, v)
			p.Pairs = append(p.Pairs, ProposedPair{v.ID, s.ID, r.Version})
			p.weigh(w, v)
		}
		if len(p.Pairs) > 0 {
			out.Services = append(out.Services, p)
		}
	}
	slices.SortFunc(out.Available, func(a, b domain.Certificate) int { return cmp.Compare(a.ID, b.ID) })
	out.Available = slices.CompactFunc(out.Available, func(a, b domain.Certificate) bool { return a.ID == b.ID })
	return out
}

// weigh counts a pair that could not be approved if it were proposed now.
func (p *ServiceProposal) weigh(w *world, v domain.Control) {
	r := domain.Reliance{Control: v.ID, Service: p.Service.ID, State: domain.RelianceProposed, Certificates: idsOf(p.Certificates)}
	ok, causes := domain.Claimable(w.verdict(r))
	if ok {
		return
	}
	if p.Unclaimable++; p.Unclaimable == 1 {
		p.Cause = causes[0]
	}
}

func idsOf(cs []domain.Certificate) []domain.CertificateID {
	out := make([]domain.CertificateID, len(cs))
	for i, c := range cs {
		out[i] = c.ID
	}
	return out
}

// provenFor lists the verified certificates whose quoted scope names a service
// in its cloud, of those chosen where any were.
func (w *world) provenFor(s domain.Service, chosen []domain.CertificateID) []domain.Certificate {
	return slices.DeleteFunc(slices.Clone(w.naming(s.Key)), func(c domain.Certificate) bool {
		return c.State != domain.CertificateVerified || !c.NamesService(s.Key, s.Environment) || len(chosen) > 0 && !slices.Contains(chosen, c.ID)
	})
}

// leftOut says why a pair cannot be proposed in bulk, "" when it can.
func (w *world) leftOut(v domain.Control, s domain.Service, r domain.Reliance, certificates int) string {
	refs, party := v.RefsIn(w.engagement.Edition), w.split(pair{v.ID, s.ID}).Party
	switch {
	case s.State != domain.ServiceInUse:
		return LeftNotInUse
	case r.State == domain.RelianceRefused:
		return LeftRefused
	case r.Claimed() && r.State != domain.RelianceLapsed:
		return LeftClaimed
	case !w.applies(v):
		return LeftExcluded
	case slices.ContainsFunc(refs, domain.Ref.IsSupplierOversight):
		return LeftOversight
	case slices.ContainsFunc(refs, domain.Ref.IsClause):
		return LeftClause
	case party == domain.PartyOurs || party == domain.PartyNone:
		return LeftNothing
	case certificates == 0:
		return LeftNoCertificate
	}
	return ""
}

// BulkProposal is a plan as its reader confirmed it.
type BulkProposal struct {
	Pairs        []ProposedPair
	Certificates map[domain.CertificateID]int // the versions that the plan showed
	Why          string                       // of all of them
}

// ProposeReliances proposes all pairs of a plan, each with a record of its own,
// or none: where anything changed since the plan was shown, it says what.
func (a *App) ProposeReliances(ctx context.Context, actor domain.Actor, e domain.Engagement, b BulkProposal) (int, error) {
	if err := actor.Allow(domain.ActReliancePropose); err != nil {
		return 0, err
	}
	b.Why = domain.Clean(b.Why)
	var f domain.FieldErrors
	domain.CheckText(&f, "why", b.Why, 1, 4000)
	if len(b.Pairs) == 0 {
		f.Add("pairs", "error.reliance.none_chosen", nil)
	}
	if len(b.Pairs) > MostProposed {
		f.Add("pairs", "error.reliance.too_many", domain.Args{"Most": MostProposed})
	}
	if err := f.Err(); err != nil {
		return 0, err
	}
	err := a.change(ctx, actor, func(c change) error {
		if e.State == domain.EngagementClosed {
			return domain.Conflict("error.engagement.closed", nil)
		}
		w, err := a.world(ctx, c.Store, e, 0)
		if err != nil {
			return err
		}
		chosen, err := w.unchanged(b.Certificates)
		if err != nil {
			return err
		}
		claimed := w.byPair()
		for _, p := range b.Pairs {
			if err := c.proposeIn(w, claimed, p, chosen, b.Why); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return len(b.Pairs), nil
}

// unchanged returns the certificates that a plan rested on, unless one of them
// is not what the plan showed any more.
func (w *world) unchanged(versions map[domain.CertificateID]int) ([]domain.CertificateID, error) {
	var out []domain.CertificateID
	for id, version := range versions {
		v, known := w.certificates[id]
		if !known {
			return nil, domain.NotFound(string(domain.NounCertificate))
		}
		if v.Version != version {
			return nil, domain.Conflict("error.reliance.bulk_certificate", domain.Args{"Certificate": v.Title})
		}
		out = append(out, id)
	}
	if len(out) == 0 {
		return nil, domain.Invalid("error.reliance.certificates", nil).At("certificates")
	}
	return out, nil
}

// proposeIn proposes one pair of a plan. claimed is kept up to date, so that a
// pair named twice is refused like one that somebody else proposed meanwhile.
func (c change) proposeIn(w *world, claimed map[pair]domain.Reliance, p ProposedPair, chosen []domain.CertificateID, why string) error {
	control, known := w.controls[p.Control]
	service, inOrg := w.services[p.Service]
	if !known || !inOrg {
		return domain.NotFound(string(domain.NounControl))
	}
	old := claimed[pair{p.Control, p.Service}]
	certificates := w.provenFor(service, chosen)
	if left := w.leftOut(control, service, old, len(certificates)); left != "" || old.Version != p.Version {
		return domain.Conflict("error.reliance.bulk_changed", domain.Args{"Control": control.Code, "Service": service.Name})
	}
	v := domain.Reliance{ID: old.ID, Org: c.actor.Org, Engagement: w.engagement.ID, Control: control.ID, Service: service.ID, Why: why,
		Certificates: idsOf(certificates), State: domain.RelianceProposed, ProposedBy: c.actor.Person, ProposedAt: c.at, Version: old.Version}
	save := c.CreateReliance
	if v.ID != 0 {
		save = c.UpdateReliance
	}
	if err := save(c.ctx, &v); err != nil {
		return err
	}
	claimed[pair{p.Control, p.Service}] = v
	return c.recordReliance("reliance.proposed", v, control, service)
}
