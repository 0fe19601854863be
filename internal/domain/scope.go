package domain

import (
	"slices"
	"strings"
)

// ReadScope reads the controls that an assessor is engaged for, as typed: codes
// of the organization's controls, or of themes, clauses and domains, for every
// control whose code or requirement of the edition lies below. Nothing typed
// means all controls; what nothing is called comes back as unknown.
func ReadScope(controls []Control, e Edition, typed string) (ids []ControlID, unknown []string) {
	seen := map[ControlID]bool{}
	for _, word := range strings.FieldsFunc(typed, betweenCodes) {
		found := called(controls, e, word)
		if len(found) == 0 && !slices.Contains(unknown, word) {
			unknown = append(unknown, word)
		}
		for _, id := range found {
			if !seen[id] {
				seen[id] = true
				ids = append(ids, id)
			}
		}
	}
	slices.Sort(ids)
	return ids, unknown
}

func betweenCodes(r rune) bool { return strings.ContainsRune(" \t\r\n,;\u00a0\u202f", r) }

// called lists the controls that a word names: the one of that code, else those
// below it.
func called(controls []Control, e Edition, word string) []ControlID {
	var below []ControlID
	for _, c := range controls {
		if strings.EqualFold(c.Code, word) {
			return []ControlID{c.ID}
		}
		if under(c.Code, word) || slices.ContainsFunc(c.Requirements, func(r ControlRequirement) bool {
			return r.Ref.Edition == e && (strings.EqualFold(r.Ref.Code, word) || under(r.Ref.Code, word))
		}) {
			below = append(below, c.ID)
		}
	}
	return below
}

func under(code, word string) bool {
	return len(code) > len(word) && code[len(word)] == '.' && strings.EqualFold(code[:len(word)], word)
}
