package views

import (
	"strings"

	"github.com/a-h/templ"

	"relier/internal/domain"
	"relier/internal/i18n"
)

// Column is one column of a table.
type Column struct {
	Key     string // what sort=… calls it; needed when Sort is set
	Label   string
	Sort    bool // the heading is a link that sorts
	Numeric bool // right-aligned, tabular figures
	Narrow  bool // takes no more room than its content
	Wide    bool // holds sentences: never squeezed into a thin column
	Silent  bool // the heading is for assistive technology only
}

// Row is one line of a table. The first cell is its heading.
type Row struct {
	ID    string // value of its checkbox; also the row's anchor, row-<ID>
	Label string // names the row where its checkbox is announced
	Href  string // where Enter on the row leads; usually that of the first cell
	Cells []templ.Component
	Muted bool // excluded, retired
}

// BulkAction is a button that takes the ticked rows to a confirm page.
type BulkAction struct {
	Label string
	Href  string // receives the ticked ids as repeated "id" parameters
	Name  string // optional name and value of the button itself
	Value string
}

// Bulk makes rows tickable and puts a bar of actions under the table.
type Bulk struct {
	Actions []BulkAction
	Method  string // empty: get, so that the confirm page has an address
	Hidden  []Hidden
}

// PagerProps says which page of a list is shown. Its links are made from the
// table's Path, so filters and sort order stay.
type PagerProps struct {
	Page  int  // from 1
	Total int  // rows in all pages
	Size  int  // rows in a page; 0: domain.PageSize
	Whole bool // offers all rows at once, as rows=all
}

// WholePager is the pager of a list that can be shown whole, to be printed.
func WholePager(p domain.Page, total int) *PagerProps {
	return &PagerProps{Page: p.Number, Total: total, Size: p.Limit(), Whole: true}
}

// RowsHidden is how many rows a list shows at once, for its filter to carry
// along.
func RowsHidden(p domain.Page) []Hidden {
	if p.Limit() == domain.AllRows {
		return []Hidden{{"rows", "all"}}
	}
	return nil
}

// TableProps is a native table with its caption, sort links, ticking and pages.
type TableProps struct {
	ID      string // unique on the page, also its anchor
	Caption string // with the count: "93 controls"
	Note    string // muted, after the caption
	Path    string // of this page with its query; needed for Sort and Pager
	Sort    string // key of the sorting column, "-key" when descending
	Columns []Column
	Rows    []Row
	Foot    []templ.Component // totals, under a double rule
	Bulk    *Bulk
	Pager   *PagerProps
	Empty   templ.Component // shown instead of a table without rows
}

// ariaSort is the state of a column's sort, "" when it is not the sorting one.
func (t TableProps) ariaSort(c Column) string {
	switch t.Sort {
	case c.Key:
		return "ascending"
	case "-" + c.Key:
		return "descending"
	}
	return ""
}

// sortHref turns the order round on the sorting column, and goes back to page 1.
func (t TableProps) sortHref(c Column) string {
	key := c.Key
	if t.Sort == c.Key {
		key = "-" + c.Key
	}
	return WithQuery(WithQuery(t.Path, "page", ""), "sort", key) + "#" + t.ID
}

func (t TableProps) bulkForm() string { return t.ID + "-bulk" }

func (b Bulk) method() string {
	if b.Method == "" {
		return "get"
	}
	return b.Method
}

// cellClass marks numeric and narrow columns in every row.
func (t TableProps) cellClass(i int) string {
	if i >= len(t.Columns) {
		return ""
	}
	var out []string
	if t.Columns[i].Numeric {
		out = append(out, "num")
	}
	if t.Columns[i].Narrow {
		out = append(out, "narrow")
	}
	if t.Columns[i].Wide {
		out = append(out, "wide")
	}
	return strings.Join(out, " ")
}

// Pages counts the pages of a list; an empty list has one.
func (p PagerProps) Pages() int { return max(1, (p.Total+p.size()-1)/p.size()) }

func (p PagerProps) size() int { return domain.Page{Size: p.Size}.Limit() }

// page is the page shown, kept within the list.
func (p PagerProps) page() int { return min(max(1, p.Page), p.Pages()) }

func (p PagerProps) first() int { return min(p.Total, (p.page()-1)*p.size()+1) }
func (p PagerProps) last() int  { return min(p.Total, p.page()*p.size()) }

// rowsHref is the list with all rows, or with a page of them again.
func (p PagerProps) rowsHref(path string) string {
	all := "all"
	if p.size() == domain.AllRows {
		all = ""
	}
	return WithQuery(WithQuery(path, "page", ""), "rows", all)
}

// rowsLabel names what rowsHref leads to; a list too long for one page is not
// promised whole.
func (p PagerProps) rowsLabel(l *i18n.Localizer) string {
	switch {
	case p.size() == domain.AllRows:
		return l.N("common.rows_page", domain.PageSize, nil)
	case p.Total > domain.AllRows:
		return l.N("common.rows_page", domain.AllRows, nil)
	}
	return l.T("common.rows_all", nil)
}

// rangeArgs are the rows shown, for a sentence.
func (p PagerProps) rangeArgs(l *i18n.Localizer) map[string]any {
	return map[string]any{"First": l.Number(p.first()), "Last": l.Number(p.last()), "Total": l.Number(p.Total)}
}

func pageHref(path string, page int) string {
	if page == 1 {
		return WithQuery(path, "page", "")
	}
	return WithQuery(path, "page", number(page))
}

// window lists the page numbers to show: the ends, the page and its neighbours;
// 0 stands for a gap.
func (p PagerProps) window() []int {
	var out []int
	last := 0
	for n := 1; n <= p.Pages(); n++ {
		if n != 1 && n != p.Pages() && (n < p.page()-1 || n > p.page()+1) {
			continue
		}
		if last != 0 && n > last+1 {
			out = append(out, 0)
		}
		out, last = append(out, n), n
	}
	return out
}
