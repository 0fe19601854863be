package app_test

import (
	"testing"
	"time"

	"relier/internal/app"
	"relier/internal/domain"
)

// told is a comparison in the words of a test.
type told struct {
	fallen, born, risen, moved, sameReliances int
	controls, owners, soa                     int
}

func (h *house) compare(from, to domain.Date) (app.Comparison, told) {
	h.t.Helper()
	c, err := h.Compare(ctx, h.as(domain.RoleReader), h.eng, from, to)
	h.must(err)
	out := told{controls: len(c.Controls), owners: len(c.Owners), soa: len(c.SoA), sameReliances: c.Same.Reliances}
	for _, r := range c.Reliances {
		switch r.Direction {
		case app.DirectionFallen:
			out.fallen++
		case app.DirectionNew:
			out.born++
		case app.DirectionRisen:
			out.risen++
		case app.DirectionMoved:
			out.moved++
		}
	}
	return c, out
}

func TestCompare_WhatChangedBetweenTwoDays(t *testing.T) {
	h := newHouse(t)
	auditor, manager := h.as(domain.RoleAuditor), h.as(domain.RoleManager)
	h.control("C-0")
	first := h.Today() // nothing relied on yet
	h.now = h.now.AddDate(0, 0, 1)
	r, cert, _ := h.accepted()
	second := h.Today() // inherited
	h.now = h.now.AddDate(0, 0, 1)
	cert.Expires = domain.MustDate("2026-06-11")
	_, err := h.SaveCertificate(ctx, auditor, cert)
	h.must(err)
	third := h.Today() // lapsed
	h.now = h.now.AddDate(0, 0, 1)
	_, err = h.AssignOwner(ctx, manager, auditor.Person, []domain.ControlID{r.Control})
	h.must(err)
	lines, err := h.SoA(ctx, manager, domain.Edition2022)
	h.must(err)
	lines[0].Entry.Applicable, lines[0].Entry.Exclusion = false, "Not ours."
	_, err = h.SaveSoA(ctx, manager, []domain.SoAEntry{lines[0].Entry})
	h.must(err)
	_, err = h.ProposeReliance(ctx, auditor, h.eng, domain.Reliance{Control: r.Control, Service: r.Service, Certificates: []domain.CertificateID{cert.ID}})
	h.must(err)
	fourth := h.Today()
	h.now = h.now.AddDate(0, 0, 10)
	for _, c := range []struct {
		name     string
		from, to domain.Date
		want     told
	}{
		{"a reliance is new", first, second, told{born: 1, controls: 1}}, // and so is its control
		{"it lapses", second, third, told{fallen: 1}},
		{"it is proposed again, a line is excluded, an owner named", third, fourth, told{moved: 1, controls: 1, owners: 1, soa: 1}}, // an owner unblocks the control
		{"over all", first, h.Today(), told{born: 1, controls: 1, owners: 1, soa: 1}},
		{"the same day", second, second, told{sameReliances: 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, got := h.compare(c.from, c.to); got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
	got, _ := h.compare(second, third)
	if causes := got.Reliances[0].Causes; len(causes) == 0 || got.Reliances[0].Before.Reliance.State != domain.RelianceAccepted {
		t.Errorf("the fall has no cause: %+v", got.Reliances[0])
	}
	if got.From.On != second || got.To.On != third || got.From.Applicable != 2 {
		t.Errorf("counts of %s and %s, %d controls", got.From.On, got.To.On, got.From.Applicable)
	}
	_, err = h.Compare(ctx, h.as(domain.RoleReader), h.eng, first.AddDays(-1), first)
	h.refused(err, domain.KindConflict, "error.as_of.engagement")
}

func TestCompare_WhatLapsesByADayToCome(t *testing.T) {
	h := newHouse(t)
	r, _, _ := h.accepted()
	h.now = time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC)
	views, err := h.SplitsOf(ctx, h.as(domain.RoleManager), h.eng, domain.Control{ID: r.Control})
	h.must(err)
	duty := views[0].Responsibilities[0]
	duty.Cadence = domain.CadenceQuarterly
	_, err = h.SaveResponsibility(ctx, h.as(domain.RoleManager), duty)
	h.must(err)
	got, n := h.compare(h.Today(), domain.MustDate("2026-08-01"))
	if n != (told{fallen: 1, controls: 1}) && n != (told{fallen: 1}) {
		t.Fatalf("got %+v", n)
	}
	d := got.Reliances[0]
	if d.Before.Standing() != domain.RelianceAccepted || d.After.Standing() != domain.RelianceLapsed || len(d.Causes) == 0 {
		t.Errorf("from %s to %s because of %v", d.Before.Standing(), d.After.Standing(), d.Causes)
	}
}
