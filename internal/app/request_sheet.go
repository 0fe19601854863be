package app

import (
	"context"
	"io"
	"iter"
	"strings"

	"relier/internal/domain"
	"relier/internal/sheet"
)

// RequestWords are the headings and words of a list of requests in one language.
// The keys of RequestColumns have headings that read back without a mapping;
// "state" and "answers" are written and never read.
type RequestWords struct {
	Sheet   string
	Heading map[string]string
	Example map[string]string
}

// requestHeadings are such that an export, changed, is an import.
var requestHeadings = map[string]RequestWords{
	"en": {Sheet: "Requests", Heading: map[string]string{"request": "Number", "what": "What", "detail": "Detail", "from": "Period from", "to": "Period to",
		"format": "Format", "example": "Example", "due": "Due", "assignee": "Assignee", "controls": "Controls", "state": "State", "answers": "Answers"},
		Example: map[string]string{"what": "Quarterly review of privileged access", "detail": "All four reviews, with who confirmed each account.", "from": "2026-01-01",
			"to": "2026-12-31", "format": "One export per quarter, as CSV", "example": "privileged-accounts-Q1.csv, with the date and the system in it", "due": "2026-12-11"}},
	"fr": {Sheet: "Demandes", Heading: map[string]string{"request": "Numéro", "what": "Objet", "detail": "Détail", "from": "Période du", "to": "Période au",
		"format": "Format", "example": "Exemple", "due": "Échéance", "assignee": "Destinataire", "controls": "Mesures", "state": "État", "answers": "Réponses"},
		Example: map[string]string{"what": "Revue trimestrielle des accès à privilèges", "detail": "Les quatre revues, avec la personne qui a confirmé chaque compte.", "from": "2026-01-01",
			"to": "2026-12-31", "format": "Un export par trimestre, au format CSV", "example": "comptes-a-privileges-T1.csv, avec la date et le système", "due": "2026-12-11"}},
}

func requestWords(lang string) RequestWords {
	if w, ok := requestHeadings[lang]; ok {
		return w
	}
	return requestHeadings["en"]
}

var requestWidths = []float64{12, 44, 50, 14, 14, 30, 34, 14, 28, 20, 16, 12}

// WriteRequestTemplate writes a list of requests to fill in.
func (a *App) WriteRequestTemplate(w io.Writer, lang string, workbook bool) error {
	words := requestWords(lang)
	var header, example []string
	for _, c := range RequestColumns {
		header, example = append(header, words.Heading[c.Key]), append(example, words.Example[c.Key])
	}
	return writeRequests(w, words, header, func(yield func([]string) bool) { yield(example) }, workbook)
}

func writeRequests(w io.Writer, words RequestWords, header []string, rows iter.Seq[[]string], workbook bool) error {
	if workbook {
		return sheet.WriteXLSX(w, sheet.Sheet{Name: words.Sheet, Header: header, Rows: rows, Widths: requestWidths})
	}
	return sheet.WriteCSV(w, header, rows)
}

// exportMost is how many requests one file holds.
const exportMost = 100_000

// RequestSheet is a list of requests, ready to be written.
type RequestSheet struct {
	words RequestWords
	rows  []domain.RequestSummary
	email map[domain.PersonID]string
	state func(domain.RequestState) string
}

// RequestSheet reads every request that a filter finds. The people are named by
// address, which is what an import is sure of.
func (a *App) RequestSheet(ctx context.Context, actor domain.Actor, e domain.Engagement, f domain.RequestFilter, lang string, state func(domain.RequestState) string) (*RequestSheet, error) {
	f.Page = domain.Page{Number: 1, Size: exportMost}
	list, err := a.FindRequests(ctx, actor, e, f)
	if err != nil {
		return nil, err
	}
	members, err := a.store.Members(ctx, actor.Org)
	s := &RequestSheet{words: requestWords(lang), rows: list.Rows, email: map[domain.PersonID]string{}, state: state}
	for _, m := range members {
		s.email[m.Person.ID] = m.Person.Email
	}
	return s, err
}

// Write writes the list as a workbook or as CSV.
func (s *RequestSheet) Write(w io.Writer, workbook bool) error {
	var header []string
	for _, c := range RequestColumns {
		header = append(header, s.words.Heading[c.Key])
	}
	header = append(header, s.words.Heading["state"], s.words.Heading["answers"])
	return writeRequests(w, s.words, header, func(yield func([]string) bool) {
		for _, r := range s.rows {
			if !yield(s.row(r)) {
				return
			}
		}
	}, workbook)
}

func (s *RequestSheet) row(r domain.RequestSummary) []string {
	v := r.Request
	who := s.email[v.Assignee]
	if who == "" {
		who = r.AssigneeName
	}
	return []string{v.Code(), v.What, v.Detail, v.Period.From.String(), v.Period.To.String(), v.Format, v.Example, v.Due.String(), who,
		strings.Join(r.Codes, "; "), s.state(v.State), itoa(r.Answers)}
}
