package pack

import (
	"bytes"
	"io"
	"iter"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"
)

// Measures of the printed report, in millimetres and points.
const (
	margin     = 18.0
	footerRoom = 20.0
	lineHeight = 4.2 // of table text
	cellPad    = 1.3
	bodyPoints = 10.0
	cellPoints = 8.5
	monoPoints = 7.0
)

// colour is red, green, blue.
type colour [3]int

var (
	ink      = colour{0x1B, 0x1F, 0x24}
	muted    = colour{0x56, 0x5B, 0x63}
	hairline = colour{0xDD, 0xD9, 0xD0}
	accent   = colour{0x0B, 0x5A, 0x6B}
	shade    = colour{0xF2, 0xF0, 0xEA}
)

// printer is a PDF in the making. The 14 standard fonts need no embedding and
// hold every character of French; text goes through encode.
type printer struct {
	*fpdf.Fpdf
	orientation string    // P or L
	sections    []section // met so far: title and page
	simplified  bool      // some character had no place in the font
}

// section is one line of the contents.
type section struct {
	title string
	page  int
}

func newPrinter(at time.Time, lang, title, author string) *printer {
	p := &printer{Fpdf: fpdf.New("P", "mm", "A4", ""), orientation: "P"}
	p.SetCatalogSort(true)
	p.SetCreationDate(at.UTC())
	p.SetModificationDate(at.UTC())
	p.SetProducer("Relier", true)
	p.SetCreator("Relier", true)
	p.SetTitle(title, true)
	p.SetAuthor(author, true)
	p.SetLang(lang)
	p.SetMargins(margin, margin, margin)
	p.SetAutoPageBreak(true, footerRoom)
	p.SetCellMargin(0)
	return p
}

// encode spells text in Windows-1252, the encoding of the standard fonts. The
// narrow no-break space becomes the ordinary one; what has no place there loses
// its marks, or shows as a question mark.
func (p *printer) encode(s string) string {
	var b strings.Builder
	for _, r := range norm.NFC.String(printable.Replace(s)) {
		if c, ok := charmap.Windows1252.EncodeRune(r); ok {
			b.WriteByte(c)
			continue
		}
		p.simplified = true
		b.WriteString(plain(r))
	}
	return b.String()
}

// printable are characters that have a good likeness in Windows-1252.
var printable = strings.NewReplacer("\u202f", "\u00a0", "\u2009", "\u00a0", "\u2011", "-", "\u2212", "–", "\u2192", "–",
	"\t", " ", "\r", "", "\u200b", "", "\ufeff", "", "≥", ">=", "≤", "<=", "✓", "x")

// plain is a letter without its marks, or a question mark.
func plain(r rune) string {
	var b strings.Builder
	for _, c := range norm.NFKD.String(ligatures.Replace(string(r))) {
		if c < 0x80 {
			b.WriteRune(c)
		}
	}
	if b.Len() == 0 {
		return "?"
	}
	return b.String()
}

// bookmark is text as the outline of a PDF wants it: UTF-16 with its mark.
func bookmark(s string) string {
	b := []byte{0xFE, 0xFF}
	for _, u := range utf16.Encode([]rune(s)) {
		b = append(b, byte(u>>8), byte(u))
	}
	return string(b)
}

func (p *printer) ink(c colour) { p.SetTextColor(c[0], c[1], c[2]) }

// body is the width between the margins.
func (p *printer) body() float64 {
	w, _ := p.GetPageSize()
	return w - 2*margin
}

// room is the height left on the page.
func (p *printer) room() float64 {
	_, h := p.GetPageSize()
	return h - footerRoom - p.GetY()
}

// text writes a paragraph.
func (p *printer) text(size float64, style string, c colour, s string) {
	p.SetFont("Helvetica", style, size)
	p.ink(c)
	p.MultiCell(0, size*0.5, p.encode(s), "", "L", false)
}

func (p *printer) paragraph(s string) {
	p.text(bodyPoints, "", ink, s)
	p.Ln(2.5)
}

// newPage goes on with a page like the one before.
func (p *printer) newPage() { p.AddPageFormat(p.orientation, fpdf.SizeType{Wd: 210, Ht: 297}) }

// keep starts a new page where less than height is left.
func (p *printer) keep(height float64) {
	if p.room() < height {
		p.newPage()
	}
}

// section starts a numbered part on a new page, upright (P) or lying (L), with
// its bookmark.
func (p *printer) section(title string, orientation string) {
	p.orientation = orientation
	p.newPage()
	p.sections = append(p.sections, section{title, p.PageNo()})
	p.Bookmark(bookmark(title), 0, -1)
	p.text(18, "B", ink, strconv.Itoa(len(p.sections))+"  "+title)
	p.Ln(3)
}

// heading starts a part of a section, and takes the next lines with it.
func (p *printer) heading(s string) {
	p.keep(50)
	p.Ln(3)
	p.text(12, "B", ink, s)
	p.Ln(1.5)
}

// column is one of a table: its title, its share of the width, and whether it
// holds digests or codes.
type column struct {
	title string
	share float64
	mono  bool
	bold  bool
}

// table prints rows under a head that is repeated on every page. A row is kept
// together where a page can hold it.
func (p *printer) table(columns []column, rows iter.Seq[[]string]) {
	widths := p.widths(columns)
	p.keep(30)
	p.tableHead(columns, widths)
	for row := range rows {
		p.row(columns, widths, p.cells(columns, widths, row), func() { p.tableHead(columns, widths) })
	}
	p.Ln(4)
}

// row prints one row; head heads the pages that it needs.
func (p *printer) row(columns []column, widths []float64, cells [][][]byte, head func()) {
	_, page := p.GetPageSize()
	if need := rowHeight(cells); need > p.room() && (need < page-margin-footerRoom-20 || p.room() < 20) {
		p.newPage()
		head()
	}
	for cells != nil {
		if cells = p.printRow(columns, widths, cells); cells != nil {
			p.newPage()
			head()
		}
	}
}

func (p *printer) widths(columns []column) []float64 {
	var total float64
	for _, c := range columns {
		total += c.share
	}
	out := make([]float64, len(columns))
	for i, c := range columns {
		out[i] = p.body() * c.share / total
	}
	return out
}

// cells breaks each text of a row into the lines of its column.
func (p *printer) cells(columns []column, widths []float64, row []string) [][][]byte {
	out := make([][][]byte, len(columns))
	for i, c := range columns {
		p.cellFont(c)
		out[i] = p.SplitLines([]byte(p.encode(row[i])), widths[i]-2)
	}
	return out
}

func (p *printer) cellFont(c column) {
	switch {
	case c.mono:
		p.SetFont("Courier", "", monoPoints)
	case c.bold:
		p.SetFont("Helvetica", "B", cellPoints)
	default:
		p.SetFont("Helvetica", "", cellPoints)
	}
}

func rowHeight(cells [][][]byte) float64 {
	most := 1
	for _, lines := range cells {
		most = max(most, len(lines))
	}
	return float64(most)*lineHeight + 2*cellPad
}

func (p *printer) tableHead(columns []column, widths []float64) {
	titles := make([][][]byte, len(columns))
	p.SetFont("Helvetica", "B", cellPoints)
	for i, c := range columns {
		titles[i] = p.SplitLines([]byte(p.encode(c.title)), widths[i]-2)
	}
	height := rowHeight(titles)
	p.SetFillColor(shade[0], shade[1], shade[2])
	p.Rect(margin, p.GetY(), p.body(), height, "F")
	p.ink(muted)
	top := p.GetY()
	x := margin
	for i := range columns {
		p.lines(x+1, top+cellPad, widths[i], titles[i])
		x += widths[i]
	}
	p.rule(top + height)
}

// printRow prints as many lines as the page holds and returns the rest, nil when
// the row is complete.
func (p *printer) printRow(columns []column, widths []float64, cells [][][]byte) [][][]byte {
	fit := max(int((p.room()-2*cellPad)/lineHeight), 1)
	var rest [][][]byte
	now := make([][][]byte, len(cells))
	for i, lines := range cells {
		n := min(fit, len(lines))
		now[i] = lines[:n]
		if n < len(lines) && rest == nil {
			rest = make([][][]byte, len(cells))
		}
	}
	for i := range rest {
		rest[i] = cells[i][len(now[i]):]
	}
	top, x := p.GetY(), margin
	p.ink(ink)
	for i, c := range columns {
		p.cellFont(c)
		p.lines(x+1, top+cellPad, widths[i], now[i])
		x += widths[i]
	}
	p.rule(top + rowHeight(now))
	return rest
}

func (p *printer) lines(x, y, width float64, lines [][]byte) {
	for i, line := range lines {
		p.SetXY(x, y+float64(i)*lineHeight)
		p.CellFormat(width, lineHeight, string(bytes.TrimRight(line, " ")), "", 0, "L", false, 0, "")
	}
}

// rule draws a hairline and goes on below it.
func (p *printer) rule(y float64) {
	p.SetDrawColor(hairline[0], hairline[1], hairline[2])
	p.SetLineWidth(0.2)
	p.Line(margin, y, margin+p.body(), y)
	p.SetXY(margin, y)
}

// facts prints names and values as two columns.
func (p *printer) facts(facts [][2]string) {
	columns := []column{{share: 1}, {share: 3}}
	widths := p.widths(columns)
	p.rule(p.GetY())
	for _, f := range facts {
		p.row(columns, widths, p.cells(columns, widths, f[:]), func() {})
	}
	p.Ln(4)
}

// finish writes the file.
func (p *printer) finish(w io.Writer) error { return p.Output(w) }
