package testkit_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"relier/internal/app"
	"relier/internal/domain"
	"relier/internal/testkit"
	"relier/internal/testkit/pgtest"
)

// loaded is one sample that tests only read.
func loaded(t *testing.T) (*testkit.Kit, testkit.Story) {
	t.Helper()
	k := testkit.NewApp(t)
	return k, k.Sample(t)
}

func must[V any](t *testing.T) func(V, error) V {
	return func(v V, err error) V {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// TestSample_LoadsInTenSeconds runs by itself: the others share the machine.
func TestSample_LoadsInTenSeconds(t *testing.T) {
	began := time.Now()
	loaded(t)
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("loading took %v, want less than 10 s", took)
	}
}

func TestSample_HasTheCountsOfTheProduct(t *testing.T) {
	t.Parallel()
	k, s := loaded(t)
	manager := s.As("manager")
	d := must[app.Dashboard](t)(k.App.Dashboard(t.Context(), manager, s.Engagement))
	items := must[domain.List[domain.EvidenceSummary]](t)(k.App.FindEvidence(t.Context(), manager, domain.EvidenceFilter{}))
	controls := must[[]domain.ControlSummary](t)(k.App.Readiness(t.Context(), manager, s.Engagement))
	owners := map[domain.PersonID]bool{}
	for _, c := range controls {
		if c.OwnerID != 0 {
			owners[c.OwnerID] = true
		}
	}
	inUse := 0
	for _, v := range must[[]domain.Service](t)(k.App.Services(t.Context(), manager)) {
		if v.State == domain.ServiceInUse {
			inUse++
		}
	}
	packs := must[[]domain.Pack](t)(k.App.Packs(t.Context(), manager, s.Engagement))
	versions := must[[]domain.SoAVersion](t)(k.App.SoAVersions(t.Context(), manager, domain.Edition2022))
	for _, c := range []struct {
		what      string
		got, want int
	}{
		{"controls", len(controls), 93},
		{"applicable controls", d.Applicable, 88},
		{"services in use", inUse, 5},
		{"owners", len(owners), 9},
		{"evidence items", items.Total, 64},
		{"inherited reliances", d.Inherited, 3},
		{"lapsed reliances", d.Reliances[domain.RelianceLapsed], 2},
		{"refused reliances", d.Reliances[domain.RelianceRefused], 1},
		{"sealed packs", len(packs), 1},
		{"approved SoA versions", len(versions), 1},
	} {
		if c.got != c.want {
			t.Errorf("%s: %d, want %d", c.what, c.got, c.want)
		}
	}
	for _, b := range domain.Buckets {
		if d.Counts[b] == 0 {
			t.Errorf("no control is %s: %v", b, d.Counts)
		}
	}
	if !slices.Equal(packs[0].Langs, []string{"en", "fr"}) {
		t.Errorf("the pack speaks %v", packs[0].Langs)
	}
}

func TestSample_ShowsEveryRungAndBothLapses(t *testing.T) {
	t.Parallel()
	k, s := loaded(t)
	views := must[[]app.RelianceView](t)(k.App.Reliances(t.Context(), s.As("auditor"), s.Engagement, 0))
	rungs, causes := map[domain.Rung]int{}, map[string]domain.Reason{}
	for _, v := range views {
		rungs[v.Verdict.Rung]++
		for _, c := range v.Reliance.LapseCauses {
			causes[c.Code] = c
		}
		if v.Reliance.ApprovedBy != 0 && v.Reliance.ApprovedBy == v.Reliance.ProposedBy {
			t.Errorf("%s was approved by its proposer", v.Control.Code)
		}
	}
	for _, r := range domain.Rungs {
		if rungs[r] == 0 {
			t.Errorf("no reliance is %s: %v", r, rungs)
		}
	}
	end := s.Engagement.Period.To
	uncovered := causes["uncovered"]
	if uncovered.Get("To") != end.String() || uncovered.Get("Days") == "" || uncovered.Get("Days") == "0" {
		t.Errorf("no lapse for days not covered up to %s: %v", end, causes)
	}
	if _, ok := causes["evidence_returned"]; !ok {
		t.Errorf("no lapse for evidence that stands no longer: %v", causes)
	}
}

// The restore test falls due again within the audit period: what lapses by then,
// if nothing changes, can be looked at.
func TestSample_ShowsWhatWillLapse(t *testing.T) {
	t.Parallel()
	k, s := loaded(t)
	for ahead, want := range map[int]int{0: 0, 7: 0, 27: 1} {
		on := k.Clock.Today().AddDays(ahead)
		views := must[[]app.RelianceView](t)(k.App.AsOf(on).Reliances(t.Context(), s.As("auditor"), s.Engagement, 0))
		fallen := 0
		for _, v := range views {
			if falls, causes := domain.Lapses(v.Reliance.State, v.Verdict); falls {
				fallen++
				if causes[0].Code != "evidence_stale" || v.Control.Code != "A.8.13" {
					t.Errorf("%s will fall by %s", v.Control.Code, causes[0])
				}
			}
		}
		if fallen != want {
			t.Errorf("in %d days %d reliances will have lapsed, want %d", ahead, fallen, want)
		}
	}
}

func TestSample_HoldsEvidenceOfEveryKindAndFate(t *testing.T) {
	t.Parallel()
	k, s := loaded(t)
	items := must[domain.List[domain.EvidenceSummary]](t)(k.App.FindEvidence(t.Context(), s.As("reader"), domain.EvidenceFilter{Page: domain.Page{Size: 100}}))
	kinds, states, sensitivities := map[domain.EvidenceKind]int{}, map[domain.EvidenceState]int{}, map[domain.Sensitivity]int{}
	two, outside := 0, 0
	for _, v := range items.Rows {
		e := v.Evidence
		kinds[e.Kind]++
		states[e.State]++
		sensitivities[e.Sensitivity]++
		if e.Versions == 2 {
			two++
		}
		if e.State == domain.EvidenceAccepted && !e.Period.Within(s.Engagement.Period) {
			outside++
		}
		view := must[app.EvidenceView](t)(k.App.Evidence(t.Context(), s.As("reader"), e.ID))
		for _, r := range view.Reviews {
			if r.Review.Reviewer == e.Author {
				t.Errorf("%s was reviewed by its author", e.Code())
			}
		}
		if n := len(view.Duplicates); n > 0 {
			t.Errorf("%s has the bytes of %d other items", e.Code(), n)
		}
	}
	for _, kind := range domain.EvidenceKinds {
		if kinds[kind] == 0 {
			t.Errorf("no %s", kind)
		}
	}
	for _, state := range []domain.EvidenceState{domain.EvidenceDraft, domain.EvidenceSubmitted, domain.EvidenceAccepted, domain.EvidenceReturned} {
		if states[state] == 0 {
			t.Errorf("none is %s: %v", state, states)
		}
	}
	for _, v := range domain.Sensitivities {
		if sensitivities[v] == 0 {
			t.Errorf("none is %s", v)
		}
	}
	if two < 5 || outside == 0 {
		t.Errorf("%d items with two versions, %d accepted outside the audit period", two, outside)
	}
}

// TestSample_HoldsOnAnyDay loads the story at ends of months and on a leap day.
func TestSample_HoldsOnAnyDay(t *testing.T) {
	t.Parallel()
	for _, day := range []string{"2026-12-31", "2027-01-01", "2028-02-29", "2028-03-31"} {
		t.Run(day, func(t *testing.T) {
			k := testkit.NewApp(t)
			k.Clock.Set(domain.MustDate(day).Time().Add(23*time.Hour + 59*time.Minute))
			s := k.Sample(t)
			d := must[app.Dashboard](t)(k.App.Dashboard(t.Context(), s.As("manager"), s.Engagement))
			if d.Inherited != 3 || d.Reliances[domain.RelianceLapsed] != 2 || d.Reliances[domain.RelianceRefused] != 1 {
				t.Errorf("%d inherited, reliances %v", d.Inherited, d.Reliances)
			}
			if now := k.Clock.Today().String(); now != day {
				t.Errorf("the clock was left on %s", now)
			}
			if err := k.App.LapseAll(t.Context()); err != nil {
				t.Fatal(err)
			}
			if after := must[app.Dashboard](t)(k.App.Dashboard(t.Context(), s.As("manager"), s.Engagement)); after.Inherited != 3 {
				t.Errorf("the daily round leaves %d inherited", after.Inherited)
			}
		})
	}
}

func TestSample_IsTheSameForOneClock(t *testing.T) {
	t.Parallel()
	_, a := loaded(t)
	_, b := loaded(t)
	if a.Pack.TagDigest != b.Pack.TagDigest {
		t.Errorf("two loads sealed different packs: %s and %s", a.Pack.TagDigest, b.Pack.TagDigest)
	}
}

func TestSample_IsTheSameOnPostgreSQL(t *testing.T) {
	t.Parallel()
	k := testkit.NewAppOn(t, pgtest.URL(t))
	s := k.Sample(t)
	d := must[app.Dashboard](t)(k.App.Dashboard(t.Context(), s.As("manager"), s.Engagement))
	if d.Applicable != 88 || d.Inherited != 3 || d.Reliances[domain.RelianceLapsed] != 2 {
		t.Errorf("%d applicable, %d inherited, reliances %v", d.Applicable, d.Inherited, d.Reliances)
	}
	if err := k.App.RemoveSample(t.Context(), s.As("owner")); err != nil {
		t.Fatal(err)
	}
	if empty := must[bool](t)(k.App.NeedsSetUp(t.Context())); !empty {
		t.Error("people of the sample stay")
	}
}

func TestSample_RefusesASecondOne(t *testing.T) {
	t.Parallel()
	k, _ := loaded(t)
	_, err := testkit.LoadSample(t.Context(), k.App, k.Clock, testkit.Options{Password: testkit.Password})
	if domain.KindOf(err) != domain.KindConflict {
		t.Errorf("loading twice gives %v, want a conflict", err)
	}
}

func TestSample_IsRemovedWhole(t *testing.T) {
	t.Parallel()
	k := testkit.NewApp(t)
	empty := rowCounts(t, k)
	s := k.Sample(t)
	if full := rowCounts(t, k); full["activity"] == 0 || full["people"] == 0 {
		t.Fatalf("nothing was loaded: %v", full)
	}
	if err := k.App.RemoveSample(t.Context(), s.As("manager")); domain.KindOf(err) != domain.KindForbidden {
		t.Errorf("the manager may remove the sample: %v", err)
	}
	if err := k.App.RemoveSample(t.Context(), s.As("owner")); err != nil {
		t.Fatal(err)
	}
	for table, n := range rowCounts(t, k) {
		if n != empty[table] {
			t.Errorf("%d rows stay in %s", n-empty[table], table)
		}
	}
	k.Sample(t) // and it can be loaded again
}

func TestSample_LetsAVisitorIn(t *testing.T) {
	t.Parallel()
	k := testkit.NewApp(t)
	visitor := must[domain.Person](t)(k.App.CreatePerson(t.Context(), app.NewPerson{Email: "me@example.org", Name: "Me", Password: testkit.Password, Lang: "en"}))
	if _, err := testkit.LoadSample(t.Context(), k.App, k.Clock, testkit.Options{Visitor: visitor, Password: testkit.Password}); err != nil {
		t.Fatal(err)
	}
	actor, _, err := k.App.Actor(t.Context(), visitor, testkit.SampleCode)
	if err != nil || actor.Role != domain.RoleOwner {
		t.Fatalf("the visitor is %q: %v", actor.Role, err)
	}
	if err := k.App.RemoveSample(t.Context(), actor); err != nil {
		t.Fatal(err)
	}
	if n := rowCounts(t, k)["people"]; n != 1 {
		t.Errorf("%d people stay, want the visitor alone", n)
	}
}

func TestSample_LeavesNothingWhenItFails(t *testing.T) {
	t.Parallel()
	k := testkit.NewApp(t)
	empty := rowCounts(t, k)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	halfway := testkit.Today.AddDate(0, 0, -150)
	k.Clock.Set(testkit.Today)
	go func() {
		for now := k.Clock.Now(); now.Equal(testkit.Today) || now.Before(halfway); now = k.Clock.Now() {
			time.Sleep(time.Millisecond) // the story has not come so far
		}
		cancel()
	}()
	_, err := testkit.LoadSample(ctx, k.App, k.Clock, testkit.Options{Password: testkit.Password})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("loading ended with %v, want it cancelled", err)
	}
	for table, n := range rowCounts(t, k) {
		if n != empty[table] {
			t.Errorf("%d rows stay in %s", n-empty[table], table)
		}
	}
}
