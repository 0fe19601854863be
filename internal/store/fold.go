package store

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Fold makes a text comparable: lower case, without accents.
func Fold(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFD.String(s))
}

// contains is a LIKE pattern for a folded part; the query's wildcards are text.
func contains(q string) string {
	return "%" + strings.NewReplacer("\x00", "", `\`, `\\`, "%", `\%`, "_", `\_`).Replace(Fold(strings.TrimSpace(q))) + "%"
}
