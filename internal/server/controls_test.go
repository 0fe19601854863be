package server_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"relier/internal/app"
	"relier/internal/domain"
	"relier/internal/server"
)

// audited is a site with one organization "north" and its owner Ada signed in.
type audited struct {
	*site
	*visitor
	actor domain.Actor
	eng   domain.Engagement
}

const north = "/o/north/e/2026"

func auditNorth(t *testing.T) *audited {
	t.Helper()
	s := open(t, server.Config{})
	a := &audited{site: s, actor: s.organization(s.person("ada@example.org"), "north")}
	a.visitor = s.signedIn("ada@example.org")
	var err error
	a.eng, err = s.app.Engagement(t.Context(), a.actor, "2026")
	a.must(err)
	return a
}

func (a *audited) must(err error) {
	a.t.Helper()
	if err != nil {
		a.t.Fatal(err)
	}
}

func (a *audited) get(path string) *page { return a.visitor.get(path) }

// member brings somebody into the organization and signs them in.
func (a *audited) member(email string, role domain.Role) (domain.Actor, *visitor) {
	a.t.Helper()
	m := domain.Membership{Role: role}
	if role == domain.RoleAssessor {
		m.Engagement, m.Until = a.eng.ID, domain.MustDate("2099-12-31")
	}
	_, err := a.app.AddMember(a.t.Context(), a.actor, app.NewPerson{Email: email, Name: "The " + string(role), Password: password, Lang: "en"}, m)
	a.must(err)
	p, err := a.app.Members(a.t.Context(), a.actor)
	a.must(err)
	for _, v := range p {
		if v.Person.Email == email {
			actor := domain.Actor{Person: v.Person.ID, Name: v.Person.Name, Org: a.actor.Org, OrgCode: "north", Role: role, Engagement: m.Engagement}
			return actor, a.signedIn(email)
		}
	}
	a.t.Fatalf("no member %s", email)
	return domain.Actor{}, nil
}

func (a *audited) control(code, title string, refs ...string) domain.Control {
	a.t.Helper()
	c := domain.Control{Code: code, Title: title, Implementation: domain.Implemented}
	for _, r := range refs {
		c.Requirements = append(c.Requirements, domain.ControlRequirement{Ref: domain.Ref{Edition: domain.Edition2022, Code: r}})
	}
	c, err := a.app.SaveControl(a.t.Context(), a.actor, c)
	a.must(err)
	return c
}

func (a *audited) service(key string) domain.Service {
	a.t.Helper()
	v, err := a.app.SaveService(a.t.Context(), a.actor, domain.Service{Key: key, Name: key, Environment: domain.EnvPublic, Model: domain.ModelSaaS, State: domain.ServiceInUse})
	a.must(err)
	return v
}

// french switches Ada's pages.
func (a *audited) french() {
	a.t.Helper()
	a.post("/preferences", url.Values{"lang": {"fr"}, "back": {"/"}}).want(http.StatusSeeOther)
}

func ids(cs ...domain.Control) string {
	out := make([]string, len(cs))
	for i, c := range cs {
		out[i] = fmt.Sprint(c.ID)
	}
	return strings.Join(out, ",")
}

func TestControls_NeverUsedOffersThreeWaysIn(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	p := a.get(north + "/controls").want(http.StatusOK)
	if got := p.doc().Find(".door").Length(); got != 3 {
		t.Fatalf("%d ways in, want 3", got)
	}
	if p.text(".door-main .button-primary") != "Add the 93 controls of 2022" || p.text(".door-main .button:not(.button-primary)") != "Add the 114 controls of 2013" {
		t.Errorf("the doors say %q", p.text(".door-main"))
	}
	a.french()
	if got := a.get(north + "/controls").text(".door-main .button-primary"); got != "Ajouter les 93 mesures de 2022" {
		t.Errorf("the French door says %q", got)
	}
	_, reader := a.member("reader@example.org", domain.RoleReader)
	if n := reader.get(north + "/controls").doc().Find(".door").Length(); n != 0 {
		t.Errorf("a reader is offered %d ways in", n)
	}
}

func TestControls_StartFromAnnexA(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	p := a.get(north + "/controls/from-annex-a").want(http.StatusOK)
	if p.attr("input[name=edition][checked]", "value") != "2022" || !strings.Contains(p.text("main"), "93 controls to add") {
		t.Fatalf("the confirm page says %q", p.text("main"))
	}
	to := a.post(north+"/controls/from-annex-a", url.Values{"edition": {"2022"}}).leads(north + "/controls")
	p = a.get(to)
	if p.text(".notice") != "93 controls were added." || p.text(".caption") != "93 controls" {
		t.Errorf("after adding: %q, %q", p.text(".notice"), p.text(".caption"))
	}
	if n := p.doc().Find("#controls tbody tr").Length(); n != 50 {
		t.Errorf("%d rows on the first page, want 50", n)
	}
	if got := p.text(".caption-printed"); got != "rows 1–50 of 93 are printed" {
		t.Errorf("on paper the caption adds %q", got)
	}
	p = a.get(p.attr(".pager-rows", "href"))
	if n := p.doc().Find("#controls tbody tr").Length(); n != 93 || p.doc().Find(".caption-printed").Length() != 0 {
		t.Errorf("%d rows when asked for all, %q", n, p.text(".caption-printed"))
	}
	if p.attr(`.filter input[name="rows"]`, "value") != "all" || p.attr(".pager-rows", "href") != north+"/controls" {
		t.Errorf("the filter drops rows=all, or the way back leads to %q", p.attr(".pager-rows", "href"))
	}
	a.post(north+"/controls/from-annex-a", url.Values{"edition": {"1999"}}).want(http.StatusUnprocessableEntity)
	if p := a.get(north + "/controls/from-annex-a"); !strings.Contains(p.text("main"), "0 controls to add") || !strings.Contains(p.text("main"), "114 controls to add") {
		t.Errorf("the second time it says %q", p.text("main"))
	}
}

func TestControls_FilterAndSort(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	policies, review := a.control("A.5.1", "Policies", "A.5.1"), a.control("AC-07", "Revue des accès", "A.8.2")
	_, err := a.app.AssignOwner(t.Context(), a.actor, a.actor.Person, []domain.ControlID{review.ID})
	a.must(err)
	old := domain.Control{Code: "OLD", Title: "Old edition", Implementation: domain.Implemented,
		Requirements: []domain.ControlRequirement{{Ref: domain.Ref{Edition: domain.Edition2013, Code: "A.8.2.1"}}}}
	_, err = a.app.SaveControl(t.Context(), a.actor, old)
	a.must(err)
	for query, want := range map[string]string{
		"q=acces":                     "AC-07",
		"theme=A.5":                   policies.Code,
		"theme=A.8":                   "AC-07", // not OLD, whose A.8 is of the other edition
		"owner=-1":                    "A.5.1 OLD",
		"owner=" + a.id(a.actor):      "AC-07",
		"bucket=gap":                  "AC-07",
		"bucket=blocked&sort=-code":   "OLD A.5.1",
		"sort=-bucket":                "AC-07 A.5.1 OLD",
		"sort=title":                  "OLD A.5.1 AC-07",
		"q=nothing+at+all":            "",
		"theme=%25&owner=x&bucket=up": "A.5.1 AC-07 OLD",
	} {
		p := a.get(north + "/controls?" + query).want(http.StatusOK)
		if got := p.text("#controls tbody th .mono"); strings.ReplaceAll(got, " ", "") != strings.ReplaceAll(want, " ", "") {
			t.Errorf("%s shows %q, want %q", query, got, want)
		}
	}
	if p := a.get(north + "/controls?q=nothing"); p.text(".empty-match h2") != "Nothing matches" || p.doc().Find(".door").Length() != 0 {
		t.Errorf("no match looks like never used: %q", p.text("main"))
	}
}

func (a *audited) id(v domain.Actor) string { return fmt.Sprint(v.Person) }

func TestControls_RowSaysWhy(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	a.control("A.7.1", "Perimeters", "A.7.1")
	a.service("office-365")
	p := a.get(north + "/controls")
	row := strings.Join(strings.Fields(p.doc().Find("#controls tbody tr").Text()), " ")
	for _, want := range []string{"A.7.1", "Nobody", "Blocked", "Nobody is accountable for the control", "Microsoft: 1"} {
		if !strings.Contains(row, want) {
			t.Errorf("the row lacks %q: %q", want, row)
		}
	}
}

func TestControls_AssignOwnerToSeveral(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	one, two, three := a.control("C-1", "One"), a.control("C-2", "Two"), a.control("C-3", "Three")
	helper, _ := a.member("helper@example.org", domain.RoleContributor)
	_, err := a.app.AssignOwner(t.Context(), a.actor, a.actor.Person, []domain.ControlID{one.ID})
	a.must(err)

	t.Run("the confirm page states the exact number", func(t *testing.T) {
		p := a.get(fmt.Sprintf("%s/controls/owner?id=%d&id=%d", north, one.ID, two.ID)).want(http.StatusOK)
		if p.text("h1") != "Assign an owner to 2 controls" || p.text("main .form button") != "Assign 2 controls" || !strings.Contains(p.text(".consequences"), "1 of them has an owner now") {
			t.Errorf("it says %q", p.text("main"))
		}
		if p.attr("input[name=ids]", "value") != ids(one, two) {
			t.Errorf("it carries %q", p.attr("input[name=ids]", "value"))
		}
	})
	t.Run("without a tick, all that the filter shows", func(t *testing.T) {
		p := a.get(north + "/controls/owner?q=t")
		if p.text("h1") != "Assign an owner to 2 controls" || p.attr("input[name=ids]", "value") != ids(two, three) {
			t.Errorf("it says %q for %q", p.text("h1"), p.attr("input[name=ids]", "value"))
		}
	})
	t.Run("nobody chosen names the field and changes nothing", func(t *testing.T) {
		p := a.post(north+"/controls/owner", url.Values{"ids": {ids(one, two)}, "person": {""}}).want(http.StatusUnprocessableEntity)
		if p.attr("#field-person", "aria-invalid") != "true" || p.text("h1") != "Assign an owner to 2 controls" {
			t.Errorf("it says %q", p.text("main"))
		}
	})
	t.Run("an owner is assigned", func(t *testing.T) {
		to := a.post(north+"/controls/owner", url.Values{"ids": {ids(one, two)}, "person": {a.id(helper)}, "back": {north + "/controls?q=C"}}).leads(north + "/controls?q=C")
		if p := a.get(to); p.text(".notice") != "2 controls changed hands." {
			t.Errorf("the notice says %q", p.text(".notice"))
		}
	})
	t.Run("another organization's control does not exist", func(t *testing.T) {
		other := a.organization(a.person("eve@example.org"), "south")
		foreign, err := a.app.SaveControl(t.Context(), other, domain.Control{Code: "X", Title: "X", Implementation: domain.Implemented})
		a.must(err)
		a.get(fmt.Sprintf("%s/controls/owner?id=%d", north, foreign.ID)).want(http.StatusNotFound)
		a.post(north+"/controls/owner", url.Values{"ids": {ids(foreign)}, "person": {a.id(helper)}}).want(http.StatusNotFound)
	})
	t.Run("a contributor may not", func(t *testing.T) {
		v := a.signedIn("helper@example.org")
		v.get(north + "/controls/owner?q=C").want(http.StatusForbidden)
		v.post(north+"/controls/owner", url.Values{"ids": {ids(three)}, "person": {a.id(helper)}}).want(http.StatusForbidden)
		if n := v.get(north + "/controls").doc().Find(".bulk, .head-actions .button").Length(); n != 0 {
			t.Errorf("%d buttons are shown that are refused", n)
		}
	})
}

func TestControls_ConfirmProposedSplits(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	one, two := a.control("C-1", "One", "A.7.1"), a.control("C-2", "Two", "A.5.1")
	s := a.service("office-365")
	_, err := a.app.ConfirmSplit(t.Context(), a.actor, a.eng, domain.Split{Control: two.ID, Service: s.ID, Party: domain.PartyShared, Reason: "We decided"})
	a.must(err)
	p := a.get(north + "/controls/splits").want(http.StatusOK)
	if p.text("h1") != "Decide the splits of 2 controls" || !strings.Contains(p.text("fieldset"), "1 proposal to confirm, 1 decided already") {
		t.Errorf("it says %q", p.text("main"))
	}
	if p := a.post(north+"/controls/splits", url.Values{"ids": {ids(one, two)}}).want(http.StatusUnprocessableEntity); p.text("#field-service .field-error") == "" {
		t.Error("no service chosen, and no field says so")
	}
	to := a.post(north+"/controls/splits", url.Values{"ids": {ids(one, two)}, "service": {fmt.Sprint(s.ID)}}).leads(north + "/controls")
	if got := a.get(to).text(".notice"); got != "1 split was confirmed." {
		t.Errorf("the notice says %q", got)
	}
	kept, err := a.app.SplitsOf(t.Context(), a.actor, a.eng, two)
	a.must(err)
	if kept[0].Split.Party != domain.PartyShared {
		t.Errorf("what was decided became %s", kept[0].Split.Party)
	}
}
