package app

import (
	"context"

	"relier/internal/domain"
)

// SignInToSample opens a session for the sample's owner, who may remove it, or
// for its manager when the owner works elsewhere too. It never opens one for a person of a
// real organization, whatever else the database holds.
func (a *App) SignInToSample(ctx context.Context, userAgent, address string) (token string, org domain.Organization, err error) {
	all, err := a.store.Organizations(ctx)
	if err != nil {
		return "", org, err
	}
	for _, o := range all {
		if !o.Sample {
			continue
		}
		person, err := a.sampleHost(ctx, o)
		if err != nil {
			return "", o, err
		}
		token, err = a.openSession(ctx, person, userAgent, address)
		return token, o, err
	}
	return "", org, domain.NotFound(string(domain.NounOrganization))
}

func (a *App) sampleHost(ctx context.Context, sample domain.Organization) (domain.PersonID, error) {
	members, err := a.store.Members(ctx, sample.ID)
	if err != nil {
		return 0, err
	}
	for _, role := range []domain.Role{domain.RoleOwner, domain.RoleManager} {
		for _, m := range members {
			if m.Membership.Role != role || m.Person.Disabled {
				continue
			}
			elsewhere, err := a.worksElsewhere(ctx, m.Person.ID, sample.ID)
			if err != nil {
				return 0, err
			}
			if !elsewhere {
				return m.Person.ID, nil
			}
		}
	}
	return 0, domain.NotFound(string(domain.NounPerson))
}

// worksElsewhere reports whether a person belongs to an organization beside the
// sample: a session of theirs would open that one too.
func (a *App) worksElsewhere(ctx context.Context, p domain.PersonID, sample domain.OrgID) (bool, error) {
	all, err := a.store.OrganizationsOf(ctx, p)
	return len(all) != 1 || all[0].ID != sample, err
}
