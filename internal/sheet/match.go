package sheet

import (
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Column is a column that a reader of tables looks for.
type Column struct {
	Key      string   // "owner"; also a name
	Names    []string // headings that mean it, in English and French
	Required bool
}

// Match finds the wanted columns by their headings: found maps keys to indexes
// in header, missing lists the required columns that no heading names. Case,
// accents, spaces and punctuation do not count. A heading is given to one column
// only; of two equal headings the left one counts.
func Match(header []string, want []Column) (found map[string]int, missing []Column) {
	at := make(map[string]int, len(header))
	for i, h := range header {
		if name := fold(h); name != "" {
			if _, taken := at[name]; !taken {
				at[name] = i
			}
		}
	}
	found = make(map[string]int, len(want))
	for _, c := range want {
		if i, ok := locate(at, c); ok {
			found[c.Key] = i
		} else if c.Required {
			missing = append(missing, c)
		}
	}
	return found, missing
}

// locate takes the heading of c out of at; earlier names go first.
func locate(at map[string]int, c Column) (int, bool) {
	for _, name := range append([]string{c.Key}, c.Names...) {
		if i, ok := at[fold(name)]; ok {
			delete(at, fold(name))
			return i, true
		}
	}
	return 0, false
}

var ligatures = strings.NewReplacer("œ", "oe", "æ", "ae")

// fold reduces a heading to its letters and digits, without case and accents.
func fold(s string) string {
	s = ligatures.Replace(cases.Fold().String(norm.NFKD.String(s)))
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, s)
}
