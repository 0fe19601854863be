package sheet

import (
	"slices"
	"strings"
	"unicode/utf8"

	"relier/internal/domain"
)

// headingSearch is how many rows may stand above the headings: a title, a date,
// the block of our own workbooks.
const headingSearch = 30

// collector takes the rows of either format and makes a table of them.
type collector struct {
	limits Limits
	exact  bool // every row must say how many cells it has, as CSV does
	rows   []Row
}

// add takes the cells of row number; a blank row only counts.
func (c *collector) add(number int, cells []string) error {
	last := lastFilled(cells)
	if last < 0 {
		return nil
	}
	if last >= c.limits.Columns {
		return domain.Invalid("error.sheet.too_many_columns", domain.Args{"Row": number, "Max": c.limits.Columns})
	}
	for i, cell := range cells {
		if len(cell) > c.limits.Cell && utf8.RuneCountInString(cell) > c.limits.Cell {
			return domain.Invalid("error.sheet.cell_too_long",
				domain.Args{"Row": number, "Column": columnName(i, nil), "Max": c.limits.Cell})
		}
	}
	c.rows = append(c.rows, Row{number, cells})
	if len(c.rows) > c.limits.Rows+headingSearch {
		return c.tooManyRows()
	}
	return nil
}

func (c *collector) tooManyRows() error {
	return domain.Invalid("error.sheet.too_many_rows", domain.Args{"Max": c.limits.Rows})
}

// lastFilled returns the index of the last cell that is not blank, or -1.
func lastFilled(cells []string) int {
	for i := len(cells) - 1; i >= 0; i-- {
		if !isBlank(cells[i]) {
			return i
		}
	}
	return -1
}

// table finds the headings and fits the rows below them.
func (c *collector) table(sheet string, want []Column) (*Table, error) {
	if len(c.rows) == 0 {
		return nil, domain.Invalid("error.sheet.empty", nil)
	}
	at := headingRow(c.rows, want)
	head := c.rows[at].Cells
	t := &Table{Sheet: sheet, Rows: c.rows[at+1:]}
	for _, h := range head[:lastFilled(head)+1] {
		t.Header = append(t.Header, strings.TrimSpace(h))
	}
	if len(t.Rows) > c.limits.Rows {
		return nil, c.tooManyRows()
	}
	for i := range t.Rows {
		if err := t.fit(&t.Rows[i], c.exact); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// headingRow is the first of the rows near the top that match most of the
// wanted columns; without any match, the first row.
func headingRow(rows []Row, want []Column) int {
	best, most := 0, 0
	for i, r := range rows[:min(len(rows), headingSearch)] {
		if found, _ := Match(r.Cells, want); len(found) > most {
			best, most = i, len(found)
		}
	}
	return best
}

// fit gives a row as many cells as there are headings. Text beyond the headings
// is never dropped in silence, and in a CSV file a short row is taken for what
// it mostly is: a text that a stray line break cut in two.
func (t *Table) fit(r *Row, exact bool) error {
	width := len(t.Header)
	if last := lastFilled(r.Cells); last >= width {
		return domain.Invalid("error.sheet.extra_cell", domain.Args{"Row": r.Number, "Column": t.Column(last)})
	}
	if exact && len(r.Cells) < width {
		return domain.Invalid("error.sheet.missing_cell",
			domain.Args{"Row": r.Number, "Column": t.Column(len(r.Cells))})
	}
	cells := r.Cells[:min(len(r.Cells), width)]
	r.Cells = append(slices.Clip(cells), make([]string, width-len(cells))...)
	return nil
}
