package domain

import (
	"slices"
	"strings"
)

// Implementation says how far a control is in place.
type Implementation string

const (
	NotImplemented    Implementation = "not_implemented"
	PartlyImplemented Implementation = "partly"
	Implemented       Implementation = "implemented"
)

// Implementations lists the values in order.
var Implementations = []Implementation{NotImplemented, PartlyImplemented, Implemented}

// ControlRequirement says that a control implements a requirement, wholly or in part.
type ControlRequirement struct {
	Ref     Ref  `json:"ref"`
	Partial bool `json:"partial"`
}

// Control is the organization's own control.
type Control struct {
	ID             ControlID            `json:"id"`
	Org            OrgID                `json:"org"`
	Code           string               `json:"code"` // the organization's own, unique in it
	Title          string               `json:"title"`
	Description    string               `json:"description"`
	Implementation Implementation       `json:"implementation"`
	Requirements   []ControlRequirement `json:"requirements"` // in order of edition and code
	Version        int                  `json:"version"`
}

// Check reports every field that breaks a rule. Whether the requirements exist
// is checked against the catalogue by the caller.
func (c Control) Check() error {
	var f FieldErrors
	CheckText(&f, "code", c.Code, 1, 40)
	if strings.ContainsAny(c.Code, "\n\r\t/\\") {
		f.Add("code", "error.text.characters", nil)
	}
	CheckText(&f, "title", c.Title, 1, 300)
	CheckText(&f, "description", c.Description, 0, 8000)
	if !slices.Contains(Implementations, c.Implementation) {
		f.Add("implementation", "error.choice", nil)
	}
	return f.Err()
}

// RefsIn returns the control's requirements of one edition.
func (c Control) RefsIn(e Edition) []Ref {
	var out []Ref
	for _, r := range c.Requirements {
		if r.Ref.Edition == e {
			out = append(out, r.Ref)
		}
	}
	return out
}

// SameContent reports whether two controls say the same, ids and versions
// aside; an import of the same file twice changes nothing because of it.
func (c Control) SameContent(o Control) bool {
	return c.Code == o.Code && c.Title == o.Title && c.Description == o.Description &&
		c.Implementation == o.Implementation && slices.Equal(c.Requirements, o.Requirements)
}

// CompareCodes orders codes as people read them: A.5.2 before A.5.10.
func CompareCodes(a, b string) int {
	for a != "" && b != "" {
		da, db := digits(a), digits(b)
		if da > 0 && db > 0 {
			na, nb := strings.TrimLeft(a[:da], "0"), strings.TrimLeft(b[:db], "0")
			if len(na) != len(nb) {
				return len(na) - len(nb)
			}
			if c := strings.Compare(na, nb); c != 0 {
				return c
			}
			a, b = a[da:], b[db:]
			continue
		}
		if a[0] != b[0] {
			return int(a[0]) - int(b[0])
		}
		a, b = a[1:], b[1:]
	}
	return len(a) - len(b)
}

func digits(s string) int {
	i := 0
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	return i
}

// SortKey turns a code into a string whose byte order is CompareCodes' order,
// so that the database can sort and page by it.
func SortKey(code string) string {
	var b strings.Builder
	for code != "" {
		n := digits(code)
		if n == 0 {
			b.WriteByte(code[0])
			code = code[1:]
			continue
		}
		num := strings.TrimLeft(code[:n], "0")
		b.WriteByte(byte('0' + min(len(num), 9)))
		b.WriteString(num)
		code = code[n:]
	}
	return b.String()
}

// SortRequirements puts requirements in order of edition and code.
func SortRequirements(rs []ControlRequirement) {
	slices.SortFunc(rs, func(a, b ControlRequirement) int {
		if a.Ref.Edition != b.Ref.Edition {
			return strings.Compare(string(a.Ref.Edition), string(b.Ref.Edition))
		}
		return CompareCodes(a.Ref.Code, b.Ref.Code)
	})
}
