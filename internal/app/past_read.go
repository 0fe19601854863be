package app

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"relier/internal/domain"
	"relier/internal/store"
)

// What follows reads one noun on the App's day: from the tables for today and
// later, from the revisions for a day gone by, in the same order either way.

// until is the moment at which a day gone by was over; zero for any other.
func (a *App) until() time.Time {
	if !a.past() {
		return time.Time{}
	}
	return a.on.AddDays(1).Time()
}

// lastDay bounds a list of records: a day gone by knows nothing of what was done
// since; zero bounds nothing.
func (a *App) lastDay() domain.Date {
	if a.past() {
		return a.on
	}
	return 0
}

// statesOf reads every object of a noun as it stood when the day was over.
func statesOf[T any](ctx context.Context, a *App, org domain.OrgID, noun domain.Noun) ([]T, error) {
	states, err := a.store.StatesUntil(ctx, org, []domain.Noun{noun}, a.until())
	if err != nil {
		return nil, err
	}
	out := make([]T, 0, len(states))
	for _, r := range states {
		if err := state(r, func(v T) { out = append(out, v) }); err != nil {
			return nil, unreadable(r, a.on, err)
		}
	}
	return out, nil
}

// listOn reads the objects of a noun; order is that of the table.
func listOn[T any](ctx context.Context, a *App, org domain.OrgID, noun domain.Noun,
	today func(context.Context, domain.OrgID) ([]T, error), order func(x, y T) int) ([]T, error) {
	if !a.past() {
		return today(ctx, org)
	}
	out, err := statesOf[T](ctx, a, org, noun)
	slices.SortFunc(out, order)
	return out, err
}

// single reads one object; today is what the table holds of it. One that did
// not exist yet is a conflict with the day, not something missing.
func single[T any](ctx context.Context, a *App, org domain.OrgID, noun domain.Noun, id int64, today T, err error) (T, error) {
	if err != nil || !a.past() {
		return today, err
	}
	var none T
	states, err := a.store.Revisions(ctx, org, noun, id)
	if err != nil {
		return none, err
	}
	i := slices.IndexFunc(states, func(r domain.Revision) bool { return r.At.Before(a.until()) })
	if i < 0 || string(states[i].State) == "null" {
		return none, domain.Conflict("error.as_of.missing", domain.Args{"On": a.on})
	}
	then := none
	if err := state(states[i], func(v T) { then = v }); err != nil {
		return none, unreadable(states[i], a.on, err)
	}
	return then, nil
}

func (a *App) controls(ctx context.Context, org domain.OrgID) ([]domain.Control, error) {
	return listOn(ctx, a, org, domain.NounControl, a.store.Controls, compareControls)
}

func compareControls(x, y domain.Control) int {
	return cmp.Or(domain.CompareCodes(x.Code, y.Code), cmp.Compare(x.ID, y.ID))
}

func (a *App) services(ctx context.Context, org domain.OrgID) ([]domain.Service, error) {
	return listOn(ctx, a, org, domain.NounService, a.store.Services, compareServices)
}

func compareServices(x, y domain.Service) int {
	return cmp.Or(strings.Compare(x.Name, y.Name), strings.Compare(string(x.Environment), string(y.Environment)), cmp.Compare(x.ID, y.ID))
}

func (a *App) certificates(ctx context.Context, org domain.OrgID) ([]domain.Certificate, error) {
	return listOn(ctx, a, org, domain.NounCertificate, a.store.Certificates, func(x, y domain.Certificate) int {
		return cmp.Or(ownFirst(x.CatalogueID, y.CatalogueID), cmp.Compare(x.ID, y.ID))
	})
}

func (a *App) reports(ctx context.Context, org domain.OrgID) ([]domain.Report, error) {
	return listOn(ctx, a, org, domain.NounReport, a.store.Reports, func(x, y domain.Report) int {
		return cmp.Or(ownFirst(x.CatalogueID, y.CatalogueID), cmp.Compare(x.ID, y.ID))
	})
}

// ownFirst puts what the organization recorded before what the catalogue listed.
func ownFirst(x, y string) int {
	return cmp.Compare(min(len(x), 1), min(len(y), 1))
}

func (a *App) engagements(ctx context.Context, org domain.OrgID) ([]domain.Engagement, error) {
	return listOn(ctx, a, org, domain.NounEngagement, a.store.Engagements, func(x, y domain.Engagement) int {
		return cmp.Or(cmp.Compare(y.Period.To, x.Period.To), cmp.Compare(y.ID, x.ID))
	})
}

// soaEntries returns the line of every Annex A control of an edition.
func (a *App) soaEntries(ctx context.Context, org domain.OrgID, e domain.Edition) ([]domain.SoAEntry, error) {
	if !a.past() {
		return soaEntries(ctx, a.store, org, e)
	}
	touched, err := statesOf[domain.SoAEntry](ctx, a, org, domain.NounSoAEntry)
	return fullSoA(org, e, touched), err
}

// soaVersions lists the versions approved by then, the newest first; they never
// change, so the table tells of any day.
func (a *App) soaVersions(ctx context.Context, org domain.OrgID, e domain.Edition) ([]domain.SoAVersion, error) {
	versions, err := a.store.SoAVersions(ctx, org, e)
	if a.past() {
		versions = slices.DeleteFunc(versions, func(v domain.SoAVersion) bool { return !v.ApprovedAt.Before(a.until()) })
	}
	return versions, err
}

// ownerships lists those of a control, the newest first; for control 0, the
// current ones of all controls.
func (a *App) ownerships(ctx context.Context, org domain.OrgID, control domain.ControlID) ([]domain.OwnershipView, error) {
	if !a.past() {
		return a.store.Ownerships(ctx, org, control)
	}
	names, err := a.store.PersonNames(ctx, org)
	if err != nil {
		return nil, err
	}
	var out []domain.OwnershipView
	states, err := statesOf[domain.Ownership](ctx, a, org, domain.NounOwnership)
	for _, v := range states {
		if v.Control == control || control == 0 && v.State != domain.OwnershipEnded {
			out = append(out, domain.OwnershipView{Ownership: v, Person: names[v.Person]})
		}
	}
	slices.SortFunc(out, func(x, y domain.OwnershipView) int { return cmp.Compare(y.Ownership.ID, x.Ownership.ID) })
	return out, err
}

// tests lists those of a control within an engagement, the newest first.
func (a *App) tests(ctx context.Context, e domain.Engagement, control domain.ControlID) ([]domain.TestView, error) {
	out, err := a.store.Tests(ctx, e.Org, e.ID, control)
	if a.past() { // a test never changes once it is recorded
		out = slices.DeleteFunc(out, func(v domain.TestView) bool { return !v.Test.At.Before(a.until()) })
	}
	return out, err
}

// evidenceShown is how many items a control's page lists; the library has all.
const evidenceShown = 50

// evidenceOf lists the items that speak for a control, the newest first.
func (a *App) evidenceOf(ctx context.Context, org domain.OrgID, control domain.ControlID) ([]domain.EvidenceSummary, error) {
	if !a.past() {
		found, err := a.store.FindEvidence(ctx, org, domain.EvidenceFilter{Control: control, Page: domain.Page{Number: 1, Size: evidenceShown}})
		return found.Rows, err
	}
	names, err := a.store.PersonNames(ctx, org)
	if err != nil {
		return nil, err
	}
	var out []domain.EvidenceSummary
	states, err := statesOf[evidenceState](ctx, a, org, domain.NounEvidence)
	for _, v := range states {
		if slices.Contains(v.Controls, control) {
			out = append(out, domain.EvidenceSummary{Evidence: v.Item, FileName: v.Version.FileName, Size: v.Version.Blob.Size,
				Author: names[v.Item.Author], Controls: len(v.Controls), MediaType: v.Version.MediaType, CapturedOn: v.Version.CapturedOn})
		}
	}
	slices.SortFunc(out, func(x, y domain.EvidenceSummary) int { return cmp.Compare(y.Evidence.Number, x.Evidence.Number) })
	return out, err
}

// evidenceFacts reads the state and period of every item.
func (a *App) evidenceFacts(ctx context.Context, org domain.OrgID) (map[domain.EvidenceID]domain.EvidenceFact, error) {
	if !a.past() {
		return a.store.EvidenceFacts(ctx, org)
	}
	states, err := statesOf[evidenceState](ctx, a, org, domain.NounEvidence)
	if err != nil {
		return nil, err
	}
	accepted, err := acceptances(ctx, a.store, org, a.until())
	return factsOf(states, accepted), err
}

// acceptances are those that stood at a moment, with those of items deleted since.
func acceptances(ctx context.Context, s *store.Store, org domain.OrgID, before time.Time) (map[domain.EvidenceID]domain.Acceptance, error) {
	out, err := s.Acceptances(ctx, org, before)
	if err != nil {
		return nil, err
	}
	gone, err := s.Removals(ctx, org)
	for _, r := range gone {
		if last := r.AcceptedBefore(before); last.By != 0 && !r.At.Before(before) {
			out[r.Evidence] = last
		}
	}
	return out, err
}

func factsOf(items []evidenceState, accepted map[domain.EvidenceID]domain.Acceptance) map[domain.EvidenceID]domain.EvidenceFact {
	out := make(map[domain.EvidenceID]domain.EvidenceFact, len(items))
	for _, v := range items {
		out[v.Item.ID] = domain.FactOf(v.Item, accepted[v.Item.ID])
	}
	return out
}

// neighbours returns the controls before and after one in the order of codes; 0
// for none.
func (a *App) neighbours(ctx context.Context, org domain.OrgID, id domain.ControlID) (before, after domain.ControlID, err error) {
	if !a.past() {
		return a.store.Neighbours(ctx, org, id)
	}
	all, err := a.controls(ctx, org)
	i := slices.IndexFunc(all, func(v domain.Control) bool { return v.ID == id })
	if i > 0 {
		before = all[i-1].ID
	}
	if i >= 0 && i+1 < len(all) {
		after = all[i+1].ID
	}
	return before, after, err
}

// EngagementOn is an engagement as it stood on the App's day.
func (a *App) EngagementOn(ctx context.Context, actor domain.Actor, e domain.Engagement) (domain.Engagement, error) {
	if err := actor.Allow(domain.ActRead); err != nil {
		return e, err
	}
	then, err := single(ctx, a, actor.Org, domain.NounEngagement, int64(e.ID), e, nil)
	if domain.KindOf(err) == domain.KindConflict {
		err = domain.Conflict("error.as_of.engagement", domain.Args{"On": a.on})
	}
	return then, err
}

// Day is the day that reading use-cases look from: the one asked about, or today.
func (a *App) Day() domain.Date { return a.day() }
