package testkit

import (
	"context"
	"fmt"
	"slices"

	"relier/internal/app"
	"relier/internal/domain"
)

// FullMap fills the organization of an owner who is alone with as many rows and
// columns as there are: the 114 controls of the 2013 edition on the 23 services
// of the catalogue, most of them on verified certificates, a third of the pairs
// proposed and half of those approved. It returns the engagement they are in.
func FullMap(ctx context.Context, a *app.App, owner domain.Actor) (domain.Engagement, error) {
	e, err := a.CreateEngagement(ctx, owner, domain.Engagement{Code: "FULL", Title: "Every control, every service", Kind: domain.KindStage2,
		Edition: domain.Edition2013, Period: domain.Period{From: domain.MustDate("2025-01-01"), To: domain.MustDate("2025-09-30")}})
	if err != nil {
		return e, err
	}
	if _, err := a.StartFromAnnexA(ctx, owner, domain.Edition2013, "en"); err != nil {
		return e, err
	}
	if err := useCatalogue(ctx, a, owner); err != nil {
		return e, err
	}
	return e, claimThird(ctx, a, owner, e)
}

// useCatalogue takes every service of the catalogue into use, and verifies a
// certificate for each five; the last ones have none.
func useCatalogue(ctx context.Context, a *app.App, owner domain.Actor) error {
	c, err := a.Catalogue(ctx, owner)
	if err != nil {
		return err
	}
	var names []domain.Named
	for i, s := range append(slices.Clone(c.Snapshot.Services), c.Snapshot.AlsoNamed...)[:23] {
		if _, err := a.SaveService(ctx, owner, domain.Service{Key: s.ID, Name: s.Name.EN, Environment: domain.EnvPublic,
			Model: domain.ServiceModels[i%len(domain.ServiceModels)], State: domain.ServiceInUse}); err != nil {
			return fmt.Errorf("service %s: %w", s.ID, err)
		}
		names = append(names, domain.Named{Service: s.ID, Environment: domain.EnvPublic})
		if len(names) == 5 {
			if err := certify(ctx, a, owner, names, i); err != nil {
				return err
			}
			names = nil
		}
	}
	return nil
}

// certify verifies a certificate, every second one too short for the period.
func certify(ctx context.Context, a *app.App, owner domain.Actor, names []domain.Named, i int) error {
	v, err := a.SaveCertificate(ctx, owner, domain.Certificate{Title: fmt.Sprintf("Cloud services %d", i), Number: fmt.Sprintf("FULL-%d", i),
		Body: certifier, Edition: domain.Edition2013, Issued: domain.MustDate("2024-01-01"), Expires: domain.MustDate("2025-10-31"),
		ScopeText: "Each service named.", Names: names})
	if err != nil {
		return err
	}
	v.CheckedWhere = "Register of " + certifier
	if i%2 == 1 {
		v.Expires = domain.MustDate("2025-06-30")
	}
	_, err = a.VerifyCertificate(ctx, owner, v)
	return err
}

func claimThird(ctx context.Context, a *app.App, owner domain.Actor, e domain.Engagement) error {
	controls, err := a.Controls(ctx, owner)
	if err != nil {
		return err
	}
	var choice app.ProposalChoice
	for i, v := range controls {
		if i%3 == 0 {
			choice.Controls = append(choice.Controls, v.ID)
		}
	}
	plan, err := a.PlanProposals(ctx, owner, e, choice)
	if err != nil {
		return err
	}
	b := app.BulkProposal{Pairs: plan.Pairs(), Certificates: map[domain.CertificateID]int{}, Why: "Every pair of every third control."}
	for _, v := range plan.Available {
		b.Certificates[v.ID] = v.Version
	}
	if _, err := a.ProposeReliances(ctx, owner, e, b); err != nil {
		return err
	}
	approvals, err := a.PlanApprovals(ctx, owner, e, nil)
	if err != nil {
		return err
	}
	var seen []app.RelianceVersion
	for i, v := range approvals.Ready {
		if i%2 == 0 {
			seen = append(seen, app.RelianceVersion{ID: v.Reliance.ID, Version: v.Reliance.Version})
		}
	}
	_, err = a.ApproveReliances(ctx, owner, e, seen, "Nobody else is there.")
	return err
}
