package i18n

import (
	"regexp"
	"strings"
	"unicode"
)

// held stands for a {{placeholder}} while the text around it is set.
const held = '\ufdd0' // a noncharacter: no text holds it

var placeholder = regexp.MustCompile(`\{\{[^{}]*\}\}`)

// Typography applies the spacing and apostrophes of lang to a text of ours;
// only French has rules here: U+202F before ; ! ?, U+00A0 before : and % and
// inside « », ’ for ' between letters. It leaves 10:30, https://… and the
// {{placeholders}} of messages alone, and applying it twice changes nothing.
func Typography(lang, s string) string {
	if lang != "fr" {
		return s
	}
	kept := placeholder.FindAllString(s, -1)
	set := french([]rune(placeholder.ReplaceAllString(s, string(held))))
	for _, p := range kept {
		set = strings.Replace(set, string(held), p, 1)
	}
	return set
}

func french(in []rune) string {
	var out []rune
	for i, r := range in {
		next := at(in, i+1)
		switch {
		case r == '«':
			out = append(out, r, '\u00a0')
		case r == '»':
			out = append(trimSpace(out), '\u00a0', r)
		case isSpace(r) && opened(out):
			// « already brought its space
		case r == '%' && after(out, unicode.IsDigit):
			out = append(trimSpace(out), '\u00a0', r)
		case strings.ContainsRune(":;!?", r) && ends(next):
			out = mark(trimSpace(out), r)
		case r == '\'' && unicode.IsLetter(at(out, len(out)-1)) && begins(next):
			out = append(out, '’')
		default:
			out = append(out, r)
		}
	}
	return string(out)
}

// mark appends a double punctuation mark with the space it takes before it:
// none at the start, after an opening bracket, or after another mark (?!).
func mark(out []rune, r rune) []rune {
	if last := at(out, len(out)-1); last == 0 || strings.ContainsRune("([«:;!?\n", last) {
		return append(out, r)
	}
	if r == ':' {
		return append(out, '\u00a0', r)
	}
	return append(out, '\u202f', r)
}

// at returns s[i], or 0 outside.
func at(s []rune, i int) rune {
	if i < 0 || i >= len(s) {
		return 0
	}
	return s[i]
}

func isSpace(r rune) bool { return r == ' ' || r == '\u00a0' || r == '\u202f' }

func trimSpace(s []rune) []rune {
	for len(s) > 0 && isSpace(s[len(s)-1]) {
		s = s[:len(s)-1]
	}
	return s
}

// opened reports whether out ends with an opening quote and its space.
func opened(out []rune) bool {
	return at(out, len(out)-1) == '\u00a0' && at(out, len(out)-2) == '«'
}

// after reports whether what precedes, spaces aside, is a number or a placeholder.
func after(out []rune, number func(rune) bool) bool {
	last := at(trimSpace(out), len(trimSpace(out))-1)
	return number(last) || last == held
}

// ends reports whether a mark followed by next closes a stretch of prose, unlike
// the colon of 10:30 or the question mark of a URL.
func ends(next rune) bool {
	return next == 0 || unicode.IsSpace(next) || strings.ContainsRune(")]»”:;!?.…", next)
}

// begins reports whether next starts a word, so that ' before it is an elision.
func begins(next rune) bool { return unicode.IsLetter(next) || next == '«' || next == held }
