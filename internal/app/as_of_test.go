package app_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"relier/internal/app"
	"relier/internal/domain"
	"relier/internal/testkit"
)

var nothing = regexp.MustCompile(`null|\{\}`)

// plain writes a value as text; nil and empty lists read alike.
func (h *house) plain(v any) string {
	h.t.Helper()
	body, err := json.MarshalIndent(v, "", " ")
	h.must(err)
	return nothing.ReplaceAllString(string(body), "[]")
}

// differences are the lines that only one of two texts has.
func differences(a, b []string) []string {
	var out []string
	for _, l := range a {
		if !slices.Contains(b, l) {
			out = append(out, "- "+l)
		}
	}
	for _, l := range b {
		if !slices.Contains(a, l) {
			out = append(out, "+ "+l)
		}
	}
	return out
}

// The records keep the whole state: what today's tables say, the revisions say.
func TestAsOf_RevisionsKeepTheWholeState(t *testing.T) {
	k := testkit.NewApp(t)
	s, err := testkit.LoadSample(ctx, k.App, k.Clock, testkit.Options{Password: testkit.Password})
	if err != nil {
		t.Fatal(err)
	}
	tables, err := k.App.WorldFromTables(ctx, s.Engagement)
	if err != nil {
		t.Fatal(err)
	}
	revisions, err := k.App.WorldFromRevisions(ctx, s.Engagement)
	if err != nil {
		t.Fatal(err)
	}
	if len(tables) < 400 {
		t.Errorf("only %d lines", len(tables))
	}
	for i := range tables {
		tables[i] = nothing.ReplaceAllString(tables[i], "[]")
	}
	for i := range revisions {
		revisions[i] = nothing.ReplaceAllString(revisions[i], "[]")
	}
	for i, l := range differences(tables, revisions) {
		if i < 12 {
			t.Errorf("%.700s", l)
		}
	}
}

// outcome is everything that people see of an engagement on a day.
type outcome struct {
	Engagement domain.Engagement
	Dashboard  app.Dashboard
	Controls   domain.List[domain.ControlSummary]
	Reliances  []app.RelianceView
	SoA        []app.SoALine
	Versions   []domain.SoAVersion
	Owners     map[domain.ControlID]string
	Workspace  app.ControlView
	Proofs     map[domain.EvidenceID]domain.EvidenceFact
	Happened   []domain.Activity
	Services   []domain.Service
	Papers     []domain.Certificate
	Reports    []domain.Report
}

func (h *house) outcome(a *app.App, id domain.ControlID) outcome {
	h.t.Helper()
	reader, o := h.as(domain.RoleReader), outcome{}
	for _, err := range []error{
		set(&o.Engagement)(a.EngagementOn(ctx, reader, h.engagement())),
		set(&o.Controls)(a.FindControls(ctx, reader, h.eng, domain.ControlFilter{Query: "c-", Owner: h.as(domain.RoleContributor).Person, Sort: "title"})),
		set(&o.Reliances)(a.Reliances(ctx, reader, h.eng, 0)),
		set(&o.SoA)(a.SoA(ctx, reader, domain.Edition2022)),
		set(&o.Versions)(a.SoAVersions(ctx, reader, domain.Edition2022)),
		set(&o.Owners)(a.Owners(ctx, reader)),
		set(&o.Workspace)(a.ControlWorkspace(ctx, reader, h.eng, id)),
		set(&o.Happened)(a.ControlHistory(ctx, reader, h.eng, id)),
		set(&o.Services)(a.Services(ctx, reader)),
		set(&o.Papers)(a.Certificates(ctx, reader)),
		set(&o.Reports)(a.Reports(ctx, reader)),
	} {
		h.must(err)
	}
	var err error
	o.Dashboard, err = a.Dashboard(ctx, reader, o.Engagement)
	h.must(err)
	facts, err := a.EvidenceFacts(ctx, reader)
	h.must(err)
	o.Proofs = map[domain.EvidenceID]domain.EvidenceFact{}
	for _, s := range o.Workspace.Splits {
		for _, d := range s.Responsibilities {
			for _, id := range d.Evidence {
				o.Proofs[id] = facts[id]
			}
		}
	}
	return o
}

// engagement is the engagement as it stands today.
func (h *house) engagement() domain.Engagement {
	h.t.Helper()
	e, err := h.Engagement(ctx, h.as(domain.RoleReader), h.eng.Code)
	h.must(err)
	return e
}

func set[T any](to *T) func(T, error) error {
	return func(v T, err error) error { *to = v; return err }
}

// Each day, asked about later, looks as it looked when it ended.
func TestAsOf_EachDayAsItEnded(t *testing.T) {
	h := newHouse(t)
	r, cert, e := h.accepted()
	manager, auditor, contributor := h.as(domain.RoleManager), h.as(domain.RoleAuditor), h.as(domain.RoleContributor)
	control := r.Control
	other := h.control("C-2")
	own := func(p domain.Actor) func() {
		return func() {
			_, err := h.AssignOwner(ctx, manager, p.Person, []domain.ControlID{control})
			h.must(err)
		}
	}
	exclude := func(code string, drivers ...domain.Driver) func() {
		return func() {
			lines, err := h.SoA(ctx, manager, domain.Edition2022)
			h.must(err)
			var entries []domain.SoAEntry
			for _, l := range lines {
				if l.Entry.Ref.Code == code {
					l.Entry.Applicable, l.Entry.Exclusion = false, "Nobody works there."
					entries = append(entries, l.Entry)
				} else if len(drivers) > 0 {
					l.Entry.Drivers = drivers
					entries = append(entries, l.Entry)
				}
			}
			_, err = h.SaveSoA(ctx, manager, entries)
			h.must(err)
		}
	}
	days := []struct {
		name string
		do   func()
	}{
		{"a reliance is inherited", func() {}},
		{"an owner is named", own(contributor)},
		{"and takes it on", func() { h.must(h.AcknowledgeOwnership(ctx, contributor, control)) }},
		{"a second duty and a second reliance join, then the first duty is changed", func() {
			_, err := h.SaveResponsibility(ctx, manager, domain.Responsibility{Control: control, Service: r.Service, Sentence: "Keep the list of guests", Evidence: []domain.EvidenceID{e.ID}})
			h.must(err)
			_, err = h.ProposeReliance(ctx, auditor, h.eng, domain.Reliance{Control: other.ID, Service: r.Service, Certificates: []domain.CertificateID{cert.ID}})
			h.must(err)
			views, err := h.SplitsOf(ctx, manager, h.eng, domain.Control{ID: control})
			h.must(err)
			first := views[0].Responsibilities[0]
			first.Expected = "A signed list"
			_, err = h.SaveResponsibility(ctx, manager, first)
			h.must(err)
		}},
		{"a certificate's expiry is corrected, the reliance lapses", func() {
			short := cert
			short.Expires = domain.MustDate("2026-06-11")
			var err error
			cert, err = h.SaveCertificate(ctx, auditor, short)
			h.must(err)
		}},
		{"nothing happens", func() {}},
		{"the owner hands over", own(auditor)},
		{"the certificate is checked again and the reliance proposed again", func() {
			cert.Expires, cert.CheckedWhere = domain.MustDate("2028-01-01"), "portal"
			var err error
			cert, err = h.VerifyCertificate(ctx, auditor, cert)
			h.must(err)
			_, err = h.ProposeReliance(ctx, auditor, h.eng, domain.Reliance{Control: control, Service: r.Service, Certificates: []domain.CertificateID{cert.ID}})
			h.must(err)
		}},
		{"a requirement is excluded", exclude("A.7.4", domain.DriverRisk)},
		{"the statement is approved", func() {
			_, err := h.ApproveSoA(ctx, manager, domain.Edition2022, domain.Digest{})
			h.must(err)
		}},
		{"another is excluded", exclude("A.7.1")},
		{"the evidence is replaced, then returned", func() {
			got, err := h.AddVersion(ctx, contributor, e.ID, domain.EvidenceVersion{Note: "April.", Period: domain.Period{From: domain.MustDate("2026-04-01"), To: domain.MustDate("2026-06-30")}})
			h.must(err)
			_, err = h.ReviewEvidence(ctx, auditor, domain.Review{Evidence: e.ID, Verdict: domain.EvidenceReturned, Reason: domain.ReasonWrongPeriod, Comment: "Too short."}, got.Version)
			h.must(err)
		}},
		{"other evidence speaks for two controls, one named twice", func() {
			_, err := h.AddEvidence(ctx, contributor, []app.NewEvidence{{Controls: []domain.ControlID{other.ID, control, other.ID},
				Item:    domain.Evidence{Title: "Log", Kind: domain.EvidenceNote, Sensitivity: domain.SensitivityInternal},
				Version: domain.EvidenceVersion{Note: "Kept.", Period: domain.Period{From: domain.MustDate("2026-01-01"), To: domain.MustDate("2026-03-31")}}}})
			h.must(err)
		}},
		{"a test is concluded", func() {
			_, err := h.ConcludeTest(ctx, manager, h.eng, domain.Test{Control: control, Objective: "Does it work?", Method: domain.MethodExamine, Conclusion: domain.ConclusionEffective, Note: "It does."})
			h.must(err)
		}},
		{"the split turns to ours", func() {
			views, err := h.SplitsOf(ctx, manager, h.eng, domain.Control{ID: control})
			h.must(err)
			v := views[0].Split
			v.Party, v.Reason = domain.PartyOurs, "We run it ourselves."
			_, err = h.ConfirmSplit(ctx, manager, h.eng, v)
			h.must(err)
		}},
		{"the assessor leaves", func() { h.must(h.RemoveMember(ctx, h.as(domain.RoleOwner), h.as(domain.RoleAssessor).Person)) }},
		{"controls come from Annex A", func() {
			_, err := h.StartFromAnnexA(ctx, manager, domain.Edition2013, "en")
			h.must(err)
		}},
		{"a control is renamed, the audit period moves", func() {
			c, err := h.Control(ctx, manager, control)
			h.must(err)
			c.Title = "Renamed"
			_, err = h.SaveControl(ctx, manager, c)
			h.must(err)
			eng := h.engagement()
			eng.Period.From = domain.MustDate("2026-02-01")
			_, err = h.UpdateEngagement(ctx, manager, eng)
			h.must(err)
		}},
		{"the service is retired", func() {
			s, err := h.Service(ctx, manager, r.Service)
			h.must(err)
			s.State, s.To = domain.ServiceRetired, h.Today()
			_, err = h.SaveService(ctx, manager, s)
			h.must(err)
		}},
	}
	first, ended := h.Today(), make([]string, len(days))
	for i, day := range days {
		h.now = first.AddDays(i).Time().Add(9 * time.Hour)
		h.must(h.LapseAll(ctx))
		day.do()
		h.now = first.AddDays(i).Time().Add(24*time.Hour - time.Microsecond)
		ended[i] = h.plain(h.outcome(h.App, control))
		if i > 0 && day.name != "nothing happens" && ended[i] == ended[i-1] {
			t.Errorf("%s: nothing of it shows", day.name)
		}
	}
	h.now = h.now.AddDate(0, 0, 30)
	for i, day := range days {
		got := h.plain(h.outcome(h.AsOf(first.AddDays(i)), control))
		if got != ended[i] {
			t.Errorf("%s looks different today:\n%s", day.name, strings.Join(differences(strings.Split(ended[i], "\n"), strings.Split(got, "\n")), "\n"))
		}
	}
}

// fill puts something into every field of a value.
func fill(v reflect.Value, n *int64) {
	*n++
	switch v.Kind() {
	case reflect.String:
		v.SetString(fmt.Sprintf("text %d", *n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int32, reflect.Int64:
		v.SetInt(*n)
	case reflect.Uint8, reflect.Uint32, reflect.Uint64:
		v.SetUint(uint64(*n) % 256)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), n)
	case reflect.Array:
		for i := range v.Len() {
			fill(v.Index(i), n)
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Date(2026, 3, 12, 9, 30, 0, 123456000, time.UTC)))
			return
		}
		for i := range v.NumField() {
			fill(v.Field(i), n)
		}
	default:
		panic("fill " + v.Type().String())
	}
}

// A field that a record leaves out would be lost to every day gone by.
func TestAsOf_EveryFieldIsRecorded(t *testing.T) {
	for _, v := range []any{domain.Engagement{}, domain.Control{}, domain.Service{}, domain.Certificate{}, domain.Report{}, domain.Split{},
		domain.Responsibility{}, domain.Reliance{}, domain.SoAEntry{}, domain.Evidence{}, domain.EvidenceVersion{}, domain.Ownership{}, domain.Test{},
		domain.Membership{}, domain.Dispute{}} {
		whole, n := reflect.New(reflect.TypeOf(v)), int64(0)
		fill(whole.Elem(), &n)
		body, err := json.Marshal(whole.Interface())
		if err != nil {
			t.Fatal(err)
		}
		back := reflect.New(reflect.TypeOf(v))
		if err := json.Unmarshal(body, back.Interface()); err != nil {
			t.Fatalf("%T: %v", v, err)
		}
		if !reflect.DeepEqual(whole.Elem().Interface(), back.Elem().Interface()) {
			t.Errorf("%T: recorded\n%+v\nread back\n%+v", v, whole.Elem(), back.Elem())
		}
	}
}

// On a day to come, evidence of a recurring duty has aged and what rests on it
// falls, with its cause; nothing of it is written.
func TestAsOf_ADayToComeAgesRecurringEvidence(t *testing.T) {
	h := newHouse(t)
	r, _, _ := h.accepted() // its evidence speaks for January to March 2026
	h.now = time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC)
	views, err := h.SplitsOf(ctx, h.as(domain.RoleManager), h.eng, domain.Control{ID: r.Control})
	h.must(err)
	duty := views[0].Responsibilities[0]
	duty.Cadence = domain.CadenceQuarterly
	_, err = h.SaveResponsibility(ctx, h.as(domain.RoleManager), duty)
	h.must(err)
	records := len(h.log())
	for _, c := range []struct {
		name string
		on   domain.Date
		want domain.RelianceState
	}{
		{"today", h.Today(), domain.RelianceAccepted},
		{"the last day that the evidence carries", domain.MustDate("2026-07-30"), domain.RelianceAccepted},
		{"the day after", domain.MustDate("2026-07-31"), domain.RelianceLapsed},
		{"a year on", domain.MustDate("2027-06-01"), domain.RelianceLapsed},
	} {
		t.Run(c.name, func(t *testing.T) {
			v, err := h.AsOf(c.on).Reliance(ctx, h.as(domain.RoleReader), h.eng, r.ID)
			h.must(err)
			if v.Standing() != c.want || v.Reliance.State != domain.RelianceAccepted {
				t.Errorf("stands as %s, recorded as %s", v.Standing(), v.Reliance.State)
			}
			if fell := len(v.WouldLapse) > 0; fell != (c.want == domain.RelianceLapsed) {
				t.Errorf("causes %v", v.WouldLapse)
			}
			d, err := h.AsOf(c.on).Dashboard(ctx, h.as(domain.RoleReader), h.eng)
			h.must(err)
			if d.On != c.on || d.Reliances[c.want] != 1 || len(d.Fallen) != d.Reliances[domain.RelianceLapsed] {
				t.Errorf("the dashboard of %s counts %v and lists %d", d.On, d.Reliances, len(d.Fallen))
			}
		})
	}
	if n := len(h.log()); n != records {
		t.Errorf("looking ahead wrote %d records", n-records)
	}
	if state, _ := h.verdict(r.ID); state != domain.RelianceAccepted {
		t.Errorf("looking ahead left the reliance %s", state)
	}
}

func TestAsOf_RefusesChanges(t *testing.T) {
	h := newHouse(t)
	r, cert, e := h.accepted()
	manager := h.as(domain.RoleManager)
	for _, on := range []domain.Date{h.Today().AddDays(-1), h.Today(), h.Today().AddDays(1)} {
		then := h.AsOf(on)
		for name, act := range map[string]func() error{
			"a control": func() error {
				_, err := then.SaveControl(ctx, manager, domain.Control{Code: "X", Title: "X", Implementation: domain.Implemented})
				return err
			},
			"an owner": func() error {
				_, err := then.AssignOwner(ctx, manager, manager.Person, []domain.ControlID{r.Control})
				return err
			},
			"a certificate": func() error {
				_, err := then.WithdrawCertificate(ctx, manager, cert.ID, on, 0, cert.Version)
				return err
			},
			"evidence":      func() error { _, err := then.AddLinks(ctx, manager, e.ID, []domain.ControlID{r.Control}); return err },
			"the statement": func() error { _, err := then.ApproveSoA(ctx, manager, domain.Edition2022, domain.Digest{}); return err },
			"a person":      func() error { return then.RemoveMember(ctx, h.as(domain.RoleOwner), manager.Person) },
		} {
			if err := act(); domain.KindOf(err) != domain.KindConflict || !strings.Contains(err.Error(), "as_of.read_only") {
				t.Errorf("%s on %s: %v", name, on, err)
			}
		}
	}
	looking := manager
	looking.Looking = true
	if !looking.Can(domain.ActRead) || looking.Can(domain.ActControlWrite) {
		t.Error("who looks at another day may change something")
	}
}

func TestAsOf_BeforeItWasRecorded(t *testing.T) {
	h := newHouse(t)
	born := h.Today()
	h.now = h.now.AddDate(0, 0, 2)
	r, cert, _ := h.accepted()
	h.now = h.now.AddDate(0, 0, 2)
	reader := h.as(domain.RoleReader)
	_, err := h.AsOf(born.AddDays(-1)).EngagementOn(ctx, reader, h.eng)
	h.refused(err, domain.KindConflict, "error.as_of.engagement")
	_, err = h.AsOf(born.AddDays(-1)).Dashboard(ctx, reader, h.eng)
	h.refused(err, domain.KindConflict, "error.as_of.engagement")
	then := h.AsOf(born)
	_, err = then.Control(ctx, reader, r.Control)
	h.refused(err, domain.KindConflict, "error.as_of.missing")
	_, err = then.Certificate(ctx, reader, cert.ID)
	h.refused(err, domain.KindConflict, "error.as_of.missing")
	_, err = then.Reliance(ctx, reader, h.eng, r.ID)
	h.refused(err, domain.KindConflict, "error.as_of.")
	_, err = then.Control(ctx, reader, 9999)
	h.refused(err, domain.KindNotFound, "")
	d, err := then.Dashboard(ctx, reader, h.eng)
	h.must(err)
	if d.Applicable != 0 {
		t.Errorf("%d controls before the first was recorded", d.Applicable)
	}
}
