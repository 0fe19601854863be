package views

import (
	"net/url"
	"slices"
	"strconv"

	"relier/internal/domain"
)

// ControlProps is the workspace of a control: what Microsoft covers, what we
// must do, and what was judged.
type ControlProps struct {
	Summary      domain.ControlSummary
	Engagement   domain.Engagement
	Requirements []domain.Requirement
	Services     []ServicePart
	Evidence     []domain.EvidenceSummary
	Doubts       map[domain.EvidenceID][]domain.Reason     // what an auditor would ask about an item
	On           domain.Date                               // the day looked from
	Proofs       map[domain.EvidenceID]domain.EvidenceFact // of every item a duty names
	Tests        []domain.TestView
	Procedures   []domain.Procedure     // ways to test what the control implements
	Ownerships   []domain.OwnershipView // the newest first
	Certificates []domain.Certificate   // to choose from when proposing
	People       []Option               // who may own something
	Events       []Event
	Names        map[domain.PersonID]string
	Me           domain.PersonID
	Alone        bool // nobody else could act: a reason overrides separation
	Today        domain.Date
	Links        ControlLinks
	Ahead        bool // On is a day to come
	Form         OpenForm
	Requests     []domain.RequestSummary // about this control
	AllRequests  string                  // the list of them, when there are more
}

// ServicePart is the control on one service in use.
type ServicePart struct {
	Service  domain.Service
	Proposal domain.Party
	Basis    []SplitBasis
	Split    domain.Split
	Duties   []domain.Responsibility
	Reliance *RelianceBrief // nil: nothing is claimed
}

// SplitBasis is where a proposal comes from, in the reader's words.
type SplitBasis struct {
	Ref         domain.Ref
	Party       domain.Party // for the service's model
	Areas       []string
	Confidence  string // low, medium, high
	Source      string
	Dispute     *domain.Dispute // open about this proposal; nil: none
	DisputeHref string          // of the dispute, or of the form that raises one
}

// RelianceBrief is a reliance with its verdict and its page.
type RelianceBrief struct {
	Reliance     domain.Reliance
	Certificates []domain.Certificate
	Verdict      domain.Verdict
	WouldLapse   []domain.Reason            // why it falls by the day shown; none: it stands
	Ground       func(domain.Ground) string // where a ground can be seen
	Href         string
}

// ControlLinks are the addresses the workspace leads and posts to. An empty
// one hides what the person may not do.
type ControlLinks struct {
	Here           string // the workspace itself
	List           string
	Edit           string
	Before, After  string
	Split          string // POST
	Duty           string // POST
	Propose        string // POST
	Owner          string // POST
	Acknowledge    string // POST
	Test           string // POST
	Attach         string
	Request        string // form of a new request
	Reuse          string
	EvidenceItem   func(domain.EvidenceID) string
	RequestItem    func(domain.RequestID) string
	Library        string // the evidence of the control, all of it
	Certificate    func(domain.CertificateID) string
	ControlHistory string
	Services       string
}

// FormKind names a form of the workspace. At most one is open, by address, so
// that the page stays calm and every field has one id.
type FormKind string

const (
	FormSplit   FormKind = "split"
	FormDuty    FormKind = "duty"
	FormPropose FormKind = "propose"
	FormOwner   FormKind = "owner"
	FormTest    FormKind = "test"
)

// OpenForm is the form that is open, with what was typed when it comes back.
type OpenForm struct {
	Kind    FormKind
	Service domain.ServiceID
	Duty    domain.ResponsibilityID
	Values  url.Values // nil: nothing typed yet
	Errors  FormErrors
	Effects []EffectLine // what saving would do to reliances; it waits for a tick
}

// state is the form's as confirmEffects takes it.
func (f OpenForm) state() FormState { return FormState{Errors: f.Errors, Effects: f.Effects} }

// disputed reports whether somebody disagrees with what the proposal rests on.
func (s ServicePart) disputed() bool {
	return slices.ContainsFunc(s.Basis, func(b SplitBasis) bool { return b.Dispute != nil })
}

// open reports whether a form of this kind is open for a service (0: for none).
func (f OpenForm) open(k FormKind, s domain.ServiceID) bool { return f.Kind == k && f.Service == s }

// typed is what was typed into a field, or what it starts with.
func (f OpenForm) typed(name, start string) string {
	if f.Values == nil {
		return start
	}
	return f.Values.Get(name)
}

// typedAll is the same for a group of boxes.
func (f OpenForm) typedAll(name string, start []string) []string {
	if f.Values == nil {
		return start
	}
	return f.Values[name]
}

// formHref opens a form of the workspace in its place.
func (p ControlProps) formHref(k FormKind, s domain.ServiceID, d domain.ResponsibilityID) string {
	q := url.Values{"form": {string(k)}}
	if s != 0 {
		q.Set("service", id(s))
	}
	if d != 0 {
		q.Set("duty", id(d))
	}
	return p.Links.Here + "?" + q.Encode() + "#form"
}

// backTo is the workspace without an open form, at a service.
func (p ControlProps) backTo(s domain.ServiceID) string {
	if s == 0 {
		return p.Links.Here + "#judgement"
	}
	return p.Links.Here + "?service=" + id(s) + "#service-" + id(s)
}

func id[T ~int64](v T) string { return strconv.FormatInt(int64(v), 10) }

// openPart reports whether a service's part starts open: all of one or two;
// of more, the one asked for, else the first that still waits for somebody.
func (p ControlProps) openPart(s domain.ServiceID) bool {
	if len(p.Services) <= 2 {
		return true
	}
	if p.Form.Service != 0 {
		return p.Form.Service == s
	}
	return p.waiting() == s
}

// waiting is the service that needs somebody first: where a reliance fell, where
// one is under way, where the split is undecided or a duty unproven.
func (p ControlProps) waiting() domain.ServiceID {
	for _, needs := range []func(ServicePart) bool{
		func(s ServicePart) bool {
			return s.Reliance != nil && (s.Reliance.Reliance.State == domain.RelianceLapsed || s.Reliance.Reliance.State == domain.RelianceRefused)
		},
		func(s ServicePart) bool { return s.Reliance != nil && !s.Reliance.Verdict.Inherited() },
		func(s ServicePart) bool { return s.Split.State != domain.SplitConfirmed || p.openDuties(s) > 0 },
		func(s ServicePart) bool { return s.Reliance != nil },
	} {
		if i := slices.IndexFunc(p.Services, needs); i >= 0 {
			return p.Services[i].Service.ID
		}
	}
	return 0
}

// openDuties counts a service's customer responsibilities that are not proven.
func (p ControlProps) openDuties(part ServicePart) int {
	n := 0
	for _, d := range part.Duties {
		if !p.proven(d) {
			n++
		}
	}
	return n
}

func (p ControlProps) proven(d domain.Responsibility) bool { return p.proofOf(d).Proven }

// proofOf is whether a duty is met as of the day looked from, and why not.
func (p ControlProps) proofOf(d domain.Responsibility) domain.Proof {
	proof := domain.ProofOf(d, p.Proofs, p.Engagement.Period, p.On)
	if p.Ahead {
		return proof.AsOf(p.On)
	}
	return proof
}

// owner is the current ownership, if there is one.
func (p ControlProps) owner() (o domain.OwnershipView, ok bool) {
	i := slices.IndexFunc(p.Ownerships, func(o domain.OwnershipView) bool { return o.Ownership.State != domain.OwnershipEnded })
	if i < 0 {
		return o, false
	}
	return p.Ownerships[i], true
}

// duty is the responsibility that the open form changes.
func (p ControlProps) duty() domain.Responsibility {
	for _, part := range p.Services {
		for _, d := range part.Duties {
			if d.ID == p.Form.Duty && d.ID != 0 {
				return d
			}
		}
	}
	return domain.Responsibility{State: domain.ResponsibilityOpen}
}

// partial reports whether the control implements a requirement only in part.
func (p ControlProps) partial(ref domain.Ref) bool {
	for _, r := range p.Summary.Control.Requirements {
		if r.Ref == ref {
			return r.Partial
		}
	}
	return false
}

// inPeriod reports whether an item speaks for days of the audit period only.
func (p ControlProps) inPeriod(e domain.Evidence) bool { return e.Period.Within(p.Engagement.Period) }

// reliances lists the parts on which something is claimed.
func (p ControlProps) reliances() []ServicePart {
	return slices.DeleteFunc(slices.Clone(p.Services), func(s ServicePart) bool { return s.Reliance == nil })
}

// leansOn reports whether there is anything of Microsoft's to rely on.
func (s ServicePart) leansOn() bool {
	return s.Split.Party == domain.PartyMicrosoft || s.Split.Party == domain.PartyShared
}

// excluded reports whether our Statement of Applicability excludes the control.
func (p ControlProps) excluded() bool { return p.Summary.Bucket == domain.BucketExcluded }

// canPropose reports whether a reliance may be proposed on a service now.
func (p ControlProps) canPropose(s ServicePart) bool {
	return p.Links.Propose != "" && !p.excluded() && s.leansOn() && (s.Reliance == nil || s.Reliance.Reliance.CanMoveTo(domain.RelianceProposed))
}

// passed counts the gates that hold.
func passed(v domain.Verdict) int {
	n := 0
	for _, g := range v.Gates {
		if g.Passed {
			n++
		}
	}
	return n
}

// usualObjective is what a test of the control would show, when it implements a
// single requirement.
func (p ControlProps) usualObjective(lang string) string {
	if len(p.Procedures) != 1 {
		return ""
	}
	return p.Procedures[0].Objective.In(lang)
}
