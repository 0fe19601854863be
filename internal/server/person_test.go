package server_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"relier/internal/domain"
)

// membership reads somebody's role by their address.
func (a *audited) membership(email string) domain.Member {
	a.t.Helper()
	all, err := a.app.Members(a.t.Context(), a.actor)
	a.must(err)
	i := slices.IndexFunc(all, func(m domain.Member) bool { return m.Person.Email == email })
	if i < 0 {
		return domain.Member{}
	}
	return all[i]
}

func TestPeople_AssessorForSomeControls(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	physical, other, own := a.control("A.7.1", "Perimeters", "A.7.1"), a.control("A.8.13", "Backup", "A.8.13"), a.control("OWN-1", "Doors", "A.7.2")
	const at = "/o/north/people"
	form := func(role, controls string) url.Values {
		return url.Values{"name": {"Iris"}, "email": {"iris@example.org"}, "password": {password}, "role": {role}, "engagement": {fmt.Sprint(a.eng.ID)},
			"until": {"2099-12-31"}, "controls": {controls}}
	}
	for _, c := range []struct{ name, role, controls, says string }{
		{"a code that nothing has", "assessor", "A.7.1, B.1 ; nonsense", "B.1, nonsense"},
		{"another role", "reader", "A.7.1", "Only an assessor is limited to some controls"},
		{"half a code", "assessor", "A.8.1", "A.8.1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := a.post(at, form(c.role, c.controls)).want(http.StatusUnprocessableEntity)
			if !strings.Contains(p.text("#field-controls-error"), c.says) || p.text("#field-controls") != c.controls {
				t.Errorf("the field says %q and holds %q", p.text("#field-controls-error"), p.text("#field-controls"))
			}
			if a.membership("iris@example.org").Person.ID != 0 {
				t.Error("the person has a role all the same")
			}
		})
	}
	a.post(at, form("assessor", "a.7\nOWN-1")).leads(at)
	m := a.membership("iris@example.org").Membership
	if want := []domain.ControlID{physical.ID, own.ID}; !slices.Equal(m.Controls, want) {
		t.Errorf("engaged for %v, want %v", m.Controls, want)
	}
	if got := a.get(at).text("#people tbody"); !strings.Contains(got, "2 controls only: A.7.1, OWN-1") {
		t.Errorf("the list says %q", got)
	}
	if p := a.post(at, form("reader", "")).want(http.StatusUnprocessableEntity); !strings.Contains(p.text("#field-email-error"), "has a role here already") {
		t.Errorf("a role was replaced unasked: %q", p.text(".error-summary"))
	}

	edit := fmt.Sprintf("%s/%d/edit", at, m.Person)
	t.Run("the form shows what stands, and saves", func(t *testing.T) {
		v := filled(a.get(edit).want(http.StatusOK), "form[action='"+edit+"']")
		if v.Get("controls") != "A.7.1 OWN-1" || v.Get("until") != "2099-12-31" {
			t.Errorf("it shows %v", v)
		}
		outdated := v
		v.Set("controls", "A.8")
		a.post(edit, v).leads(at)
		if m := a.membership("iris@example.org").Membership; !slices.Equal(m.Controls, []domain.ControlID{other.ID}) {
			t.Errorf("engaged for %v", m.Controls)
		}
		if p := a.post(edit, outdated).want(http.StatusConflict); p.text("#field-controls") != "A.8.13" {
			t.Errorf("an outdated form gets %q", p.text("#field-controls"))
		}
	})
	t.Run("saved as it was found, it writes nothing", func(t *testing.T) {
		before := a.records()
		a.post(edit, filled(a.get(edit).want(http.StatusOK), "form[action='"+edit+"']")).leads(at)
		if n := a.records() - before; n != 0 {
			t.Errorf("%d records were made", n)
		}
	})
	t.Run("an engagement that is not there", func(t *testing.T) {
		for _, engagement := range []string{"999", "x"} {
			v := filled(a.get(edit).want(http.StatusOK), "form[action='"+edit+"']")
			v.Set("engagement", engagement)
			v.Set("controls", "A.8")
			v.Set("until", "2027-01-31")
			p := a.post(edit, v).want(http.StatusUnprocessableEntity)
			if p.text("#field-engagement-error") == "" || p.doc().Find("#effects").Length() != 0 || p.text("#field-controls") != "A.8" || p.attr("#field-until", "value") != "2027-01-31" {
				t.Errorf("engagement %s: %q, %q came back", engagement, p.text(".error-summary"), p.text("#field-controls"))
			}
		}
	})
	t.Run("refusals name their field", func(t *testing.T) {
		for field, value := range map[string]string{"controls": "Z.9", "until": "soon", "engagement": ""} {
			v := filled(a.get(edit), "form[action='"+edit+"']")
			v.Set(field, value)
			if p := a.post(edit, v).want(http.StatusUnprocessableEntity); p.text("#field-"+field+"-error") == "" {
				t.Errorf("%s=%q is not named: %q", field, value, p.text(".error-summary"))
			}
		}
	})
	t.Run("only an assessor's is edited, and only by who manages people", func(t *testing.T) {
		_, reader := a.member("reader@example.org", domain.RoleReader)
		reader.get(edit).want(http.StatusForbidden)
		reader.post(edit, url.Values{}).want(http.StatusForbidden)
		a.get(fmt.Sprintf("%s/%d/edit", at, a.membership("reader@example.org").Person.ID)).want(http.StatusConflict)
		a.get(at + "/999/edit").want(http.StatusNotFound)
		a.organization(a.person("eve@example.org"), "south")
		eve := a.signedIn("eve@example.org")
		eve.get(fmt.Sprintf("/o/south/people/%d/edit", m.Person)).want(http.StatusNotFound)
		eve.get(edit).want(http.StatusNotFound)
	})
}

// TestPeople_AssessorLeavesOnlyKnowing narrows what the assessor of an accepted
// reliance is engaged for, and then removes them: both pages state what lapses.
func TestPeople_AssessorLeavesOnlyKnowing(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	auditor, _ := a.member("auditor@example.org", domain.RoleAuditor)
	r := a.completed(auditor)
	a.control("A.5.1", "Policies", "A.5.1")
	assessor := a.assessor("iris@example.org", domain.Membership{})
	accept := func() {
		t.Helper()
		v, err := a.app.Reliance(t.Context(), a.actor, a.eng, r.ID)
		a.must(err)
		at := fmt.Sprintf("%s/reliances/%d", north, r.ID)
		assessor.post(at+"/decision", url.Values{"decision": {"accept"}, "version": {fmt.Sprint(v.Reliance.Version)}}).leads(at)
	}
	state := func() domain.RelianceState {
		t.Helper()
		v, err := a.app.Reliance(t.Context(), a.actor, a.eng, r.ID)
		a.must(err)
		return v.Reliance.State
	}
	accept()
	edit := fmt.Sprintf("/o/north/people/%d/edit", a.membership("iris@example.org").Person.ID)
	v := filled(a.get(edit).want(http.StatusOK), "form[action='"+edit+"']")
	v.Set("controls", "A.5")
	p := a.post(edit, v).want(http.StatusUnprocessableEntity)
	if got := foretells(p); got != "A.7.1" || p.text("#field-controls") != "A.5" || state() != domain.RelianceAccepted {
		t.Errorf("it foretells %q, keeps %q, and the reliance is %s", got, p.text("#field-controls"), state())
	}
	v = filled(p, "form[action='"+edit+"']")
	v.Set("confirmed", "1")
	a.post(edit, v).leads("/o/north/people")
	if state() != domain.RelianceLapsed {
		t.Errorf("the reliance is %s", state())
	}
	// Proposed anew for the same assessor, with their whole scope back.
	v = filled(a.get(edit), "form[action='"+edit+"']")
	v.Set("controls", "")
	a.post(edit, v).leads("/o/north/people")
	if state() != domain.RelianceLapsed {
		t.Errorf("the wider scope made it %s", state())
	}
	again, err := a.app.ProposeReliance(t.Context(), a.actor, a.eng, domain.Reliance{Control: r.Control, Service: r.Service, Certificates: r.Certificates})
	a.must(err)
	_, err = a.app.ApproveReliance(t.Context(), auditor, a.eng, again.ID, again.Version, "")
	a.must(err)
	accept()
	remove := strings.TrimSuffix(edit, "edit") + "remove"
	p = a.get(remove).want(http.StatusOK)
	if got := foretells(p); got != "A.7.1" || !strings.Contains(p.text("#effects"), "1 reliance would lapse") {
		t.Errorf("the page foretells %q: %q", got, p.text("#effects"))
	}
	bare := a.post(remove, url.Values{}).want(http.StatusUnprocessableEntity)
	if got := foretells(bare); got != "A.7.1" || bare.text(".error-summary") == "" || state() != domain.RelianceAccepted {
		t.Errorf("a bare post foretells %q, says %q, and the reliance is %s", got, bare.text(".error-summary"), state())
	}
	a.post(remove, filled(p, "form[action='"+remove+"']")).leads("/o/north/people")
	if state() != domain.RelianceLapsed {
		t.Errorf("without the assessor the reliance is %s", state())
	}
	p = a.get(fmt.Sprintf("/o/north/people/%d/remove", a.membership("auditor@example.org").Person.ID)).want(http.StatusOK)
	if p.doc().Find("#effects").Length() != 0 {
		t.Errorf("somebody else's leaving is said to move %q", p.text("#effects"))
	}
}
