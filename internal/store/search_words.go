package store

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// wordMost is the length in letters after which a word is cut: what is longer is
// no word, and both databases limit what they index.
const wordMost = 40

// letters that do not come apart into a base and an accent.
var spelledOut = strings.NewReplacer("œ", "oe", "æ", "ae", "ß", "ss", "ø", "o", "ł", "l", "đ", "d", "ı", "i")

// searchWords cuts a text into the words that the search knows: lower case,
// without accents, letters and digits only.
func searchWords(text string) []string {
	var out []string
	eachWord(text, func(from, to int) bool {
		if w := foldWord(text[from:to]); w != "" {
			out = append(out, w)
		}
		return true
	})
	return out
}

// eachWord calls f with the bounds of each word of a text until f says no.
func eachWord(text string, f func(from, to int) bool) {
	start := -1
	for i, r := range text {
		inside := r < utf8.RuneSelf && asciiWord(byte(r)) || r >= utf8.RuneSelf && r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r))
		switch {
		case inside && start < 0:
			start = i
		case !inside && start >= 0:
			if !f(start, i) {
				return
			}
			start = -1
		}
	}
	if start >= 0 {
		f(start, len(text))
	}
}

func asciiWord(b byte) bool {
	return 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || '0' <= b && b <= '9'
}

// foldWord makes one word comparable. Compatibility forms come apart too: a PDF
// writes "ﬁ" where people type "fi".
func foldWord(w string) string {
	if ascii(w) {
		return firstLetters(strings.ToLower(w), wordMost)
	}
	folded := spelledOut.Replace(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKD.String(w)))
	folded = strings.Map(func(r rune) rune { // "½" comes apart into "1⁄2"
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, folded)
	return firstLetters(folded, wordMost)
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// firstLetters cuts a text to at most so many letters.
func firstLetters(s string, most int) string {
	if len(s) <= most {
		return s
	}
	n := 0
	for i := range s {
		if n == most {
			return s[:i]
		}
		n++
	}
	return s
}

// folded is a text as the index keeps it: its words with spaces between them.
func folded(texts ...string) string {
	var out []string
	for _, t := range texts {
		out = append(out, searchWords(t)...)
	}
	return strings.Join(out, " ")
}

// codeKey makes codes comparable however they are typed: "EV-000041" is "ev.41",
// "A.5.7" and "a 5 7" are "a.5.7".
func codeKey(code string) string {
	words := searchWords(code)
	for i, w := range words {
		if trimmed := strings.TrimLeft(w, "0"); trimmed != "" && strings.Trim(w, "0123456789") == "" {
			words[i] = trimmed
		}
	}
	return strings.Join(words, ".")
}
