package views

import (
	"github.com/a-h/templ"

	"relier/internal/domain"
	"relier/internal/i18n"
)

// PackList lists the packs of an engagement.
type PackList struct {
	Packs []domain.Pack // the newest first
	Names map[domain.PersonID]string
	New   string // "" when the reader may not seal
	Href  func(domain.PackID) string
	File  func(domain.PackID) string
}

func (v PackList) table(l *i18n.Localizer) TableProps {
	t := TableProps{ID: "packs", Caption: l.N("packs.count", len(v.Packs), nil), Columns: []Column{
		{Label: l.T("packs.pack", nil)}, {Label: l.T("packs.state", nil)}, {Label: l.T("packs.sealed", nil)}, {Label: l.T("packs.langs", nil)},
		{Label: l.T("packs.files", nil), Numeric: true}, {Label: l.T("packs.omissions", nil), Numeric: true}, {Label: l.T("packs.size", nil), Numeric: true}, {Label: l.T("packs.digest", nil)},
	}, Empty: v.empty(l)}
	for _, p := range v.Packs {
		t.Rows = append(t.Rows, Row{ID: number(int(p.ID)), Label: p.Code(), Href: v.Href(p.ID), Cells: []templ.Component{
			CodeLink(v.Href(p.ID), p.Code()), StatusText(StateStatus(l, domain.NounPack, p.State)), byAt(l, v.Names[p.SealedBy], p.SealedAt),
			Text(langWords(l, p.Langs)), Count(l, p.Files), Count(l, p.Omissions), Size(l, p.Size), DigestShort(p.TagDigest)}})
	}
	return t
}

func (v PackList) empty(l *i18n.Localizer) templ.Component {
	e := EmptyProps{Title: l.T("packs.empty.title", nil), Text: l.T("packs.empty.text", nil), Example: l.T("packs.empty.example", nil)}
	if v.New != "" {
		e.Href, e.Action = v.New, l.T("packs.new", nil)
	}
	return Empty(e)
}

func langWords(l *i18n.Localizer, langs []string) string {
	out := ""
	for i, lang := range langs {
		if i > 0 {
			out += ", "
		}
		out += l.T("language."+lang, nil)
	}
	return out
}

// PackPreview is what a pack sealed now would hold.
type PackPreview struct {
	Contents domain.PackContents
	Langs    string // as the form names them: en, fr, en,fr or fr,en
	Choices  []string
	Action   string // seals
	Preview  string // the page itself, for other languages
	Cancel   string
	SoA      string // where an approval is missing
	Controls string // where controls are
	Size     int64  // bytes of the evidence that travels
	Included int    // files of evidence that travel
}

// PackGap is something a reader of the pack would miss.
type PackGap struct {
	Text, Href, Label string
}

// omissions are the rows of what stays behind.
func omissions(l *i18n.Localizer, id string, list []domain.PackOmission) TableProps {
	t := TableProps{ID: id, Caption: l.N("packs.omitted_count", len(list), nil), Columns: []Column{
		{Label: l.T("packs.omitted", nil)}, {Label: l.T("evidence.title_field", nil), Wide: true}, {Label: l.T("packs.because", nil), Wide: true}, {Label: "SHA-256"},
	}}
	for _, o := range list {
		title := typedOr(l, o.Title)
		if o.Title == o.What {
			title = Nothing(l)
		}
		digest := Nothing(l)
		if d, err := domain.ParseDigest(o.SHA256); err == nil && !d.IsZero() {
			digest = DigestShort(d)
		}
		t.Rows = append(t.Rows, Row{Cells: []templ.Component{Code(o.What), title, Text(omissionWord(l, o.Reason)), digest}})
	}
	return t
}

// omissionWord is the pack's own sentence for why something stays behind.
func omissionWord(l *i18n.Localizer, reason string) string {
	if key := "pack.omitted." + reason; l.Has(key) {
		return l.T(key, nil)
	}
	return reason
}

func (v PackPreview) langOptions(l *i18n.Localizer) []Option {
	words := map[string]string{"en": l.T("packs.lang.en", nil), "fr": l.T("packs.lang.fr", nil), "en,fr": l.T("packs.lang.en_fr", nil), "fr,en": l.T("packs.lang.fr_en", nil)}
	out := make([]Option, len(v.Choices))
	for i, c := range v.Choices {
		out[i] = Option{Value: c, Label: words[c]}
	}
	return out
}

func (v PackPreview) facts(l *i18n.Localizer) []Value {
	c := v.Contents
	soa := StatusText(StatusProps{KindGap, l.T("packs.soa_none", nil)})
	if c.SoAVersion > 0 {
		soa = Text(l.T("packs.soa_version", map[string]any{"Number": l.Number(c.SoAVersion), "Lines": l.Number(len(c.SoA))}))
	}
	verified, obtained := provenCounts(c)
	return []Value{
		{Label: l.T("packs.engagement", nil), Body: TextIn("", c.Engagement.Code+" "+c.Engagement.Title)},
		{Label: l.T("packs.standard", nil), Body: Text(c.Engagement.Edition.Standard())},
		{Label: l.T("common.period", nil), Body: Span(l, c.Engagement.Period)},
		{Label: l.T("soa.title", nil), Body: soa},
		{Label: l.T("packs.controls", nil), Body: Count(l, len(c.Controls))},
		{Label: l.T("packs.reliances", nil), Body: Count(l, len(c.Reliances))},
		{Label: l.T("packs.provider", nil), Body: Text(l.T("packs.provider_count", map[string]any{"Services": l.Number(len(c.Services)), "Certificates": l.Number(len(c.Certificates)), "Verified": l.Number(verified), "Reports": l.Number(len(c.Reports)), "Obtained": l.Number(obtained)}))},
		{Label: l.T("packs.evidence", nil), Body: evidenceSum(l, v)},
		{Label: l.T("packs.activity", nil), Body: Count(l, len(c.Activity))},
	}
}

// provenCounts counts the certificates that somebody has verified and the
// reports that were obtained; the catalogue lists others.
func provenCounts(c domain.PackContents) (verified, obtained int) {
	for _, v := range c.Certificates {
		if v.Certificate.State == domain.CertificateVerified {
			verified++
		}
	}
	for _, v := range c.Reports {
		if v.Report.ObtainedOn != 0 {
			obtained++
		}
	}
	return verified, obtained
}

// gaps names what an assessor would find missing; none of it stops the sealing.
func (v PackPreview) gaps(l *i18n.Localizer) []PackGap {
	var out []PackGap
	if v.Contents.SoAVersion == 0 {
		out = append(out, PackGap{l.T("packs.gap.soa", nil), v.SoA, l.T("soa.title", nil)})
	}
	if len(v.Contents.Controls) == 0 {
		out = append(out, PackGap{l.T("packs.gap.no_controls", nil), v.Controls, l.T("packs.controls", nil)})
	}
	n := map[string]int{}
	for _, c := range v.Contents.Controls {
		if c.Bucket == domain.BucketExcluded {
			continue
		}
		if c.Owner == "" {
			n["owner"]++
		}
		if len(c.Evidence) == 0 {
			n["evidence"]++
		}
		if len(c.Tests) == 0 {
			n["test"]++
		}
	}
	if n["owner"] > 0 {
		out = append(out, PackGap{Text: l.N("packs.gap.owner", n["owner"], nil)})
	}
	if n["evidence"] > 0 {
		out = append(out, PackGap{Text: l.N("packs.gap.evidence", n["evidence"], nil)})
	}
	if n["test"] > 0 {
		out = append(out, PackGap{Text: l.N("packs.gap.test", n["test"], nil)})
	}
	open := 0
	for _, r := range v.Contents.Reliances {
		if !r.Verdict.Inherited() {
			open++
		}
	}
	if open > 0 {
		out = append(out, PackGap{Text: l.N("packs.gap.reliance", open, nil)})
	}
	return out
}

// PackPage is a sealed pack.
type PackPage struct {
	Pack      domain.Pack
	FileName  string
	Sealer    string
	File      string
	List      string
	Omissions []domain.PackOmission
}

func (v PackPage) facts(l *i18n.Localizer) []Value {
	p := v.Pack
	return []Value{
		{Label: l.T("packs.state", nil), Body: StatusText(StateStatus(l, domain.NounPack, p.State))},
		{Label: l.T("packs.sealed", nil), Body: byAt(l, v.Sealer, p.SealedAt)},
		{Label: l.T("packs.langs", nil), Body: Text(langWords(l, p.Langs))},
		{Label: l.T("packs.files", nil), Body: Count(l, p.Files)},
		{Label: l.T("packs.omissions", nil), Body: Count(l, p.Omissions)},
		{Label: l.T("packs.size", nil), Body: exactSize(l, p.Size)},
	}
}

// checkCommands are what an assessor runs, with tools that nobody here wrote.
func (v PackPage) checkCommands() string {
	return "unzip " + v.FileName + "\ncd " + v.Pack.Code() +
		"\nsha256sum -c --quiet manifest-sha256.txt\nsha512sum -c --quiet manifest-sha512.txt\nsha256sum -c --quiet tagmanifest-sha256.txt\nsha256sum tagmanifest-sha256.txt"
}

func (v PackPage) relierCommand() string { return "relier verify " + v.FileName }
