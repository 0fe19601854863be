package server_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"relier/internal/domain"
)

// atOnce sends one form from two browsers at the same time.
func (a *audited) atOnce(path string, form url.Values) []*page {
	a.t.Helper()
	browsers := []*visitor{a.signedIn("ada@example.org"), a.signedIn("ada@example.org")}
	out := make([]*page, len(browsers))
	var wg sync.WaitGroup
	for i, v := range browsers {
		wg.Go(func() { out[i] = v.post(path, form) })
	}
	wg.Wait()
	return out
}

// TestTwins_OneIsRecorded sends forms twice at once: one is recorded, the other
// is told what exists already.
func TestTwins_OneIsRecorded(t *testing.T) {
	t.Parallel()
	a := auditNorth(t)
	c, s, cert := a.claimable()
	for _, form := range []struct {
		name, path string
		values     url.Values
		says       string
		count      func() int
	}{
		{"certificate", north + "/certificates", url.Values{"title": {"Office certificate"}, "number": {"IS 552878"}, "body": {"Certifier"}, "edition": {"2022"},
			"issued": {"2026-02-01"}, "expires": {"2029-01-31"}}, "Certificate IS 552878 of this body over these days is recorded already, as “Office certificate”", func() int {
			all, err := a.app.Certificates(t.Context(), a.actor)
			a.must(err)
			return len(slices.DeleteFunc(all, func(v domain.Certificate) bool { return v.Number != "IS 552878" }))
		}},
		{"certificate without a number", north + "/certificates", url.Values{"title": {"Promised"}, "edition": {"2022"}}, "“Promised” is recorded already", func() int {
			all, err := a.app.Certificates(t.Context(), a.actor)
			a.must(err)
			return len(slices.DeleteFunc(all, func(v domain.Certificate) bool { return v.Title != "Promised" }))
		}},
		{"report", north + "/reports", url.Values{"kind": {"audit_report"}, "title": {"Office report"}, "from": {"2025-07-01"}, "to": {"2026-06-30"},
			"names": {"office-365|public"}, "state": {"requested"}}, "“Office report” of this kind over this period is recorded already", func() int {
			all, err := a.app.Reports(t.Context(), a.actor)
			a.must(err)
			return len(slices.DeleteFunc(all, func(v domain.Report) bool { return v.Title != "Office report" }))
		}},
		{"reliance", fmt.Sprintf("%s/controls/%d/reliances", north, c.ID), url.Values{"service": {fmt.Sprint(s.ID)}, "certificates": {fmt.Sprint(cert.ID)}}, "is proposed already", func() int {
			all, err := a.app.Reliances(t.Context(), a.actor, a.eng, c.ID)
			a.must(err)
			return len(all)
		}},
		{"person", "/o/north/people", url.Values{"email": {"bo@example.org"}, "name": {"Bo"}, "password": {password}, "role": {"reader"}}, "", func() int {
			all, err := a.app.Members(t.Context(), a.actor)
			a.must(err)
			return len(slices.DeleteFunc(all, func(m domain.Member) bool { return m.Person.Email != "bo@example.org" }))
		}},
	} {
		t.Run(form.name, func(t *testing.T) {
			var saved, refused []*page
			for _, p := range a.atOnce(form.path, form.values) {
				if p.status == http.StatusSeeOther {
					saved = append(saved, p)
				} else {
					refused = append(refused, p)
				}
			}
			if len(saved) != 1 || form.count() != 1 {
				t.Fatalf("%d were saved, %d are there", len(saved), form.count())
			}
			if p := refused[0]; p.status != http.StatusConflict && p.status != http.StatusUnprocessableEntity || !strings.Contains(p.text(".error-summary"), form.says) {
				t.Errorf("the second got %d: %q", p.status, p.text(".error-summary"))
			}
		})
	}
	t.Run("a later cycle under the same number is recorded", func(t *testing.T) {
		a.post(north+"/certificates", url.Values{"title": {"Office certificate, next cycle"}, "number": {"IS 552878"}, "body": {"Certifier"}, "edition": {"2022"},
			"issued": {"2029-02-01"}, "expires": {"2032-01-31"}}).leads(north + "/certificates/")
	})
	t.Run("an edit does not make a twin either, and is no twin of itself", func(t *testing.T) {
		all, err := a.app.Certificates(t.Context(), a.actor)
		a.must(err)
		i := slices.IndexFunc(all, func(v domain.Certificate) bool { return v.Title == "Office certificate, next cycle" })
		at := fmt.Sprintf("%s/certificates/%d", north, all[i].ID)
		form := url.Values{"title": {"Renamed"}, "number": {"IS 552878"}, "body": {"certifier"}, "edition": {"2022"}, "issued": {"2029-02-01"}, "expires": {"2032-01-31"}, "version": {"1"}}
		a.post(at+"/edit", form).leads(at)
		form.Set("issued", "2026-02-01")
		form.Set("expires", "2029-01-31")
		form.Set("version", "2")
		if p := a.post(at+"/edit", form).want(http.StatusConflict); p.attr("#field-issued", "value") != "2026-02-01" || p.text("#field-number-error") == "" {
			t.Errorf("what was typed is gone, or the field is not named: %q", p.text(".error-summary"))
		}
	})
}
