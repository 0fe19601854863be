package testkit

import (
	"crypto/rand"
	"fmt"
	"strings"

	"relier/internal/app"
	"relier/internal/domain"
)

// domainOfPeople marks the story's people: removing the sample removes who has
// an address there.
const domainOfPeople = "@sample.invalid"

// cast are the people of the story. The first founds the organization.
var cast = []struct {
	key, name, lang string
	role            domain.Role
}{
	{"owner", "Nora Whitfield", "en", domain.RoleOwner},
	{"manager", "Camille Aubert", "en", domain.RoleManager},
	{"auditor", "Tobias Lindqvist", "en", domain.RoleAuditor},
	{"reader", "Margaret Osei", "en", domain.RoleReader},
	{"amara", "Amara Nwosu", "en", domain.RoleContributor},
	{"luc", "Luc Fontaine", "fr", domain.RoleContributor},
	{"priya", "Priya Raman", "en", domain.RoleContributor},
	{"sofia", "Sofia Marchetti", "en", domain.RoleContributor},
	{"daniel", "Daniel Kowalczyk", "en", domain.RoleContributor},
	{"elodie", "Élodie Garnier", "fr", domain.RoleContributor},
	{"james", "James Thornbury", "en", domain.RoleContributor},
	{"hana", "Hana Suzuki", "en", domain.RoleContributor},
	{"oskar", "Oskar Blum", "en", domain.RoleContributor},
	{"assessor", "Henrik Solberg", "en", domain.RoleAssessor},
}

const beginsAgo = 300 // days; no evidence in the audit period is older

// beginning founds the organization, brings its people in and opens the audit.
func (t *teller) beginning() {
	t.on(beginsAgo, "found the organization", t.found)
	t.on(beginsAgo, "open the audit", t.openAudit)
	t.on(beginsAgo-1, "bring people in", t.bringIn)
	t.on(200, "plan the audit", func() error { return t.moveAudit(domain.EngagementPlanned) })
	t.on(95, "engage the assessor", t.engageAssessor)
	t.on(60, "begin the fieldwork", func() error { return t.moveAudit(domain.EngagementFieldwork) })
}

func (t *teller) found() error {
	owner, in := cast[0], t.newPerson(0)
	p, err := t.app.CreatePerson(t.ctx, in)
	if err != nil {
		return err
	}
	t.Org, err = t.app.CreateOrganization(t.ctx, p, domain.Organization{Code: SampleCode, Name: "Alder Quay", Sample: true})
	if err != nil {
		return err
	}
	return t.enter(owner.key, p, owner.role, in.Password)
}

// newPerson is what the account of a member of the cast is made from.
func (t *teller) newPerson(i int) app.NewPerson {
	c, password := cast[i], t.options.Password
	if password == "" {
		password = rand.Text()
	}
	ascii := strings.NewReplacer("É", "e", "é", "e", " ", ".").Replace(c.name)
	return app.NewPerson{Email: strings.ToLower(ascii) + domainOfPeople, Name: c.name, Password: password, Lang: c.lang}
}

// enter notes somebody who can act from now on.
func (t *teller) enter(key string, p domain.Person, role domain.Role, password string) error {
	actor, _, err := t.app.Actor(t.ctx, p, SampleCode)
	t.People[key] = Person{p, role, password, actor}
	return err
}

func (t *teller) join(i int, m domain.Membership) error {
	in := t.newPerson(i)
	m.Role = cast[i].role
	member, err := t.app.AddMember(t.ctx, t.As("owner"), in, m)
	if err != nil {
		return err
	}
	return t.enter(cast[i].key, member.Person, m.Role, in.Password)
}

func (t *teller) bringIn() error {
	for i, c := range cast {
		if i == 0 || c.role == domain.RoleAssessor {
			continue
		}
		if err := t.join(i, domain.Membership{}); err != nil {
			return err
		}
	}
	if t.options.Visitor.ID == 0 {
		return nil
	}
	visitor := t.options.Visitor
	_, err := t.app.AddMember(t.ctx, t.As("owner"), app.NewPerson{Email: visitor.Email, Name: visitor.Name}, domain.Membership{Role: domain.RoleOwner})
	return err
}

// engageAssessor gives the assessor the engagement until three months after the
// audit period.
func (t *teller) engageAssessor() error {
	return t.join(len(cast)-1, domain.Membership{Engagement: t.Engagement.ID, Until: t.Engagement.Period.To.AddDays(90)})
}

// openAudit opens a surveillance audit of twelve whole months, the next to last
// of which is this one.
func (t *teller) openAudit() (err error) {
	first := domain.NewDate(t.today.Time().Year(), t.today.Time().Month(), 1).AddMonths(-10)
	period := domain.Period{From: first, To: first.AddMonths(12).AddDays(-1)}
	t.Engagement, err = t.app.CreateEngagement(t.ctx, t.As("owner"), domain.Engagement{
		Code: fmt.Sprintf("SURV-%d", period.To.Time().Year()), Title: "Surveillance audit", Kind: domain.KindSurveillance,
		Edition: domain.Edition2022, Period: period,
		Scope: "Design, hosting and support of simulation software for machine builders, by forty people in one office and at home, on Microsoft cloud services.",
	})
	return err
}

func (t *teller) moveAudit(next domain.EngagementState) (err error) {
	t.Engagement, err = t.app.MoveEngagement(t.ctx, t.As("manager"), t.Engagement.ID, next, "", t.Engagement.Version)
	return err
}
