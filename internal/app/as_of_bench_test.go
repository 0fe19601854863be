package app_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"relier/internal/app"
	"relier/internal/domain"
	"relier/internal/store"
	"relier/internal/testkit"
)

// BenchmarkAsOf reads pages of a day gone by for 1,000 controls, each with ten
// revisions, an owner and splits on five services.
func BenchmarkAsOf(b *testing.B) {
	k := testkit.NewApp(b)
	must := func(err error) {
		if err != nil {
			b.Fatal(err)
		}
	}
	p, err := k.App.CreatePerson(ctx, app.NewPerson{Email: "ada@example.org", Name: "Ada", Password: password, Lang: "en"})
	must(err)
	_, err = k.App.CreateOrganization(ctx, p, domain.Organization{Code: "acme", Name: "Acme"})
	must(err)
	actor, _, err := k.App.Actor(ctx, p, "acme")
	must(err)
	e, err := k.App.CreateEngagement(ctx, actor, domain.Engagement{Code: "2026", Title: "Audit", Kind: domain.KindInternal, Edition: domain.Edition2022,
		Period: domain.Period{From: domain.MustDate("2026-01-01"), To: domain.MustDate("2026-12-31")}})
	must(err)
	var services []domain.Service
	for _, key := range []string{"azure", "office-365", "intune", "power-bi", "azure-devops-services"} {
		s, err := k.App.SaveService(ctx, actor, domain.Service{Key: key, Name: key, Environment: domain.EnvPublic, Model: domain.ModelSaaS, State: domain.ServiceInUse})
		must(err)
		services = append(services, s)
	}
	must(k.Store.Tx(ctx, func(tx *store.Store) error {
		at := k.App.Now()
		record := func(noun domain.Noun, object int64, state any) error {
			body, err := json.Marshal(state)
			if err != nil {
				return err
			}
			return tx.AppendActivity(ctx, &domain.Activity{Org: actor.Org, At: at, Actor: p.ID, Verb: "x.y", Noun: noun, Object: object}, body)
		}
		for i := range 1000 {
			c := domain.Control{Org: actor.Org, Code: fmt.Sprintf("C-%d", i), Title: "Access to what matters", Description: "Who may, who may not, and who decides.",
				Implementation: domain.Implemented, Requirements: []domain.ControlRequirement{{Ref: domain.Ref{Edition: domain.Edition2022, Code: fmt.Sprintf("A.8.%d", i%34+1)}}}}
			if err := tx.CreateControl(ctx, &c); err != nil {
				return err
			}
			for range 10 {
				if err := record(domain.NounControl, int64(c.ID), c); err != nil {
					return err
				}
			}
			o := domain.Ownership{Org: actor.Org, Control: c.ID, Person: p.ID, State: domain.OwnershipAcknowledged, AssignedBy: p.ID}
			if err := tx.CreateOwnership(ctx, &o); err != nil {
				return err
			}
			if err := record(domain.NounOwnership, int64(o.ID), o); err != nil {
				return err
			}
			for _, s := range services {
				v := domain.Split{Org: actor.Org, Control: c.ID, Service: s.ID, Party: domain.PartyShared, State: domain.SplitConfirmed, ConfirmedBy: p.ID}
				if err := tx.PutSplit(ctx, &v); err != nil {
					return err
				}
				if err := record(domain.NounSplit, int64(v.ID), v); err != nil {
					return err
				}
			}
		}
		return nil
	}))
	day := k.App.Today()
	k.Clock.Advance(48 * time.Hour)
	then := k.App.AsOf(day)
	for name, read := range map[string]func() error{
		"dashboard": func() error { _, err := then.Dashboard(ctx, actor, e); return err },
		"controls": func() error {
			_, err := then.FindControls(ctx, actor, e, domain.ControlFilter{Sort: "title"})
			return err
		},
		"control": func() error { _, err := then.ControlWorkspace(ctx, actor, e, 500); return err },
		"compare": func() error { _, err := k.App.Compare(ctx, actor, e, day, day.AddDays(60)); return err },
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				must(read())
			}
		})
	}
}
