package domain

import (
	"cmp"
	"slices"
	"strings"
)

// Reason is a code with named parameters, in a fixed order. Screens and packs
// turn it into a sentence; tests and files use its String form.
type Reason struct {
	Code   string  `json:"code"`
	Params []Param `json:"params,omitempty"`
}

// Param is one named parameter of a Reason.
type Param struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// because builds a Reason from a code and name, value, name, value …
func because(code string, pairs ...string) Reason {
	r := Reason{Code: code}
	for i := 0; i+1 < len(pairs); i += 2 {
		r.Params = append(r.Params, Param{pairs[i], pairs[i+1]})
	}
	return r
}

// Get returns a parameter's value, or "".
func (r Reason) Get(name string) string {
	for _, p := range r.Params {
		if p.Name == name {
			return p.Value
		}
	}
	return ""
}

// String returns the compact form, e.g. out_of_scope(intune, germany).
func (r Reason) String() string {
	if len(r.Params) == 0 {
		return r.Code
	}
	values := make([]string, len(r.Params))
	for i, p := range r.Params {
		values[i] = p.Value
	}
	return r.Code + "(" + strings.Join(values, ", ") + ")"
}

// compareReasons orders reasons by code, then by parameters as people read codes.
func compareReasons(a, b Reason) int {
	return cmp.Or(cmp.Compare(a.Code, b.Code), slices.CompareFunc(a.Params, b.Params, func(p, q Param) int {
		return cmp.Or(cmp.Compare(p.Name, q.Name), CompareCodes(p.Value, q.Value), cmp.Compare(p.Value, q.Value))
	}))
}

// inOrder sorts reasons and drops repeats, so that the order of the inputs
// never shows in a verdict.
func inOrder(reasons []Reason) []Reason {
	if len(reasons) < 2 {
		return reasons
	}
	slices.SortFunc(reasons, compareReasons)
	return slices.CompactFunc(reasons, func(a, b Reason) bool { return compareReasons(a, b) == 0 })
}
