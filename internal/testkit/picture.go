package testkit

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math/rand/v2"
	"time"

	"codeberg.org/go-pdf/fpdf"

	"relier/internal/domain"
)

// chart draws twelve bars on a grid, as a screenshot of some portal would show.
func chart(r *rand.Rand) ([]byte, error) {
	img := image.NewRGBA(image.Rect(0, 0, 640, 320))
	fill := func(x0, y0, x1, y1 int, c color.Color) {
		draw.Draw(img, image.Rect(x0, y0, x1, y1), image.NewUniform(c), image.Point{}, draw.Src)
	}
	fill(0, 0, 640, 320, color.White)
	for y := 40; y <= 280; y += 60 {
		fill(40, y, 620, y+1, color.Gray{Y: 0xd8})
	}
	for i := range 12 {
		height := 40 + r.IntN(200)
		fill(50+i*47, 280-height, 80+i*47, 280, color.RGBA{R: 0x2f, G: 0x5d, B: 0x8a, A: 0xff})
	}
	var b bytes.Buffer
	err := png.Encode(&b, img)
	return b.Bytes(), err
}

// document writes a one-page PDF: a certificate, a provider's report or a policy.
func document(e evidenceLine, topic string, p domain.Period) ([]byte, error) {
	pdf := fpdf.New("P", "mm", "A4", "")
	written := p.To.Time().Add(12 * time.Hour)
	pdf.SetCreationDate(written)
	pdf.SetModificationDate(written)
	pdf.SetCatalogSort(true)
	latin := pdf.UnicodeTranslatorFromDescriptor("") // Windows-1252 holds every letter of the story
	pdf.SetTitle(e.title, true)
	pdf.SetMargins(22, 24, 22)
	pdf.AddPage()
	pdf.SetFont("Helvetica", "B", 26)
	pdf.SetTextColor(190, 30, 30)
	pdf.CellFormat(0, 14, "SAMPLE", "", 1, "L", false, 0, "")
	pdf.SetTextColor(0, 0, 0)
	pdf.SetFont("Helvetica", "B", 16)
	pdf.MultiCell(0, 8, latin(e.title), "", "L", false)
	pdf.SetFont("Helvetica", "", 11)
	for _, paragraph := range paragraphs(topic, p) {
		pdf.Ln(3)
		pdf.MultiCell(0, 6, latin(paragraph), "", "L", false)
	}
	var b bytes.Buffer
	err := pdf.Output(&b)
	return b.Bytes(), err
}

func paragraphs(topic string, p domain.Period) []string {
	head := []string{fictional + ". No such body, certificate or report exists.", "Period: " + p.String()}
	switch topic {
	case "certificate":
		return append(head, certifier+" certifies, for this sample only, that the provider operates an information security management system that meets ISO/IEC 27001:2022 within the scope quoted on the record of this certificate.",
			"Accreditation SAMPLE-ACC-07. The certificate is valid together with the annual surveillance audits.")
	case "report":
		return append(head, fmt.Sprintf("Work was done on %d days. The systems, the population and the samples are described in the annex.", 8+p.Days()%5),
			"Results: the measures examined were in place. Remarks that remained open are listed on the record of this report.")
	}
	return append(head, "Purpose. This rule says what is expected, of whom, and who answers for it.",
		"Rules. Access follows the role. What is confidential is marked. Exceptions are asked for in writing, approved by the owner, and end by themselves.",
		"Review. The owner reads this rule once a year and after each incident that touches it.")
}
