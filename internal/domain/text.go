package domain

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// CheckText notes an error when s, without its outer spaces, is shorter than
// least or longer than most characters, or holds control characters.
func CheckText(f *FieldErrors, field, s string, least, most int) {
	n := utf8.RuneCountInString(strings.TrimSpace(s))
	switch {
	case n < least:
		f.Add(field, "error.text.required", Args{"Least": least})
	case n > most:
		f.Add(field, "error.text.too_long", Args{"Most": most, "Length": n})
	case !utf8.ValidString(s) || strings.ContainsFunc(s, forbiddenRune):
		f.Add(field, "error.text.characters", nil)
	}
}

// CheckURL notes an error when s is neither empty nor a whole web address: a
// link on a page must not run a script.
func CheckURL(f *FieldErrors, field, s string) {
	u, err := url.Parse(s)
	if s != "" && (err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || len(s) > 2000) {
		f.Add(field, "error.url", nil)
	}
}

// forbiddenRune names characters that never belong in typed text: controls
// other than line breaks and tabs, and the bidirectional overrides that make a
// text read otherwise than it is stored.
func forbiddenRune(r rune) bool {
	switch {
	case r == '\n' || r == '\r' || r == '\t':
		return false
	case r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069:
		return true
	}
	return unicode.IsControl(r) || r == utf8.RuneError
}

// Clean trims outer spaces and makes line breaks \n, as typed text is stored.
func Clean(s string) string {
	return strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n"))
}
