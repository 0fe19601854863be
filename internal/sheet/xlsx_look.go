package sheet

import (
	"fmt"

	"github.com/xuri/excelize/v2"
)

// looks are the styles of a workbook, by their numbers in it.
type looks struct {
	label, heading, body int
	text                 int // body in text format, which stays text when a person edits the cell
}

func newLooks(f *excelize.File) (l looks, err error) {
	const asText = 49 // the built-in format @
	top := &excelize.Alignment{Vertical: "top", WrapText: true}
	bold := &excelize.Font{Bold: true, Family: "Calibri", Size: 11, Color: "000000"}
	for _, s := range []struct {
		id    *int
		style excelize.Style
	}{
		{&l.label, excelize.Style{Font: bold, Alignment: top}},
		{&l.heading, excelize.Style{
			Font: bold, Alignment: top,
			Fill:   excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E7E9ED"}},
			Border: []excelize.Border{{Type: "bottom", Style: 1, Color: "5A6270"}},
		}},
		{&l.body, excelize.Style{Alignment: top}},
		{&l.text, excelize.Style{Alignment: top, NumFmt: asText}},
	} {
		if *s.id, err = f.NewStyle(&s.style); err != nil {
			return l, err
		}
	}
	return l, nil
}

// cell styles a text; an empty one is no cell at all.
func (l looks) cell(s string) any {
	switch {
	case s == "":
		return nil
	case Inert(s) != s:
		return excelize.Cell{StyleID: l.text, Value: fitting(s)}
	}
	return excelize.Cell{StyleID: l.body, Value: fitting(s)}
}

// layOut sets the page: landscape A4, one page wide, numbered.
func layOut(f *excelize.File, name string) error {
	yes, a4, landscape, wide, tall := true, 9, "landscape", 1, 0
	if err := f.SetSheetProps(name, &excelize.SheetPropsOptions{FitToPage: &yes}); err != nil {
		return err
	}
	// The template says A1, and readers that trust it would see one cell.
	if err := f.SetSheetDimension(name, ""); err != nil {
		return err
	}
	err := f.SetPageLayout(name, &excelize.PageLayoutOptions{
		Size: &a4, Orientation: &landscape, FitToWidth: &wide, FitToHeight: &tall,
	})
	if err != nil {
		return err
	}
	return f.SetHeaderFooter(name, &excelize.HeaderFooterOptions{OddFooter: "&L&A&R&P / &N"})
}

// nameRanges lets the headings filter the rows down to last and repeat in print.
func nameRanges(f *excelize.File, s Sheet, head, last int) error {
	column, err := excelize.ColumnNumberToName(len(s.Header))
	if err != nil {
		return err
	}
	if err := f.AutoFilter(s.Name, fmt.Sprintf("A%d:%s%d", head, column, last), nil); err != nil {
		return err
	}
	return f.SetDefinedName(&excelize.DefinedName{
		Name: "_xlnm.Print_Titles", Scope: s.Name, RefersTo: fmt.Sprintf("'%s'!$%d:$%d", s.Name, head, head),
	})
}
