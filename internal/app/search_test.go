package app_test

import (
	"strings"
	"testing"

	"relier/internal/domain"
)

// codesFound lists the codes of what somebody finds.
func (h *house) codesFound(by domain.Actor, query string) string {
	h.t.Helper()
	r, err := h.Search(ctx, by, domain.SearchFilter{Query: query, Page: domain.Page{Number: 1}})
	h.must(err)
	var out []string
	for _, row := range r.Rows {
		out = append(out, row.Code)
	}
	if n := len(r.Counts); (n > 0) != (len(out) > 0) {
		h.t.Errorf("%q counts %+v and lists %v", query, r.Counts, out)
	}
	return strings.Join(out, " ")
}

// A request is found by those for whom it exists: a draft by nobody, what was
// sent within its engagement, and never by an assessor of another one.
func TestSearch_FindsRequestsOfOnesEngagement(t *testing.T) {
	h := newHouse(t)
	k := h.control("C-1")
	due := domain.DateOf(h.now).AddDays(7)
	save := func(by domain.Actor, e domain.Engagement, v domain.Request, send bool) domain.Request {
		t.Helper()
		v.Due = due
		v, err := h.SaveRequest(ctx, by, e, v, send)
		h.must(err)
		return v
	}
	auditor, assessor, contributor := h.as(domain.RoleAuditor), h.as(domain.RoleAssessor), h.as(domain.RoleContributor)
	inside := save(auditor, h.eng, domain.Request{What: "Insidecanary of the auditor", Controls: []domain.ControlID{k.ID}}, false)
	outside := save(assessor, h.eng, domain.Request{What: "Outsidecanary of the assessor"}, false)
	other, err := h.CreateEngagement(ctx, h.as(domain.RoleOwner), domain.Engagement{Code: "2027", Title: "The next one", Kind: domain.KindInternal,
		Edition: domain.Edition2022, Period: domain.Period{From: domain.MustDate("2027-01-01"), To: domain.MustDate("2027-12-31")}})
	h.must(err)
	elsewhere := save(auditor, other, domain.Request{What: "Elsewherecanary", Detail: "Samples of joiners", Format: "CSV"}, true)
	everyone := []domain.Actor{h.as(domain.RoleOwner), h.as(domain.RoleManager), auditor, assessor, contributor, h.as(domain.RoleReader)}
	for _, by := range everyone {
		if got := h.codesFound(by, "insidecanary") + h.codesFound(by, "outsidecanary") + h.codesFound(by, inside.Code()) + h.codesFound(by, outside.Code()); got != "" {
			t.Errorf("%s finds drafts: %s", by.Role, got)
		}
		want := elsewhere.Code()
		if by.Role == domain.RoleAssessor {
			want = ""
		}
		if got := h.codesFound(by, "elsewherecanary") + h.codesFound(by, "samples of join csv") + h.codesFound(by, elsewhere.Code()); got != strings.Repeat(want, 3) {
			t.Errorf("%s finds %q of another engagement, want %q", by.Role, got, want)
		}
	}
	h.must(h.SendRequests(ctx, assessor, h.eng, []domain.RequestID{outside.ID}))
	h.must(h.SendRequests(ctx, auditor, h.eng, []domain.RequestID{inside.ID}))
	for _, by := range everyone {
		if got := h.codesFound(by, "insidecanary") + " " + h.codesFound(by, "OUTSIDE"); got != inside.Code()+" "+outside.Code() {
			t.Errorf("%s finds %s once they were sent", by.Role, got)
		}
	}
	if got := h.codesFound(auditor, "C-1"); got != "C-1 "+inside.Code() {
		t.Errorf("the control's code finds %s", got)
	}
}
