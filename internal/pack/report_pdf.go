package pack

import (
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"relier/internal/domain"
)

// reportFile is where the printed report of a language lies.
func reportFile(langs []string, lang string) string {
	if len(langs) == 1 {
		return payloadFolder + "report.pdf"
	}
	return payloadFolder + "report." + lang + ".pdf"
}

// writeReports writes the printed report in every language of the pack. The
// pages say the same and are the accessible form; this is the one to sign.
func (k *composer) writeReports() error {
	for _, lang := range k.c.Langs {
		v := k.view(lang, "report")
		err := k.write(reportFile(k.c.Langs, lang), func(w io.Writer) error { return printReport(v, w) })
		if err != nil {
			return err
		}
	}
	return nil
}

// printReport prints twice: the first time to learn on which page each section
// starts and how many pages there are.
func printReport(v view, w io.Writer) error {
	draft := drawReport(v, nil, 0)
	p := drawReport(v, draft.sections, draft.PageCount())
	return p.finish(w)
}

// drawReport draws the report with the contents and the page total of a former
// drawing.
func drawReport(v view, contents []section, total int) *printer {
	p := newPrinter(v.SealedAt, v.Lang(), v.Engagement.Title+" · "+v.Code, v.Organization.Name)
	r := reportPrinter{printer: p, v: v}
	p.SetHeaderFunc(r.head)
	p.SetFooterFunc(func() { r.foot(total) })
	r.cover(contents)
	r.standing()
	r.controls()
	r.reliances()
	r.provider()
	r.soa()
	r.evidence()
	r.omissions()
	r.checking()
	return p
}

// reportPrinter prints a view.
type reportPrinter struct {
	*printer
	v view
}

// head marks every page of a sample.
func (r reportPrinter) head() {
	if !r.v.Organization.Sample {
		return
	}
	w, h := r.GetPageSize()
	r.SetFont("Helvetica", "B", 90)
	r.SetTextColor(0xEE, 0xEC, 0xE6)
	mark := r.v.T("pack.mark", nil)
	r.TransformBegin()
	r.TransformRotate(35, w/2, h/2)
	r.Text(w/2-r.GetStringWidth(mark)/2, h/2+12, mark)
	r.TransformEnd()
	r.SetXY(margin, 8)
	r.SetFont("Helvetica", "", 8)
	r.ink(muted)
	r.CellFormat(r.body(), 4, r.encode(r.v.T("pack.sample", nil)), "", 0, "C", false, 0, "")
	r.SetXY(margin, margin)
}

func (r reportPrinter) foot(total int) {
	_, h := r.GetPageSize()
	r.SetXY(margin, h-14)
	r.SetFont("Helvetica", "", 8)
	r.ink(muted)
	r.CellFormat(r.body()*0.75, 5, r.encode(r.v.Organization.Name+" · "+r.v.Code), "", 0, "L", false, 0, "")
	page := r.v.T("pack.pdf.page", map[string]any{"Page": r.v.Number(r.PageNo()), "Total": r.v.Number(total)})
	r.CellFormat(r.body()*0.25, 5, r.encode(page), "", 0, "R", false, 0, "")
}

func (r reportPrinter) cover(contents []section) {
	v := r.v
	r.newPage()
	r.SetFillColor(accent[0], accent[1], accent[2])
	r.Rect(margin, 30, 24, 1.6, "F")
	r.SetXY(margin, 38)
	r.text(10, "", muted, v.T("pack.index.kicker", map[string]any{"Pack": v.Code}))
	r.Ln(2)
	r.text(24, "B", ink, v.Engagement.Title)
	r.Ln(4)
	r.text(12, "", ink, v.T("pack.index.lead", map[string]any{"Organization": v.Organization.Name, "Standard": v.Engagement.Edition.Standard(), "Period": v.span(v.Engagement.Period)}))
	r.Ln(8)
	r.facts([][2]string{
		{v.T("pack.fact.organization", nil), v.Organization.Name},
		{v.T("pack.fact.engagement", nil), v.Engagement.Code + " · " + v.term("engagement_kind", string(v.Engagement.Kind))},
		{v.T("pack.fact.standard", nil), v.Engagement.Edition.Standard()},
		{v.T("pack.fact.period", nil), v.span(v.Engagement.Period)},
		{v.T("pack.fact.scope", nil), v.or(v.Engagement.Scope)},
		{v.T("pack.fact.soa", nil), v.soaVersion()},
		{v.T("pack.fact.sealed", nil), v.signed(v.SealedBy, v.SealedAt)},
	})
	r.contents(contents)
}

// contents lists the sections. The first drawing does not know them yet and
// leaves their room.
func (r reportPrinter) contents(sections []section) {
	r.newPage()
	r.text(18, "B", ink, r.v.T("pack.pdf.contents", nil))
	r.Ln(3)
	for i, s := range sections {
		y := r.GetY()
		link := r.AddLink()
		r.SetLink(link, 0, s.page)
		r.SetFont("Helvetica", "", 11)
		r.ink(ink)
		r.CellFormat(r.body()-20, 8, r.encode(fmt.Sprintf("%d  %s", i+1, s.title)), "", 0, "L", false, link, "")
		r.CellFormat(20, 8, r.encode(r.v.Number(s.page)), "", 0, "R", false, link, "")
		r.rule(y + 8)
	}
}

func (r reportPrinter) standing() {
	v := r.v
	r.section(v.T("pack.standing.title", nil), "P")
	r.paragraph(v.N("pack.standing.text", v.applicable(), map[string]any{"On": v.Date(domain.DateOf(v.SealedAt).String())}))
	r.table([]column{{title: v.T("pack.standing.bucket", nil), share: 2, bold: true}, {title: v.T("pack.standing.controls", nil), share: 1}, {title: v.T("pack.standing.meaning", nil), share: 6}},
		each(append(slices.Clone(domain.Buckets), domain.BucketExcluded), func(b domain.Bucket) []string {
			return []string{v.term("bucket", string(b)), v.Number(v.Counts[b]), v.T("pack.bucket_meaning."+string(b), nil)}
		}))
	r.heading(v.T("pack.ladder.title", nil))
	r.paragraph(v.T("pack.ladder.text", nil))
	counts := v.rungCounts()
	r.table([]column{{title: v.T("pack.ladder.rung", nil), share: 2, bold: true}, {title: v.T("pack.ladder.reliances", nil), share: 1}, {title: v.T("pack.ladder.meaning", nil), share: 6}},
		each(domain.Rungs, func(rung domain.Rung) []string {
			return []string{v.term("rung", string(rung)), v.Number(counts[rung]), v.T("pack.rung_meaning."+string(rung), nil)}
		}))
}

// each turns values into rows, one at a time.
func each[T any](values []T, row func(T) []string) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		for _, value := range values {
			if !yield(row(value)) {
				return
			}
		}
	}
}

func (r reportPrinter) controls() {
	v := r.v
	r.section(v.T("pack.page.controls", nil), "P")
	r.table([]column{
		{title: v.T("pack.control.code", nil), share: 2, bold: true}, {title: v.T("pack.control.title", nil), share: 5},
		{title: v.T("pack.control.owner", nil), share: 3}, {title: v.T("pack.control.standing", nil), share: 2},
		{title: v.T("pack.control.why", nil), share: 5},
	}, each(v.Controls, func(c domain.PackControl) []string {
		return []string{c.Control.Code, c.Control.Title, v.or(c.Owner), v.term("bucket", string(c.Bucket)), v.reason("readiness", c.Reason)}
	}))
}

func (r reportPrinter) reliances() {
	v := r.v
	r.section(v.T("pack.page.reliances", nil), "P")
	r.paragraph(v.T("pack.ladder.text", nil))
	for _, rel := range v.Reliances {
		r.keep(112)
		r.heading(rel.ControlCode + "  " + rel.ControlTitle + " · " + rel.Service + " (" + v.term("environment", string(rel.Environment)) + ")")
		r.paragraph(v.T("pack.pdf.rung", map[string]any{"Rung": v.term("rung", string(rel.Verdict.Rung)), "State": v.term("state.reliance", string(rel.Reliance.State)), "Sentence": v.firstFailed(rel.Verdict)}))
		r.table([]column{{title: v.T("pack.gate.title", nil), share: 3, bold: true}, {title: v.T("pack.gate.outcome", nil), share: 2}, {title: v.T("pack.gate.reasons", nil), share: 9}},
			each(rel.Verdict.Gates, func(g domain.GateResult) []string {
				return []string{string(g.Gate) + " " + v.term("gate", string(g.Gate)), v.passWord(g.Passed), strings.Join(v.reasons(g, rel.Names), "\n")}
			}))
		r.facts(r.people(rel))
	}
}

// people is who carried a reliance how far.
func (r reportPrinter) people(rel domain.PackReliance) [][2]string {
	v := r.v
	out := [][2]string{
		{v.T("pack.reliance.certificates", nil), v.list(rel.Certificates)},
		{v.T("pack.reliance.proposed", nil), v.signed(rel.ProposedBy, rel.Reliance.ProposedAt)},
		{v.T("pack.reliance.approved", nil), v.signed(rel.ApprovedBy, rel.Reliance.ApprovedAt)},
		{v.T("pack.reliance.decided", nil), v.decision(rel)},
	}
	if rel.Reliance.Override != "" {
		out = append(out, [2]string{v.T("pack.override", nil), rel.Reliance.Override})
	}
	if len(rel.Reliance.LapseCauses) > 0 {
		out = append(out, [2]string{v.T("pack.reliance.lapse_causes", nil), strings.Join(v.sentences("cause", rel.Reliance.LapseCauses), "\n")})
	}
	return out
}

func (r reportPrinter) provider() {
	v := r.v
	r.section(v.T("pack.page.provider", nil), "P")
	r.heading(v.T("pack.service.title", nil))
	r.table([]column{{title: v.T("pack.service.name", nil), share: 4, bold: true}, {title: v.T("pack.service.environment", nil), share: 3}, {title: v.T("pack.service.model", nil), share: 2}, {title: v.T("pack.service.used", nil), share: 3}, {title: v.T("pack.service.state", nil), share: 2}},
		each(v.Services, func(s domain.Service) []string {
			return []string{s.Name, v.term("environment", string(s.Environment)), v.term("model", string(s.Model)), v.usedSpan(s), v.term("state.service", string(s.State))}
		}))
	r.heading(v.T("pack.certificate.title", nil))
	for _, c := range v.Certificates {
		r.certificate(c)
	}
	r.heading(v.T("pack.report.title", nil))
	r.table([]column{{title: v.T("pack.report.name", nil), share: 5, bold: true}, {title: v.T("pack.report.kind", nil), share: 2}, {title: v.T("pack.report.state", nil), share: 2}, {title: v.T("pack.report.period", nil), share: 3}, {title: v.T("pack.report.reviewed", nil), share: 3}},
		each(v.Reports, func(p domain.PackReport) []string {
			return []string{p.Report.Title, v.term("report_kind", string(p.Report.Kind)), v.term("state.report", string(p.Report.State)), v.span(p.Report.Period), v.by(p.ReviewedBy, p.Report.ReviewedOn)}
		}))
}

// certificate prints what is recorded of one, and nothing of what is not.
func (r reportPrinter) certificate(c domain.PackCertificate) {
	v := r.v
	facts := [][2]string{{v.T("pack.certificate.state", nil), v.term("state.certificate", string(c.Certificate.State)) + ". " + v.certificateSentence(c)}}
	for _, f := range [][2]string{
		{v.T("pack.certificate.number", nil), c.Certificate.Number},
		{v.T("pack.certificate.body", nil), c.Certificate.Body},
		{v.T("pack.certificate.edition", nil), c.Certificate.Edition.Standard()},
		{v.T("pack.certificate.services", nil), strings.Join(c.Services, ", ")},
		{v.T("pack.certificate.checked", nil), v.checkedBy(c)},
		{v.T("pack.certificate.scope", nil), c.Certificate.ScopeText},
	} {
		if f[1] != "" {
			facts = append(facts, f)
		}
	}
	r.keep(60)
	r.text(bodyPoints, "B", ink, c.Certificate.Title)
	r.Ln(1)
	r.facts(facts)
}

func (r reportPrinter) soa() {
	v := r.v
	r.section(v.T("pack.page.soa", nil), "L")
	r.facts(v.soaBlock())
	r.table([]column{
		{title: v.T("pack.soa.ref", nil), share: 2, bold: true}, {title: v.T("pack.soa.title", nil), share: 5},
		{title: v.T("pack.soa.applicable", nil), share: 2.5}, {title: v.T("pack.soa.justification", nil), share: 6},
		{title: v.T("pack.soa.status", nil), share: 3}, {title: v.T("pack.soa.responsibility", nil), share: 4},
		{title: v.T("pack.soa.inherited_from", nil), share: 3}, {title: v.T("pack.soa.evidence", nil), share: 3},
		{title: v.T("pack.soa.owner", nil), share: 3},
	}, each(v.SoA, func(l domain.PackSoALine) []string {
		return []string{l.Entry.Ref.Code, l.Title.In(v.Lang()), v.yes(l.Entry.Applicable), v.justification(l.Entry), v.statusOf(l.Entry),
			strings.Join(v.parties(l.Responsibility), "\n"), strings.Join(l.InheritedFrom, "\n"), strings.Join(l.Evidence, "\n"), strings.Join(l.Owners, ", ")}
	}))
}

func (r reportPrinter) evidence() {
	v := r.v
	r.section(v.T("pack.page.evidence", nil), "L")
	r.table([]column{
		{title: v.T("pack.evidence.item", nil), share: 3, bold: true}, {title: v.T("pack.evidence.title", nil), share: 5},
		{title: v.T("pack.evidence.captured", nil), share: 3}, {title: v.T("pack.evidence.period", nil), share: 4},
		{title: v.T("pack.evidence.state", nil), share: 2}, {title: v.T("pack.evidence.where", nil), share: 6}, {title: "SHA-256", share: 5, mono: true},
	}, each(v.Evidence, func(e domain.PackEvidence) []string {
		return []string{versionName(e), e.Evidence.Title, v.day(e.Version.CapturedOn), v.span(e.Version.Period),
			v.evidenceState(e), r.where(e), v.digest(e)}
	}))
}

// where is a version's path below the evidence folder, or that it stayed behind.
func (r reportPrinter) where(e domain.PackEvidence) string {
	if f, ok := r.v.files[e.Version.ID]; ok {
		return strings.TrimPrefix(f.Path, evidenceFolder+"/")
	}
	return r.v.T("pack.evidence.left_out", nil)
}

func (r reportPrinter) omissions() {
	v := r.v
	r.section(v.T("pack.page.omissions", nil), "P")
	r.paragraph(v.T("pack.about.omissions", nil))
	r.table([]column{{title: v.T("pack.omission.what", nil), share: 3, bold: true}, {title: v.T("pack.omission.title", nil), share: 4}, {title: v.T("pack.omission.reason", nil), share: 5}, {title: "SHA-256", share: 4, mono: true}},
		each(v.Omissions, func(o domain.PackOmission) []string {
			return []string{o.What, o.Title, v.omission(o.Reason), v.digestText(o.SHA256)}
		}))
}

func (r reportPrinter) checking() {
	v := r.v
	r.section(v.T("pack.checking.title", nil), "P")
	r.paragraph(v.T("pack.checking.text", nil))
	r.SetFont("Courier", "", 9)
	r.MultiCell(0, 5, checkCommands, "", "L", false)
	r.Ln(3)
	r.paragraph(v.T("pack.checking.extra", nil))
	r.paragraph(v.T("pack.checking.digest", map[string]any{"Organization": v.Organization.Name}))
	if r.simplified {
		r.paragraph(v.T("pack.pdf.simplified", nil))
	}
}
