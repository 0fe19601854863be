package app

import (
	"context"
	"errors"
	"slices"

	"relier/internal/catalog"
	"relier/internal/domain"
	"relier/internal/store"
)

// CreateOrganization makes a tenant with its creator as owner, and takes over
// what the provider catalogue lists: certificates start unverified, reports
// start to request. The sample flag is final.
func (a *App) CreateOrganization(ctx context.Context, person domain.Person, o domain.Organization) (domain.Organization, error) {
	o.Name, o.CreatedAt = domain.Clean(o.Name), a.Now()
	if err := o.Check(); err != nil {
		return o, err
	}
	err := a.store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.CreateOrganization(ctx, &o); err != nil {
			return codeTaken(err, "error.organization.code_taken")
		}
		actor := domain.Actor{Person: person.ID, Name: person.Name, Org: o.ID, OrgCode: o.Code, Role: domain.RoleOwner}
		c := change{tx, ctx, actor, a.Now()}
		if err := tx.PutMembership(ctx, domain.Membership{Org: o.ID, Person: person.ID, Role: domain.RoleOwner}); err != nil {
			return err
		}
		if err := c.seedProvider(catalog.Provider()); err != nil {
			return err
		}
		return c.record("organization.created", domain.NounOrganization, int64(o.ID), 0, o.Name, o)
	})
	return o, err
}

// codeTaken explains a duplicate as the code that is taken already.
func codeTaken(err error, key string) error {
	if e, ok := errors.AsType[*domain.Error](err); ok && e.Key == "error.duplicate" {
		return domain.Conflict(key, nil).At("code")
	}
	return err
}

// seedProvider copies the snapshot's certificates and reports into the
// organization. The page lists one certificate a second time among the reports.
func (c change) seedProvider(p *domain.ProviderCatalogue) error {
	var leads []domain.ListedDocument
	for _, d := range catalog.OwnFile().Documents {
		again := d.Kind == domain.DocCertificate && slices.ContainsFunc(p.Assessments, func(o domain.CatalogueDocument) bool { return o.ID == d.ID })
		if !again {
			leads = append(leads, d)
		}
	}
	return c.seed(leads)
}

// seed records listed certificates and reports: leads to follow, never proof.
func (c change) seed(leads []domain.ListedDocument) error {
	for _, d := range leads {
		if d.Kind == domain.DocCertificate {
			if err := c.seedCertificate(d); err != nil {
				return err
			}
			continue
		}
		if err := c.seedReport(d); err != nil {
			return err
		}
	}
	return nil
}

func (c change) seedCertificate(d domain.ListedDocument) error {
	v := domain.Certificate{Org: c.actor.Org, Title: d.Title.EN, Number: d.Number, Edition: d.Edition,
		State: domain.CertificateUnverified, CatalogueID: d.ID, URL: d.URL}
	if err := c.CreateCertificate(c.ctx, &v); err != nil {
		return err
	}
	return c.record("certificate.seeded", domain.NounCertificate, int64(v.ID), 0, v.Title, v)
}

func (c change) seedReport(d domain.ListedDocument) error {
	kind := domain.ReportAudit
	if d.Kind == domain.DocSoA {
		kind = domain.ReportSoA
	}
	v := domain.Report{Org: c.actor.Org, Kind: kind, Title: d.Title.EN, Confidential: true, Edition: d.Edition, State: domain.ReportToRequest, CatalogueID: d.ID, URL: d.URL}
	if err := c.CreateReport(c.ctx, &v); err != nil {
		return err
	}
	return c.record("report.seeded", domain.NounReport, int64(v.ID), 0, v.Title, v)
}

// RemoveSample deletes the actor's organization when it is a sample.
func (a *App) RemoveSample(ctx context.Context, actor domain.Actor) error {
	if err := actor.Allow(domain.ActOrganizationRemove); err != nil {
		return err
	}
	return a.store.Tx(ctx, func(tx *store.Store) error { return tx.RemoveSample(ctx, actor.Org) })
}

// OrganizationActor is the command line's way in: whoever runs commands on the
// data folder acts as the owner of the organization with a code, under the
// name of its first owner.
func (a *App) OrganizationActor(ctx context.Context, code string) (domain.Actor, error) {
	o, err := a.store.OrganizationByCode(ctx, code)
	if err != nil {
		return domain.Actor{}, err
	}
	members, err := a.store.Members(ctx, o.ID)
	if err != nil {
		return domain.Actor{}, err
	}
	for _, m := range members {
		if m.Membership.Role == domain.RoleOwner {
			return domain.Actor{Person: m.Person.ID, Name: m.Person.Name, Org: o.ID, OrgCode: o.Code, Role: domain.RoleOwner}, nil
		}
	}
	return domain.Actor{}, domain.NotFound(string(domain.NounPerson))
}

// Organizations lists all tenants, for the command line only.
func (a *App) Organizations(ctx context.Context) ([]domain.Organization, error) {
	return a.store.Organizations(ctx)
}
