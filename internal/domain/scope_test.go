package domain_test

import (
	"fmt"
	"testing"

	"relier/internal/domain"
)

func TestReadScope(t *testing.T) {
	control := func(id domain.ControlID, code string, refs ...domain.Ref) domain.Control {
		c := domain.Control{ID: id, Code: code}
		for _, r := range refs {
			c.Requirements = append(c.Requirements, domain.ControlRequirement{Ref: r})
		}
		return c
	}
	in2022 := func(code string) domain.Ref { return domain.Ref{Edition: domain.Edition2022, Code: code} }
	controls := []domain.Control{control(1, "A.7.1", in2022("A.7.1")), control(2, "A.8.1", in2022("A.8.1")), control(3, "A.8.13", in2022("A.8.13")),
		control(4, "DOOR-1", in2022("A.7.2")), control(5, "OLD-1", domain.Ref{Edition: domain.Edition2013, Code: "A.7.2.2"}), control(6, "MGMT", in2022("6.1.2"))}
	for _, c := range []struct{ name, typed, want string }{
		{"nothing means all", " \n", "[] []"},
		{"a code", "A.8.13", "[3] []"},
		{"a code in small letters", "door-1", "[4] []"},
		{"a code is not what begins like it", "A.8.1", "[2] []"},
		{"a theme, by code or by requirement", "A.7", "[1 4] []"},
		{"a requirement that an own control implements", "A.7.2", "[4] []"},
		{"a requirement of the other edition is not meant", "A.7.2.2", "[] [A.7.2.2]"},
		{"a clause", "6.1", "[6] []"},
		{"each once, whatever stands between", "A.8;A.8.13,\tA.7.1\u00a0A.8", "[1 2 3] []"},
		{"what nothing is called, each once", "A.9 A.7.1 x A.9", "[1] [A.9 x]"},
		{"no regular expression", "A.[78] A%", "[] [A.[78] A%]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			ids, unknown := domain.ReadScope(controls, domain.Edition2022, c.typed)
			if got := fmt.Sprint(ids, " ", unknown); got != c.want {
				t.Errorf("%q reads as %s, want %s", c.typed, got, c.want)
			}
		})
	}
}
