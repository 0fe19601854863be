package pack

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"relier/internal/domain"
	"relier/internal/i18n"
)

//go:embed pack.css
var css string

// policy lets a page show itself and nothing else: no script, no request. The
// style is allowed by its digest.
var policy = func() string {
	sum := sha256.Sum256([]byte(css))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; img-src data:; base-uri 'none'; form-action 'none'"
}()

// view is one language's sight of the contents; every page is rendered from it.
type view struct {
	*i18n.Localizer
	domain.PackContents
	name     string // of the page
	working  bool   // the draft by itself, outside a sealed pack
	files    map[domain.VersionID]Entry
	controls map[string]int // own code to place in Controls
	evidence map[domain.EvidenceID]string
	states   map[string]domain.EvidenceState // by code
}

func (k *composer) view(lang, name string) view {
	v := view{Localizer: i18n.For(lang), PackContents: k.c, name: name, working: k.working, files: k.files,
		controls: map[string]int{}, evidence: map[domain.EvidenceID]string{}, states: map[string]domain.EvidenceState{}}
	for i, c := range k.c.Controls {
		v.controls[c.Control.Code] = i
	}
	for _, e := range k.c.Evidence {
		v.evidence[e.Evidence.ID], v.states[e.Evidence.Code()] = e.Evidence.Code(), e.Evidence.State
	}
	return v
}

// pages names the pages in reading order. A page's title is pack.page.<name>.
var pages = []string{"index", "controls", "reliances", "provider", "soa", "evidence", "omissions", "activity"}

// body is what a page shows below its head.
func (v view) body() templ.Component {
	return map[string]func(view) templ.Component{
		"index": indexPage, "controls": controlsPage, "reliances": reliancesPage, "provider": providerPage,
		"soa": soaPage, "evidence": evidencePage, "omissions": omissionsPage, "activity": activityPage,
	}[v.name](v)
}

// writePages writes every page in every language of the pack.
func (k *composer) writePages() error {
	for _, lang := range k.c.Langs {
		for _, name := range pages {
			v := k.view(lang, name)
			err := k.write(v.href(name), func(w io.Writer) error { return shell(v, v.body()).Render(k.ctx, w) })
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// href is the file of a page in the view's language: plain in the pack's first
// language, so that index.html is always there, and marked in the other.
func (v view) href(name string) string { return fileIn(v.Langs, v.Lang(), name, "html") }

// fileIn names a document that exists once for each language of the pages.
func fileIn(langs []string, lang, name, ext string) string {
	if lang == langs[0] {
		return name + "." + ext
	}
	return name + "." + lang + "." + ext
}

// other returns the pack's other language, or "".
func (v view) other() string {
	for _, lang := range v.Langs {
		if lang != v.Lang() {
			return lang
		}
	}
	return ""
}

// title is what the page is called.
func (v view) title() string { return v.T("pack.page."+v.name, nil) }

// term is the word for a value of an enumeration.
func (v view) term(kind, value string) string {
	if value == "" {
		return v.T("pack.unset", nil)
	}
	return v.T(kind+"."+value, nil)
}

// reason is the sentence for a rule's reason.
func (v view) reason(prefix string, r domain.Reason) string {
	params := make(map[string]string, len(r.Params))
	for _, p := range r.Params {
		params[p.Name] = p.Value
	}
	return v.Localizer.Reason(prefix, r.Code, params)
}

// reasons gives the causes of a failed gate or the grounds of a passed one, each
// with who passed it when, and what qualifies either.
func (v view) reasons(g domain.GateResult, names map[domain.PersonID]string) []string {
	var out []string
	for _, r := range g.Grounds {
		out = append(out, v.reason("ground", r.Reason)+v.groundBy(r, names))
	}
	for _, r := range g.Causes {
		out = append(out, v.reason("cause", r))
	}
	for _, r := range g.Notes {
		out = append(out, v.reason("note", r))
	}
	return out
}

// groundBy says who put their name to a ground, and on which day.
func (v view) groundBy(g domain.Ground, names map[domain.PersonID]string) string {
	switch {
	case g.By == 0 && g.Noun == domain.NounResponsibility:
		return ""
	case g.By == 0:
		return ". " + v.T("gates.by_nobody", nil)
	case g.On == 0:
		return ". " + v.T("gates.by."+string(g.Noun), map[string]any{"Name": names[g.By]})
	}
	return ". " + v.T("gates.by."+string(g.Noun), map[string]any{"Name": names[g.By]}) + ", " + v.Date(g.On.String())
}

// day writes a date, or that there is none.
func (v view) day(d domain.Date) string {
	if d.IsZero() {
		return v.T("pack.unset", nil)
	}
	return v.Date(d.String())
}

// span writes a period, or that there is none.
func (v view) span(p domain.Period) string {
	if p.IsZero() {
		return v.T("pack.unset", nil)
	}
	return v.Period(p.From.String(), p.To.String())
}

// or returns the first text that says something, or that there is none.
func (v view) or(texts ...string) string {
	for _, s := range texts {
		if s != "" {
			return s
		}
	}
	return v.T("pack.unset", nil)
}

// signed writes who did something and when: Claire Moreau, 3 Feb 2026.
func (v view) signed(name string, at time.Time) string {
	if name == "" {
		return v.T("pack.not_yet", nil)
	}
	if at.IsZero() {
		return name
	}
	return name + ", " + v.Time(at)
}

// by writes who did something on which day.
func (v view) by(name string, on domain.Date) string {
	if name == "" || on.IsZero() {
		return v.T("pack.not_yet", nil)
	}
	return name + ", " + v.Date(on.String())
}

// dutyFacts says who answers for a responsibility, how often it is due, and until
// when it is proven.
func (v view) dutyFacts(r domain.PackResponsibility) string {
	often := v.T("cadence.none", nil)
	if r.Cadence != "" {
		often = v.term("cadence", string(r.Cadence))
	}
	if r.Frequency != "" {
		often = r.Frequency + " (" + often + ")"
	}
	out := v.T("pack.responsibility.facts", map[string]any{"Owner": v.or(r.AnsweredBy), "Often": often})
	if r.Until != 0 {
		out += " · " + v.T("pack.responsibility.until", map[string]any{"On": v.day(r.Until)})
	}
	return out
}

// list joins short texts, or says that there are none.
func (v view) list(texts []string) string {
	if len(texts) == 0 {
		return v.T("pack.none", nil)
	}
	return strings.Join(texts, ", ")
}

// controlLink is the address of a control's own heading, or "" when the pack
// does not hold it.
func (v view) controlLink(code string) string {
	i, ok := v.controls[code]
	if !ok {
		return ""
	}
	return v.href("controls") + "#" + controlAnchor(i)
}

// controlAnchor numbers the headings: own codes may hold any character.
func controlAnchor(i int) string { return "control-" + strconv.Itoa(i+1) }

// evidenceLink is the address of an item's row.
func (v view) evidenceLink(code string) string { return v.href("evidence") + "#" + code }

// refs writes the requirements of a control in one edition: A.5.7 (in part).
func (v view) refs(c domain.Control) []string {
	var out []string
	for _, r := range c.Requirements {
		s := r.Ref.Code
		if r.Ref.Edition != v.Engagement.Edition {
			s = r.Ref.String()
		}
		if r.Partial {
			s += " " + v.T("pack.control.partial", nil)
		}
		out = append(out, s)
	}
	return out
}

// withheld reports whether a version may be cited only by title, code and
// digest: its name and words stay behind with its bytes.
func withheld(e domain.PackEvidence) bool {
	return !e.Included && e.Evidence.Sensitivity == domain.SensitivityConfidential
}

// active names the kinds of file that can run script when a browser opens them.
// Pages show where they lie and do not link them.
func active(name string) bool {
	for _, ext := range []string{".html", ".htm", ".xhtml", ".xht", ".svg", ".xml", ".mht", ".mhtml", ".hta", ".shtml"} {
		if strings.HasSuffix(strings.ToLower(name), ext) {
			return true
		}
	}
	return false
}

// rungCounts counts the reliances on each rung, lowest first.
func (v view) rungCounts() map[domain.Rung]int {
	out := map[domain.Rung]int{}
	for _, r := range v.Reliances {
		out[r.Verdict.Rung]++
	}
	return out
}

// applicable counts the controls that the buckets share among them.
func (v view) applicable() int {
	n := 0
	for _, b := range domain.Buckets {
		n += v.Counts[b]
	}
	return n
}

// sources credits the reference data in the page's language.
func (v view) sources() []string {
	out := make([]string, len(v.Attributions))
	for i, t := range v.Attributions {
		out[i] = t.In(v.Lang())
	}
	return out
}
