package server_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"relier/internal/domain"
)

// waiting is a change that its form holds back until somebody ticks that they
// know what it does.
type waiting struct {
	name string
	who  *visitor
	at   string
	form url.Values
}

// TestStated_ATickSpeaksForOneStatement sends the change of each form with the
// tick that was asked for another one.
func TestStated_ATickSpeaksForOneStatement(t *testing.T) {
	t.Parallel()
	s := tellSample(t)
	changes := slices.Concat(s.ownChanges(), s.providerChanges())
	before, records := s.states(), s.records()
	held := make([]*page, len(changes))
	for i, c := range changes {
		held[i] = c.who.post(c.at, c.form).want(http.StatusUnprocessableEntity)
		if held[i].attr("#effects input[name=stated]", "value") == "" && held[i].attr("input[name=stated]", "value") == "" {
			t.Fatalf("%s states no effects: %q", c.name, held[i].text(".error-summary"))
		}
	}
	for i, c := range changes {
		for j := range changes {
			if held[i].attr("input[name=stated]", "value") == held[j].attr("input[name=stated]", "value") {
				continue // the same effects
			}
			form := ticked(held[j], c.form)
			if told := held[i].doc().Find("input[name=told]"); told.Length() > 0 {
				form.Set("told", told.AttrOr("value", ""))
			}
			p := c.who.post(c.at, form).want(http.StatusUnprocessableEntity)
			if p.text("#field-confirmed-error") == "" {
				t.Errorf("%s, ticked for %s: %q", c.name, changes[j].name, p.text(".error-summary"))
			}
			break
		}
		if fell := s.fell(before); fell != "" || s.records() != records {
			t.Fatalf("%s was saved: %q", c.name, fell)
		}
	}
}

// ownChanges are changes of our own side.
func (s *told) ownChanges() []waiting {
	s.t.Helper()
	office, azure := fmt.Sprint(s.story.Services["office-365"]), fmt.Sprint(s.story.Services["azure"])
	control := func(code string) string { return fmt.Sprintf("%s/controls/%d", s.at, s.story.Controls[code]) }
	return []waiting{
		{"a split", s.auditor, control("A.8.13") + "/split", url.Values{"service": {office}, "party": {"ours"}, "reason": {"All ours."}, "version": {"1"}}},
		{"many splits", s.auditor, s.at + "/controls/splits", url.Values{"ids": {fmt.Sprint(s.story.Controls["A.7.2"])}, "service": {azure}, "party": {"ours"}, "reason": {"All ours."}, "again": {"1"}}},
		{"a control", s.owner, control("A.8.13"), with(filled(s.owner.get(control("A.8.13")+"/edit").want(http.StatusOK), "#control-form"), "requirement", "2022 A.5.19")},
		{"a duty", s.auditor, control("A.8.24") + "/duties", url.Values{"service": {azure}, "duty": {""}, "version": {"0"}, "sentence": {"We count the keys."}}},
	}
}

// providerChanges are changes of what is recorded of the provider.
func (s *told) providerChanges() []waiting {
	s.t.Helper()
	all, err := s.app.Reports(s.t.Context(), s.story.As("owner"))
	if err != nil {
		s.t.Fatal(err)
	}
	report := all[slices.IndexFunc(all, func(r domain.Report) bool {
		return r.Kind == domain.ReportSoA && strings.Contains(r.Title, "productivity")
	})]
	at := fmt.Sprintf("%s/reports/%d", s.at, report.ID)
	sheet := sheet(s.t, s.owner, at+"/applicability", "Ref,Applicable\nA.8.13,no\n")
	return []waiting{
		{"a report", s.owner, at + "/edit", with(s.owner.get(at+"/edit").typed(".report-form form"), "state", "superseded")},
		{"an applicability", s.owner, at + "/applicability", with(s.owner.get(at+"/applicability").typed(".applicability-form"), "all", "not_applied")},
		{"a sheet of applicability", s.owner, at + "/applicability/import/apply", without(sheet.typed("form[action$='/import/apply']"), "stated")},
		{"a catalogue", s.owner, s.at + "/catalogue/import/apply", without(s.otherCatalogue().typed("form[action$='/import/apply']"), "stated")},
	}
}

func without(form url.Values, name string) url.Values {
	out := with(form)
	out.Del(name)
	return out
}

// otherCatalogue is the preview of a catalogue that renames a service.
func (s *told) otherCatalogue() *page {
	s.t.Helper()
	var f map[string]any
	if err := json.Unmarshal(s.owner.get(s.at+"/catalogue/file").want(http.StatusOK).body, &f); err != nil {
		s.t.Fatal(err)
	}
	today := s.app.Today().String()
	f["snapshot"] = today
	listed(f, "office-365")["changes"] = []any{map[string]any{"kind": "renamed", "on": today, "now": "Microsoft 365"}}
	b, err := json.Marshal(f)
	if err != nil {
		s.t.Fatal(err)
	}
	return s.owner.get(sendFile(s.owner, s.at+"/catalogue/import", bytes.NewReader(b)).leads(s.at + "/catalogue/import/preview?file=")).want(http.StatusOK)
}

// TestControl_HeldBackUntilTold changes what a control implements, by its form and
// by a list.
func TestControl_HeldBackUntilTold(t *testing.T) {
	t.Parallel()
	s := tellSample(t)
	before, records := s.states(), s.records()
	at := fmt.Sprintf("%s/controls/%d", s.at, s.story.Controls["A.8.13"])
	form := filled(s.owner.get(at+"/edit").want(http.StatusOK), "#control-form")
	p := s.owner.post(at, with(form, "requirement", "2022 A.5.19", "title", "Another title"))
	s.held(p, before, records, "A.8.13")
	again := filled(p, "#control-form")
	if again.Get("title") != "Another title" || again.Get("requirement") != "2022 A.5.19" {
		t.Errorf("what was typed came back as %v", again)
	}
	if bad := s.owner.post(at, with(again, "title", "")).want(http.StatusUnprocessableEntity); bad.text("#field-title-error") == "" || bad.doc().Find("#effects").Length() != 0 {
		t.Errorf("what saving refuses: %q", bad.text(".error-summary"))
	}
	s.owner.post(at, ticked(p, again)).leads(at)
	if got := s.fell(before); got != "backup lapsed" {
		t.Errorf("what fell: %q", got)
	}
	form = filled(s.owner.get(at+"/edit"), "#control-form")
	s.owner.post(at, with(form, "title", "Only the title")).leads(at) // moves nothing

	before, records = s.states(), s.records()
	p = sheet(t, s.owner, s.at+"/controls", "Code,Title,ISO 27001:2022\nA.7.2,Entry,A.5.19\n")
	if got := foretells(p); got != "A.7.2" {
		t.Errorf("the preview foretells %q", got)
	}
	list := p.typed("form[action$='/import/apply']")
	s.held(s.owner.post(s.at+"/controls/import/apply", list), before, records, "A.7.2")
	s.owner.post(s.at+"/controls/import/apply", with(list, "confirmed", "1")).leads(s.at + "/controls")
	if got := s.fell(before); got != "entry lapsed" {
		t.Errorf("what fell by the import: %q", got)
	}
}

// TestStated_Dispute does the same for a dispute, raised and settled.
func TestStated_Dispute(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	r := a.acrossEditions()
	form := url.Values{"subject": {"crosswalk"}, "from": {"A.12.3.1"}, "to": {"A.8.13"}, "note": {"Not ours."}}
	held := a.post(north+"/disputes", form).want(http.StatusUnprocessableEntity)
	a.post(north+"/disputes", with(form, "confirmed", "1", "stated", "0")).want(http.StatusUnprocessableEntity)
	if a.state(r) != domain.RelianceApproved {
		t.Fatal("a tick for something else raised it")
	}
	at := a.post(north+"/disputes", ticked(held, form)).leads(north + "/disputes/")
	settle := url.Values{"version": {"1"}, "settlement": {"It is the same after all."}}
	a.post(at+"/settlement", ticked(held, settle)).want(http.StatusUnprocessableEntity)
	if a.get(at).doc().Find("#settle form, form#settle, form[action$='/settlement']").Length() == 0 {
		t.Error("the tick of raising it settled it")
	}
}
