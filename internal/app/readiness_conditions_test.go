package app_test

import (
	"testing"

	"relier/internal/domain"
)

func TestDashboard_InternalAuditDoesNotWaitForAnother(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	keys := func(e domain.Engagement) (out []string) {
		d, err := h.Dashboard(t.Context(), h.as(domain.RoleManager), e)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range d.Conditions {
			out = append(out, c.Key)
		}
		return out
	}
	other := h.eng
	other.Kind = domain.KindSurveillance
	if got := keys(h.eng); len(got) != 3 {
		t.Errorf("an internal audit waits for %v", got)
	}
	if got := keys(other); len(got) != 4 || got[2] != "internal_audit" {
		t.Errorf("a surveillance audit waits for %v", got)
	}
}
