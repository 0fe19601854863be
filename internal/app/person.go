package app

import (
	"context"
	"errors"

	"relier/internal/domain"
	"relier/internal/store"
)

// NeedsSetUp reports whether nobody can sign in yet: the first visitor on the
// console's one-time link creates the first account.
func (a *App) NeedsSetUp(ctx context.Context) (bool, error) {
	n, err := a.store.CountPeople(ctx)
	return n == 0, err
}

// NewPerson is what a new account is made from.
type NewPerson struct {
	Email, Name, Password, Lang string
}

// CreatePerson adds an account: at set-up and from the command line. A person
// without an organization sees none.
func (a *App) CreatePerson(ctx context.Context, in NewPerson) (domain.Person, error) {
	p := domain.Person{Email: domain.NormalEmail(in.Email), Name: domain.Clean(in.Name), Lang: in.Lang, Theme: "auto", Density: "normal", CreatedAt: a.Now()}
	if err := joinFields(p.Check(), domain.CheckPassword(in.Password, p)); err != nil {
		return p, err
	}
	hash, err := a.hash(ctx, in.Password)
	if err != nil {
		return p, err
	}
	return p, emailTaken(a.store.CreatePerson(ctx, &p, hash))
}

// SetUp creates the very first account and opens its session; it refuses once
// anybody exists.
func (a *App) SetUp(ctx context.Context, in NewPerson, userAgent, address string) (token string, err error) {
	p := domain.Person{Email: domain.NormalEmail(in.Email), Name: domain.Clean(in.Name), Lang: in.Lang, Theme: "auto", Density: "normal", CreatedAt: a.Now()}
	if err := joinFields(p.Check(), domain.CheckPassword(in.Password, p)); err != nil {
		return "", err
	}
	hash, err := a.hash(ctx, in.Password)
	if err != nil {
		return "", err
	}
	err = a.store.Tx(ctx, func(tx *store.Store) error {
		if n, err := tx.CountPeople(ctx); err != nil || n > 0 {
			return firstOr(err, domain.Conflict("error.set_up_done", nil))
		}
		return tx.CreatePerson(ctx, &p, hash)
	})
	if err != nil {
		return "", err
	}
	return a.openSession(ctx, p.ID, userAgent, address)
}

func firstOr(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

func emailTaken(err error) error {
	if e, ok := errors.AsType[*domain.Error](err); ok && e.Key == "error.duplicate" {
		return domain.Conflict("error.person.email_taken", nil).At("email")
	}
	return err
}

// Members lists the people of the actor's organization.
func (a *App) Members(ctx context.Context, actor domain.Actor) ([]domain.Member, error) {
	if err := actor.Allow(domain.ActRead); err != nil {
		return nil, err
	}
	return a.store.Members(ctx, actor.Org)
}

// AddMember gives a person a role in the actor's organization. A person who
// has no account yet gets one with the password given; whoever manages people
// hands it over. Only an owner makes an owner.
func (a *App) AddMember(ctx context.Context, actor domain.Actor, in NewPerson, m domain.Membership) (domain.Member, error) {
	if err := actor.Allow(domain.ActPeopleManage); err != nil {
		return domain.Member{}, err
	}
	if err := checkRole(actor, m); err != nil {
		return domain.Member{}, err
	}
	p, _, err := a.store.PersonByEmail(ctx, domain.NormalEmail(in.Email))
	if domain.IsNotFound(err) {
		p, err = a.CreatePerson(ctx, in)
	}
	if err != nil {
		return domain.Member{}, err
	}
	m.Org, m.Person = actor.Org, p.ID
	v := domain.Member{Person: p, Membership: m}
	err = a.change(ctx, actor, func(c change) error {
		if _, err := c.Membership(ctx, actor.Org, p.ID); !domain.IsNotFound(err) { // a role is not replaced unasked
			return firstOr(err, domain.Conflict("error.membership.exists", domain.Args{"Name": p.Name}).At("email"))
		}
		return c.putMembership(a, "membership.granted", v)
	})
	return v, err
}

func checkRole(actor domain.Actor, m domain.Membership) error {
	var f domain.FieldErrors
	if !m.Role.Valid() {
		f.Add("role", "error.choice", nil)
	}
	if m.Role == domain.RoleAssessor && (m.Engagement == 0 || m.Until == 0) {
		f.Add("engagement", "error.membership.assessor", nil)
	}
	if m.Role != domain.RoleAssessor && len(m.Controls) > 0 {
		f.Add("controls", "error.membership.controls_role", nil)
	}
	if err := f.Err(); err != nil {
		return err
	}
	if m.Role == domain.RoleOwner && actor.Role != domain.RoleOwner {
		return domain.Forbidden("error.membership.owner", nil)
	}
	return nil
}

// RemoveMember ends a person's membership and sessions. The last owner stays.
func (a *App) RemoveMember(ctx context.Context, actor domain.Actor, person domain.PersonID) error {
	if err := actor.Allow(domain.ActPeopleManage); err != nil {
		return err
	}
	return a.change(ctx, actor, func(c change) error {
		members, err := c.Members(ctx, actor.Org)
		if err != nil {
			return err
		}
		m, owners, found := domain.Member{}, 0, false
		for _, v := range members {
			if v.Membership.Role == domain.RoleOwner {
				owners++
			}
			if v.Person.ID == person {
				m, found = v, true
			}
		}
		switch {
		case !found:
			return domain.NotFound(string(domain.NounMembership))
		case m.Membership.Role == domain.RoleOwner && (owners == 1 || actor.Role != domain.RoleOwner):
			return domain.Conflict("error.membership.last_owner", nil)
		}
		if err := c.RemoveMembership(ctx, actor.Org, person); err != nil {
			return err
		}
		if err := c.EndSessionsOf(ctx, person); err != nil {
			return err
		}
		if err := a.lapse(c); err != nil { // an assessor may have left
			return err
		}
		return c.record("membership.ended", domain.NounMembership, int64(person), 0, m.Person.Name, nil)
	})
}
