// Package catalog holds the reference data that ships inside the program: both
// editions of ISO/IEC 27001 by number and title, the crosswalk between them,
// what Microsoft published about its own certification, what may be derived from
// that, and, in our own words, how each control of 2022 can be tested. It answers in domain values and never changes.
//
// The data lives under data/ in two forms: tables (tab-separated, a header line
// that names the columns, ";" between the items of a list) and JSON documents
// whose keys are the field names of the domain type they fill. Each file is
// parsed once, at first use. A file that does not parse is a fault of the build,
// so it panics; the tests read every file.
//
// Slices that functions return are the caller's own, but what their elements
// point to is shared: treat every value as read-only.
package catalog

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"relier/internal/domain"
)

//go:embed data
var files embed.FS

// table reads a tab-separated file whose header must name exactly the columns.
func table(name string, columns ...string) [][]string {
	lines := strings.Split(strings.TrimSuffix(read(name), "\n"), "\n")
	if header := strings.Split(lines[0], "\t"); !slices.Equal(header, columns) {
		panic(fmt.Sprintf("catalog: %s has columns %v, want %v", name, header, columns))
	}
	rows := make([][]string, 0, len(lines)-1)
	for i, line := range lines[1:] {
		row := strings.Split(line, "\t")
		if len(row) != len(columns) {
			panic(fmt.Sprintf("catalog: %s row %d has %d cells, want %d", name, i+1, len(row), len(columns)))
		}
		rows = append(rows, row)
	}
	return rows
}

// document decodes a JSON file into a domain value; unknown keys are refused.
func document[T any](name string) T {
	var v T
	d := json.NewDecoder(bytes.NewReader([]byte(read(name))))
	d.DisallowUnknownFields()
	if err := d.Decode(&v); err != nil {
		panic(fmt.Sprintf("catalog: %s: %v", name, err))
	}
	return v
}

func read(name string) string {
	b, err := files.ReadFile("data/" + name)
	if err != nil {
		panic(fmt.Sprintf("catalog: %v", err))
	}
	return string(b)
}

// list splits the cell of a list; an empty cell is an empty list.
func list(cell string) []string {
	if cell == "" {
		return nil
	}
	return strings.Split(cell, ";")
}

func number(cell string) int {
	n, err := strconv.Atoi(cell)
	if err != nil {
		panic(fmt.Sprintf("catalog: %q is not a number", cell))
	}
	return n
}

func text(en, fr string) domain.Text { return domain.Text{EN: en, FR: fr} }
