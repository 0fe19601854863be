package domain_test

import (
	"testing"

	"relier/internal/domain"
)

func TestCarrier_OverTheServicesInUse(t *testing.T) {
	const m, s, o, n = domain.PartyMicrosoft, domain.PartyShared, domain.PartyOurs, domain.PartyNone
	for name, c := range map[string]struct {
		parties map[domain.Party]int
		want    domain.Party
	}{
		"no service in use":                     {nil, o},
		"every service is Microsoft's":          {map[domain.Party]int{m: 3}, m},
		"one service of many is ours":           {map[domain.Party]int{m: 4, s: 2, o: 1}, o},
		"one service is shared, none ours":      {map[domain.Party]int{m: 4, s: 1}, s},
		"services without a part change little": {map[domain.Party]int{m: 1, n: 5}, m},
		"no service has a part":                 {map[domain.Party]int{n: 2}, n},
		"counts of nothing are nothing":         {map[domain.Party]int{m: 1, o: 0, s: 0}, m},
	} {
		t.Run(name, func(t *testing.T) {
			if got := domain.Carrier(c.parties); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

func TestHeat_EachApplicableControlIsInOneCell(t *testing.T) {
	var controls []domain.ControlSummary
	applicable := 0
	for i, p := range domain.Parties {
		for j, b := range append([]domain.Bucket{domain.BucketExcluded}, domain.Buckets...) {
			for range i + 2*j + 1 {
				controls = append(controls, domain.ControlSummary{Bucket: b, Parties: map[domain.Party]int{p: 1}})
				if b != domain.BucketExcluded {
					applicable++
				}
			}
		}
	}
	h := domain.NewHeat(controls)
	sum := 0
	for _, p := range h.Rows() {
		row := 0
		for _, b := range domain.Buckets {
			row += h[p][b]
		}
		if row != h.Row(p) {
			t.Errorf("row %s sums to %d, says %d", p, row, h.Row(p))
		}
		sum += row
	}
	if sum != applicable {
		t.Errorf("the cells sum to %d of %d applicable controls", sum, applicable)
	}
	if got := h.Most(); got != 3+2*4+1 {
		t.Errorf("the fullest cell holds %d", got)
	}
}

func TestHeat_NoRowForNobody(t *testing.T) {
	h := domain.NewHeat([]domain.ControlSummary{{Bucket: domain.BucketGap}, {Bucket: domain.BucketExcluded, Parties: map[domain.Party]int{domain.PartyNone: 1}}})
	if rows := h.Rows(); len(rows) != 3 || h[domain.PartyOurs][domain.BucketGap] != 1 {
		t.Errorf("rows %v of %v", rows, h)
	}
	if rows := domain.NewHeat([]domain.ControlSummary{{Bucket: domain.BucketGap, Parties: map[domain.Party]int{domain.PartyNone: 1}}}).Rows(); len(rows) != 4 {
		t.Errorf("a control that nobody carries has no row: %v", rows)
	}
}
