package store

import (
	"context"
	"fmt"

	"relier/internal/domain"
)

type personRow struct {
	ID       int64
	Email    string
	Name     string
	Lang     string
	Theme    string
	Density  string
	Disabled bool
	Password string
	Created  int64 `gorm:"column:created_at"`
}

func (personRow) TableName() string { return "people" }

func (r personRow) domain() domain.Person {
	return domain.Person{ID: domain.PersonID(r.ID), Email: r.Email, Name: r.Name, Lang: r.Lang, Theme: r.Theme,
		Density: r.Density, Disabled: r.Disabled, CreatedAt: moment(r.Created)}
}

// CreatePerson adds a person with an already hashed password, and sets the id.
func (s *Store) CreatePerson(ctx context.Context, p *domain.Person, passwordHash string) error {
	row := personRow{Email: p.Email, Name: p.Name, Lang: p.Lang, Theme: p.Theme, Density: p.Density,
		Disabled: p.Disabled, Password: passwordHash, Created: micros(p.CreatedAt)}
	if err := insert(ctx, s, domain.NounPerson, &row); err != nil {
		return err
	}
	p.ID = domain.PersonID(row.ID)
	return nil
}

// Person reads one person.
func (s *Store) Person(ctx context.Context, id domain.PersonID) (domain.Person, error) {
	row, err := take[personRow](s.r(ctx).Where("id = ?", int64(id)), domain.NounPerson)
	return one(row, err, personRow.domain)
}

// PersonByEmail reads a person and the password hash, for signing in.
func (s *Store) PersonByEmail(ctx context.Context, email string) (domain.Person, string, error) {
	row, err := take[personRow](s.r(ctx).Where("email = ?", email), domain.NounPerson)
	return row.domain(), row.Password, err
}

// CountPeople counts everyone: none means that set-up has not happened yet.
func (s *Store) CountPeople(ctx context.Context) (int, error) {
	var n int64
	err := s.r(ctx).Model(&personRow{}).Count(&n).Error
	return int(n), translate(err)
}

// SetPassword replaces a person's password hash.
func (s *Store) SetPassword(ctx context.Context, id domain.PersonID, hash string) error {
	return s.changePerson(ctx, id, map[string]any{"password": hash})
}

// SetPreferences stores how a person wants pages shown.
func (s *Store) SetPreferences(ctx context.Context, id domain.PersonID, lang, theme, density string) error {
	return s.changePerson(ctx, id, map[string]any{"lang": lang, "theme": theme, "density": density})
}

func (s *Store) changePerson(ctx context.Context, id domain.PersonID, columns map[string]any) error {
	return s.Tx(ctx, func(s *Store) error {
		res := s.w(ctx).Model(&personRow{}).Where("id = ?", int64(id)).Updates(columns)
		if res.Error != nil {
			return fmt.Errorf("change person: %w", translate(res.Error))
		}
		if res.RowsAffected == 0 {
			return domain.NotFound(string(domain.NounPerson))
		}
		return nil
	})
}

type membershipRow struct {
	OrgID        int64 `gorm:"primaryKey;autoIncrement:false"`
	PersonID     int64 `gorm:"primaryKey;autoIncrement:false"`
	Role         string
	EngagementID *int64
	Controls     string
	UntilDay     string
}

func (membershipRow) TableName() string { return "memberships" }

func (r membershipRow) domain() domain.Membership {
	return domain.Membership{Org: domain.OrgID(r.OrgID), Person: domain.PersonID(r.PersonID), Role: domain.Role(r.Role),
		Engagement: deref[domain.EngagementID](r.EngagementID), Controls: unlist[domain.ControlID](r.Controls), Until: day(r.UntilDay)}
}

// PutMembership gives a person a role, or changes it.
func (s *Store) PutMembership(ctx context.Context, m domain.Membership) error {
	row := membershipRow{OrgID: int64(m.Org), PersonID: int64(m.Person), Role: string(m.Role),
		EngagementID: ref(m.Engagement), Controls: list(m.Controls), UntilDay: m.Until.String()}
	return s.Tx(ctx, func(s *Store) error {
		where := s.w(ctx).Where("org_id = ? AND person_id = ?", row.OrgID, row.PersonID)
		res := where.Model(&membershipRow{}).Select("*").Omit("org_id", "person_id").Updates(&row)
		if res.Error != nil {
			return fmt.Errorf("change membership: %w", translate(res.Error))
		}
		if res.RowsAffected > 0 {
			return nil
		}
		return insert(ctx, s, domain.NounMembership, &row)
	})
}

// RemoveMembership ends a person's membership.
func (s *Store) RemoveMembership(ctx context.Context, org domain.OrgID, person domain.PersonID) error {
	return s.Tx(ctx, func(s *Store) error {
		res := s.w(ctx).Where("org_id = ? AND person_id = ?", int64(org), int64(person)).Delete(&membershipRow{})
		if res.Error == nil && res.RowsAffected == 0 {
			return domain.NotFound(string(domain.NounMembership))
		}
		return translate(res.Error)
	})
}

// Membership reads a person's role in an organization.
func (s *Store) Membership(ctx context.Context, org domain.OrgID, person domain.PersonID) (domain.Membership, error) {
	q := s.r(ctx).Where("org_id = ? AND person_id = ?", int64(org), int64(person))
	row, err := take[membershipRow](q, domain.NounMembership)
	return one(row, err, membershipRow.domain)
}

// OrganizationsOf lists the organizations a person belongs to, by name.
func (s *Store) OrganizationsOf(ctx context.Context, person domain.PersonID) ([]domain.Organization, error) {
	q := s.r(ctx).Where("id IN (SELECT org_id FROM memberships WHERE person_id = ?)", int64(person)).Order("name, id")
	rows, err := all[organizationRow](q, domain.NounOrganization)
	return each(rows, err, organizationRow.domain)
}

// Members lists the people of an organization with their roles, by name.
func (s *Store) Members(ctx context.Context, org domain.OrgID) ([]domain.Member, error) {
	type memberRow struct {
		Row          personRow `gorm:"embedded"`
		OrgID        int64
		PersonID     int64
		Role         string
		EngagementID *int64
		Controls     string
		UntilDay     string
	}
	q := s.r(ctx).Table("people").Select("people.*, m.org_id, m.person_id, m.role, m.engagement_id, m.controls, m.until_day").
		Joins("JOIN memberships m ON m.person_id = people.id").Where("m.org_id = ?", int64(org)).Order("people.name, people.id")
	rows, err := all[memberRow](q, domain.NounMembership)
	return each(rows, err, func(r memberRow) domain.Member {
		m := membershipRow{r.OrgID, r.PersonID, r.Role, r.EngagementID, r.Controls, r.UntilDay}
		return domain.Member{Person: r.Row.domain(), Membership: m.domain()}
	})
}

// Assessors lists the assessors engaged on an engagement, ended or not: what was
// accepted while the assessor was engaged stays accepted when the last day of
// the engagement has passed.
func (s *Store) Assessors(ctx context.Context, org domain.OrgID, e domain.EngagementID) ([]domain.Membership, error) {
	q := s.r(ctx).Where("org_id = ? AND role = ? AND (engagement_id IS NULL OR engagement_id = ?)", int64(org), string(domain.RoleAssessor), int64(e)).Order("person_id")
	rows, err := all[membershipRow](q, domain.NounMembership)
	return each(rows, err, membershipRow.domain)
}

// PersonNames maps everyone who ever acted in an organization, member or not
// any more, to their name.
func (s *Store) PersonNames(ctx context.Context, org domain.OrgID) (map[domain.PersonID]string, error) {
	q := s.r(ctx).Where(`id IN (SELECT person_id FROM memberships WHERE org_id = ?) OR EXISTS (SELECT 1 FROM activity a WHERE a.org_id = ? AND a.actor_id = people.id)`, int64(org), int64(org))
	rows, err := all[personRow](q, domain.NounPerson)
	out := make(map[domain.PersonID]string, len(rows))
	for _, r := range rows {
		out[domain.PersonID(r.ID)] = r.Name
	}
	return out, err
}
