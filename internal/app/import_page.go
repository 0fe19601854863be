package app

import (
	"io"
	"slices"

	"relier/internal/domain"
	"relier/internal/sheet"
)

// TemplateWords are the headings and the example of the template, in the words
// of one language: a key of ControlColumns gives its heading and its example.
type TemplateWords struct {
	Sheet   string
	Heading map[string]string
	Example map[string]string
}

// templateWords are such that the file, filled in, reads back without a mapping.
var templateWords = map[string]TemplateWords{
	"en": {"Controls", map[string]string{"code": "Code", "title": "Title", "description": "Description", "implementation": "Implementation",
		"requirements_2022": "ISO 27001:2022", "requirements_2013": "ISO 27001:2013", "owner": "Owner"},
		map[string]string{"code": "AC-07", "title": "Quarterly review of privileged access",
			"description": "The owner of each system confirms every privileged account, every quarter.", "implementation": "partly implemented",
			"requirements_2022": "A.8.2; A.5.18 (partial)", "requirements_2013": "A.9.2.3; A.9.2.5 (partial)"}},
	"fr": {"Mesures", map[string]string{"code": "Numéro", "title": "Intitulé", "description": "Description", "implementation": "Mise en œuvre",
		"requirements_2022": "ISO 27001:2022", "requirements_2013": "ISO 27001:2013", "owner": "Responsable"},
		map[string]string{"code": "AC-07", "title": "Revue trimestrielle des accès à privilèges",
			"description": "Le responsable de chaque système confirme chaque compte à privilèges, chaque trimestre.", "implementation": "partiellement mise en œuvre",
			"requirements_2022": "A.8.2; A.5.18 (partiel)", "requirements_2013": "A.9.2.3; A.9.2.5 (partiel)"}},
}

// WriteControlTemplate writes a list of controls to fill in: the headings and
// one example row, as a workbook or as CSV. An unknown language gets English.
func (a *App) WriteControlTemplate(w io.Writer, lang string, workbook bool) error {
	words, ok := templateWords[lang]
	if !ok {
		words = templateWords["en"]
	}
	var header, example []string
	for _, c := range ControlColumns {
		header, example = append(header, words.Heading[c.Key]), append(example, words.Example[c.Key])
	}
	rows := slices.Values([][]string{example})
	if workbook {
		return sheet.WriteXLSX(w, sheet.Sheet{Name: words.Sheet, Header: header, Rows: rows, Widths: []float64{12, 40, 60, 24, 28, 28, 28}})
	}
	return sheet.WriteCSV(w, header, rows)
}

// ChangedFields lists, by column key, what an imported row changes of a control.
func ChangedFields(old, now domain.Control) []string {
	var out []string
	note := func(key string, changed bool) {
		if changed {
			out = append(out, key)
		}
	}
	note("title", old.Title != now.Title)
	note("description", old.Description != now.Description)
	note("implementation", old.Implementation != now.Implementation)
	note("requirements_2022", !slices.Equal(requirementsIn(old, domain.Edition2022), requirementsIn(now, domain.Edition2022)))
	note("requirements_2013", !slices.Equal(requirementsIn(old, domain.Edition2013), requirementsIn(now, domain.Edition2013)))
	return out
}

func requirementsIn(c domain.Control, e domain.Edition) []domain.ControlRequirement {
	return slices.DeleteFunc(slices.Clone(c.Requirements), func(r domain.ControlRequirement) bool { return r.Ref.Edition != e })
}
