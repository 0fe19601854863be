package app

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"relier/internal/catalog"
	"relier/internal/domain"
	"relier/internal/store"
)

// world is everything that the verdicts and buckets of one engagement are
// computed from, as it stood or will stand on a day. It is read in a number of
// queries that does not grow with the rows; the rules then work on it alone.
type world struct {
	engagement   domain.Engagement
	on           domain.Date // the day asked about
	controls     map[domain.ControlID]domain.Control
	services     map[domain.ServiceID]domain.Service
	certificates map[domain.CertificateID]domain.Certificate
	reports      []domain.Report
	decisions
	evidence  map[domain.EvidenceID]domain.EvidenceFact
	assessors []domain.Membership
	disputes  []domain.Dispute
	entries   []domain.SoAEntry // of the engagement's edition, touched or not
	reliances []domain.Reliance // of the engagement
	crosswalk *domain.Crosswalk // made on first use, as is what follows
	excluded  map[domain.Ref]bool
	named     map[string][]domain.Certificate // by service key, for pairs that nobody claims
	examined  map[string]*domain.Examination  // by service and certificates
	proposals map[proposalOf]domain.Party     // of splits that nobody decided
	facts     map[domain.ControlID]*domain.ReadinessFacts
	owners    map[domain.ControlID]domain.OwnershipView
}

// world reads the values of an engagement on the App's day: those of the tables
// for today and later, those of the revisions for a day gone by. A closed
// engagement is read as it was closed: what it concluded stays. A control narrows
// what is read; 0 reads for all.
func (a *App) world(ctx context.Context, s *store.Store, e domain.Engagement, only domain.ControlID) (*world, error) {
	switch {
	case a.past():
		return a.pastWorld(ctx, s, e, only, a.until())
	case e.State == domain.EngagementClosed:
		return a.closedWorld(ctx, s, e, only)
	}
	return a.presentWorld(ctx, s, e, only)
}

// presentWorld reads what the tables hold.
func (a *App) presentWorld(ctx context.Context, s *store.Store, e domain.Engagement, only domain.ControlID) (*world, error) {
	w := newWorld(e, a.day())
	for _, read := range []func(context.Context, *store.Store, domain.ControlID) error{w.readControls, w.readProvider, w.readOurs} {
		if err := read(ctx, s, only); err != nil {
			return nil, err
		}
	}
	return w, nil
}

func newWorld(e domain.Engagement, on domain.Date) *world {
	return &world{engagement: e, on: on, controls: map[domain.ControlID]domain.Control{}, services: map[domain.ServiceID]domain.Service{},
		certificates: map[domain.CertificateID]domain.Certificate{}, decisions: newDecisions(), evidence: map[domain.EvidenceID]domain.EvidenceFact{}}
}

func (w *world) readControls(ctx context.Context, s *store.Store, only domain.ControlID) error {
	if only != 0 {
		v, err := s.Control(ctx, w.engagement.Org, only)
		w.controls[only] = v
		return err
	}
	controls, err := s.Controls(ctx, w.engagement.Org)
	for _, v := range controls {
		w.controls[v.ID] = v
	}
	return err
}

func (w *world) readProvider(ctx context.Context, s *store.Store, _ domain.ControlID) error {
	org := w.engagement.Org
	services, err := s.Services(ctx, org)
	if err != nil {
		return err
	}
	for _, v := range services {
		w.services[v.ID] = v
	}
	certificates, err := s.Certificates(ctx, org)
	if err != nil {
		return err
	}
	for _, v := range certificates {
		w.certificates[v.ID] = v
	}
	w.reports, err = s.Reports(ctx, org)
	return err
}

func (w *world) readOurs(ctx context.Context, s *store.Store, only domain.ControlID) (err error) {
	e := w.engagement
	if w.decisions, err = readDecisions(ctx, s, e.Org, only); err != nil {
		return err
	}
	if w.evidence, err = s.EvidenceFacts(ctx, e.Org); err != nil {
		return err
	}
	if w.assessors, err = s.Assessors(ctx, e.Org, e.ID); err != nil {
		return err
	}
	if w.disputes, err = s.Disputes(ctx, e.Org); err != nil {
		return err
	}
	if w.entries, err = soaEntries(ctx, s, e.Org, e.Edition); err != nil {
		return err
	}
	w.reliances, err = s.Reliances(ctx, e.Org, e.ID, only)
	return err
}

// forget drops what was made from values that have been changed since.
func (w *world) forget() {
	w.crosswalk, w.excluded, w.named, w.examined, w.proposals = nil, nil, nil, nil, nil
}

// verdict evaluates a reliance on the values read. A pair that nobody claims is
// evaluated on every certificate that names its service.
func (w *world) verdict(r domain.Reliance) domain.Verdict {
	return w.examination(r).Verdict(w.own(r))
}

// examination is the provider's side of a reliance: the same for all that rest
// on the same certificates.
func (w *world) examination(r domain.Reliance) *domain.Examination {
	certificates := w.restsOn(r)
	key := examinationKey(r.Service, certificates)
	if x, done := w.examined[key]; done {
		return x
	}
	x := domain.Examine(domain.ProviderFacts{Edition: w.engagement.Edition, Period: w.engagement.Period, On: w.on, Service: w.services[r.Service],
		Certificates: certificates, Reports: w.reports, ReportMaxMonths: w.engagement.ReportAge(), Crosswalk: w.editions()})
	if w.examined == nil {
		w.examined = map[string]*domain.Examination{}
	}
	w.examined[key] = x
	return x
}

func examinationKey(s domain.ServiceID, certificates []domain.Certificate) string {
	b := strconv.AppendInt(nil, int64(s), 10)
	for _, c := range certificates {
		b = strconv.AppendInt(append(b, ' '), int64(c.ID), 10)
	}
	return string(b)
}

// restsOn lists the certificates a reliance rests on: those it names, and those
// that a person recorded as their successors.
func (w *world) restsOn(r domain.Reliance) []domain.Certificate {
	if !r.Claimed() {
		return w.naming(w.services[r.Service].Key)
	}
	return domain.WithSuccessors(r.Certificates, w.certificates)
}

func (w *world) naming(key string) []domain.Certificate {
	if w.named == nil {
		w.named = map[string][]domain.Certificate{}
		for _, c := range w.certificates {
			for _, k := range keysNamed(c) {
				w.named[k] = append(w.named[k], c)
			}
		}
		for _, cs := range w.named {
			slices.SortFunc(cs, func(a, b domain.Certificate) int { return cmp.Compare(a.ID, b.ID) })
		}
	}
	return w.named[key]
}

func keysNamed(c domain.Certificate) []string {
	var out []string
	for _, n := range c.Names {
		out = append(out, n.Service)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (w *world) editions() *domain.Crosswalk {
	if w.crosswalk == nil {
		w.crosswalk = domain.NewCrosswalk(catalog.Crosswalk(), w.disputes)
	}
	return w.crosswalk
}

// own is our side of a reliance.
func (w *world) own(r domain.Reliance) domain.OwnFacts {
	control, p := w.controls[r.Control], pair{r.Control, r.Service}
	return domain.OwnFacts{Control: r.Control, Requirements: control.Requirements, Excluded: !w.applies(control), Split: w.split(p),
		Responsibilities: w.duties[p], Evidence: w.evidence, Assessors: w.assessors, Reliance: r}
}

// split is the recorded one of a pair, or the proposal where nobody decided yet.
func (w *world) split(p pair) domain.Split {
	if v, decided := w.splits[p]; decided {
		return v
	}
	return domain.Split{Org: w.engagement.Org, Control: p.control, Service: p.service, Party: w.proposed(p), State: domain.SplitProposed}
}

// proposalOf is what a proposal depends on: there are three models, and many services.
type proposalOf struct {
	control domain.ControlID
	model   domain.ServiceModel
}

func (w *world) proposed(p pair) domain.Party {
	of := proposalOf{p.control, w.services[p.service].Model}
	party, known := w.proposals[of]
	if !known {
		if w.proposals == nil {
			w.proposals = map[proposalOf]domain.Party{}
		}
		party = proposal(w.controls[p.control], w.engagement.Edition, of.model)
		w.proposals[of] = party
	}
	return party
}

// applies reports whether the SoA applies any requirement of a control.
func (w *world) applies(v domain.Control) bool {
	if w.excluded == nil {
		w.excluded = excludedRefs(w.entries)
	}
	return applicable(v, w.excluded)
}

func (w *world) certificatesOf(r domain.Reliance) []domain.Certificate {
	out := make([]domain.Certificate, 0, len(r.Certificates))
	for _, id := range r.Certificates {
		out = append(out, w.certificates[id])
	}
	return out
}

func (w *world) view(r domain.Reliance) RelianceView {
	v := RelianceView{r, w.controls[r.Control], w.services[r.Service], w.certificatesOf(r), w.verdict(r), nil}
	_, v.WouldLapse = domain.Lapses(r.State, v.Verdict)
	return v
}

// views are the reliances of the engagement with what a page shows around them.
func (w *world) views() []RelianceView {
	out := make([]RelianceView, len(w.reliances))
	for i, r := range w.reliances {
		out[i] = w.view(r)
	}
	return out
}

// inUse lists the services in use by name: the columns of every matrix.
func (w *world) inUse() []domain.Service {
	var out []domain.Service
	for _, s := range w.services {
		if s.State == domain.ServiceInUse {
			out = append(out, s)
		}
	}
	slices.SortFunc(out, compareServices)
	return out
}

// inCodeOrder lists the controls in the order of their codes.
func (w *world) inCodeOrder() []domain.Control {
	out := make([]domain.Control, 0, len(w.controls))
	for _, v := range w.controls {
		out = append(out, v)
	}
	slices.SortFunc(out, compareControls)
	return out
}
