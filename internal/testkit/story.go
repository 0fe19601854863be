package testkit

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"relier/internal/app"
	"relier/internal/domain"
)

// SampleCode is the organization code of the sample.
const SampleCode = "sample"

// Password is what people of tests sign in with. The sample that the program
// loads gives each person a random one.
const Password = "nine quiet herons"

// Options change how the story is loaded.
type Options struct {
	Visitor  domain.Person // joins the sample as an owner; the zero Person: nobody does
	Password string        // of all its people; "": a random one each
}

// Story is what was loaded.
type Story struct {
	Org        domain.Organization
	Engagement domain.Engagement
	People     map[string]Person // by key: owner, manager, auditor, reader, assessor, and the nine control owners
	Evidence   map[string]domain.EvidenceID
	Controls   map[string]domain.ControlID
	Services   map[string]domain.ServiceID
	Reliances  map[string]domain.RelianceID // by key of the table in reliance.go
	Requests   map[string]domain.RequestID  // by key of the table in request.go
	Pack       domain.Pack
}

// Person is somebody of the story.
type Person struct {
	Person   domain.Person
	Role     domain.Role
	Password string
	Actor    domain.Actor
}

// As is a person of the story, acting.
func (s Story) As(key string) domain.Actor { return s.People[key].Actor }

// ControlOwners are the keys of those who own controls.
func (s Story) ControlOwners() []string {
	var out []string
	for key, p := range s.People {
		if p.Role == domain.RoleContributor {
			out = append(out, key)
		}
	}
	slices.Sort(out)
	return out
}

// LoadSample tells the story through a, whose clock must be clock: it is set
// back to when the story began, about ten months ago, and returns to where it
// stood. A second sample beside the first is refused; when anything fails,
// nothing of the story stays.
func LoadSample(ctx context.Context, a *app.App, clock *Clock, o Options) (s Story, err error) {
	orgs, err := a.Organizations(ctx)
	if err != nil {
		return s, err
	}
	if slices.ContainsFunc(orgs, func(o domain.Organization) bool { return o.Code == SampleCode }) {
		return s, domain.Conflict("error.sample.loaded", nil)
	}
	now := clock.Now()
	defer clock.Set(now)
	t := newTeller(ctx, a, clock, o)
	if err := t.tell(); err != nil {
		return s, fmt.Errorf("load the sample: %w", t.undo(err))
	}
	return t.Story, nil
}

// teller tells the story: chapters put their acts on the agenda, which plays
// them in the order of their days.
type teller struct {
	Story
	ctx          context.Context
	app          *app.App
	clock        *Clock
	options      Options
	today        domain.Date
	agenda       []act
	certificates map[string]domain.CertificateID
	reports      map[string]domain.ReportID
	duties       map[string]domain.Responsibility
	dispute      domain.Dispute // the one that is settled
	controls     []controlLine
	evidence     []evidenceLine
}

// act is something that people of the story did so many days ago.
type act struct {
	ago  int
	name string
	do   func() error
}

func newTeller(ctx context.Context, a *app.App, clock *Clock, o Options) *teller {
	return &teller{ctx: ctx, app: a, clock: clock, options: o, today: clock.Today(),
		Story: Story{People: map[string]Person{}, Evidence: map[string]domain.EvidenceID{}, Controls: map[string]domain.ControlID{},
			Services: map[string]domain.ServiceID{}, Reliances: map[string]domain.RelianceID{}, Requests: map[string]domain.RequestID{}},
		certificates: map[string]domain.CertificateID{}, reports: map[string]domain.ReportID{}, duties: map[string]domain.Responsibility{},
		controls: controlLines(), evidence: evidenceLines()}
}

// on puts an act on the agenda; acts of one day keep the order they were put in.
func (t *teller) on(ago int, name string, do func() error) {
	t.agenda = append(t.agenda, act{ago, name, do})
}

// day is so many days before today.
func (t *teller) day(ago int) domain.Date { return t.today.AddDays(-ago) }

// tell plays the agenda: each day begins at eight, acts are four minutes apart.
func (t *teller) tell() error {
	for _, chapter := range []func(){t.beginning, t.provider, t.ownControls, t.proofs, t.statement, t.reliances, t.ending, t.requests} {
		chapter()
	}
	slices.SortStableFunc(t.agenda, func(a, b act) int { return cmp.Compare(b.ago, a.ago) })
	for i, a := range t.agenda {
		if i == 0 || a.ago != t.agenda[i-1].ago {
			t.clock.Set(t.day(a.ago).Time().Add(8 * time.Hour))
		}
		t.clock.Advance(4 * time.Minute)
		if err := a.do(); err != nil {
			return fmt.Errorf("%s, %d days ago: %w", a.name, a.ago, err)
		}
	}
	return nil
}

// undo removes what was told before the story broke off.
func (t *teller) undo(because error) error {
	owner := t.As("owner")
	if t.Org.ID == 0 {
		return because
	}
	if err := t.app.RemoveSample(context.WithoutCancel(t.ctx), owner); err != nil {
		return fmt.Errorf("%w; and what was loaded is still there: %w", because, err)
	}
	return because
}

// ending seals the one pack, yesterday.
func (t *teller) ending() {
	t.on(1, "seal the pack", func() (err error) {
		t.Pack, err = t.app.SealPack(t.ctx, t.As("auditor"), t.Engagement, []string{"en", "fr"})
		return err
	})
}
