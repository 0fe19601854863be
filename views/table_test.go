package views_test

import (
	"fmt"
	"testing"

	"github.com/a-h/templ"

	"relier/internal/domain"
	"relier/views"
)

func controlsTable(rows int) views.TableProps {
	t := views.TableProps{
		ID: "controls", Caption: "93 controls", Path: "/controls?bucket=gap&page=2&sort=code", Sort: "code",
		Columns: []views.Column{{Key: "code", Label: "Control", Sort: true}, {Key: "due", Label: "Due", Sort: true, Numeric: true}, {Label: "Actions", Silent: true}},
		Empty:   views.NoMatch(en, "/controls"),
	}
	for i := range rows {
		t.Rows = append(t.Rows, views.Row{ID: fmt.Sprint(i), Label: fmt.Sprintf("A.5.%d", i), Href: "/controls/x", Cells: []templ.Component{views.Text("A.5"), views.Text("1"), views.Text("")}})
	}
	return t
}

func TestTable_IsNativeAndReachable(t *testing.T) {
	t.Parallel()
	doc := render(t, views.Table(en, controlsTable(2)))
	want(t, doc, 1, `section#controls > .scroll[tabindex="0"][role="region"][aria-labelledby="controls-caption"] > table`)
	says(t, doc, "caption#controls-caption .caption", "93 controls")
	want(t, doc, 3, `thead th[scope="col"]`)
	want(t, doc, 2, `tbody th[scope="row"]`)
	want(t, doc, 2, "tbody td.num")
	want(t, doc, 1, "thead th > .visually-hidden")
	want(t, doc, 0, "input")
}

func TestTable_SortLinks(t *testing.T) {
	t.Parallel()
	props := controlsTable(1)
	t.Run("the sorting column turns round and goes back to the first page", func(t *testing.T) {
		t.Parallel()
		doc := render(t, views.Table(en, props))
		attr(t, doc, `th[aria-sort="ascending"] a`, "href", "/controls?bucket=gap&sort=-code#controls")
		attr(t, doc, "th:nth-child(2) a", "href", "/controls?bucket=gap&sort=due#controls")
		want(t, doc, 1, "[aria-sort]")
	})
	t.Run("descending", func(t *testing.T) {
		t.Parallel()
		down := props
		down.Sort = "-code"
		doc := render(t, views.Table(en, down))
		attr(t, doc, `th[aria-sort="descending"] a`, "href", "/controls?bucket=gap&sort=code#controls")
	})
}

func TestTable_Bulk(t *testing.T) {
	t.Parallel()
	props := controlsTable(2)
	props.Bulk = &views.Bulk{Actions: []views.BulkAction{{Label: "Give an owner", Href: "/controls/owner"}}, Hidden: []views.Hidden{{Name: "back", Value: "/controls"}}}
	doc := render(t, views.Table(en, props))
	want(t, doc, 2, `tbody input[type="checkbox"][name="id"][form="controls-bulk"]`)
	says(t, doc, "tbody tr:first-child .tick", "Tick A.5.0")
	attr(t, doc, "form#controls-bulk", "method", "get")
	attr(t, doc, "form#controls-bulk button", "formaction", "/controls/owner")
	attr(t, doc, `form#controls-bulk input[name="back"]`, "value", "/controls")
}

func TestTable_Empty(t *testing.T) {
	t.Parallel()
	doc := render(t, views.Table(en, controlsTable(0)))
	want(t, doc, 0, "table")
	attr(t, doc, "#controls .empty a", "href", "/controls")
}

func TestPager_Window(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		page, total int
		want        string
	}{
		{1, 50, ""},
		{1, 51, "Page 1Page 2Next"},
		{2, 51, "PreviousPage 1Page 2"},
		{5, 500, "PreviousPage 1…Page 4Page 5Page 6…Page 10Next"},
		{99, 120, "PreviousPage 1Page 2Page 3"},
		{0, 120, "Page 1Page 2Page 3Next"},
	} {
		doc := render(t, views.Pager(en, "93 controls", "/controls?q=a", views.PagerProps{Page: c.page, Total: c.total}))
		if got := doc.Find(".pager ul").Text(); got != c.want {
			t.Errorf("page %d of %d rows: %q, want %q", c.page, c.total, got, c.want)
		}
	}
}

func TestPager_OffersAllRows(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		page            domain.Page
		total           int
		label, href, of string
	}{
		"in pages":     {domain.Page{Number: 2}, 93, "All rows", "/controls?q=a&rows=all", "51–93 of 93"},
		"all":          {domain.Page{Size: domain.AllRows}, 93, "50 rows a page", "/controls?q=a", "1–93 of 93"},
		"too many":     {domain.Page{}, 6000, "5,000 rows a page", "/controls?q=a&rows=all", "1–50 of 6,000"},
		"still a part": {domain.Page{Size: domain.AllRows}, 6000, "50 rows a page", "/controls?q=a", "1–5,000 of 6,000"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := "/controls?page=2&q=a"
			if c.page.Size > 0 {
				path += "&rows=all"
			}
			doc := render(t, views.Pager(en, "controls", path, *views.WholePager(c.page, c.total)))
			says(t, doc, ".pager-rows", c.label)
			attr(t, doc, ".pager-rows", "href", c.href)
			says(t, doc, ".pager p:first-child", c.of)
		})
	}
	want(t, render(t, views.Pager(en, "controls", "/controls", *views.WholePager(domain.Page{}, 50))), 0, ".pager")
}

func TestTable_SaysOnPaperWhatIsMissing(t *testing.T) {
	t.Parallel()
	table := controlsTable(2)
	table.Pager = &views.PagerProps{Page: 1, Total: 93}
	says(t, render(t, views.Table(en, table)), ".caption-printed", "rows 1–50 of 93 are printed")
	table.Pager.Total = 2
	want(t, render(t, views.Table(en, table)), 0, ".caption-printed")
}

func TestPager_LinksKeepTheFilter(t *testing.T) {
	t.Parallel()
	doc := render(t, views.Pager(fr, "93 mesures", "/controls?q=a&page=2", views.PagerProps{Page: 2, Total: 120}))
	attr(t, doc, `a[rel="prev"]`, "href", "/controls?q=a")
	attr(t, doc, `a[rel="next"]`, "href", "/controls?page=3&q=a")
	says(t, doc, ".pager p", "51–100 sur 120")
	says(t, doc, `a[aria-current="page"]`, "Page 2")
}
