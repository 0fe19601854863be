package sheet

import (
	"strings"
	"unicode"
)

// Inert makes a text harmless in a CSV file: where a spreadsheet might take it
// for a formula it gets an apostrophe in front, which spreadsheets read as "this
// is text". Live undoes it exactly.
//
// Dangerous starts are those of OWASP's page on CSV injection: = + - @, their
// full-width forms, tab and line ends; also behind spaces and invisible
// characters, which some programs skip. A semicolon, a tab or a line end inside
// the text starts anew: a program set to separate by those (a French Excel, say)
// does not see our quotes and makes a cell of what follows.
func Inert(s string) string {
	return eachPart(s, func(part string) string { return "'" + part })
}

// Live returns the text that Inert was given.
func Live(s string) string {
	return eachPart(s, func(part string) string { return strings.TrimPrefix(part, "'") })
}

// eachPart changes the dangerous parts of s, each up to and with its separator.
func eachPart(s string, change func(part string) string) string {
	var b strings.Builder
	for first := true; s != ""; first = false {
		n := strings.IndexAny(s, ";\t\r\n") + 1
		if n == 0 {
			n = len(s)
		}
		part := s[:n]
		if active(part, first) {
			part = change(part)
		}
		b.WriteString(part)
		s = s[n:]
	}
	return b.String()
}

// active reports whether a part, without the apostrophes before it, may be taken
// for a formula. Since it looks past apostrophes, one more or less changes
// nothing, and that is what makes Live the inverse of Inert.
func active(part string, first bool) bool {
	part = strings.TrimLeft(part, "'")
	if first && strings.IndexAny(part, "\t\r\n") == 0 {
		return true
	}
	part = strings.TrimLeftFunc(part, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) })
	return strings.IndexAny(part, "=+-@＝＋－＠﹦﹢﹣﹫") == 0
}
