package store

import (
	"slices"
	"strings"
	"unicode/utf8"

	"relier/internal/domain"
)

// queryMost is how many words of a query count.
const queryMost = 8

// searchQuery is what somebody typed, understood: words of which each must be
// there, at least as the beginning of one, and phrases that stand there whole.
type searchQuery struct {
	prefixes []string // from two letters on
	whole    []string // single letters and digits
	phrased  []string // the words of phrases
	phrases  []string // folded, words with spaces between them
	code     string   // the query as a code, "" when it cannot be one
}

// parseSearch reads what was typed. Nothing in it is an operator; quotes hold
// words together.
func parseSearch(typed string) searchQuery {
	var q searchQuery
	typed = strings.NewReplacer("“", `"`, "”", `"`, "«", `"`, "»", `"`).Replace(typed)
	left := queryMost
	for i, part := range strings.Split(typed, `"`) {
		words := searchWords(part)
		words = words[:min(left, len(words))]
		left -= len(words)
		if i%2 == 1 && len(words) > 0 {
			q.phrased = append(q.phrased, words...)
			q.phrases = append(q.phrases, strings.Join(words, " "))
			continue
		}
		for _, w := range words {
			if utf8.RuneCountInString(w) < 2 {
				q.whole = append(q.whole, w)
			} else {
				q.prefixes = append(q.prefixes, w)
			}
		}
	}
	q.prefixes, q.whole, q.phrased = distinct(q.prefixes), distinct(q.whole), distinct(q.phrased)
	if len(q.phrases) == 0 && strings.ContainsAny(typed, "0123456789") {
		q.code = codeKey(firstLetters(typed, 60))
	}
	return q
}

func distinct(words []string) []string {
	slices.Sort(words)
	return slices.Compact(words)
}

func (q searchQuery) empty() bool { return len(q.prefixes)+len(q.whole)+len(q.phrases) == 0 }

// match is the condition in the words of the database's index. Facets are whole
// words of their own that nobody can type. Words hold letters and digits only.
func (s *Store) match(q searchQuery, facets ...string) string {
	var terms []string
	term := func(word, pg, lite string) {
		if s.dialect == "postgres" {
			terms = append(terms, "'"+word+"'"+pg)
		} else {
			terms = append(terms, `"`+word+lite+`"`)
		}
	}
	for _, w := range q.prefixes {
		term(w, ":*", "*")
	}
	for _, w := range append(slices.Clone(q.whole), facets...) {
		term(w, "", "")
	}
	if s.dialect == "postgres" {
		for _, w := range q.phrased {
			term(w, "", "")
		}
		return strings.Join(terms, " & ")
	}
	for _, phrase := range q.phrases {
		terms = append(terms, `"`+phrase+`"`)
	}
	return strings.Join(terms, " ")
}

// hits reports whether a folded word is one that was looked for.
func (q searchQuery) hits(word string) bool {
	return slices.Contains(q.whole, word) || slices.Contains(q.phrased, word) || slices.ContainsFunc(q.prefixes, func(p string) bool { return strings.HasPrefix(word, p) })
}

// within reports whether all that was looked for stands in a folded text.
func (q searchQuery) within(text string) bool {
	text = " " + text + " "
	for _, w := range q.prefixes {
		if !strings.Contains(text, " "+w) {
			return false
		}
	}
	for _, w := range append(slices.Clone(q.whole), q.phrases...) {
		if !strings.Contains(text, " "+w+" ") {
			return false
		}
	}
	return true
}

// patterns are what LIKE finds the words by in a folded text between spaces.
func (q searchQuery) patterns() []string {
	var out []string
	for _, w := range q.prefixes {
		out = append(out, "% "+w+"%")
	}
	for _, w := range append(slices.Clone(q.whole), q.phrases...) {
		out = append(out, "% "+w+" %")
	}
	return out
}

// worth rates a title that holds all the words: the whole title first, then one
// that begins with them, then whole words, then short titles.
func (q searchQuery) worth(title string) int {
	words := strings.Fields(title)
	typed := slices.Concat(q.prefixes, q.whole, q.phrased)
	exact := 0
	for _, w := range typed {
		if slices.Contains(words, w) {
			exact++
		}
	}
	worth := exact*20/max(1, len(typed)) - min(len(words), 15)
	if len(words) > 0 && q.hits(words[0]) {
		worth += 10
	}
	if exact == len(typed) && len(words) == len(typed) {
		worth += 40
	}
	return worth
}

// pieces marks in a text what was looked for.
func (q searchQuery) pieces(text string) []domain.Piece {
	var out []domain.Piece
	last := 0
	eachWord(text, func(from, to int) bool {
		if q.hits(foldWord(text[from:to])) {
			if from > last {
				out = append(out, domain.Piece{Text: text[last:from]})
			}
			out, last = append(out, domain.Piece{Text: text[from:to], Hit: true}), to
		}
		return true
	})
	if last < len(text) || len(out) == 0 {
		out = append(out, domain.Piece{Text: text[last:]})
	}
	return out
}

// excerptBefore and excerptLength are how much of a text is shown around the
// first word found, in bytes.
const (
	excerptBefore = 70
	excerptLength = 260
)

// excerpt is the part of a text around the first of the words, marked; nil when
// none stands in it.
func (q searchQuery) excerpt(text string) []domain.Piece {
	at := -1
	eachWord(text, func(from, to int) bool {
		if q.hits(foldWord(text[from:to])) {
			at = from
			return false
		}
		return true
	})
	if at < 0 {
		return nil
	}
	from, to := max(0, at-excerptBefore), min(len(text), at+excerptLength-excerptBefore)
	for from > 0 && from < at && text[from-1] != ' ' && text[from-1] != '\n' {
		from++
	}
	for to < len(text) && !utf8.RuneStart(text[to]) {
		to++
	}
	part := strings.Join(strings.Fields(strings.ToValidUTF8(text[from:to], "")), " ")
	out := q.pieces(part)
	if from > 0 {
		out = append([]domain.Piece{{Text: "… "}}, out...)
	}
	if to < len(text) {
		out = append(out, domain.Piece{Text: " …"})
	}
	return out
}

// Holds reports whether a text holds the words typed.
func Holds(text, typed string) bool {
	q := parseSearch(typed)
	return !q.empty() && q.within(folded(text))
}
