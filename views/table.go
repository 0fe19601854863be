package views

import (
	"strings"

	"github.com/a-h/templ"
)

// PageSize is how many rows a list shows at once.
const PageSize = 50

// Column is one column of a table.
type Column struct {
	Key     string // what sort=… calls it; needed when Sort is set
	Label   string
	Sort    bool // the heading is a link that sorts
	Numeric bool // right-aligned, tabular figures
	Narrow  bool // takes no more room than its content
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
	Page  int // from 1
	Total int // rows in all pages
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
	return strings.Join(out, " ")
}

// Pages counts the pages of a list; an empty list has one.
func (p PagerProps) Pages() int { return max(1, (p.Total+PageSize-1)/PageSize) }

// page is the page shown, kept within the list.
func (p PagerProps) page() int { return min(max(1, p.Page), p.Pages()) }

func (p PagerProps) first() int { return min(p.Total, (p.page()-1)*PageSize+1) }
func (p PagerProps) last() int  { return min(p.Total, p.page()*PageSize) }

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
