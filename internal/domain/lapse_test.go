package domain_test

import (
	"testing"

	"relier/internal/domain"
)

func TestReliance_ConcernsThosePeople(t *testing.T) {
	r := domain.Reliance{ProposedBy: 1, ApprovedBy: 2}
	duties := []domain.Responsibility{{Owner: 0}, {Owner: 4}}
	for name, c := range map[string]struct {
		who  domain.PersonID
		role domain.Role
		want bool
	}{
		"the proposer":                 {1, domain.RoleAuditor, true},
		"the approver":                 {2, domain.RoleAuditor, true},
		"the control's owner":          {3, domain.RoleContributor, true},
		"the owner of a duty":          {4, domain.RoleContributor, true},
		"another contributor":          {5, domain.RoleContributor, false},
		"a manager":                    {6, domain.RoleManager, true},
		"an owner of the organization": {7, domain.RoleOwner, true},
		"an auditor who took no part":  {8, domain.RoleAuditor, false},
		"an executive":                 {9, domain.RoleReader, false},
		"the assessor":                 {10, domain.RoleAssessor, false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := r.Concerns(c.who, c.role, 3, duties); got != c.want {
				t.Errorf("%v, want %v", got, c.want)
			}
		})
	}
}
