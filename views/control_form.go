package views

import (
	"slices"
	"strings"

	"relier/internal/domain"
	"relier/internal/i18n"
)

// ControlFormProps is the page for typing a control, or changing one.
type ControlFormProps struct {
	Control  domain.Control // ID 0: a new one
	Lists    []RequirementList
	Action   string
	Cancel   string
	Errors   FormErrors
	Effects  []EffectLine // of a change that waits for a tick
	ListHref string
}

// RequirementList is an edition's table of contents, to choose from.
type RequirementList struct {
	Edition domain.Edition
	Entries []domain.Requirement
}

// requirementGroup is a stretch of the list under one heading.
type requirementGroup struct {
	heading domain.Requirement
	entries []domain.Requirement
}

// groups puts the entries that can be chosen under their first-level heading:
// a clause of the standard, or a theme or domain of Annex A.
func (r RequirementList) groups() []requirementGroup {
	var out []requirementGroup
	for _, q := range r.Entries {
		switch {
		case q.Level == domain.LevelTheme || q.Level == domain.LevelDomain || q.Level == domain.LevelClause && q.Parent == "":
			out = append(out, requirementGroup{heading: q})
			if q.Level == domain.LevelClause && !hasChildren(r.Entries, q) {
				out[len(out)-1].entries = append(out[len(out)-1].entries, q)
			}
		case q.Level == domain.LevelObjective || len(out) == 0:
		default:
			out[len(out)-1].entries = append(out[len(out)-1].entries, q)
		}
	}
	return slices.DeleteFunc(out, func(g requirementGroup) bool { return len(g.entries) == 0 })
}

func hasChildren(entries []domain.Requirement, q domain.Requirement) bool {
	return slices.ContainsFunc(entries, func(c domain.Requirement) bool { return c.Parent == q.Ref.Code })
}

// chosen returns how the control implements a requirement.
func (p ControlFormProps) chosen(ref domain.Ref) (r domain.ControlRequirement, ok bool) {
	for _, r := range p.Control.Requirements {
		if r.Ref == ref {
			return r, true
		}
	}
	return r, false
}

// count says how many entries of a group are chosen.
func (p ControlFormProps) count(entries []domain.Requirement) int {
	n := 0
	for _, q := range entries {
		if _, ok := p.chosen(q.Ref); ok {
			n++
		}
	}
	return n
}

// refID is the part of an element id that names a requirement.
func refID(r domain.Ref) string {
	return string(r.Edition) + "-" + strings.ToLower(strings.ReplaceAll(r.Code, ".", "-"))
}

func implementations(l *i18n.Localizer) []Option {
	out := make([]Option, len(domain.Implementations))
	for i, v := range domain.Implementations {
		out[i] = Option{Value: string(v), Label: l.T("state.control."+string(v), nil)}
	}
	return out
}

// chosenList lists the chosen references of an edition, for its summary line.
func (p ControlFormProps) chosenList(e domain.Edition) string {
	var out []string
	for _, r := range p.Control.RefsIn(e) {
		out = append(out, r.Code)
	}
	if len(out) > 6 {
		out = append(out[:6], "…")
	}
	return strings.Join(out, ", ")
}
